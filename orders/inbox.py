"""The one door for what a site shows of an order: polls, webhooks, acts and purchases all end here.

A message and its outgoing message are written in one transaction, once, whoever saw it first.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from orders import bids, cadence, rentals, share_notes
from orders.codes import best_code
from orders.desk import Desk
from providers.site import (
    Seen,
    Sms,
)
from providers.words import State
from storage import accounts, messages, orders, outbox
from storage.db import new_ordered_id
from storage.messages import Message
from storage.orders import Order
from storage.outbox import Kind, Letter, Priority
from storage.sealed import RowOwner, open_message, seal_message
from storage.vault import Tampered

log = structlog.get_logger(__name__)

SPREAD = 1.1
"""A look is up to a tenth later than its time."""

HIDDEN_FACTS = frozenset({"known_till", "wake_at", "wakes_left"})
"""What orders and adapters remember and no card shows: one SMS must not redraw all cards of an account."""


async def take(desk: Desk, order: Order, seen: Seen, *, via: str) -> Order | None:
    """Write down what was seen. `order`: as it was when the look began.

    None: the order was reactivated meanwhile, and what was seen belongs to its past.
    """
    async with desk.db.transaction() as connection:
        current = await orders.get_for_update(connection, order.id)
        if current is None or current.activation != order.activation:
            return None
        after, rings = await take_in(connection, desk, current, seen, via=via)
    if rings:
        desk.bells.outbox.set()
    return after


async def take_in(
    connection: AsyncConnection,
    desk: Desk,
    current: Order,
    seen: Seen,
    *,
    via: str,
    proven: bool | None = None,
) -> tuple[Order, bool]:
    """The order after this look, and whether there are letters to send for it.

    `proven`: whether the account's webhooks arrive, if that is known.
    """
    arrived = await store_messages(connection, desk, current, seen, via=via)
    after = advance(
        current,
        seen,
        has_code=arrived > 0,
        site_now=desk.site_now(current.site),
        is_rental=rentals.is_rental(desk, current),
    )
    after = await schedule(connection, desk, after, proven=proven)
    after = await rentals.remind(connection, desk, after)
    await _learn(connection, desk, current, after, seen)
    return after, await write_change(connection, desk, current, after, has_code=arrived > 0)


async def write_change(
    connection: AsyncConnection, desk: Desk, before: Order, after: Order, *, has_code: bool = False
) -> bool:
    """Save an order, with the letters that its change calls for. Whether there were any.

    `has_code`: a message came, which its card has to show.
    """
    await orders.save(connection, after)
    await share_notes.lived(connection, desk, before, after)
    is_changed = looks_different(before, after)
    if is_changed or has_code:
        await put_card(connection, desk, after)
    if not is_changed:
        return has_code
    for other in await bids.settle(connection, desk, before, after):
        await put_card(connection, desk, other)
    if before.is_open and before.state is not State.BIDDING and after.state is State.EXPIRED:
        await _tell_ended(connection, desk, after, "notice-expired")
    elif before.is_open and after.state is State.DONE and rentals.is_rental(desk, after):
        await _tell_ended(connection, desk, after, "notice-rental-ended")
    return True


async def store_messages(
    connection: AsyncConnection, desk: Desk, order: Order, seen: Seen, *, via: str
) -> int:
    """Store and push what was not there before. How many were new: the order's card has to be drawn then."""
    if not seen.messages:
        return 0
    known = await _known(connection, desk, order, seen.state)
    arrived = 0
    for sms in sorted(seen.messages, key=lambda one: one.at or 0):
        twin = _twin(known, sms)
        if twin is None:
            known.append(await _store(connection, desk, order, sms, via))
            arrived += 1
        elif sms.id and not twin.message.site_id:
            await messages.set_site_id(connection, twin.message.id, sms.id)
            twin.message = replace(twin.message, site_id=sms.id)
    if arrived:
        await share_notes.arrived(connection, desk, order)
    return arrived


async def is_delivered(connection: AsyncConnection, desk: Desk, order: Order, sms: Sms) -> bool:
    """Whether this very message was stored already for the order as it is now."""
    twin = _twin(await _known(connection, desk, order, State.RECEIVED), sms)
    return twin is not None and not twin.wiped


def advance(order: Order, seen: Seen, *, has_code: bool, site_now: float, is_rental: bool = False) -> Order:
    """The order after this look. An ended order stays ended; late messages are still stored."""
    state = _next_state(order, seen, has_code=has_code, site_now=site_now, is_rental=is_rental)
    ended = order.is_open and not state.is_open
    return replace(
        order,
        state=state,
        is_open=state.is_open,
        number=seen.number or order.number,
        price=seen.price if seen.price is not None else order.price,
        refunded=seen.refunded if seen.refunded is not None else order.refunded,
        activated_at=int(site_now) if bids.has_won(order, state) else order.activated_at,
        expires_at=_steady(order.expires_at, seen.expires_at),
        facts={**order.facts, **seen.facts},
        ended_at=int(site_now) if ended else order.ended_at,
        alive_at=int(site_now) if has_code else order.alive_at,
        last_look_at=int(site_now),
        failed_looks=0,
        trouble=None,
    )


def is_lost(order: Order, site_now: float, *, is_forgotten: bool, is_rental: bool) -> bool:
    """Whether an order that can't be looked at is over: sooner if the site says that it has no such order."""
    age = _age(order, site_now, is_rental=is_rental)
    return cadence.is_over(age) if is_forgotten else cadence.is_hopeless(age)


def give_up(order: Order, site_now: float) -> Order:
    """An order whose time is up and which the site does not show any more."""
    state = State.DONE if order.state is State.RECEIVED else State.EXPIRED
    return replace(order, state=state, is_open=False, ended_at=int(site_now), trouble=None)


async def put_card(connection: AsyncConnection, desk: Desk, order: Order) -> None:
    """Have the order's card drawn anew."""
    letter = Letter(
        kind=Kind.CARD, priority=Priority.OUTCOME, user_id=order.user_id, chat_id=order.chat_id,
        thread_id=order.thread_id, order_id=order.id,
    )  # fmt: skip
    await outbox.put(connection, letter, desk.now_ms())


def message_owner(order: Order) -> RowOwner:
    """Whose an order's messages are. The row is filled in for each."""
    return RowOwner("", order.id, order.site)


@dataclass(slots=True)
class _Known:
    """A stored message. `text` is None if it can't be read, `wiped` if it was deleted after its time."""

    message: Message
    text: str | None

    @property
    def wiped(self) -> bool:
        return self.message.body is None


async def _known(connection: AsyncConnection, desk: Desk, order: Order, state: State) -> list[_Known]:
    """What a message can be a repeat of.

    A code from before a reactivation may come again and is news then, but only if the site says that
    something came: one that it still shows beside "expired" is the old one.
    """
    news = state in {State.RECEIVED, State.DONE}
    return [
        _Known(message, _text(desk, order, message))
        for message in await messages.of_order(connection, order.id)
        if message.activation == order.activation or message.site_id or message.at or not news
    ]


def _text(desk: Desk, order: Order, message: Message) -> str | None:
    if message.body is None:
        return None
    owner = replace(message_owner(order), row=message.id)
    try:
        return open_message(desk.vault, owner, message.body).text
    except Tampered as error:  # rather a repeat than never another code for this order
        log.error("stored message can't be read", message=message.id, error=str(error))  # noqa: TRY400
        return None


def _twin(known: Sequence[_Known], sms: Sms) -> _Known | None:
    """The same message as it was stored: by the site's id where both have one, else by stamp and text."""
    by_id = (one for one in known if sms.id and sms.id == one.message.site_id)
    return next(by_id, None) or next((one for one in known if _same(one, sms)), None)


def _same(known: _Known, sms: Sms) -> bool:
    has_id, had_id = bool(sms.id), bool(known.message.site_id)
    if has_id and had_id:
        return False  # not the same id, or `_twin` would have found it
    if sms.at and known.message.at and sms.at != known.message.at and not has_id and not had_id:
        return False
    return known.wiped or known.text == sms.text


async def keep(connection: AsyncConnection, desk: Desk, order: Order, sms: Sms, via: str) -> Message:
    """Store a message with its code, sealed. Nothing rings."""
    message_id = new_ordered_id()
    owner = replace(message_owner(order), row=message_id)
    message = Message(
        id=message_id,
        order_id=order.id,
        activation=order.activation,
        site_id=sms.id,
        at=sms.at,
        body=seal_message(desk.vault, owner, replace(sms, code=best_code(sms.text, sms.code))),
        via=via,
        created_at=desk.now(),
    )
    await messages.add(connection, message)
    return message


async def _store(connection: AsyncConnection, desk: Desk, order: Order, sms: Sms, via: str) -> _Known:
    message = await keep(connection, desk, order, sms, via)
    push = Letter(
        kind=Kind.PUSH, priority=Priority.CODE, user_id=order.user_id, chat_id=order.chat_id,
        thread_id=order.thread_id, order_id=order.id, message_id=message.id,
    )  # fmt: skip
    await outbox.put(connection, push, desk.now_ms())
    return _Known(message, sms.text)


def _next_state(order: Order, seen: Seen, *, has_code: bool, site_now: float, is_rental: bool) -> State:
    had_code = has_code or order.state in {State.RECEIVED, State.DONE}
    if not order.is_open:
        return State.DONE if has_code and order.state is State.EXPIRED else order.state
    state = order.state if seen.state is State.UNKNOWN else seen.state
    if state.is_open:
        state = State.RECEIVED if had_code else _further(order.state, state)
    if is_rental and seen.state.is_open and seen.state is not State.UNKNOWN:
        return state  # a renewal takes its time: the site's word ends it, not the clock
    age = _age(order, site_now, is_rental=is_rental, expires_at=seen.expires_at)
    if state.is_open and cadence.is_over(age):
        state = State.EXPIRED
    return State.DONE if state is State.EXPIRED and had_code else state


def _further(before: State, now: State) -> State:
    """Looks overtake each other: an older answer does not take a number back."""
    return State.WAITING if before is State.WAITING and now is State.BIDDING else now


def _age(order: Order, site_now: float, *, is_rental: bool, expires_at: int | None = None) -> cadence.Age:
    return cadence.Age(
        now=site_now,
        activated_at=order.activated_at,
        expires_at=expires_at or order.expires_at,
        has_code=order.state is State.RECEIVED,
        silent_since=order.alive_at if is_rental else None,
    )


async def hooks_proven(connection: AsyncConnection, desk: Desk, account_id: str) -> bool:
    """Whether webhooks of this account are known to arrive."""
    account = await accounts.get(connection, account_id)
    return bool(account and account.hook_seen_at and desk.now() - account.hook_seen_at < cadence.PROVEN_FOR)


async def schedule(
    connection: AsyncConnection, desk: Desk, order: Order, *, proven: bool | None = None
) -> Order:
    """When to look next, faster or slower by what is known of the account's webhooks."""
    if not order.is_open:
        return order
    if proven is None:
        proven = await hooks_proven(connection, desk, order.account_id)
    age = _age(order, desk.site_now(order.site), is_rental=rentals.is_rental(desk, order))
    habit = await desk.habits.of(connection, order.site, order.ref.service)
    # Never earlier than the site's floor; a little later or not, so that a thousand orders fall out of step.
    spread = random.uniform(1.0, SPREAD)  # noqa: S311 - spreads load, guards nothing
    floor = desk.sites[order.site].pace.floor
    wait = cadence.next_look(age, habit, floor=floor, hooks_proven=proven, spread=spread)
    return replace(order, next_look_ms=desk.now_ms() + int(wait * 1000))


async def _learn(connection: AsyncConnection, desk: Desk, before: Order, after: Order, seen: Seen) -> None:
    """Count how soon the first code came: by the site's stamp, else in the middle between two looks."""
    if before.state not in {State.WAITING, State.UNKNOWN} or rentals.is_rental(desk, before):
        return
    service, began = before.ref.service, before.activated_at
    if after.state in {State.RECEIVED, State.DONE}:
        stamps = [sms.at for sms in seen.messages if sms.at is not None and sms.at >= began]
        unseen_since = max(before.last_look_at or began, began)
        came = min(stamps) if stamps else (unseen_since + (after.last_look_at or unseen_since)) / 2
        await desk.habits.note(connection, before.site, service, came - began)
    elif after.state is State.EXPIRED:
        await desk.habits.note(connection, before.site, service, None)


async def _tell_ended(connection: AsyncConnection, desk: Desk, order: Order, text: str) -> None:
    letter = Letter(
        kind=Kind.NOTICE, priority=Priority.REST, user_id=order.user_id, chat_id=order.chat_id,
        thread_id=order.thread_id, order_id=order.id, args={"text": text},
    )  # fmt: skip
    await outbox.put(connection, letter, desk.now_ms())


def _steady(known: int | None, seen: int | None) -> int | None:
    """Sites that tell the seconds left make the end wander by a second or two."""
    if seen is None or (known is not None and abs(seen - known) < 5):
        return known
    return seen


def looks_different(before: Order, after: Order) -> bool:
    """Whether the order's card has to be drawn anew."""
    shown = ("state", "number", "price", "refunded", "expires_at", "trouble")
    return any(getattr(before, field) != getattr(after, field) for field in shown) or (
        _shown_facts(before) != _shown_facts(after)
    )


def _shown_facts(order: Order) -> dict[str, Any]:
    return {key: value for key, value in order.facts.items() if key not in HIDDEN_FACTS}
