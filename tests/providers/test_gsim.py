"""gsim.io as its document has it, served by a real server that records what it is asked."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import stamina
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
    Unavailable,
)
from providers.gsim import Gsim
from providers.site import (
    OrderRef,
    Sms,
)
from providers.words import (
    Effect,
    Option,
    Rule,
    State,
)
from tests.providers.mutations import CannedDoor, mutated, survives
from tests.providers.replay import Replay, documented

DOCUMENT = documented("gsim")
KEY = {"api_key": "2s_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}
PICKS = {"service": "telegram", "country": "russia"}
ORDER = OrderRef(id="cma1b2c3...", line="numbers", picks=PICKS, state=State.WAITING)
ORDER_PATH = "/orders/cma1b2c3..."
CREATED, EXPIRES = 1_710_496_800, 1_710_498_000
UNREADABLE = {
    "500": (500, b'{"error": "oops"}'),
    "HTML": (502, b"<html>Bad Gateway</html>"),
    "a 503 of somebody else": (503, b"<html>Unavailable</html>"),
    "empty": (200, b""),
    "cut": (200, b'{"id": "cma1b2'),
    "no object": (200, b"[]"),
    "no id": (200, b'{"status": "PENDING"}'),
}


@pytest.fixture
def no_waits() -> Any:
    """Retries happen, the waits between them do not."""
    with stamina.set_testing(True, attempts=3):
        yield


def page(*orders: dict[str, Any], number: int = 1, pages: int = 1) -> dict[str, Any]:
    return {"orders": list(orders), "total": 1, "page": number, "limit": 100, "totalPages": pages}


def listed(order_id: str, **changes: Any) -> dict[str, Any]:
    example: dict[str, Any] = DOCUMENT["orders"]["orders"][0]
    return example | {"id": order_id} | changes


# What is asked and understood


async def test_balance(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/balance", DOCUMENT["balance"])
    assert await gsim.balance(KEY) == Decimal("5.51")
    assert replay.only.headers["authorization"] == f"Bearer {KEY['api_key']}"
    assert replay.only.query == {}


async def test_services(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/services", DOCUMENT["services"])
    services = await gsim.options(KEY, "numbers", "service", {})
    assert services[0] == Option(
        id="telegram", name="Telegram", price=Decimal("0.15"), from_price=True, stock=12500
    )
    assert [service.id for service in services] == ["telegram", "whatsapp"]
    assert replay.only.query == {}


async def test_countries_of_a_service(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/countries", DOCUMENT["countries"])
    countries = await gsim.options(KEY, "numbers", "country", {"service": "telegram"})
    assert countries == [
        Option(id="russia", name="Russia", iso="RU", price=Decimal("0.15"), from_price=True, stock=1200)
    ]
    assert replay.only.query == {"service": "telegram"}


async def test_operators_have_exact_prices(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/operators", DOCUMENT["operators"])
    operators = await gsim.options(KEY, "numbers", "operator", PICKS)
    assert operators == [
        Option(id="any", name="Any", price=Decimal("0.18"), stock=450),
        Option(id="mts", name="MTS", price=Decimal("0.16"), stock=200),
    ]
    assert replay.only.query == {"service": "telegram", "country": "russia"}


async def test_odd_entries_spoil_no_catalog(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/services", [None, {"name": "no id"}, {"id": "x", "iso": "Russia"}])
    assert await gsim.options(KEY, "numbers", "service", {}) == [Option(id="x", name="x", from_price=True)]


async def test_buying_leaves_the_operator_out_for_any(gsim: Gsim, replay: Replay) -> None:
    replay.put("POST", "/orders", DOCUMENT["order placed"])
    [seen] = await gsim.buy(KEY, "numbers", PICKS)
    assert replay.only.json == {"service": "telegram", "country": "russia"}
    assert replay.only.headers["content-type"] == "application/json"
    assert (seen.id, seen.number, seen.state) == ("cma1b2c3...", "+79991234567", State.WAITING)
    assert (seen.price, seen.expires_at) == (Decimal("0.18"), EXPIRES)
    assert seen.picks == {"service": "telegram", "country": "russia", "operator": "any"}
    assert seen.raw["phoneNumber"] == "+79991234567"


async def test_buying_from_an_operator(gsim: Gsim, replay: Replay) -> None:
    replay.put("POST", "/orders", DOCUMENT["order placed"])
    await gsim.buy(KEY, "numbers", PICKS | {"operator": "mts"})
    assert replay.only.json == {"service": "telegram", "country": "russia", "operator": "mts"}


async def test_a_look_finds_the_code(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", ORDER_PATH, DOCUMENT["order detail"])
    seen = await gsim.look(KEY, ORDER)
    assert seen.state is State.DONE
    assert seen.messages == (Sms(text="123456", code="123456"),)
    assert (seen.created_at, seen.expires_at) == (CREATED, EXPIRES)
    assert seen.picks == {"service": "telegram"}  # the detail lacks country and operator


async def test_an_id_is_quoted_and_kept_out_of_the_calls_name(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/orders/a%2Fb%3Fc", {"error": "no", "code": "NOT_FOUND"}, status=404)
    order = OrderRef(id="a/b?c", line="numbers", picks={}, state=State.WAITING)
    with pytest.raises(NotFound) as caught:
        await gsim.look(KEY, order)
    assert caught.value.call == "GET /orders/:id"


@pytest.mark.parametrize(("act", "answer"), [("cancel", "cancelled"), ("ban", "banned")])
async def test_acts_end_the_order_and_bring_the_money_back(
    gsim: Gsim, replay: Replay, act: str, answer: str
) -> None:
    replay.put("POST", f"{ORDER_PATH}/{act}", DOCUMENT[answer])
    seen = await gsim.act(KEY, act, ORDER)
    assert (seen.id, seen.state, seen.refunded) == (ORDER.id, State.CANCELLED, Decimal("0.18"))
    assert replay.only.body == b""


def test_acts_wait_for_no_code() -> None:
    line = next(line for line in Gsim.lines if line.key == "numbers")
    assert {act.key: act.confirm for act in line.acts} == {"cancel": False, "ban": True}
    assert all(act.when == {State.WAITING} and act.effect is Effect.ENDS for act in line.acts)


async def test_unknown_lines_choices_and_acts_are_a_fault_of_ours(gsim: Gsim) -> None:
    with pytest.raises(KeyError):
        await gsim.quote(KEY, "leases", PICKS)
    with pytest.raises(KeyError):
        await gsim.options(KEY, "numbers", "state", PICKS)
    with pytest.raises(KeyError):
        await gsim.act(KEY, "reuse", ORDER)


def test_a_key_has_no_spaces() -> None:
    [credential] = Gsim.credentials
    assert credential.pattern.fullmatch(KEY["api_key"])
    assert not credential.pattern.fullmatch("my key is 2s_abc")
    assert not credential.pattern.fullmatch("ключ-ключ-ключ")


# What it costs


async def test_the_price_of_any_is_its_own_not_the_lowest(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/operators", DOCUMENT["operators"])
    quote = await gsim.quote(KEY, "numbers", PICKS)
    assert (quote.low, quote.high, quote.stock) == (Decimal("0.18"), Decimal("0.18"), 450)
    assert quote.rules == (Rule.REFUND_ON_CANCEL,)


async def test_the_price_of_a_picked_operator(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/operators", DOCUMENT["operators"])
    quote = await gsim.quote(KEY, "numbers", PICKS | {"operator": "mts"})
    assert (quote.low, quote.high, quote.stock) == (Decimal("0.16"), Decimal("0.16"), 200)


async def test_without_any_the_bounds_are_those_of_all_in_stock(gsim: Gsim, replay: Replay) -> None:
    operators = [
        {"id": "mts", "price": "0.16", "count": 200},
        {"id": "tele2", "price": 0.25},
        {"id": "empty", "price": 0.01, "count": 0},
        {"id": "priceless", "count": 9},
    ]
    replay.put("GET", "/operators", operators)
    quote = await gsim.quote(KEY, "numbers", PICKS)
    assert (quote.low, quote.high, quote.stock) == (Decimal("0.16"), Decimal("0.25"), 200)


@pytest.mark.parametrize(
    ("operators", "picks"),
    [
        ([], PICKS),
        ([{"id": "any", "name": "Any", "price": 0.18, "count": 0}], PICKS),
        (DOCUMENT["operators"], PICKS | {"operator": "beeline"}),
    ],
)
async def test_an_empty_count_is_no_numbers(gsim: Gsim, replay: Replay, operators: Any, picks: Any) -> None:
    replay.put("GET", "/operators", operators)
    with pytest.raises(NoNumbers):
        await gsim.quote(KEY, "numbers", picks)


# Status words


@pytest.mark.parametrize(
    ("word", "code", "state", "refunded"),
    [
        ("PENDING", None, State.WAITING, None),
        ("PENDING", "123456", State.RECEIVED, None),
        ("RECEIVED", "123456", State.DONE, None),
        ("RECEIVED", None, State.RECEIVED, None),
        ("CANCELLED", None, State.CANCELLED, Decimal("0.18")),
        ("BANNED", None, State.CANCELLED, Decimal("0.18")),
        ("REFUNDED", None, State.CANCELLED, Decimal("0.18")),
        ("EXPIRED", None, State.EXPIRED, None),
        ("HIBERNATING", None, State.UNKNOWN, None),
        (None, None, State.UNKNOWN, None),
        (["PENDING"], None, State.UNKNOWN, None),
    ],
)
async def test_status_words(
    gsim: Gsim, replay: Replay, word: Any, code: str | None, state: State, refunded: Decimal | None
) -> None:
    replay.put("GET", ORDER_PATH, DOCUMENT["order detail"] | {"status": word, "smsCode": code})
    seen = await gsim.look(KEY, ORDER)
    assert (seen.state, seen.refunded) == (state, refunded)
    assert [sms.code for sms in seen.messages] == ([code] if code else [])


# All orders of an account


def refs(*ids: str) -> list[OrderRef]:
    return [OrderRef(id=each, line="numbers", picks=PICKS, state=State.WAITING) for each in ids]


async def test_one_request_looks_at_all_orders(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/orders", page(listed("a"), listed("b", smsCode="77"), listed("of another"), pages=9))
    seen = await gsim.look_all(KEY, refs("a", "b"))
    assert {each.id: each.state for each in seen} == {"a": State.WAITING, "b": State.RECEIVED}
    assert replay.only.query == {"page": "1", "limit": "100"}


async def test_further_pages_are_read_until_all_are_found(gsim: Gsim, replay: Replay) -> None:
    for number in (1, 2, 3):
        answer = page(listed(f"order {number}"), number=number, pages=3)
        replay.put("GET", "/orders", answer, query={"page": str(number)})
    seen = await gsim.look_all(KEY, refs("order 2"))
    assert [each.id for each in seen] == ["order 2"]
    assert [asked.query["page"] for asked in replay.asked] == ["1", "2"]


async def test_what_the_list_lacks_is_looked_at_singly_or_left_out(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/orders", page(listed("a")))
    replay.put("GET", ORDER_PATH, DOCUMENT["order detail"])
    replay.put("GET", "/orders/gone", {"error": "Order not found", "code": "NOT_FOUND"}, status=404)
    seen = await gsim.look_all(KEY, [*refs("a", "gone"), ORDER])
    assert [each.id for each in seen] == ["a", ORDER.id]


async def test_pages_that_never_end_are_bounded(gsim: Gsim, replay: Replay) -> None:
    for number in range(1, 50):
        answer = page(listed(f"order {number}"), number=number, pages=10**9)
        replay.put("GET", "/orders", answer, query={"page": str(number)})
    replay.put("GET", ORDER_PATH, DOCUMENT["order detail"])
    assert [each.id for each in await gsim.look_all(KEY, [ORDER])] == [ORDER.id]
    assert [asked.path for asked in replay.asked] == ["/orders"] * 10 + [ORDER_PATH]


async def test_recent_orders_tell_what_was_ordered_and_when(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/orders", DOCUMENT["orders"])
    [seen] = await gsim.recent(KEY, "numbers")
    assert (seen.id, seen.created_at) == ("cma1b2c3...", CREATED)
    assert seen.picks == {"service": "telegram", "country": "russia", "operator": "any"}
    assert replay.only.query == {"page": "1", "limit": "100"}


async def test_recent_orders_are_found_at_the_end_of_a_list_from_old_to_new(
    gsim: Gsim, replay: Replay
) -> None:
    old = (listed("a", createdAt="2024-01-01T00:00:00Z"), listed("b", createdAt="2024-01-02T00:00:00Z"))
    new = (listed("y", createdAt="2024-03-01T00:00:00Z"), listed("z", createdAt="2024-03-02T00:00:00Z"))
    replay.put("GET", "/orders", page(*old, pages=2), query={"page": "1"})
    replay.put("GET", "/orders", page(*new, number=2, pages=2), query={"page": "2"})
    assert [seen.id for seen in await gsim.recent(KEY, "numbers")] == ["z", "y", "b", "a"]


# Refusals


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "UNAUTHORIZED", BadKey),
        (403, "FORBIDDEN", BadKey),
        (404, "NOT_FOUND", Invalid),  # what was to be bought is there no more: no order is lost
        (402, "INSUFFICIENT_BALANCE", NoFunds),
        (400, "VALIDATION_ERROR", Invalid),
        (503, "PROVIDER_ERROR", Unavailable),
        (409, "CONFLICT", Conflict),
        (418, "TEAPOT", Refused),
        (402, "", NoFunds),
        (409, None, Conflict),
        (400, None, Invalid),
        (404, None, Refused),
        (403, "", Refused),
    ],
)
async def test_documented_errors(
    gsim: Gsim, replay: Replay, status: int, code: str | None, error: type[Refused]
) -> None:
    replay.put("POST", "/orders", {"error": "The site's words", "code": code}, status=status)
    with pytest.raises(Refused) as caught:
        await gsim.buy(KEY, "numbers", PICKS)
    assert type(caught.value) is error
    assert (caught.value.status, caught.value.detail) == (status, "The site's words")
    assert (caught.value.site, caught.value.call) == ("gsim", "POST /orders")
    assert len(replay.asked) == 1


@pytest.mark.parametrize(("headers", "seconds"), [({}, 60.0), ({"Retry-After": "7"}, 7.0)])
@pytest.mark.parametrize("body", [b'{"error": "Slow down", "code": "RATE_LIMITED"}', b"<html>"])
async def test_rate_limit(
    gsim: Gsim, replay: Replay, headers: dict[str, str], seconds: float, body: bytes
) -> None:
    replay.put("GET", "/balance", body, status=429, headers=headers)
    with pytest.raises(RateLimited) as caught:
        await gsim.balance(KEY)
    assert caught.value.retry_after == seconds


async def test_a_401_counts_with_any_body(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/balance", b"<html>", status=401)
    with pytest.raises(BadKey):
        await gsim.balance(KEY)


async def test_a_403_of_a_firewall_is_no_word_of_the_site(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/balance", b"<html>", status=403)
    with pytest.raises(NoAnswer):
        await gsim.balance(KEY)


# No answer


@pytest.mark.parametrize(("status", "body"), UNREADABLE.values(), ids=UNREADABLE)
async def test_a_purchase_without_answer_is_unknown_and_never_repeated(
    gsim: Gsim, replay: Replay, status: int, body: bytes
) -> None:
    replay.put("POST", "/orders", body, status=status)
    with pytest.raises(NoAnswer) as caught:
        await gsim.buy(KEY, "numbers", PICKS)
    assert caught.value.sent
    assert len(replay.asked) == 1


@pytest.mark.parametrize("answer", [{"success": False}, {}, [], "ok", {"success": "true"}])
async def test_an_act_without_success_is_unknown(gsim: Gsim, replay: Replay, answer: Any) -> None:
    replay.put("POST", f"{ORDER_PATH}/cancel", answer)
    with pytest.raises(NoAnswer, match="bad-shape"):
        await gsim.act(KEY, "cancel", ORDER)
    assert len(replay.asked) == 1


@pytest.mark.usefixtures("no_waits")
async def test_reads_are_repeated(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/balance", b"<html>", status=502)
    with pytest.raises(NoAnswer, match="server-error"):
        await gsim.balance(KEY)
    assert len(replay.asked) == 3


@pytest.mark.parametrize(
    ("path", "answer", "ask"),
    [
        ("/balance", {"currency": "USD"}, lambda gsim: gsim.balance(KEY)),
        ("/balance", {"balance": True}, lambda gsim: gsim.balance(KEY)),
        ("/services", {"services": []}, lambda gsim: gsim.options(KEY, "numbers", "service", {})),
        ("/orders", {"total": 0}, lambda gsim: gsim.look_all(KEY, [ORDER])),
        (ORDER_PATH, {"id": None, "status": "PENDING"}, lambda gsim: gsim.look(KEY, ORDER)),
    ],
)
async def test_other_shapes_are_told(
    gsim: Gsim, replay: Replay, path: str, answer: Any, ask: Callable[[Gsim], Any]
) -> None:
    replay.put("GET", path, answer)
    with pytest.raises(NoAnswer, match="bad-shape"):
        await ask(gsim)


async def test_the_key_stays_out_of_errors(gsim: Gsim, replay: Replay) -> None:
    replay.put("POST", "/orders", b"", status=500)
    with pytest.raises(NoAnswer) as caught:
        await gsim.buy(KEY, "numbers", PICKS)
    assert KEY["api_key"] not in f"{caught.value} {caught.value!r} {vars(caught.value)}"


CALLS: list[tuple[str, Callable[[Gsim], Any]]] = [
    ("balance", lambda gsim: gsim.balance(KEY)),
    ("services", lambda gsim: gsim.options(KEY, "numbers", "service", {})),
    ("countries", lambda gsim: gsim.options(KEY, "numbers", "country", PICKS)),
    ("operators", lambda gsim: gsim.quote(KEY, "numbers", PICKS)),
    ("orders", lambda gsim: gsim.look_all(KEY, [ORDER])),
    ("orders", lambda gsim: gsim.recent(KEY, "numbers")),
    ("order placed", lambda gsim: gsim.buy(KEY, "numbers", PICKS)),
    ("order detail", lambda gsim: gsim.look(KEY, ORDER)),
    ("cancelled", lambda gsim: gsim.act(KEY, "cancel", ORDER)),
]


@given(
    call=st.sampled_from(CALLS), data=st.data(), status=st.sampled_from([200, 200, 200, 201, 400, 404, 503])
)
@settings(deadline=None, max_examples=500)
def test_no_mutation_of_an_answer_is_a_crash(
    call: tuple[str, Callable[[Gsim], Any]], data: st.DataObject, status: int
) -> None:
    name, ask = call
    answer = data.draw(mutated(DOCUMENT[name]))
    survives(ask(Gsim(CannedDoor("gsim", answer, status))))
