"""Buying: quote, intent, one request, settle. Nothing here ever sends a purchase twice."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from orders import acts, find_out, keys, limits, private, settle, share_notes, shares, wish
from orders.access import Right, Seat, may_order
from orders.acts import Pressed
from orders.desk import Desk
from orders.errors import Gone, MayNot, NotNow, NotYours, PriceRose, Unfinished
from orders.limits import Room
from providers.errors import BadKey, NoAnswer, Refused, SiteError
from providers.site import (
    Quote,
    Seen,
)
from providers.words import Line
from storage import accounts, drafts, orders, purchases
from storage import shares as lent
from storage.accounts import Account
from storage.db import new_id
from storage.drafts import Draft
from storage.orders import Order
from storage.purchases import Outcome, Purchase
from storage.shares import Role
from storage.tables import MICRO

log = structlog.get_logger(__name__)

QUOTE_PATIENCE = 8.0
"""Seconds for the last look at the price before buying. Who pressed Buy must not be served minutes later."""

QUEUE_PATIENCE = 60
"""Seconds that a purchase waits behind others of its account. Then its price is old: nothing is sent."""

NATIONAL = 10
"""Digits of a number, however its country is typed before them."""

PATIENCE = 4.0
"""Seconds after which a purchase without an answer is shown as unknown. A late answer still settles it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A quote as it is shown: with the balance, if the site told it."""

    draft: Draft
    quote: Quote
    balance: Decimal | None
    room: Room | None = None
    """Of the person's own caps the one that leaves least, if there is any."""
    group_room: Room | None = None
    """The same of the limits of the share that pays."""


async def offer(desk: Desk, draft: Draft) -> Offer:
    """Ask the site what the wish costs now, and arm the Buy button.

    Raises SiteError, Unfinished, and Gone also if the wish was bought while the site was asked.
    """
    account = await desk.account(draft.account_id)
    if wish.next_required(desk.asked(account, draft.line, draft.act), draft) is not None:
        raise Unfinished
    quote, balance = await asyncio.gather(_quote(desk, account, draft), _balance(desk, account))
    armed = draft.changed(
        asking=None,
        low=quote.low,
        high=_ceiling(quote),
        quoted_at=desk.now(),
        token=secrets.token_urlsafe(12),
    )
    async with desk.db.transaction() as connection:
        if not await drafts.save(connection, armed):
            raise Gone("draft")
        if balance is not None:
            await accounts.change(connection, account.id, balance=balance, balance_at=desk.now())
        rooms = await limits.all_rooms(connection, draft.user_id, draft.share_id, desk.now())
    own, of_group = ([room for room in rooms if room.of_group is is_group] for is_group in (False, True))
    return Offer(armed, quote, balance, limits.tightest(own), limits.tightest(of_group))


async def confirm(desk: Desk, token: str, user_id: int) -> Purchase | None:
    """Somebody pressed Buy: commit the intent and send it off. None: this button was used before.

    The price is read once more before. Raises Gone (the menu is too old), NotYours, PriceRose, SiteError,
    and in a share MayNot and NobodyKnows; nothing was bought then.
    """
    async with desk.db.transaction() as connection:
        if await purchases.get_by_token(connection, token) is not None:
            return None
        draft = await drafts.get_by_token(connection, token)
    if draft is None or draft.high is None:
        raise Gone("draft")
    account = await desk.account(draft.account_id)
    if draft.user_id != user_id:
        raise NotYours
    press = await _press(desk, draft, user_id)
    seat = await _payer(desk, account, draft, user_id) if press is None else press.payer
    price = _ceiling(await _fresh_quote(desk, account, draft))
    if price > draft.high:
        raise PriceRose(draft.high, price)
    purchase = _intent(desk, _at_home(draft, seat), account, token, draft.high, press=press, seat=seat)
    async with desk.db.transaction() as connection:
        if not await purchases.claim(connection, purchase):
            return None
        if press is not None:
            await _still_there(connection, press, purchase)
        # What was picked or removed meanwhile counts: raising rolls the claim back.
        if await drafts.get_by_token(connection, token) != draft:
            raise Gone("draft")
        await _still_pays(connection, desk, purchase, seat)
        await drafts.drop(connection, draft.id)
        await settle.tell(connection, desk, purchase)
    desk.bells.outbox.set()
    begin(desk, purchase)
    return purchase


async def confirm_act(desk: Desk, press: Pressed, user_id: int, token: str) -> Purchase | None:
    """Somebody confirmed an act that buys (reuse, reactivate). None: this button was used before.

    The order's own price is the ceiling. Raises Gone if it is not known, NotNow if the order has moved on
    or somebody else's press for it is on its way, NotYours.
    """
    if press.order.price is None:
        raise Gone("price")
    purchase = _act_intent(desk, press, user_id, token, press.order.price)
    async with desk.db.transaction() as connection:
        if not await purchases.claim(connection, purchase):
            return None
        await _still_there(connection, press, purchase)
        await _still_pays(connection, desk, purchase, press.payer)
    desk.bells.outbox.set()
    begin(desk, purchase)
    return purchase


def begin(desk: Desk, purchase: Purchase) -> None:
    """Carry a committed intent out, whatever becomes of the press that made it."""
    desk.spawn(carry_out(desk, purchase), name=f"purchase {purchase.id}")


async def carry_out(desk: Desk, purchase: Purchase) -> None:
    """One request to the site, then write down what came of it."""
    account = await desk.account(purchase.account_id)
    async with desk.buying[account.id]:
        if (why := await _stopped(desk, purchase)) is not None:
            await settle.failed(desk, purchase, NoAnswer(account.site, "purchase", reason=why, sent=False))
            return
        try:
            await _remember_before(desk, account, purchase)
        except Exception:  # a full disk, an unreadable key: no byte left for the site
            await settle.failed(
                desk, purchase, NoAnswer(account.site, "purchase", reason="broken", sent=False)
            )
            raise
        made = await _buy(desk, account, purchase)
    await _after_purchase(desk, account, purchase, made)


async def after_crash(desk: Desk) -> int:
    """At start: what was SENDING when the process died is UNKNOWN. How many. Nothing is sent again."""
    async with desk.db.transaction() as connection:
        left = await purchases.in_state(connection, Outcome.SENDING)
    for purchase in left:
        await settle.failed(desk, purchase, NoAnswer(purchase.site, "purchase", reason="crash"))
    return len(left)


async def _stopped(desk: Desk, purchase: Purchase) -> str | None:
    """What came in between while it waited its turn behind others."""
    if desk.now() - purchase.created_at > QUEUE_PATIENCE:
        return "queue"
    if purchase.share_id is None:
        return None
    async with desk.db.transaction() as connection:
        share = await lent.get(connection, purchase.share_id)
    return None if share is not None and share.is_active else "share-ended"


async def _buy(desk: Desk, account: Account, purchase: Purchase) -> list[Order]:
    request = asyncio.create_task(_request(desk, account, purchase))
    done, _ = await asyncio.wait([request], timeout=PATIENCE)
    if not done:
        await settle.failed(desk, purchase, NoAnswer(account.site, "purchase", reason="slow"))
    try:
        seen = await request
    except SiteError as error:
        await settle.failed(desk, purchase, error)
        if isinstance(error, BadKey):
            desk.spawn(keys.doubt(desk, account), name=f"doubt {account.id}")
        return []
    except Exception:  # a mistake of ours: what it left at the site nobody knows
        await settle.failed(desk, purchase, NoAnswer(account.site, "purchase", reason="broken"))
        raise
    return await settle.placed(desk, purchase, seen)


async def _remember_before(desk: Desk, account: Account, purchase: Purchase) -> None:
    """What the account shows now: should the answer not come, it tells what is new."""
    before = await find_out.baseline(desk, account, purchase.line)
    async with desk.db.transaction() as connection:
        if purchase.order_id and (order := await orders.get(connection, purchase.order_id)):
            before["activation"] = order.activation
        sent_at = int(desk.site_now(account.site))
        await purchases.change(connection, purchase.id, baseline=before, sent_at=sent_at)


async def _request(desk: Desk, account: Account, purchase: Purchase) -> Sequence[Seen]:
    site, credentials = desk.site(account), desk.credentials(account)
    if purchase.act is None:
        return await site.buy(credentials, purchase.line, purchase.ids)
    async with desk.db.transaction() as connection:
        order = await orders.get(connection, purchase.order_id or "")
    if order is None:
        raise Refused(account.site, purchase.act, detail="the order is gone")
    act = desk.line(account, purchase.line).act(purchase.act)
    given = private.given(desk, account, purchase.user_id, act, purchase.picks)
    return [await site.act(credentials, act.key, order.ref, given)]


async def _after_purchase(desk: Desk, account: Account, purchase: Purchase, made: Sequence[Order]) -> None:
    """Numbers that sleep are woken at once: that is what they were bought for."""
    line = desk.line(account, purchase.line)
    if line.after_purchase is None or purchase.act is not None:
        return
    for order in made:
        await acts.wake_again(desk, order)


async def _fresh_quote(desk: Desk, account: Account, draft: Draft) -> Quote:
    try:
        async with asyncio.timeout(QUOTE_PATIENCE):
            return await _quote(desk, account, draft)
    except TimeoutError:
        raise NoAnswer(account.site, "quote", reason="timeout", sent=False) from None


async def _quote(desk: Desk, account: Account, draft: Draft) -> Quote:
    site, credentials = desk.site(account), desk.credentials(account)
    asked = desk.asked(account, draft.line, draft.act)
    if isinstance(asked, Line):
        return await site.quote(credentials, draft.line, draft.ids)
    order, _ = await acts.load(desk, draft.order_id or "")
    given = private.given(desk, account, draft.user_id, asked, draft.picks)
    return await site.act_quote(credentials, asked.key, order.ref, given)


def _at_home(draft: Draft, seat: Seat | None) -> Draft:
    """Where the card goes: into the topic that the share's owner chose, else in place of the menu."""
    topic = None if seat is None or draft.act is not None else seat.share.thread_id
    if topic is None or topic == draft.thread_id:
        return draft
    return draft.changed(thread_id=topic, card_id=None)


async def _press(desk: Desk, draft: Draft, user_id: int) -> Pressed | None:
    """A wish for an act, checked again as its button is. None: it is for a new order."""
    if draft.act is None:
        return None
    press = await acts.pressed(desk, draft.order_id or "", draft.act, user_id)
    if not press.act.effect.costs:
        raise NotYours  # forged: what costs nothing has no Buy button
    return press


async def _still_there(connection: AsyncConnection, press: Pressed, purchase: Purchase) -> None:
    """Raises NotNow if the order has moved on, or somebody else's press for it is on its way."""
    current = await orders.get_for_update(connection, press.order.id)
    if current is None or current.state not in press.act.when:
        raise NotNow
    rivals = await purchases.on_its_way(connection, current.id)
    if current.activation != press.order.activation or rivals - {purchase.id}:
        raise NotNow


def _ceiling(quote: Quote) -> Decimal:
    """The most it can cost, as the database keeps it: never rounded below the site's price."""
    return quote.high.quantize(1 / MICRO, rounding=ROUND_UP)


async def _payer(desk: Desk, account: Account, draft: Draft, user_id: int) -> Seat | None:
    """Whether this person may spend the account's money, as Telegram says now. None: it is their own.

    Raises NotYours, Gone, MayNot, NobodyKnows.
    """
    if draft.share_id is not None:
        seat = await shares.seat(desk, draft.share_id, user_id)
        if (seat.share.account_id, seat.share.chat_id) != (account.id, draft.chat_id):
            raise Gone("draft")  # a share lends one account, in its own group alone
        shares.demand(seat, Right.ORDER)
        return seat
    if not may_order(account, user_id):
        raise NotYours
    return None


async def _still_pays(connection: AsyncConnection, desk: Desk, purchase: Purchase, seat: Seat | None) -> None:
    """The same asked again of the rows, and the limits: in the transaction that stored the intent.

    Raises NotYours, MayNot, Gone, OverLimit: then nothing of it is kept.
    """
    if seat is not None:
        current = await shares.still(connection, seat, Right.ORDER)
        await _leave_others_numbers(connection, desk, purchase, current)
    else:
        account = await accounts.get(connection, purchase.account_id)
        if account is None or not may_order(account, purchase.user_id):
            raise NotYours
        if purchase.act is None and await lent.is_lent(connection, account.id, purchase.chat_id):
            raise Gone("draft")  # shared there meanwhile: what is ordered there goes by the share
    rooms = await limits.check(connection, purchase, desk.now())
    if seat is not None:
        await share_notes.ordered(connection, desk, purchase)
        await share_notes.warn(connection, desk, purchase, rooms)


async def _leave_others_numbers(
    connection: AsyncConnection, desk: Desk, purchase: Purchase, seat: Seat
) -> None:
    """A number that is ordered by itself was nobody else's whose codes are theirs alone. Raises MayNot."""
    line = desk.sites[purchase.site].line(purchase.line)
    number = purchase.ids.get(line.reuse_by or "", "") if purchase.act is None else ""
    digits = "".join(filter(str.isdecimal, number))[-NATIONAL:]
    if not digits or seat.role is Role.OWNER:
        return
    for order in await orders.with_number(connection, purchase.account_id, digits):
        is_kept = order.share_id != seat.share.id or seat.share.keeps_codes(order.created_at)
        if is_kept and order.user_id != purchase.user_id:
            raise MayNot("number")


async def _balance(desk: Desk, account: Account) -> Decimal | None:
    """The balance beside a quote is a courtesy: a quote without it is still a quote."""
    try:
        return await desk.site(account).balance(desk.credentials(account))
    except BadKey:
        raise
    except SiteError as error:
        log.info("no balance beside the quote", account=account.id, error=str(error))
        return None


def _intent(
    desk: Desk,
    draft: Draft,
    account: Account,
    token: str,
    ceiling: Decimal,
    *,
    press: Pressed | None = None,
    seat: Seat | None = None,
) -> Purchase:
    return Purchase(
        id=new_id(),
        token=token,
        user_id=draft.user_id,
        chat_id=draft.chat_id,
        thread_id=draft.thread_id,
        card_id=draft.card_id,
        account_id=account.id,
        site=account.site,
        line=draft.line,
        act=draft.act,
        order_id=draft.order_id,
        share_id=None if seat is None else seat.share.id,
        picks=draft.picks if press is None else (*press.order.picks, *draft.picks),
        state=Outcome.SENDING,
        ceiling=ceiling,
        charged=None,
        error=None,
        detail=None,
        created_at=desk.now(),
        settled_at=None,
    )


def _act_intent(desk: Desk, press: Pressed, user_id: int, token: str, ceiling: Decimal) -> Purchase:
    order = press.order
    is_here = order.chat_id < 0 or order.chat_id == user_id  # never in somebody else's private chat
    return Purchase(
        id=new_id(),
        token=token,
        user_id=user_id,
        chat_id=order.chat_id if is_here else user_id,
        thread_id=order.thread_id if is_here else None,
        card_id=None,
        account_id=order.account_id,
        site=order.site,
        line=order.line,
        act=press.act.key,
        order_id=order.id,
        share_id=None if press.payer is None else press.payer.share.id,
        picks=order.picks,
        state=Outcome.SENDING,
        ceiling=ceiling,
        charged=None,
        error=None,
        detail=None,
        created_at=desk.now(),
        settled_at=None,
    )
