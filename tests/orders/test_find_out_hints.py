"""What became of a purchase where no list tells: by money, by balance, by webhook, by the order itself."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from orders import place
from orders.find_out import LOOKS, choose
from providers.words import State
from storage.orders import Order
from storage.outbox import Kind
from storage.purchases import Finding, Outcome, Purchase
from tests.orders.lost_kit import (
    DECIDED,
    FAULTS,
    HOOKED,
    KINDS,
    lost,
    sms_there,
    with_hooks,
)
from tests.orders.scene import OWNER, Scene, until


@KINDS
async def test_transactions_tell_the_money_but_not_the_number(scene: Scene, kind: str) -> None:
    purchase = await lost(scene, await scene.account("smsgig"), kind, committed=True)
    await scene.find_out(DECIDED)
    after = await scene.purchase(purchase.id)
    (there,) = await scene.at_site("smsgig")
    assert (after.state, after.finding, str(after.charged)) == (
        Outcome.UNKNOWN, Finding.CHARGED, there["price"].rstrip("0")
    ) or after.charged == Decimal(there["price"])  # fmt: skip
    assert after.finding is Finding.CHARGED
    assert len(await scene.bought("smsgig")) == 1


@KINDS
async def test_no_transaction_is_told_but_proves_nothing(scene: Scene, kind: str) -> None:
    purchase = await lost(scene, await scene.account("smsgig"), kind, committed=False)
    await scene.find_out(100)
    assert (await scene.purchase(purchase.id)).finding is None
    await scene.find_out(DECIDED - 100)
    after = await scene.purchase(purchase.id)
    assert (after.state, after.finding, after.charged) == (Outcome.UNKNOWN, Finding.NOT_CHARGED, None)


async def test_money_in_words_that_name_no_service_is_not_taken_for_none(scene: Scene) -> None:
    """No document says what a purchase is called: "not charged" would invite to buy again."""
    purchase = await lost(scene, await scene.account("smsgig"), "timeout", committed=True)
    (theirs,) = scene.world.sites["smsgig"].accounts.values()
    (entry,) = [one for one in theirs.transactions if one.type == "purchase"]
    theirs.transactions[theirs.transactions.index(entry)] = replace(entry, description="Rental #503")
    await scene.find_out(DECIDED)
    after = await scene.purchase(purchase.id)
    assert (after.state, after.finding, after.charged) == (Outcome.UNKNOWN, None, None)


async def test_another_purchases_money_is_not_this_ones(scene: Scene) -> None:
    account = await scene.account("smsgig")
    purchase = await scene.lose(account, committed=False)
    await scene.buy(account)
    later = await scene.lose(account, committed=True)
    await scene.find_out(DECIDED)
    assert (await scene.purchase(purchase.id)).finding is Finding.NOT_CHARGED
    assert (await scene.purchase(later.id)).finding is Finding.CHARGED


@KINDS
@pytest.mark.parametrize(("site", "line"), HOOKED)
async def test_a_webhook_brings_the_order_and_its_code(scene: Scene, site: str, line: str, kind: str) -> None:
    account = await with_hooks(scene, site)
    purchase = await lost(scene, account, kind, committed=True, line=line)
    assert (await sms_there(scene, site))["webhook"] == 200
    await scene.work_on_hooks()
    (order,) = await scene.orders_of(purchase)
    (there,) = await scene.at_site(site)
    assert order.number == there["number"]
    assert order.state in {State.WAITING, State.RECEIVED}, "though the site has done with it already"
    assert (await scene.purchase(purchase.id)).state is Outcome.PLACED
    assert [letter.order_id for letter in await scene.letters(Kind.CARD)] == [order.id]
    await scene.look()
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["Your code is 482913"]
    assert await scene.count("orders") == len(await scene.bought(site)) == 1


@pytest.mark.parametrize(("site", "line"), HOOKED)
async def test_a_webhook_still_brings_what_somebody_said_was_not_bought(
    scene: Scene, site: str, line: str
) -> None:
    account = await with_hooks(scene, site)
    purchase = await scene.lose(account, line)
    await choose(scene.desk, purchase.id, "", OWNER)
    await sms_there(scene, site)
    await scene.work_on_hooks()
    assert len(await scene.orders_of(purchase)) == 1


async def test_a_webhook_does_not_take_what_is_just_being_bought(scene: Scene) -> None:
    """It comes before the answer: the order belongs to that purchase, not to an older lost one."""
    account = await with_hooks(scene, "smsgig")
    old = await scene.lose(account, committed=False)
    token = await scene.armed(account)
    await scene.spoil_purchase("smsgig", "timeout", committed=True, seconds=30)
    new = await place.confirm(scene.desk, token, OWNER)
    assert new is not None

    async def made() -> bool:
        return bool(await scene.at_site("smsgig"))

    await until(made)
    await sms_there(scene, "smsgig")
    assert await scene.worker.step() == 1
    await scene.hooks_at_rest()
    assert await scene.count("orders") == 0
    scene.world.faults.close()
    await scene.desk.drain()
    assert await scene.orders_of(old) == []


async def test_a_webhook_of_another_service_is_nobodys(scene: Scene) -> None:
    account = await with_hooks(scene, "smsgig")
    purchase = await scene.lose(account, service="whatsapp", committed=False)
    options = await scene.desk.site(account).options(scene.desk.credentials(account), "s1", "service", {})
    other = next(one.id for one in options if one.id != "whatsapp" and one.stock)
    await scene.elsewhere(account, {"service": other})
    await sms_there(scene, "smsgig")
    await scene.work_on_hooks()
    assert await scene.orders_of(purchase) == []


def forged(site: str, order_id: str, service: str = "") -> bytes:
    if site == "getsms":
        return f"event=incoming_message&id={order_id}&reply=1&pin=1&timestamp=1767225600".encode()
    event = {"event": "sms_received", "orderId": order_id, "sms": "1", "pin": "1", "source": "S1"}
    return json.dumps(event | ({"service": service} if service else {})).encode()


@pytest.mark.parametrize("site", ["gearsms", "getsms"])
async def test_a_forged_webhook_with_an_unknown_id_adopts_nothing(scene: Scene, site: str) -> None:
    account = await with_hooks(scene, site)
    await scene.lose(account)
    before = len(await scene.asked(site))
    for number in range(20):
        await scene.post_hook(account, forged(site, f"abc{number}"))
    await scene.work_on_hooks()
    assert await scene.count("orders") == await scene.count("messages") == 0
    assert len(await scene.asked(site)) - before <= 2, "such reads are limited"


@pytest.mark.parametrize("site", ["gearsms", "getsms"])
async def test_a_forged_webhook_with_somebody_elses_order_adopts_nothing(scene: Scene, site: str) -> None:
    account, stranger = await with_hooks(scene, site), await scene.account(site)
    theirs = await scene.buy(stranger)
    await scene.lose(account, committed=False)
    await scene.post_hook(account, forged(site, theirs.site_id))
    await scene.work_on_hooks()
    assert await scene.count("orders") == 1


# GearSMS: the balance is a hint; S2 tells by the order itself


@KINDS
@pytest.mark.parametrize("line", ["s1", "s2", "global"])
@pytest.mark.parametrize("committed", [True, False])
async def test_the_balance_is_a_hint(scene: Scene, kind: str, line: str, committed: bool) -> None:
    account = await scene.account("gearsms")
    purchase = await lost(scene, account, kind, committed=committed, line=line)
    await scene.find_out(LOOKS[0])
    first = await scene.purchase(purchase.id)
    assert first.finding is (Finding.FELL if committed else None)
    await scene.find_out(DECIDED)
    after = await scene.purchase(purchase.id)
    assert (after.state, after.finding) == (Outcome.UNKNOWN, Finding.FELL if committed else Finding.STEADY)
    if committed:
        assert after.charged == Decimal((await scene.at_site("gearsms"))[0]["price"])
    assert len(await scene.bought("gearsms")) == 1


async def test_a_balance_moved_by_other_purchases_hints_at_nothing(scene: Scene) -> None:
    account = await scene.account("gearsms")
    purchase = await scene.lose(account, committed=False)
    await scene.buy(account)
    await scene.find_out(DECIDED)
    assert (await scene.purchase(purchase.id)).finding is None


async def test_a_refund_does_not_take_the_hint_back(scene: Scene) -> None:
    account = await scene.account("gearsms")
    purchase = await scene.lose(account, "s1")
    await scene.find_out(LOOKS[0])
    await scene.customer("gearsms", dict(scene.desk.credentials(account)), balance="100")
    await scene.find_out(DECIDED)
    assert (await scene.purchase(purchase.id)).finding is Finding.FELL


async def with_code(scene: Scene, line: str, *, hooks: bool = False) -> Order:
    """An order that has its code, and can be bought again."""
    account = await (with_hooks(scene, "gearsms") if hooks else scene.account("gearsms"))
    order = await scene.buy(account, line)
    await scene.sms(order, "Your code is 111111", "111111")
    await scene.look()
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["Your code is 111111"]
    return await scene.order(order)


async def lost_act(scene: Scene, order: Order, act: str, kind: str, *, committed: bool) -> Purchase:
    await scene.pass_time(3)  # what moves the balance within one second can't be told apart
    await scene.fault(
        "gearsms", kind, method="POST", path=f"/temp-*/{act}/*", committed=committed, **FAULTS[kind]
    )
    with scene.impatient("gearsms"):
        purchase = await scene.act_that_buys(order, act)
    assert purchase.state is Outcome.UNKNOWN
    return purchase


async def acted(scene: Scene, act: str) -> int:
    return len([one for one in await scene.asked("gearsms") if f"/{act}/" in one["path"]])


@KINDS
async def test_a_lost_reactivation_is_seen_at_the_order(scene: Scene, kind: str) -> None:
    order = await with_code(scene, "s2")
    purchase = await lost_act(scene, order, "reactivate", kind, committed=True)
    await scene.find_out(LOOKS[0])
    assert (await scene.purchase(purchase.id)).state is Outcome.PLACED
    active = await scene.order(order)
    assert (active.is_open, active.activation, active.site_id) == (True, 1, order.site_id)
    await scene.look()
    assert await scene.pushed(order) == ["Your code is 111111"], "the old code is not a new one"
    await scene.sms(order, "Your code is 222222", "222222")
    await scene.look()
    assert await scene.pushed(order) == ["Your code is 111111", "Your code is 222222"]
    assert await acted(scene, "reactivate") == await scene.count("orders") == 1


async def test_a_lost_reactivation_whose_code_came_before_the_look(scene: Scene) -> None:
    order = await with_code(scene, "s2")
    await scene.pass_time(20)
    await lost_act(scene, order, "reactivate", "reset", committed=True)
    await scene.sms(order, "Your code is 222222", "222222")
    await scene.find_out(LOOKS[0])
    await scene.look()
    assert await scene.pushed(order) == ["Your code is 111111", "Your code is 222222"]


@KINDS
async def test_a_reactivation_that_did_not_happen(scene: Scene, kind: str) -> None:
    order = await with_code(scene, "s2")
    purchase = await lost_act(scene, order, "reactivate", kind, committed=False)
    await scene.find_out(DECIDED)
    after = await scene.purchase(purchase.id)
    assert (after.state, after.finding) == (Outcome.REFUSED, Finding.ABSENT)
    assert (await scene.order(order)).activation == 0
    assert await scene.pushed(order) == ["Your code is 111111"]
    assert await acted(scene, "reactivate") == 1


async def test_a_reactivation_is_not_settled_by_the_next_one(scene: Scene) -> None:
    order = await with_code(scene, "s2")
    first = await lost_act(scene, order, "reactivate", "reset", committed=False)
    second = await scene.act_that_buys(await scene.order(order), "reactivate")
    assert second.state is Outcome.PLACED
    await scene.sms(order, "Your code is 222222", "222222")
    await scene.look()
    await scene.find_out(DECIDED)
    await scene.look()
    assert (await scene.order(order)).activation == 1
    assert (await scene.purchase(first.id)).state is Outcome.UNKNOWN
    assert await scene.pushed(order) == ["Your code is 111111", "Your code is 222222"]


@KINDS
@pytest.mark.parametrize("committed", [True, False])
async def test_a_lost_reuse_is_hinted_at_and_adopted_by_webhook(
    scene: Scene, kind: str, committed: bool
) -> None:
    order = await with_code(scene, "global", hooks=True)
    purchase = await lost_act(scene, order, "reuse", kind, committed=committed)
    await scene.find_out(DECIDED)
    after = await scene.purchase(purchase.id)
    assert (after.state, after.finding) == (Outcome.UNKNOWN, Finding.FELL if committed else Finding.STEADY)
    assert await acted(scene, "reuse") == 1
    if committed:
        await sms_there(scene, "gearsms", "Your code is 333333")
        await scene.work_on_hooks()
        (again,) = await scene.orders_of(purchase)
        assert again.id != order.id
        await scene.look()
        assert await scene.pushed(again) == ["Your code is 333333"]
    assert await scene.pushed(order) == ["Your code is 111111"]


# getsms: nothing to look at but a webhook


@KINDS
async def test_at_getsms_nothing_is_claimed_without_a_webhook(scene: Scene, kind: str) -> None:
    purchase = await lost(scene, await scene.account("getsms"), kind, committed=True)
    before = len(await scene.asked("getsms"))
    await scene.find_out(7200)
    after = await scene.purchase(purchase.id)
    assert (after.state, after.finding) == (Outcome.UNKNOWN, None)
    assert len(await scene.asked("getsms")) == before


async def test_what_was_lost_is_told_at_once(scene: Scene) -> None:
    purchase = await scene.lose(await scene.account("getsms"))
    told = [letter.purchase_id for letter in await scene.letters(Kind.OUTCOME)]
    assert purchase.id in told
