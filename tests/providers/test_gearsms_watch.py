"""GearSMS's orders after the purchase: looks, acts, the webhook, and whatever a site may come up with."""

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.errors import Malformed, SiteError
from providers.gearsms import GearSms
from providers.site import OrderRef
from providers.words import (
    Effect,
    State,
)
from tests.providers.gearsms_kit import CREDENTIALS, DOC, TWO, order, stamp
from tests.providers.mutations import CannedDoor, mutated
from tests.providers.replay import Replay

# --- watching ---

LOOKS: list[tuple[OrderRef, str, str, dict[str, object]]] = [
    (
        order("s1"),
        "/temp-s1/check-sms/65f2a1",
        "s1_check_sms",
        {
            "state": State.DONE,
            "number": None,
            "expires_at": stamp("2026-03-26T15:00:00Z"),
            "balance": Decimal("24.5"),
        },
    ),
    (
        order("s1", number=None),
        "/temp-s1/number-details/65f2a1",
        "s1_number_details",
        {"state": State.DONE, "number": "+12025550111", "picks": {"service": "Google"}},
    ),
    (
        order("s2"),
        "/temp-s2/check-sms/65f2a1",
        "s2_check_sms",
        {
            "state": State.DONE,
            "number": "+12272585038",
            "price": Decimal("0.38"),
            "balance": Decimal("24.12"),
        },
    ),
    (
        order("global", number=None),
        "/temp-global/check-sms/65f2a1",
        "global_ready",
        {"state": State.DONE, "number": None, "expires_at": stamp("2024-03-26T16:00:00Z")},
    ),
]


@pytest.mark.parametrize(("looked_at", "path", "example", "expected"), LOOKS)
async def test_a_look_asks_the_documented_call_and_finds_the_code(
    gearsms: GearSms,
    replay: Replay,
    looked_at: OrderRef,
    path: str,
    example: str,
    expected: dict[str, object],
) -> None:
    replay.put("GET", path, DOC[example])

    seen = await gearsms.look(CREDENTIALS, looked_at)

    assert replay.only.query == {}
    assert seen.id == "65f2a1"
    assert {name: getattr(seen, name) for name in expected} == expected
    [sms] = seen.messages
    assert (sms.text, sms.code) == (DOC[example]["data"]["sms"], "123456")


@pytest.mark.parametrize(("example", "activating"), [("global_waiting", False), ("global_activating", True)])
async def test_a_number_that_waits_or_wakes_has_no_message(
    gearsms: GearSms, replay: Replay, example: str, activating: bool
) -> None:
    replay.put("GET", "/temp-global/check-sms/GLOB_123456", DOC[example])

    seen = await gearsms.look(CREDENTIALS, order("global", "GLOB_123456"))

    assert (seen.state, seen.messages) == (State.WAITING, ())
    assert seen.facts["activating"] is activating


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("pending", State.WAITING),
        ("Pending", State.WAITING),
        ("rejected", State.CANCELLED),
        ("cancelled", State.CANCELLED),
        ("reported", State.CANCELLED),
        ("expired", State.EXPIRED),
        ("timeout", State.EXPIRED),
        ("refunded", State.EXPIRED),
        ("on the moon", State.UNKNOWN),
        ("completed", State.UNKNOWN),  # but without a text: the code may still come
    ],
)
async def test_status_words_and_words_nobody_documented(
    gearsms: GearSms, replay: Replay, word: str, state: State
) -> None:
    replay.put("GET", "/temp-s2/check-sms/65f2a1", {"success": True, "data": {"status": word, "sms": None}})

    seen = await gearsms.look(CREDENTIALS, order("s2"))

    assert (seen.state, seen.messages) == (state, ())


async def test_a_code_that_comes_before_its_status_word_is_taken(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/temp-s2/check-sms/65f2a1", {"data": {"status": "pending", "sms": "", "pin": "4711"}})

    seen = await gearsms.look(CREDENTIALS, order("s2"))

    assert seen.state is State.RECEIVED
    assert [(sms.text, sms.code) for sms in seen.messages] == [("4711", "4711")]


async def test_an_order_id_cannot_leave_its_place_in_the_path(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/temp-s2/check-sms/..%2F..%2Fbalance%3Fx", DOC["s2_check_sms"])

    await gearsms.look(CREDENTIALS, order("s2", "../../balance?x"))

    assert replay.only.path == "/temp-s2/check-sms/..%2F..%2Fbalance%3Fx"


# --- acts ---

ACTS: list[tuple[str, str, str, dict[str, object]]] = [
    ("s1", "cancel", "s1_cancel", {"id": "65f2a1", "state": State.CANCELLED, "number": "+12025550111",
     "refunded": Decimal("0.5"), "balance": Decimal("25.5")}),
    ("s2", "cancel", "s2_cancel", {"id": "65f2a1", "state": State.CANCELLED, "number": "+18143501458",
     "refunded": Decimal("0.75"), "balance": Decimal("99.19")}),
    ("s2", "report", "s2_report", {"id": "65f2a1", "state": State.CANCELLED, "refunded": Decimal("0.75")}),
    ("s2", "reactivate", "s2_reactivate", {"id": "65f2a1", "state": State.WAITING, "price": Decimal("0.5"),
     "expires_at": stamp("2024-03-26T16:00:00Z"), "balance": Decimal("25.0"), "messages": ()}),
    ("global", "cancel", "global_cancel", {"id": "65f2a1", "state": State.CANCELLED, "refunded": None}),
    ("global", "reuse", "global_reuse", {"id": "NEW_GLOB_456", "state": State.WAITING, "price": None,
     "number": "+12125550123", "expires_at": stamp("2024-03-26T15:50:00Z")}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "act", "example", "expected"), ACTS)
async def test_every_act_is_one_post_without_a_body(
    gearsms: GearSms, replay: Replay, line: str, act: str, example: str, expected: dict[str, object]
) -> None:
    replay.put("POST", f"/temp-{line}/{act}/65f2a1", DOC[example])

    seen = await gearsms.act(CREDENTIALS, act, order(line))

    assert replay.only.body == b""
    assert replay.only.query == {}
    assert {name: getattr(seen, name) for name in expected} == expected


async def test_a_cancel_without_a_refund_says_so(gearsms: GearSms, replay: Replay) -> None:
    answer = {"success": True, "data": {"status": "cancelled", "refunded": False}}
    replay.put("POST", "/temp-s2/cancel/65f2a1", answer)

    assert (await gearsms.act(CREDENTIALS, "cancel", order("s2"))).refunded == 0


async def test_after_a_reactivation_the_old_text_is_no_new_code(gearsms: GearSms, replay: Replay) -> None:
    replay.put("POST", "/temp-s2/reactivate/65f2a1", DOC["s2_reactivate"])
    again = await gearsms.act(CREDENTIALS, "reactivate", order("s2", state=State.DONE))
    ref = order("s2", facts=again.facts)

    replay.put("GET", "/temp-s2/check-sms/65f2a1", {"data": {"status": "pending", "sms": "Your code is 1"}})
    waiting = await gearsms.look(CREDENTIALS, ref)
    replay.put("GET", "/temp-s2/check-sms/65f2a1", {"data": {"status": "completed", "sms": "Your code is 2"}})
    done = await gearsms.look(CREDENTIALS, order("s2", facts=waiting.facts))

    assert (waiting.state, waiting.messages) == (State.WAITING, ())
    assert (done.state, [sms.text for sms in done.messages]) == (State.DONE, ["Your code is 2"])


async def test_an_act_that_the_line_does_not_have_is_no_request(gearsms: GearSms, replay: Replay) -> None:
    with pytest.raises(KeyError):
        await gearsms.act(CREDENTIALS, "ban", order("s1"))

    assert replay.asked == []


def test_s2_bars_its_acts_by_service_and_global_by_none() -> None:
    s2 = next(line for line in GearSms.lines if line.key == "s2")

    assert s2.act("cancel").barred - s2.act("report").barred == {"wells fargo"}
    assert (len(s2.act("cancel").barred), len(s2.act("report").barred)) == (12, 11)
    assert not s2.act("reactivate").barred
    assert s2.act("reactivate").effect is Effect.BUYS
    assert State.WAITING not in s2.act("reactivate").when


# --- the webhook ---


def site_without_door() -> GearSms:
    return GearSms(CannedDoor("gearsms", {}, 200))


async def test_the_webhook_of_the_document_is_an_sms_of_line_s1() -> None:
    [event] = site_without_door().events(json.dumps(DOC["webhook"]).encode(), {}, [CREDENTIALS])

    assert (event.order_id, event.line, event.service) == ("65f2a1b...", "s1", "Google")
    assert event.number == "+12025550123"
    assert event.sms is not None
    assert (event.sms.text, event.sms.code) == ("Your verification code is 123456", "123456")
    assert event.sms.at == stamp("2026-03-26T14:30:00Z")
    assert GearSms.hook is not None
    assert not GearSms.hook.signed


@pytest.mark.parametrize(
    ("source", "line"),
    [("S2", "s2"), ("GLOBAL", "global"), ("LTR", "ltr"), ("s1", "s1"), ("S9", None), (None, None)],
)
async def test_the_source_of_a_webhook_names_the_line(source: str | None, line: str | None) -> None:
    body = json.dumps({**DOC["webhook"], "source": source}).encode()

    assert site_without_door().events(body, {}, [])[0].line == line


async def test_other_events_are_passed_over() -> None:
    body = json.dumps({**DOC["webhook"], "event": "balance_low"}).encode()

    assert site_without_door().events(body, {}, []) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"\xff\xfe",
        b"{}",
        b'{"event": "sms_received"}',
        b"[" * 100_000,
        b'{"event": 1e999}',
    ],
)
async def test_a_webhook_that_makes_no_sense_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        site_without_door().events(body, {}, [])


# --- whatever a site may come up with ---

Method = Callable[[GearSms], Awaitable[object]]
EVERY_CALL: dict[str, Method] = {
    "balance": lambda site: site.balance(CREDENTIALS),
    "s1_states": lambda site: site.options(CREDENTIALS, "s1", "state", {}),
    "s1_services": lambda site: site.quote(CREDENTIALS, "s1", {"service": "Google"}),
    "s1_order": lambda site: site.buy(CREDENTIALS, "s1", {"service": "Google"}),
    "s1_check_sms": lambda site: site.look(CREDENTIALS, order("s1")),
    "s1_cancel": lambda site: site.act(CREDENTIALS, "cancel", order("s1")),
    "s2_services": lambda site: site.quote(CREDENTIALS, "s2", {"service": "Google", "carrier": "vz"}),
    "s2_area_codes": lambda site: site.options(CREDENTIALS, "s2", "area_code", {}),
    "s2_order": lambda site: site.buy(CREDENTIALS, "s2", {"service": "Google"}),
    "s2_check_sms": lambda site: site.look(CREDENTIALS, order("s2")),
    "s2_reactivate": lambda site: site.act(CREDENTIALS, "reactivate", order("s2")),
    "global_countries": lambda site: site.options(CREDENTIALS, "global", "country", {}),
    "global_services": lambda site: site.quote(CREDENTIALS, "global", TWO),
    "global_area_codes": lambda site: site.options(CREDENTIALS, "global", "area_code", TWO),
    "global_order": lambda site: site.buy(CREDENTIALS, "global", TWO),
    "global_activating": lambda site: site.look(CREDENTIALS, order("global")),
    "global_reuse": lambda site: site.act(CREDENTIALS, "reuse", order("global")),
    "no_numbers": lambda site: site.buy(CREDENTIALS, "global", TWO),
}


@pytest.mark.parametrize("example", EVERY_CALL)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), status=st.sampled_from([200, 200, 200, 201, 400, 401, 404, 429, 500]))
async def test_no_mutated_answer_raises_anything_but_a_site_error(
    example: str, data: st.DataObject, status: int
) -> None:
    door = CannedDoor("gearsms", data.draw(mutated(DOC[example])), status)

    try:
        result = await EVERY_CALL[example](GearSms(door))
    except SiteError as error:
        assert error.site == "gearsms"  # noqa: PT017 # either outcome is right, nothing else is
    else:
        assert result is not None


@settings(max_examples=200, deadline=None)
@given(body=mutated(DOC["webhook"]))
def test_no_mutated_webhook_raises_anything_but_malformed(body: Any) -> None:
    try:
        events = site_without_door().events(json.dumps(body).encode(), {}, [])
    except Malformed:
        return
    assert len(events) < 2
