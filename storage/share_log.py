"""What happened in a share: who ordered what, for how much, what came of it, and who changed the share.

Rows are only added. The database refuses everything else.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import share_log


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
    await connection.execute(insert(share_log).values(**values))


async def count(connection: AsyncConnection, share_ids: Collection[str]) -> int:
    """How many lines these shares have."""
    query = select(func.count()).where(share_log.c.share_id.in_(share_ids))
    return int((await connection.execute(query)).scalar_one())


async def page(
    connection: AsyncConnection, share_ids: Collection[str], *, offset: int, limit: int
) -> list[Written]:
    """The newest lines of these shares first."""
    query = (
        select(share_log)
        .where(share_log.c.share_id.in_(share_ids))
        .order_by(share_log.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [_row(row) for row in (await connection.execute(query)).mappings()]


async def between(
    connection: AsyncConnection, share_ids: Collection[str], *, since: int, until: int
) -> list[Written]:
    """All lines of these shares from that moment on, and before the other. Epoch seconds; oldest first."""
    query = (
        select(share_log)
        .where(share_log.c.share_id.in_(share_ids), share_log.c.at >= since, share_log.c.at < until)
        .order_by(share_log.c.id)
    )
    return [_row(row) for row in (await connection.execute(query)).mappings()]


def _row(found: Any) -> Written:
    return Written(**{**found, "event": Event(found["event"])})
