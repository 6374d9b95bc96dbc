"""The database: SQLite through one connection, or PostgreSQL. One schema, one set of migrations."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction, create_async_engine

from storage import fresh, sqlite
from storage.ends import to_its_end
from storage.together import Together

HEAD = "0003"
"""The newest migration. Compared at start, so that Alembic is imported only when there is something to do."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = (
    7_466_235_535  # any fixed number: two replicas that start at once migrate one after the other
)


def new_id() -> str:
    """A row id: 64 random bits as 16 hex digits, short enough for a button."""
    return secrets.token_hex(8)


class _Transaction(AsyncTransaction):
    """Begins and ends as a whole."""

    __slots__ = ()

    async def start(self, is_ctxmanager: bool = False) -> AsyncTransaction:
        """As AsyncTransaction's."""
        return await to_its_end(super().start(is_ctxmanager))

    async def __aexit__(self, *error: Any) -> None:
        await to_its_end(super().__aexit__(*error))


class _Connection(AsyncConnection):
    """No statement is torn by a cancellation: the driver would go on with it in a connection that SQLAlchemy
    has given up, and its locks stay for whoever comes next.
    """

    __slots__ = ()

    async def execute(self, *args: Any, **more: Any) -> Any:
        """As AsyncConnection's."""
        return await to_its_end(super().execute(*args, **more))

    def begin_nested(self) -> AsyncTransaction:
        """As AsyncConnection's."""
        return _Transaction(self, nested=True)


def new_ordered_id() -> str:
    """A row id that sorts by the time it was made, to the millisecond: for rows whose order people see."""
    return f"{int(time.time() * 1000):012x}{secrets.token_hex(4)}"


class Database:
    """Transactions on one engine. On SQLite each holds the write lock from its first word."""

    def __init__(self, url: str) -> None:
        self.url = _driver_url(url)
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgres(self.url)
        self._together = Together(self.engine) if self.is_sqlite else None
        self._inside: set[asyncio.Task[Any] | None] = set()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a SQLite file."""
        return self.url.startswith("sqlite")

    async def migrate(self) -> None:
        """Bring the schema to HEAD. Raises what the database raises."""
        if await self._version() != HEAD:
            async with self.engine.begin() as connection:
                if not self.is_sqlite:
                    await connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
                await connection.run_sync(_upgrade)

    async def close(self) -> None:
        """Close the connections. An unclosed SQLite connection would hang the exit."""
        await self.engine.dispose()

    def transaction(self, *, patience: float = 0.0) -> AbstractAsyncContextManager[AsyncConnection]:
        """All or nothing. `patience`: seconds for which what comes later goes first (SQLite).

        Raises RuntimeError inside another: that would wait for its own connection.
        """
        one = self._together.transaction(patience) if self._together else self._alone()
        return _OneForEachTask(one, self._inside)

    def apart(self, connection: AsyncConnection) -> AbstractAsyncContextManager[Any]:
        """For reads that may fail: the transaction goes on. PostgreSQL gives it up without a savepoint."""
        return nullcontext() if self.is_sqlite else connection.begin_nested()

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[AsyncConnection]:
        connection = _Connection(self.engine)
        try:
            await to_its_end(connection.start())
            await _Transaction(connection).start()
            yield connection
            await to_its_end(connection.commit())
        finally:
            if connection.sync_connection is not None:
                await to_its_end(connection.close())  # rolls back what is not committed

    async def _version(self) -> str | None:
        try:
            async with self.transaction() as connection:
                return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        except (OperationalError, ProgrammingError):  # no such table: an empty database
            return None


class _OneForEachTask:
    """A transaction that its task is not in one already."""

    __slots__ = ("_inside", "_task", "_transaction")

    def __init__(
        self,
        transaction: AbstractAsyncContextManager[AsyncConnection],
        inside: set[asyncio.Task[Any] | None],
    ) -> None:
        self._transaction = transaction
        self._inside = inside

    async def __aenter__(self) -> AsyncConnection:
        self._task = asyncio.current_task()
        if self._task in self._inside:
            raise RuntimeError("a transaction inside a transaction")
        self._inside.add(self._task)
        try:
            return await self._transaction.__aenter__()
        except BaseException:
            self._inside.discard(self._task)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        try:
            return await self._transaction.__aexit__(kind, error, trace)
        finally:
            self._inside.discard(self._task)


def _driver_url(url: str) -> str:
    for plain, driver in (
        ("sqlite:", f"{sqlite.DRIVER}:"),
        ("postgresql:", "postgresql+asyncpg:"),
        ("postgres:", "postgresql+asyncpg:"),
    ):
        if url.startswith(plain):
            return driver + url.removeprefix(plain)
    return url


def _postgres(url: str) -> AsyncEngine:
    # Asked first whether they still live: a restarted server costs no purchase its answer.
    return create_async_engine(url, pool_size=10, pool_pre_ping=True, hide_parameters=True)


def _sqlite(url: str) -> AsyncEngine:
    # One connection: tasks sharing more would lose updates, and SQLite before 3.51.3 can corrupt a WAL
    # database when several connections write and checkpoint at once.
    engine = create_async_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", sqlite.prepare)
    event.listen(engine.sync_engine, "begin", sqlite.begin)
    return engine


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and fresh.is_empty(connection):
        fresh.make(connection)
        return
    from alembic import command  # noqa: PLC0415 - 8 MB and 0.2 s, for a migration
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
