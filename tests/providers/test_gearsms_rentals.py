"""GearSMS's long-term numbers: the document's words first, then whole lives at the make-believe site."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.door import Door
from providers.errors import BadKey, Invalid, NoAnswer, NoFunds, NotFound, RateLimited, Refused
from providers.gearsms import GearSms
from providers.site import (
    OrderRef,
    Picks,
    Record,
    Sms,
    Surcharge,
)
from providers.words import (
    Rule,
    State,
)
from sandbox.world import World
from tests.providers.gearsms_kit import CREDENTIALS, DOC, order, stamp
from tests.providers.mutations import CannedDoor, mutated, survives
from tests.providers.outside import Outside
from tests.providers.replay import Replay

MONTH = {"service": "Google", "duration": "30days"}
RENTAL = order("ltr", "65f...", picks=MONTH)
CHECKED = "/long-term-numbers/check-sms/65f..."
PREFIXED = "/long-term-numbers/check-sms/RENT_65f..."
CODE = Sms(text="G-123456 is your code", code="123456", at=stamp("2024-04-26T11:00:00Z"))


# --- the document ---


@pytest.mark.parametrize(
    ("choice", "path", "example", "expected"),
    [
        ("service", "services", "rental_services", [("Google", "Google"), ("Telegram", "Telegram")]),
        (
            "duration",
            "durations",
            "rental_durations",
            [("3days", "3 Days"), ("7days", "7 Days"), ("14days", "14 Days"), ("30days", "30 Days")],
        ),
        ("area_code", "area-codes", "rental_area_codes", [("201", "201"), ("212", "212"), ("310", "310")]),
    ],
)
async def test_every_list_of_the_document_becomes_options(
    gearsms: GearSms, replay: Replay, choice: str, path: str, example: str, expected: list[tuple[str, str]]
) -> None:
    replay.put("GET", f"/long-term-numbers/{path}", DOC[example])

    options = await gearsms.options(CREDENTIALS, "ltr", choice, MONTH)

    assert [(option.id, option.name) for option in options] == expected
    assert replay.only.query == {}


async def test_a_service_without_numbers_is_shown_as_sold_out(gearsms: GearSms, replay: Replay) -> None:
    entry = {"code": "go", "name": "Google", "available": False}
    replay.put("GET", "/long-term-numbers/services", {"success": True, "data": [entry]})

    [option] = await gearsms.options(CREDENTIALS, "ltr", "service", {})

    assert (option.id, option.name, option.stock) == ("go", "Google", 0)  # the code is what orders want


@pytest.mark.parametrize("area_code", [None, "212"])
async def test_the_price_is_asked_by_its_own_names_and_is_exact(
    gearsms: GearSms, replay: Replay, area_code: str | None
) -> None:
    picks: Picks = MONTH if area_code is None else MONTH | {"area_code": area_code}
    replay.put("GET", "/long-term-numbers/price", DOC["rental_price"])

    quote = await gearsms.quote(CREDENTIALS, "ltr", picks)

    asked = {"serviceCode": "Google", "duration": "30days"}
    assert replay.only.query == asked if area_code is None else asked | {"areaCode": "212"}
    assert (quote.low, quote.high) == (Decimal(45), Decimal(45))
    assert quote.surcharges == (Surcharge(choice="area_code", low=Decimal("2.50"), high=Decimal("2.50")),)
    assert quote.rules == (Rule.SEVERAL_CODES, Rule.ENDS_FOR_GOOD)
    assert quote.lasts == 30 * 86_400


async def test_a_duration_that_is_no_count_of_days_lasts_unknown(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/long-term-numbers/price", DOC["rental_price"])

    quote = await gearsms.quote(CREDENTIALS, "ltr", MONTH | {"duration": "forever"})

    assert quote.lasts is None


async def test_a_service_that_is_not_rented_out_is_invalid(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", "/long-term-numbers/price", DOC["invalid_service"], status=400)

    with pytest.raises(Invalid):
        await gearsms.quote(CREDENTIALS, "ltr", MONTH)


async def test_a_rental_is_ordered_and_its_id_loses_its_prefix(gearsms: GearSms, replay: Replay) -> None:
    replay.put("POST", "/long-term-numbers/order", DOC["rental_order"])

    [seen] = await gearsms.buy(CREDENTIALS, "ltr", MONTH | {"area_code": "212"})

    assert replay.only.json == {"service": "Google", "duration": "30days", "areaCode": "212"}
    assert (seen.id, seen.state, seen.number) == ("65f...", State.WAITING, "+12025550333")
    assert (seen.price, seen.balance) == (Decimal(45), Decimal(155))
    assert seen.expires_at == stamp("2024-04-26T12:00:00Z")


async def test_too_little_money_rents_nothing(gearsms: GearSms, replay: Replay) -> None:
    replay.put("POST", "/long-term-numbers/order", DOC["insufficient_balance"], status=400)

    with pytest.raises(NoFunds):
        await gearsms.buy(CREDENTIALS, "ltr", MONTH)


async def test_a_rental_whose_answer_has_no_id_is_unknown_and_not_repeated(
    gearsms: GearSms, replay: Replay
) -> None:
    replay.put("POST", "/long-term-numbers/order", {"success": True, "data": {"number": "+12025550333"}})

    with pytest.raises(NoAnswer) as caught:
        await gearsms.buy(CREDENTIALS, "ltr", MONTH)

    assert (caught.value.reason, caught.value.sent) == ("bad-shape", True)
    assert len(replay.asked) == 1


async def test_all_messages_of_a_rental_are_read_with_their_times(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", CHECKED, DOC["rental_check_sms"])

    seen = await gearsms.look(CREDENTIALS, RENTAL)

    assert (seen.id, seen.state, seen.messages) == ("65f...", State.RECEIVED, (CODE,))
    assert seen.number == "+12025550333"


async def test_an_expired_rental_stays_readable(gearsms: GearSms, replay: Replay) -> None:
    replay.put("GET", CHECKED, DOC["rental_expired"])
    old = Sms(text="Old message content", at=stamp("2024-03-20T09:00:00Z"))

    seen = await gearsms.look(CREDENTIALS, RENTAL)

    assert (seen.state, seen.messages) == (State.DONE, (old,))
    assert (await gearsms.journal(CREDENTIALS, "messages", order=RENTAL)).records == (
        Record(id="1", at=old.at, text=old.text, outbound=False),
    )


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("active", State.WAITING),
        ("Expired", State.EXPIRED),
        ("cancelled", State.CANCELLED),
        ("completed", State.UNKNOWN),  # a rental goes on after its first code
        ("frozen", State.UNKNOWN),
    ],
)
async def test_words_for_a_rental_without_messages(
    gearsms: GearSms, replay: Replay, word: str, state: State
) -> None:
    replay.put("GET", CHECKED, {"success": True, "data": {"status": word, "messages": []}})

    assert (await gearsms.look(CREDENTIALS, RENTAL)).state is state


async def test_messages_are_put_in_the_order_of_coming_and_odd_ones_passed_over(
    gearsms: GearSms, replay: Replay
) -> None:
    late = {"text": "second", "date_time": "2024-04-26T12:00:00.000Z", "pin": ""}
    early = {"pin": "111", "date_time": "2024-04-26T11:00:00.000Z"}
    data = {"status": "active", "messages": [late, None, {"text": ""}, early]}
    replay.put("GET", CHECKED, {"success": True, "data": data})

    seen = await gearsms.look(CREDENTIALS, RENTAL)

    assert [(sms.text, sms.code) for sms in seen.messages] == [("111", "111"), ("second", None)]


UNKNOWN = {"success": False, "message": "Order not found"}
INVALID = {"success": False, "message": "Cast to ObjectId failed"}


async def test_a_rental_is_looked_at_by_the_id_that_its_order_was_answered_with(
    gearsms: GearSms, replay: Replay
) -> None:
    replay.put("POST", "/long-term-numbers/order", DOC["rental_order"])
    replay.put("GET", PREFIXED, DOC["rental_check_sms"])

    [bought] = await gearsms.buy(CREDENTIALS, "ltr", MONTH)
    seen = await gearsms.look(CREDENTIALS, replace(RENTAL, facts=bought.facts))

    assert seen.messages == (CODE,)
    assert [asked.path for asked in replay.asked[1:]] == [PREFIXED]


@pytest.mark.parametrize("refusal", [UNKNOWN, INVALID])
@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize(("tried", "wanted"), [(True, CHECKED), (False, PREFIXED)])
async def test_should_the_path_want_the_other_spelling_it_is_found_out_once(
    gearsms: GearSms, replay: Replay, refusal: object, status: int, tried: bool, wanted: str
) -> None:
    replay.put("GET", PREFIXED if tried else CHECKED, refusal, status=status)
    replay.put("GET", wanted, DOC["rental_check_sms"])

    first = await gearsms.look(CREDENTIALS, replace(RENTAL, facts={"prefixed": tried}))
    again = await gearsms.look(CREDENTIALS, replace(RENTAL, facts=first.facts))

    assert first.messages == again.messages == (CODE,)
    assert [asked.path for asked in replay.asked][1:] == [wanted, wanted]


@pytest.mark.parametrize(
    ("status", "answer", "error"), [(401, DOC["invalid_key"], BadKey), (429, {}, RateLimited)]
)
async def test_a_refusal_that_has_nothing_to_do_with_the_id_is_not_tried_twice(
    gearsms: GearSms, replay: Replay, status: int, answer: object, error: type[Refused]
) -> None:
    replay.put("GET", CHECKED, answer, status=status)

    with pytest.raises(error):
        await gearsms.look(CREDENTIALS, RENTAL)

    assert len(replay.asked) == 1


async def test_a_rental_nobody_knows_is_not_found(gearsms: GearSms, replay: Replay) -> None:
    for path in (CHECKED, "/long-term-numbers/check-sms/RENT_65f..."):
        replay.put("GET", path, {"success": False, "message": "Order not found"}, status=404)

    with pytest.raises(NotFound):
        await gearsms.look(CREDENTIALS, RENTAL)


@pytest.mark.parametrize(("source", "line"), [("LTR", "ltr"), ("ltr", "ltr"), (None, None)])
@pytest.mark.parametrize("order_id", ["65f2a1b...", "RENT_65f2a1b..."])
def test_a_webhook_finds_its_rental_in_either_spelling_of_its_id(
    gearsms: GearSms, order_id: str, source: str | None, line: str | None
) -> None:
    body = json.dumps(DOC["webhook"] | {"source": source, "orderId": order_id}).encode()

    [event] = gearsms.events(body, {}, [CREDENTIALS])

    assert (event.order_id, event.line) == ("65f2a1b...", line)


def test_a_rental_can_neither_be_cancelled_nor_renewed(gearsms: GearSms) -> None:
    line = gearsms.line("ltr")
    assert (line.rental, line.acts, line.listed) == (True, (), False)


CALLS: list[tuple[str, Callable[[GearSms], Awaitable[object]]]] = [
    ("rental_services", lambda site: site.options(CREDENTIALS, "ltr", "service", {})),
    ("rental_durations", lambda site: site.options(CREDENTIALS, "ltr", "duration", {})),
    ("rental_area_codes", lambda site: site.options(CREDENTIALS, "ltr", "area_code", {})),
    ("rental_price", lambda site: site.quote(CREDENTIALS, "ltr", MONTH)),
    ("rental_order", lambda site: site.buy(CREDENTIALS, "ltr", MONTH)),
    ("rental_check_sms", lambda site: site.look(CREDENTIALS, RENTAL)),
    ("rental_expired", lambda site: site.journal(CREDENTIALS, "messages", order=RENTAL)),
]


@given(call=st.sampled_from(CALLS), data=st.data(), status=st.sampled_from([200, 200, 200, 400, 401, 404]))
@settings(deadline=None, max_examples=400)
def test_no_mutation_of_an_answer_is_a_crash(
    call: tuple[str, object], data: st.DataObject, status: int
) -> None:
    name, ask = call
    assert callable(ask)
    answer = data.draw(mutated(DOC[name]))
    survives(ask(GearSms(CannedDoor("gearsms", answer, status))))


# --- the make-believe site ---

KEY = {"api_key": "gs_live_sandbox0002"}


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with World() as world, Outside(world.base, "gearsms") as outside:
        await outside.act("accounts", key=KEY["api_key"], balance=500)
        yield outside


@pytest.fixture
async def site(outside: Outside) -> AsyncIterator[GearSms]:
    door = Door("gearsms", f"{outside.base}/gearsms/api/v1")
    yield GearSms(door)
    await door.close()


async def rent(site: GearSms, **extra: str) -> OrderRef:
    services = await site.options(KEY, "ltr", "service", {})
    durations = await site.options(KEY, "ltr", "duration", {})
    picks = {"service": services[0].id, "duration": durations[-1].id, **extra}
    [seen] = await site.buy(KEY, "ltr", picks)
    return OrderRef(
        id=seen.id, line="ltr", picks=picks, state=seen.state, number=seen.number, facts=seen.facts
    )


async def test_a_month_of_codes(site: GearSms, outside: Outside) -> None:
    rental = await rent(site)
    for code in ("111111", "222222"):
        await outside.act(f"orders/{rental.id}/sms", text=f"Your code is {code}", code=code)
    seen = await site.look(KEY, rental)
    assert (seen.state, [sms.code for sms in seen.messages]) == (State.RECEIVED, ["111111", "222222"])

    await outside.act(f"orders/{rental.id}/expire")
    ended = await site.look(KEY, rental)
    assert (ended.state, ended.messages) == (State.DONE, seen.messages)


async def test_what_is_quoted_is_charged_and_an_area_code_costs_two_and_a_half_more(
    site: GearSms, outside: Outside
) -> None:
    before = await site.balance(KEY)
    plain = await rent(site)
    between = await site.balance(KEY)
    code = (await site.options(KEY, "ltr", "area_code", plain.picks))[0].id
    quote = await site.quote(KEY, "ltr", {**plain.picks, "area_code": code})
    chosen = await rent(site, area_code=code)
    after = await site.balance(KEY)

    assert before - between == (await site.quote(KEY, "ltr", plain.picks)).low
    assert between - after == quote.high == before - between + Decimal("2.50")
    assert (chosen.number or "").startswith(f"+1{code}")


async def test_many_messages_are_read_in_pages(site: GearSms, outside: Outside) -> None:
    rental = await rent(site)
    for number in range(25):
        await outside.act(
            f"orders/{rental.id}/sms", text=f"Your code is {1000 + number}", code=f"{1000 + number}"
        )

    first = await site.journal(KEY, "messages", order=rental)
    second = await site.journal(KEY, "messages", order=rental, page=2)

    assert (len(first.records), first.has_more) == (20, True)
    assert (len(second.records), second.has_more) == (5, False)
    assert first.records[0].text == "Your code is 1024"
    assert second.records[-1].text == "Your code is 1000"
