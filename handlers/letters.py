"""Drawing what the outbox sends: always from the rows as they are at that moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers import share_letters, waiting_codes
from handlers.cards import audience_of, facts_of, facts_with, family_of, open_body
from handlers.context import Context
from handlers.texts import Texts, texts_for
from handlers.views import bid_notices, menu
from handlers.views import card as card_views
from handlers.views import outcome as outcome_views
from handlers.views import rental as rental_views
from handlers.views.card import CardFacts
from handlers.views.view import View
from storage import accounts, messages, orders, people, purchases
from storage.messages import Message
from storage.orders import Order
from storage.outbox import Kind, Queued

log = structlog.get_logger(__name__)

RENTAL_ENDED = "notice-rental-ended"

NOTICES: Mapping[str, Callable[[Texts, Order, CardFacts], View]] = {
    "notice-expired": card_views.expired,
    "notice-rental-ends": rental_views.ending,
    RENTAL_ENDED: rental_views.ended,
    "notice-bid-won": bid_notices.won,
    "notice-bid-unfilled": bid_notices.unfilled,
}
"""What is told of an order, by the name that its letter gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A letter ready to go: an edit of `edits`, or a new message that may answer `reply_to`."""

    view: View
    edits: int | None = None
    reply_to: int | None = None
    card_of: str | None = None
    """The order whose card this is, if it is one."""
    outcome_of: str | None = None
    """The purchase whose message this is, if it is one."""
    only_for: int | None = None
    """In a group: the one member who may see it. Nobody else gets it, whatever goes wrong."""
    leads_home: str | None = None
    """The label of a button below it that opens the private chat."""


async def draw(connection: AsyncConnection, context: Context, letter: Queued) -> Drawn | None:
    """What to send now; None: what it was about is gone or has changed, nothing is to be sent.

    Raises what the database raises, and whatever can be wrong with what is to be shown.
    """
    # in a private chat its owner reads, whoever ordered what was handed over to them
    reader = letter.chat_id if letter.chat_id > 0 else letter.user_id
    user = await people.get_user(connection, reader)
    t = texts_for(user.language if user else context.default_language)
    if letter.kind is Kind.OUTCOME:
        return await _outcome(connection, context, t, letter)
    if letter.order_id is not None:
        return await _about_order(connection, context, t, letter)
    if "share" in letter.args:
        told = await share_letters.draw(connection, context, t, letter)
        stands_at = await share_letters.stands_at(connection, letter)
        return None if told is None else Drawn(view=told, edits=stands_at)
    args = {name: str(value) for name, value in letter.args.items() if name != "text"}
    return Drawn(view=View(t(str(letter.args["text"]), **args), menu.home(t)))


async def rehearse(context: Context) -> None:
    """Draw the card of an open order for nobody, at start.

    What is drawn first reads texts, services' names and a language's plurals for a tenth of a second: no code
    has to wait for that. Where nothing is open their memory is saved.
    """
    async with context.desk.db.transaction() as connection:
        order = await orders.any_open(connection)
        account = await accounts.get(connection, order.account_id) if order else None
        if order is None or account is None:
            return
        user = await people.get_user(connection, order.user_id)
    t = texts_for(user.language if user else context.default_language)
    try:
        card_views.card(t, order, await facts_of(context, order, account, order.chat_id))
    except Exception as error:  # noqa: BLE001 - it is told as an error when it is to be sent
        log.warning("card can't be drawn", order=order.id, error=type(error).__name__)


async def _about_order(
    connection: AsyncConnection, context: Context, t: Texts, letter: Queued
) -> Drawn | None:
    order = await orders.get(connection, letter.order_id or "")
    account = await accounts.get(connection, order.account_id) if order else None
    if order is None or account is None:
        return None
    arrived = await messages.of_order(connection, order.id)
    audience = await audience_of(connection, order, letter.chat_id)
    family = await family_of(connection, context, order)
    facts = facts_with(context, order, account, arrived, audience, family)
    if letter.kind is Kind.CARD:
        return Drawn(view=card_views.card(t, order, facts), edits=order.card_id, card_of=order.id)
    if letter.kind is Kind.PUSH:
        return _push(context, t, letter, order, facts, arrived)
    if letter.args.get("text") == waiting_codes.CODE_WAITS:
        return await _code_waits(connection, t, letter, order)
    return _notice(t, letter, order, facts)


def _push(
    context: Context, t: Texts, letter: Queued, order: Order, facts: CardFacts, arrived: Sequence[Message]
) -> Drawn | None:
    """One SMS: for all who read there, or for who ordered alone."""
    message = next((one for one in arrived if one.id == letter.message_id), None)
    if message is None:
        return None
    body = open_body(context.desk, order, message)
    view = card_views.push(t, order, facts, body, repeated=letter.unsure)
    reply_to = order.card_id if order.chat_id == letter.chat_id else None
    only_for = None if facts.audience.sees_codes else order.user_id
    return Drawn(view=view, reply_to=reply_to, only_for=only_for)


async def _code_waits(connection: AsyncConnection, t: Texts, letter: Queued, order: Order) -> Drawn | None:
    """A line that calls somebody to the private chat, as long as that is not open."""
    line = await waiting_codes.line(connection, t, letter.chat_id, order)
    if line is None:
        return None
    return Drawn(view=line, reply_to=order.card_id, leads_home=t.plain("button-get-code"))


def _notice(t: Texts, letter: Queued, order: Order, facts: CardFacts) -> Drawn | None:
    """Something to tell of an order, while it is still true."""
    if letter.args.get("text") == "notice-rental-ends":
        is_renewed = order.facts.get("auto_renew") is True or order.expires_at != order.reminded_of
        if is_renewed or not order.is_open:
            return None
    if letter.args.get("text") == RENTAL_ENDED and order.is_open:
        return None  # it was had again meanwhile
    draw_notice = NOTICES[str(letter.args["text"])]
    return Drawn(view=draw_notice(t, order, facts), reply_to=order.card_id)


async def remember(connection: AsyncConnection, drawn: Drawn, message_id: int) -> None:
    """Where a card now stands, when it was sent as a new message."""
    if drawn.card_of is not None:
        await orders.change(connection, drawn.card_of, card_id=message_id)
    if drawn.outcome_of is not None:
        await purchases.set_card(connection, drawn.outcome_of, message_id)


async def _outcome(connection: AsyncConnection, context: Context, t: Texts, letter: Queued) -> Drawn | None:
    purchase = await purchases.get(connection, letter.purchase_id or "")
    account = await accounts.get(connection, purchase.account_id) if purchase else None
    if purchase is None or account is None:
        return None
    view = outcome_views.outcome(t, context.desk.site(account), purchase, account)
    if view is None:
        return None
    return Drawn(view=view, edits=purchase.card_id, outcome_of=purchase.id)
