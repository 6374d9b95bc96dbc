"""Many transactions on one SQLite connection: committed together, but each as if it had been alone."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import sqlite, together
from storage.db import Database
from storage.prepared import Prepared
from storage.sqlite import Link
from storage.turns import Turns

pytestmark = pytest.mark.unshaken  # who comes first, and with whom, is what this is about

WORDS = sa.Table("words", sa.MetaData(), sa.Column("word", sa.Text, primary_key=True))


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/pinbell.db")
    async with database.transaction() as connection:
        await connection.execute(text("CREATE TABLE words (word TEXT PRIMARY KEY)"))
    yield database
    await database.close()


class Commits:
    """Counts commits that go to the disk, and holds them up while `may` is not set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.may, self.error = 0, asyncio.Event(), None
        self.may.set()
        self.real = Link.to_disk
        monkeypatch.setattr(Link, "to_disk", lambda link: asyncio.ensure_future(self.held(link)))

    error: Exception | None

    async def held(self, link: Link) -> None:
        self.count += 1
        await self.may.wait()
        if self.error is not None:
            raise self.error
        await self.real(link)


@pytest.fixture
def commits(db: Database, monkeypatch: pytest.MonkeyPatch) -> Commits:
    return Commits(monkeypatch)


async def say(db: Database, word: str, *, then: Callable[[], object] = lambda: None) -> None:
    async with db.transaction() as connection:
        await connection.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
        then()


async def said(db: Database) -> set[str]:
    async with db.transaction() as connection:
        return set((await connection.execute(text("SELECT word FROM words"))).scalars())


async def soon() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def started(db: Database, *words: str) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(say(db, word)) for word in words]
    await soon()
    return tasks


def fail() -> None:
    raise ZeroDivisionError


# Together


async def test_what_comes_during_a_commit_is_committed_together(
    db: Database, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "LONGEST", 60.0)
    commits.may.clear()
    tasks = await started(db, "first", *(str(number) for number in range(50)))
    assert commits.count == 1
    commits.may.set()
    await asyncio.gather(*tasks)
    assert commits.count == 2
    assert len(await said(db)) == 51


async def test_nobody_is_done_before_his_commit(db: Database, commits: Commits) -> None:
    commits.may.clear()
    first, second, third = await started(db, "first", "second", "third")
    assert not any(task.done() for task in (first, second, third))
    commits.may.set()
    await first
    await asyncio.gather(second, third)


async def test_one_that_fails_takes_nothing_of_the_others_along(db: Database, commits: Commits) -> None:
    commits.may.clear()
    (first,) = await started(db, "first")
    rest = [
        asyncio.create_task(say(db, "second")),
        asyncio.create_task(say(db, "third", then=fail)),
        asyncio.create_task(say(db, "second")),
        asyncio.create_task(say(db, "fourth")),
    ]
    await soon()
    commits.may.set()
    await first
    ends = await asyncio.gather(*rest, return_exceptions=True)
    assert [type(end) for end in ends] == [type(None), ZeroDivisionError, IntegrityError, type(None)]
    assert await said(db) == {"first", "second", "fourth"}


async def test_the_last_of_them_may_fail_too(db: Database, commits: Commits) -> None:
    commits.may.clear()
    (first,) = await started(db, "first")
    rest = [asyncio.create_task(say(db, "second")), asyncio.create_task(say(db, "third", then=fail))]
    await soon()
    commits.may.set()
    await asyncio.gather(first, *rest, return_exceptions=True)
    assert await said(db) == {"first", "second"}


async def test_a_commit_that_fails_is_told_to_all_and_nothing_is_there(
    db: Database, commits: Commits
) -> None:
    commits.may.clear()
    first, *rest = await started(db, "first", "second", "third")
    commits.may.set()
    await first
    commits.error = sqlite3.OperationalError("disk I/O error")
    ends = await asyncio.gather(*rest, return_exceptions=True)
    assert [type(end) for end in ends] == [OperationalError] * 2
    commits.error = None
    assert await said(db) == {"first"}


async def test_sqlite_takes_back_everything(db: Database, commits: Commits) -> None:
    """As it does where the disk is full: no part of anybody's work must be left."""

    async def lose() -> None:
        async with db.transaction() as connection:
            await connection.execute(text("INSERT INTO words VALUES ('third')"))
            await connection.execute(text("ROLLBACK"))
            await connection.execute(text("INSERT INTO words VALUES ('half')"))

    commits.may.clear()
    first, second = await started(db, "first", "second")
    losing = asyncio.create_task(lose())
    late = asyncio.create_task(say(db, "late"))
    await soon()
    commits.may.set()
    await first
    for task in (second, losing):
        with pytest.raises(OperationalError, match="rolled back"):
            await task
    await late
    assert await said(db) == {"first", "late"}


async def by_sqlalchemy(connection: AsyncConnection, word: str) -> None:
    await connection.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})


async def in_a_savepoint(connection: AsyncConnection, word: str) -> None:
    async with connection.begin_nested():
        await by_sqlalchemy(connection, word)


async def straight(connection: AsyncConnection, word: str) -> None:
    await Prepared(sa.insert(WORDS)).change(connection, word=word)


async def several(connection: AsyncConnection, word: str) -> None:
    await Prepared(sa.insert(WORDS)).change_each(connection, [{"word": word}])


@pytest.mark.parametrize("say_on", [by_sqlalchemy, in_a_savepoint, straight, several])
async def test_nothing_stays_of_who_goes_on_after_that(
    db: Database, say_on: Callable[[AsyncConnection, str], Awaitable[None]]
) -> None:
    """Some swallow an error, so that one broken row costs the others nothing."""

    async def go_on() -> None:
        async with db.transaction() as connection:
            await by_sqlalchemy(connection, "first")
            await connection.execute(text("ROLLBACK"))
            with pytest.raises(OperationalError, match="rolled back"):
                await say_on(connection, "half")

    with pytest.raises(OperationalError, match="rolled back"):
        await go_on()
    await say(db, "next")
    assert await said(db) == {"next"}


async def test_one_that_is_alone_loses_all_or_nothing_too(db: Database, commits: Commits) -> None:
    with pytest.raises(ZeroDivisionError):
        await say(db, "undone", then=fail)

    async def lose(connection: AsyncConnection) -> None:
        await connection.execute(text("INSERT INTO words VALUES ('first')"))
        await connection.execute(text("ROLLBACK"))

    async def alone() -> None:
        async with db.transaction() as connection:
            await lose(connection)

    with pytest.raises(OperationalError, match="rolled back"):
        await alone()
    await say(db, "second")
    assert await said(db) == {"second"}
    assert commits.count == 1


async def test_who_fails_while_nobody_else_is_there_waits_for_the_connection(
    db: Database, commits: Commits
) -> None:
    """It is in the commit's hands until then, and could not be closed."""
    commits.may.clear()
    (first,) = await started(db, "first")
    failing = asyncio.create_task(say(db, "second", then=fail))
    also = asyncio.create_task(say(db, "third", then=fail))
    await soon()
    commits.may.set()
    await first
    ends = await asyncio.gather(failing, also, return_exceptions=True)
    assert [type(end) for end in ends] == [ZeroDivisionError] * 2
    assert db.engine.pool.checkedin() == 1  # type: ignore[attr-defined] # as SQLite's pool
    assert await said(db) == {"first"}


async def test_who_only_reads_waits_for_no_disk(db: Database, commits: Commits) -> None:
    await say(db, "first")
    before = commits.count
    for _ in range(3):
        assert await said(db) == {"first"}
    assert commits.count == before


async def test_groups_have_an_end(db: Database, commits: Commits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST", 10)
    monkeypatch.setattr(together, "LONGEST", 60.0)
    commits.may.clear()
    tasks = await started(db, "first", *(str(number) for number in range(40)))
    commits.may.set()
    await asyncio.gather(*tasks)
    assert commits.count == 1 + 4


async def test_the_slower_the_disk_the_more_go_together(
    db: Database, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "LONGEST", 0.0)
    monkeypatch.setattr(together, "SLOWEST", 60.0)
    times = (tick / 10 for tick in range(10**6))
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: next(times))
    commits.may.clear()
    tasks = await started(db, "first", *(str(number) for number in range(20)))
    for _ in range(300):  # so long does the first commit take
        next(times)
    commits.may.set()
    await asyncio.gather(*tasks)
    assert commits.count == 2


# Cancelled


async def test_who_is_cancelled_in_a_commit_is_so_after_it(db: Database, commits: Commits) -> None:
    commits.may.clear()
    first, second, third = await started(db, "first", "second", "third")
    first.cancel()
    await soon()
    assert not first.done()
    second.cancel()  # has not begun yet
    await soon()
    assert second.done()
    commits.may.set()
    with pytest.raises(asyncio.CancelledError):
        await first
    await third
    assert await said(db) == {"first", "third"}


async def test_whose_turn_comes_in_the_moment_of_his_cancellation_stops_nobody(
    db: Database, commits: Commits
) -> None:
    commits.may.clear()
    tasks = await started(db, "first", "second", "third", "fourth")

    def cancel_the_rest(_: object) -> None:
        """The commit is over and the turn is given, but nobody has gone on yet."""
        for task in tasks[1:]:
            task.cancel()

    tasks[0].add_done_callback(cancel_the_rest)
    commits.may.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(60):
        await say(db, "fifth")
    assert await said(db) >= {"first", "fifth"}


async def test_many_cancellations_at_any_moment(db: Database) -> None:
    for pause in range(60):
        tasks = [asyncio.create_task(say(db, f"{pause} {number}")) for number in range(8)]
        for _ in range(pause % 12):
            await asyncio.sleep(0)
        for task in tasks[:: 1 + pause % 3]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        done = {f"{pause} {number}" for number, task in enumerate(tasks) if not task.cancelled()}
        async with asyncio.timeout(60):
            assert await said(db) >= done


# Other processes


def other(db: Database) -> sqlite3.Connection:
    """Another process's connection."""
    path = db.engine.url.database or ""
    return sqlite3.connect(path, isolation_level=None, timeout=0)


async def test_a_lock_of_somebody_else_is_waited_for_and_the_loop_goes_on(db: Database) -> None:
    holder = other(db)
    holder.execute("BEGIN IMMEDIATE")
    (task,) = await started(db, "first")
    for _ in range(3):
        await asyncio.sleep(sqlite.TRY_AGAIN)
    assert not task.done()
    holder.execute("ROLLBACK")
    await task
    holder.close()


async def test_a_lock_that_stays_is_an_error(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.01)
    holder = other(db)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        await say(db, "first")
    holder.execute("ROLLBACK")
    await say(db, "first")
    holder.close()


async def test_who_waits_too_long_for_his_turn(
    db: Database, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "WAIT", 0.01)
    commits.may.clear()
    first, second = await started(db, "first", "second")
    with pytest.raises(Exception, match="too many wait"):
        await second
    commits.may.set()
    await first


async def test_rows_that_nobody_fetched_hold_nothing_up(db: Database) -> None:
    for number in range(20):
        await say(db, str(number))
    kept: list[Any] = []
    async with db.transaction() as connection:
        result = await connection.execute(text("SELECT word FROM words"))
        kept.append((result, result.fetchone()))
        assert len(result.fetchmany(5)) == 5
    writer = other(db)
    writer.execute("INSERT INTO words VALUES ('theirs')")
    await say(db, "ours")  # from an open statement's old picture of the file this could not be written
    assert await said(db) >= {"theirs", "ours"}
    writer.close()


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "pinbell.db").write_bytes(b"no database at all" * 100)
    db = Database(f"sqlite:///{tmp_path}/pinbell.db")
    with pytest.raises(DBAPIError, match="not a database"):
        await db.migrate()
    await db.close()


async def test_each_begin_is_seen_by_listeners(db: Database) -> None:
    begun: list[object] = []
    event.listen(db.engine.sync_engine, "begin", begun.append)
    await say(db, "first")
    assert len(begun) == 1


# Turns


async def test_who_has_patience_lets_others_go_first_but_not_for_ever() -> None:
    turns, order = Turns(), list[str]()

    async def one(name: str, patience: float) -> None:
        await turns.ask(patience)
        order.append(name)
        turns.give()

    await turns.ask(0)
    patient = [asyncio.create_task(one("patient", 100)), asyncio.create_task(one("patient", 300))]
    await soon()
    rest = [asyncio.create_task(one("hurried", 0)) for _ in range(2)]
    await soon()
    rest.append(asyncio.create_task(one("late", 200)))  # as one in a hurry would, 200 seconds later
    await soon()
    turns.give()
    await asyncio.gather(*patient, *rest)
    assert order == ["hurried", "hurried", "patient", "late", "patient"]
    assert not turns.is_wanted


async def test_turns_in_the_order_of_asking() -> None:
    turns = Turns()
    asked = [turns.ask(0) for _ in range(4)]
    assert [turn.done() for turn in asked] == [True, False, False, False]
    asked[1].cancel()
    turns.give()
    assert asked[2].done()
    assert not asked[3].done()
    turns.give()
    turns.give()
    assert turns.ask(0).done()
