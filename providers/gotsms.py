"""GotSMS: numbers rented by the day or month, which sleep until woken. Document: app.gotsms.org."""

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from providers.door import Door
from providers.gotsms_common import LIST_PAGES, data_of, id_of, request
from providers.gotsms_line import NUMBERS, OPEN
from providers.gotsms_rents import GotRents
from providers.pages import Entry, Page, follow, look_singly, strike_off
from providers.shape import get_int, get_stamp, get_text, need_money
from providers.site import (
    NOTHING_GIVEN,
    Credentials,
    OrderRef,
    Picks,
    Seen,
)
from providers.words import Credential, Pace, State, Trace

STATES_EVERY = 30.0
"""Seconds after which GET /rents is read again, though nothing should have changed: pages of 20 rents each.
Between these reads GET /messages alone is asked.
"""

SURE = 10.0
"""Seconds before a rent's end from which on its state is read each time."""


class GotSms(GotRents):
    """GotSMS. Below /numbers/ the document's {id} is a rent's id too."""

    key = "gotsms"
    name = "GotSMS"
    default_url = "https://app.gotsms.org/api"
    home = "https://app.gotsms.org"
    credentials = (Credential(key="api_key", pattern=re.compile(r"[!-~]{8,200}")),)
    lines = (NUMBERS,)
    pace = Pace(per_minute=60, floor=1.2)  # no limit is named; most looks are one request
    public_prices = True
    trace = Trace.LIST

    def __init__(self, door: Door) -> None:
        super().__init__(door)
        self._shown: dict[str, float] = {}
        """When GET /rents showed a rent, by the monotonic clock."""

    async def act(
        self, credentials: Credentials, act: str, order: OrderRef, given: Picks = NOTHING_GIVEN
    ) -> Seen:
        """As GotRents; how the rent stands then is read by the next look."""
        try:
            return await super().act(credentials, act, order, given)
        finally:
            self._shown.pop(order.id, None)

    async def balance(self, credentials: Credentials) -> Decimal:
        """GET /account."""
        return await self._read(request("GET", "/account", credentials), _balance)

    async def buy(self, credentials: Credentials, line: str, picks: Picks) -> Sequence[Seen]:
        """POST /rents."""
        self.line(line)
        asked = request("POST", "/rents", credentials, json={"plan_id": picks["plan"]})
        return [await self._send(asked, lambda data: self._seen(data_of(data)))]

    async def look(self, credentials: Credentials, order: OrderRef) -> Seen:
        """GET /numbers/:id/status, then /numbers/:id/messages, so that one which just ended is read out."""
        status = await self._status(credentials, order)
        known_till = _known_till(order)
        before: str | None = None

        async def read(_: int) -> Page:
            nonlocal before
            page, before = await self._message_page(credentials, order, before)
            return replace(page, last=None)

        messages = await follow(
            read, most=LIST_PAGES, enough=lambda page: before is None or _reaches(page, known_till)
        )
        return self._seen(status, order, messages, max(known_till, _newest(messages)))

    async def look_all(self, credentials: Credentials, orders: Sequence[OrderRef]) -> Sequence[Seen]:
        """GET /messages back to what is known already, and GET /rents for those whose state may have changed.

        What that list should show and does not is looked at singly.
        """
        missing = {order.id: order for order in orders if not self._stands(order)}
        asked = request("GET", "/rents", credentials)
        rents = (
            await self._list(asked, most=LIST_PAGES, enough=strike_off(missing), stamp="active_from")
            if missing
            else []
        )
        shown = {id_of(rent): rent for rent in rents}
        self._note(shown)
        there = [(shown.get(order.id), order) for order in orders if order.id not in missing]
        found = await self._with_messages(credentials, there)
        return await look_singly(partial(self.look, credentials), missing.values(), found)

    async def recent(self, credentials: Credentials, line: str) -> Sequence[Seen]:
        """The newest rents by GET /rents, newest first. Their picks: service and plan, no country."""
        asked = request("GET", "/rents", credentials)
        rents = await self._list(asked, most=2, enough=lambda page: True, stamp="active_from")
        seen = [self._seen(rent) for rent in rents if id_of(rent)]
        return sorted(seen, key=lambda rent: rent.created_at or 0, reverse=True)

    async def _with_messages(
        self, credentials: Credentials, rents: Sequence[tuple[Entry | None, OrderRef]]
    ) -> list[Seen]:
        if not rents:
            return []
        starts = [_known_till(order) or get_stamp(rent or {}, "active_from") or 0 for rent, order in rents]
        messages = await self._list(
            request("GET", "/messages", credentials),
            most=LIST_PAGES,
            enough=lambda page: _reaches(page, min(starts)),
            stamp="received_at",
        )
        newest, own = _newest(messages), defaultdict(list)
        for message in messages:
            own[get_text(message, "rent_id")].append(message)
        return [
            self._seen_or_kept(rent, order, own[order.id], max(_known_till(order), newest))
            for rent, order in rents
        ]

    def _seen_or_kept(
        self, rent: Entry | None, order: OrderRef, messages: Sequence[Entry], known_till: int
    ) -> Seen:
        if rent is not None:
            return self._seen(rent, order, messages, known_till)
        state = State.RECEIVED if messages else order.state
        return replace(self._seen({}, order, messages, known_till), state=state)

    def _stands(self, order: OrderRef) -> bool:
        """Whether the rent was shown a moment ago, and nothing that we know of can have changed it since."""
        shown_at = self._shown.get(order.id)
        if shown_at is None or time.monotonic() - shown_at > STATES_EVERY or order.expires_at is None:
            return False
        return order.state in OPEN and order.expires_at - time.time() - self.door.clock_offset > SURE

    def _note(self, shown: Iterable[str]) -> None:
        if shown:
            now = time.monotonic()
            kept = {rent_id: at for rent_id, at in self._shown.items() if now - at <= STATES_EVERY}
            self._shown = kept | dict.fromkeys(shown, now)


def _balance(data: Any) -> Decimal:
    return need_money(data_of(data), "balance")


def _known_till(order: OrderRef) -> int:
    """Up to when the order's messages were read before, epoch seconds; 0 for never."""
    return get_int(order.facts, "known_till") or 0


def _newest(messages: Sequence[Entry]) -> int:
    return max((get_stamp(message, "received_at") or 0 for message in messages), default=0)


def _reaches(messages: Sequence[Entry], till: int) -> bool:
    """Whether these messages go back to one known already; several may share the last known second."""
    return any((get_stamp(message, "received_at") or 0) < till for message in messages)
