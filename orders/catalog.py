"""Lists of options: from memory, else from the database, else from the site."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from orders.desk import Desk
from providers.errors import NoAnswer, RateLimited, Unavailable
from providers.site import Picks
from providers.words import (
    Choice,
    Option,
)
from storage import catalogs
from storage.accounts import Account
from storage.catalogs import Catalog, CatalogKey

FRESH = 15 * 60
"""Seconds for which a list is shown without asking the site. Prices are read again for each quote."""

IN_MEMORY = 64
"""Parsed lists kept in memory; the rest is parsed again from the database."""

_FIELDS = tuple(one.name for one in fields(Option))


@dataclass(frozen=True, slots=True)
class Listing:
    """Options and when they were fetched. `stale`: the site could not be asked just now."""

    options: Sequence[Option]
    fetched_at: int
    stale: bool = False


@dataclass(slots=True)
class Catalogs:
    """The lists of one process."""

    desk: Desk
    _memory: OrderedDict[CatalogKey, Listing] = field(default_factory=OrderedDict)

    async def get(
        self,
        account: Account,
        line: str,
        choice: Choice,
        picks: Picks,
        *,
        narrowed_by: Sequence[str] = (),
        refresh: bool = False,
    ) -> Listing:
        """The options of a choice. Raises SiteError only if there is no older list to show.

        `narrowed_by`: the choices that may make its list shorter, picked or not.
        """
        if choice.fixed:
            return Listing(choice.fixed, self.desk.now())
        needed = {key: picks[key] for key in (*choice.needs, *narrowed_by) if key in picks}
        key = CatalogKey.of(account.id, line, choice.key, needed)
        known = await self._known(key)
        if known and not refresh and 0 <= self.desk.now() - known.fetched_at < FRESH:
            return known
        try:
            return await self._fetch(key, account, picks)
        except (NoAnswer, RateLimited, Unavailable):
            if known is None:
                raise
            return Listing(known.options, known.fetched_at, stale=True)

    async def _known(self, key: CatalogKey) -> Listing | None:
        if (listing := self._memory.get(key)) is not None:
            self._memory.move_to_end(key)
            return listing
        async with self.desk.db.transaction() as connection:
            stored = await catalogs.get(connection, key)
        if stored is None:
            return None
        return self._keep(key, Listing([_from_json(values) for values in stored.options], stored.fetched_at))

    async def _fetch(self, key: CatalogKey, account: Account, picks: Picks) -> Listing:
        site = self.desk.site(account)
        options = await site.options(self.desk.credentials(account), key.line, key.choice, picks)
        now = self.desk.now()
        async with self.desk.db.transaction() as connection:
            await catalogs.put(connection, key, Catalog([_to_json(option) for option in options], now))
        return self._keep(key, Listing(list(options), now))

    def _keep(self, key: CatalogKey, listing: Listing) -> Listing:
        self._memory[key] = listing
        self._memory.move_to_end(key)
        while len(self._memory) > IN_MEMORY:
            self._memory.popitem(last=False)
        return listing


def _to_json(option: Option) -> dict[str, Any]:
    # by identity: 0 in stock is not an unknown stock
    values = {
        key: value for key in _FIELDS if (value := getattr(option, key)) is not None and value is not False
    }
    return {**values, "price": str(option.price)} if option.price is not None else values


def _from_json(values: dict[str, Any]) -> Option:
    price = values.get("price")
    return Option(**{**values, "price": None if price is None else Decimal(price)})
