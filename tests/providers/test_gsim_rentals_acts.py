"""What can be done with a rental of gsim.io, what became of it, and what the site keeps."""

import time
from decimal import Decimal
from typing import Any

import pytest

from providers.errors import Unclear
from providers.gsim import Gsim
from providers.site import Record
from providers.words import Effect, Rule, State
from tests.providers.gsim_kit import (
    CALL_AT,
    CALLS,
    CODE_AT,
    DOCUMENT,
    KEY,
    LINE,
    PATH,
    SMS,
    TO_SEND,
    messages,
    order,
    sent,
)  # fmt: skip
from tests.providers.replay import Replay


def test_what_can_be_done_with_a_rental() -> None:
    acts = {act.key: act for act in LINE.acts}
    assert {key for key, act in acts.items() if act.effect.costs} == {"send_sms", "call"}
    assert {key for key, act in acts.items() if act.effect is Effect.ENDS} == {"release"}
    assert acts["release"].confirm
    assert acts["release"].confirm_twice
    assert (acts["auto_renew"].switch, acts["auto_renew"].renews) == ("auto_renew", True)
    assert acts["send_sms"].choice("body").private
    assert {act.needs for act in LINE.acts} == {None, "can_sms", "can_call"}
    assert {key for key, act in acts.items() if not act.tucked} == {"send_sms", "auto_renew"}
    keys = {one.key for act in LINE.acts for one in act.choices}
    assert keys.isdisjoint(one.key for one in LINE.choices)


@pytest.mark.parametrize(
    ("act", "key", "good", "bad"),
    [
        ("send_sms", "to", ["+14155551234", "+1 (415) 555-1234"], ["4155551234", "+0155", "+1415", "+1" * 9]),
        ("send_sms", "body", ["x", "two\nlines", "ф" * 1600], ["", "x" * 1601]),
        ("forwarding", "forwarding", ["+905551234567"], ["off", "905551234567"]),
        ("rename", "friendly_name", ["x" * 64], ["", "x" * 65, "two\nlines"]),
    ],
)
def test_what_may_be_typed_for_an_act(act: str, key: str, good: list[str], bad: list[str]) -> None:
    asked = LINE.act(act).choice(key)
    assert all(asked.accepts(text) for text in good)
    assert not any(asked.accepts(text) for text in bad)


@pytest.mark.parametrize(
    ("act", "answer", "body", "facts"),
    [
        ("auto_renew", {"auto_renew": "on"}, {"autoRenew": True}, {"auto_renew": True}),
        ("auto_renew", {"auto_renew": "off"}, {"autoRenew": False}, {"auto_renew": False}),
        ("voicemail", {"voicemail": "on"}, {"voicemailEnabled": True}, {"voicemail": True}),
        ("voicemail", {"voicemail": "off"}, {"voicemailEnabled": False}, {"voicemail": False}),
        (
            "forwarding",
            {"forwarding": "+90 555 123-45-67"},
            {"forwardingNumber": "+905551234567"},
            {"forwarding": "+905551234567"},
        ),
        ("forwarding", {"forwarding": "off"}, {"forwardingNumber": None}, {"forwarding": ""}),
        ("rename", {"friendly_name": "My bank"}, {"friendlyName": "My bank"}, {"friendly_name": "My bank"}),
    ],
)
async def test_settings_are_sent_as_values_never_as_toggles(
    gsim: Gsim, replay: Replay, act: str, answer: dict[str, str], body: Any, facts: Any
) -> None:
    replay.put("PATCH", PATH, {"id": "cma...", **body})
    seen = await gsim.act(KEY, act, order(), answer)
    assert replay.only.json == body
    assert (seen.id, seen.state, seen.facts) == ("cma...", State.WAITING, facts)


async def test_the_sites_word_on_a_setting_counts(gsim: Gsim, replay: Replay) -> None:
    replay.put("PATCH", PATH, DOCUMENT["rental set"])
    seen = await gsim.act(KEY, "auto_renew", order(), {"auto_renew": "off"})
    assert seen.facts == {"auto_renew": True, "forwarding": "+905551234567"}


async def test_a_setting_that_the_answer_leaves_out_is_as_it_was_sent(gsim: Gsim, replay: Replay) -> None:
    replay.put("PATCH", PATH, {"id": "cma..."})
    assert (await gsim.act(KEY, "rename", order(), {"friendly_name": "Bank"})).facts == {
        "friendly_name": "Bank"
    }


async def test_release_ends_it(gsim: Gsim, replay: Replay) -> None:
    replay.put("DELETE", PATH, DOCUMENT["released"])
    seen = await gsim.act(KEY, "release", order())
    assert (seen.state, seen.refunded) == (State.CANCELLED, None)
    assert replay.only.body == b""


async def test_sending_an_sms(gsim: Gsim, replay: Replay) -> None:
    replay.put("POST", SMS, DOCUMENT["sms sent"])
    seen = await gsim.act(KEY, "send_sms", order(), TO_SEND | {"to": "+1 (415) 555-1234"})
    assert replay.only.json == TO_SEND
    assert (seen.id, seen.state) == ("cma...", State.WAITING), "it stays the same order"


async def test_calling(gsim: Gsim, replay: Replay) -> None:
    replay.put("POST", CALLS, DOCUMENT["call placed"])
    seen = await gsim.act(KEY, "call", order(), {"to": "+14155551234"})
    assert replay.only.json == {"to": "+14155551234"}
    assert seen.id == "cma..."


@pytest.mark.parametrize(("act", "answer"), [("send_sms", TO_SEND), ("call", {"to": "+14155551234"})])
async def test_a_usage_fee_is_not_told_before(
    gsim: Gsim, replay: Replay, act: str, answer: dict[str, str]
) -> None:
    quote = await gsim.act_quote(KEY, act, order(), answer)
    assert quote.low == quote.high == 0
    assert quote.rules == (Rule.FEE_BY_SITE,)
    assert replay.asked == []


# What became of an SMS or a call whose answer was lost


@pytest.mark.parametrize(
    ("row", "done"),
    [
        (sent(), True),
        (sent(status="failed"), True),
        (sent(to="+1 415 555 1234", body=f"{TO_SEND['body']}\n"), True),
        (sent(createdAt="2024-03-15T10:04:52.000Z"), True),
        (sent(createdAt="2024-03-15T10:04:49.000Z"), False),
        (sent(direction="INBOUND"), False),
        (sent(to="+14155551235"), False),
        (sent(body="Hello"), False),
    ],
    ids=["it", "failed", "spelled", "clocks", "earlier", "inbound", "to another", "other words"],
)
async def test_a_lost_sms_is_found_by_its_words(
    gsim: Gsim, replay: Replay, row: dict[str, Any], done: bool
) -> None:
    replay.put("GET", SMS, messages({}, row))
    seen = await gsim.was_done(KEY, "send_sms", order(), TO_SEND, since=CODE_AT)
    assert (seen is not None) is done
    if seen is not None:
        assert (seen.id, seen.state, seen.raw["id"]) == ("cma...", State.WAITING, "sent")
    assert replay.only.path == SMS


@pytest.mark.parametrize(
    "rows",
    [(sent(id="a"), sent(id="b")), (sent(createdAt=None),)],
    ids=["two alike", "without a time"],
)
async def test_what_the_records_do_not_decide_is_unclear(
    gsim: Gsim, replay: Replay, rows: tuple[dict[str, Any], ...]
) -> None:
    replay.put("GET", SMS, messages(*rows))
    with pytest.raises(Unclear) as caught:
        await gsim.was_done(KEY, "send_sms", order(), TO_SEND, since=CODE_AT)
    assert caught.value.call == "GET /rentals/:id/sms"


async def test_space_around_the_words_is_no_difference(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", SMS, messages(sent()))
    asked = TO_SEND | {"body": f" {TO_SEND['body']}\n"}
    assert await gsim.was_done(KEY, "send_sms", order(), asked, since=CODE_AT) is not None


async def test_a_lost_call_is_found_by_whom_it_called(gsim: Gsim, replay: Replay) -> None:
    [inbound] = DOCUMENT["rental calls"]["calls"]
    outbound = inbound | {"id": "made", "direction": "OUTBOUND", "to": "+14155551234"}
    replay.put("GET", CALLS, {"calls": [inbound, outbound], "total": 2})
    asked = {"to": "+14155551234"}
    seen = await gsim.was_done(KEY, "call", order(), asked, since=CALL_AT)
    assert seen is not None
    assert seen.raw["id"] == "made"
    assert await gsim.was_done(KEY, "call", order(), {"to": "+14155550000"}, since=CALL_AT) is None
    assert await gsim.was_done(KEY, "call", order(), asked, since=CALL_AT + 60) is None


# What the site keeps


async def test_the_journal_of_messages(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", SMS, messages({}, sent(), total=15))
    sheet = await gsim.journal(KEY, "messages", order=order(), page=1)
    assert replay.only.query == {"page": "1", "limit": "8"}
    assert sheet.records == (
        Record(
            id="cma...",
            at=CODE_AT,
            word="received",
            text="Your verification code is 123456",
            number="+14155551234",
            outbound=False,
        ),
        Record(
            id="sent",
            at=CODE_AT,
            word="queued",
            text=TO_SEND["body"],
            number="+14155551234",
            outbound=True,
        ),
    )
    assert sheet.has_more


async def test_the_journal_of_calls(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", CALLS, DOCUMENT["rental calls"])
    sheet = await gsim.journal(KEY, "calls", order=order())
    assert sheet.records == (
        Record(id="cma...", at=CALL_AT, word="COMPLETED", number="+14155551234", outbound=False, seconds=45),
    )
    assert not sheet.has_more


@pytest.mark.parametrize(
    ("page", "total", "more"), [(1, 8, False), (1, 9, True), (2, 9, False), (1, None, False)]
)
async def test_whether_a_journal_goes_on(
    gsim: Gsim, replay: Replay, page: int, total: int | None, more: bool
) -> None:
    replay.put("GET", SMS, messages({}) | {"total": total})
    sheet = await gsim.journal(KEY, "messages", order=order(), page=page)
    assert sheet.has_more is more
    assert replay.only.query["page"] == str(page)


async def test_the_journal_of_rentals_shows_what_can_be_adopted(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/rentals", DOCUMENT["rentals"])
    before = int(time.time())
    sheet = await gsim.journal(KEY, "rentals", word="PENDING_RENEWAL")
    assert replay.only.query == {"page": "1", "limit": "8", "status": "PENDING_RENEWAL"}
    [record] = sheet.records
    assert (record.id, record.word, record.number) == ("cma...", "ACTIVE", "+15105551234")
    assert (record.amount, record.line) == (Decimal("1.5"), "rentals")
    assert record.seen is not None
    assert (record.seen.id, record.seen.state) == ("cma...", State.WAITING)
    known = record.seen.facts["known_till"]
    assert isinstance(known, int)
    assert abs(known - before) < 60, "its old messages ring for nobody"


async def test_the_journal_of_orders_shows_what_can_be_adopted(gsim: Gsim, replay: Replay) -> None:
    replay.put("GET", "/orders", DOCUMENT["orders"])
    sheet = await gsim.journal(KEY, "orders", page=3, word="PENDING")
    assert replay.only.query == {"page": "3", "limit": "8", "status": "PENDING"}
    [record] = sheet.records
    assert (record.id, record.word, record.number) == ("cma1b2c3...", "PENDING", "+79991234567")
    assert (record.amount, record.at, record.line) == (Decimal("0.18"), 1_710_496_800, "numbers")
    assert record.seen is not None
    assert record.seen.picks == {"service": "telegram", "country": "russia", "operator": "any"}
    assert sheet.has_more


def test_the_journals_filters_are_the_documents() -> None:
    filters = {journal.key: set(journal.filters) for journal in Gsim.journals}
    assert filters == {
        "orders": {"PENDING", "RECEIVED", "CANCELLED", "BANNED", "REFUNDED", "EXPIRED"},
        "rentals": {"ACTIVE", "PENDING_RENEWAL", "EXPIRED", "CANCELLED"},
    }
    assert [journal.key for journal in LINE.journals] == ["messages", "calls"]


async def test_a_journal_nobody_keeps_is_a_fault_of_ours(gsim: Gsim) -> None:
    for key, of in (("transactions", None), ("transactions", order()), ("messages", None)):
        with pytest.raises(KeyError):
            await gsim.journal(KEY, key, order=of)
