"""Writing down what came of a purchase: placed, refused, or unknown."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import stamina
import structlog
from sqlalchemy import exc
from sqlalchemy.ext.asyncio import AsyncConnection

from orders import private, share_notes
from orders.desk import Desk
from orders.inbox import put_card, schedule, store_messages, take_in
from providers.errors import NoAnswer, NoFunds, Refused, SiteError
from providers.site import Seen
from providers.words import Effect, State
from storage import accounts, hooks, orders, outbox, purchases, share_log
from storage.db import new_id
from storage.drafts import Pick, picks_to_json
from storage.orders import Order
from storage.outbox import Kind, Letter, Priority
from storage.purchases import Finding, Outcome, Purchase
from storage.share_log import Event

log = structlog.get_logger(__name__)

FIRST_FIND = 5
"""Seconds after which a purchase without an answer is looked for at the site."""

ASK_AFTER = 30
"""Seconds until the owner of a share is asked about it: most answers are only late, or found by a look."""

WAKES = 4
"""Attempts to wake a number that was bought asleep."""

_EVENTS = {Outcome.UNKNOWN: Event.UNKNOWN, Outcome.REFUSED: Event.REFUSED}

WRITE_ATTEMPTS = 100
"""A site's answer is worth money: a full disk or a locked file is waited for, up to some minutes."""


async def failed(desk: Desk, purchase: Purchase, error: SiteError) -> None:
    """REFUSED only where it is certain that nothing was bought, else UNKNOWN."""
    certain = isinstance(error, Refused) or (isinstance(error, NoAnswer) and not error.sent)
    state = Outcome.REFUSED if certain else Outcome.UNKNOWN
    log.warning("not placed", purchase=purchase.id, outcome=state.value, error=str(error))

    async def write(connection: AsyncConnection) -> None:
        was_asked = await _was_asked(connection, purchase)
        moved = await purchases.settle(
            connection,
            purchase.id,
            state,
            expect=(Outcome.SENDING, Outcome.UNKNOWN) if certain else (Outcome.SENDING,),
            error=error.code
            if isinstance(error, Refused)
            else f"{error.code}-{getattr(error, 'reason', '')}",
            detail=error.detail or None,
            finding=None,
            found=None,
            settled_at=desk.now() if certain else None,
            next_find_ms=None if certain else desk.now_ms() + FIRST_FIND * 1000,
        )
        if moved:
            # It may have been handed over since it was sent.
            current = await purchases.get(connection, purchase.id) or purchase
            await tell(connection, desk, current)
            if was_asked or not certain:
                await share_notes.ask_owner(connection, desk, current, after=0 if certain else ASK_AFTER)
            event = Event.REFUSED if certain else Event.UNKNOWN
            await share_notes.settled(
                connection, desk, purchase, event, amount=None if certain else purchase.ceiling
            )
            if isinstance(error, NoFunds):
                await share_notes.short_of_funds(connection, desk, purchase)
            if certain:
                await _forget_words(connection, purchase)

    await _persist(desk, write)
    desk.bells.outbox.set()
    desk.bells.finder.set()


async def note(
    desk: Desk,
    purchase: Purchase,
    finding: Finding,
    *,
    charged: Decimal | None = None,
    found: Sequence[Mapping[str, str]] | None = None,
) -> None:
    """Something is known of it, but not enough: it stays unknown, its money stays reserved.

    Also what was believed not placed is unknown again once several orders turn up late.
    """
    if (finding, found) == (purchase.finding, purchase.found):
        return
    found = found and [dict(one) for one in found]
    values = {"finding": finding.value, "charged": charged, "found": found, "settled_at": None}
    await _learn(desk, purchase, Outcome.UNKNOWN, values, expect=(Outcome.UNKNOWN, Outcome.REFUSED))


async def absent(desk: Desk, purchase: Purchase) -> None:
    """The site's list lacks it: not bought. Should it turn up late after all, it is still adopted."""
    values = {"finding": Finding.ABSENT.value, "error": "absent", "settled_at": desk.now()}
    await _learn(desk, purchase, Outcome.REFUSED, values)


async def dismissed(desk: Desk, purchase: Purchase, user_id: int) -> None:
    """A person says that nothing was bought. Should it turn up after all, it is still adopted."""
    values = {"finding": Finding.DISMISSED.value, "error": "dismissed", "settled_at": desk.now()}
    await _learn(desk, purchase, Outcome.REFUSED, values, user_id=user_id)


async def _learn(
    desk: Desk,
    purchase: Purchase,
    state: Outcome,
    values: Mapping[str, Any],
    *,
    expect: tuple[Outcome, ...] = (Outcome.UNKNOWN,),
    user_id: int | None = None,
) -> None:
    async with desk.db.transaction() as connection:
        before = await purchases.get(connection, purchase.id)
        if before and await purchases.settle(connection, purchase.id, state, expect=expect, **values):
            await tell(connection, desk, before)
            await share_notes.ask_owner(connection, desk, before)
            if state is not before.state:  # a hint more to what is unknown anyway moves no money
                event, amount = _EVENTS[state], purchase.ceiling if state is Outcome.UNKNOWN else None
                await share_notes.settled(connection, desk, before, event, amount=amount, user_id=user_id)
    desk.bells.outbox.set()


async def placed(desk: Desk, purchase: Purchase, seen: Sequence[Seen]) -> list[Order]:
    """Orders for all that the site made, with their cards. Empty if it is placed already.

    Also what was believed not placed: the site shows that it was.
    """
    made: list[Order] = []
    charged = _charged(desk, purchase, seen)

    async def write(connection: AsyncConnection) -> None:
        made.clear()
        was_asked = await _was_asked(connection, purchase)
        moved = await purchases.settle(
            connection,
            purchase.id,
            Outcome.PLACED,
            expect=(Outcome.SENDING, Outcome.UNKNOWN, Outcome.REFUSED),
            charged=charged,
            error=None,
            detail=None,
            finding=None,
            found=None,
            next_find_ms=None,
            settled_at=desk.now(),
        )
        current = await purchases.get(connection, purchase.id) if moved else None
        if current is None:
            return
        card_id = current.card_id
        if purchase.act is not None and card_id is not None:
            await tell(connection, desk, current)  # its menu's message says that it was done
        if was_asked:
            await share_notes.ask_owner(connection, desk, current)
        await _forget_words(connection, purchase)
        await share_notes.settled(connection, desk, purchase, Event.PLACED, amount=charged)
        for one in seen:
            made.append(await _write_order(connection, desk, current, one, card_id))
            card_id = None  # the first order takes the menu's message, others get their own
        if seen and (balance := seen[-1].balance) is not None:
            await accounts.change(
                connection, purchase.account_id, balance=balance, balance_at=desk.now(), key_ok=True
            )
        await hooks.wake_held(connection, purchase.account_id)

    await _persist(desk, write)
    for bell in (desk.bells.outbox, desk.bells.watcher, desk.bells.hooks):
        bell.set()
    return made


async def joined(desk: Desk, purchase: Purchase, seen: Seen) -> Order | None:
    """One more order of a lost purchase of several services, all with one number. None: it is not one."""
    async with desk.db.transaction() as connection:
        whole = await purchases.get(connection, purchase.id)
        siblings = await orders.of_purchase(connection, purchase.id)
        if whole is None:
            return None
        if seen.number is None or seen.number not in {one.number for one in siblings}:
            return None
        prices = [*(one.price for one in siblings), seen.price]
        known = [price for price in prices if price is not None]
        if sum(known, Decimal(0)) > purchase.ceiling:
            return None
        order = await _write_order(connection, desk, whole, seen, None)
        paid = sum(known, Decimal(0)) if len(known) == len(prices) else purchase.ceiling
        await purchases.change(connection, purchase.id, charged=paid)
        more = paid - (paid if whole.charged is None else whole.charged)
        await share_notes.settled(connection, desk, whole, Event.PLACED, amount=more)
    for bell in (desk.bells.outbox, desk.bells.watcher, desk.bells.hooks):
        bell.set()
    return order


async def tell(connection: AsyncConnection, desk: Desk, purchase: Purchase) -> None:
    """Have the purchase's message drawn anew. Ring the outbox's bell once it is committed."""
    letter = Letter(
        kind=Kind.OUTCOME, priority=Priority.OUTCOME, user_id=purchase.user_id, chat_id=purchase.chat_id,
        thread_id=purchase.thread_id, purchase_id=purchase.id,
    )  # fmt: skip
    await outbox.put(connection, letter, desk.now_ms())


async def _was_asked(connection: AsyncConnection, purchase: Purchase) -> bool:
    """Whether the owner of its share was asked what became of it: also of that they are told."""
    before = None if purchase.share_id is None else await purchases.get(connection, purchase.id)
    return before is not None and before.state is not Outcome.SENDING


async def _write_order(
    connection: AsyncConnection, desk: Desk, purchase: Purchase, seen: Seen, card_id: int | None
) -> Order:
    """A new order, or a known one active again (the site kept its id): what that shows is its old code."""
    known = await orders.get_by_site_id(connection, purchase.account_id, seen.id)
    if known is not None and purchase.act is None:
        # An order that was found before its purchase was settled: it stays whose it is, and shows itself.
        await put_card(connection, desk, known)
        return known
    if known is not None and not _begins_again(desk, purchase):
        known = replace(known, picks=_moved(desk, purchase, known))
        after, _ = await take_in(connection, desk, known, seen, via="poll")
        await put_card(connection, desk, after)
        return after
    holder = await _holder(connection, purchase)
    order = await schedule(connection, desk, _order(desk, purchase, seen, known, card_id, holder))
    await (orders.save if known else orders.add)(connection, order)
    if known is None:
        await store_messages(connection, desk, order, seen, via="poll")
    await put_card(connection, desk, order)
    return order


def _order(  # noqa: PLR0917 - all that an order is made of, nothing of it optional
    desk: Desk, purchase: Purchase, seen: Seen, known: Order | None, card_id: int | None, holder: int
) -> Order:
    picks = _own_picks(purchase, seen)
    option_facts = {key: value for pick in picks for key, value in pick.facts.items()}
    # Just bought is open, whatever the answer says: the first look decides.
    open_state = State.RECEIVED if seen.messages and known is None else State.WAITING
    state = seen.state if seen.state.is_open else open_state
    return Order(
        id=known.id if known else new_id(),
        purchase_id=purchase.id,
        user_id=holder,
        chat_id=purchase.chat_id,
        thread_id=purchase.thread_id,
        card_id=known.card_id if known and known.chat_id == purchase.chat_id else card_id,
        account_id=purchase.account_id,
        site=purchase.site,
        line=purchase.line,
        site_id=seen.id,
        activation=known.activation + 1 if known else 0,
        state=state,
        is_open=True,
        number=seen.number or (known.number if known else None),
        picks=picks,
        facts={**option_facts, **(known.facts if known else {}), **seen.facts, **_to_wake(desk, purchase)},
        price=seen.price if seen.price is not None else _most(purchase),
        refunded=None,
        created_at=known.created_at if known else purchase.created_at,
        activated_at=int(desk.site_now(purchase.site)),
        alive_at=int(desk.site_now(purchase.site)),
        expires_at=seen.expires_at,
        ended_at=None,
        next_look_ms=desk.now_ms(),
        last_look_at=None,
        failed_looks=0,
        trouble=None,
        share_id=purchase.share_id,
    )


async def _holder(connection: AsyncConnection, purchase: Purchase) -> int:
    """Who has its orders: the owner of its share, if who bought it has left the group.

    It is in the owner's private chat then; where all see codes, it stays in the group.
    """
    if purchase.share_id is None:
        return purchase.user_id
    if purchase.chat_id > 0:
        return purchase.chat_id
    if not await share_log.is_handed_over(connection, purchase.id):
        return purchase.user_id
    account = await accounts.get(connection, purchase.account_id)
    return purchase.user_id if account is None else account.owner_id


def _begins_again(desk: Desk, purchase: Purchase) -> bool:
    """Whether the act makes the same order wait for its first code once more; else it goes on as it is."""
    return desk.sites[purchase.site].line(purchase.line).act(purchase.act or "").keeps_id


def _moved(desk: Desk, purchase: Purchase, order: Order) -> tuple[Pick, ...]:
    """The order's picks, as an act's answers have changed them: another plan."""
    act = desk.sites[purchase.site].line(purchase.line).act(purchase.act or "")
    answers = {pick.choice: pick for pick in purchase.picks}
    moved = {
        choice.replaces: replace(answers[choice.key], choice=choice.replaces)
        for choice in act.choices
        if choice.replaces and choice.key in answers
    }
    return tuple(moved.get(pick.choice, pick) for pick in order.picks)


async def _forget_words(connection: AsyncConnection, purchase: Purchase) -> None:
    """Private words are kept only until they were sent, or never will be."""
    picks = private.forget(purchase.picks)
    if picks != purchase.picks:
        await purchases.change(connection, purchase.id, picks=picks_to_json(picks))


def _to_wake(desk: Desk, purchase: Purchase) -> dict[str, int]:
    """A number that sleeps is woken right after the purchase; what became of that is looked at then."""
    line = desk.sites[purchase.site].line(purchase.line)
    if line.after_purchase is None or purchase.act is not None:
        return {}
    return {"wakes_left": WAKES, "wake_at": desk.now()}


def _own_picks(purchase: Purchase, seen: Seen) -> tuple[Pick, ...]:
    """Of several services that were picked each order has its own."""
    told = {pick.choice for pick in purchase.picks if _is_own(pick, seen)}
    return tuple(pick for pick in purchase.picks if pick.choice not in told or _is_own(pick, seen))


def _is_own(pick: Pick, seen: Seen) -> bool:
    named = seen.picks.get(pick.choice, "").casefold()
    return named in {pick.id.casefold(), pick.name.casefold()}


def _most(purchase: Purchase) -> Decimal | None:
    """The most that an order can cost whose price the site did not tell. None: it is one of several."""
    return purchase.ceiling if len(purchase.ids) == len(purchase.picks) else None


def _charged(desk: Desk, purchase: Purchase, seen: Sequence[Seen]) -> Decimal | None:
    """What the site says it took; the most that was confirmed where it does not say. None: a fee unknown."""
    act = purchase.act and desk.sites[purchase.site].line(purchase.line).act(purchase.act)
    if act and act.effect is Effect.PAYS:
        return purchase.ceiling or None
    prices = [one.price for one in seen if one.price is not None]
    return sum(prices, Decimal(0)) if len(prices) == len(seen) else purchase.ceiling


def _may_pass(error: Exception) -> bool:
    """Locked, full, unreachable, too busy: all pass. A row that does not fit never will."""
    lasting = (exc.IntegrityError, exc.DataError, exc.ProgrammingError)
    return isinstance(error, (exc.DBAPIError, exc.TimeoutError, OSError)) and not isinstance(error, lasting)


async def _persist(desk: Desk, write: Callable[[AsyncConnection], Awaitable[None]]) -> None:
    async for attempt in stamina.retry_context(
        on=_may_pass, attempts=WRITE_ATTEMPTS, timeout=600, wait_initial=0.1, wait_max=5
    ):
        with attempt:
            async with desk.db.transaction() as connection:
                await write(connection)
