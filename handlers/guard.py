"""Who may use the bot at all, and in which language. Runs before every handler."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog
from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject
from aiogram.types import User as TelegramUser
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers import chat_life, members
from handlers.callbacks import Open
from handlers.context import Context
from handlers.texts import Texts, language_of, texts_for
from handlers.typed import forget_search, looks_secret, take_away
from storage import people
from storage.people import User

log = structlog.get_logger(__name__)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

ANONYMOUS = frozenset({1087968824, 136817688, 777000})
"""Telegram's stand-ins for anonymous admins and channels, and itself: nobody's account can be theirs."""


class Guard(BaseMiddleware):
    """Gives handlers `user` and `t`. `allowed`: empty means everybody."""

    def __init__(self, context: Context, allowed: frozenset[int]) -> None:
        self.context = context
        self.allowed = allowed

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Let it through, or say kindly why not."""
        if isinstance(event, Message):
            if members.tells_of_members(event):
                return await handler(event, data)  # nobody said it: whoever is named may not even be known
            if _is_nobodys(event):
                return None
        person = event.from_user if isinstance(event, Message | CallbackQuery) else None
        if person is None:
            return None
        refusal = self._refusal(person)
        if refusal is not None:
            t = texts_for(language_of(person.language_code, self.context.default_language))
            if not await _took_key(event, t, refused=True):
                await self._refuse(event, t, refusal, person)
            return None
        user = await self._known(event, person)
        if await _took_key(event, texts_for(user.language), refused=False):
            return None
        return await handler(event, {**data, "user": user, "t": texts_for(user.language)})

    async def _known(self, event: TelegramObject, person: TelegramUser) -> User:
        """Who it is, met now if never before, and where."""
        language = language_of(person.language_code, self.context.default_language)
        chat = event.message.chat if isinstance(event, CallbackQuery) and event.message else None
        chat = event.chat if isinstance(event, Message) else chat
        async with self.context.desk.db.transaction() as connection:
            user = await people.get_user(connection, person.id)
            if user is None:
                now = self.context.desk.now()
                user = await people.meet_user(connection, person.id, language, now)
            if user.name != (name := person.full_name[: people.NAME_LENGTH]):
                await people.set_name(connection, person.id, name)
                user = replace(user, name=name)
            if chat is not None:
                await self._meet(connection, chat.id, chat.type, chat.title or "")
                if _opens_menu(event):
                    await forget_search(connection, chat.id, person.id)
        return user

    def _refusal(self, person: TelegramUser) -> str | None:
        if person.id in ANONYMOUS or person.is_bot:
            return "guard-anonymous"
        if self.allowed and person.id not in self.allowed:
            return "guard-not-allowed"
        return None

    async def _refuse(self, event: TelegramObject, t: Texts, refusal: str, person: TelegramUser) -> None:
        text = t.plain(refusal, id=str(person.id))
        if isinstance(event, CallbackQuery):
            await event.answer(text, show_alert=True)
        elif isinstance(event, Message) and _is_for_us(event, await _name_of(event)):
            await event.reply(text)

    async def _meet(self, connection: AsyncConnection, chat_id: int, kind: str, title: str) -> None:
        """Who writes can be written to: what waited for that goes out now."""
        known = await people.get_chat(connection, chat_id)
        if known is None or known.closed is not None or known.title != title:
            desk = self.context.desk
            if await chat_life.reopen(connection, desk, chat_id, kind, title):
                desk.bells.outbox.set()


async def _took_key(event: TelegramObject, t: Texts, *, refused: bool) -> bool:
    """A key that no handler of typed words would see: in a command, under a picture, or from nobody.

    What a link makes people say to us in private (/start ...) is none.
    """
    if not isinstance(event, Message) or event.bot is None:
        return False
    words = event.text or event.caption or ""
    is_command = words.startswith("/")
    if not looks_secret(words) or not (refused or is_command or event.caption):
        return False
    if words.startswith("/start") and event.chat.type == "private":
        return False
    if is_command and not _is_for_us(event, await _name_of(event)):
        return False
    await take_away(event, event.bot, t)
    return True


def _is_nobodys(message: Message) -> bool:
    """What a linked channel posts, and that somebody came: it is answered by nobody."""
    return bool(message.is_automatic_forward or message.new_chat_members)


async def _name_of(message: Message) -> str:
    """The bot's own name, as commands call it."""
    return "" if message.bot is None else (await message.bot.me()).username or ""


def _is_for_us(message: Message, our_name: str) -> bool:
    """As an admin the bot hears a whole group: it speaks up only where it was spoken to."""
    text = message.text or ""
    if message.chat.type == "private":
        return True
    if text.startswith("/"):
        called = text.split(maxsplit=1)[0].partition("@")[2]
        return called.casefold() in {"", our_name.casefold()}
    replied, bot = message.reply_to_message, message.bot
    author = replied.from_user if replied else None
    return bot is not None and author is not None and author.id == bot.id


def _opens_menu(event: TelegramObject) -> bool:
    """Whoever opens another menu is not searching in the last one any more."""
    if isinstance(event, CallbackQuery):
        return (event.data or "").startswith(f"{Open.__prefix__}:")
    return isinstance(event, Message) and (event.text or "").startswith("/")
