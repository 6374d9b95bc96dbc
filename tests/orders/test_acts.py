"""The buttons of an order: who may press which, what races and lost answers make of it, those that buy."""

import asyncio
import itertools
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from orders import acts, keys, place
from orders.errors import Barred, Gone, NotNow, NotYours
from providers.errors import BadKey, Conflict, NoAnswer, RateLimited, Refused, SiteError
from providers.site import Seen
from providers.words import (
    Act,
    Effect,
    State,
)
from storage import orders, purchases, tables
from storage.outbox import Kind
from storage.purchases import Outcome
from tests.orders.scene import OWNER, Scene


async def test_cancelling_gives_the_money_back(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gsim"))
    after = await scene.act(order, "cancel")
    assert after is not None
    assert (after.state, after.refunded, after.is_open) == (State.CANCELLED, order.price, False)
    assert await scene.letters(Kind.NOTICE) == [], "who cancels knows it"
    with pytest.raises(NotNow):
        await acts.pressed(scene.desk, order.id, "cancel", OWNER)


@pytest.mark.parametrize(("site", "line"), [("gsim", "numbers"), ("smsgig", "s1"), ("gearsms", "s1")])
async def test_a_cancel_that_races_with_a_code_delivers_the_code(scene: Scene, site: str, line: str) -> None:
    order = await scene.buy(await scene.account(site), line)
    await scene.sms(order, "Your code is 482913", "482913")
    try:
        after = await scene.act(order, "cancel")
        assert after is not None
    except Refused:
        pass  # the site lets it wait for more codes
    assert len(await scene.pushed(order)) == 1


@pytest.mark.parametrize("site", ["gsim", "smsgig", "gearsms"])
async def test_a_cancel_whose_answer_is_lost_is_settled_by_a_look(scene: Scene, site: str) -> None:
    order = await scene.buy(await scene.account(site))
    path = {"gsim": "/orders/*/cancel", "smsgig": "/s1/rentals/cancel", "gearsms": "/temp-s1/*/*"}[site]
    await scene.fault(site, "cut", method="POST", path=path, committed=True)
    after = await scene.act(order, "cancel")
    assert after is not None
    assert after.state is State.CANCELLED


async def test_a_cancel_that_was_never_done_says_so(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gsim"))
    await scene.fault("gsim", "html", method="POST", path="/orders/*/cancel")
    with pytest.raises(NoAnswer):
        await scene.act(order, "cancel")
    assert (await scene.order(order)).is_open
    await scene.fault("gsim", "down", times=None)
    with pytest.raises(NoAnswer):
        await scene.act(order, "cancel")


async def test_refusals_that_say_nothing_of_the_order_cost_no_second_look(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gsim"))
    await scene.fault("gsim", "429", method="POST", path="/orders/*/cancel")
    before = len(await scene.asked("gsim"))
    with pytest.raises(RateLimited):
        await scene.act(order, "cancel")
    assert len(await scene.asked("gsim")) == before + 1
    await scene.fault("gsim", "status", method="POST", path="/orders/*/cancel", status=401, body={})
    with pytest.raises(BadKey):
        await scene.act(order, "cancel")
    await scene.desk.drain()


async def test_a_conflict_of_an_act_that_ends_nothing_is_told(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gotsms"))
    await scene.fault(
        "gotsms", "status", path="/numbers/*/wake-up", status=422, body={"success": False, "message": "no"}
    )
    with pytest.raises(Refused):
        await scene.act(order, "wake")


async def test_who_may_press_what(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gearsms"), "s2")
    pressed = await acts.pressed(scene.desk, order.id, "cancel", OWNER)
    assert pressed.order == await scene.order(order)
    with pytest.raises(NotYours):
        await acts.pressed(scene.desk, order.id, "cancel", OWNER + 1)
    with pytest.raises(Gone):
        await acts.pressed(scene.desk, "no such order", "cancel", OWNER)
    with pytest.raises(Gone):
        await acts.pressed(scene.desk, order.id, "dance", OWNER)
    with pytest.raises(NotNow):
        await acts.pressed(scene.desk, order.id, "reactivate", OWNER)
    # somebody for whom the owner's account was used may cancel, but spends nothing of it
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.orders).values(user_id=OWNER + 1, state="done", is_open=False))
    await acts.pressed(scene.desk, order.id, "report", OWNER + 1)
    with pytest.raises(NotYours):
        await acts.pressed(scene.desk, order.id, "reactivate", OWNER + 1)


async def test_what_the_site_never_does_for_a_service_has_no_button(scene: Scene) -> None:
    account = await scene.account("gearsms")
    options = await scene.desk.sites["gearsms"].options(scene.desk.credentials(account), "s2", "service", {})
    barred = next(one.id for one in options if one.name.casefold() == "whatsapp")
    order = await scene.buy(account, "s2", service=barred)
    assert acts.available(scene.desk, order, account) == []
    with pytest.raises(Barred):
        await acts.pressed(scene.desk, order.id, "cancel", OWNER)
    plain = Act(key="cancel", when=frozenset(State), effect=Effect.ENDS)
    assert not acts.is_barred(plain, order)


async def test_a_removed_account_ends_what_is_open_and_buys_nothing(scene: Scene) -> None:
    account = await scene.account("gearsms")
    order = await scene.buy(account, "s2")
    await keys.remove(scene.desk, account)
    gone = await scene.fresh(account)
    assert {act.key for act in acts.available(scene.desk, order, gone)} == {"cancel", "report"}
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    ended = await scene.order(order)
    assert ended.state is State.DONE
    assert acts.available(scene.desk, ended, gone) == []
    with pytest.raises(Gone):
        await acts.pressed(scene.desk, order.id, "reactivate", OWNER)


@pytest.mark.parametrize("when", list(itertools.product([True, False], repeat=2)))
async def test_a_conflict_is_read_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, when: tuple[bool, bool]
) -> None:
    has_code, answers = when
    order = await scene.buy(await scene.account("gsim"))
    if has_code:
        await scene.sms(order, "Your code is 482913", "482913")

    async def conflict(*_: object) -> Seen:
        raise Conflict("gsim", "POST /orders/:id/cancel")

    monkeypatch.setattr(scene.desk.sites["gsim"], "act", conflict)
    if not answers:
        await scene.fault("gsim", "down", times=None)
    if has_code and answers:
        after = await scene.act(order, "cancel")
        assert after is not None
        assert after.state is State.DONE
    else:
        with pytest.raises(Conflict):
            await scene.act(order, "cancel")
    assert len(await scene.pushed(order)) == int(has_code and answers)


# Acts that buy


async def done(scene: Scene, site: str, line: str) -> Any:
    order = await scene.buy(await scene.account(site), line)
    await scene.sms(order, "Your code is 111111", "111111")
    await scene.look()
    return await scene.order(order)


async def test_reuse_makes_a_new_order(scene: Scene) -> None:
    order = await done(scene, "gearsms", "global")
    purchase = await scene.act_that_buys(order, "reuse")
    if purchase.state is Outcome.REFUSED:
        pytest.skip("this service can't be reused in the sandbox's catalog")
    assert (purchase.act, purchase.order_id, purchase.ceiling) == ("reuse", order.id, order.price)
    assert await scene.count("orders") == 2


async def test_two_menus_reactivate_once(scene: Scene) -> None:
    order = await done(scene, "gearsms", "s2")
    press = await acts.pressed(scene.desk, order.id, "reactivate", OWNER)
    results = await asyncio.gather(
        *(place.confirm_act(scene.desk, press, OWNER, f"token {n}") for n in range(5)), return_exceptions=True
    )
    await scene.desk.drain()
    assert sorted(type(result).__name__ for result in results) == ["NotNow"] * 4 + ["Purchase"]
    assert len([one for one in await scene.asked("gearsms") if "/reactivate/" in one["path"]]) == 1
    with pytest.raises(NotNow):
        await place.confirm_act(scene.desk, press, OWNER, "a stale menu")
    assert await place.confirm_act(scene.desk, press, OWNER, _token(results)) is None


def _token(results: list[Any]) -> str:
    return next(result.token for result in results if isinstance(result, purchases.Purchase))


async def test_only_who_may_spend_confirms_an_act_that_buys(scene: Scene) -> None:
    order = await done(scene, "gearsms", "s2")
    press = await acts.pressed(scene.desk, order.id, "reactivate", OWNER)
    with pytest.raises(NotYours):
        await place.confirm_act(scene.desk, press, OWNER + 1, "token")
    no_price = acts.Pressed(
        press.order.__class__(**{**_fields(press.order), "price": None}), press.account, press.act
    )
    with pytest.raises(Gone):
        await place.confirm_act(scene.desk, no_price, OWNER, "token")


def _fields(order: orders.Order) -> dict[str, Any]:
    return {name: getattr(order, name) for name in order.__slots__}


async def test_an_act_whose_order_is_gone_is_refused(scene: Scene) -> None:
    order = await done(scene, "gearsms", "s2")
    press = await acts.pressed(scene.desk, order.id, "reactivate", OWNER)
    intent = place._act_intent(scene.desk, press, OWNER, "token", Decimal(1))
    gone = intent.__class__(
        **{**{name: getattr(intent, name) for name in intent.__slots__}, "order_id": None}
    )
    with pytest.raises(SiteError):
        await place._request(scene.desk, press.account, gone)
