"""GotSMS: numbers rented by the day or month, which sleep until woken. Document: app.gotsms.org."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from providers.gotsms_common import LIST_PAGES, data_of, id_of, request
from providers.gotsms_line import NUMBERS
from providers.gotsms_rents import GotRents
from providers.pages import Entry, Page, follow, look_singly, strike_off
from providers.shape import get_int, get_stamp, get_text, need_money
from providers.site import (
    Credentials,
    OrderRef,
    Picks,
    Seen,
)
from providers.words import Credential, Pace, Trace


class GotSms(GotRents):
    """GotSMS. Below /numbers/ the document's {id} is a rent's id too."""

    key = "gotsms"
    name = "GotSMS"
    default_url = "https://app.gotsms.org/api"
    home = "https://app.gotsms.org"
    credentials = (Credential(key="api_key", pattern=re.compile(r"[!-~]{8,200}")),)
    lines = (NUMBERS,)
    pace = Pace(per_minute=60, floor=1.4)
    public_prices = True
    trace = Trace.LIST

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
        """GET /rents for the states, GET /messages back to what is known already for the messages.

        What the list does not show is looked at singly.
        """
        wanted = {order.id: order for order in orders}
        missing = dict(wanted)
        rents = await self._list(
            request("GET", "/rents", credentials),
            most=LIST_PAGES,
            enough=strike_off(missing),
            stamp="active_from",
        )
        shown = [(rent, wanted[rent_id]) for rent in rents if (rent_id := id_of(rent)) in wanted]
        found = await self._with_messages(credentials, shown)
        return await look_singly(partial(self.look, credentials), missing.values(), found)

    async def recent(self, credentials: Credentials, line: str) -> Sequence[Seen]:
        """The newest rents by GET /rents, newest first. Their picks: service and plan, no country."""
        asked = request("GET", "/rents", credentials)
        rents = await self._list(asked, most=2, enough=lambda page: True, stamp="active_from")
        seen = [self._seen(rent) for rent in rents if id_of(rent)]
        return sorted(seen, key=lambda rent: rent.created_at or 0, reverse=True)

    async def _with_messages(
        self, credentials: Credentials, rents: Sequence[tuple[Entry, OrderRef]]
    ) -> list[Seen]:
        if not rents:
            return []
        starts = [_known_till(order) or get_stamp(rent, "active_from") or 0 for rent, order in rents]
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
            self._seen(rent, order, own[order.id], max(_known_till(order), newest)) for rent, order in rents
        ]


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
