"""getsms.online's errors, which all are HTTP 200, and whatever else it might send."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.errors import (
    BadKey,
    Invalid,
    NoAnswer,
    NoFunds,
    NoNumbers,
    NotFound,
    RateLimited,
    Refused,
    SiteError,
)
from providers.getsms import GetSms
from providers.words import State
from tests.providers.getsms_kit import EXAMPLES, KEYS, answer, requested
from tests.providers.mutations import CannedDoor, mutated, survives
from tests.providers.replay import Replay

# Errors: everything is HTTP 200


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (EXAMPLES["request_no_numbers"], NoNumbers),
        (EXAMPLES["request_mdn_not_available"], NoNumbers),
        (EXAMPLES["request_invalid_service"], Invalid),
        (EXAMPLES["invalid_request_id"], NotFound),
        ({"status": "error", "message": "Invalid API key"}, BadKey),
        ({"status": "error", "message": "Invalid user or API key"}, BadKey),
        ({"status": "error", "message": "Invalid user"}, BadKey),
        ({"status": "error", "message": "Wrong username or API key"}, BadKey),
        ({"status": "error", "message": "API key is invalid"}, BadKey),
        ({"status": "error", "message": "User not found"}, BadKey),
        ({"status": "error", "message": "Authentication failed"}, BadKey),
        ({"status": "error", "message": "Authorization failed"}, BadKey),
        ({"status": "error", "message": "Insufficient balance"}, NoFunds),
        ({"status": "error", "message": "Your balance is being recounted"}, Refused),
        ({"status": "error", "message": "Invalid phase of the moon"}, Refused),
        ({"status": "error", "message": ["?"]}, Refused),
        ({"status": "error"}, Refused),
    ],
)
async def test_refusals(getsms: GetSms, replay: Replay, body: dict[str, Any], error: type[Refused]) -> None:
    answer(replay, "request", body)
    with pytest.raises(Refused) as caught:
        await getsms.buy(KEYS, "numbers", {"service": "Amazon"})
    assert type(caught.value) is error
    assert caught.value.call == "GET ?cmd=request"
    assert caught.value.detail == (body.get("message") if isinstance(body.get("message"), str) else "")
    assert len(replay.asked) == 1


@pytest.mark.parametrize(("code", "error"), [(401, BadKey), (403, Refused), (404, Refused)])
async def test_refusals_by_status(getsms: GetSms, replay: Replay, code: int, error: type[Refused]) -> None:
    answer(replay, "balance", {"status": "error"}, status=code)
    with pytest.raises(Refused) as caught:
        await getsms.balance(KEYS)
    assert type(caught.value) is error


@pytest.mark.parametrize(("headers", "seconds"), [({"Retry-After": "7"}, 7.0), ({}, 30.0)])
async def test_too_many_requests(
    getsms: GetSms, replay: Replay, headers: dict[str, str], seconds: float
) -> None:
    answer(replay, "request", b"", status=429, headers=headers)
    with pytest.raises(RateLimited) as caught:
        await getsms.buy(KEYS, "numbers", {"service": "Amazon"})
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("code", "body", "reason"),
    [
        (500, b"Server Error", "server-error"),
        (500, {"status": "error", "message": "No numbers available"}, "server-error"),
        (404, b"<html>", "server-error"),
        (200, b"<html>", "not-json"),
        (200, b"", "not-json"),
        (200, json.dumps(EXAMPLES["request"]).encode()[:50], "not-json"),
        (200, [], "bad-shape"),
        (200, {}, "bad-shape"),
        (200, {"status": "ok"}, "bad-shape"),
        (200, {"status": "ok", "message": "Thank you"}, "bad-shape"),
        (200, {"status": "ok", "message": []}, "bad-shape"),
        (200, {"status": "ok", "message": [{"mdn": "15302286946"}]}, "bad-shape"),
        (200, {"status": "fine", "message": [{"id": "1"}]}, "bad-shape"),
    ],
)
async def test_a_spoilt_answer_to_a_purchase_is_unknown_and_asked_once(
    getsms: GetSms, replay: Replay, code: int, body: object, reason: str
) -> None:
    answer(replay, "request", body, status=code)
    with pytest.raises(NoAnswer) as caught:
        await getsms.buy(KEYS, "numbers", {"service": "Amazon"})
    assert (caught.value.reason, caught.value.sent) == (reason, True)
    assert len(replay.asked) == 1, "though it is a GET"


async def test_a_rejection_is_asked_once_and_a_read_again(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "reject", b"", status=500)
    answer(replay, "balance", b"", status=500)
    with pytest.raises(NoAnswer):
        await getsms.act(KEYS, "cancel", requested())
    assert len(replay.asked) == 1
    with pytest.raises(NoAnswer):
        await getsms.balance(KEYS)
    assert len(replay.asked) == 4


async def test_no_error_carries_the_key(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "request", b"", status=500)
    with pytest.raises(NoAnswer) as caught:
        await getsms.buy(KEYS, "numbers", {"service": "Amazon"})
    assert "0123456789" not in f"{caught.value!r} {caught.value} {vars(caught.value)}"


# Whatever the site sends


async def ask_everything(getsms: GetSms) -> None:
    """Every method. Only a SiteError may come of it."""
    for ask in (
        getsms.balance(KEYS),
        getsms.options(KEYS, "numbers", "service", {}),
        getsms.options(KEYS, "numbers", "markup", {"service": "Google"}),
        getsms.quote(KEYS, "numbers", {"service": "Google", "markup": "10"}),
        getsms.buy(KEYS, "numbers", {"service": "Amazon"}),
        getsms.look(KEYS, requested()),
        getsms.look(KEYS, requested(state=State.BIDDING)),
        getsms._messages(KEYS, "10000001"),
        getsms.act(KEYS, "cancel", requested()),
    ):
        with suppress(SiteError):
            await ask


@settings(max_examples=150, deadline=None)
@given(body=st.sampled_from(list(EXAMPLES.values())).flatmap(mutated))
def test_mutated_answers_raise_nothing_of_their_own(body: Any) -> None:
    door = CannedDoor("getsms", body, 200)
    survives(ask_everything(GetSms(door)))


FIELDS = st.dictionaries(
    st.sampled_from(["event", "id", "timestamp", "from", "to", "service", "reply", "pin", "mdn"]),
    st.text(max_size=20) | st.sampled_from(["incoming_message", "priority_request"]),
)


@settings(deadline=None)
@given(body=st.binary() | FIELDS.map(lambda fields: urlencode(fields, errors="replace").encode()))
def test_mutated_webhooks_raise_nothing_of_their_own(body: bytes) -> None:
    door = CannedDoor("getsms", {}, 200)

    async def hear() -> None:
        GetSms(door).events(body, {}, [KEYS])

    survives(hear())
