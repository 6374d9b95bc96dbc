"""What is told when a bid is over."""

from handlers.callbacks import Again
from handlers.keyboard import Keyboard, button, copy_button
from handlers.texts import Texts
from handlers.views.card import CardFacts, number, service_of
from handlers.views.menu import menu_button
from handlers.views.view import View
from providers.words import State
from storage.orders import Order


def won(t: Texts, order: Order, facts: CardFacts) -> View:
    """A bid brought its number: somebody has waited for it, and its time runs."""
    services = _services(order, facts, [one for one in facts.family if one.is_open])
    keyboard = Keyboard()
    if order.number:
        keyboard.row(copy_button(t.plain("button-copy-number", number=order.number), order.number))
    return View(t.lines([t("notice-bid-won", service=services), number(t, order)]), keyboard.markup())


def unfilled(t: Texts, order: Order, facts: CardFacts) -> View:
    """No number became free in time."""
    services = _services(order, facts, [one for one in facts.family if one.state is State.EXPIRED])
    again = button(t.plain("button-again"), Again(purchase=order.purchase_id), style="primary")
    return View(t("notice-bid-unfilled", service=services), Keyboard().row(again, menu_button(t)).markup())


def _services(order: Order, facts: CardFacts, family: list[Order]) -> str:
    """What was wanted: bids of one purchase have one fate, which is told once."""
    names = [service_of(one, facts.site) for one in (family or [order])]
    return ", ".join(dict.fromkeys(names))
