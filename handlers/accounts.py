"""/accounts: link, check, rename, replace the key, remove. Keys are typed in the private chat only."""

import asyncio
from dataclasses import replace

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.callbacks import AccountButton, AccountDo, LinkSite, Open, Page
from handlers.context import Context
from handlers.private import is_private
from handlers.screen import Screen
from handlers.texts import Html, Texts, clean_name
from handlers.typed import CREDENTIAL, LONGEST, RENAME, Typed, listen, prompt_of
from handlers.views import accounts as views
from handlers.views import failures, menu
from handlers.views.accounts import AccountFacts, BalanceLine
from handlers.views.view import View
from orders import keys
from orders.errors import BadName, Gone, Told
from providers.errors import SiteError
from providers.site import Site
from providers.words import Credential
from storage import accounts, orders, prompts
from storage.accounts import Account
from storage.people import User
from storage.prompts import Prompt
from storage.sealed import RowOwner, open_typed, seal_typed


def setup() -> Router:
    """The router."""
    router = Router(name="accounts")
    router.message.register(accounts_command, Command("accounts"))
    router.message.register(balance_command, Command("balance"))
    router.callback_query.register(open_accounts, Open.filter(F.to == Page.ACCOUNTS))
    router.callback_query.register(open_link, Open.filter(F.to == Page.LINK))
    router.callback_query.register(open_balance, Open.filter(F.to == Page.BALANCE))
    router.callback_query.register(link_site, LinkSite.filter())
    router.callback_query.register(account_button, AccountButton.filter())
    return router


async def accounts_command(message: Message, bot: Bot, user: User, t: Texts, context: Context) -> None:
    """All linked accounts."""
    screen = Screen.of_message(message, bot)
    if not await is_private(screen, t):
        return
    await screen.show(await _list(user.id, t, context))


async def open_accounts(
    query: CallbackQuery, callback_data: Open, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """All linked accounts."""
    screen = Screen.of_menu(query, bot, callback_data)
    if await is_private(screen, t):
        await screen.show(await _list(user.id, t, context, page=callback_data.page))


async def open_link(query: CallbackQuery, callback_data: Open, bot: Bot, t: Texts, context: Context) -> None:
    """At which site the account to link is."""
    screen = Screen.of_menu(query, bot, callback_data)
    if await is_private(screen, t):
        for site in context.sites.values():
            context.teasers.get(site)  # read by the time that one is chosen
        await screen.show(views.choose_site(t, list(context.sites.values())))


async def link_site(
    query: CallbackQuery, callback_data: LinkSite, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """Begin to ask for what the site wants."""
    screen = Screen.of_own_press(query, bot)
    site = context.sites.get(callback_data.site)
    if site is None:
        raise Gone("site")
    if await is_private(screen, t):
        await _ask(screen, t, context, site, args={"site": site.key}, typed={})


async def balance_command(message: Message, bot: Bot, user: User, t: Texts, context: Context) -> None:
    """All balances at once."""
    screen = Screen.of_message(message, bot)
    if await is_private(screen, t):
        await screen.slow(t, _balances(user.id, t, context))


async def open_balance(
    query: CallbackQuery, callback_data: Open, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """All balances at once."""
    screen = Screen.of_menu(query, bot, callback_data)
    if await is_private(screen, t):
        await screen.slow(t, _balances(user.id, t, context))


async def account_button(
    query: CallbackQuery, callback_data: AccountButton, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """Something with one account."""
    screen = Screen.of_press(query, bot)
    account = await keys.own(context.desk, callback_data.id, user.id)
    if not await is_private(screen, t):
        return
    facts = await _facts(account, context)
    match callback_data.do:
        case AccountDo.SHOW:
            await screen.show(views.account_page(t, account, facts))
        case AccountDo.CHECK:
            await screen.slow(t, _check(account, facts, t, context))
        case AccountDo.RENAME:
            await _ask_name(screen, t, context, account)
        case AccountDo.KEY:
            await _ask(
                screen, t, context, facts.site, args={"site": account.site, "account": account.id}, typed={}
            )
        case AccountDo.REMOVE:
            await screen.show(views.ask_remove(t, account, facts))
        case AccountDo.REMOVE_SURE:
            await keys.remove(context.desk, account)
            await screen.answer(t.plain("toast-unlinked"))
            await screen.show(await _list(user.id, t, context))


async def take_credential(typed: Typed) -> None:
    """A key (or user name) was typed: delete the message, check it at the site, link or ask again."""
    t, context, args = typed.t, typed.context, typed.prompt.args
    deleted = await typed.screen.delete(typed.message.message_id)
    site = context.sites[args["site"]]
    so_far = _typed_so_far(typed, context)
    wanted = next(one for one in site.credentials if one.key not in so_far)
    screen = typed.screen.at(args["menu"])
    if not wanted.pattern.fullmatch(typed.text):
        problem = t("credential-odd", site=site.name)
        await _ask(screen, t, context, site, args=dict(args), typed=so_far, problem=problem, old=typed.prompt)
        return
    so_far[wanted.key] = typed.text
    if any(one.key not in so_far for one in site.credentials):
        await _ask(screen, t, context, site, args=dict(args), typed=so_far, old=typed.prompt)
        return
    async with context.desk.db.transaction() as connection:
        await prompts.drop(connection, typed.prompt.chat_id, typed.user.id)
    await screen.delete(typed.prompt.message_id)
    warning = None if deleted else t("key-not-deleted")
    await screen.slow(t, _link(typed, site, so_far, warning))


async def take_name(typed: Typed) -> None:
    """A new name for an account."""
    t, context = typed.t, typed.context
    account = await keys.own(context.desk, typed.prompt.args["account"], typed.user.id)
    await typed.screen.delete(typed.message.message_id)
    screen = typed.screen.at(typed.prompt.args["menu"])
    try:
        await keys.rename(context.desk, account, clean_name(typed.text, LONGEST))
    except BadName as error:
        await screen.show(View(failures.told(t, error)))
        await _ask_name(screen, t, context, account, old=typed.prompt)
        return
    async with context.desk.db.transaction() as connection:
        await prompts.drop(connection, typed.prompt.chat_id, typed.user.id)
    await screen.delete(typed.prompt.message_id)
    renamed = await context.desk.account(account.id)
    await screen.show(views.account_page(t, renamed, await _facts(renamed, context)))


async def _link(typed: Typed, site: Site, credentials: dict[str, str], warning: Html | None) -> View:
    """Check and store; the account's page, or why not and how to go on."""
    t, context, args = typed.t, typed.context, typed.prompt.args
    try:
        if "account" in args:
            account = await keys.own(context.desk, args["account"], typed.user.id)
            await keys.replace_key(context.desk, account, credentials)
            notice = t("key-replaced")
        else:
            account = await keys.link(context.desk, typed.user.id, site.key, credentials)
            notice = t("linked", site=site.name)
    except (SiteError, Told) as error:
        why = (
            failures.site_error(t, error, site.name)
            if isinstance(error, SiteError)
            else failures.told(t, error)
        )
        if "account" in args:  # the old key stays
            return await _kept(typed, args["account"], t.lines([why, warning or ""]))
        page = views.choose_site(t, [site])
        return View(t.blocks([why, t("link-again"), warning or ""]), page.keyboard)
    account = await context.desk.account(account.id)
    notices = t.lines([notice, warning or ""])
    return views.account_page(t, account, await _facts(account, context), notice=notices)


async def _kept(typed: Typed, account_id: str, why: Html) -> View:
    """The account's page as it was, with what went wrong."""
    account = await typed.context.desk.account(account_id)
    if account.removed_at is not None:
        return View(why, menu.home(typed.t))
    return views.account_page(typed.t, account, await _facts(account, typed.context), notice=why)


async def _ask(
    screen: Screen,
    t: Texts,
    context: Context,
    site: Site,
    *,
    args: dict[str, object],
    typed: dict[str, str],
    problem: Html | None = None,
    old: Prompt | None = None,
) -> None:
    """Ask for the site's next credential."""
    wanted: Credential = next(one for one in site.credentials if one.key not in typed)
    cheapest = () if "account" in args else context.teasers.get(site)
    view = views.ask_credential(t, site, wanted, problem=problem, cheapest=cheapest)
    sealed = seal_typed(context.desk.vault, _prompt_owner(screen.chat_id, screen.user_id), typed)
    given = {**args, "menu": screen.message_id or 0}
    prompt = prompt_of(screen, context, CREDENTIAL, given, sealed=sealed)

    async def ask() -> Prompt:
        menu_id = await screen.show(view)
        if old is not None:
            await screen.delete(old.message_id)
        question = await screen.ask(t(f"paste-{wanted.key}"), t.plain(f"placeholder-{wanted.key}"))
        return replace(prompt, message_id=question, args={**prompt.args, "menu": menu_id})

    await listen(screen, context, prompt, ask)


async def _ask_name(
    screen: Screen, t: Texts, context: Context, account: Account, *, old: Prompt | None = None
) -> None:
    await screen.answer()
    if old is not None:
        await screen.delete(old.message_id)
    prompt = prompt_of(screen, context, RENAME, {"account": account.id, "menu": screen.message_id})

    async def ask() -> Prompt:
        question = await screen.ask(t("ask-name", name=account.name), t.plain("placeholder-name"))
        return replace(prompt, message_id=question)

    await listen(screen, context, prompt, ask)


def _typed_so_far(typed: Typed, context: Context) -> dict[str, str]:
    if typed.prompt.sealed is None:
        return {}
    owner = _prompt_owner(typed.prompt.chat_id, typed.prompt.user_id)
    return open_typed(context.desk.vault, owner, typed.prompt.sealed)


def _prompt_owner(chat_id: int, user_id: int) -> RowOwner:
    return RowOwner(row=str(chat_id), owner=str(user_id), site="")


async def _check(account: Account, facts: AccountFacts, t: Texts, context: Context) -> View:
    try:
        await keys.check(context.desk, account)
        notice = t("account-checked")
    except SiteError as error:
        notice = failures.site_error(t, error, facts.site.name)
    return views.account_page(t, await context.desk.account(account.id), facts, notice=notice)


async def _list(user_id: int, t: Texts, context: Context, *, page: int = 0) -> View:
    async with context.desk.db.transaction() as connection:
        mine = await accounts.of_owner(connection, user_id)
    return views.account_list(t, mine, context.sites, page=page)


async def _facts(account: Account, context: Context) -> AccountFacts:
    async with context.desk.db.transaction() as connection:
        open_orders = await orders.open_of_account(connection, account.id)
    return AccountFacts(
        site=context.desk.site(account),
        hook_url=context.hook_url(account),
        open_orders=len(open_orders),
    )


async def _balances(user_id: int, t: Texts, context: Context) -> View:
    async with context.desk.db.transaction() as connection:
        mine = await accounts.of_owner(connection, user_id)
    if not mine:
        return views.account_list(t, mine, context.sites)

    async def ask(account: Account) -> BalanceLine:
        try:
            return BalanceLine(account, await keys.check(context.desk, account))
        except SiteError as error:
            return BalanceLine(account, error)

    return views.balances(t, await asyncio.gather(*map(ask, mine)), context.sites)
