"""Signed webhooks are taken while they are stored; what can't be is stored all the same: no code is lost."""

import asyncio
import itertools
import json
import sqlite3
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from orders import hooks, inbox, keys
from providers.smsgig import SmsGig
from providers.words import State
from storage import hooks as rows
from storage import tables
from storage.accounts import Account
from storage.orders import Order
from tests.orders.scene import Scene
from tests.orders.test_hooks import linked, outcomes, signature, signed


def call(scene: Scene, account: Account, order: Order, number: int = 1) -> tuple[bytes, dict[str, str]]:
    """The site's webhook with the order's code of that number."""
    return signed(
        scene, account, activation_id=int(order.site_id), message_id=str(number), text=f"code {number}",
        received_at=f"2026-01-01T00:00:{number:02}Z",
    )  # fmt: skip


async def ordered(scene: Scene) -> tuple[Account, Order]:
    """An order that takes several codes."""
    account = await linked(scene, "smsgig")
    return account, await scene.buy(account, service="whatsapp")


async def spoil(scene: Scene, table: str, word: str = "ABORT") -> None:
    """The database takes no new row for this table."""
    async with scene.desk.db.transaction() as connection:
        broken = f"CREATE TRIGGER spoilt BEFORE INSERT ON {table} BEGIN SELECT RAISE({word}, 'disk'); END"
        await connection.execute(text(broken))


async def mend(scene: Scene) -> None:
    async with scene.desk.db.transaction() as connection:
        await connection.execute(text("DROP TRIGGER spoilt"))


async def nothing_taken(scene: Scene, order: Order) -> bool:
    """No trace of the code but the call itself."""
    assert await scene.count("messages") == 0
    assert await scene.pushed(order) == []
    assert (await scene.order(order)).state is State.WAITING
    return await outcomes(scene) == [("new", None)]


# Whatever goes wrong while it is taken, the call is stored and answered with 200


@pytest.mark.parametrize("what", ["take_in", "put_card", "schedule"])
async def test_a_call_that_breaks_the_rules_is_stored(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    account, order = await ordered(scene)

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(inbox, what, broken)
    scene.desk.bells.hooks.clear()
    assert await scene.post_hook(account, *call(scene, account, order)) == 200
    assert scene.desk.bells.hooks.is_set()
    monkeypatch.undo()
    assert await nothing_taken(scene, order)
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["code 1"]
    assert await outcomes(scene) == [("done", "taken")]


async def test_a_call_that_breaks_its_adapter_is_stored(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, order = await ordered(scene)

    def broken(*_: object) -> None:
        raise KeyError("what nobody thought of")

    monkeypatch.setattr(SmsGig, "events", broken)
    assert await scene.post_hook(account, *call(scene, account, order)) == 200
    monkeypatch.undo()
    assert await nothing_taken(scene, order)
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["code 1"]


@pytest.mark.parametrize("table", ["messages", "outbox", "arrivals"])
@pytest.mark.parametrize("word", ["ABORT", "ROLLBACK"])
async def test_a_call_that_the_database_does_not_take_in_is_stored(
    scene: Scene, table: str, word: str
) -> None:
    """ROLLBACK: as on a full disk SQLite takes back everything, whoever else is in the transaction."""
    account, order = await ordered(scene)
    await spoil(scene, table, word)
    assert await scene.post_hook(account, *call(scene, account, order)) == 200
    await mend(scene)
    assert await nothing_taken(scene, order)
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["code 1"]


async def test_a_call_whose_commit_fails_is_stored(scene: Scene) -> None:
    account, order = await ordered(scene)
    async with scene.desk.db.transaction() as connection:
        for words in (
            "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
            "CREATE TABLE orphans (parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED)",
            "CREATE TRIGGER spoilt AFTER INSERT ON messages BEGIN INSERT INTO orphans VALUES (1); END",
        ):
            await connection.execute(text(words))
    assert await scene.post_hook(account, *call(scene, account, order)) == 200
    await mend(scene)
    assert await nothing_taken(scene, order)
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["code 1"]


async def test_a_call_that_can_not_be_stored_is_not_taken_either(scene: Scene) -> None:
    account, order = await ordered(scene)
    body, headers = call(scene, account, order)
    token = (keys.hook_path(scene.desk, account) or "").rsplit("/", 1)[1]
    small = {name.lower(): value for name, value in headers.items()}
    await spoil(scene, "hooks")
    with pytest.raises(DBAPIError):
        await hooks.accept(scene.desk, "smsgig", token, body, small)
    await mend(scene)
    assert await scene.count("messages") == 0
    assert await scene.count("hooks") == 0
    assert await hooks.accept(scene.desk, "smsgig", token, body, small)
    assert await scene.pushed(order) == ["code 1"]


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (b"not json", ("refused", "malformed")),
        (b"[]", ("refused", "malformed")),
        (b'{"text": "no order"}', ("refused", "malformed")),
        (b'{"activation_id": 999, "text": "code 1"}', ("held", "held")),
    ],
)
async def test_signed_words_without_a_code_for_us_are_the_workers(
    scene: Scene, event: bytes, outcome: tuple[str, str]
) -> None:
    account, order = await ordered(scene)
    assert await scene.post_hook(account, event, signature(scene, account, event)) == 200
    assert await nothing_taken(scene, order)
    await scene.work_on_hooks()
    assert await outcomes(scene) == [outcome]


async def test_an_event_without_words_makes_the_worker_look(scene: Scene) -> None:
    account, order = await ordered(scene)
    body, headers = signed(scene, account, activation_id=int(order.site_id))
    assert await scene.post_hook(account, body, headers) == 200
    assert await nothing_taken(scene, order)
    await scene.work_on_hooks()
    assert await outcomes(scene) == [("done", "taken")]
    assert await scene.count("messages") == 0


# Once, and in order


async def test_the_same_call_ten_times_at_once_rings_once(scene: Scene) -> None:
    account, order = await ordered(scene)
    posts = (scene.post_hook(account, *call(scene, account, order)) for _ in range(10))
    assert await asyncio.gather(*posts) == [200] * 10
    assert await scene.pushed(order) == ["code 1"]
    assert await outcomes(scene) == [("done", "taken")] * 10


async def test_what_polling_was_faster_with_rings_once(scene: Scene) -> None:
    account, order = await ordered(scene)
    await scene.outside("smsgig/settings", webhooks=False)
    await scene.sms(order, "code 1")
    await scene.look()
    assert await scene.pushed(order) == ["code 1"]
    assert await scene.post_hook(account, *call(scene, account, order)) == 200
    await scene.look()
    assert await scene.pushed(order) == ["code 1"]


@pytest.mark.parametrize("numbers", list(itertools.permutations((1, 2, 2, 3)))[::5])
async def test_calls_in_any_order_ring_once_each_as_they_came(scene: Scene, numbers: tuple[int, ...]) -> None:
    account, order = await ordered(scene)
    for number in numbers:
        assert await scene.post_hook(account, *call(scene, account, order, number)) == 200
    assert await scene.pushed(order) == [f"code {number}" for number in dict.fromkeys(numbers)]


async def test_the_calls_of_many_orders_at_once(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    bought = [await scene.buy(account, service="whatsapp") for _ in range(5)]
    posts = (
        scene.post_hook(account, *call(scene, account, order, number))
        for order in bought
        for number in range(4)
    )
    assert await asyncio.gather(*posts) == [200] * 20
    for order in bought:
        assert sorted(await scene.pushed(order)) == [f"code {number}" for number in range(4)]


async def test_no_call_overtakes_one_that_the_worker_has_not_done_yet(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, order = await ordered(scene)

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as at_first:
        at_first.setattr(inbox, "take_in", broken)
        await scene.post_hook(account, *call(scene, account, order, 1))
    for number in (2, 3):
        assert await scene.post_hook(account, *call(scene, account, order, number)) == 200
    assert await scene.pushed(order) == []
    assert await outcomes(scene) == [("new", None)] * 3
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["code 1", "code 2", "code 3"]
    assert await scene.post_hook(account, *call(scene, account, order, 4)) == 200
    assert await scene.pushed(order) == ["code 1", "code 2", "code 3", "code 4"]


async def test_a_call_that_is_held_for_later_holds_up_no_code(scene: Scene) -> None:
    account, order = await ordered(scene)
    unknown = signed(scene, account, activation_id=999, message_id="9", text="somebody else's")
    assert await scene.post_hook(account, *unknown) == 200
    await scene.worker.step()
    await scene.desk.drain()
    assert await outcomes(scene) == [("held", "held")]
    assert await scene.post_hook(account, *call(scene, account, order)) == 200
    assert await scene.pushed(order) == ["code 1"]
    async with scene.desk.db.transaction() as connection:
        await rows.wake_held(connection, account.id)  # its order became known
    assert await scene.post_hook(account, *call(scene, account, order, 2)) == 200
    assert await scene.pushed(order) == ["code 1"], "behind the call that came before it"
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["code 1", "code 2"]


async def test_another_accounts_waiting_calls_hold_up_nothing(scene: Scene) -> None:
    account, order = await ordered(scene)
    other = await linked(scene, "smsgig")
    assert await scene.post_hook(other, b"forged") == 200
    assert await scene.post_hook(account, *call(scene, account, order)) == 200
    assert await scene.pushed(order) == ["code 1"]


# What it costs


async def test_a_code_costs_one_transaction_and_few_statements(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, order = await ordered(scene)
    await scene.post_hook(account, *call(scene, account, order, 1))  # what is learnt once is learnt now
    await clear_letters(scene)
    begun: list[object] = []
    transaction = type(scene.desk.db).transaction

    def counted(*args: Any, **more: Any) -> Any:
        begun.append(args)
        return transaction(*args, **more)

    said: list[str] = []
    link = await raw(scene)
    link.set_trace_callback(said.append)
    monkeypatch.setattr(type(scene.desk.db), "transaction", counted)
    await scene.post_hook(account, *call(scene, account, order, 2))
    monkeypatch.undo()
    link.set_trace_callback(None)
    assert await scene.pushed(order) == ["code 2"]
    assert len(begun) == 1
    words = [one.split()[0] for one in said]
    assert words.count("BEGIN") == words.count("COMMIT") == 1
    changes = [one for one in words if one in {"INSERT", "UPDATE", "DELETE"}]
    assert sorted(changes) == ["INSERT"] * 4 + ["UPDATE"], "message, push, card, call; the order"
    assert words.count("SELECT") == 5, "account, waiting calls, order, messages, waiting card"


async def raw(scene: Scene) -> sqlite3.Connection:
    async with scene.desk.db.transaction() as connection:
        link: Any = (await connection.get_raw_connection()).dbapi_connection
        own: sqlite3.Connection = link._own
        return own


async def clear_letters(scene: Scene) -> None:
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.outbox).values(state="sent"))


async def test_the_raw_call_stays_sealed_as_it_came(scene: Scene) -> None:
    account, order = await ordered(scene)
    body, headers = call(scene, account, order)
    await scene.post_hook(account, body, {**headers, "X-Api-Key": "canary"})
    async with scene.desk.db.transaction() as connection:
        (row,) = (await connection.execute(tables.hooks.select())).mappings()
    assert b"code 1" not in bytes(row["body"])
    assert "canary" not in json.dumps(row["headers"])
    hook = rows.Hook(**row)
    assert scene.worker._events(account, hook)[0].order_id == order.site_id, "it can be read again"
