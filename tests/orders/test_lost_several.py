"""A lost purchase of several services at getsms: each webhook brings one more of its orders."""

import pytest

from orders import hooks, place, wish
from providers.words import Option
from storage import orders
from storage.accounts import Account
from storage.purchases import Outcome, Purchase
from tests.orders.lost_kit import with_hooks
from tests.orders.scene import Scene

NAMES = ("Adobe", "Adidas", "2ndLine")


async def several(scene: Scene, account: Account) -> str:
    """The Buy button's token of a wish for all three."""
    line, draft = scene.desk.sites["getsms"].line("numbers"), await scene.draft(account, service=NAMES[0])
    for name in NAMES[1:]:
        choice = line.choice("service")
        draft = wish.with_pick(line, wish.asking(draft, "service"), choice, Option(id=name, name=name))
    return (await place.offer(scene.desk, draft)).draft.token or ""


async def lost(scene: Scene, account: Account) -> Purchase:
    token = await several(scene, account)
    await scene.spoil_purchase("getsms", "reset", committed=True)
    purchase = await scene.confirm(token)
    assert purchase.state is Outcome.UNKNOWN
    return purchase


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown orders are asked for one after the other, with no seconds between."""
    monkeypatch.setattr(hooks, "LOOKS_GAP", 0.0)


async def test_all_its_orders_are_adopted_and_ring(scene: Scene) -> None:
    account = await with_hooks(scene, "getsms")
    purchase = await lost(scene, account)
    there = await scene.at_site("getsms")
    await scene.outside(f"getsms/orders/{there[0]['id']}/win")
    for _ in NAMES:
        await scene.pass_time(60)
        await scene.work_on_hooks()

    async with scene.desk.db.transaction() as connection:
        made = await orders.of_purchase(connection, purchase.id)
    assert {order.name_of("service") for order in made} == set(NAMES)
    assert len({order.number for order in made}) == 1
    settled = await scene.purchase(purchase.id)
    assert settled.state is Outcome.PLACED
    assert settled.charged == purchase.ceiling, "no answer told what each cost"
    for order in made:
        await scene.sms(order, f"Your {order.name_of('service')} code is 482913", "482913")
    for _ in made:
        await scene.pass_time(60)
        await scene.work_on_hooks()
    assert [len(await scene.pushed(order)) for order in made] == [1, 1, 1]


async def test_an_order_with_another_number_is_nobodys(scene: Scene) -> None:
    """The same key is used elsewhere for one of the services: that is not ours."""
    account = await with_hooks(scene, "getsms")
    purchase = await lost(scene, account)
    there = await scene.at_site("getsms")
    await scene.outside(f"getsms/orders/{there[0]['id']}/win")
    await scene.work_on_hooks()
    foreign = await scene.elsewhere(account, {"service": "Adidas"})
    await scene.outside(f"getsms/orders/{foreign.id}/sms", text="Your code is 111222", code="111222")
    for _ in NAMES:
        await scene.pass_time(60)
        await scene.work_on_hooks()
    async with scene.desk.db.transaction() as connection:
        made = await orders.of_purchase(connection, purchase.id)
    assert foreign.id not in {order.site_id for order in made}
