"""Each kind of row comes back as it was written, and each question about them has its answer."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from providers.words import State
from storage import accounts, catalogs, drafts, hooks, messages, orders, outbox, people, prompts, purchases
from storage.catalogs import Catalog, CatalogKey
from storage.db import Database
from storage.outbox import Kind, Letter, Priority
from storage.prompts import Prompt
from storage.purchases import Outcome
from storage.tables import Money, metadata
from tests.storage import rows

DAY = 86_400


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_money_is_kept_to_the_micro_dollar(amount: Decimal) -> None:
    money, dialect = Money(), sqlite.dialect()
    stored = money.process_bind_param(amount, dialect)
    assert isinstance(stored, int)
    assert money.process_result_value(stored, dialect) == amount
    assert money.process_result_value(money.process_bind_param(None, dialect), dialect) is None


# Accounts


async def test_accounts(db: Database) -> None:
    async with db.transaction() as connection:
        old = await rows.account(connection, hook_hash="hash", hook_token=b"t")
        new = await rows.account(connection, id="a2", created_at=9)
        await rows.account(connection, id="a3", owner_id=1)
        gone = await rows.account(connection, id="a4", removed_at=9, hook_hash="other")
        assert await accounts.get(connection, "a1") == old
        assert await accounts.get(connection, "a4") == gone
        assert await accounts.get(connection, "none") is None
        assert await accounts.of_owner(connection, old.owner_id) == [old, new]
        assert await accounts.get_by_hook(connection, "gsim", "hash") == old
        assert await accounts.get_by_hook(connection, "getsms", "hash") is None
        assert await accounts.get_by_hook(connection, "gsim", "other") is None
        await accounts.change(connection, "a1", name="Ёж", balance=Decimal(0))
        changed = await accounts.get(connection, "a1")
        assert changed == replace(old, name="Ёж", balance=Decimal(0))


async def test_accounts_of_one_second_come_by_their_names(db: Database) -> None:
    async with db.transaction() as connection:
        for row, name in (("a1", "smsgig"), ("a2", "GearSMS"), ("a3", "gsim"), ("a4", "GotSMS")):
            account = await rows.account(connection, id=row, name=name)
        await rows.account(connection, id="a5", name="A later one", created_at=account.created_at + 1)
        names = [one.name for one in await accounts.of_owner(connection, account.owner_id)]
    assert names == ["GearSMS", "GotSMS", "gsim", "smsgig", "A later one"]


async def test_a_key_fails_once_and_only_if_it_is_still_the_key(db: Database) -> None:
    async with db.transaction() as connection:
        account = await rows.account(connection)
        assert await accounts.key_failed(connection, account)
        assert not await accounts.key_failed(connection, account)
        await accounts.key_worked(connection, account, balance=Decimal(1))
        assert await accounts.get(connection, "a1") == replace(account, balance=Decimal(1))
        await accounts.change(connection, "a1", credentials=b"new", balance=Decimal(2))
        assert not await accounts.key_failed(connection, account)
        await accounts.key_worked(connection, account, balance=Decimal(3))
        after = await accounts.get(connection, "a1")
        assert after is not None
        assert (after.key_ok, after.balance) == (True, Decimal(2))


# Drafts, prompts, lists, people


async def test_drafts(db: Database) -> None:
    async with db.transaction() as connection:
        await rows.account(connection)
        draft = await rows.draft(connection)
        assert await drafts.get(connection, "d1") == await drafts.get_by_token(connection, "t") == draft
        changed = draft.changed(picks=draft.picks[:1], token=None, page=0)
        await drafts.save(connection, changed)
        assert await drafts.get(connection, "d1") == changed
        assert await drafts.get_by_token(connection, "t") is None
        assert changed.ids == {"service": "wa"}
        await rows.draft(connection, id="d2", token=None, created_at=50)
        await drafts.forget_older(connection, 50)
        assert await drafts.get(connection, "d1") is None
        await drafts.drop(connection, "d2")
        assert await drafts.get(connection, "d2") is None


async def test_one_question_for_each_person_in_each_chat(db: Database) -> None:
    first = Prompt(
        chat_id=1, user_id=2, message_id=3, purpose="key", args={"a": 1}, sealed=b"s", created_at=4
    )
    second = replace(first, message_id=9, purpose="name", args={}, sealed=None, created_at=60)
    async with db.transaction() as connection:
        await prompts.ask(connection, first)
        assert await prompts.get(connection, 1, 2) == first
        await prompts.ask(connection, second)
        await prompts.ask(connection, replace(first, user_id=7))
        assert await prompts.get(connection, 1, 2) == second
        await prompts.forget_older(connection, 60)
        assert await prompts.get(connection, 1, 7) is None
        assert await prompts.drop(connection, 1, 2)
        assert not await prompts.drop(connection, 1, 2)
        assert await prompts.get(connection, 1, 2) is None


async def test_lists_of_options(db: Database) -> None:
    key = CatalogKey.of("a1", "numbers", "country", {"service": "wa", "b": "1"})
    assert key == CatalogKey.of("a1", "numbers", "country", {"b": "1", "service": "wa"})
    options = [{"id": str(number), "name": f"Ёж <&> {number}"} for number in range(800)]
    async with db.transaction() as connection:
        await rows.account(connection)
        assert await catalogs.get(connection, key) is None
        await catalogs.put(connection, key, Catalog(options, 5))
        assert await catalogs.get(connection, key) == Catalog(options, 5)
        await catalogs.put(connection, key, Catalog([], 6))
        assert await catalogs.get(connection, key) == Catalog([], 6)
        await catalogs.forget_older(connection, 7)
        assert await catalogs.get(connection, key) is None


async def test_people(db: Database) -> None:
    async with db.transaction() as connection:
        assert await people.get_user(connection, 2**40) is None
        user = await people.meet_user(connection, 2**40, "ru", 5)
        assert (user.language, user.keep_days) == ("ru", people.KEEP_DAYS)
        await people.set_language(connection, user.id, "en")
        await people.set_keep_days(connection, user.id, 3)
        again = await people.meet_user(connection, 2**40, "de", 9)
        assert again == replace(user, language="en", keep_days=3)
        assert await people.get_chat(connection, -5) is None
        await people.meet_chat(connection, -5, "group", "Old")
        await people.close_chat(connection, -5, "kicked")
        closed = await people.get_chat(connection, -5)
        assert closed is not None
        assert closed.closed == "kicked"
        await people.meet_chat(connection, -5, "supergroup", "New")
        chat = await people.get_chat(connection, -5)
        assert chat == people.Chat(id=-5, kind="supergroup", title="New", closed=None)


# Purchases


async def test_a_token_is_used_once(db: Database) -> None:
    async with db.transaction() as connection:
        await rows.account(connection)

    async def claim(number: int) -> bool:
        async with db.transaction() as connection:
            return await purchases.claim(connection, rows.purchase(id=f"p{number}"))

    assert sorted(await asyncio.gather(*(claim(number) for number in range(50)))) == [False] * 49 + [True]
    async with db.transaction() as connection:
        purchase = await purchases.get_by_token(connection, "t")
        assert purchase is not None
        assert purchase == rows.purchase(id=purchase.id)
        assert await purchases.get(connection, "none") is None
        assert purchase.ids == {"service": "wa", "area_code": "212"}


async def test_a_purchase_is_settled_by_one(db: Database) -> None:
    async with db.transaction() as connection:
        await rows.account(connection)
        await purchases.claim(connection, rows.purchase(act="reuse", order_id="o1"))
        assert await purchases.on_its_way(connection, "o1")
        assert not await purchases.on_its_way(connection, "o2")

    async def settle(state: Outcome) -> bool:
        async with db.transaction() as connection:
            return await purchases.settle(connection, "p1", state, expect=(Outcome.SENDING,), settled_at=9)

    results = await asyncio.gather(*(settle(state) for state in (Outcome.PLACED, Outcome.REFUSED) * 10))
    assert results.count(True) == 1
    async with db.transaction() as connection:
        await purchases.set_card(connection, "p1", 77)
        purchase = await purchases.get(connection, "p1")
        assert purchase is not None
        assert (purchase.settled_at, purchase.card_id) == (9, 77)
        assert await purchases.in_state(connection, Outcome.SENDING) == []
        assert not await purchases.on_its_way(connection, "o1")
        unknown = rows.purchase(id="p2", token="t2", state=Outcome.UNKNOWN)
        await purchases.claim(connection, unknown)
        assert await purchases.of_user_unknown(connection, unknown.user_id) == [unknown]


# Orders


async def test_orders(db: Database) -> None:
    async with db.transaction() as connection:
        await rows.account(connection)
        order = await rows.order(connection)
        assert await orders.get(connection, "o1") == await orders.get_for_update(connection, "o1") == order
        assert await orders.get_by_site_id(connection, "a1", "s1") == order
        assert await orders.get_by_site_id(connection, "a2", "s1") is None
        assert await orders.get_for_update(connection, "none") is None
        assert await orders.of_purchase(connection, "p1") == [order]
        assert (order.ref.picks, order.ref.service) == ({"service": "wa", "area_code": "212"}, "wa")
        assert (order.name_of("service"), order.name_of("country")) == ("WhatsApp <&> Ёж 🙂", None)
        changed = replace(
            order, state=State.DONE, is_open=False, refunded=Decimal("0.1"), facts={}, ended_at=9
        )
        await orders.save(connection, changed)
        assert await orders.get(connection, "o1") == changed
    with pytest.raises(IntegrityError):
        async with db.transaction() as connection:
            await rows.order(connection, id="o2")  # the same id of the site in the same account


async def test_which_orders_are_due(db: Database) -> None:
    async with db.transaction() as connection:
        await rows.account(connection)
        await rows.account(connection, id="a2")
        assert await orders.next_due_ms(connection) is None
        for number, due in enumerate((500, 300, 100, 900)):
            await rows.order(
                connection, id=f"o{number}", site_id=f"s{number}", next_look_ms=due, activated_at=number
            )
        closed: dict[str, Any] = {"is_open": False, "state": State.DONE, "next_look_ms": 1}
        await rows.order(connection, id="o8", site_id="s8", **closed, created_at=8)
        await rows.order(connection, id="o9", site_id="s9", **closed, created_at=9)
        await rows.order(connection, id="other", site_id="s1", account_id="a2", next_look_ms=2000, user_id=1)
        assert [order.id for order in await orders.due(connection, 500, 10)] == ["o2", "o1", "o0"]
        assert [order.id for order in await orders.due(connection, 500, 1)] == ["o2"]
        assert await orders.next_due_ms(connection) == 100
        await orders.lease(connection, ["o2", "o1"], 700)
        await orders.change(connection, "o1", next_look_ms=800)
        assert [order.id for order in await orders.still_leased(connection, ["o1", "o2"], 700)] == ["o2"]
        await orders.put_off(connection, ["o0"], 800)
        assert await orders.end_leases(connection, 600) == 1, "o1 is not leased any more, o0 never was"
        assert [order.id for order in await orders.due(connection, 600, 10)] == ["o2"]
        await orders.change(connection, "o0", next_look_ms=500)
        assert {order.id for order in await orders.open_of_account(connection, "a1")} == {
            "o0",
            "o1",
            "o2",
            "o3",
        }
        mine = await orders.open_of_user(connection, 7_000_000_001)
        assert [order.id for order in mine] == ["o3", "o2", "o1", "o0"]
        past = await orders.past_of_user(connection, 7_000_000_001, offset=0, limit=1)
        assert [order.id for order in past] == ["o9"]
        past = await orders.past_of_user(connection, 7_000_000_001, offset=1, limit=5)
        assert [order.id for order in past] == ["o8"]
        assert await orders.count_past_of_user(connection, 7_000_000_001) == 2
        await orders.look_at_all(connection, "a1", 50)
        assert {order.id for order in await orders.due(connection, 50, 10)} == {"o0", "o1", "o2", "o3"}


# Messages


async def test_messages(db: Database) -> None:
    async with db.transaction() as connection:
        await rows.account(connection)
        await rows.order(connection)
        second = await rows.message(connection, id="m0", at=9)
        first = await rows.message(connection, id="m9", at=2)
        assert await messages.of_order(connection, "o1") == [first, second]
        assert await messages.get(connection, "m9") == first
        await messages.set_site_id(connection, "m9", "x")
        assert await messages.get(connection, "m9") == replace(first, site_id="x")
    with pytest.raises(IntegrityError):
        async with db.transaction() as connection:
            await rows.message(connection, id="m5", site_id="x")


async def test_texts_are_deleted_by_the_days_of_who_ordered(db: Database) -> None:
    now = 100 * DAY
    async with db.transaction() as connection:
        await rows.account(connection)
        for user, days in ((1, 1), (2, 50)):
            await people.meet_user(connection, user, "en", 0)
            await people.set_keep_days(connection, user, days)
        for user in (1, 2, 3):  # the third was never met
            await rows.order(connection, id=f"o{user}", site_id=f"s{user}", user_id=user, is_open=False)
            for age in (0, 10, 40, 60):
                name = f"m{user}-{age}"
                await rows.message(connection, id=name, order_id=f"o{user}", created_at=now - age * DAY)
        await rows.order(connection, id="open", site_id="open", user_id=1)
        stamps: list[dict[str, Any]] = [{}, {"site_id": "x"}, {"at": 5}]
        for number, known in enumerate(stamps):
            await rows.message(connection, id=f"open{number}", order_id="open", created_at=1, **known)
        assert await messages.forget_bodies(connection, now) == 3 + 1 + 2 + 2
        assert await messages.forget_bodies(connection, now) == 0
        table = metadata.tables["messages"]
        kept = await connection.execute(select(table.c.id).where(table.c.body.is_not(None)))
        assert set(kept.scalars()) == {"m1-0", "m2-0", "m2-10", "m2-40", "m3-0", "m3-10", "open0"}


# Webhooks


async def test_webhooks(db: Database) -> None:
    async with db.transaction() as connection:
        await rows.account(connection)
        await rows.account(connection, id="a2")
        assert await hooks.next_due_ms(connection) is None
        first = await rows.hook(connection)
        other = await rows.hook(connection, id="h2", account_id="a2", received_at=4, not_before_ms=70)
        assert await hooks.due(connection, 100, limit=9) == [other, first]
        assert await hooks.due(connection, 100, limit=1) == [other]
        assert await hooks.due(connection, 100, limit=9, not_of={"a2"}) == [first]
        assert await hooks.due(connection, 50, limit=9) == [first]
        assert await hooks.next_due_ms(connection, not_of={"a1"}) == 70
        assert not await hooks.is_any_due(connection, "a2", 69)
        assert await hooks.is_any_due(connection, "a2", 70)
        assert not await hooks.is_any_due(connection, "nobody", 70)
        await hooks.hold(connection, "h1", 900, "held")
        (held,) = await hooks.due(connection, 900, limit=9, not_of={"a2"})
        assert (held.state, held.attempts, held.not_before_ms) == ("held", 1, 900)
        await hooks.wake_held(connection, "a1")
        assert await hooks.next_due_ms(connection) == 0
        assert await hooks.waiting_of_account(connection, "a1") == 1
        assert await hooks.is_any_due(connection, "a1", 0)
        await hooks.settle(connection, "h1", "done", "taken")
        assert not await hooks.is_any_due(connection, "a1", 10**6)
        assert await hooks.waiting_of_account(connection, "a1") == 0
        await hooks.forget_older(connection, 5)
        assert await hooks.due(connection, 10**6, limit=9) == []
        left = await connection.execute(select(metadata.tables["hooks"].c.id))
        assert list(left.scalars()) == ["h1"]


# The outbox


def letter(kind: Kind = Kind.PUSH, priority: Priority = Priority.CODE, **values: Any) -> Letter:
    return Letter(
        **{"kind": kind, "priority": priority, "user_id": 1, "chat_id": 1, "order_id": "o1", **values}
    )


async def put(db: Database, *letters: Letter, at: int = 100) -> None:
    async with db.transaction() as connection:
        for one in letters:
            await outbox.put(connection, one, at)


ANYWHERE: dict[Priority, set[int]] = {priority: set() for priority in Priority}


async def waiting(db: Database, now_ms: int = 1000, **limits: Any) -> list[outbox.Waiting]:
    async with db.transaction() as connection:
        given = {"limit": 10, "not_in_chats": ANYWHERE, **limits}
        return await outbox.waiting(connection, now_ms, **given)


async def begun(db: Database, now_ms: int = 1000, limit: int = 10) -> list[outbox.Queued]:
    """All that waits, on its way from now on."""
    ids = [one.id for one in await waiting(db, now_ms, limit=limit)]
    async with db.transaction() as connection:
        return await outbox.begin(connection, ids)


async def test_codes_go_first(db: Database) -> None:
    card, outcome = (
        letter(Kind.CARD, Priority.OUTCOME),
        letter(Kind.OUTCOME, Priority.OUTCOME, purchase_id="p"),
    )
    await put(
        db, letter(Kind.NOTICE, Priority.REST, args={"text": "x"}), card, outcome, letter(message_id="m")
    )
    assert [one.priority for one in await waiting(db)] == [
        Priority.CODE, Priority.OUTCOME, Priority.OUTCOME, Priority.REST,
    ]  # fmt: skip
    assert [one.priority for one in await waiting(db, limit=1)] == [Priority.CODE]
    assert await waiting(db, 99) == []
    await put(db, letter(chat_id=2))
    without = {Priority.CODE: {1}, Priority.OUTCOME: {1}, Priority.REST: set[int]()}
    assert [(one.chat_id, one.priority) for one in await waiting(db, not_in_chats=without)] == [
        (2, Priority.CODE),
        (1, Priority.REST),
    ]
    for priority in Priority:
        only = {one.priority for one in await waiting(db, not_in_chats={priority: set()})}
        assert only == {priority}
    async with db.transaction() as connection:
        assert await outbox.next_due_ms(connection, after_ms=99) == 100
        assert await outbox.next_due_ms(connection, after_ms=100) is None
    assert [one.kind for one in await begun(db)] == [
        Kind.PUSH, Kind.PUSH, Kind.CARD, Kind.OUTCOME, Kind.NOTICE,
    ]  # fmt: skip
    assert await begun(db) == []


async def test_a_card_waits_once(db: Database) -> None:
    card = letter(Kind.CARD, Priority.OUTCOME)
    await put(db, card, card, letter(Kind.CARD, Priority.OUTCOME, order_id="o2"))
    (first,) = await begun(db, limit=1)
    await put(db, card)  # it changed while the first edit was on its way
    async with db.transaction() as connection:
        (going,) = await outbox.in_state(connection, "sending")
        assert (going.id, going.attempts) == (first.id, 1)
        await outbox.again(connection, going, 500, unsure=False, error="timeout")
        assert await outbox.in_state(connection, "sending") == []
        assert [one.error for one in await outbox.in_state(connection, "dropped")] == ["superseded"]
    assert len(await waiting(db)) == 2


async def test_what_was_parked_since_it_was_seen_does_not_go(db: Database) -> None:
    await put(db, letter(), letter(chat_id=2))
    seen = [one.id for one in await waiting(db)]
    async with db.transaction() as connection:
        await outbox.park(connection, 1, "blocked")
    async with db.transaction() as connection:
        assert [one.chat_id for one in await outbox.begin(connection, seen)] == [2]
        assert [one.chat_id for one in await outbox.in_state(connection, "parked")] == [1]


async def test_a_letters_way(db: Database) -> None:
    await put(db, letter(message_id="m1"), letter(message_id="m2"), letter(message_id="m3"))
    one, two, three = await begun(db)
    async with db.transaction() as connection:
        await outbox.sent(connection, one.id, 150, 4242)
        await outbox.again(connection, two, 500, unsure=True, error="timeout")
        await outbox.drop(connection, three.id, "blocked")
    assert await waiting(db, 499) == []
    (again,) = await begun(db, 500)
    assert (again.message_id, again.unsure, again.attempts) == ("m2", True, 2)
    async with db.transaction() as connection:
        await outbox.again(connection, again, 600, unsure=False, error="429")
        (sent,) = await outbox.in_state(connection, "sent")
        assert (sent.sent_ms, sent.sent_id) == (150, 4242)
        await outbox.forget_older(connection, 101)
        assert await outbox.in_state(connection, "sent") == await outbox.in_state(connection, "dropped") == []
    (again,) = await begun(db)
    assert again.unsure, "once unsure, always unsure"
