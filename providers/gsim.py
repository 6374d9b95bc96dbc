"""gsim.io: numbers of many countries for one code each. Document: gsim.io, "REST API"."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from providers.countries import iso_of
from providers.door import Request
from providers.errors import NoNumbers
from providers.gsim_common import item_request, request
from providers.gsim_rental_line import RENTALS, RENTALS_JOURNAL
from providers.gsim_rentals import GsimRentals, rental_quote
from providers.pages import Entry, look_singly, strike_off
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
    Record,
    Seen,
    Sheet,
    Sms,
)
from providers.words import (
    Act,
    Choice,
    Credential,
    Effect,
    Journal,
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

ORDER_PICKS = ("service", "country", "operator")
NUMBERS = "numbers"
ORDERS_JOURNAL = Journal(key="orders", filters=tuple(STATES))
ANY = "any"


class Gsim(GsimRentals):
    """gsim.io. "No numbers" has no error of its own: it is an empty count, or Unavailable when buying."""

    key = "gsim"
    name = "gsim.io"
    default_url = "https://gsim.io/api/v1"
    home = "https://gsim.io/dashboard/api-keys"
    credentials = (Credential(key="api_key", pattern=re.compile(r"[!-~]{8,200}")),)
    lines = (
        Line(
            key=NUMBERS,
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
        RENTALS,
    )
    journals = (ORDERS_JOURNAL, RENTALS_JOURNAL)
    pace = Pace(per_minute=60, floor=1.4)
    trace = Trace.LIST

    async def balance(self, credentials: Credentials) -> Decimal:
        """GET /balance."""
        return await self._read(request(credentials, "GET", "/balance"), _balance)

    async def options(
        self, credentials: Credentials, line: str, choice: str, picks: Picks
    ) -> Sequence[Option]:
        """GET /services, /countries, /operators: only an operator's price is exact. /rentals/search."""
        self.line(line).choice(choice)
        if line == RENTALS.key:
            return await self._numbers(credentials, picks)
        if choice == "operator":
            return await self._operators(credentials, picks)
        if choice == "country":
            params = {"service": picks.get("service", "")}
            return await self._read(request(credentials, "GET", "/countries", params=params), _countries)
        return await self._read(request(credentials, "GET", "/services"), _services)

    async def quote(self, credentials: Credentials, line: str, picks: Picks) -> Quote:
        """The operator's price from GET /operators; bounds over all if "any" is absent. Raises NoNumbers.

        A rental's is what was stated: the site tells neither base price nor markup before.
        """
        self.line(line)
        if line == RENTALS.key:
            return rental_quote(picks)
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
        """POST /orders (`operator` is left out for any) or /rentals."""
        self.line(line)
        if line == RENTALS.key:
            return [await self._rent(credentials, picks)]
        body = {key: picks[key] for key in ORDER_PICKS if key in picks}
        return [await self._send(request(credentials, "POST", "/orders", json=body), _order)]

    async def look(self, credentials: Credentials, order: OrderRef) -> Seen:
        """GET /orders/:id, without country and operator; for rentals see there. Raises NotFound."""
        if order.line == RENTALS.key:
            return await self._look_at_rental(credentials, order)
        return await self._read(item_request(credentials, "GET", "/orders/:id", order), _order)

    async def look_all(self, credentials: Credentials, orders: Sequence[OrderRef]) -> Sequence[Seen]:
        """GET /orders, as many pages as it takes, then one by one what they did not show."""
        wanted = {order.id: order for order in orders if order.line != RENTALS.key}
        missing, found = dict(wanted), []
        if wanted:
            entries = await self._list(credentials, strike_off(missing))
            found = [seen for seen in _orders(entries) if seen.id in wanted]
        singly = [*missing.values(), *(order for order in orders if order.line == RENTALS.key)]
        return await look_singly(partial(self.look, credentials), singly, found)

    async def recent(self, credentials: Credentials, line: str) -> Sequence[Seen]:
        """The newest orders by GET /orders, newest first: about a hundred, more if the list is unsorted.

        Rentals by GET /rentals, without `created_at`.
        """
        if line == RENTALS.key:
            return await self._recent_rentals(credentials)
        entries = await self._list(credentials, _newest_first)
        return sorted(_orders(entries), key=lambda seen: seen.created_at or 0, reverse=True)

    async def act(
        self, credentials: Credentials, act: str, order: OrderRef, given: Picks = NOTHING_GIVEN
    ) -> Seen:
        """POST /orders/:id/cancel or /ban; for rentals see there. Raises Conflict when it has moved on."""
        self.line(order.line).act(act)
        if order.line == RENTALS.key:
            return await self._act_on_rental(credentials, act, order, given)

        def ended(data: Any) -> Seen:
            answer = need_map(data)
            if answer.get("success") is not True:
                raise BadShape("no success")
            return Seen(
                id=order.id, state=State.CANCELLED, refunded=get_money(answer, "refunded"), raw=answer
            )

        return await self._send(item_request(credentials, "POST", f"/orders/:id/{act}", order), ended)

    async def journal(
        self,
        credentials: Credentials,
        key: str,
        *,
        word: str = "",
        page: int = 1,
        order: OrderRef | None = None,
    ) -> Sheet:
        """GET /orders, /rentals, /rentals/:id/sms, /rentals/:id/calls. Raises KeyError for any other."""
        if order is not None:
            self.line(order.line).journal(key)
            return await self._sheet_of_rental(credentials, key, order, page)
        if key == RENTALS_JOURNAL.key:
            return await self._rentals_sheet(credentials, word, page)
        if key != ORDERS_JOURNAL.key:
            raise KeyError(key)
        return await self._sheet(partial(_ask, credentials), key, _record, page=page, word=word)

    async def _operators(self, credentials: Credentials, picks: Picks) -> Sequence[Option]:
        params = {key: picks.get(key, "") for key in ("service", "country")}
        return await self._read(request(credentials, "GET", "/operators", params=params), _priced)

    async def _list(self, credentials: Credentials, enough: Callable[[Sequence[Entry]], bool]) -> list[Entry]:
        return await self._entries(partial(_ask, credentials), "orders", enough=enough, stamp="createdAt")


def _ask(credentials: Credentials, params: Mapping[str, str | int]) -> Request:
    return request(credentials, "GET", "/orders", params=params)


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


def _record(entry: Entry) -> Record:
    seen = _order(entry)
    return Record(
        id=seen.id,
        at=seen.created_at,
        word=get_text(entry, "status"),
        text=get_text(entry, "smsCode"),
        number=seen.number,
        amount=seen.price,
        line=NUMBERS,
        seen=seen,
    )


def _state(word: str, code: str | None) -> State:
    """A word and a code that disagree leave the order open, so that it is looked at again."""
    state = STATES.get(word, State.UNKNOWN)
    if (state is State.WAITING and code) or (state is State.DONE and not code):
        return State.RECEIVED
    return state
