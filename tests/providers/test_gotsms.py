"""GotSMS's menus, prices, purchases and acts as its document has them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from providers.errors import BadKey, NoAnswer, NoNumbers, RateLimited, Refused
from providers.gotsms import GotSms
from providers.words import (
    Effect,
    Option,
    Rule,
    State,
)
from tests.providers.gotsms_kit import DAY, DOCUMENT, KEY, NOON, ORDER, PICKS, RENT, asked, page, plan
from tests.providers.replay import Replay

# What is asked and understood


async def test_balance(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/account", DOCUMENT["account"])
    assert await gotsms.balance(KEY) == Decimal("125.5")
    assert replay.only.headers["authorization"] == "Bearer 1|made-up-token"


async def test_every_request_says_that_it_sends_and_takes_json(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/pricelist", DOCUMENT["pricelist"])
    replay.put("GET", "/account", DOCUMENT["account"])
    replay.put("POST", "/rents", DOCUMENT["rent created"], status=201)
    replay.put("POST", f"/numbers/{RENT}/wake-up", DOCUMENT["woken"])
    await gotsms.prices()
    await gotsms.balance(KEY)
    await gotsms.buy(KEY, "numbers", PICKS)
    await gotsms.act(KEY, "wake", ORDER)
    assert len(replay.asked) == 4
    for each in replay.asked:
        assert (each.headers["content-type"], each.headers["accept"]) == ("application/json",) * 2


async def test_services_with_the_lowest_price_of_the_public_list(gotsms: GotSms, replay: Replay) -> None:
    services = [*DOCUMENT["services"]["data"], {"id": "2", "name": "Unpriced"}, {"name": "no id"}, None]
    replay.put("GET", "/services", page(services))
    replay.put("GET", "/pricelist", DOCUMENT["pricelist"])
    assert await gotsms.options(KEY, "numbers", "service", {}) == [
        Option(id="uuid", name="Telegram", price=Decimal(1), from_price=True),
        Option(id="2", name="Unpriced"),
    ]
    assert asked(replay) == [("GET", "/services", {}), ("GET", "/pricelist", {})]
    assert "authorization" not in replay.asked[1].headers  # it is public


async def test_services_can_be_picked_without_a_pricelist(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/services", DOCUMENT["services"])
    replay.put("GET", "/pricelist", b"<html>", status=404)
    assert await gotsms.options(KEY, "numbers", "service", {}) == [Option(id="uuid", name="Telegram")]


async def test_a_service_on_the_second_page(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/services", page([{"id": "1", "name": "One"}], last=2))
    replay.put("GET", "/services", page([{"id": "2", "name": "Two"}], last=2), query={"page": "2"})
    replay.put("GET", "/pricelist", {"success": True, "data": []})
    assert [each.id for each in await gotsms.options(KEY, "numbers", "service", {})] == ["1", "2"]


async def test_a_site_that_ignores_the_page_is_not_asked_for_ever(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/services", page([{"id": "1", "name": "One"}], last=99))
    replay.put("GET", "/pricelist", {"success": True, "data": []})
    assert [each.id for each in await gotsms.options(KEY, "numbers", "service", {})] == ["1"]
    assert [query for _, path, query in asked(replay) if path == "/services"] == [{}, {"page": "2"}]


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_a_site_that_takes_no_page_has_one(gotsms: GotSms, replay: Replay, status: int) -> None:
    replay.put("GET", "/services", page([{"id": "1", "name": "One"}], last=2))
    replay.put("GET", "/services", {"success": False, "message": "?"}, query={"page": "2"}, status=status)
    replay.put("GET", "/pricelist", {"success": True, "data": []})
    assert [each.id for each in await gotsms.options(KEY, "numbers", "service", {})] == ["1"]


@pytest.mark.parametrize(("status", "error"), [(401, BadKey), (429, RateLimited)])
async def test_a_catalog_is_never_cut_short_by_a_refusal_of_the_account(
    gotsms: GotSms, replay: Replay, status: int, error: type[Refused]
) -> None:
    replay.put("GET", "/services", page([{"id": "1", "name": "One"}], last=2))
    replay.put("GET", "/services", {"success": False}, query={"page": "2"}, status=status)
    with pytest.raises(error):
        await gotsms.options(KEY, "numbers", "service", {})


async def test_countries_are_those_of_the_services_plans(gotsms: GotSms, replay: Replay) -> None:
    plans = [
        plan("month", 9),
        plan("day", 1.25),
        plan("uk", 2, country={"id": "uk", "name": "United Kingdom"}),
        plan("other", 0.1, service={"id": "other", "name": "Other"}),
        plan("nowhere", 0.1, country=None),
    ]
    replay.put("GET", "/rents/plans", page(plans))
    assert await gotsms.options(KEY, "numbers", "country", {"service": "uuid"}) == [
        Option(id="uuid", name="USA", iso="US", price=Decimal("1.25"), from_price=True),
        Option(id="uk", name="United Kingdom", iso="GB", price=Decimal(2), from_price=True),
    ]


async def test_plans_of_a_service_and_country(gotsms: GotSms, replay: Replay) -> None:
    elsewhere = plan("uk", 2, country={"id": "uk", "name": "United Kingdom"})
    replay.put("GET", "/rents/plans", page([*DOCUMENT["plans"]["data"], elsewhere, plan("", 1)]))
    assert await gotsms.options(KEY, "numbers", "plan", PICKS) == [
        Option(id="uuid", name="1 day", price=Decimal(1), facts={"renew_price": "1", "minutes": 1440})
    ]
    assert asked(replay) == [("GET", "/rents/plans", {})]


async def test_a_plan_by_the_month_tells_what_its_renewal_costs(gotsms: GotSms, replay: Replay) -> None:
    month = plan("month", 4.99, duration_type="month", renew_price=5.99, duration_translation="1 month")
    replay.put("GET", "/rents/plans", page([month]))
    [option] = await gotsms.options(KEY, "numbers", "plan", PICKS)
    assert (option.note, option.facts["renew_price"]) == ("↻ $5.99", "5.99")
    quote = await gotsms.quote(KEY, "numbers", PICKS | {"plan": "month"})
    assert (quote.low, quote.renewal) == (Decimal("4.99"), Decimal("5.99"))


async def test_prices_need_no_key(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/pricelist", DOCUMENT["pricelist"])
    assert gotsms.public_prices
    assert await gotsms.prices() == [
        Option(id="Telegram", name="Telegram", price=Decimal(1), from_price=True),
        Option(id="WhatsApp", name="WhatsApp", price=Decimal("4.99"), from_price=True),
    ]
    assert "authorization" not in replay.only.headers


async def test_buying_rents_a_plan(gotsms: GotSms, replay: Replay) -> None:
    replay.put("POST", "/rents", DOCUMENT["rent created"], status=201)
    [seen] = await gotsms.buy(KEY, "numbers", PICKS)
    assert replay.only.json == {"plan_id": "uuid"}
    assert replay.only.query == {}
    assert (seen.id, seen.state, seen.number) == ("uuid", State.WAITING, "+18001234567")
    assert (seen.price, seen.created_at, seen.expires_at) == (Decimal(1), NOON, NOON + DAY)
    assert seen.picks == {"service": "uuid", "plan": "uuid"}
    assert seen.names == {"service": "Telegram", "plan": "1 day"}
    assert seen.facts == {"can_wake_up": True, "price": "1", "daily": True}


async def test_a_number_is_woken_after_the_purchase(gotsms: GotSms, replay: Replay) -> None:
    replay.put("POST", f"/numbers/{RENT}/wake-up", DOCUMENT["woken"])
    [line] = GotSms.lines
    assert line.after_purchase == "wake"
    seen = await gotsms.act(KEY, line.after_purchase, ORDER)
    assert (seen.id, seen.state) == (RENT, State.WAITING)
    assert replay.only.body == b""


async def test_status_tells_the_windows_of_a_number(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", f"/numbers/{RENT}/status", DOCUMENT["status"])
    seen = await gotsms.act(KEY, "status", ORDER)
    assert (seen.id, seen.state, seen.expires_at) == (RENT, State.WAITING, NOON + DAY)
    assert seen.facts == {
        "wake_from": NOON,
        "wake_till": NOON + 300,
        "online_till": NOON + 2100,
        "can_wake_up": False,
    }
    assert replay.only.query == {}


async def test_a_refund_ends_the_rent_and_brings_its_price_back(gotsms: GotSms, replay: Replay) -> None:
    replay.put("POST", f"/rents/{RENT}/refund", DOCUMENT["refunded"])
    seen = await gotsms.act(KEY, "refund", replace(ORDER, facts={"price": "1.20"}))
    assert (seen.id, seen.state, seen.refunded) == (RENT, State.CANCELLED, Decimal("1.20"))
    assert replay.only.body == b""


async def test_a_refund_of_a_price_never_told_names_no_amount(gotsms: GotSms, replay: Replay) -> None:
    replay.put("POST", f"/rents/{RENT}/refund", DOCUMENT["refunded"])
    assert (await gotsms.act(KEY, "refund", ORDER)).refunded is None


def test_acts() -> None:
    [line] = GotSms.lines
    assert {act.key: act.effect for act in line.acts} == {
        "wake": Effect.STAYS,
        "status": Effect.STAYS,
        "transition": Effect.BUYS,
        "auto_renew": Effect.STAYS,
        "refund": Effect.ENDS,
    }
    assert line.act("refund").confirm


async def test_unknown_lines_choices_and_acts_are_a_fault_of_ours(gotsms: GotSms) -> None:
    with pytest.raises(KeyError):
        await gotsms.quote(KEY, "rentals", PICKS)
    with pytest.raises(KeyError):
        await gotsms.options(KEY, "numbers", "operator", PICKS)
    with pytest.raises(KeyError):
        await gotsms.act(KEY, "release", ORDER)


# What it costs


async def test_a_quote_is_the_plans_price(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents/plans", page([plan("a", 3), plan("b", 4.99)], last=9))
    quote = await gotsms.quote(KEY, "numbers", PICKS | {"plan": "b"})
    assert (quote.low, quote.high, quote.lasts) == (Decimal("4.99"), Decimal("4.99"), DAY)
    assert quote.rules == (Rule.SLEEPS, Rule.REFUND_ASK, Rule.SEVERAL_CODES)
    assert quote.renewal is None  # the site renews no plan of days
    assert asked(replay) == [("GET", "/rents/plans", {})]  # found: no further page


async def test_all_plans_are_read_once_and_a_fresh_price_is_one_request(
    gotsms: GotSms, replay: Replay
) -> None:
    for number in (1, 2, 3):
        answer = page([plan(f"plan {number}", number)], last=3)
        replay.put("GET", "/rents/plans", answer, query={"page": str(number)} if number > 1 else None)
    await gotsms.options(KEY, "numbers", "country", {"service": "uuid"})
    assert len(await gotsms.options(KEY, "numbers", "plan", PICKS)) == 3
    assert len(replay.asked) == 3
    replay.put("GET", "/rents/plans", page([plan("plan 2", 2.5)], last=3), query={"page": "2"})
    quote = await gotsms.quote(KEY, "numbers", PICKS | {"plan": "plan 2"})
    assert quote.low == Decimal("2.5")
    assert [query for *_, query in asked(replay)[3:]] == [{"page": "2"}]


async def test_a_plan_that_moved_to_another_page_is_found(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents/plans", page([plan("a", 1)], last=2))
    replay.put("GET", "/rents/plans", page([plan("b", 2)], last=2), query={"page": "2"})
    await gotsms.quote(KEY, "numbers", PICKS | {"plan": "b"})
    replay.put("GET", "/rents/plans", page([plan("b", 3)], last=2))
    replay.put("GET", "/rents/plans", page([plan("a", 1)], last=2), query={"page": "2"})
    assert (await gotsms.quote(KEY, "numbers", PICKS | {"plan": "b"})).low == 3


async def test_a_plan_that_is_gone_is_no_numbers(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents/plans", DOCUMENT["plans"])
    with pytest.raises(NoNumbers):
        await gotsms.quote(KEY, "numbers", PICKS | {"plan": "gone"})


async def test_a_plan_without_a_price_is_not_guessed(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents/plans", page([plan("uuid", "free")]))
    with pytest.raises(NoAnswer, match="bad-shape"):
        await gotsms.quote(KEY, "numbers", PICKS)
