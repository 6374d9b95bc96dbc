"""GotSMS's rents after the purchase: one by one, and all of an account in one request or two."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from providers.gotsms import GotSms
from providers.site import OrderRef, Sms
from providers.words import State
from tests.providers.gotsms_kit import (
    DAY,
    DOCUMENT,
    KEY,
    NOON,
    ORDER,
    RENT,
    asked,
    iso,
    message,
    page,
    put_rent,
    ref,
    rent,
)
from tests.providers.replay import Replay

SMS = Sms(
    text="Your verification code is 123456",
    code="123456",
    id="uuid",
    at=NOON,
    sender="+18001234567",
)


# One rent


async def test_a_look_reads_the_status_then_the_messages(gotsms: GotSms, replay: Replay) -> None:
    put_rent(replay, DOCUMENT["status"], page(DOCUMENT["rent messages"]["data"], next_before_id=None))
    seen = await gotsms.look(KEY, ORDER)
    assert (seen.state, seen.messages, seen.facts["known_till"]) == (State.RECEIVED, (SMS,), NOON)
    assert asked(replay) == [
        ("GET", f"/numbers/{RENT}/status", {}),
        ("GET", f"/numbers/{RENT}/messages", {}),
    ]


async def test_older_messages_are_asked_for_by_a_guessed_name(gotsms: GotSms, replay: Replay) -> None:
    put_rent(replay, DOCUMENT["status"], page([message("2", NOON + 9)], next_before_id="2"))
    older = page([message("1", NOON)], next_before_id=None)
    replay.put("GET", f"/numbers/{RENT}/messages", older, query={"before_id": "2"})
    seen = await gotsms.look(KEY, ORDER)
    assert [sms.id for sms in seen.messages] == ["1", "2"]  # in the order of coming


async def test_should_the_guess_be_wrong_the_same_page_ends_it(gotsms: GotSms, replay: Replay) -> None:
    put_rent(replay, DOCUMENT["status"], DOCUMENT["rent messages"])
    seen = await gotsms.look(KEY, ORDER)
    assert seen.messages == (SMS,)
    assert [query for *_, query in asked(replay)] == [{}, {}, {"before_id": "uuid"}]


async def test_should_the_guess_be_refused_there_is_one_page(gotsms: GotSms, replay: Replay) -> None:
    put_rent(replay, DOCUMENT["status"], DOCUMENT["rent messages"])
    no = {"success": False, "message": "The before id field is prohibited."}
    replay.put("GET", f"/numbers/{RENT}/messages", no, query={"before_id": "uuid"}, status=422)
    assert [sms.code for sms in (await gotsms.look(KEY, ORDER)).messages] == ["123456"]


async def test_messages_known_already_are_not_paged_through_again(gotsms: GotSms, replay: Replay) -> None:
    put_rent(replay, DOCUMENT["status"], DOCUMENT["rent messages"])
    await gotsms.look(KEY, replace(ORDER, facts={"known_till": NOON + 1}))
    assert len(replay.asked) == 2


@pytest.mark.parametrize(
    ("word", "left", "received", "state"),
    [
        ("active", 60, False, State.WAITING),
        ("active", 60, True, State.RECEIVED),
        ("finished", 60, False, State.CANCELLED),
        ("finished", 60, True, State.CANCELLED),
        ("finished", -60, False, State.EXPIRED),
        ("finished", -60, True, State.DONE),
        ("finished", None, False, State.EXPIRED),
        ("expired", -60, False, State.EXPIRED),
        ("expired", -60, True, State.DONE),
        ("Refunded", 60, False, State.CANCELLED),
        ("cancelled", 60, True, State.CANCELLED),
        ("frozen", 60, True, State.UNKNOWN),
        (None, 60, False, State.UNKNOWN),
        ({}, 60, False, State.UNKNOWN),
    ],
)
async def test_status_words(
    gotsms: GotSms, replay: Replay, word: Any, left: int | None, received: bool, state: State
) -> None:
    till = None if left is None else iso(int(time.time()) + left)
    status = {"success": True, "data": {"status": word, "active_till": till}}
    put_rent(replay, status, page([message("1", NOON)] if received else []))
    assert (await gotsms.look(KEY, ORDER)).state is state


async def test_a_code_once_seen_is_not_forgotten(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", f"/numbers/{RENT}/status", DOCUMENT["status"])
    seen = await gotsms.act(KEY, "status", replace(ORDER, state=State.RECEIVED))
    assert seen.state is State.RECEIVED


async def test_finished_is_judged_by_the_sites_clock(gotsms: GotSms, replay: Replay) -> None:
    ends = int(time.time()) + 3600
    date = {"Date": datetime.fromtimestamp(ends + 600, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")}
    status = {"success": True, "data": {"status": "finished", "active_till": iso(ends)}}
    replay.put("GET", f"/numbers/{RENT}/status", status, headers=date)
    assert (await gotsms.act(KEY, "status", ORDER)).state is State.EXPIRED


async def test_a_message_of_a_code_alone_is_a_message(gotsms: GotSms, replay: Replay) -> None:
    put_rent(replay, DOCUMENT["status"], page([{"id": "1", "code": "77"}, {"id": "2", "body": ""}]))
    assert (await gotsms.look(KEY, ORDER)).messages == (Sms(text="77", code="77", id="1"),)


# All rents of an account


async def test_two_requests_look_at_all_rents(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents", page([rent("a"), rent("b"), rent("of another")]))
    replay.put("GET", "/messages", page([message("1", NOON, "b"), message("2", NOON, "of another")]))
    a, b = await gotsms.look_all(KEY, [ref("a"), ref("b")])
    assert (a.id, a.state, a.messages) == ("a", State.WAITING, ())
    assert (b.id, b.state, [sms.id for sms in b.messages]) == ("b", State.RECEIVED, ["1"])
    assert b.number == "+18001234567"
    assert asked(replay) == [("GET", "/rents", {}), ("GET", "/messages", {})]


def standing(rent_id: str, **facts: str | int | bool) -> OrderRef:
    """A rent as its order knows it after a look: it ends in a day."""
    return replace(ref(rent_id, **facts), expires_at=int(time.time()) + DAY)


async def test_what_was_just_shown_is_asked_for_its_messages_alone(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents", page([rent("a"), rent("b")]))
    replay.put("GET", "/messages", page([message("1", NOON, "b")]))
    both = [standing("a"), standing("b", can_wake_up=True)]
    await gotsms.look_all(KEY, both)
    a, b = await gotsms.look_all(KEY, both)
    assert [path for _, path, _ in asked(replay)] == ["/rents", "/messages", "/messages"]
    assert (a.id, a.state, a.messages) == ("a", State.WAITING, ())
    assert (b.id, b.state, [sms.id for sms in b.messages]) == ("b", State.RECEIVED, ["1"])
    assert b.facts == {"known_till": NOON}, "what was known of it stays"


async def test_a_code_once_seen_is_not_forgotten_by_its_messages_alone(
    gotsms: GotSms, replay: Replay
) -> None:
    replay.put("GET", "/rents", page([rent("a")]))
    replay.put("GET", "/messages", page([]))
    received = replace(standing("a"), state=State.RECEIVED)
    await gotsms.look_all(KEY, [received])
    [seen] = await gotsms.look_all(KEY, [received])
    assert seen.state is State.RECEIVED


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": int(time.time()) + 5},
        {"expires_at": int(time.time()) - 5},
        {"expires_at": None},
        {"state": State.UNKNOWN},
        {"id": "c"},
    ],
    ids=["about to end", "ended", "without an end", "unknown", "new"],
)
async def test_the_list_is_read_where_a_state_may_have_changed(
    gotsms: GotSms, replay: Replay, changes: dict[str, Any]
) -> None:
    replay.put("GET", "/rents", page([rent("c"), rent("a"), rent("b")], last=2))
    replay.put("GET", "/messages", page([]))
    await gotsms.look_all(KEY, [standing("a"), standing("b")])
    if "id" in changes:
        gotsms._shown.pop("c")
    await gotsms.look_all(KEY, [standing("b"), replace(standing("a"), **changes)])
    assert asked(replay)[2:] == [("GET", "/rents", {}), ("GET", "/messages", {})], "its first page is enough"


async def test_after_an_act_and_after_a_while_the_list_is_read_again(
    gotsms: GotSms, replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay.put("GET", "/rents", page([rent(RENT)]))
    replay.put("GET", "/messages", page([]))
    put_rent(replay, DOCUMENT["status"], page([]))
    order = standing(RENT)
    await gotsms.look_all(KEY, [order])
    await gotsms.act(KEY, "status", order)
    await gotsms.look_all(KEY, [order])
    assert [path for _, path, _ in asked(replay)].count("/rents") == 2
    monkeypatch.setattr("providers.gotsms.STATES_EVERY", -1.0)
    await gotsms.look_all(KEY, [order])
    assert [path for _, path, _ in asked(replay)].count("/rents") == 3


async def test_messages_are_read_back_to_those_that_are_known(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents", page([rent("a")]))
    for number, at in ((1, 300), (2, 200), (3, 100)):
        answer = page([message(str(number), NOON + at, "a")], last=3)
        replay.put("GET", "/messages", answer, query={"page": str(number)} if number > 1 else None)
    [seen] = await gotsms.look_all(KEY, [ref("a", known_till=NOON + 250)])
    assert [sms.id for sms in seen.messages] == ["2", "1"]
    assert seen.facts["known_till"] == NOON + 300
    assert len(replay.asked) == 3


async def test_messages_of_the_last_known_second_may_be_new(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents", page([rent("a")]))
    replay.put("GET", "/messages", page([message("2", NOON, "a")], last=2))
    replay.put("GET", "/messages", page([message("1", NOON, "a")], last=2), query={"page": "2"})
    [seen] = await gotsms.look_all(KEY, [ref("a", known_till=NOON)])
    assert {sms.id for sms in seen.messages} == {"1", "2"}


async def test_the_newest_messages_are_found_at_the_end_of_a_list_from_old_to_new(
    gotsms: GotSms, replay: Replay
) -> None:
    replay.put("GET", "/rents", page([rent("a")]))
    old = [message("1", NOON - 900, "a"), message("2", NOON - 800, "a")]
    replay.put("GET", "/messages", page(old, last=3))
    replay.put("GET", "/messages", page([message("3", NOON - 1, "a")], last=3), query={"page": "2"})
    replay.put("GET", "/messages", page([message("4", NOON + 5, "a")], last=3), query={"page": "3"})
    [seen] = await gotsms.look_all(KEY, [ref("a", known_till=NOON)])
    assert "4" in [sms.id for sms in seen.messages]


async def test_unread_is_never_asked_for(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents", page([rent()]))
    replay.put("GET", "/messages", page([]))
    put_rent(replay, DOCUMENT["status"], page([]))
    await gotsms.look_all(KEY, [ORDER])
    await gotsms.look(KEY, ORDER)
    assert not [path for _, path, _ in asked(replay) if "unread" in path]


async def test_what_the_list_lacks_is_looked_at_singly_or_left_out(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents", page([]))
    replay.put("GET", "/numbers/gone/status", {"message": "No query results"}, status=404)
    put_rent(replay, DOCUMENT["status"], page([]))
    assert [seen.id for seen in await gotsms.look_all(KEY, [ref("gone"), ORDER])] == [RENT]
    assert "/messages" not in [path for _, path, _ in asked(replay)]


async def test_recent_rents_tell_what_was_ordered_and_when(gotsms: GotSms, replay: Replay) -> None:
    replay.put("GET", "/rents", page([rent("new", active_from=iso(NOON + 9)), rent("old"), {}], last=8))
    new, old = await gotsms.recent(KEY, "numbers")
    assert (new.id, new.created_at, new.picks) == ("new", NOON + 9, {"service": "uuid", "plan": "uuid"})
    assert old.id == "old"
    assert asked(replay) == [("GET", "/rents", {})]
