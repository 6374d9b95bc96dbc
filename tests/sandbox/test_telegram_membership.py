"""What a bot is told of who is in a group, and of groups and topics that go away."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sandbox.telegram_kit import ANNA, BORIS, BOT, Telegram, running

GROUP, SUPER = -500, -1_002_000_000_500
CLARA = 1003


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running() as telegram:
        await telegram.post("/people", id=CLARA, first_name="Clara", language_code="en")
        people: dict[str, Any] = {"members": [ANNA, BORIS], "admins": [ANNA], "bots": [BOT]}
        await telegram.post("/groups", id=GROUP, title="Family", **people)
        await telegram.post("/groups", id=SUPER, title="Club", supergroup=True, **people)
        yield telegram


async def member(telegram: Telegram, user: int, chat: int = GROUP) -> dict[str, Any]:
    return dict(await telegram.ok("getChatMember", chat_id=chat, user_id=user))


async def test_every_status_is_told_of(telegram: Telegram) -> None:
    assert (await member(telegram, ANNA))["status"] == "administrator"
    assert (await member(telegram, BORIS))["status"] == "member"
    assert (await member(telegram, CLARA))["status"] == "left"
    assert (await member(telegram, BOT))["status"] == "member"
    for status in ("creator", "restricted", "kicked", "left"):
        await telegram.post(f"/groups/{GROUP}/members", user_id=BORIS, status=status)
        told = await member(telegram, BORIS)
        assert (told["status"], told["user"]["id"]) == (status, BORIS)


async def test_who_is_restricted_may_be_in_the_group_or_not(telegram: Telegram) -> None:
    async def restrict(**more: Any) -> dict[str, Any]:
        await telegram.post(f"/groups/{SUPER}/members", user_id=BORIS, status="restricted", **more)
        return await member(telegram, BORIS, SUPER)

    present = await restrict()
    assert (present["is_member"], present["can_send_messages"]) == (True, False)
    assert await telegram.ok("getChatMemberCount", chat_id=SUPER) == 3

    away = await restrict(away=True)
    assert (away["status"], away["is_member"]) == ("restricted", False)
    assert await telegram.ok("getChatMemberCount", chat_id=SUPER) == 2
    await telegram.post(f"/people/{BORIS}/chats/{SUPER}/messages", expect=404, text="hello")
    await telegram.post(f"/groups/{SUPER}/members", expect=400, user_id=BORIS, status="member", away=True)


async def test_who_nobody_knows_is_no_participant(telegram: Telegram) -> None:
    assert await telegram.refusal("getChatMember", chat_id=GROUP, user_id=424242) == (
        400,
        "Bad Request: PARTICIPANT_ID_INVALID",
    )


async def test_hidden_members_are_told_to_admin_bots_alone(telegram: Telegram) -> None:
    hidden = SUPER - 1
    await telegram.post(
        "/groups", id=hidden, title="Hidden", members=[ANNA], bots=[BOT], supergroup=True, hidden=True
    )
    refusal = await telegram.refusal("getChatMember", chat_id=hidden, user_id=ANNA)
    assert refusal == (400, "Bad Request: CHAT_ADMIN_REQUIRED")
    assert (await member(telegram, BOT, hidden))["status"] == "member"
    await telegram.post(f"/groups/{hidden}/members", user_id=BOT, status="administrator")
    assert (await member(telegram, ANNA, hidden))["status"] == "member"


async def test_a_bot_outside_is_told_nothing(telegram: Telegram) -> None:
    await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status="kicked")
    await telegram.post(f"/groups/{SUPER}/members", user_id=BOT, status="left")
    kicked = await telegram.refusal("getChatMember", chat_id=GROUP, user_id=ANNA)
    gone = await telegram.refusal("getChatMember", chat_id=SUPER, user_id=ANNA)
    assert kicked == (403, "Forbidden: bot was kicked from the group chat")
    assert gone == (403, "Forbidden: bot is not a member of the supergroup chat")


async def test_chat_member_comes_to_admin_bots_that_ask_for_it(telegram: Telegram) -> None:
    async def kinds() -> list[str]:
        found = await telegram.updates()
        await telegram.updates(offset=2**40, allowed_updates=["message", "my_chat_member", "chat_member"])
        return [next(iter(update.keys() - {"update_id"})) for update in found]

    await kinds()
    await telegram.post(f"/groups/{GROUP}/members", user_id=BORIS, status="restricted")
    assert await kinds() == [], "a plain member hears of no restriction"
    await telegram.post(f"/groups/{GROUP}/members", user_id=BORIS, status="left")
    assert await kinds() == ["message"], "that somebody left stands in the chat"
    await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status="administrator")
    assert await kinds() == ["my_chat_member"]
    await telegram.post(f"/groups/{GROUP}/members", user_id=BORIS, status="kicked")
    assert await kinds() == ["chat_member"]


async def test_a_deleted_group_says_so_only_when_it_is_used(telegram: Telegram) -> None:
    await telegram.updates(offset=2**40)
    for group in (GROUP, SUPER):
        async with telegram.http.delete(f"{telegram.base}/groups/{group}") as answer:
            assert answer.status == 200
    assert await telegram.updates() == []
    assert await telegram.refusal("sendMessage", chat_id=GROUP, text="x") == (
        403,
        "Forbidden: the group chat was deleted",
    )
    assert await telegram.refusal("sendMessage", chat_id=SUPER, text="x") == (
        403,
        "Forbidden: bot was kicked from the supergroup chat",
    )
    assert [chat["id"] for chat in (await telegram.get(f"/people/{ANNA}/chats"))["chats"]] == [BOT]


async def test_a_deleted_topic_takes_its_messages_with_it(telegram: Telegram) -> None:
    topic = (await telegram.post(f"/groups/{SUPER}/topics", name="Codes"))["message_thread_id"]
    sent = await telegram.ok("sendMessage", chat_id=SUPER, text="card", message_thread_id=topic)
    await telegram.post(f"/groups/{SUPER}/topics", id=topic, deleted=True)
    again = await telegram.refusal("sendMessage", chat_id=SUPER, text="x", message_thread_id=topic)
    assert again == (400, "Bad Request: message thread not found")
    edit = await telegram.refusal("editMessageText", chat_id=SUPER, text="x", message_id=sent["message_id"])
    assert edit == (400, "Bad Request: message to edit not found")


async def test_who_writes_as_a_channel_is_nobody(telegram: Telegram) -> None:
    await telegram.updates(offset=2**40)
    await telegram.say(BORIS, "/order", chat=SUPER, channel="News")
    [update] = await telegram.updates()
    assert update["message"]["from"]["id"] == 136817688
    assert update["message"]["sender_chat"]["type"] == "channel"
    assert update["message"]["sender_chat"]["title"] == "News"
    await telegram.post(f"/people/{BORIS}/chats/{GROUP}/messages", expect=400, text="x", channel="News")


async def test_a_startgroup_link_adds_the_bot_and_says_start(telegram: Telegram) -> None:
    await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status="left")
    await telegram.updates(offset=2**40)
    start = f"/people/{BORIS}/chats/{GROUP}/start"
    await telegram.post(start, bot=BOT, payload="share")
    joined, _, said = await telegram.updates(allowed_updates=["message", "my_chat_member"])
    assert joined["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert joined["my_chat_member"]["from"]["id"] == BORIS
    assert said["message"]["text"] == "/start@PinbellBot share"
    assert said["message"]["from"]["id"] == BORIS
    await telegram.updates(offset=2**40)

    await telegram.post(start, bot=BOT, payload="share")
    assert [update["message"]["text"] for update in await telegram.updates()] == ["/start@PinbellBot share"]
    await telegram.post(start, expect=400, bot=BOT, payload="no spaces")
    await telegram.post(f"/people/{BORIS}/chats/{BOT}/start", expect=404, bot=BOT, payload="share")


async def test_an_ephemeral_message_needs_its_reader_in_the_group(telegram: Telegram) -> None:
    await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status="administrator")
    private = {
        "chat_id": GROUP,
        "text": "123456",
        "ephemeral_message_parameters": {"receiver_user_id": BORIS},
    }
    assert (await telegram.ok("sendMessage", **private))["message_id"] == 0
    await telegram.post(f"/groups/{GROUP}/members", user_id=BORIS, status="left")
    assert await telegram.refusal("sendMessage", **private) == (400, "Bad Request: USER_NOT_PARTICIPANT")
    to_anna = private | {"chat_id": ANNA}
    assert await telegram.refusal("sendMessage", **to_anna) == (
        400,
        "Bad Request: ephemeral messages can be sent only to groups and supergroups",
    )
