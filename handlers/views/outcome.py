"""A purchase without an order: on its way, refused, or of unknown outcome."""

from aiogram.types import InlineKeyboardButton

from handlers.callbacks import Again, Mine, Open, Page
from handlers.keyboard import Keyboard, button
from handlers.texts import Html, Texts, clean_name
from handlers.views.failures import reason
from handlers.views.menu import menu_button
from handlers.views.order import crumbs_of
from handlers.views.view import View
from orders.wish import option_tag
from providers.site import Site
from storage.accounts import Account
from storage.purchases import Finding, Outcome, Purchase

WITHOUT_ANSWER = frozenset({Finding.ABSENT, Finding.DISMISSED})
"""How a purchase without an answer can turn out as not bought."""


MOST_FOUND = 20
"""Buttons of orders that fit: no keyboard takes more than 100."""


def outcome(t: Texts, site: Site, purchase: Purchase, account: Account) -> View | None:
    """What is known of it. None once it is placed: then the order's card tells."""
    head = crumbs_of(t, site, purchase.picks)
    match purchase.state:
        case Outcome.SENDING:
            return View(t.blocks([head, t("outcome-sending")]))
        case Outcome.REFUSED:
            return _refused(t, site, purchase, head)
        case Outcome.UNKNOWN:
            return _unknown(t, site, purchase, account, head)
        case Outcome.PLACED:
            return None


def _refused(t: Texts, site: Site, purchase: Purchase, head: Html) -> View:
    keyboard = Keyboard().row(_again(t, purchase))
    if purchase.error == "bad-key":
        keyboard.row(button(t.plain("button-accounts"), Open(to=Page.ACCOUNTS)))
    keyboard.row(menu_button(t))
    if purchase.finding in WITHOUT_ANSWER:
        why = t(f"finding-{purchase.finding.value}", site=site.name)
    else:
        said = reason(t, purchase.error or "refused", site.name, detail=purchase.detail)
        why = t.lines([said, t("outcome-not-charged")])
    return View(t.blocks([head, why]), keyboard.markup())


def _unknown(t: Texts, site: Site, purchase: Purchase, account: Account, head: Html) -> View:
    at, price = t.date(purchase.created_at), t.money(purchase.ceiling)
    known = f"finding-{purchase.finding.value}" if purchase.finding else "finding-looking"
    charged = t.money(purchase.charged) if purchase.charged is not None else price
    support = t("outcome-support", site=site.name, wish=_wish(purchase), price=price, at=at)
    keyboard = Keyboard()
    for one in (purchase.found or ())[:MOST_FOUND]:
        mine = Mine(purchase=purchase.id, tag=option_tag(one["id"]))
        keyboard.row(button(t.plain("button-mine", number=one["number"]), mine, style="success"))
    keyboard.row(_again(t, purchase), button(t.plain("button-not-bought"), Mine(purchase=purchase.id)))
    keyboard.row(
        button(t.plain("button-orders-plain"), Open(to=Page.ORDERS, below=True)), menu_button(t, below=True)
    )
    parts = [
        head,
        t("outcome-unknown", site=site.name, account=account.name, price=price, at=at),
        t(known, site=site.name, price=charged),
        support if purchase.finds else "",
    ]
    return View(t.blocks(parts), keyboard.markup())


def _again(t: Texts, purchase: Purchase) -> InlineKeyboardButton | None:
    if purchase.act is not None:
        return None
    key = "button-again" if purchase.state is Outcome.UNKNOWN else "button-try-again"
    return button(t.plain(key), Again(purchase=purchase.id), style="primary")


def _wish(purchase: Purchase) -> str:
    return ", ".join(clean_name(pick.name) for pick in purchase.picks)
