"""Intents: what somebody confirmed to buy. Committed as SENDING before a byte leaves for the site."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from providers.words import State
from storage import prepared
from storage.drafts import Pick, ids_of, picks_from_json, picks_to_json
from storage.prepared import Prepared
from storage.tables import orders, outbox, purchases
from storage.walk import EVERYTHING


class Outcome(StrEnum):
    """What became of a purchase."""

    SENDING = "sending"
    PLACED = "placed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Finding(StrEnum):
    """What is known of a purchase without an answer. Each has a text in every language."""

    SEVERAL = "several"  # orders at the site fit: a person must say which
    CHARGED = "charged"  # a transaction says so; the number is not known
    NOT_CHARGED = "not-charged"  # no transaction: most likely not bought
    FELL = "fell"  # the balance fell by a fitting amount: a hint
    STEADY = "steady"  # the balance is as before: a hint
    ABSENT = "absent"  # the site's list lacks it: not bought
    DISMISSED = "dismissed"  # a person says that nothing was bought


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """One press of Buy (or of an act that buys). `ceiling` is the most that was confirmed, in USD."""

    id: str
    token: str
    user_id: int
    chat_id: int
    thread_id: int | None
    card_id: int | None
    account_id: str
    site: str
    line: str
    act: str | None
    order_id: str | None
    picks: tuple[Pick, ...]
    state: Outcome
    ceiling: Decimal
    charged: Decimal | None
    error: str | None
    detail: str | None
    sent_at: int | None = None
    baseline: Mapping[str, Any] | None = None
    finding: Finding | None = None
    found: Sequence[Mapping[str, str]] | None = None
    finds: int = 0
    next_find_ms: int | None = None
    created_at: int
    settled_at: int | None
    share_id: str | None = None
    """The share whose limits it counts for."""

    @property
    def ids(self) -> dict[str, str]:
        """The picks as adapters take them."""
        return ids_of(self.picks)


_LOST = (Outcome.UNKNOWN.value, Outcome.REFUSED.value)
"""Also what was believed not placed is looked for a while longer: `next_find_ms` says how long."""

_IN_STATE = Prepared(
    select(purchases).where(purchases.c.state == bindparam("in_state")).order_by(purchases.c.created_at)
)
_OF_USER_UNKNOWN = Prepared(
    select(purchases)
    .where(purchases.c.user_id == bindparam("user_id"), purchases.c.state == Outcome.UNKNOWN.value)
    .order_by(purchases.c.created_at.desc())
)
_UNKNOWN_OF_ACCOUNT = Prepared(
    select(purchases)
    .where(purchases.c.account_id == bindparam("account_id"), purchases.c.state == Outcome.UNKNOWN.value)
    .order_by(purchases.c.created_at)
)
_ON_ITS_WAY = Prepared(
    select(purchases.c.id).where(
        purchases.c.order_id == bindparam("order_id"), purchases.c.state == Outcome.SENDING.value
    )
)
_TO_FIND = Prepared(
    select(purchases)
    .where(purchases.c.next_find_ms <= bindparam("now_ms"), purchases.c.state.in_(_LOST))
    .order_by(purchases.c.next_find_ms)
    .limit(bindparam("most"))
)
_NEXT_FIND = Prepared(select(func.min(purchases.c.next_find_ms)).where(purchases.c.state.in_(_LOST)))
_SETTLE = Prepared(
    update(purchases).where(
        purchases.c.id == bindparam("purchase_id"),
        purchases.c.state.in_(bindparam("expected", expanding=True)),
    )
)


async def claim(connection: AsyncConnection, purchase: Purchase) -> bool:
    """Store a new intent. False if its token was used before: somebody pressed twice."""
    values = prepared.fields(purchases, purchase)
    values |= {"picks": picks_to_json(purchase.picks), "state": purchase.state.value}
    return await prepared.upsert(connection, purchases, values, key=["token"], change=[])


async def get(connection: AsyncConnection, purchase_id: str) -> Purchase | None:
    """The purchase of that id."""
    return _one(await prepared.find(connection, purchases, id=purchase_id))


async def get_by_token(connection: AsyncConnection, token: str) -> Purchase | None:
    """The purchase that used this token."""
    return _one(await prepared.find(connection, purchases, token=token))


async def in_state(connection: AsyncConnection, state: Outcome) -> list[Purchase]:
    """All purchases in this state, oldest first."""
    return _all(await _IN_STATE.rows(connection, in_state=state.value))


async def on_its_way(connection: AsyncConnection, order_id: str) -> set[str]:
    """The acts that cost for this order which were sent and have no answer yet: their purchases' ids."""
    return {row["id"] for row in await _ON_ITS_WAY.rows(connection, order_id=order_id)}


async def of_user_unknown(connection: AsyncConnection, user_id: int) -> list[Purchase]:
    """A person's purchases of unknown outcome, newest first."""
    return _all(await _OF_USER_UNKNOWN.rows(connection, user_id=user_id))


async def to_find(connection: AsyncConnection, now_ms: int, *, limit: int) -> list[Purchase]:
    """Purchases without an answer whose time to be looked for has come."""
    return _all(await _TO_FIND.rows(connection, now_ms=now_ms, most=limit))


async def next_find_ms(connection: AsyncConnection) -> int | None:
    """When the next one is to be looked for."""
    due_ms: int | None = await _NEXT_FIND.value(connection)
    return due_ms


async def find_next(
    connection: AsyncConnection, purchase_id: str, finds: int, next_find_ms: int | None
) -> None:
    """So many looks were answered; look again then, unless it was placed meanwhile."""
    query = update(purchases).where(purchases.c.id == purchase_id, purchases.c.state.in_(_LOST))
    await connection.execute(query.values(finds=finds, next_find_ms=next_find_ms))


async def unknown_of_account(connection: AsyncConnection, account_id: str) -> list[Purchase]:
    """An account's purchases of unknown outcome, oldest first."""
    return _all(await _UNKNOWN_OF_ACCOUNT.rows(connection, account_id=account_id))


async def money_moved(connection: AsyncConnection, purchase: Purchase) -> bool:
    """Whether anything else of ours may have moved the account's balance since this was sent."""
    # The site's clock is known to the second: what was sent in the second before may have come after.
    since = (purchase.sent_at or purchase.created_at) - 1
    others = select(purchases.c.id).where(
        purchases.c.account_id == purchase.account_id,
        purchases.c.id != purchase.id,
        purchases.c.sent_at >= since,
        purchases.c.state != Outcome.REFUSED.value,
    )
    ended = select(orders.c.id).where(
        orders.c.account_id == purchase.account_id,
        orders.c.ended_at >= since,
        orders.c.state.in_([State.CANCELLED.value, State.EXPIRED.value]),  # these may bring money back
    )
    return (await connection.execute(union_all(others, ended).limit(1))).first() is not None


async def lost_of_account(connection: AsyncConnection, account_id: str, since: int) -> list[Purchase]:
    """An account's purchases without an answer, also those believed not placed, oldest first."""
    query = (
        select(purchases)
        .where(
            purchases.c.account_id == account_id,
            purchases.c.created_at >= since,
            or_(
                purchases.c.state == Outcome.UNKNOWN.value,
                purchases.c.finding.in_([Finding.ABSENT.value, Finding.DISMISSED.value]),
            ),
        )
        .order_by(purchases.c.state.desc(), purchases.c.created_at)  # unknown before refused
    )
    return _all((await connection.execute(query)).mappings())


async def recently_placed(connection: AsyncConnection, account_id: str, since: int) -> list[Purchase]:
    """What an account ordered since then, oldest first."""
    query = (
        select(purchases)
        .where(
            purchases.c.account_id == account_id,
            purchases.c.created_at >= since,
            purchases.c.state == Outcome.PLACED.value,
            purchases.c.act.is_(None),
        )
        .order_by(purchases.c.created_at)
    )
    return _all((await connection.execute(query)).mappings())


async def done_by_another(connection: AsyncConnection, purchase: Purchase, slack: int) -> bool:
    """Whether another press of the same act with the same order was done at about that time or since."""
    since = (purchase.sent_at or purchase.created_at) - slack
    query = select(purchases.c.id).where(
        purchases.c.order_id == purchase.order_id,
        purchases.c.act == purchase.act,
        purchases.c.id != purchase.id,
        purchases.c.state == Outcome.PLACED.value,
        purchases.c.sent_at >= since,
    )
    return (await connection.execute(query)).first() is not None


async def forget_words(
    connection: AsyncConnection, sealed: str, among: ColumnElement[bool] = EVERYTHING
) -> None:
    """Drop picks with this fact from purchases that nobody looks for any more."""
    query = select(purchases.c.id, purchases.c.picks).where(
        purchases.c.act.is_not(None),
        purchases.c.next_find_ms.is_(None),
        purchases.c.state != Outcome.SENDING.value,
        among,
    )
    for purchase_id, picks in (await connection.execute(query)).all():
        kept = [pick for pick in picks if sealed not in pick[3]]
        if len(kept) < len(picks):
            await change(connection, purchase_id, picks=kept)


async def change(connection: AsyncConnection, purchase_id: str, **values: Any) -> None:
    """Set these columns only."""
    await prepared.change(connection, purchases, purchase_id, values)


async def settle(
    connection: AsyncConnection,
    purchase_id: str,
    state: Outcome,
    *,
    expect: tuple[Outcome, ...],
    **values: Any,
) -> bool:
    """Move on from one of the expected states. False if somebody else already did."""
    given = {"purchase_id": purchase_id, "expected": [known.value for known in expect]}
    return await _SETTLE.change(connection, **given, state=state.value, **values) == 1


async def awaited_of(
    connection: AsyncConnection, share_id: str, user_id: int, *which: ColumnElement[bool]
) -> list[str]:
    """What a person is just buying by a share, or lost the answer to: the ids."""
    query = select(purchases.c.id).where(
        purchases.c.share_id == share_id,
        purchases.c.user_id == user_id,
        or_(
            purchases.c.state.in_([Outcome.SENDING.value, Outcome.UNKNOWN.value]),
            purchases.c.next_find_ms.is_not(None),
        ),
        *which,
    )
    return list((await connection.execute(query)).scalars())


async def hand_over(connection: AsyncConnection, share_id: str, user_id: int, owner_id: int) -> list[str]:
    """What a person is just buying by a share, or lost the answer to, comes to the owner's private chat.

    With what waits to be sent of it. For whom it counts stays. The ids.
    """
    ids = await awaited_of(connection, share_id, user_id, purchases.c.chat_id != owner_id)
    if not ids:
        return []
    place = {"chat_id": owner_id, "thread_id": None}
    await connection.execute(update(purchases).where(purchases.c.id.in_(ids)).values(**place, card_id=None))
    waiting = outbox.c.purchase_id.in_(ids), outbox.c.state.in_(["due", "sending", "parked"])
    await connection.execute(update(outbox).where(*waiting).values(**place, user_id=owner_id, state="due"))
    return ids


async def set_card(connection: AsyncConnection, purchase_id: str, card_id: int) -> None:
    """The message that shows it."""
    await prepared.change(connection, purchases, purchase_id, {"card_id": card_id})


def _one(found: Any) -> Purchase | None:
    return None if found is None else _row(found)


def _all(found: Iterable[Any]) -> list[Purchase]:
    return [_row(one) for one in found]


def _row(found: Any) -> Purchase:
    finding = found["finding"]
    return Purchase(
        **{
            **found,
            "picks": picks_from_json(found["picks"]),
            "state": Outcome(found["state"]),
            "finding": None if finding is None else Finding(finding),
        }
    )
