"""Writing down what became of many orders at once: one transaction, and one that is broken hurts no other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from orders import cadence, inbox, rentals
from orders.desk import Desk
from providers.site import Seen
from storage import orders
from storage.orders import Order

log = structlog.get_logger(__name__)

PATIENCE = 0.25
"""Seconds for which looks that brought no code let webhooks, presses and sending go first."""

WRITTEN_AT_ONCE = 50
"""Looks whose outcome is written down in one transaction, at most: some 20 ms."""

Change = Callable[[AsyncConnection, Order], Awaitable[Order]]


class Look(NamedTuple):
    """An order as it was when its look began (epoch milliseconds), and what the look showed."""

    order: Order
    seen: Seen
    began_ms: int


@dataclass(slots=True)
class Pile:
    """Looks that end while others are being written down are written down together.

    However many end at once, a webhook or a press waits for one transaction and not for them all.
    """

    _waiting: list[Look] = field(default_factory=list)
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self, desk: Desk, look: Look) -> list[Order]:
        """Write down this look, and others with it. The orders as they are then; none if another took it.

        What can't be written together is written one by one. Raises what then goes wrong with this look.
        """
        self._waiting.append(look)
        async with self._writing:
            some, self._waiting = self._waiting[:WRITTEN_AT_ONCE], self._waiting[WRITTEN_AT_ONCE:]
            try:
                return await take_all(desk, some) if some else []
            except DBAPIError:
                if some == [look]:
                    raise
            return await _each(desk, some, look)


async def _each(desk: Desk, looks: Sequence[Look], own: Look) -> list[Order]:
    """Write them down one by one. Raises what goes wrong with the caller's own; others are logged."""
    written, failed = list[Order](), None
    for look in looks:
        try:
            written += await take_all(desk, [look])
        except DBAPIError as error:
            if look is own:
                failed = error
            else:  # it is made again when its lease has run out
                log.warning("look not written", order=look.order.id, error=type(error).__name__)
    if failed is not None:
        raise failed
    return written


async def take_all(desk: Desk, looks: Sequence[Look]) -> list[Order]:
    """Write down what these looks showed; the orders as they are now."""
    shown = {look.order.id: look.seen for look in looks}
    begun = {look.order.id: look.began_ms for look in looks}
    unknown = {look.order.id: desk.known.without(look.order, look.seen) for look in looks}
    proven: dict[str, bool] = {}

    async def advanced(connection: AsyncConnection, current: Order) -> Order:
        account_id = current.account_id
        if account_id not in proven:
            proven[account_id] = await inbox.hooks_proven(connection, desk, account_id)
        after = inbox.advance(
            current,
            unknown[current.id],
            has_code=False,
            site_now=desk.site_now(current.site),
            is_rental=rentals.is_rental(desk, current),
        )
        after = await inbox.schedule(connection, desk, after, proven=proven[account_id])
        return _in_turn(desk, after, begun[current.id])

    async def taken(connection: AsyncConnection, current: Order) -> Order:
        return (await inbox.take_in(connection, desk, current, unknown[current.id], via="poll"))[0]

    def has_news(order: Order) -> bool:
        return bool(unknown[order.id].messages) or rentals.is_to_remind(desk, order)

    after = await _write(desk, [look.order for look in looks], advanced, taken, has_news)
    for order in after:
        desk.known.note(order, shown[order.id])
    return after


async def change_all(desk: Desk, looked: Sequence[Order], change: Callable[[Order], Order]) -> list[Order]:
    """Change these orders, if they are still open and what they were; the orders as they are now."""

    async def changed(_: AsyncConnection, current: Order) -> Order:
        return change(current) if current.is_open else current

    async def written(connection: AsyncConnection, current: Order) -> Order:
        after = await changed(connection, current)
        await inbox.write_change(connection, desk, current, after)
        return after

    return await _write(desk, looked, changed, written, lambda order: False)


def _in_turn(desk: Desk, order: Order, began_ms: int) -> Order:
    """When to look again, counted from the last look's begin: one that took long makes the next no later.

    Where one list shows all orders of an account, they have their turn together.
    """
    if not order.is_open:
        return order
    now_ms = desk.now_ms()
    spent = min(now_ms - began_ms, (order.next_look_ms - now_ms) // 2)
    is_listed = desk.sites[order.site].line(order.line).listed
    key = order.account_id if is_listed else order.id
    return replace(order, next_look_ms=cadence.in_turn(order.next_look_ms - spent, now_ms, key))


async def _write(
    desk: Desk, looked: Sequence[Order], expected: Change, write: Change, has_news: Callable[[Order], bool]
) -> list[Order]:
    """`expected` says how an order will be; if nobody would see a difference, its times are saved with all
    others' in one statement. Else `write` does it, in a savepoint of its own."""
    activations = {order.id: order.activation for order in looked}
    quiet: list[Order] = []
    loud: list[Order] = []
    patience = 0.0 if any(map(has_news, looked)) else PATIENCE
    async with desk.db.transaction(patience=patience) as connection:
        for current in await orders.get_many_for_update(connection, list(activations)):
            if current.activation != activations[current.id]:
                continue  # reactivated meanwhile: what was seen belongs to its past
            try:
                after = await expected(connection, current)
                if not has_news(current) and not inbox.looks_different(current, after):
                    quiet.append(after)
                    continue
                async with connection.begin_nested():
                    loud.append(await write(connection, current))
                await asyncio.sleep(0)  # everybody else waits while statements run
            except Exception:  # one broken order must not cost the others their codes
                log.exception("look broken", order=current.id)
        await orders.looked_at(connection, quiet)
    if loud:
        desk.bells.outbox.set()
    return [*quiet, *loud]
