"""Updates brought to a bot's own address: in order within a chat, again until the bot says 2xx."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from sandbox.telegram.errors import ApiError
from sandbox.telegram.params import Params, decode
from sandbox.telegram.state import Json
from sandbox.telegram.updates import Update, Updates

__all__ = ["Target", "Webhook"]

Answer = Callable[[str, Params], Awaitable[object]]  # a method called in the webhook's response
ANSWER_TIMEOUT = 60.0
SLOWEST = 60.0  # seconds between two attempts


@dataclass(frozen=True, slots=True)
class Target:
    """What setWebhook asked for."""

    url: str
    secret: str
    connections: int


class Webhook:
    """Delivers one bot's updates with a fixed number of workers."""

    def __init__(self, target: Target, updates: Updates, answer: Answer, first_pause: float) -> None:
        self.target = target
        self.error: tuple[int, str] | None = None  # when and what the last one was
        self._updates = updates
        self._answer = answer
        self._first_pause = first_pause
        self._lanes: dict[tuple[str, int], deque[Update]] = {}
        self._failures: dict[tuple[str, int], int] = {}
        self._ready: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
        self._later: set[asyncio.TimerHandle] = set()
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ANSWER_TIMEOUT),
            connector=aiohttp.TCPConnector(limit=target.connections, ssl=False),
        )
        for update in updates.fresh():
            self._queue(update)
        updates.on_new = self._queue
        self._workers = [asyncio.create_task(self._work()) for _ in range(target.connections)]

    async def close(self) -> None:
        """Stop delivering."""
        self._updates.on_new = None
        for handle in self._later:
            handle.cancel()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._session.close()

    def info(self) -> Json:
        """What getWebhookInfo adds while a webhook is set."""
        found: Json = {"url": self.target.url, "max_connections": self.target.connections}
        if self.error:
            found |= {"last_error_date": self.error[0], "last_error_message": self.error[1]}
        return found

    def _queue(self, update: Update) -> None:
        lane = self._lanes.setdefault(update.lane, deque())
        lane.append(update)
        if len(lane) == 1:
            self._ready.put_nowait(update.lane)

    async def _work(self) -> None:
        while True:
            name = await self._ready.get()
            update = self._lanes[name][0]
            if self._updates.expired(update) or await self._deliver(update):
                self._went(name, update)
            else:
                self._failed(name)

    def _went(self, name: tuple[str, int], update: Update) -> None:
        self._updates.done(update)
        self._failures.pop(name, None)
        lane = self._lanes[name]
        lane.popleft()
        if lane:
            self._ready.put_nowait(name)
        else:
            del self._lanes[name]

    def _failed(self, name: tuple[str, int]) -> None:
        failures = self._failures[name] = self._failures.get(name, 0) + 1
        pause = min(self._first_pause * 2 ** min(failures - 1, 10), SLOWEST)

        def again() -> None:
            self._later.discard(handle)
            self._ready.put_nowait(name)

        handle = asyncio.get_running_loop().call_later(pause, again)
        self._later.add(handle)

    async def _deliver(self, update: Update) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.target.secret} if self.target.secret else {}
        try:
            async with self._session.post(
                self.target.url, json=update.body, headers=headers, allow_redirects=False
            ) as response:
                body = await response.read()
                status, content_type = response.status, response.headers.get("Content-Type", "")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            kind = "Read timeout expired" if isinstance(error, TimeoutError) else "Connection refused"
            self.error = (int(time.time()), kind)
            return False
        if not 200 <= status < 300:
            self.error = (int(time.time()), f"Wrong response from the webhook: {status}")
            return False
        await self._obey(content_type, body)
        return True

    async def _obey(self, content_type: str, body: bytes) -> None:
        # who answers with a method never learns what became of it
        with contextlib.suppress(ApiError):
            params = decode(content_type, body)
            if "method" in params:
                await self._answer(params.text("method"), params)
