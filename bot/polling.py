"""Fetching updates. aiogram's own loop stops for good at one update it can't read; this one steps over it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import ClientDecodeError, TelegramRetryAfter
from aiogram.methods import GetUpdates
from aiogram.types import Update
from pydantic import ValidationError

log = structlog.get_logger(__name__)

LONG_POLL = 30
"""Seconds that Telegram holds the call while there is nothing."""

AT_ONCE = 200
"""Updates handled side by side."""

CONFIRM_AFTER = 0.2
"""Seconds that a batch may take before it is confirmed: quick handlers survive a crash by coming again."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0

EMPTY_PAUSE = 0.05
"""Seconds after an answer without updates: one that comes at once must not make us ask without end."""

DRAIN = 20.0


@dataclass(slots=True)
class Poller:
    """Long polling for one bot."""

    bot: Bot
    dispatcher: Dispatcher
    _offset: int | None = None
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Fetch and handle for ever."""
        pause = FIRST_PAUSE
        kinds = self.dispatcher.resolve_used_update_types()
        while True:
            try:
                await self._fetch(kinds)
                pause = FIRST_PAUSE
            except TelegramRetryAfter as error:
                await asyncio.sleep(error.retry_after)
            except Exception as error:  # noqa: BLE001 - also bytes that are no text, JSON that lacks something
                why = error.message if isinstance(error, ClientDecodeError) else str(error)[:200]
                log.warning("no updates", error=type(error).__name__, why=why)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    async def close(self) -> None:
        """Wait for what is being handled. What takes too long is given up."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN)
        late = list(self._tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _fetch(self, kinds: list[str]) -> None:
        call = GetUpdates(offset=self._offset, timeout=LONG_POLL, allowed_updates=kinds)
        try:
            updates = await self.bot(call, request_timeout=LONG_POLL + 15)
        except ClientDecodeError as error:
            updates = self._readable(error)
        if not updates:
            await asyncio.sleep(EMPTY_PAUSE)
            return
        tasks = [await self._handle(update) for update in updates]
        self._offset = max(self._offset or 0, updates[-1].update_id + 1)
        await asyncio.wait(tasks, timeout=CONFIRM_AFTER)

    async def _handle(self, update: Update) -> asyncio.Task[None]:
        await self._slots.acquire()
        task = asyncio.create_task(self._feed(update))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def _feed(self, update: Update) -> None:
        await self.dispatcher.feed_update(self.bot, update)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._slots.release()
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("update failed", exc_info=error)

    def _readable(self, error: ClientDecodeError) -> list[Update]:
        """The updates of a batch that can be read; the others are stepped over. Raises if it is no batch."""
        raw = error.data.get("result") if isinstance(error.data, dict) else None
        if not isinstance(raw, list):
            raise error
        readable, last = [], -1
        for one in raw:
            update_id = one.get("update_id") if isinstance(one, dict) else None
            last = max(last, update_id if isinstance(update_id, int) else -1)
            if (update := self._read(one)) is not None:
                readable.append(update)
            else:
                log.error("update can't be read", update_id=update_id)
        if raw and last < 0:
            raise error  # nothing tells how to step over it
        if last >= 0:
            self._offset = last + 1
        return readable

    def _read(self, raw: Any) -> Update | None:
        try:
            return Update.model_validate(raw, context={"bot": self.bot})
        except ValidationError:
            return None
