"""Who may not order in a group asks the owner with one press."""

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from handlers.callbacks import AskIn
from handlers.context import Context
from handlers.screen import Screen
from handlers.texts import Texts
from orders import shares


def setup() -> Router:
    """The router."""
    router = Router(name="asking")
    router.callback_query.register(ask_in, AskIn.filter())
    return router


async def ask_in(query: CallbackQuery, callback_data: AskIn, bot: Bot, t: Texts, context: Context) -> None:
    """The owner is told once. Anybody may press it: each asks for themselves."""
    screen = Screen.of_press(query, bot)
    asked = await shares.ask_in(context.desk, callback_data.share, screen.user_id)
    await screen.answer(t.plain("toast-asked-owner" if asked else "toast-asked-before"), alert=True)
