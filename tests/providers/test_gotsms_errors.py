"""GotSMS's refusals, its answers that are none, and whatever else it might send."""

from collections.abc import Callable
from typing import Any

import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

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
from providers.gotsms import GotSms
from tests.providers.gotsms_kit import DOCUMENT, KEY, ORDER, PICKS, RENT, ref
from tests.providers.mutations import CannedDoor, mutated, survives
from tests.providers.replay import Replay

UNREADABLE = {
    "500": (500, b'{"message": "Server Error"}'),
    "HTML": (502, b"<html>Bad Gateway</html>"),
    "empty": (200, b""),
    "cut": (201, b'{"success": true, "da'),
    "no data": (201, b'{"success": true}'),
    "no id": (201, b'{"success": true, "data": {"status": "active"}}'),
    "data is a list": (201, b'{"success": true, "data": []}'),
}


# Refusals


@pytest.mark.parametrize(
    ("status", "body", "error", "detail"),
    [
        (422, DOCUMENT["no refund"], NotAllowed, "Refund not available for this rent."),
        (404, {"message": "No query results"}, NotFound, "No query results"),
        (401, {"message": "Unauthenticated."}, BadKey, "Unauthenticated."),
        (401, b"<html>", BadKey, ""),
        (403, {"message": "API access is disabled."}, Refused, "API access is disabled."),
        (402, ["odd"], Refused, ""),
        (422, {"success": False, "message": "Insufficient balance."}, NoFunds, "Insufficient balance."),
        (402, {"message": "Not enough funds"}, NoFunds, "Not enough funds"),
        (
            422,
            {"message": "No numbers available for this plan."},
            NoNumbers,
            "No numbers available for this plan.",
        ),
        (200, {"success": False, "message": "Not now"}, Refused, "Not now"),
    ],
)
async def test_refusals_carry_the_sites_reason(
    gotsms: GotSms, replay: Replay, status: int, body: object, error: type[Refused], detail: str
) -> None:
    replay.put("POST", f"/rents/{RENT}/refund", body, status=status)
    with pytest.raises(Refused) as caught:
        await gotsms.act(KEY, "refund", ORDER)
    assert type(caught.value) is error
    assert (caught.value.detail, caught.value.status) == (detail, status)
    assert caught.value.call == "POST /rents/:id/refund"
    assert len(replay.asked) == 1


async def test_a_plan_that_is_gone_is_no_lost_order(gotsms: GotSms, replay: Replay) -> None:
    replay.put("POST", "/rents", {"success": False, "message": "Plan not found."}, status=404)
    with pytest.raises(Invalid, match="POST /rents"):
        await gotsms.buy(KEY, "numbers", PICKS)


@pytest.mark.parametrize(("headers", "seconds"), [({}, 30.0), ({"Retry-After": "7"}, 7.0)])
@pytest.mark.parametrize("body", [b'{"message": "Too Many Attempts."}', b"<html>"])
async def test_rate_limit(
    gotsms: GotSms, replay: Replay, headers: dict[str, str], seconds: float, body: bytes
) -> None:
    replay.put("GET", "/account", body, status=429, headers=headers)
    with pytest.raises(RateLimited) as caught:
        await gotsms.balance(KEY)
    assert caught.value.retry_after == seconds


# No answer


@pytest.mark.parametrize(("status", "body"), UNREADABLE.values(), ids=UNREADABLE)
async def test_a_purchase_without_answer_is_unknown_and_never_repeated(
    gotsms: GotSms, replay: Replay, status: int, body: bytes
) -> None:
    replay.put("POST", "/rents", body, status=status)
    with pytest.raises(NoAnswer) as caught:
        await gotsms.buy(KEY, "numbers", PICKS)
    assert caught.value.sent
    assert KEY["api_key"] not in f"{caught.value} {caught.value!r} {vars(caught.value)}"
    assert len(replay.asked) == 1


@pytest.mark.parametrize("act", ["wake", "refund"])
@pytest.mark.parametrize("answer", [{}, [], "ok", {"success": "true"}])
async def test_an_act_without_success_is_unknown(
    gotsms: GotSms, replay: Replay, act: str, answer: Any
) -> None:
    replay.put("POST", f"/numbers/{RENT}/wake-up", answer)
    replay.put("POST", f"/rents/{RENT}/refund", answer)
    with pytest.raises(NoAnswer, match="bad-shape"):
        await gotsms.act(KEY, act, ORDER)
    assert len(replay.asked) == 1


async def test_reads_are_repeated(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/account", b"<html>", status=502)
    with stamina.set_testing(True, attempts=3), pytest.raises(NoAnswer, match="server-error"):
        await gotsms.balance(KEY)
    assert len(replay.asked) == 3


@pytest.mark.parametrize(
    ("path", "answer", "ask"),
    [
        ("/account", {"success": True, "data": {}}, lambda gotsms: gotsms.balance(KEY)),
        ("/account", {"success": True}, lambda gotsms: gotsms.balance(KEY)),
        ("/services", {"data": {}}, lambda gotsms: gotsms.options(KEY, "numbers", "service", {})),
        ("/rents/plans", [], lambda gotsms: gotsms.quote(KEY, "numbers", PICKS)),
        ("/rents", {"data": None}, lambda gotsms: gotsms.look_all(KEY, [ORDER])),
        (f"/numbers/{RENT}/status", {"data": 1}, lambda gotsms: gotsms.look(KEY, ORDER)),
    ],
)
async def test_other_shapes_are_told(
    gotsms: GotSms, replay: Replay, path: str, answer: Any, ask: Callable[[GotSms], Any]
) -> None:
    replay.put("GET", path, answer)
    with pytest.raises(NoAnswer, match="bad-shape"):
        await ask(gotsms)


LONGER = {"longer_plan": "uuid"}
CALLS: list[tuple[str, Callable[[GotSms], Any]]] = [
    ("account", lambda gotsms: gotsms.balance(KEY)),
    ("services", lambda gotsms: gotsms.options(KEY, "numbers", "service", {})),
    ("pricelist", lambda gotsms: gotsms.options(KEY, "numbers", "service", {})),
    ("plans", lambda gotsms: gotsms.options(KEY, "numbers", "country", PICKS)),
    ("plans", lambda gotsms: gotsms.options(KEY, "numbers", "plan", PICKS)),
    ("plans", lambda gotsms: gotsms.quote(KEY, "numbers", PICKS)),
    ("rent created", lambda gotsms: gotsms.buy(KEY, "numbers", PICKS)),
    ("rents", lambda gotsms: gotsms.look_all(KEY, [ref("uuid")])),
    ("rents", lambda gotsms: gotsms.recent(KEY, "numbers")),
    ("messages", lambda gotsms: gotsms.look_all(KEY, [ref("uuid")])),
    ("rent messages", lambda gotsms: gotsms.look(KEY, ORDER)),
    ("status", lambda gotsms: gotsms.look(KEY, ORDER)),
    ("status", lambda gotsms: gotsms.act(KEY, "status", ORDER)),
    ("woken", lambda gotsms: gotsms.act(KEY, "wake", ORDER)),
    ("refunded", lambda gotsms: gotsms.act(KEY, "refund", ORDER)),
    ("transitioned", lambda gotsms: gotsms.act(KEY, "transition", ref("uuid"), LONGER)),
    ("rents", lambda gotsms: gotsms.was_done(KEY, "transition", ref("uuid"), LONGER, 0)),
    ("rents", lambda gotsms: gotsms.act(KEY, "auto_renew", ref("uuid"), {"auto_renew": "on"})),
    ("renewal on", lambda gotsms: gotsms.act(KEY, "auto_renew", ref("uuid"), {"auto_renew": "on"})),
    ("plans", lambda gotsms: gotsms.options(KEY, "numbers", "longer_plan", PICKS)),
    ("plans", lambda gotsms: gotsms.act_quote(KEY, "transition", ORDER, LONGER)),
    ("pricelist", lambda gotsms: gotsms.prices()),
    ("rents", lambda gotsms: gotsms.journal(KEY, "rentals")),
    ("messages", lambda gotsms: gotsms.journal(KEY, "messages")),
    ("rent messages", lambda gotsms: gotsms.journal(KEY, "messages", order=ORDER)),
]


@given(call=st.sampled_from(CALLS), data=st.data(), status=st.sampled_from([200, 200, 200, 201, 404, 422]))
@settings(deadline=None, max_examples=700)
def test_no_mutation_of_an_answer_is_a_crash(
    call: tuple[str, Callable[[GotSms], Any]], data: st.DataObject, status: int
) -> None:
    name, ask = call
    answer = data.draw(mutated(DOCUMENT[name]))
    survives(ask(GotSms(CannedDoor("gotsms", answer, status))))
