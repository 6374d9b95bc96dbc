"""Counts for the metrics page."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import accounts, hooks, messages, orders, outbox, purchases

Rows = list[tuple[tuple[str, ...], int]]

_QUERIES = {
    "orders_open": select(orders.c.site, func.count()).where(orders.c.is_open).group_by(orders.c.site),
    "purchases": select(purchases.c.site, purchases.c.state, func.count()).group_by(
        purchases.c.site, purchases.c.state
    ),
    "messages": select(messages.c.via, func.count()).group_by(messages.c.via),
    "outbox": select(outbox.c.state, func.count()).group_by(outbox.c.state),
    "hooks": select(hooks.c.site, hooks.c.state, func.count()).group_by(hooks.c.site, hooks.c.state),
    "accounts": select(accounts.c.site, func.count())
    .where(accounts.c.removed_at.is_(None))
    .group_by(accounts.c.site),
}


async def count(connection: AsyncConnection) -> dict[str, Rows]:
    """By name: rows of labels and a count."""
    return {
        name: [(tuple(row[:-1]), int(row[-1])) for row in (await connection.execute(query)).all()]
        for name, query in _QUERIES.items()
    }
