"""What a purchase brings: its orders with their cards, a number awake, and a charge written down once."""

from decimal import Decimal

import pytest

from orders import place, settle, wish
from orders.place import confirm
from providers.errors import Invalid
from providers.registry import SITES
from providers.site import Seen
from providers.words import Option, State
from storage import orders, purchases
from storage.db import new_id
from storage.outbox import Kind
from storage.purchases import Outcome
from tests.orders.scene import OWNER, Scene

SEVERAL = ["Adobe", "Adidas", "2ndLine"]


async def test_several_services_are_several_orders(scene: Scene) -> None:
    account = await scene.account("getsms")
    line = scene.desk.sites["getsms"].line("numbers")
    several, names = await scene.draft(account, service=SEVERAL[0]), SEVERAL
    for name in names[1:]:
        option = Option(id=name, name=name)
        several = wish.with_pick(line, wish.asking(several, "service"), line.choice("service"), option)
    armed = (await place.offer(scene.desk, several)).draft
    purchase = await scene.confirm(armed.token or "")
    assert purchase.state is Outcome.PLACED
    async with scene.desk.db.transaction() as connection:
        made = await orders.of_purchase(connection, purchase.id)
    assert {order.name_of("service") for order in made} == set(names)
    assert len({order.site_id for order in made}) == len(await scene.at_site("getsms")) == 3
    assert sorted(order.card_id or 0 for order in made) == [0, 0, 11], "one takes the menu's message"
    assert len(await scene.letters(Kind.CARD)) == 3
    (asked,) = await scene.bought("getsms")
    assert asked["query"]["service"] == ",".join(names)
    assert all(len(order.picks) == 1 for order in made)
    assert sum(order.price or 0 for order in made) == purchase.charged


async def test_a_number_that_sleeps_is_woken_once(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gotsms"))
    woken = [one for one in await scene.asked("gotsms") if one["path"].endswith("/wake-up")]
    assert len(woken) == 1
    assert (await scene.order(order)).facts["online_till"]


async def test_a_wake_up_that_fails_costs_nothing_else(scene: Scene) -> None:
    account = await scene.account("gotsms")
    await scene.fault("gotsms", "html", path="/numbers/*/wake-up")
    order = await scene.buy(account)
    assert (await scene.order(order)).is_open
    assert await scene.look() == 1


async def test_an_order_that_ends_in_its_own_answer_is_looked_at_all_the_same(scene: Scene) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    purchase = await confirm(scene.desk, token, OWNER)
    assert purchase is not None
    await scene.desk.drain()
    (made,) = await settle.placed(scene.desk, await _unknown(scene, account.id), [
        Seen(id="odd", state=State.CANCELLED)
    ])  # fmt: skip
    assert (made.state, made.is_open) == (State.WAITING, True)


async def _unknown(scene: Scene, account_id: str) -> purchases.Purchase:
    account = await scene.desk.account(account_id)
    draft = await scene.draft(account)
    purchase = place._intent(scene.desk, draft, account, new_id(), Decimal(1))
    async with scene.desk.db.transaction() as connection:
        assert await purchases.claim(connection, purchase)
    return purchase


async def test_a_purchase_is_settled_once(scene: Scene) -> None:
    account = await scene.account("gsim")
    purchase = await _unknown(scene, account.id)
    seen = Seen(id="x1", state=State.WAITING, price=Decimal(0), balance=Decimal(7))
    assert len(await settle.placed(scene.desk, purchase, [seen])) == 1
    assert await settle.placed(scene.desk, purchase, [seen]) == []
    await settle.failed(scene.desk, purchase, Invalid("gsim", "POST /orders"))
    after = await scene.purchase(purchase.id)
    assert (after.state, after.charged) == (Outcome.PLACED, Decimal(0))
    assert (await scene.fresh(account)).balance == 7


@pytest.mark.parametrize("site", sorted(SITES))
@pytest.mark.parametrize("status", [408, 425])
async def test_a_status_that_says_not_yet_is_no_refusal(scene: Scene, site: str, status: int) -> None:
    token = await scene.armed(await scene.account(site))
    body = '{"status": "error", "message": "try later"}'
    await scene.spoil_purchase(site, "status", status=status, body=body, committed=True)
    assert (await scene.confirm(token)).state is Outcome.UNKNOWN


async def test_a_purchase_that_waited_too_long_behind_others_is_not_sent(scene: Scene) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    async with scene.desk.buying[account.id]:
        purchase = await place.confirm(scene.desk, token, OWNER)
        assert purchase is not None
        scene.desk.ahead += place.QUEUE_PATIENCE + 1
    await scene.desk.drain()
    settled = await scene.purchase(purchase.id)
    assert (settled.state, settled.error) == (Outcome.REFUSED, "no-answer-queue")
    assert await scene.bought("gsim") == []
