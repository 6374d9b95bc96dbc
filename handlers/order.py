"""/order: account, line, choices, quote, Buy. The menus are drawn from what the site declares."""

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers import wishes
from handlers.callbacks import Again, Buy, NewWish, Open, Page, SameNumber, WishButton
from handlers.context import Context
from handlers.payers import Payer, payer_of
from handlers.screen import Screen
from handlers.seen import seen_by
from handlers.texts import Texts
from handlers.typed import Typed
from handlers.views import failures
from handlers.views import order as views
from handlers.views.menu import home
from handlers.views.view import View
from handlers.wish_begin import begin, with_account
from handlers.wish_menu import WishMenu
from orders import place, shares, wish
from orders.errors import BadInput, Gone, MayNot, NotYours, OverLimit, PriceRose, Told
from providers.errors import SiteError
from storage import purchases
from storage.people import User
from storage.purchases import Purchase


def setup() -> Router:
    """The router."""
    router = Router(name="order")
    router.message.register(order_command, Command("order"))
    router.callback_query.register(open_order, Open.filter(F.to == Page.ORDER))
    router.callback_query.register(new_wish, NewWish.filter())
    router.callback_query.register(wish_button, WishButton.filter())
    router.callback_query.register(buy, Buy.filter())
    router.callback_query.register(again, Again.filter())
    router.callback_query.register(same_number, SameNumber.filter())
    return router


async def order_command(message: Message, bot: Bot, user: User, t: Texts, context: Context) -> None:
    """Begin an order."""
    await begin(Screen.of_message(message, bot), t, context)


async def open_order(
    query: CallbackQuery, callback_data: Open, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """Begin an order."""
    await begin(Screen.of_menu(query, bot, callback_data), t, context, page=callback_data.page)


async def new_wish(
    query: CallbackQuery, callback_data: NewWish, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """An account, and perhaps a line, was chosen."""
    screen = Screen.of_own_press(query, bot)
    payer = await payer_of(screen, context, callback_data.account)
    await with_account(screen, t, context, payer, callback_data.line)


async def wish_button(
    query: CallbackQuery, callback_data: WishButton, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """Something in the menu of one wish."""
    screen = Screen.of_press(query, bot)
    menu = WishMenu(screen, t, context, await wishes.by_id(screen, context, callback_data.id))
    if not await menu.press(callback_data):
        await begin(screen, t, context)


async def buy(
    query: CallbackQuery, callback_data: Buy, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """Spend the money. The card is drawn by the outbox, whatever happens to this press."""
    screen, token = Screen.of_press(query, bot), callback_data.token
    is_used = await _is_used(context, token)
    menu = None if is_used else WishMenu(screen, t, context, await wishes.by_token(screen, context, token))
    is_order = menu is None or menu.order is None
    await screen.answer(t.plain("toast-ordering" if is_order else "one-moment"))
    if menu is None:
        return
    try:
        purchase = await place.confirm(context.desk, token, user.id)
    except (SiteError, Told) as error:
        # While this press read the price, another one may have bought: "nothing was bought" would be a lie.
        if not await _is_used(context, token):
            await _not_bought(menu, error, token)
        return
    if purchase is not None and purchase.card_id is None:
        await screen.show(views.in_topic(t))


async def _is_used(context: Context, token: str) -> bool:
    async with context.desk.db.transaction() as connection:
        return await purchases.get_by_token(connection, token) is not None


async def _not_bought(menu: WishMenu, error: SiteError | Told, token: str) -> None:
    """Why, and what to press next. The press is answered already."""
    t = menu.t
    match error:
        case PriceRose():
            try:
                await menu.quote_again(failures.told(t, error))
            except Gone:
                if not await _is_used(menu.context, token):
                    raise
        case SiteError():
            await menu.show_trouble(error)
        case OverLimit() if not (menu.screen.is_private or error.of_group):
            await menu.screen.send(View(t.lines([t("order-own-limit"), t("nothing-spent")]), home(t)))
        case _:  # changed while the price was read
            await menu.screen.send(View(t.lines([failures.told(t, error), t("nothing-spent")]), home(t)))


async def again(
    query: CallbackQuery, callback_data: Again, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """The same wish once more: a new quote in a new message, so that the old card stays."""
    async with context.desk.db.transaction() as connection:
        purchase = await purchases.get(connection, callback_data.purchase)
    if purchase is None or purchase.act is not None:
        raise Gone("purchase")
    screen = Screen.of_press(query, bot)
    payer = await payer_of(screen, context, purchase.account_id, was_lent=purchase.share_id is not None)
    if not _may_repeat(purchase, payer, user.id):
        raise NotYours
    await screen.answer()
    screen.message_id = await screen.send(View(t("one-moment")))
    line = context.desk.line(payer.account, purchase.line)
    # A rented number is one of its kind: another one is asked for.
    picks = tuple(pick for pick in purchase.picks if not (line.rental and pick.choice == "number"))
    await WishMenu(
        screen, t, context, await wishes.make(screen, context, payer, line.key, picks=picks)
    ).step()


def _may_repeat(purchase: Purchase, payer: Payer, user_id: int) -> bool:
    """What a share brought stands in its group for all to see; anything else is somebody's own."""
    is_shared = purchase.share_id is not None and purchase.share_id == payer.share_id
    return is_shared or user_id in {purchase.user_id, payer.account.owner_id}


async def same_number(
    query: CallbackQuery, callback_data: SameNumber, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """The number of an ended order once more: a fresh wish with it, straight at the price."""
    screen = Screen.of_press(query, bot)
    order, account = await seen_by(screen, callback_data.order, context)
    payer = await payer_of(screen, context, account.id, was_lent=order.share_id is not None)
    seat = await shares.seat_of_order(context.desk, order, screen.user_id)
    if seat is not None and not seat.may_begin_anew(order):
        raise MayNot("number")
    line = context.desk.line(account, order.line)
    if line.reuse_by is None or order.number is None:
        raise Gone("number")
    choice = line.choice(line.reuse_by)
    wanted = wish.typed_option(choice, order.number)
    await screen.answer()
    screen.message_id = await screen.send(View(t("one-moment")))
    picks = tuple(pick for pick in order.picks if line.choice(pick.choice).required)
    made = await wishes.make(screen, context, payer, line.key, picks=picks)
    await WishMenu(screen, t, context, made).pick(choice, wanted)


async def take_search(typed: Typed) -> None:
    """Text typed while a list is open: search it."""
    menu = await _menu_of(typed)
    draft = menu.draft
    if draft.asking is None:
        raise Gone("list")
    choice = menu.asked.choice(draft.asking)
    if choice.accepts(typed.text):
        await menu.pick(choice, wish.typed_option(choice, typed.text))
        return
    await menu.show_list(choice, draft.changed(query=typed.text[:64], page=0))


async def take_typed(typed: Typed) -> None:
    """A choice that is typed."""
    menu = await _menu_of(typed)
    choice = menu.asked.choice(typed.prompt.args["choice"])
    try:
        option = wish.typed_option(choice, typed.text)
    except BadInput as error:
        await menu.ask_typed(choice, problem=failures.told(typed.t, error))
        return
    await menu.pick(choice, option)


async def _menu_of(typed: Typed) -> WishMenu:
    """The menu that the answer changes. Answer and question go, as far as Telegram lets us."""
    draft_id = typed.prompt.args["draft"]
    found = await wishes.by_id(typed.screen, typed.context, draft_id)
    menu = WishMenu(typed.screen, typed.t, typed.context, found)
    menu.screen = await typed.tidy(menu.draft.card_id or typed.prompt.message_id)
    return menu
