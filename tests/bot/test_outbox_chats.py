"""Chats that close, move or have topics: letters wait for them, follow them, and ring in the right place."""

import pytest

from storage import people
from tests.bot.outbox_kit import pushed, said, send_all
from tests.bot.rig import ANNA, BORIS, BOT, Rig, until

pytestmark = pytest.mark.usefixtures("quick", "roomy")


# Chats that close.


@pytest.mark.parametrize("comes_back", ["unblock", "start"])
async def test_blocked_letters_are_kept_and_delivered_when_the_person_comes_back(
    bot: Rig, comes_back: str
) -> None:
    order = await bot.carded()
    await bot.post(f"/people/{ANNA}/chats/{BOT}/block")
    bot.world.telegram.hub.bots[BOT].updates.waiting.clear()  # the bot does not hear of it
    await bot.sms(order, "402113")
    await bot.notice(BORIS, "others")
    await send_all(bot)
    assert {letter.state for letter in await bot.letters()} == {"sent", "parked"}
    assert await _is_closed(bot, ANNA)
    assert any("others" in text for text in await bot.texts(BORIS))
    async with bot.running():
        await bot.post(f"/people/{ANNA}/chats/{BOT}/unblock")
        if comes_back == "start":
            bot.world.telegram.hub.bots[BOT].updates.waiting.clear()
            await bot.say(ANNA, "/start")
        await until(lambda: pushed(bot, "402113"))
        await bot.settled()
    assert len(await pushed(bot, "402113")) == 1
    assert "402113" in (await bot.seen(ANNA))[0]["text"]
    assert not await _is_closed(bot, ANNA)


async def test_a_closed_chat_is_not_tried_again_and_again(bot: Rig) -> None:
    order = await bot.carded()
    async with bot.running():
        await bot.post(f"/people/{ANNA}/chats/{BOT}/block")
        await until(lambda: _is_closed(bot, ANNA))
        await bot.sms(order, "402113")
        await bot.settled()
        await bot.sms(order, "777888")
        await bot.settled()
        await bot.post(f"/people/{ANNA}/chats/{BOT}/unblock")
        await until(lambda: pushed(bot, "777888"))
        await bot.settled()
    assert len(await pushed(bot, "402113")) == 1
    assert "777888" in (await bot.seen(ANNA))[0]["text"]


async def _is_closed(bot: Rig, chat: int) -> bool:
    row = await bot.chat_row(chat)
    return row is not None and bool(row.closed)


async def test_a_deactivated_person_and_a_chat_that_never_was(bot: Rig) -> None:
    await bot.post(f"/people/{ANNA}/deactivate")
    await bot.notice(ANNA, "a")
    await bot.notice(123456, "b")
    await bot.notice(BORIS, "c")
    await send_all(bot)
    assert [letter.state for letter in await bot.letters()] == ["parked", "parked", "sent"]


@pytest.mark.parametrize("hears_of_it", [True, False])
async def test_open_orders_of_a_group_that_closed_go_on_in_private(bot: Rig, *, hears_of_it: bool) -> None:
    """Who ordered is told, and gets the card and the codes."""
    group = await bot.post("/groups", title="Team", members=[ANNA, BORIS], admins=[BORIS], bots=[BOT])
    order = await bot.carded(ANNA, chat_id=group["id"])
    async with bot.running():
        await bot.say(ANNA, "/start")
        await bot.say(BORIS, "/start", chat=group["id"])
        await bot.settled()
        await bot.post(f"/groups/{group['id']}/members", user_id=BOT, status="kicked")
        if not hears_of_it:
            bot.world.telegram.hub.bots[BOT].updates.waiting.clear()
        await bot.sms(order, "402113")
        await until(lambda: pushed(bot, "402113"))
        await bot.settled()
    texts = await bot.texts(ANNA)
    assert sum("removed from “Team”" in text for text in texts) == 1
    assert any("402113" in text for text in texts)
    moved = await bot.fresh(order)
    assert (moved.chat_id, moved.thread_id) == (ANNA, None)
    assert moved.card_id is not None


async def test_thrown_out_of_a_group_and_let_in_again(bot: Rig) -> None:
    """Whose private chat is closed too waits for the group."""
    group = await bot.post("/groups", title="Team", members=[ANNA, BORIS], admins=[BORIS], bots=[BOT])
    order = await bot.carded(ANNA, chat_id=group["id"])
    async with bot.desk.db.transaction() as connection:
        await people.close_chat(connection, ANNA, "blocked")
    await bot.post(f"/groups/{group['id']}/members", user_id=BOT, status="kicked")
    await bot.sms(order, "402113")
    await send_all(bot)
    assert {letter.state for letter in await bot.letters()} == {"sent", "parked"}
    async with bot.running():
        await bot.post(f"/groups/{group['id']}/members", user_id=BOT, status="member")
        await bot.settled()
        await until(lambda: said(bot, ANNA, group["id"], "402113"))


async def test_a_group_that_became_a_supergroup(bot: Rig) -> None:
    group = await bot.post("/groups", title="Team", members=[ANNA, BORIS], bots=[BOT])
    order = await bot.carded(ANNA, chat_id=group["id"])
    new = await bot.post(f"/groups/{group['id']}/migrate")
    bot.world.telegram.hub.bots[BOT].updates.waiting.clear()  # it learns of it by sending
    await bot.sms(order, "402113")
    await bot.notice(group["id"], "too")
    await send_all(bot)
    assert {letter.chat_id for letter in await bot.letters()} == {new["id"]}
    assert {letter.state for letter in await bot.letters()} == {"sent"}
    moved = await bot.fresh(order)
    assert moved.chat_id == new["id"]
    texts = {one["message_id"]: one["text"] for one in await bot.seen(ANNA, new["id"])}
    assert "402113" in texts[moved.card_id or 0]
    assert len([text for text in texts.values() if "402113" in text]) == 2


async def test_a_supergroup_is_known_before_anything_is_sent_there(bot: Rig) -> None:
    group = await bot.post("/groups", title="Team", members=[ANNA, BORIS], bots=[BOT])
    order = await bot.carded(ANNA, chat_id=group["id"])
    async with bot.running():
        new = await bot.post(f"/groups/{group['id']}/migrate")

        async def moved() -> bool:
            return bool((await bot.fresh(order)).chat_id == new["id"])

        await until(moved)


# Topics.


async def test_a_closed_topic_sends_the_code_to_the_chat(bot: Rig) -> None:
    group = await bot.post("/groups", title="Forum", members=[ANNA, BORIS], bots=[BOT], forum=True)
    topic = await bot.post(f"/groups/{group['id']}/topics", name="Codes")
    thread = topic["message_thread_id"]
    order = await bot.carded(ANNA, chat_id=group["id"], thread_id=thread)
    assert (await bot.seen(ANNA, group["id"]))[0]["message_thread_id"] == thread
    await bot.post(f"/groups/{group['id']}/topics", id=thread, closed=True)
    await bot.sms(order, "402113")
    await send_all(bot)
    push = (await bot.seen(ANNA, group["id"]))[-1]
    assert "402113" in push["text"]
    assert "message_thread_id" not in push


async def test_the_general_topic_is_never_named(bot: Rig) -> None:
    await bot.notice(ANNA, "x", thread=1)
    await send_all(bot)
    (call,) = await bot.calls("sendMessage")
    assert "message_thread_id" not in call["params"]
