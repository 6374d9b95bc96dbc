"""Groups and chats that take the bot in or let it go, become others, and people who leave them.

Telegram tells of that; nobody says anything there, so no guard stands before it.
"""

import structlog
from aiogram import Bot, F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.exceptions import TelegramAPIError, TelegramMigrateToChat
from aiogram.types import ChatMemberRestricted, ChatMemberUnion, ChatMemberUpdated, Message

from handlers import chat_life
from handlers.chat_life import Closed
from handlers.context import Context
from handlers.screen import NO_PREVIEW
from handlers.texts import Texts, language_of, texts_for
from handlers.views import hello
from orders import shares
from storage import chat_ids, people

log = structlog.get_logger(__name__)

GONE = frozenset({ChatMemberStatus.LEFT, ChatMemberStatus.KICKED})


def setup(allowed: frozenset[int]) -> Router:
    """The router. `allowed`: who may use the bot; empty means everybody."""
    router = Router(name="members")

    async def added_or_removed(event: ChatMemberUpdated, bot: Bot, context: Context) -> None:
        await changed(event, bot, context, may_greet=not allowed or event.from_user.id in allowed)

    router.my_chat_member.register(added_or_removed, F.chat.type != ChatType.CHANNEL)
    router.chat_member.register(member_changed)
    router.message.register(somebody_left, F.left_chat_member)
    router.message.register(moved_to, F.migrate_to_chat_id)
    router.message.register(moved_from, F.migrate_from_chat_id)
    return router


def tells_of_members(message: Message) -> bool:
    """Whether it is one of Telegram's own messages that are for this router."""
    return any((message.left_chat_member, message.migrate_to_chat_id, message.migrate_from_chat_id))


def is_gone(member: ChatMemberUnion) -> bool:
    """Whether somebody is not in the chat. Restricted ones can be in it or not."""
    return member.status in GONE or (isinstance(member, ChatMemberRestricted) and not member.is_member)


async def changed(event: ChatMemberUpdated, bot: Bot, context: Context, *, may_greet: bool) -> None:
    """The bot was added, thrown out, muted, promoted, blocked, let in again: letters wait, or go out."""
    desk, chat, now = context.desk, event.chat, event.new_chat_member
    async with desk.db.transaction() as connection:
        known = await people.get_chat(connection, chat.id)
        closed = _why_closed(event)
        if closed is not None:
            await chat_life.close(connection, desk, chat.id, closed)
        else:
            await chat_life.reopen(connection, desk, chat.id, chat.type, chat.title or "")
        is_new = chat.type != ChatType.PRIVATE and (known is None or known.closed is not None)
        old_ones = await chat_ids.basic_groups(connection, chat.title or "") if is_new else []
        adder = await people.get_user(connection, event.from_user.id)
    log.info("membership changed", chat=chat.id, status=str(now.status))
    desk.bells.outbox.set()
    if not may_greet or closed is not None or not is_new or not is_gone(event.old_chat_member):
        return
    if not await _was_one_of(old_ones, chat.id, bot, context):
        code = language_of(event.from_user.language_code, context.default_language)
        await _greet(bot, chat.id, texts_for(adder.language if adder else code))


def _why_closed(event: ChatMemberUpdated) -> Closed | None:
    now = event.new_chat_member
    if is_gone(now):
        return Closed.BLOCKED if event.chat.type == ChatType.PRIVATE else Closed.REMOVED
    is_muted = isinstance(now, ChatMemberRestricted) and not now.can_send_messages
    return Closed.MUTED if is_muted else None


async def _was_one_of(groups: list[int], new: int, bot: Bot, context: Context) -> bool:
    """Whether the bot is in this supergroup because one of those groups became it.

    Telegram tells of that as if the bot was added, maybe before the message that says what happened.
    """
    for group in groups:
        try:
            await bot.send_chat_action(group, "typing")
        except TelegramMigrateToChat as error:
            await _move(context, group, error.migrate_to_chat_id)
            if error.migrate_to_chat_id == new:
                return True
        except TelegramAPIError as error:
            log.info("group not asked", chat=group, why=str(error)[:200])
    return False


async def _greet(bot: Bot, chat_id: int, t: Texts) -> None:
    view = hello.group(t)
    try:
        await bot.send_message(
            chat_id, view.text, reply_markup=view.keyboard, link_preview_options=NO_PREVIEW
        )
    except TelegramAPIError as error:  # it may not write here, or is gone again
        log.info("not greeted", chat=chat_id, why=str(error)[:200])


async def member_changed(event: ChatMemberUpdated, context: Context) -> None:
    """Somebody left, was removed or banned: told to bots that are admins, of everybody."""
    if is_gone(event.new_chat_member):
        await _left(context, event.chat.id, event.new_chat_member.user.id)


async def somebody_left(message: Message, bot: Bot, context: Context) -> None:
    """The same as a message: told to every bot, but not in large groups."""
    person = message.left_chat_member
    if person is not None and person.id != bot.id:
        await _left(context, message.chat.id, person.id)


async def _left(context: Context, chat_id: int, user_id: int) -> None:
    async with context.desk.db.transaction() as connection:
        await shares.left(connection, context.desk, chat_id, user_id)
    context.desk.bells.outbox.set()


async def moved_to(message: Message, context: Context) -> None:
    """The group became a supergroup: said in the old one."""
    if message.migrate_to_chat_id is not None:
        await _move(context, message.chat.id, message.migrate_to_chat_id)


async def moved_from(message: Message, context: Context) -> None:
    """The same, said in the new one."""
    if message.migrate_from_chat_id is not None:
        await _move(context, message.migrate_from_chat_id, message.chat.id)


async def _move(context: Context, old: int, new: int) -> None:
    async with context.desk.db.transaction() as connection:
        await chat_life.move(connection, context.desk, old, new)
    context.desk.bells.outbox.set()
