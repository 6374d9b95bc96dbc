"""The most that somebody wants to spend. Checked in the transaction that makes the intent: to the cent."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from orders.errors import BadInput, OverLimit
from storage import people, spending
from storage.people import User
from storage.purchases import Purchase
from storage.tables import MICRO

_THOUSANDS = re.compile(r",\d{3}\b")

HIGHEST = Decimal(100_000)
"""USD; a cap beyond it is a typing mistake."""


class Span(StrEnum):
    """What a cap counts over. Days and months are those of UTC."""

    ORDER = "order"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A cap, and what is spent of it. USD."""

    span: Span
    most: Decimal
    spent: Decimal

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
    return int((today if span is Span.DAY else today.replace(day=1)).timestamp())


async def rooms(connection: AsyncConnection, user: User, now: int) -> list[Room]:
    """What is left under each cap of a person."""
    found = []
    for span, most in caps_of(user).items():
        spent = Decimal(0)
        if span is not Span.ORDER:
            spent = await spending.of_person(connection, user.id, begin_of(span, now))
        found.append(Room(span=span, most=most, spent=spent))
    return found


async def check(connection: AsyncConnection, purchase: Purchase, now: int) -> None:
    """Raises OverLimit if this intent, which is stored already, goes over a cap of who ordered."""
    user = await people.get_user(connection, purchase.user_id)
    if user is None:
        return
    for room in await rooms(connection, user, now):
        needed = purchase.ceiling if room.span is Span.ORDER else room.spent  # the intent is counted already
        if needed > room.most:
            left = room.most if room.span is Span.ORDER else room.left_before(purchase.ceiling)
            raise OverLimit(room.span.value, room.most, left)


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
