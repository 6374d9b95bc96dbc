"""Looking at open orders when they are due. Work grows with accounts where a site lists, else with orders."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from orders import acts, cadence, inbox, keys, many, rentals
from orders.circuit import Circuit, Pass
from orders.desk import Desk
from orders.pace import LONGEST_FREEZE, Bucket
from providers.errors import BadKey, NoAnswer, NotFound, RateLimited, SiteError
from providers.site import Seen
from storage import accounts, orders
from storage.accounts import Account
from storage.orders import Order

log = structlog.get_logger(__name__)

BATCH = 500
"""Due orders taken up at once."""

LEASE = 90
"""Seconds for which taken-up orders are left alone; a look that dies is repeated after it."""

PER_ORDER = 2
"""Requests that one look at one order may cost (getsms: its status and its messages)."""

BAD_KEY_WAIT = 300.0
"""Seconds between looks with a key that the site keeps refusing. A new key is tried at once."""

RETURN_PER_SECOND = 100
"""Orders looked at in each second once a silent site answers again."""

WRITTEN_AT_ONCE = 50
"""Looks whose outcome is written down in one transaction, at most: some 20 ms."""

TRIES_UNTIL_TOLD = 3
"""Failed looks in a row before the card says that the site does not answer."""


async def after_start(desk: Desk) -> None:
    """Looks that died are made again now; the others when they are due: all at once are too many.

    Webhooks that were lost meanwhile cost a look's wait, as they always do.
    """
    async with desk.db.transaction() as connection:
        await orders.end_leases(connection, desk.now_ms())


@dataclass(slots=True)
class Watcher:
    """One process's looks. `step` begins all that is due; accounts run side by side, each in its own pace."""

    desk: Desk
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _circuits: dict[str, Circuit] = field(default_factory=dict)
    _ended: list[tuple[Order, Seen]] = field(default_factory=list)
    """Looks whose outcome is not written down yet."""
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _listing: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """One list at a time for each account."""
    _looked_at: set[str] = field(default_factory=set)
    """Orders that are being looked at one by one."""

    async def step(self) -> int:
        """Begin a look at everything due. How many orders that was."""
        async with self.desk.db.transaction(patience=many.PATIENCE) as connection:
            due = await orders.due(connection, self.desk.now_ms(), BATCH)
            until_ms = self.desk.now_ms() + LEASE * 1000
            if due:
                await orders.lease(connection, [order.id for order in due], until_ms)
        by_account: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for order in due:
            by_account[order.site, order.account_id].append(order.id)
        for (site, account_id), ids in by_account.items():
            work = self._look_and_ring(site, account_id, ids, until_ms)
            self.desk.spawn(work, name=f"look {account_id}")
        return len(due)

    async def pause(self) -> float:
        """Seconds until something is due."""
        async with self.desk.db.transaction() as connection:
            due_ms = await orders.next_due_ms(connection)
        return 60.0 if due_ms is None else min(60.0, max(0.0, (due_ms - self.desk.now_ms()) / 1000))

    async def _look_and_ring(self, site: str, account_id: str, ids: list[str], until_ms: int) -> None:
        """A look moves its orders from the end of their lease to a much earlier next look."""
        try:
            if any(line.listed for line in self.desk.sites[site].lines):
                async with self._listing[account_id]:
                    await self._look(account_id, ids, until_ms)
            else:
                await self._look(account_id, ids, until_ms)
        finally:
            self.desk.bells.watcher.set()

    async def _look(self, account_id: str, ids: list[str], until_ms: int) -> None:
        # An earlier list may have taken long, and shown these too, or a webhook was faster.
        async with self.desk.db.transaction(patience=many.PATIENCE) as connection:
            due = await orders.still_leased(connection, ids, until_ms)
            account = await accounts.get(connection, account_id) if due else None
        if account is None:
            return
        circuit = self._circuit(account.site)
        may = circuit.ask()
        if may is Pass.NOTHING:
            await self._leave_alone(circuit, due)
            return
        try:
            await self._look_at_due(account, due, probe=may is Pass.PROBE)
        finally:
            if may is Pass.PROBE:
                circuit.given_up()  # nothing, if the look had an end

    async def _look_at_due(self, account: Account, due: list[Order], *, probe: bool) -> None:
        listed = [order for order in due if self._is_listed(order)]
        single = [order for order in due if not self._is_listed(order)]
        if probe:  # the list, or the order that waits longest; the others wait for what comes of it
            single.sort(key=lambda order: order.last_look_at or 0)
            kept = 0 if listed else 1
            await self._leave_alone(self._circuit(account.site), single[kept:])
            single = single[:kept]
        if listed:
            await self._look_at_list(account)
        if single:
            await self._look_at_each(account, single)

    def _is_listed(self, order: Order) -> bool:
        return self.desk.sites[order.site].line(order.line).listed

    async def _look_at_list(self, account: Account) -> None:
        """One read for all open orders of the account, due or not: they cost nothing more."""
        async with self.desk.db.transaction(patience=many.PATIENCE) as connection:
            open_ones = await orders.open_of_account(connection, account.id)
        mine = [order for order in open_ones if self._is_listed(order)]
        if not self._bucket(account).take(1):
            await self._postpone(account, mine, cost=1)
            return
        site = self.desk.site(account)
        try:
            seen = await site.look_all(self.desk.credentials(account), [order.ref for order in mine])
        except SiteError as error:
            await self._heed(account, error, mine)
            await self._failed(mine, error)
            return
        await self._heard(account.site)
        shown = {one.id: one for one in seen}
        found = {order.id: shown[order.site_id] for order in mine if order.site_id in shown}
        after = await many.take_all(self.desk, [order for order in mine if order.id in found], found)
        await self._failed(
            [order for order in mine if order.id not in found],
            NotFound(site.key, "list", detail="not in the list"),
        )
        self._wake(after)

    async def _look_at_each(self, account: Account, due: list[Order]) -> None:
        due = [order for order in due if order.id not in self._looked_at]  # its site is slower than a lease
        due.sort(key=lambda order: order.last_look_at or 0)
        granted = self._bucket(account).take(len(due), cost=PER_ORDER)
        await self._postpone(account, due[granted:], cost=PER_ORDER)
        await _all_of(self._look_at(account, order) for order in due[:granted])

    async def _look_at(self, account: Account, order: Order) -> None:
        self._looked_at.add(order.id)
        try:
            await self._glance(account, order)
        finally:
            self._looked_at.discard(order.id)

    async def _glance(self, account: Account, order: Order) -> None:
        site = self.desk.site(account)
        try:
            seen = await site.glance(self.desk.credentials(account), order.ref)
        except SiteError as error:
            await self._heed(account, error, [order])
            await self._failed([order], error)
        else:
            await self._heard(account.site)
            await self._take(order, seen)

    async def _take(self, order: Order, seen: Seen) -> None:
        """Looks that end while others are being written down are written down together.

        However many end at once, a webhook or a press waits for one transaction and not for them all.
        """
        self._ended.append((order, seen))
        async with self._writing:
            some, self._ended = self._ended[:WRITTEN_AT_ONCE], self._ended[WRITTEN_AT_ONCE:]
            if some:  # else another has taken ours along
                shown = {looked.id: what for looked, what in some}
                self._wake(await many.take_all(self.desk, [looked for looked, _ in some], shown))

    def _wake(self, seen: Sequence[Order]) -> None:
        """Numbers whose wake-up failed, or was cut off by a crash."""
        for order in seen:
            if acts.is_to_wake(self.desk, order):
                self.desk.spawn(acts.wake_again(self.desk, order), name=f"wake {order.id}")

    async def _heed(self, account: Account, error: SiteError, looked: Sequence[Order]) -> None:
        """What an error means for all of the account's orders, and for its site."""
        if isinstance(error, NoAnswer):
            self._circuit(account.site).silent(order.id for order in looked)
        else:
            await self._heard(account.site)
        if isinstance(error, RateLimited):
            self._bucket(account).freeze(error.retry_after)
        if isinstance(error, BadKey) and account.key_ok:
            await keys.doubt(self.desk, account)

    async def _heard(self, site: str) -> None:
        """The site answers. If it had not for a while, its orders are looked at soon, one after another."""
        if not self._circuit(site).heard():
            return
        log.info("site answers again", site=site)
        async with self.desk.db.transaction() as connection:
            ids = await orders.open_ids_of_site(connection, site)
            random.shuffle(ids)
            now_ms, each = self.desk.now_ms(), RETURN_PER_SECOND
            for second, begin in enumerate(range(0, len(ids), each)):
                await orders.put_off(connection, ids[begin : begin + each], now_ms + second * 1000)
        self.desk.bells.watcher.set()

    async def _leave_alone(self, circuit: Circuit, due: Sequence[Order]) -> None:
        """Their site does not answer: they wait for a probe, and their cards say so."""

        def waiting(order: Order) -> Order:
            site_now = self.desk.site_now(order.site)
            if inbox.is_lost(
                order, site_now, is_forgotten=False, is_rental=rentals.is_rental(self.desk, order)
            ):
                return inbox.give_up(order, site_now)
            next_look_ms = self.desk.now_ms() + int(circuit.wait() * 1000)
            return replace(order, trouble=order.trouble or NoAnswer.code, next_look_ms=next_look_ms)

        if due:
            await many.change_all(self.desk, due, waiting)

    async def _failed(self, looked: Sequence[Order], error: SiteError) -> None:
        """The look brought nothing: look again later, say so on the cards if it goes on."""
        if not looked:
            return
        log.info("look failed", orders=[order.id for order in looked[:5]], error=str(error))
        await many.change_all(self.desk, looked, lambda order: self._after_failure(order, error))

    def _after_failure(self, order: Order, error: SiteError) -> Order:
        site, tries = self.desk.sites[order.site], order.failed_looks + 1
        lasting = tries >= TRIES_UNTIL_TOLD
        site_now = self.desk.site_now(order.site)
        if lasting and inbox.is_lost(
            order,
            site_now,
            is_forgotten=isinstance(error, NotFound),
            is_rental=rentals.is_rental(self.desk, order),
        ):
            return inbox.give_up(order, site_now)
        wait = cadence.after_trouble(tries, floor=site.pace.floor)
        if lasting and isinstance(error, BadKey):
            wait = BAD_KEY_WAIT
        if isinstance(error, RateLimited):
            wait = max(wait, min(error.retry_after, LONGEST_FREEZE))
        return replace(
            order,
            failed_looks=tries,
            trouble=error.code if lasting else None,
            next_look_ms=self.desk.now_ms() + int(wait * 1000),
        )

    async def _postpone(self, account: Account, late: Sequence[Order], *, cost: int) -> None:
        """No requests left for these just now."""
        if not late:
            return
        wait = max(self._bucket(account).wait(cost=cost), 0.5)
        async with self.desk.db.transaction() as connection:
            until = self.desk.now_ms() + int(wait * 1000)
            await orders.put_off(connection, [order.id for order in late], until)

    def _circuit(self, site: str) -> Circuit:
        return self._circuits.setdefault(site, Circuit())

    def _bucket(self, account: Account) -> Bucket:
        if account.id not in self._buckets:
            self._buckets[account.id] = Bucket(self.desk.site(account).pace)
        return self._buckets[account.id]


async def _all_of(works: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Do all of them, whatever becomes of each: one broken order must not cost the others their codes."""
    for result in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(result, BaseException):
            log.error("look broken", exc_info=result)
