"""What a site sells from how little: shown before an account is linked, read without one."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from orders.desk import Desk
from providers.errors import SiteError
from providers.site import Site
from providers.words import Option

log = structlog.get_logger(__name__)

LASTS = 3600.0
"""Seconds for which the prices of one reading are shown, or a site that did not tell is left alone."""

CHEAPEST = 5
"""Services that are remembered."""


@dataclass(slots=True)
class Teasers:
    """The cheapest services of each site with a public list of prices. Nobody ever waits for them."""

    desk: Desk
    _known: dict[str, Sequence[Option]] = field(default_factory=dict)
    _read_at: dict[str, float] = field(default_factory=dict)

    def get(self, site: Site) -> Sequence[Option]:
        """What is known now, cheapest first. What is old or missing is read meanwhile, for the next time."""
        if not site.public_prices:
            return ()
        read_at, now = self._read_at.get(site.key), time.monotonic()
        if read_at is None or now - read_at >= LASTS:
            self._read_at[site.key] = now
            self.desk.spawn(self._read(site), name=f"prices of {site.key}")
        return self._known.get(site.key, ())

    async def _read(self, site: Site) -> None:
        try:
            options = await site.prices()
        except SiteError as error:
            log.info("no public prices", site=site.key, error=str(error))
            self._known.pop(site.key, None)  # rather none than old ones
            return
        priced = [(option.price, option) for option in options if option.price is not None]
        priced.sort(key=lambda one: one[0])
        self._known[site.key] = [option for _, option in priced[:CHEAPEST]]
