"""The most that somebody wants to spend. Checked in the transaction that makes the intent: to the cent."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from orders.errors import BadInput, OverLimit
from storage import people, shares, spending
from storage.people import User
from storage.purchases import Purchase
from storage.tables import MICRO

_THOUSANDS = re.compile(r",\d{3}\b")

HIGHEST = Decimal(100_000)
"""USD; a cap beyond it is a typing mistake."""


class Span(StrEnum):
    """What a cap counts over. Days and months are those of UTC."""

    ORDER = "order"
    PERSON = "person"
    """In a group: one person's day."""
    DAY = "day"
    MONTH = "month"


PERSONAL = (Span.ORDER, Span.DAY, Span.MONTH)
"""The caps that somebody can set for themselves."""

SHARED = tuple(Span)
"""The caps of a share."""

NEARLY = Decimal("0.8")
"""The part of a share's limit at which its owner is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A cap, and what is spent of it. USD."""

    span: Span
    most: Decimal
    spent: Decimal
    of_group: bool = False

    @property
    def is_nearly_used(self) -> bool:
        """Whether it is time to tell the owner."""
        return self.span is not Span.ORDER and self.spent >= self.most * NEARLY

    @property
    def left(self) -> Decimal:
        """What may still be spent."""
        return max(Decimal(0), self.most - self.spent)

    def left_before(self, held: Decimal) -> Decimal:
        """What could be spent before this much was held."""
        return max(Decimal(0), self.most - self.spent + held)


def caps_of(user: User) -> Mapping[Span, Decimal]:
    """The caps that a person has set."""
    set_ones = {Span.ORDER: user.cap_order, Span.DAY: user.cap_day, Span.MONTH: user.cap_month}
    return {span: most for span, most in set_ones.items() if most is not None}


def begin_of(span: Span, now: int) -> int:
    """Epoch seconds at which the day or month of this moment began."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((today.replace(day=1) if span is Span.MONTH else today).timestamp())


async def rooms(connection: AsyncConnection, user: User, now: int) -> list[Room]:
    """What is left under each cap of a person."""
    found = []
    for span, most in caps_of(user).items():
        spent = Decimal(0)
        if span is not Span.ORDER:
            spent = await spending.of_person(connection, user.id, begin_of(span, now))
        found.append(Room(span=span, most=most, spent=spent))
    return found


async def share_rooms(connection: AsyncConnection, share_id: str, user_id: int, now: int) -> list[Room]:
    """What is left under each limit of a share, for this person."""
    caps = await shares.caps(connection, share_id)
    found = []
    for span in SHARED:
        most = caps[span].effective if span in caps else None
        if most is None:
            continue
        spent = Decimal(0)
        if span is not Span.ORDER:
            whose = user_id if span is Span.PERSON else None
            since = begin_of(span, now)
            spent = await spending.of_share(connection, share_id, since, user_id=whose)
        found.append(Room(span=span, most=most, spent=spent, of_group=True))
    return found


async def all_rooms(connection: AsyncConnection, user_id: int, share_id: str | None, now: int) -> list[Room]:
    """What is left under all caps that concern this person: their own, and those of the share."""
    user = await people.get_user(connection, user_id)
    found = [] if user is None else await rooms(connection, user, now)
    if share_id is not None:
        found += await share_rooms(connection, share_id, user_id, now)
    return found


async def check(connection: AsyncConnection, purchase: Purchase, now: int) -> list[Room]:
    """Raises OverLimit if this intent, which is stored already, goes over a cap. All that is left else.

    The person is locked until the transaction ends, as the share is: no other intent is counted meanwhile.
    """
    await people.lock_user(connection, purchase.user_id)
    found = await all_rooms(connection, purchase.user_id, purchase.share_id, now)
    for room in found:
        needed = purchase.ceiling if room.span is Span.ORDER else room.spent  # the intent is counted already
        if needed > room.most:
            left = room.most if room.span is Span.ORDER else room.left_before(purchase.ceiling)
            raise OverLimit(room.span.value, room.most, left, of_group=room.of_group)
    return found


def tightest(found: Iterable[Room]) -> Room | None:
    """The cap that leaves the least."""
    return min(found, key=lambda room: room.left, default=None)


def typed_cap(text: str) -> Decimal | None:
    """What somebody typed as a cap in USD; zero takes the cap away. Raises BadInput."""
    if _THOUSANDS.search(text):
        raise BadInput("cap")  # "1,000" is a thousand to some and one to others
    words = text.strip().removeprefix("$").removesuffix("$").strip().replace(",", ".")
    try:
        amount = Decimal(words)
        if not 0 <= amount <= HIGHEST or amount != amount.quantize(1 / MICRO):
            raise BadInput("cap")
    except InvalidOperation:
        raise BadInput("cap") from None
    return amount or None
