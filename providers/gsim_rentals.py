"""gsim.io's rentals: search, rent, read, write, call, set, release.

GET /rentals/:id is documented without the day of renewal, so a rental's state is read from the list.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from providers.door import Request
from providers.errors import Conflict, NotFound, Unclear
from providers.gsim_common import GsimCommon, item_request, request
from providers.gsim_rental_line import CAPABILITIES, OPEN, RENTALS, STATES, TYPES
from providers.pages import Entry, strike_off
from providers.shape import (
    BadShape,
    each_map,
    get_int,
    get_money,
    get_phone,
    get_stamp,
    get_text,
    need_map,
    need_text,
)
from providers.site import (
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
    Option,
    Rule,
    State,
)

Facts = dict[str, str | int | bool]
Params = Mapping[str, str | int]

SETTINGS: Mapping[str, str] = {
    "auto_renew": "autoRenew",
    "voicemail": "voicemailEnabled",
    "forwarding": "forwardingNumber",
    "friendly_name": "friendlyName",
}
"""Facts of a rental, and what requests and answers call them."""

SWITCHED = frozenset({"auto_renew", "voicemail"})
LISTS: Mapping[str, str] = {"messages": "/rentals/:id/sms", "calls": "/rentals/:id/calls"}
SENT_BY: Mapping[str, str] = {"send_sms": "messages", "call": "calls"}
SEARCH_SIZE = 50

SURE = 3 * 86_400
"""Seconds before its renewal from which a rental's state is read with each look at its messages."""

LATE = 600
"""Seconds by which a message may turn up later than its stamp says."""

CLOCK_SLACK = 10
"""Seconds by which the site's stamp of what we sent may lie before we sent it."""

HAS_CODE = frozenset({State.RECEIVED, State.DONE})


class GsimRentals(GsimCommon):
    """What gsim.io does with rentals."""

    async def glance(self, credentials: Credentials, order: OrderRef) -> Seen:
        """A rental's newest messages alone, by GET /rentals/:id/sms, while its state needs no reading."""
        if order.line != RENTALS.key or self._may_have_changed(order):
            return await self.look(credentials, order)
        try:
            messages = await self._messages(credentials, order)
        except (NotFound, Conflict):  # given back at the site: its state tells
            return await self.look(credentials, order)
        state = State.RECEIVED if _fresh(messages, order) else order.state
        return self._with_messages(Seen(id=order.id, state=state), order, messages)

    def _with_messages(self, seen: Seen, order: OrderRef, messages: Sequence[Entry]) -> Seen:
        """One stamp in the future must not hide what comes after it."""
        fresh, now = _fresh(messages, order), int(self._now())
        stamps = [min(get_stamp(entry, "createdAt") or 0, now) for entry in messages]
        known = max([min(_known_till(order), now), *stamps])
        facts = {**seen.facts, "known_till": known} if known else seen.facts
        return replace(seen, state=_state(seen.state, has_code=bool(fresh)), messages=fresh, facts=facts)

    async def act_quote(self, credentials: Credentials, act: str, order: OrderRef, given: Picks) -> Quote:
        """An SMS or a call costs a usage fee that no answer tells."""
        self.line(order.line).act(act)
        return Quote(low=Decimal(0), high=Decimal(0), rules=(Rule.FEE_BY_SITE,))

    async def was_done(
        self, credentials: Credentials, act: str, order: OrderRef, given: Picks, since: float
    ) -> Seen | None:
        """Whether GET /rentals/:id/sms or /calls shows it: outbound, to the same number, in the same words.

        Raises Unclear where several fit, or one whose time is not told.
        """
        key, earliest = SENT_BY[act], since - CLOCK_SLACK
        entries = await self._back_to(credentials, key, order, earliest)
        fitting = [
            (entry, at)
            for entry in entries
            if _is_ours(entry, given)
            and ((at := get_stamp(entry, "createdAt")) is None or at >= int(earliest))
        ]
        if not fitting:
            return None
        (entry, at), *others = fitting
        if others or at is None:
            raise Unclear(self.key, f"GET {LISTS[key]}")
        return Seen(id=order.id, state=order.state, raw=entry)

    async def _numbers(self, credentials: Credentials, picks: Picks) -> list[Option]:
        """GET /rentals/search."""
        params: dict[str, str | int] = {
            "country": picks.get("country", "").upper(),
            "type": picks.get("number_type", "Local"),
            **CAPABILITIES.get(picks.get("capability", ""), {}),
            "pageSize": SEARCH_SIZE,
        }
        params |= {
            name: picks[key]
            for key, name in (("area_code", "areaCode"), ("contains", "contains"))
            if key in picks
        }
        return await self._read(request(credentials, "GET", "/rentals/search", params=params), _offers)

    async def _rent(self, credentials: Credentials, picks: Picks) -> Seen:
        """POST /rentals."""
        body = {
            "phoneNumber": picks["number"],
            "numberType": TYPES.get(picks["number_type"], picks["number_type"]),
            "country": picks["country"].upper(),
            "monthlyPrice": float(_stated(picks)),
        }
        return await self._send(request(credentials, "POST", "/rentals", json=body), _rental)

    async def _look_at_rental(self, credentials: Credentials, order: OrderRef) -> Seen:
        """GET /rentals, or /rentals/:id if the list lacks it, then its messages. Raises NotFound."""
        seen = _rental(await self._rental_entry(credentials, order), order)
        try:
            messages = await self._messages(credentials, order)
        except (NotFound, Conflict):
            if seen.state.is_open:
                raise
            return seen  # what has ended may have lost its messages
        return self._with_messages(seen, order, messages)

    async def _rental_entry(self, credentials: Credentials, order: OrderRef) -> Entry:
        entries = await self._entries(
            partial(_ask, credentials), "rentals", enough=strike_off({order.id: order})
        )
        found = next((entry for entry in entries if get_text(entry, "id") == order.id), None)
        if found is not None:
            return found
        return await self._read(item_request(credentials, "GET", "/rentals/:id", order), need_map)

    async def _recent_rentals(self, credentials: Credentials) -> list[Seen]:
        """All rentals by GET /rentals: no answer tells when one was made, or which are the newest."""
        entries = await self._entries(partial(_ask, credentials), "rentals")
        return [_rental(entry) for entry in entries if get_text(entry, "id")]

    async def _messages(self, credentials: Credentials, order: OrderRef) -> list[Entry]:
        return await self._back_to(credentials, "messages", order, _known_till(order) - LATE)

    async def _back_to(
        self, credentials: Credentials, key: str, order: OrderRef, earliest: float
    ) -> list[Entry]:
        """A rental's messages or calls in both directions, at least back to then."""

        def enough(entries: Sequence[Entry]) -> bool:
            return any((at := get_stamp(entry, "createdAt")) and at < earliest for entry in entries)

        ask = partial(_ask_of, credentials, LISTS[key], order)
        return await self._entries(ask, key, enough=enough, stamp="createdAt")

    async def _act_on_rental(self, credentials: Credentials, act: str, order: OrderRef, given: Picks) -> Seen:
        """POST /rentals/:id/sms or /calls, DELETE or PATCH /rentals/:id."""
        if act in SENT_BY:
            body = {key: _dialled(text) if key == "to" else text for key, text in given.items()}
            asked = item_request(credentials, "POST", LISTS[SENT_BY[act]], order, json=body)
            return await self._send(asked, partial(_sent, order))
        if act == "release":
            asked = item_request(credentials, "DELETE", "/rentals/:id", order)
            return await self._send(asked, partial(_released, order))
        settings = {SETTINGS[key]: _setting(key, value) for key, value in given.items()}
        asked = item_request(credentials, "PATCH", "/rentals/:id", order, json=settings)
        return await self._send(asked, partial(_set, order, settings))

    async def _rentals_sheet(self, credentials: Credentials, word: str, page: int) -> Sheet:
        known = {"known_till": int(self._now())}  # what came before somebody adopts it rings for nobody

        def record(entry: Entry) -> Record:
            seen = _rental(entry)
            return Record(
                id=seen.id,
                word=get_text(entry, "status"),
                number=seen.number,
                amount=seen.price,
                line=RENTALS.key,
                seen=replace(seen, facts={**seen.facts, **known}),
            )

        return await self._sheet(partial(_ask, credentials), "rentals", record, word=word, page=page)

    async def _sheet_of_rental(self, credentials: Credentials, key: str, order: OrderRef, page: int) -> Sheet:
        ask = partial(_ask_of, credentials, LISTS[key], order)
        return await self._sheet(ask, key, _record, page=page)

    def _may_have_changed(self, order: OrderRef) -> bool:
        """Whether its state is not known, or its renewal near or due."""
        known = order.state in OPEN and "auto_renew" in order.facts
        return not known or order.expires_at is None or order.expires_at - self._now() < SURE

    def _now(self) -> float:
        return time.time() + self.door.clock_offset


def rental_quote(picks: Picks) -> Quote:
    """What was stated: the site tells neither a number's base price nor its own markup before it rents it."""
    price = _stated(picks)
    return Quote(low=price, high=price, rules=(Rule.MARKUP_BY_SITE, Rule.RENEWS, Rule.SEVERAL_CODES))


def _ask(credentials: Credentials, params: Params) -> Request:
    return request(credentials, "GET", "/rentals", params=params)


def _ask_of(credentials: Credentials, template: str, order: OrderRef, params: Params) -> Request:
    return item_request(credentials, "GET", template, order, params=params)


def _stated(picks: Picks) -> Decimal:
    return Decimal(picks["monthly_price"].removeprefix("$").replace(",", "."))


def _dialled(number: str) -> str:
    return re.sub(r"[^0-9+]", "", number)


def _setting(key: str, value: str) -> str | bool | None:
    if key in SWITCHED:
        return value == "on"
    if key == "forwarding":
        return None if value == "off" else _dialled(value)
    return value


def _offers(data: Any) -> list[Option]:
    numbers = each_map(need_map(data).get("numbers"))
    return [option for entry in numbers if (option := _offer(entry)) is not None]


def _offer(entry: Entry) -> Option | None:
    number = get_phone(entry, "phoneNumber")
    if number is None:
        return None
    place = [text for key in ("locality", "region") if (text := get_text(entry, key))]
    abilities = entry.get("capabilities")
    can = {key.casefold(): able for key, able in abilities.items()} if isinstance(abilities, dict) else {}
    words = [word for word in ("SMS", "voice") if can.get(word.casefold()) is True]
    facts: Facts = {
        fact: able
        for fact, word in (("can_sms", "sms"), ("can_call", "voice"))
        if isinstance(able := can.get(word), bool)
    }
    note = " · ".join(part for part in (", ".join(place), " + ".join(words)) if part)
    return Option(id=number, name=get_text(entry, "friendlyName") or number, note=note or None, facts=facts)


def _rental(data: Any, order: OrderRef | None = None) -> Seen:
    """A rental as any answer shows it: each leaves something out."""
    rental = need_map(data)
    price, word = get_money(rental, "monthlyPrice"), (get_text(rental, "status") or "").upper()
    kind = get_text(rental, "numberType") or ""
    spelled = {theirs: ours for ours, theirs in TYPES.items()}.get(kind.upper(), kind)
    number = get_phone(rental, "phoneNumber")
    facts = _facts(rental)
    if word in STATES:
        facts["renewal_pending"] = word == "PENDING_RENEWAL"
    if price is not None:
        facts["renew_price"] = str(price)
    told = {"country": get_text(rental, "country"), "number_type": spelled, "number": number}
    return Seen(
        id=order.id if order else need_text(rental, "id"),
        state=_state(STATES.get(word, State.UNKNOWN), has_code=order is not None and order.state in HAS_CODE),
        number=number,
        expires_at=get_stamp(rental, "renewsAt"),
        price=price,
        picks={key: value for key, value in told.items() if value},
        facts=facts,
        raw=rental,
    )


def _facts(rental: Mapping[str, Any]) -> Facts:
    facts: Facts = {}
    for fact, name in SETTINGS.items():
        value = rental.get(name)
        if fact in SWITCHED and isinstance(value, bool):
            facts[fact] = value
        elif fact not in SWITCHED and name in rental and (value is None or isinstance(value, str)):
            facts[fact] = get_text(rental, name) or ""
    return facts


def _state(state: State, *, has_code: bool) -> State:
    return {State.WAITING: State.RECEIVED, State.EXPIRED: State.DONE}.get(state, state) if has_code else state


def _known_till(order: OrderRef) -> int:
    return get_int(order.facts, "known_till") or 0


def _fresh(messages: Sequence[Entry], order: OrderRef) -> tuple[Sms, ...]:
    """The inbound ones that may be new, oldest first. They have a body only: no code, no subject."""
    till = _known_till(order) - LATE
    found = [
        Sms(text=text, id=get_text(entry, "id"), at=at, sender=get_text(entry, "from"))
        for entry in messages
        if _direction(entry) == "INBOUND"
        and (text := get_text(entry, "body"))
        and ((at := get_stamp(entry, "createdAt")) is None or at >= till)
    ]
    return tuple(sorted(found, key=lambda sms: sms.at or 0))


def _direction(entry: Entry) -> str:
    return (get_text(entry, "direction") or "").upper()


def _is_ours(entry: Entry, given: Picks) -> bool:
    """Whether this is what was to be sent, going by all but its time."""
    return (
        _direction(entry) == "OUTBOUND"
        and get_phone(entry, "to") == _dialled(given["to"])
        and (get_text(entry, "body") or "") == given.get("body", "").strip()
    )


def _record(entry: Entry) -> Record:
    outbound = _direction(entry) == "OUTBOUND"
    return Record(
        id=need_text(entry, "id"),
        at=get_stamp(entry, "createdAt"),
        word=get_text(entry, "status"),
        text=get_text(entry, "body"),
        number=get_text(entry, "to" if outbound else "from"),
        outbound=outbound if _direction(entry) else None,
        seconds=get_int(entry, "duration"),
    )


def _sent(order: OrderRef, data: Any) -> Seen:
    answer = need_map(data)
    need_text(answer, "id")
    return Seen(id=order.id, state=order.state, raw=answer)


def _released(order: OrderRef, data: Any) -> Seen:
    answer = need_map(data)
    if answer.get("success") is not True:
        raise BadShape("no success")
    return Seen(id=order.id, state=State.CANCELLED, raw=answer)


def _set(order: OrderRef, settings: Mapping[str, Any], data: Any) -> Seen:
    answer = need_map(data)
    need_text(answer, "id")
    return Seen(id=order.id, state=order.state, facts=_facts({**settings, **answer}), raw=answer)
