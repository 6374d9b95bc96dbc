"""Looking at open orders when they are due. Work grows with accounts where a site lists, else with orders."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from orders import acts, cadence, inbox, keys, many, rentals
from orders.circuit import Circuit, Pass
from orders.desk import Desk
from orders.pace import LONGEST_FREEZE, Bucket
from providers.errors import BadKey, NoAnswer, NotFound, RateLimited, SiteError
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

LONGEST_REST = 60.0
"""Seconds after which the watcher asks the database again, whatever it knows."""

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
    _news: many.Pile = field(default_factory=many.Pile)
    """Looks that showed messages: they wait for none of the others."""
    _rest: many.Pile = field(default_factory=many.Pile)
    _rests_until_ms: int = 0
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
            single = [order.id for order in due if not self._lists(order.site)]
            looks = await self._looks(connection, single, until_ms) if single else []
            self._rests_until_ms = await self._next_due_ms(connection)
        for account, some in looks:
            self.desk.spawn(self._look(account, some), name=f"look {account.id}")
        listed = defaultdict(list)
        for order in due:
            if self._lists(order.site):
                listed[order.account_id].append(order.id)
        for account_id, ids in listed.items():
            self.desk.spawn(self._look_by_list(account_id, ids, until_ms), name=f"look {account_id}")
        return len(due)

    async def pause(self) -> float:
        """Seconds until something is due, by what the last step and the looks since then found."""
        return min(LONGEST_REST, max(0.0, (self._rests_until_ms - self.desk.now_ms()) / 1000))

    async def _next_due_ms(self, connection: AsyncConnection) -> int:
        due_ms = await orders.next_due_ms(connection)
        latest = self.desk.now_ms() + int(LONGEST_REST * 1000)
        return latest if due_ms is None else min(due_ms, latest)

    def _expect(self, due_ms: Iterable[int]) -> None:
        """A look moved its orders from the end of their lease to a much earlier next look."""
        soonest = min(due_ms, default=self._rests_until_ms)
        if soonest < self._rests_until_ms:
            self._rests_until_ms = soonest
            self.desk.bells.watcher.set()

    def _lists(self, site: str) -> bool:
        return any(line.listed for line in self.desk.sites[site].lines)

    async def _looks(
        self, connection: AsyncConnection, ids: list[str], until_ms: int
    ) -> list[tuple[Account, list[Order]]]:
        """Those of the taken-up orders that are still to be looked at, by their accounts."""
        by_account: defaultdict[str, list[Order]] = defaultdict(list)
        for order in await orders.still_leased(connection, ids, until_ms):
            by_account[order.account_id].append(order)
        found = [(await accounts.get(connection, key), some) for key, some in by_account.items()]
        return [(account, some) for account, some in found if account is not None]

    async def _look_by_list(self, account_id: str, ids: list[str], until_ms: int) -> None:
        async with self._listing[account_id]:
            # An earlier list may have taken long, and shown these too, or a webhook was faster.
            async with self.desk.db.transaction(patience=many.PATIENCE) as connection:
                looks = await self._looks(connection, ids, until_ms)
            for account, due in looks:
                await self._look(account, due)

    async def _look(self, account: Account, due: list[Order]) -> None:
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
        site, began_ms = self.desk.site(account), self.desk.now_ms()
        try:
            seen = await site.look_all(self.desk.credentials(account), [order.ref for order in mine])
        except SiteError as error:
            await self._heed(account, error, mine)
            await self._failed(mine, error)
            return
        await self._heard(account.site)
        shown = {one.id: one for one in seen}
        found = {order.id: shown[order.site_id] for order in mine if order.site_id in shown}
        looks = [many.Look(order, found[order.id], began_ms) for order in mine if order.id in found]
        self._seen(await many.take_all(self.desk, looks))
        await self._failed(
            [order for order in mine if order.id not in found],
            NotFound(site.key, "list", detail="not in the list"),
        )

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
        site, began_ms = self.desk.site(account), self.desk.now_ms()
        try:
            seen = await site.glance(self.desk.credentials(account), order.ref)
        except SiteError as error:
            await self._heed(account, error, [order])
            await self._failed([order], error)
        else:
            await self._heard(account.site)
            pile = self._news if seen.messages else self._rest
            self._seen(await pile.take(self.desk, many.Look(order, seen, began_ms)))

    def _seen(self, after: Sequence[Order]) -> None:
        """When to look at these again, and numbers whose wake-up failed, or was cut off by a crash."""
        self._expect(order.next_look_ms for order in after if order.is_open)
        for order in after:
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
            self._seen(await many.change_all(self.desk, due, waiting))

    async def _failed(self, looked: Sequence[Order], error: SiteError) -> None:
        """The look brought nothing: look again later, say so on the cards if it goes on."""
        if not looked:
            return
        log.info("look failed", orders=[order.id for order in looked[:5]], error=str(error))
        self._seen(await many.change_all(self.desk, looked, lambda order: self._after_failure(order, error)))

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
        self._expect([until])

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
