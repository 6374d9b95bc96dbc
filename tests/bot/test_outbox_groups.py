"""Only the one who ordered sees codes: in the group alone, else at home, else when they come."""

import json

import pytest
from sqlalchemy import update

from bot import delivery
from orders import shares
from storage import orders, tables
from storage.shares import Codes
from tests.bot.groups_kit import CLARA, Group, everything, has_read, lent, nobody_else_saw
from tests.bot.outbox_kit import AGAIN, send_all
from tests.bot.rig import ANNA, BORIS, BOT, Rig, until

pytestmark = pytest.mark.usefixtures("quick", "roomy")

CODE, WORDS = "402113", "Your secret word is Kaleidoscope"
OFF_LIMITS = '{"ok":false,"error_code":%d,"description":"%s"}'


async def code_came(group: Group, buyer: int = BORIS, code: str = CODE) -> None:
    """An order whose card stands in the group gets a code, and all that can be sent is sent."""
    order = await group.carded(buyer)
    await group.bot.sms(order, code, f"{WORDS}: {code}")
    await send_all(group.bot)


# In the group.


@pytest.mark.parametrize("forum", [True, False])
async def test_where_the_bot_rules_the_buyer_alone_sees_the_code_in_the_group(bot: Rig, forum: bool) -> None:
    group = await lent(bot, is_admin=True, forum=forum)
    topic = (await bot.post(f"/groups/{group.id}/topics", name="SMS"))["message_thread_id"] if forum else None
    order = await group.carded(thread_id=topic)
    await bot.sms(order, CODE, f"{WORDS}: {CODE}")
    await send_all(bot)
    (push,) = await group.whispered()
    assert CODE in push["text"]
    assert WORDS in push["text"]
    assert push["reply_markup"]["inline_keyboard"][0][0]["copy_text"] == {"text": CODE}
    assert push["reply_to_message"]["message_id"] == order.card_id
    assert push.get("message_thread_id") == topic
    assert await bot.texts(BORIS) == []
    await nobody_else_saw(bot, BORIS, CODE)
    await nobody_else_saw(bot, BORIS, "Kaleidoscope")


async def test_the_card_in_the_group_says_who_ordered_and_that_a_code_came(bot: Rig) -> None:
    group = await lent(bot, is_admin=True)
    order = await group.carded(CLARA)
    before = await group.card(order)
    assert "For Clara <3" in before["text"]
    assert "Show me" not in json.dumps(before["reply_markup"])
    await bot.sms(order, CODE)
    await send_all(bot)
    after = await group.card(order)
    assert "The code came · only Clara <3 sees it" in after["text"]
    assert "Show me the code" in json.dumps(after["reply_markup"])
    assert "copy_text" not in after["reply_markup"]["inline_keyboard"][0][0]
    await bot.sms(order, "777888")
    await send_all(bot)
    assert "2 messages came · only Clara <3 sees them" in (await group.card(order))["text"]
    assert len(await group.whispered(CLARA)) == 2
    await nobody_else_saw(bot, CLARA, "777888")


async def test_a_topic_that_is_gone_and_words_that_cant_be_shown_tell_nobody_else(bot: Rig) -> None:
    group = await lent(bot, is_admin=True, forum=True)
    for fault in ("message thread not found", "can't parse entities", "message is too long", "BUTTON_DATA"):
        body = OFF_LIMITS % (400, f"Bad Request: {fault}")
        await bot.fault("sendMessage", "status", status=400, body=body, after=1)
        await code_came(group)
    assert len(await group.whispered()) == 4
    await nobody_else_saw(bot, BORIS, CODE)
    await nobody_else_saw(bot, BORIS, "Kaleidoscope")


async def test_no_other_way_into_the_group_is_taken_with_a_code_for_one(bot: Rig) -> None:
    """Whatever Telegram goes on refusing there, and whatever the sender does about that elsewhere."""
    group = await lent(bot, is_admin=True, forum=True)
    topic = (await bot.post(f"/groups/{group.id}/topics", name="SMS"))["message_thread_id"]
    order = await group.carded(thread_id=topic)
    reasons = (*delivery.CANT_EDIT, *delivery.THREAD_GONE, *delivery.CANT_SHOW)
    for reason in reasons:
        body = OFF_LIMITS % (400, f"Bad Request: {reason}")
        where = {"chat_id": str(group.id)}
        await bot.fault("sendMessage", "status", status=400, body=body, where=where, times=None)
        await bot.sms(order, CODE, f"{WORDS}: {CODE}, {reason}")
        await send_all(bot)
        await bot.mend()
    assert len([text for text in await bot.texts(BORIS) if CODE in text]) == len(reasons)
    await nobody_else_saw(bot, BORIS, CODE, "Kaleidoscope")


async def test_all_may_see_codes_where_the_owner_wants_that(bot: Rig) -> None:
    group = await lent(bot, codes=Codes.ALL)
    order = await group.carded()
    await bot.sms(order, CODE)
    await send_all(bot)
    card = await group.card(order)
    assert CODE in card["text"]
    assert "Борис" in card["text"]
    assert len(await group.lines(CODE)) == 2
    assert len(await bot.seen(BORIS)) == 0


async def test_a_stricter_rule_protects_what_comes_and_the_cards_of_open_orders(bot: Rig) -> None:
    group = await lent(bot, codes=Codes.ALL)
    order = await group.carded()
    await bot.sms(order, "111222")
    await send_all(bot)
    await shares.change(bot.desk, group.share.id, ANNA, codes=Codes.BUYER)
    await send_all(bot)
    card = await group.card(order)
    assert "111222" not in card["text"]
    assert "111222" not in json.dumps(card["reply_markup"])
    await bot.sms(order, CODE)
    await send_all(bot)
    await nobody_else_saw(bot, BORIS, CODE)
    assert len(await has_read(bot, CODE, BORIS)) == 1


# At home.


async def test_where_the_bot_is_a_plain_member_the_code_goes_to_the_private_chat(bot: Rig) -> None:
    group = await lent(bot)
    await code_came(group)
    (push,) = await bot.seen(BORIS)
    assert CODE in push["text"]
    assert AGAIN not in push["text"]
    assert "reply_to_message" not in push
    assert await group.lines("private chat") == []
    await nobody_else_saw(bot, BORIS, CODE)


@pytest.mark.parametrize("status", ["left", "kicked"])
@pytest.mark.parametrize("is_admin", [True, False])
async def test_a_code_for_who_has_left_unnoticed_goes_to_the_owner(
    bot: Rig, status: str, is_admin: bool
) -> None:
    """In large groups the bot is not told who leaves: Telegram is asked before a code leaves the group."""
    group = await lent(bot, is_admin=is_admin)
    order = await group.carded()
    await group.role(BORIS, status)
    bot.world.telegram.hub.bots[BOT].updates.waiting.clear()
    await bot.sms(order, CODE, f"{WORDS}: {CODE}")
    await send_all(bot)
    assert len(await has_read(bot, f"{WORDS}: {CODE}", ANNA)) == 2  # it rang, and stands on the card
    for person in (BORIS, CLARA):
        assert await has_read(bot, CODE, person) == []
    assert (await bot.fresh(order)).user_id == ANNA


async def test_a_code_for_who_is_only_muted_goes_home(bot: Rig) -> None:
    group = await lent(bot)
    order = await group.carded()
    await group.role(BORIS, "restricted")
    await bot.sms(order, CODE)
    await send_all(bot)
    assert len(await has_read(bot, CODE, BORIS)) == 1
    await nobody_else_saw(bot, BORIS, CODE)


async def test_a_card_that_waits_goes_where_its_order_has_gone(bot: Rig) -> None:
    """Home, with the code; the card in the group stays as it was."""
    group = await lent(bot)
    order = await group.carded()
    before = await group.card(order)
    await bot.sms(order, CODE)
    async with bot.desk.db.transaction() as connection:
        await orders.change(connection, order.id, chat_id=BORIS, thread_id=None, card_id=None)
    await bot.card(await bot.fresh(order))
    await send_all(bot)
    card_id = (await bot.fresh(order)).card_id
    (card,) = [one for one in await bot.seen(BORIS) if one["message_id"] == card_id]
    assert CODE in card["text"]
    assert "Борис" not in card["text"]
    assert before in await bot.seen(ANNA, group.id)
    await nobody_else_saw(bot, BORIS, CODE)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (400, "Bad Request: USER_NOT_PARTICIPANT"),
        (400, "Bad Request: something new in Bot API 12"),
        (403, "Forbidden: bot was kicked from the group chat"),
    ],
)
async def test_whatever_telegram_says_against_it_the_code_goes_home(bot: Rig, status: int, why: str) -> None:
    group = await lent(bot, is_admin=True)
    order = await group.carded()
    await bot.fault("sendMessage", "status", status=status, body=OFF_LIMITS % (status, why))
    await bot.sms(order, CODE)
    await send_all(bot)
    (push,) = await bot.seen(BORIS)
    assert CODE in push["text"]
    await nobody_else_saw(bot, BORIS, CODE)
    assert not await _is_closed(bot, group.id)


async def _is_closed(bot: Rig, chat: int) -> bool:
    row = await bot.chat_row(chat)
    return row is not None and row.closed is not None


async def test_a_server_too_old_for_such_messages_is_never_given_the_code_for_the_group(bot: Rig) -> None:
    """It would overlook the wish and show it to all."""
    group = await lent(bot, is_admin=True)
    await bot.fault("deleteEphemeralMessage", "status", status=404, body=OFF_LIMITS % (404, "Not Found"))
    await code_came(group)
    await code_came(group, code="777888")
    for code in (CODE, "777888"):
        (call,) = [one for one in await bot.calls("sendMessage") if code in json.dumps(one["params"])]
        assert int(call["params"]["chat_id"]) == BORIS


async def test_a_code_that_was_shown_to_all_against_our_wish_is_taken_back(bot: Rig) -> None:
    group = await lent(bot, is_admin=True)
    order = await group.carded()
    stands = {"message_id": order.card_id, "date": 1, "chat": {"id": group.id, "type": "group"}, "text": "x"}
    body = json.dumps({"ok": True, "result": stands})
    await bot.fault("sendMessage", "body", body=body)
    await bot.sms(order, CODE)
    await send_all(bot)
    (deleted,) = await bot.calls("deleteMessage")
    assert (int(deleted["params"]["chat_id"]), int(deleted["params"]["message_id"])) == (
        group.id,
        order.card_id,
    )
    assert len([text for text in await bot.texts(BORIS) if CODE in text]) == 1


# Where there is no home yet.


async def test_a_private_chat_never_begun_keeps_the_code_and_one_line_tells_of_it(bot: Rig) -> None:
    group = await lent(bot)
    await code_came(group, CLARA)
    await code_came(group, CLARA, "777888")
    (line,) = await group.lines("private chat")
    assert line["text"].startswith("🔑 Clara <3, your code came")
    assert f"tg://user?id={CLARA}" in json.dumps(line["entities"])
    (button,) = line["reply_markup"]["inline_keyboard"][0]
    assert button["url"].endswith("?start=codes")
    assert {one.state for one in await bot.letters() if one.chat_id == CLARA} == {"parked"}
    async with bot.running():
        await bot.say(CLARA, "/start codes")
        await until(lambda: has_read(bot, "777888", CLARA))
        await bot.settled()
    for code in (CODE, "777888"):
        assert len(await has_read(bot, code, CLARA)) == 1
        await nobody_else_saw(bot, CLARA, code)


async def test_who_blocks_the_bot_later_is_told_in_the_group(bot: Rig) -> None:
    group = await lent(bot)
    await code_came(group)
    await bot.post(f"/people/{BORIS}/chats/{BOT}/block")
    bot.world.telegram.hub.bots[BOT].updates.waiting.clear()
    await code_came(group, code="777888")
    assert len(await group.lines("private chat")) == 1
    await bot.post(f"/people/{BORIS}/chats/{BOT}/unblock")
    async with bot.running():
        await bot.say(BORIS, "/start")
        await until(lambda: has_read(bot, "777888", BORIS))
        await bot.settled()
    assert len(await has_read(bot, "777888", BORIS)) == 1


async def test_a_line_that_is_not_true_any_more_is_not_sent(bot: Rig) -> None:
    """Clara came before the group had room for it."""
    group = await lent(bot)
    order = await group.carded(CLARA)
    await bot.sms(order, CODE)
    await bot.fault("sendMessage", "429", retry_after=1, where={"chat_id": str(group.id)}, after=1)
    async with bot.running():
        await until(lambda: _parked(bot))
        await bot.say(CLARA, "/start")
        await until(lambda: has_read(bot, CODE, CLARA))
        await bot.settled()
    assert await group.lines("private chat") == []


async def _parked(bot: Rig) -> bool:
    return bool(await bot.letters("parked"))


# Faults.


async def test_too_many_requests_in_the_group_are_waited_for(bot: Rig) -> None:
    group = await lent(bot, is_admin=True)
    order = await group.carded()
    await bot.fault("sendMessage", "429", retry_after=1)
    await bot.sms(order, CODE)
    await send_all(bot)
    (push,) = await group.whispered()
    assert AGAIN not in push["text"]
    assert await bot.texts(BORIS) == []


@pytest.mark.parametrize("committed", [True, False])
async def test_an_unclear_whisper_is_repeated_once_and_marked(bot: Rig, committed: bool) -> None:
    group = await lent(bot, is_admin=True)
    order = await group.carded()
    await bot.fault("sendMessage", "reset", committed=committed)
    await bot.sms(order, CODE)
    await send_all(bot)
    pushes = await group.whispered()
    assert [AGAIN in push["text"] for push in pushes] == ([False, True] if committed else [True])
    assert await bot.texts(BORIS) == []
    await nobody_else_saw(bot, BORIS, CODE)


async def test_after_two_unclear_whispers_the_code_goes_home_marked(bot: Rig) -> None:
    """No card in the group holds it."""
    group = await lent(bot, is_admin=True)
    order = await group.carded()
    await bot.fault("sendMessage", "reset", times=2)
    await bot.sms(order, CODE)
    await send_all(bot)
    (push,) = await bot.seen(BORIS)
    assert CODE in push["text"]
    assert AGAIN in push["text"]


@pytest.mark.parametrize("is_silent", [True, False])
async def test_after_two_unclear_whispers_the_code_of_who_has_left_is_the_owners(
    bot: Rig, *, is_silent: bool
) -> None:
    """Whoever was removed meanwhile gets it on no way, also if Telegram is silent for a while."""
    group = await lent(bot, is_admin=True)
    order = await group.carded()
    await bot.fault("sendMessage", "reset", times=2)
    if is_silent:
        await bot.fault("getMe", "reset", times=2, after=1)
    await group.role(BORIS, "kicked")
    bot.world.telegram.hub.bots[BOT].updates.waiting.clear()
    await bot.sms(order, CODE)
    await send_all(bot)
    assert len(await bot.calls("sendMessage", chat_id=group.id)) == 3  # its card, and twice the code
    assert await has_read(bot, CODE, ANNA)
    for person in (BORIS, CLARA):
        assert await has_read(bot, CODE, person) == []


@pytest.mark.parametrize("is_admin", [True, False])
async def test_a_kill_at_any_step_loses_nothing_and_tells_nobody_else(bot: Rig, is_admin: bool) -> None:
    """While it was on its way into the group, and while it was on its way home."""
    group = await lent(bot, is_admin=is_admin)
    order = await group.carded()
    await bot.sms(order, CODE)
    pushes = update(tables.outbox).where(tables.outbox.c.kind == "push")
    for chat in (group.id, BORIS):
        async with bot.desk.db.transaction() as connection:
            await connection.execute(pushes.values(state="sending", chat_id=chat))
        await bot.app.outbox.recover()
        await send_all(bot)
    found = await has_read(bot, CODE, BORIS)
    assert len(found) == 2
    assert all(AGAIN in one["text"] for one in found)
    await nobody_else_saw(bot, BORIS, CODE)


FAULTS = [
    *({"kind": kind, "committed": True} for kind in ("reset", "cut", "empty", "garbage")),
    *({"kind": kind} for kind in ("reset", "down", "html")),
    {"kind": "reset", "times": 2},
    {"kind": "down", "times": 3},
    *(
        {"kind": "status", "status": int(why[:3]), "body": OFF_LIMITS % (int(why[:3]), why[4:])}
        for why in (
            "400 Bad Request: TOPIC_CLOSED",
            "403 Forbidden: whatever",
            "500 Oops",
            "401 Unauthorized",
        )
    ),
]


@pytest.mark.parametrize(
    ("is_admin", "buyer"), [(True, BORIS), (False, CLARA)], ids=["admin", "member, never at home"]
)
async def test_whatever_goes_wrong_the_buyer_gets_the_code_and_nobody_else(
    bot: Rig, is_admin: bool, buyer: int
) -> None:
    group = await lent(bot, is_admin=is_admin)
    codes = [f"58{number:04d}" for number in range(len(FAULTS))]
    for code, fault in zip(codes, FAULTS, strict=True):
        order = await group.carded(buyer)
        for method in ("sendMessage", "editMessageText", "deleteEphemeralMessage"):
            await bot.fault(method, **fault)  # type: ignore[arg-type] # from JSON
        await bot.sms(order, code)
        await send_all(bot)
        await bot.mend()
    async with bot.running():
        await bot.say(buyer, "/start")
        await until(lambda: has_read(bot, codes[-1], buyer))
        await bot.settled()
    texts = [one["text"] for one in await everything(bot, buyer)]
    found = {code: sum(code in text and len(text) < 200 for text in texts) for code in codes}
    assert not [code for code, times in found.items() if not 1 <= times <= 3], found
    await nobody_else_saw(bot, buyer, *codes)
