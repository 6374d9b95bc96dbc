"""/limits, Settings > Spending limits: what a person lets an order, a day and a month cost."""

from decimal import Decimal

from aiogram import Bot, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.callbacks import CapButton
from handlers.context import Context
from handlers.private import is_private
from handlers.screen import Screen
from handlers.share_limits import limits_here
from handlers.share_seats import labels, lent
from handlers.texts import Html, Texts
from handlers.typed import CAP, Typed, ask_in_menu
from handlers.views import failures
from handlers.views import limits as views
from handlers.views.view import View
from orders import limits
from orders.errors import BadInput, Gone
from orders.limits import Span
from storage import people, prompts
from storage.people import User

MOST_SHARES = 20
"""Shares with a button below one's own limits; /share has them all."""


def setup() -> Router:
    """The router."""
    router = Router(name="limits")
    router.message.register(limits_command, Command("limits"))
    router.callback_query.register(cap_button, CapButton.filter())
    return router


async def limits_command(message: Message, bot: Bot, user: User, t: Texts, context: Context) -> None:
    """In a group the limits of its shares; in private one's own, and the way to those of one's shares."""
    screen = Screen.of_message(message, bot)
    view = _caps(user.id, t, context) if screen.is_private else limits_here(screen, t, context)
    await screen.show(await view)


async def cap_button(
    query: CallbackQuery, callback_data: CapButton, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """All caps, or one that is to be changed."""
    screen = Screen.of_own_press(query, bot)
    if not await is_private(screen, t):
        return
    if not callback_data.span:
        await _stop_listening(screen, context)
        await screen.show(await _caps(user.id, t, context))
        return
    span = _span(callback_data.span)
    if callback_data.lift:
        await _stop_listening(screen, context)
        await _set(context, user.id, span, None)
        await screen.show(await _caps(user.id, t, context, notice=t("cap-saved")))
        return
    await _ask(screen, t, context, user, span)


async def take_cap(typed: Typed) -> None:
    """The amount that was typed."""
    screen = await typed.tidy(int(typed.prompt.args["menu"]))
    span = _span(typed.prompt.args["span"])
    try:
        most = limits.typed_cap(typed.text)
    except BadInput as error:
        problem = failures.told(typed.t, error)
        await _ask(screen, typed.t, typed.context, typed.user, span, problem=problem)
        return
    await _stop_listening(screen, typed.context)
    await _set(typed.context, typed.user.id, span, most)
    await screen.show(await _caps(typed.user.id, typed.t, typed.context, notice=typed.t("cap-saved")))


async def _ask(
    screen: Screen, t: Texts, context: Context, user: User, span: Span, *, problem: Html | None = None
) -> None:
    view = views.ask_cap(t, span, limits.caps_of(user), problem=problem)
    await ask_in_menu(
        screen, t, context, view,
        purpose=CAP, args={"span": span.value}, placeholder=t.plain("placeholder-cap"),
    )  # fmt: skip


async def _caps(user_id: int, t: Texts, context: Context, *, notice: Html | None = None) -> View:
    async with context.desk.db.transaction() as connection:
        user = await people.get_user(connection, user_id)
        found = [] if user is None else await limits.rooms(connection, user, context.desk.now())
    return views.caps(t, found, shares=labels(t, await lent(context, user_id))[:MOST_SHARES], notice=notice)


async def _set(context: Context, user_id: int, span: Span, most: Decimal | None) -> None:
    async with context.desk.db.transaction() as connection:
        await people.set_cap(connection, user_id, span.value, most)


async def _stop_listening(screen: Screen, context: Context) -> None:
    async with context.desk.db.transaction() as connection:
        await prompts.drop(connection, screen.chat_id, screen.user_id)


def _span(word: str) -> Span:
    try:
        span = Span(word)
    except ValueError:
        raise Gone("cap") from None
    if span not in limits.PERSONAL:
        raise Gone("cap")
    return span
