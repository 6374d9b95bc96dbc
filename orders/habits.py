"""What this bot has learnt of how soon codes come, per site and service."""

import time
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from orders.arrivals import NEVER, Arrivals, bucket_of
from storage import arrivals
from storage.arrivals import Counts

RELEARN = 600
"""Seconds for which what was learnt is taken as it is."""

SITE_WEIGHT = 20.0
"""A site's history over all services counts as at most so many orders of each service."""


@dataclass(slots=True)
class _Learnt:
    at: float
    by_service: dict[str, Counts]
    site: Counts
    made: dict[str, Arrivals] = field(default_factory=dict)


@dataclass(slots=True)
class Habits:
    """The learnt distributions of one process."""

    _sites: dict[str, _Learnt] = field(default_factory=dict)

    async def of(self, connection: AsyncConnection, site: str, service: str) -> Arrivals:
        """How soon codes of this service come at this site."""
        learnt = self._sites.get(site)
        if learnt is None or time.monotonic() - learnt.at > RELEARN:
            counted = await arrivals.of_site(connection, site)
            learnt = self._sites[site] = _Learnt(time.monotonic(), counted, _as_few(_sum(counted)))
        service = service.casefold()
        if service not in learnt.made:
            learnt.made[service] = Arrivals.learn(learnt.site, learnt.by_service.get(service, {}))
        return learnt.made[service]

    async def note(self, connection: AsyncConnection, site: str, service: str, age: float | None) -> None:
        """One more order: its first code came at this age in seconds, or (None) it ended without."""
        bucket = NEVER if age is None else bucket_of(max(age, 0.0))
        await arrivals.count(connection, site, service.casefold(), bucket)


def _sum(counted: dict[str, Counts]) -> Counts:
    total: Counts = {}
    for counts in counted.values():
        for bucket, count in counts.items():
            total[bucket] = total.get(bucket, 0.0) + count
    return total


def _as_few(counts: Counts) -> Counts:
    total = sum(counts.values())
    scale = min(1.0, SITE_WEIGHT / total) if total else 0.0
    return {bucket: count * scale for bucket, count in counts.items()}
