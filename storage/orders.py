"""Orders: numbers that were bought, and when to look at them next."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from providers.site import OrderRef
from providers.words import State
from storage import prepared
from storage.chat_ids import WAITING, move_letters
from storage.drafts import Pick, ids_of, picks_from_json, picks_to_json
from storage.tables import orders, outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One number at one site. Reactivating it counts `activation` up and keeps the row."""

    id: str
    purchase_id: str
    user_id: int
    chat_id: int
    thread_id: int | None
    card_id: int | None
    account_id: str
    site: str
    line: str
    site_id: str
    activation: int
    state: State
    is_open: bool
    number: str | None
    picks: tuple[Pick, ...]
    facts: Mapping[str, Any]
    price: Decimal | None
    refunded: Decimal | None
    created_at: int
    activated_at: int
    alive_at: int
    reminded_of: int | None = None
    expires_at: int | None
    ended_at: int | None
    next_look_ms: int
    leased_ms: int | None = None
    last_look_at: int | None
    failed_looks: int
    trouble: str | None
    share_id: str | None = None
    """The share by whose rules it is shown and acted on."""

    @property
    def ref(self) -> OrderRef:
        """What an adapter may know of it."""
        return OrderRef(
            id=self.site_id,
            line=self.line,
            picks=ids_of(self.picks),
            state=self.state,
            number=self.number,
            expires_at=self.expires_at,
            facts=self.facts,
        )

    def name_of(self, choice: str) -> str | None:
        """The name of what was picked there."""
        return next((pick.name for pick in self.picks if pick.choice == choice), None)


_THESE = orders.c.id.in_(bindparam("ids", expanding=True))

_DUE = (
    select(orders.c.id, orders.c.account_id, orders.c.site)
    .where(orders.c.is_open, orders.c.next_look_ms <= bindparam("now_ms"))
    .order_by(orders.c.next_look_ms)
    .limit(bindparam("most"))
)
_NEXT_DUE = select(func.min(orders.c.next_look_ms)).where(orders.c.is_open)
_LEASED = select(orders).where(_THESE, orders.c.is_open, orders.c.next_look_ms == bindparam("until_ms"))
_CHANGE_ALL = update(orders).where(_THESE)
_OF_SITE_FOR_UPDATE = (
    select(orders)
    .where(orders.c.account_id == bindparam("account_id"), orders.c.site_id == bindparam("site_id"))
    .with_for_update()
)
_LATEST = (
    select(orders.c.picks)
    .where(orders.c.user_id == bindparam("user_id"))
    .order_by(orders.c.created_at.desc(), orders.c.id)
    .limit(bindparam("latest"))
)
_LATEST_THERE = _LATEST.where(orders.c.chat_id == bindparam("chat_id"))
_FOR_UPDATE = select(orders).where(orders.c.id == bindparam("order_id")).with_for_update()


async def add(connection: AsyncConnection, order: Order) -> None:
    """Store a new order."""
    await prepared.put(connection, orders, _values(order))


async def save(connection: AsyncConnection, order: Order) -> None:
    """Store a changed order."""
    await prepared.change(connection, orders, order.id, _values(order))


async def change(connection: AsyncConnection, order_id: str, **values: Any) -> None:
    """Set these columns only."""
    await prepared.change(connection, orders, order_id, values)


async def get(connection: AsyncConnection, order_id: str) -> Order | None:
    """The order of that id."""
    found = await prepared.find(connection, orders, id=order_id)
    return None if found is None else _row(found)


async def get_for_update(connection: AsyncConnection, order_id: str) -> Order | None:
    """The order, locked until the transaction ends (SQLite locks as a whole)."""
    found = (await connection.execute(_FOR_UPDATE, {"order_id": order_id})).mappings().first()
    return None if found is None else _row(found)


async def get_many_for_update(connection: AsyncConnection, ids: list[str]) -> list[Order]:
    """These orders, locked until the transaction ends."""
    return await _all(connection, select(orders).where(orders.c.id.in_(ids)).with_for_update())


async def looked_at(connection: AsyncConnection, seen: list[Order]) -> None:
    """Store what every look changes of these orders, in one statement."""
    if not seen:
        return
    columns = ("next_look_ms", "last_look_at", "failed_looks", "facts")
    query = update(orders).where(orders.c.id == bindparam("row_id"))
    rows = [
        {"row_id": order.id} | {f"new_{name}": _values(order)[name] for name in columns} for order in seen
    ]
    await connection.execute(query.values({name: bindparam(f"new_{name}") for name in columns}), rows)


async def open_ids_of_site(connection: AsyncConnection, site: str) -> list[str]:
    """All open orders at a site."""
    query = select(orders.c.id).where(orders.c.is_open, orders.c.site == site)
    return list((await connection.execute(query)).scalars())


async def get_by_site_id(connection: AsyncConnection, account_id: str, site_id: str) -> Order | None:
    """The order that the site calls so, of this account alone."""
    return await _one(connection, orders.c.account_id == account_id, orders.c.site_id == site_id)


async def get_by_site_id_for_update(
    connection: AsyncConnection, account_id: str, site_id: str
) -> Order | None:
    """The order that the site calls so, locked until the transaction ends."""
    given = {"account_id": account_id, "site_id": site_id}
    found = (await connection.execute(_OF_SITE_FOR_UPDATE, given)).mappings().first()
    return None if found is None else _row(found)


async def known_site_ids(connection: AsyncConnection, account_id: str, ids: list[str]) -> set[str]:
    """Which of these ids of the site are orders of ours."""
    query = select(orders.c.site_id).where(orders.c.account_id == account_id, orders.c.site_id.in_(ids))
    return set((await connection.execute(query)).scalars())


async def with_number(connection: AsyncConnection, account_id: str, digits: str) -> list[Order]:
    """All orders of this account, ended ones too, whose number ends with these digits."""
    mine = orders.c.account_id == account_id, orders.c.number.endswith(digits, autoescape=True)
    return await _all(connection, select(orders).where(*mine))


async def of_purchase(connection: AsyncConnection, purchase_id: str) -> list[Order]:
    """What one purchase brought."""
    return await _all(connection, select(orders).where(orders.c.purchase_id == purchase_id))


class Due(NamedTuple):
    """An order to be looked at."""

    id: str
    account_id: str
    site: str


async def of_same_purchase(connection: AsyncConnection, order: Order) -> list[Order]:
    """All orders that one purchase brought, this one too, in the site's order."""
    query = (
        select(orders)
        # The account is known as well: its orders are found by an index.
        .where(orders.c.account_id == order.account_id, orders.c.purchase_id == order.purchase_id)
        .order_by(orders.c.created_at, orders.c.site_id)
    )
    return await _all(connection, query)


async def due(connection: AsyncConnection, now_ms: int, limit: int) -> list[Due]:
    """Open orders whose time to be looked at has come, longest overdue first."""
    return [Due(*found) for found in await connection.execute(_DUE, {"now_ms": now_ms, "most": limit})]


async def next_due_ms(connection: AsyncConnection) -> int | None:
    """When the next open order is due."""
    due_ms: int | None = (await connection.execute(_NEXT_DUE)).scalar()
    return due_ms


async def lease(connection: AsyncConnection, ids: list[str], until_ms: int) -> None:
    """These are being looked at: nobody else looks before then, and a crash costs no more than that."""
    given = {"ids": ids, "next_look_ms": until_ms, "leased_ms": until_ms}
    await connection.execute(_CHANGE_ALL, given)


async def put_off(connection: AsyncConnection, ids: list[str], until_ms: int) -> None:
    """Look at these then, and not earlier."""
    await connection.execute(_CHANGE_ALL, {"ids": ids, "next_look_ms": until_ms})


async def end_leases(connection: AsyncConnection, now_ms: int) -> int:
    """The process has just started: nobody is looking any more. How many orders are to be looked at now."""
    leased = (orders.c.is_open, orders.c.next_look_ms == orders.c.leased_ms, orders.c.next_look_ms > now_ms)
    return (await connection.execute(update(orders).where(*leased).values(next_look_ms=now_ms))).rowcount


async def still_leased(connection: AsyncConnection, ids: list[str], until_ms: int) -> list[Order]:
    """Those of the taken-up orders that nobody has looked at, ended or reactivated since."""
    found = await connection.execute(_LEASED, {"ids": ids, "until_ms": until_ms})
    return [_row(one) for one in found.mappings()]


async def look_at_all(connection: AsyncConnection, account_id: str, now_ms: int) -> None:
    """Look at all open orders of an account now: its key works again."""
    mine = (orders.c.account_id == account_id, orders.c.is_open)
    await connection.execute(update(orders).where(*mine).values(next_look_ms=now_ms))


async def open_of_account(connection: AsyncConnection, account_id: str) -> list[Order]:
    """All open orders of an account."""
    return await _all(connection, select(orders).where(orders.c.is_open, orders.c.account_id == account_id))


async def open_of_user(connection: AsyncConnection, user_id: int) -> list[Order]:
    """A person's open orders, newest first."""
    query = (
        select(orders)
        .where(orders.c.is_open, orders.c.user_id == user_id)
        .order_by(orders.c.activated_at.desc(), orders.c.id)
    )
    return await _all(connection, query)


async def open_in_chat(connection: AsyncConnection, chat_id: int) -> list[Order]:
    """The open orders whose cards stand in a group, newest first."""
    query = (
        select(orders)
        .where(orders.c.is_open, orders.c.chat_id == chat_id)
        .order_by(orders.c.activated_at.desc(), orders.c.id)
    )
    return await _all(connection, query)


async def past_of_user(connection: AsyncConnection, user_id: int, *, offset: int, limit: int) -> list[Order]:
    """A person's ended orders, newest first."""
    query = (
        select(orders)
        .where(~orders.c.is_open, orders.c.user_id == user_id)
        .order_by(orders.c.created_at.desc(), orders.c.id)
        .offset(offset)
        .limit(limit)
    )
    return await _all(connection, query)


async def count_past_of_user(connection: AsyncConnection, user_id: int) -> int:
    """How many orders of a person have ended."""
    query = select(func.count()).select_from(orders).where(~orders.c.is_open, orders.c.user_id == user_id)
    return int((await connection.execute(query)).scalar_one())


async def rented_by(
    connection: AsyncConnection,
    user_id: int,
    lines: Collection[tuple[str, str]],
    *,
    is_open: bool,
    offset: int = 0,
    limit: int | None = None,
) -> list[Order]:
    """A person's orders on these lines of sites, open or ended, newest first."""
    query = (
        select(orders)
        .where(*_on_lines(user_id, lines, is_open=is_open))
        .order_by(orders.c.activated_at.desc(), orders.c.id)
        .offset(offset)
        .limit(limit)
    )
    return await _all(connection, query)


async def count_rented_by(
    connection: AsyncConnection, user_id: int, lines: Collection[tuple[str, str]], *, is_open: bool
) -> int:
    """How many orders of a person there are on these lines of sites."""
    query = select(func.count()).select_from(orders).where(*_on_lines(user_id, lines, is_open=is_open))
    return int((await connection.execute(query)).scalar_one())


def _on_lines(user_id: int, lines: Collection[tuple[str, str]], *, is_open: bool) -> tuple[Any, ...]:
    state = orders.c.is_open if is_open else ~orders.c.is_open
    return orders.c.user_id == user_id, state, tuple_(orders.c.site, orders.c.line).in_(sorted(lines))


async def latest_picks(
    connection: AsyncConnection, user_id: int, *, chat_id: int | None, limit: int
) -> list[tuple[Pick, ...]]:
    """What a person's latest orders were, newest first; `chat_id`: those of one chat alone."""
    query = _LATEST if chat_id is None else _LATEST_THERE
    given = {"user_id": user_id, "chat_id": chat_id, "latest": limit}
    return [picks_from_json(stored) for stored in (await connection.execute(query, given)).scalars()]


async def _one(connection: AsyncConnection, *where: Any) -> Order | None:
    found = (await connection.execute(select(orders).where(*where))).mappings().first()
    return None if found is None else _row(found)


async def _all(connection: AsyncConnection, query: Any) -> list[Order]:
    return [_row(found) for found in (await connection.execute(query)).mappings()]


def _row(found: Any) -> Order:
    return Order(**{**found, "picks": picks_from_json(found["picks"]), "state": State(found["state"])})


def _values(order: Order) -> dict[str, Any]:
    values = prepared.fields(orders, order)
    return {
        **values,
        "picks": picks_to_json(order.picks),
        "state": order.state.value,
        "facts": dict(order.facts),
    }


async def change_holder(
    connection: AsyncConnection, share_id: str, user_id: int, owner_id: int
) -> list[tuple[str, str]]:
    """A person's open orders of a share are the owner's now, where they are.

    Their ids, and those of their purchases.
    """
    theirs = orders.c.user_id == user_id, orders.c.share_id == share_id, orders.c.is_open
    query = update(orders).where(*theirs).values(user_id=owner_id)
    changed = await connection.execute(query.returning(orders.c.id, orders.c.purchase_id))
    return [(order_id, purchase_id) for order_id, purchase_id in changed.all()]


async def hand_over(
    connection: AsyncConnection,
    share_id: str,
    user_id: int,
    owner_id: int,
    *,
    made_before: int | None = None,
) -> list[tuple[str, str]]:
    """A person's orders of a share are the owner's now, in the owner's private chat.

    The open ones, and those with a code that waits to be sent: with what waits of them, but for their cards:
    write these anew. Their ids, and those of their purchases.
    """
    codes = select(outbox.c.order_id).where(outbox.c.kind == "push", outbox.c.state.in_(WAITING))
    query = select(orders.c.id, orders.c.purchase_id).where(
        orders.c.user_id == user_id,
        orders.c.share_id == share_id,
        or_(orders.c.is_open, orders.c.id.in_(codes)),
        true() if made_before is None else orders.c.created_at < made_before,
    )
    moved = [(order_id, purchase_id) for order_id, purchase_id in (await connection.execute(query)).all()]
    if not moved:
        return []
    ids = [order_id for order_id, _ in moved]
    place = {"user_id": owner_id, "chat_id": owner_id, "thread_id": None}
    await connection.execute(update(orders).where(orders.c.id.in_(ids)).values(**place, card_id=None))
    await move_letters(connection, ids, place)
    return moved
