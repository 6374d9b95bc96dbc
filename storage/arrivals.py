"""How soon codes came, counted per site and service: what the cadence learns from."""

from collections import defaultdict

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import Prepared, add_up
from storage.tables import arrivals

Counts = dict[int, float]

_OF_SITE = Prepared(select(arrivals).where(arrivals.c.site == bindparam("site")))


async def count(connection: AsyncConnection, site: str, service: str, bucket: int) -> None:
    """One more order whose first code fell into this bucket."""
    row = {"site": site, "service": service, "bucket": bucket, "orders": 1}
    await add_up(connection, arrivals, row, key=["site", "service", "bucket"], change=["orders"])


async def of_site(connection: AsyncConnection, site: str) -> dict[str, Counts]:
    """All counts of a site, by service."""
    counted: defaultdict[str, Counts] = defaultdict(dict)
    for row in await _OF_SITE.rows(connection, site=site):
        counted[row["service"]][row["bucket"]] = float(row["orders"])
    return dict(counted)
