"""getsms.online's requests after the purchase: looks, the one act, webhooks."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from providers.errors import Malformed, NoAnswer, NotFound
from providers.getsms import GetSms
from providers.words import (
    Effect,
    State,
)
from tests.providers.getsms_kit import EXAMPLES, KEYS, NOW, WHO, answer, requested
from tests.providers.replay import Replay


def status(**changes: Any) -> dict[str, Any]:
    """The documented answer to request_status for a reserved number, but for these fields."""
    return {"status": "ok", "message": [EXAMPLES["request_status_reserved"]["message"][0] | changes]}


# Watching


@pytest.mark.usefixtures("_stopped_clock")
async def test_a_bid_is_looked_at_in_one_request(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "request_status", EXAMPLES["request_status_awaiting"])
    seen = await getsms.look(KEYS, requested(state=State.BIDDING, number=None))
    assert replay.only.query == {"cmd": "request_status", **WHO, "id": "10000001"}
    assert (seen.state, seen.number, seen.expires_at) == (State.BIDDING, None, NOW + 300)


@pytest.mark.usefixtures("_stopped_clock")
async def test_a_bid_that_won(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "request_status", EXAMPLES["request_status_reserved"])
    answer(replay, "read_sms", EXAMPLES["read_sms_none"])
    seen = await getsms.look(KEYS, requested(state=State.BIDDING, number=None))
    assert [asked.query for asked in replay.asked] == [
        {"cmd": "request_status", **WHO, "id": "10000001"},
        {"cmd": "read_sms", **WHO, "id": "10000001"},
    ]
    assert (seen.state, seen.number, seen.messages) == (State.WAITING, "+12345678901", ())
    assert seen.expires_at == NOW + 890
    assert seen.facts == {"carrier": "ATT", "markup": "20"}


async def test_a_bid_that_nobody_filled_is_an_invalid_id(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "request_status", EXAMPLES["invalid_request_id"])
    seen = await getsms.look(KEYS, requested(state=State.BIDDING))
    assert (seen.id, seen.state) == ("10000001", State.EXPIRED)
    with pytest.raises(NotFound):
        await getsms.look(KEYS, requested(state=State.WAITING))


async def test_messages_come_in_the_order_of_their_time(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "request_status", status(status="Completed"))
    answer(replay, "read_sms", EXAMPLES["read_sms"])
    first, second = (await getsms.look(KEYS, requested())).messages
    assert (first.at, first.sender, first.code) == (1600108852, "18339020112", "G-551858")
    assert second.text == "G-804036 is your Google verification code."
    assert (second.at, second.sender, second.code) == (1600108956, "22000", "G-804036")


async def test_a_message_without_a_recognized_pin(getsms: GetSms, replay: Replay) -> None:
    rows = [{"reply": "Hello", "pin": ""}, {"reply": "", "pin": "77"}, {"reply": "", "pin": None}]
    answer(replay, "request_status", status())
    answer(replay, "read_sms", {"status": "ok", "message": rows})
    messages = (await getsms.look(KEYS, requested())).messages
    assert [(sms.text, sms.code, sms.at) for sms in messages] == [("77", "77", None), ("Hello", None, None)]


@pytest.mark.parametrize(
    ("word", "left", "state"),
    [
        ("Reserved", 890, State.WAITING),
        ("Completed", 890, State.RECEIVED),
        ("Completed", 0, State.DONE),
        ("Completed", -5, State.DONE),
        ("Completed", None, State.DONE),
        ("Rejected", 890, State.CANCELLED),
        ("Timed Out", 0, State.EXPIRED),
        ("Melted", 890, State.UNKNOWN),
    ],
)
async def test_status_words(
    getsms: GetSms, replay: Replay, word: str, left: int | None, state: State
) -> None:
    answer(replay, "request_status", status(status=word, till_expiration=left))
    answer(replay, "read_sms", EXAMPLES["read_sms_none"])
    seen = await getsms.look(KEYS, requested())
    assert seen.state is state
    assert (seen.expires_at is not None) is (state.is_open and bool(left))


@pytest.mark.parametrize(("left", "lasts"), [(0, 60), (None, 60), (900, 900), (1800, 1800)])
async def test_a_bid_that_the_site_still_shows_is_not_over(
    getsms: GetSms, replay: Replay, left: int | None, lasts: int
) -> None:
    """It can still win and cost: the document gives it 30 minutes, its examples 15."""
    answer(replay, "request_status", status(status="Awaiting MDN", mdn="", till_expiration=left))
    seen = await getsms.look(KEYS, requested(state=State.BIDDING))
    assert (seen.state, seen.number) == (State.BIDDING, None)
    assert seen.expires_at is not None
    assert abs(seen.expires_at - NOW - lasts) <= 1


async def test_the_answer_must_be_about_this_request(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "request_status", status(id="10000002"))
    with pytest.raises(NoAnswer) as caught:
        await getsms.look(KEYS, requested())
    assert caught.value.reason == "bad-shape"


@pytest.mark.parametrize("word", ["ok", "error"])
async def test_no_messages_are_words_where_a_list_would_be(getsms: GetSms, replay: Replay, word: str) -> None:
    answer(replay, "request_status", status())
    answer(replay, "read_sms", {"status": word, "message": "No messages"})
    seen = await getsms.look(KEYS, requested())
    assert (seen.state, seen.messages) == (State.WAITING, ())


async def test_an_object_where_a_list_should_be(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "request_status", {"status": "ok", "message": status()["message"][0]})
    answer(replay, "read_sms", {"status": "ok", "message": EXAMPLES["read_sms"]["message"][0]})
    seen = await getsms.look(KEYS, requested())
    assert (seen.state, len(seen.messages)) == (State.WAITING, 1)


# Acts


@pytest.mark.parametrize(("key", "state"), [("cancel", State.WAITING), ("withdraw", State.BIDDING)])
async def test_rejecting_a_number_or_withdrawing_a_bid(
    getsms: GetSms, replay: Replay, key: str, state: State
) -> None:
    act = getsms.line("numbers").act(key)
    assert (act.when, act.effect) == (frozenset({state}), Effect.ENDS)
    answer(replay, "reject", EXAMPLES["reject"])
    seen = await getsms.act(KEYS, key, requested(state=state))
    assert replay.only.query == {"cmd": "reject", **WHO, "id": "10000001"}
    assert (seen.id, seen.state, seen.refunded) == ("10000001", State.CANCELLED, None)


async def test_rejecting_what_is_gone(getsms: GetSms, replay: Replay) -> None:
    answer(replay, "reject", EXAMPLES["invalid_request_id"])
    with pytest.raises(NotFound):
        await getsms.act(KEYS, "cancel", requested())


# Webhooks


async def test_the_webhook_of_a_message(getsms: GetSms) -> None:
    row = EXAMPLES["read_sms"]["message"][0]
    body = urlencode({"event": "incoming_message", "id": "10000001", **row}).encode()
    (event,) = getsms.events(body, {}, [KEYS])
    assert (event.order_id, event.number, event.service) == ("10000001", "+18503814729", "Google")
    assert event.sms is not None
    assert event.sms.text == "G-804036 is your Google verification code."
    assert (event.sms.code, event.sms.at, event.sms.sender) == ("G-804036", 1600108956, "22000")


def posted(fields: Mapping[str, str], kind: str) -> tuple[bytes, dict[str, str]]:
    """These fields as programs post them: a script that is given an array sends many parts by itself."""
    if kind == "json":
        return json.dumps(fields).encode(), {"content-type": "application/json; charset=utf-8"}
    parts = [
        f'--x7\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join([*parts, "--x7--\r\n"]).encode(), {"content-type": f'{kind}; boundary="x7"'}


@pytest.mark.parametrize("kind", ["multipart/form-data", "json"])
async def test_the_fields_may_be_posted_in_other_ways(getsms: GetSms, kind: str) -> None:
    row = EXAMPLES["read_sms"]["message"][0] | {"reply": "Ваш код:\r\nG-804036", "price": "1.20"}
    body, headers = posted({"event": "incoming_message", "id": "10000001", **row}, kind)

    (event,) = getsms.events(body, headers, [KEYS])

    assert (event.order_id, event.number, event.service) == ("10000001", "+18503814729", "Google")
    assert event.sms is not None
    assert (event.sms.text, event.sms.code, event.sms.at) == ("Ваш код:\r\nG-804036", "G-804036", 1600108956)


async def test_names_of_fields_need_no_quotes(getsms: GetSms) -> None:
    """Some programs set them only where a name has odd characters."""
    body, headers = posted(
        {"event": "incoming_message", "id": "10000001", "pin": "804036"}, "multipart/form-data"
    )
    body = body.replace(b'name="id"', b"name=id").replace(b'name="pin"', b"name=pin; charset=utf-8")

    (event,) = getsms.events(body, headers, [KEYS])

    assert event.order_id == "10000001"
    assert event.sms is not None
    assert event.sms.code == "804036"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x7\r\n"),
        ("multipart/form-data; boundary=", b"--\r\n"),
        ("multipart/form-data; boundary=x7", b"--x7" * 10_000),
        ("multipart/form-data; boundary=x7", b'--x7\r\nA: form-data; name="id"\r\n\r\n\xff\xfe\r\n--x7--'),
        ("application/json", b"[]"),
        ("application/json", b"{"),
        ("text/plain", b"{}"),
    ],
)
async def test_nothing_is_read_out_of_other_bodies(getsms: GetSms, kind: str, body: bytes) -> None:
    with pytest.raises(Malformed):
        getsms.events(body, {"content-type": kind}, [KEYS])


async def test_the_webhook_of_a_bid_that_won(getsms: GetSms) -> None:
    fields = {"event": "priority_request", "status": "ok", "id": "10000001", "mdn": "15302286946"}
    (event,) = getsms.events(urlencode(fields | {"service": "Amazon", "price": "0.60"}).encode(), {}, [KEYS])
    assert (event.order_id, event.number, event.service, event.sms) == (
        "10000001",
        "+15302286946",
        "Amazon",
        None,
    )


async def test_webhooks_are_not_signed(getsms: GetSms) -> None:
    assert getsms.hook is not None
    assert not getsms.hook.signed


async def test_an_event_that_is_not_documented_says_nothing(getsms: GetSms) -> None:
    assert list(getsms.events(b"event=birthday&id=1", {}, [KEYS])) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"id=1", b"event=incoming_message", b"\xff\xfe", b"{}", "&".join(["a=1"] * 100).encode()],
)
async def test_a_webhook_without_sense_is_malformed(getsms: GetSms, body: bytes) -> None:
    with pytest.raises(Malformed):
        getsms.events(body, {}, [KEYS])
