"""Shares as rows, and what was spent by them: in both databases."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import orders, outbox, people, purchases, shares, spending
from storage.db import Database
from storage.outbox import Kind, Letter, Priority
from storage.purchases import Outcome
from storage.shares import Cap, Codes, Member, Role, Share, Who
from tests.storage import rows
from tests.storage.rows import USER

GROUP = -1_002_000_000_000
BORIS, CLARA = 7_000_000_002, 7_000_000_003
SHARE = Share(
    id="s1", account_id="a1", chat_id=GROUP, thread_id=7, who=Who.ADMINS, codes=Codes.ALL, admins_act=False,
    created_at=1, ended_at=None,
)  # fmt: skip


async def shared(connection: AsyncConnection, **values: Any) -> Share:
    share = replace(SHARE, **values)
    assert await shares.add(connection, share)
    return share


async def bought(connection: AsyncConnection, row: str, **values: Any) -> None:
    """A purchase by the share."""
    given = {"id": row, "token": row, "share_id": "s1", "state": Outcome.PLACED, **values}
    assert await purchases.claim(connection, rows.purchase(**given))


@pytest.fixture(autouse=True)
async def account(db: Database) -> None:
    async with db.transaction() as connection:
        await rows.account(connection)


async def test_a_share(db: Database) -> None:
    async with db.transaction() as connection:
        share = await shared(connection)
        assert await shares.get(connection, "s1") == share
        assert await shares.get_for_update(connection, "s1") == share
        assert await shares.get(connection, "s2") is await shares.get_for_update(connection, "s2") is None
        await shares.change(connection, "s1", who=Who.NAMED.value, thread_id=None)
        assert await shares.get(connection, "s1") == replace(share, who=Who.NAMED, thread_id=None)


async def test_one_active_share_of_an_account_in_a_group(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        assert not await shares.add(connection, replace(SHARE, id="s2"))
        assert await shares.is_lent(connection, "a1", GROUP)
        assert not await shares.is_lent(connection, "a1", GROUP - 1)
        assert await shares.end(connection, "s1", 5)
        assert not await shares.end(connection, "s1", 6)
        assert (await shares.get(connection, "s1")) == replace(SHARE, ended_at=5)
        assert not await shares.is_lent(connection, "a1", GROUP)
        await shared(connection, id="s2")


async def test_where_and_whose_they_are(db: Database) -> None:
    async with db.transaction() as connection:
        await rows.account(connection, id="a2", owner_id=BORIS)
        first = await shared(connection)
        ended = await shared(connection, id="s2", account_id="a2", created_at=2, ended_at=4)
        last = await shared(connection, id="s3", account_id="a2", created_at=3)
        there = await shared(connection, id="s4", chat_id=GROUP - 1, created_at=4)
        await shares.set_member(connection, "s2", Member(user_id=CLARA, role=Role.BUYER, name="Clara"))
        await shares.set_member(connection, "s3", Member(user_id=CLARA, role=Role.MANAGER, name="Clara"))
        await shares.set_member(connection, "s4", Member(user_id=CLARA, role=None, name="Clara"))
        assert await shares.in_chat(connection, GROUP) == [first, last]
        assert await shares.ever_in_chat(connection, GROUP) == [first, ended, last]
        assert await shares.of_account(connection, "a1") == [first, there]
        assert await shares.of_owner(connection, BORIS) == [ended, last]
        assert await shares.of_member(connection, CLARA) == [last]


async def test_limits(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        assert await shares.caps(connection, "s1") == {}
        await shares.set_cap(connection, "s1", "day", most=Decimal("1.25"), tighter=None)
        await shares.set_cap(connection, "s1", "day", most=Decimal(20), tighter=Decimal("0.000001"))
        await shares.set_cap(connection, "s1", "month", most=None, tighter=None)
        found = await shares.caps(connection, "s1")
    assert found == {"day": Cap(Decimal(20), Decimal("0.000001")), "month": Cap(None, None)}
    assert found["day"].effective == Decimal("0.000001")
    assert Cap(Decimal(2), Decimal(3)).effective == 2
    assert Cap(None, Decimal(3)).effective == 3
    assert found["month"].effective is None


async def test_members_and_requests(db: Database) -> None:
    boris = Member(user_id=BORIS, role=None, name="Boris")
    clara = Member(user_id=CLARA, role=Role.MANAGER, name="Clara")
    async with db.transaction() as connection:
        await shared(connection)
        for member in (clara, boris):
            await shares.set_member(connection, "s1", member)
        assert await shares.members(connection, "s1") == [boris, clara]
        assert await shares.count_members(connection, "s1") == 1
        assert await shares.count_requests(connection, "s1") == 1
        let_in = replace(boris, role=Role.BUYER)
        await shares.set_member(connection, "s1", let_in)
        assert await shares.member(connection, "s1", BORIS) == let_in
        assert await shares.count_requests(connection, "s1") == 0
        assert await shares.drop_member(connection, "s1", BORIS)
        assert not await shares.drop_member(connection, "s1", BORIS)
        assert await shares.member(connection, "s1", BORIS) is None


async def test_warnings_are_given_once(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)

        async def is_news(span: str = "day", user_id: int = 0, since: int = 100) -> bool:
            return await shares.warn_once(connection, "s1", span, user_id=user_id, since=since)

        assert [await is_news(), await is_news()] == [True, False]
        assert [await is_news("month"), await is_news(user_id=BORIS), await is_news(since=200)] == [True] * 3
        await shares.forget_warnings(connection, "s1", "day")
        assert [await is_news(), await is_news("month")] == [True, False]


# What was spent


async def test_what_counts_as_spent(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        await bought(connection, "p1", charged=Decimal("0.25"))
        await bought(connection, "p2", ceiling=Decimal("0.40"))  # nobody knows what it was: the most
        await bought(connection, "p3", state=Outcome.UNKNOWN, charged=Decimal("0.01"))
        await bought(connection, "p4", state=Outcome.REFUSED)
        await bought(connection, "p5", state=Outcome.SENDING, user_id=BORIS)
        await bought(connection, "p6", share_id=None, charged=Decimal(5))
        await bought(connection, "p7", charged=Decimal(7), created_at=1)
        assert await spending.of_share(connection, "s1", 2) == Decimal("1.25")
        assert await spending.of_share(connection, "s1", 2, user_id=BORIS) == Decimal("0.30")
        assert await spending.of_share(connection, "s1", 0) == Decimal("8.25")
        assert await spending.of_share(connection, "s2", 0) == 0
        assert await spending.of_person(connection, USER, 2) == Decimal("5.95")


async def test_what_came_back_counts_as_far_as_it_was_taken(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        await bought(connection, "p1", charged=Decimal("0.25"))
        await rows.order(connection, refunded=Decimal("0.20"))
        await bought(connection, "p2", charged=Decimal("0.30"))
        await rows.order(connection, id="o2", site_id="2", purchase_id="p2", refunded=Decimal(9))
        await rows.order(connection, id="o3", site_id="3", purchase_id="p2", refunded=Decimal(9))
        assert await spending.of_share(connection, "s1", 0) == Decimal("0.05")
        # An act with the second order raises what can come back for it, and nothing else.
        await bought(connection, "p3", charged=Decimal("0.11"), act="renew", order_id="o2")
        assert await spending.of_share(connection, "s1", 0) == Decimal("0.05")
        await bought(connection, "p4", charged=Decimal("0.40"), act="renew", order_id="o1", share_id=None)
        assert await spending.of_share(connection, "s1", 0) == Decimal("0.05")


async def test_no_intent_is_counted_beside_another(db: Database) -> None:
    """Several replicas at once: who has locked the share sees all that was reserved before."""
    async with db.transaction() as connection:
        await people.meet_user(connection, USER, "en", 0)
        await shared(connection)

    async def intend(number: int) -> bool:
        async with db.transaction() as connection:
            await bought(connection, f"p{number}", state=Outcome.SENDING, ceiling=Decimal(1))
            await shares.get_for_update(connection, "s1")
            await people.lock_user(connection, USER)
            if await spending.of_share(connection, "s1", 0) > 3:
                raise ValueError  # rolls back
        return True

    made = await asyncio.gather(*(intend(number) for number in range(30)), return_exceptions=True)
    assert made.count(True) == 3
    async with db.transaction() as connection:
        assert await spending.of_share(connection, "s1", 0) == 3


# Who leaves


async def test_what_a_leaver_has_on_the_way_comes_to_the_owner(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        on_the_way: dict[str, dict[str, Any]] = {
            "sending": {"state": Outcome.SENDING},
            "unknown": {"state": Outcome.UNKNOWN},
            "refused": {"state": Outcome.REFUSED},
            "placed": {"state": Outcome.PLACED},
            "others": {"state": Outcome.SENDING, "user_id": CLARA},
            "own": {"state": Outcome.SENDING, "share_id": None},
        }
        for row, values in on_the_way.items():
            await bought(connection, row, **{"user_id": BORIS, "chat_id": GROUP, **values})
        await bought(connection, "late", user_id=BORIS, chat_id=GROUP, state=Outcome.REFUSED, next_find_ms=9)
        for row in ("sending", "others"):
            letter = Letter(
                kind=Kind.OUTCOME, priority=Priority.OUTCOME, user_id=BORIS, chat_id=GROUP, purchase_id=row
            )
            await outbox.put(connection, letter, 0)
        moved = await purchases.hand_over(connection, "s1", BORIS, USER)
        assert set(moved) == {"sending", "unknown", "late"}
        assert await purchases.hand_over(connection, "s1", BORIS, USER) == []
        sending, placed = [await purchases.get(connection, row) for row in ("sending", "placed")]
        assert sending is not None
        assert (sending.user_id, sending.chat_id, sending.card_id) == (BORIS, USER, None)
        assert placed is not None
        assert placed.chat_id == GROUP
        letters = await outbox.in_state(connection, "due")
    assert [(one.purchase_id, one.user_id, one.chat_id) for one in letters] == [
        ("sending", USER, USER),
        ("others", BORIS, GROUP),
    ]


async def test_orders_of_a_leaver_come_to_the_owner(db: Database) -> None:
    async with db.transaction() as connection:
        await shared(connection)
        theirs: dict[str, dict[str, Any]] = {
            "open": {},
            "over": {"is_open": False},
            "with a code": {"is_open": False},
            "another's": {"user_id": CLARA},
            "own": {"share_id": None},
        }
        for row, values in theirs.items():
            given = {"user_id": BORIS, "chat_id": GROUP, "share_id": "s1", **values}
            await rows.order(connection, id=row, site_id=row, **given)
        code = Letter(
            kind=Kind.PUSH, priority=Priority.CODE, user_id=BORIS, chat_id=BORIS, order_id="with a code"
        )
        await outbox.put(connection, code, 0)
        await outbox.park(connection, BORIS, "never started")
        moved = await orders.hand_over(connection, "s1", BORIS, USER)
        assert {order_id for order_id, _ in moved} == {"open", "with a code"}
        assert await orders.hand_over(connection, "s1", BORIS, USER) == []
        (letter,) = await outbox.in_state(connection, "due")
    assert (letter.user_id, letter.chat_id) == (USER, USER)


# What each press asks is found by indexes

ASKED: dict[str, Callable[[AsyncConnection], Awaitable[object]]] = {
    "a share's month": lambda connection: spending.of_share(connection, "s1", 5),
    "a person's day of a share": lambda connection: spending.of_share(connection, "s1", 5, user_id=USER),
    "a person's month": lambda connection: spending.of_person(connection, USER, 5),
    "shares of a group": lambda connection: shares.in_chat(connection, GROUP),
    "shares of an account": lambda connection: shares.of_account(connection, "a1"),
    "is it lent": lambda connection: shares.is_lent(connection, "a1", GROUP),
    "limits": lambda connection: shares.caps(connection, "s1"),
    "a member": lambda connection: shares.member(connection, "s1", USER),
    "requests": lambda connection: shares.count_requests(connection, "s1"),
    "a leaver's orders": lambda connection: orders.hand_over(connection, "s1", USER, BORIS),
    "a leaver's purchases": lambda connection: purchases.hand_over(connection, "s1", USER, BORIS),
    "acts with an order": lambda connection: purchases.on_its_way(connection, "o1"),
}


async def test_no_table_that_grows_is_read_as_a_whole(db: Database) -> None:
    if not db.is_sqlite:
        pytest.skip("PostgreSQL reads a small table as a whole, and is right")
    statements: list[tuple[str, str, Any]] = []
    asking = ""

    def note(_1: Any, _2: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((asking, statement, parameters))

    async with db.transaction() as connection:
        event.listen(db.engine.sync_engine, "before_cursor_execute", note)
        for asking, ask in ASKED.items():  # noqa: B007 - `note` reads it
            await ask(connection)
        event.remove(db.engine.sync_engine, "before_cursor_execute", note)
    assert {asked for asked, _, _ in statements} == set(ASKED)
    with closing(sqlite3.connect(db.url.split("///")[1])) as plain:
        for asked, statement, parameters in statements:
            plan = [str(row[3]) for row in plain.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            read = {step.split()[1] for step in plan if step.startswith("SCAN")}
            # The outbox holds little more than what waits, and is read only if somebody has left orders.
            assert read <= {"outbox", "anon_1"}, (asked, plan)
