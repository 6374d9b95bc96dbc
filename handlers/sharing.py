"""/share: lending an account to a group, the rules of that, and its end."""

from dataclasses import replace
from typing import TypeVar

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from aiogram.utils.deep_linking import create_startgroup_link

from handlers.callbacks import BELOW, ON, ShareButton, ShareDo
from handlers.context import Context
from handlers.private import way_to_private
from handlers.screen import Screen
from handlers.share_seats import labels, lent, page_number, seats_here, sit, titles
from handlers.texts import Html, Texts
from handlers.views import share as views
from handlers.views.share import SharePage
from handlers.views.view import View
from orders import keys
from orders import shares as sharing
from orders.access import Right, Seat
from orders.errors import AlreadyShared, Gone
from storage import accounts, shares
from storage.shares import Codes, Who

SHARE_LINK = "share"
"""What Telegram's choice of a group says there: /start share."""

Rule = TypeVar("Rule", Who, Codes)

HERE = frozenset(ShareDo) - {ShareDo.LIMITS, ShareDo.CAP, ShareDo.LIFT}


def setup() -> Router:
    """The router."""
    router = Router(name="sharing")
    router.message.register(share_command, Command("share"))
    router.callback_query.register(share_button, ShareButton.filter(F.do.in_(HERE)))
    return router


async def share_command(message: Message, bot: Bot, t: Texts, context: Context) -> None:
    """What is shared, and what could be."""
    screen = Screen.of_message(message, bot)
    await screen.show(await _list(screen, t, context))


async def share_button(
    query: CallbackQuery, callback_data: ShareButton, bot: Bot, t: Texts, context: Context
) -> None:
    """Something with one share. Who may is asked anew at each press."""
    if callback_data.do is ShareDo.LIST and callback_data.arg == BELOW:
        screen = Screen.of_press(query, bot, below=True)
        await screen.show(await _list(screen, t, context))
        return
    screen = Screen.of_own_press(query, bot)
    if callback_data.do is ShareDo.LIST:
        page = page_number(callback_data.arg)
        await screen.show(await _list(screen, t, context, page=page))
    elif callback_data.do is ShareDo.BEGIN:
        await screen.show(await _begin(screen, t, context, callback_data.id))
    else:
        await screen.show(await _about(screen, t, context, callback_data))


async def _about(screen: Screen, t: Texts, context: Context, data: ShareButton) -> View:
    """Look at a share, or change its rules."""
    match data.do:
        case ShareDo.WHO | ShareDo.CODES | ShareDo.ADMINS | ShareDo.TOPIC:
            return await _rule(screen, t, context, data, await sit(context, screen, data.id, Right.RULE))
        case ShareDo.STOP | ShareDo.STOP_SURE:
            return await _stop(screen, t, context, data, await sit(context, screen, data.id, Right.END))
        case _:
            return await _page(screen, t, context, await sit(context, screen, data.id))


async def _rule(screen: Screen, t: Texts, context: Context, data: ShareButton, seat: Seat) -> View:
    """One of the owner's rules: what can be chosen, or what was."""
    if not data.arg and data.do in {ShareDo.WHO, ShareDo.CODES}:
        return await _choice(t, context, data.do, seat)
    desk, user_id = context.desk, screen.user_id
    match data.do:
        case ShareDo.WHO:
            await sharing.change(desk, data.id, user_id, who=_chosen(Who, data.arg))
        case ShareDo.CODES:
            await sharing.change(desk, data.id, user_id, codes=_chosen(Codes, data.arg))
        case ShareDo.ADMINS:
            await sharing.change(desk, data.id, user_id, admins_act=data.arg == ON)
        case _:
            await sharing.set_topic(desk, data.id, _topic(screen) if data.arg == ON else None, user_id)
    return await _page(screen, t, context, seat)


async def _choice(t: Texts, context: Context, do: ShareDo, seat: Seat) -> View:
    if do is ShareDo.CODES:
        return views.ask_codes(t, seat.share)
    async with context.desk.db.transaction() as connection:
        called = await titles(connection, context, t, seat)
    return views.ask_who(t, seat.share, called.account)


async def _stop(screen: Screen, t: Texts, context: Context, data: ShareButton, seat: Seat) -> View:
    """End it: asked once."""
    async with context.desk.db.transaction() as connection:
        called = await titles(connection, context, t, seat)
    if data.do is ShareDo.STOP:
        return views.ask_stop(t, seat.share, called.account, called.group)
    await sharing.stop(context.desk, data.id, screen.user_id)
    done = t("share-stopped", account=called.account, group=called.group)
    return await _list(screen, t, context, notice=done)


async def _begin(screen: Screen, t: Texts, context: Context, account_id: str) -> View:
    """Share an account here; shared twice, its page is what was wanted."""
    if screen.is_private:
        raise Gone("group")
    account = await keys.own(context.desk, account_id, screen.user_id)
    notice = None
    try:
        share_id = (await sharing.begin(context.desk, account, screen.chat_id, screen.user_id)).id
        notice = t("share-begun")
    except AlreadyShared:
        share_id = await _shared_here(context, account_id, screen.chat_id)
    return await _page(screen, t, context, await sit(context, screen, share_id), notice=notice)


async def _shared_here(context: Context, account_id: str, chat_id: int) -> str:
    async with context.desk.db.transaction() as connection:
        for share in await shares.of_account(connection, account_id):
            if share.chat_id == chat_id:
                return share.id
    raise Gone("share")


async def _page(
    screen: Screen, t: Texts, context: Context, seat: Seat, *, notice: Html | None = None
) -> View:
    """The share as its rows are now."""
    async with context.desk.db.transaction() as connection:
        share = await shares.get(connection, seat.share.id)
        if share is None:
            raise Gone("share")
        called = await titles(connection, context, t, seat)
        caps = await shares.caps(connection, share.id)
        people = await shares.members(connection, share.id)
    facts = SharePage(
        seat=replace(seat, share=share),
        account=called.account,
        group=called.group,
        caps=caps,
        asking=sum(one.role is None for one in people),
        thread_id=_topic(screen),
    )
    return views.page(t, facts, notice=notice)


async def _list(
    screen: Screen, t: Texts, context: Context, *, page: int = 0, notice: Html | None = None
) -> View:
    """In a group its shares and the person's other accounts; in private the person's shares."""
    async with context.desk.db.transaction() as connection:
        own = await accounts.of_owner(connection, screen.user_id)
    if screen.is_private:
        link = await create_startgroup_link(screen.bot, SHARE_LINK) if own else None
        shared = labels(t, await lent(context, screen.user_id))
        return views.mine(t, shared, link, page=page, notice=notice)
    seats = await seats_here(context, screen)
    taken = {seat.account.id for seat in seats}
    unshared = [account for account in own if account.id not in taken]
    if not seats and not unshared:
        keyboard = await way_to_private(screen.bot, t)
        return View(t.blocks([notice or "", t("share-here-none")]), keyboard)
    return views.here(t, seats, unshared, page=page, notice=notice)


def _chosen(kind: type[Rule], word: str) -> Rule:
    """Raises Gone for what was never on a button."""
    try:
        return kind(word)
    except ValueError:
        raise Gone("choice") from None


def _topic(screen: Screen) -> int | None:
    """The group's topic that somebody is in: those of a private chat are no place for a group's cards."""
    return None if screen.is_private else screen.thread_id
