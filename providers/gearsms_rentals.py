"""GearSMS's long-term numbers: US numbers for some days, which can neither be cancelled nor renewed.

An order's id begins with RENT_ in the answer to it and not in later ones: here it never does,
so that a webhook finds its order in either spelling. Which of them the site takes is a fact of the order.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from providers.errors import OF_THE_ACCOUNT, NotFound, Refused
from providers.gearsms_common import data_of, options_of, order_request, request
from providers.shape import each_map, get_money, get_phone, get_stamp, get_text, need_money, need_text
from providers.site import (
    Credentials,
    OrderRef,
    Picks,
    Quote,
    Record,
    Seen,
    Sheet,
    Site,
    Sms,
    Surcharge,
)
from providers.words import (
    Choice,
    Journal,
    Line,
    Option,
    Rule,
    State,
)

RENTALS = Line(
    key="ltr",
    rental=True,
    choices=(
        Choice(key="service", required=True),
        Choice(key="duration", required=True),
        Choice(key="area_code"),
    ),
    journals=(Journal(key="messages"),),
)
PREFIX = "RENT_"
PREFIXED = "prefixed"
"""The fact: whether the site takes the id with its prefix."""
AREA_CODE_FEE = Decimal("2.50")
DAY = 86_400
SHEET_SIZE = 20
"""Messages of a page of the journal; the site sends all at once."""

LISTS: Mapping[str, str] = {"service": "services", "duration": "durations", "area_code": "area-codes"}
IDS: Mapping[str, str] = {"service": "code", "duration": "code"}
PRICED_BY: Mapping[str, str] = {"service": "serviceCode", "duration": "duration", "area_code": "areaCode"}
ORDERED_BY: Mapping[str, str] = {**PRICED_BY, "service": "service"}
STATES: Mapping[str, State] = {
    "active": State.WAITING,
    "expired": State.EXPIRED,
    # the document knows no other end
    "cancelled": State.CANCELLED,
    "canceled": State.CANCELLED,
    "refunded": State.CANCELLED,
}
_DAYS = re.compile(r"([0-9]{1,3}) ?days?")


class GearRentals(Site):
    """What GearSMS does with long-term numbers."""

    async def journal(
        self,
        credentials: Credentials,
        key: str,
        *,
        word: str = "",
        page: int = 1,
        order: OrderRef | None = None,
    ) -> Sheet:
        """A rental's messages by "Check SMS Messages", which are there after its end too."""
        if order is None:
            raise KeyError(key)
        self.line(order.line).journal(key)
        seen = await self._rental_look(credentials, order)
        records = [
            Record(id=str(number), at=sms.at, text=sms.text, outbound=False)
            for number, sms in enumerate(seen.messages, start=1)
        ][::-1]
        begin, end = (page - 1) * SHEET_SIZE, page * SHEET_SIZE
        return Sheet(records=tuple(records[begin:end]), has_more=len(records) > end)

    async def _rental_options(self, credentials: Credentials, choice: str) -> Sequence[Option]:
        """Sections "List Rental Services", "Get Available Durations", "Get Area Codes"."""
        asked = request(credentials, "GET", f"/long-term-numbers/{LISTS[choice]}")
        return await self._read(asked, lambda body: options_of(body, choice, IDS))

    async def _rental_quote(self, credentials: Credentials, picks: Picks) -> Quote:
        """Section "Check Rental Pricing": exact, the fee for an area code is in it."""
        params = {PRICED_BY[key]: pick for key, pick in picks.items()}
        asked = request(credentials, "GET", "/long-term-numbers/price", params=params)
        price = await self._read(asked, lambda body: need_money(data_of(body), "price"))
        days = _DAYS.fullmatch(picks.get("duration", "").casefold())
        return Quote(
            low=price,
            high=price,
            rules=(Rule.SEVERAL_CODES, Rule.ENDS_FOR_GOOD),
            surcharges=(Surcharge(choice="area_code", low=AREA_CODE_FEE, high=AREA_CODE_FEE),),
            lasts=int(days[1]) * DAY if days else None,
        )

    async def _rental_buy(self, credentials: Credentials, picks: Picks) -> Seen:
        """Section "Request Rental Number"."""
        body = {ORDERED_BY[key]: pick for key, pick in picks.items()}
        asked = request(credentials, "POST", "/long-term-numbers/order", json=body)
        return await self._send(asked, _bought)

    async def _rental_look(self, credentials: Credentials, order: OrderRef) -> Seen:
        """Section "Check SMS Messages". Which of its two spellings the id has in the path is not said.

        It is asked as it was spelled in the answer to the order, or as it was understood before.
        """
        prefixed = order.facts.get(PREFIXED) is True
        try:
            return await self._rental_check(credentials, order, prefixed=prefixed)
        except OF_THE_ACCOUNT:
            raise
        except Refused as error:
            try:
                return await self._rental_check(credentials, order, prefixed=not prefixed)
            except NotFound:
                raise error from None

    async def _rental_check(self, credentials: Credentials, order: OrderRef, *, prefixed: bool) -> Seen:
        site_id = PREFIX + order.id if prefixed else order.id
        asked = order_request(credentials, "GET", "/long-term-numbers/check-sms/", site_id)
        return await self._read(asked, lambda body: _looked(order, data_of(body), prefixed=prefixed))


def bare(site_id: str) -> str:
    """An id without its prefix."""
    return site_id.removeprefix(PREFIX)


def _bought(body: Any) -> Seen:
    data = data_of(body)
    # without a status the purchase still stands: only the id must be there
    site_id = need_text(data, "id")
    return _seen(bare(site_id), data, prefixed=site_id.startswith(PREFIX))


def _looked(order: OrderRef, data: Mapping[str, Any], *, prefixed: bool) -> Seen:
    need_text(data, "status")
    return _seen(order.id, data, prefixed=prefixed)


def _seen(order_id: str, data: Mapping[str, Any], *, prefixed: bool) -> Seen:
    entries = data.get("messages")
    messages = tuple(
        sorted(
            (sms for entry in each_map(entries if isinstance(entries, list) else []) if (sms := _sms(entry))),
            key=lambda sms: sms.at or 0,
        )
    )
    state = STATES.get((get_text(data, "status") or "").casefold(), State.UNKNOWN)
    if messages:
        state = {State.WAITING: State.RECEIVED, State.EXPIRED: State.DONE}.get(state, state)
    service = get_text(data, "service")
    return Seen(
        id=order_id,
        state=state,
        number=get_phone(data, "number", us=True),
        messages=messages,
        expires_at=get_stamp(data, "expiresAt"),
        price=get_money(data, "price"),
        balance=get_money(data, "balance"),
        picks={} if service is None else {"service": service},
        facts={PREFIXED: prefixed},
        raw=data,
    )


def _sms(entry: Mapping[str, Any]) -> Sms | None:
    pin = get_text(entry, "pin")
    text = get_text(entry, "text") or pin
    return None if text is None else Sms(text=text, code=pin, at=get_stamp(entry, "date_time"))
