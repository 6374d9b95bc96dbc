"""SMSGig's menus, orders and webhooks as its API reference has them, and their traps."""

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from providers.errors import Forged, Invalid, Malformed, NoAnswer, NoNumbers, NotFound, SiteError
from providers.smsgig import SmsGig
from providers.words import (
    Effect,
    Rule,
    State,
)
from tests.providers.replay import Replay
from tests.providers.smsgig_kit import EXAMPLES, KEYS, WISH, rented, signed

CREATED = 1779112676  # 2026-05-18T13:57:56Z


def service(code: str, **changes: Any) -> dict[str, Any]:
    whatsapp: dict[str, Any] = EXAMPLES["services"]["data"][0]
    return whatsapp | {"service_code": code, "name": code.title()} | changes


# What is asked, and what the documented answers mean


async def test_the_balance(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/balance", EXAMPLES["balance"])
    assert await smsgig.balance(KEYS) == Decimal(10)
    assert replay.only.query == {}
    assert replay.only.headers["authorization"] == "Bearer YOUR_API_KEY"


async def test_transactions_of_one_kind(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/transactions", EXAMPLES["transactions"])
    (refund,) = await smsgig.transactions(KEYS, "refund")
    assert replay.only.query == {"limit": "100", "type": "refund"}
    assert (refund.id, refund.kind, refund.amount) == ("1021", "refund", Decimal("0.75"))
    assert refund.description == "Refund for eBay rental #503"
    assert refund.created_at == 1778836901


async def test_a_refund_among_purchases_is_none(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/transactions", EXAMPLES["transactions"])
    assert await smsgig.transactions(KEYS, "purchase") == []


@pytest.mark.parametrize("word", ["Purchase", "PURCHASES", "debit", "number_rental"])
async def test_a_purchase_by_another_word_is_one(smsgig: SmsGig, replay: Replay, word: str) -> None:
    """Passed over, it would be told to have cost nothing, which invites to buy again."""
    (entry,) = EXAMPLES["transactions"]["data"]
    replay.put("GET", "/transactions", {"data": [entry | {"type": word}]})
    (bought,) = await smsgig.transactions(KEYS, "purchase")
    assert bought.kind == word


async def test_services_say_what_a_menu_and_an_order_need(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/s1/services", EXAMPLES["services"] | {"meta": {"total": 1, "per_page": 100}})
    (whatsapp,) = await smsgig.options(KEYS, "s1", "service", {})
    assert replay.only.query == {}
    assert (whatsapp.id, whatsapp.name, whatsapp.price) == ("whatsapp", "WhatsApp", Decimal("0.58"))
    assert whatsapp.stock == 6989
    assert whatsapp.facts == {"ttl": 600, "multiple_sms": True}


async def test_services_are_read_page_by_page(smsgig: SmsGig, replay: Replay) -> None:
    meta = {"total": 3, "per_page": 1}
    replay.put("GET", "/s1/services", {"data": [service("a")], "meta": meta})
    for page, code in ((2, "b"), (3, "c")):
        replay.put("GET", "/s1/services", {"data": [service(code)], "meta": meta}, query={"page": str(page)})
    assert [option.id for option in await smsgig.options(KEYS, "s1", "service", {})] == ["a", "b", "c"]
    assert [asked.query for asked in replay.asked] == [{}, {"page": "2"}, {"page": "3"}]


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_a_site_that_takes_no_page_has_one(smsgig: SmsGig, replay: Replay, status: int) -> None:
    meta = {"total": 3, "per_page": 1}
    replay.put("GET", "/s1/services", {"data": [service("a")], "meta": meta})
    replay.put("GET", "/s1/services", {"message": "?"}, query={"page": "2"}, status=status)
    assert [option.id for option in await smsgig.options(KEYS, "s1", "service", {})] == ["a"]


async def test_a_site_that_ignores_the_page_is_not_asked_for_ever(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/s1/services", EXAMPLES["services"])  # one service, "total": 360
    assert len(await smsgig.options(KEYS, "s1", "service", {})) == 1
    assert len(replay.asked) == 2


@pytest.mark.parametrize("choice", ["area_code", "carrier"])
async def test_area_codes_and_carriers_are_typed_because_the_site_lists_none(
    smsgig: SmsGig, replay: Replay, choice: str
) -> None:
    assert await smsgig.options(KEYS, "s1", choice, WISH) == ()
    assert replay.asked == []
    declared = smsgig.line("s1").choice(choice)
    assert not declared.listed
    assert not declared.required
    assert declared.typed is not None


@pytest.mark.parametrize(
    ("choice", "text", "fits"),
    [
        ("area_code", "212", True),
        ("area_code", "2125", False),
        ("area_code", "٢١٢", False),
        ("carrier", "AT&T", True),
        ("carrier", "T-Mobile USA", True),
        ("carrier", "x" * 31, False),
        ("carrier", "<b>", False),
    ],
)
async def test_what_may_be_typed(smsgig: SmsGig, choice: str, text: str, fits: bool) -> None:
    assert smsgig.line("s1").choice(choice).accepts(text) is fits


async def test_a_quote_is_exact_and_tells_the_rules(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/s1/services", EXAMPLES["services"])
    quote = await smsgig.quote(KEYS, "s1", WISH)
    assert (quote.low, quote.high) == (Decimal("0.58"), Decimal("0.58"))
    assert (quote.lasts, quote.stock) == (600, 6989)
    assert quote.rules == (Rule.REFUND_ON_CANCEL, Rule.SEVERAL_CODES)
    assert len(replay.asked) == 1, "the page with the service is enough"


async def test_a_quote_for_a_service_of_one_code(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/s1/services", {"data": [service("ebay", multiple_sms=False, ttl=None)]})
    quote = await smsgig.quote(KEYS, "s1", {"service": "ebay"})
    assert quote.rules == (Rule.REFUND_ON_CANCEL,)
    assert quote.lasts is None


@pytest.mark.parametrize(
    ("listed", "error"),
    [
        ([service("ebay")], Invalid),
        ([service("whatsapp", count=0)], NoNumbers),
        ([service("whatsapp", price=None)], NoAnswer),
        ([service("whatsapp", price="free")], NoAnswer),
    ],
)
async def test_no_quote(smsgig: SmsGig, replay: Replay, listed: list[Any], error: type[SiteError]) -> None:
    replay.put("GET", "/s1/services", {"data": listed})
    with pytest.raises(error):
        await smsgig.quote(KEYS, "s1", WISH)


async def test_buying(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("POST", "/s1/rent", EXAMPLES["rent"])
    (seen,) = await smsgig.buy(KEYS, "s1", WISH)
    assert replay.only.json == {"service_code": "whatsapp", "area_code": "212"}
    assert (seen.id, seen.number, seen.state) == ("10561661", "+14052003055", State.WAITING)
    assert seen.price == Decimal("0.58")
    assert (seen.created_at, seen.expires_at) == (CREATED, CREATED + 600)
    assert seen.picks == {"service": "whatsapp"}
    assert seen.facts == {"ttl": 600, "price": "0.58"}
    assert seen.messages == ()
    assert seen.raw == EXAMPLES["rent"]["rental"] | {"price": Decimal("0.58")}


async def test_buying_sends_what_was_picked_and_nothing_else(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("POST", "/s1/rent", EXAMPLES["rent"])
    await smsgig.buy(KEYS, "s1", {"service": "gmail"})
    await smsgig.buy(KEYS, "s1", {"service": "gmail", "carrier": "AT&T"})
    assert [asked.json for asked in replay.asked] == [
        {"service_code": "gmail"},
        {"service_code": "gmail", "carrier": "AT&T"},
    ]


async def test_an_id_that_cost_money_is_kept_though_all_else_is_missing(
    smsgig: SmsGig, replay: Replay
) -> None:
    replay.put("POST", "/s1/rent", {"status": "success", "rental": {"activation_id": 7}})
    (seen,) = await smsgig.buy(KEYS, "s1", WISH)
    assert (seen.id, seen.state, seen.number, seen.expires_at) == ("7", State.UNKNOWN, None, None)


async def test_looking_while_nothing_came(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/s1/status", EXAMPLES["status_waiting"])
    seen = await smsgig.look(KEYS, rented())
    assert replay.only.query == {"activation_id": "10561661"}
    assert (seen.id, seen.state, seen.messages) == ("10561661", State.WAITING, ())


async def test_a_code_and_more_may_come(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/s1/status", EXAMPLES["status_received"])
    seen = await smsgig.look(KEYS, rented())
    (sms,) = seen.messages
    assert (sms.text, sms.code) == ("Your WhatsApp code is 123456", "123456")
    assert (sms.id, sms.at) == (None, None)
    assert seen.state is State.RECEIVED


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"facts": {"multiple_sms": False}}, State.DONE),
        ({"facts": {"multiple_sms": True}}, State.RECEIVED),
        ({"facts": {}}, State.RECEIVED),
        ({"facts": {"multiple_sms": True}, "expires_at": 1_700_000_000}, State.DONE),
    ],
)
async def test_received_is_over_where_one_code_comes_or_time_is_up(
    smsgig: SmsGig, replay: Replay, changes: Mapping[str, Any], state: State
) -> None:
    replay.put("GET", "/s1/status", EXAMPLES["status_received"])
    assert (await smsgig.look(KEYS, rented(**changes))).state is state


async def test_time_is_up_by_the_sites_clock(smsgig: SmsGig, replay: Replay) -> None:
    tomorrow = {"Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 86_400))}
    replay.put("GET", "/s1/status", EXAMPLES["status_received"], headers=tomorrow)
    assert (await smsgig.look(KEYS, rented())).state is State.DONE


@pytest.mark.parametrize("missing", ["number", "expires_at"])
async def test_the_full_record_is_read_where_number_or_expiry_is_missing(
    smsgig: SmsGig, replay: Replay, missing: str
) -> None:
    replay.put("POST", "/s1/rentals/status", EXAMPLES["rental_status_with_its_quotes"])
    seen = await smsgig.look(KEYS, rented(**{missing: None}))
    assert replay.only.json == {"activation_id": 10561661}
    assert seen.number == "+15181234567"
    assert seen.expires_at == 1771448854 + 600
    assert seen.price == Decimal("0.50")
    assert [sms.code for sms in seen.messages] == ["123456"]
    assert seen.state is State.DONE, "its time was up long ago"


async def test_the_record_as_printed_is_no_json_and_no_crash(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("POST", "/s1/rentals/status", EXAMPLES["rental_status_as_printed"].encode())
    with pytest.raises(NoAnswer) as caught:
        await smsgig.look(KEYS, rented(number=None))
    assert caught.value.reason == "not-json"


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("waiting", State.WAITING),
        ("canceled", State.CANCELLED),
        ("cancelled", State.CANCELLED),
        ("finished", State.DONE),
        ("expired", State.EXPIRED),
        ("Waiting", State.WAITING),
        ("success", State.UNKNOWN),
        ("hibernating", State.UNKNOWN),
    ],
)
async def test_status_words(smsgig: SmsGig, replay: Replay, word: str, state: State) -> None:
    replay.put("GET", "/s1/status", {"status": word})
    assert (await smsgig.look(KEYS, rented())).state is state


async def test_a_code_as_a_number_or_without_its_text_is_a_code(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/s1/status", {"status": "received", "code": 123456, "text": None})
    (sms,) = (await smsgig.look(KEYS, rented())).messages
    assert (sms.text, sms.code) == ("123456", "123456")


async def test_cancelling(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("POST", "/s1/rentals/cancel", EXAMPLES["cancel"])
    seen = await smsgig.act(KEYS, "cancel", rented())
    assert replay.only.json == {"activation_id": 10561661}
    assert (seen.id, seen.state, seen.refunded) == ("10561661", State.CANCELLED, Decimal("0.58"))


@pytest.mark.parametrize(
    ("message", "facts"),
    [("Rental canceled", {"price": "0.58"}), ("Rental canceled and refund processed", {}), (None, {})],
)
async def test_a_refund_is_told_only_when_the_site_says_so_and_the_price_is_known(
    smsgig: SmsGig, replay: Replay, message: str | None, facts: dict[str, str]
) -> None:
    replay.put("POST", "/s1/rentals/cancel", {"status": "success", "message": message})
    seen = await smsgig.act(KEYS, "cancel", rented(facts=facts))
    assert (seen.state, seen.refunded) == (State.CANCELLED, None)


async def test_finishing(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("POST", "/s1/rentals/status", EXAMPLES["rental_status_with_its_quotes"])
    seen = await smsgig.act(KEYS, "finish", rented(state=State.RECEIVED))
    assert replay.only.json == {"activation_id": 10561661, "action": "finished"}
    assert seen.state is State.DONE, 'the example still says "received"'
    assert [sms.code for sms in seen.messages] == ["123456"]


async def test_both_acts_end_the_order(smsgig: SmsGig) -> None:
    acts = smsgig.line("s1").acts
    assert {act.key: act.when for act in acts} == {"cancel": {State.WAITING}, "finish": {State.RECEIVED}}
    assert {act.effect for act in acts} == {Effect.ENDS}


async def test_an_id_that_is_no_integer_is_not_asked_for(smsgig: SmsGig, replay: Replay) -> None:
    strange = rented(id="../balance")
    for ask in (smsgig.look(KEYS, strange), smsgig.act(KEYS, "cancel", strange)):
        with pytest.raises(NotFound):
            await ask
    assert replay.asked == []


# Webhooks


async def test_a_signed_webhook(smsgig: SmsGig) -> None:
    body = EXAMPLES["webhook"].encode()
    (event,) = smsgig.events(body, signed(body), [KEYS])
    assert (event.order_id, event.service, event.line) == ("10561661", "whatsapp", "s1")
    assert event.sms is not None
    assert (event.sms.text, event.sms.code) == ("Your WhatsApp code is 123456", "123456")
    assert event.sms.id == "msg_10561661_a1b2c3d4"
    assert event.sms.at == 1779112931


async def test_an_older_key_still_proves_a_webhook(smsgig: SmsGig) -> None:
    body = EXAMPLES["webhook"].encode()
    assert smsgig.events(body, signed(body, "the-old-key"), [KEYS, {"api_key": "the-old-key"}])


@pytest.mark.parametrize("signature", ["", "0" * 64, "ключ", signed(b"{}")["x-smsgig-signature"]])
async def test_a_wrong_signature_is_a_forgery(smsgig: SmsGig, signature: str) -> None:
    with pytest.raises(Forged):
        smsgig.events(EXAMPLES["webhook"].encode(), {"x-smsgig-signature": signature}, [KEYS])


async def test_no_signature_or_no_key_is_a_forgery(smsgig: SmsGig) -> None:
    body = EXAMPLES["webhook"].encode()
    with pytest.raises(Forged):
        smsgig.events(body, {}, [KEYS])
    with pytest.raises(Forged):
        smsgig.events(body, signed(body), [])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b"NaN", b"[" * 100_000, b"{}", b'{"activation_id": "x"}']
)
async def test_a_signed_webhook_without_sense_is_malformed(smsgig: SmsGig, body: bytes) -> None:
    with pytest.raises(Malformed):
        smsgig.events(body, signed(body), [KEYS])


async def test_a_webhook_without_a_message_is_a_hint(smsgig: SmsGig) -> None:
    body = b'{"activation_id": 5}'
    (event,) = smsgig.events(body, signed(body), [KEYS])
    assert (event.order_id, event.sms) == ("5", None)
