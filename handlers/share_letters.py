"""What people are told of a share unasked: mostly its owner, in private. Drawn from the rows as they are."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.callbacks import Open, Page, ShareButton, ShareDo
from handlers.context import Context
from handlers.keyboard import Keyboard, button
from handlers.share_seats import Titles, titles_of
from handlers.texts import Html, Texts, given_name
from handlers.views import menu
from handlers.views import outcome as outcome_views
from handlers.views import share_members as member_views
from handlers.views.view import View
from orders.share_notes import ASK_SETTLE
from providers.site import Site
from storage import accounts, outbox, people, purchases, shares
from storage.outbox import Queued
from storage.purchases import Outcome
from storage.shares import Share


@dataclass(frozen=True, slots=True)
class _About:
    """What such a letter is drawn from."""

    connection: AsyncConnection
    t: Texts
    letter: Queued
    share: Share
    called: Titles
    site: Site

    def arg(self, name: str) -> str:
        """What the letter says."""
        return str(self.letter.args.get(name, ""))

    async def name_of(self, user_id: int) -> str:
        """What somebody is called now."""
        name = await people.name_of(self.connection, user_id)
        return given_name(name) or self.t.plain("share-somebody")


async def draw(connection: AsyncConnection, context: Context, t: Texts, letter: Queued) -> View | None:
    """The letter as it is true now. None: there is nothing to tell any more."""
    share = await shares.get(connection, str(letter.args["share"]))
    account = await accounts.get(connection, share.account_id) if share else None
    if share is None or account is None:
        return None
    called = await titles_of(connection, context, t, share, account)
    key = str(letter.args["text"])
    return await _DRAWN[key](_About(connection, t, letter, share, called, context.desk.site(account)))


async def stands_at(connection: AsyncConnection, letter: Queued) -> int | None:
    """The message that says what the letter would say, which is edited then. None: it is a new one."""
    if letter.purchase_id is None:
        return None
    return await outbox.told_of(connection, letter.chat_id, letter.purchase_id)


async def _asks_in(about: _About) -> View | None:
    """Only as long as they wait."""
    member = await shares.member(about.connection, about.share.id, int(about.letter.args["user"]))
    if not about.share.is_active or member is None or member.role is not None:
        return None
    return member_views.asks_in(about.t, about.share.id, member, about.called.account, about.called.group)


async def _let_in(about: _About) -> View | None:
    """In the group, to who had asked."""
    if not about.share.is_active:
        return None
    user_id = int(about.letter.args["who"])
    name = escape(await about.name_of(user_id), quote=False)
    who = Html(f'<a href="tg://user?id={user_id}">{name}</a>')
    return View(about.t("notice-let-in", who=who, account=about.called.account))


async def _nearly(about: _About) -> View | None:
    """Most of a limit is spent."""
    if not about.share.is_active:
        return None
    t, span = about.t, about.arg("text").removeprefix("notice-nearly-")
    text = t(
        f"notice-nearly-{span}",
        group=about.called.group,
        account=about.called.account,
        name=await about.name_of(int(about.letter.args["user"])),
        spent=t.money(Decimal(about.arg("spent"))),
        most=t.money(Decimal(about.arg("most"))),
    )
    look = ShareButton(do=ShareDo.LIMITS, id=about.share.id)
    return View(
        text, Keyboard().row(button(t.plain("button-share-limits"), look), menu.menu_button(t)).markup()
    )


async def _settle(about: _About) -> View | None:
    """What became of a purchase: asked as long as nobody knows, and told to who was asked."""
    purchase = await purchases.get(about.connection, about.letter.purchase_id or "")
    if purchase is None or purchase.chat_id == about.letter.chat_id:
        return None
    if purchase.state is not Outcome.UNKNOWN and await stands_at(about.connection, about.letter) is None:
        return None
    who, called = await about.name_of(purchase.user_id), about.called
    return outcome_views.ask_owner(
        about.t, about.site, purchase, who=who, group=called.group, account=called.account
    )


async def _no_funds(about: _About) -> View | None:
    """An order of the group was refused for that."""
    if not about.share.is_active:
        return None
    t, called = about.t, about.called
    text = t("notice-no-funds", site=about.site.name, group=called.group, account=called.account)
    return View(text, menu.home(t))


async def _topic_gone(about: _About) -> View | None:
    """Only as long as no other was chosen."""
    if not about.share.is_active or about.share.thread_id is not None:
        return None
    t, called = about.t, about.called
    return View(t("notice-topic-gone", group=called.group, account=called.account), menu.home(t))


async def _handed_over(about: _About) -> View | None:
    t = about.t
    text = t(
        "notice-handed-over",
        name=given_name(about.arg("name")) or t.plain("share-somebody"),
        count=int(about.letter.args["count"]),
        group=about.called.group,
        account=about.called.account,
    )
    orders = button(t.plain("button-orders-plain"), Open(to=Page.ORDERS))
    return View(text, Keyboard().row(orders, menu.menu_button(t)).markup())


async def _ended(about: _About) -> View | None:
    t, why = about.t, about.arg("text").removeprefix("notice-share-ended-")
    text = t(
        f"notice-share-ended-{why}",
        name=given_name(about.arg("name")) or t.plain("share-somebody"),
        group=about.called.group,
        account=about.called.account,
    )
    return View(text, menu.home(t))


_DRAWN: Mapping[str, Callable[[_About], Awaitable[View | None]]] = {
    "notice-asks-in": _asks_in,
    "notice-let-in": _let_in,
    "notice-nearly-person": _nearly,
    "notice-nearly-day": _nearly,
    "notice-nearly-month": _nearly,
    "notice-handed-over": _handed_over,
    ASK_SETTLE: _settle,
    "notice-no-funds": _no_funds,
    "notice-topic-gone": _topic_gone,
    "notice-share-ended-owner-left": _ended,
    "notice-share-ended-admin": _ended,
    "notice-share-ended-bot-removed": _ended,
    "notice-share-ended-unlinked": _ended,
    "notice-share-ended-group-gone": _ended,
}
