"""What happened in a share: who ordered what, for how much, what came of it, and who changed the share.

Rows are only added. The database refuses everything else.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Tuple, and_, bindparam, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import prepared
from storage.prepared import Prepared
from storage.shares import Role
from storage.tables import accounts, chats, share_log, share_members, shares

Mark = tuple[int, int]
"""A place in the log: a line's moment and its id."""


class Event(StrEnum):
    """What happened. Each has a text in every language."""

    # An order
    ORDERED = "ordered"  # amount: the most that was confirmed
    PLACED = "placed"  # amount: what the site charged
    REFUSED = "refused"
    UNKNOWN = "unknown"  # amount: what is held for it
    CODE = "code"  # a message came; never what it says
    ENDED = "ended"  # args: state
    REFUNDED = "refunded"  # amount: what came back
    ACTED = "acted"  # args: act
    HANDED_OVER = "handed-over"  # whoever ordered has left: the owner has it now

    # The share
    SHARED = "shared"
    CHANGED = "changed"  # args: what, before, after
    CAP = "cap"  # amount: the limit now; args: span, before; none: lifted
    ROLE = "role"  # args: user, of, role
    ASKED = "asked"  # somebody asked to be let in
    LEFT = "left"
    NEARLY = "nearly"  # 80 % of a limit; args: span; amount: what is spent
    STOPPED = "stopped"  # args: why


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log. `user_id`: who did it; None: nobody, it came about."""

    share_id: str
    at: int
    event: Event
    user_id: int | None = None
    name: str = ""
    purchase_id: str | None = None
    amount: Decimal | None = None
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(Entry):
    """A line that stands in the log."""

    id: int

    @property
    def mark(self) -> Mark:
        """Its place in the log."""
        return self.at, self.id


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and the one that says what was ordered, where it came of an order."""

    written: Written
    ordered: Written | None


@dataclass(frozen=True, slots=True)
class LoggedChat:
    """A group that has a log. The title may not be known."""

    id: int
    title: str


_HANDED_OVER = Prepared(
    select(share_log.c.id)
    .where(share_log.c.purchase_id == bindparam("of_purchase"), share_log.c.event == Event.HANDED_OVER.value)
    .limit(1)
)


async def add(connection: AsyncConnection, entry: Entry) -> None:
    """Write a line."""
    values = {
        "share_id": entry.share_id,
        "at": entry.at,
        "user_id": entry.user_id,
        "name": entry.name,
        "event": entry.event.value,
        "purchase_id": entry.purchase_id,
        "amount": entry.amount,
        "args": dict(entry.args),
    }
    await prepared.put(connection, share_log, values)


async def heads(
    connection: AsyncConnection,
    share_ids: Collection[str],
    *,
    before: Mark | None = None,
    after: Mark | None = None,
    limit: int,
) -> list[Written]:
    """What was ordered by these shares, and what happened to them: newest first.

    Those right below a mark, or right above it. What came of an order is not among them, see `came_of`.
    """
    columns = share_log.c
    is_head = or_(columns.purchase_id.is_(None), columns.event == Event.ORDERED.value)
    oldest_first = (columns.at.asc(), columns.id.asc())
    newest_first = (columns.at.desc(), columns.id.desc())
    if after is not None:
        found = await _of_each(connection, share_ids, and_(is_head, _at(after) < _PLACE), oldest_first, limit)
        return sorted(found, key=_mark)[:limit][::-1]
    where = is_head if before is None else and_(is_head, _at(before) > _PLACE)
    found = await _of_each(connection, share_ids, where, newest_first, limit)
    return sorted(found, key=_mark, reverse=True)[:limit]


async def came_of(
    connection: AsyncConnection, purchase_ids: Collection[str], *, latest: int
) -> dict[str, list[Written]]:
    """What happened after these were ordered, oldest first, by purchase: the latest so many of each.

    Of messages only the first: a rented number gets thousands. `codes` counts them.
    """
    columns = share_log.c
    mine = columns.purchase_id.in_(purchase_ids)
    is_code = columns.event == Event.CODE.value
    first_codes = select(func.min(columns.id)).where(mine, is_code).group_by(columns.purchase_id)
    age = func.row_number().over(partition_by=columns.purchase_id, order_by=columns.id.desc())
    counted = (
        select(share_log, age.label("age"))
        .where(mine, columns.event != Event.ORDERED.value, or_(~is_code, columns.id.in_(first_codes)))
        .subquery()
    )
    query = select(*(counted.c[column.name] for column in columns)).where(counted.c.age <= latest)
    found: dict[str, list[Written]] = {}
    for row in (await connection.execute(query.order_by(counted.c.id))).mappings():
        found.setdefault(row["purchase_id"], []).append(_row(row))
    return found


async def is_handed_over(connection: AsyncConnection, purchase_id: str) -> bool:
    """Whether who ordered it has left since: its orders are the owner's."""
    return await _HANDED_OVER.value(connection, of_purchase=purchase_id) is not None


async def codes(connection: AsyncConnection, purchase_ids: Collection[str]) -> dict[str, int]:
    """How many messages came, by purchase; those without any are left out."""
    columns = share_log.c
    query = (
        select(columns.purchase_id, func.count())
        .where(columns.purchase_id.in_(purchase_ids), columns.event == Event.CODE.value)
        .group_by(columns.purchase_id)
    )
    return {purchase_id: int(number) for purchase_id, number in (await connection.execute(query)).all()}


async def lines(
    connection: AsyncConnection,
    share_ids: Collection[str],
    *,
    since: int,
    until: int,
    after: Mark | None = None,
    limit: int,
) -> list[Line]:
    """The next lines of these shares from one moment on and before another, in epoch seconds. Oldest first.

    `after`: the last line of those that were read before.
    """
    columns = share_log.c
    where = and_(columns.at >= since, columns.at < until)
    if after is not None:
        where = and_(where, _at(after) < _PLACE)
    each = await _of_each(connection, share_ids, where, (columns.at.asc(), columns.id.asc()), limit)
    found = sorted(each, key=_mark)[:limit]
    ordered = await _ordered(connection, {line.purchase_id for line in found if line.purchase_id})
    return [Line(line, ordered.get(line.purchase_id or "")) for line in found]


async def chats_of(connection: AsyncConnection, user_id: int) -> list[LoggedChat]:
    """The groups with shares, also ended ones, of this person's accounts or in which they are a manager."""
    mine = select(accounts.c.id).where(accounts.c.owner_id == user_id)
    managed = select(share_members.c.share_id).where(
        share_members.c.user_id == user_id, share_members.c.role == Role.MANAGER.value
    )
    query = (
        select(shares.c.chat_id, chats.c.title)
        .outerjoin(chats, chats.c.id == shares.c.chat_id)
        .where(or_(shares.c.account_id.in_(mine), shares.c.id.in_(managed)))
        .group_by(shares.c.chat_id, chats.c.title)
        .order_by(chats.c.title, shares.c.chat_id)
    )
    return [LoggedChat(chat_id, title or "") for chat_id, title in (await connection.execute(query)).all()]


async def _of_each(
    connection: AsyncConnection,
    share_ids: Collection[str],
    where: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]],
    limit: int,
) -> list[Written]:
    """So many of each share, found by the index: a sort of all of them would read the whole log."""
    found: list[Written] = []
    for share_id in share_ids:
        query = select(share_log).where(share_log.c.share_id == share_id, where).order_by(*order).limit(limit)
        found += [_row(row) for row in (await connection.execute(query)).mappings()]
    return found


async def _ordered(connection: AsyncConnection, purchase_ids: Collection[str]) -> dict[str, Written]:
    query = select(share_log).where(
        share_log.c.purchase_id.in_(purchase_ids), share_log.c.event == Event.ORDERED.value
    )
    rows = (await connection.execute(query)).mappings()
    return {row["purchase_id"]: _row(row) for row in rows}


_PLACE = tuple_(share_log.c.at, share_log.c.id)


def _at(mark: Mark) -> Tuple:
    return tuple_(*(literal(part, BigInteger) for part in mark))


def _mark(line: Written) -> Mark:
    return line.mark


def _row(found: Any) -> Written:
    return Written(**{**found, "event": Event(found["event"])})
