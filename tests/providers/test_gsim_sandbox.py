"""The gsim.io adapter against the make-believe site, which was written from the same document by others."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from providers.door import Door
from providers.errors import BadKey, Conflict, NoAnswer, NoFunds, NotFound, Unavailable
from providers.gsim import Gsim
from providers.site import (
    Credentials,
    OrderRef,
    Picks,
    Seen,
)
from providers.words import State
from sandbox.world import World
from tests.providers.outside import Outside

KEY: Credentials = {"api_key": "2s_sandbox_key_of_gsim"}


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    """What the world does to gsim.io."""
    async with World() as world, Outside(world.base, "gsim") as outside:
        await outside.act("accounts", key=KEY["api_key"], balance="5")
        yield outside


@pytest.fixture
async def gsim(outside: Outside) -> AsyncIterator[Gsim]:
    """The adapter."""
    site = Gsim(Door("gsim", f"{outside.base}/gsim/api/v1", deadline=5))
    yield site
    await site.door.close()


async def wish(gsim: Gsim) -> dict[str, str]:
    picks: dict[str, str] = {}
    for choice in ("service", "country"):
        options = await gsim.options(KEY, "numbers", choice, picks)
        picks[choice] = next(option.id for option in options if option.stock)
    return picks


async def buy(gsim: Gsim, picks: Picks) -> tuple[Seen, OrderRef]:
    [seen] = await gsim.buy(KEY, "numbers", picks)
    return seen, OrderRef(id=seen.id, line="numbers", picks=picks, state=seen.state, number=seen.number)


async def requests(outside: Outside, method: str) -> list[dict[str, Any]]:
    return [each for each in await outside.requests() if each["method"] == method]


async def test_from_the_wish_to_the_code(gsim: Gsim, outside: Outside) -> None:
    picks = await wish(gsim)
    quote = await gsim.quote(KEY, "numbers", picks)
    seen, order = await buy(gsim, picks)
    assert seen.state is State.WAITING
    assert seen.price == quote.low == quote.high
    assert seen.expires_at is not None
    assert await gsim.balance(KEY) == Decimal(5) - quote.low
    [posted] = await requests(outside, "POST")
    assert posted["json"] == picks

    sms = {"text": "Your code is 482913", "code": "482913"}
    await outside.act(f"orders/{seen.id}/sms", **sms)
    alone, [listed] = await gsim.look(KEY, order), await gsim.look_all(KEY, [order])
    assert alone.state is listed.state is State.DONE
    assert alone.messages == listed.messages
    assert [sms.code for sms in alone.messages] == ["482913"]
    assert listed.number == seen.number
    with pytest.raises(Conflict):
        await gsim.act(KEY, "cancel", order)


@pytest.mark.parametrize("act", ["cancel", "ban"])
async def test_an_ended_order_brings_its_price_back(gsim: Gsim, act: str) -> None:
    seen, order = await buy(gsim, await wish(gsim))
    ended = await gsim.act(KEY, act, order)
    assert (ended.state, ended.refunded) == (State.CANCELLED, seen.price)
    again = await gsim.look(KEY, order)
    assert (again.state, again.refunded) == (State.CANCELLED, seen.price)
    assert await gsim.balance(KEY) == 5


async def test_an_operator_can_be_picked(gsim: Gsim, outside: Outside) -> None:
    picks = await wish(gsim)
    operators = await gsim.options(KEY, "numbers", "operator", picks)
    operator = next(each for each in operators if each.stock and each.id != "any")
    picks["operator"] = operator.id
    assert (await gsim.quote(KEY, "numbers", picks)).high == operator.price
    seen, _ = await buy(gsim, picks)
    assert (seen.price, seen.picks) == (operator.price, picks)
    [recent] = await gsim.recent(KEY, "numbers")
    assert (recent.id, recent.picks) == (seen.id, picks)
    assert recent.created_at is not None


async def test_an_order_whose_time_is_up(gsim: Gsim, outside: Outside) -> None:
    _, order = await buy(gsim, await wish(gsim))
    await outside.act(f"orders/{order.id}/expire")
    assert (await gsim.look(KEY, order)).state is State.EXPIRED


async def test_a_hundred_and_more_orders_in_two_requests(gsim: Gsim, outside: Outside) -> None:
    await outside.act("accounts", key=KEY["api_key"], balance="500")
    picks = await wish(gsim)
    orders = [(await buy(gsim, picks))[1] for _ in range(105)]
    before = len(await requests(outside, "GET"))
    assert {seen.id for seen in await gsim.look_all(KEY, orders)} == {order.id for order in orders}
    assert len(await requests(outside, "GET")) == before + 2


async def test_refusals(gsim: Gsim, outside: Outside) -> None:
    with pytest.raises(BadKey):
        await gsim.balance({"api_key": "2s_nobody_has_it"})
    with pytest.raises(NotFound):
        await gsim.look(KEY, OrderRef(id="none", line="numbers", picks={}, state=State.WAITING))
    picks = await wish(gsim)
    await outside.act("settings", no_numbers=True)
    with pytest.raises(Unavailable):
        await buy(gsim, picks)
    await outside.act("settings", no_numbers=False)
    poor = {"api_key": "2s_sandbox_key_without_money"}
    await outside.act("accounts", key=poor["api_key"], balance="0")
    with pytest.raises(NoFunds):
        await gsim.buy(poor, "numbers", picks)


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("kind", ["reset", "html", "empty", "cut"])
async def test_a_purchase_of_unknown_outcome_is_one_request_and_can_be_found_out(
    gsim: Gsim, outside: Outside, kind: str, committed: bool
) -> None:
    picks = await wish(gsim)
    await outside.fault(kind, method="POST", path="/orders", committed=committed)
    with pytest.raises(NoAnswer) as caught:
        await buy(gsim, picks)
    assert caught.value.sent
    assert len(await requests(outside, "POST")) == 1
    found = [{key: seen.picks[key] for key in picks} for seen in await gsim.recent(KEY, "numbers")]
    assert found == ([picks] if committed else [])
