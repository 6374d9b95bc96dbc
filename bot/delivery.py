"""One letter's way into a chat: as it should look, else as well as Telegram lets it."""

import html
import re
from dataclasses import replace
from typing import NamedTuple

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import EditMessageText, SendMessage
from aiogram.types import MessageId
from aiogram.utils.deep_linking import create_start_link

from bot.limits import SendLimits
from handlers.keyboard import Keyboard, link_button
from handlers.letters import Drawn
from handlers.private import CODES_LINK
from handlers.screen import NO_PREVIEW, reply_to
from handlers.texts import Html
from handlers.views.view import View
from handlers.whisper import whisper
from storage.outbox import Kind, Queued

log = structlog.get_logger(__name__)

TIME_OUT = 20
"""Seconds for one call."""

GENERAL = 1
"""The topic that must never be named."""

LONGEST_TEXT = 4096

CANT_EDIT = ("message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID", "no text in the")
TOPIC_LOST = ("TOPIC_DELETED", "message thread not found")
"""It never comes back; one that is closed may open again."""

THREAD_GONE = ("TOPIC_CLOSED", *TOPIC_LOST)
CANT_SHOW = ("can't parse entities", "BUTTON_", "reply markup is too long", "message is too long")


class Delivered(NamedTuple):
    """Where a letter is now."""

    message_id: int | None
    """None where one member alone sees it."""
    lost_topic: int | None = None
    """The topic where it should have gone, and which Telegram does not know any more."""


class Send(SendMessage):
    """Of the answer nothing but the id is read: the whole message takes five times as long."""

    __returning__ = MessageId  # type: ignore[assignment]  # less than SendMessage's


class Edit(EditMessageText):
    """The same."""

    __returning__ = MessageId | bool


async def deliver(bot: Bot, limits: SendLimits, letter: Queued, drawn: Drawn) -> Delivered:
    """Send or edit. Raises what Telegram answers.

    A card that is gone is sent anew, a closed topic's letter goes to the chat itself, and what can't
    be shown as it was drawn goes out as plain text: better than a code that nobody gets. What one member
    alone may see stays theirs on each of these ways. Raises CantWhisper where no way is left for that.
    """
    if drawn.leads_home is not None:
        link = await create_start_link(bot, CODES_LINK)
        keyboard = Keyboard().row(link_button(drawn.leads_home, link)).markup()
        drawn = replace(drawn, view=replace(drawn.view, keyboard=keyboard))
    thread_id = None if letter.thread_id == GENERAL else letter.thread_id
    letter = replace(letter, thread_id=thread_id)
    try:
        return Delivered(await _put(bot, letter, drawn))
    except TelegramBadRequest as error:
        refused = error
    lost_topic = None
    for _ in range(3):
        other = _other_way(letter, drawn, refused.message)
        if other is None:
            break
        log.info("another way", letter=letter.id, kind=letter.kind.value, why=refused.message)
        if any(words in refused.message for words in TOPIC_LOST):
            lost_topic = thread_id
        letter, drawn = other
        try:
            with limits.counted(letter.chat_id):
                return Delivered(await _put(bot, letter, drawn), lost_topic)
        except TelegramBadRequest as error:
            refused = error
    raise refused


def _other_way(letter: Queued, drawn: Drawn, why: str) -> tuple[Queued, Drawn] | None:
    """What may be tried after this refusal. None: nothing."""
    if drawn.edits is not None and any(words in why for words in CANT_EDIT):
        return letter, replace(drawn, edits=None)
    bare = replace(letter, thread_id=None), replace(drawn, edits=None, reply_to=None)
    if any(words in why for words in THREAD_GONE) and bare != (letter, drawn):
        return bare
    plain = replace(drawn, view=_plain(drawn.view))
    if any(words in why for words in CANT_SHOW) and plain != drawn:
        return letter, plain
    return None


def _plain(view: View) -> View:
    """The words alone."""
    words = html.unescape(re.sub(r"<[^<>]*>", "", view.text))
    return View(Html(html.escape(words[:LONGEST_TEXT], quote=False)))


async def _put(bot: Bot, letter: Queued, drawn: Drawn) -> int | None:
    if drawn.only_for is not None:
        await whisper(
            bot,
            drawn.view,
            chat_id=letter.chat_id,
            user_id=drawn.only_for,
            thread_id=letter.thread_id,
            answers=drawn.reply_to,
            request_timeout=TIME_OUT,
        )
        return None
    if drawn.edits is not None:
        return await _edit(bot, letter, drawn, drawn.edits)
    sending = Send(  # type: ignore[call-arg]  # aiogram tells mypy of the defaults in SendMessage alone
        chat_id=letter.chat_id,
        text=drawn.view.text,
        message_thread_id=letter.thread_id,
        reply_markup=drawn.view.keyboard,
        link_preview_options=NO_PREVIEW,
        reply_parameters=None if drawn.reply_to is None else reply_to(drawn.reply_to),
        disable_notification=letter.kind in {Kind.CARD, Kind.OUTCOME},
    )
    return (await bot(sending, request_timeout=TIME_OUT)).message_id


async def _edit(bot: Bot, letter: Queued, drawn: Drawn, message_id: int) -> int:
    edit = Edit(  # type: ignore[call-arg]  # as above
        text=drawn.view.text,
        chat_id=letter.chat_id,
        message_id=message_id,
        reply_markup=drawn.view.keyboard,
        link_preview_options=NO_PREVIEW,
    )
    try:
        await bot(edit, request_timeout=TIME_OUT)
    except TelegramBadRequest as error:
        if "message is not modified" not in error.message:
            raise
    return message_id
