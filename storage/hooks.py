"""Webhooks as they came in: stored raw before they are answered, worked on afterwards."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import prepared
from storage.prepared import Prepared
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

_DUE = Prepared(
    select(hooks)
    .where(_WAITING, hooks.c.not_before_ms <= bindparam("now_ms"), _NOT_BUSY)
    .order_by(hooks.c.received_at, hooks.c.id)
    .limit(bindparam("most"))
)
_NEXT = Prepared(select(func.min(hooks.c.not_before_ms)).where(_WAITING, _NOT_BUSY))
_OF_ACCOUNT = hooks.c.account_id == bindparam("of_account")
_COUNT = Prepared(select(func.count()).select_from(hooks).where(_OF_ACCOUNT, _WAITING))
_ANY_DUE = Prepared(
    select(hooks.c.id).where(_OF_ACCOUNT, _WAITING, hooks.c.not_before_ms <= bindparam("now_ms")).limit(1)
)
_HOLD = Prepared(
    update(hooks)
    .where(hooks.c.id == bindparam("hook_id"))
    .values(state="held", attempts=hooks.c.attempts + 1)
)
_WAKE = Prepared(update(hooks).where(_OF_ACCOUNT, _WAITING, hooks.c.state == "held").values(not_before_ms=0))


async def add(connection: AsyncConnection, hook: Hook) -> None:
    """Store a call."""
    await prepared.put(connection, hooks, prepared.fields(hooks, hook))


async def due(
    connection: AsyncConnection, now_ms: int, *, limit: int, not_of: Collection[str] = ()
) -> list[Hook]:
    """Calls to work on, oldest first, but for those of these accounts."""
    rows = await _DUE.rows(connection, now_ms=now_ms, not_of=not_of, most=limit)
    return [Hook(**row) for row in rows]


async def next_due_ms(connection: AsyncConnection, *, not_of: Collection[str] = ()) -> int | None:
    """When the next call is to be worked on, but for those of these accounts."""
    due_ms: int | None = await _NEXT.value(connection, not_of=not_of)
    return due_ms


async def settle(connection: AsyncConnection, hook_id: str, state: str, outcome: str) -> None:
    """Done with it."""
    await prepared.change(connection, hooks, hook_id, {"state": state, "outcome": outcome})


async def discard(connection: AsyncConnection, hook_id: str, state: str, outcome: str) -> None:
    """Done with it, and nothing came of it: what a forger writes is not kept."""
    await prepared.change(connection, hooks, hook_id, {"state": state, "outcome": outcome, "body": b""})


async def hold(connection: AsyncConnection, hook_id: str, until_ms: int, outcome: str) -> None:
    """Try again then: its order is not known yet, or the site did not answer."""
    await _HOLD.change(connection, hook_id=hook_id, not_before_ms=until_ms, outcome=outcome)


async def waiting_of_account(connection: AsyncConnection, account_id: str) -> int:
    """How many calls of an account wait: a forger's flood is bounded by it."""
    return int(await _COUNT.value(connection, of_account=account_id))


async def is_any_due(connection: AsyncConnection, account_id: str, now_ms: int) -> bool:
    """Whether a call of this account is to be worked on now, or is being worked on."""
    return await _ANY_DUE.value(connection, of_account=account_id, now_ms=now_ms) is not None


async def wake_held(connection: AsyncConnection, account_id: str) -> None:
    """An order of this account just became known: look at the held calls now."""
    await _WAKE.change(connection, of_account=account_id)


async def forget_older(
    connection: AsyncConnection, before: int, among: ColumnElement[bool] = EVERYTHING
) -> None:
    """Delete calls received before."""
    await connection.execute(delete(hooks).where(hooks.c.received_at < before, among))
