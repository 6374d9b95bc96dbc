"""SMSGig: codes for US numbers over its server S1. Quoted words are headings of its API reference."""

import hashlib
import hmac
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from providers.door import Answer, Request
from providers.errors import (
    OF_THE_ACCOUNT,
    BadKey,
    Conflict,
    Forged,
    Invalid,
    Malformed,
    NoNumbers,
    NotFound,
    RateLimited,
    Refused,
)
from providers.said import kind_said, words_of
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
    parse_json,
)
from providers.site import (
    NOTHING_GIVEN,
    Credentials,
    Event,
    OrderRef,
    Picks,
    Quote,
    Record,
    Seen,
    Sheet,
    Site,
    Sms,
    Transaction,
)
from providers.words import (
    Act,
    Choice,
    Credential,
    Effect,
    Hook,
    Journal,
    Line,
    Option,
    Pace,
    Rule,
    State,
    Trace,
)

MOST_PAGES = 50
PER_PAGE = 20  # transactions; what the site takes without a limit
WAIT_AFTER_429 = 30.0

# "expired" and the British spelling are not in the document; nothing else can be meant by them.
STATES: Mapping[str, State] = {
    "waiting": State.WAITING,
    "received": State.RECEIVED,
    "finished": State.DONE,
    "canceled": State.CANCELLED,
    "cancelled": State.CANCELLED,
    "expired": State.EXPIRED,
}

KINDS = ("purchase", "refund", "deposit")
"""Of a transaction, as the site's document has them."""

# "Error Codes": the numbers are documented, the bodies are not.
ERRORS: Mapping[int, type[Refused]] = {400: Invalid, 401: BadKey, 404: NotFound, 422: Invalid}


class SmsGig(Site):
    """US numbers for codes; some services bring several codes to one number."""

    key = "smsgig"
    name = "SMSGig"
    default_url = "https://smsgig.com/api/v1"
    home = "https://smsgig.com"
    credentials = (Credential(key="api_key", pattern=re.compile(r"[!-~]{8,256}")),)
    lines = (
        Line(
            key="s1",
            choices=(
                Choice(key="service", required=True),
                Choice(key="area_code", listed=False, typed=re.compile(r"[0-9]{3}")),
                Choice(key="carrier", listed=False, typed=re.compile(r"[A-Za-z0-9 &-]{1,30}")),
            ),
            acts=(
                Act(key="cancel", when=frozenset({State.WAITING}), effect=Effect.ENDS),
                Act(key="finish", when=frozenset({State.RECEIVED}), effect=Effect.ENDS),
            ),
        ),
    )
    # "Check Status" advises 5-10 seconds and, two lines on, 2-3 seconds.
    pace = Pace(per_minute=3000, floor=3.0)
    hook = Hook(signed=True)
    trace = Trace.MONEY
    journals = (Journal(key="transactions", filters=KINDS),)

    async def balance(self, credentials: Credentials) -> Decimal:
        """See "Get Balance"."""
        request = _request(credentials, "GET", "/balance")
        return await self._read(request, lambda data: need_money(need_map(data), "balance"))

    async def transactions(self, credentials: Credentials, kind: str) -> Sequence[Transaction]:
        """The latest 100 of a kind (purchase, refund, deposit), newest first: "Get Transactions".

        Its example asks for purchases and shows a refund, so what is of another kind is passed over here too.
        A word that is not documented may be another one for what was asked for.
        """
        request = _request(credentials, "GET", "/transactions", params={"limit": 100, "type": kind})
        others = {*KINDS} - {kind}
        return [one for one in await self._read(request, _transactions) if one.kind.casefold() not in others]

    async def journal(
        self,
        credentials: Credentials,
        key: str,
        *,
        word: str = "",
        page: int = 1,
        order: OrderRef | None = None,
    ) -> Sheet:
        """The account's money, newest first: "Get Transactions", of one `type` where a word is given.

        As for the services, `page` is not documented but counted in `meta`. Should the site ignore it, its
        `current_page` tells, and there is no such page.
        """
        if key != "transactions":
            raise KeyError(key)
        asked: dict[str, str | int] = {"limit": PER_PAGE}
        asked |= {"type": word} if word else {}
        asked |= {"page": page} if page > 1 else {}
        request = _request(credentials, "GET", "/transactions", params=asked)
        return await self._read(request, lambda data: _sheet(data, page))

    async def options(
        self, credentials: Credentials, line: str, choice: str, picks: Picks
    ) -> Sequence[Option]:
        """See "List Services". The site lists no area codes and no carriers."""
        return await self._services(credentials) if choice == "service" else ()

    async def quote(self, credentials: Credentials, line: str, picks: Picks) -> Quote:
        """The service's price; no surcharge is documented. Raises NoNumbers when the count is 0, Invalid."""
        service = next(
            (o for o in await self._services(credentials, picks["service"]) if o.id == picks["service"]), None
        )
        call = "GET /s1/services"
        if service is None:
            raise Invalid(self.key, call, detail="The service is not listed any more")
        if service.stock == 0:
            raise NoNumbers(self.key, call)
        if service.price is None:
            self.door.fail(Request(method="GET", path="/s1/services"), "bad-shape")
        ttl = service.facts.get("ttl")
        several = service.facts.get("multiple_sms") is True
        return Quote(
            low=service.price,
            high=service.price,
            rules=(Rule.REFUND_ON_CANCEL, *((Rule.SEVERAL_CODES,) if several else ())),
            stock=service.stock,
            lasts=int(ttl) if ttl is not None else None,
        )

    async def buy(self, credentials: Credentials, line: str, picks: Picks) -> Sequence[Seen]:
        """See "Rent Number". The facts hold ttl and price."""
        wish = {"service_code": picks["service"]} | {
            key: picks[key] for key in ("area_code", "carrier") if key in picks
        }
        request = _request(credentials, "POST", "/s1/rent", json=wish)
        return [await self._send(request, lambda data: _rental(_inner(data)))]

    async def look(self, credentials: Credentials, order: OrderRef) -> Seen:
        """See "Check Status", or the full "Get/Update Rental Status" while number or expiry is not known.

        "received" stays open until the time is up, because more codes may come to some services;
        it is DONE at once only where the service is known to bring one.
        """
        rental_id = self._id_of(order, "GET /s1/status")
        if order.number is None or order.expires_at is None:
            body = {"activation_id": int(rental_id)}
            request = _request(credentials, "POST", "/s1/rentals/status", json=body)
            return await self._read(request, lambda data: self._seen(order, _inner(data)))
        request = _request(credentials, "GET", "/s1/status", params={"activation_id": rental_id})
        return await self._read(request, lambda data: self._seen(order, need_map(data)))

    async def act(
        self, credentials: Credentials, act: str, order: OrderRef, given: Picks = NOTHING_GIVEN
    ) -> Seen:
        """Cancel (see "Cancel Rental") or finish (see "Get/Update Rental Status").

        Raises Conflict for 400 and 422: the only parameter is a known id, so the rental must have moved on.
        """
        if act == "finish":
            path, action, parse = "/s1/rentals/status", {"action": "finished"}, _finished
        else:
            path, action, parse = "/s1/rentals/cancel", {}, _cancelled
        body = {"activation_id": int(self._id_of(order, f"POST {path}")), **action}
        request = _request(credentials, "POST", path, json=body)
        try:
            return await self._send(request, lambda data: parse(order, need_map(data)))
        except Invalid as error:
            raise Conflict(self.key, error.call, detail=error.detail, status=error.status) from None

    def events(self, body: bytes, headers: Mapping[str, str], keys: Sequence[Credentials]) -> Sequence[Event]:
        """See "Webhooks": signed with the account's key, one message each."""
        signature = headers.get("x-smsgig-signature", "").strip().lower().encode()
        fits = [hmac.compare_digest(signature, _sign(body, key)) for key in keys]
        if not any(fits):
            raise Forged(self.key, "webhook")
        try:
            data = need_map(parse_json(body))
            order_id = _activation_id(data)
        except BadShape:
            raise Malformed(self.key, "webhook") from None
        messages = _messages(data, id=get_text(data, "message_id"), at=get_stamp(data, "received_at"))
        sms = messages[0] if messages else None
        return [Event(order_id=order_id, sms=sms, service=get_text(data, "service"), line="s1")]

    def refusal(self, call: str, answer: Answer) -> Refused | None:
        """See "Error Codes", 400 to 429; also a 200 that says `"status": "error"`."""
        body = answer.data if isinstance(answer.data, dict) else {}
        detail = words_of(body)
        if answer.status == 429:
            wait = answer.retry_after or WAIT_AFTER_429
            return RateLimited(self.key, call, retry_after=wait, detail=detail)
        if answer.status == 401:
            return BadKey(self.key, call, detail=detail, status=401)
        refused = 400 <= answer.status < 500 and answer.is_json
        says_no = body.get("status") == "error" or body.get("success") is False
        if not refused and not (answer.status < 300 and says_no):
            return None
        # words that leave no doubt go before the bare number
        kind = kind_said(detail) or ERRORS.get(answer.status, Refused)
        if kind is NotFound and call == "POST /s1/rent":
            kind = Invalid  # the service or carrier is what doesn't exist
        return kind(self.key, call, detail=detail, status=answer.status)

    async def _services(self, credentials: Credentials, wanted: str | None = None) -> list[Option]:
        """All services, or those up to the page with the wanted one.

        The parameter `page` is not documented, but `meta` counts pages of 100 in 360. Should the site
        ignore it, a page brings nothing new and the walk ends; should it refuse it, there is one page.
        """
        found: dict[str, Option] = {}
        for number in range(1, MOST_PAGES + 1):
            params = {"page": number} if number > 1 else {}
            try:
                page, total = await self._read(
                    _request(credentials, "GET", "/s1/services", params=params), _services
                )
            except OF_THE_ACCOUNT:
                raise
            except Refused:
                if not found:
                    raise
                break
            news = {option.id: option for option in page if option.id not in found}
            found |= news
            if not news or wanted in found or (total is not None and len(found) >= total):
                break
        return list(found.values())

    def _seen(self, order: OrderRef, rental: Mapping[str, Any]) -> Seen:
        seen = _rental(rental, order.id)
        if seen.state is not State.RECEIVED:
            return seen
        expires_at = seen.expires_at or order.expires_at
        over = expires_at is not None and expires_at <= time.time() + self.door.clock_offset
        single = order.facts.get("multiple_sms") is False
        return replace(seen, state=State.DONE) if over or single else seen

    def _id_of(self, order: OrderRef, call: str) -> str:
        """The site's ids are integers. Raises NotFound for anything else."""
        if not re.fullmatch(r"[0-9]{1,18}", order.id):
            raise NotFound(self.key, call)
        return order.id


def _request(credentials: Credentials, method: str, path: str, **parts: Any) -> Request:
    key = credentials["api_key"]
    headers = {"Authorization": f"Bearer {key}"}
    return Request(method=method, path=path, headers=headers, secret=key, **parts)


def _inner(data: Any) -> Mapping[str, Any]:
    return need_map(need_map(data).get("rental"))


def _sign(body: bytes, key: Credentials) -> bytes:
    return hmac.new(key["api_key"].encode(), body, hashlib.sha256).hexdigest().encode()


def _services(data: Any) -> tuple[list[Option], int | None]:
    body = need_map(data)
    meta = body.get("meta")
    options = [_service(entry) for entry in each_map(body.get("data")) if get_text(entry, "service_code")]
    return options, get_int(meta, "total") if isinstance(meta, dict) else None


def _service(entry: Mapping[str, Any]) -> Option:
    code, ttl, several = need_text(entry, "service_code"), _ttl(entry), entry.get("multiple_sms")
    facts: dict[str, str | int | bool] = {}
    if ttl is not None:
        facts["ttl"] = ttl
    if isinstance(several, bool):
        facts["multiple_sms"] = several
    return Option(
        id=code,
        name=get_text(entry, "name") or code,
        price=get_money(entry, "price"),
        stock=get_int(entry, "count"),
        facts=facts,
    )


def _transactions(data: Any) -> list[Transaction]:
    return [
        Transaction(
            id=need_text(entry, "id"),
            kind=need_text(entry, "type"),
            amount=abs(need_money(entry, "amount")),
            description=get_text(entry, "description"),
            created_at=get_stamp(entry, "created_at"),
        )
        for entry in each_map(need_map(data).get("data"))
    ]


def _sheet(data: Any, page: int) -> Sheet:
    found = need_map(data).get("meta")
    meta = found if isinstance(found, dict) else {}
    shown, last = get_int(meta, "current_page"), get_int(meta, "last_page")
    if page > 1 and shown not in {None, page}:
        return Sheet(records=())
    records = tuple(
        Record(id=one.id, at=one.created_at, word=one.kind, text=one.description, amount=one.amount)
        for one in _transactions(data)
    )
    return Sheet(records=records, has_more=last is not None and page < last)


def _rental(rental: Mapping[str, Any], known_id: str | None = None) -> Seen:
    """A rental as "Rent Number", "Get/Update Rental Status" and (with few fields) "Check Status" show it.

    Bought but without a status is UNKNOWN: an id that cost money must not be lost.
    """
    word = need_text(rental, "status") if known_id else get_text(rental, "status") or ""
    ttl, price = _ttl(rental), get_money(rental, "price")
    created_at, service = get_stamp(rental, "created_at"), get_text(rental, "service_code")
    facts: dict[str, str | int | bool] = {}
    if ttl is not None:
        facts["ttl"] = ttl
    if price is not None:
        facts["price"] = f"{price:f}"  # a cancel's answer says that it refunds, but not how much
    return Seen(
        id=known_id or _activation_id(rental),
        state=STATES.get(word.casefold(), State.UNKNOWN),
        number=get_phone(rental, "phone_number", us=True),
        messages=_messages(rental),
        expires_at=created_at + ttl if created_at is not None and ttl is not None else None,
        price=price,
        created_at=created_at,
        picks={"service": service} if service else {},
        facts=facts,
        raw=rental,
    )


def _activation_id(entry: Mapping[str, Any]) -> str:
    number = get_int(entry, "activation_id")
    if number is None or number < 0:
        raise BadShape("no activation_id")
    return str(number)


def _ttl(entry: Mapping[str, Any]) -> int | None:
    """Seconds; what is no sensible time is no time."""
    ttl = get_int(entry, "ttl")
    return ttl if ttl is not None and 0 < ttl < 10_000_000 else None


def _messages(entry: Mapping[str, Any], **stamps: Any) -> tuple[Sms, ...]:
    code, text = get_text(entry, "code"), get_text(entry, "text")
    return (Sms(text=text or code or "", code=code, **stamps),) if text or code else ()


def _finished(order: OrderRef, data: Mapping[str, Any]) -> Seen:
    # the example still says "received" after "finished" was asked for
    return replace(_rental(_inner(data), order.id), state=State.DONE)


def _cancelled(order: OrderRef, data: Mapping[str, Any]) -> Seen:
    if data.get("status") != "success":
        raise BadShape("no success")
    refunded = "refund processed" in (get_text(data, "message") or "")
    return Seen(
        id=order.id,
        state=State.CANCELLED,
        refunded=get_money(order.facts, "price") if refunded else None,
        raw=data,
    )
