"""getsms.online: US numbers for codes, and bids for numbers that are not free yet.

Everything is an HTTP 200 to a GET of one URL, orders too; `status` says whether it is an error.
Quoted words are headings of its API command reference.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_UP, Decimal
from typing import Any

from providers.door import Answer, Request
from providers.errors import (
    BadKey,
    Invalid,
    Malformed,
    NoNumbers,
    NotFound,
    RateLimited,
    Refused,
)
from providers.forms import fields_of
from providers.said import kind_said
from providers.shape import (
    BadShape,
    each_map,
    get_exact,
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
    Event,
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
    Hook,
    Line,
    Option,
    Pace,
    Rule,
    State,
)

HIGHEST_MARKUP = 2000
MOST_SERVICES = 5
WAIT_AFTER_429 = 30.0
STATUS_BEFORE_END = 60  # seconds
BID_SHOWN = 60  # seconds that a bid still has which the site shows: its text says 1800, its examples 900
LONGEST = 86_400  # seconds; the document knows 15 and 30 minutes

# "Get a status of the request" names all five.
STATES: Mapping[str, State] = {
    "awaiting mdn": State.BIDDING,
    "reserved": State.WAITING,
    "completed": State.RECEIVED,
    "rejected": State.CANCELLED,
    "timed out": State.EXPIRED,
}

# The first five are the document's. It has no words for wrong keys and empty accounts: only what leaves no
# doubt is taken for those, all else stays a plain Refused.
ERRORS: tuple[tuple[re.Pattern[str], type[Refused]], ...] = tuple(
    (re.compile(words, re.IGNORECASE), kind)
    for words, kind in (
        (r"no numbers available", NoNumbers),
        (r"the mdn is not available", NoNumbers),
        (r"invalid request id", NotFound),
        (r"no messages", NotFound),
        (r"invalid service name", Invalid),
        (r"invalid (area ?code|state|markup|mdn)\b", Invalid),
        (
            r"(invalid|wrong|incorrect|missing|unknown) ((user|login|key)\b|user ?name\b|api[ _]?key\b)",
            BadKey,
        ),
        (
            r"(user|user ?name|api[ _]?key) (is )?(invalid|wrong|incorrect|missing|unknown|not found)\b",
            BadKey,
        ),
        (r"\b(authori[sz]ation|authentication) failed\b|\bunauthori[sz]ed\b", BadKey),
        (r"\binvalid credentials\b|\baccess denied\b", BadKey),
    )
)

# "A valid 2-character US state abbreviation"
_US_STATES = """
    AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware,
    DC District of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa,
    KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota,
    MS Mississippi, MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey,
    NM New Mexico, NY New York, NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon,
    PA Pennsylvania, RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah,
    VT Vermont, VA Virginia, WA Washington, WV West Virginia, WI Wisconsin, WY Wyoming
"""
US_STATES: tuple[Option, ...] = tuple(
    Option(id=code, name=name) for code, name in re.findall(r"([A-Z]{2}) ([A-Za-z ]+)", _US_STATES)
)


class GetSms(Site):
    """US numbers, at once or by a bid."""

    key = "getsms"
    name = "getsms.online"
    default_url = "https://getsms.online/api_command.php"
    home = "https://getsms.online"
    credentials = (
        Credential(key="user", pattern=re.compile(r"[!-~]{1,254}"), secret=False),
        Credential(key="api_key", pattern=re.compile(r"[!-~]{8,256}")),
    )
    lines = (
        Line(
            key="numbers",
            choices=(
                Choice(key="service", required=True, most=MOST_SERVICES),
                # Of number, area code and state the site heeds the first and ignores the others.
                Choice(
                    key="state",
                    fixed=US_STATES,
                    excludes=("area_code", "number"),
                ),
                Choice(
                    key="area_code",
                    listed=False,
                    typed=re.compile(r"[0-9]{3}"),
                    excludes=("state", "number"),
                ),
                Choice(
                    key="number",
                    listed=False,
                    typed=re.compile(r"\+?1?[0-9]{10}"),
                    excludes=("state", "area_code"),
                    single=("service",),
                ),
                Choice(
                    key="markup",
                    needs=("service",),
                    single=("service",),
                    typed=re.compile(r"[1-9][0-9]{1,2}|1[0-9]{3}|2000"),
                ),
            ),
            acts=(
                Act(key="cancel", when=frozenset({State.WAITING}), effect=Effect.ENDS),
                Act(key="withdraw", when=frozenset({State.BIDDING}), effect=Effect.ENDS, together=True),
            ),
            reuse_by="number",
        ),
    )
    pace = Pace(per_minute=3000, floor=2.8)  # no limit is named, but "polling may take a lot of resources"
    hook = Hook(signed=False)

    async def balance(self, credentials: Credentials) -> Decimal:
        """See "View balance"."""
        request = _request(credentials, "balance")
        return await self._read(request, lambda data: need_money(_ok(data), "message"))

    async def options(
        self, credentials: Credentials, line: str, choice: str, picks: Picks
    ) -> Sequence[Option]:
        """See "List services": the services, or the markup that it recommends for one service."""
        if choice == "service":
            return await self._read(_request(credentials, "list_services"), _services)
        if choice == "markup" and len(_names(picks)) == 1:
            request = _request(credentials, "list_services", service=picks["service"])
            return await self._read(request, self._markups)
        return self.line(line).choice(choice).fixed

    async def quote(self, credentials: Credentials, line: str, picks: Picks) -> Quote:
        """See "List services". Raises Invalid.

        A bid has bounds only. The document does not say what a markup of 25 is: its examples fit neither
        percent nor cents. `low` is the price without it (numbers may be free after all), `high` the dearer
        reading of the two. For several services the site sets each markup itself, so the highest counts.
        """
        wanted = _names(picks)
        request = _request(credentials, "list_services", service=",".join(wanted))
        listed = {o.id.casefold(): o for o in await self._read(request, _services)}
        if missing := [name for name in wanted if name.casefold() not in listed]:
            raise Invalid(self.key, request.call, detail=f"Not listed: {', '.join(missing)}")
        services = [listed[name.casefold()] for name in wanted]
        prices = [service.price for service in services if service.price is not None]
        if len(prices) < len(services):
            self.door.fail(request, "bad-shape", status=200)
        markup = HIGHEST_MARKUP if len(wanted) > 1 else int(picks.get("markup", 0))
        stocks = [service.stock for service in services if service.stock is not None]
        return Quote(
            low=sum(prices, Decimal(0)),
            high=sum((_highest(price, markup) for price in prices), Decimal(0)),
            rules=(Rule.BID, Rule.PRICE_BY_SITE) if markup else (),
            stock=min(stocks, default=None),  # approximate: "only when you make a request, you will know"
        )

    async def buy(self, credentials: Credentials, line: str, picks: Picks) -> Sequence[Seen]:
        """See "Request an MDN". Several services in the pick, with commas, give one order (a bid) each,
        in the site's order; `Seen.picks` tells which is which.
        """
        names = _names(picks)
        several = len(names) > 1
        if several and (len(names) > MOST_SERVICES or "number" in picks or "markup" in picks):
            raise Invalid(self.key, "GET ?cmd=request", detail="Up to 5 services, without number and markup")
        wish = {"service": ",".join(names)}
        if "number" in picks:
            digits = picks["number"].removeprefix("+")
            wish["mdn"] = digits if len(digits) == 11 else f"1{digits}"
        for key, param in (("area_code", "areacode"), ("state", "state"), ("markup", "markup")):
            if key in picks:
                wish[param] = picks[key]
        return await self._send(_request(credentials, "request", **wish), self._orders)

    async def look(self, credentials: Credentials, order: OrderRef) -> Seen:
        """See "Get a status of the request" and, once there is a number, "Read SMS".

        The status is read first, so that what it calls completed has its message. A bid that nobody
        filled is deleted: its id is invalid then, and nothing was charged.
        """
        try:
            seen = await self._read(_request(credentials, "request_status", id=order.id), self._order(order))
        except NotFound as error:
            if order.state is not State.BIDDING:
                raise
            return Seen(id=order.id, state=State.EXPIRED, raw={"status": "error", "message": error.detail})
        if seen.state is State.BIDDING:
            return seen
        return replace(seen, messages=await self._messages(credentials, order.id))

    async def glance(self, credentials: Credentials, order: OrderRef) -> Seen:
        """See "Read SMS": while a number waits well within its time, half the requests of a look."""
        if order.state is not State.WAITING or not self._has_time(order):
            return await self.look(credentials, order)
        messages = await self._messages(credentials, order.id)
        return Seen(id=order.id, state=State.RECEIVED if messages else State.WAITING, messages=messages)

    def _has_time(self, order: OrderRef) -> bool:
        """Whether it can't have ended by its clock yet. Near its end the status tells what became of it."""
        return order.expires_at is not None and self._now() < order.expires_at - STATUS_BEFORE_END

    def _now(self) -> float:
        return time.time() + self.door.clock_offset

    async def act(
        self, credentials: Credentials, act: str, order: OrderRef, given: Picks = NOTHING_GIVEN
    ) -> Seen:
        """See "Reject an MDN": gives the number back, or withdraws the bid."""
        request = _request(credentials, "reject", id=order.id)
        return await self._send(request, lambda data: Seen(id=order.id, state=State.CANCELLED, raw=_ok(data)))

    def events(self, body: bytes, headers: Mapping[str, str], keys: Sequence[Credentials]) -> Sequence[Event]:
        """See "Webhook URL": fields of a POST without a signature. Other kinds of event are passed over."""
        try:
            fields = fields_of(body, headers.get("content-type", ""))
            order_id, kind = need_text(fields, "id"), need_text(fields, "event")
        except BadShape:
            raise Malformed(self.key, "webhook") from None
        service = get_text(fields, "service")
        if kind == "incoming_message":
            number, sms = get_phone(fields, "to", us=True), _sms(fields)
            return [Event(order_id=order_id, sms=sms, number=number, service=service, line="numbers")]
        if kind == "priority_request":
            number = get_phone(fields, "mdn", us=True)
            return [Event(order_id=order_id, number=number, service=service, line="numbers")]
        return []

    def refusal(self, call: str, answer: Answer) -> Refused | None:
        """Errors come as HTTP 200 with `"status": "error"` and a text; other 4xx are not documented."""
        body = answer.data if isinstance(answer.data, dict) else {}
        detail = get_text(body, "message") or ""
        if answer.status == 429:
            wait = answer.retry_after or WAIT_AFTER_429
            return RateLimited(self.key, call, retry_after=wait, detail=detail)
        if answer.status == 401:
            return BadKey(self.key, call, detail=detail, status=401)
        refused = 400 <= answer.status < 500 and answer.is_json
        if not refused and not (answer.status < 300 and body.get("status") == "error"):
            return None
        kind = next((kind for words, kind in ERRORS if words.search(detail)), None)
        kind = kind or kind_said(detail) or Refused
        return kind(self.key, call, detail=detail, status=answer.status)

    def _orders(self, data: Any) -> list[Seen]:
        orders = [self._seen(row) for row in _rows(data) if get_text(row, "id")]
        if not orders:
            raise BadShape("no request was made")
        return orders

    def _order(self, order: OrderRef) -> Callable[[Any], Seen]:
        def parse(data: Any) -> Seen:
            row = next((row for row in _rows(data) if get_text(row, "id") == order.id), None)
            need_text(need_map(row), "status")
            return self._seen(need_map(row))

        return parse

    def _seen(self, row: Mapping[str, Any]) -> Seen:
        # bought but without a status is UNKNOWN: an id that cost money must not be lost
        state = STATES.get((get_text(row, "status") or "").casefold(), State.UNKNOWN)
        left = min(max(get_int(row, "till_expiration") or 0, 0), LONGEST)
        if state is State.BIDDING:
            left = max(left, BID_SHOWN)
        if state is State.RECEIVED and not left:
            state = State.DONE
        picks = {key: text for key in ("service", "state") if (text := get_text(row, key))}
        facts = {key: text for key in ("carrier", "markup") if (text := get_text(row, key))}
        return Seen(
            id=need_text(row, "id"),
            state=state,
            number=get_phone(row, "mdn", us=True),
            expires_at=int(self._now()) + left if state.is_open and left else None,
            price=get_money(row, "price"),
            picks=picks,
            facts=facts,
            raw=row,
        )

    async def _messages(self, credentials: Credentials, order_id: str) -> tuple[Sms, ...]:
        """The three newest of two days, oldest first. None at all is an error there: "No messages"."""
        request = _request(credentials, "read_sms", id=order_id)
        try:
            return await self._read(request, _messages)
        except NotFound:
            return ()

    def _markups(self, data: Any) -> list[Option]:
        choice = self.line("numbers").choice("markup")
        markups = (get_text(row, "recommended_markup") or "" for row in _rows(data))
        return [Option(id=text, name=text, recommended=True) for text in markups if choice.accepts(text)]


def _request(credentials: Credentials, cmd: str, **params: str) -> Request:
    who = {"user": credentials["user"], "api_key": credentials["api_key"]}
    return Request(
        method="GET",
        path="",
        template=f"?cmd={cmd}",
        params={"cmd": cmd, **who, **params},
        secret=credentials["api_key"],
    )


def _names(picks: Picks) -> list[str]:
    return [name for name in picks["service"].split(",") if name.strip()]


def _highest(price: Decimal, markup: int) -> Decimal:
    """The dearer of "so many percent more" and "so many cents more"."""
    dearest = price + max(price, Decimal(1)) * markup / 100
    return dearest.quantize(Decimal("0.01"), rounding=ROUND_UP) if markup else price


def _ok(data: Any) -> Mapping[str, Any]:
    body = need_map(data)
    if body.get("status") != "ok":
        raise BadShape("neither ok nor error")
    return body


def _rows(data: Any) -> list[Mapping[str, Any]]:
    """`message` where it should be a list; a single entry may come bare."""
    message = _ok(data).get("message")
    return list(each_map([message] if isinstance(message, dict) else message))


def _services(data: Any) -> list[Option]:
    return [
        Option(id=name, name=name.strip(), price=get_money(row, "price"), stock=get_int(row, "otp_available"))
        for row in _rows(data)
        if (name := get_exact(row, "name")) and "," not in name  # could only be asked for as two
    ]


def _messages(data: Any) -> tuple[Sms, ...]:
    if isinstance(_ok(data).get("message"), str):
        return ()  # words where there is no list say that there is nothing, be it an error or not
    return tuple(sms for row in reversed(_rows(data)) if (sms := _sms(row)))


def _sms(row: Mapping[str, Any]) -> Sms | None:
    text, pin = get_text(row, "reply"), get_text(row, "pin")
    if not text and not pin:
        return None
    # `date_time` is New York's clock, `timestamp` is UTC
    return Sms(text=text or pin or "", code=pin, at=get_stamp(row, "timestamp"), sender=get_text(row, "from"))
