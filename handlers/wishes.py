"""Wishes as rows: made, and found again by what a button says. Checked at every press."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.context import Context
from handlers.payers import Payer, may_pay, presumed_seat
from handlers.screen import Screen
from orders.access import Seat, may_act
from orders.errors import Gone, NotYours
from providers.words import Act
from storage import accounts, drafts, orders, shares
from storage.accounts import Account
from storage.db import new_id
from storage.drafts import Draft, Pick
from storage.orders import Order


@dataclass(frozen=True, slots=True)
class Wish:
    """A draft with what it is about. `order`: the one that a wish for an act is about."""

    draft: Draft
    account: Account
    order: Order | None = None


async def by_id(screen: Screen, context: Context, draft_id: str) -> Wish:
    """The wish of a menu's button. Raises Gone, NotYours, MayNot."""
    async with context.desk.db.transaction() as connection:
        return await _checked(connection, screen, context, await drafts.get(connection, draft_id))


async def by_token(screen: Screen, context: Context, token: str) -> Wish:
    """The wish of a Buy button. Raises Gone, NotYours, MayNot."""
    async with context.desk.db.transaction() as connection:
        return await _checked(connection, screen, context, await drafts.get_by_token(connection, token))


async def make(
    screen: Screen,
    context: Context,
    payer: Payer,
    line: str,
    *,
    picks: tuple[Pick, ...] = (),
    about: tuple[str, Order] | None = None,
) -> Wish:
    """A wish that is stored. `about`: an act and the order it is for."""
    act, order = about or (None, None)
    draft = Draft(
        id=new_id(),
        user_id=screen.user_id,
        chat_id=screen.chat_id,
        thread_id=screen.thread_id,
        card_id=screen.message_id,
        account_id=payer.account.id,
        line=line,
        picks=picks,
        asking=None,
        query="",
        page=0,
        low=None,
        high=None,
        quoted_at=None,
        token=None,
        act=act,
        order_id=order.id if order else None,
        created_at=context.desk.now(),
        share_id=payer.share_id,
    )
    async with context.desk.db.transaction() as connection:
        await drafts.add(connection, draft)
    return Wish(draft, payer.account, order)


async def _checked(
    connection: AsyncConnection, screen: Screen, context: Context, draft: Draft | None
) -> Wish:
    """Whose it is, and where. Telegram is not asked here: Buy asks who is still in the group."""
    if draft is None or draft.chat_id != screen.chat_id:
        raise Gone("draft")
    if draft.user_id != screen.user_id:
        raise NotYours
    account = await accounts.get(connection, draft.account_id)
    order = await orders.get(connection, draft.order_id) if draft.order_id else None
    if account is None or (draft.act is not None and order is None):
        raise Gone("draft")
    if order is not None:
        seat = await presumed_seat(connection, order.share_id, account, draft.user_id)
        by_its_share = await presumed_seat(connection, order.share_id, account, draft.user_id)
        if not may_act(order, account, draft.user_id, by_its_share):
            raise NotYours
        asked = context.desk.asked(account, draft.line, draft.act)
        if isinstance(asked, Act) and asked.effect.costs:
            may_pay(account, draft.user_id, seat if draft.share_id is not None else None)
        return Wish(draft, account, order)
    seat = await presumed_seat(connection, draft.share_id, account, draft.user_id)
    may_pay(account, draft.user_id, seat)
    if not await _is_paid_here(connection, draft, seat):
        raise Gone("draft")
    return Wish(draft, account)


async def _is_paid_here(connection: AsyncConnection, draft: Draft, seat: Seat | None) -> bool:
    """A share lends in its own group alone; what has been lent there meanwhile goes by the share."""
    if draft.share_id is not None:
        return seat is not None and seat.share.chat_id == draft.chat_id
    is_private = draft.chat_id == draft.user_id
    return is_private or not await shares.is_lent(connection, draft.account_id, draft.chat_id)
