"""A statement that goes to SQLite straight does what it does SQLAlchemy's way: each value, and each error."""

import asyncio
import enum
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InvalidRequestError,
    OperationalError,
    ResourceClosedError,
    StatementError,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import prepared
from storage.db import Database
from storage.prepared import Prepared
from storage.tables import Money


class Colour(enum.Enum):
    RED = "#f00"
    BLUE = "#00f"


metadata = sa.MetaData()
things = sa.Table(
    "things",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("words", sa.Text, unique=True),
    sa.Column("number", sa.BigInteger),
    sa.Column("share", sa.Float),
    sa.Column("holds", sa.Boolean),
    sa.Column("price", Money),
    sa.Column("raw", sa.LargeBinary),
    sa.Column("more", sa.JSON),
    sa.Column("colour", sa.Enum(Colour)),
)
stamped = sa.Table(
    "stamped",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("words", sa.Text),
    sa.Column("made", sa.Text, default=lambda: "made"),
    sa.Column("changed", sa.Text, onupdate=lambda: "changed"),
)
parents = sa.Table("parents", metadata, sa.Column("id", sa.Text, primary_key=True))
children = sa.Table(
    "children", metadata, sa.Column("id", sa.Text, sa.ForeignKey("parents.id"), primary_key=True)
)

NUMBERS = st.integers(min_value=-(2**63), max_value=2**63 - 1)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
ROWS = st.fixed_dictionaries({
    "number": st.none() | NUMBERS,
    "share": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "holds": st.none() | st.booleans(),
    "price": st.none() | st.decimals(min_value=-(10**9), max_value=10**9, places=6),
    "raw": st.none() | st.binary(),
    "more": JSON,
    "colour": st.none() | st.sampled_from(Colour),
})  # fmt: skip


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Database]:
    """SQLite alone."""
    database = Database(f"sqlite:///{tmp_path}/pinbell.db")
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield database
    await database.close()


@contextmanager
def sqlalchemys_way(db: Database) -> Iterator[list[str]]:
    """As long as somebody listens to statements. These are them."""
    heard: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", listen)
    yield heard
    event.remove(db.engine.sync_engine, "before_cursor_execute", listen)


@contextmanager
def straight(db: Database) -> Iterator[None]:
    yield


WAYS = [pytest.param(straight, id="straight"), pytest.param(sqlalchemys_way, id="SQLAlchemy's way")]


# Values


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=ROWS)
def test_each_type_is_the_same_both_ways(row: dict[str, Any], tmp_path: Path) -> None:
    async def store_and_read() -> None:
        db = Database(f"sqlite:///{tmp_path}/types.db")
        async with db.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        async with db.transaction() as connection:
            await connection.execute(sa.delete(things))
            await prepared.put(connection, things, {"id": 1, "words": "straight", **row})
            with sqlalchemys_way(db):
                await prepared.put(connection, things, {"id": 2, "words": "round", **row})
            for way in (straight, sqlalchemys_way):
                with way(db):
                    assert await prepared.find(connection, things, id=1) == {
                        "id": 1,
                        "words": "straight",
                        **row,
                    }
                    assert await prepared.find(connection, things, id=2) == {"id": 2, "words": "round", **row}
            stored = sa.text("SELECT number, share, holds, price, raw, more, colour FROM things ORDER BY id")
            first, second = (await connection.execute(stored)).all()
            assert first == second
            assert [type(value) for value in first] == [type(value) for value in second]
        await db.close()

    asyncio.run(store_and_read())


@given(found=st.sets(st.integers(min_value=1, max_value=40)))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_list_of_any_length_is_the_same_both_ways(found: set[int], tmp_path: Path) -> None:
    among = things.c.id.in_(sa.bindparam("ids", expanding=True))
    which = Prepared(sa.select(things.c.id).where(among).order_by(things.c.id))
    others = Prepared(sa.select(sa.func.count()).select_from(things).where(~among))

    async def ask() -> None:
        db = Database(f"sqlite:///{tmp_path}/lists.db")
        async with db.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        async with db.transaction() as connection:
            for number in range(1, 31):
                await prepared.upsert(connection, things, {"id": number}, key=["id"], change=[])
            for way in (straight, sqlalchemys_way):
                with way(db):
                    rows = await which.rows(connection, ids=found)
                    assert [row["id"] for row in rows] == sorted(one for one in found if one <= 30)
                    assert await others.value(connection, ids=found) == 30 - len(rows)
        await db.close()

    asyncio.run(ask())


async def test_lists_of_many_lengths_have_few_forms(file: Database) -> None:
    which = Prepared(sa.select(things.c.id).where(things.c.id.in_(sa.bindparam("ids", expanding=True))))
    async with file.transaction() as connection:
        for number in range(200):
            assert await which.rows(connection, ids=range(number)) == []
        assert await which.rows(connection, ids=range(20_000)) == []
    assert len(which._forms) == len(["0", "1", "2", "4", "8", "16", "32", "64", "128", "256", "20000"])


# On both databases


@pytest.mark.parametrize("way", WAYS)
async def test_rows_come_and_go(db: Database, way: Any) -> None:
    async with db.transaction() as connection:
        with way(db):
            await prepared.put(connection, things, {"id": 1, "words": "one", "price": Decimal("0.5")})
            assert await prepared.change(connection, things, 1, {"holds": True, "more": {"a": [1]}})
            assert not await prepared.change(connection, things, 2, {"holds": True})
            found = await prepared.find_for_update(connection, things, words="one")
            assert found == await prepared.find(connection, things, id=1)
            assert found is not None
            assert (found["price"], found["holds"], found["more"]) == (Decimal("0.5"), True, {"a": [1]})
            assert await prepared.find(connection, things, id=2) is None
            assert not await prepared.drop(connection, things, id=2)
            assert await prepared.drop(connection, things, id=1, words="one")
            assert await prepared.find(connection, things, id=1) is None


@pytest.mark.parametrize("way", WAYS)
async def test_a_row_that_may_be_there(db: Database, way: Any) -> None:
    count = Prepared(sa.select(sa.func.sum(things.c.number)))
    async with db.transaction() as connection:
        with way(db):
            row = {"id": 1, "number": 5}
            assert await prepared.upsert(connection, things, row, key=["id"], change=[])
            assert not await prepared.upsert(connection, things, row, key=["id"], change=[])
            assert await prepared.upsert(
                connection, things, row | {"number": 6}, key=["id"], change=["number"]
            )
            assert await count.value(connection) == 6
            for more in ({"id": 1, "number": 10}, {"id": 2, "number": 1}, {"id": 2, "number": 3}):
                await prepared.add_up(connection, things, more, key=["id"], change=["number"])
            assert await count.value(connection) == 20


@pytest.mark.parametrize("way", WAYS)
async def test_what_columns_have_by_default_is_there(db: Database, way: Any) -> None:
    async with db.transaction() as connection:
        with way(db):
            await prepared.put(connection, stamped, {"id": "a"})
            assert await prepared.find(connection, stamped, id="a") == {
                "id": "a", "words": None, "made": "made", "changed": None,
            }  # fmt: skip
            await prepared.change(connection, stamped, "a", {"words": "b", "made": "c"})
            assert await prepared.find(connection, stamped, id="a") == {
                "id": "a", "words": "b", "made": "c", "changed": "changed",
            }  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
async def test_changes_bring_rows_back(db: Database, way: Any) -> None:
    query = sa.update(things).where(things.c.number < sa.bindparam("below")).values(holds=False, number=7)
    changing = Prepared(query.returning(things.c.id, things.c.holds))
    async with db.transaction() as connection:
        with way(db):
            for number in (1, 2, 3):
                await prepared.put(connection, things, {"id": number, "number": number})
            rows = await changing.rows(connection, below=3)
            assert sorted(rows, key=lambda row: row["id"]) == [
                {"id": 1, "holds": False},
                {"id": 2, "holds": False},
            ]
            assert await changing.rows(connection, below=3) == []
            assert await prepared.find(connection, things, id=1, number=7) is not None


@pytest.mark.parametrize("way", WAYS)
async def test_lists_may_be_anything_that_is_counted(db: Database, way: Any) -> None:
    which = Prepared(sa.select(things.c.id).where(things.c.words.in_(sa.bindparam("among", expanding=True))))
    renaming = Prepared(sa.update(things).where(things.c.id.in_(sa.bindparam("ids", expanding=True))))
    async with db.transaction() as connection:
        with way(db):
            for number in (1, 2, 3):
                await prepared.put(connection, things, {"id": number, "words": str(number)})
            for among in (["1", "3", "4"], {"1", "3", "4"}, {"1": 1, "3": 3, "4": 4}.keys(), ("1", "3", "4")):
                found = await which.rows(connection, among=among)
                assert sorted(row["id"] for row in found) == [1, 3]
            assert await which.rows(connection, among=set()) == []
            assert await renaming.change(connection, ids={1, 2, 9}, number=5, holds=True) == 2
            assert await renaming.change(connection, ids=[], number=6) == 0
            assert await Prepared(sa.select(sa.func.sum(things.c.number))).value(connection) == 10
            await prepared.change_each(connection, things, {1: {"number": 7}, 3: {"number": 8}})
            assert await Prepared(sa.select(sa.func.sum(things.c.number))).value(connection) == 20


# Errors


async def error_of(
    connection: AsyncConnection, values: dict[str, Any], table: sa.Table = things
) -> Exception:
    with pytest.raises(StatementError) as raised:
        await prepared.put(connection, table, values)
    return raised.value


@pytest.mark.parametrize(
    ("table", "values", "kind"),
    [
        pytest.param(things, {"id": 2, "words": "482913"}, IntegrityError, id="twice"),
        pytest.param(children, {"id": "482913"}, IntegrityError, id="no parent"),
        pytest.param(things, {"id": 3, "price": "482913"}, StatementError, id="no money"),
        pytest.param(things, {"id": 3, "words": {"482913"}}, DBAPIError, id="no text"),
        pytest.param(sa.table("none", sa.column("id")), {"id": "482913"}, OperationalError, id="no table"),
    ],
)
async def test_errors_are_the_same_both_ways_and_tell_no_values(
    file: Database, table: sa.Table, values: dict[str, Any], kind: type[Exception]
) -> None:
    async with file.transaction() as connection:
        await prepared.put(connection, things, {"id": 1, "words": "482913"})
        mine = await error_of(connection, values, table)
        with sqlalchemys_way(file):
            theirs = await error_of(connection, values, table)
        assert isinstance(mine, kind)
        assert type(mine) is type(theirs)
        assert type(mine.orig) is type(theirs.orig)  # type: ignore[attr-defined]  # both are StatementErrors
        assert str(mine).partition("[parameters")[0].partition("[SQL")[0].strip()
        for error in (mine, theirs):
            assert "482913" not in str(error)
            assert "482913" not in repr(error)
        assert [row["id"] for row in await Prepared(sa.select(things.c.id)).rows(connection)] == [1]


async def test_a_value_that_was_forgotten(file: Database) -> None:
    statement = Prepared(sa.select(things).where(things.c.id == sa.bindparam("thing")))
    async with file.transaction() as connection:
        with pytest.raises(InvalidRequestError, match="thing"):
            await statement.row(connection)


async def test_one_that_fails_takes_nothing_of_the_others_along(file: Database) -> None:
    async def say(number: int, *more: int) -> None:
        async with file.transaction() as connection:
            for one in (number, *more):
                await prepared.put(connection, things, {"id": one, "words": str(one)})

    await say(1)
    ends = await asyncio.gather(say(2, 3, 1), say(4), say(5, 5), say(6), return_exceptions=True)
    assert [type(end) for end in ends] == [IntegrityError, type(None), IntegrityError, type(None)]
    async with file.transaction() as connection:
        assert [row["id"] for row in await Prepared(sa.select(things.c.id)).rows(connection)] == [1, 4, 6]


async def test_a_savepoint_takes_back_what_went_before_the_failure(db: Database) -> None:
    async def fail(connection: AsyncConnection) -> None:
        async with connection.begin_nested():
            await prepared.put(connection, things, {"id": 2})
            await prepared.change(connection, things, 1, {"number": 5})
            await prepared.put(connection, things, {"id": 1})

    async with db.transaction() as connection:
        await prepared.put(connection, things, {"id": 1})
        with pytest.raises(IntegrityError):
            await fail(connection)
        await prepared.put(connection, things, {"id": 3})
    async with db.transaction() as connection:
        rows = await Prepared(sa.select(things.c.id, things.c.number).order_by(things.c.id)).rows(connection)
        assert rows == [{"id": 1, "number": None}, {"id": 3, "number": None}]


async def test_a_full_disk_is_an_error_and_leaves_nothing_half(file: Database) -> None:
    async with file.transaction() as connection:
        pages = (await connection.execute(sa.text("PRAGMA page_count"))).scalar_one()
        await connection.execute(sa.text(f"PRAGMA max_page_count = {pages + 20}"))

    async def say(number: int, size: int) -> None:
        async with file.transaction() as connection:
            await prepared.put(connection, things, {"id": number, "raw": b""})
            await prepared.change(connection, things, number, {"raw": b"x" * size})

    ends = await asyncio.gather(*(say(number, 10_000) for number in range(1, 31)), return_exceptions=True)
    failed = [end for end in ends if end is not None]
    assert {type(end) for end in failed} == {OperationalError}, "also of those whose part SQLite took back"
    assert any("full" in str(end) for end in failed)
    async with file.transaction() as connection:
        rows = await Prepared(sa.select(things)).rows(connection)
        assert [row["id"] for row in rows] == [number for number, end in enumerate(ends, 1) if end is None]
        assert {len(row["raw"]) for row in rows} <= {10_000}
    await say(99, 1)


async def test_nothing_is_said_to_sqlite_after_the_transaction(file: Database) -> None:
    async with file.transaction() as connection:
        await prepared.put(connection, things, {"id": 1})
    with pytest.raises(ResourceClosedError):
        await prepared.put(connection, things, {"id": 2})


async def test_who_listens_hears_each_statement(file: Database) -> None:
    async with file.transaction() as connection:
        with sqlalchemys_way(file) as heard:
            await prepared.put(connection, things, {"id": 1})
            await prepared.find(connection, things, id=1)
        await prepared.find(connection, things, id=1)
    assert [statement.split()[0] for statement in heard] == ["INSERT", "SELECT"]


async def test_rows_that_nobody_looked_at_hold_nothing_up(file: Database) -> None:
    every = Prepared(sa.select(things.c.id).order_by(things.c.id))
    async with file.transaction() as connection:
        for number in range(20):
            await prepared.put(connection, things, {"id": number})
        assert await every.value(connection) == 0
        assert (await every.row(connection)) == {"id": 0}
    async with file.transaction() as connection:
        await connection.execute(sa.text("DROP TABLE stamped"))  # refused while a statement is open
