"""Codes that one member of a group alone may see, and whose private chat is not open: who is told where."""

from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.texts import Texts
from handlers.views import codes as views
from handlers.views.view import View
from storage import orders, outbox, people
from storage.orders import Order
from storage.outbox import Kind, Letter, Priority

CODE_WAITS = "notice-code-waits"
"""The name of the line in the group."""


async def tell_groups(connection: AsyncConnection, user_id: int, now_ms: int) -> None:
    """Write a line into each group with a code that is about to wait for this person: one until they come."""
    for order_id in await outbox.orders_without_a_chat(connection, user_id):
        order = await orders.get(connection, order_id)
        if order is None:
            continue
        line = Letter(
            kind=Kind.NOTICE,
            priority=Priority.CODE,
            user_id=user_id,
            chat_id=order.chat_id,
            thread_id=order.thread_id,
            order_id=order.id,
            args={"text": CODE_WAITS},
        )
        await outbox.put(connection, line, now_ms)


async def line(connection: AsyncConnection, t: Texts, chat_id: int, order: Order) -> View | None:
    """That line. None: it is not true any more, or the order is not in that group any more."""
    if chat_id != order.chat_id or chat_id == order.user_id:
        return None
    if await is_open(connection, order.user_id):
        return None
    name = await people.name_of(connection, order.user_id)
    return View(views.waits(t, order.user_id, name))


async def is_open(connection: AsyncConnection, user_id: int) -> bool:
    """Whether this person's private chat takes letters, as far as is known."""
    chat = await people.get_chat(connection, user_id)
    return chat is not None and chat.closed is None
