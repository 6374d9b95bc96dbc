"""/orders and /history, and the buttons of an order's card."""

import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.callbacks import HERE, Mine, Open, OrderButton, OrderDo, Page
from handlers.context import Context
from handlers.private import is_private
from handlers.screen import Screen
from handlers.seen import card_here, facts_here, is_lent_here, seen_by
from handlers.texts import Html, Texts
from handlers.views import card as views
from handlers.views import failures, menu
from handlers.views import rental as rental_views
from handlers.views.card import PER_PAGE
from handlers.views.view import View
from handlers.wish_begin import begin_act
from orders import acts, find_out, inbox, place, rentals, shares
from orders.access import Seat, may_see
from orders.acts import Pressed
from orders.desk import Desk
from orders.errors import Gone, NotYours
from providers.errors import NoAnswer, SiteError
from providers.site import NOTHING_GIVEN, Picks
from providers.words import State
from storage import accounts, orders, purchases
from storage.accounts import Account
from storage.orders import Order
from storage.people import User

WAYS = {"on": True, "off": False}
"""Which way a switch goes."""


def setup() -> Router:
    """The router."""
    router = Router(name="orders")
    router.message.register(orders_command, Command("orders"))
    router.message.register(history_command, Command("history"))
    router.callback_query.register(open_orders, Open.filter(F.to == Page.ORDERS))
    router.callback_query.register(open_history, Open.filter(F.to == Page.HISTORY))
    router.callback_query.register(order_button, OrderButton.filter())
    router.callback_query.register(mine, Mine.filter())
    return router


async def orders_command(message: Message, bot: Bot, t: Texts, context: Context) -> None:
    """Open orders; in a group those of the group."""
    screen = Screen.of_message(message, bot)
    await screen.show(await _open(screen, t, context))


async def open_orders(
    query: CallbackQuery, callback_data: Open, bot: Bot, t: Texts, context: Context
) -> None:
    """Open orders; in a group those of the group."""
    screen = Screen.of_menu(query, bot, callback_data)
    await screen.show(await _open(screen, t, context, page=callback_data.page))


async def history_command(message: Message, bot: Bot, user: User, t: Texts, context: Context) -> None:
    """Past orders."""
    screen = Screen.of_message(message, bot)
    if await is_private(screen, t):
        await screen.show(await _history(user.id, 0, t, context))


async def open_history(
    query: CallbackQuery, callback_data: Open, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """A page of past orders."""
    screen = Screen.of_menu(query, bot, callback_data)
    if await is_private(screen, t):
        await screen.show(await _history(user.id, callback_data.page, t, context))


async def order_button(
    query: CallbackQuery, callback_data: OrderButton, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """Something with one order. Everything the button says is checked again."""
    questions, desk = context.questions, context.desk
    screen = Screen.of_press(query, bot)
    place = (screen.chat_id, screen.message_id)
    asked = questions.fresh(callback_data.id, desk.now_ms())
    await PRESSES[callback_data.do](screen, callback_data, t, context)
    # The same one as before: this press has answered it, and asked no other.
    is_the_same = asked is questions.fresh(callback_data.id, desk.now_ms())
    if asked is not None and is_the_same and asked.place == place:
        await questions.end(desk, callback_data.id)


async def mine(query: CallbackQuery, callback_data: Mine, bot: Bot, t: Texts, context: Context) -> None:
    """Somebody says what became of a purchase without an answer. The outbox draws what follows."""
    screen = Screen.of_press(query, bot)
    await find_out.unknown(context.desk, callback_data.purchase, screen.user_id)
    await screen.answer(t.plain("one-moment"))
    await find_out.choose(context.desk, callback_data.purchase, callback_data.tag, screen.user_id)


async def _act(screen: Screen, data: OrderButton, t: Texts, context: Context) -> None:
    """Do it, or ask first where it needs answers, costs, or can't be undone."""
    press = await acts.pressed(context.desk, data.id, data.arg, screen.user_id)
    act = press.act
    if act.switch is not None:
        raise Gone("switch")  # forged: its button says which way
    if act.choices:
        await begin_act(screen, t, context, press)
    elif act.confirm or act.confirm_twice or act.effect.costs:
        facts = await facts_here(screen, press.order, press.account, context)
        token = secrets.token_urlsafe(9)
        await _asks(screen, press.order, context)
        await screen.show(views.ask_act(t, press.order, act, facts, token=token))
    else:
        await _carry_out(screen, press, t, context)


async def _asks(screen: Screen, order: Order, context: Context) -> None:
    """A question takes the card's place: the card is not drawn over it while it is fresh."""
    place = (screen.chat_id, screen.message_id)
    if place == (order.chat_id, order.card_id):
        await context.questions.ask(order.id, place, context.desk.now_ms())


async def _sure(screen: Screen, data: OrderButton, t: Texts, context: Context) -> None:
    """Confirmed; what is lost for good asks a second time."""
    press = await acts.pressed(context.desk, data.id, data.arg, screen.user_id)
    act = press.act
    if act.effect.costs or act.choices or act.switch:
        raise NotYours  # forged: what costs has its own button with a token, what asks has its menu
    if act.confirm_twice and data.do is not OrderDo.SURER:
        facts = await facts_here(screen, press.order, press.account, context)
        await _asks(screen, press.order, context)
        await screen.show(views.ask_twice(t, press.order, act, facts))
        return
    await _carry_out(screen, press, t, context)


async def _switch(screen: Screen, data: OrderButton, t: Texts, context: Context) -> None:
    """Turn something on or off. The button says which, so that a second tap does not turn it back."""
    key, _, way = data.arg.rpartition(".")
    press = await acts.pressed(context.desk, data.id, key, screen.user_id)
    switch = press.act.switch
    if switch is None or way not in WAYS:
        raise Gone("switch")
    if press.order.facts.get(switch) is WAYS[way]:
        await _redraw(screen, press, t, context)
    else:
        await _carry_out(screen, press, t, context, given={switch: way})


async def _open_settings(screen: Screen, data: OrderButton, t: Texts, context: Context) -> None:
    """What is seldom pressed, below the card: that is drawn anew whenever the order changes."""
    order, account = await seen_by(screen, data.id, context)
    view = await _settings(screen, (order, account), t, context)
    if data.arg == HERE:
        await screen.show(view)
    else:
        await screen.answer()
        await screen.send(view)


async def _carry_out(
    screen: Screen, press: Pressed, t: Texts, context: Context, given: Picks = NOTHING_GIVEN
) -> None:
    """The act's outcome is drawn where it was pressed; a refusal is told below."""
    await screen.answer(t.plain("one-moment"))
    with _alone(context, press.order.id, press.act.key) as is_alone:
        if is_alone:
            await _do(screen, press, t, context, given)


async def _do(screen: Screen, press: Pressed, t: Texts, context: Context, given: Picks) -> None:
    try:
        await acts.carry_out_pressed(context.desk, press, screen.user_id, given)
    except SiteError as error:
        site = context.desk.site(press.account)
        is_lent = is_lent_here(screen, press.order, press.account)
        said = failures.site_error(t, error, site.name, is_lent=is_lent)
        why = t("act-failed", act=t(f"act-{press.act.key}"), why=said)
        await _redraw(screen, press, t, context)
        unsure = t("unsure-act") if isinstance(error, NoAnswer) and error.sent else ""
        await _below(screen, t, t.lines([why, unsure, t("nothing-spent")]))
        return
    await _redraw(screen, press, t, context)


async def _redraw(screen: Screen, press: Pressed, t: Texts, context: Context) -> None:
    """The page on which the act's button stands, as long as the order is open; else its card."""
    pair = await acts.load(context.desk, press.order.id)
    tucked = press.act.tucked and pair[0].is_open
    if tucked:
        await screen.show(await _settings(screen, pair, t, context))
    else:
        await screen.show(await card_here(screen, press.order.id, t, context))


async def _buy(screen: Screen, data: OrderButton, t: Texts, context: Context) -> None:
    """An act that costs: like a purchase, once."""
    press = await acts.pressed(context.desk, data.id, data.arg, screen.user_id)
    if not press.act.effect.costs or press.act.choices or not data.token:
        raise NotYours
    await place.confirm_act(context.desk, press, screen.user_id, data.token)
    await screen.answer(t.plain("toast-ordering"))
    await screen.show(await card_here(screen, press.order.id, t, context))


async def _show(screen: Screen, data: OrderButton, t: Texts, context: Context) -> None:
    """Send the card anew, below; from now on this one is kept current.

    In a chat that is not the order's it is a copy: its codes don't follow to where more people read,
    and the card of a share's order stays in the group.
    """
    order, _ = await seen_by(screen, data.id, context)
    await rentals.expect(context.desk, order)
    await screen.answer()
    card_id = await screen.send(await card_here(screen, order.id, t, context))
    if screen.chat_id != order.chat_id and (order.share_id is not None or not screen.is_private):
        return
    async with context.desk.db.transaction() as connection:
        await orders.change(
            connection, order.id, card_id=card_id, chat_id=screen.chat_id, thread_id=screen.thread_id
        )
        current = await orders.get(connection, order.id)
        if current is not None:  # what changed while it was sent is drawn on it too
            await inbox.put_card(connection, context.desk, current)
    context.desk.bells.outbox.set()


async def _look(screen: Screen, data: OrderButton, t: Texts, context: Context) -> None:
    """Look at the site now, because somebody can't wait."""
    order, account = await seen_by(screen, data.id, context)
    await screen.answer(t.plain("toast-looking"))
    with _alone(context, order.id, "look") as is_alone:
        if not is_alone:
            return
        seen = await acts.look_again(context.desk, order, account)
        await screen.show(await card_here(screen, order.id, t, context))
        if seen is None:
            await _below(screen, t, t("card-trouble", site=context.desk.site(account).name))


async def _keep(screen: Screen, data: OrderButton, t: Texts, context: Context) -> None:
    """Not confirmed: the card as it was."""
    order, _ = await seen_by(screen, data.id, context)
    await screen.show(await card_here(screen, order.id, t, context))


async def _close(screen: Screen, data: OrderButton, t: Texts, context: Context) -> None:
    """The settings go; should Telegram no longer let us, the card stands in their place."""
    await seen_by(screen, data.id, context)
    await screen.answer()
    if not await screen.delete(screen.message_id or 0):
        await _keep(screen, data, t, context)


PRESSES: Mapping[OrderDo, Callable[[Screen, OrderButton, Texts, Context], Awaitable[None]]] = {
    OrderDo.SHOW: _show,
    OrderDo.KEEP: _keep,
    OrderDo.LOOK: _look,
    OrderDo.ACT: _act,
    OrderDo.SURE: _sure,
    OrderDo.SURER: _sure,
    OrderDo.BUY: _buy,
    OrderDo.SWITCH: _switch,
    OrderDo.SETTINGS: _open_settings,
    OrderDo.CLOSE: _close,
}
"""What each button of a card does."""


@contextmanager
def _alone(context: Context, order_id: str, what: str) -> Iterator[bool]:
    """False for who taps again while the site is still being asked: what comes of it is told once."""
    key = (order_id, what)
    if key in context.under_way:
        yield False
        return
    context.under_way.add(key)
    try:
        yield True
    finally:
        context.under_way.discard(key)


async def _below(screen: Screen, t: Texts, text: Html) -> None:
    """Something to say about a card, which stays."""
    await screen.at(screen.message_id or 0).send(View(text, menu.home(t)), answers=screen.message_id)


async def _settings(screen: Screen, pair: tuple[Order, Account], t: Texts, context: Context) -> View:
    order, account = await acts.load(context.desk, pair[0].id)
    return rental_views.settings(t, order, await facts_here(screen, order, account, context))


def is_in_orders(desk: Desk, order: Order) -> bool:
    """Whether /orders shows it: all but rentals that have brought something. Those live under /rentals."""
    return order.state is not State.RECEIVED or not rentals.is_rental(desk, order)


async def _open(screen: Screen, t: Texts, context: Context, *, page: int = 0) -> View:
    async with context.desk.db.transaction() as connection:
        unknown = await purchases.of_user_unknown(connection, screen.user_id)
    if not screen.is_private:
        unknown = [purchase for purchase in unknown if purchase.chat_id == screen.chat_id]
    found = [order for order in await open_here(screen, context) if is_in_orders(context.desk, order)]
    return views.open_orders(t, found, unknown, context.sites, page=page)


async def open_here(screen: Screen, context: Context) -> Sequence[Order]:
    """A person's open orders; in a group those made there that they may see. Raises NobodyKnows."""
    async with context.desk.db.transaction() as connection:
        if screen.is_private:
            return await orders.open_of_user(connection, screen.user_id)
        made_here = await orders.open_in_chat(connection, screen.chat_id)
    seats: dict[str | None, Seat | None] = {None: None}
    for order in made_here:
        if order.share_id not in seats:
            seats[order.share_id] = await shares.seat_of_order(context.desk, order, screen.user_id)
    return [
        order
        for order in made_here
        if may_see(order, await context.desk.account(order.account_id), screen.user_id, seats[order.share_id])
    ]


async def _history(user_id: int, page: int, t: Texts, context: Context) -> View:
    async with context.desk.db.transaction() as connection:
        total = await orders.count_past_of_user(connection, user_id)
        page = min(max(page, 0), max(0, (total - 1) // PER_PAGE))
        past = await orders.past_of_user(connection, user_id, offset=page * PER_PAGE, limit=PER_PAGE)
        mine = await accounts.of_owner(connection, user_id)
    return views.history(t, past, context.sites, page=page, total=total, accounts=mine)
