"""Chats that close, open again, or change their id. Nothing is said there, so no guard stands before it."""

import structlog
from aiogram import F, Router
from aiogram.types import ChatMemberUpdated, Message

from handlers import letters
from handlers.context import Context
from storage import chat_ids

log = structlog.get_logger(__name__)

GONE = frozenset({"kicked", "left"})


def setup() -> Router:
    """The router."""
    router = Router(name="members")
    router.my_chat_member.register(changed)
    router.message.register(upgraded, F.migrate_to_chat_id)
    return router


async def changed(event: ChatMemberUpdated, context: Context) -> None:
    """The bot was blocked, thrown out, let in again: letters wait, or go out."""
    desk, chat, status = context.desk, event.chat, event.new_chat_member.status
    async with desk.db.transaction() as connection:
        if status in GONE:
            await letters.close_chat(connection, chat.id, status, desk.now_ms())
        else:
            await letters.open_chat(connection, chat.id, chat.type, chat.title or "", desk.now_ms())
    log.info("membership changed", chat=chat.id, status=str(status))
    desk.bells.outbox.set()


async def upgraded(message: Message, context: Context) -> None:
    """The group became a supergroup."""
    if message.migrate_to_chat_id is None:
        return
    async with context.desk.db.transaction() as connection:
        await chat_ids.migrate(connection, message.chat.id, message.migrate_to_chat_id)
    context.desk.bells.outbox.set()
