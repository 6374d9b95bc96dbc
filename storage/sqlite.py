"""SQLite as a driver for asyncio: statements run at once, and what has to wait leaves the loop free.

A statement takes some microseconds, and to have another thread do it takes ten times as long. What can wait
is asked for so that it does not hold up the loop: a commit for the disk, in a thread; the begin of a
transaction for another process's lock, by trying again.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Iterable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from sqlalchemy import Connection, pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util.concurrency import await_

DRIVER = "sqlite+inline"

PATIENCE = 10.0
"""Seconds for which another process may hold the lock, such as a backup or somebody at a prompt."""

TRY_AGAIN = 0.005
"""Seconds between two attempts to get the lock."""

STATEMENTS = 400
"""Prepared statements that are kept; the program has some two hundred."""

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


class Link(sqlite3.Connection):
    """A connection. Used by one thread at a time, though not always by the same."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="sqlite commit")
        self._changes_before = 0

    def cursor(self, factory: Any = _Cursor) -> Any:
        """As sqlite3's."""
        return super().cursor(factory)

    def begin(self) -> bool:
        """Take the write lock. False: it could not be had, for so long or at all."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                if error.sqlite_errorcode & _MAIN_CODE != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    return False
            else:
                self._changes_before = self.total_changes
                return True
            await_(asyncio.sleep(TRY_AGAIN))

    @property
    def has_news(self) -> bool:
        """Whether a commit has something to write."""
        return self.total_changes != self._changes_before

    def commit(self) -> None:
        """To the disk. Raises sqlite3.Error."""
        if self.has_news:
            await_(asyncio.get_running_loop().run_in_executor(self._disk, super().commit))
        else:
            super().commit()

    def close(self) -> None:
        """As sqlite3's."""
        super().close()
        self._disk.shutdown(wait=False)


class Dialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's dialect for such connections."""

    driver = "inline"
    supports_statement_cache = True
    is_async = True
    has_terminate = True

    @classmethod
    def get_pool_class(cls, url: Any) -> type[pool.Pool]:
        """One connection: see `storage.db`."""
        return pool.AsyncAdaptedQueuePool

    def create_connect_args(self, url: Any) -> tuple[Sequence[str], MutableMapping[str, Any]]:
        """As SQLAlchemy's, with our kind of connection."""
        given, more = super().create_connect_args(url)
        own = {"factory": Link, "check_same_thread": False, "cached_statements": STATEMENTS}
        return given, {**more, **own}

    def do_terminate(self, dbapi_connection: Any) -> None:
        """Close without waiting for anything."""
        dbapi_connection.close()


def prepare(connection: Any, _record: object) -> None:
    """What holds for a connection as long as it is open."""
    connection.isolation_level = None  # the driver's own implicit BEGIN would be a deferred one
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
    if not link.begin():
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises, as SQLAlchemy's error
