"""What was spent: what sites charged, what is held for purchases on their way, less what came back."""

from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    case,
    func,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import Prepared
from storage.purchases import Outcome
from storage.tables import Money, orders, purchases

_ACTS = purchases.alias("acts")
_ACTED = orders.alias("acted")


class _Spent(NamedTuple):
    taken: Prepared
    returned: Prepared

    async def of(self, connection: AsyncConnection, **given: Any) -> Decimal:
        taken: Decimal | None = await self.taken.value(connection, **given)
        returned: Decimal | None = await self.returned.value(connection, **given)
        return (taken or Decimal(0)) - (returned or Decimal(0))


async def of_person(connection: AsyncConnection, user_id: int, since: int) -> Decimal:
    """USD that this person's purchases since then took or hold.

    What is on its way or unknown holds the most that was confirmed: it may have been charged.
    What came back counts only as far as it was taken here: a number paid for elsewhere opens no limit.
    """
    return await _OF_PERSON.of(connection, user_id=user_id, since=since)


async def of_share(
    connection: AsyncConnection, share_id: str, since: int, *, user_id: int | None = None
) -> Decimal:
    """USD that purchases by this share since then took or hold; `user_id`: those of one person."""
    if user_id is None:
        return await _OF_SHARE.of(connection, share_id=share_id, since=since)
    return await _OF_MEMBER.of(connection, share_id=share_id, since=since, user_id=user_id)


def _spent(*where: ColumnElement[bool]) -> _Spent:
    each = _back(*where).subquery()
    at_most = case((each.c.back > each.c.most, each.c.most), else_=each.c.back)
    return _Spent(
        taken=Prepared(select(type_coerce(func.sum(_taken(purchases)), Money)).where(*where)),
        returned=Prepared(select(type_coerce(func.sum(at_most), Money))),
    )


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


_SINCE = purchases.c.created_at >= bindparam("since")
_BY_PERSON = purchases.c.user_id == bindparam("user_id")
_BY_SHARE = purchases.c.share_id == bindparam("share_id")

_OF_PERSON = _spent(_BY_PERSON, _SINCE)
_OF_SHARE = _spent(_BY_SHARE, _SINCE)
_OF_MEMBER = _spent(_BY_SHARE, _BY_PERSON, _SINCE)
