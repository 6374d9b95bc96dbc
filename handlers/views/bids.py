"""Bids on a card: what they come to, and how to take them back together."""

from collections.abc import Sequence
from decimal import Decimal

from aiogram.types import InlineKeyboardButton

from handlers.callbacks import Together
from handlers.keyboard import button
from handlers.texts import Html, Texts
from providers.words import Act, State
from storage.orders import Order


def amounts(t: Texts, order: Order, family: Sequence[Order]) -> Html | str:
    """What this bid is, and what all that still go on come to at most. `family`: all of its purchase."""
    if order.state is not State.BIDDING:
        return ""
    going = [one for one in family if one.state is State.BIDDING]
    prices = [one.price for one in going if one.price is not None]
    total = sum(prices, Decimal(0))
    is_known = len(going) > 1 and len(prices) == len(going)
    return t.lines([
        "" if order.price is None else t("card-bid", price=t.money(order.price)),
        t("card-bids", count=len(going), price=t.money(total)) if is_known else "",
    ])  # fmt: skip


def together_buttons(
    t: Texts, order: Order, acts: Sequence[Act], family: Sequence[Order]
) -> list[InlineKeyboardButton]:
    """The acts that can be done with several orders of one purchase at once."""
    buttons = []
    for act in acts:
        count = sum(one.state in act.when for one in family)
        if act.together and count > 1:
            data = Together(order=order.id, act=act.key)
            buttons.append(button(t.plain(f"together-{act.key}", count=count), data, style="danger"))
    return buttons


def done_together(t: Texts, act: Act, done: int, count: int, troubles: Sequence[Html]) -> Html:
    """What came of it, in one message for all."""
    told = t("together-done", act=t(f"act-{act.key}"), done=t.number(done), count=t.number(count))
    return t.lines([told, *troubles])
