"""An order's card, the push that rings, and the lists of orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from aiogram.types import InlineKeyboardButton

from handlers.callbacks import HERE, Again, JournalOf, Open, OrderButton, OrderDo, Page, SameNumber
from handlers.keyboard import Keyboard, Style, button, copy_button, label, page_buttons
from handlers.texts import Html, Texts, clean_name
from handlers.views import bids, codes
from handlers.views.accounts import account_label, account_name
from handlers.views.codes import ALONE, Audience
from handlers.views.journal import journal_button
from handlers.views.menu import menu_button
from handlers.views.names import picked, service
from handlers.views.view import View, page_of
from providers.site import Site
from providers.words import (
    Act,
    Effect,
    Line,
    State,
)
from storage.accounts import Account
from storage.orders import Order
from storage.purchases import Purchase
from storage.sealed import MessageBody

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

SAID_ELSEWHERE = frozenset({"service", "number", "monthly_price"})
"""Picks that the card shows in its own way."""

RENTED = {
    State.WAITING: "rental-waiting",
    State.RECEIVED: "rental-received",
    State.CANCELLED: "rental-released",
    State.EXPIRED: "rental-ended",
    State.DONE: "rental-ended",
}
"""How the state of a number that is ours for days or months is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What a card shows beside the order's row."""

    site: Site
    account_name: str
    acts: Sequence[Act]
    messages: Sequence[MessageBody | None] = field(repr=False)
    """Oldest first; None: deleted after its time. None at all where the codes are kept from who reads."""
    kept: int = 0
    """So many are there that are not shown."""
    audience: Audience = ALONE
    now: int = 0
    """Epoch seconds by the site's clock."""
    family: Sequence[Order] = ()
    """All orders that the same purchase brought, where acts can be done with several of them."""

    def line(self, order: Order) -> Line:
        """What the site says of such orders."""
        return self.site.line(order.line)


def card(t: Texts, order: Order, facts: CardFacts) -> View:
    """The one message of an order, edited in place."""
    newest = [body for body in facts.messages if body is not None][-ON_CARD:]
    keyboard = Keyboard()
    _copy_buttons(t, keyboard, newest)
    if facts.kept and facts.audience.in_group:
        keyboard.row(codes.show_button(t, order))
    if order.number:
        keyboard.row(copy_button(t.plain("button-copy-number", number=order.number), order.number))
    acts = [act for act in facts.acts if is_offered(order, act)]
    keyboard.grid([act_button(t, order, act) for act in acts if not act.tucked], columns=2)
    keyboard.grid(bids.together_buttons(t, order, acts, facts.family), columns=1)
    keyboard.grid(_rooms(t, order, facts, acts), columns=2)
    if order.is_open:
        keyboard.row(
            button(t.plain("button-look"), OrderButton(do=OrderDo.LOOK, id=order.id)),
            menu_button(t, below=True),
        )
    else:
        keyboard.row(_same_number(t, order, facts))
        keyboard.row(
            button(t.plain("button-again"), Again(purchase=order.purchase_id)), menu_button(t, below=True)
        )
    text = t.blocks([
        t.lines([title(t, order, facts), codes.ordered_by(t, facts.audience), number(t, order)]),
        *(codes.message(t, body) for body in newest),
        codes.kept(t, facts.audience, facts.kept),
        t("card-deleted") if facts.messages and not newest else "",
        t.lines([
            _status(t, order, facts),
            _sleep(t, order, facts.now),
            bids.amounts(t, order, facts.family),
            _money(t, order),
            ends(t, order),
            _trouble(t, order, facts),
        ]),
    ])  # fmt: skip
    return View(text, keyboard.markup())


def push(t: Texts, order: Order, facts: CardFacts, body: MessageBody | None, *, repeated: bool) -> View:
    """The short message that makes the phone ring."""
    service = service_of(order, facts.site)
    if body is None:
        return View(t("push-deleted", service=service))
    code = codes.code_of(body)
    head = t("push-code", service=service, code=code) if code else t("push-text", service=service)
    parts = [
        head,
        t("push-number", number=order.number) if order.number else "",
        codes.quoted(body, codes.PUSH_TEXT),
        t("push-repeated") if repeated else "",
    ]
    return View(t.lines(parts), Keyboard().row(codes.copy_code(t, code)).markup() if code else None)


def shown(t: Texts, order: Order, facts: CardFacts) -> View:
    """What came, for who ordered alone: the answer to "Show me the code"."""
    newest = [body for body in facts.messages if body is not None][-ON_CARD:]
    keyboard = Keyboard()
    _copy_buttons(t, keyboard, newest)
    text = t.blocks([
        t.lines([t("code-shown", service=service_of(order, facts.site)), number(t, order)]),
        *(codes.message(t, body) for body in newest),
        "" if newest else t("card-deleted"),
    ])  # fmt: skip
    return View(text, keyboard.markup() if any(map(codes.code_of, newest)) else None)


def ask_act(t: Texts, order: Order, act: Act, facts: CardFacts, *, token: str) -> View:
    """An act that can't be undone, or that costs, asks once."""
    price = t.money(order.price) if order.price is not None else ""
    if act.effect.costs:
        name = t.plain("button-sure-pay", act=t(f"act-{act.key}"), price=price)
        data = OrderButton(do=OrderDo.BUY, id=order.id, arg=act.key, token=token)
    else:
        name = t.plain(f"act-{act.key}")
        data = OrderButton(do=OrderDo.SURE, id=order.id, arg=act.key)
    sure = button(name, data, style="success" if act.effect.costs else "danger")
    return _question(t, order, act, facts, t(f"ask-{act.key}", site=facts.site.name, price=price), sure)


def ask_twice(t: Texts, order: Order, act: Act, facts: CardFacts) -> View:
    """What is lost for good asks once more, and says what that is."""
    lost = order.number or service_of(order, facts.site)
    data = OrderButton(do=OrderDo.SURER, id=order.id, arg=act.key)
    sure = button(label(t.plain(f"act-{act.key}"), lost), data, style="danger")
    return _question(t, order, act, facts, t("ask-twice", number=lost), sure)


def _question(
    t: Texts, order: Order, act: Act, facts: CardFacts, ask: Html, sure: InlineKeyboardButton
) -> View:
    back = (OrderDo.SETTINGS, HERE) if act.tucked else (OrderDo.KEEP, "")
    keep = button(t.plain("button-keep"), OrderButton(do=back[0], id=order.id, arg=back[1]))
    text = t.blocks([t.lines([title(t, order, facts), number(t, order)]), ask])
    return View(text, Keyboard().row(sure).row(keep).markup())


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
    lost = [_lost(t, purchase, sites[purchase.site]) for purchase in unknown[:5]]
    title = t("orders-open" if orders else "orders-none")
    return View(t.blocks([title, t.lines(lost)]), keyboard.markup())


MOST_ACCOUNTS = 10
"""Accounts whose sites' own lists are offered below the history; the others' are under /accounts."""


def _lost(t: Texts, purchase: Purchase, site: Site) -> Html:
    """Something without an answer, in a line."""
    at = t.date(purchase.created_at)
    if purchase.act is not None:
        return t("orders-unknown-act", site=site.name, act=t(f"act-{purchase.act}"), at=at)
    return t("orders-unknown", site=site.name, price=t.money(purchase.ceiling), at=at)


def history(
    t: Texts,
    orders: Sequence[Order],
    sites: Mapping[str, Site],
    *,
    page: int,
    total: int,
    accounts: Sequence[Account] = (),
) -> View:
    """Past orders, a page at a time; below them what the sites keep of these accounts."""
    pages = max(1, -(-total // PER_PAGE))
    keyboard = Keyboard().grid([_order_button(order, sites) for order in orders], columns=1)
    keyboard.row(*page_buttons(Page.HISTORY, min(page, pages - 1), pages))
    for account in [one for one in accounts if sites[one.site].journals][:MOST_ACCOUNTS]:
        name = account_label(t, replace(account, balance=None, key_ok=True), sites[account.site])
        first = sites[account.site].journals[0].key
        keyboard.row(
            journal_button(t, JournalOf.ACCOUNT, account.id, first, t.plain("button-at-site", name=name))
        )
    keyboard.row(menu_button(t))
    rows = [
        t(
            "history-line",
            mark=MARKS[order.state],
            service=service_of(order, sites[order.site]),
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
    service = service_of(order, facts.site)
    refund = (
        t("notice-expired-refunded", price=t.money(order.refunded))
        if order.refunded
        else t("notice-expired-check", site=facts.site.name)
    )
    keyboard = Keyboard().row(
        button(t.plain("button-again"), Again(purchase=order.purchase_id), style="primary"), menu_button(t)
    )
    return View(t.lines([t("notice-expired", service=service), refund]), keyboard.markup())


def title(t: Texts, order: Order, facts: CardFacts) -> Html:
    """What it is, where, and what else was picked."""
    extra = " · ".join(picked(t, pick) for pick in order.picks if pick.choice not in SAID_ELSEWHERE)
    account, name = account_name(t, facts.account_name, facts.site), name_of(order, facts.site)
    if name == facts.site.name and facts.line(order).rental:  # for no service, and not named yet
        name = t.plain("rental-name")
    return t.lines([
        t("card-title", service=name, account=account),
        t("card-picks", picks=extra) if extra else "",
    ])  # fmt: skip


def number(t: Texts, order: Order) -> Html | str:
    """Its number, if it has one yet."""
    return t("card-number", number=order.number) if order.number else ""


def _status(t: Texts, order: Order, facts: CardFacts) -> Html:
    is_rental = facts.line(order).rental
    own = RENTED.get(order.state) if is_rental and not order.refunded else None
    mark = "🟢" if is_rental and order.is_open else MARKS[order.state]
    return t("card-status", mark=mark, status=t(own or f"state-{order.state.value}"))


def _sleep(t: Texts, order: Order, now: int) -> Html | str:
    """Whether it can receive: asleep, on its way out of that, awake till then."""
    if not order.is_open or "can_wake_up" not in order.facts:
        return ""
    waking, online = (int(order.facts.get(key) or 0) for key in ("wake_till", "online_till"))
    if online <= now and waking <= now:
        return t("card-asleep")
    return t.lines([
        t("card-waking", till=t.clock(waking)) if now and waking > now else "",
        t("card-online", till=t.clock(online)) if online > now else "",
    ])  # fmt: skip


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


def ends(t: Texts, order: Order) -> Html | str:
    """When it ends, or what it costs then to go on."""
    if not order.is_open or not order.expires_at:
        return ""
    till, at = t.clock(order.expires_at), t.date(order.expires_at)
    if order.facts.get("auto_renew") is not True:
        return (
            t("card-ends", at=till) if "auto_renew" not in order.facts else t("rental-ends", till=till, at=at)
        )
    price = order.facts.get("renew_price")
    if price is None:
        return t("rental-renews", till=till, at=at)
    return t("rental-renews-for", till=till, at=at, price=t.money(Decimal(price)))


def _trouble(t: Texts, order: Order, facts: CardFacts) -> Html | str:
    return t("card-trouble", site=facts.site.name) if order.is_open and order.trouble else ""


def _copy_buttons(t: Texts, keyboard: Keyboard, newest: Sequence[MessageBody]) -> None:
    """One for each code, the newest first."""
    for code in dict.fromkeys(codes.code_of(body) for body in reversed(newest)):
        keyboard.row(codes.copy_code(t, code))


def _same_number(t: Texts, order: Order, facts: CardFacts) -> InlineKeyboardButton | None:
    """The number once more, where the site sells it to who had it. One that was given back is gone."""
    if not facts.line(order).reuse_by or not order.number or order.state is State.CANCELLED:
        return None
    return button(t.plain("button-same-number"), SameNumber(order=order.id))


def is_offered(order: Order, act: Act) -> bool:
    """What costs at once is offered where we can say how much, a switch where we know how it stands."""
    if act.switch is not None:
        return isinstance(order.facts.get(act.switch), bool)
    return order.price is not None or not act.effect.costs or bool(act.choices)


def service_of(order: Order, site: Site) -> str:
    """The service's name; the site's, where there is none."""
    return service(order.name_of("service") or "") or site.name


def name_of(order: Order, site: Site) -> str:
    """What its owner calls it, else its service."""
    return clean_name(str(order.facts.get("friendly_name") or "")) or service_of(order, site)


def act_button(t: Texts, order: Order, act: Act) -> InlineKeyboardButton:
    """The button of an act; a switch says how it stands, and which way it goes."""
    if act.switch is not None:
        is_on = order.facts.get(act.switch) is True
        name = t.plain("switch-on" if is_on else "switch-off", act=t(f"act-{act.key}"))
        way = f"{act.key}.{'off' if is_on else 'on'}"
        return button(name, OrderButton(do=OrderDo.SWITCH, id=order.id, arg=way))
    style: Style | None = "danger" if act.effect is Effect.ENDS and act.key != "finish" else None
    now = order.facts.get(act.choices[0].key) if act.choices else None
    name = label(t.plain(f"act-{act.key}"), now if isinstance(now, str) else "")
    return button(name, OrderButton(do=OrderDo.ACT, id=order.id, arg=act.key), style=style)


def _rooms(t: Texts, order: Order, facts: CardFacts, acts: Sequence[Act]) -> list[InlineKeyboardButton]:
    """What stands behind the card: what the site keeps of the order, and what is seldom pressed."""
    journals = facts.line(order).journals if facts.audience.sees_codes else ()  # they show what came
    rooms = [
        journal_button(
            t, JournalOf.ORDER, order.id, journal.key, t.plain(f"journal-{journal.key}"), below=True
        )
        for journal in journals
    ]
    if any(act.tucked for act in acts):
        settings = OrderButton(do=OrderDo.SETTINGS, id=order.id)
        rooms.append(button(t.plain("button-settings"), settings))
    return rooms


def _order_button(order: Order, sites: Mapping[str, Site]) -> InlineKeyboardButton:
    name = f"{MARKS[order.state]} {service_of(order, sites[order.site])}"
    return button(label(name, order.number or "…"), OrderButton(do=OrderDo.SHOW, id=order.id))
