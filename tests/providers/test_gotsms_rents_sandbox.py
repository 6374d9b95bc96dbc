"""GotSMS's rents at the make-believe site: from days to months, renewal on and off, lost answers."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest

from providers.door import Door
from providers.errors import NoAnswer, NotAllowed
from providers.gotsms import GotSms
from providers.site import Credentials, OrderRef, Picks
from providers.words import Option, State
from sandbox.world import World
from tests.providers.outside import Outside

KEY: Credentials = {"api_key": "1|sandbox_key_of_gotsms"}
TOGGLE = "/rents/*/renewal/toggle"
ON, OFF = {"auto_renew": "on"}, {"auto_renew": "off"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as world:
        yield world


@pytest.fixture
async def outside(world: World) -> AsyncIterator[Outside]:
    async with Outside(world.base, "gotsms") as outside:
        await outside.act("accounts", key=KEY["api_key"], balance="900")
        yield outside


@pytest.fixture
async def gotsms(outside: Outside) -> AsyncIterator[GotSms]:
    site = GotSms(Door("gotsms", f"{outside.base}/gotsms/api", deadline=5))
    yield site
    await site.door.close()


async def plans(gotsms: GotSms) -> tuple[dict[str, str], list[Option]]:
    """A service and a country with a plan of a day, and all of its plans."""
    for service in await gotsms.options(KEY, "numbers", "service", {}):
        picks = {"service": service.id}
        for country in await gotsms.options(KEY, "numbers", "country", picks):
            found = list(await gotsms.options(KEY, "numbers", "plan", picks | {"country": country.id}))
            if "1 day" in [plan.name for plan in found] and len(found) > 1:
                return picks | {"country": country.id}, found
    raise AssertionError("no such plans")


async def rent(gotsms: GotSms, name: str) -> OrderRef:
    picks, found = await plans(gotsms)
    plan = next(plan for plan in found if plan.name == name)
    [seen] = await gotsms.buy(KEY, "numbers", picks | {"plan": plan.id})
    return OrderRef(
        id=seen.id, line="numbers", picks={**picks, "plan": plan.id}, state=seen.state, facts=seen.facts
    )


async def longer(gotsms: GotSms, order: OrderRef) -> Picks:
    options = await gotsms.options(KEY, "numbers", "longer_plan", order.picks)
    return {"longer_plan": next(option.id for option in options if option.name == "1 month")}


async def listed(gotsms: GotSms, order: OrderRef) -> dict[str, str | int | bool]:
    [seen] = await gotsms.look_all(KEY, [order])
    return dict(seen.facts)


async def test_a_day_becomes_a_month_for_what_was_quoted(gotsms: GotSms) -> None:
    day = await rent(gotsms, "1 day")
    assert day.facts["daily"] is True
    given = await longer(gotsms, day)
    quote = await gotsms.act_quote(KEY, "transition", day, given)
    before = await gotsms.balance(KEY)
    moved = await gotsms.act(KEY, "transition", day, given)

    assert before - await gotsms.balance(KEY) == quote.low
    assert moved.state is State.WAITING
    assert moved.facts["daily"] is False
    assert moved.facts["auto_renew"] is False
    assert Decimal(str(moved.facts["renew_price"])) == quote.renewal
    with pytest.raises(NotAllowed) as caught:
        await gotsms.act(KEY, "transition", day, given)
    assert caught.value.code == "not-allowed-daily-plan"


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("kind", ["reset", "html", "empty", "cut"])
async def test_a_transition_without_answer_is_found_out(
    gotsms: GotSms, outside: Outside, kind: str, committed: bool
) -> None:
    day = await rent(gotsms, "1 day")
    given = await longer(gotsms, day)
    await outside.fault(kind, method="POST", path="/rents/*/transition", committed=committed)
    with pytest.raises(NoAnswer):
        await gotsms.act(KEY, "transition", day, given)
    found = await gotsms.was_done(KEY, "transition", day, given, 0)
    assert (found is not None) is committed
    assert found is None or found.facts["daily"] is False


async def test_renewal_goes_on_and_off_and_twice_on_is_once(gotsms: GotSms, outside: Outside) -> None:
    month = await rent(gotsms, "1 month")
    for given, is_on in ((ON, True), (ON, True), (OFF, False), (OFF, False), (ON, True)):
        assert (await gotsms.act(KEY, "auto_renew", month, given)).facts["auto_renew"] is is_on
        assert (await listed(gotsms, month))["auto_renew"] is is_on
    assert len([each for each in await outside.requests() if each["path"].endswith("/toggle")]) == 3


async def test_a_day_can_not_be_renewed(gotsms: GotSms) -> None:
    day = await rent(gotsms, "1 day")
    assert "auto_renew" not in day.facts
    with pytest.raises(NotAllowed) as caught:
        await gotsms.act(KEY, "auto_renew", day, ON)
    assert caught.value.code == "not-allowed-monthly-plan"


@pytest.mark.parametrize("kind", ["reset", "html", "empty", "cut"])
async def test_a_toggle_whose_answer_is_lost_is_settled_by_a_read(
    gotsms: GotSms, outside: Outside, kind: str
) -> None:
    month = await rent(gotsms, "1 month")
    await outside.fault(kind, method="POST", path=TOGGLE, committed=True)
    assert (await gotsms.act(KEY, "auto_renew", month, ON)).facts["auto_renew"] is True

    await outside.fault(kind, method="POST", path=TOGGLE, committed=False)
    with pytest.raises(NoAnswer):
        await gotsms.act(KEY, "auto_renew", month, OFF)
    assert (await listed(gotsms, month))["auto_renew"] is True
    assert (await gotsms.act(KEY, "auto_renew", month, OFF)).facts["auto_renew"] is False


async def test_a_month_that_renews_lasts_beyond_its_end(gotsms: GotSms, outside: Outside) -> None:
    month = await rent(gotsms, "1 month")
    await gotsms.act(KEY, "auto_renew", month, ON)
    before = await gotsms.balance(KEY)
    await outside.act(f"orders/{month.id}/expire")
    [after] = await gotsms.look_all(KEY, [month])
    assert after.state is State.WAITING
    assert before - await gotsms.balance(KEY) == Decimal(str(month.facts["renew_price"]))


async def test_the_windows_of_a_number_and_what_the_site_keeps(gotsms: GotSms, outside: Outside) -> None:
    month = await rent(gotsms, "1 month")
    await gotsms.act(KEY, "wake", month)
    facts = (await gotsms.look(KEY, month)).facts
    assert int(facts["online_till"]) - int(facts["wake_till"]) == 30 * 60
    for code in range(1000, 1060):
        await outside.act(f"orders/{month.id}/sms", text=f"Your code is {code}", code=str(code))

    pages = [await gotsms.journal(KEY, "messages", order=month, page=page) for page in (1, 2)]
    assert [(len(sheet.records), sheet.has_more) for sheet in pages] == [(50, True), (10, False)]
    pages = [await gotsms.journal(KEY, "messages", page=page) for page in (1, 3)]
    assert [(len(sheet.records), sheet.has_more) for sheet in pages] == [(20, True), (20, False)]
    [record] = (await gotsms.journal(KEY, "rentals")).records
    assert record.seen is not None
    assert (record.id, record.seen.number) == (month.id, record.number)


async def test_watching_a_long_rental_costs_two_requests(
    gotsms: GotSms, outside: Outside, world: World
) -> None:
    month = await rent(gotsms, "1 month")
    await gotsms.act(KEY, "wake", month)
    for code in range(1000, 1050):
        await outside.act(f"orders/{month.id}/sms", text=f"Your code is {code}", code=str(code))
        await world.advance(2)
    [seen] = await gotsms.look_all(KEY, [month])
    assert len(seen.messages) == 50
    before = len(await outside.requests())
    [again] = await gotsms.look_all(KEY, [replace(month, facts=seen.facts)])
    assert len(again.messages) == 20  # the newest page
    assert len(await outside.requests()) - before == 2


async def test_prices_without_an_account(gotsms: GotSms) -> None:
    services = await gotsms.options(KEY, "numbers", "service", {})
    priced = {option.name: option.price for option in services if option.price is not None}
    assert {option.name: option.price for option in await gotsms.prices()} == priced
