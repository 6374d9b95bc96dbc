"""The way from a group to the private chat, where keys and accounts belong."""

from aiogram import Bot
from aiogram.types import InlineKeyboardMarkup
from aiogram.utils.deep_linking import create_start_link

from handlers.keyboard import Keyboard, link_button
from handlers.screen import Screen
from handlers.texts import Texts
from handlers.views.view import View

ACCOUNTS_LINK = "accounts"
"""What the link from a group to the private chat says."""

CODES_LINK = "codes"
"""The same, where codes wait there: opening the chat is all that it takes."""


async def way_to_private(bot: Bot, t: Texts) -> InlineKeyboardMarkup:
    """A keyboard of nothing but the button that leads to the accounts in the private chat."""
    link = await create_start_link(bot, ACCOUNTS_LINK)
    return Keyboard().row(link_button(t.plain("button-private"), link)).markup()


async def is_private(screen: Screen, t: Texts) -> bool:
    """Accounts and keys are a matter of the private chat; elsewhere a button leads there."""
    if screen.is_private:
        return True
    keyboard = await way_to_private(screen.bot, t)
    await screen.answer()
    await Screen(screen.bot, screen.chat_id, screen.user_id, screen.thread_id).send(
        View(t("private-only"), keyboard)
    )
    return False
