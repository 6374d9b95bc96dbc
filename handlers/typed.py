"""What people type: the answer to the bot's last question, by reply or, in a private chat, by just typing."""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError, TelegramNetworkError, TelegramServerError
from aiogram.types import Message
from aiohttp import ClientConnectorError
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.context import Context
from handlers.private import way_to_private
from handlers.screen import Screen
from handlers.texts import Texts, language_of, texts_for
from handlers.views import menu
from handlers.views.view import View
from storage import prompts
from storage.people import User
from storage.prompts import Prompt

LONGEST = 1600
"""Characters of any typed answer, an SMS at most; longer ones are refused before anybody works on them."""

CREDENTIAL = "credential"
RENAME = "rename"
SEARCH = "search"
TYPED = "typed"
CAP = "cap"
SHARE_CAP = "share-cap"
LOG_DAYS = "log-days"

PASSING = frozenset({SEARCH, TYPED, CAP, SHARE_CAP, LOG_DAYS})
"""Questions of a menu: whoever opens another one is not answering them any more."""

WAITS = 3600
"""Seconds for which a question is answered by just typing; a reply answers it for ever."""

_KEY = re.compile(r"[A-Za-z0-9_|:.-]{20,}")
_DIGIT, _LETTER = re.compile("[0-9]"), re.compile("[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer: who typed what to which question."""

    message: Message
    text: str
    prompt: Prompt
    screen: Screen
    user: User
    t: Texts
    context: Context

    async def tidy(self, menu: int) -> Screen:
        """The menu that asked. The answer and the question go, as far as Telegram lets us."""
        await self.screen.delete(self.message.message_id)
        if self.prompt.message_id != menu:
            await self.screen.delete(self.prompt.message_id)
        return self.screen.at(menu)


Answer = Callable[[Typed], Awaitable[None]]


def setup(purposes: Mapping[str, Answer]) -> Router:
    """The router. `purposes`: who takes the answer to which kind of question."""
    router = Router(name="typed")

    async def typed(message: Message, bot: Bot, user: User, t: Texts, context: Context) -> None:
        await _typed(message, bot, user, t, context, purposes)

    router.message.register(typed, F.text, ~F.text.startswith("/"))
    router.edited_message.register(_edited)
    return router


async def ask_in_menu(
    screen: Screen,
    t: Texts,
    context: Context,
    view: View,
    *,
    purpose: str,
    args: Mapping[str, object],
    placeholder: str,
) -> None:
    """Ask for words in the place of a menu; in a group by a question of its own, since only replies are seen.

    `args`: what whoever takes the answer has to know; the menu's id comes with them, as `menu`.
    """
    here = screen.message_id or 0
    prompt = prompt_of(screen, context, purpose, {**args, "menu": here}, message_id=here)

    async def ask() -> Prompt:
        menu_id = question = await screen.show(view)
        if not screen.is_private:
            question = await screen.ask(t("reply-here"), placeholder)
        return replace(prompt, message_id=question, args={**args, "menu": menu_id})

    await listen(screen, context, prompt, ask)


def prompt_of(
    screen: Screen,
    context: Context,
    purpose: str,
    args: Mapping[str, object],
    *,
    message_id: int = 0,
    sealed: bytes | None = None,
) -> Prompt:
    """A question to who is in front of the screen, asked now."""
    return Prompt(
        chat_id=screen.chat_id,
        user_id=screen.user_id,
        message_id=message_id,
        purpose=purpose,
        args=args,
        sealed=sealed,
        created_at=context.desk.now(),
    )


async def listen(
    screen: Screen, context: Context, prompt: Prompt, ask: Callable[[], Awaitable[Prompt]]
) -> None:
    """Take what is typed next as the answer to a question that `ask` sends; it tells where that stands.

    In a private chat from before it is sent: people see it before Telegram tells us that they do, and the
    answer that tells us may be lost. In a group only a reply counts, and so its place must be known.
    """
    if not screen.is_private:
        await _wait_for(context, await ask())
        return
    prompt = replace(prompt, args={**prompt.args, prompts.ASKED: secrets.token_hex(4)})
    await _wait_for(context, prompt)
    try:
        asked = await ask()
    except TelegramAPIError as error:
        if not _may_stand_there(error):
            await _forget(context, prompt)
        raise
    now = replace(asked, args={**asked.args, prompts.ASKED: prompt.args[prompts.ASKED]})
    if now == prompt:
        return
    async with context.desk.db.transaction() as connection:
        if waits := await prompts.waits(connection, prompt):
            await prompts.ask(connection, now)
    if not waits and now.message_id != now.args.get("menu"):
        await screen.delete(now.message_id)


def _may_stand_there(error: TelegramAPIError) -> bool:
    """Whether what was sent may have arrived, though Telegram did not say so."""
    if isinstance(error, TelegramNetworkError):
        return not isinstance(error.__cause__, ClientConnectorError)
    return isinstance(error, TelegramServerError)


async def _forget(context: Context, prompt: Prompt) -> None:
    """It was not asked; another one may have been meanwhile."""
    async with context.desk.db.transaction() as connection:
        if await prompts.waits(connection, prompt):
            await prompts.drop(connection, prompt.chat_id, prompt.user_id)


async def _wait_for(context: Context, prompt: Prompt) -> None:
    async with context.desk.db.transaction() as connection:
        await prompts.ask(connection, prompt)


async def _typed(
    message: Message, bot: Bot, user: User, t: Texts, context: Context, purposes: Mapping[str, Answer]
) -> None:
    screen = Screen.of_message(message, bot)
    text = (message.text or "").strip()
    prompt = await _prompt(message, user, context)
    own_words = prompt is not None and (prompt.purpose == CREDENTIAL or prompt.args.get("private") is True)
    if prompt is not None and not own_words and looks_secret(text):
        prompt = None  # a key in the wrong place is neither searched for nor stored nor sent anywhere
    if prompt is not None and (answer := purposes.get(prompt.purpose)) is not None:
        if len(text) > LONGEST:
            await screen.delete(message.message_id)
            await screen.send(View(t("typed-too-long", most=LONGEST)))
            return
        await answer(Typed(message, text, prompt, screen.at(prompt.message_id), user, t, context))
        return
    if looks_secret(text):
        await take_away(message, bot, t)
    elif screen.is_private:
        await screen.send(View(t("typed-unasked"), menu.home(t)))


async def _edited(message: Message, bot: Bot, context: Context) -> None:
    """A key stands there now; whoever wrote it is told in the language of their Telegram."""
    if looks_secret(message.text or message.caption or "") and not message.is_automatic_forward:
        code = message.from_user.language_code if message.from_user else None
        await take_away(message, bot, texts_for(language_of(code, context.default_language)))


async def take_away(message: Message, bot: Bot, t: Texts) -> None:
    """A key where it does not belong: delete it, or ask for that, and show where keys belong."""
    screen = Screen.of_message(message, bot)
    deleted = await screen.delete(message.message_id)
    keyboard = menu.home(t) if screen.is_private else await way_to_private(bot, t)
    await screen.send(View(t("typed-secret" if deleted else "typed-secret-kept"), keyboard))


def looks_secret(text: str) -> bool:
    """Whether something in it is long and mixed as keys are. In linear time: anybody may write anything."""
    return any(_DIGIT.search(word) and _LETTER.search(word) for word in _KEY.findall(text))


async def forget_search(connection: AsyncConnection, chat_id: int, user_id: int) -> None:
    """Stop waiting for what would change an order's menu; a question for a key or a name stays."""
    prompt = await prompts.get(connection, chat_id, user_id)
    if prompt is not None and prompt.purpose in PASSING:
        await prompts.drop(connection, chat_id, user_id)


async def _prompt(message: Message, user: User, context: Context) -> Prompt | None:
    """The question this text answers."""
    async with context.desk.db.transaction() as connection:
        prompt = await prompts.get(connection, message.chat.id, user.id)
    if prompt is None:
        return None
    replied = message.reply_to_message
    if replied is not None and replied.message_id == prompt.message_id:
        return prompt
    fresh = context.desk.now() - prompt.created_at < WAITS
    return prompt if message.chat.type == "private" and fresh else None
