"""Linking accounts: a key is checked at its site before it is stored, and only there can it be called bad."""

import hashlib
import secrets
from decimal import Decimal

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from orders import shares as lending
from orders.access import may_manage
from orders.desk import Desk
from orders.errors import AlreadyLinked, BadName, Gone, NotYours
from providers.errors import BadKey, SiteError
from providers.site import Credentials
from storage import accounts, orders, outbox, shares
from storage.accounts import Account
from storage.db import new_id
from storage.outbox import Kind, Letter, Priority
from storage.sealed import (
    RowOwner,
    account_owner,
    open_credentials,
    open_hook_token,
    seal_credentials,
    seal_hook_token,
)

log = structlog.get_logger(__name__)

NAME_LENGTH = 30

OLD_KEY_PASSES = 24 * 3600
"""Seconds for which webhooks signed with a replaced key are still accepted."""


async def link(desk: Desk, owner_id: int, site_key: str, credentials: Credentials) -> Account:
    """Check the key by a balance call, then store it sealed. Raises BadKey, AlreadyLinked, SiteError."""
    desk.learn(*credentials.values())
    site = desk.sites[site_key]
    balance = await site.balance(credentials)
    async with desk.db.transaction() as connection:
        mine = await accounts.of_owner(connection, owner_id)
        _refuse_twin(desk, [known for known in mine if known.site == site_key], credentials)
        owner = RowOwner(new_id(), str(owner_id), site_key)
        name = _free_name(site.name, mine)
        account = _new_account(desk, owner, credentials, name=name, balance=balance)
        await accounts.add(connection, account)
    return account


async def check(desk: Desk, account: Account, *, tell: bool = False) -> Decimal:
    """The balance now. Notes whether the key works, and can tell the owner once if not. Raises SiteError."""
    try:
        balance = await desk.site(account).balance(desk.credentials(account))
    except BadKey:
        async with desk.db.transaction() as connection:
            is_news = await accounts.key_failed(connection, account)
            if tell and is_news:
                await _tell_bad_key(connection, desk, account)
        desk.bells.outbox.set()
        raise
    async with desk.db.transaction() as connection:
        await accounts.key_worked(connection, account, balance=balance, balance_at=desk.now())
    return balance


async def doubt(desk: Desk, account: Account) -> None:
    """Some call was refused for its key: ask the site by a balance call, and tell the owner if it is so."""
    try:
        await check(desk, account, tell=True)
    except SiteError as error:
        log.info("key doubted", account=account.id, site=account.site, error=str(error))


async def rename(desk: Desk, account: Account, name: str) -> None:
    """Raises BadName."""
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= NAME_LENGTH:
        raise BadName
    await _set(desk, account, name=cleaned)


async def replace_key(desk: Desk, account: Account, credentials: Credentials) -> Decimal:
    """A new key for the same account, checked first. Raises BadKey, AlreadyLinked, SiteError."""
    desk.learn(*credentials.values())
    balance = await desk.sites[account.site].balance(credentials)
    async with desk.db.transaction() as connection:
        mine = await accounts.of_owner(connection, account.owner_id)
        others = [known for known in mine if known.site == account.site and known.id != account.id]
        _refuse_twin(desk, others, credentials)
        await accounts.change(
            connection,
            account.id,
            credentials=seal_credentials(desk.vault, account_owner(account), credentials),
            old_credentials=account.credentials,
            old_until=desk.now() + OLD_KEY_PASSES,
            key_ok=True,
            balance=balance,
            balance_at=desk.now(),
        )
        await orders.look_at_all(connection, account.id, desk.now_ms())
    desk.bells.watcher.set()
    return balance


async def remove(desk: Desk, account: Account) -> None:
    """Unlink: what is lent ends. Open orders are still watched; `upkeep` wipes the key once none is left."""
    async with desk.db.transaction() as connection:
        await accounts.change(connection, account.id, removed_at=desk.now())
        for share in await shares.of_account(connection, account.id):
            await lending.end(connection, desk, share, "unlinked")
    desk.bells.outbox.set()


async def own(desk: Desk, account_id: str, user_id: int) -> Account:
    """The account, if this user may manage it. Raises Gone, NotYours."""
    account = await desk.account(account_id)
    if account.removed_at is not None:
        raise Gone("account")
    if not may_manage(account, user_id):
        raise NotYours
    return account


def hook_path(desk: Desk, account: Account) -> str | None:
    """The path of the account's webhook address, None if its site has no webhooks."""
    token = open_hook_token(desk.vault, account)
    if token is None:
        return None
    desk.learn(token)
    return f"/hooks/{account.site}/{token}"


def hook_hash(token: str) -> str:
    """As stored: a stolen database holds no webhook address."""
    return hashlib.sha256(token.encode()).hexdigest()


def _new_account(
    desk: Desk, owner: RowOwner, credentials: Credentials, *, name: str, balance: Decimal
) -> Account:
    token = secrets.token_urlsafe(24) if desk.sites[owner.site].hook else None
    return Account(
        id=owner.row,
        owner_id=int(owner.owner),
        site=owner.site,
        name=name,
        credentials=seal_credentials(desk.vault, owner, credentials),
        old_credentials=None,
        old_until=None,
        hook_hash=None if token is None else hook_hash(token),
        hook_token=None if token is None else seal_hook_token(desk.vault, owner, token),
        hook_seen_at=None,
        key_ok=True,
        balance=balance,
        balance_at=desk.now(),
        created_at=desk.now(),
        removed_at=None,
    )


def _free_name(site_name: str, mine: list[Account]) -> str:
    taken = {account.name.casefold() for account in mine}
    names = (site_name if number == 1 else f"{site_name} {number}" for number in range(1, len(mine) + 2))
    return next(name for name in names if name.casefold() not in taken)


async def _set(desk: Desk, account: Account, **values: object) -> None:
    async with desk.db.transaction() as connection:
        await accounts.change(connection, account.id, **values)


def _refuse_twin(desk: Desk, known: list[Account], credentials: Credentials) -> None:
    for account in known:
        if open_credentials(desk.vault, account) == dict(credentials):
            raise AlreadyLinked(account.name)


async def _tell_bad_key(connection: AsyncConnection, desk: Desk, account: Account) -> None:
    letter = Letter(
        kind=Kind.NOTICE, priority=Priority.REST, user_id=account.owner_id, chat_id=account.owner_id,
        args={"text": "notice-bad-key", "account": account.id, "name": account.name},
    )  # fmt: skip
    await outbox.put(connection, letter, desk.now_ms())
