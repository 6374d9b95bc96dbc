"""What was spent: what sites charged, what is held for purchases on their way, less what came back."""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, case, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.purchases import Outcome
from storage.tables import Money, orders, purchases

_ACTS = purchases.alias("acts")
_ACTED = orders.alias("acted")


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
    taken = select(type_coerce(func.sum(_taken(purchases)), Money)).where(*where)
    each = _back(*where).subquery()
    at_most = case((each.c.back > each.c.most, each.c.most), else_=each.c.back)
    returned = select(type_coerce(func.sum(at_most), Money))
    return await _sum(connection, taken) - await _sum(connection, returned)


def _back(*where: ColumnElement[bool]) -> Select[Any]:
    """For each purchase of which something came back: that, and the most that it can be.

    That is what was taken for it and for acts with its orders.
    """
    acts = (
        select(func.coalesce(func.sum(_taken(_ACTS)), 0))
        .select_from(_ACTS.join(_ACTED, _ACTS.c.order_id == _ACTED.c.id))
        .where(_ACTED.c.purchase_id == purchases.c.id, _ACTS.c.act.is_not(None))
        .correlate(purchases)
        .scalar_subquery()
    )
    return (
        select(
            type_coerce(func.sum(orders.c.refunded), BigInteger).label("back"),
            (_taken(purchases) + acts).label("most"),
        )
        .select_from(purchases.join(orders, orders.c.purchase_id == purchases.c.id))
        .where(*where, orders.c.refunded.is_not(None))
        .group_by(purchases.c.id)
    )


def _taken(of: FromClause) -> ColumnElement[Any]:
    """What a purchase took, in micro-dollars."""
    return case(
        (of.c.state == Outcome.REFUSED.value, 0),
        (of.c.state == Outcome.PLACED.value, func.coalesce(of.c.charged, of.c.ceiling)),
        else_=of.c.ceiling,
    )


async def _sum(connection: AsyncConnection, query: Select[Any]) -> Decimal:
    found: Decimal | None = (await connection.execute(query)).scalar()
    return found or Decimal(0)
