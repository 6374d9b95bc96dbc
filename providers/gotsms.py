"""GotSMS: numbers rented by the day or month, which sleep until woken. Document: app.gotsms.org."""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote

from providers.countries import iso_of
from providers.door import Answer, Door, Request
from providers.errors import BadKey, NoNumbers, NotAllowed, NotFound, RateLimited, Refused, SiteError
from providers.pages import Entry, Page, follow, look_singly, strike_off
from providers.shape import (
    BadShape,
    each_map,
    get_int,
    get_money,
    get_phone,
    get_stamp,
    get_text,
    need_map,
    need_money,
    need_text,
)
from providers.site import (
    NOTHING_GIVEN,
    Credentials,
    OrderRef,
    Picks,
    Quote,
    Seen,
    Site,
    Sms,
)
from providers.words import (
    Act,
    Choice,
    Credential,
    Effect,
    Line,
    Option,
    Pace,
    Rule,
    State,
    Trace,
)

STATES: Mapping[str, State] = {
    "active": State.WAITING,
    "expired": State.EXPIRED,  # this word and the following are not documented, only likely
    "refunded": State.CANCELLED,
    "cancelled": State.CANCELLED,
    "canceled": State.CANCELLED,
}

ERRORS: Mapping[int, type[Refused]] = {401: BadKey, 404: NotFound, 422: NotAllowed}

ACTS: Mapping[str, str] = {"wake": "/numbers/:id/wake-up", "refund": "/rents/:id/refund"}

CATALOG_PAGES = 100
LIST_PAGES = 10
PLANS_LAST = 300.0
"""Seconds for which menus are drawn from the same plans: all come in one list of many pages."""
RATE_PAUSE = 30.0
HAS_CODE = frozenset({State.RECEIVED, State.DONE})
TIMES = ("wake_from", "wake_till", "online_till")


class GotSms(Site):
    """GotSMS. Below /numbers/ the document's {id} is a rent's id too."""

    key = "gotsms"
    name = "GotSMS"
    default_url = "https://app.gotsms.org/api"
    home = "https://app.gotsms.org"
    credentials = (Credential(key="api_key", pattern=re.compile(r"[!-~]{8,200}")),)
    lines = (
        Line(
            key="numbers",
            listed=True,
            choices=(
                Choice(key="service", required=True),
                Choice(key="country", required=True, needs=("service",)),
                Choice(key="plan", required=True, needs=("service", "country")),
            ),
            acts=(
                Act(key="wake", when=frozenset({State.WAITING, State.RECEIVED}), needs="can_wake_up"),
                Act(key="status", when=frozenset({State.WAITING, State.RECEIVED, State.UNKNOWN})),
                Act(
                    key="refund",
                    when=frozenset({State.WAITING, State.RECEIVED}),
                    effect=Effect.ENDS,
                    confirm=True,
                ),
            ),
            after_purchase="wake",
        ),
    )
    pace = Pace(per_minute=60, floor=3.0)
    trace = Trace.LIST

    def __init__(self, door: Door) -> None:
        super().__init__(door)
        self._plans: Sequence[Entry] = ()
        self._plans_till = 0.0
        self._found_on: dict[str, int] = {}  # a plan's page, so that a fresh price is one request

    async def balance(self, credentials: Credentials) -> Decimal:
        """GET /account."""
        return await self._read(_request("GET", "/account", credentials), _balance)

    async def options(
        self, credentials: Credentials, line: str, choice: str, picks: Picks
    ) -> Sequence[Option]:
        """GET /services with prices from GET /pricelist; countries and plans both from GET /rents/plans."""
        self.line(line).choice(choice)
        if choice == "service":
            return await self._services(credentials)
        plans = await self._all_plans(credentials)
        plans = [plan for plan in plans if _id_in(plan, "service") == picks.get("service")]
        if choice == "country":
            return _countries(plans)
        plans = [plan for plan in plans if _id_in(plan, "country") == picks.get("country")]
        return [option for plan in plans if (option := _plan(plan)) is not None]

    async def quote(self, credentials: Credentials, line: str, picks: Picks) -> Quote:
        """The plan's price from GET /rents/plans. Raises NoNumbers when the plan is not offered any more."""
        self.line(line)

        def wanted(plans: Sequence[Entry]) -> list[Entry]:
            return [plan for plan in plans if get_text(plan, "id") == picks.get("plan")]

        read, page = partial(self._plan_page, credentials), self._found_on.get(picks.get("plan", ""))
        plans = wanted((await read(page)).entries) if page else []
        if not plans:
            plans = wanted(
                await follow(read, most=CATALOG_PAGES, enough=lambda entries: bool(wanted(entries)))
            )
        request = _plans_request(credentials)
        if not plans:
            raise NoNumbers(self.key, request.call, status=200)
        price, minutes = get_money(plans[0], "price"), get_int(plans[0], "duration_in_minutes")
        if price is None:
            self.door.fail(request, "bad-shape", status=200)
        return Quote(
            low=price,
            high=price,
            rules=(Rule.SLEEPS, Rule.REFUND_ASK, Rule.SEVERAL_CODES),
            lasts=minutes * 60 if minutes else None,
        )

    async def buy(self, credentials: Credentials, line: str, picks: Picks) -> Sequence[Seen]:
        """POST /rents."""
        self.line(line)
        request = _request("POST", "/rents", credentials, json={"plan_id": picks["plan"]})
        return [await self._send(request, lambda data: self._seen(_data(data)))]

    async def look(self, credentials: Credentials, order: OrderRef) -> Seen:
        """GET /numbers/:id/status, then /numbers/:id/messages, so that one which just ended is read out."""
        status = await self._status(credentials, order)
        known_till = _known_till(order)
        cursor: dict[str, str | int] = {}

        async def read(_: int) -> Page:
            request = _order_request("GET", "/numbers/:id/messages", credentials, order, params=dict(cursor))
            page, before = await self._read(request, _page)
            cursor.clear()
            # `next_before_id` is documented, the parameter that takes it is not
            cursor.update({"before_id": before} if before else {})
            return replace(page, last=None)

        messages = await follow(
            read, most=LIST_PAGES, enough=lambda page: not cursor or _reaches(page, known_till)
        )
        return self._seen(status, order, messages, max(known_till, _newest(messages)))

    async def look_all(self, credentials: Credentials, orders: Sequence[OrderRef]) -> Sequence[Seen]:
        """GET /rents for the states, GET /messages back to what is known already for the messages.

        What the list does not show is looked at singly.
        """
        wanted = {order.id: order for order in orders}
        missing = dict(wanted)
        rents = await self._list(
            _request("GET", "/rents", credentials),
            most=LIST_PAGES,
            enough=strike_off(missing),
            stamp="active_from",
        )
        shown = [(rent, wanted[rent_id]) for rent in rents if (rent_id := _id(rent)) in wanted]
        found = await self._with_messages(credentials, shown)
        return await look_singly(partial(self.look, credentials), missing.values(), found)

    async def recent(self, credentials: Credentials, line: str) -> Sequence[Seen]:
        """The newest rents by GET /rents, newest first. Their picks: service and plan, no country."""
        request = _request("GET", "/rents", credentials)
        rents = await self._list(request, most=2, enough=lambda page: True, stamp="active_from")
        seen = [self._seen(rent) for rent in rents if _id(rent)]
        return sorted(seen, key=lambda rent: rent.created_at or 0, reverse=True)

    async def act(
        self, credentials: Credentials, act: str, order: OrderRef, given: Picks = NOTHING_GIVEN
    ) -> Seen:
        """POST /numbers/:id/wake-up, GET /numbers/:id/status, POST /rents/:id/refund.

        Raises NotAllowed with the site's reason. The refund's amount is not told: it is the rent's price.
        """
        self.line(order.line).act(act)
        if act == "status":
            return self._seen(await self._status(credentials, order), order)
        ended = act == "refund"

        def done(data: Any) -> Seen:
            answer = need_map(data)
            if answer.get("success") is not True:
                raise BadShape("no success")
            return Seen(
                id=order.id,
                state=State.CANCELLED if ended else order.state,
                refunded=get_money(order.facts, "price") if ended else None,
                raw=answer,
            )

        return await self._send(_order_request("POST", ACTS[act], credentials, order), done)

    def refusal(self, call: str, answer: Answer) -> Refused | None:
        """A no is {"success": false, "message"}, documented with 422 and taken at its word below 500."""
        body = answer.data if isinstance(answer.data, dict) else {}
        detail = get_text(body, "message") or ""
        if answer.status == 429:
            pause = answer.retry_after or RATE_PAUSE
            return RateLimited(self.key, call, retry_after=pause, detail=detail)
        if answer.status == 401 or (400 <= answer.status < 500 and answer.is_json):
            error = ERRORS.get(answer.status, Refused)
            return error(self.key, call, detail=detail, status=answer.status)
        if answer.status < 300 and body.get("success") is False:
            return Refused(self.key, call, detail=detail, status=answer.status)
        return None

    async def _services(self, credentials: Credentials) -> Sequence[Option]:
        services = await self._list(_request("GET", "/services", credentials), most=CATALOG_PAGES)
        try:
            prices = await self._read(_request("GET", "/pricelist"), _lowest_prices)
        except SiteError:
            prices = {}  # only an ornament here: services can be picked without
        return [
            Option(
                id=service_id,
                name=(name := get_text(service, "name") or service_id),
                price=(price := prices.get(name.casefold())),
                from_price=price is not None,
            )
            for service in services
            if (service_id := _id(service))
        ]

    async def _status(self, credentials: Credentials, order: OrderRef) -> Entry:
        return await self._read(_order_request("GET", "/numbers/:id/status", credentials, order), _data)

    async def _with_messages(
        self, credentials: Credentials, rents: Sequence[tuple[Entry, OrderRef]]
    ) -> list[Seen]:
        if not rents:
            return []
        starts = [_known_till(order) or get_stamp(rent, "active_from") or 0 for rent, order in rents]
        messages = await self._list(
            _request("GET", "/messages", credentials),
            most=LIST_PAGES,
            enough=lambda page: _reaches(page, min(starts)),
            stamp="received_at",
        )
        newest, own = _newest(messages), defaultdict(list)
        for message in messages:
            own[get_text(message, "rent_id")].append(message)
        return [
            self._seen(rent, order, own[order.id], max(_known_till(order), newest)) for rent, order in rents
        ]

    async def _all_plans(self, credentials: Credentials) -> list[Entry]:
        if not self._plans or time.monotonic() >= self._plans_till:
            self._plans = await follow(partial(self._plan_page, credentials), most=CATALOG_PAGES)
            self._plans_till = time.monotonic() + PLANS_LAST
        return list(self._plans)

    async def _plan_page(self, credentials: Credentials, number: int) -> Page:
        page = await self._page(_plans_request(credentials), number)
        self._found_on |= {_id(plan): number for plan in page.entries}
        return page

    async def _page(self, request: Request, number: int) -> Page:
        # the answers show pages, the document names no parameter for them
        paged = replace(request, params={"page": number} if number > 1 else {})
        return (await self._read(paged, _page))[0]

    async def _list(
        self,
        request: Request,
        *,
        most: int,
        enough: Callable[[Sequence[Entry]], bool] = lambda page: False,
        stamp: str | None = None,
    ) -> list[Entry]:
        return await follow(partial(self._page, request), most=most, enough=enough, stamp=stamp)

    def _seen(
        self,
        rent: Entry,
        order: OrderRef | None = None,
        messages: Sequence[Entry] = (),
        known_till: int = 0,
    ) -> Seen:
        """A rent, or the status of one, which has neither id nor number, price and picks."""
        received = sorted(_sms(messages), key=lambda sms: sms.at or 0)
        has_code = bool(received) or (order is not None and order.state in HAS_CODE)
        price = get_money(rent, "price")
        facts: dict[str, str | int | bool] = {
            key: at for key in TIMES if (at := get_stamp(rent, key)) is not None
        }
        if isinstance(awake := rent.get("can_wake_up"), bool):
            facts["can_wake_up"] = awake
        if price is not None:
            facts["price"] = str(price)  # what a refund brings back
        if known_till:
            facts["known_till"] = known_till
        return Seen(
            id=order.id if order else need_text(rent, "id"),
            state=self._state(rent, has_code=has_code),
            number=get_phone(rent, "phone"),
            messages=tuple(received),
            expires_at=get_stamp(rent, "active_till"),
            price=price,
            created_at=get_stamp(rent, "active_from"),
            picks={key: pick for key in ("service", "plan") if (pick := _id_in(rent, key))},
            facts=facts,
            raw=rent,
        )

    def _state(self, rent: Entry, *, has_code: bool) -> State:
        word = (get_text(rent, "status") or "").casefold()
        state = STATES.get(word, State.UNKNOWN)
        if word == "finished":  # the end of its time and a refund have one word: the clock tells them apart
            till = get_stamp(rent, "active_till")
            over = till is None or till <= time.time() + self.door.clock_offset
            state = State.EXPIRED if over else State.CANCELLED
        if has_code:
            return {State.WAITING: State.RECEIVED, State.EXPIRED: State.DONE}.get(state, state)
        return state


def _request(
    method: str,
    path: str,
    credentials: Credentials | None = None,
    *,
    template: str = "",
    params: Mapping[str, str | int] | None = None,
    json: Mapping[str, Any] | None = None,
) -> Request:
    key = credentials["api_key"] if credentials else ""
    return Request(
        method=method,
        path=path,
        template=template,
        headers={"Authorization": f"Bearer {key}"} if key else {},
        params=params or {},
        json=json,
        secret=key,
    )


def _plans_request(credentials: Credentials) -> Request:
    return _request("GET", "/rents/plans", credentials)


def _order_request(
    method: str,
    template: str,
    credentials: Credentials,
    order: OrderRef,
    *,
    params: Mapping[str, str | int] | None = None,
) -> Request:
    path = template.replace(":id", quote(order.id, safe=""))
    return _request(method, path, credentials, template=template, params=params)


def _data(data: Any) -> Entry:
    return need_map(need_map(data).get("data"))


def _balance(data: Any) -> Decimal:
    return need_money(_data(data), "balance")


def _page(data: Any) -> tuple[Page, str | None]:
    """A page, and the message before which the next one ends."""
    answer = need_map(data)
    meta = answer.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    entries = list(each_map(answer.get("data")))
    return Page(entries=entries, last=get_int(meta, "last_page")), get_text(meta, "next_before_id")


def _lowest_prices(data: Any) -> dict[str, Decimal]:
    """A service's case-folded name to the price of its cheapest plan."""
    lowest: dict[str, Decimal] = {}
    for service in each_map(need_map(data).get("data")):
        name = (get_text(service, "name") or "").casefold()
        plans = service.get("plans")
        prices = [get_money(plan, "price") for plan in each_map(plans if isinstance(plans, list) else [])]
        if known := [price for price in prices if price is not None]:
            lowest[name] = min(known)
    return lowest


def _countries(plans: Sequence[Entry]) -> list[Option]:
    found: dict[str, Option] = {}
    for plan in plans:
        country, price = plan.get("country"), get_money(plan, "price")
        if not isinstance(country, dict) or not (country_id := _id(country)):
            continue
        name = get_text(country, "name") or country_id
        known = found.get(country_id)
        prices = [each for each in (price, known.price if known else None) if each is not None]
        found[country_id] = Option(
            id=country_id, name=name, price=min(prices, default=None), from_price=True, iso=iso_of(name)
        )
    return list(found.values())


def _plan(plan: Entry) -> Option | None:
    plan_id = _id(plan)
    if not plan_id:
        return None
    facts: dict[str, str | int | bool] = {}
    if (renew_price := get_money(plan, "renew_price")) is not None:
        facts["renew_price"] = str(renew_price)
    if (minutes := get_int(plan, "duration_in_minutes")) is not None:
        facts["minutes"] = minutes
    name = get_text(plan, "duration_translation") or plan_id
    return Option(id=plan_id, name=name, price=get_money(plan, "price"), facts=facts)


def _sms(messages: Sequence[Entry]) -> Iterator[Sms]:
    for message in messages:
        code = get_text(message, "code")
        if text := get_text(message, "body") or code:
            yield Sms(
                text=text,
                code=code,
                id=get_text(message, "id"),
                at=get_stamp(message, "received_at"),
                sender=get_text(message, "from"),
            )


def _id(entry: Entry) -> str:
    return get_text(entry, "id") or ""


def _id_in(entry: Entry, key: str) -> str:
    inner = entry.get(key)
    return _id(inner) if isinstance(inner, dict) else ""


def _known_till(order: OrderRef) -> int:
    """Up to when the order's messages were read before, epoch seconds; 0 for never."""
    return get_int(order.facts, "known_till") or 0


def _newest(messages: Sequence[Entry]) -> int:
    return max((get_stamp(message, "received_at") or 0 for message in messages), default=0)


def _reaches(messages: Sequence[Entry], till: int) -> bool:
    """Whether these messages go back to one known already; several may share the last known second."""
    return any((get_stamp(message, "received_at") or 0) < till for message in messages)
