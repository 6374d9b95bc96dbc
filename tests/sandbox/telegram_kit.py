"""A Telegram on a real port, and hands to use it with: as a bot, as a person, as the world."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiohttp import ClientSession, web

from sandbox.faults import Faults
from sandbox.telegram.server import TelegramServer

TOKEN = "4242:" + "A" * 35
BOT = 4242
ANNA, BORIS = 1001, 1002
Json = dict[str, Any]


@dataclass
class Telegram:
    """One server and a client for its addresses."""

    base: str
    server: TelegramServer
    faults: Faults
    http: ClientSession

    async def api(self, method: str, *, token: str = TOKEN, **params: Any) -> Json:
        """A Bot API call by raw HTTP: the whole answer."""
        async with self.http.post(f"{self.base}/telegram/bot{token}/{method}", json=params) as response:
            body: Json = await response.json()
            assert body["ok"] is (response.status == 200)
            return body

    async def ok(self, method: str, **params: Any) -> Any:
        """The result of a call that must succeed."""
        body = await self.api(method, **params)
        assert body["ok"], body
        return body["result"]

    async def refusal(self, method: str, **params: Any) -> tuple[int, str]:
        """Code and text of a call that must fail."""
        body = await self.api(method, **params)
        assert not body["ok"], body
        return body["error_code"], body["description"]

    async def post(self, path: str, expect: int = 200, **body: Any) -> Json:
        """A POST of the outside world."""
        async with self.http.post(self.base + path, json=body) as response:
            found: Json = await response.json()
            assert response.status == expect, found
            return found

    async def get(self, path: str) -> Json:
        """A GET of the outside world."""
        async with self.http.get(self.base + path) as response:
            found: Json = await response.json()
            assert response.status == 200, found
            return found

    async def say(self, person: int, text: str, chat: int = BOT, **more: Any) -> int:
        """A person types; the message's id."""
        found = await self.post(f"/people/{person}/chats/{chat}/messages", text=text, **more)
        return int(found["message_id"])

    async def seen(self, person: int, chat: int = BOT) -> list[Json]:
        """What a person sees in a chat."""
        found = await self.get(f"/people/{person}/chats/{chat}/messages")
        return list(found["messages"])

    async def press(self, person: int, message_id: int, data: str, chat: int = BOT, **more: Any) -> Json:
        """A person presses; what came back."""
        return await self.post(
            f"/people/{person}/chats/{chat}/press", message_id=message_id, data=data, **more
        )

    async def updates(self, **params: Any) -> list[Json]:
        """What waits for the bot."""
        return list(await self.ok("getUpdates", **params))

    async def polled(self) -> None:
        """Until somebody waits there for updates."""

        async def somebody() -> bool:
            return self.server.hub.bots[BOT].updates._poller is not None

        await until(somebody)

    def bot(self) -> Bot:
        """A stock aiogram bot at this server."""
        server = TelegramAPIServer.from_base(f"{self.base}/telegram")
        return Bot(TOKEN, session=AiohttpSession(api=server))


@asynccontextmanager
async def running() -> AsyncIterator[Telegram]:
    """A Telegram with Anna and Boris, of whom Anna has started the bot. No task outlives it."""
    before = asyncio.all_tasks()
    faults = Faults()
    server = TelegramServer(faults)
    app = web.Application()
    server.add_routes(app)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with ClientSession() as http:
            telegram = Telegram(base, server, faults, http)
            await telegram.post("/people", id=ANNA, first_name="Anna", username="anna", language_code="en")
            await telegram.post("/people", id=BORIS, first_name="Boris", language_code="ru")
            await telegram.say(ANNA, "/start")
            await telegram.updates(offset=-1)
            await telegram.updates(offset=2**40)
            yield telegram
    finally:
        await runner.cleanup()
    if leftover := asyncio.all_tasks() - before - {asyncio.current_task()}:
        _, leftover = await asyncio.wait(leftover, timeout=5)
    assert not leftover


@asynccontextmanager
async def polling(dispatcher: Dispatcher, bot: Bot) -> AsyncIterator[None]:
    """The dispatcher polls as long as the block lasts."""
    task = asyncio.create_task(
        dispatcher.start_polling(bot, handle_signals=False, polling_timeout=5, close_bot_session=True)
    )
    try:
        yield
    finally:
        with suppress(RuntimeError):
            await dispatcher.stop_polling()
        await task


async def until(condition: Any, seconds: float = 60) -> Any:
    """Ask an asynchronous condition again and again until it gives something."""
    async with asyncio.timeout(seconds):
        while not (found := await condition()):  # noqa: ASYNC110 - what it waits for is behind HTTP
            await asyncio.sleep(0.01)
    return found
