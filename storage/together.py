"""Transactions on one connection; those that come while it commits are committed together.

Each is a part of a transaction that they share: one that fails takes nothing of the others with it, and none
is over before the commit that it is in. It is as if each had been alone, but the disk is asked once.

Nothing here passes through SQLAlchemy's greenlets, which cost more than SQLite: only the thread of a commit,
somebody else's lock, and the opening of the file are waited for.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction
from sqlalchemy.util.concurrency import greenlet_spawn

from storage.ends import End
from storage.sqlite import TAKEN_BACK, Link, of_sqlalchemy
from storage.turns import Turn, Turns

MOST, LONGEST = 64, 0.005
"""So many transactions share a commit at most; none begins in a group that is so many seconds old."""

SLOWEST = 0.05
"""Where a commit takes longer than that, the next group lasts as long as it did, up to so many seconds: the
slower the disk, the more go together.
"""

WAIT = 120.0
"""Seconds to wait for one's turn."""


class Connection(AsyncConnection):
    """No part of a statement is waited for, so that no cancellation can tear it.

    Where SQLite has taken back the transaction, what would come after that is an error: it would stay.
    """

    __slots__ = ()

    async def execute(self, *args: Any, **more: Any) -> Any:
        """As AsyncConnection's."""
        self._ask_whether_begun()
        return self._proxied.execute(*args, **more)

    def begin_nested(self) -> AsyncTransaction:
        """As AsyncConnection's."""
        self._ask_whether_begun()
        return super().begin_nested()

    def _ask_whether_begun(self) -> None:
        link: Any = self._proxied.connection.dbapi_connection
        try:
            link.must_have_begun()
        except sqlite3.Error as error:
            raise of_sqlalchemy("", error) from error


class _Group:
    """Transactions that are committed together."""

    def __init__(self, engine: AsyncEngine, seconds: float) -> None:
        self._engine = engine
        self._seconds = seconds
        self.connection: Connection
        self.end = End()
        """Of all: an error if they are lost."""
        self.lost: Exception | None = None
        """Why there is nothing left to commit."""
        self.is_ending = False
        """Whether its commit has begun."""
        self._members = 0
        self._is_undone = False
        self._link: Link
        self._full_at = 0.0
        self._giving_up: asyncio.Future[None]

    @property
    def is_full(self) -> bool:
        """Whether it is to be committed although more would like to join."""
        late = self.end.get_loop().time() > self._full_at
        return late or self._members >= MOST or self._is_undone or self.lost is not None

    async def begin(self, *, is_open: bool) -> None:
        """`is_open`: a connection waits in the pool. Raises what SQLAlchemy raises."""
        connect = self._engine.sync_engine.connect
        connection = connect() if is_open else await greenlet_spawn(connect)
        try:
            self._link = connection.connection.dbapi_connection  # type: ignore[assignment]  # the dialect's own
            await self._link.begin()
            connection.begin()
        except BaseException as error:
            connection.close()
            if isinstance(error, sqlite3.Error):
                raise of_sqlalchemy("BEGIN IMMEDIATE", error) from error
            raise
        self.connection = Connection(self._engine, connection)
        self._full_at = self.end.get_loop().time() + self._seconds

    def join(self) -> None:
        """Begin one more. The first has the transaction for itself."""
        self._members += 1
        if self._members > 1:
            self._say("SAVEPOINT member")

    def leave(self, *, undo: bool) -> None:
        """Done with the one that has joined last."""
        if self._members > 1:
            if undo:
                self._say("ROLLBACK TO member")
            self._say("RELEASE member")
        elif undo:
            self._is_undone = True
            self._say("ROLLBACK")
        elif not self._link.has_begun:
            self._lose("COMMIT", sqlite3.OperationalError(TAKEN_BACK))

    def commit(self, then: Callable[[], None]) -> None:
        """All are told by `end`; `then` is called."""
        self.is_ending = True
        if self.lost is None and self._link.has_news:
            self._link.to_disk().add_done_callback(lambda disk: self._written(disk, then))
        else:
            self._end(then)

    def _written(self, disk: asyncio.Future[None], then: Callable[[], None]) -> None:
        try:
            disk.result()
        except Exception as error:  # noqa: BLE001 - all members are told
            self._lose("COMMIT", error)
        self._end(then)

    def _end(self, then: Callable[[], None]) -> None:
        if self.lost is None:
            try:
                self.connection.sync_connection.commit()  # type: ignore[union-attr]  # it has begun
            except Exception as failed:  # noqa: BLE001 - all members are told
                self.lost = failed
        if self.lost is None:
            self._over(then)
        else:  # SQLAlchemy would take it for rolled back, and it need not be
            self._giving_up = asyncio.ensure_future(self.connection.invalidate())
            self._giving_up.add_done_callback(lambda _: self._over(then))

    def _over(self, then: Callable[[], None]) -> None:
        try:
            self.connection.sync_connection.close()  # type: ignore[union-attr]  # as above
        finally:
            if self.lost is None:
                self.end.set_result(None)
            else:
                self.end.set_exception(self.lost)
                self.end.exception()  # mark as seen: perhaps they all failed for themselves
            then()

    def _say(self, words: str) -> None:
        """Where a disk is full or broken SQLite takes back everything, and knows no savepoint any more."""
        try:
            self._link.execute(words)
        except sqlite3.Error as error:
            self._lose(words, error)

    def _lose(self, words: str, error: Exception) -> None:
        self.lost = self.lost or of_sqlalchemy(words, error)


class Together:
    """One connection's transactions."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turns = Turns()
        self._group: _Group | None = None
        self._is_open = False
        """Whether the pool's connection, if there is one in it, lives."""
        self._commit_took = 0.0

    def transaction(self, patience: float) -> "_Member":
        """All or nothing. `patience`: seconds for which others go first. Raises what SQLAlchemy raises."""
        return _Member(self, patience)

    async def join(self, patience: float) -> _Group:
        """Begin one, in the group that is still open or a new one. `go_on` must follow."""
        turn = self._turns.ask(patience)
        if not turn.done():
            await self._called(turn)
        group = self._group
        if group is None:
            try:
                group = self._group = await self._begun()
            except BaseException:
                self.go_on()
                raise
        group.join()
        return group

    def go_on(self) -> None:
        """The next one's turn: in the same group, or after its commit."""
        group = self._group
        if group is not None and (group.is_full or not self._turns.is_wanted):
            self._group, now = None, group.end.get_loop().time()
            group.commit(lambda: self._over(group, now))
        else:
            self._turns.give()

    async def _called(self, turn: Turn) -> None:
        late = turn.get_loop().call_later(WAIT, _give_up, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.exception() is None:  # it came in the same moment
                self.go_on()
            raise
        finally:
            late.cancel()

    async def _begun(self) -> _Group:
        group = _Group(self._engine, max(LONGEST, min(self._commit_took, SLOWEST)))
        waits = self._engine.pool.checkedin() > 0  # type: ignore[attr-defined]  # a pool that counts
        is_open, self._is_open = self._is_open and waits, False
        await group.begin(is_open=is_open)
        return group

    def _over(self, group: _Group, began_at: float) -> None:
        self._commit_took = group.end.get_loop().time() - began_at
        self._is_open = group.lost is None
        self._turns.give()


class _Member:
    """One transaction, as a context."""

    __slots__ = ("_group", "_patience", "_together")

    def __init__(self, together: Together, patience: float) -> None:
        self._together = together
        self._patience = patience

    async def __aenter__(self) -> AsyncConnection:
        self._group = await self._together.join(self._patience)
        return self._group.connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        group = self._group
        group.leave(undo=error is not None)
        self._together.go_on()
        if error is None:
            await group.end
        elif group.is_ending:  # the connection is in use until then
            with suppress(Exception):  # who has failed has an error of his own
                await group.end


def _give_up(turn: Turn) -> None:
    if not turn.done():
        turn.set_exception(NoConnection("too many wait for the database"))
