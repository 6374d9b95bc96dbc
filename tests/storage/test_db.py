"""The database itself: one schema on both, all or nothing, nothing lost between many at once."""

import asyncio
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from storage import db as storage_db
from storage import orders
from storage.db import HEAD, Database, new_id
from storage.tables import metadata
from tests.storage import rows


async def in_sync(db: Database, what: Any) -> Any:
    async with db.engine.begin() as connection:
        return await connection.run_sync(what)


async def test_the_migrated_schema_is_the_one_in_the_code(db: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert await in_sync(db, differences) == []


async def test_partial_and_unique_indexes_are_there(db: Database) -> None:
    def of(connection: Connection) -> set[str]:
        inspector = inspect(connection)
        names = {str(one["name"]) for table in metadata.tables for one in inspector.get_indexes(table)}
        return names | {
            str(one["name"]) for table in metadata.tables for one in inspector.get_unique_constraints(table)
        }

    wanted = {str(index.name) for table in metadata.tables.values() for index in table.indexes}
    assert await in_sync(db, of) >= wanted | {"uq_purchases_token", "uq_orders_account_id_site_id"}


async def test_migrating_again_changes_nothing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_db, "_upgrade", lambda _: pytest.fail("there was nothing to do"))
    await db.migrate()
    async with db.transaction() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar() == HEAD


async def test_all_the_way_back_and_forth(db: Database) -> None:
    def down(connection: Connection) -> list[str]:
        config = Config()
        config.set_main_option("script_location", str(storage_db._MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        return inspect(connection).get_table_names()

    assert await in_sync(db, down) == ["alembic_version"]
    await db.migrate()

    def names(connection: Connection) -> list[str]:
        return inspect(connection).get_table_names()

    assert set(await in_sync(db, names)) == {*metadata.tables, "alembic_version"}


async def test_a_database_of_a_newer_program_is_refused(db: Database) -> None:
    async with db.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Exception, match="9999"):
        await db.migrate()


async def test_two_starts_at_once(url: str) -> None:
    if url.startswith("sqlite"):
        pytest.skip("a lock file in the data folder keeps a second process away")
    first, second = Database(url), Database(url)
    await asyncio.gather(first.migrate(), second.migrate())
    await first.close()
    await second.close()


async def test_a_file_that_cannot_be_opened() -> None:
    db = Database("sqlite:////nowhere/at/all/pinbell.db")
    with pytest.raises(sa.exc.OperationalError):
        await db.migrate()
    await db.close()
    # The driver's thread says good-bye to this loop, which must still be there.
    while any("_connection_worker_thread" in one.name for one in threading.enumerate()):  # noqa: ASYNC110 - a thread
        await asyncio.sleep(0.01)


async def test_all_or_nothing(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction() as connection:
            await rows.account(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with db.transaction() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM accounts"))).scalar() == 0


async def test_a_transaction_in_a_transaction_is_a_mistake_and_no_standstill(db: Database) -> None:
    async with db.transaction():
        with pytest.raises(RuntimeError):
            async with db.transaction():
                pytest.fail("it began")
    async with db.transaction() as connection:
        await connection.execute(text("SELECT 1"))


async def test_many_at_once_lose_nothing(db: Database) -> None:
    async with db.transaction() as connection:
        await rows.account(connection)
        await rows.order(connection)

    async def one_more() -> None:
        async with db.transaction() as connection:
            order = await orders.get_for_update(connection, "o1")
            assert order is not None
            await asyncio.sleep(0)
            await orders.change(connection, "o1", failed_looks=order.failed_looks + 1)

    await asyncio.gather(*(one_more() for _ in range(200)))
    async with db.transaction() as connection:
        order = await orders.get(connection, "o1")
    assert order is not None
    assert order.failed_looks == 200


async def test_cancelled_work_gives_its_connection_back(db: Database) -> None:
    async with db.transaction() as connection:
        await rows.account(connection)

    async def work(steps: int) -> None:
        async with db.transaction() as connection:
            for _ in range(steps):
                await connection.execute(text("UPDATE accounts SET balance_at = balance_at + 1"))

    for pause in range(60):
        task = asyncio.create_task(work(30))
        for _ in range(pause):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(30), db.transaction() as connection:
        added = int((await connection.execute(text("SELECT balance_at FROM accounts"))).scalar_one()) - 5
    assert added % 30 == 0, "all of a transaction or none of it"


async def test_work_cancelled_in_the_middle_of_a_statement_leaves_nothing_locked(db: Database) -> None:
    async with db.transaction() as connection:
        await rows.account(connection)

    async def work() -> None:
        while True:
            async with db.transaction() as connection:
                for _ in range(5):
                    async with connection.begin_nested():
                        await connection.execute(text("UPDATE accounts SET balance_at = balance_at + 1"))

    for pause in range(40):
        tasks = [asyncio.create_task(work()) for _ in range(3)]
        await asyncio.sleep(pause / 2000)
        tasks[0].cancel()
        await asyncio.sleep(0.005)
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ends)
        async with db.transaction() as connection:  # raises "database is locked" if it is
            added = int((await connection.execute(text("SELECT balance_at FROM accounts"))).scalar_one()) - 5
        assert added % 5 == 0, "all of a transaction or none of it"


async def test_how_sqlite_is_opened(url: str) -> None:
    db = Database(url)
    if not db.is_sqlite:
        pytest.skip("SQLite alone")
    async with db.transaction() as connection:
        found = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    await db.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///x.db", "sqlite+inline:///x.db"),
        ("postgresql://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgres://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql+asyncpg://u@h/d", "postgresql+asyncpg://u@h/d"),
    ],
)
def test_urls_as_people_write_them(given: str, used: str) -> None:
    assert storage_db._driver_url(given) == used


def test_row_ids_are_short_and_never_the_same() -> None:
    ids = {new_id() for _ in range(10_000)}
    assert len(ids) == 10_000
    assert {len(one) for one in ids} == {16}
