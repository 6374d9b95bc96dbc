"""Transactions on one connection; those that come while it commits are committed together.

Each is a savepoint in a transaction that they share: one that fails takes nothing of the others with it, and
none is over before the commit that it is in. It is as if each had been alone, but the disk is asked once.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.sqlite import Link
from storage.turns import Turns

Row = TypeVar("Row")

MOST, LONGEST = 64, 0.005
"""So many transactions share a commit at most; none begins in a group that is so many seconds old."""

WAIT = 120.0
"""Seconds to wait for one's turn."""


async def to_its_end(work: Coroutine[Any, Any, Row]) -> Row:
    """What the work brings. Who is cancelled meanwhile waits for its end, and is cancelled then."""
    task = asyncio.ensure_future(work)
    await ended(task)
    return task.result()


async def ended(work: asyncio.Future[Any]) -> None:
    """Wait for the end of something, also if cancelled meanwhile; CancelledError comes then."""
    cancelled = False
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        work.cancelled() or work.exception()  # mark as seen
        raise asyncio.CancelledError


class Connection(AsyncConnection):
    """No part of a statement is waited for, so that no cancellation can tear it."""

    __slots__ = ()

    async def execute(self, *args: Any, **more: Any) -> Any:
        """As AsyncConnection's."""
        return self._proxied.execute(*args, **more)


class _Group:
    """Transactions that are committed together."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.connection = Connection(engine)
        self.end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._members = 0
        self._link: Link
        self._full_at = 0.0
        self._lost: OperationalError | None = None

    @property
    def is_full(self) -> bool:
        """Whether it is to be committed although more would like to join."""
        late = self.end.get_loop().time() > self._full_at
        return late or self._members >= MOST or self._lost is not None

    async def begin(self) -> None:
        """Raises what SQLAlchemy raises."""
        try:
            await self.connection.start()
            await self.connection.begin()
            self._link = (await self.connection.get_raw_connection()).dbapi_connection  # type: ignore[assignment]  # the dialect's own
        except BaseException:
            await self._close()
            raise
        self._full_at = self.end.get_loop().time() + LONGEST

    async def commit(self) -> None:
        """Raises only CancelledError, when all is over; what went wrong is told to all members by `end`."""
        if self._link.has_news:
            await to_its_end(self._commit())
        else:
            await self._commit()  # does not wait for anything

    def join(self) -> None:
        """Begin one more."""
        self._members += 1
        self._say("SAVEPOINT member")

    def leave(self, *, undo: bool) -> None:
        """Done with one."""
        if undo:
            self._say("ROLLBACK TO member")
        self._say("RELEASE member")

    async def _commit(self) -> None:
        error: Exception | None = self._lost
        try:
            if error is None:
                await self.connection.commit()
        except Exception as failed:  # noqa: BLE001 - all members are told
            error = failed
        if error is None:
            self.end.set_result(None)
        else:
            self.end.set_exception(error)
            self.end.exception()  # mark as seen: perhaps they all failed for themselves
            await self.connection.invalidate()  # SQLAlchemy takes it for rolled back, and it need not be
        await self._close()

    async def _close(self) -> None:
        if self.connection.sync_connection is not None:
            await self.connection.close()

    def _say(self, words: str) -> None:
        """Where a disk is full or broken SQLite takes back everything, and knows no savepoint any more."""
        try:
            self._link.execute(words)
        except sqlite3.Error as error:
            self._lost = self._lost or OperationalError(words, None, error)


class Together:
    """One connection's transactions."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turns = Turns()
        self._group: _Group | None = None

    @asynccontextmanager
    async def transaction(self, patience: float) -> AsyncIterator[AsyncConnection]:
        """All or nothing. `patience`: seconds for which others go first. Raises what SQLAlchemy raises."""
        group = await self._joined(patience)
        try:
            yield group.connection
        except BaseException:
            group.leave(undo=True)
            await self._go_on()
            raise
        group.leave(undo=False)
        await self._go_on()
        await ended(group.end)
        group.end.result()

    async def _joined(self, patience: float) -> _Group:
        turn = self._turns.ask(patience)
        try:
            if not turn.done():
                async with asyncio.timeout(WAIT):
                    await turn
            group = self._group or await self._begun()
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                await self._go_on()
            if isinstance(error, TimeoutError):
                raise NoConnection("too many wait for the database") from None
            raise
        group.join()
        return group

    async def _begun(self) -> _Group:
        group = _Group(self._engine)
        await group.begin()
        self._group = group
        return group

    async def _go_on(self) -> None:
        """The next one's turn: in the same group, or after its commit."""
        group = self._group
        if group is not None and (group.is_full or not self._turns.is_wanted):
            self._group = None
            try:
                await group.commit()
            finally:
                self._turns.give()
        else:
            self._turns.give()
