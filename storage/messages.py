"""SMS that reached an order. Text and code are sealed; `storage.secrets` opens them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import prepared
from storage.people import KEEP_DAYS
from storage.prepared import Prepared
from storage.tables import messages, orders, users
from storage.walk import EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One SMS. `body` is None once its time to be kept has passed."""

    id: str
    order_id: str
    activation: int
    site_id: str | None
    at: int | None
    body: bytes | None
    via: str
    created_at: int


_OF_ORDER = Prepared(
    select(messages)
    .where(messages.c.order_id == bindparam("order_id"))
    .order_by(messages.c.activation, messages.c.created_at, func.coalesce(messages.c.at, 0), messages.c.id)
)


async def add(connection: AsyncConnection, message: Message) -> None:
    """Store a new message."""
    await prepared.put(connection, messages, prepared.fields(messages, message))


async def get(connection: AsyncConnection, message_id: str) -> Message | None:
    """The message of that id."""
    return await prepared.find_as(connection, Message, messages, id=message_id)


async def of_order(connection: AsyncConnection, order_id: str) -> list[Message]:
    """An order's messages, oldest first."""
    return [Message(**row) for row in await _OF_ORDER.rows(connection, order_id=order_id)]


async def set_site_id(connection: AsyncConnection, message_id: str, site_id: str) -> None:
    """The site's own id became known: a webhook told what a look had already brought."""
    await prepared.change(connection, messages, message_id, {"site_id": site_id})


async def forget_bodies(
    connection: AsyncConnection, now: int, among: ColumnElement[bool] = EVERYTHING
) -> int:
    """Delete texts and codes that are older than their owners keep them. How many.

    While an order is open, a text without id and stamp stays: it is all that tells its repeats from news.
    """
    kept_since = now - func.coalesce(users.c.keep_days, KEEP_DAYS) * 86_400
    known_without = or_(~orders.c.is_open, messages.c.site_id.is_not(None), messages.c.at.is_not(None))
    old = (
        select(messages.c.id)
        .join(orders, orders.c.id == messages.c.order_id)
        .outerjoin(users, users.c.id == orders.c.user_id)
        .where(messages.c.body.is_not(None), messages.c.created_at < kept_since, known_without, among)
    )
    return (
        await connection.execute(update(messages).where(messages.c.id.in_(old)).values(body=None))
    ).rowcount
