"""Linked accounts: the list, linking, one account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from handlers.callbacks import (
    AccountButton,
    AccountDo,
    Cancel,
    JournalButton,
    JournalOf,
    LinkSite,
    NewWish,
    Open,
    Page,
    ShareButton,
    ShareDo,
)
from handlers.keyboard import Keyboard, button, copy_button, label, link_button, page_buttons
from handlers.texts import Html, Texts
from handlers.views.menu import menu_button
from handlers.views.names import service
from handlers.views.view import View, page_of
from providers.errors import SiteError
from providers.site import Site
from providers.words import Credential, Option
from storage.accounts import Account


def account_list(t: Texts, accounts: Sequence[Account], sites: Mapping[str, Site], *, page: int = 0) -> View:
    """A person's accounts, a page at a time, with the balances last seen."""
    keyboard, shown = Keyboard(), page_of(accounts, page)
    for account in shown.entries:
        name = account_label(t, account, sites[account.site])
        keyboard.row(button(name, AccountButton(do=AccountDo.SHOW, id=account.id)))
    keyboard.row(*page_buttons(Page.ACCOUNTS, shown.page, shown.pages))
    keyboard.row(
        button(t.plain("button-link"), Open(to=Page.LINK), style=None if accounts else "success"),
        menu_button(t),
    )
    return View(t("accounts" if accounts else "accounts-none"), keyboard.markup())


def choose_site(t: Texts, sites: Sequence[Site]) -> View:
    """At which site the account to link is."""
    keyboard = Keyboard().grid([button(site.name, LinkSite(site=site.key)) for site in sites], columns=2)
    return View(t("link-choose-site"), keyboard.row(menu_button(t)).markup())


MOST_TEASED = 5


def ask_credential(
    t: Texts,
    site: Site,
    credential: Credential,
    *,
    problem: Html | None = None,
    cheapest: Sequence[Option] = (),
) -> View:
    """What to type, and where it is found; below it what the site sells from how little."""
    ask = t(f"ask-{credential.key}", site=site.name)
    where = t(f"where-{site.key}")
    safe = t("ask-safe") if credential.secret else ""
    keyboard = (
        Keyboard()
        .row(link_button(t.plain("button-open-site", site=site.name), site.home))
        .row(button(t.plain("button-cancel"), Cancel()))
    )
    prices = [
        t("teaser-line", service=service(option.name), price=t.money(option.price))
        for option in cheapest[:MOST_TEASED]
        if option.price is not None
    ]
    teaser = t.lines([t("teaser", site=site.name), *prices]) if prices else ""
    return View(t.blocks([problem or "", t.lines([ask, where]), safe, teaser]), keyboard.markup())


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What is shown of one account beside its row."""

    site: Site
    hook_url: str | None
    open_orders: int


def account_page(t: Texts, account: Account, facts: AccountFacts, *, notice: Html | None = None) -> View:
    """One account: its balance, its webhook address, what can be done."""
    show = AccountButton
    keyboard = Keyboard().row(
        button(t.plain("button-order-here"), NewWish(account=account.id), style="success"),
    )
    if facts.hook_url and len(facts.hook_url) <= 256:
        keyboard.row(copy_button(t.plain("button-copy-hook"), facts.hook_url))
    keyboard.grid(
        [
            button(
                t.plain(f"journal-{journal.key}"),
                JournalButton(of=JournalOf.ACCOUNT, id=account.id, key=journal.key),
            )
            for journal in facts.site.journals
        ],
        columns=2,
    )
    keyboard.row(button(t.plain("button-share-open"), ShareButton(do=ShareDo.LIST)))
    keyboard.row(
        button(t.plain("button-check"), show(do=AccountDo.CHECK, id=account.id)),
        button(t.plain("button-rename"), show(do=AccountDo.RENAME, id=account.id)),
    )
    keyboard.row(
        button(t.plain("button-replace-key"), show(do=AccountDo.KEY, id=account.id)),
        button(t.plain("button-unlink"), show(do=AccountDo.REMOVE, id=account.id), style="danger"),
    )
    keyboard.row(button(t.plain("button-accounts"), Open(to=Page.ACCOUNTS)), menu_button(t))
    return View(_account_text(t, account, facts, notice), keyboard.markup())


def ask_remove(t: Texts, account: Account, facts: AccountFacts) -> View:
    """Unlinking asks once."""
    keyboard = (
        Keyboard()
        .row(
            button(
                t.plain("button-unlink-sure"),
                AccountButton(do=AccountDo.REMOVE_SURE, id=account.id),
                style="danger",
            )
        )
        .row(button(t.plain("button-keep"), AccountButton(do=AccountDo.SHOW, id=account.id)))
    )
    text = t("unlink-ask", name=account.name, site=facts.site.name, open=facts.open_orders)
    return View(text, keyboard.markup())


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One account's answer: a balance, or why there is none."""

    account: Account
    balance: Decimal | SiteError


MOST_BALANCES = 30
"""Balances in one message: more lines would pass its limit."""


def balances(t: Texts, lines: Sequence[BalanceLine], sites: Mapping[str, Site]) -> View:
    """All balances, each fresh or with the reason why not."""
    rows = []
    for line in lines[:MOST_BALANCES]:
        name = account_name(t, line.account.name, sites[line.account.site])
        if isinstance(line.balance, SiteError):
            rows.append(t("balance-failed", name=name, why=t(f"short-{line.balance.code}")))
        else:
            rows.append(t("balance-line", name=name, balance=t.money(line.balance)))
    keyboard = Keyboard().row(button(t.plain("button-refresh"), Open(to=Page.BALANCE)), menu_button(t))
    return View(t.blocks([t("balance-title"), t.lines(rows)]), keyboard.markup())


def account_label(t: Texts, account: Account, site: Site) -> str:
    """An account on its button: its name, its site unless the name tells it, the balance last seen."""
    mark = "" if account.key_ok else "⚠️ "
    where = "" if _tells_site(account.name, site) else site.name
    return label(f"{mark}{account.name}", where, "" if account.balance is None else t.money(account.balance))


def account_name(t: Texts, name: str, site: Site) -> Html:
    """An account in a text: its name, and its site unless the name tells it."""
    return t("account-name" if _tells_site(name, site) else "account-name-at", name=name, site=site.name)


def _tells_site(name: str, site: Site) -> bool:
    return name.startswith(site.name)


def _account_text(t: Texts, account: Account, facts: AccountFacts, notice: Html | None) -> Html:
    balance = ""
    if account.balance is not None and account.balance_at is not None:
        balance = t("account-balance", balance=t.money(account.balance), at=t.date(account.balance_at))
    hook = proven = ""
    if facts.hook_url:
        hook = t("account-hook", url=facts.hook_url, site=facts.site.name)
        proven = t("account-hook-works") if account.hook_seen_at else ""
    title = t("account-title", account=account_name(t, account.name, facts.site))
    bad_key = "" if account.key_ok else t("account-bad-key")
    return t.blocks([notice or "", t.lines([title, balance, bad_key]), t.lines([hook, proven])])
