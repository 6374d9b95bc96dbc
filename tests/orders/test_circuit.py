"""A site that does not answer is left alone but for a probe; nobody else notices."""

import pytest
from sqlalchemy import update

from orders.circuit import FIRST_PAUSE, LONGEST_PAUSE, LOOKS, Circuit, Pass
from orders.watch import RETURN_PER_SECOND, Watcher
from storage import tables
from storage.orders import Order
from storage.outbox import Kind
from tests.orders.scene import Scene
from tests.orders.test_watch import looks_at


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Circuit:
    circuit = Circuit(clock)
    for number in range(LOOKS):
        assert circuit.ask() is Pass.ALL
        circuit.silent([f"order {number}"])
    return circuit


def test_it_opens_after_several_silent_looks_in_a_row_at_different_orders() -> None:
    circuit = Circuit(Clock())
    for _ in range(LOOKS * 2):
        circuit.silent(["one"])
    assert circuit.ask() is Pass.ALL, "one order alone may be the trouble"
    circuit.heard()
    for number in range(LOOKS - 1):
        circuit.silent([str(number)])
    assert not circuit.heard()
    circuit.silent(["a", "b"])
    assert circuit.ask() is Pass.ALL, "an answer begins the row anew"
    assert opened(Clock()).ask() is Pass.NOTHING


def test_one_probe_at_a_time_with_growing_pauses() -> None:
    clock = Clock()
    circuit, pause = opened(clock), FIRST_PAUSE
    for _ in range(8):
        assert circuit.ask() is Pass.NOTHING
        assert circuit.wait() == pause
        clock.now += pause
        assert [circuit.ask(), circuit.ask()] == [Pass.PROBE, Pass.NOTHING]
        circuit.silent(["one"])
        pause = min(pause * 2, LONGEST_PAUSE)
    assert pause == LONGEST_PAUSE <= 60
    clock.now += pause
    assert circuit.ask() is Pass.PROBE
    assert circuit.heard()
    assert circuit.ask() is Pass.ALL


def test_a_probe_that_could_not_be_made_is_made_again() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.now += FIRST_PAUSE
    assert circuit.ask() is Pass.PROBE
    circuit.given_up()
    assert circuit.ask() is Pass.PROBE


class Rig:
    """A watcher whose circuits have a clock that stands still."""

    def __init__(self, scene: Scene, site: str) -> None:
        self.scene, self.site, self.clock = scene, site, Clock()
        self.watcher = Watcher(scene.desk)
        self.watcher._circuit(site).clock = self.clock

    async def look(self) -> None:
        async with self.scene.desk.db.transaction() as connection:
            await connection.execute(update(tables.orders).values(next_look_ms=0))
        await self.watcher.step()
        await self.scene.desk.drain()

    async def break_down(self) -> None:
        await self.scene.outside(f"{self.site}/settings", down=True)
        while not self.watcher._circuit(self.site).is_open:
            await self.look()

    async def asked(self) -> int:
        """Requests of one look."""
        before = len(await self.scene.asked(self.site))
        await self.look()
        return len(await self.scene.asked(self.site)) - before


async def waits(scene: Scene, order: Order) -> float:
    return ((await scene.order(order)).next_look_ms - scene.desk.now_ms()) / 1000


@pytest.mark.parametrize("site", ["gsim", "smsgig"])
async def test_a_silent_site_is_left_alone_and_its_cards_say_so(scene: Scene, site: str) -> None:
    account = await scene.account(site)
    mine = [await scene.buy(account) for _ in range(6)]
    elsewhere = await scene.buy(await scene.account("gearsms"))
    rig = Rig(scene, site)
    await rig.break_down()
    assert await rig.asked() == 0
    for order in mine:
        after = await scene.order(order)
        assert (after.is_open, after.trouble) == (True, "no-answer")
        assert 0 < await waits(scene, order) <= FIRST_PAUSE
    assert {letter.order_id for letter in await scene.letters(Kind.CARD)} >= {order.id for order in mine}
    assert (await scene.order(elsewhere)).trouble is None
    await scene.sms(elsewhere, "Your code is 482913", "482913")
    await rig.look()
    assert len(await scene.pushed(elsewhere)) == 1, "other sites do not notice"


@pytest.mark.parametrize("site", ["gsim", "smsgig"])
async def test_a_probe_that_is_answered_brings_all_codes_soon(scene: Scene, site: str) -> None:
    account = await scene.account(site)
    mine = [await scene.buy(account) for _ in range(6)]
    rig = Rig(scene, site)
    await rig.break_down()
    await rig.look()
    rig.clock.now += FIRST_PAUSE
    await rig.look()
    assert rig.watcher._circuit(site).is_open, "the probe had no answer"
    await scene.outside(f"{site}/settings", down=False)
    for order in mine:
        await scene.sms(order, "Your code is 482913", "482913")
    before = await looks_at(scene, site)
    rig.clock.now += LONGEST_PAUSE
    await rig.look()
    assert not rig.watcher._circuit(site).is_open
    if site == "smsgig":
        assert await looks_at(scene, site) == before + 1, "one order was the probe"
    left = [order for order in mine if not await scene.messages(order)]
    assert all([await waits(scene, order) <= len(mine) / RETURN_PER_SECOND for order in left])
    scene.desk.ahead += 1
    await rig.watcher.step()
    await scene.desk.drain()
    assert [len(await scene.pushed(order)) for order in mine] == [1] * 6
    assert [(await scene.order(order)).trouble for order in mine] == [None] * 6


async def test_a_person_buys_whatever_the_circuit_says(scene: Scene) -> None:
    account = await scene.account("smsgig")
    for _ in range(3):
        await scene.buy(account)
    rig = Rig(scene, "smsgig")
    await rig.break_down()
    await scene.outside("smsgig/settings", down=False)
    assert (await scene.buy(account)).is_open
    assert rig.watcher._circuit("smsgig").is_open


async def test_a_refusal_is_an_answer(scene: Scene) -> None:
    account = await scene.account("smsgig")
    for _ in range(6):
        await scene.buy(account)
    await scene.fault("smsgig", "429", path="/s1/status", retry_after=1, times=None)
    rig = Rig(scene, "smsgig")
    for _ in range(3):
        await rig.look()
    assert not rig.watcher._circuit("smsgig").is_open


async def test_what_is_over_since_a_day_does_not_wait_for_the_site(scene: Scene) -> None:
    account = await scene.account("smsgig")
    mine = [await scene.buy(account) for _ in range(6)]
    rig = Rig(scene, "smsgig")
    await rig.break_down()
    scene.desk.ahead += 3600 * 25
    await rig.look()
    assert not any([(await scene.order(order)).is_open for order in mine])
