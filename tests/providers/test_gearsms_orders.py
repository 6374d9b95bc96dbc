"""GearSMS sells a number: what is sent, what an answer means, and what a refusal or none is."""

import copy
import json
from decimal import Decimal
from typing import Any

import pytest

from providers.errors import (
    BadKey,
    Invalid,
    NoAnswer,
    NoFunds,
    NoNumbers,
    NotAllowed,
    NotFound,
    RateLimited,
    Refused,
)
from providers.gearsms import GearSms
from providers.site import (
    Picks,
    Seen,
)
from providers.words import State
from tests.providers.gearsms_kit import CREDENTIALS, DOC, KEY, order, stamp
from tests.providers.replay import Replay

# --- purchases ---

PURCHASES: list[tuple[str, Picks, str, dict[str, object], Seen]] = [
    (
        "s1",
        {"service": "Google", "state": "TX"},
        "s1_order",
        {"service": "Google", "state": "TX"},
        Seen(
            id="65f2a1...",
            state=State.WAITING,
            number="+12025550111",
            expires_at=stamp("2026-03-26T15:00:00Z"),
            price=None,
            balance=Decimal("24.5"),
            picks={"service": "Google"},
        ),
    ),
    (
        "s2",
        {"service": "Google", "area_code": "212", "carrier": "vz"},
        "s2_order",
        {"service": "Google", "areacode": "212", "carrier": "vz"},
        Seen(
            id="65f456def7890abc123",
            state=State.WAITING,
            number="+12272585038",
            expires_at=stamp("2024-03-26T15:55:00Z"),
            price=Decimal("0.5"),
            balance=Decimal("24.5"),
            picks={"service": "airbnb"},
        ),
    ),
    (
        "global",
        {"country": "1", "service": "Google", "area_code": "212"},
        "global_order",
        {"country": 1, "service": "Google", "areacode": "212"},
        Seen(
            id="GLOB_123456",
            state=State.WAITING,
            number="+12125550123",
            expires_at=stamp("2024-03-26T15:50:00Z"),
            price=Decimal("0.46"),
            balance=Decimal("98.54"),
            picks={"service": "Google"},
        ),
    ),
]


def told(seen: Seen) -> dict[str, object]:
    """All that a Seen says, without the raw answer and our own facts."""
    return {name: getattr(seen, name) for name in Seen.__slots__ if name not in {"raw", "facts"}}


@pytest.mark.parametrize(("line", "picks", "example", "body", "expected"), PURCHASES)
async def test_a_purchase_sends_exactly_what_the_document_says(
    gearsms: GearSms, replay: Replay, line: str, picks: Picks, example: str, body: object, expected: Seen
) -> None:
    replay.put("POST", f"/temp-{line}/order", DOC[example])

    [seen] = await gearsms.buy(CREDENTIALS, line, picks)

    assert replay.only.json == body
    assert replay.only.query == {}
    assert replay.only.headers["x-api-key"] == KEY
    assert replay.only.headers["content-type"] == "application/json"
    assert told(seen) == told(expected)
    assert seen.raw == json.loads(json.dumps(DOC[example]["data"]), parse_float=Decimal)


@pytest.mark.parametrize("line", ["s1", "s2", "global"])
async def test_what_was_not_picked_is_not_sent(gearsms: GearSms, replay: Replay, line: str) -> None:
    replay.put("POST", f"/temp-{line}/order", DOC[f"{line}_order"])
    country = {"country": "44"} if line == "global" else {}

    await gearsms.buy(CREDENTIALS, line, {**country, "service": "Google"})

    assert replay.only.json == {"service": "Google"} | ({"country": 44} if country else {})


async def test_a_country_that_is_no_number_after_all_is_sent_as_it_was_listed(
    gearsms: GearSms, replay: Replay
) -> None:
    replay.put("POST", "/temp-global/order", DOC["global_order"])

    await gearsms.buy(CREDENTIALS, "global", {"country": "us", "service": "Google"})

    assert replay.only.json == {"country": "us", "service": "Google"}


async def test_ten_digits_are_a_us_number_only_where_the_country_is(gearsms: GearSms, replay: Replay) -> None:
    answer = copy.deepcopy(DOC["global_order"])
    answer["data"]["number"] = "2125550123"
    replay.put("POST", "/temp-global/order", answer)

    [here] = await gearsms.buy(CREDENTIALS, "global", {"country": "1", "service": "Google"})
    [abroad] = await gearsms.buy(CREDENTIALS, "global", {"country": "44", "service": "Google"})

    assert (here.number, abroad.number) == ("+12125550123", "+2125550123")


async def test_an_order_is_not_lost_for_want_of_anything_but_its_id(gearsms: GearSms, replay: Replay) -> None:
    replay.put("POST", "/temp-s1/order", {"success": True, "data": {"id": 77}})

    [seen] = await gearsms.buy(CREDENTIALS, "s1", {"service": "Google"})

    assert (seen.id, seen.state, seen.number) == ("77", State.UNKNOWN, None)
    assert seen.state.is_open


SPOILT: list[tuple[int, bytes, str]] = [
    (500, b'{"success": false, "message": "boom"}', "server-error"),
    (502, b"<html><h1>502 Bad Gateway</h1></html>", "server-error"),
    (404, b"<html>Not Found</html>", "server-error"),
    (400, b'{"success": true, "data": {"id": "1"}}', "server-error"),
    (200, b"<html>hello</html>", "not-json"),
    (200, b"", "not-json"),
    (200, b'{"success": true, "data": {"id": "65f', "not-json"),
    (200, b"[]", "bad-shape"),
    (200, b'{"success": true}', "bad-shape"),
    (200, b'{"success": true, "data": {"number": "+12025550111"}}', "bad-shape"),
]


@pytest.mark.parametrize(("status", "body", "reason"), SPOILT)
@pytest.mark.parametrize("line", ["s1", "s2", "global"])
async def test_a_spoilt_answer_to_a_purchase_is_unknown_and_never_asked_again(
    gearsms: GearSms, replay: Replay, line: str, status: int, body: bytes, reason: str
) -> None:
    replay.put("POST", f"/temp-{line}/order", body, status=status)

    with pytest.raises(NoAnswer) as caught:
        await gearsms.buy(
            CREDENTIALS, line, {"service": "Google", **({"country": "1"} if line == "global" else {})}
        )

    assert (caught.value.reason, caught.value.sent) == (reason, True)
    assert len(replay.asked) == 1


@pytest.mark.parametrize("act", ["reactivate", "cancel", "report"])
async def test_a_spoilt_answer_to_an_act_is_never_asked_again(
    gearsms: GearSms, replay: Replay, act: str
) -> None:
    replay.put("POST", f"/temp-s2/{act}/65f2a1", b"<html>", status=502)

    with pytest.raises(NoAnswer):
        await gearsms.act(CREDENTIALS, act, order("s2"))

    assert len(replay.asked) == 1


async def test_a_spoilt_read_is_asked_again(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/balance", b"<html>", status=502)

    with pytest.raises(NoAnswer):
        await gearsms.balance(CREDENTIALS)

    assert len(replay.asked) == 3


# --- refusals ---

REFUSALS: list[tuple[int, object, type[Refused]]] = [
    (401, DOC["invalid_key"], BadKey),
    (401, DOC["invalid_key_or_header"], BadKey),
    (200, DOC["invalid_key"], BadKey),  # the HTTP status may not be the one in the body
    (401, DOC["no_numbers"], NoNumbers),
    (400, DOC["no_numbers"], NoNumbers),
    (200, DOC["no_numbers"], NoNumbers),
    (500, DOC["no_numbers"], NoNumbers),
    (400, DOC["insufficient_balance"], NoFunds),
    (400, DOC["reuse_not_available"], NotAllowed),
    (400, DOC["invalid_service"], Invalid),
    # the document's words, as other calls of the same site may vary them
    (401, {"success": False, "statusCode": 401, "message": "Unauthorized"}, BadKey),
    (400, {"success": False, "statusCode": 400, "message": "No numbers are available."}, NoNumbers),
    (400, {"success": False, "statusCode": 400, "message": "Insufficient balance."}, NoFunds),
    (402, {"success": False, "message": "Insufficient funds"}, NoFunds),
    (400, {"success": False, "message": "Invalid state"}, Invalid),
    (400, {"success": False, "message": "This service does not allow manual rejection."}, NotAllowed),
    (400, {"success": False, "message": "Order not found"}, NotFound),
    (401, {"success": False, "statusCode": 401, "message": "Account is under review"}, Refused),
    (401, b"<html>401 Authorization Required</html>", Refused),
    (400, {"success": False, "message": "Provider balance is low"}, Refused),
    (400, {"success": False}, Refused),
    (422, ["no"], Refused),
    (200, {"success": False, "message": "Try another key word"}, Refused),
]


@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS)
async def test_a_refusal_is_known_by_its_words_and_never_by_401_alone(
    gearsms: GearSms, replay: Replay, status: int, body: Any, kind: type[Refused]
) -> None:
    replay.put("POST", "/temp-s1/order", body, status=status)

    with pytest.raises(Refused) as caught:
        await gearsms.buy(CREDENTIALS, "s1", {"service": "Google"})

    assert type(caught.value) is kind
    assert (caught.value.site, caught.value.call) == ("gearsms", "POST /temp-s1/order")
    assert caught.value.status == status
    assert caught.value.detail == (body.get("message", "") if isinstance(body, dict) else "")
    assert len(replay.asked) == 1


async def test_404_is_an_unknown_order_only_where_an_order_was_named(
    gearsms: GearSms, replay: Replay
) -> None:
    body = {"success": False, "message": "Not found"}
    replay.put("GET", "/temp-s2/check-sms/65f2a1", body, status=404)
    replay.put("POST", "/temp-s2/order", body, status=404)

    with pytest.raises(NotFound) as caught:
        await gearsms.look(CREDENTIALS, order("s2"))
    with pytest.raises(Refused) as bought:
        await gearsms.buy(CREDENTIALS, "s2", {"service": "Google"})

    assert caught.value.call == "GET /temp-s2/check-sms/:id"
    assert type(bought.value) is Refused


@pytest.mark.parametrize(
    ("headers", "wait"), [({"Retry-After": "7"}, 7), ({}, 30), ({"Retry-After": "soon"}, 30)]
)
@pytest.mark.parametrize("body", [b"<html>slow down</html>", {"success": False, "message": "Too many"}])
async def test_429_says_how_long_to_wait(
    gearsms: GearSms, replay: Replay, headers: dict[str, str], wait: float, body: object
) -> None:
    replay.put("GET", "/balance", body, status=429, headers=headers)

    with pytest.raises(RateLimited) as caught:
        await gearsms.balance(CREDENTIALS)

    assert caught.value.retry_after == wait
    assert len(replay.asked) == 1
