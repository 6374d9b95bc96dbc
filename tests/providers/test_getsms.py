"""getsms.online's menus, quotes and purchases as its API command reference has them, and their traps."""

from decimal import Decimal
from typing import Any

import pytest

from providers.errors import Invalid, NoAnswer
from providers.getsms import GetSms
from providers.words import (
    Rule,
    State,
)
from tests.providers.getsms_kit import EXAMPLES, KEYS, NOW, PATH, WHO, answer
from tests.providers.replay import Replay


def listed(**prices: str) -> dict[str, Any]:
    google = EXAMPLES["list_services"]["message"][0]
    return {
        "status": "ok",
        "message": [google | {"name": name, "price": price} for name, price in prices.items()],
    }


# What is asked, and what the documented answers mean


async def test_the_balance(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "balance", EXAMPLES["balance"])
    assert await getsms.balance(KEYS) == Decimal("10.00")
    assert (replay.only.method, replay.only.path) == ("GET", PATH)
    assert replay.only.query == {"cmd": "balance", **WHO}


async def test_services(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "list_services", EXAMPLES["list_services"])
    (google,) = await getsms.options(KEYS, "numbers", "service", {})
    assert replay.only.query == {"cmd": "list_services", **WHO}
    assert (google.id, google.name, google.price, google.stock) == ("Google", "Google", Decimal("1.00"), 74)


async def test_the_recommended_markup_is_told_for_exactly_one_service(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "list_services", EXAMPLES["list_services"])
    (markup,) = await getsms.options(KEYS, "numbers", "markup", {"service": "Google"})
    assert replay.only.query == {"cmd": "list_services", **WHO, "service": "Google"}
    assert (markup.id, markup.recommended) == ("10", True)


@pytest.mark.parametrize("value", ["", "0", "9", "2001", None, "much"])
async def test_a_markup_outside_the_bounds_is_not_recommended(
    getsms: GetSms, replay: Replay, value: str | None
) -> None:
    row = EXAMPLES["list_services"]["message"][0] | {"recommended_markup": value}
    answer(replay, "list_services", {"status": "ok", "message": [row]})
    assert list(await getsms.options(KEYS, "numbers", "markup", {"service": "Google"})) == []


async def test_states_are_the_documents_and_cost_no_request(getsms: GetSms, replay: Replay) -> None:
    states = {option.id: option.name for option in await getsms.options(KEYS, "numbers", "state", {})}
    assert len(states) == 51
    assert (states["CA"], states["DC"]) == ("California", "District of Columbia")
    assert not await getsms.options(KEYS, "numbers", "markup", {"service": "Google,Yahoo"})
    assert replay.asked == []


async def test_number_area_code_and_state_exclude_each_other_and_a_bid_goes_with_all(getsms: GetSms) -> None:
    choices = {choice.key: set(choice.excludes) for choice in getsms.line("numbers").choices}
    assert choices == {
        "service": set(),
        "state": {"area_code", "number"},
        "area_code": {"state", "number"},
        "number": {"state", "area_code"},
        "markup": set(),
    }


@pytest.mark.parametrize(
    ("choice", "text", "fits"),
    [
        ("area_code", "212", True),
        ("area_code", "21", False),
        ("number", "5302286946", True),
        ("number", "15302286946", True),
        ("number", "+15302286946", True),
        ("number", "25302286946", False),
        ("markup", "9", False),
        ("markup", "10", True),
        ("markup", "099", False),
        ("markup", "999", True),
        ("markup", "2000", True),
        ("markup", "2001", False),
        ("markup", "10.5", False),
        ("state", "CA", False),
    ],
)
async def test_what_may_be_typed(getsms: GetSms, choice: str, text: str, fits: bool) -> None:
    assert getsms.line("numbers").choice(choice).accepts(text) is fits


async def test_the_user_name_is_no_secret_and_the_key_is(getsms: GetSms) -> None:
    assert {credential.key: credential.secret for credential in getsms.credentials} == {
        "user": False,
        "api_key": True,
    }


# Quotes


async def test_a_quote_is_the_listed_price(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "list_services", EXAMPLES["list_services"])
    quote = await getsms.quote(KEYS, "numbers", {"service": "Google", "state": "CA"})
    assert replay.only.query == {"cmd": "list_services", **WHO, "service": "Google"}
    assert (quote.low, quote.high, quote.stock) == (Decimal("1.00"), Decimal("1.00"), 74)
    assert quote.rules == ()


@pytest.mark.parametrize(
    ("price", "markup", "high"),
    [
        ("0.50", "25", "0.75"),  # 25 cents more is dearer than 25 percent more
        ("1.00", "25", "1.25"),
        ("2.00", "25", "2.50"),  # here percent are
        ("0.30", "2000", "20.30"),
        ("3.33", "10", "3.67"),  # rounded up: a ceiling must hold
    ],
)
async def test_a_bid_has_the_dearer_reading_as_its_bound(
    getsms: GetSms, replay: Replay, price: str, markup: str, high: str
) -> None:
    answer(replay, "list_services", listed(Amazon=price))
    quote = await getsms.quote(KEYS, "numbers", {"service": "Amazon", "markup": markup})
    assert (quote.low, quote.high) == (Decimal(price), Decimal(high))
    assert quote.rules == (Rule.BID, Rule.PRICE_BY_SITE)


async def test_several_services_are_bids_with_markups_of_the_sites_choice(
    getsms: GetSms, replay: Replay
) -> None:
    answer(replay, "list_services", listed(Amazon="0.30", Google="1.30"))
    quote = await getsms.quote(KEYS, "numbers", {"service": "Google,Amazon"})
    assert replay.only.query["service"] == "Google,Amazon"
    assert (quote.low, quote.high) == (Decimal("1.60"), Decimal("20.30") + Decimal("27.30"))
    assert quote.rules == (Rule.BID, Rule.PRICE_BY_SITE)


async def test_nothing_in_stock_is_shown_and_no_refusal(getsms: GetSms, replay: Replay) -> None:
    """The count is approximate, and a bid is made for just this."""
    row = EXAMPLES["list_services"]["message"][0] | {"otp_available": "0"}
    answer(replay, "list_services", {"status": "ok", "message": [row]})
    assert (await getsms.quote(KEYS, "numbers", {"service": "Google"})).stock == 0


async def test_no_quote_for_what_is_not_listed(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "list_services", EXAMPLES["list_services_invalid"])
    with pytest.raises(Invalid) as caught:
        await getsms.quote(KEYS, "numbers", {"service": "DummyService"})
    assert caught.value.detail == "Invalid service name DummyService"
    answer(replay, "list_services", EXAMPLES["list_services"])
    with pytest.raises(Invalid):
        await getsms.quote(KEYS, "numbers", {"service": "Google,Yahoo"})


async def test_no_quote_without_a_price(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "list_services", listed(Amazon="soon"))
    with pytest.raises(NoAnswer) as caught:
        await getsms.quote(KEYS, "numbers", {"service": "Amazon"})
    assert caught.value.reason == "bad-shape"


# Buying


@pytest.mark.usefixtures("_stopped_clock")
async def test_buying(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "request", EXAMPLES["request"])
    (seen,) = await getsms.buy(KEYS, "numbers", {"service": "Amazon"})
    assert replay.only.query == {"cmd": "request", **WHO, "service": "Amazon"}
    assert (seen.id, seen.number, seen.state) == ("10000001", "+15302286946", State.WAITING)
    assert seen.price == Decimal("0.50")
    assert seen.expires_at == NOW + 900
    assert seen.picks == {"service": "Amazon"}
    assert seen.facts == {"carrier": "TMobile", "markup": "0"}
    assert "0123456789" not in str(seen.raw)


@pytest.mark.parametrize(
    ("picks", "sent"),
    [
        ({"state": "CA"}, {"state": "CA"}),
        ({"area_code": "530"}, {"areacode": "530"}),
        ({"number": "2345678901"}, {"mdn": "12345678901"}),
        ({"number": "12345678901"}, {"mdn": "12345678901"}),
        ({"number": "+12345678901"}, {"mdn": "12345678901"}),
        ({"markup": "25"}, {"markup": "25"}),
        ({"state": "CA", "markup": "25"}, {"state": "CA", "markup": "25"}),
    ],
)
async def test_the_names_of_the_fields(
    getsms: GetSms, replay: Replay, picks: dict[str, str], sent: dict[str, str]
) -> None:
    answer(replay, "request", EXAMPLES["request"])
    await getsms.buy(KEYS, "numbers", {"service": "A & B/C", **picks})
    assert replay.only.query == {"cmd": "request", **WHO, "service": "A & B/C", **sent}


@pytest.mark.usefixtures("_stopped_clock")
async def test_a_bid_has_no_number_yet(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "request", EXAMPLES["request_bid"])
    (seen,) = await getsms.buy(KEYS, "numbers", {"service": "Amazon", "state": "CA", "markup": "25"})
    assert (seen.state, seen.number, seen.price) == (State.BIDDING, None, Decimal("0.60"))
    assert seen.expires_at == NOW + 900
    assert seen.picks == {"service": "Amazon", "state": "CA"}
    assert seen.facts == {"markup": "25"}


async def test_several_services_come_back_sorted_and_say_which_is_which(
    getsms: GetSms, replay: Replay
) -> None:
    answer(replay, "request", EXAMPLES["request_several"])
    seen = await getsms.buy(KEYS, "numbers", {"service": "Yahoo,Google,Amazon"})
    assert replay.only.query == {"cmd": "request", **WHO, "service": "Yahoo,Google,Amazon"}
    assert {each.picks["service"]: (each.id, each.price, each.state) for each in seen} == {
        "Amazon": ("10000001", Decimal("0.30"), State.BIDDING),
        "Google": ("10000002", Decimal("1.30"), State.BIDDING),
        "Yahoo": ("10000003", Decimal("0.45"), State.BIDDING),
    }


@pytest.mark.parametrize(
    "picks",
    [
        {"service": "A,B,C,D,E,F"},
        {"service": "A,B", "number": "12345678901"},
        {"service": "A,B", "markup": "10"},
    ],
)
async def test_what_several_services_can_not_have(
    getsms: GetSms, replay: Replay, picks: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        await getsms.buy(KEYS, "numbers", picks)
    assert replay.asked == []


async def test_an_order_without_a_status_is_kept(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "request", {"status": "ok", "message": {"id": 10000001}})
    (seen,) = await getsms.buy(KEYS, "numbers", {"service": "Amazon"})
    assert (seen.id, seen.state, seen.expires_at) == ("10000001", State.UNKNOWN, None)


async def test_a_name_is_requested_as_the_site_spells_it(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "list_services", listed(**{" Yahoo ": "0.30"}))
    answer(replay, "request", EXAMPLES["request"])
    [yahoo] = await getsms.options(KEYS, "numbers", "service", {})
    assert (yahoo.id, yahoo.name) == (" Yahoo ", "Yahoo")
    await getsms.quote(KEYS, "numbers", {"service": yahoo.id})
    await getsms.buy(KEYS, "numbers", {"service": yahoo.id})
    assert [asked.query.get("service") for asked in replay.asked] == [None, " Yahoo ", " Yahoo "]


async def test_a_name_with_a_comma_is_not_offered(getsms: GetSms, replay: Replay) -> None:
    """It could only be asked for as two services, and two would be bought."""
    answer(replay, "list_services", listed(**{"Yahoo": "0.30", "Yahoo, Inc": "0.40"}))
    assert [option.id for option in await getsms.options(KEYS, "numbers", "service", {})] == ["Yahoo"]


async def test_several_services_and_what_goes_with_one_only(getsms: GetSms) -> None:
    line = getsms.line("numbers")
    assert line.choice("service").most == 5
    assert {choice.key for choice in line.choices if choice.single == ("service",)} == {"number", "markup"}
    assert line.reuse_by == "number"
    assert line.choice("number").accepts("+15302286946"), "a number as orders keep it"
    assert [act.key for act in line.acts if act.together] == ["withdraw"]
