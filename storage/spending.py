"""What was spent: what sites charged, what is held for purchases on their way, less what came back."""

from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.purchases import Outcome
from storage.tables import Money, orders, purchases


async def of_person(connection: AsyncConnection, user_id: int, since: int) -> Decimal:
    """USD that this person's purchases since then took or hold.

    What is on its way or unknown holds the most that was confirmed: it may have been charged.
    """
    mine = (purchases.c.user_id == user_id, purchases.c.created_at >= since)
    return await _taken(connection, *mine) - await _returned(connection, *mine)


async def _taken(connection: AsyncConnection, *where: Any) -> Decimal:
    took = case(
        (purchases.c.state == Outcome.REFUSED.value, 0),
        (purchases.c.state == Outcome.PLACED.value, func.coalesce(purchases.c.charged, purchases.c.ceiling)),
        else_=purchases.c.ceiling,
    )
    return await _sum(connection, select(_total(took)).where(*where))


async def _returned(connection: AsyncConnection, *where: Any) -> Decimal:
    back = select(_total(orders.c.refunded)).join_from(orders, purchases)
    return await _sum(connection, back.where(*where))


def _total(column: Any) -> Any:
    return type_coerce(func.sum(column), Money)


async def _sum(connection: AsyncConnection, query: Any) -> Decimal:
    found: Decimal | None = (await connection.execute(query)).scalar()
    return found or Decimal(0)
