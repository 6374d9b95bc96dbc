"""The wiring, readable in one screen: what there is, and what runs."""

import asyncio
import fcntl
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import IO, Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.enums import ParseMode
from aiogram.methods.base import Response
from aiogram.types import Message, Update
from aiohttp import web

from bot import commands
from bot.counting import Counting
from bot.delivery import Edit, Send
from bot.limits import SendLimits
from bot.log import redactor
from bot.metrics import Metrics
from bot.outbox import Outbox
from bot.polling import Poller
from bot.session import Session
from bot.settings import Settings
from bot.web import application, telegram_secret
from bot.work import end, for_ever, work_off
from handlers import letters, routers
from handlers.context import Context
from handlers.membership import Membership
from orders import place, upkeep, watch
from orders.catalog import Catalogs
from orders.desk import Desk
from orders.find_out import Finder
from orders.hooks import HookWorker
from orders.teaser import Teasers
from orders.watch import Watcher
from providers.registry import open_sites
from storage.db import Database
from storage.vault import Vault

log = structlog.get_logger(__name__)

UPKEEP_EVERY = 3600

ANSWER_MODELS = tuple(
    Response[kind]  # type: ignore[valid-type]  # each is a type
    for kind in (Message | bool, Message, bool, list[Update], Send.__returning__, Edit.__returning__)
)
"""Held for good: aiogram asks for one at each call, and pydantic builds anew what nobody holds (1 ms)."""


class AlreadyRunning(Exception):
    """Another process works with this data folder: two would watch and send everything twice."""


@dataclass(slots=True)
class App:
    """One running bot."""

    settings: Settings
    desk: Desk
    context: Context
    bot: Bot
    dispatcher: Dispatcher
    outbox: Outbox
    poller: Poller
    web_app: web.Application
    lock: IO[str] | None
    port: int = 0

    @classmethod
    async def build(cls, settings: Settings, limits: SendLimits | None = None) -> "App":
        """Open the data folder and put everything together. Raises AlreadyRunning, VaultError."""
        for secret in settings.secrets():
            redactor.learn(secret)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        async with AsyncExitStack() as stack:
            database = Database(settings.database)
            stack.push_async_callback(database.close)  # an unclosed one would hang the exit
            lock = _lock(settings) if database.is_sqlite else None
            if lock is not None:
                stack.callback(lock.close)
            keys = [key.get_secret_value() for key in settings.secret_keys]
            vault = Vault.from_keys(keys) if keys else Vault.from_key_file(settings.key_file)
            await database.migrate()
            stack.pop_all()  # the app closes them from now on
        desk = Desk(db=database, vault=vault, sites=open_sites(settings.site_urls), learn=redactor.learn)
        context = Context(
            desk=desk,
            catalogs=Catalogs(desk),
            public_url=settings.public_url,
            default_language=settings.default_language,
            teasers=Teasers(desk),
        )
        bot, limits = _bot(settings), limits or SendLimits()
        desk.membership = Membership(bot, desk)
        bot.session.middleware(Counting(limits))
        redactor.learn(telegram_secret(bot))
        dispatcher = routers.dispatcher(context, settings.allowed_ids | settings.admin_ids)
        return cls(
            settings=settings,
            desk=desk,
            context=context,
            bot=bot,
            dispatcher=dispatcher,
            outbox=Outbox(bot, context, limits),
            poller=Poller(bot, dispatcher),
            web_app=application(desk, bot, dispatcher, Metrics(desk)),
            lock=lock,
        )

    async def run(self, stop: asyncio.Event, *, started: Callable[[], None] | None = None) -> None:
        """Live until `stop`. What was begun is ended, what was written stays to be sent."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.close)
            await letters.rehearse(self.context)
            await self._listen(stack)
            unknown = await place.after_crash(self.desk)
            unsure = await self.outbox.recover()
            await watch.after_start(self.desk)
            log.info("started", port=self.port, unknown_purchases=unknown, unsure_letters=unsure)
            tasks: list[asyncio.Task[Any]] = [
                asyncio.create_task(work, name=name) for name, work in self._work().items()
            ]
            stack.push_async_callback(end, tasks)
            if started is not None:
                started()
            tasks.append(waiting := asyncio.create_task(stop.wait()))
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {waiting}:
                await task  # nothing but `stop` ends them: raise what did

    def _work(self) -> dict[str, Coroutine[Any, Any, None]]:
        desk = self.desk
        return {
            "outbox": for_ever(self.outbox.run),
            "watcher": for_ever(lambda: work_off(Watcher(desk), desk.bells.watcher)),
            "hooks": for_ever(lambda: work_off(HookWorker(desk), desk.bells.hooks)),
            "finder": for_ever(lambda: work_off(Finder(desk), desk.bells.finder)),
            "upkeep": for_ever(self._upkeep),
            "commands": for_ever(self._commands),
            "telegram": for_ever(self._telegram),
        }

    async def _commands(self) -> None:
        """Say what commands there are. Apart, since Telegram may refuse that for hours."""
        await commands.register(self.bot)
        await asyncio.Event().wait()

    async def _telegram(self) -> None:
        """Fetch updates, or have them sent."""
        if self.settings.telegram_mode == "webhook":
            await self.bot.set_webhook(
                f"{self.settings.public_url}/telegram",
                secret_token=telegram_secret(self.bot),
                allowed_updates=self.dispatcher.resolve_used_update_types(),
            )
            await asyncio.Event().wait()
        await self.bot.delete_webhook()
        await self.poller.run()

    async def _upkeep(self) -> None:
        while True:
            await upkeep.run(self.desk)
            await asyncio.sleep(UPKEEP_EVERY)

    async def _listen(self, stack: AsyncExitStack) -> None:
        runner = web.AppRunner(self.web_app, access_log=None, shutdown_timeout=5)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        listener = web.TCPSite(runner, self.settings.http_host, self.settings.http_port)
        await listener.start()
        self.port = runner.addresses[0][1]

    async def close(self) -> None:
        """Last pushed, first done; one that fails does not keep the others from closing."""
        async with AsyncExitStack() as stack:
            if self.lock is not None:
                stack.callback(self.lock.close)
            stack.push_async_callback(self.desk.db.close)
            stack.push_async_callback(self.bot.session.close)
            for site in self.desk.sites.values():
                stack.push_async_callback(site.door.close)
            stack.push_async_callback(self.outbox.close)
            stack.push_async_callback(self.desk.drain)
            stack.push_async_callback(self.poller.close)


def _bot(settings: Settings) -> Bot:
    return Bot(
        settings.bot_token.get_secret_value(),
        session=Session(settings.telegram_api_url),
        default=DefaultBotProperties(parse_mode=ParseMode.HTML),
    )


def _lock(settings: Settings) -> IO[str]:
    """SQLite: one process per data folder."""
    lock = (settings.data_dir / "pinbell.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise AlreadyRunning(str(settings.data_dir)) from None
    return lock
