"""What was in one chat goes to another: a group became a supergroup, or the bot was thrown out."""

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import chats, drafts, orders, outbox, prompts, purchases, shares


async def migrate(connection: AsyncConnection, old: int, new: int) -> None:
    """Replace the old id wherever it stands. Messages of the old group can't be edited any more."""
    for table in (orders, purchases, drafts):
        await connection.execute(
            update(table).where(table.c.chat_id == old).values(chat_id=new, card_id=None, thread_id=None)
        )
    for table in (outbox, shares):
        await connection.execute(
            update(table).where(table.c.chat_id == old).values(chat_id=new, thread_id=None)
        )
    await connection.execute(delete(prompts).where(prompts.c.chat_id == old))
    await connection.execute(delete(chats).where(chats.c.id == old))


async def take_home(connection: AsyncConnection, group_id: int) -> dict[int, list[str]]:
    """Open orders of a closed group go to the private chats of those who ordered, where these are open.

    With what waits to be sent of them. The orders' ids by user; who has no open private chat is left out.
    """
    open_chats = select(chats.c.id).where(chats.c.closed.is_(None))
    there = select(orders.c.id, orders.c.user_id).where(
        orders.c.chat_id == group_id,
        orders.c.is_open,
        orders.c.user_id != group_id,
        orders.c.user_id.in_(open_chats),
    )
    moved: dict[int, list[str]] = {}
    for order_id, user_id in (await connection.execute(there)).all():
        moved.setdefault(user_id, []).append(order_id)
    for user_id, ids in moved.items():
        await connection.execute(
            update(orders).where(orders.c.id.in_(ids)).values(chat_id=user_id, card_id=None, thread_id=None)
        )
        await connection.execute(
            update(outbox)
            .where(outbox.c.order_id.in_(ids), outbox.c.state.in_(["due", "sending", "parked"]))
            .values(chat_id=user_id, thread_id=None, state="due")
        )
    return moved
