"""GearSMS: real US numbers in two pools (S1, S2), numbers of a hundred countries (Global), and rentals.

Its document calls each pool a section of its own, but they differ only in the names kept in the tables here.
Rentals differ in more: see gearsms_rentals.py.
"""

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from providers.door import Answer, Request
from providers.errors import (
    BadKey,
    Invalid,
    Malformed,
    NoFunds,
    NoNumbers,
    NotAllowed,
    NotFound,
    RateLimited,
    Refused,
)
from providers.gearsms_common import data_of, offered, options_of, order_request, request
from providers.gearsms_rentals import RENTALS, GearRentals, bare
from providers.shape import (
    BadShape,
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
    Seen,
    Sms,
    Surcharge,
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
    Trace,
)

# "Service Specific Rules" of the S2 section; the orders' answers write names in lower case
ALWAYS_CHARGED = frozenset({"wells fargo"})
NEVER_REPORTED = frozenset(
    {
        "cash app",
        "citibank",
        "go2bank",
        "gobank",
        "green dot",
        "one finance",
        "snapchat",
        "survey junkie",
        "walmart family mobile",
        "walmart money card",
        "whatsapp",
    }
)
NEVER_REJECTED = NEVER_REPORTED | ALWAYS_CHARGED

S1_SECONDS = 15 * 60 + 15
MARKUPS: Mapping[str, Mapping[str, Decimal]] = {
    "s2": {"area_code": Decimal("0.65"), "carrier": Decimal("0.25")},
}

NO_CODE_YET = frozenset({State.WAITING, State.UNKNOWN})
OVER_OR_CODE = frozenset({State.RECEIVED, State.DONE, State.EXPIRED, State.CANCELLED})

CARRIERS = (
    Option(id="tmo", name="T-Mobile"),
    Option(id="vz", name="Verizon"),
    Option(id="att", name="AT&T"),
)


class GearSms(GearRentals):
    """GearSMS. Orders can't be listed and carry no request id, so a lost answer stays a riddle."""

    key = "gearsms"
    name = "GearSMS"
    default_url = "https://app.gearsms.com/api/v1"
    home = "https://app.gearsms.com"
    credentials = (Credential(key="api_key", pattern=re.compile(r"[!-~]{8,200}")),)
    pace = Pace(per_minute=3000, floor=3.0)  # its document names no limit
    hook = Hook(signed=False)
    trace = Trace.BALANCE
    lines = (
        Line(
            key="s1",
            choices=(Choice(key="service", required=True), Choice(key="state")),
            acts=(Act(key="cancel", when=NO_CODE_YET, effect=Effect.ENDS),),
        ),
        Line(
            key="s2",
            choices=(
                Choice(key="service", required=True),
                Choice(key="area_code"),
                Choice(key="carrier", fixed=CARRIERS),
            ),
            acts=(
                Act(key="cancel", when=NO_CODE_YET, effect=Effect.ENDS, barred=NEVER_REJECTED),
                Act(
                    key="report",  # also "if the code provided is invalid"
                    when=NO_CODE_YET | {State.RECEIVED, State.DONE},
                    effect=Effect.ENDS,
                    confirm=True,
                    barred=NEVER_REPORTED,
                ),
                Act(
                    key="reactivate",
                    when=OVER_OR_CODE,
                    effect=Effect.BUYS,
                    confirm=True,
                    keeps_id=True,
                    leaves={"reactivated": True},
                ),
            ),
        ),
        Line(
            key="global",
            choices=(
                Choice(key="country", required=True),
                Choice(key="service", required=True, needs=("country",)),
                Choice(key="area_code", needs=("country", "service")),
            ),
            acts=(
                Act(key="cancel", when=NO_CODE_YET, effect=Effect.ENDS),
                Act(key="reuse", when=OVER_OR_CODE, effect=Effect.BUYS, confirm=True),
            ),
        ),
        RENTALS,
    )

    LISTS: ClassVar[Mapping[str, str]] = {
        "service": "services",
        "state": "states",
        "area_code": "area-codes",
        "country": "countries",
    }
    IDS: ClassVar[Mapping[str, str]] = {"state": "code", "country": "ID"}  # services go by their name
    FIELDS: ClassVar[Mapping[str, str]] = {
        "service": "service",
        "state": "state",
        "area_code": "areacode",
        "carrier": "carrier",
        "country": "country",
    }
    STATES: ClassVar[Mapping[str, State]] = {
        "pending": State.WAITING,
        "activating": State.WAITING,
        "completed": State.DONE,
        "rejected": State.CANCELLED,
        "cancelled": State.CANCELLED,
        "canceled": State.CANCELLED,
        "reported": State.CANCELLED,
        # the document has no word for an order whose time is up, so all that it could be
        "expired": State.EXPIRED,
        "timeout": State.EXPIRED,
        "timed_out": State.EXPIRED,
        "refunded": State.EXPIRED,
    }
    REFUSALS: ClassVar[Sequence[tuple[re.Pattern[str], type[Refused]]]] = (
        (re.compile(r"(invalid|missing) (api key|header).*|unauthori[sz]ed\W*"), BadKey),
        (re.compile(r"no numbers? (are |is )?(currently )?available.*|out of stock\b.*"), NoNumbers),
        (re.compile(r"insufficient (balance|funds)( (to|for) .*)?\W*"), NoFunds),
        (re.compile(r"reuse option is not available.*"), NotAllowed),
        (re.compile(r".*\b(does|do) not allow manual (rejection|reporting)\b.*"), NotAllowed),
        (re.compile(r"invalid (service|duration|state|country|carrier|area ?code)\b.*"), Invalid),
        (re.compile(r"(order|rental) not found\W*"), NotFound),
    )
    SOURCES: ClassVar[Mapping[str, str]] = {"S1": "s1", "S2": "s2", "GLOBAL": "global", "LTR": RENTALS.key}

    async def balance(self, credentials: Credentials) -> Decimal:
        """Section "Check Balance"."""
        asked = request(credentials, "GET", "/balance")
        return await self._read(asked, lambda body: need_money(data_of(body), "balance"))

    async def options(
        self, credentials: Credentials, line: str, choice: str, picks: Picks
    ) -> Sequence[Option]:
        """Sections "Get States", "Get Services", "List Area Codes", "Get Countries"."""
        described = self.line(line).choice(choice)
        if described.fixed:
            return described.fixed
        if line == RENTALS.key:
            return await self._rental_options(credentials, choice)
        asked = self._list_request(credentials, line, described, picks)
        return await self._read(asked, lambda body: options_of(body, choice, self.IDS))

    async def quote(self, credentials: Credentials, line: str, picks: Picks) -> Quote:
        """The service's price in the list; for Global also "Check Stock", the only count that is live.

        Raises Invalid where the service is not listed any more. Stock 0 is no error: people may still try.
        """
        if line == RENTALS.key:
            return await self._rental_quote(credentials, picks)
        service = picks.get("service", "")
        asked = self._list_request(credentials, line, self.line(line).choice("service"), picks)
        offer = await self._read(asked, lambda body: self._offer(body, service))
        if offer is None:
            raise Invalid(self.key, asked.call, detail="the service is not offered")
        price, stock = offer
        if line == "global":
            stock = await self._stock(credentials, picks)
        low, high, surcharges = _marked_up(price, MARKUPS.get(line, {}), picks)
        return Quote(
            low=low,
            high=high,
            rules=_rules(line, service.casefold(), unsure=low != high),
            surcharges=surcharges,
            stock=stock,
            lasts=S1_SECONDS if line == "s1" else None,
        )

    async def buy(self, credentials: Credentials, line: str, picks: Picks) -> Sequence[Seen]:
        """Section "Request Number". For S1 the answer has no price."""
        if line == RENTALS.key:
            return [await self._rental_buy(credentials, picks)]
        body: dict[str, str | int] = {self.FIELDS[key]: pick for key, pick in picks.items()}
        if picks.get("country", "").isdecimal():
            body["country"] = int(picks["country"])  # the one field that must be a JSON number
        asked = request(credentials, "POST", f"/temp-{line}/order", json=body)
        return [await self._send(asked, lambda answer: self._bought(line, picks, data_of(answer)))]

    async def look(self, credentials: Credentials, order: OrderRef) -> Seen:
        """Section "Check SMS Status"; for S1 "Get Number Details" while the number is not known.

        Global's answer never has the number.
        """
        if order.line == RENTALS.key:
            return await self._rental_look(credentials, order)
        word = "number-details" if order.line == "s1" and order.number is None else "check-sms"
        asked = order_request(credentials, "GET", f"/temp-{order.line}/{word}/", order.id)
        return await self._read(asked, lambda body: self._looked(order, data_of(body)))

    async def act(
        self, credentials: Credentials, act: str, order: OrderRef, given: Picks = NOTHING_GIVEN
    ) -> Seen:
        """Sections "Reject Number", "Report Number", "Reactivate / Reuse Number", "Reuse Number"."""
        self.line(order.line).act(act)
        asked = order_request(credentials, "POST", f"/temp-{order.line}/{act}/", order.id)
        return await self._send(asked, lambda body: self._acted(act, order, data_of(body)))

    def events(self, body: bytes, headers: Mapping[str, str], keys: Sequence[Credentials]) -> Sequence[Event]:
        """Section "Webhooks". Nothing is signed; other events than `sms_received` are passed over."""
        try:
            data = need_map(parse_json(body))
            if need_text(data, "event") != "sms_received":
                return []
            order_id = need_text(data, "orderId")
        except BadShape as error:
            raise Malformed(self.key, "webhook", detail=str(error)) from None
        line = self.SOURCES.get((get_text(data, "source") or "").upper())
        return [
            Event(
                order_id=bare(order_id),
                sms=_sms(data, at=get_stamp(data, "timestamp")),
                number=get_phone(data, "number", us=line in {"s1", "s2", RENTALS.key}),
                service=get_text(data, "service"),
                line=line,
            )
        ]

    def refusal(self, call: str, answer: Answer) -> Refused | None:
        """Errors come as 400 or 401 with a message. 401 says nothing by itself: no numbers is one too."""
        body = answer.data if isinstance(answer.data, dict) else {}
        if answer.status < 400 and body.get("success") is not False:
            return None
        message = get_text(body, "message") or ""
        if answer.status == 429:
            return RateLimited(self.key, call, retry_after=answer.retry_after or 30, detail=message)
        kind = next((kind for words, kind in self.REFUSALS if words.fullmatch(message.casefold())), None)
        if kind is None:
            understood = answer.is_json or answer.status == 401
            if answer.status >= 500 or not understood or body.get("success") is True:
                return None
            # an unknown service may well be a 404 too, so only where an order was asked for
            kind = NotFound if answer.status == 404 and call.endswith(":id") else Refused
        return kind(self.key, call, detail=message, status=answer.status)

    def _list_request(self, credentials: Credentials, line: str, choice: Choice, picks: Picks) -> Request:
        params = {key: picks[key] for key in choice.needs if key in picks}
        return request(credentials, "GET", f"/temp-{line}/{self.LISTS[choice.key]}", params=params)

    async def _stock(self, credentials: Credentials, picks: Picks) -> int | None:
        params = {key: picks[key] for key in ("country", "service") if key in picks}
        asked = request(credentials, "GET", "/temp-global/stock", params=params)
        try:
            return await self._read(asked, lambda body: get_int(data_of(body), "stock"))
        except NoNumbers:
            return 0

    def _offer(self, body: Any, service: str) -> tuple[Decimal, int | None] | None:
        """Price and stock of one service in the list of services."""
        offer = offered(options_of(body, "service", self.IDS), service)
        if offer is None:
            return None
        if offer.price is None:
            raise BadShape("no price")
        return offer.price, offer.stock

    def _bought(self, line: str, picks: Picks, data: Mapping[str, Any]) -> Seen:
        # without a status the purchase still stands: only the id must be there
        return self._seen(need_text(data, "id"), data, us=_is_us(line, picks))

    def _looked(self, order: OrderRef, data: Mapping[str, Any]) -> Seen:
        need_text(data, "status")
        return self._seen(order.id, data, us=_is_us(order.line, order.picks), facts=order.facts)

    def _acted(self, act: str, order: OrderRef, data: Mapping[str, Any]) -> Seen:
        if act == "reuse":  # makes a new order for the same number
            return self._bought(order.line, order.picks, data)
        facts = {**order.facts, **self.line(order.line).act(act).leaves}
        return self._seen(order.id, data, us=_is_us(order.line, order.picks), facts=facts)

    def _seen(
        self,
        order_id: str,
        data: Mapping[str, Any],
        *,
        us: bool,
        facts: Mapping[str, str | int | bool] | None = None,
    ) -> Seen:
        facts = facts or {}
        word = (get_text(data, "status") or "").casefold()
        state = self.STATES.get(word, State.UNKNOWN)
        sms = _sms(data)
        if state is State.WAITING and facts.get("reactivated"):
            sms = None  # whatever is still shown came before the reactivation
        if state is State.WAITING and sms is not None:
            state = State.RECEIVED
        if state is State.DONE and sms is None:
            state = State.UNKNOWN  # "completed" before its text is there: keep watching
        service = get_text(data, "service")
        return Seen(
            id=order_id,
            state=state,
            number=get_phone(data, "number", us=us),
            messages=() if sms is None else (sms,),
            expires_at=get_stamp(data, "expiresAt"),
            price=get_money(data, "price"),
            refunded=Decimal(0) if data.get("refunded") is False else get_money(data, "refundAmount"),
            balance=get_money(data, "balance"),
            picks={} if service is None else {"service": service},
            facts={**facts, "activating": word == "activating"},
            raw=data,
        )


def _sms(data: Mapping[str, Any], *, at: int | None = None) -> Sms | None:
    """The one message that an order can show; its text is sometimes only the pin."""
    pin = get_text(data, "pin")
    text = get_text(data, "sms") or pin
    return None if text is None else Sms(text=text, code=pin, at=at)


def _is_us(line: str, picks: Picks) -> bool:
    """Whether ten digits are a US number: in Global they are so for country 1 only."""
    return line != "global" or picks.get("country") == "1"


def _marked_up(
    base: Decimal, markups: Mapping[str, Decimal], picks: Picks
) -> tuple[Decimal, Decimal, tuple[Surcharge, ...]]:
    """The price's bounds, and what each choice adds, picked or not: alone, or on top of the others picked."""
    picked = {choice: markup for choice, markup in markups.items() if choice in picks}
    surcharges = []
    for choice, markup in markups.items():
        others = (1 + other for key, other in picked.items() if key != choice)
        high = base * markup * math.prod(others, start=Decimal(1))
        surcharges.append(Surcharge(choice=choice, low=base * markup, high=high))
    added = base * (1 + sum(picked.values()))
    compounded = base * math.prod((1 + markup for markup in picked.values()), start=Decimal(1))
    return added, compounded, tuple(surcharges)


def _rules(line: str, service: str, *, unsure: bool) -> tuple[Rule, ...]:
    """What the document says of refunds. `service` is case-folded."""
    if line != "s2":
        return (Rule.REFUND_ON_CANCEL,)
    rules = {
        Rule.REFUND_ON_CANCEL: service not in NEVER_REJECTED,
        Rule.NO_CANCEL: service in NEVER_REJECTED,
        Rule.NO_REPORT: service in NEVER_REPORTED,
        Rule.ALWAYS_CHARGED: service in ALWAYS_CHARGED,
        # Wells Fargo is said to be refunded by the timer and to be charged always: the worse is told
        Rule.REFUND_ON_EXPIRY: service in NEVER_REJECTED - ALWAYS_CHARGED,
        Rule.SURCHARGES_UNSURE: unsure,
    }
    return tuple(rule for rule, holds in rules.items() if holds)
