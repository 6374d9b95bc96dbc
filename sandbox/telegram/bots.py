"""Bots, what they keep, and what they hear."""

import asyncio
import re
from dataclasses import dataclass, field

from sandbox.telegram.state import Json, Message, User
from sandbox.telegram.updates import Updates
from sandbox.telegram.webhook import Webhook

__all__ = ["ANSWERABLE", "DEFAULT_NAME", "DEFAULT_USERNAME", "TOKEN", "Bot", "Query", "StoredFile", "hears"]

ANSWERABLE = 150.0  # seconds that a press waits for its answer
TOKEN = re.compile(r"(\d{1,16}):[A-Za-z0-9_-]{35}")
DEFAULT_NAME = "Pinbell"
DEFAULT_USERNAME = "PinbellBot"


@dataclass(slots=True, eq=False)
class Bot:
    """A bot and what it has set for itself."""

    user: User
    token: str | None  # None: any token with its id
    updates: Updates
    webhook: Webhook | None = None
    privacy: bool = True  # in groups it hears only what is meant for it
    inline: bool = False
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)  # by scope and language
    profile: dict[tuple[str, str], str] = field(default_factory=dict)  # by field and language
    menus: dict[int, Json] = field(default_factory=dict)  # 0 is the default one
    rights: dict[bool, Json] = field(default_factory=dict)  # by whether for channels


@dataclass(slots=True, eq=False)
class Query:
    """A press that may still be answered."""

    id: str
    bot: Bot
    user: User
    message: Message
    at: float
    answer: asyncio.Future[Json]
    answered: bool = False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was sent."""

    id: str
    path: str
    name: str
    mime: str
    data: bytes


def hears(bot: Bot, message: Message) -> bool:
    """Whether a message reaches a bot: bots never hear bots, and privacy hides what is not meant for it."""
    chat = message.chat
    if message.receiver:
        return message.receiver is bot.user
    if message.service:
        return True
    if message.sender.is_bot:
        return False
    if chat.kind == "private" or not bot.privacy or chat.rules(bot.user.id):
        return True
    replied = message.reply_to is not None and message.reply_to.sender is bot.user
    return replied or message.via is bot.user or _means(bot, message)


def _means(bot: Bot, message: Message) -> bool:
    wide = str(message.body.get("text") or message.body.get("caption") or "").encode("utf-16-le")
    me = f"@{bot.user.username}".lower()
    for entity in message.body.get("entities", []):
        start, length = entity["offset"], entity["length"]
        word = wide[2 * start : 2 * (start + length)].decode("utf-16-le").lower()
        if entity["type"] == "mention" and word == me:
            return True
        if entity["type"] == "bot_command" and (word.endswith(me) or _bare_for(bot, message, word)):
            return True
    return False


def _bare_for(bot: Bot, message: Message, word: str) -> bool:
    # a bare /command goes to the bot that spoke last, or to the only one there is
    if "@" in word:
        return False
    bots = [user for user in message.chat.users() if user.is_bot]
    return len(bots) == 1 or message.chat.last_bot == bot.user.id
