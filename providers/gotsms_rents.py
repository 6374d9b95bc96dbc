"""GotSMS's rents: how they stand, what can be done with them, what the site keeps of them."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

from providers.door import Door
from providers.errors import NoAnswer, NotFound, SiteError, Unclear
from providers.gotsms_common import LIST_PAGES, data_of, id_of, inner_of, rent_request, request
from providers.gotsms_line import JOURNALS, STATES
from providers.gotsms_plans import GotPlans, is_daily, is_monthly
from providers.pages import Entry, Page, strike_off
from providers.shape import (
    BadShape,
    get_int,
    get_money,
    get_phone,
    get_stamp,
    get_text,
    need_map,
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
from providers.words import State

Facts = dict[str, str | int | bool]

DONE_BY: Mapping[str, str] = {"wake": "/numbers/:id/wake-up", "refund": "/rents/:id/refund"}
HAS_CODE = frozenset({State.RECEIVED, State.DONE})
TIMES = ("wake_from", "wake_till", "online_till")
JITTER = 5
"""Seconds by which a time made of "seconds left" may move without being another one."""


class GotRents(GotPlans):
    """What GotSMS does with a rent."""

    journals = JOURNALS

    def __init__(self, door: Door) -> None:
        super().__init__(door)
        self._toggles: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def act(
        self, credentials: Credentials, act: str, order: OrderRef, given: Picks = NOTHING_GIVEN
    ) -> Seen:
        """POST /numbers/:id/wake-up, /rents/:id/refund, /transition, /renewal/toggle; GET status.

        Raises NotAllowed with the site's reason. The refund's amount is not told: it is the rent's price.
        """
        self.line(order.line).act(act)
        match act:
            case "status":
                return self._seen(await self._status(credentials, order), order)
            case "transition":
                return await self._transition(credentials, order, given["longer_plan"])
            case "auto_renew":
                return await self._renew(credentials, order, wanted=given["auto_renew"] == "on")
        ended = act == "refund"

        def done(data: Any) -> Seen:
            return Seen(
                id=order.id,
                state=State.CANCELLED if ended else order.state,
                refunded=get_money(order.facts, "price") if ended else None,
                raw=_succeeded(data),
            )

        return await self._send(rent_request("POST", DONE_BY[act], credentials, order), done)

    async def act_quote(self, credentials: Credentials, act: str, order: OrderRef, given: Picks) -> Quote:
        """The longer plan's price. Raises NoNumbers when it is not offered any more."""
        self.line(order.line).act(act)
        return await self._longer_quote(credentials, given)

    async def was_done(
        self, credentials: Credentials, act: str, order: OrderRef, given: Picks, since: float
    ) -> Seen | None:
        """Whether GET /rents shows the rent with the longer plan. Raises Unclear where it lacks the rent."""
        try:
            rent = await self._rent(credentials, order)
        except NotFound:
            raise Unclear(self.key, "GET /rents") from None
        return self._moved(rent, order) if _plan_id(rent) == given["longer_plan"] else None

    async def journal(
        self,
        credentials: Credentials,
        key: str,
        *,
        word: str = "",
        page: int = 1,
        order: OrderRef | None = None,
    ) -> Sheet:
        """GET /messages and GET /rents of the account; GET /numbers/:id/messages of one rent."""
        if order is not None:
            self.line(order.line).journal(key)
            return await self._messages_of(credentials, order, page)
        if key not in {journal.key for journal in self.journals}:
            raise KeyError(key)
        is_rents = key == "rentals"
        shown = await self._page(request("GET", "/rents" if is_rents else "/messages", credentials), page)
        record = self._rent_record if is_rents else _message_record
        return _sheet([record(entry) for entry in shown.entries if id_of(entry)], page < (shown.last or 1))

    async def _transition(self, credentials: Credentials, order: OrderRef, plan_id: str) -> Seen:
        """POST /rents/:id/transition, whose answer tells neither plan nor end: GET /rents does."""
        json = {"plan_id": plan_id}
        asked = rent_request("POST", "/rents/:id/transition", credentials, order, json=json)
        answer = await self._send(asked, _succeeded)
        try:
            rent = await self._rent(credentials, order)
        except SiteError:
            return Seen(id=order.id, state=order.state, raw=answer)  # paid: the next look tells the rest
        return self._moved(rent, order)

    def _moved(self, rent: Entry, order: OrderRef) -> Seen:
        """A rent on its new plan. Its price is not what the transition cost: that was quoted."""
        seen = self._seen(rent, order)
        return Seen(
            id=seen.id, state=seen.state, number=seen.number, expires_at=seen.expires_at,
            facts=seen.facts, raw=seen.raw,
        )  # fmt: skip

    async def _renew(self, credentials: Credentials, order: OrderRef, *, wanted: bool) -> Seen:
        """POST /rents/:id/renewal/toggle, only where GET /rents says that it would turn it the right way."""
        async with self._toggles.setdefault(order.id, asyncio.Lock()):
            rent = await self._rent(credentials, order)
            if (renews := _renews(rent)) is None:
                self.door.fail(request("GET", "/rents", credentials), "bad-shape", status=200)
            if renews is wanted:
                return self._seen(rent, order)
            asked = rent_request("POST", "/rents/:id/renewal/toggle", credentials, order)
            try:
                renews = await self._send(asked, _toggled)
            except NoAnswer as error:
                return await self._renewed(credentials, order, error, wanted=wanted)
            return self._seen({**rent, "is_included_for_next_renewal": renews}, order)

    async def _renewed(
        self, credentials: Credentials, order: OrderRef, error: NoAnswer, *, wanted: bool
    ) -> Seen:
        """What became of a toggle whose answer was lost. Raises its error unless it was surely done."""
        if not error.sent:
            raise error
        try:
            rent = await self._rent(credentials, order)
        except SiteError:
            raise error from None
        if _renews(rent) is not wanted:
            raise error
        return self._seen(rent, order)

    async def _rent(self, credentials: Credentials, order: OrderRef) -> Entry:
        """The rent in GET /rents: no other call tells its plan and its renewal. Raises NotFound."""
        asked = request("GET", "/rents", credentials)
        rents = await self._list(
            asked, most=LIST_PAGES, enough=strike_off({order.id: order}), stamp="active_from"
        )
        rent = next((rent for rent in rents if id_of(rent) == order.id), None)
        if rent is None:
            raise NotFound(self.key, asked.call, status=200)
        return rent

    async def _status(self, credentials: Credentials, order: OrderRef) -> Entry:
        return await self._read(rent_request("GET", "/numbers/:id/status", credentials, order), data_of)

    async def _message_page(
        self, credentials: Credentials, order: OrderRef, before: str | None
    ) -> tuple[Page, str | None]:
        # `next_before_id` is documented, the parameter that takes it is not
        params = {"before_id": before} if before else {}
        return await self._read_on(
            rent_request("GET", "/numbers/:id/messages", credentials, order, params=params)
        )

    async def _messages_of(self, credentials: Credentials, order: OrderRef, number: int) -> Sheet:
        """Pages follow one another by their last message, so the ones before are read too.

        The example has a next page behind the only message, so one more is read to know whether there is.
        """
        before, known = None, {""}
        pages: list[list[Entry]] = []
        for _ in range(number + 1):
            page, before = await self._message_page(credentials, order, before)
            fresh = [entry for entry in page.entries if id_of(entry) not in known]
            pages.append(fresh)
            known |= {id_of(entry) for entry in fresh}
            if before is None or not fresh:
                break
        shown = pages[number - 1] if number <= len(pages) else []
        has_more = number < len(pages) and bool(pages[number])
        return _sheet([_message_record(entry) for entry in shown], has_more)

    def _rent_record(self, rent: Entry) -> Record:
        seen = self._seen(rent)
        return Record(
            id=seen.id,
            at=seen.created_at,
            word=get_text(rent, "status"),
            number=seen.number,
            amount=seen.price,
            line=self.lines[0].key,
            seen=seen,
        )

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
        price, picked = get_money(rent, "price"), ("service", "plan")
        facts = self._windows(rent, order) | _plan_facts(rent)
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
            picks={key: pick for key in picked if (pick := id_of(inner_of(rent, key)))},
            names={key: name for key in picked if (name := _name_of(inner_of(rent, key)))},
            facts=facts,
            raw=rent,
        )

    def _windows(self, rent: Entry, order: OrderRef | None) -> Facts:
        """When it can be reached: the site's times, or made of the seconds it says are left."""
        facts: Facts = {key: at for key in TIMES if (at := get_stamp(rent, key)) is not None}
        if isinstance(awake := rent.get("can_wake_up"), bool):
            facts["can_wake_up"] = awake
        now = int(time.time() + self.door.clock_offset)
        waking = max(get_int(rent, "wakeup_time_left_seconds") or 0, 0)
        online = max(get_int(rent, "online_time_left_seconds") or 0, 0)
        # the example counts the online window from the end of the wake window
        made = {"wake_till": now + waking} if waking else {}
        made |= {"online_till": now + waking + online} if online else {}
        for key, at in made.items():
            known = get_int(order.facts, key) if order else None
            facts.setdefault(key, known if known and abs(known - at) <= JITTER else at)
        return facts

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


def _succeeded(data: Any) -> Entry:
    answer = need_map(data)
    if answer.get("success") is not True:
        raise BadShape("no success")
    return answer


def _toggled(data: Any) -> bool:
    renews = _renews(data_of(_succeeded(data)))
    if renews is None:
        raise BadShape("no is_included_for_next_renewal")
    return renews


def _renews(rent: Entry) -> bool | None:
    renews = rent.get("is_included_for_next_renewal")
    return renews if isinstance(renews, bool) else None


def _plan_id(rent: Entry) -> str:
    return id_of(inner_of(rent, "plan"))


def _plan_facts(rent: Entry) -> Facts:
    """What the rent's plan allows. The status of a rent names no plan: then nothing is said."""
    plan, facts = inner_of(rent, "plan"), Facts()
    if (daily := is_daily(plan)) is not None:
        facts["daily"] = daily
    if is_monthly(plan):
        if (renews := _renews(rent)) is not None:
            facts["auto_renew"] = renews
        if (price := get_money(plan, "renew_price")) is not None:
            facts["renew_price"] = str(price)
    return facts


def _name_of(inner: Entry) -> str:
    return get_text(inner, "name") or get_text(inner, "duration_translation") or ""


def _sheet(records: Sequence[Record], has_more: bool) -> Sheet:
    newest_first = sorted(records, key=lambda record: record.at or 0, reverse=True)
    return Sheet(records=tuple(newest_first), has_more=has_more)


def _message_record(message: Entry) -> Record:
    return Record(
        id=id_of(message),
        at=get_stamp(message, "received_at"),
        text=get_text(message, "body") or get_text(message, "code"),
        number=get_text(message, "from"),
        outbound=False,
        word=get_text(inner_of(message, "service"), "name"),
    )


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
