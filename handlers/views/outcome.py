"""A purchase without an order: on its way, refused, or of unknown outcome."""

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.callbacks import Again, Mine, Open, OrderButton, OrderDo, Page
from handlers.keyboard import Keyboard, button
from handlers.texts import Html, Texts, clean_name
from handlers.views.failures import reason
from handlers.views.menu import menu_button
from handlers.views.order import crumbs_of
from handlers.views.view import View
from orders.private import forget
from orders.wish import option_tag
from providers.errors import NoAnswer, SiteError
from providers.site import Site
from providers.words import Act
from storage.accounts import Account
from storage.orders import Order
from storage.purchases import Finding, Outcome, Purchase

WITHOUT_ANSWER = frozenset({Finding.ABSENT, Finding.DISMISSED})
"""How a purchase without an answer can turn out as not bought."""


MOST_FOUND = 20
"""Buttons of orders that fit: no keyboard takes more than 100."""


def outcome(t: Texts, site: Site, purchase: Purchase, account: Account) -> View | None:
    """What is known of it. None once a new order is placed: then its card tells."""
    head = _head(t, site, purchase)
    match purchase.state:
        case Outcome.SENDING:
            return View(t.blocks([head, t("outcome-sending" if purchase.act is None else "outcome-acting")]))
        case Outcome.REFUSED:
            return _refused(t, site, purchase, head, is_lent=_is_lent(purchase, account))
        case Outcome.UNKNOWN:
            return _unknown(t, site, purchase, account, head)
        case Outcome.PLACED:
            return None if purchase.act is None else _done(t, purchase)


def _head(t: Texts, site: Site, purchase: Purchase) -> Html:
    """What was ordered or is to be done, and where."""
    head = crumbs_of(t, site, forget(purchase.picks))
    return head if purchase.act is None else t.lines([t("crumb-act", act=t(f"act-{purchase.act}")), head])


def _done(t: Texts, purchase: Purchase) -> View:
    charged = t("card-price", price=t.money(purchase.charged)) if purchase.charged else ""
    done = t("act-done", act=t(f"act-{purchase.act}"))
    return View(t.lines([done, charged]), _to_card(t, purchase.order_id or ""))


def act_done(t: Texts, order: Order, act: Act) -> View:
    """An act that asked something was done; the order's card shows what it changed."""
    return View(t("act-done", act=t(f"act-{act.key}")), _to_card(t, order.id))


def act_failed(t: Texts, order: Order, act: Act, why: Html, error: SiteError) -> View:
    """The site refused an act that asked something, or nobody knows."""
    failed = t("act-failed", act=t(f"act-{act.key}"), why=why)
    unsure = t("unsure-act") if isinstance(error, NoAnswer) and error.sent else ""
    return View(t.lines([failed, unsure, t("nothing-spent")]), _to_card(t, order.id, again=act.key))


def kept(t: Texts, order: Order) -> View:
    """Somebody went back before the act: nothing happened."""
    return View(t("act-kept"), _to_card(t, order.id))


def _to_card(t: Texts, order_id: str, *, again: str = "") -> InlineKeyboardMarkup:
    keyboard = Keyboard()
    if again:
        data = OrderButton(do=OrderDo.ACT, id=order_id, arg=again)
        keyboard.row(button(t.plain("button-try-again"), data, style="primary"))
    show = button(t.plain("button-card"), OrderButton(do=OrderDo.SHOW, id=order_id))
    return keyboard.row(show, menu_button(t)).markup()


def _refused(t: Texts, site: Site, purchase: Purchase, head: Html, *, is_lent: bool) -> View:
    keyboard = Keyboard().row(_again(t, purchase))
    if purchase.act is not None:
        data = OrderButton(do=OrderDo.SHOW, id=purchase.order_id or "")
        keyboard.row(button(t.plain("button-card"), data))
    if purchase.error == "bad-key" and not is_lent:
        keyboard.row(button(t.plain("button-accounts"), Open(to=Page.ACCOUNTS)))
    keyboard.row(menu_button(t))
    return View(t.blocks([head, _why_refused(t, site, purchase, is_lent=is_lent)]), keyboard.markup())


def _why_refused(t: Texts, site: Site, purchase: Purchase, *, is_lent: bool) -> Html:
    if purchase.finding in WITHOUT_ANSWER:
        return t(f"finding-{purchase.finding.value}", site=site.name)
    said = reason(t, purchase.error or "refused", site.name, detail=purchase.detail, is_lent=is_lent)
    return t.lines([said, t("outcome-not-charged")])


def _unknown(t: Texts, site: Site, purchase: Purchase, account: Account, head: Html) -> View:
    if _is_act_that_asks(site, purchase):
        return _unknown_act(t, site, purchase, account, head)
    at, price = t.date(purchase.created_at), t.money(purchase.ceiling)
    unknown = t("outcome-unknown", site=site.name, account=account.name, price=price, at=at)
    keyboard = Keyboard()
    if _is_lent(purchase, account):
        keyboard.row(_again(t, purchase))
        found_out = [t("outcome-owner-asked")]
    else:
        _choices(t, keyboard, purchase)
        keyboard.row(_again(t, purchase), button(t.plain("button-not-bought"), Mine(purchase=purchase.id)))
        found_out = _found_out(t, site, purchase)
    keyboard.row(
        button(t.plain("button-orders-plain"), Open(to=Page.ORDERS, below=True)), menu_button(t, below=True)
    )
    return View(t.blocks([head, unknown, *found_out]), keyboard.markup())


def _unknown_act(t: Texts, site: Site, purchase: Purchase, account: Account, head: Html) -> View:
    """Something that was to be done with a number, and what it may have cost."""
    keyboard = Keyboard()
    looking = t("outcome-act-looking", site=site.name) if purchase.next_find_ms else ""
    if _is_lent(purchase, account):
        looking = t("outcome-owner-asked")
    else:
        keyboard.row(button(t.plain("button-not-done"), Mine(purchase=purchase.id)))
    show = OrderButton(do=OrderDo.SHOW, id=purchase.order_id or "")
    keyboard.row(button(t.plain("button-card"), show), menu_button(t, below=True))
    return View(t.blocks([head, _act_may_be_done(t, site, purchase), looking]), keyboard.markup())


def ask_owner(t: Texts, site: Site, purchase: Purchase, *, who: str, group: str, account: Html) -> View:
    """What somebody ordered in a group and nobody knows: whoever lends the account settles it, in private.

    Once it is settled the same message says how.
    """
    head = t.lines([t("ask-settle-head", name=who, group=group, account=account), _head(t, site, purchase)])
    if purchase.state is Outcome.UNKNOWN:
        return _ask_owner(t, site, purchase, head)
    if purchase.state is Outcome.PLACED:
        placed = t("ask-settle-placed", group=group)
        settled = placed if purchase.act is None else t("act-done", act=t(f"act-{purchase.act}"))
    else:
        settled = _why_refused(t, site, purchase, is_lent=False)
    return View(t.blocks([head, settled]), Keyboard().row(menu_button(t, below=True)).markup())


def _ask_owner(t: Texts, site: Site, purchase: Purchase, head: Html) -> View:
    keyboard = Keyboard()
    if _is_act_that_asks(site, purchase):
        keyboard.row(button(t.plain("button-not-done"), Mine(purchase=purchase.id)))
        unknown = _act_may_be_done(t, site, purchase)
        found_out = [t("outcome-act-looking", site=site.name)] if purchase.next_find_ms else []
    else:
        _choices(t, keyboard, purchase)
        keyboard.row(button(t.plain("button-not-bought"), Mine(purchase=purchase.id)))
        at, price = t.date(purchase.created_at), t.money(purchase.ceiling)
        unknown = t("ask-settle", site=site.name, price=price, at=at)
        found_out = _found_out(t, site, purchase)
    keyboard.row(menu_button(t, below=True))
    return View(t.blocks([head, unknown, *found_out]), keyboard.markup())


def _is_act_that_asks(site: Site, purchase: Purchase) -> bool:
    return any(act.key == purchase.act and act.choices for line in site.lines for act in line.acts)


def _is_lent(purchase: Purchase, account: Account) -> bool:
    """Whether others than the owner of a shared account read it: what else was bought is not for them."""
    return purchase.share_id is not None and purchase.chat_id != account.owner_id


def _choices(t: Texts, keyboard: Keyboard, purchase: Purchase) -> None:
    """A button for each order at the site that can be it."""
    for one in (purchase.found or ())[:MOST_FOUND]:
        mine = Mine(purchase=purchase.id, tag=option_tag(one["id"]))
        keyboard.row(button(t.plain("button-mine", number=one["number"]), mine, style="success"))


def _found_out(t: Texts, site: Site, purchase: Purchase) -> list[Html]:
    """What is known so far, and what to write to the site's support."""
    at, price = t.date(purchase.created_at), t.money(purchase.ceiling)
    known = f"finding-{purchase.finding.value}" if purchase.finding else "finding-looking"
    charged = t.money(purchase.charged) if purchase.charged is not None else price
    found = [t(known, site=site.name, price=charged)]
    if purchase.finds:
        found.append(t("outcome-support", site=site.name, wish=_wish(purchase), price=price, at=at))
    return found


def _act_may_be_done(t: Texts, site: Site, purchase: Purchase) -> Html:
    act, price = t(f"act-{purchase.act}"), purchase.ceiling
    cost = t("outcome-act-price", price=t.money(price)) if price else t("outcome-act-fee")
    return t.lines([t("outcome-act-unknown", site=site.name, act=act), cost])


def _again(t: Texts, purchase: Purchase) -> InlineKeyboardButton | None:
    if purchase.act is not None:
        return None
    key = "button-again" if purchase.state is Outcome.UNKNOWN else "button-try-again"
    return button(t.plain(key), Again(purchase=purchase.id), style="primary")


def _wish(purchase: Purchase) -> str:
    return ", ".join(clean_name(pick.name) for pick in forget(purchase.picks))
