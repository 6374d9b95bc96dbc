"""Linked accounts. What comes out of here is sealed; `storage.secrets` opens it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import prepared
from storage.prepared import Prepared
from storage.purchases import Outcome
from storage.tables import accounts, orders, purchases

WIPED = b""
"""In place of the key of a removed account that is not needed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person's account at a site."""

    id: str
    owner_id: int
    site: str
    name: str
    credentials: bytes
    old_credentials: bytes | None
    old_until: int | None
    hook_hash: str | None
    hook_token: bytes | None
    hook_seen_at: int | None
    key_ok: bool
    balance: Decimal | None
    balance_at: int | None
    created_at: int
    removed_at: int | None


_OF_OWNER = Prepared(
    select(accounts)
    .where(accounts.c.owner_id == bindparam("owner_id"), accounts.c.removed_at.is_(None))
    .order_by(accounts.c.created_at, func.lower(accounts.c.name), accounts.c.id)
)
_WITH_KEY = update(accounts).where(
    accounts.c.id == bindparam("account_id"), accounts.c.credentials == bindparam("key")
)
_KEY_WORKED = Prepared(_WITH_KEY)
_KEY_FAILED = Prepared(_WITH_KEY.where(accounts.c.key_ok).values(key_ok=False))


async def add(connection: AsyncConnection, account: Account) -> None:
    """Store a new account."""
    await prepared.put(connection, accounts, prepared.fields(accounts, account))


async def get(connection: AsyncConnection, account_id: str) -> Account | None:
    """The account, also a removed one: its open orders are still shown."""
    return await prepared.find_as(connection, Account, accounts, id=account_id)


async def get_by_hook(connection: AsyncConnection, site: str, hook_hash: str) -> Account | None:
    """The account whose webhook address this is."""
    account = await prepared.find_as(connection, Account, accounts, hook_hash=hook_hash, site=site)
    return None if account is None or account.removed_at is not None else account


async def of_owner(connection: AsyncConnection, owner_id: int) -> list[Account]:
    """A person's accounts, oldest first; those of one second by their names."""
    return [Account(**row) for row in await _OF_OWNER.rows(connection, owner_id=owner_id)]


async def change(connection: AsyncConnection, account_id: str, **values: Any) -> None:
    """Set these columns."""
    await prepared.change(connection, accounts, account_id, values)


async def key_worked(connection: AsyncConnection, account: Account, **values: Any) -> None:
    """Note what a call with this key brought, unless the key was replaced meanwhile."""
    given = {"account_id": account.id, "key": account.credentials, "key_ok": True, **values}
    await _KEY_WORKED.change(connection, **given)


async def key_failed(connection: AsyncConnection, account: Account) -> bool:
    """Note that the site refuses this key. False if that was known, or if the key was replaced meanwhile."""
    given = {"account_id": account.id, "key": account.credentials}
    return await _KEY_FAILED.change(connection, **given) == 1


async def forget_keys(connection: AsyncConnection, now: int) -> None:
    """Wipe replaced keys whose grace is over, and keys of removed accounts that no order needs any more."""
    await connection.execute(
        update(accounts).where(accounts.c.old_until <= now).values(old_credentials=None, old_until=None)
    )
    needed = or_(
        exists().where(orders.c.account_id == accounts.c.id, orders.c.is_open),
        exists().where(purchases.c.account_id == accounts.c.id, purchases.c.state == Outcome.SENDING.value),
    )
    await connection.execute(
        update(accounts)
        .where(accounts.c.removed_at.is_not(None), accounts.c.credentials != WIPED, ~needed)
        .values(credentials=WIPED, old_credentials=None, old_until=None, hook_hash=None, hook_token=None)
    )
