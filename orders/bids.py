"""Bids for numbers that are not free yet. What becomes of them is told, once for all of one purchase."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from orders.desk import Desk
from providers.words import State
from storage import orders, outbox
from storage.orders import Order
from storage.outbox import Kind, Letter, Priority

NOTICES: Mapping[State, tuple[str, Priority]] = {
    State.WAITING: ("notice-bid-won", Priority.CODE),  # its time runs: somebody has to use the number now
    State.EXPIRED: ("notice-bid-unfilled", Priority.REST),
}
"""What to tell. A bid that brought a number and its code in one look rings with the code."""


def has_won(before: Order, state: State) -> bool:
    """Whether a bid brought its number: its time begins only now."""
    return before.state is State.BIDDING and state in {State.WAITING, State.RECEIVED}


async def settle(connection: AsyncConnection, desk: Desk, before: Order, after: Order) -> Sequence[Order]:
    """Tell of a bid that is over. Bids of the same purchase that go on: their cards speak of it too."""
    if before.state is not State.BIDDING or after.state is State.BIDDING:
        return ()
    others = [one for one in await orders.of_same_purchase(connection, after) if one.id != after.id]
    notice = NOTICES.get(after.state)
    if notice is not None and not any(_says_the_same(other, after) for other in others):
        letter = Letter(
            kind=Kind.NOTICE, priority=notice[1], user_id=after.user_id, chat_id=after.chat_id,
            thread_id=after.thread_id, order_id=after.id, args={"text": notice[0]},
        )  # fmt: skip
        await outbox.put(connection, letter, desk.now_ms())
    return [other for other in others if other.state is State.BIDDING]


def _says_the_same(other: Order, order: Order) -> bool:
    """Whether its end was told already: bids of one purchase win one number, or are given up together."""
    return other.number == order.number if order.number else other.state is order.state
