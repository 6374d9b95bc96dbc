"""Who reads the log of a group, and which days of it."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from orders import keys, share_history
from orders import shares as sharing
from orders.errors import BadInput, MayNot, NobodyKnows
from orders.share_history import Days, Past, days_of, typed_days
from orders.shares import Person
from storage import share_log
from storage.share_log import Entry, Event
from storage.shares import Role
from tests.orders.scene import GROUP, OWNER, Scene

NOW = int(datetime(2026, 3, 1, 0, 30, tzinfo=UTC).timestamp())
MANAGER, BUYER = 700_100_200_301, 700_100_200_302


# Days


@pytest.mark.parametrize(
    ("past", "days"),
    [
        (Past.MONTH, Days(date(2026, 3, 1), date(2026, 3, 1))),
        (Past.LAST_MONTH, Days(date(2026, 2, 1), date(2026, 2, 28))),
        (Past.WEEK, Days(date(2026, 2, 23), date(2026, 3, 1))),
        (Past.ALL, Days(None, None)),
    ],
)
def test_days_that_need_not_be_typed(past: Past, days: Days) -> None:
    assert days_of(past, NOW) == days


def test_both_ends_are_included() -> None:
    days = Days(date(2026, 2, 28), date(2026, 2, 28))
    assert (days.since, days.until) == (NOW - 30 * 60 - 86_400, NOW - 30 * 60)
    assert Days(None, None).since <= 0 < NOW < Days(None, None).until


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-01 2026-11-15", "2026-11-15 2026-11-01", " 2026-11-01  -  2026-11-15 ",
        "2026-11-01..2026-11-15", "2026-11-01, 2026-11-15", "01.11.2026 – 15.11.2026", "1.11.2026—2026-11-15",
    ],
)  # fmt: skip
def test_two_dates_in_any_order(text: str) -> None:
    assert typed_days(text) == Days(date(2026, 11, 1), date(2026, 11, 15))


def test_one_date_is_a_day() -> None:
    assert typed_days("2026-11-01") == Days(date(2026, 11, 1), date(2026, 11, 1))
    assert str(typed_days("2026-11-01")) == "2026-11-01"


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-13-01", "2026-02-30", "2026-11", "11/01/2026", "2026-11-01 to 2026-11-15",
     "2026-11-01 2026-11-02 2026-11-03", "2026-11-015", "0000-01-01", "9" * 1600],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="log-days"):
        typed_days(text)


# Who


async def lent(scene: Scene) -> str:
    """A share with a manager and a buyer. Its id."""
    scene.groups.join(OWNER, MANAGER, BUYER)
    share = await scene.shared(await scene.account("gsim"))
    await sharing.set_role(scene.desk, share.id, Person(MANAGER, "M"), Role.MANAGER, OWNER)
    return share.id


async def reads(scene: Scene, user_id: int) -> list[str]:
    """The shares whose log this person reads."""
    return [seat.share.id for seat in await share_history.readable(scene.desk, GROUP, user_id)]


async def test_the_owner_and_managers(scene: Scene) -> None:
    share_id = await lent(scene)
    assert await reads(scene, OWNER) == await reads(scene, MANAGER) == [share_id]
    with pytest.raises(MayNot, match="log"):
        await reads(scene, BUYER)
    scene.groups.leave(MANAGER)
    with pytest.raises(MayNot, match="not-in-group"):
        await reads(scene, MANAGER)
    assert await share_history.readable(scene.desk, -5, OWNER) == []


async def test_also_after_the_end_of_the_share_and_the_account(scene: Scene) -> None:
    share_id = await lent(scene)
    await sharing.stop(scene.desk, share_id, OWNER)
    account = (await share_history.readable(scene.desk, GROUP, OWNER))[0].account
    await keys.remove(scene.desk, account)
    assert await reads(scene, OWNER) == await reads(scene, MANAGER) == [share_id]


async def test_of_a_group_that_telegram_knows_nothing_of_the_owner_alone(scene: Scene) -> None:
    share_id = await lent(scene)
    scene.groups.silent = True
    assert await reads(scene, OWNER) == [share_id]
    for person in (MANAGER, BUYER):
        with pytest.raises(NobodyKnows):
            await reads(scene, person)


# Reading


async def test_nobody_waits_until_a_long_log_is_read(scene: Scene) -> None:
    share_id = await lent(scene)
    pages = 5
    async with scene.desk.db.transaction() as connection:
        for number in range(share_history.AT_ONCE * pages):
            await share_log.add(connection, Entry(share_id=share_id, at=number, event=Event.CODE))
    turns, begun = 0, asyncio.Event()

    async def others() -> None:
        nonlocal turns
        while True:
            begun.set()
            turns += 1
            await asyncio.sleep(0)

    meanwhile = asyncio.create_task(others())
    await begun.wait()
    seats = await share_history.readable(scene.desk, GROUP, OWNER)
    turns, found, seen = 0, 0, []
    async for lines in share_history.lines(scene.desk, seats, Days(None, date(1970, 1, 1))):
        found += len(lines)
        seen.append(turns)
    meanwhile.cancel()
    assert found == share_history.AT_ONCE * pages
    assert len(set(seen)) == pages, "between two pages others had their turn"
