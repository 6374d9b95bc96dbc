"""Putting views on people's screens: new messages, edits in place, answers to presses, slow work."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from html import escape
from typing import Self, TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramBadRequest, TelegramRetryAfter
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    ForceReply,
    LinkPreviewOptions,
    MaybeInaccessibleMessageUnion,
    Message,
    ReplyParameters,
)

from handlers.callbacks import Open
from handlers.texts import Html, Texts, clean_name
from handlers.views.view import View
from orders.errors import NotYours

log = structlog.get_logger(__name__)

T = TypeVar("T")

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

QUICK = 0.15
"""Seconds within which a result answers the press by itself, and may say something in its toast."""

SLOW = 0.45
"""Seconds more after which the screen shows that work goes on."""

TOAST_LENGTH = 200

MOST_PATIENCE = 30
"""Seconds that a screen waits when Telegram is asked too often; a menu that comes later helps nobody."""

COMMAND_PATIENCE = 60
"""Seconds that the answer to a command waits: nothing else tells that it was heard. A busy group's minute."""

_UNCHANGED = "message is not modified"
_CANT_EDIT = ("message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID")


@dataclass(slots=True)
class Screen:
    """One message of the bot in one chat, as the person who uses it sees it."""

    bot: Bot
    chat_id: int
    user_id: int
    thread_id: int | None = None
    message_id: int | None = None
    is_private: bool = True
    query: CallbackQuery | None = None
    answers: int | None = None
    """In a group: the command that this menu answers. So everybody can see, and we too, whose menu it is."""
    name: str = ""
    """What the person is called, for a question in a group."""
    _answered: bool = field(default=False)
    _answering: asyncio.Future[None] | None = field(default=None)

    @classmethod
    def of_press(cls, query: CallbackQuery, bot: Bot, *, below: bool = False) -> Self:
        """The message whose button was pressed, or a new one below it.

        The message may be too old to be read, but can still be edited.
        """
        message = query.message
        if message is None:
            raise ValueError("a press without a message: inline messages are not sent by this bot")
        return cls(
            bot=bot,
            chat_id=message.chat.id,
            user_id=query.from_user.id,
            thread_id=_thread(message) if isinstance(message, Message) else None,
            message_id=None if below else message.message_id,
            is_private=message.chat.type == "private",
            query=query,
            answers=_command_of(message, query.from_user.id),
            name=query.from_user.first_name,
        )

    @classmethod
    def of_own_press(cls, query: CallbackQuery, bot: Bot) -> Self:
        """As `of_press`, for menus that belong to who opened them. Raises NotYours in somebody else's."""
        command = query.message.reply_to_message if isinstance(query.message, Message) else None
        opener = command.from_user if command else None
        if opener is not None and not opener.is_bot and opener.id != query.from_user.id:
            raise NotYours
        return cls.of_press(query, bot)

    @classmethod
    def of_menu(cls, query: CallbackQuery, bot: Bot, data: Open) -> Self:
        """Where a menu opens: in place of the one pressed, or below a card. Raises NotYours."""
        return cls.of_press(query, bot, below=True) if data.below else cls.of_own_press(query, bot)

    @classmethod
    def of_message(cls, message: Message, bot: Bot) -> Self:
        """A new message in answer to what somebody wrote."""
        return cls(
            bot=bot,
            chat_id=message.chat.id,
            user_id=message.from_user.id if message.from_user else message.chat.id,
            thread_id=_thread(message),
            is_private=message.chat.type == "private",
            answers=None if message.chat.type == "private" else message.message_id,
            name=message.from_user.first_name if message.from_user else "",
        )

    def at(self, message_id: int) -> "Screen":
        """Another message in the same chat."""
        return Screen(
            bot=self.bot,
            chat_id=self.chat_id,
            user_id=self.user_id,
            thread_id=self.thread_id,
            message_id=message_id,
            is_private=self.is_private,
            answers=self.answers,
            name=self.name,
        )

    async def answer(self, text: str = "", *, alert: bool = False, url: str | None = None) -> None:
        """Answer the press, once: until then the button spins. That it can't be answered stops nothing.

        `url`: a link to the private chat with the bot, which the client opens.
        """
        if self.query is None or self._answered:
            return
        self._answered = True
        try:
            await self.query.answer(text[:TOAST_LENGTH] or None, show_alert=alert, url=url)
        except (TelegramAPIError, ClientDecodeError) as error:
            log.info("press not answered", why=str(error)[:200])

    def answer_soon(self) -> None:
        """Answer the press while other work goes on; `show` waits for it."""
        self._answering = asyncio.ensure_future(self.answer())

    async def show(self, view: View) -> int:
        """The view in place of what stood there, or as a new message. Answers the press. The message's id."""
        put = self.send(view) if self.message_id is None else self._edit(view)
        shown, *_ = await asyncio.gather(put, self._answering or self.answer())
        return shown

    async def send(self, view: View, *, answers: int | None = None) -> int:
        """The view as a new message. Its id."""
        answers = answers or self.answers
        sent = await _patiently(
            lambda: self.bot.send_message(
                self.chat_id,
                view.text,
                message_thread_id=self.thread_id,
                reply_markup=view.keyboard,
                link_preview_options=NO_PREVIEW,
                reply_parameters=None if answers is None else reply_to(answers),
            ),
            COMMAND_PATIENCE if self.query is None else MOST_PATIENCE,
        )
        self.message_id = sent.message_id
        return sent.message_id

    async def ask(self, text: Html, placeholder: str, *, answers: int | None = None) -> int:
        """A question that opens the keyboard for its answer; in a group for this person alone. Its id."""
        answers = answers or self.answers
        if not self.is_private:  # who is mentioned, or wrote what this answers, is who is asked
            name = escape(clean_name(self.name) or "👉")
            text = Html(f'<a href="tg://user?id={self.user_id}">{name}</a>: {text}')
        sent = await _patiently(
            lambda: self.bot.send_message(
                self.chat_id,
                text,
                message_thread_id=self.thread_id,
                reply_markup=ForceReply(selective=True, input_field_placeholder=placeholder[:64]),
                reply_parameters=None if answers is None else reply_to(answers),
            )
        )
        return sent.message_id

    async def slow(self, t: Texts, work: Awaitable[View]) -> int:
        """Show the view when it is there; until then answer the press and show that work goes on."""
        return await self.show(await self.meanwhile(t, work))

    async def meanwhile(self, t: Texts, work: Awaitable[T]) -> T:
        """Answer the press, and show that work goes on if it takes longer. What came of the work."""
        task = asyncio.ensure_future(work)
        done, _ = await asyncio.wait([task], timeout=QUICK)
        if not done:
            answered = asyncio.ensure_future(self.answer())
            done, _ = await asyncio.wait([task], timeout=SLOW)
            await answered
        if done:
            return task.result()
        shown = await self.show(View(t("one-moment")))
        try:
            return await task
        except Exception:
            if shown == self.message_id:  # the work itself may have moved on to another message
                await self.delete(shown)  # what went wrong is told in a message of its own
            raise

    async def send_file(self, name: str, content: bytes, caption: Html) -> None:
        """A file for this person alone: into the private chat, wherever the screen is.

        Raises TelegramForbiddenError or TelegramBadRequest if they never spoke with the bot.
        """
        file = BufferedInputFile(content, name)
        await _patiently(lambda: self.bot.send_document(self.user_id, file, caption=caption))

    async def delete(self, message_id: int) -> bool:
        """Delete a message. False if Telegram no longer lets us, or never told its id (0)."""
        if not message_id:
            return False
        try:
            return await _patiently(lambda: self.bot.delete_message(self.chat_id, message_id))
        except TelegramBadRequest as error:
            log.info("message not deleted", why=error.message)
            return False

    async def _edit(self, view: View) -> int:
        assert self.message_id is not None, "show() sends new messages"  # noqa: S101 - for the type checker
        try:
            await _patiently(
                lambda: self.bot.edit_message_text(
                    view.text,
                    chat_id=self.chat_id,
                    message_id=self.message_id,
                    reply_markup=view.keyboard,
                    link_preview_options=NO_PREVIEW,
                )
            )
        except TelegramBadRequest as error:
            if any(words in error.message for words in _CANT_EDIT):
                return await self.send(view)
            if _UNCHANGED not in error.message:
                raise
        return self.message_id


def _command_of(message: MaybeInaccessibleMessageUnion, user_id: int) -> int | None:
    """In a group: this person's command that the menu answers."""
    command = message.reply_to_message if isinstance(message, Message) else None
    mine = command is not None and command.from_user is not None and command.from_user.id == user_id
    return command.message_id if command is not None and mine else None


def _thread(message: Message) -> int | None:
    """The topic to answer in. General has id 1, which must never be sent."""
    thread = message.message_thread_id if message.is_topic_message else None
    return None if thread == 1 else thread


async def _patiently(call: Callable[[], Awaitable[T]], most: float = MOST_PATIENCE) -> T:
    """Again when Telegram was asked too often and says when it may be asked; `most` seconds in all."""
    while True:
        try:
            return await call()
        except TelegramRetryAfter as error:
            pause = max(1, error.retry_after)
            if (most := most - pause) < 0:
                raise
        await asyncio.sleep(pause)


def reply_to(message_id: int) -> ReplyParameters:
    """An answer to that message, if it is still there."""
    return ReplyParameters(message_id=message_id, allow_sending_without_reply=True)
