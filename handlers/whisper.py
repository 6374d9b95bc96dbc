"""A message in a group that one member alone sees: Telegram's ephemeral messages.

A Bot API server of one's own may be older than these. It would overlook the wish and show the code to
all, so it is asked first, by a method that came together with them.
"""

from weakref import WeakSet

import structlog
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError, TelegramNotFound
from aiogram.types import EphemeralMessageParameters

from handlers.screen import NO_PREVIEW, reply_to
from handlers.views.view import View

log = structlog.get_logger(__name__)

_CAN: WeakSet[BaseSession] = WeakSet()
"""Connections to servers that know such messages."""

_CANT: WeakSet[BaseSession] = WeakSet()


class CantWhisper(Exception):
    """Nobody but that member may see it, and this server can't do that."""


async def can_whisper(bot: Bot, chat_id: int, user_id: int, *, request_timeout: int | None = None) -> bool:
    """Whether the server knows such messages; asked once. Raises TelegramAPIError if it does not answer."""
    if bot.session not in _CAN | _CANT:
        try:
            await bot.delete_ephemeral_message(chat_id, user_id, 1, request_timeout=request_timeout)
        except TelegramNotFound:
            log.warning("this Bot API server is too old for messages that one member alone sees")
            _CANT.add(bot.session)
        except (TelegramBadRequest, TelegramForbiddenError):
            _CAN.add(bot.session)  # there is no such message, but such a method
        else:
            _CAN.add(bot.session)
    return bot.session in _CAN


async def whisper(
    bot: Bot,
    view: View,
    *,
    chat_id: int,
    user_id: int,
    thread_id: int | None = None,
    answers: int | None = None,
    query_id: str | None = None,
    request_timeout: int | None = None,
) -> None:
    """Show a view to one member of a group alone. `query_id`: their press, for which no rights are needed.

    Raises CantWhisper, and TelegramAPIError where Telegram refuses or does not answer.
    """
    if not await can_whisper(bot, chat_id, user_id, request_timeout=request_timeout):
        raise CantWhisper
    sent = await bot.send_message(
        chat_id,
        view.text,
        message_thread_id=thread_id,
        reply_markup=view.keyboard,
        link_preview_options=NO_PREVIEW,
        reply_parameters=None if answers is None else reply_to(answers),
        ephemeral_message_parameters=EphemeralMessageParameters(
            receiver_user_id=user_id, callback_query_id=query_id
        ),
        request_timeout=request_timeout,
    )
    if sent.ephemeral_message_id is None:
        await _unsay(bot, chat_id, sent.message_id)
        raise CantWhisper


async def _unsay(bot: Bot, chat_id: int, message_id: int) -> None:
    """It stands there for all to see: take it back, and never try again."""
    _CAN.discard(bot.session)
    _CANT.add(bot.session)
    log.error("telegram showed to all what was for one alone", chat=chat_id)
    try:
        await bot.delete_message(chat_id, message_id)
    except TelegramAPIError as error:
        log.error("and it can't be deleted", chat=chat_id, why=type(error).__name__)  # noqa: TRY400 - no secrets
