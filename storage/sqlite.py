"""aiosqlite, its thread used for what has to wait: a commit for the disk.

A statement takes some microseconds, and handing it to a thread ten times as long: it runs at once.
The begin of a transaction waits for another process's lock by trying again.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Iterable, MutableMapping, Sequence
from typing import Any, Self

import aiosqlite
from sqlalchemy import Connection
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_dbapi,
    SQLiteDialect_aiosqlite,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util.concurrency import await_

DRIVER = "sqlite+inline"

PATIENCE = 10.0
"""Seconds for which another process may hold the lock, such as a backup or somebody at a prompt."""

TRY_AGAIN = 0.005
"""Seconds between two attempts to get the lock."""

STATEMENTS = 400
"""Prepared statements that are kept; the program has some two hundred."""

TAKEN_BACK = "SQLite has rolled back"

_MAIN_CODE = 0xFF
"""SQLite's extended result codes hold the main one in their lowest byte."""

registry.register("sqlite.inline", __name__, "Dialect")


class _Cursor(sqlite3.Cursor):
    """Fetches at once: a row that nobody asked for would keep its statement, and with it a lock, open."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._rows = deque[Any]()

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        """As sqlite3's."""
        super().execute(sql, parameters)
        self._rows = deque(super().fetchall())
        return self

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Self:
        """As sqlite3's."""
        self._rows = deque()
        return super().executemany(sql, parameters)

    def fetchone(self) -> Any:
        """As sqlite3's."""
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """As sqlite3's."""
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        """As sqlite3's."""
        rows = list(self._rows)
        self._rows.clear()
        return rows


class Link(AsyncAdapt_aiosqlite_connection):
    """aiosqlite's connection. Its thread opens, commits and closes it; a statement runs at once.

    Never both at the same time: who commits has the connection alone.
    """

    _changes_before = 0

    @property
    def _own(self) -> sqlite3.Connection:
        """The connection itself, for which aiosqlite has no public name."""
        own: sqlite3.Connection = self._connection._conn
        return own

    def cursor(self, server_side: bool = False) -> Any:
        """As SQLAlchemy's, without a thread between."""
        return self._own.cursor(_Cursor)

    def execute(self, words: str, given: Any = ()) -> sqlite3.Cursor:
        """One statement of a transaction. All its rows are to be fetched at once. Raises sqlite3.Error."""
        self.must_have_begun()
        return self._own.execute(words, given)

    def execute_each(self, words: str, all_given: Iterable[Sequence[Any]]) -> None:
        """The same statement with each of these. Raises sqlite3.Error."""
        self.must_have_begun()
        self._own.executemany(words, all_given)

    async def begin(self) -> None:
        """Take the write lock. Raises sqlite3.Error: it could not be had, for so long or at all."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self._own.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                if error.sqlite_errorcode & _MAIN_CODE != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            else:
                self._changes_before = self._own.total_changes
                return
            await asyncio.sleep(TRY_AGAIN)

    @property
    def has_begun(self) -> bool:
        """Whether there is a transaction: SQLite ends it where the disk is full or broken."""
        return self._own.in_transaction

    def must_have_begun(self) -> None:
        """Raises sqlite3.OperationalError: there is no transaction, and what is said now would stay."""
        if not self.has_begun:
            raise sqlite3.OperationalError(TAKEN_BACK)

    @property
    def has_news(self) -> bool:
        """Whether a commit has something to write."""
        return self._own.in_transaction and self._own.total_changes != self._changes_before

    def to_disk(self) -> asyncio.Future[None]:
        """Commit, in the thread. The end of that, which nobody may cancel."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._connection._tx.put_nowait((written, self._own.commit))
        return written

    def commit(self) -> None:
        """To the disk. Raises sqlite3.Error."""
        if self.has_news:
            super().commit()
        else:
            self._own.commit()

    def rollback(self) -> None:
        """As SQLAlchemy's, without a thread between."""
        self._own.rollback()


class _Module(AsyncAdapt_aiosqlite_dbapi):
    """aiosqlite as SQLAlchemy takes it, with our kind of connection."""

    def connect(self, *given: Any, **more: Any) -> Link:
        """As aiosqlite's."""
        return Link(self, super().connect(*given, **more)._connection)


class Dialect(SQLiteDialect_aiosqlite):
    """SQLAlchemy's dialect for aiosqlite, with such connections."""

    driver = "inline"
    supports_statement_cache = True
    supports_server_side_cursors = False

    @classmethod
    def import_dbapi(cls) -> Any:
        """As SQLAlchemy's."""
        return _Module(aiosqlite, sqlite3)

    def create_connect_args(self, url: Any) -> tuple[Sequence[str], MutableMapping[str, Any]]:
        """As SQLAlchemy's, with what our kind of connection needs."""
        given, more = super().create_connect_args(url)
        # No isolation level: the driver's own implicit BEGIN would be a deferred one.
        own = {"check_same_thread": False, "cached_statements": STATEMENTS, "isolation_level": None}
        return given, {**more, **own}


def prepare(connection: Any, _record: object) -> None:
    """What holds for a connection as long as it is open."""
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={int(PATIENCE * 1000)}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "busy_timeout=0",  # from now on nothing but `Link.begin` waits
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin(connection: Connection) -> None:
    """A transaction begins with the write lock: a deferred one would lose what others wrote meanwhile."""
    link: Any = connection.connection.dbapi_connection
    if not link.has_begun:
        try:
            await_(link.begin())
        except sqlite3.Error as error:
            raise of_sqlalchemy("BEGIN IMMEDIATE", error) from error


def of_sqlalchemy(words: str, error: Exception) -> Exception:
    """The error that SQLAlchemy makes of one of SQLite's."""
    made: Any = DBAPIError.instance(words, None, error, sqlite3.Error)
    return made  # type: ignore[no-any-return]  # an exception made of one
