"""Reading what was done with a group's shares: who may, and over which days."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from orders.access import Right, Seat, Standing
from orders.desk import Desk
from orders.errors import BadInput, MayNot, NobodyKnows
from storage import accounts, share_log, shares
from storage.share_log import Line, Mark

AT_ONCE = 100
"""Lines that are read in one go: in between others have their turn."""

PATIENCE = 0.05
"""Seconds for which what comes later goes first: nobody's code waits for a file."""

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})")
_BETWEEN = re.compile(r"[\s,;–—-]*|\s*(?:\.\.+|…)\s*")


class Past(StrEnum):
    """Days that need not be typed. Those of UTC, as everything that is counted by days."""

    MONTH = "month"
    LAST_MONTH = "last-month"
    WEEK = "week"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Days:
    """From a day to another, both included. None: from the beginning, to the end."""

    first: date | None
    last: date | None

    @property
    def since(self) -> int:
        """Epoch seconds at which the first begins."""
        return 0 if self.first is None else _midnight(self.first)

    @property
    def until(self) -> int:
        """Epoch seconds at which the last is over."""
        return 1 << 60 if self.last is None else _midnight(self.last) + 86_400

    def __str__(self) -> str:
        """As somebody could type it; empty: all of them."""
        ends = dict.fromkeys(str(end) for end in (self.first, self.last) if end is not None)
        return " ".join(ends)


def days_of(past: Past, now: int) -> Days:
    """What that is at this moment, in epoch seconds."""
    today = datetime.fromtimestamp(now, UTC).date()
    first = today.replace(day=1)
    match past:
        case Past.MONTH:
            return Days(first, today)
        case Past.LAST_MONTH:
            last = first - timedelta(days=1)
            return Days(last.replace(day=1), last)
        case Past.WEEK:
            return Days(today - timedelta(days=6), today)
        case Past.ALL:
            return Days(None, None)


def typed_days(text: str) -> Days:
    """One date or two, as 2026-11-15 or 15.11.2026, in any order. Raises BadInput."""
    found = list(_DAY.finditer(text))
    around = _DAY.split(text)[:: _DAY.groups + 1]
    if not 1 <= len(found) <= 2 or not all(_BETWEEN.fullmatch(words) for words in around):
        raise BadInput("log-days")
    days = sorted(_date(one) for one in found)
    return Days(days[0], days[-1])


async def readable(desk: Desk, chat_id: int, user_id: int) -> list[Seat]:
    """This person's seats at all shares that a group ever had and whose log they may read, as things are now.

    None: the group never had any. Raises MayNot, NobodyKnows.
    """
    async with desk.db.transaction() as connection:
        ever = await shares.ever_in_chat(connection, chat_id)
    if not ever:
        return []
    standing = await _standing(desk, chat_id, user_id)
    seats = []
    async with desk.db.transaction() as connection:
        for share in ever:
            account = await accounts.get(connection, share.account_id)
            member = await shares.member(connection, share.id, user_id)
            if account is not None:
                seats.append(
                    Seat(
                        share=share,
                        account=account,
                        user_id=user_id,
                        standing=standing or Standing(in_chat=False),
                        given=None if member is None else member.role,
                    )
                )
    found = [seat for seat in seats if seat.may(Right.LOG)]
    if found:
        return found
    if standing is None:
        raise NobodyKnows
    raise MayNot("log" if standing.in_chat else "not-in-group")


async def lines(desk: Desk, seats: Sequence[Seat], days: Days) -> AsyncIterator[Sequence[Line]]:
    """All that happened on these days, oldest first, some lines at a time."""
    share_ids = [seat.share.id for seat in seats]
    after: Mark | None = None
    while True:
        async with desk.db.transaction(patience=PATIENCE) as connection:
            found = await share_log.lines(
                connection, share_ids, since=days.since, until=days.until, after=after, limit=AT_ONCE
            )
        if found:
            yield found
        if len(found) < AT_ONCE:
            return
        after = found[-1].written.mark
        await asyncio.sleep(0)  # without it nothing else would run: SQLite answers at once


async def _standing(desk: Desk, chat_id: int, user_id: int) -> Standing | None:
    """None: Telegram does not say. A group that was deleted has no members, but its owner's log stays."""
    try:
        return await desk.membership(chat_id, user_id)
    except NobodyKnows:
        return None


def _date(found: re.Match[str]) -> date:
    year, month, day, other_day, other_month, other_year = found.groups()
    try:
        return date(int(year or other_year), int(month or other_month), int(day or other_day))
    except ValueError:
        raise BadInput("log-days") from None


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
