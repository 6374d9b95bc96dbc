"""What a person is in a group, asked of Telegram each time: who has left must not spend a cent more."""

from dataclasses import dataclass

import structlog
from aiogram import Bot
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramBadRequest, TelegramForbiddenError

from orders.access import Standing
from orders.errors import NobodyKnows

log = structlog.get_logger(__name__)

PATIENCE = 5
"""Seconds for the question: somebody waits with a finger on Buy."""

ADMINS = frozenset({ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR})
IN_CHAT = ADMINS | {ChatMemberStatus.MEMBER}
"""Restricted ones are left out: whoever may not speak there may not spend there."""

NO_MEMBER = ("user not found", "member not found", "PARTICIPANT_ID_INVALID", "USER_NOT_PARTICIPANT")


@dataclass(frozen=True, slots=True)
class Membership:
    """The desk's question to Telegram."""

    bot: Bot

    async def __call__(self, chat_id: int, user_id: int) -> Standing:
        """Raises NobodyKnows if Telegram does not say."""
        try:
            member = await self.bot.get_chat_member(chat_id, user_id, request_timeout=PATIENCE)
        except TelegramForbiddenError:
            return Standing(in_chat=False)  # the bot itself was thrown out: nothing is ordered there
        except TelegramBadRequest as error:
            if any(words.casefold() in error.message.casefold() for words in NO_MEMBER):
                return Standing(in_chat=False)
            log.warning("membership unknown", chat=chat_id, user=user_id, why=error.message)
            raise NobodyKnows from None
        except (TelegramAPIError, ClientDecodeError) as error:
            log.warning("membership unknown", chat=chat_id, user=user_id, why=type(error).__name__)
            raise NobodyKnows from None
        return Standing(in_chat=member.status in IN_CHAT, is_admin=member.status in ADMINS)
