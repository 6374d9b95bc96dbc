"""The commands that clients offer, per scope and language."""

from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
    BotCommandScopeUnion,
)

import locales
from handlers.texts import FALLBACK, texts_for

PRIVATE = (
    "order",
    "orders",
    "rentals",
    "balance",
    "history",
    "accounts",
    "share",
    "limits",
    "members",
    "log",
    "settings",
    "cancel",
    "help",
)
GROUP = (
    "order",
    "orders",
    "rentals",
    "share",
    "limits",
    "members",
    "log",
    "cancel",
    "help",
)


async def register(bot: Bot) -> None:
    """Tell Telegram. The fallback language is everybody's who has none of ours."""
    scopes: tuple[tuple[BotCommandScopeUnion, tuple[str, ...]], ...] = (
        (BotCommandScopeDefault(), PRIVATE),
        (BotCommandScopeAllPrivateChats(), PRIVATE),
        (BotCommandScopeAllGroupChats(), GROUP),
    )
    for language in locales.LANGUAGES:
        t = texts_for(language)
        for scope, names in scopes:
            described = [BotCommand(command=name, description=t.plain(f"command-{name}")) for name in names]
            code = None if language == FALLBACK else language
            await bot.set_my_commands(described, scope=scope, language_code=code)
        await bot.set_my_description(
            t.plain("bot-description"), language_code=None if language == FALLBACK else language
        )
