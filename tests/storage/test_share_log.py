"""The log of a share only grows, survives what it tells of, and is read a page at a time."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy import Executable, delete, insert, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import accounts, people, share_log, shares
from storage.db import Database
from storage.share_log import Entry, Event, LoggedChat
from storage.shares import Codes, Member, Role, Share, Who
from storage.tables import share_log as table
from tests.storage import rows
from tests.storage.rows import USER

GROUP, OTHER_GROUP = -1_002_000_000_000, -1_002_000_000_001
MANAGER = 7_000_000_002


async def shared(connection: AsyncConnection, share_id: str = "s1", chat_id: int = GROUP) -> str:
    """A share; its account too, if it is the first."""
    if await accounts.get(connection, "a1") is None:
        await rows.account(connection)
    share = Share(
        id=share_id, account_id="a1", chat_id=chat_id, thread_id=None, who=Who.ALL, codes=Codes.BUYER,
        admins_act=True, created_at=1, ended_at=None if share_id == "s1" else 2,
    )  # fmt: skip
    assert await shares.add(connection, share)
    return share_id


async def happens(
    connection: AsyncConnection, event: Event, at: int, purchase_id: str | None = None, share_id: str = "s1"
) -> None:
    """Something to remember."""
    entry = Entry(share_id=share_id, at=at, event=event, purchase_id=purchase_id, name="Boris")
    await share_log.add(connection, entry)


async def read(connection: AsyncConnection, *share_ids: str) -> list[share_log.Line]:
    """All of it."""
    return await share_log.lines(connection, share_ids, since=0, until=1000, limit=1000)


# Only added to

CHANGES: Mapping[str, Executable] = {
    "update": update(table).values(amount=Decimal(0)),
    "delete": delete(table),
    "truncate": text("TRUNCATE share_log"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_the_database_refuses_to_change_what_stands_there(db: Database, change: str) -> None:
    if change == "truncate" and db.is_sqlite:
        pytest.skip("SQLite knows no TRUNCATE")
    async with db.transaction() as connection:
        await shared(connection)
        await happens(connection, Event.SHARED, 5)
    with pytest.raises(DBAPIError, match="the log is kept as it is"):
        async with db.transaction() as connection:
            await connection.execute(CHANGES[change])
    async with db.transaction() as connection:
        assert [line.written.event for line in await read(connection, "s1")] == [Event.SHARED]


async def test_no_line_is_put_in_place_of_another(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        await happens(connection, Event.SHARED, 5)
        (line,) = await read(connection, "s1")
    values = {"id": line.written.id, "share_id": "s1", "at": 9, "name": "", "event": "left", "args": {}}
    with pytest.raises(DBAPIError, match=r"kept as it is|duplicate key"):
        async with db.transaction() as connection:
            await connection.execute(insert(table).prefix_with("OR REPLACE", dialect="sqlite"), values)
    async with db.transaction() as connection:
        assert await read(connection, "s1") == [line]


@pytest.mark.parametrize("target", ["shares", "accounts"])
async def test_what_the_log_tells_of_cant_be_taken_from_under_it(db: Database, target: str) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        await happens(connection, Event.SHARED, 5)
    with pytest.raises(DBAPIError):
        async with db.transaction() as connection:
            await connection.execute(text(f"DELETE FROM {target}"))  # noqa: S608 - a fixed name


async def test_it_survives_the_end_of_the_share_and_of_the_account(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        await happens(connection, Event.SHARED, 5)
        assert await shares.end(connection, "s1", 6)
        await accounts.change(connection, "a1", removed_at=7)
        (line,) = await read(connection, "s1")
        assert await share_log.chats_of(connection, USER) == [LoggedChat(GROUP, "")]
    assert (line.written.event, line.written.name) == (Event.SHARED, "Boris")


# Pages


async def test_a_page_holds_orders_and_changes_and_what_came_of_the_orders_apart(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        for at, event, purchase_id in (
            (1, Event.SHARED, None), (2, Event.ORDERED, "p1"), (3, Event.PLACED, "p1"),
            (4, Event.ORDERED, "p2"), (5, Event.CODE, "p1"), (6, Event.CAP, None), (7, Event.REFUSED, "p2"),
        ):  # fmt: skip
            await happens(connection, event, at, purchase_id)
        heads = await share_log.heads(connection, ["s1"], limit=10)
        came = await share_log.came_of(connection, ["p1", "p2", "p3"], latest=10)
    assert [line.at for line in heads] == [6, 4, 2, 1]
    assert {key: [line.event for line in lines] for key, lines in came.items()} == {
        "p1": [Event.PLACED, Event.CODE],
        "p2": [Event.REFUSED],
    }


async def test_leafing_back_and_forth_misses_nothing_and_shows_nothing_twice(db: Database) -> None:
    """Also where many lines have the same second, and where new ones are written meanwhile."""
    async with db.transaction() as connection:
        await shared(connection)
        await shared(connection, "s2")
        for number in range(20):
            await happens(connection, Event.CAP, number // 5, share_id="s1" if number % 3 else "s2")
        pages = [await share_log.heads(connection, ["s1", "s2"], limit=6)]
        while found := await share_log.heads(connection, ["s1", "s2"], before=pages[-1][-1].mark, limit=6):
            await happens(connection, Event.CAP, 100)
            pages.append(found)
        seen = [line.mark for page in pages for line in page]
        assert seen == sorted(seen, reverse=True)
        assert len(seen) == len(set(seen)) == 20
        for above, below in pairwise(pages):
            assert await share_log.heads(connection, ["s1", "s2"], after=below[0].mark, limit=6) == above


async def test_of_thousands_of_messages_one_stands_for_all(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        await happens(connection, Event.ORDERED, 1, "p1")
        await happens(connection, Event.PLACED, 2, "p1")
        for number in range(50):
            await happens(connection, Event.CODE, 3 + number, "p1")
        for at in (60, 61, 62):
            await happens(connection, Event.ACTED, at, "p1")
        came = await share_log.came_of(connection, ["p1"], latest=4)
        assert await share_log.codes(connection, ["p1", "p2"]) == {"p1": 50}
    assert [(line.event, line.at) for line in came["p1"]] == [
        (Event.CODE, 3), (Event.ACTED, 60), (Event.ACTED, 61), (Event.ACTED, 62),
    ]  # fmt: skip


# All of a span


async def test_a_span_begins_with_its_first_second_and_ends_before_its_last(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        await shared(connection, "s2")
        await shared(connection, "s3", OTHER_GROUP)
        for at, share_id in ((10, "s1"), (11, "s2"), (11, "s3"), (12, "s1"), (13, "s2")):
            await happens(connection, Event.CAP, at, share_id=share_id)
        found = await share_log.lines(connection, ["s1", "s2"], since=11, until=13, limit=10)
        assert [line.written.at for line in found] == [11, 12]
        first = await share_log.lines(connection, ["s1", "s2"], since=0, until=99, limit=3)
        rest = await share_log.lines(
            connection, ["s1", "s2"], since=0, until=99, after=first[-1].written.mark, limit=3
        )
    assert [line.written.at for line in (*first, *rest)] == [10, 11, 12, 13]


async def test_what_came_of_an_order_knows_what_was_ordered_also_before_the_span(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        order = Entry(share_id="s1", at=1, event=Event.ORDERED, purchase_id="p1", args={"what": "WhatsApp"})
        await share_log.add(connection, order)
        await happens(connection, Event.CODE, 5, "p1")
        await happens(connection, Event.LEFT, 6)
        code, left = await share_log.lines(connection, ["s1"], since=5, until=9, limit=10)
    assert code.ordered is not None
    assert code.ordered.args == {"what": "WhatsApp"}
    assert left.ordered is None


async def test_the_index_is_read_and_not_the_log(db: Database) -> None:
    """A person waits for a page, and everybody's codes behind it."""
    if not db.is_sqlite:
        pytest.skip("PostgreSQL reads small tables whole, whatever indexes they have")
    async with db.transaction() as connection:
        for where in ("share_id = 's1' AND (at, id) < (9, 9) ORDER BY at DESC, id DESC LIMIT 9",
                      "purchase_id IN ('p1', 'p2')"):  # fmt: skip
            query = text(f"EXPLAIN QUERY PLAN SELECT * FROM share_log WHERE {where}")  # noqa: S608 - fixed words
            plan = " ".join(row.detail for row in await connection.execute(query))
            assert "USING INDEX" in plan
            assert "TEMP B-TREE" not in plan


# Whose


async def test_the_groups_of_owners_and_managers(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        await shared(connection, "s2", OTHER_GROUP)
        await people.meet_chat(connection, GROUP, "supergroup", "Friends")
        await shares.set_member(connection, "s1", Member(user_id=MANAGER, role=Role.MANAGER, name="M"))
        await shares.set_member(connection, "s2", Member(user_id=MANAGER, role=Role.BUYER, name="M"))
        mine = await share_log.chats_of(connection, USER)
        theirs = await share_log.chats_of(connection, MANAGER)
        assert await share_log.chats_of(connection, 5) == []
    assert {chat.id: chat.title for chat in mine} == {GROUP: "Friends", OTHER_GROUP: ""}
    assert theirs == [LoggedChat(GROUP, "Friends")]
