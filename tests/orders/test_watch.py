"""Looking at open orders: what a look that fails costs, and that nobody starves."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from orders import cadence, keys
from orders.pace import LONGEST_FREEZE
from orders.watch import BAD_KEY_WAIT, LEASE, TRIES_UNTIL_TOLD, Watcher, after_start
from providers.errors import NotFound
from providers.site import Seen
from providers.words import State
from storage import orders, tables
from storage.orders import Order
from storage.outbox import Kind
from tests.orders.scene import Scene, until
from tests.orders.test_many import Statements


@pytest.fixture(autouse=True)
def _stopped_clock(scene: Scene) -> None:
    """What takes its time on a busy machine takes none here."""
    scene.desk.stand_still()


async def looks_at(scene: Scene, site: str) -> int:
    """Requests at the site that only looks make."""
    words = ("check-sms", "/s1/status", "request_status")
    return len([one for one in await scene.asked(site) if any(word in str(one) for word in words)])


async def test_a_listing_site_is_asked_once_for_all(scene: Scene) -> None:
    account = await scene.account("gsim")
    bought = [await scene.buy(account) for _ in range(5)]
    for order in bought[1:]:
        await scene.sms(order, f"Your code is 1234{order.id[:1]}", "482913")
    before = len(await scene.asked("gsim"))
    assert await scene.look() == 5
    assert len(await scene.asked("gsim")) == before + 1
    assert [len(await scene.pushed(order)) for order in bought] == [0, 1, 1, 1, 1]


async def test_one_order_that_breaks_costs_the_others_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await scene.account("gsim")
    bought = [await scene.buy(account) for _ in range(3)]
    for order in bought:
        await scene.sms(order, "Your code is 482913", "482913")
    async with scene.desk.db.transaction() as connection:
        broken = tables.orders.c.id == bought[0].id
        await connection.execute(update(tables.orders).where(broken).values(facts=["not", "a", "map"]))
    await scene.look()
    assert [len(await scene.pushed(order)) for order in bought] == [0, 1, 1]


@pytest.mark.parametrize("site", ["gearsms", "smsgig", "getsms"])
async def test_many_orders_of_one_account_all_get_their_turn(
    scene: Scene, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await scene.account(site, balance="1000")
    bought = [await scene.buy(account) for _ in range(12)]
    clock = 0.0
    watcher = Watcher(scene.desk)
    watcher._bucket(account).clock = lambda: clock
    watcher._bucket(account).refilled_at = 0.0
    for order in bought:
        await scene.sms(order, "Your code is 482913", "482913")
    for _ in range(200):
        await watcher.step()
        await scene.desk.drain()
        if await scene.count("messages") == 12:
            break
        pause = max(await watcher.pause(), 0.5)
        clock += pause
        scene.desk.ahead += pause
    assert await scene.count("messages") == 12
    assert clock < 12 * 2 * 60 / scene.desk.sites[site].pace.per_minute + 60


async def test_what_was_taken_up_is_left_alone(scene: Scene) -> None:
    account = await scene.account("smsgig")
    await scene.buy(account)
    scene.desk.ahead += 10
    watcher = Watcher(scene.desk)
    assert await watcher.step() == 1
    assert await watcher.step() == 0, "leased"
    await scene.desk.drain()


async def test_a_look_that_had_to_wait_does_not_repeat_what_was_done_meanwhile(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await scene.account("smsgig")
    await scene.buy(account)
    site, release, began = scene.desk.sites["smsgig"], asyncio.Event(), 0
    look = site.look

    async def slow(*args: Any) -> Seen:
        nonlocal began
        began += 1
        await release.wait()
        return await look(*args)

    monkeypatch.setattr(site, "look", slow)
    watcher = Watcher(scene.desk)
    for _ in range(4):  # its leases end again and again while the site is slow
        scene.desk.ahead += 100
        assert await watcher.step() == 1
        await asyncio.sleep(0.05)
    release.set()
    await scene.desk.drain()
    assert began <= 2


async def test_a_slow_look_holds_up_no_other_order_of_its_account(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await scene.account("smsgig")
    slow, quick = await scene.buy(account), await scene.buy(account)
    site, release = scene.desk.sites["smsgig"], asyncio.Event()
    look = site.look

    async def sometimes_slow(credentials: Any, ref: Any) -> Seen:
        if ref.id == slow.site_id:
            await release.wait()
        return await look(credentials, ref)

    monkeypatch.setattr(site, "look", sometimes_slow)
    async with scene.desk.db.transaction() as connection:
        await orders.put_off(connection, [quick.id], scene.desk.now_ms() + 11_000)
    scene.desk.ahead += 10
    watcher = Watcher(scene.desk)
    assert await watcher.step() == 1
    await scene.sms(quick, "Your code is 482913", "482913")
    scene.desk.ahead += 2
    assert await watcher.step() == 1, "a batch of its own"

    async def arrived() -> bool:
        return len(await scene.pushed(quick)) == 1

    await until(arrived)
    assert (await scene.order(slow)).last_look_at is None
    release.set()


async def test_nothing_to_do_is_a_long_pause(scene: Scene) -> None:
    watcher = Watcher(scene.desk)
    assert await watcher.step() == 0
    assert 59 < await watcher.pause() <= 60
    await scene.buy(await scene.account("gsim"))
    assert scene.desk.bells.watcher.is_set()
    assert await watcher.step() == 0
    assert 0 < await watcher.pause() <= 10
    scene.desk.ahead += 10
    assert await watcher.pause() == 0


async def test_looks_begin_in_one_transaction_whosever_the_orders_are(scene: Scene) -> None:
    bought = [await scene.buy(await scene.account("smsgig")) for _ in range(4)]
    scene.desk.ahead += 10
    counted = Statements(scene)
    assert await Watcher(scene.desk).step() == 4
    assert counted.begun == 1
    await scene.desk.drain()
    assert None not in [(await scene.order(order)).last_look_at for order in bought]


async def test_a_look_wakes_nobody_who_is_awake_sooner_anyway(scene: Scene) -> None:
    account = await scene.account("smsgig")
    first, second = [await scene.buy(account) for _ in range(2)]
    watcher, bell = Watcher(scene.desk), scene.desk.bells.watcher
    async with scene.desk.db.transaction() as connection:
        await orders.put_off(connection, [first.id], scene.desk.now_ms())
        await orders.put_off(connection, [second.id], scene.desk.now_ms() + 500)
    bell.clear()
    assert await watcher.step() == 1
    await scene.desk.drain()
    assert not bell.is_set()
    assert await watcher.pause() <= 0.5


async def test_a_code_does_not_wait_for_looks_that_brought_none(scene: Scene) -> None:
    order = await scene.buy(await scene.account("smsgig"))
    await scene.sms(order, "Your code is 482913", "482913")
    scene.desk.ahead += 10
    watcher = Watcher(scene.desk)
    async with watcher._rest._writing:  # as long as others are written down
        await watcher.step()
        await scene.desk.drain()
        assert len(await scene.pushed(order)) == 1


@pytest.mark.parametrize(("site", "call"), [("gsim", "look_all"), ("smsgig", "glance")])
async def test_a_look_that_takes_long_makes_the_next_no_later(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, site: str, call: str
) -> None:
    order = await scene.buy(await scene.account(site))
    monkeypatch.setattr(cadence, "next_look", lambda *_, **__: 10.0)
    asked = getattr(scene.desk.sites[site], call)

    async def slowly(*given: Any) -> Any:
        scene.desk.ahead += 3
        return await asked(*given)

    monkeypatch.setattr(scene.desk.sites[site], call, slowly)
    begun = scene.desk.now_ms()
    await scene.look()
    assert (await scene.order(order)).next_look_ms < begun + 12_000


@pytest.mark.parametrize("site", ["gsim", "smsgig"])
async def test_a_look_wakes_the_watcher_for_the_next_one(scene: Scene, site: str) -> None:
    """Who rests until the lease's end would find a code a minute late."""
    await scene.buy(await scene.account(site))
    scene.desk.ahead += 10
    watcher, bell = Watcher(scene.desk), scene.desk.bells.watcher
    bell.clear()
    assert await watcher.step() == 1
    await scene.desk.drain()
    assert bell.is_set()
    assert 0 < await watcher.pause() <= 5


@pytest.mark.parametrize("site", ["gsim", "smsgig"])
async def test_after_a_start_looks_that_died_are_made_again(scene: Scene, site: str) -> None:
    """A look that died with the process holds its lease."""
    order = await scene.buy(await scene.account(site))
    scene.desk.ahead += 10
    async with scene.desk.db.transaction() as connection:
        await orders.lease(connection, [order.id], scene.desk.now_ms() + LEASE * 1000)
    await scene.sms(order, "Your code is 482913", "482913")
    assert await Watcher(scene.desk).step() == 0
    await after_start(scene.desk)
    assert await Watcher(scene.desk).step() == 1
    await scene.desk.drain()
    assert len(await scene.pushed(order)) == 1


async def test_after_a_start_all_others_are_looked_at_when_they_are_due(scene: Scene) -> None:
    """Ten thousand at once would keep each other waiting."""
    account = await scene.account("smsgig")
    looked_at, waiting = await scene.buy(account), await scene.buy(account)
    scene.desk.ahead += 10
    await Watcher(scene.desk).step()
    await scene.desk.drain()
    later_ms = scene.desk.now_ms() + 20_000
    async with scene.desk.db.transaction() as connection:
        await orders.put_off(connection, [waiting.id], later_ms)
    before = (await scene.order(looked_at)).next_look_ms
    await after_start(scene.desk)
    assert (await scene.order(looked_at)).next_look_ms == before
    assert (await scene.order(waiting)).next_look_ms == later_ms


async def fail_until_told(scene: Scene) -> None:
    for _ in range(TRIES_UNTIL_TOLD):
        await scene.look()


@pytest.mark.parametrize("site", ["gsim", "smsgig"])
async def test_a_site_that_does_not_answer_is_told_on_the_card_and_forgotten_when_it_does(
    scene: Scene, site: str
) -> None:
    order = await scene.buy(await scene.account(site))
    await scene.outside(f"{site}/settings", down=True)
    await scene.look()
    assert (await scene.order(order)).trouble is None, "once is nothing"
    await fail_until_told(scene)
    after = await scene.order(order)
    assert (after.trouble, after.is_open, after.failed_looks) == ("no-answer", True, 4)
    await scene.outside(f"{site}/settings", down=False)
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    after = await scene.order(order)
    assert (after.trouble, after.failed_looks) == (None, 0)
    assert len(await scene.pushed(order)) == 1


async def test_a_site_that_stays_down_is_given_up_a_day_after_the_end(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gsim"))
    await scene.outside("gsim/settings", down=True)
    await fail_until_told(scene)
    scene.desk.ahead += 3600 * 20
    await scene.look()
    assert (await scene.order(order)).is_open
    scene.desk.ahead += 3600 * 5
    await scene.look()
    after = await scene.order(order)
    assert (after.state, after.is_open) == (State.EXPIRED, False)
    assert len(await scene.letters(Kind.NOTICE)) == 1


@pytest.mark.parametrize("site", ["gsim", "smsgig"])
async def test_an_order_the_site_does_not_know_is_over_when_its_time_is(scene: Scene, site: str) -> None:
    order = await scene.buy(await scene.account(site))
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.orders).values(site_id="424242"))
    await fail_until_told(scene)
    after = await scene.order(order)
    assert (after.trouble, after.is_open) == (NotFound.code, True)
    scene.desk.ahead += 3600
    await scene.look()
    after = await scene.order(order)
    assert (after.state, after.is_open, after.trouble) == (State.EXPIRED, False, None)
    assert after.ended_at is not None
    assert [letter.order_id for letter in await scene.letters(Kind.NOTICE)] == [order.id]


async def test_an_order_with_a_code_that_the_site_forgot_is_done(scene: Scene) -> None:
    order = await scene.buy(await scene.account("smsgig"), service="whatsapp")
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.orders).values(site_id="424242"))
    scene.desk.ahead += 7200
    await fail_until_told(scene)
    assert (await scene.order(order)).state is State.DONE
    assert await scene.letters(Kind.NOTICE) == []


@pytest.mark.parametrize("retry_after", [7, 10**30])
async def test_a_site_that_wants_to_be_left_alone_is_but_not_for_ever(scene: Scene, retry_after: int) -> None:
    order = await scene.buy(await scene.account("smsgig"))
    await scene.fault("smsgig", "429", path="/s1/status", retry_after=retry_after)
    watcher = Watcher(scene.desk)
    scene.desk.ahead += 10
    await watcher.step()
    await scene.desk.drain()
    wait = ((await scene.order(order)).next_look_ms - scene.desk.now_ms()) / 1000
    assert min(retry_after, LONGEST_FREEZE) - 2 <= wait <= LONGEST_FREEZE
    asked = await looks_at(scene, "smsgig")
    scene.desk.ahead += 301  # the clock of the bucket has not moved
    assert await watcher.step() == 1
    await scene.desk.drain()
    assert await looks_at(scene, "smsgig") == asked, "still frozen: postponed"
    assert (await scene.order(order)).next_look_ms > scene.desk.now_ms()
    assert (await scene.order(order)).is_open


async def test_a_list_that_is_frozen_is_postponed(scene: Scene) -> None:
    account = await scene.account("gsim")
    order = await scene.buy(account)
    watcher = Watcher(scene.desk)
    watcher._bucket(account).freeze(50)
    scene.desk.ahead += 10
    asked = len(await scene.asked("gsim"))
    await watcher.step()
    await scene.desk.drain()
    assert len(await scene.asked("gsim")) == asked
    assert 40_000 < (await scene.order(order)).next_look_ms - scene.desk.now_ms() <= 50_000


@pytest.mark.parametrize("site", ["gsim", "smsgig"])
async def test_a_revoked_key_is_told_once_and_open_orders_stay(scene: Scene, site: str) -> None:
    account = await scene.account(site)
    orders = [await scene.buy(account) for _ in range(4)]
    await scene.fault(site, "status", status=401, body={"error": "Unauthorized"}, times=None)
    await fail_until_told(scene)
    await scene.look()
    (notice,) = await scene.letters(Kind.NOTICE)
    assert notice.args["text"] == "notice-bad-key"
    assert (notice.chat_id, notice.args["account"]) == (account.owner_id, account.id)
    assert not (await scene.fresh(account)).key_ok
    for order in orders:
        after = await scene.order(order)
        assert (after.is_open, after.trouble) == (True, "bad-key")
        assert after.next_look_ms - scene.desk.now_ms() > (BAD_KEY_WAIT - 10) * 1000
    scene.world.faults.remove()
    await scene.sms(orders[0], "Your code is 482913", "482913")
    fresh = dict(scene.desk.credentials(account))
    await keys.replace_key(scene.desk, await scene.fresh(account), fresh)
    assert await Watcher(scene.desk).step() == 4, "a new key is tried at once"
    await scene.desk.drain()
    assert len(await scene.pushed(orders[0])) == 1
    assert len(await scene.letters(Kind.NOTICE)) == 1


async def test_a_401_that_the_balance_does_not_confirm_is_no_revoked_key(scene: Scene) -> None:
    account = await scene.account("gearsms")
    await scene.buy(account)
    body = {"success": False, "message": "Invalid API Key"}
    await scene.fault("gearsms", "status", path="/temp-*", status=401, body=body, times=None)
    await fail_until_told(scene)
    assert (await scene.fresh(account)).key_ok
    assert await scene.letters(Kind.NOTICE) == []


async def test_a_key_that_cannot_be_checked_is_not_called_bad(scene: Scene) -> None:
    account = await scene.account("gearsms")
    await scene.fault("gearsms", "html", times=None)
    await keys.doubt(scene.desk, account)
    assert (await scene.fresh(account)).key_ok


async def test_a_slow_site_holds_up_no_other(scene: Scene) -> None:
    slow = await scene.buy(await scene.account("smsgig"))
    quick = await scene.buy(await scene.account("gsim"))
    await scene.sms(quick, "Your code is 482913", "482913")
    await scene.fault("smsgig", "timeout", path="/s1/status", seconds=60)
    scene.desk.ahead += 10
    await Watcher(scene.desk).step()

    async def arrived() -> bool:
        return len(await scene.pushed(quick)) == 1

    await until(arrived)
    assert (await scene.order(slow)).last_look_at is None
    scene.world.faults.close()


async def test_an_order_reactivated_during_its_look_is_not_failed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await scene.buy(await scene.account("gearsms"), "s2")
    site = scene.desk.sites["gearsms"]

    async def meanwhile(*_: object) -> Seen:
        async with scene.desk.db.transaction() as connection:
            await connection.execute(update(tables.orders).values(activation=1))
        raise NotFound("gearsms", "GET")

    monkeypatch.setattr(site, "look", meanwhile)
    await scene.look()
    assert (await scene.order(order)).failed_looks == 0


async def test_proven_webhooks_slow_polling_down_but_never_stop_it(scene: Scene) -> None:
    account = await scene.account("smsgig")
    order = await scene.buy(account)

    async def wait(order: Order) -> float:
        await scene.look()
        return ((await scene.order(order)).next_look_ms - scene.desk.now_ms()) / 1000

    assert await wait(order) < 8
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.accounts).values(hook_seen_at=scene.desk.now()))
    scene.desk.ahead += await wait(order)  # from now on in its turn
    assert 25 < await wait(order) <= cadence.SAFETY_NET * 1.1
