"""gsim.io's rentals as its document has them, served by a real server that records what it is asked."""

import time
from decimal import Decimal
from typing import Any

import pytest

from providers.errors import NotFound
from providers.gsim import Gsim
from providers.site import OrderRef
from providers.words import Choice, Option, Rule, State
from tests.providers.gsim_kit import (
    CODE,
    CODE_AT,
    DAY,
    DOCUMENT,
    KEY,
    LINE,
    PATH,
    PICKS,
    RENEWS,
    SMS,
    listed,
    messages,
    order,
    sent,
)  # fmt: skip
from tests.providers.replay import Replay


def choice(key: str) -> Choice:
    return LINE.choice(key)


# What is asked before it is rented


async def test_the_search_lists_numbers_with_place_and_abilities(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/rentals/search", DOCUMENT["numbers found"])
    [number] = await gsim.options(KEY, "rentals", "number", {"country": "us", "number_type": "TollFree"})
    assert number == Option(
        id="+15105551234",
        name="(510) 555-1234",
        note="Oakland, CA · SMS + voice",
        facts={"can_sms": True, "can_call": True},
    )
    assert replay.only.query == {"country": "US", "type": "TollFree", "pageSize": "50"}
    assert replay.only.headers["authorization"] == f"Bearer {KEY['api_key']}"


@pytest.mark.parametrize(
    ("picks", "query"),
    [
        ({"capability": "sms"}, {"smsEnabled": "true"}),
        ({"capability": "voice"}, {"voiceEnabled": "true"}),
        ({"capability": "both"}, {"smsEnabled": "true", "voiceEnabled": "true"}),
        ({"area_code": "510", "contains": "555"}, {"areaCode": "510", "contains": "555"}),
    ],
)
async def test_the_search_is_narrowed(
    gsim: Gsim, replay: Replay, picks: dict[str, str], query: dict[str, str]
) -> None:
    replay.put("GET", "/rentals/search", DOCUMENT["numbers found"])
    await gsim.options(KEY, "rentals", "number", {"country": "US", "number_type": "Local"} | picks)
    assert replay.only.query == {"country": "US", "type": "Local", "pageSize": "50"} | query


async def test_what_a_number_can_not_do_is_known_too(gsim: Gsim, replay: Replay) -> None:
    rows = [
        {"phoneNumber": "+441632960001", "capabilities": {"voice": True, "SMS": False}},
        {"phoneNumber": "+441632960002", "locality": None, "region": "London", "capabilities": None},
        {"friendlyName": "no number"},
    ]
    replay.put("GET", "/rentals/search", {"numbers": rows})
    mute, unknown = await gsim.options(KEY, "rentals", "number", {"country": "GB", "number_type": "Local"})
    assert (mute.name, mute.note) == ("+441632960001", "voice")
    assert mute.facts == {"can_sms": False, "can_call": True}
    assert (unknown.note, unknown.facts) == ("London", {})


def test_countries_and_kinds_are_ours_the_document_names_none() -> None:
    countries = {option.id: option for option in choice("country").fixed}
    assert {"US", "GB", "CA", "DE", "SE"} <= set(countries)
    assert all(option.iso == iso and option.name != iso for iso, option in countries.items())
    assert choice("country").accepts("fr")
    assert not choice("country").accepts("France")
    assert [option.id for option in choice("number_type").fixed] == ["Local", "Mobile", "TollFree"]


def test_the_lists_filters_stand_beside_it() -> None:
    narrowing = {one.key for one in LINE.choices if "number" in one.narrows}
    assert narrowing == {"capability", "area_code", "contains"}
    assert not any(choice(key).required for key in narrowing)
    assert [one.key for one in LINE.choices if one.required] == list(PICKS)


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("monthly_price", ["1.15", "$2", "12,5", "0.01"], ["0", "0.00", "-1", "1.155", "1e3", "free", ""]),
        ("area_code", ["510"], ["51", "5100", "CA"]),
        ("contains", ["555", "LUCKY", "5*5"], ["5", "5-5", " "]),
    ],
)
def test_what_may_be_typed(key: str, good: list[str], bad: list[str]) -> None:
    assert all(choice(key).accepts(text) for text in good)
    assert not any(choice(key).accepts(text) for text in bad)


async def test_the_price_is_the_stated_one_and_its_rules_say_what_that_means(
    gsim: Gsim, replay: Replay
) -> None:
    quote = await gsim.quote(KEY, "rentals", PICKS | {"monthly_price": "$1,15"})
    assert quote.low == quote.high == Decimal("1.15")
    assert quote.rules == (Rule.MARKUP_BY_SITE, Rule.RENEWS, Rule.SEVERAL_CODES)
    assert replay.asked == []


# Renting


async def test_renting_states_the_base_price_and_learns_the_real_one(gsim: Gsim, replay: Replay) -> None:
    replay.put("POST", "/rentals", DOCUMENT["rented"])
    [seen] = await gsim.buy(KEY, "rentals", PICKS | {"capability": "sms", "area_code": "510"})
    assert replay.only.json == {
        "phoneNumber": "+15105551234",
        "numberType": "LOCAL",
        "country": "US",
        "monthlyPrice": 1.15,
    }
    assert (seen.id, seen.number, seen.state) == ("cma...", "+15105551234", State.WAITING)
    assert (seen.price, seen.expires_at) == (Decimal("1.5"), RENEWS)
    assert seen.facts == {"renew_price": "1.5", "renewal_pending": False}
    assert seen.picks == {"country": "US", "number_type": "Local", "number": "+15105551234"}


@pytest.mark.parametrize(("kind", "spelled"), [("Mobile", "MOBILE"), ("TollFree", "TOLL_FREE")])
async def test_search_and_rental_spell_a_kind_differently(
    gsim: Gsim, replay: Replay, kind: str, spelled: str
) -> None:
    replay.put("POST", "/rentals", DOCUMENT["rented"] | {"numberType": spelled})
    [seen] = await gsim.buy(KEY, "rentals", PICKS | {"number_type": kind, "country": "ca"})
    assert (replay.only.json["numberType"], replay.only.json["country"]) == (spelled, "CA")
    assert seen.picks["number_type"] == kind


# Looking


async def test_a_look_reads_the_list_for_the_state_and_the_inbox(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/rentals", DOCUMENT["rentals"])
    replay.put("GET", SMS, messages({}))
    seen = await gsim.look(KEY, order())
    assert (seen.id, seen.state, seen.expires_at, seen.price) == (
        "cma...",
        State.RECEIVED,
        RENEWS,
        Decimal("1.5"),
    )
    assert seen.messages == (CODE,)
    assert seen.facts == {
        "auto_renew": True,
        "renew_price": "1.5",
        "renewal_pending": False,
        "known_till": CODE_AT,
    }
    assert [(asked.path, asked.query) for asked in replay.asked] == [
        ("/rentals", {"page": "1", "limit": "100"}),
        (SMS, {"page": "1", "limit": "100"}),
    ]


async def test_the_list_is_read_as_far_as_it_takes(gsim: Gsim, replay: Replay) -> None:
    for number, found in ((1, "a"), (2, "cma..."), (3, "c")):
        answer = listed(id=found) | {"total": 250, "page": number}
        replay.put("GET", "/rentals", answer, query={"page": str(number)})
    replay.put("GET", SMS, messages())
    assert (await gsim.look(KEY, order())).state is State.WAITING
    assert [asked.query["page"] for asked in replay.asked if asked.path == "/rentals"] == ["1", "2"]
    assert [seen.id for seen in await gsim.recent(KEY, "rentals")] == ["a", "cma...", "c"]


async def test_what_the_list_lacks_is_read_alone(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/rentals", listed(id="another"))
    replay.put("GET", PATH, DOCUMENT["rental detail"] | {"voicemailEnabled": True, "forwardingNumber": None})
    replay.put("GET", SMS, messages())
    seen = await gsim.look(KEY, order())
    assert (seen.state, seen.messages, seen.expires_at) == (State.WAITING, (), None)
    assert seen.facts == {"voicemail": True, "forwarding": "", "renewal_pending": False}


@pytest.mark.parametrize(
    ("word", "state", "after_a_code", "pending"),
    [
        ("ACTIVE", State.WAITING, State.RECEIVED, False),
        ("PENDING_RENEWAL", State.WAITING, State.RECEIVED, True),
        ("EXPIRED", State.EXPIRED, State.DONE, False),
        ("CANCELLED", State.CANCELLED, State.CANCELLED, False),
        ("HIBERNATING", State.UNKNOWN, State.UNKNOWN, None),
        (None, State.UNKNOWN, State.UNKNOWN, None),
        (["ACTIVE"], State.UNKNOWN, State.UNKNOWN, None),
    ],
)
async def test_status_words(
    gsim: Gsim, replay: Replay, word: Any, state: State, after_a_code: State, pending: bool | None
) -> None:
    replay.put("GET", "/rentals", listed(status=word))
    replay.put("GET", SMS, messages())
    seen = await gsim.look(KEY, order())
    assert (seen.state, seen.facts.get("renewal_pending")) == (state, pending)
    assert (await gsim.look(KEY, order(state=State.RECEIVED))).state is after_a_code


async def test_the_messages_of_an_ended_rental_may_be_gone(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", SMS, {"error": "Rental not found", "code": "NOT_FOUND"}, status=404)
    replay.put("GET", "/rentals", listed(status="CANCELLED"))
    assert (await gsim.look(KEY, order())).state is State.CANCELLED
    replay.put("GET", "/rentals", listed(status="ACTIVE"))
    with pytest.raises(NotFound):
        await gsim.look(KEY, order())


async def test_only_what_came_in_rings(gsim: Gsim, replay: Replay) -> None:
    later = {"id": "later", "createdAt": "2024-03-15T10:06:00.000Z", "body": "And 654321"}
    odd = {"id": "odd", "direction": None}
    bare = {"id": "bare", "body": ""}
    replay.put("GET", SMS, messages(later, sent(), odd, bare, {}))
    seen = await gsim.glance(KEY, order())
    assert [sms.id for sms in seen.messages] == ["cma...", "later"]
    assert all(sms.code is None for sms in seen.messages)
    assert (seen.state, seen.facts) == (State.RECEIVED, {"known_till": CODE_AT + 60})


async def test_a_glance_is_one_request_while_nothing_else_can_have_changed(
    gsim: Gsim, replay: Replay
) -> None:
    replay.put("GET", SMS, messages({}))
    seen = await gsim.glance(KEY, order())
    assert replay.only.path == SMS
    assert (seen.messages, seen.expires_at, seen.price) == ((CODE,), None, None)


@pytest.mark.parametrize(
    "known",
    [
        {"state": State.UNKNOWN},
        {"facts": {}},
        {"expires_at": None},
        {"expires_at": 1},
        {"expires_at": int(time.time()) + 2 * DAY},
    ],
    ids=["unknown", "renewal unknown", "end unknown", "over", "near its end"],
)
async def test_a_glance_reads_the_state_when_it_may_be_another(
    gsim: Gsim, replay: Replay, known: dict[str, Any]
) -> None:
    replay.put("GET", "/rentals", DOCUMENT["rentals"])
    replay.put("GET", SMS, messages())
    seen = await gsim.glance(KEY, order(**known))
    assert (seen.expires_at, seen.facts["auto_renew"]) == (RENEWS, True)


@pytest.mark.parametrize(("status", "code"), [(404, "NOT_FOUND"), (409, "CONFLICT")])
async def test_an_inbox_that_is_gone_has_the_state_read(
    gsim: Gsim, replay: Replay, status: int, code: str
) -> None:
    """Given back on the site's own page."""
    replay.put("GET", SMS, {"error": "gone", "code": code}, status=status)
    replay.put("GET", "/rentals", listed(status="CANCELLED"))
    assert (await gsim.glance(KEY, order())).state is State.CANCELLED


async def test_the_inbox_is_read_back_to_what_is_known(gsim: Gsim, replay: Replay) -> None:
    for number in (1, 2, 3):
        row = {"id": f"page {number}", "createdAt": f"2024-03-1{5 - number}T00:00:00.000Z"}
        replay.put("GET", SMS, messages(row, total=250), query={"page": str(number)})
    everything = await gsim.glance(KEY, order())
    assert [sms.id for sms in everything.messages] == ["page 3", "page 2", "page 1"]
    replay.asked.clear()
    known = order(facts={"auto_renew": True, "known_till": 1_710_374_400})  # the 14th
    seen = await gsim.glance(KEY, known)
    assert [asked.query["page"] for asked in replay.asked] == ["1", "2"]
    assert [sms.id for sms in seen.messages] == ["page 1"], "what is older than known was rung for"


async def test_one_that_turns_up_late_is_not_missed(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", SMS, messages({"id": "late", "createdAt": "2024-03-15T10:00:00.000Z"}))
    seen = await gsim.glance(KEY, order(facts={"auto_renew": True, "known_till": CODE_AT}))
    assert [sms.id for sms in seen.messages] == ["late"]
    assert seen.facts == {"known_till": CODE_AT}


async def test_many_rentals_and_orders_are_looked_at_each_in_its_way(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/orders", {**DOCUMENT["orders"], "totalPages": 1})
    replay.put("GET", "/rentals", DOCUMENT["rentals"])
    replay.put("GET", SMS, messages({}))
    number = OrderRef(id="cma1b2c3...", line="numbers", picks={}, state=State.WAITING)
    seen = await gsim.look_all(KEY, [order(), number])
    assert [(one.id, one.state) for one in seen] == [
        ("cma1b2c3...", State.WAITING),
        ("cma...", State.RECEIVED),
    ]
    replay.asked.clear()
    await gsim.look_all(KEY, [order()])
    assert "/orders" not in {asked.path for asked in replay.asked}


async def test_a_lost_rental_is_found_by_its_number(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/rentals", DOCUMENT["rentals"])
    [seen] = await gsim.recent(KEY, "rentals")
    assert seen.picks == {key: PICKS[key] for key in ("country", "number_type", "number")}
    assert (seen.id, seen.created_at) == ("cma...", None)
    assert [asked.path for asked in replay.asked] == ["/rentals"]
