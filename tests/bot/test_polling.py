"""Fetching updates: nothing that Telegram answers stops it."""

import asyncio
import json
import time
from typing import Any

import pytest

from bot import polling
from tests.bot.rig import ANNA, BORIS, BOT, Rig, until


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(polling, "LONGEST_PAUSE", 0.2)


def update(number: int, text: str = "/help", **more: Any) -> dict[str, Any]:
    """Anna typed something."""
    person = {"id": ANNA, "is_bot": False, "first_name": "Anna", "language_code": "en"}
    chat = {"id": ANNA, "type": "private", "first_name": "Anna"}
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    message = {"message_id": number, "date": 1795132800, "chat": chat, "from": person, "text": text}
    return {"update_id": number, "message": {**message, "entities": entities, **more}}


async def answered(bot: Rig, count: int = 1) -> None:
    async def said() -> bool:
        return len(await bot.seen(ANNA)) >= count

    await until(said)


async def test_an_update_that_cannot_be_read_is_stepped_over(bot: Rig) -> None:
    broken = {"update_id": 11, "message": {"message_id": "no number", "chat": 5}}
    batch = {"ok": True, "result": [update(10), broken, update(12, "/settings")]}
    await bot.fault("getUpdates", "body", body=json.dumps(batch))
    async with bot.running():
        await answered(bot, 2)
    assert bot.app.poller._offset == 13


async def test_a_batch_of_nothing_readable_is_stepped_over(bot: Rig) -> None:
    batch = {"ok": True, "result": [{"update_id": 0, "message": 7}]}
    await bot.fault("getUpdates", "body", body=json.dumps(batch))
    async with bot.running():
        await bot.say(ANNA, "/help")
        await answered(bot)


@pytest.mark.parametrize(
    "body", ['{"ok":true}', '{"ok":true,"result":[]}', '{"ok":true,"result":[{"no":1}]}', "[]", "7", '"x"']
)
async def test_an_answer_that_is_no_batch_makes_no_hot_loop(bot: Rig, body: str) -> None:
    await bot.fault("getUpdates", "body", body=body, times=None)
    async with bot.running():
        await until(lambda: bot.calls("getUpdates"))
        before, since = len(await bot.calls("getUpdates")), time.monotonic()
        await asyncio.sleep(0.5)
        asked, seconds = len(await bot.calls("getUpdates")) - before, time.monotonic() - since
        await bot.mend()
        await bot.say(ANNA, "/help")
        await answered(bot)
    assert asked <= 1 + seconds / polling.EMPTY_PAUSE, "a pause before each"


@pytest.mark.parametrize(
    "fault",
    [
        {
            "kind": "status",
            "status": 409,
            "body": '{"ok":false,"error_code":409,"description":"Conflict: x"}',
        },
        {
            "kind": "status",
            "status": 401,
            "body": '{"ok":false,"error_code":401,"description":"Unauthorized"}',
        },
        {"kind": "status", "status": 500, "body": '{"ok":false}'},
        {"kind": "html", "status": 502},
        {"kind": "garbage"},
        {"kind": "reset"},
        {"kind": "down"},
        {"kind": "cut"},
        {"kind": "429", "retry_after": 1},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}",
)
async def test_trouble_passes(bot: Rig, fault: dict[str, Any]) -> None:
    times = 1 if fault["kind"] == "429" else 3
    await bot.fault("getUpdates", times=times, **fault)
    async with bot.running():
        await bot.say(ANNA, "/help")
        await answered(bot)
    assert len(await bot.seen(ANNA)) == 1


async def test_updates_are_confirmed_and_handled_once(bot: Rig) -> None:
    async with bot.running():
        for _ in range(3):
            await bot.say(ANNA, "/help")
        await answered(bot, 3)

        async def confirmed() -> bool:
            last = (await bot.calls("getUpdates"))[-1]
            return int(last["params"].get("offset", 0)) > 0

        await until(confirmed)
    async with asyncio.timeout(60):
        left = await bot.http.post(f"/telegram/bot{bot.app.bot.token}/getUpdates", json={})
        assert (await left.json())["result"] == []
    assert len(await bot.seen(ANNA)) == 3


async def test_a_press_during_a_long_poll_is_answered_at_once(bot: Rig) -> None:
    async with bot.running():
        await bot.say(ANNA, "/start")
        await answered(bot)
        assert (await bot.press(ANNA, "Help"))["answered"]


async def test_a_slow_handler_holds_up_nobody(bot: Rig) -> None:
    await bot.fault("sendMessage", "timeout", seconds=30, where={"chat_id": ANNA})
    async with bot.running():
        await bot.say(ANNA, "/help")
        await until(lambda: bot.calls("sendMessage", chat_id=ANNA))
        await bot.say(BORIS, "/help")

        async def boris() -> bool:
            return bool(await bot.seen(BORIS, BOT))

        await until(boris)
        assert not await bot.seen(ANNA)
        bot.world.faults.close()


async def test_a_handler_that_never_ends_does_not_keep_the_bot_from_ending(
    bot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "DRAIN", 0.1)
    await bot.fault("sendMessage", "timeout", seconds=300)
    async with bot.running():
        await bot.say(ANNA, "/help")
        await until(lambda: bot.calls("sendMessage", chat_id=ANNA))
    assert not bot.app.poller._tasks
