"""What every rule works with: the database, the vault, the sites, the clock, and who is to be woken."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from orders.access import Standing
from orders.errors import Gone, NobodyKnows
from orders.habits import Habits
from orders.known import Known
from providers.site import (
    Credentials,
    Site,
)
from providers.words import Asked, Line
from storage import accounts
from storage.accounts import Account
from storage.db import Database
from storage.sealed import open_credentials
from storage.vault import Vault

log = structlog.get_logger(__name__)


async def _nobody_knows(_chat_id: int, _user_id: int) -> Standing:
    raise NobodyKnows


@dataclass(slots=True)
class Bells:
    """Rung when something was written, so that nobody has to poll the database quickly."""

    outbox: asyncio.Event = field(default_factory=asyncio.Event)
    watcher: asyncio.Event = field(default_factory=asyncio.Event)
    hooks: asyncio.Event = field(default_factory=asyncio.Event)
    finder: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Desk:
    """The working place of `orders/`. One per process."""

    db: Database
    vault: Vault
    sites: Mapping[str, Site]
    bells: Bells = field(default_factory=Bells)
    buying: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """Spine B: one purchase at a time per account."""
    habits: Habits = field(default_factory=Habits)
    known: Known = field(default_factory=Known)
    running: set[asyncio.Task[Any]] = field(default_factory=set)
    learn: Callable[..., None] = lambda *_secrets: None
    """Told of every secret that comes along, so that no log line shows it."""
    membership: Callable[[int, int], Awaitable[Standing]] = _nobody_knows
    """Asks Telegram what a person (the second id) is in a group (the first). Raises NobodyKnows."""

    def now(self) -> int:
        """Epoch seconds."""
        return int(time.time())

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        return int(time.time() * 1000)

    def site_now(self, site: str) -> float:
        """Epoch seconds by the site's clock: it decides when an order's time is up, not this machine's."""
        return self.now_ms() / 1000 + self.sites[site].door.clock_offset

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """Go on with something after the press was answered. Errors are logged; `drain` waits for the end."""
        task = asyncio.create_task(work, name=name)
        self.running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def drain(self) -> None:
        """Wait for what was begun: a purchase on its way must be written down."""
        while self.running:
            await asyncio.wait(self.running)

    async def account(self, account_id: str) -> Account:
        """The account, also a removed one. Raises Gone."""
        async with self.db.transaction() as connection:
            account = await accounts.get(connection, account_id)
        if account is None:
            raise Gone("account")
        return account

    def site(self, account: Account) -> Site:
        """The account's site."""
        return self.sites[account.site]

    def line(self, account: Account, key: str) -> Line:
        """One of the lines of the account's site. Raises Gone."""
        try:
            return self.site(account).line(key)
        except KeyError:
            raise Gone("line") from None

    def asked(self, account: Account, line_key: str, act_key: str | None) -> Asked:
        """What asks the choices of a wish: a line, or an act with one of its orders. Raises Gone."""
        line = self.line(account, line_key)
        try:
            return line if act_key is None else line.act(act_key)
        except KeyError:
            raise Gone("act") from None

    def credentials(self, account: Account) -> Credentials:
        """The account's key. Raises Tampered, and Gone where it was forgotten."""
        if not account.credentials:
            raise Gone("account")
        credentials = open_credentials(self.vault, account)
        self.learn(*credentials.values())
        return credentials

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background work failed", work=task.get_name(), exc_info=error)
