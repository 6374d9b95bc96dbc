"""Accounts that are lent to groups, and who is what there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import prepared
from storage.prepared import Prepared, upsert
from storage.tables import accounts, share_caps, share_members, share_warnings, shares
from storage.walk import EVERYTHING


class Who(StrEnum):
    """Who in the group may order."""

    ALL = "all"
    ADMINS = "admins"
    NAMED = "named"


class Codes(StrEnum):
    """Who sees the codes."""

    ALL = "all"
    BUYER = "buyer"


class Role(StrEnum):
    """What a person is to a share. Stored are those between the owner and a stranger."""

    OWNER = "owner"
    MANAGER = "manager"
    BUYER = "buyer"
    VIEWER = "viewer"
    STRANGER = "stranger"


GIVEN = (Role.MANAGER, Role.BUYER, Role.VIEWER)
"""The roles that an owner can give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One account in one group."""

    id: str
    account_id: str
    chat_id: int
    thread_id: int | None
    who: Who
    codes: Codes
    admins_act: bool
    created_at: int
    ended_at: int | None
    codes_since: int = 0
    """Epoch seconds since which `codes` is the rule."""

    def keeps_codes(self, ordered_at: int) -> bool:
        """Whether the codes of what was ordered then are for who ordered alone.

        That was promised at Buy: made wider, the rule counts for what is ordered from then on.
        """
        return self.codes is Codes.BUYER or ordered_at < self.codes_since

    @property
    def is_active(self) -> bool:
        """Whether anything can be ordered by it."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Cap:
    """The most of one span, in USD: the owner's, and a manager's below it. None: no limit."""

    most: Decimal | None
    tighter: Decimal | None

    @property
    def effective(self) -> Decimal | None:
        """What counts."""
        set_ones = [one for one in (self.most, self.tighter) if one is not None]
        return min(set_ones, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody with a role of their own. No role: asked to be let in."""

    user_id: int
    role: Role | None
    name: str


_HERE = select(shares).where(shares.c.chat_id == bindparam("chat_id"))
_OLDEST_FIRST = shares.c.created_at, shares.c.id
_ACTIVE = shares.c.ended_at.is_(None)

_IN_CHAT = Prepared(_HERE.where(_ACTIVE).order_by(*_OLDEST_FIRST))
_EVER_IN_CHAT = Prepared(_HERE.order_by(*_OLDEST_FIRST))
_OF_ACCOUNT = Prepared(
    select(shares).where(shares.c.account_id == bindparam("account_id"), _ACTIVE).order_by(*_OLDEST_FIRST)
)
_OF_OWNER = Prepared(
    select(shares)
    .where(shares.c.account_id.in_(select(accounts.c.id).where(accounts.c.owner_id == bindparam("owner_id"))))
    .order_by(*_OLDEST_FIRST)
)
_HAS_ROLE = share_members.c.role.is_not(None)
_OF_MEMBER = Prepared(
    select(shares)
    .where(
        shares.c.id.in_(
            select(share_members.c.share_id).where(share_members.c.user_id == bindparam("user_id"), _HAS_ROLE)
        ),
        _ACTIVE,
    )
    .order_by(*_OLDEST_FIRST)
)
_LENT = Prepared(
    select(shares.c.id).where(
        shares.c.account_id == bindparam("account_id"), shares.c.chat_id == bindparam("chat_id"), _ACTIVE
    )
)
_CAPS = Prepared(select(share_caps).where(share_caps.c.share_id == bindparam("share_id")))
_IN_SHARE = share_members.c.share_id == bindparam("share_id")
_MEMBERS = Prepared(
    select(share_members).where(_IN_SHARE).order_by(share_members.c.name, share_members.c.user_id)
)
_COUNT_MEMBERS = Prepared(select(func.count()).select_from(share_members).where(_IN_SHARE, _HAS_ROLE))
_COUNT_REQUESTS = Prepared(select(func.count()).select_from(share_members).where(_IN_SHARE, ~_HAS_ROLE))


async def add(connection: AsyncConnection, share: Share) -> bool:
    """Store a new share. False: the account is shared there already."""
    try:
        async with connection.begin_nested():
            await connection.execute(insert(shares).values(**_values(share)))
    except IntegrityError:
        return False
    return True


async def get(connection: AsyncConnection, share_id: str) -> Share | None:
    """The share, also one that has ended."""
    found = await prepared.find(connection, shares, id=share_id)
    return None if found is None else _row(found)


async def get_for_update(connection: AsyncConnection, share_id: str) -> Share | None:
    """The same, locked until the transaction ends (SQLite locks as a whole)."""
    found = await prepared.find_for_update(connection, shares, id=share_id)
    return None if found is None else _row(found)


async def is_lent(connection: AsyncConnection, account_id: str, chat_id: int) -> bool:
    """Whether the account is shared in this group."""
    return await _LENT.value(connection, account_id=account_id, chat_id=chat_id) is not None


async def change(connection: AsyncConnection, share_id: str, **values: Any) -> None:
    """Set these columns only."""
    await prepared.change(connection, shares, share_id, values)


async def end(connection: AsyncConnection, share_id: str, now: int) -> bool:
    """Nothing can be ordered by it any more. False: it had ended before."""
    query = update(shares).where(shares.c.id == share_id, shares.c.ended_at.is_(None))
    return (await connection.execute(query.values(ended_at=now))).rowcount == 1


async def in_chat(connection: AsyncConnection, chat_id: int) -> list[Share]:
    """The active shares of a group, oldest first."""
    return _all(await _IN_CHAT.rows(connection, chat_id=chat_id))


async def ever_in_chat(connection: AsyncConnection, chat_id: int) -> list[Share]:
    """All shares of a group, also ended ones, oldest first."""
    return _all(await _EVER_IN_CHAT.rows(connection, chat_id=chat_id))


async def of_account(connection: AsyncConnection, account_id: str) -> list[Share]:
    """The active shares of an account, oldest first."""
    return _all(await _OF_ACCOUNT.rows(connection, account_id=account_id))


async def of_owner(connection: AsyncConnection, owner_id: int) -> list[Share]:
    """All shares of a person's accounts, also ended ones, oldest first."""
    return _all(await _OF_OWNER.rows(connection, owner_id=owner_id))


async def of_member(connection: AsyncConnection, user_id: int) -> list[Share]:
    """The active shares in which somebody has a role of their own, oldest first."""
    return _all(await _OF_MEMBER.rows(connection, user_id=user_id))


async def caps(connection: AsyncConnection, share_id: str) -> Mapping[str, Cap]:
    """The limits by span; a span that is not there has none."""
    rows = await _CAPS.rows(connection, share_id=share_id)
    return {row["span"]: Cap(row["most"], row["tighter"]) for row in rows}


async def set_cap(
    connection: AsyncConnection, share_id: str, span: str, *, most: Decimal | None, tighter: Decimal | None
) -> None:
    """The limit of a span from now on."""
    values = {"share_id": share_id, "span": span, "most": most, "tighter": tighter}
    await upsert(connection, share_caps, values, key=["share_id", "span"], change=["most", "tighter"])


async def members(connection: AsyncConnection, share_id: str) -> list[Member]:
    """All who have a role of their own or asked to be let in, by name."""
    return [_member(row) for row in await _MEMBERS.rows(connection, share_id=share_id)]


async def member(connection: AsyncConnection, share_id: str, user_id: int) -> Member | None:
    """The same, one of them."""
    found = await prepared.find(connection, share_members, share_id=share_id, user_id=user_id)
    return None if found is None else _member(found)


async def set_member(connection: AsyncConnection, share_id: str, member: Member) -> None:
    """A role from now on."""
    values = {
        "share_id": share_id,
        "user_id": member.user_id,
        "role": None if member.role is None else member.role.value,
        "name": member.name,
    }
    await upsert(connection, share_members, values, key=["share_id", "user_id"], change=["role", "name"])


async def drop_member(connection: AsyncConnection, share_id: str, user_id: int) -> bool:
    """No role of their own any more. False: there was none."""
    return await prepared.drop(connection, share_members, share_id=share_id, user_id=user_id)


async def count_members(connection: AsyncConnection, share_id: str) -> int:
    """How many have a role of their own."""
    return int(await _COUNT_MEMBERS.value(connection, share_id=share_id))


async def count_requests(connection: AsyncConnection, share_id: str) -> int:
    """How many asked to be let in and have no answer."""
    return int(await _COUNT_REQUESTS.value(connection, share_id=share_id))


async def warn_once(
    connection: AsyncConnection, share_id: str, span: str, *, user_id: int, since: int
) -> bool:
    """Whether the owner is to be told that this limit is nearly used up: once a day or month."""
    values = {"share_id": share_id, "span": span, "user_id": user_id, "since": since}
    return await upsert(connection, share_warnings, values, key=list(values), change=[])


async def forget_warnings(connection: AsyncConnection, share_id: str, span: str) -> None:
    """The limit is another one: tell again when it is nearly used up."""
    await prepared.drop(connection, share_warnings, share_id=share_id, span=span)


async def forget_older_warnings(
    connection: AsyncConnection, before: int, among: ColumnElement[bool] = EVERYTHING
) -> None:
    """Delete those of days and months that began before: they are over."""
    await connection.execute(delete(share_warnings).where(share_warnings.c.since < before, among))


def _all(found: Iterable[Any]) -> list[Share]:
    return [_row(one) for one in found]


def _row(found: Any) -> Share:
    return Share(**{**found, "who": Who(found["who"]), "codes": Codes(found["codes"])})


def _member(found: Any) -> Member:
    role = found["role"]
    return Member(user_id=found["user_id"], role=None if role is None else Role(role), name=found["name"])


def _values(share: Share) -> dict[str, Any]:
    values = prepared.fields(shares, share)
    return {**values, "who": share.who.value, "codes": share.codes.value}
