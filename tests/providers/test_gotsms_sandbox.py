"""The GotSMS adapter against the make-believe site, which was written from the same document by others."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from providers.door import Door
from providers.errors import BadKey, NoAnswer, NoFunds, NoNumbers, NotAllowed, NotFound
from providers.gotsms import GotSms
from providers.site import (
    Credentials,
    OrderRef,
    Picks,
    Seen,
)
from providers.words import State
from sandbox.world import World
from tests.providers.outside import Outside

KEY: Credentials = {"api_key": "1|sandbox_key_of_gotsms"}


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    """What the world does to GotSMS."""
    async with World() as world, Outside(world.base, "gotsms") as outside:
        await outside.act("accounts", key=KEY["api_key"], balance="500")
        yield outside


@pytest.fixture
async def gotsms(outside: Outside) -> AsyncIterator[GotSms]:
    """The adapter."""
    site = GotSms(Door("gotsms", f"{outside.base}/gotsms/api", deadline=5))
    yield site
    await site.door.close()


async def wish(gotsms: GotSms) -> dict[str, str]:
    picks: dict[str, str] = {}
    for choice in ("service", "country", "plan"):
        options = await gotsms.options(KEY, "numbers", choice, picks)
        # a service may have no plans: take one with a price
        picks[choice] = next(option.id for option in options if option.price is not None)
    return picks


async def buy(gotsms: GotSms, picks: Picks) -> tuple[Seen, OrderRef]:
    [seen] = await gotsms.buy(KEY, "numbers", picks)
    return seen, OrderRef(id=seen.id, line="numbers", picks=picks, state=seen.state, facts=seen.facts)


async def sms(outside: Outside, order: OrderRef, code: str) -> None:
    await outside.act(f"orders/{order.id}/sms", text=f"Your code is {code}", code=code)


async def test_from_the_wish_to_the_code(gotsms: GotSms, outside: Outside) -> None:
    picks = await wish(gotsms)
    quote = await gotsms.quote(KEY, "numbers", picks)
    seen, order = await buy(gotsms, picks)
    assert (seen.state, seen.price) == (State.WAITING, quote.low)
    assert seen.picks == {"service": picks["service"], "plan": picks["plan"]}
    assert await gotsms.balance(KEY) == Decimal(500) - quote.low
    assert [each["json"] for each in await outside.requests() if each["method"] == "POST"] == [
        {"plan_id": picks["plan"]}
    ]

    await gotsms.act(KEY, "wake", order)
    status = await gotsms.act(KEY, "status", order)
    assert status.facts["can_wake_up"] is False
    assert int(status.facts["wake_from"]) < int(status.facts["wake_till"]) < int(status.facts["online_till"])

    await sms(outside, order, "482913")
    alone, [listed] = await gotsms.look(KEY, order), await gotsms.look_all(KEY, [order])
    assert alone.state is listed.state is State.RECEIVED
    assert alone.messages == listed.messages
    assert [(sms.code, sms.text) for sms in alone.messages] == [("482913", "Your code is 482913")]
    assert alone.messages[0].id
    assert listed.number == seen.number
    with pytest.raises(NotAllowed) as caught:
        await gotsms.act(KEY, "refund", order)
    assert caught.value.detail == "Refund not available for this rent."


async def test_more_codes_than_a_page_holds(gotsms: GotSms, outside: Outside) -> None:
    _, order = await buy(gotsms, await wish(gotsms))
    await gotsms.act(KEY, "wake", order)
    codes = [str(code) for code in range(1001, 1071)]  # more than a page of either list
    for code in codes:
        await sms(outside, order, code)
    alone, [listed] = await gotsms.look(KEY, order), await gotsms.look_all(KEY, [order])
    assert {sms.code for sms in alone.messages} == {sms.code for sms in listed.messages} == set(codes)


async def test_a_refund_ends_the_rent(gotsms: GotSms) -> None:
    seen, order = await buy(gotsms, await wish(gotsms))
    ended = await gotsms.act(KEY, "refund", order)
    assert (ended.state, ended.refunded) == (State.CANCELLED, seen.price)
    [listed] = await gotsms.look_all(KEY, [order])
    assert listed.state is (await gotsms.look(KEY, order)).state is State.CANCELLED
    assert await gotsms.balance(KEY) == 500


async def test_a_rent_whose_time_is_up(gotsms: GotSms, outside: Outside) -> None:
    _, order = await buy(gotsms, await wish(gotsms))
    _, other = await buy(gotsms, await wish(gotsms))
    await gotsms.act(KEY, "wake", other)
    await sms(outside, other, "77")
    for each in (order, other):
        await outside.act(f"orders/{each.id}/expire")
    found = {seen.id: seen.state for seen in await gotsms.look_all(KEY, [order, other])}
    assert found == {order.id: State.EXPIRED, other.id: State.DONE}
    assert (await gotsms.look(KEY, other)).state is State.DONE


async def test_rents_on_several_pages(gotsms: GotSms, outside: Outside) -> None:
    picks = await wish(gotsms)
    orders = [(await buy(gotsms, picks))[1] for _ in range(25)]
    before = len(await outside.requests())
    assert {seen.id for seen in await gotsms.look_all(KEY, orders)} == {order.id for order in orders}
    paths = [(each["path"], each["query"]) for each in (await outside.requests())[before:]]
    assert [query for path, query in paths if path.endswith("/rents")] == [{}, {"page": "2"}]
    assert len(paths) == 3


async def test_refusals(gotsms: GotSms, outside: Outside) -> None:
    with pytest.raises(BadKey):
        await gotsms.balance({"api_key": "1|nobody_has_it"})
    none = OrderRef(id="none", line="numbers", picks={}, state=State.WAITING)
    with pytest.raises(NotFound):
        await gotsms.look(KEY, none)
    assert await gotsms.look_all(KEY, [none]) == []
    picks = await wish(gotsms)
    await outside.act("settings", no_numbers=True)
    with pytest.raises(NoNumbers, match="POST /rents"):
        await buy(gotsms, picks)
    await outside.act("settings", no_numbers=False)
    await outside.act("accounts", key=KEY["api_key"], balance=0)
    with pytest.raises(NoFunds, match="POST /rents"):
        await buy(gotsms, picks)


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("kind", ["reset", "html", "empty", "cut"])
async def test_a_purchase_of_unknown_outcome_is_one_request_and_can_be_found_out(
    gotsms: GotSms, outside: Outside, kind: str, committed: bool
) -> None:
    picks = await wish(gotsms)
    await outside.fault(kind, method="POST", path="/rents", committed=committed)
    with pytest.raises(NoAnswer) as caught:
        await buy(gotsms, picks)
    assert caught.value.sent
    assert len([each for each in await outside.requests() if each["method"] == "POST"]) == 1
    found = [seen.picks["plan"] for seen in await gotsms.recent(KEY, "numbers")]
    assert found == ([picks["plan"]] if committed else [])
