"""Webhooks as they came in: stored raw before they are answered, worked on afterwards."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import prepared
from storage.tables import hooks
from storage.walk import EVERYTHING

_WAITING = text("hooks.state IN ('new', 'held')")
"""In the words of the indexes: SQLite finds none for a bound value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One webhook call. `body` is sealed; `headers` are only those that verify it."""

    id: str
    account_id: str
    site: str
    body: bytes
    headers: Mapping[str, str]
    received_at: int
    state: str
    attempts: int
    not_before_ms: int
    outcome: str | None


_NOT_BUSY = hooks.c.account_id.not_in(bindparam("not_of", expanding=True))

_DUE = (
    select(hooks)
    .where(_WAITING, hooks.c.not_before_ms <= bindparam("now_ms"), _NOT_BUSY)
    .order_by(hooks.c.received_at, hooks.c.id)
    .limit(bindparam("most"))
)
_NEXT = select(func.min(hooks.c.not_before_ms)).where(_WAITING, _NOT_BUSY)
_COUNT = (
    select(func.count()).select_from(hooks).where(hooks.c.account_id == bindparam("account_id"), _WAITING)
)

_ANY_DUE = (
    select(hooks.c.id)
    .where(
        hooks.c.account_id == bindparam("account_id"), _WAITING, hooks.c.not_before_ms <= bindparam("now_ms")
    )
    .limit(1)
)


async def add(connection: AsyncConnection, hook: Hook) -> None:
    """Store a call."""
    await prepared.put(connection, hooks, prepared.fields(hooks, hook))


async def due(
    connection: AsyncConnection, now_ms: int, *, limit: int, not_of: Collection[str] = ()
) -> list[Hook]:
    """Calls to work on, oldest first, but for those of these accounts."""
    given = {"now_ms": now_ms, "not_of": list(not_of), "most": limit}
    return [Hook(**found) for found in (await connection.execute(_DUE, given)).mappings()]


async def next_due_ms(connection: AsyncConnection, *, not_of: Collection[str] = ()) -> int | None:
    """When the next call is to be worked on, but for those of these accounts."""
    due_ms: int | None = (await connection.execute(_NEXT, {"not_of": list(not_of)})).scalar()
    return due_ms


async def settle(connection: AsyncConnection, hook_id: str, state: str, outcome: str) -> None:
    """Done with it."""
    await prepared.change(connection, hooks, hook_id, {"state": state, "outcome": outcome})


async def hold(connection: AsyncConnection, hook_id: str, until_ms: int, outcome: str) -> None:
    """Try again then: its order is not known yet, or the site did not answer."""
    values = {
        "state": "held",
        "not_before_ms": until_ms,
        "outcome": outcome,
        "attempts": hooks.c.attempts + 1,
    }
    await connection.execute(update(hooks).where(hooks.c.id == hook_id).values(**values))


async def waiting_of_account(connection: AsyncConnection, account_id: str) -> int:
    """How many calls of an account wait: a forger's flood is bounded by it."""
    return int((await connection.execute(_COUNT, {"account_id": account_id})).scalar_one())


async def is_any_due(connection: AsyncConnection, account_id: str, now_ms: int) -> bool:
    """Whether a call of this account is to be worked on now, or is being worked on."""
    given = {"account_id": account_id, "now_ms": now_ms}
    return (await connection.execute(_ANY_DUE, given)).first() is not None


async def wake_held(connection: AsyncConnection, account_id: str) -> None:
    """An order of this account just became known: look at the held calls now."""
    await connection.execute(
        update(hooks)
        .where(hooks.c.account_id == account_id, _WAITING, hooks.c.state == "held")
        .values(not_before_ms=0)
    )


async def forget_older(
    connection: AsyncConnection, before: int, among: ColumnElement[bool] = EVERYTHING
) -> None:
    """Delete calls received before."""
    await connection.execute(delete(hooks).where(hooks.c.received_at < before, among))
