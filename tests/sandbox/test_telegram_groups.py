"""Groups: what a bot hears, members, anonymous admins, topics, supergroups, messages for one member alone."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sandbox.telegram_kit import ANNA, BORIS, BOT, Json, Telegram, running

GROUP = -500


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running() as telegram:
        await telegram.post(
            "/groups", id=GROUP, title="Family", members=[ANNA, BORIS], admins=[ANNA], bots=[BOT]
        )
        yield telegram


async def heard(telegram: Telegram) -> list[Json]:
    """The updates since the last time, confirmed."""
    found = await telegram.updates()
    if found:
        await telegram.updates(offset=found[-1]["update_id"] + 1)
    return found


async def test_a_new_group_tells_the_bot(telegram: Telegram) -> None:
    joined, service = await heard(telegram)
    assert joined["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert joined["my_chat_member"]["old_chat_member"]["status"] == "left"
    assert joined["my_chat_member"]["from"]["id"] == ANNA
    assert service["message"]["new_chat_members"][0]["id"] == BOT
    assert service["message"]["chat"] == {"id": GROUP, "type": "group", "title": "Family"}


@pytest.mark.parametrize(
    ("text", "hears"),
    [
        ("plain words", False),
        ("/order", True),
        ("/order@PinbellBot now", True),
        ("/order@OtherBot", False),
        ("hey @pinbellbot", True),
        ("hey @pinbellbots", False),
        ("mail me at a@pinbellbot", False),
    ],
)
async def test_privacy(telegram: Telegram, text: str, hears: bool) -> None:
    await heard(telegram)
    await telegram.say(BORIS, text, chat=GROUP)
    assert [update["message"]["text"] for update in await heard(telegram)] == [text] * hears


async def test_replies_to_the_bot_are_heard_and_admin_bots_hear_all(telegram: Telegram) -> None:
    await heard(telegram)
    sent = await telegram.ok("sendMessage", chat_id=GROUP, text="What?", reply_markup={"force_reply": True})
    assert (await telegram.seen(BORIS, GROUP))[-1]["reply_markup"] == {"force_reply": True}
    assert "reply_markup" not in sent
    await telegram.say(BORIS, "That", chat=GROUP, reply_to_message_id=sent["message_id"])
    [update] = await heard(telegram)
    assert update["message"]["reply_to_message"]["text"] == "What?"
    await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status="administrator")
    await heard(telegram)
    await telegram.say(BORIS, "plain words", chat=GROUP)
    assert len(await heard(telegram)) == 1


async def test_a_bare_command_among_several_bots_goes_to_the_last_that_spoke(telegram: Telegram) -> None:
    other = 77
    await telegram.post(f"/groups/{GROUP}/members", user_id=other, status="member")
    await heard(telegram)
    await telegram.say(BORIS, "/order", chat=GROUP)
    assert await heard(telegram) == []
    await telegram.ok("sendMessage", chat_id=GROUP, text="here")
    await telegram.say(BORIS, "/order", chat=GROUP)
    assert len(await heard(telegram)) == 1


async def test_members_come_and_go(telegram: Telegram) -> None:
    async def change(user: int, status: str, **more: Any) -> list[Json]:
        await telegram.post(f"/groups/{GROUP}/members", user_id=user, status=status, **more)
        return await heard(telegram)

    await heard(telegram)
    [left] = await change(BORIS, "left")
    assert left["message"]["left_chat_member"]["id"] == BORIS
    member = await telegram.ok("getChatMember", chat_id=GROUP, user_id=BORIS)
    assert member["status"] == "left"
    assert await telegram.ok("getChatMemberCount", chat_id=GROUP) == 2
    [back] = await change(BORIS, "member")
    assert back["message"]["new_chat_members"][0]["id"] == BORIS
    [promoted] = await change(BOT, "administrator", by=ANNA)
    assert promoted["my_chat_member"]["new_chat_member"]["can_delete_messages"] is True
    assert promoted["my_chat_member"]["from"]["id"] == ANNA
    # chat_member comes to admin bots that ask for it, and not by default
    assert [update.keys() - {"update_id"} for update in await change(BORIS, "kicked")] == [{"message"}]
    await telegram.updates(allowed_updates=["message", "chat_member"])
    kinds = [next(iter(update.keys() - {"update_id"})) for update in await change(BORIS, "member")]
    assert kinds == ["chat_member", "message"]
    admins = await telegram.ok("getChatAdministrators", chat_id=GROUP)
    assert {admin["user"]["id"] for admin in admins} == {ANNA, BOT}


async def test_who_left_sees_nothing_and_can_press_nothing(telegram: Telegram) -> None:
    await telegram.post(f"/groups/{GROUP}/members", user_id=BORIS, status="left")
    assert [chat["id"] for chat in (await telegram.get(f"/people/{BORIS}/chats"))["chats"]] == [BOT]
    await telegram.post(f"/people/{BORIS}/chats/{GROUP}/press", expect=404, message_id=1, data="x")


async def test_a_kicked_bot_is_told_and_leaves_at_will(telegram: Telegram) -> None:
    await heard(telegram)
    await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status="kicked")
    [update] = await heard(telegram)
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status="member")
    assert await telegram.ok("leaveChat", chat_id=GROUP) is True
    assert await telegram.refusal("getChat", chat_id=GROUP) == (
        403,
        "Forbidden: bot is not a member of the group chat",
    )


async def test_anonymous_admins_write_as_the_group_and_press_as_themselves(telegram: Telegram) -> None:
    await heard(telegram)
    await telegram.say(ANNA, "/order", chat=GROUP, anonymous=True)
    [update] = await heard(telegram)
    assert update["message"]["from"]["id"] == 1087968824
    assert update["message"]["sender_chat"]["id"] == GROUP
    assert [message["out"] for message in await telegram.seen(ANNA, GROUP)][-1] is True
    await telegram.post(f"/people/{BORIS}/chats/{GROUP}/messages", expect=400, text="x", anonymous=True)
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
    sent = await telegram.ok("sendMessage", chat_id=GROUP, text="x", reply_markup=markup)
    await telegram.press(ANNA, sent["message_id"], "x", chat=GROUP, wait=0)
    [update] = await heard(telegram)
    assert update["callback_query"]["from"]["id"] == ANNA


async def test_a_group_becomes_a_supergroup(telegram: Telegram) -> None:
    await heard(telegram)
    new = (await telegram.post(f"/groups/{GROUP}/migrate"))["id"]
    away, here = await heard(telegram)
    assert away["message"]["chat"]["id"] == GROUP
    assert away["message"]["migrate_to_chat_id"] == new
    assert here["message"]["chat"]["id"] == new
    assert here["message"]["migrate_from_chat_id"] == GROUP
    chats = (await telegram.get(f"/people/{BORIS}/chats"))["chats"]
    assert [chat["id"] for chat in chats] == [BOT, new]
    assert (await telegram.ok("getChat", chat_id=new))["type"] == "supergroup"


async def test_topics(telegram: Telegram) -> None:
    await telegram.post("/groups", id=-600, title="Forum", members=[ANNA], bots=[BOT], forum=True)
    refusal = await telegram.refusal("createForumTopic", chat_id=-600, name="Codes")
    assert refusal == (400, "Bad Request: not enough rights to manage topics")
    await telegram.post("/groups/-600/members", user_id=BOT, status="administrator")
    topic = await telegram.ok("createForumTopic", chat_id=-600, name="Codes")
    await heard(telegram)
    await telegram.say(ANNA, "/order", chat=-600, message_thread_id=topic["message_thread_id"])
    [update] = await heard(telegram)
    assert update["message"]["message_thread_id"] == topic["message_thread_id"]
    assert update["message"]["is_topic_message"] is True
    # a reply goes where the message is
    asked = {"message_id": update["message"]["message_id"]}
    sent = await telegram.ok("sendMessage", chat_id=-600, text="x", reply_parameters=asked)
    assert sent["message_thread_id"] == topic["message_thread_id"]
    assert await telegram.ok("closeForumTopic", chat_id=-600, message_thread_id=topic["message_thread_id"])
    closed = (await telegram.seen(ANNA, -600))[-1]
    assert closed["forum_topic_closed"] == {}


async def test_pins(telegram: Telegram) -> None:
    sent = await telegram.ok("sendMessage", chat_id=GROUP, text="x")
    pin = {"chat_id": GROUP, "message_id": sent["message_id"]}
    refusal = await telegram.refusal("pinChatMessage", **pin)
    assert refusal == (400, "Bad Request: not enough rights to manage pinned messages in the chat")
    await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status="administrator")
    await telegram.ok("pinChatMessage", **pin)
    assert (await telegram.ok("getChat", chat_id=GROUP))["pinned_message"]["text"] == "x"
    assert (await telegram.seen(BORIS, GROUP))[-1]["pinned_message"]["text"] == "x"


async def test_ephemeral_message_is_seen_by_one_member_alone(telegram: Telegram) -> None:
    wish = {"receiver_user_id": BORIS}
    refusal = await telegram.refusal(
        "sendMessage", chat_id=GROUP, text="123456", ephemeral_message_parameters=wish
    )
    assert refusal == (403, "Forbidden: not enough rights to send ephemeral messages to the chat")
    await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status="administrator")
    sent = await telegram.ok("sendMessage", chat_id=GROUP, text="123456", ephemeral_message_parameters=wish)
    assert sent["message_id"] == 0
    assert sent["receiver_user"]["id"] == BORIS
    assert (await telegram.seen(BORIS, GROUP))[-1]["ephemeral_message_id"] == sent["ephemeral_message_id"]
    assert "123456" not in [message.get("text") for message in await telegram.seen(ANNA, GROUP)]
    handle = {
        "chat_id": GROUP,
        "receiver_user_id": BORIS,
        "ephemeral_message_id": sent["ephemeral_message_id"],
    }
    assert await telegram.ok("editEphemeralMessageText", **handle, text="654321") is True
    assert (await telegram.seen(BORIS, GROUP))[-1]["text"] == "654321"
    foreign = handle | {"receiver_user_id": ANNA}
    refusal = await telegram.refusal("editEphemeralMessageText", **foreign, text="x")
    assert refusal == (400, "Bad Request: message to edit not found")
    assert await telegram.ok("deleteEphemeralMessage", **handle) is True
    assert "654321" not in [message.get("text") for message in await telegram.seen(BORIS, GROUP)]
    refusal = await telegram.refusal("deleteEphemeralMessage", **handle)
    assert refusal == (400, "Bad Request: message to delete not found")


async def test_a_press_lets_any_bot_send_an_ephemeral_message_for_15_seconds(telegram: Telegram) -> None:
    markup = {"inline_keyboard": [[{"text": "Show", "callback_data": "show"}]]}
    sent = await telegram.ok("sendMessage", chat_id=GROUP, text="card", reply_markup=markup)
    await heard(telegram)
    await telegram.press(BORIS, sent["message_id"], "show", chat=GROUP, wait=0)
    [update] = await heard(telegram)
    query = update["callback_query"]["id"]
    await telegram.ok("answerCallbackQuery", callback_query_id=query)
    wish = {"receiver_user_id": BORIS, "callback_query_id": query, "replace_callback_query_message": True}
    private = {
        "chat_id": GROUP,
        "text": "only you",
        "reply_markup": markup,
        "ephemeral_message_parameters": wish,
    }
    own = await telegram.ok("sendMessage", **private)
    assert (await telegram.seen(BORIS, GROUP))[-1]["text"] == "only you"
    assert "card" not in [message.get("text") for message in await telegram.seen(BORIS, GROUP)]
    assert (await telegram.seen(ANNA, GROUP))[-1]["text"] == "card"
    # its button works, and names the message by its own id
    await telegram.press(
        BORIS, 0, "show", chat=GROUP, ephemeral_message_id=own["ephemeral_message_id"], wait=0
    )
    [update] = await heard(telegram)
    assert update["callback_query"]["message"]["ephemeral_message_id"] == own["ephemeral_message_id"]
    await telegram.post(f"/people/{ANNA}/chats/{GROUP}/press", expect=404, message_id=0, data="show")
    await telegram.post("/outside/telegram/settings", advance=16)
    refusal = await telegram.refusal("sendMessage", **private)
    assert refusal == (403, "Forbidden: not enough rights to send ephemeral messages to the chat")


async def test_an_ephemeral_command_is_seen_by_the_bot_alone(telegram: Telegram) -> None:
    commands = [{"command": "code", "description": "The last code", "is_ephemeral": True}]
    await telegram.ok("setMyCommands", commands=commands, scope={"type": "all_group_chats"})
    await heard(telegram)
    await telegram.say(BORIS, "/code", chat=GROUP)
    [update] = await heard(telegram)
    assert update["message"]["message_id"] == 0
    assert "/code" not in [message.get("text") for message in await telegram.seen(ANNA, GROUP)]
    wish = {"receiver_user_id": BORIS}
    asked = {"ephemeral_message_id": update["message"]["ephemeral_message_id"]}
    await telegram.ok(
        "sendMessage", chat_id=GROUP, text="1", reply_parameters=asked, ephemeral_message_parameters=wish
    )
    assert (await telegram.seen(BORIS, GROUP))[-1]["text"] == "1"


async def test_a_selective_prompt_is_for_whom_it_asks(telegram: Telegram) -> None:
    await heard(telegram)
    asked = await telegram.say(BORIS, "/order", chat=GROUP)
    prompt = {"force_reply": True, "selective": True}
    replied = {"message_id": asked}
    await telegram.ok(
        "sendMessage", chat_id=GROUP, text="Which?", reply_markup=prompt, reply_parameters=replied
    )
    assert (await telegram.seen(BORIS, GROUP))[-1]["reply_markup"] == prompt
    assert "reply_markup" not in (await telegram.seen(ANNA, GROUP))[-1]


async def test_inline_results_bring_typed_text_to_a_private_bot(telegram: Telegram) -> None:
    await heard(telegram)
    asking = asyncio.create_task(
        telegram.post(f"/people/{BORIS}/chats/{GROUP}/inline", bot=BOT, query="whats", choose="1")
    )
    [update] = await telegram.updates(timeout=5)
    result = {
        "type": "article",
        "id": "1",
        "title": "W",
        "input_message_content": {"message_text": "WhatsApp"},
    }
    await telegram.ok("answerInlineQuery", inline_query_id=update["inline_query"]["id"], results=[result])
    chosen = await asking
    sent = (await heard(telegram))[-1]["message"]
    assert sent["message_id"] == chosen["message_id"]
    assert (sent["text"], sent["via_bot"]["id"], sent["from"]["id"]) == ("WhatsApp", BOT, BORIS)


async def test_ephemeral_parameters_as_they_were_before_10_3(telegram: Telegram) -> None:
    await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status="administrator")
    sent = await telegram.ok("sendMessage", chat_id=GROUP, text="x", receiver_user_id=BORIS)
    assert sent["ephemeral_message_id"]
