"""Ordering: which account, which line, the choices, the quote. Drawn from what the site declares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from aiogram.types import InlineKeyboardButton

from handlers.callbacks import AskIn, Buy, NewWish, Open, Page, WishButton, WishDo
from handlers.keyboard import Keyboard, button, columns_for, label, page_buttons
from handlers.texts import Html, Texts, clean, clean_name
from handlers.views.accounts import account_label
from handlers.views.limits import left
from handlers.views.menu import menu_button
from handlers.views.names import country, picked, worded
from handlers.views.view import View, page_of
from orders.access import Seat
from orders.limits import Room
from orders.place import Offer
from orders.private import WORDS
from orders.wish import askable, option_tag, picked_of
from providers.site import Quote, Site, Surcharge
from providers.words import Asked, Choice, Option
from storage.accounts import Account
from storage.drafts import Draft, Pick

ROWS = 8
"""Rows of options on one page: a phone shows them without scrolling."""

SMS_LENGTH = 1600
"""Characters of an SMS: it is shown whole before it is sent."""

MOST_ASKED = 5
"""Owners that can be asked with one message."""

NOTE_LENGTH = 16
"""Characters of a site's note beside an option's name."""


def choose_account(
    t: Texts, accounts: Sequence[Account], sites: Mapping[str, Site], *, page: int = 0
) -> View:
    """Which account pays."""
    keyboard, shown = Keyboard(), page_of(accounts, page)
    for account in shown.entries:
        name = account_label(t, account, sites[account.site])
        keyboard.row(button(name, NewWish(account=account.id)))
    keyboard.row(*page_buttons(Page.ORDER, shown.page, shown.pages))
    return View(t("order-choose-account"), keyboard.row(menu_button(t)).markup())


def may_not_order(t: Texts, seats: Sequence[Seat]) -> View:
    """What is shared in the group is not for this person yet: its owner can be asked."""
    keyboard = Keyboard()
    for seat in seats[:MOST_ASKED]:
        whose = seat.account.name if len(seats) > 1 else ""
        name = label(t.plain("button-ask-owner"), whose)
        keyboard.row(button(name, AskIn(share=seat.share.id), style="primary"))
    return View(t("order-may-not"), keyboard.row(menu_button(t)).markup())


def in_topic(t: Texts) -> View:
    """The order's card stands in the topic that the owner chose, and not here."""
    return View(t("order-in-topic"), Keyboard().row(menu_button(t)).markup())


def choose_line(t: Texts, account: Account, site: Site) -> View:
    """Which kind of number, where a site sells several."""
    keyboard = Keyboard()
    for line in site.lines:
        keyboard.row(
            button(t.plain(f"line-{site.key}-{line.key}"), NewWish(account=account.id, line=line.key))
        )
    keyboard.row(button(t.plain("button-back"), Open(to=Page.ORDER)), menu_button(t))
    about = [t(f"about-{site.key}-{line.key}") for line in site.lines]
    return View(t.blocks([t("order-choose-line", account=account.name), t.lines(about)]), keyboard.markup())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The options on show: those that fit the search, and how old the list is."""

    options: Sequence[Option]
    total: int
    fetched_at: int
    stale: bool = False
    usual: frozenset[str] = frozenset()
    """Ids of what this person orders usually."""
    beside: Sequence[Choice] = ()
    """Choices that make the list shorter."""


def choose_option(t: Texts, site: Site, draft: Draft, choice: Choice, shelf: Shelf) -> View:
    """One page of a choice's options."""
    columns = _columns(shelf.options)
    shown = page_of(shelf.options, draft.page, ROWS * columns)
    keyboard = Keyboard().grid(
        [
            button(
                option_label(t, option, usual=option.id in shelf.usual),
                WishButton(do=WishDo.PICK, id=draft.id, choice=choice.key, arg=option_tag(option.id)),
                style="primary" if option.recommended else None,
            )
            for option in shown.entries
        ],
        columns,
    )
    keyboard.row(*_page_buttons(draft, choice, shown.page, shown.pages))
    keyboard.row(*_list_buttons(t, draft, choice, shelf))
    keyboard.grid([_optional_button(t, draft, one) for one in shelf.beside], columns=2)
    keyboard.row(*_back_buttons(t, draft))
    return View(_list_text(t, site, draft, choice, shelf), keyboard.markup())


def _columns(options: Sequence[Option]) -> int:
    """Told from the whole list, so that all its pages look alike; without drawing 800 labels for one page."""
    if any(
        option.price is not None or option.stock is not None or option.iso or option.recommended
        for option in options
    ):
        return 1
    return columns_for(
        [f"{option.name} · {option.note}" if option.note else option.name for option in options]
    )


def no_list(
    t: Texts, site: Site, draft: Draft, choice: Choice, why: Html, *, beside: Sequence[Choice] = ()
) -> View:
    """The site can't list its options, and there is no older list."""
    refresh = WishButton(do=WishDo.REFRESH, id=draft.id, choice=choice.key)
    keyboard = (
        Keyboard()
        .row(button(t.plain("button-try-again"), refresh, style="primary"))
        .grid([_optional_button(t, draft, one) for one in beside], columns=2)
        .row(*_back_buttons(t, draft))
    )
    return View(t.blocks([crumbs(t, site, draft), t.lines([why, t("nothing-spent")])]), keyboard.markup())


def option_label(t: Texts, option: Option, *, usual: bool = False) -> str:
    """An option on its button: star or flag, name, price, stock, and whether the site recommends it."""
    facts = []
    if option.price is not None:
        price = t.money(option.price)
        facts.append(t.plain("price-from", price=price) if option.from_price else price)
    if option.stock is not None:
        facts.append(t.plain("stock", count=t.number(option.stock)))
    if option.note:
        facts.append(clean_name(option.note, NOTE_LENGTH))
    if option.recommended:
        facts.append(t.plain("recommended"))
    name = country(t, option.name, option.iso) if option.iso else worded(t, option.id, option.name)
    return label(f"⭐ {name}" if usual else name, *facts)


def ask_typed(t: Texts, site: Site, draft: Draft, choice: Choice, *, problem: Html | None = None) -> View:
    """A choice that is typed."""
    keyboard = Keyboard().row(*_back_buttons(t, draft))
    text = t.blocks([crumbs(t, site, draft), problem or "", t(f"type-{choice.key}")])
    return View(text, keyboard.markup())


def quote(t: Texts, site: Site, asked: Asked, offer: Offer, *, notice: Html | None = None) -> View:
    """What it costs, what comes back, and Buy."""
    draft, price = offer.draft, offer.quote
    assert draft.token is not None, "an offer is armed"  # noqa: S101 - tells the type checker
    prices = t.prices(price.low, price.high)
    keyboard = Keyboard().row(
        button(_buy_label(t, draft, price, prices), Buy(token=draft.token), style="success")
    )
    _add_several(t, keyboard, asked, draft)
    extras = {extra.choice: extra for extra in price.surcharges}
    keyboard.grid(
        [_optional_button(t, draft, choice, extras.get(choice.key)) for choice in askable(asked, draft)],
        columns=2,
    )
    keyboard.row(*_back_buttons(t, draft))
    rules = [t(f"rule-{rule.value}", site=site.name) for rule in price.rules]
    surcharges = [
        t("surcharge", what=t(f"choice-{extra.choice}"), price=t.prices(extra.low, extra.high))
        for extra in price.surcharges
        if extra.choice in draft.ids
    ]
    costs = t.lines([
        t("quote-price", price=prices) if price.high else "",
        *surcharges,
        _balance(t, offer.balance, price.high),
        left(t, offer.room),
        _left_in_group(t, offer.group_room),
    ])  # fmt: skip
    facts = t.lines([
        "" if price.stock is None else t("quote-stock", count=price.stock, number=t.number(price.stock)),
        "" if price.lasts is None else _lasts(t, price.lasts),
        "" if price.renewal is None else t("quote-renewal", price=t.money(price.renewal)),
        *rules,
    ])  # fmt: skip
    return View(t.blocks([notice or "", crumbs(t, site, draft), costs, facts]), keyboard.markup())


def _buy_label(t: Texts, draft: Draft, price: Quote, prices: str) -> str:
    if draft.act is None:
        return t.plain("button-buy", price=prices)
    act = t.plain(f"act-{draft.act}")
    return t.plain("button-sure-pay", act=act, price=prices) if price.high else act


def no_quote(t: Texts, site: Site, asked: Asked, draft: Draft, why: Html) -> View:
    """The site can't say what it costs."""
    keyboard = Keyboard().row(
        button(t.plain("button-try-again"), WishButton(do=WishDo.QUOTE, id=draft.id), style="primary")
    )
    _add_several(t, keyboard, asked, draft)
    keyboard.grid([_optional_button(t, draft, choice) for choice in askable(asked, draft)], columns=2)
    keyboard.row(*_back_buttons(t, draft))
    return View(t.blocks([crumbs(t, site, draft), t.lines([why, t("nothing-spent")])]), keyboard.markup())


def crumbs(t: Texts, site: Site, draft: Draft) -> Html:
    """What is picked so far."""
    picked = crumbs_of(t, site, draft.picks)
    return picked if draft.act is None else t.lines([t("crumb-act", act=t(f"act-{draft.act}")), picked])


def crumbs_of(t: Texts, site: Site, picks: Sequence[Pick]) -> Html:
    """The site and what was picked, a line for each choice."""
    by_choice: dict[str, list[str]] = {}
    words = [pick for pick in picks if WORDS in pick.facts]
    for pick in picks:
        if pick not in words:
            by_choice.setdefault(pick.choice, []).append(picked(t, pick))
    lines = [_crumb(t, choice, names) for choice, names in by_choice.items()]
    whole = [
        t.lines([_crumb(t, pick.choice, [""]), t("record-text", text=clean(pick.name, SMS_LENGTH))])
        for pick in words
    ]
    return t.lines([t("crumb-site", site=site.name), *lines, *whole])


def _crumb(t: Texts, choice: str, names: Sequence[str]) -> Html:
    what = t(f"choices-{choice}") if len(names) > 1 else t(f"choice-{choice}")
    return t("crumb", what=what, name=", ".join(names))


def _list_text(t: Texts, site: Site, draft: Draft, choice: Choice, shelf: Shelf) -> Html:
    found = ""
    if draft.query:
        key = "list-found" if shelf.options else "list-nothing"
        found = t(key, query=draft.query, count=len(shelf.options))
    elif not shelf.total:
        found = t("list-empty", site=site.name)
    typed = t(f"list-or-type-{choice.key}") if choice.typed else ""
    hint = t("list-hint") if shelf.total > ROWS and not draft.query and not typed else ""
    stale = t("list-stale", site=site.name, at=t.date(shelf.fetched_at)) if shelf.stale else ""
    question = t.lines([t(f"choose-{choice.key}"), found, hint, typed, stale])
    return t.blocks([crumbs(t, site, draft), question])


def _page_buttons(draft: Draft, choice: Choice, page: int, pages: int) -> list[InlineKeyboardButton]:
    if pages == 1:
        return []

    def to(target: int, label: str) -> InlineKeyboardButton:
        data = WishButton(do=WishDo.LIST, id=draft.id, choice=choice.key, arg=str(target % pages))
        return button(label, data)

    return [to(page - 1, "‹"), to(page, f"{page + 1} / {pages}"), to(page + 1, "›")]


def _list_buttons(t: Texts, draft: Draft, choice: Choice, shelf: Shelf) -> list[InlineKeyboardButton]:
    def do(what: WishDo, key: str) -> InlineKeyboardButton:
        return button(t.plain(key), WishButton(do=what, id=draft.id, choice=choice.key))

    if choice.fixed:
        return []
    buttons = [do(WishDo.REFRESH, "button-refresh")]
    if draft.query:
        buttons.insert(0, do(WishDo.ALL, "button-all"))
    elif shelf.total > ROWS:
        buttons.insert(0, do(WishDo.SEARCH, "button-search"))
    return buttons


def _back_buttons(t: Texts, draft: Draft) -> list[InlineKeyboardButton]:
    return [button(t.plain("button-back"), WishButton(do=WishDo.BACK, id=draft.id)), menu_button(t)]


def _add_several(t: Texts, keyboard: Keyboard, asked: Asked, draft: Draft) -> None:
    """Where several can be picked: each can go again, and one more can be added."""
    for choice in asked.choices:
        mine = picked_of(draft, choice)
        if choice.most == 1 or not mine:
            continue
        if len(mine) > 1:
            keyboard.grid([_drop_button(t, draft, pick) for pick in mine], columns=2)
        if len(mine) < choice.most:
            more = WishButton(do=WishDo.LIST, id=draft.id, choice=choice.key, arg="0")
            name = t.plain(f"button-another-{choice.key}", count=len(mine), most=choice.most)
            keyboard.row(button(name, more))


def _drop_button(t: Texts, draft: Draft, pick: Pick) -> InlineKeyboardButton:
    data = WishButton(do=WishDo.CLEAR, id=draft.id, choice=pick.choice, arg=option_tag(pick.id))
    return button(f"✕ {picked(t, pick)}", data)


def _optional_button(
    t: Texts, draft: Draft, choice: Choice, extra: Surcharge | None = None
) -> InlineKeyboardButton:
    name = t.plain(f"choice-{choice.key}")
    picked = next((pick for pick in draft.picks if pick.choice == choice.key), None)
    if picked is not None:
        data = WishButton(do=WishDo.CLEAR, id=draft.id, choice=choice.key)
        return button(f"✕ {name}: {picked.name}", data)
    unset = t.plain(f"unset-{choice.key}")
    listed = choice.listed or choice.fixed
    data = WishButton(do=WishDo.LIST if listed else WishDo.TYPE, id=draft.id, choice=choice.key, arg="0")
    if extra is not None:
        price = t.prices(extra.low, extra.high)
        return button(t.plain("button-optional-adds", what=name, unset=unset, price=price), data)
    return button(t.plain("button-optional", what=name, unset=unset), data)


def _balance(t: Texts, balance: Decimal | None, price: Decimal) -> Html | str:
    if balance is None:
        return ""
    return t("quote-balance" if balance >= price else "quote-balance-low", balance=t.money(balance))


def _left_in_group(t: Texts, room: Room | None) -> Html | str:
    """What the share's limit that binds first leaves."""
    if room is None:
        return ""
    return t(f"quote-left-{room.span.value}", left=t.money(room.left), most=t.money(room.most))


def _lasts(t: Texts, seconds: int) -> Html:
    """How long the number will be ours, in the unit that people would use."""
    minutes = max(1, round(seconds / 60))
    if minutes % (24 * 60) == 0:
        return t("quote-lasts-days", days=minutes // (24 * 60))
    if minutes % 60 == 0:
        return t("quote-lasts-hours", hours=minutes // 60)
    return t("quote-lasts", minutes=minutes)
