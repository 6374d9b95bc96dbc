"""Numbers that are ours for days or months: their list, their settings, and the letter before the end."""

from collections.abc import Mapping, Sequence

from aiogram.types import InlineKeyboardButton

from handlers.callbacks import Again, NewWish, Open, OrderButton, OrderDo, Page
from handlers.keyboard import Keyboard, button, label, page_buttons
from handlers.texts import Texts
from handlers.views import card
from handlers.views.card import MARKS, PER_PAGE, CardFacts
from handlers.views.menu import menu_button
from handlers.views.view import View, page_of
from providers.site import Site
from providers.words import Line
from storage.accounts import Account
from storage.orders import Order


def rentals(
    t: Texts, orders: Sequence[Order], sites: Mapping[str, Site], *, past: int, page: int = 0
) -> View:
    """All that are ours now, a page at a time."""
    shown = page_of(orders, page)
    keyboard = Keyboard().grid([_rental_button(t, order, sites) for order in shown.entries], columns=1)
    keyboard.row(*page_buttons(Page.RENTALS, shown.page, shown.pages))
    keyboard.row(button(t.plain("button-rent"), Open(to=Page.RENT), style="success"))
    past_rentals = button(t.plain("button-past-rentals", count=past), Open(to=Page.PAST_RENTALS))
    keyboard.row(past_rentals if past else None, menu_button(t))
    return View(t("rentals-open" if orders else "rentals-none"), keyboard.markup())


def past_rentals(
    t: Texts, orders: Sequence[Order], sites: Mapping[str, Site], *, page: int, total: int
) -> View:
    """Those that have ended, a page at a time; each can still be opened and read."""
    pages = max(1, -(-total // PER_PAGE))
    keyboard = Keyboard().grid([_rental_button(t, order, sites) for order in orders], columns=1)
    keyboard.row(*page_buttons(Page.PAST_RENTALS, min(page, pages - 1), pages))
    keyboard.row(button(t.plain("button-back"), Open(to=Page.RENTALS)), menu_button(t))
    return View(t("rentals-past", count=total), keyboard.markup())


def choose_line(
    t: Texts, offers: Sequence[tuple[Account, Line]], sites: Mapping[str, Site], *, page: int = 0
) -> View:
    """Where to rent: each account with each kind of number that its site rents out."""
    keyboard, shown = Keyboard(), page_of(offers, page)
    for account, line in shown.entries:
        kind = t.plain(f"line-{account.site}-{line.key}")
        keyboard.row(button(label(account.name, kind), NewWish(account=account.id, line=line.key)))
    keyboard.row(*page_buttons(Page.RENT, shown.page, shown.pages))
    keyboard.row(button(t.plain("button-back"), Open(to=Page.RENTALS)), menu_button(t))
    kinds = dict.fromkeys((account.site, line.key) for account, line in shown.entries)
    about = [t(f"about-{site}-{line}") for site, line in kinds]
    return View(t.blocks([t("rent-choose"), t.lines(about)]), keyboard.markup())


def nowhere_to_rent(t: Texts, sites: Sequence[Site]) -> View:
    """None of the linked accounts is at a site that rents out numbers."""
    keyboard = Keyboard().row(button(t.plain("button-link"), Open(to=Page.LINK), style="success"))
    keyboard.row(button(t.plain("button-back"), Open(to=Page.RENTALS)), menu_button(t))
    names = ", ".join(site.name for site in sites)
    return View(t("rent-nowhere", what=names), keyboard.markup())


def settings(t: Texts, order: Order, facts: CardFacts) -> View:
    """What is seldom pressed, in a message below the card, which stays current by itself."""
    acts = [act for act in facts.acts if act.tucked and card.is_offered(order, act)]
    keyboard = Keyboard().grid([card.act_button(t, order, act) for act in acts], columns=1)
    keyboard.row(button(t.plain("button-back"), OrderButton(do=OrderDo.CLOSE, id=order.id)))
    head = t.lines([card.title(t, order, facts), card.number(t, order), card.ends(t, order)])
    return View(t.blocks([t("rental-settings"), head]), keyboard.markup())


def ending(t: Texts, order: Order, facts: CardFacts) -> View:
    """The end is near, and nothing renews it: what can keep it, else another one."""
    keyboard = Keyboard()
    keyboard.grid(
        [card.act_button(t, order, act) for act in facts.acts if act.renews and card.is_offered(order, act)],
        columns=1,
    )
    if not any(act.renews and card.is_offered(order, act) for act in facts.acts):
        again = Again(purchase=order.purchase_id)
        keyboard.row(button(t.plain("button-rent-another"), again, style="primary"))
    keyboard.row(menu_button(t, below=True))
    what = t("notice-rental-ends", name=card.name_of(order, facts.site))
    lost = t("notice-rental-lost", site=facts.site.name)
    return View(t.lines([what, card.number(t, order), card.ends(t, order), lost]), keyboard.markup())


def ended(t: Texts, order: Order, facts: CardFacts) -> View:
    """It is over: what came stays to be read, and another one is a press away."""
    keyboard = Keyboard()
    keyboard.row(button(t.plain("button-card"), OrderButton(do=OrderDo.SHOW, id=order.id)))
    again = button(t.plain("button-rent-another"), Again(purchase=order.purchase_id), style="primary")
    keyboard.row(again, menu_button(t, below=True))
    what = t("notice-rental-ended", name=card.name_of(order, facts.site), site=facts.site.name)
    return View(t.lines([what, card.number(t, order)]), keyboard.markup())


def _rental_button(t: Texts, order: Order, sites: Mapping[str, Site]) -> InlineKeyboardButton:
    name = f"{_mark(order)} {card.name_of(order, sites[order.site])}"
    return button(
        label(name, order.number or "…", _until(t, order)), OrderButton(do=OrderDo.SHOW, id=order.id)
    )


def _mark(order: Order) -> str:
    return "📞" if order.is_open and not order.trouble else "⚠️" if order.is_open else MARKS[order.state]


def _until(t: Texts, order: Order) -> str:
    """The day of its renewal or of its end."""
    day = order.expires_at if order.is_open else order.ended_at or order.expires_at
    if not day:
        return ""
    return f"↻ {t.day(day)}" if order.is_open and order.facts.get("auto_renew") is True else t.day(day)
