"""What is to be sent to Telegram. A row names what it is about; its text is drawn when it is sent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import prepared
from storage.prepared import Prepared
from storage.tables import orders, outbox
from storage.walk import EVERYTHING


class Kind(StrEnum):
    """What is sent."""

    PUSH = "push"  # a new message that rings: the code
    CARD = "card"  # an edit of the order's card
    OUTCOME = "outcome"  # an edit of a purchase's card that has no order (yet)
    NOTICE = "notice"  # a new message; args hold the text's key


class Priority(IntEnum):
    """Lower goes first."""

    CODE = 0
    OUTCOME = 1
    REST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One thing to send. `args` hold nothing secret."""

    kind: Kind
    priority: Priority
    user_id: int
    chat_id: int
    thread_id: int | None = None
    order_id: str | None = None
    purchase_id: str | None = None
    message_id: str | None = None
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued(Letter):
    """A letter in the outbox."""

    id: int
    state: str
    attempts: int
    unsure: bool
    not_before_ms: int
    created_ms: int
    sent_ms: int | None
    sent_id: int | None
    error: str | None


class Waiting(NamedTuple):
    """A letter in the outbox, as far as it takes to choose among them."""

    id: int
    chat_id: int
    priority: Priority


_IS_DUE = outbox.c.state == literal_column("'due'")
"""In these words, since the indexes are partial ones: SQLite must see that they fit."""

_CARD_WAITS = (
    outbox.c.kind == literal_column("'card'"),
    _IS_DUE,
    outbox.c.order_id == bindparam("card_of"),
)
_WAITING_CARD = Prepared(
    select(outbox.c.id, outbox.c.user_id, outbox.c.chat_id, outbox.c.thread_id).where(*_CARD_WAITS)
)
_HASTEN_CARD = Prepared(
    update(outbox)
    .where(*_CARD_WAITS, outbox.c.not_before_ms > bindparam("now_ms"))
    .values(not_before_ms=bindparam("now_ms"))
)
_NEXT_DUE = Prepared(
    select(func.min(outbox.c.not_before_ms)).where(_IS_DUE, outbox.c.not_before_ms > bindparam("after_ms"))
)
_BEGIN = Prepared(
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)), _IS_DUE)
    .values(state="sending", attempts=outbox.c.attempts + 1)
    .returning(outbox)
)
_IN_STATE = Prepared(select(outbox).where(outbox.c.state == bindparam("in_state")).order_by(outbox.c.id))
_PUSH_WAITS = Prepared(
    select(outbox.c.id)
    .where(
        outbox.c.kind == Kind.PUSH.value,
        outbox.c.chat_id == bindparam("to_chat"),
        outbox.c.message_id == bindparam("sms"),
        outbox.c.state.in_(["due", "sending", "parked"]),
    )
    .limit(1)
)
_TOLD = Prepared(
    select(func.max(outbox.c.sent_id)).where(
        outbox.c.purchase_id == bindparam("told_of"),
        outbox.c.chat_id == bindparam("to_chat"),
        outbox.c.kind == Kind.NOTICE.value,
        outbox.c.state == "sent",
    )
)


async def put(connection: AsyncConnection, letter: Letter, now_ms: int) -> None:
    """Write a letter. An order's card that waits already is not written twice: it goes where this would."""
    waits = await _waiting_card(connection, letter) if letter.kind is Kind.CARD else None
    if waits is not None:
        place = _place(letter)
        if waits != {"id": waits["id"], **place}:
            await prepared.change(connection, outbox, waits["id"], place)
        return
    values = {
        "kind": letter.kind.value,
        "priority": int(letter.priority),
        **_place(letter),
        "order_id": letter.order_id,
        "purchase_id": letter.purchase_id,
        "message_id": letter.message_id,
        "args": dict(letter.args),
        "state": "due",
        "attempts": 0,
        "unsure": False,
        "not_before_ms": now_ms,
        "created_ms": now_ms,
    }
    await prepared.put(connection, outbox, values)


async def waiting(
    connection: AsyncConnection,
    now_ms: int,
    *,
    limit: int,
    not_in_chats: Mapping[Priority, Collection[int]],
) -> list[Waiting]:
    """The first that may go out now: codes first, else in the order written.

    Only those of the priorities named, each without the letters of its chats.
    """
    query = _waiting(tuple((int(priority), bool(chats)) for priority, chats in not_in_chats.items()))
    given = {_chats(priority): chats for priority, chats in not_in_chats.items() if chats}
    rows = await query.rows(connection, now_ms=now_ms, most=limit, **given)
    return [Waiting(row["id"], row["chat_id"], Priority(row["priority"])) for row in rows]


@cache
def _waiting(priorities: tuple[tuple[int, bool], ...]) -> Prepared:
    """Those of these priorities that may go: each from all chats, or from all but some."""
    may_go = [
        and_(
            outbox.c.priority == priority,
            outbox.c.chat_id.not_in(bindparam(_chats(priority), expanding=True)),
        )
        if is_limited
        else outbox.c.priority == priority
        for priority, is_limited in priorities
    ]
    return Prepared(
        select(outbox.c.id, outbox.c.chat_id, outbox.c.priority)
        .where(_IS_DUE, outbox.c.not_before_ms <= bindparam("now_ms"), or_(*may_go))
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(bindparam("most"))
    )


def _chats(priority: int) -> str:
    return f"not_in_{int(priority)}"


async def next_due_ms(connection: AsyncConnection, *, after_ms: int) -> int | None:
    """When the next letter comes due after that moment."""
    due_ms: int | None = await _NEXT_DUE.value(connection, after_ms=after_ms)
    return due_ms


async def begin(connection: AsyncConnection, ids: Collection[int]) -> list[Queued]:
    """These are on their way: after a crash they may or may not have arrived. The letters, in order.

    Without those that are not due any more: on PostgreSQL others may have parked one since it was seen.
    """
    if not ids:
        return []
    begun = [_row(row) for row in await _BEGIN.rows(connection, ids=ids)]
    return sorted(begun, key=lambda letter: (letter.priority, letter.id))


async def sent(connection: AsyncConnection, letter_id: int, now_ms: int, sent_id: int | None) -> None:
    """It arrived, as this message."""
    values = {"state": "sent", "sent_ms": now_ms, "sent_id": sent_id}
    await prepared.change(connection, outbox, letter_id, values)


async def again(connection: AsyncConnection, letter: Queued, at_ms: int, *, unsure: bool, error: str) -> None:
    """Try again then. A card whose newer edit waits already is dropped instead."""
    if letter.kind is Kind.CARD and await _waiting_card(connection, letter) is not None:
        await drop(connection, letter.id, "superseded")
        return
    values = {
        "state": "due",
        "not_before_ms": at_ms,
        "unsure": letter.unsure or unsure,
        "error": error,
    }
    await prepared.change(connection, outbox, letter.id, values)


async def drop(connection: AsyncConnection, letter_id: int, error: str) -> None:
    """It can't be delivered."""
    await prepared.change(connection, outbox, letter_id, {"state": "dropped", "error": error})


async def hasten_card(connection: AsyncConnection, order_id: str, now_ms: int) -> None:
    """A card of this order that waits for its time goes now."""
    await _HASTEN_CARD.change(connection, card_of=order_id, now_ms=now_ms)


async def readdress(
    connection: AsyncConnection, letter_id: int, user_id: int, now_ms: int, *, error: str
) -> None:
    """It goes to this person's private chat instead, at once."""
    values = {
        "state": "due",
        "user_id": user_id,
        "chat_id": user_id,
        "thread_id": None,
        "attempts": 0,
        "not_before_ms": now_ms,
        "error": error,
    }
    await prepared.change(connection, outbox, letter_id, values)


async def has_push(connection: AsyncConnection, chat_id: int, message_id: str) -> bool:
    """Whether this SMS is on its way to that chat, or waits until it opens."""
    return await _PUSH_WAITS.value(connection, to_chat=chat_id, sms=message_id) is not None


async def told_of(connection: AsyncConnection, chat_id: int, purchase_id: str) -> int | None:
    """The newest message that a notice of this purchase became in that chat."""
    message_id: int | None = await _TOLD.value(connection, told_of=purchase_id, to_chat=chat_id)
    return message_id


async def orders_without_a_chat(connection: AsyncConnection, user_id: int) -> list[str]:
    """The orders in groups whose codes can't go to this person's closed private chat: one for each group.

    Groups with a code that has waited before are left out: there it was told.
    """
    query = (
        select(outbox.c.state, orders.c.chat_id, orders.c.id)
        .join(orders, orders.c.id == outbox.c.order_id)
        .where(
            outbox.c.kind == Kind.PUSH.value,
            outbox.c.chat_id == user_id,
            outbox.c.state.in_(["due", "sending", "parked"]),
            orders.c.user_id == user_id,
            orders.c.chat_id < 0,
        )
        .order_by(outbox.c.id)
    )
    rows = (await connection.execute(query)).all()
    told = {chat_id for state, chat_id, _ in rows if state == "parked"}
    first: dict[int, str] = {}
    for _, chat_id, order_id in rows:
        if chat_id not in told:
            first.setdefault(chat_id, order_id)
    return list(first.values())


async def in_state(connection: AsyncConnection, state: str) -> list[Queued]:
    """All letters in this state."""
    return [_row(row) for row in await _IN_STATE.rows(connection, in_state=state)]


async def forget_older(
    connection: AsyncConnection, before_ms: int, among: ColumnElement[bool] = EVERYTHING
) -> None:
    """Delete what was settled before."""
    await connection.execute(
        delete(outbox).where(outbox.c.state.in_(["sent", "dropped"]), outbox.c.created_ms < before_ms, among)
    )


async def _waiting_card(connection: AsyncConnection, letter: Letter) -> dict[str, Any] | None:
    """The order's card that waits: its id, and where it goes."""
    return await _WAITING_CARD.row(connection, card_of=letter.order_id)


def _place(letter: Letter) -> dict[str, int | None]:
    return {"user_id": letter.user_id, "chat_id": letter.chat_id, "thread_id": letter.thread_id}


def _row(found: dict[str, Any]) -> Queued:
    return Queued(**{**found, "kind": Kind(found["kind"]), "priority": Priority(found["priority"])})


async def park(connection: AsyncConnection, chat_id: int, why: str) -> None:
    """Nothing can be sent to this chat for now: keep its letters for the day it opens again."""
    query = update(outbox).where(outbox.c.chat_id == chat_id, outbox.c.state.in_(["due", "sending"]))
    await connection.execute(query.values(state="parked", error=why))


async def unpark(connection: AsyncConnection, chat_id: int, now_ms: int) -> int:
    """The chat is open again: send what was kept. How many."""
    parked = (outbox.c.chat_id == chat_id, outbox.c.state == "parked")
    # Cards are drawn anew from the rows: the newest of each order is enough, and none where one waits.
    waits = select(outbox.c.order_id).where(outbox.c.kind == Kind.CARD.value, outbox.c.state == "due")
    newest = (
        select(func.max(outbox.c.id))
        .where(*parked, outbox.c.kind == Kind.CARD.value, outbox.c.order_id.not_in(waits))
        .group_by(outbox.c.order_id)
    )
    ids = list((await connection.execute(newest)).scalars())
    superseded = outbox.c.id.not_in(ids)
    await connection.execute(
        update(outbox)
        .where(*parked, outbox.c.kind == Kind.CARD.value, superseded)
        .values(state="dropped", error="superseded")
    )
    query = update(outbox).where(*parked).values(state="due", not_before_ms=now_ms, attempts=0)
    return (await connection.execute(query)).rowcount
