"""What gsim.io's rentals refuse, leave unanswered, or say in other shapes."""

from collections.abc import Callable
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
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)
from providers.gsim import Gsim
from tests.providers.gsim_kit import CALLS, CODE_AT, DOCUMENT, KEY, PATH, PICKS, SMS, TO_SEND, order
from tests.providers.mutations import CannedDoor, mutated, survives
from tests.providers.replay import Replay

Ask = Callable[[Gsim], Any]
COSTLY: list[tuple[str, str, str, Ask]] = [
    ("POST", "/rentals", "POST /rentals", lambda gsim: gsim.buy(KEY, "rentals", PICKS)),
    ("POST", SMS, "POST /rentals/:id/sms", lambda gsim: gsim.act(KEY, "send_sms", order(), TO_SEND)),
    (
        "POST",
        CALLS,
        "POST /rentals/:id/calls",
        lambda gsim: gsim.act(KEY, "call", order(), {"to": "+14155551234"}),
    ),
    ("DELETE", PATH, "DELETE /rentals/:id", lambda gsim: gsim.act(KEY, "release", order())),
    (
        "PATCH",
        PATH,
        "PATCH /rentals/:id",
        lambda gsim: gsim.act(KEY, "auto_renew", order(), {"auto_renew": "on"}),
    ),
]
READS: list[tuple[str, str, Ask]] = [
    (
        "/rentals/search",
        "GET /rentals/search",
        lambda gsim: gsim.options(KEY, "rentals", "number", {"country": "US", "number_type": "Local"}),
    ),
    ("/rentals", "GET /rentals", lambda gsim: gsim.look(KEY, order())),
    (SMS, "GET /rentals/:id/sms", lambda gsim: gsim.journal(KEY, "messages", order=order())),
    (CALLS, "GET /rentals/:id/calls", lambda gsim: gsim.journal(KEY, "calls", order=order())),
]
ERRORS = [
    (401, "UNAUTHORIZED", BadKey),
    (403, "FORBIDDEN", BadKey),
    (404, "NOT_FOUND", NotFound),
    (402, "INSUFFICIENT_BALANCE", NoFunds),
    (429, "RATE_LIMITED", RateLimited),
    (400, "VALIDATION_ERROR", Invalid),
    (503, "PROVIDER_ERROR", Unavailable),
    (409, "CONFLICT", Conflict),
]


def meant(error: type[Refused], call: str) -> type[Refused]:
    """Not found is the rental, where the call names one, else what was asked for."""
    return Invalid if error is NotFound and ":id" not in call else error


@pytest.mark.parametrize(("status", "code", "error"), ERRORS)
@pytest.mark.parametrize(("method", "path", "call", "ask"), COSTLY, ids=[each[2] for each in COSTLY])
async def test_documented_errors_of_what_costs_or_changes(
    gsim: Gsim, replay: Replay, method: str, path: str, call: str, ask: Ask,
    status: int, code: str, error: type[Refused],
) -> None:  # fmt: skip
    replay.put(method, path, {"error": "The site's words", "code": code}, status=status)
    with pytest.raises(Refused) as caught:
        await ask(gsim)
    assert type(caught.value) is meant(error, call)
    assert (caught.value.call, caught.value.detail) == (call, "The site's words")
    assert len(replay.asked) == 1


@pytest.mark.parametrize(("status", "code", "error"), ERRORS)
@pytest.mark.parametrize(("path", "call", "ask"), READS, ids=[each[1] for each in READS])
async def test_documented_errors_of_reads(
    gsim: Gsim, replay: Replay, path: str, call: str, ask: Ask,
    status: int, code: str, error: type[Refused],
) -> None:  # fmt: skip
    replay.put("GET", path, {"error": "The site's words", "code": code}, status=status)
    with pytest.raises(Refused) as caught:
        await ask(gsim)
    assert type(caught.value) is meant(error, call)
    assert caught.value.call == call


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b'{"error": "oops"}'), (502, b"<html>"), (200, b""), (200, b'{"id": "cma'), (200, b"[]")],
    ids=["500", "html", "empty", "cut", "no object"],
)
@pytest.mark.parametrize(("method", "path", "call", "ask"), COSTLY, ids=[each[2] for each in COSTLY])
async def test_without_an_answer_nobody_knows_and_nothing_is_repeated(
    gsim: Gsim, replay: Replay, method: str, path: str, call: str, ask: Ask, status: int, body: bytes
) -> None:
    replay.put(method, path, body, status=status)
    with pytest.raises(NoAnswer) as caught:
        await ask(gsim)
    assert caught.value.sent
    assert caught.value.call == call
    assert len(replay.asked) == 1


@pytest.mark.parametrize("answer", [{"success": False}, {}, {"success": "true"}])
async def test_a_release_without_success_is_unknown(gsim: Gsim, replay: Replay, answer: Any) -> None:
    replay.put("DELETE", PATH, answer)
    with pytest.raises(NoAnswer, match="bad-shape"):
        await gsim.act(KEY, "release", order())


async def test_unknown_choices_and_acts_are_a_fault_of_ours(gsim: Gsim) -> None:
    with pytest.raises(KeyError):
        await gsim.options(KEY, "rentals", "operator", PICKS)
    with pytest.raises(KeyError):
        await gsim.act(KEY, "cancel", order())
    with pytest.raises(KeyError):
        await gsim.act_quote(KEY, "cancel", order(), {})


MUTATED: list[tuple[str, Ask]] = [
    ("numbers found", READS[0][2]),
    ("rentals", lambda gsim: gsim.look(KEY, order())),
    ("rentals", lambda gsim: gsim.recent(KEY, "rentals")),
    ("rentals", lambda gsim: gsim.journal(KEY, "rentals")),
    ("orders", lambda gsim: gsim.journal(KEY, "orders")),
    ("rented", COSTLY[0][3]),
    ("rental set", COSTLY[4][3]),
    ("released", COSTLY[3][3]),
    ("rental messages", lambda gsim: gsim.glance(KEY, order())),
    ("rental messages", lambda gsim: gsim.journal(KEY, "messages", order=order())),
    ("rental messages", lambda gsim: gsim.was_done(KEY, "send_sms", order(), TO_SEND, CODE_AT)),
    ("rental calls", lambda gsim: gsim.journal(KEY, "calls", order=order())),
    ("sms sent", COSTLY[1][3]),
    ("call placed", COSTLY[2][3]),
]


@given(
    call=st.sampled_from(MUTATED), data=st.data(), status=st.sampled_from([200, 200, 200, 201, 400, 404, 503])
)
@settings(deadline=None, max_examples=500)
def test_no_mutation_of_an_answer_is_a_crash(call: tuple[str, Ask], data: st.DataObject, status: int) -> None:
    name, ask = call
    survives(ask(Gsim(CannedDoor("gsim", data.draw(mutated(DOCUMENT[name])), status))))
