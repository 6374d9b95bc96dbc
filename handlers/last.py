"""The last router: buttons and words that nobody else knows. Nothing ever spins for ever."""

from aiogram import Bot, Router
from aiogram.types import CallbackQuery, Message

from handlers.context import Context
from handlers.screen import Screen
from handlers.start import main_view
from handlers.texts import Texts
from handlers.views import menu
from handlers.views.view import View


def setup() -> Router:
    """The router. It must be included last."""
    router = Router(name="last")
    router.callback_query.register(old_button)
    router.message.register(unknown_message)
    return router


async def old_button(query: CallbackQuery, bot: Bot, t: Texts, context: Context) -> None:
    """A button of yesterday, or a forged one: say so, offer the menu."""
    await query.answer(t.plain("toast-old-button"))
    if query.message is not None:
        screen = Screen.of_press(query, bot)
        await screen.send(await main_view(screen, t, context))


async def unknown_message(message: Message, bot: Bot, t: Texts) -> None:
    """A photo, a sticker, an unknown command."""
    if message.chat.type == "private":
        await Screen.of_message(message, bot).show(View(t("typed-unasked"), menu.home(t)))
