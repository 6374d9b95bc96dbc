"""The one place for what goes wrong while a press or a message is handled."""

import html
import re
from math import ceil

import structlog
from aiogram import Bot, Router
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import CallbackQuery, ErrorEvent, Message, Update

from handlers.context import Context
from handlers.screen import Screen
from handlers.texts import Texts, language_of, texts_for
from handlers.views import failures, menu
from handlers.views.view import View
from orders.errors import Gone, NotNow, Told
from providers.errors import SiteError
from storage import people

log = structlog.get_logger(__name__)


def setup() -> Router:
    """The router."""
    router = Router(name="errors")
    router.errors.register(failed)
    return router


async def failed(event: ErrorEvent, bot: Bot, context: Context) -> bool:
    """Tell the person what happened; log what nobody expected."""
    error, update = event.exception, event.update
    if isinstance(error, TelegramForbiddenError):
        log.info("can't answer there", why=error.message)
        return True
    t = await _texts(update, context)
    if isinstance(error, TelegramRetryAfter):
        log.info("too much for that chat", retry_after=error.retry_after)
        if update.callback_query is not None:
            await Screen.of_press(update.callback_query, bot).answer(
                t.plain("toast-too-fast", seconds=ceil(error.retry_after)), alert=True
            )
        return True
    if isinstance(error, Told):
        text = failures.told(t, error)
    elif isinstance(error, SiteError):
        site = context.sites.get(error.site)
        text = t.lines([failures.site_error(t, error, site.name if site else error.site), t("nothing-spent")])
    else:
        log.error("unexpected error", exc_info=error)
        text = t("error-unexpected")
    try:
        await _tell(update, bot, t, View(text, menu.home(t)), error)
    except TelegramAPIError as unheard:
        log.warning("could not tell", why=str(unheard))
    return True


async def _tell(update: Update, bot: Bot, t: Texts, view: View, error: Exception) -> None:
    query = update.callback_query
    if isinstance(query, CallbackQuery) and query.message is None:
        await query.answer(_toast(view), show_alert=True)
    elif isinstance(query, CallbackQuery):
        screen = Screen.of_press(query, bot)
        plain = isinstance(error, Told)
        quiet = isinstance(error, Gone | NotNow)  # an older button, or a second tap: nothing to confirm
        text = t.plain("toast-gone") if isinstance(error, Gone) else _toast(view)
        await screen.answer(text, alert=plain and not quiet)
        if isinstance(error, Gone) or not plain:
            await screen.send(view)
    elif isinstance(update.message, Message):
        await Screen.of_message(update.message, bot).send(view)


def _toast(view: View) -> str:
    """The first line, as a toast shows it: without markup."""
    return html.unescape(re.sub(r"<[^>]+>", "", view.text.splitlines()[0]))


async def _texts(update: Update, context: Context) -> Texts:
    event = update.callback_query or update.message
    person = event.from_user if event else None
    if person is None:
        return texts_for(context.default_language)
    async with context.desk.db.transaction() as connection:
        user = await people.get_user(connection, person.id)
    return texts_for(user.language if user else language_of(person.language_code, context.default_language))
