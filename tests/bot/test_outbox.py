"""What is written is sent: codes first, in order, once where Telegram lets us know, marked where not."""

import asyncio
import dataclasses
import time
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import outbox as sender
from handlers.texts import Html
from handlers.views import card as card_views
from orders import inbox
from providers.site import Seen
from providers.words import State
from storage import outbox
from storage.outbox import Priority, Queued, Waiting
from storage.vault import Tampered
from tests.bot.outbox_kit import AGAIN, pushed, said, send_all
from tests.bot.rig import ANNA, BORIS, BOT, Rig, until

pytestmark = pytest.mark.usefixtures("quick")

CROWD = 600


# Order.


async def test_a_code_rings_once_and_stands_on_the_card(bot: Rig) -> None:
    order = await bot.carded()
    await bot.sms(order, "402113")
    await send_all(bot)
    card, push = await bot.seen(ANNA)
    assert card["message_id"] == order.card_id
    assert "402113" in card["text"]
    assert "402113" in push["text"]
    assert push["reply_to_message"]["message_id"] == order.card_id


async def test_a_code_overtakes_a_thousand_notices(bot: Rig) -> None:
    order = await bot.order(BORIS)
    await bot.notices([(ANNA, f"n{number}") for number in range(1000 - CROWD)])
    await bot.notices([(BORIS, f"n{number}") for number in range(CROWD)])
    async with bot.sending():
        await until(lambda: bot.calls("sendMessage"))
        await bot.sms(order, "402113")
        await until(lambda: pushed(bot, "402113", BORIS))
        before = await bot.letters("sent")
    assert len([letter for letter in before if letter.priority is Priority.REST]) < 40
    assert len(await bot.letters("due")) > 900


async def test_a_thousand_letters_of_one_chat_starve_no_other(bot: Rig) -> None:
    await bot.notices([(ANNA, f"n{number}") for number in range(1000)])
    await bot.notice(BORIS, "last of all")
    async with bot.sending():
        await until(lambda: bot.calls("sendMessage", chat_id=BORIS))
    assert len(await bot.letters("due")) > 900


async def test_what_is_no_code_goes_by_handfuls_and_codes_at_once(
    bot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = asyncio.Event()
    monkeypatch.setattr(sender.Outbox, "_send", lambda *_: arrived.wait())
    bot.app.outbox.limits.clock = lambda: 100.0  # one moment
    await bot.notices([(chat, "x") for chat in range(1, 30)])
    await bot.app.outbox.step()
    assert len(await bot.letters("sending")) == sender.HANDFUL
    await bot.app.outbox.step()
    assert len(await bot.letters("sending")) == sender.HANDFUL
    await bot.notices([(chat, "x") for chat in range(31, 40)], priority=Priority.CODE)
    await bot.app.outbox.step()
    codes = [one.priority for one in await bot.letters("sending")].count(Priority.CODE)
    assert codes == 9
    arrived.set()


@pytest.mark.unshaken
async def test_what_goes_out_goes_before_what_comes_in(bot: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many wait for the database: else a storm is taken in for seconds before a code is sent."""
    order = list[str]()
    choose = sender.Outbox._choose

    def chosen(self: sender.Outbox, *given: list[Waiting]) -> float:
        order.append("out")
        return choose(self, *given)

    async def come_in() -> None:
        async with bot.desk.db.transaction():
            order.append("in")

    monkeypatch.setattr(sender.Outbox, "_choose", chosen)
    async with bot.desk.db.transaction():
        tasks: list[asyncio.Task[object]] = [asyncio.create_task(come_in()) for _ in range(5)]
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(bot.app.outbox.step()))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == ["out"] + ["in"] * 5


async def test_nothing_is_read_while_there_is_no_room(bot: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = bot.app.outbox.limits
    while limits.wait_for_any(Priority.CODE) <= 0:
        limits.begin(len(limits._chats) + 1, edit=True)
    monkeypatch.setattr(bot.desk.db, "transaction", None)
    assert 0 < await bot.app.outbox.step() < 1


async def test_a_letter_taken_away_since_it_was_chosen_keeps_no_place(
    bot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it can be on PostgreSQL, where others write meanwhile."""
    seen = outbox.waiting

    async def parked_at_once(connection: AsyncConnection, *given: Any, **more: Any) -> list[Waiting]:
        found = await seen(connection, *given, **more)
        await outbox.park(connection, ANNA, "blocked")
        return found

    monkeypatch.setattr(outbox, "waiting", parked_at_once)
    await bot.notice(ANNA, "to nobody now")
    limits = bot.app.outbox.limits
    for _ in range(2):
        await bot.app.outbox.step()
        assert (limits._all.under_way, len(limits._all.done)) == (0, 1)
    assert [one.chat_id for one in await bot.letters("parked")] == [ANNA]


async def test_the_last_places_are_kept_for_codes(bot: Rig) -> None:
    limits = bot.app.outbox.limits
    while limits.wait_for_any(Priority.OUTCOME) <= 0:
        limits.begin(1, edit=True)
    await bot.notice(BORIS, "later")
    await bot.notice(ANNA, "now", priority=Priority.CODE)
    async with bot.sending():
        await until(lambda: said(bot, ANNA, BOT, "now"))
    assert [one.args["name"] for one in await bot.letters("due")] == ["later"]


@pytest.mark.usefixtures("roomy")
async def test_letters_of_a_chat_keep_their_order(bot: Rig) -> None:
    await bot.notices([(ANNA, f"n{number}") for number in range(4)], priority=Priority.CODE)
    await bot.fault("sendMessage", "status", status=500, body='{"ok":false,"error_code":500}', after=1)
    await bot.fault("sendMessage", "429", retry_after=1, after=2)
    await send_all(bot)
    shown = [text.split("key of ")[1].split(".")[0] for text in await bot.texts(ANNA)]
    assert shown == [f"n{number}" for number in range(4)]


@pytest.mark.usefixtures("roomy")
async def test_they_keep_it_when_the_database_takes_its_time(
    bot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Telegram refused is due again when its chat thaws, however late that was written down."""
    persist = sender.Outbox._persist

    async def late(self: sender.Outbox, letter: Queued, write: sender.Write) -> None:
        await asyncio.sleep(0.3)
        await persist(self, letter, write)

    monkeypatch.setattr(sender.Outbox, "_persist", late)
    await bot.notices([(ANNA, f"n{number}") for number in range(3)], priority=Priority.CODE)
    await bot.fault("sendMessage", "429", retry_after=1, after=1)
    await send_all(bot)
    shown = [text.split("key of ")[1].split(".")[0] for text in await bot.texts(ANNA)]
    assert shown == ["n0", "n1", "n2"]


async def test_many_changes_of_an_order_are_one_edit(bot: Rig) -> None:
    order = await bot.carded()
    for second in range(10):
        seen = Seen(id=order.site_id, state=State.WAITING, expires_at=order.activated_at + 1000 + second * 60)
        await inbox.take(bot.desk, await bot.fresh(order), seen, via="poll")
    await send_all(bot)
    assert len(await bot.calls("editMessageText")) == 1


# Cards.


@pytest.mark.usefixtures("roomy")
async def test_a_card_that_was_deleted_is_sent_anew_and_kept_current(bot: Rig) -> None:
    order = await bot.carded()
    await bot.http.delete(f"/people/{ANNA}/chats/{BOT}/messages/{order.card_id}")
    await bot.sms(order, "402113")
    await send_all(bot)
    again = await bot.fresh(order)
    assert again.card_id not in {None, order.card_id}
    await bot.sms(again, "777888")
    await send_all(bot)
    assert (await bot.fresh(order)).card_id == again.card_id
    (card,) = [one for one in await bot.seen(ANNA) if one["message_id"] == again.card_id]
    assert "777888" in card["text"]


async def test_an_unchanged_card_is_done(bot: Rig) -> None:
    order = await bot.carded()
    await bot.card(order)
    await send_all(bot)
    assert [letter.state for letter in await bot.letters()] == ["sent", "sent"]
    assert len(await bot.seen(ANNA)) == 1


async def test_a_push_whose_card_is_gone_comes_without_it(bot: Rig) -> None:
    order = await bot.carded()
    await bot.sms(order, "402113")
    await bot.http.delete(f"/people/{ANNA}/chats/{BOT}/messages/{order.card_id}")
    await send_all(bot)
    push = (await bot.seen(ANNA))[0]
    assert "402113" in push["text"]
    assert "reply_to_message" not in push


# Telegram's limits.


async def test_429_is_honoured_for_its_chat_while_others_go_on(bot: Rig) -> None:
    await bot.fault("sendMessage", "429", retry_after=2, where={"chat_id": ANNA})
    for number in range(2):
        await bot.notice(ANNA, f"a{number}")
        await bot.notice(BORIS, f"b{number}")
    await send_all(bot)
    anna = await bot.calls("sendMessage", chat_id=ANNA)
    boris = await bot.calls("sendMessage", chat_id=BORIS)
    assert [call["status"] for call in anna] == [0, 200, 200]
    assert anna[1]["at"] - anna[0]["at"] >= 2
    assert all(call["at"] < anna[1]["at"] for call in boris)


async def test_a_busy_run_meets_no_429(bot: Rig) -> None:
    await bot.post("/outside/telegram/settings", limits=True)
    crowd = range(8000, 8025)
    for person in crowd:
        await bot.person(person)
    group = await bot.post("/groups", title="Team", members=[ANNA, BORIS], bots=[BOT])
    private = [await bot.carded(ANNA)]
    shared = [await bot.order(ANNA, chat_id=group["id"]) for _ in range(4)]
    await bot.notices([(person, f"n{n}") for n in range(3) for person in crowd])
    await bot.notices([(group["id"], f"n{n}") for n in range(16)])
    began = time.monotonic()
    async with bot.sending():
        for code in range(3):
            for order in private + shared:
                await bot.sms(order, f"40211{code}")
        await until(lambda: _all_codes(bot), 200)
        calls = await bot.calls()
    minutes = 1 + (time.monotonic() - began) // 60
    assert [call for call in calls if call["status"] == 429] == []
    in_group = [call for call in calls if str(call["params"].get("chat_id")) == str(group["id"])]
    assert 12 <= len(in_group) <= 20 * minutes


async def _all_codes(bot: Rig) -> bool:
    return not [one for one in await bot.letters("due", "sending") if one.priority is Priority.CODE]


async def test_what_people_make_the_bot_say_counts_too(bot: Rig) -> None:
    await bot.post("/outside/telegram/settings", limits=True)
    async with bot.running():
        for _ in range(3):
            await bot.say(ANNA, "/help")
        await bot.notices([(ANNA, f"n{number}") for number in range(4)])
        await until(lambda: _count(bot, ANNA, 7))
    assert [call for call in await bot.calls() if call["status"] == 429] == []


async def test_a_press_waits_out_a_short_429(bot: Rig) -> None:
    await bot.fault("sendMessage", "429", retry_after=1)
    async with bot.running():
        await bot.say(ANNA, "/help")
        await until(lambda: _count(bot, ANNA, 1))
    assert [call["status"] for call in await bot.calls("sendMessage")] == [0, 200]


async def _count(bot: Rig, person: int, count: int) -> bool:
    return len(await bot.seen(person)) >= count


# Crashes.


async def test_after_a_crash_what_was_on_its_way_goes_again(bot: Rig) -> None:
    order = await bot.carded()
    await bot.sms(order, "402113")
    await bot.set_letters(state="sending")
    assert await bot.app.outbox.recover() == 3
    await send_all(bot)
    (push,) = await pushed(bot, "402113")
    assert AGAIN in push
    assert "402113" in (await bot.seen(ANNA))[0]["text"]


async def test_a_code_rings_however_often_the_process_dies_on_its_way(bot: Rig) -> None:
    order = await bot.carded()
    await bot.sms(order, "402113")
    for _ in range(4):
        await bot.set_letters(state="sending")
        await bot.app.outbox.recover()
    await send_all(bot)
    (push,) = await pushed(bot, "402113")
    assert AGAIN in push


async def test_a_letter_whose_end_could_not_be_written_down_is_written_later(bot: Rig) -> None:
    order = await bot.carded()
    await bot.sms(order, "402113")
    real, failures = bot.desk.db.transaction, iter([True] * 3)

    def failing(**patience: float) -> object:
        in_send = (asyncio.current_task() or failures).get_name().startswith("send")  # type: ignore[union-attr]
        drawn = len(bot.world.telegram.calls) > asked
        if in_send and drawn and next(failures, False):
            raise OperationalError("COMMIT", {}, Exception("database or disk is full"))
        return real(**patience)

    asked = len(bot.world.telegram.calls)
    bot.desk.db.transaction = failing
    await send_all(bot)
    assert len(await pushed(bot, "402113")) == 1
    assert {letter.state for letter in await bot.letters()} == {"sent"}


# Letters that can't be shown.


@pytest.mark.usefixtures("roomy")
async def test_a_letter_that_cannot_be_drawn_stops_no_other_and_is_not_lost(
    bot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await bot.carded()
    await bot.sms(order, "402113")
    await bot.notice(ANNA, "another")
    real = card_views.push

    def broken(*_args: object, **_more: object) -> None:
        raise Tampered("a wrong secret key")

    monkeypatch.setattr(card_views, "push", broken)
    async with bot.sending():
        await until(lambda: said(bot, ANNA, BOT, "another"))
        monkeypatch.setattr(card_views, "push", real)
        await bot.settled()
    assert len(await pushed(bot, "402113")) == 1


async def test_a_letter_that_could_not_be_drawn_for_a_day_is_given_up(
    bot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "GIVEN_UP_AFTER", -1)
    await bot.card(await bot.order())
    monkeypatch.setattr(card_views, "card", lambda *_: 1 / 0)
    await send_all(bot)
    assert [letter.state for letter in await bot.letters()] == ["dropped"]


@pytest.mark.usefixtures("roomy")
@pytest.mark.parametrize(
    "text",
    [
        "&" * 4000,
        "<b>" * 1300,
        "😀" * 4000,
        "word " * 800,
        "https://bank.example/x " * 170,
        "\u202e" + "ы" * 3999,
    ],
)
async def test_the_longest_sms_is_shown_and_nothing_in_it_works(bot: Rig, text: str) -> None:
    order = await bot.carded()
    for _ in range(3):
        await bot.sms(order, "402113", text)
    await send_all(bot)
    calls = [call for call in await bot.calls() if call["method"] in {"sendMessage", "editMessageText"}]
    assert {call["status"] for call in calls} == {200}
    assert all("is_disabled" in str(call["params"]["link_preview_options"]) for call in calls)
    for shown in await bot.seen(ANNA):
        kinds = {entity["type"] for entity in shown.get("entities", [])}
        assert not kinds & {"url", "text_link", "mention"}
        assert "\u202e" not in shown["text"]


@pytest.mark.usefixtures("roomy")
async def test_what_telegram_cannot_parse_goes_out_as_plain_words(
    bot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await bot.carded()
    real = card_views.push

    def broken(*args: object, **more: object) -> object:
        view = real(*args, **more)  # type: ignore[arg-type] # as it was called
        return dataclasses.replace(view, text=Html("<nonsense>" + view.text + "&amp;"))

    monkeypatch.setattr(card_views, "push", broken)
    await bot.sms(order, "402113")
    await send_all(bot)
    push = (await bot.seen(ANNA))[-1]
    assert "402113" in push["text"]
    assert push["text"].endswith("&")
    assert "entities" not in push or "blockquote" not in {one["type"] for one in push["entities"]}


def test_pauses_grow_to_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    letters = [type("Letter", (), {"attempts": attempts}) for attempts in range(8)]
    pauses = [sender._backoff(letter) for letter in letters]  # type: ignore[arg-type] # only attempts count
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]
