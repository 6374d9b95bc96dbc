"""What was in one chat goes to another: a group became a supergroup, or the bot was thrown out."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import share_log
from storage.prepared import upsert
from storage.tables import accounts, chats, drafts, orders, outbox, prompts, purchases, shares

WAITING = ("due", "sending", "parked")

Where = Callable[[Table], ColumnElement[bool]]
"""Which rows of a table."""


class Moved(NamedTuple):
    """An order of a closed group that is in the private chat of who ordered it now."""

    order_id: str
    user_id: int
    group_id: int


async def migrate(connection: AsyncConnection, old: int, new: int, now: int) -> list[tuple[str, int]]:
    """Replace the old id wherever it stands; a second time it finds nothing. `now`: epoch seconds.

    Messages of the old group can't be edited any more. The ids of open orders that moved, and of who ordered.
    """
    query = select(orders.c.id, orders.c.user_id).where(orders.c.chat_id == old, orders.c.is_open)
    moved = [(order_id, user_id) for order_id, user_id in (await connection.execute(query)).all()]
    for table in (orders, purchases, drafts):
        await connection.execute(
            update(table).where(table.c.chat_id == old).values(chat_id=new, card_id=None, thread_id=None)
        )
    await _end_twins(connection, old, new, now)
    for table in (outbox, shares):
        await connection.execute(
            update(table).where(table.c.chat_id == old).values(chat_id=new, thread_id=None)
        )
    await connection.execute(delete(prompts).where(prompts.c.chat_id == old))
    known = (await connection.execute(select(chats.c.title).where(chats.c.id == old))).scalar()
    if known is not None:
        values = {"id": new, "kind": "supergroup", "title": known, "closed": None}
        await upsert(connection, chats, values, key=["id"], change=[])
        await connection.execute(delete(chats).where(chats.c.id == old))
    return moved


async def lose_topic(connection: AsyncConnection, chat_id: int, thread_id: int) -> None:
    """What is to be sent there belongs into the group itself: of open orders, purchases, menus."""
    for table in (orders, purchases, drafts, outbox):
        there = table.c.chat_id == chat_id, table.c.thread_id == thread_id
        await connection.execute(update(table).where(*there).values(thread_id=None))


async def _end_twins(connection: AsyncConnection, old: int, new: int, now: int) -> None:
    """An account shared anew before the move was known: the older share, with what it has spent, counts."""
    there = select(shares.c.account_id).where(shares.c.chat_id == old, shares.c.ended_at.is_(None))
    twins = shares.c.chat_id == new, shares.c.ended_at.is_(None), shares.c.account_id.in_(there)
    await connection.execute(update(shares).where(*twins).values(ended_at=now))


async def basic_groups(connection: AsyncConnection, title: str) -> list[int]:
    """The open groups of that name that are no supergroups (yet)."""
    query = select(chats.c.id).where(
        chats.c.kind == "group", chats.c.title == title, chats.c.closed.is_(None)
    )
    return list((await connection.execute(query)).scalars())


async def take_home(connection: AsyncConnection, group_id: int) -> list[Moved]:
    """Orders of a closed group go to the private chats of those who ordered, where these are open.

    The open ones and those with something left to send, which goes along; so do purchases without an answer.
    Who has no open private chat is left out: theirs waits for `fetch_home`, or for the group.
    """
    open_chats = select(chats.c.id).where(chats.c.closed.is_(None))
    return await _move_home(
        connection, lambda table: and_(table.c.chat_id == group_id, table.c.user_id.in_(open_chats))
    )


async def fetch_home(connection: AsyncConnection, user_id: int) -> list[Moved]:
    """The same for one person whose private chat is open now, from all groups that have closed."""
    closed = select(chats.c.id).where(chats.c.closed.is_not(None))
    return await _move_home(
        connection, lambda table: and_(table.c.user_id == user_id, table.c.chat_id.in_(closed))
    )


async def _move_home(connection: AsyncConnection, where: Where) -> list[Moved]:
    has_letters = orders.c.id.in_(select(outbox.c.order_id).where(outbox.c.state.in_(WAITING)))
    query = select(orders.c.id, orders.c.user_id, orders.c.chat_id).where(
        where(orders), orders.c.user_id != orders.c.chat_id, or_(orders.c.is_open, has_letters)
    )
    moved = [Moved(*row) for row in (await connection.execute(query)).all()]
    for user_id in sorted({order.user_id for order in moved}):
        ids = [order.order_id for order in moved if order.user_id == user_id]
        place = {"chat_id": user_id, "thread_id": None}
        await connection.execute(update(orders).where(orders.c.id.in_(ids)).values(**place, card_id=None))
        await move_letters(connection, ids, place)
    await _move_purchases(connection, where)
    return moved


async def _move_purchases(connection: AsyncConnection, where: Where) -> None:
    """What became of their money is told at home, too: that it is unknown, and then what was found.

    The home of what was handed over is its owner's. What the owner is asked in private stays there.
    """
    has_letters = purchases.c.id.in_(select(outbox.c.purchase_id).where(outbox.c.state.in_(WAITING)))
    query = (
        select(purchases.c.id, purchases.c.user_id, purchases.c.chat_id, accounts.c.owner_id)
        .join(accounts, accounts.c.id == purchases.c.account_id)
        .where(
            where(purchases),
            purchases.c.user_id != purchases.c.chat_id,
            or_(purchases.c.state.in_(["sending", "unknown"]), has_letters),
        )
    )
    for purchase_id, user_id, chat_id, owner_id in (await connection.execute(query)).all():
        home = owner_id if await share_log.is_handed_over(connection, purchase_id) else user_id
        if home == chat_id:
            continue
        place = {"chat_id": home, "thread_id": None}
        of_purchase = update(purchases).where(purchases.c.id == purchase_id)
        await connection.execute(of_purchase.values(**place, card_id=None))
        there = outbox.c.purchase_id == purchase_id, outbox.c.chat_id == chat_id
        letters = update(outbox).where(*there, outbox.c.state.in_(WAITING))
        await connection.execute(letters.values(**place, user_id=home, state="due"))


async def move_letters(connection: AsyncConnection, order_ids: list[str], place: Mapping[str, Any]) -> None:
    """What waits to be sent of these orders goes there at once, but for their cards.

    Those are written anew by whoever moves them: several of one order can be parked, but one can be due.
    """
    waiting = outbox.c.order_id.in_(order_ids), outbox.c.state.in_(WAITING)
    cards = update(outbox).where(*waiting, outbox.c.kind == "card")
    await connection.execute(cards.values(**place, state="dropped", error="superseded"))
    await connection.execute(update(outbox).where(*waiting).values(**place, state="due"))
