"""/rentals: numbers that are ours for days or months, those that were, and renting another one."""

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.callbacks import Open, Page
from handlers.context import Context
from handlers.orders import open_here
from handlers.payers import payers_in
from handlers.private import is_private
from handlers.screen import Screen
from handlers.texts import Texts
from handlers.views import rental as views
from handlers.views.card import PER_PAGE
from handlers.views.view import View
from handlers.wish_begin import with_account
from storage import orders
from storage.people import User


def setup() -> Router:
    """The router."""
    router = Router(name="rentals")
    router.message.register(rentals_command, Command("rentals"))
    router.callback_query.register(open_rentals, Open.filter(F.to == Page.RENTALS))
    router.callback_query.register(open_past, Open.filter(F.to == Page.PAST_RENTALS))
    router.callback_query.register(open_rent, Open.filter(F.to == Page.RENT))
    return router


async def rentals_command(message: Message, bot: Bot, t: Texts, context: Context) -> None:
    """Numbers that are ours now; in a group those of the group."""
    screen = Screen.of_message(message, bot)
    await screen.show(await _rentals(screen, 0, t, context))


async def open_rentals(
    query: CallbackQuery, callback_data: Open, bot: Bot, t: Texts, context: Context
) -> None:
    """A page of the numbers that are ours now."""
    screen = Screen.of_menu(query, bot, callback_data)
    await screen.show(await _rentals(screen, callback_data.page, t, context))


async def open_past(
    query: CallbackQuery, callback_data: Open, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """A page of those that have ended."""
    screen = Screen.of_menu(query, bot, callback_data)
    if not await is_private(screen, t):
        return
    lines = _lines(context)
    async with context.desk.db.transaction() as connection:
        total = await orders.count_rented_by(connection, user.id, lines, is_open=False)
        page = min(max(callback_data.page, 0), max(0, (total - 1) // PER_PAGE))
        past = await orders.rented_by(
            connection, user.id, lines, is_open=False, offset=page * PER_PAGE, limit=PER_PAGE
        )
    await screen.show(views.past_rentals(t, past, context.sites, page=page, total=total))


async def open_rent(query: CallbackQuery, callback_data: Open, bot: Bot, t: Texts, context: Context) -> None:
    """Rent a number: where, unless there is only one way."""
    screen = Screen.of_menu(query, bot, callback_data)
    offers = [
        (payer, line)
        for payer in (await payers_in(screen, context)).usable
        for line in context.desk.site(payer.account).lines
        if line.rental
    ]
    if not offers:
        sites = [site for site in context.sites.values() if any(line.rental for line in site.lines)]
        await screen.show(views.nowhere_to_rent(t, sites))
    elif len(offers) == 1:
        payer, line = offers[0]
        await with_account(screen, t, context, payer, line.key)
    else:
        of_accounts = [(payer.shown, line) for payer, line in offers]
        await screen.show(views.choose_line(t, of_accounts, context.sites, page=callback_data.page))


async def _rentals(screen: Screen, page: int, t: Texts, context: Context) -> View:
    lines, past = _lines(context), 0
    mine = [order for order in await open_here(screen, context) if (order.site, order.line) in lines]
    if screen.is_private:
        async with context.desk.db.transaction() as connection:
            past = await orders.count_rented_by(connection, screen.user_id, lines, is_open=False)
    return views.rentals(t, mine, context.sites, past=past, page=page)


def _lines(context: Context) -> set[tuple[str, str]]:
    """Sites and their lines whose numbers are rentals."""
    return {(site.key, line.key) for site in context.sites.values() for line in site.lines if line.rental}
