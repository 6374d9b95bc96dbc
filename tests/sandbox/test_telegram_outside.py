"""The outside: what was called, limits, faults, a fresh world, and that no call breaks the server."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.telegram_kit import ANNA, BORIS, BOT, TOKEN, Telegram, running

GROUP = -500


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running() as telegram:
        yield telegram


async def test_every_call_is_remembered(telegram: Telegram) -> None:
    before = (await telegram.get("/outside/telegram/requests"))["requests"]
    assert [call["n"] for call in before] == list(range(1, len(before) + 1))
    await telegram.ok("SENDMESSAGE", chat_id=ANNA, text="x")
    await telegram.refusal("sendMessage", chat_id=ANNA, text="")
    found = (await telegram.get(f"/outside/telegram/requests?since={len(before)}"))["requests"]
    assert [(call["method"], call["status"]) for call in found] == [
        ("sendMessage", 200),
        ("sendMessage", 400),
    ]
    assert found[0]["params"] == {"chat_id": ANNA, "text": "x"}
    assert found[0]["result"]["text"] == "x"
    assert found[1]["result"]["description"] == "Bad Request: message text is empty"


async def test_limits_are_off_unless_asked_for(telegram: Telegram) -> None:
    for number in range(50):
        await telegram.ok("sendMessage", chat_id=ANNA, text=str(number))


async def test_group_limit_counts_edits(telegram: Telegram) -> None:
    await telegram.post("/groups", id=GROUP, title="G", members=[ANNA], bots=[BOT])
    await telegram.post("/outside/telegram/settings", limits=True)
    sent = await telegram.ok("sendMessage", chat_id=GROUP, text="0")
    edit = {"chat_id": GROUP, "message_id": sent["message_id"]}
    for number in range(1, 20):
        await telegram.ok("editMessageText", **edit, text=str(number))
    body = await telegram.api("sendMessage", chat_id=GROUP, text="one too many")
    wait = body["parameters"]["retry_after"]
    assert body == {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {wait}",
        "parameters": {"retry_after": wait},
    }
    assert (await telegram.seen(ANNA, GROUP))[-1]["text"] == "19"
    await telegram.ok("sendMessage", chat_id=ANNA, text="another chat is not held up")
    await telegram.post("/outside/telegram/settings", advance=wait)
    await telegram.ok("sendMessage", chat_id=GROUP, text="now")


async def test_a_private_chat_takes_short_bursts(telegram: Telegram) -> None:
    await telegram.post("/outside/telegram/settings", limits=True)
    sent = [await telegram.api("sendMessage", chat_id=ANNA, text="x") for _ in range(10)]
    assert [body["ok"] for body in sent] == [True] * 5 + [False] * 5
    edit = {"chat_id": ANNA, "message_id": sent[0]["result"]["message_id"]}
    for number in range(10):
        await telegram.ok("editMessageText", **edit, text=str(number))


async def test_thirty_a_second_over_all(telegram: Telegram) -> None:
    people = range(2000, 2040)
    for person in people:
        await telegram.post("/people", id=person, first_name="P")
        await telegram.say(person, "/start")
    await telegram.post("/outside/telegram/settings", limits=True)
    sent = await asyncio.gather(*(telegram.api("sendMessage", chat_id=person, text="x") for person in people))
    assert sum(not body["ok"] for body in sent) >= 1
    assert {body["error_code"] for body in sent if not body["ok"]} == {429}


async def test_unknown_settings_are_refused(telegram: Telegram) -> None:
    found = await telegram.post("/outside/telegram/settings", expect=400, limit=True)
    assert found == {"error": "unknown settings: limit"}


async def test_a_fault_before_and_after_the_deed(telegram: Telegram) -> None:
    telegram.faults.add({"target": "telegram", "path": "sendMessage", "kind": "429", "retry_after": 7})
    body = await telegram.api("sendMessage", chat_id=ANNA, text="x")
    assert body["parameters"] == {"retry_after": 7}
    assert len(await telegram.seen(ANNA)) == 1
    telegram.faults.add({"target": "telegram", "path": "sendMessage", "kind": "reset", "committed": True})
    with pytest.raises(ClientError):
        await telegram.api("sendMessage", chat_id=ANNA, text="lost answer")
    assert (await telegram.seen(ANNA))[-1]["text"] == "lost answer"
    where = {"chat_id": BORIS}
    telegram.faults.add({"target": "telegram", "kind": "html", "where": where, "times": None})
    await telegram.ok("sendMessage", chat_id=ANNA, text="others are not hit")
    url = f"{telegram.base}/telegram/bot{TOKEN}/sendMessage"
    async with telegram.http.post(url, json={"chat_id": BORIS, "text": "x"}) as response:
        assert (response.status, response.content_type) == (502, "text/html")


async def test_reset_makes_a_fresh_world(telegram: Telegram) -> None:
    polling = asyncio.create_task(telegram.updates(timeout=50))
    await telegram.polled()
    telegram.server.reset()
    assert await polling == []
    assert (await telegram.get("/people"))["people"] == []
    assert await telegram.refusal("sendMessage", chat_id=ANNA, text="x") == (
        400,
        "Bad Request: chat not found",
    )


METHODS = sorted(
    {
        *("getMe", "sendMessage", "sendDocument", "sendPhoto", "sendChatAction", "editMessageText"),
        *(
            "editMessageReplyMarkup",
            "editMessageCaption",
            "deleteMessage",
            "deleteMessages",
            "forwardMessage",
        ),
        *("copyMessage", "pinChatMessage", "answerCallbackQuery", "answerInlineQuery", "getChat", "getFile"),
        *("getChatMember", "setMyCommands", "getMyCommands", "setChatMenuButton", "createForumTopic"),
        *("editEphemeralMessageText", "deleteEphemeralMessage", "setMyName", "setWebhook", "banChatMember"),
    }
)
NAMES = (
    *(
        "chat_id",
        "text",
        "entities",
        "reply_markup",
        "reply_parameters",
        "message_id",
        "message_ids",
        "commands",
    ),
    *(
        "scope",
        "ephemeral_message_parameters",
        "link_preview_options",
        "message_thread_id",
        "user_id",
        "results",
    ),
    *("menu_button", "name", "photo", "document", "caption", "from_chat_id", "allowed_updates", "parse_mode"),
)
INNER = (
    *(
        "type",
        "offset",
        "length",
        "user",
        "url",
        "message_id",
        "inline_keyboard",
        "text",
        "callback_data",
        "id",
    ),
    *("receiver_user_id", "callback_query_id", "command", "description", "chat_id", "user_id", "force_reply"),
)
values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.sampled_from([ANNA, GROUP, "bold"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(INNER), inner, max_size=4)
    ),
    max_leaves=10,
)


async def test_nothing_that_a_bot_sends_breaks_the_server(telegram: Telegram) -> None:
    await telegram.post("/groups", id=GROUP, title="G", members=[ANNA], admins=[BOT], bots=[BOT])
    calls: list[tuple[str, dict[str, Any]]] = []

    @settings(max_examples=300, database=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(METHODS), st.dictionaries(st.sampled_from(NAMES), values, max_size=6), st.booleans()
    )
    def collect(method: str, params: dict[str, Any], known: bool) -> None:
        calls.append((method, params | {"chat_id": GROUP, "message_id": 1, "text": "x"} if known else params))

    collect()
    for method, params in calls:
        body = await telegram.api(method, **params)
        assert body["ok"] or body["error_code"] < 500, (method, params, body)


PATHS = (
    *("/people", f"/people/{ANNA}/chats/{BOT}/messages", f"/people/{ANNA}/chats/{GROUP}/messages", "/groups"),
    *(f"/people/{ANNA}/chats/{GROUP}/press", f"/people/{ANNA}/chats/{BOT}/block", f"/groups/{GROUP}/members"),
    *(f"/groups/{GROUP}/topics", "/outside/telegram/bots", "/outside/telegram/settings"),
)
FIELDS = (
    *(
        "id",
        "first_name",
        "username",
        "text",
        "reply_to_message_id",
        "message_thread_id",
        "message_id",
        "data",
    ),
    *("twice", "title", "members", "admins", "bots", "user_id", "status", "by", "name", "token", "advance"),
)


async def test_nothing_that_a_page_sends_breaks_the_server(telegram: Telegram) -> None:
    await telegram.post("/groups", id=GROUP, title="G", members=[ANNA], bots=[BOT], supergroup=True)
    calls: list[tuple[str, dict[str, Any]]] = []

    @settings(max_examples=300, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(PATHS), st.dictionaries(st.sampled_from(FIELDS), values, max_size=5))
    def collect(path: str, body: dict[str, Any]) -> None:
        calls.append((path, body | {"wait": 0}))

    collect()
    for path, body in calls:
        async with telegram.http.post(telegram.base + path, json=body) as response:
            assert response.status in {200, 400, 404}, (path, body, await response.text())
            assert (response.status == 200) is ("error" not in await response.json())
