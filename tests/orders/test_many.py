"""Many open orders of one account: one look is one request and few statements; each code still arrives."""

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import event, insert, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from orders import acts, cadence, inbox, many, place
from orders.acts import WAKE_AGAIN
from orders.settle import WAKES
from orders.watch import Watcher
from providers.site import Seen, Sms
from providers.words import State
from storage import orders, tables
from storage.orders import Order
from storage.outbox import Kind
from tests.orders.scene import OWNER, Scene


class Statements:
    """What goes to the database."""

    def __init__(self, scene: Scene) -> None:
        self.begun, self.written = 0, 0
        engine = scene.desk.db.engine.sync_engine
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "before_cursor_execute", self._execute)

    def _begin(self, _: object) -> None:
        self.begun += 1

    def _execute(self, _c: object, _cur: object, statement: str, *_: object) -> None:
        self.written += statement.startswith(("UPDATE", "INSERT"))


async def with_copies(scene: Scene, count: int) -> list[Order]:
    """So many open orders of one account, which the site shows all."""
    account = await scene.account("gsim", balance="10000")
    return [await scene.buy(account) for _ in range(count)]


async def test_a_look_that_brings_nothing_new_is_few_statements(scene: Scene) -> None:
    bought = await with_copies(scene, 30)
    await scene.look()
    cards = len(await scene.letters(Kind.CARD))
    counted = Statements(scene)
    await scene.look()
    assert counted.begun <= 8
    assert counted.written <= 5
    assert len(await scene.letters(Kind.CARD)) == cards
    for order in bought:
        after = await scene.order(order)
        assert after.next_look_ms > scene.desk.now_ms()
        assert after.last_look_at is not None


async def test_a_failed_look_is_few_statements_too(scene: Scene) -> None:
    bought = await with_copies(scene, 30)
    await scene.outside("gsim/settings", down=True)
    counted = Statements(scene)
    await scene.look()
    assert counted.written <= 5
    assert [(await scene.order(order)).failed_looks for order in bought] == [1] * 30


async def test_news_among_many_reaches_its_order(scene: Scene) -> None:
    bought = await with_copies(scene, 10)
    await scene.sms(bought[3], "Your code is 482913", "482913")
    await scene.expire(bought[5])
    await scene.look()
    assert [len(await scene.pushed(order)) for order in bought] == [0, 0, 0, 1] + [0] * 6
    assert (await scene.order(bought[5])).state is State.EXPIRED
    assert (await scene.order(bought[3])).state is State.DONE


async def test_a_message_that_cannot_be_stored_costs_no_other(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = await with_copies(scene, 5)
    for order in bought:
        await scene.sms(order, "Your code is 482913", "482913")
    put = inbox.put_card

    async def poisoned(connection: Any, desk: Any, order: Order) -> None:
        if order.id == bought[2].id:
            await connection.execute(insert(tables.orders).values(id=order.id))  # breaks the constraint
        await put(connection, desk, order)

    monkeypatch.setattr(inbox, "put_card", poisoned)
    await scene.look()
    assert [len(await scene.pushed(order)) for order in bought] == [1, 1, 0, 1, 1]
    assert (await scene.order(bought[2])).is_open
    monkeypatch.undo()
    await scene.look()
    assert len(await scene.pushed(bought[2])) == 1


async def test_looks_that_cannot_be_written_together_are_written_one_by_one(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose codes were in the heap must not wait for the lease of a look that another one's failure took."""
    bought = await with_copies(scene, 3)
    codes = [Sms(text=f"Your code is 48291{place}", id=f"m{place}") for place in range(3)]
    looks = [
        many.Look(order, Seen(id=order.site_id, state=State.RECEIVED, messages=(sms,)), scene.desk.now_ms())
        for order, sms in zip(bought, codes, strict=True)
    ]
    real = orders.get_many_for_update

    async def fails_for_one(connection: AsyncConnection, ids: list[str]) -> list[Order]:
        if bought[1].id in ids:
            await connection.execute(text("SELECT no_such_column FROM orders"))
        return await real(connection, ids)

    monkeypatch.setattr(orders, "get_many_for_update", fails_for_one)
    pile = many.Pile()
    ended = await asyncio.gather(*(pile.take(scene.desk, look) for look in looks), return_exceptions=True)
    assert [isinstance(one, OperationalError) for one in ended].count(True) <= 1
    assert [len(await scene.pushed(order)) for order in bought] == [1, 0, 1]


async def test_one_sms_does_not_redraw_all_cards_of_an_account(scene: Scene) -> None:
    account = await scene.account("gotsms", balance="10000")
    bought = [await scene.buy(account) for _ in range(4)]
    await scene.look()
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.outbox).values(state="sent"))
    await scene.sms(bought[1], "Your code is 482913", "482913")
    await scene.look()
    assert {letter.order_id for letter in await scene.letters(Kind.CARD)} == {bought[1].id}
    assert len(await scene.pushed(bought[1])) == 1


async def test_what_was_seen_of_a_reactivated_order_is_its_past(scene: Scene) -> None:
    bought = await with_copies(scene, 2)
    for order in bought:
        await scene.sms(order, "Your code is 482913", "482913")
    site = scene.desk.sites["gsim"]
    look_all = site.look_all

    async def meanwhile(*args: Any) -> Any:
        seen = await look_all(*args)
        async with scene.desk.db.transaction() as connection:
            await orders.change(connection, bought[0].id, activation=1)
        return seen

    site.look_all = meanwhile  # type: ignore[assignment, method-assign]
    await scene.look()
    assert [len(await scene.pushed(order)) for order in bought] == [0, 1]


# Right before the end, and after it


@pytest.mark.parametrize("site", ["gsim", "smsgig"])
async def test_a_code_of_the_last_second_is_found_after_the_end(scene: Scene, site: str) -> None:
    await scene.outside(f"{site}/settings", lifetime=120)
    account = await scene.account(site)
    order = await scene.buy(account)
    watcher = Watcher(scene.desk)
    watcher._bucket(account).clock = lambda: time.monotonic() + scene.desk.ahead
    looked_at: list[float] = []
    for _ in range(200):
        pause = await watcher.pause()
        scene.desk.ahead += pause + 0.01
        left = (order.expires_at or 0) - scene.desk.now()
        if left < -20:
            break
        looked_at.append(left)
        if left < 1 and not await scene.messages(order):
            await scene.sms(order, "Your code is 482913", "482913")
        await watcher.step()
        await scene.desk.drain()
        if await scene.messages(order):
            break
    assert any(1 <= left <= 4 for left in looked_at), "once right before the end"
    assert looked_at[-1] >= -10, "and right after it"
    assert len(await scene.pushed(order)) == 1


# Numbers that are bought asleep


async def wakes(scene: Scene) -> int:
    return len([one for one in await scene.asked("gotsms") if one["path"].endswith("/wake-up")])


@pytest.mark.parametrize("committed", [True, False])
async def test_a_wake_up_that_failed_is_tried_again(scene: Scene, committed: bool) -> None:
    account = await scene.account("gotsms")
    await scene.fault("gotsms", "html", path="/numbers/*/wake-up", committed=committed)
    order = await scene.buy(account)
    await scene.look()
    assert await wakes(scene) == 1, "not at once"
    scene.desk.ahead += WAKE_AGAIN + 1
    await scene.look()
    assert await wakes(scene) == 2
    assert (await scene.order(order)).facts["online_till"]
    for _ in range(3):
        scene.desk.ahead += WAKE_AGAIN + 1
        await scene.look()
    assert await wakes(scene) == 2, "awake, or the site says that it is"
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    assert len(await scene.pushed(order)) == 1


async def test_a_wake_up_that_never_works_is_given_up(scene: Scene) -> None:
    account = await scene.account("gotsms")
    await scene.fault("gotsms", "html", path="/numbers/*/wake-up", times=None)
    await scene.buy(account)
    for _ in range(WAKES + 3):
        scene.desk.ahead += WAKE_AGAIN + 1
        await scene.look()
    assert await wakes(scene) == WAKES


async def test_a_wake_up_that_a_crash_forestalled_is_made_up_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await scene.account("gotsms")
    token = await scene.armed(account)

    async def nothing(*_: object) -> None:
        return

    monkeypatch.setattr(place, "_after_purchase", nothing)
    assert await place.confirm(scene.desk, token, OWNER)
    await scene.desk.drain()
    monkeypatch.undo()
    await scene.die()
    assert await wakes(scene) == 0
    await scene.look()
    assert await wakes(scene) == 1


async def test_an_adopted_number_is_woken_too(scene: Scene) -> None:
    await scene.lose(await scene.account("gotsms"))
    await scene.find_out(5)
    await scene.look()
    assert await wakes(scene) == 1


async def test_two_who_want_to_wake_a_number_wake_it_once(scene: Scene) -> None:
    account = await scene.account("gotsms")
    order = await scene.buy(account)
    scene.desk.ahead += WAKE_AGAIN + 1
    await acts.wake_again(scene.desk, order)
    assert await wakes(scene) == 1


# Out of step


@pytest.mark.parametrize("site", ["gsim", "smsgig"])
async def test_orders_looked_at_together_are_next_looked_at_one_by_one(scene: Scene, site: str) -> None:
    await scene.outside(f"{site}/settings", lifetime=3000)
    accounts = [await scene.account(site, balance="10000") for _ in range(3)]
    bought = [await scene.buy(account) for account in accounts for _ in range(8)]
    scene.desk.ahead += 1200  # codes have become rare: a look a minute
    await scene.look()
    due = [(order.account_id, (await scene.order(order)).next_look_ms) for order in bought]
    now = scene.desk.now_ms()
    moments = {at // 100 for _, at in due}
    if site == "gsim":
        turns = {(account, at % cadence.ROUND_MS) for account, at in due}
        assert len(turns) == 3, "one list for all orders of an account"
    else:
        assert max(moments) - min(moments) > 100, "over half a minute"
        assert len(moments) > 15
    assert all(now < at <= now + 66_000 for _, at in due)
