"""gsim.io: numbers of many countries for one code each. Document: gsim.io, "REST API"."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote

from providers.countries import iso_of
from providers.door import Answer, Request
from providers.errors import (
    BadKey,
    Conflict,
    Invalid,
    NoFunds,
    NoNumbers,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)
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
    "PENDING": State.WAITING,
    "RECEIVED": State.DONE,
    "CANCELLED": State.CANCELLED,
    "BANNED": State.CANCELLED,
    "REFUNDED": State.CANCELLED,
    "EXPIRED": State.EXPIRED,
}

REFUNDED = frozenset({"CANCELLED", "BANNED", "REFUNDED"})
"""Words after which the whole price is back. Of EXPIRED the document does not say."""

ERRORS: Mapping[str, type[Refused]] = {
    "FORBIDDEN": BadKey,
    "NOT_FOUND": NotFound,
    "INSUFFICIENT_BALANCE": NoFunds,
    "VALIDATION_ERROR": Invalid,
    "CONFLICT": Conflict,
}

ORDER_PICKS = ("service", "country", "operator")
ANY = "any"
PAGE_SIZE = 100
PAGES = 10
RATE_PAUSE = 60.0


class Gsim(Site):
    """gsim.io. "No numbers" has no error of its own: it is an empty count, or Unavailable when buying."""

    key = "gsim"
    name = "gsim.io"
    default_url = "https://gsim.io/api/v1"
    home = "https://gsim.io/dashboard/api-keys"
    credentials = (Credential(key="api_key", pattern=re.compile(r"[!-~]{8,200}")),)
    lines = (
        Line(
            key="numbers",
            listed=True,
            choices=(
                Choice(key="service", required=True),
                Choice(key="country", required=True, needs=("service",)),
                Choice(key="operator", needs=("service", "country")),
            ),
            acts=(
                Act(key="cancel", when=frozenset({State.WAITING}), effect=Effect.ENDS),
                Act(key="ban", when=frozenset({State.WAITING}), effect=Effect.ENDS, confirm=True),
            ),
        ),
    )
    pace = Pace(per_minute=60, floor=2.0)
    trace = Trace.LIST

    async def balance(self, credentials: Credentials) -> Decimal:
        """GET /balance."""
        return await self._read(_request(credentials, "GET", "/balance"), _balance)

    async def options(
        self, credentials: Credentials, line: str, choice: str, picks: Picks
    ) -> Sequence[Option]:
        """GET /services, /countries, /operators. Only an operator's price is what an order costs."""
        self.line(line).choice(choice)
        if choice == "operator":
            return await self._operators(credentials, picks)
        if choice == "country":
            params = {"service": picks.get("service", "")}
            return await self._read(_request(credentials, "GET", "/countries", params=params), _countries)
        return await self._read(_request(credentials, "GET", "/services"), _services)

    async def quote(self, credentials: Credentials, line: str, picks: Picks) -> Quote:
        """The operator's price from GET /operators; bounds over all if "any" is absent. Raises NoNumbers."""
        self.line(line)
        operators = [
            option for option in await self._operators(credentials, picks) if option.price is not None
        ]
        wanted = picks.get("operator", ANY)
        chosen = [option for option in operators if option.id == wanted]
        if not chosen and "operator" not in picks:
            chosen = operators
        chosen = [option for option in chosen if option.stock != 0]
        prices = [option.price for option in chosen if option.price is not None]
        if not prices:
            raise NoNumbers(self.key, "GET /operators", detail="count: 0", status=200)
        stocks = [option.stock for option in chosen if option.stock is not None]
        return Quote(
            low=min(prices),
            high=max(prices),
            rules=(Rule.REFUND_ON_CANCEL,),
            stock=sum(stocks) if stocks else None,
        )

    async def buy(self, credentials: Credentials, line: str, picks: Picks) -> Sequence[Seen]:
        """POST /orders. `operator` is left out for any."""
        self.line(line)
        body = {key: picks[key] for key in ORDER_PICKS if key in picks}
        return [await self._send(_request(credentials, "POST", "/orders", json=body), _order)]

    async def look(self, credentials: Credentials, order: OrderRef) -> Seen:
        """GET /orders/:id. It tells neither country nor operator. Raises NotFound."""
        return await self._read(_order_request(credentials, "GET", order), _order)

    async def look_all(self, credentials: Credentials, orders: Sequence[OrderRef]) -> Sequence[Seen]:
        """GET /orders, as many pages as it takes, then one by one what they did not show."""
        wanted = {order.id: order for order in orders}
        missing = dict(wanted)
        entries = await self._list(credentials, strike_off(missing))
        found = [seen for seen in _orders(entries) if seen.id in wanted]
        return await look_singly(partial(self.look, credentials), missing.values(), found)

    async def recent(self, credentials: Credentials, line: str) -> Sequence[Seen]:
        """The newest orders by GET /orders, newest first: about a hundred, more if the list is unsorted."""
        entries = await self._list(credentials, _newest_first)
        return sorted(_orders(entries), key=lambda seen: seen.created_at or 0, reverse=True)

    async def act(
        self, credentials: Credentials, act: str, order: OrderRef, given: Picks = NOTHING_GIVEN
    ) -> Seen:
        """POST /orders/:id/cancel or /ban. Raises Conflict when the order has moved on."""
        self.line(order.line).act(act)

        def ended(data: Any) -> Seen:
            answer = need_map(data)
            if answer.get("success") is not True:
                raise BadShape("no success")
            return Seen(
                id=order.id, state=State.CANCELLED, refunded=get_money(answer, "refunded"), raw=answer
            )

        return await self._send(_order_request(credentials, "POST", order, f"/{act}"), ended)

    def refusal(self, call: str, answer: Answer) -> Refused | None:
        """Errors are {"error", "code"}; of the 5xx only 503 PROVIDER_ERROR is a documented no."""
        body = answer.data if isinstance(answer.data, dict) else {}
        detail, code = get_text(body, "error") or "", get_text(body, "code") or ""
        if answer.status == 429:
            pause = answer.retry_after or RATE_PAUSE
            return RateLimited(self.key, call, retry_after=pause, detail=detail)
        if answer.status == 401:
            return BadKey(self.key, call, detail=detail, status=401)
        if answer.status == 503 and code == "PROVIDER_ERROR":
            return Unavailable(self.key, call, detail=detail, status=503)
        if 400 <= answer.status < 500 and answer.is_json:
            return ERRORS.get(code, Refused)(self.key, call, detail=detail or code, status=answer.status)
        return None

    async def _operators(self, credentials: Credentials, picks: Picks) -> Sequence[Option]:
        params = {key: picks.get(key, "") for key in ("service", "country")}
        return await self._read(_request(credentials, "GET", "/operators", params=params), _priced)

    async def _list(self, credentials: Credentials, enough: Callable[[Sequence[Entry]], bool]) -> list[Entry]:
        async def read(number: int) -> Page:
            params = {"page": number, "limit": PAGE_SIZE}
            return await self._read(_request(credentials, "GET", "/orders", params=params), _page)

        return await follow(read, most=PAGES, enough=enough, stamp="createdAt")


def _request(
    credentials: Credentials,
    method: str,
    path: str,
    *,
    params: Mapping[str, str | int] | None = None,
    json: Mapping[str, Any] | None = None,
    template: str = "",
) -> Request:
    key = credentials["api_key"]
    headers = {"Authorization": f"Bearer {key}"}
    return Request(
        method=method,
        path=path,
        template=template,
        headers=headers,
        params=params or {},
        json=json,
        secret=key,
    )


def _order_request(credentials: Credentials, method: str, order: OrderRef, tail: str = "") -> Request:
    path = f"/orders/{quote(order.id, safe='')}{tail}"
    return _request(credentials, method, path, template=f"/orders/:id{tail}")


def _balance(data: Any) -> Decimal:
    return need_money(need_map(data), "balance")


def _services(data: Any) -> list[Option]:
    return list(_options(data, price="minPrice", from_price=True))


def _countries(data: Any) -> list[Option]:
    return list(_options(data, price="minPrice", from_price=True, countries=True))


def _priced(data: Any) -> list[Option]:
    return list(_options(data, price="price", from_price=False))


def _options(data: Any, *, price: str, from_price: bool, countries: bool = False) -> Iterator[Option]:
    for entry in each_map(data):
        if (option_id := get_text(entry, "id")) is None:
            continue
        name = get_text(entry, "name") or option_id
        yield Option(
            id=option_id,
            name=name,
            price=get_money(entry, price),
            from_price=from_price,
            stock=get_int(entry, "count"),
            iso=iso_of(get_text(entry, "iso"), name, option_id) if countries else None,
        )


def _page(data: Any) -> Page:
    answer = need_map(data)
    return Page(entries=list(each_map(answer.get("orders"))), last=get_int(answer, "totalPages"))


def _newest_first(entries: Sequence[Entry]) -> bool:
    stamps = [get_stamp(entry, "createdAt") or 0 for entry in entries]
    return stamps == sorted(stamps, reverse=True)


def _orders(entries: Sequence[Entry]) -> list[Seen]:
    return [_order(entry) for entry in entries if get_text(entry, "id")]


def _order(data: Any) -> Seen:
    order = need_map(data)
    word = (get_text(order, "status") or "").upper()
    code = get_text(order, "smsCode")
    price = get_money(order, "price")
    return Seen(
        id=need_text(order, "id"),
        state=_state(word, code),
        number=get_phone(order, "phoneNumber"),
        messages=(Sms(text=code, code=code),) if code else (),  # the site keeps no text
        expires_at=get_stamp(order, "expiresAt"),
        price=price,
        refunded=price if word in REFUNDED else None,
        created_at=get_stamp(order, "createdAt"),
        picks={key: text for key in ORDER_PICKS if (text := get_text(order, key))},
        raw=order,
    )


def _state(word: str, code: str | None) -> State:
    """A word and a code that disagree leave the order open, so that it is looked at again."""
    state = STATES.get(word, State.UNKNOWN)
    if (state is State.WAITING and code) or (state is State.DONE and not code):
        return State.RECEIVED
    return state
