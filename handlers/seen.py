"""What somebody may see of an order, in the chat where they look."""

from dataclasses import replace

from handlers.cards import facts_of
from handlers.context import Context
from handlers.payers import presumed_seat
from handlers.screen import Screen
from handlers.texts import Texts
from handlers.views import card as views
from handlers.views.card import CardFacts
from handlers.views.view import View
from orders import acts, shares
from orders.access import may_read, may_see
from orders.errors import NotYours
from storage.accounts import Account
from storage.orders import Order


async def seen_by(screen: Screen, order_id: str, context: Context) -> tuple[Order, Account]:
    """An order that this person may look at. Raises Gone, NotYours, NobodyKnows."""
    order, account = await acts.load(context.desk, order_id)
    seat = await shares.seat_of_order(context.desk, order, screen.user_id)
    if not may_see(order, account, screen.user_id, seat):
        raise NotYours
    return order, account


async def card_here(screen: Screen, order_id: str, t: Texts, context: Context) -> View:
    """The card as it is now, not as it was when the press began, for who may see it."""
    order, account = await acts.load(context.desk, order_id)
    return views.card(t, order, await facts_here(screen, order, account, context))


async def facts_here(screen: Screen, order: Order, account: Account, context: Context) -> CardFacts:
    """What its card shows here; what came to it only where all who read along may read that."""
    facts = await facts_of(context, order, account, screen.chat_id)
    return facts if await may_read_here(screen, order, account, context) else replace(facts, messages=())


def is_lent_here(screen: Screen, order: Order, account: Account) -> bool:
    """Whether others than the owner of a lent account read along: to mend the account is not theirs."""
    return order.share_id is not None and screen.chat_id != account.owner_id


async def may_read_here(screen: Screen, order: Order, account: Account, context: Context) -> bool:
    """Whether its codes may stand in this chat, for somebody who may see it."""
    async with context.desk.db.transaction() as connection:
        seat = await presumed_seat(connection, order.share_id, account, screen.user_id)
    if screen.is_private:
        return may_read(order, account, screen.user_id, seat)
    # Elsewhere more people read than where it was ordered; where only the buyer sees codes, nobody else does.
    is_open_to_all = seat is None or not seat.share.keeps_codes(order.created_at)
    return screen.chat_id == order.chat_id and is_open_to_all
