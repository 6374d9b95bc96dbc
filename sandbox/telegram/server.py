"""The Bot API server: addresses, tokens, the shape of answers."""

import asyncio
import inspect
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.faults import Faults
from sandbox.telegram import chats, editing, profile, receiving, sending
from sandbox.telegram.bots import TOKEN, Bot
from sandbox.telegram.call import Call, Method, Said
from sandbox.telegram.errors import ApiError
from sandbox.telegram.hub import Hub
from sandbox.telegram.outside import Outside
from sandbox.telegram.params import Params, read_params
from sandbox.telegram.people import People
from sandbox.telegram.state import Json
from sandbox.telegram.webhook import Webhook

__all__ = ["TelegramServer"]

REMEMBERED = 100_000  # calls
SPACES = (",", ":")


class TelegramServer:
    """Telegram, with its bots and people, as routes of an aiohttp application.

    `clock` gives Unix time; the setting `advance` adds to it.
    """

    def __init__(self, faults: Faults | None = None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.hub = Hub(clock)
        self.faults = faults
        self.webhook_pause = 1.0  # seconds before a webhook is tried again; doubles
        self.calls: deque[Json] = deque(maxlen=REMEMBERED)
        self._called = 0
        self._closing: set[asyncio.Task[None]] = set()
        own: dict[str, Method] = {"setWebhook": self._set_webhook, "deleteWebhook": self._delete_webhook}
        modules = (sending, editing, receiving, chats, profile)
        named = own | {name: method for module in modules for name, method in module.METHODS.items()}
        self._methods = {name.lower(): (name, method) for name, method in named.items()}

    def add_routes(self, app: web.Application) -> None:
        """Add all addresses, and let go of who waits when the application ends."""
        app.router.add_route("*", "/telegram/file/bot{token:[^/]+}/{path:.+}", self._download)
        app.router.add_route("*", "/telegram/bot{token:[^/]+}/{method:[^/]*}", self._serve)
        People(self).add_routes(app)
        Outside(self).add_routes(app)
        app.on_shutdown.append(self._on_shutdown)

    async def _on_shutdown(self, _app: web.Application) -> None:
        await self.close()

    async def close(self) -> None:
        """End all that waits: polls, webhooks, presses, pages."""
        await asyncio.gather(*[self._release(self.hub)], *self._closing)

    def reset(self) -> None:
        """A fresh world; who waits in the old one is let go."""
        task = asyncio.get_running_loop().create_task(self._release(self.hub))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        self.hub = Hub(self._clock)
        self.webhook_pause = 1.0
        self.calls.clear()
        self._called = 0

    @staticmethod
    async def _release(hub: Hub) -> None:
        for query in hub.queries.values():
            query.answer.cancel()
        for waiting in hub.inline.values():
            waiting.cancel()
        for watchers in hub.watchers.values():
            for watcher in watchers:
                watcher.put_nowait(None)
        for bot in hub.bots.values():
            bot.updates.close()
            if bot.webhook:
                await bot.webhook.close()
                bot.webhook = None

    # calls

    def bot_of(self, token: str) -> Bot:
        """The bot that a token belongs to. Raises ApiError 401."""
        match = TOKEN.fullmatch(token)
        bot = self.hub.bot(int(match[1])) if match else None
        if bot is None or bot.token not in {None, token}:
            raise ApiError(401, "Unauthorized")
        return bot

    async def call(self, bot: Bot, name: str, params: Params) -> Json:
        """Call a method and return its answer as JSON with `ok`; remembered either way."""
        name, method = self._methods.get(name.lower(), (name, _no_method))
        try:
            result = method(Call(self.hub, bot, params))
            if inspect.isawaitable(result):
                result = await result
        except ApiError as error:
            self._remember(name, params, error.code, error.body())
            raise
        body: Json = {"ok": True, "result": result}
        if isinstance(result, Said):
            body = {"ok": True, "result": result.result, "description": result.description}
        self._remember(name, params, 200, body["result"])
        return body

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            params = await read_params(request)
        except ApiError as error:
            return _answer(error.code, error.body())

        async def act(_request: web.Request) -> web.StreamResponse:
            try:
                bot = self.bot_of(request.match_info["token"])
                return _answer(200, await self.call(bot, name, params))
            except ApiError as error:
                return _answer(error.code, error.body())

        path, _ = self._methods.get(name.lower(), (name, _no_method))
        fault = self.faults.take("telegram", request.method, path, params.values) if self.faults else None
        if fault is None or self.faults is None:
            return await act(request)
        if not fault.committed:
            self._remember(path, params, fault.status or 0, {"fault": fault.kind})
        return await self.faults.spoil(request, fault, act)

    def _remember(self, name: str, params: Params, status: int, result: Any) -> None:
        self._called += 1
        entry = {"n": self._called, "at": self.hub.now(), "method": name, "params": params.loggable()}
        self.calls.append(entry | {"status": status, "result": result})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        try:
            self.bot_of(request.match_info["token"])
        except ApiError as error:
            return _answer(error.code, error.body())
        for file in self.hub.files.values():
            if file.path == request.match_info["path"]:
                return web.Response(body=file.data, content_type="application/octet-stream")
        return _answer(404, ApiError(404, "Not Found").body())

    # webhooks: here, since what answers one may call any method

    async def _set_webhook(self, call: Call) -> Said:
        target = receiving.webhook_target(call)
        if target is None:
            return await self._delete_webhook(call)
        await self._drop_webhook(call)
        kinds = call.params.json("allowed_updates", list, "allowed updates")
        if kinds is not None:
            call.bot.updates.allow(kinds)
        call.bot.updates.stop_polling("terminated by setWebhook request")

        async def answer(name: str, params: Params) -> object:
            return await self.call(call.bot, name, params)

        call.bot.webhook = Webhook(target, call.bot.updates, answer, self.webhook_pause)
        return Said(result=True, description="Webhook was set")

    async def _delete_webhook(self, call: Call) -> Said:
        was = await self._drop_webhook(call)
        return Said(result=True, description="Webhook was deleted" if was else "Webhook is already deleted")

    @staticmethod
    async def _drop_webhook(call: Call) -> bool:
        old, call.bot.webhook = call.bot.webhook, None
        if old:
            await old.close()
        if call.params.flag("drop_pending_updates"):
            call.bot.updates.waiting.clear()
        return old is not None


def _no_method(_call: Call) -> bool:
    raise ApiError(404, "Not Found: method not found")


def _answer(status: int, body: Json) -> web.Response:
    text = json.dumps(body, ensure_ascii=False, separators=SPACES)
    return web.Response(text=text, status=status, content_type="application/json")
