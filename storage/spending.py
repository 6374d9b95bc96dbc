"""What was spent: what sites charged, what is held for purchases on their way, less what came back."""

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, case, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.purchases import Outcome
from storage.tables import Money, orders, purchases

_ACTS = purchases.alias("acts")


async def of_person(connection: AsyncConnection, user_id: int, since: int) -> Decimal:
    """USD that this person's purchases since then took or hold.

    What is on its way or unknown holds the most that was confirmed: it may have been charged.
    What came back counts only as far as it was taken here: a number paid for elsewhere opens no limit.
    """
    return await _spent(connection, purchases.c.user_id == user_id, purchases.c.created_at >= since)


async def of_share(
    connection: AsyncConnection, share_id: str, since: int, *, user_id: int | None = None
) -> Decimal:
    """USD that purchases by this share since then took or hold; `user_id`: those of one person."""
    where = [purchases.c.share_id == share_id, purchases.c.created_at >= since]
    if user_id is not None:
        where.append(purchases.c.user_id == user_id)
    return await _spent(connection, *where)


async def _spent(connection: AsyncConnection, *where: ColumnElement[bool]) -> Decimal:
    query = select(type_coerce(func.sum(_taken(purchases) - _returned()), Money)).where(*where)
    found: Decimal | None = (await connection.execute(query)).scalar()
    return found or Decimal(0)


def _taken(of: FromClause) -> ColumnElement[Any]:
    """What a purchase took, in micro-dollars."""
    return case(
        (of.c.state == Outcome.REFUSED.value, 0),
        (of.c.state == Outcome.PLACED.value, func.coalesce(of.c.charged, of.c.ceiling)),
        else_=of.c.ceiling,
    )


def _returned() -> ColumnElement[Any]:
    """What came back for a purchase's orders, at most what was taken for them and for acts with them."""
    mine = orders.c.purchase_id == purchases.c.id
    back = select(func.coalesce(func.sum(orders.c.refunded), 0)).where(mine).scalar_subquery()
    acts = (
        select(func.coalesce(func.sum(_taken(_ACTS)), 0))
        .where(_ACTS.c.order_id.in_(select(orders.c.id).where(mine)), _ACTS.c.act.is_not(None))
        .correlate(purchases)
        .scalar_subquery()
    )
    most = _taken(purchases) + acts
    return case((back > most, most), else_=back)
