"""GearSMS's menus and quotes as its document tells them: every request word for word, every trap."""

import copy
from decimal import Decimal

import pytest

from providers.errors import Invalid, NoAnswer
from providers.gearsms import GearSms
from providers.site import (
    Picks,
    Quote,
)
from providers.words import Rule
from tests.providers.gearsms_kit import CREDENTIALS, DOC, KEY, TWO
from tests.providers.replay import Replay

# --- reads that fill the menus ---


async def test_the_balance_is_asked_with_the_key_in_its_own_header(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/balance", DOC["balance"])

    assert await gearsms.balance(CREDENTIALS) == Decimal("125.5")

    asked = replay.only
    assert asked.headers["x-api-key"] == KEY
    assert asked.query == {}
    assert asked.body == b""


async def test_a_balance_written_as_a_text_is_money_too(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/balance", {"success": True, "data": {"balance": "98.54"}})

    assert await gearsms.balance(CREDENTIALS) == Decimal("98.54")


MENUS: list[tuple[str, str, Picks, str, str, list[tuple[object, ...]]]] = [
    ("s1", "state", {}, "states", "s1_states", [("AK", "Alaska"), ("AL", "Alabama"), ("CA", "California")]),
    ("s1", "service", {}, "services", "s1_services",
     [("Google", "Google", Decimal("0.5"), 1000), ("Tinder", "Tinder", Decimal("0.7"), 500)]),
    ("s2", "service", {}, "services", "s2_services",
     [("Google", "Google", Decimal("0.5")), ("Telegram", "Telegram", Decimal("0.4"))]),
    ("s2", "area_code", {}, "area-codes", "s2_area_codes",
     [(code, code, None, None, None, note) for code, note in (("201", "NJ"), ("212", "NY"), ("310", "CA"))]),
    ("global", "country", {}, "countries", "global_countries", [("1", "United States", None, None, "US")]),
    ("global", "service", {"country": "1"}, "services", "global_services",
     [("Google", "Google", Decimal("0.46"), 1500, None, "95 %"),
      ("Telegram", "Telegram", Decimal("0.36"), 800, None, "88 %")]),
    ("global", "area_code", TWO, "area-codes", "global_area_codes",
     [("201", "201"), ("202", "202"), ("212", "212"), ("310", "310")]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "choice", "picks", "path", "example", "expected"), MENUS)
async def test_every_list_of_the_document_becomes_options(
    gearsms: GearSms, replay: Replay, line: str, choice: str, picks: Picks, path: str, example: str,
    expected: list[tuple[object, ...]],
) -> None:  # fmt: skip
    replay.put("GET", f"/temp-{line}/{path}", DOC[example])

    options = await gearsms.options(CREDENTIALS, line, choice, picks)

    shown = [(o.id, o.name, o.price, o.stock, o.iso, o.note) for o in options]
    assert shown == [(*facts, *[None] * (6 - len(facts))) for facts in expected]
    assert replay.only.query == picks


@pytest.mark.parametrize("line", ["s1", "s2", "global"])
async def test_a_name_is_ordered_as_the_site_spells_it(gearsms: GearSms, replay: Replay, line: str) -> None:
    replay.put("GET", f"/temp-{line}/services", {"success": True, "data": [{"name": " Yalla ", "price": 1}]})
    replay.put("GET", "/temp-global/stock", DOC["global_stock"])
    replay.put("POST", f"/temp-{line}/order", DOC["global_order"])
    country = {"country": "1"} if line == "global" else {}

    [service] = await gearsms.options(CREDENTIALS, line, "service", country)
    assert service.name == "Yalla"
    assert (await gearsms.quote(CREDENTIALS, line, {**country, "service": service.id})).low == Decimal(1)
    await gearsms.buy(CREDENTIALS, line, {**country, "service": service.id})

    assert replay.asked[-1].json["service"] == " Yalla "


async def test_carriers_are_in_the_document_and_not_asked_for(gearsms: GearSms, replay: Replay) -> None:
    options = await gearsms.options(CREDENTIALS, "s2", "carrier", {"service": "Google"})

    assert [(o.id, o.name) for o in options] == [("tmo", "T-Mobile"), ("vz", "Verizon"), ("att", "AT&T")]
    assert replay.asked == []


async def test_one_odd_entry_spoils_no_list(gearsms: GearSms, replay: Replay) -> None:
    answer = copy.deepcopy(DOC["s1_services"])
    answer["data"] += [
        None,
        7,
        {"price": 1},
        {"name": ""},
        {"name": "Odd", "price": "free", "available": "many"},
    ]
    replay.put("GET", "/temp-s1/services", answer)

    options = await gearsms.options(CREDENTIALS, "s1", "service", {})

    assert [(o.id, o.price, o.stock) for o in options][2:] == [("Odd", None, None)]


async def test_a_list_of_nothing_known_is_no_empty_menu(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/temp-s1/services", {"success": True, "data": [1, 2, 3]})

    with pytest.raises(NoAnswer) as caught:
        await gearsms.options(CREDENTIALS, "s1", "service", {})

    assert caught.value.reason == "bad-shape"


async def test_area_codes_of_global_may_also_come_as_numbers(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/temp-global/area-codes", {"success": True, "data": [201, "202"]})

    options = await gearsms.options(CREDENTIALS, "global", "area_code", {"country": "1", "service": "Google"})

    assert [o.id for o in options] == ["201", "202"]


# --- quotes ---


async def s2_quote(gearsms: GearSms, replay: Replay, service: str, **picks: str) -> Quote:
    replay.put("GET", "/temp-s2/services", {"success": True, "data": [{"name": service, "price": 1}]})
    return await gearsms.quote(CREDENTIALS, "s2", {"service": service, **picks})


async def test_an_s1_quote_is_exact_and_lasts_fifteen_minutes_fifteen(
    gearsms: GearSms, replay: Replay
) -> None:
    replay.put("GET", "/temp-s1/services", DOC["s1_services"])

    quote = await gearsms.quote(CREDENTIALS, "s1", {"service": "Tinder", "state": "TX"})

    assert (quote.low, quote.high, quote.stock) == (Decimal("0.7"), Decimal("0.7"), 500)
    assert quote.lasts == 915
    assert quote.rules == (Rule.REFUND_ON_CANCEL,)


@pytest.mark.parametrize(
    ("picks", "low", "high"),
    [
        ({}, "1", "1"),
        ({"area_code": "212"}, "1.65", "1.65"),
        ({"carrier": "vz"}, "1.25", "1.25"),
        ({"area_code": "212", "carrier": "vz"}, "1.90", "2.0625"),
    ],
)
async def test_s2_markups_are_exact_alone_and_two_bounds_together(
    gearsms: GearSms, replay: Replay, picks: dict[str, str], low: str, high: str
) -> None:
    quote = await s2_quote(gearsms, replay, "Google", **picks)

    assert (quote.low, quote.high) == (Decimal(low), Decimal(high))
    assert (Rule.SURCHARGES_UNSURE in quote.rules) == (len(picks) == 2)


async def test_a_quote_tells_what_each_markup_adds_picked_or_not(gearsms: GearSms, replay: Replay) -> None:
    alone = await s2_quote(gearsms, replay, "Google")
    both = await s2_quote(gearsms, replay, "Google", area_code="212", carrier="vz")

    assert [(s.choice, s.low, s.high) for s in alone.surcharges] == [
        ("area_code", Decimal("0.65"), Decimal("0.65")),
        ("carrier", Decimal("0.25"), Decimal("0.25")),
    ]
    assert [(s.choice, s.low, s.high) for s in both.surcharges] == [
        ("area_code", Decimal("0.65"), Decimal("0.8125")),
        ("carrier", Decimal("0.25"), Decimal("0.4125")),
    ]


@pytest.mark.parametrize(
    ("service", "rules"),
    [
        ("Google", {Rule.REFUND_ON_CANCEL}),
        ("WHATSAPP", {Rule.NO_CANCEL, Rule.NO_REPORT, Rule.REFUND_ON_EXPIRY}),
        ("cash app", {Rule.NO_CANCEL, Rule.NO_REPORT, Rule.REFUND_ON_EXPIRY}),
        ("Wells Fargo", {Rule.NO_CANCEL, Rule.ALWAYS_CHARGED}),
    ],
)
async def test_s2_rules_follow_the_service_whatever_its_capitals(
    gearsms: GearSms, replay: Replay, service: str, rules: set[Rule]
) -> None:
    quote = await s2_quote(gearsms, replay, service)

    assert set(quote.rules) == rules


async def test_a_global_quote_asks_the_stock_that_is_live(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/temp-global/services", DOC["global_services"])
    replay.put("GET", "/temp-global/stock", DOC["global_stock"])

    quote = await gearsms.quote(CREDENTIALS, "global", {"country": "1", "service": "Google"})

    assert (quote.low, quote.stock) == (Decimal("0.46"), 500)
    assert [(a.path, a.query) for a in replay.asked] == [
        ("/temp-global/services", {"country": "1"}),
        ("/temp-global/stock", {"country": "1", "service": "Google"}),
    ]


async def test_no_numbers_in_the_stock_is_a_quote_with_nothing_left(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/temp-global/services", DOC["global_services"])
    replay.put("GET", "/temp-global/stock", DOC["no_numbers"], status=401)

    quote = await gearsms.quote(CREDENTIALS, "global", {"country": "1", "service": "Google"})

    assert quote.stock == 0


async def test_a_service_that_is_no_longer_listed_is_invalid(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/temp-s1/services", DOC["s1_services"])

    with pytest.raises(Invalid):
        await gearsms.quote(CREDENTIALS, "s1", {"service": "Gone"})


async def test_a_service_without_a_price_has_no_quote(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/temp-s1/services", {"success": True, "data": [{"name": "Google"}]})

    with pytest.raises(NoAnswer) as caught:
        await gearsms.quote(CREDENTIALS, "s1", {"service": "Google"})

    assert caught.value.reason == "bad-shape"
