"""What others call: the sites' webhooks, Telegram's, health, metrics."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import ClientDecodeError, TelegramAPIError
from aiogram.types import Update
from aiohttp import web
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from bot.metrics import Metrics
from orders import hooks
from orders.desk import Desk

log = structlog.get_logger(__name__)

TELEGRAM_BODY_CAP = 4 * 1024 * 1024
TELEGRAM_TIME_OUT = 5
DATABASE_TIME_OUT = 3.0

STORED_WITHIN = 1.8
"""Seconds after which a site is told to call again, although its call may still be stored."""

BODY_WITHIN = 10.0
"""Seconds for a webhook's body to come in."""

UNAVAILABLE = (DBAPIError, NoConnection, TimeoutError)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name


T = TypeVar("T")


def application(desk: Desk, bot: Bot, dispatcher: Dispatcher, metrics: Metrics) -> web.Application:
    """All routes of the contract."""
    app = web.Application(client_max_size=TELEGRAM_BODY_CAP)
    app.router.add_post("/hooks/{site}/{token}", _SiteHooks(desk).answer)
    app.router.add_post("/telegram", _Telegram(bot, dispatcher).answer)
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/readyz", _Ready(desk, bot).answer)
    app.router.add_get("/metrics", _MetricsPage(metrics).answer)
    return app


def telegram_secret(bot: Bot) -> str:
    """What Telegram must send along with each update: derived, so that nothing more has to be stored."""
    return hmac.new(bot.token.encode(), b"pinbell telegram webhook", hashlib.sha256).hexdigest()


class _SiteHooks:
    """Raw body stored and committed, then 200. A call that can't be stored gets 503 and may come again."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def answer(self, request: web.Request) -> web.Response:
        if (request.content_length or 0) > hooks.BODY_CAP:
            return web.Response(status=413)
        try:
            async with asyncio.timeout(BODY_WITHIN):
                body = await _read(request, hooks.BODY_CAP + 1)
        except TimeoutError:
            return web.Response(status=408)
        if len(body) > hooks.BODY_CAP:
            return web.Response(status=413)
        site, token = request.match_info["site"], request.match_info["token"]
        try:
            known = await within(STORED_WITHIN, hooks.accept(self.desk, site, token, body, request.headers))
        except UNAVAILABLE as error:
            log.error("webhook not stored", site=site, error=type(error).__name__)  # noqa: TRY400 - no SQL in logs
            return web.Response(status=503)
        return web.Response(text="ok") if known else web.Response(status=404)


class _Telegram:
    """Telegram's own webhook. Handled before it is answered: an update that fails comes again."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher) -> None:
        self.bot, self.dispatcher = bot, dispatcher
        self.secret = telegram_secret(bot).encode()

    async def answer(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self.secret):
            return web.Response(status=401)
        try:
            raw = json.loads(await request.read())
        except ValueError:
            return web.Response(status=400)
        try:
            update = Update.model_validate(raw, context={"bot": self.bot})
        except ValidationError:
            # Anything but 200 would bring it again and again, and hold up what comes after it.
            log.error("update can't be read")  # noqa: TRY400 - the error quotes the update
            return web.Response(text="stepped over")
        await self.dispatcher.feed_update(self.bot, update)
        return web.Response(text="ok")


async def _alive(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.Response(text="ok")


class _Ready:
    """Database and Telegram answer too."""

    def __init__(self, desk: Desk, bot: Bot) -> None:
        self.desk, self.bot = desk, bot

    async def answer(self, _request: web.Request) -> web.Response:
        found = {"database": await self._database(), "telegram": await self._telegram()}
        return web.json_response(found, status=200 if all(found.values()) else 503)

    async def _database(self) -> bool:
        try:
            await within(DATABASE_TIME_OUT, self._ask())
        except UNAVAILABLE:
            return False
        return True

    async def _ask(self) -> None:
        async with self.desk.db.transaction() as connection:
            await connection.execute(text("SELECT 1"))

    async def _telegram(self) -> bool:
        try:
            await self.bot.get_me(request_timeout=TELEGRAM_TIME_OUT)
        except (TelegramAPIError, ClientDecodeError):
            return False
        return True


class _MetricsPage:
    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics

    async def answer(self, _request: web.Request) -> web.Response:
        try:
            body, kind = await within(DATABASE_TIME_OUT, self.metrics.page())
        except UNAVAILABLE:
            return web.Response(status=503)
        return web.Response(body=body, headers={"Content-Type": kind})


async def _read(request: web.Request, most: int) -> bytes:
    """The body, or as much of it as proves that it is too big."""
    body = b""
    while len(body) < most and (chunk := await request.content.read(most - len(body))):
        body += chunk
    return body


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What the work brings. Raises TimeoutError; the work goes on then: a transaction must not be torn."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    over = loop.create_future()  # costs a fraction of asyncio.wait, and each webhook comes along here
    task.add_done_callback(lambda _: _tell(over))
    alarm = loop.call_later(seconds, _tell, over)
    try:
        await over
    finally:
        alarm.cancel()
        if not task.done():
            _LATE.add(task)
            task.add_done_callback(_ended)
    if not task.done():
        raise TimeoutError
    return task.result()


def _tell(over: asyncio.Future[None]) -> None:
    if not over.done():
        over.set_result(None)


_LATE: set[asyncio.Task[Any]] = set()
"""Keeps them from being forgotten by the event loop."""


def _ended(task: asyncio.Task[Any]) -> None:
    _LATE.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("late work failed", error=type(error).__name__)
