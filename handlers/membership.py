"""What a person is in a group, asked of Telegram each time: who has left must not spend a cent more."""

from dataclasses import dataclass

import structlog
from aiogram import Bot
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramMigrateToChat,
)
from aiogram.types import ChatMemberRestricted, ChatMemberUnion

from handlers import chat_life
from orders.access import Standing
from orders.desk import Desk
from orders.errors import NobodyKnows

log = structlog.get_logger(__name__)

PATIENCE = 5
"""Seconds for the question: somebody waits with a finger on Buy."""

ADMINS = frozenset({ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR})
NO_MEMBER = ("user not found", "member not found", "PARTICIPANT_ID_INVALID", "USER_NOT_PARTICIPANT")


@dataclass(frozen=True, slots=True)
class Membership:
    """The desk's question to Telegram."""

    bot: Bot
    desk: Desk

    async def __call__(self, chat_id: int, user_id: int) -> Standing:
        """Raises NobodyKnows if Telegram does not say, also since the bot itself was thrown out."""
        try:
            member = await self.bot.get_chat_member(chat_id, user_id, request_timeout=PATIENCE)
        except TelegramMigrateToChat as error:  # its messages about that were missed
            async with self.desk.db.transaction() as connection:
                await chat_life.move(connection, self.desk, chat_id, error.migrate_to_chat_id)
            self.desk.bells.outbox.set()
            return await self(error.migrate_to_chat_id, user_id)
        except TelegramBadRequest as error:
            if any(words.casefold() in error.message.casefold() for words in NO_MEMBER):
                return Standing(in_chat=False, has_left=True)
            log.warning("membership unknown", chat=chat_id, user=user_id, why=error.message)
            raise NobodyKnows from None
        except (TelegramAPIError, ClientDecodeError) as error:
            log.warning("membership unknown", chat=chat_id, user=user_id, why=type(error).__name__)
            raise NobodyKnows from None
        is_in = _is_in(member)
        return Standing(
            in_chat=is_in, is_admin=member.status in ADMINS, has_left=not is_in and _has_left(member)
        )


def _has_left(member: ChatMemberUnion) -> bool:
    """Restricted ones can be in the group or not."""
    return not (isinstance(member, ChatMemberRestricted) and member.is_member)


def _is_in(member: ChatMemberUnion) -> bool:
    """Whoever may not speak there may not spend there."""
    if isinstance(member, ChatMemberRestricted):
        return member.is_member and member.can_send_messages
    return member.status in ADMINS or member.status == ChatMemberStatus.MEMBER
