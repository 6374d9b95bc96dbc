"""Webhooks: stored raw before they are answered, a signed code being taken with it; the rest is the worker's.

What an unsigned one says is only a hint to look.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from orders import find_out, inbox
from orders.desk import Desk
from orders.keys import hook_hash
from providers.errors import Forged, Malformed, SiteError
from providers.site import (
    Event,
    Seen,
    Site,
)
from storage import accounts, hooks, orders
from storage.accounts import Account
from storage.db import new_ordered_id
from storage.hooks import Hook
from storage.orders import Order
from storage.sealed import RowOwner, all_credentials, open_hook_body, seal_hook_body

log = structlog.get_logger(__name__)

BODY_CAP = 64 * 1024
"""Bytes of a webhook's body; an SMS has some hundred."""

VERIFYING_HEADERS = frozenset({"x-smsgig-signature", "content-type"})

BATCH = 100
"""Calls taken up at once."""

WAITING_CAP = 5_000
"""Calls of one account that may wait; a forger who learnt the address fills no disk."""

HOLDS = (2, 5, 10, 30, 60, 120, 300, 600)
"""Seconds after which a call is tried again whose order is not known yet, or whose site did not answer."""

PROVEN_EVERY = 60
"""Seconds for which it is not written down again that an account's webhooks arrive."""

LOOKS_GAP = 2.0
"""Seconds between two reads of one order that unsigned calls can cause."""


async def accept(desk: Desk, site: str, token: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Store a call before it is answered. False: no account has this address, or too much is sent to it.

    A signed one that brings codes is taken in the same transaction. Should that fail, for whatever reason, it
    is stored all the same, and the worker looks at it. `headers`: in small letters, or of a kind to which
    that is the same.
    """
    if len(body) > BODY_CAP:
        return False
    call = _Call(
        site=site,
        address=hook_hash(token),
        body=body,
        headers={name: headers[name] for name in VERIFYING_HEADERS if name in headers},
    )
    try:
        return await _let_in(desk, call)
    except Exception:
        if not call.was_tried:
            raise
        log.warning("webhook not taken at once", site=site, exc_info=True)
    return await _let_in(desk, call)


@dataclass(slots=True, kw_only=True)
class _Call:
    """A call on its way in."""

    site: str
    address: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    was_tried: bool = False
    """Whether it was tried to take it at once."""


async def _let_in(desk: Desk, call: _Call) -> bool:
    async with desk.db.transaction() as connection:
        account = await accounts.get_by_hook(connection, call.site, call.address)
        if account is None:
            return False
        waiting = await hooks.waiting_of_account(connection, account.id)
        if waiting >= WAITING_CAP:
            return False
        taken = not call.was_tried and await _take_at_once(connection, desk, account, call, waiting)
        await hooks.add(connection, _row(desk, account, call, taken=taken))
    bell = desk.bells.outbox if taken else desk.bells.hooks
    bell.set()
    return True


def _row(desk: Desk, account: Account, call: _Call, *, taken: bool) -> Hook:
    owner = RowOwner(new_ordered_id(), account.id, account.site)  # two in one second keep their order too
    return Hook(
        id=owner.row,
        account_id=account.id,
        site=account.site,
        body=seal_hook_body(desk.vault, owner, call.body),
        headers=call.headers,
        received_at=desk.now(),
        state="done" if taken else "new",
        attempts=0,
        not_before_ms=0,
        outcome="taken" if taken else None,
    )


async def _take_at_once(
    connection: AsyncConnection, desk: Desk, account: Account, call: _Call, waiting: int
) -> bool:
    """Whether the call was taken without the worker.

    It overtakes nothing: while a call of this account is due, or in the worker's hands (which is the same in
    the rows), those that come after it wait behind it. One that is held for later is overtaken, as by the
    worker; an order that becomes known makes it due in the transaction that makes the order known.
    """
    if not _is_signed(desk, account):
        return False
    if waiting and await hooks.is_any_due(connection, account.id, desk.now_ms()):
        return False
    call.was_tried = True
    keys = all_credentials(desk.vault, account, desk.now())
    try:
        events = desk.site(account).events(call.body, call.headers, keys)
    except (Forged, Malformed):
        return False  # the worker finds the same, and writes it down
    return await _take(connection, desk, account, events)


async def _take(connection: AsyncConnection, desk: Desk, account: Account, events: Sequence[Event]) -> bool:
    """Take what a signed call says, if all of it are codes of known orders; else nothing is changed."""
    texts = [event.sms for event in events if event.sms is not None]
    if not events or len(texts) < len(events):
        return False
    current: dict[str, Order] = {}
    for event in events:
        order = await orders.get_by_site_id_for_update(connection, account.id, event.order_id)
        if order is None:
            return False
        current[event.order_id] = order
    for event, sms in zip(events, texts, strict=True):
        order = current[event.order_id]
        seen = Seen(id=order.site_id, state=order.state, messages=(sms,))
        after, _ = await inbox.take_in(connection, desk, order, seen, via="hook", proven=True)
        current[event.order_id] = after
    await _prove(connection, desk, account)
    return True


def _is_signed(desk: Desk, account: Account) -> bool:
    described = desk.site(account).hook
    return described is not None and described.signed


async def _prove(connection: AsyncConnection, desk: Desk, account: Account) -> None:
    """Its webhooks arrive, and are the site's: polling may thin out."""
    if account.hook_seen_at is None or desk.now() - account.hook_seen_at >= PROVEN_EVERY:
        await accounts.change(connection, account.id, hook_seen_at=desk.now())


@dataclass(slots=True)
class HookWorker:
    """Works on stored calls, oldest first; accounts side by side, so that a slow site holds up no other."""

    desk: Desk
    _busy: set[str] = field(default_factory=set)
    _next_ms: int | None = None
    _looked_at: dict[str, float] = field(default_factory=dict)

    async def step(self) -> int:
        """Begin to work on the calls that are due. How many."""
        async with self.desk.db.transaction() as connection:
            due = await hooks.due(connection, self.desk.now_ms(), limit=BATCH, not_of=self._busy)
            by_account: defaultdict[str, list[Hook]] = defaultdict(list)
            for hook in due:
                by_account[hook.account_id].append(hook)
            callers = [await accounts.get(connection, account_id) for account_id in by_account]
            self._next_ms = await hooks.next_due_ms(connection, not_of=self._busy | by_account.keys())
        for account in callers:
            if account is not None:  # there is always one: the rows say so
                self._busy.add(account.id)
                calls = by_account[account.id]
                self.desk.spawn(self._work_on_all(account, calls), name=f"webhooks of {account.id}")
        return len(due)

    async def pause(self) -> float:
        """Seconds until a call is due that is not being worked on, by what the last step found."""
        due_ms = self._next_ms
        return 60.0 if due_ms is None else min(60.0, max(0.0, (due_ms - self.desk.now_ms()) / 1000))

    async def _work_on_all(self, account: Account, calls: list[Hook]) -> None:
        try:
            for hook in calls:
                await self._work_on(account, hook)
        finally:
            self._busy.discard(account.id)
            self.desk.bells.hooks.set()

    async def _work_on(self, account: Account, hook: Hook) -> None:
        try:
            events = self._events(account, hook)
            if await self._taken(account, hook, events):
                return
            outcomes = [await self._event(account, event) for event in events]
        except (Forged, Malformed) as error:
            log.warning("webhook refused", account=hook.account_id, site=hook.site, error=error.code)
            await self._discard(hook, "refused", error.code)
        except Exception:  # one poisoned call must not stop those behind it
            log.exception("webhook failed", hook=hook.id, account=hook.account_id, site=hook.site)
            await self._hold(hook)
        else:
            if "held" in outcomes:
                await self._hold(hook)
            else:
                await self._settle(hook, "done", ",".join(outcomes) or "nothing")

    def _events(self, account: Account, hook: Hook) -> Sequence[Event]:
        """What the call says. Raises Forged, Malformed, Tampered."""
        site, vault = self.desk.site(account), self.desk.vault
        body = open_hook_body(vault, RowOwner(hook.id, account.id, hook.site), hook.body)
        return site.events(body, hook.headers, all_credentials(vault, account, hook.received_at))

    async def _taken(self, account: Account, hook: Hook, events: Sequence[Event]) -> bool:
        """A signed call that brings codes of known orders is taken and done with in one transaction."""
        if not _is_signed(self.desk, account):
            return False
        async with self.desk.db.transaction() as connection:
            if not await _take(connection, self.desk, account, events):
                return False
            await hooks.settle(connection, hook.id, "done", "taken")
        self.desk.bells.outbox.set()
        return True

    async def _event(self, account: Account, event: Event) -> str:
        async with self.desk.db.transaction() as connection:
            order = await orders.get_by_site_id(connection, account.id, event.order_id)
        if order is None:
            order = await self._adopt(account, event)
        if order is None:
            return "held"  # perhaps its purchase is still being answered
        if _is_signed(self.desk, account) and event.sms is not None:
            seen = Seen(id=order.site_id, state=order.state, messages=(event.sms,))
            await inbox.take(self.desk, order, seen, via="hook")
            async with self.desk.db.transaction() as connection:
                await _prove(connection, self.desk, account)
            return "taken"
        return await self._look(account, self.desk.site(account), order, event)

    async def _adopt(self, account: Account, event: Event) -> Order | None:
        """A lost purchase's order. Whoever forges ids causes one read of the account in so many seconds."""
        now, key = asyncio.get_running_loop().time(), f"adopt {account.id}"
        if now - self._looked_at.get(key, -LOOKS_GAP) < LOOKS_GAP:
            return None
        if not await find_out.may_adopt(self.desk, account, event):
            return None
        self._remember(key, now)
        return await find_out.adopt_by_hook(self.desk, account, event)

    async def _look(self, account: Account, site: Site, order: Order, event: Event) -> str:
        """An unsigned call: what is delivered comes from a read with the account's own key."""
        if await self._is_delivered(account, order, event):
            return "known"
        now = asyncio.get_running_loop().time()
        if now - self._looked_at.get(order.id, -LOOKS_GAP) < LOOKS_GAP:
            return "held"
        self._remember(order.id, now)
        try:
            seen = await site.look(self.desk.credentials(account), order.ref)
        except SiteError as error:
            log.info("no read after a webhook", order=order.id, error=str(error))
            return "held"
        await inbox.take(self.desk, order, seen, via="hook")
        if event.sms is None or await self._is_delivered(account, order, event):
            return "taken"
        return "held"  # the site does not show it yet, or it is forged

    async def _is_delivered(self, account: Account, order: Order, event: Event) -> bool:
        """Whether a read has shown this very text. Only who knows the text proves to be the site."""
        if event.sms is None:
            return False
        async with self.desk.db.transaction() as connection:
            is_delivered = await inbox.is_delivered(connection, self.desk, order, event.sms)
            if is_delivered:
                await _prove(connection, self.desk, account)
        return is_delivered

    def _remember(self, order_id: str, now: float) -> None:
        if len(self._looked_at) > 10_000:
            self._looked_at = {key: at for key, at in self._looked_at.items() if now - at < LOOKS_GAP}
        self._looked_at[order_id] = now

    async def _hold(self, hook: Hook) -> None:
        if hook.attempts >= len(HOLDS):
            await self._discard(hook, "done", "unmatched")
            return
        until_ms = self.desk.now_ms() + HOLDS[hook.attempts] * 1000
        async with self.desk.db.transaction() as connection:
            await hooks.hold(connection, hook.id, until_ms, "held")

    async def _settle(self, hook: Hook, state: str, outcome: str) -> None:
        async with self.desk.db.transaction() as connection:
            await hooks.settle(connection, hook.id, state, outcome)

    async def _discard(self, hook: Hook, state: str, outcome: str) -> None:
        async with self.desk.db.transaction() as connection:
            await hooks.discard(connection, hook.id, state, outcome)
