"""Where wishes begin: which account pays, which line, or which act with an order."""

from handlers import wishes
from handlers.context import Context
from handlers.payers import Payer, payers_in
from handlers.private import way_to_private
from handlers.screen import Screen
from handlers.texts import Texts
from handlers.views import accounts as account_views
from handlers.views import order as views
from handlers.views.view import View
from handlers.wish_menu import WishMenu
from orders import shares
from orders.access import Right
from orders.acts import Pressed


async def begin(screen: Screen, t: Texts, context: Context, *, page: int = 0) -> None:
    """Ask for the account, unless there is only one. Raises MayNot, NobodyKnows."""
    found = await payers_in(screen, context)
    if len(found.usable) == 1:
        await with_account(screen, t, context, found.usable[0], "")
    elif found.usable:
        shown = [payer.shown for payer in found.usable]
        await screen.show(views.choose_account(t, shown, context.sites, page=page))
    elif found.askable:
        await screen.show(views.may_not_order(t, found.askable))
    elif found.refused:
        shares.demand(found.refused[0], Right.ORDER)  # raises: says why
    elif screen.is_private:
        await screen.show(account_views.account_list(t, [], context.sites))
    else:
        keyboard = await way_to_private(screen.bot, t)
        await screen.show(View(t("order-nobody-pays"), keyboard))


async def with_account(screen: Screen, t: Texts, context: Context, payer: Payer, line_key: str) -> None:
    """Ask for the line, unless there is only one, and begin the wish."""
    site = context.desk.site(payer.account)
    if not line_key and len(site.lines) > 1:
        await screen.show(views.choose_line(t, payer.account, site))
        return
    line = context.desk.line(payer.account, line_key or site.lines[0].key)
    if screen.message_id is None:
        screen.message_id = await screen.send(View(t("one-moment")))
    wish = await wishes.make(screen, context, payer, line.key)
    await WishMenu(screen, t, context, wish).step()


async def begin_act(screen: Screen, t: Texts, context: Context, press: Pressed) -> None:
    """Ask for what an act needs, in a message of its own: the order's card stays."""
    screen.message_id = await screen.send(View(t("one-moment")))
    payer = Payer(press.account, press.payer.share.id if press.payer else None)
    about = (press.act.key, press.order)
    wish = await wishes.make(screen, context, payer, press.order.line, about=about)
    await WishMenu(screen, t, context, wish).step()
