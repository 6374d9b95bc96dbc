"""What a screen does when Telegram is asked too often."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import TelegramMethod
from aiogram.types import CallbackQuery, Chat, Message, User

from handlers.screen import Screen
from handlers.texts import Html
from handlers.views.view import View

GROUP, ANNA = -7, User(id=1, is_bot=False, first_name="Anna")
COMMAND = Message(
    message_id=5, date=datetime.now(UTC), chat=Chat(id=GROUP, type="group"), from_user=ANNA, text="/log"
)


class Busy(BaseSession):
    """A Telegram that says so many times when it may be asked again."""

    def __init__(self, *pauses: int) -> None:
        super().__init__()
        self.pauses = list(pauses)

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109 - aiogram's own signature
        if self.pauses and type(method).__name__ == "SendMessage":
            raise TelegramRetryAfter(method, "later", self.pauses.pop(0))
        return COMMAND

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        nothing: tuple[bytes, ...] = ()
        for chunk in nothing:
            yield chunk


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, which take no time."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return pauses


async def test_the_answer_to_a_command_waits_out_a_busy_groups_minute(slept: list[float]) -> None:
    bot = Bot("1:a", session=Busy(45, 10))
    assert await Screen.of_message(COMMAND, bot).send(View(Html("the log"))) == COMMAND.message_id
    assert slept == [45, 10]


async def test_and_no_longer(slept: list[float]) -> None:
    with pytest.raises(TelegramRetryAfter):
        await Screen.of_message(COMMAND, Bot("1:a", session=Busy(45, 20))).send(View(Html("the log")))
    assert slept == [45]


async def test_who_presses_is_told_sooner(slept: list[float]) -> None:
    query = CallbackQuery(id="1", from_user=ANNA, chat_instance="1", data="m:main", message=COMMAND)
    screen = Screen.of_press(query, Bot("1:a", session=Busy(45)), below=True)
    with pytest.raises(TelegramRetryAfter):
        await screen.send(View(Html("a menu")))
    assert slept == []
