"""An act on several orders at once, and what came of each, told once."""

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from handlers.callbacks import Together
from handlers.context import Context
from handlers.screen import Screen
from handlers.seen import card_here, is_lent_here
from handlers.texts import Html, Texts
from handlers.views import bids, card, failures, menu
from handlers.views.view import View
from orders import acts, together
from orders.acts import Pressed
from providers.errors import SiteError


def setup() -> Router:
    """The router."""
    router = Router(name="together")
    router.callback_query.register(act_on_all, Together.filter())
    return router


async def act_on_all(
    query: CallbackQuery, callback_data: Together, bot: Bot, t: Texts, context: Context
) -> None:
    """Do it with all of them, one after the other: the site takes one at a time."""
    screen = Screen.of_press(query, bot)
    presses = await together.pressed(context.desk, callback_data.order, callback_data.act, screen.user_id)
    await screen.answer(t.plain("one-moment"))
    key = (presses[0].order.purchase_id, callback_data.act)
    if key in context.under_way:
        return  # a second tap: what comes of it is told once
    context.under_way.add(key)
    try:
        troubles = [why for press in presses if (why := await _trouble(press, screen, t, context))]
    finally:
        context.under_way.discard(key)
    await screen.show(await card_here(screen, callback_data.order, t, context))
    told = bids.done_together(t, presses[0].act, len(presses) - len(troubles), len(presses), troubles)
    await screen.at(screen.message_id or 0).send(View(told, menu.home(t)), answers=screen.message_id)


async def _trouble(press: Pressed, screen: Screen, t: Texts, context: Context) -> Html | None:
    """Why it was not done with this one. Its own card shows how it stands."""
    try:
        await acts.carry_out_pressed(context.desk, press, screen.user_id)
    except SiteError as error:
        site = context.desk.site(press.account)
        service = card.service_of(press.order, site)
        is_lent = is_lent_here(screen, press.order, press.account)
        why = failures.site_error(t, error, site.name, is_lent=is_lent)
        return t("act-failed", act=service, why=why)
    return None
