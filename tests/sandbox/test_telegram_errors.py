"""Every refusal of the Bot API by its exact text, asked for by raw HTTP."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sandbox.telegram_kit import ANNA, BORIS, BOT, TOKEN, Telegram, running

GROUP = -500


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running() as telegram:
        yield telegram


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}


def button(**action: Any) -> dict[str, Any]:
    return keyboard({"text": "x", **action})


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "<b>x</b>" * 4097, "parse_mode": "HTML"}, "message is too long"),
        (
            {"text": "<b>x", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"text": "x", "parse_mode": "Wrong"}, "unsupported parse_mode"),
        ({"text": "\ud800"}, "strings must be encoded in UTF-8"),
        ({"reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"message_thread_id": 1}, "message thread not found"),
        ({"reply_markup": button(callback_data="")}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": button(callback_data="x" * 65)}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": button(callback_data="я" * 33)}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": button(copy_text={"text": ""})}, "BUTTON_COPY_TEXT_INVALID"),
        ({"reply_markup": button(copy_text={"text": "x" * 257})}, "BUTTON_COPY_TEXT_INVALID"),
        ({"reply_markup": button(url="no address")}, "BUTTON_URL_INVALID"),
        (
            {"reply_markup": keyboard(*[{"text": "x", "callback_data": "x"}] * 101)},
            "reply markup is too long",
        ),
        (
            {"reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * 9]}},
            "reply markup is too long",
        ),
        (
            {"reply_markup": keyboard(*[{"text": "x" * 200, "callback_data": "x" * 64}] * 50)},
            "reply markup is too long",
        ),
        (
            {"reply_markup": button()},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"reply_markup": button(callback_data="x", url="https://e.org")},
            "can't parse inline keyboard button: exactly one action must be specified",
        ),
        (
            {"reply_markup": button(callback_data="x", style="pink")},
            "can't parse inline keyboard button: invalid style specified",
        ),
        ({"reply_markup": "{"}, "can't parse reply markup JSON object"),
        ({"chat_id": ""}, "chat_id is empty"),
        ({"chat_id": 31337}, "chat not found"),
        ({"chat_id": -31337}, "chat not found"),
        ({"chat_id": "@nobody"}, "chat not found"),
    ],
)
async def test_send_message_400(telegram: Telegram, params: dict[str, Any], refusal: str) -> None:
    found = await telegram.refusal("sendMessage", **{"chat_id": ANNA, "text": "x", **params})
    assert found == (400, f"Bad Request: {refusal}")
    assert len(await telegram.seen(ANNA)) == 1  # nothing but her /start


@pytest.mark.parametrize(
    "params",
    [
        {"text": "x" * 4096},
        {"text": "<b>🏟</b>" * 2000, "parse_mode": "HTML"},
        {"reply_parameters": {"message_id": 999, "allow_sending_without_reply": True}},
        {"reply_markup": button(callback_data="я" * 32)},
        {"reply_markup": button(copy_text={"text": "x" * 256}, style="primary")},
        {"reply_markup": button(disabled={})},
        {"reply_markup": json.dumps(button(url="https://e.org/x"))},
        {"reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * 8] * 12}},
        {"message_effect_id": "5104841245755180586"},
    ],
)
async def test_what_is_just_allowed(telegram: Telegram, params: dict[str, Any]) -> None:
    await telegram.ok("sendMessage", **{"chat_id": ANNA, "text": "x", **params})


async def test_raw_text_over_32768_bytes(telegram: Telegram) -> None:
    marked = "<b></b>" * 5000 + "x"
    refusal = await telegram.refusal("sendMessage", chat_id=ANNA, text=marked, parse_mode="HTML")
    assert refusal == (400, "Bad Request: message is too long")


async def test_forbidden_in_private_chats(telegram: Telegram) -> None:
    async def refusal(person: int) -> tuple[int, str]:
        return await telegram.refusal("sendMessage", chat_id=person, text="x")

    assert await refusal(BORIS) == (403, "Forbidden: bot can't initiate conversation with a user")
    await telegram.post(f"/people/{ANNA}/chats/{BOT}/block")
    assert await refusal(ANNA) == (403, "Forbidden: bot was blocked by the user")
    await telegram.post(f"/people/{ANNA}/chats/{BOT}/unblock")
    await telegram.ok("sendMessage", chat_id=ANNA, text="x")
    await telegram.post(f"/people/{ANNA}/deactivate")
    assert await refusal(ANNA) == (403, "Forbidden: user is deactivated")


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_forbidden_in_groups(telegram: Telegram, kind: str) -> None:
    supergroup = kind == "supergroup"
    await telegram.post("/groups", id=GROUP, title="G", members=[ANNA], bots=[BOT], supergroup=supergroup)

    async def refusal_as(status: str) -> tuple[int, str]:
        await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status=status)
        return await telegram.refusal("sendMessage", chat_id=GROUP, text="x")

    not_enough = (400, "Bad Request: not enough rights to send text messages to the chat")
    assert await refusal_as("restricted") == not_enough
    assert await refusal_as("kicked") == (403, f"Forbidden: bot was kicked from the {kind} chat")
    assert await refusal_as("left") == (403, f"Forbidden: bot is not a member of the {kind} chat")


async def test_upgraded_group_says_where_it_went(telegram: Telegram) -> None:
    await telegram.post("/groups", id=GROUP, title="G", members=[ANNA], bots=[BOT])
    new = (await telegram.post(f"/groups/{GROUP}/migrate"))["id"]
    body = await telegram.api("sendMessage", chat_id=GROUP, text="x")
    assert body == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new},
    }
    await telegram.ok("sendMessage", chat_id=new, text="x")


async def test_topics(telegram: Telegram) -> None:
    await telegram.post("/groups", id=GROUP, title="G", members=[ANNA], bots=[BOT], forum=True)
    topic = (await telegram.post(f"/groups/{GROUP}/topics", name="Codes"))["message_thread_id"]
    sent = await telegram.ok("sendMessage", chat_id=GROUP, text="x", message_thread_id=topic)
    assert sent["message_thread_id"] == topic
    await telegram.post(f"/groups/{GROUP}/topics", id=topic, closed=True)
    refusal = await telegram.refusal("sendMessage", chat_id=GROUP, text="x", message_thread_id=topic)
    assert refusal == (400, "Bad Request: TOPIC_CLOSED")
    refusal = await telegram.refusal("sendMessage", chat_id=GROUP, text="x", message_thread_id=1)
    assert refusal == (400, "Bad Request: message thread not found")


async def test_effects_belong_to_private_chats(telegram: Telegram) -> None:
    await telegram.post("/groups", id=GROUP, title="G", members=[ANNA], bots=[BOT])
    refusal = await telegram.refusal("sendMessage", chat_id=GROUP, text="x", message_effect_id="1")
    assert refusal == (400, "Bad Request: EFFECT_ID_INVALID")


async def test_edits(telegram: Telegram) -> None:
    markup = button(callback_data="x")
    sent = await telegram.ok(
        "sendMessage", chat_id=ANNA, text="<b>x</b>", parse_mode="HTML", reply_markup=markup
    )
    message = {"chat_id": ANNA, "message_id": sent["message_id"]}

    async def refusal(method: str, **params: Any) -> str:
        code, text = await telegram.refusal(method, **{**message, **params})
        assert code == 400
        return text.removeprefix("Bad Request: ")

    same = {"text": "<b>x</b>", "parse_mode": "HTML", "reply_markup": markup}
    not_modified = (
        "message is not modified: specified new message content and reply markup "
        "are exactly the same as a current content and reply markup of the message"
    )
    assert await refusal("editMessageText", **same) == not_modified
    assert await refusal("editMessageReplyMarkup", reply_markup=markup) == not_modified
    assert await refusal("editMessageText", text="y", message_id=999) == "message to edit not found"
    assert await refusal("editMessageText", text="") == "message text is empty"
    assert await refusal("editMessageText", text="x" * 4097) == "message is too long"
    assert (
        await refusal("editMessageText", text="y", reply_markup=button(callback_data="x" * 65))
        == "BUTTON_DATA_INVALID"
    )
    assert await refusal("editMessageCaption", caption="y") == "there is no caption in the message to edit"
    assert (await telegram.seen(ANNA))[-1]["text"] == "x"  # no refused edit left a trace
    hers = await telegram.say(ANNA, "mine")
    assert await refusal("editMessageText", text="y", message_id=hers) == "message can't be edited"
    edited = await telegram.ok("editMessageText", **message, text="x")
    assert "reply_markup" not in edited  # an edit without a keyboard takes it away


async def test_deletions(telegram: Telegram) -> None:
    sent = (await telegram.ok("sendMessage", chat_id=ANNA, text="x"))["message_id"]
    hers = await telegram.say(ANNA, "a secret")
    assert await telegram.ok("deleteMessage", chat_id=ANNA, message_id=hers) is True
    assert "a secret" not in [message["text"] for message in await telegram.seen(ANNA)]
    missing = (400, "Bad Request: message to delete not found")
    assert await telegram.refusal("deleteMessage", chat_id=ANNA, message_id=hers) == missing
    await telegram.post("/outside/telegram/settings", advance=49 * 3600)
    too_old = (400, "Bad Request: message can't be deleted for everyone")
    assert await telegram.refusal("deleteMessage", chat_id=ANNA, message_id=sent) == too_old
    assert await telegram.ok("deleteMessages", chat_id=ANNA, message_ids=[sent, 999]) is True
    assert len(await telegram.seen(ANNA)) == 2
    await telegram.ok("editMessageText", chat_id=ANNA, message_id=sent, text="edits know no age")


async def test_others_messages_in_a_group_only_as_admin(telegram: Telegram) -> None:
    await telegram.post("/groups", id=GROUP, title="G", members=[ANNA], bots=[BOT])
    hers = await telegram.say(ANNA, "x", chat=GROUP)
    refusal = await telegram.refusal("deleteMessage", chat_id=GROUP, message_id=hers)
    assert refusal == (400, "Bad Request: message can't be deleted")
    await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status="administrator")
    assert await telegram.ok("deleteMessage", chat_id=GROUP, message_id=hers) is True


async def test_answers_to_presses(telegram: Telegram) -> None:
    too_old = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    assert await telegram.refusal("answerCallbackQuery", callback_query_id="1") == too_old
    sent = (await telegram.ok("sendMessage", chat_id=ANNA, text="x", reply_markup=button(callback_data="x")))[
        "message_id"
    ]
    assert await telegram.press(ANNA, sent, "x", wait=0.01) == {"answered": False}
    [update] = await telegram.updates()
    query = update["callback_query"]["id"]
    refusal = await telegram.refusal("answerCallbackQuery", callback_query_id=query, text="x" * 201)
    assert refusal == (400, "Bad Request: MESSAGE_TOO_LONG")
    await telegram.ok("answerCallbackQuery", callback_query_id=query, text="x" * 200)
    assert await telegram.refusal("answerCallbackQuery", callback_query_id=query) == too_old
    await telegram.press(ANNA, sent, "x", wait=0.01)
    query = (await telegram.updates())[-1]["callback_query"]["id"]
    await telegram.post("/outside/telegram/settings", advance=151)
    assert await telegram.refusal("answerCallbackQuery", callback_query_id=query) == too_old


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"commands": [{"command": "Start", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "x" * 33, "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "x", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "x", "description": "x" * 257}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "x", "description": "x"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": [], "language_code": "english"}, "invalid language code specified"),
        ({"commands": [], "scope": {"type": "chat", "chat_id": -7}}, "chat not found"),
    ],
)
async def test_commands(telegram: Telegram, params: dict[str, Any], refusal: str) -> None:
    assert await telegram.refusal("setMyCommands", **params) == (400, f"Bad Request: {refusal}")


async def test_tokens_and_methods(telegram: Telegram) -> None:
    unauthorized = {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert await telegram.api("getMe", token="1:short") == unauthorized
    assert (await telegram.api("GETME"))["result"]["username"] == "PinbellBot"
    assert await telegram.refusal("noSuchMethod") == (404, "Not Found: method not found")
    other = "99:" + "B" * 35
    assert (await telegram.api("getMe", token=other))["result"]["id"] == 99
    await telegram.post("/outside/telegram/bots", token=TOKEN, name="Bell", username="BellBot")
    third = "98:" + "C" * 35
    assert await telegram.api("getMe", token=third) == unauthorized  # once told of bots, it knows no others
    assert await telegram.api("getMe", token=TOKEN[:-1] + "X") == unauthorized
    assert (await telegram.ok("getMe"))["first_name"] == "Bell"


async def test_captions(telegram: Telegram) -> None:
    async def send(caption: str) -> tuple[int, str]:
        return await telegram.refusal("sendDocument", chat_id=ANNA, document="no such id", caption=caption)

    assert await send("x") == (
        400,
        "Bad Request: wrong remote file identifier specified: Wrong string length",
    )
