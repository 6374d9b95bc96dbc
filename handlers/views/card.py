"""An order's card, the push that rings, and the lists of orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiogram.types import InlineKeyboardButton

from handlers.callbacks import Again, Open, OrderButton, OrderDo, Page
from handlers.keyboard import Keyboard, Style, button, copy_button, label, page_buttons
from handlers.texts import Html, Texts, clean, clean_name
from handlers.views.accounts import account_name
from handlers.views.menu import menu_button
from handlers.views.names import picked, service
from handlers.views.view import View, page_of
from providers.site import Site
from providers.words import (
    Act,
    Effect,
    State,
)
from storage.orders import Order
from storage.purchases import Purchase
from storage.sealed import MessageBody

CARD_TEXT = 700
"""Characters of an SMS on the card; the push shows it whole."""

PUSH_TEXT = 3000
ON_CARD = 3
"""Newest messages on the card."""

PER_PAGE = 8
MARKS = {
    State.BIDDING: "🔨",
    State.WAITING: "⏳",
    State.RECEIVED: "✅",
    State.DONE: "✅",
    State.CANCELLED: "❌",
    State.EXPIRED: "⌛",
    State.UNKNOWN: "❔",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What a card shows beside the order's row."""

    site: Site
    account_name: str
    acts: Sequence[Act]
    messages: Sequence[MessageBody | None] = field(repr=False)
    """Oldest first; None: deleted after its time."""


def card(t: Texts, order: Order, facts: CardFacts) -> View:
    """The one message of an order, edited in place."""
    newest = [body for body in facts.messages if body is not None][-ON_CARD:]
    keyboard = Keyboard()
    for code in dict.fromkeys(_code(body) for body in reversed(newest)):
        keyboard.row(_copy_code(t, code))
    if order.number:
        keyboard.row(copy_button(t.plain("button-copy-number", number=order.number), order.number))
    keyboard.grid([_act_button(t, order, act) for act in facts.acts if _has_price(order, act)], columns=2)
    if order.is_open:
        keyboard.row(
            button(t.plain("button-look"), OrderButton(do=OrderDo.LOOK, id=order.id)),
            menu_button(t, below=True),
        )
    else:
        keyboard.row(
            button(t.plain("button-again"), Again(purchase=order.purchase_id)), menu_button(t, below=True)
        )
    text = t.blocks([
        t.lines([_title(t, order, facts), _number(t, order)]),
        *(_message(t, body) for body in newest),
        t("card-deleted") if facts.messages and not newest else "",
        t.lines([
            _status(t, order),
            _sleep(t, order),
            _money(t, order),
            _ends(t, order),
            _trouble(t, order, facts),
        ]),
    ])  # fmt: skip
    return View(text, keyboard.markup())


def push(t: Texts, order: Order, facts: CardFacts, body: MessageBody | None, *, repeated: bool) -> View:
    """The short message that makes the phone ring."""
    service = _service(order, facts.site)
    if body is None:
        return View(t("push-deleted", service=service))
    code = _code(body)
    head = t("push-code", service=service, code=code) if code else t("push-text", service=service)
    parts = [
        head,
        t("push-number", number=order.number) if order.number else "",
        _quoted(body, PUSH_TEXT),
        t("push-repeated") if repeated else "",
    ]
    return View(t.lines(parts), Keyboard().row(_copy_code(t, code)).markup() if code else None)


def ask_act(t: Texts, order: Order, act: Act, facts: CardFacts, *, token: str) -> View:
    """An act that can't be undone, or that costs, asks once."""
    costs = act.effect is Effect.BUYS
    data = OrderButton(
        do=OrderDo.BUY if costs else OrderDo.SURE, id=order.id, arg=act.key, token=token if costs else ""
    )
    price = t.money(order.price) if order.price is not None else ""
    name = (
        t.plain("button-sure-pay", act=t(f"act-{act.key}"), price=price)
        if costs
        else t.plain(f"act-{act.key}")
    )
    keyboard = (
        Keyboard()
        .row(button(name, data, style="success" if costs else "danger"))
        .row(button(t.plain("button-keep"), OrderButton(do=OrderDo.KEEP, id=order.id)))
    )
    ask = t(f"ask-{act.key}", site=facts.site.name, price=price)
    return View(t.blocks([t.lines([_title(t, order, facts), _number(t, order)]), ask]), keyboard.markup())


def open_orders(
    t: Texts,
    orders: Sequence[Order],
    unknown: Sequence[Purchase],
    sites: Mapping[str, Site],
    *,
    page: int = 0,
) -> View:
    """All that is still open, a page at a time, and purchases whose outcome nobody knows."""
    shown = page_of(orders, page)
    keyboard = Keyboard().grid([_order_button(order, sites) for order in shown.entries], columns=1)
    keyboard.row(*page_buttons(Page.ORDERS, shown.page, shown.pages))
    keyboard.row(button(t.plain("button-order"), Open(to=Page.ORDER), style="success"), menu_button(t))
    lost = [
        t(
            "orders-unknown",
            site=sites[purchase.site].name,
            price=t.money(purchase.ceiling),
            at=t.date(purchase.created_at),
        )
        for purchase in unknown[:5]
    ]
    title = t("orders-open" if orders else "orders-none")
    return View(t.blocks([title, t.lines(lost)]), keyboard.markup())


def history(t: Texts, orders: Sequence[Order], sites: Mapping[str, Site], *, page: int, total: int) -> View:
    """Past orders, a page at a time."""
    pages = max(1, -(-total // PER_PAGE))
    keyboard = Keyboard().grid([_order_button(order, sites) for order in orders], columns=1)
    keyboard.row(*page_buttons(Page.HISTORY, min(page, pages - 1), pages))
    keyboard.row(menu_button(t))
    rows = [
        t(
            "history-line",
            mark=MARKS[order.state],
            service=_service(order, sites[order.site]),
            site=sites[order.site].name,
            price=_paid(t, order),
            at=t.date(order.created_at),
        )
        for order in orders
    ]
    title = t("history-title" if total else "history-none", count=total)
    return View(t.blocks([title, t.lines(rows)]), keyboard.markup())


def expired(t: Texts, order: Order, facts: CardFacts) -> View:
    """Time is up and no code came."""
    service = _service(order, facts.site)
    refund = (
        t("notice-expired-refunded", price=t.money(order.refunded))
        if order.refunded
        else t("notice-expired-check", site=facts.site.name)
    )
    keyboard = Keyboard().row(
        button(t.plain("button-again"), Again(purchase=order.purchase_id), style="primary"), menu_button(t)
    )
    return View(t.lines([t("notice-expired", service=service), refund]), keyboard.markup())


def _title(t: Texts, order: Order, facts: CardFacts) -> Html:
    service = _service(order, facts.site)
    extra = " · ".join(picked(t, pick) for pick in order.picks if pick.choice != "service")
    return t.lines([
        t("card-title", service=service, account=account_name(t, facts.account_name, facts.site)),
        t("card-picks", picks=extra) if extra else "",
    ])  # fmt: skip


def _number(t: Texts, order: Order) -> Html | str:
    return t("card-number", number=order.number) if order.number else ""


def _message(t: Texts, body: MessageBody) -> Html:
    code = _code(body)
    return t.lines([t("card-code", code=code) if code else "", _quoted(body, CARD_TEXT)])


def _code(body: MessageBody) -> str:
    """The code as it is shown and copied; empty where there is none that can be seen."""
    return clean_name(body.code or "")


def _quoted(body: MessageBody, length: int) -> Html:
    """The sender's words: marked as theirs, without links that unfold or text that turns around.

    Empty where they are nothing but the code.
    """
    text = clean(body.text, length)
    if not text or text == _code(body):
        return Html("")
    return Html(f"<blockquote><code>{_escape(text)}</code></blockquote>")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _status(t: Texts, order: Order) -> Html:
    return t("card-status", mark=MARKS[order.state], status=t(f"state-{order.state.value}"))


def _sleep(t: Texts, order: Order) -> Html | str:
    online_till = order.facts.get("online_till")
    if not order.is_open or "can_wake_up" not in order.facts:
        return ""
    return t("card-online", till=t.clock(int(online_till))) if online_till else t("card-asleep")


def _price(t: Texts, order: Order) -> str:
    return t.money(order.price) if order.price is not None else ""


def _paid(t: Texts, order: Order) -> str:
    """What an ended order cost, or what came back of it."""
    if order.refunded:
        return t("history-refunded", price=t.money(order.refunded))
    return _price(t, order)


def _money(t: Texts, order: Order) -> Html | str:
    if order.refunded:
        return t("card-refunded", price=t.money(order.refunded))
    if order.price is None or order.state is State.BIDDING:
        return ""
    return t("card-price", price=_price(t, order))


def _ends(t: Texts, order: Order) -> Html | str:
    return t("card-ends", at=t.clock(order.expires_at)) if order.is_open and order.expires_at else ""


def _trouble(t: Texts, order: Order, facts: CardFacts) -> Html | str:
    return t("card-trouble", site=facts.site.name) if order.is_open and order.trouble else ""


def _copy_code(t: Texts, code: str) -> InlineKeyboardButton | None:
    return copy_button(t.plain("button-copy-code", code=code), code) if code else None


def _has_price(order: Order, act: Act) -> bool:
    """What costs is offered only where we can say how much."""
    return order.price is not None or act.effect is not Effect.BUYS


def _service(order: Order, site: Site) -> str:
    return service(order.name_of("service") or "") or site.name


def _act_button(t: Texts, order: Order, act: Act) -> InlineKeyboardButton:
    style: Style | None = "danger" if act.effect is Effect.ENDS and act.key != "finish" else None
    return button(
        t.plain(f"act-{act.key}"), OrderButton(do=OrderDo.ACT, id=order.id, arg=act.key), style=style
    )


def _order_button(order: Order, sites: Mapping[str, Site]) -> InlineKeyboardButton:
    service = f"{MARKS[order.state]} {_service(order, sites[order.site])}"
    return button(label(service, order.number or "…"), OrderButton(do=OrderDo.SHOW, id=order.id))
