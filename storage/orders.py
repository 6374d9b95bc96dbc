"""Orders: numbers that were bought, and when to look at them next."""

from collections.abc import Collection, Iterable, Mapping
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
from storage.prepared import Prepared
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
_OF_USER = orders.c.user_id == bindparam("user_id")
_IN_CHAT = orders.c.chat_id == bindparam("chat_id")

_DUE = Prepared(
    select(orders.c.id, orders.c.account_id, orders.c.site)
    .where(orders.c.is_open, orders.c.next_look_ms <= bindparam("now_ms"))
    .order_by(orders.c.next_look_ms)
    .limit(bindparam("most"))
)
_NEXT_DUE = Prepared(select(func.min(orders.c.next_look_ms)).where(orders.c.is_open))
_LEASED = Prepared(
    select(orders).where(_THESE, orders.c.is_open, orders.c.next_look_ms == bindparam("until_ms"))
)
_CHANGE_ALL = Prepared(update(orders).where(_THESE))
_LOCKED = Prepared(select(orders).where(_THESE).with_for_update())
_OF_PURCHASE = Prepared(select(orders).where(orders.c.purchase_id == bindparam("purchase_id")))
_OF_SAME_PURCHASE = Prepared(
    select(orders)
    # The account is known as well: its orders are found by an index.
    .where(orders.c.account_id == bindparam("account_id"), orders.c.purchase_id == bindparam("purchase_id"))
    .order_by(orders.c.created_at, orders.c.site_id)
)
_OPEN = select(orders).where(orders.c.is_open)
_ANY_OPEN = Prepared(_OPEN.limit(1))
_OPEN_OF_ACCOUNT = Prepared(_OPEN.where(orders.c.account_id == bindparam("account_id")))
_NEWEST_FIRST = orders.c.activated_at.desc(), orders.c.id
_OPEN_OF_USER = Prepared(_OPEN.where(_OF_USER).order_by(*_NEWEST_FIRST))
_OPEN_IN_CHAT = Prepared(_OPEN.where(_IN_CHAT).order_by(*_NEWEST_FIRST))
_PAST = Prepared(
    select(orders)
    .where(~orders.c.is_open, _OF_USER)
    .order_by(orders.c.created_at.desc(), orders.c.id)
    .offset(bindparam("past"))
    .limit(bindparam("most"))
)
_COUNT_PAST = Prepared(select(func.count()).select_from(orders).where(~orders.c.is_open, _OF_USER))
_KNOWN = Prepared(
    select(orders.c.site_id).where(
        orders.c.account_id == bindparam("account_id"),
        orders.c.site_id.in_(bindparam("ids", expanding=True)),
    )
)
_LATEST = (
    select(orders.c.picks)
    .where(_OF_USER)
    .order_by(orders.c.created_at.desc(), orders.c.id)
    .limit(bindparam("latest"))
)
_LATEST_ANYWHERE = Prepared(_LATEST)
_LATEST_THERE = Prepared(_LATEST.where(_IN_CHAT))


async def add(connection: AsyncConnection, order: Order) -> None:
    """Store a new order."""
    await prepared.put(connection, orders, {"id": order.id, **_values(order)})


async def save(connection: AsyncConnection, order: Order) -> None:
    """Store a changed order."""
    await prepared.change(connection, orders, order.id, _values(order))


async def change(connection: AsyncConnection, order_id: str, **values: Any) -> None:
    """Set these columns only."""
    await prepared.change(connection, orders, order_id, values)


async def get(connection: AsyncConnection, order_id: str) -> Order | None:
    """The order of that id."""
    return _one(await prepared.find(connection, orders, id=order_id))


async def get_for_update(connection: AsyncConnection, order_id: str) -> Order | None:
    """The order, locked until the transaction ends (SQLite locks as a whole)."""
    return _one(await prepared.find_for_update(connection, orders, id=order_id))


async def get_many_for_update(connection: AsyncConnection, ids: list[str]) -> list[Order]:
    """These orders, locked until the transaction ends."""
    return _all(await _LOCKED.rows(connection, ids=ids))


async def looked_at(connection: AsyncConnection, seen: list[Order]) -> None:
    """Store what every look changes of these orders, in one statement."""
    if not seen:
        return
    columns = ("next_look_ms", "last_look_at", "failed_looks", "facts")
    stored = {order.id: _values(order) for order in seen}
    changes = {order_id: {name: values[name] for name in columns} for order_id, values in stored.items()}
    await prepared.change_each(connection, orders, changes)


async def open_ids_of_site(connection: AsyncConnection, site: str) -> list[str]:
    """All open orders at a site."""
    query = select(orders.c.id).where(orders.c.is_open, orders.c.site == site)
    return list((await connection.execute(query)).scalars())


async def get_by_site_id(connection: AsyncConnection, account_id: str, site_id: str) -> Order | None:
    """The order that the site calls so, of this account alone."""
    return _one(await prepared.find(connection, orders, account_id=account_id, site_id=site_id))


async def get_by_site_id_for_update(
    connection: AsyncConnection, account_id: str, site_id: str
) -> Order | None:
    """The order that the site calls so, locked until the transaction ends."""
    found = await prepared.find_for_update(connection, orders, account_id=account_id, site_id=site_id)
    return _one(found)


async def known_site_ids(connection: AsyncConnection, account_id: str, ids: list[str]) -> set[str]:
    """Which of these ids of the site are orders of ours."""
    return {row["site_id"] for row in await _KNOWN.rows(connection, account_id=account_id, ids=ids)}


async def with_number(connection: AsyncConnection, account_id: str, digits: str) -> list[Order]:
    """All orders of this account, ended ones too, whose number ends with these digits."""
    mine = orders.c.account_id == account_id, orders.c.number.endswith(digits, autoescape=True)
    return _all((await connection.execute(select(orders).where(*mine))).mappings())


async def of_purchase(connection: AsyncConnection, purchase_id: str) -> list[Order]:
    """What one purchase brought."""
    return _all(await _OF_PURCHASE.rows(connection, purchase_id=purchase_id))


class Due(NamedTuple):
    """An order to be looked at."""

    id: str
    account_id: str
    site: str


async def of_same_purchase(connection: AsyncConnection, order: Order) -> list[Order]:
    """All orders that one purchase brought, this one too, in the site's order."""
    given = {"account_id": order.account_id, "purchase_id": order.purchase_id}
    return _all(await _OF_SAME_PURCHASE.rows(connection, **given))


async def any_open(connection: AsyncConnection) -> Order | None:
    """One order that is open, if there is any."""
    found = await _ANY_OPEN.row(connection)
    return None if found is None else _row(found)


async def due(connection: AsyncConnection, now_ms: int, limit: int) -> list[Due]:
    """Open orders whose time to be looked at has come, longest overdue first."""
    return [Due(**found) for found in await _DUE.rows(connection, now_ms=now_ms, most=limit)]


async def next_due_ms(connection: AsyncConnection) -> int | None:
    """When the next open order is due."""
    due_ms: int | None = await _NEXT_DUE.value(connection)
    return due_ms


async def lease(connection: AsyncConnection, ids: list[str], until_ms: int) -> None:
    """These are being looked at: nobody else looks before then, and a crash costs no more than that."""
    await _CHANGE_ALL.change(connection, ids=ids, next_look_ms=until_ms, leased_ms=until_ms)


async def put_off(connection: AsyncConnection, ids: list[str], until_ms: int) -> None:
    """Look at these then, and not earlier."""
    await _CHANGE_ALL.change(connection, ids=ids, next_look_ms=until_ms)


async def end_leases(connection: AsyncConnection, now_ms: int) -> int:
    """The process has just started: nobody is looking any more. How many orders are to be looked at now."""
    leased = (orders.c.is_open, orders.c.next_look_ms == orders.c.leased_ms, orders.c.next_look_ms > now_ms)
    return (await connection.execute(update(orders).where(*leased).values(next_look_ms=now_ms))).rowcount


async def still_leased(connection: AsyncConnection, ids: list[str], until_ms: int) -> list[Order]:
    """Those of the taken-up orders that nobody has looked at, ended or reactivated since."""
    return _all(await _LEASED.rows(connection, ids=ids, until_ms=until_ms))


async def look_at_all(connection: AsyncConnection, account_id: str, now_ms: int) -> None:
    """Look at all open orders of an account now: its key works again."""
    mine = (orders.c.account_id == account_id, orders.c.is_open)
    await connection.execute(update(orders).where(*mine).values(next_look_ms=now_ms))


async def open_of_account(connection: AsyncConnection, account_id: str) -> list[Order]:
    """All open orders of an account."""
    return _all(await _OPEN_OF_ACCOUNT.rows(connection, account_id=account_id))


async def open_of_user(connection: AsyncConnection, user_id: int) -> list[Order]:
    """A person's open orders, newest first."""
    return _all(await _OPEN_OF_USER.rows(connection, user_id=user_id))


async def open_in_chat(connection: AsyncConnection, chat_id: int) -> list[Order]:
    """The open orders whose cards stand in a group, newest first."""
    return _all(await _OPEN_IN_CHAT.rows(connection, chat_id=chat_id))


async def past_of_user(connection: AsyncConnection, user_id: int, *, offset: int, limit: int) -> list[Order]:
    """A person's ended orders, newest first."""
    return _all(await _PAST.rows(connection, user_id=user_id, past=offset, most=limit))


async def count_past_of_user(connection: AsyncConnection, user_id: int) -> int:
    """How many orders of a person have ended."""
    return int(await _COUNT_PAST.value(connection, user_id=user_id))


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
    return _all((await connection.execute(query)).mappings())


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
    query = _LATEST_ANYWHERE if chat_id is None else _LATEST_THERE
    rows = await query.rows(connection, user_id=user_id, chat_id=chat_id, latest=limit)
    return [picks_from_json(row["picks"]) for row in rows]


def _one(found: Any) -> Order | None:
    return None if found is None else _row(found)


def _all(found: Iterable[Any]) -> list[Order]:
    return [_row(one) for one in found]


def _row(found: Any) -> Order:
    return Order(**{**found, "picks": picks_from_json(found["picks"]), "state": State(found["state"])})


def _values(order: Order) -> dict[str, Any]:
    """But for the id: to set it, even to what it is, has SQLite read all messages of the order."""
    values = prepared.fields(orders, order)
    del values["id"]
    values["picks"] = picks_to_json(order.picks)
    values["state"] = order.state.value
    values["facts"] = dict(order.facts)
    return values


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
