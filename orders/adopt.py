"""Orders that were made elsewhere: watched from now on as if they were bought here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from orders import inbox, match, settle
from orders.access import may_order
from orders.desk import Desk
from orders.errors import Gone, NotNow, NotYours
from providers.site import OrderRef, Seen
from providers.words import State
from storage import orders, purchases
from storage.accounts import Account
from storage.db import new_id
from storage.drafts import Pick
from storage.orders import Order
from storage.purchases import Outcome, Purchase


@dataclass(frozen=True, slots=True)
class ChatPlace:
    """Where the order's card and its codes will stand."""

    chat_id: int
    thread_id: int | None = None


async def foreign(desk: Desk, account: Account, seen: Sequence[Seen]) -> set[str]:
    """Of these orders the ids of those that are open and not ours."""
    open_ids = [one.id for one in seen if one.state.is_open]
    if not open_ids:
        return set()
    async with desk.db.transaction() as connection:
        return set(open_ids) - await orders.known_site_ids(connection, account.id, open_ids)


async def adopt(
    desk: Desk, account: Account, line: str, seen: Seen, *, user_id: int, place: ChatPlace
) -> Order:
    """Watch this order from now on. Nothing is bought, no money is reserved; twice is one order.

    Messages that it has already are kept without a ring. If a purchase without an answer can have made it,
    that purchase is settled with it instead.
    Raises NotYours, Gone (no such line), NotNow (it is over), SiteError.
    """
    if not may_order(account, user_id):
        raise NotYours
    desk.line(account, line)
    if (known := await _known(desk, account, seen.id)) is not None:
        return known
    fresh = await _look(desk, account, line, seen)
    async with desk.buying[account.id]:
        if (known := await _known(desk, account, seen.id)) is not None:
            return known  # a second tap, or the answer of the purchase that made it, was quicker
        lost = await _lost(desk, account, line, fresh)
        if lost is not None:
            await settle.placed(desk, lost, [fresh])
        else:
            purchase = _purchase(desk, account, line, fresh, user_id=user_id, place=place)
            async with desk.db.transaction() as connection:
                await _write(connection, desk, purchase, fresh)
    desk.bells.watcher.set()
    desk.bells.outbox.set()
    adopted = await _known(desk, account, seen.id)
    if adopted is None:
        raise Gone("order")
    return adopted


async def _look(desk: Desk, account: Account, line: str, seen: Seen) -> Seen:
    """The order as it is now; what only the list told is kept. Raises NotNow, SiteError."""
    ref = OrderRef(
        id=seen.id,
        line=line,
        picks=seen.picks,
        state=seen.state,
        number=seen.number,
        expires_at=seen.expires_at,
        facts=seen.facts,
    )
    now = await desk.site(account).look(desk.credentials(account), ref)
    if not now.state.is_open:
        raise NotNow
    told = {
        name: own if (own := getattr(now, name)) is not None else getattr(seen, name)
        for name in ("number", "expires_at", "price", "created_at")
    }
    picks, names = {**seen.picks, **now.picks}, {**seen.names, **now.names}
    return replace(now, picks=picks, names=names, facts={**seen.facts, **now.facts}, **told)


async def _known(desk: Desk, account: Account, site_id: str) -> Order | None:
    async with desk.db.transaction() as connection:
        return await orders.get_by_site_id(connection, account.id, site_id)


async def _lost(desk: Desk, account: Account, line: str, seen: Seen) -> Purchase | None:
    """The oldest purchase without an answer that can have made it."""
    async with desk.db.transaction() as connection:
        unknown = await purchases.unknown_of_account(connection, account.id)
    fitting = (one for one in unknown if one.line == line and one.act is None and match.can_be(one, seen))
    return next(fitting, None)


async def _write(connection: AsyncConnection, desk: Desk, purchase: Purchase, seen: Seen) -> None:
    if await orders.get_by_site_id(connection, purchase.account_id, seen.id) is not None:
        return  # a second tap was quicker
    if not await purchases.claim(connection, purchase):
        raise Gone("order")
    order = await inbox.schedule(connection, desk, _order(desk, purchase, seen))
    await orders.add(connection, order)
    for sms in sorted(seen.messages, key=lambda one: one.at or 0):
        await inbox.keep(connection, desk, order, sms, "poll")
    await inbox.put_card(connection, desk, order)


def _purchase(
    desk: Desk, account: Account, line: str, seen: Seen, *, user_id: int, place: ChatPlace
) -> Purchase:
    return Purchase(
        id=new_id(),
        token=f"adopt-{account.id}-{seen.id}",  # used once, as each order is adopted once
        user_id=user_id,
        chat_id=place.chat_id,
        thread_id=place.thread_id,
        card_id=None,
        account_id=account.id,
        site=account.site,
        line=line,
        act=None,
        order_id=None,
        picks=tuple(
            Pick(choice=choice, id=own, name=seen.names.get(choice, own), facts={})
            for choice, own in seen.picks.items()
        ),
        state=Outcome.PLACED,
        ceiling=Decimal(0),  # paid elsewhere: it counts for no limit
        charged=Decimal(0),
        error=None,
        detail=None,
        created_at=desk.now(),
        settled_at=desk.now(),
    )


def _order(desk: Desk, purchase: Purchase, seen: Seen) -> Order:
    site_now = int(desk.site_now(purchase.site))
    return Order(
        id=new_id(),
        purchase_id=purchase.id,
        user_id=purchase.user_id,
        chat_id=purchase.chat_id,
        thread_id=purchase.thread_id,
        card_id=None,
        account_id=purchase.account_id,
        site=purchase.site,
        line=purchase.line,
        site_id=seen.id,
        activation=0,
        state=State.RECEIVED if seen.messages else seen.state,
        is_open=True,
        number=seen.number,
        picks=purchase.picks,
        facts=dict(seen.facts),
        price=seen.price,
        refunded=None,
        created_at=desk.now(),
        activated_at=seen.created_at or site_now,
        alive_at=site_now,
        expires_at=seen.expires_at,
        ended_at=None,
        next_look_ms=desk.now_ms(),
        last_look_at=None,
        failed_looks=0,
        trouble=None,
    )
