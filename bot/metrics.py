"""Figures for Prometheus, counted from the rows: right after a restart too, and free of secrets."""

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from orders.desk import Desk
from storage import figures


class Metrics:
    """A registry that is filled from the database when somebody asks."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._gauges = {
            name: Gauge(f"pinbell_{name}", meaning, labels, registry=self.registry)
            for name, meaning, labels in (
                ("orders_open", "Open orders by site", ["site"]),
                ("purchases", "Purchases by site and state", ["site", "state"]),
                ("messages", "SMS kept, by the way they came", ["via"]),
                ("outbox", "Letters by state", ["state"]),
                ("hooks", "Webhook calls by site and state", ["site", "state"]),
                ("accounts", "Linked accounts by site", ["site"]),
            )
        }

    async def refresh(self) -> None:
        """Count anew."""
        async with self.desk.db.transaction() as connection:
            counted = await figures.count(connection)
        for name, rows in counted.items():
            gauge = self._gauges[name]
            gauge.clear()
            for labels, value in rows:
                gauge.labels(*labels).set(value)
