"""Numbers that are ours for days or months: who waits at one, and whose end is near."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from orders.desk import Desk
from storage import orders, outbox
from storage.orders import Order
from storage.outbox import Kind, Letter, Priority

REMIND_AT_MOST = 3 * 86_400
"""Seconds before a rental's end at which its owner is asked; a quarter of its time if that is less."""

REMIND_FROM = 2 * 86_400
"""Seconds that a rental must last for that: who rented for a day knows."""


def is_rental(desk: Desk, order: Order) -> bool:
    """Whether it lives for days or months."""
    return desk.sites[order.site].line(order.line).rental


def is_to_remind(desk: Desk, order: Order) -> bool:
    """Whether somebody should hear now that this rental's end is near, and that nothing renews it."""
    end = order.expires_at
    if end is None or not order.is_open or order.reminded_of == end or not is_rental(desk, order):
        return False
    lasts, left = end - order.activated_at, end - desk.site_now(order.site)
    is_near = 0 < left < min(REMIND_AT_MOST, lasts / 4)
    return is_near and lasts > REMIND_FROM and order.facts.get("auto_renew") is not True


async def remind(connection: AsyncConnection, desk: Desk, order: Order) -> Order:
    """Ask once for each end, if it is time. The order as it is to be saved."""
    if not is_to_remind(desk, order):
        return order
    letter = Letter(
        kind=Kind.NOTICE, priority=Priority.REST, user_id=order.user_id, chat_id=order.chat_id,
        thread_id=order.thread_id, order_id=order.id, args={"text": "notice-rental-ends"},
    )  # fmt: skip
    await outbox.put(connection, letter, desk.now_ms())
    return replace(order, reminded_of=order.expires_at)


async def expect(desk: Desk, order: Order) -> None:
    """Somebody waits at this rental: look closely from now on."""
    if not order.is_open or not is_rental(desk, order):
        return
    async with desk.db.transaction() as connection:
        await orders.change(
            connection, order.id, alive_at=int(desk.site_now(order.site)), next_look_ms=desk.now_ms()
        )
    desk.bells.watcher.set()
