"""/start, /help, /cancel, /settings and the main menu."""

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

import locales
from handlers.accounts import accounts_command
from handlers.callbacks import Cancel, KeepDays, Language, Open, Page
from handlers.context import Context
from handlers.orders import is_in_orders
from handlers.private import ACCOUNTS_LINK, is_private
from handlers.screen import Screen
from handlers.sharing import SHARE_LINK, share_command
from handlers.texts import Texts, texts_for
from handlers.views import menu
from handlers.views.view import View
from orders.rentals import is_rental
from storage import accounts, orders, people, prompts
from storage.people import User


def setup() -> Router:
    """The router."""
    router = Router(name="start")
    router.message.register(start, CommandStart())
    router.message.register(help_command, Command("help"))
    router.message.register(cancel_command, Command("cancel"))
    router.message.register(settings_command, Command("settings"))
    router.callback_query.register(open_main, Open.filter(F.to == Page.MAIN))
    router.callback_query.register(open_help, Open.filter(F.to == Page.HELP))
    router.callback_query.register(open_settings, Open.filter(F.to == Page.SETTINGS))
    router.callback_query.register(speak, Language.filter())
    router.callback_query.register(keep, KeepDays.filter())
    router.callback_query.register(stop_typing, Cancel.filter())
    return router


async def start(
    message: Message, command: CommandObject, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """Welcome, in one screen. Links lead on: to the accounts in private, to the shares of a group."""
    if command.args == ACCOUNTS_LINK:
        await accounts_command(message, bot, user, t, context)
        return
    if command.args == SHARE_LINK:
        await share_command(message, bot, t, context)
        return
    screen = Screen.of_message(message, bot)
    await screen.show(await main_view(screen, t, context))


async def help_command(message: Message, bot: Bot, t: Texts) -> None:
    """What the bot does."""
    await Screen.of_message(message, bot).show(menu.help_page(t))


async def cancel_command(message: Message, bot: Bot, user: User, t: Texts, context: Context) -> None:
    """Stop whatever is being typed."""
    async with context.desk.db.transaction() as connection:
        stopped = await prompts.drop(connection, message.chat.id, user.id)
    screen = Screen.of_message(message, bot)
    view = await main_view(screen, t, context)
    text = t("cancelled" if stopped else "nothing-to-cancel")
    await screen.show(View(t.blocks([text, view.text]), view.keyboard))


async def settings_command(message: Message, bot: Bot, user: User, t: Texts) -> None:
    """Language, and how long codes are kept."""
    screen = Screen.of_message(message, bot)
    if await is_private(screen, t):
        await screen.show(menu.settings(t, user, locales.LANGUAGES))


async def open_main(query: CallbackQuery, callback_data: Open, bot: Bot, t: Texts, context: Context) -> None:
    """Back to the main menu."""
    screen = Screen.of_menu(query, bot, callback_data)
    await screen.show(await main_view(screen, t, context))


async def open_help(query: CallbackQuery, callback_data: Open, bot: Bot, t: Texts) -> None:
    """What the bot does."""
    await Screen.of_menu(query, bot, callback_data).show(menu.help_page(t))


async def open_settings(query: CallbackQuery, callback_data: Open, bot: Bot, user: User, t: Texts) -> None:
    """Language, and how long codes are kept."""
    screen = Screen.of_menu(query, bot, callback_data)
    if await is_private(screen, t):
        await screen.show(menu.settings(t, user, locales.LANGUAGES))


async def speak(
    query: CallbackQuery, callback_data: Language, bot: Bot, user: User, context: Context
) -> None:
    """Another language."""
    language = texts_for(callback_data.code).language
    async with context.desk.db.transaction() as connection:
        await people.set_language(connection, user.id, language)
        changed = await people.meet_user(connection, user.id, language, user.created_at)
    await Screen.of_own_press(query, bot).show(menu.settings(texts_for(language), changed, locales.LANGUAGES))


async def keep(
    query: CallbackQuery, callback_data: KeepDays, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """Keep codes for another number of days."""
    days = callback_data.days if callback_data.days in menu.KEEP_CHOICES else user.keep_days
    async with context.desk.db.transaction() as connection:
        await people.set_keep_days(connection, user.id, days)
        changed = await people.meet_user(connection, user.id, user.language, user.created_at)
    await Screen.of_own_press(query, bot).show(menu.settings(t, changed, locales.LANGUAGES))


async def stop_typing(query: CallbackQuery, bot: Bot, user: User, t: Texts, context: Context) -> None:
    """The Cancel button under a question."""
    screen = Screen.of_own_press(query, bot)
    async with context.desk.db.transaction() as connection:
        prompt = await prompts.get(connection, screen.chat_id, user.id)
        await prompts.drop(connection, screen.chat_id, user.id)
    await screen.show(await main_view(screen, t, context))
    if prompt is not None and prompt.message_id != screen.message_id:
        await screen.delete(prompt.message_id)


async def main_view(screen: Screen, t: Texts, context: Context) -> View:
    """The main menu as it is for this person, in this chat, now."""
    async with context.desk.db.transaction() as connection:
        mine = await accounts.of_owner(connection, screen.user_id)
        waiting = await orders.open_of_user(connection, screen.user_id)
    if not screen.is_private:
        waiting = [order for order in waiting if order.chat_id == screen.chat_id]
    open_orders = sum(is_in_orders(context.desk, order) for order in waiting)
    rentals = sum(is_rental(context.desk, order) for order in waiting)
    if not screen.is_private:
        return menu.of_group(t, open_orders=open_orders, rentals=rentals)
    # Who orders with a group's account has orders to find here, and none of their own accounts.
    has_any = bool(mine or waiting)
    return menu.main(t, has_accounts=has_any, open_orders=open_orders, rentals=rentals)
