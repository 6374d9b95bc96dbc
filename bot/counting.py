"""What handlers send counts in Telegram's windows too, and waits out a short 429.

In a group it leaves the room that is kept for codes: twenty messages a minute are soon pressed away.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from math import ceil
from typing import Any

import structlog
from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware
from aiogram.exceptions import ClientDecodeError, TelegramRetryAfter

from bot.limits import SendLimits, addressed
from storage.outbox import Priority

log = structlog.get_logger(__name__)

COUNTED: ContextVar[bool] = ContextVar("counted", default=False)
"""Set where the sender counts for itself."""

PATIENCE = 5
"""Seconds of retry_after that somebody who pressed is made to wait. Longer ones are an error."""

Call = Callable[[Bot, Any], Awaitable[Any]]


class Counting(BaseRequestMiddleware):
    """Between the bot and the network."""

    def __init__(self, limits: SendLimits) -> None:
        self.limits = limits

    async def __call__(self, make_request: Call, bot: Bot, method: Any) -> Any:
        """Pass on, counted."""
        chat_id = addressed(method)
        if chat_id is None or COUNTED.get():
            return await _answer(make_request, bot, method)
        await self._leave_room(method, chat_id)
        try:
            return await self._counted(make_request, bot, method, chat_id)
        except TelegramRetryAfter as error:
            self.limits.freeze(chat_id, error.retry_after)
            if error.retry_after > PATIENCE:
                raise
            log.info("429", chat=chat_id, retry_after=error.retry_after)
            await asyncio.sleep(error.retry_after)
        return await self._counted(make_request, bot, method, chat_id)

    async def _leave_room(self, method: Any, chat_id: int) -> None:
        """Raises TelegramRetryAfter, as Telegram itself would, where there is no room for long."""
        whispered = getattr(method, "ephemeral_message_parameters", None) is not None
        priority = Priority.CODE if whispered else Priority.OUTCOME  # who alone may see it waits for a code
        while chat_id < 0 and (wait := self.limits.wait(chat_id, priority)) > 0:
            if wait > PATIENCE:
                raise TelegramRetryAfter(method, "the rest is kept for codes", ceil(wait))
            await asyncio.sleep(wait)

    async def _counted(self, make_request: Call, bot: Bot, method: Any, chat_id: int) -> Any:
        with self.limits.counted(chat_id, edit=method.__api_method__.startswith("edit")):
            return await _answer(make_request, bot, method)


async def _answer(make_request: Call, bot: Bot, method: Any) -> Any:
    """Some answers that aiogram can't read escape it: bytes that are no text, an error without words."""
    try:
        return await make_request(bot, method)
    except (ValueError, TypeError) as error:
        raise ClientDecodeError("odd answer", error, None) from error
