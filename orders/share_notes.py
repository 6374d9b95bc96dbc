"""The log of a share, and what its owner is told of: written where money and orders move."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from orders.desk import Desk
from orders.limits import Room, Span, begin_of
from orders.private import forget
from storage import accounts, outbox, people, share_log, shares
from storage.accounts import Account
from storage.orders import Order
from storage.outbox import Kind, Letter, Priority
from storage.purchases import Purchase
from storage.share_log import Entry, Event
from storage.shares import Share

WHAT_LENGTH = 200
"""Characters of what was ordered, in the log."""

ASK_SETTLE = "ask-settle"
"""The name of the letter that asks the owner what became of a purchase."""

NO_FUNDS, ASKS_IN = "funds", "asks"
"""What the owner is told of once a day, beside limits that are nearly used up."""


async def note(
    connection: AsyncConnection,
    desk: Desk,
    share_id: str,
    event: Event,
    user_id: int | None = None,
    *,
    purchase_id: str | None = None,
    amount: Decimal | None = None,
    args: Mapping[str, object] | None = None,
) -> None:
    """Write a line into the share's log. `user_id`: who did it."""
    entry = Entry(
        share_id=share_id,
        at=desk.now(),
        event=event,
        user_id=user_id,
        name="" if user_id is None else await people.name_of(connection, user_id),
        purchase_id=purchase_id,
        amount=amount,
        args=args or {},
    )
    await share_log.add(connection, entry)


async def ordered(connection: AsyncConnection, desk: Desk, purchase: Purchase) -> None:
    """Somebody confirmed it: who, what, and the most it may cost."""
    if purchase.share_id is None:
        return
    what = ", ".join(pick.name for pick in forget(purchase.picks))
    words = {"site": purchase.site, "what": what[:WHAT_LENGTH], "act": purchase.act or ""}
    await note(
        connection, desk, purchase.share_id, Event.ORDERED, purchase.user_id,
        purchase_id=purchase.id, amount=purchase.ceiling, args=words,
    )  # fmt: skip


async def settled(
    connection: AsyncConnection,
    desk: Desk,
    purchase: Purchase,
    event: Event,
    *,
    amount: Decimal | None = None,
    user_id: int | None = None,
) -> None:
    """What came of it. `user_id`: who said so, if it was not the site."""
    if purchase.share_id is not None:
        await note(
            connection, desk, purchase.share_id, event, user_id, purchase_id=purchase.id, amount=amount
        )


async def arrived(connection: AsyncConnection, desk: Desk, order: Order) -> None:
    """A message came for an order of a share: once for all that one look brought."""
    if order.share_id is not None:
        await note(connection, desk, order.share_id, Event.CODE, purchase_id=order.purchase_id)


async def lived(connection: AsyncConnection, desk: Desk, before: Order, after: Order) -> None:
    """What happened to an order of a share: an end, money that came back."""
    if after.share_id is None:
        return
    share_id, purchase_id = after.share_id, after.purchase_id
    if before.is_open and not after.is_open:
        args = {"state": after.state.value}
        await note(connection, desk, share_id, Event.ENDED, purchase_id=purchase_id, args=args)
    if (back := after.refunded) and back != before.refunded:
        await note(connection, desk, share_id, Event.REFUNDED, purchase_id=purchase_id, amount=back)


async def acted(desk: Desk, order: Order, act: str, user_id: int) -> None:
    """Somebody pressed an act with an order of a share, and it was asked of the site."""
    if order.share_id is None:
        return
    async with desk.db.transaction() as connection:
        await note(
            connection, desk, order.share_id, Event.ACTED, user_id,
            purchase_id=order.purchase_id, args={"act": act},
        )  # fmt: skip


async def warn(connection: AsyncConnection, desk: Desk, purchase: Purchase, rooms: Sequence[Room]) -> None:
    """Tell the owner once a day or month of each limit that is nearly used up."""
    if purchase.share_id is None:
        return
    share = await shares.get(connection, purchase.share_id)
    if share is None:
        return
    for room in rooms:
        if not room.of_group or not room.is_nearly_used:
            continue
        user_id = purchase.user_id if room.span is Span.PERSON else 0
        since = begin_of(room.span, desk.now())
        if not await shares.warn_once(connection, share.id, room.span, user_id=user_id, since=since):
            continue
        args: dict[str, object] = {"span": room.span.value, "most": str(room.most), "user": user_id}
        await note(connection, desk, share.id, Event.NEARLY, amount=room.spent, args=args)
        words = {"text": f"notice-nearly-{room.span.value}", "share": share.id, "spent": str(room.spent)}
        await tell_owner(connection, desk, share, {**words, "most": str(room.most), "user": user_id})


async def short_of_funds(connection: AsyncConnection, desk: Desk, what: Purchase | Order) -> None:
    """The site says that the account has too little: its owner hears of it once a day.

    `what`: was to be bought, or something done with it. Ring the outbox's bell once it is committed.
    """
    share = None if what.share_id is None else await shares.get(connection, what.share_id)
    if share is None:
        return
    if await once_a_day(connection, desk, share.id, NO_FUNDS):
        await tell_owner(connection, desk, share, {"text": "notice-no-funds", "share": share.id})


async def once_a_day(
    connection: AsyncConnection, desk: Desk, share_id: str, what: str, *, user_id: int = 0
) -> bool:
    """Whether the owner was not told of it yet today. `user_id`: of this person."""
    today = begin_of(Span.DAY, desk.now())
    return await shares.warn_once(connection, share_id, what, user_id=user_id, since=today)


async def ask_owner(connection: AsyncConnection, desk: Desk, purchase: Purchase, *, after: int = 0) -> None:
    """Have its owner asked what became of a share's purchase without an answer, or told what has.

    `after` so many seconds, if nobody knows by then. Not where its own message is in the owner's private
    chat: that one asks. Ring the outbox's bell then.
    """
    if purchase.share_id is None:
        return
    account = await accounts.get(connection, purchase.account_id)
    if account is None or purchase.chat_id == account.owner_id:
        return
    letter = replace(
        _for_owner(account, {"text": ASK_SETTLE, "share": purchase.share_id}),
        priority=Priority.OUTCOME,
        purchase_id=purchase.id,
    )
    await outbox.put(connection, letter, desk.now_ms() + after * 1000)


async def tell_owner(
    connection: AsyncConnection, desk: Desk, share: Share, words: Mapping[str, object]
) -> None:
    """Something for the owner's private chat. Ring the outbox's bell once it is committed."""
    account = await accounts.get(connection, share.account_id)
    if account is None:
        return
    await outbox.put(connection, _for_owner(account, words), desk.now_ms())


def _for_owner(account: Account, words: Mapping[str, object]) -> Letter:
    return Letter(
        kind=Kind.NOTICE,
        priority=Priority.REST,
        user_id=account.owner_id,
        chat_id=account.owner_id,
        args=words,
    )
