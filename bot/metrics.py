"""Figures for Prometheus, counted from the rows: right after a restart too, and free of secrets.

Its library takes 1.6 MB with the HTTP servers it brings along, and is loaded when somebody asks for figures.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from orders.desk import Desk
from storage import figures

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Gauge

GAUGES = (
    ("orders_open", "Open orders by site", ("site",)),
    ("purchases", "Purchases by site and state", ("site", "state")),
    ("messages", "SMS kept, by the way they came", ("via",)),
    ("outbox", "Letters by state", ("state",)),
    ("hooks", "Webhook calls by site and state", ("site", "state")),
    ("accounts", "Linked accounts by site", ("site",)),
)
"""Name, meaning, labels."""


class Metrics:
    """A registry that is filled from the database when somebody asks."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def page(self) -> tuple[bytes, str]:
        """Counted anew: the body for Prometheus, and its content type."""
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest  # noqa: PLC0415 - see above

        await self._refresh()
        return generate_latest(self._registry), CONTENT_TYPE_LATEST

    async def _refresh(self) -> None:
        async with self.desk.db.transaction() as connection:
            counted = await figures.count(connection)
        for name, rows in counted.items():
            gauge = self._gauges[name]
            gauge.clear()
            for labels, value in rows:
                gauge.labels(*labels).set(value)

    @cached_property
    def _registry(self) -> "CollectorRegistry":
        from prometheus_client import CollectorRegistry  # noqa: PLC0415 - see above
        from prometheus_client.platform_collector import PlatformCollector  # noqa: PLC0415 - see above
        from prometheus_client.process_collector import ProcessCollector  # noqa: PLC0415 - see above

        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        return registry

    @cached_property
    def _gauges(self) -> "dict[str, Gauge]":
        from prometheus_client import Gauge  # noqa: PLC0415 - see above

        return {
            name: Gauge(f"pinbell_{name}", meaning, labels, registry=self._registry)
            for name, meaning, labels in GAUGES
        }
