"""GotSMS's longer plan and its renewal: from the press to what is written down, whatever gets lost."""

from decimal import Decimal

import pytest

from orders import acts, place
from orders.adopt import ChatPlace, adopt
from orders.errors import NotNow
from providers.errors import NoAnswer
from providers.words import Option
from storage import drafts
from storage.accounts import Account
from storage.db import new_id
from storage.drafts import Draft, Pick
from storage.orders import Order
from storage.purchases import Finding, Outcome
from tests.orders.lost_kit import DECIDED
from tests.orders.scene import CHAT, OWNER, Scene, until

TRANSITION = "/rents/*/transition"


async def rented(scene: Scene, account: Account, period: str) -> Order:
    """A number with a plan of this length, at a service that has longer ones."""
    site, key = scene.desk.sites["gotsms"], scene.desk.credentials(account)
    for service in await site.options(key, "numbers", "service", {}):
        picks = {"service": service.id}
        for country in await site.options(key, "numbers", "country", picks):
            found = {
                plan.name: plan.id
                for plan in await site.options(key, "numbers", "plan", {**picks, "country": country.id})
            }
            if {"1 day", "1 month"} <= found.keys():
                return await scene.buy(account, **picks, country=country.id, plan=found[period])
    raise AssertionError("no such plans")


async def longer(scene: Scene, account: Account, order: Order) -> Option:
    picks = {pick.choice: pick.id for pick in order.picks}
    site = scene.desk.sites["gotsms"]
    options = await site.options(scene.desk.credentials(account), "numbers", "longer_plan", picks)
    return next(option for option in options if option.name == "1 month")


async def armed(scene: Scene, account: Account, order: Order) -> Draft:
    """The wish for a month, as its menu leaves it, with the price asked."""
    plan = await longer(scene, account, order)
    pick = Pick(choice="longer_plan", id=plan.id, name=plan.name, facts=dict(plan.facts))
    draft = Draft(
        id=new_id(), user_id=OWNER, chat_id=CHAT, thread_id=None, card_id=12, account_id=account.id,
        line="numbers", picks=(pick,), asking=None, query="", page=0, low=None, high=None, quoted_at=None,
        token=None, act="transition", order_id=order.id, created_at=scene.desk.now(),
    )  # fmt: skip
    async with scene.desk.db.transaction() as connection:
        await drafts.add(connection, draft)
    return (await place.offer(scene.desk, draft)).draft


async def sent(scene: Scene, path: str) -> int:
    return len([one for one in await scene.asked("gotsms") if one["path"].endswith(path)])


async def test_a_day_becomes_a_month_on_the_same_card(scene: Scene) -> None:
    account = await scene.account("gotsms")
    order = await rented(scene, account, "1 day")
    draft = await armed(scene, account, order)
    purchase = await scene.confirm(draft.token or "")
    assert (purchase.state, purchase.charged) == (Outcome.PLACED, draft.high)
    after = await scene.order(order)
    assert (after.site_id, after.is_open) == (order.site_id, True)
    assert (after.expires_at or 0) - (order.expires_at or 0) == 29 * 86_400
    assert (after.facts["daily"], after.facts["auto_renew"]) == (False, False)
    assert "transition" not in [act.key for act in acts.available(scene.desk, after, account)]
    assert await scene.count("orders") == 1


async def test_a_longer_plan_is_bought_once(scene: Scene) -> None:
    account = await scene.account("gotsms")
    order = await rented(scene, account, "1 day")
    first, second = await armed(scene, account, order), await armed(scene, account, order)
    await scene.fault("gotsms", "timeout", method="POST", path=TRANSITION, committed=True, seconds=600)
    await place.confirm(scene.desk, first.token or "", OWNER)

    async def under_way() -> bool:
        return await sent(scene, "/transition") == 1

    await until(under_way)
    with pytest.raises(NotNow):
        await place.confirm(scene.desk, second.token or "", OWNER)
    scene.world.faults.let_go()
    await scene.desk.drain()
    assert await sent(scene, "/transition") == 1


@pytest.mark.parametrize("kind", ["reset", "html", "cut"])
async def test_a_longer_plan_whose_answer_is_lost_is_found_by_the_rents_plan(scene: Scene, kind: str) -> None:
    account = await scene.account("gotsms")
    order = await rented(scene, account, "1 day")
    draft = await armed(scene, account, order)
    await scene.fault("gotsms", kind, method="POST", path=TRANSITION, committed=True)
    purchase = await scene.confirm(draft.token or "")
    assert purchase.state is Outcome.UNKNOWN
    await scene.find_out(DECIDED)
    found = await scene.purchase(purchase.id)
    assert (found.state, found.charged) == (Outcome.PLACED, draft.high)
    assert (await scene.order(order)).facts["daily"] is False
    assert await sent(scene, "/transition") == 1


async def test_a_longer_plan_that_the_site_never_heard_of_was_not_bought(scene: Scene) -> None:
    account = await scene.account("gotsms")
    order = await rented(scene, account, "1 day")
    draft = await armed(scene, account, order)
    await scene.fault("gotsms", "reset", method="POST", path=TRANSITION, committed=False)
    purchase = await scene.confirm(draft.token or "")
    await scene.find_out(DECIDED)
    found = await scene.purchase(purchase.id)
    assert (found.state, found.finding) == (Outcome.REFUSED, Finding.ABSENT)
    assert (await scene.order(order)).facts["daily"] is True
    assert await sent(scene, "/transition") == 1


async def test_the_sites_no_has_a_name(scene: Scene) -> None:
    account = await scene.account("gotsms")
    order = await rented(scene, account, "1 day")
    draft = await armed(scene, account, order)
    body = {"success": False, "message": "Current rent plan must be daily for this transition endpoint."}
    await scene.fault("gotsms", "status", path=TRANSITION, status=422, body=body)
    purchase = await scene.confirm(draft.token or "")
    assert (purchase.state, purchase.error) == (Outcome.REFUSED, "not-allowed-daily-plan")


@pytest.mark.parametrize("committed", [True, False])
async def test_renewal_stands_as_the_site_says_whatever_was_lost(scene: Scene, committed: bool) -> None:
    account = await scene.account("gotsms")
    order = await rented(scene, account, "1 month")
    act = scene.desk.line(account, "numbers").act("auto_renew")
    assert order.facts["auto_renew"] is False
    await scene.fault("gotsms", "reset", method="POST", path="/rents/*/renewal/toggle", committed=committed)
    if committed:
        await acts.carry_out(scene.desk, order, act, {"auto_renew": "on"})
    else:
        with pytest.raises(NoAnswer):
            await acts.carry_out(scene.desk, order, act, {"auto_renew": "on"})
    await scene.look()
    assert (await scene.order(order)).facts["auto_renew"] is committed
    assert await sent(scene, "/toggle") == 1


async def test_what_a_month_costs_again_is_on_its_card(scene: Scene) -> None:
    account = await scene.account("gotsms")
    order = await rented(scene, account, "1 month")
    act = scene.desk.line(account, "numbers").act("auto_renew")
    after = await acts.carry_out(scene.desk, order, act, {"auto_renew": "on"})
    assert after is not None
    assert after.facts["auto_renew"] is True
    assert Decimal(str(after.facts["renew_price"])) > 0


async def test_a_rent_made_at_the_site_is_watched_under_the_names_that_the_site_gives(scene: Scene) -> None:
    account = await scene.account("gotsms")
    order = await rented(scene, account, "1 month")
    site, key = scene.desk.sites["gotsms"], scene.desk.credentials(account)
    await scene.elsewhere(account, {pick.choice: pick.id for pick in order.picks})
    foreign = next(one for one in (await site.journal(key, "rentals")).records if one.id != order.site_id)
    assert foreign.seen is not None
    adopted = await adopt(
        scene.desk, account, "numbers", foreign.seen, user_id=OWNER, place=ChatPlace(chat_id=CHAT)
    )
    names = {pick.choice: pick.name for pick in order.picks if pick.choice != "country"}
    assert {pick.choice: pick.name for pick in adopted.picks} == names
    assert (adopted.facts["auto_renew"], adopted.number) == (False, foreign.number)
