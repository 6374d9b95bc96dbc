"""How soon codes came, counted per site and service: what the cadence learns from."""

from collections import defaultdict

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import upsert
from storage.tables import arrivals

Counts = dict[int, float]


async def count(connection: AsyncConnection, site: str, service: str, bucket: int) -> None:
    """One more order whose first code fell into this bucket."""
    row = {"site": site, "service": service, "bucket": bucket, "orders": 0}
    await upsert(connection, arrivals, row, key=["site", "service", "bucket"], change=[])
    await connection.execute(
        update(arrivals)
        .where(arrivals.c.site == site, arrivals.c.service == service, arrivals.c.bucket == bucket)
        .values(orders=arrivals.c.orders + 1)
    )


async def of_site(connection: AsyncConnection, site: str) -> dict[str, Counts]:
    """All counts of a site, by service."""
    counted: defaultdict[str, Counts] = defaultdict(dict)
    for row in await connection.execute(select(arrivals).where(arrivals.c.site == site)):
        counted[row.service][row.bucket] = float(row.orders)
    return dict(counted)
