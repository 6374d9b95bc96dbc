"""GotSMS's plans: what there is to rent, where, for how long, and for how much."""

import time
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from providers.countries import iso_of
from providers.door import Door
from providers.errors import NoNumbers, SiteError
from providers.gotsms_common import CATALOG_PAGES, GotCommon, id_of, inner_of, request
from providers.pages import Entry, Page, follow
from providers.shape import each_map, get_int, get_money, get_text, need_map
from providers.site import (
    Credentials,
    Picks,
    Quote,
)
from providers.words import Option, Rule

PLANS_LAST = 300.0
"""Seconds for which menus are drawn from the same plans: all come in one list of many pages."""

DAY_MINUTES = 1440
MINUTES: Mapping[str, int] = {"day": DAY_MINUTES, "month": 30 * DAY_MINUTES}


class GotPlans(GotCommon):
    """Menus and prices."""

    def __init__(self, door: Door) -> None:
        super().__init__(door)
        self._plans: Sequence[Entry] = ()
        self._plans_till = 0.0
        self._found_on: dict[str, int] = {}  # a plan's page, so that a fresh price is one request

    async def prices(self) -> Sequence[Option]:
        """GET /pricelist, which needs no key: the services and the prices of their cheapest plans."""
        lowest = await self._read(request("GET", "/pricelist"), _lowest_prices)
        return [
            Option(id=name, name=name, price=price, from_price=True)
            for name, price in lowest.items()
            if name and price is not None
        ]

    async def options(
        self, credentials: Credentials, line: str, choice: str, picks: Picks
    ) -> Sequence[Option]:
        """GET /services with prices from GET /pricelist; countries and plans both from GET /rents/plans."""
        if choice == "longer_plan":
            return _longer(await self._all_plans(credentials), picks.get("plan", ""))
        self.line(line).choice(choice)
        if choice == "service":
            return await self._services(credentials)
        plans = await self._all_plans(credentials)
        plans = [plan for plan in plans if id_of(inner_of(plan, "service")) == picks.get("service")]
        if choice == "country":
            return _countries(plans)
        return _options(plan for plan in plans if id_of(inner_of(plan, "country")) == picks.get("country"))

    async def quote(self, credentials: Credentials, line: str, picks: Picks) -> Quote:
        """The plan's price from GET /rents/plans. Raises NoNumbers when the plan is not offered any more."""
        self.line(line)
        plan, price = await self._plan(credentials, picks.get("plan", ""))
        minutes = get_int(plan, "duration_in_minutes")
        return Quote(
            low=price,
            high=price,
            rules=(Rule.SLEEPS, Rule.REFUND_ASK, Rule.SEVERAL_CODES),
            lasts=minutes * 60 if minutes else None,
            renewal=_renewal(plan),
        )

    async def _longer_quote(self, credentials: Credentials, given: Picks) -> Quote:
        """A longer plan's price. From when its time counts, the document does not say."""
        plan, price = await self._plan(credentials, given["longer_plan"])
        return Quote(low=price, high=price, renewal=_renewal(plan))

    async def _plan(self, credentials: Credentials, plan_id: str) -> tuple[Entry, Decimal]:
        """A plan and its price, read fresh."""

        def wanted(plans: Sequence[Entry]) -> list[Entry]:
            return [plan for plan in plans if id_of(plan) == plan_id]

        read, page = partial(self._plan_page, credentials), self._found_on.get(plan_id)
        plans = wanted((await read(page)).entries) if page else []
        if not plans:
            plans = wanted(
                await follow(read, most=CATALOG_PAGES, enough=lambda entries: bool(wanted(entries)))
            )
        asked = request("GET", "/rents/plans", credentials)
        if not plans or not plan_id:
            raise NoNumbers(self.key, asked.call, status=200)
        price = get_money(plans[0], "price")
        if price is None:
            self.door.fail(asked, "bad-shape", status=200)
        return plans[0], price

    async def _services(self, credentials: Credentials) -> Sequence[Option]:
        services = await self._list(request("GET", "/services", credentials), most=CATALOG_PAGES)
        try:
            lowest = await self._read(request("GET", "/pricelist"), _lowest_prices)
        except SiteError:
            lowest = {}  # only an ornament here: services can be picked without
        prices = {name.casefold(): price for name, price in lowest.items()} | lowest
        return [
            Option(
                id=service_id,
                name=(name := get_text(service, "name") or service_id),
                price=(price := prices.get(name, prices.get(name.casefold()))),
                from_price=price is not None,
            )
            for service in services
            if (service_id := id_of(service))
        ]

    async def _all_plans(self, credentials: Credentials) -> list[Entry]:
        if not self._plans or time.monotonic() >= self._plans_till:
            self._plans = await follow(partial(self._plan_page, credentials), most=CATALOG_PAGES)
            self._plans_till = time.monotonic() + PLANS_LAST
        return list(self._plans)

    async def _plan_page(self, credentials: Credentials, number: int) -> Page:
        page = await self._page(request("GET", "/rents/plans", credentials), number)
        self._found_on |= {id_of(plan): number for plan in page.entries}
        return page


def is_daily(plan: Entry) -> bool | None:
    """Whether it is counted in days, so that it can be changed for a longer one; None: it does not say."""
    kind = _kind(plan)
    return None if kind is None else kind == "day"


def is_monthly(plan: Entry) -> bool:
    """Whether it is counted in months: only such ones can be renewed by the site."""
    return _kind(plan) == "month"


def _kind(plan: Entry) -> str | None:
    kind = get_text(plan, "duration_type")
    return None if kind is None else kind.casefold()


def _renewal(plan: Entry) -> Decimal | None:
    return get_money(plan, "renew_price") if is_monthly(plan) else None


def _lowest_prices(data: Any) -> dict[str, Decimal]:
    """A service's name to the price of its cheapest plan."""
    lowest: dict[str, Decimal] = {}
    for service in each_map(need_map(data).get("data")):
        plans = service.get("plans")
        prices = [get_money(plan, "price") for plan in each_map(plans if isinstance(plans, list) else [])]
        known = [price for price in prices if price is not None]
        if (name := get_text(service, "name")) and known:
            lowest[name] = min(known)
    return lowest


def _countries(plans: Sequence[Entry]) -> list[Option]:
    found: dict[str, Option] = {}
    for plan in plans:
        country, price = inner_of(plan, "country"), get_money(plan, "price")
        if not (country_id := id_of(country)):
            continue
        name = get_text(country, "name") or country_id
        known = found.get(country_id)
        prices = [each for each in (price, known.price if known else None) if each is not None]
        found[country_id] = Option(
            id=country_id, name=name, price=min(prices, default=None), from_price=True, iso=iso_of(name)
        )
    return list(found.values())


def _longer(plans: Sequence[Entry], plan_id: str) -> list[Option]:
    """Plans of the same service and country that last longer than this one, the shortest first."""
    present = next((plan for plan in plans if id_of(plan) == plan_id), None)
    if present is None or not plan_id:
        return []
    longer = [
        plan
        for plan in plans
        if _minutes(plan) > _minutes(present)
        and all(id_of(inner_of(plan, key)) == id_of(inner_of(present, key)) for key in ("service", "country"))
    ]
    return _options(sorted(longer, key=_minutes))


def _minutes(plan: Entry) -> int:
    told = get_int(plan, "duration_in_minutes")
    if told is not None:
        return told
    return MINUTES.get(_kind(plan) or "", 0) * (get_int(plan, "duration_in_type") or 0)


def _options(plans: Iterable[Entry]) -> list[Option]:
    return [_option(plan) for plan in plans if id_of(plan)]


def _option(plan: Entry) -> Option:
    facts: dict[str, str | int | bool] = {}
    if (renew_price := get_money(plan, "renew_price")) is not None:
        facts["renew_price"] = str(renew_price)
    if (minutes := get_int(plan, "duration_in_minutes")) is not None:
        facts["minutes"] = minutes
    renewal = _renewal(plan)
    return Option(
        id=id_of(plan),
        name=get_text(plan, "duration_translation") or id_of(plan),
        price=get_money(plan, "price"),
        note=None if renewal is None else f"↻ ${renewal:f}",
        facts=facts,
    )
