"""SMSGig's refusals, its answers that are none, and whatever else it might send."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.errors import (
    BadKey,
    Conflict,
    Invalid,
    NoAnswer,
    NoFunds,
    NoNumbers,
    NotFound,
    RateLimited,
    Refused,
    SiteError,
)
from providers.smsgig import SmsGig
from tests.providers.mutations import CannedDoor, mutated, survives
from tests.providers.replay import Replay
from tests.providers.smsgig_kit import EXAMPLES, KEYS, WISH, rented, signed

# Errors


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (400, {"message": "Invalid parameters"}, Invalid),
        (401, {"message": "Invalid or missing API key"}, BadKey),
        (401, b"<html>", BadKey),
        (403, {"message": "Forbidden"}, Refused),
        (404, {"message": "Resource doesn't exist"}, NotFound),
        (422, {"message": "Validation failed", "errors": {"service_code": ["?"]}}, Invalid),
        (400, {"error": "No numbers available for this area code"}, NoNumbers),
        (400, {"message": "Insufficient balance"}, NoFunds),
        (422, {"message": "Not enough balance in your wallet"}, NoFunds),
        (422, {"message": "The service is out of stock."}, NoNumbers),
        (404, {"message": "There is no number with this id"}, NotFound),
        (402, {"message": "Your balance could be better"}, Refused),
        (200, {"status": "error", "message": "Something odd"}, Refused),
        (200, {"success": False, "message": "Something odd"}, Refused),
        (400, [], Invalid),
    ],
)
async def test_refusals(
    smsgig: SmsGig, replay: Replay, status: int, answer: object, error: type[Refused]
) -> None:
    replay.put("GET", "/s1/status", answer, status=status)
    with pytest.raises(Refused) as caught:
        await smsgig.look(KEYS, rented())
    assert type(caught.value) is error
    assert (caught.value.site, caught.value.call, caught.value.status) == ("smsgig", "GET /s1/status", status)
    if isinstance(answer, dict):
        assert caught.value.detail in answer.values()
    assert len(replay.asked) == 1, "no is an answer"


@pytest.mark.parametrize(
    "answer",
    [
        {"error": {"code": "funds", "message": "Insufficient balance"}},
        {"detail": "Insufficient balance"},
        {"status": "error", "message": None, "error": "Insufficient balance"},
    ],
)
async def test_the_words_of_an_error_are_found_in_whichever_shape_it_comes(
    smsgig: SmsGig, replay: Replay, answer: object
) -> None:
    replay.put("POST", "/s1/rent", answer, status=400)
    with pytest.raises(NoFunds) as caught:
        await smsgig.buy(KEYS, "s1", WISH)
    assert caught.value.detail == "Insufficient balance"


@pytest.mark.parametrize("status", [400, 422])
async def test_an_act_that_comes_too_late_is_a_conflict(smsgig: SmsGig, replay: Replay, status: int) -> None:
    replay.put("POST", "/s1/rentals/cancel", {"message": "Rental is not active"}, status=status)
    with pytest.raises(Conflict) as caught:
        await smsgig.act(KEYS, "cancel", rented())
    assert (caught.value.detail, caught.value.status) == ("Rental is not active", status)


async def test_an_unknown_service_is_no_lost_order(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("POST", "/s1/rent", {"message": "Resource doesn't exist"}, status=404)
    with pytest.raises(Invalid):
        await smsgig.buy(KEYS, "s1", WISH)


@pytest.mark.parametrize(("headers", "seconds"), [({"Retry-After": "7"}, 7.0), ({}, 30.0)])
async def test_too_many_requests(
    smsgig: SmsGig, replay: Replay, headers: dict[str, str], seconds: float
) -> None:
    replay.put("POST", "/s1/rent", b"slow down", status=429, headers=headers)
    with pytest.raises(RateLimited) as caught:
        await smsgig.buy(KEYS, "s1", WISH)
    assert caught.value.retry_after == seconds


SPOILT = [
    (500, b"Server Error", "server-error"),
    (500, {"status": "error", "message": "Something went wrong"}, "server-error"),
    (502, b"<html>Bad gateway</html>", "server-error"),
    (404, b"<html>Not found</html>", "server-error"),
    (200, b"<html>Maintenance</html>", "not-json"),
    (200, b"", "not-json"),
    (200, json.dumps(EXAMPLES["rent"]).encode()[:90], "not-json"),
    (200, b'{"status": "success", "rental": {"activation_id": NaN}}', "not-json"),
    (200, [], "bad-shape"),
    (200, {"status": "success"}, "bad-shape"),
    (200, {"status": "success", "rental": []}, "bad-shape"),
    (200, {"status": "success", "rental": {"phone_number": "14052003055"}}, "bad-shape"),
]


@pytest.mark.parametrize(("status", "answer", "reason"), SPOILT)
@pytest.mark.parametrize("what", ["buy", "finish"])
async def test_a_spoilt_answer_to_a_purchase_or_an_act_is_unknown_and_asked_once(
    smsgig: SmsGig, replay: Replay, what: str, status: int, answer: object, reason: str
) -> None:
    replay.put("POST", "/s1/rent" if what == "buy" else "/s1/rentals/status", answer, status=status)
    with pytest.raises(NoAnswer) as caught:
        await (smsgig.buy(KEYS, "s1", WISH) if what == "buy" else smsgig.act(KEYS, "finish", rented()))
    assert (caught.value.reason, caught.value.sent) == (reason, True)
    assert len(replay.asked) == 1


async def test_a_cancel_that_says_nothing_is_unknown(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("POST", "/s1/rentals/cancel", {"message": "Rental canceled and refund processed"})
    with pytest.raises(NoAnswer) as caught:
        await smsgig.act(KEYS, "cancel", rented())
    assert caught.value.reason == "bad-shape"


async def test_a_read_is_asked_again(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/s1/status", b"Server Error", status=500)
    with pytest.raises(NoAnswer):
        await smsgig.look(KEYS, rented())
    assert len(replay.asked) == 3


# Whatever the site sends


async def ask_everything(smsgig: SmsGig) -> None:
    """Every method. Only a SiteError may come of it."""
    for ask in (
        smsgig.balance(KEYS),
        smsgig.transactions(KEYS, "purchase"),
        smsgig.options(KEYS, "s1", "service", {}),
        smsgig.quote(KEYS, "s1", WISH),
        smsgig.buy(KEYS, "s1", WISH),
        smsgig.look(KEYS, rented()),
        smsgig.look(KEYS, rented(number=None)),
        smsgig.act(KEYS, "cancel", rented()),
        smsgig.act(KEYS, "finish", rented()),
    ):
        with suppress(SiteError):
            await ask


ANSWERS = [answer for answer in EXAMPLES.values() if isinstance(answer, dict)]


@settings(max_examples=150, deadline=None)
@given(body=st.sampled_from(ANSWERS).flatmap(mutated))
def test_mutated_answers_raise_nothing_of_their_own(body: Any) -> None:
    door = CannedDoor("smsgig", body, 200)
    survives(ask_everything(SmsGig(door)))


@settings(deadline=None)
@given(
    body=st.binary() | mutated(json.loads(EXAMPLES["webhook"])).map(lambda data: json.dumps(data).encode())
)
def test_mutated_webhooks_raise_nothing_of_their_own(body: bytes) -> None:
    door = CannedDoor("smsgig", {}, 200)

    async def hear() -> None:
        SmsGig(door).events(body, signed(body), [KEYS])

    survives(hear())
