"""What GotSMS does with a rent: a longer plan, its renewal, its windows, and what the site keeps of it."""

import asyncio
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import stamina

from providers.errors import NoAnswer, NoFunds, NoNumbers, NotAllowed, NotFound, Unclear
from providers.gotsms import GotSms
from providers.site import Picks
from providers.words import State
from tests.providers.gotsms_kit import (
    DAY,
    DOCUMENT,
    KEY,
    NOON,
    ORDER,
    PICKS,
    RENT,
    asked,
    iso,
    message,
    page,
    plan,
    put_rent,
    ref,
    rent,
)
from tests.providers.replay import Replay

DAILY = DOCUMENT["rents"]["data"][0]["plan"]
MONTHLY = DAILY | {"id": "month", "duration_type": "month", "renew_price": 4.99}
LONGER = {"longer_plan": "month"}
ON, OFF = {"auto_renew": "on"}, {"auto_renew": "off"}
TRANSITION, TOGGLE = f"/rents/{RENT}/transition", f"/rents/{RENT}/renewal/toggle"


def by_month(*, renews: object, **changes: Any) -> dict[str, Any]:
    return rent(plan=MONTHLY, is_included_for_next_renewal=renews, **changes)


def posts(replay: Replay) -> list[str]:
    return [path for method, path, _ in asked(replay) if method == "POST"]


# A longer plan


async def test_longer_plans_are_those_of_the_same_service_and_country(gotsms: GotSms, replay: Replay) -> None:
    plans = [
        plan("month", 5, duration_type="month", duration_in_minutes=43_200, duration_translation="1 month"),
        plan("uuid", 1),
        plan("another day", 1),
        plan("week", 3, duration_in_type=7, duration_in_minutes=10_080, duration_translation="7 days"),
        plan("no minutes", 9, duration_type="month", duration_in_type=3, duration_in_minutes=None),
        plan("uk", 2, duration_in_minutes=10_080, country={"id": "uk", "name": "United Kingdom"}),
        plan("other", 2, duration_in_minutes=10_080, service={"id": "other", "name": "Other"}),
    ]
    replay.put("GET", "/rents/plans", page(plans))
    options = await gotsms.options(KEY, "numbers", "longer_plan", PICKS)
    assert [(option.id, option.price) for option in options] == [
        ("week", Decimal(3)),
        ("month", Decimal(5)),
        ("no minutes", Decimal(9)),
    ]


@pytest.mark.parametrize("picks", [{}, {"plan": ""}, {"plan": "withdrawn"}])
async def test_a_plan_that_is_offered_no_more_has_no_longer_ones(
    gotsms: GotSms, replay: Replay, picks: Picks
) -> None:
    replay.put("GET", "/rents/plans", page([plan("uuid", 1), plan("", 2, duration_in_minutes=9999)]))
    assert await gotsms.options(KEY, "numbers", "longer_plan", picks) == []


async def test_a_longer_plan_costs_what_the_site_asks_for_it_now(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents/plans", page([plan("month", 5, duration_type="month", renew_price=4.5)]))
    quote = await gotsms.act_quote(KEY, "transition", ORDER, LONGER)
    assert (quote.low, quote.high, quote.renewal) == (Decimal(5), Decimal(5), Decimal("4.5"))
    with pytest.raises(NoNumbers):
        await gotsms.act_quote(KEY, "transition", ORDER, {"longer_plan": "gone"})


async def test_a_transition_is_one_request_and_the_list_tells_the_new_end(
    gotsms: GotSms, replay: Replay
) -> None:
    replay.put("POST", TRANSITION, DOCUMENT["transitioned"])
    replay.put("GET", "/rents", page([by_month(renews=False, active_till=iso(NOON + 30 * DAY))]))
    seen = await gotsms.act(KEY, "transition", replace(ORDER, state=State.RECEIVED), LONGER)
    assert replay.asked[0].json == {"plan_id": "month"}
    assert posts(replay) == [TRANSITION]
    assert (seen.id, seen.state, seen.expires_at) == (RENT, State.RECEIVED, NOON + 30 * DAY)
    assert seen.price is None  # what it cost was quoted
    assert seen.facts["daily"] is False
    assert (seen.facts["auto_renew"], seen.facts["renew_price"]) == (False, "4.99")


async def test_a_transition_is_done_though_the_list_does_not_answer_after_it(
    gotsms: GotSms, replay: Replay
) -> None:
    replay.put("POST", TRANSITION, DOCUMENT["transitioned"])
    replay.put("GET", "/rents", b"<html>", status=502)
    with stamina.set_testing(True, attempts=1):
        seen = await gotsms.act(KEY, "transition", ORDER, LONGER)
    assert (seen.id, seen.state) == (RENT, State.WAITING)


@pytest.mark.parametrize(
    ("shown", "done"), [(by_month(renews=False), True), (rent(), False)], ids=["moved", "not moved"]
)
async def test_a_transition_without_answer_is_found_out_by_the_rents_plan(
    gotsms: GotSms, replay: Replay, shown: dict[str, Any], done: bool
) -> None:
    replay.put("POST", TRANSITION, b"", status=200)
    replay.put("GET", "/rents", page([shown]))
    with pytest.raises(NoAnswer):
        await gotsms.act(KEY, "transition", ORDER, LONGER)
    found = await gotsms.was_done(KEY, "transition", ORDER, LONGER, NOON)
    assert (found is not None) is done
    assert posts(replay) == [TRANSITION]


async def test_what_became_of_a_rent_that_the_list_lacks_is_unclear(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents", page([]))
    with pytest.raises(Unclear):
        await gotsms.was_done(KEY, "transition", ORDER, LONGER, NOON)


# The site's reasons


@pytest.mark.parametrize(
    ("act", "given", "path", "example", "code"),
    [
        ("transition", LONGER, TRANSITION, "not daily", "not-allowed-daily-plan"),
        ("auto_renew", ON, TOGGLE, "not monthly", "not-allowed-monthly-plan"),
        ("refund", {}, f"/rents/{RENT}/refund", "no refund", "not-allowed-no-refund"),
    ],
)
async def test_documented_reasons_have_texts_of_ours(
    gotsms: GotSms, replay: Replay, act: str, given: Picks, path: str, example: str, code: str
) -> None:
    replay.put("GET", "/rents", page([rent()]))
    replay.put("POST", path, DOCUMENT[example], status=422)
    with pytest.raises(NotAllowed) as caught:
        await gotsms.act(KEY, act, ORDER, given)
    assert (caught.value.code, caught.value.detail) == (code, DOCUMENT[example]["message"])


async def test_other_reasons_stay_the_sites_words(gotsms: GotSms, replay: Replay) -> None:
    replay.put("POST", TRANSITION, {"success": False, "message": "Not on a Sunday."}, status=422)
    with pytest.raises(NotAllowed) as caught:
        await gotsms.act(KEY, "transition", ORDER, LONGER)
    assert (caught.value.code, caught.value.detail) == ("not-allowed", "Not on a Sunday.")


async def test_too_little_money_for_a_longer_plan_is_told_as_such(gotsms: GotSms, replay: Replay) -> None:
    replay.put("POST", TRANSITION, {"success": False, "message": "Insufficient balance."}, status=422)
    with pytest.raises(NoFunds):
        await gotsms.act(KEY, "transition", ORDER, LONGER)


# Renewal: the site only toggles


async def test_renewal_is_a_fact_of_plans_by_the_month_alone(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents", page([by_month(renews=True, id="month"), rent("day")]))
    replay.put("GET", "/messages", page([]))
    month, day = await gotsms.look_all(KEY, [ref("month"), ref("day")])
    assert (month.facts["auto_renew"], month.facts["daily"]) == (True, False)
    assert ("auto_renew" in day.facts, day.facts["daily"]) == (False, True)


async def test_it_is_turned_only_after_a_look_at_how_it_stands(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents", page([by_month(renews=False)]))
    replay.put("POST", TOGGLE, DOCUMENT["renewal on"])
    seen = await gotsms.act(KEY, "auto_renew", ORDER, ON)
    assert seen.facts["auto_renew"] is True
    assert [(method, path) for method, path, _ in asked(replay)] == [("GET", "/rents"), ("POST", TOGGLE)]
    assert replay.asked[1].body == b""


@pytest.mark.parametrize(("given", "renews"), [(ON, True), (OFF, False)])
async def test_what_stands_right_already_is_not_turned(
    gotsms: GotSms, replay: Replay, given: Picks, renews: bool
) -> None:
    replay.put("GET", "/rents", page([by_month(renews=renews)]))
    seen = await gotsms.act(KEY, "auto_renew", ORDER, given)
    assert seen.facts["auto_renew"] is renews
    assert posts(replay) == []


@pytest.mark.parametrize("renews", [None, "yes", 1])
async def test_what_stands_nobody_knows_how_is_not_turned(
    gotsms: GotSms, replay: Replay, renews: object
) -> None:
    replay.put("GET", "/rents", page([by_month(renews=renews)]))
    with pytest.raises(NoAnswer, match="bad-shape"):
        await gotsms.act(KEY, "auto_renew", ORDER, ON)
    assert posts(replay) == []


async def test_a_rent_that_is_gone_is_not_turned(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents", page([rent("other")]))
    with pytest.raises(NotFound):
        await gotsms.act(KEY, "auto_renew", ORDER, ON)
    assert posts(replay) == []


async def test_the_sites_word_stands_where_it_turned_the_other_way(gotsms: GotSms, replay: Replay) -> None:
    """Somebody turned it at the site between our look and our toggle."""
    replay.put("GET", "/rents", page([by_month(renews=True)]))
    replay.put("POST", TOGGLE, DOCUMENT["renewal on"])
    seen = await gotsms.act(KEY, "auto_renew", ORDER, OFF)
    assert seen.facts["auto_renew"] is True


# Windows

LEFT = {"wakeup_time_left_seconds": 120, "online_time_left_seconds": 1800}


async def test_seconds_left_become_times_where_the_site_tells_none(gotsms: GotSms, replay: Replay) -> None:
    status = {"status": "active", "wake_till": None, "online_till": None, **LEFT}
    replay.put("GET", f"/numbers/{RENT}/status", {"success": True, "data": status})
    now = int(time.time())
    facts = (await gotsms.act(KEY, "status", ORDER)).facts
    # as in the document's example: the online window is counted from the end of the wake window
    assert 0 <= int(facts["wake_till"]) - now - 120 < 60
    assert int(facts["online_till"]) - int(facts["wake_till"]) == 1800


async def test_such_times_do_not_waver_from_look_to_look(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", f"/numbers/{RENT}/status", {"success": True, "data": {"status": "active", **LEFT}})
    first = (await gotsms.act(KEY, "status", ORDER)).facts
    known = {key: int(first[key]) - 3 for key in ("wake_till", "online_till")}
    second = (await gotsms.act(KEY, "status", replace(ORDER, facts=known))).facts
    assert {key: second[key] for key in known} == known


async def test_nothing_left_is_no_window(gotsms: GotSms, replay: Replay) -> None:
    status = {"status": "active", "wakeup_time_left_seconds": 0, "online_time_left_seconds": 0}
    replay.put("GET", f"/numbers/{RENT}/status", {"success": True, "data": status})
    assert (await gotsms.act(KEY, "status", ORDER)).facts == {}


# What the site keeps


async def test_messages_of_all_rents_are_read_a_page_at_a_time(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/messages", page([message("1", NOON), message("2", NOON + 9)], last=2))
    replay.put("GET", "/messages", page([message("0", NOON - 9)], last=2), query={"page": "2"})
    first = await gotsms.journal(KEY, "messages")
    second = await gotsms.journal(KEY, "messages", page=2)
    assert [record.id for record in first.records] == ["2", "1"]
    assert (first.has_more, second.has_more) == (True, False)
    [record] = second.records
    assert (record.text, record.number) == ("Your verification code is 123456", "+18001234567")
    assert (record.at, record.word, record.outbound) == (NOON - 9, "Telegram", False)


async def test_rents_can_be_adopted_with_all_that_the_list_tells(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents", DOCUMENT["rents"])
    sheet = await gotsms.journal(KEY, "rentals")
    [record] = sheet.records
    assert (record.id, record.at, record.word, record.line) == ("uuid", NOON, "active", "numbers")
    assert (record.number, record.amount, sheet.has_more) == ("+18001234567", Decimal(1), False)
    assert record.seen is not None
    assert record.seen.picks == {"service": "uuid", "plan": "uuid"}
    assert record.seen.names == {"service": "Telegram", "plan": "1 day"}


async def test_messages_of_one_rent_follow_by_the_last_ones_id(gotsms: GotSms, replay: Replay) -> None:
    path = f"/numbers/{RENT}/messages"
    replay.put("GET", path, page([message("3", NOON + 9), message("2", NOON)], next_before_id="2"))
    replay.put("GET", path, page([message("1", NOON - 9)], next_before_id=None), query={"before_id": "2"})
    first = await gotsms.journal(KEY, "messages", order=ORDER)
    second = await gotsms.journal(KEY, "messages", order=ORDER, page=2)
    third = await gotsms.journal(KEY, "messages", order=ORDER, page=3)
    assert ([record.id for record in first.records], first.has_more) == (["3", "2"], True)
    assert ([record.id for record in second.records], second.has_more) == (["1"], False)
    assert (third.records, third.has_more) == ((), False)


async def test_should_the_guessed_parameter_be_wrong_there_is_one_page(
    gotsms: GotSms, replay: Replay
) -> None:
    replay.put("GET", f"/numbers/{RENT}/messages", DOCUMENT["rent messages"])
    first = await gotsms.journal(KEY, "messages", order=ORDER)
    second = await gotsms.journal(KEY, "messages", order=ORDER, page=2)
    assert ([record.id for record in first.records], first.has_more) == (["uuid"], False)
    assert (second.records, second.has_more) == ((), False)


async def test_a_next_page_of_nothing_is_none(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", f"/numbers/{RENT}/messages", DOCUMENT["rent messages"])
    empty = page([], next_before_id=None)
    replay.put("GET", f"/numbers/{RENT}/messages", empty, query={"before_id": "uuid"})
    sheet = await gotsms.journal(KEY, "messages", order=ORDER)
    assert ([record.id for record in sheet.records], sheet.has_more) == (["uuid"], False)


async def test_unknown_journals_are_a_fault_of_ours(gotsms: GotSms) -> None:
    with pytest.raises(KeyError):
        await gotsms.journal(KEY, "transactions")
    with pytest.raises(KeyError):
        await gotsms.journal(KEY, "rentals", order=ORDER)


# How much a look costs


async def test_a_long_rental_with_old_messages_costs_one_page_of_each_list(
    gotsms: GotSms, replay: Replay
) -> None:
    replay.put("GET", "/rents", page([rent(f"{number}") for number in range(20)], last=1))
    newest = [message(f"m{number}", NOON - number * DAY, "3") for number in range(20)]
    replay.put("GET", "/messages", page(newest, last=50))
    orders = [ref(f"{number}", known_till=NOON) for number in range(20)]
    assert len(await gotsms.look_all(KEY, orders)) == 20
    assert asked(replay) == [("GET", "/rents", {}), ("GET", "/messages", {})]


async def test_presses_at_once_turn_it_once(gotsms: GotSms, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people press "on": a toggle each would turn it off again."""
    renews, toggles = False, 0

    async def shown(*_: object) -> dict[str, Any]:
        await asyncio.sleep(0)
        return by_month(renews=renews)

    async def send(*_: object) -> bool:
        nonlocal renews, toggles
        await asyncio.sleep(0)
        renews, toggles = not renews, toggles + 1
        return renews

    monkeypatch.setattr(gotsms, "_rent", shown)
    monkeypatch.setattr(gotsms, "_send", send)
    both = await asyncio.gather(*(gotsms.act(KEY, "auto_renew", ORDER, ON) for _ in range(2)))
    assert (toggles, [seen.facts["auto_renew"] for seen in both]) == (1, [True, True])


async def test_status_alone_knows_no_plan(gotsms: GotSms, replay: Replay) -> None:
    put_rent(replay, DOCUMENT["status"], page([]))
    assert not {"daily", "auto_renew"} & set((await gotsms.look(KEY, ORDER)).facts)
