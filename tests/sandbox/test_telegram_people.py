"""The people's side: chats, messages, presses, events, commands, files."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import FormData, StreamReader

from tests.sandbox.telegram_kit import ANNA, BORIS, BOT, TOKEN, Json, Telegram, running

MARKUP = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x03\x08\x02\0\0\0"


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running() as telegram:
        yield telegram


@asynccontextmanager
async def watching(telegram: Telegram, person: int) -> AsyncIterator["Events"]:
    async with telegram.http.get(f"{telegram.base}/people/{person}/events") as response:
        assert response.content_type == "text/event-stream"
        events = Events(response.content)
        await response.content.readuntil(b"\n\n")  # it listens now
        yield events


class Events:
    def __init__(self, stream: StreamReader) -> None:
        self._stream = stream

    async def next(self) -> Json:
        async with asyncio.timeout(60):
            while True:
                line = (await self._stream.readuntil(b"\n\n")).decode()
                if line.startswith("data: "):
                    found: Json = json.loads(line.removeprefix("data: "))
                    return found


async def test_people_and_their_chats(telegram: Telegram) -> None:
    everybody = (await telegram.get("/people"))["people"]
    assert everybody == [
        {"id": ANNA, "first_name": "Anna", "username": "anna", "language_code": "en"},
        {"id": BORIS, "first_name": "Boris", "username": None, "language_code": "ru"},
    ]
    new = await telegram.post("/people", first_name="Clara")
    assert new["id"] > 0
    await telegram.ok("sendMessage", chat_id=ANNA, text="one")
    [chat] = (await telegram.get(f"/people/{ANNA}/chats"))["chats"]
    assert (chat["id"], chat["type"], chat["title"], chat["unread"]) == (BOT, "private", "Pinbell", 1)
    assert chat["last"]["text"] == "one"
    assert chat["last"]["chat"]["id"] == BOT  # for the page the private chat goes by the bot
    await telegram.seen(ANNA)
    [chat] = (await telegram.get(f"/people/{ANNA}/chats"))["chats"]
    assert chat["unread"] == 0
    assert await telegram.post("/people", expect=400) == {"error": "first_name is missing"}
    assert await telegram.post("/people/5/chats/4242/messages", expect=404, text="x") == {
        "error": "no such person"
    }


async def test_typed_text_reaches_the_bot_with_its_entities(telegram: Telegram) -> None:
    await telegram.say(ANNA, "🏟 /order@PinbellBot https://e.org/x.")
    [update] = await telegram.updates()
    message = update["message"]
    assert message["from"] == {
        "id": ANNA, "is_bot": False, "first_name": "Anna", "username": "anna", "language_code": "en",
    }  # fmt: skip
    assert message["chat"] == {"id": ANNA, "type": "private", "first_name": "Anna", "username": "anna"}
    assert message["entities"] == [
        {"type": "bot_command", "offset": 3, "length": 17},
        {"type": "url", "offset": 21, "length": 15},
    ]
    [_, seen] = await telegram.seen(ANNA)
    assert seen["html"] == '🏟 /order@PinbellBot <a href="https://e.org/x">https://e.org/x</a>.'
    assert seen["out"] is True


async def test_events_tell_all_that_happens(telegram: Telegram) -> None:
    async with watching(telegram, ANNA) as events:
        sent = await telegram.ok("sendMessage", chat_id=ANNA, text="x", reply_markup=MARKUP)
        event = await events.next()
        assert (event["type"], event["chat"], event["message"]["html"]) == ("message", BOT, "x")
        await telegram.ok("sendChatAction", chat_id=ANNA, action="typing")
        assert await events.next() == {"type": "typing", "chat": BOT}
        await telegram.ok("editMessageText", chat_id=ANNA, message_id=sent["message_id"], text="y")
        event = await events.next()
        assert (event["type"], event["message"]["text"]) == ("edit", "y")
        await telegram.press(ANNA, sent["message_id"], "forged", wait=0)
        [update] = await telegram.updates()
        query = update["callback_query"]["id"]
        await telegram.ok("answerCallbackQuery", callback_query_id=query, text="No", show_alert=True)
        assert await events.next() == {"type": "toast", "chat": BOT, "text": "No", "show_alert": True}
        await telegram.ok("deleteMessage", chat_id=ANNA, message_id=sent["message_id"])
        assert await events.next() == {"type": "delete", "chat": BOT, "message_id": sent["message_id"]}
        await telegram.post("/groups", title="G", members=[ANNA], bots=[BOT])
        while (await events.next())["type"] != "chats":
            pass


async def test_events_of_others_are_not_shown(telegram: Telegram) -> None:
    await telegram.say(BORIS, "/start")
    async with watching(telegram, BORIS) as events:
        await telegram.ok("sendMessage", chat_id=ANNA, text="for Anna")
        await telegram.ok("sendMessage", chat_id=BORIS, text="for Boris")
        assert (await events.next())["message"]["text"] == "for Boris"


async def test_a_press_waits_for_its_answer(telegram: Telegram) -> None:
    sent = await telegram.ok("sendMessage", chat_id=ANNA, text="x", reply_markup=MARKUP)
    pressing = asyncio.create_task(telegram.press(ANNA, sent["message_id"], "go"))
    [update] = await telegram.updates(timeout=5)
    query = update["callback_query"]
    assert (query["data"], query["from"]["id"], query["message"]["text"]) == ("go", ANNA, "x")
    await telegram.ok("answerCallbackQuery", callback_query_id=query["id"], url="https://e.org")
    assert await pressing == {"answered": True, "text": "", "show_alert": False, "url": "https://e.org"}


@pytest.mark.parametrize(("twice", "queries"), [(True, 2), ("same", 1)])
async def test_a_press_can_arrive_twice(telegram: Telegram, twice: bool | str, queries: int) -> None:
    sent = await telegram.ok("sendMessage", chat_id=ANNA, text="x", reply_markup=MARKUP)
    assert await telegram.press(ANNA, sent["message_id"], "go", twice=twice, wait=0) == {"answered": False}
    first, second = await telegram.updates()
    assert first["update_id"] != second["update_id"]
    assert len({first["callback_query"]["id"], second["callback_query"]["id"]}) == queries
    assert first["callback_query"]["data"] == second["callback_query"]["data"]


async def test_only_what_is_there_can_be_pressed(telegram: Telegram) -> None:
    hers = await telegram.say(ANNA, "mine")
    for message_id in (hers, 999, 0):
        await telegram.post(f"/people/{ANNA}/chats/{BOT}/press", expect=404, message_id=message_id, data="x")
    await telegram.post(f"/people/{ANNA}/chats/{BOT}/press", expect=400, message_id=1, data="x" * 65)


async def test_blocking_is_told_once(telegram: Telegram) -> None:
    await telegram.post(f"/people/{ANNA}/chats/{BOT}/block")
    await telegram.post(f"/people/{ANNA}/chats/{BOT}/block")
    [update] = await telegram.updates()
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    refused = await telegram.post(f"/people/{ANNA}/chats/{BOT}/messages", expect=400, text="x")
    assert refused == {"error": "you blocked this bot"}
    await telegram.post(f"/people/{ANNA}/chats/{BOT}/unblock")
    assert (await telegram.updates())[-1]["my_chat_member"]["new_chat_member"]["status"] == "member"


async def test_a_person_edits_and_deletes(telegram: Telegram) -> None:
    said = await telegram.say(ANNA, "helo")
    path = f"{telegram.base}/people/{ANNA}/chats/{BOT}/messages/{said}"
    async with telegram.http.put(path, json={"text": "hello"}) as response:
        assert response.status == 200
    assert (await telegram.updates())[-1]["edited_message"]["text"] == "hello"
    async with telegram.http.delete(path) as response:
        assert response.status == 200
    assert len(await telegram.seen(ANNA)) == 1


async def test_commands_by_scope_and_language(telegram: Telegram) -> None:
    group = (await telegram.post("/groups", title="G", members=[BORIS], admins=[ANNA], bots=[BOT]))["id"]

    async def put(name: str, language: str = "", **scope: object) -> None:
        commands = [{"command": name, "description": name}]
        await telegram.ok("setMyCommands", commands=commands, scope=scope or None, language_code=language)

    async def shown(person: int, chat: int) -> list[str]:
        found = await telegram.get(f"/people/{person}/commands?chat={chat}")
        return [command["command"] for command in found["commands"]]

    await put("all")
    assert await shown(ANNA, BOT) == await shown(ANNA, group) == ["all"]
    await put("private", type="all_private_chats")
    await put("private_ru", "ru", type="all_private_chats")
    await put("groups", type="all_group_chats")
    await put("admins", type="all_chat_administrators")
    assert await shown(ANNA, BOT) == ["private"]
    assert await shown(BORIS, BOT) == ["private_ru"]
    assert await shown(ANNA, group) == ["admins"]
    assert await shown(BORIS, group) == ["groups"]
    await put("boris", type="chat_member", chat_id=group, user_id=BORIS)
    assert await shown(BORIS, group) == ["boris"]
    scope = {"type": "all_private_chats"}
    assert await telegram.ok("getMyCommands", scope=scope) == [
        {"command": "private", "description": "private"}
    ]
    await telegram.ok("deleteMyCommands", scope=scope)
    assert await shown(ANNA, BOT) == ["all"]


async def test_files_come_in_multipart_and_go_out_again(telegram: Telegram) -> None:
    data = bytes(range(256)) * 10 + b"\r\n--almost a boundary\r\n"
    form = FormData(
        {"chat_id": str(ANNA), "caption": "<i>all</i>", "parse_mode": "HTML", "document": "attach://f"}
    )
    form.add_field("f", data, filename="export.csv", content_type="text/csv")
    async with telegram.http.post(f"{telegram.base}/telegram/bot{TOKEN}/sendDocument", data=form) as response:
        sent = (await response.json())["result"]
    assert sent["caption"] == "all"
    document = sent["document"]
    assert (document["file_name"], document["mime_type"], document["file_size"]) == (
        "export.csv",
        "text/csv",
        len(data),
    )
    found = await telegram.ok("getFile", file_id=document["file_id"])
    for address in (
        f"/telegram/file/bot{TOKEN}/{found['file_path']}",
        f"/people/{ANNA}/files/{document['file_id']}",
    ):
        async with telegram.http.get(telegram.base + address) as response:
            assert await response.read() == data
    again = await telegram.ok("sendDocument", chat_id=ANNA, document=document["file_id"])
    assert again["document"]["file_id"] == document["file_id"]
    edited = {"chat_id": ANNA, "message_id": sent["message_id"], "caption": "x" * 1025}
    refusal = await telegram.refusal("editMessageCaption", **edited)
    assert refusal == (400, "Bad Request: message caption is too long")
    changed = await telegram.ok("editMessageCaption", **edited | {"caption": "x" * 1024})
    assert len(changed["caption"]) == 1024


async def test_photos_have_a_size(telegram: Telegram) -> None:
    form = FormData({"chat_id": str(ANNA)})
    form.add_field("photo", PNG, filename="qr.png", content_type="image/png")
    async with telegram.http.post(f"{telegram.base}/telegram/bot{TOKEN}/sendPhoto", data=form) as response:
        [photo] = (await response.json())["result"]["photo"]
    assert (photo["width"], photo["height"]) == (2, 3)


async def test_forwards_copies_and_protection(telegram: Telegram) -> None:
    await telegram.say(BORIS, "/start")
    sent = await telegram.ok("sendMessage", chat_id=ANNA, text="x")
    wish = {"chat_id": BORIS, "from_chat_id": ANNA, "message_id": sent["message_id"]}
    forwarded = await telegram.ok("forwardMessage", **wish)
    assert forwarded["forward_origin"]["sender_user"]["id"] == BOT
    assert (await telegram.ok("copyMessage", **wish)).keys() == {"message_id"}
    sent = await telegram.ok("sendMessage", chat_id=ANNA, text="x", protect_content=True)
    wish["message_id"] = sent["message_id"]
    assert await telegram.refusal("forwardMessage", **wish) == (
        400,
        "Bad Request: message can't be forwarded",
    )
    assert await telegram.refusal("copyMessage", **wish) == (400, "Bad Request: message can't be copied")


async def test_inline_queries(telegram: Telegram) -> None:
    asked = f"/people/{ANNA}/chats/{BOT}/inline"
    asking = asyncio.create_task(telegram.post(asked, query="whats"))
    [update] = await telegram.updates(timeout=5)
    assert update["inline_query"]["query"] == "whats"
    content = {"message_text": "WhatsApp"}
    result = {"type": "article", "id": "1", "title": "WhatsApp", "input_message_content": content}
    answer = {"inline_query_id": update["inline_query"]["id"], "results": [result]}
    assert await telegram.refusal("answerInlineQuery", **answer | {"results": [result] * 51})
    assert await telegram.ok("answerInlineQuery", **answer) is True
    assert (await asking)["results"] == [result]
    refusal = await telegram.refusal("answerInlineQuery", **answer)
    assert refusal[1].startswith("Bad Request: query is too old")


async def test_how_a_bot_describes_itself(telegram: Telegram) -> None:
    assert (await telegram.ok("getMyName"))["name"] == "Pinbell"
    await telegram.ok("setMyDescription", description="Rings", language_code="")
    await telegram.ok("setMyDescription", description="Звонит", language_code="ru")
    assert (await telegram.ok("getMyDescription", language_code="ru"))["description"] == "Звонит"
    assert (await telegram.ok("getMyDescription", language_code="de"))["description"] == "Rings"
    assert (await telegram.refusal("setMyShortDescription", short_description="x" * 121))[0] == 400
    await telegram.ok("setChatMenuButton", menu_button={"type": "commands"})
    assert await telegram.ok("getChatMenuButton") == {"type": "commands"}
    await telegram.ok("setMyDefaultAdministratorRights", rights={"can_delete_messages": True})
    rights = await telegram.ok("getMyDefaultAdministratorRights")
    assert (rights["can_delete_messages"], rights["can_promote_members"]) == (True, False)


async def test_a_chat_is_read_from_a_message_on(telegram: Telegram) -> None:
    first = await telegram.say(ANNA, "one")
    second = await telegram.say(ANNA, "two")
    found = await telegram.get(f"/people/{ANNA}/chats/{BOT}/messages?after={first}")
    assert [message["message_id"] for message in found["messages"]] == [second]
