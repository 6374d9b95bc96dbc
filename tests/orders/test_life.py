"""Any life of an account, in any order of events: money is conserved, each code arrives once.

`HYPOTHESIS_PROFILE=long` plays many more and longer lives.
"""

import asyncio
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Coroutine
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select, update

from orders import acts, hooks, place
from orders.find_out import Finder
from providers.errors import SiteError
from storage import orders, purchases, tables
from storage.accounts import Account
from storage.orders import Order
from storage.outbox import Kind
from storage.purchases import Outcome, Purchase
from tests.orders.scene import OWNER, Scene, is_purchase, until

T = TypeVar("T")

LINES = [("gsim", "numbers"), ("gotsms", "numbers"), ("smsgig", "s1"), ("gearsms", "s1"), ("gearsms", "s2"),
         ("gearsms", "global"), ("getsms", "numbers")]  # fmt: skip
KINDS = ["reset", "html", "cut", "status"]
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"

some = st.integers(min_value=0, max_value=7)
faults = st.one_of(st.none(), st.tuples(st.sampled_from(KINDS), st.booleans()))


class Life(RuleBasedStateMachine):
    """One account at one site, its owner, the site, and everything that goes wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.scene = Scene(Path(self.folder.name))
        self.run(self.scene.__aenter__())
        self.sent = 0
        """Texts that were sent so far; no two are alike."""
        self.received: defaultdict[str, list[str]] = defaultdict(list)
        """What the site got for each of its orders."""
        self.gap, hooks.LOOKS_GAP = hooks.LOOKS_GAP, 0.0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        try:
            if hasattr(self, "account"):
                self.run(self._come_to_rest())
                self.each_code_arrived_once()
                self.money_is_conserved()
                self.run(self._nothing_is_missing())
        finally:
            hooks.LOOKS_GAP = self.gap
            self.run(self.scene.__aexit__())
            self.runner.close()
            self.folder.cleanup()

    @initialize(where=st.sampled_from(LINES), has_hooks=st.booleans())
    def begin(self, where: tuple[str, str], has_hooks: bool) -> None:
        self.site, self.line = where
        self.account: Account = self.run(self.scene.account(self.site, balance="1000"))
        if has_hooks:
            self.run(self.scene.with_webhooks(self.account))

    # What happens

    @rule(fault=faults)
    def buy(self, fault: tuple[str, bool] | None) -> None:
        async def work() -> None:
            token = await self.scene.armed(self.account, self.line)
            if fault:
                await self.scene.spoil_purchase(
                    self.site, fault[0], committed=fault[1], status=500 if fault[0] == "status" else None
                )
            await self.scene.confirm(token)
            self.scene.world.faults.remove()
            assert await place.confirm(self.scene.desk, token, OWNER) is None, "a button has one use"

        self.run(work())

    @rule(committed=st.booleans())
    def die_while_buying(self, committed: bool) -> None:
        async def work() -> None:
            token, before = await self.scene.armed(self.account, self.line), len(await self._requests())
            await self.scene.spoil_purchase(self.site, "timeout", committed=committed, seconds=30)
            await place.confirm(self.scene.desk, token, OWNER)

            async def on_its_way() -> bool:
                return len(await self._requests()) > before

            await until(on_its_way)
            await self._die()
            self.scene.world.faults.remove()

        self.run(work())

    @rule()
    def die(self) -> None:
        self.run(self._die())

    @rule(which=some)
    def sms(self, which: int) -> None:
        """A text arrives for an order that waits, here or (its purchase is lost) only at the site."""

        async def work() -> None:
            there = await self.scene.at_site(self.site)
            if not there:
                return
            site_id = there[which % len(there)]["id"]
            known = await self._known(site_id)
            if known is not None and not known.is_open:
                return
            if len(self.received[site_id]) > (known.activation if known else 0):
                return  # most sites show the newest text only, so that two at once are lost there
            self.sent += 1
            text = f"Your code is {100_000 + self.sent}"
            arrival = await self.scene.outside(
                f"{self.site}/orders/{site_id}/sms", text=text, code=text.rsplit(maxsplit=1)[-1]
            )
            if arrival["received"]:
                self.received[site_id].append(text)

        self.run(work())

    @rule()
    def look(self) -> None:
        self.run(self.scene.look())

    @rule()
    def work_on_hooks(self) -> None:
        self.run(self.scene.work_on_hooks())

    @rule()
    def all_hooks_come_again(self) -> None:
        async def work() -> None:
            async with self.scene.desk.db.transaction() as connection:
                await connection.execute(update(tables.hooks).values(state="new", attempts=0))
            await self.scene.work_on_hooks()

        self.run(work())

    @rule(which=some)
    def forge_a_hook(self, which: int) -> None:
        async def work() -> None:
            there = await self.scene.at_site(self.site)
            if there and self.scene.desk.site(self.account).hook:
                site_id = there[which % len(there)]["id"]
                body = (
                    f"event=incoming_message&id={site_id}&reply=forged&timestamp=1767225600"
                    if self.site == "getsms"
                    else json.dumps({"event": "sms_received", "orderId": site_id, "sms": "forged"})
                )
                await self.scene.post_hook(self.account, body.encode())

        self.run(work())

    @rule(which=some)
    def cancel(self, which: int) -> None:
        self.run(self._act(which, ("cancel", "refund")))

    @rule(which=some)
    def expire(self, which: int) -> None:
        """The site ends it; what it received before is still to be found."""

        async def work() -> None:
            mine = [order for order in await self._orders() if order.is_open]
            if mine:
                await self.scene.look()
                await self.scene.expire(mine[which % len(mine)])

        self.run(work())

    @rule(which=some, fault=faults)
    def buy_again(self, which: int, fault: tuple[str, bool] | None) -> None:
        async def work() -> None:
            await self.scene.look()
            for order in (await self._orders())[which:]:
                for act in acts.available(self.scene.desk, order, self.account):
                    if act.key in {"reactivate", "reuse"}:
                        await self._buy_again(order, act.key, fault)
                        return

        self.run(work())

    @rule()
    def find_out(self) -> None:
        self.run(self._find_out())

    # What must hold

    @invariant()
    def each_code_arrived_once(self) -> None:
        if hasattr(self, "account"):
            self.run(self._each_code_arrived_once())

    @invariant()
    def money_is_conserved(self) -> None:
        if hasattr(self, "account"):
            self.run(self._money_is_conserved())

    async def _each_code_arrived_once(self) -> None:
        for order in await self._orders():
            pushed = await self.scene.pushed(order)
            assert len(pushed) == len(set(pushed)), "pushed twice"
            real = [text.split()[-1] for text in self.received[order.site_id]]
            assert {text.split()[-1] for text in pushed} <= set(real), "nobody sent this"

    async def _money_is_conserved(self) -> None:
        async with self.scene.http.get(f"{self.scene.world.base}/outside/{self.site}/books") as answer:
            books = {key: value for key, value in (await answer.json()).items() if isinstance(value, str)}
        balance, deposits, charged, refunded = (
            Decimal(books[key]) for key in ("balance", "deposits", "charged", "refunded")
        )
        assert balance == deposits - charged + refunded
        bought = await self._purchases()
        known = sum((one.charged or Decimal(0) for one in bought if one.state is Outcome.PLACED), Decimal(0))
        held = sum((one.ceiling for one in bought if one.state is Outcome.UNKNOWN), Decimal(0))
        assert 0 <= charged - known <= held, "money that no purchase accounts for"
        lost = [one for one in bought if one.state is Outcome.UNKNOWN]
        assert len(await self.scene.at_site(self.site)) <= len(await self._orders()) + len(lost)
        assert len(await self._requests()) <= len(bought), "a purchase was sent twice"

    async def _come_to_rest(self) -> None:
        for _ in range(3):
            await self.scene.work_on_hooks()
            await self.scene.look()
            await self._find_out()

    async def _nothing_is_missing(self) -> None:
        for order in await self._orders():
            pushed = [text.split()[-1] for text in await self.scene.pushed(order)]
            wanted = [text.split()[-1] for text in self.received[order.site_id]]
            assert sorted(pushed) == sorted(wanted), "a code was lost"
        if self.site in {"gsim", "gotsms"}:
            assert len(await self.scene.at_site(self.site)) == len(await self._orders()), "not adopted"
        for letter in await self.scene.letters(Kind.PUSH):
            assert letter.message_id

    # Hands

    async def _act(self, which: int, keys: tuple[str, ...]) -> None:
        mine = [order for order in await self._orders() if order.is_open]
        for order in mine[which:]:
            for act in acts.available(self.scene.desk, order, self.account):
                if act.key in keys:
                    try:
                        await self.scene.act(order, act.key)
                    except SiteError:
                        return  # the site says no: that changes nothing
                    return

    async def _buy_again(self, order: Order, act: str, fault: tuple[str, bool] | None) -> None:
        if fault:
            await self.scene.fault(
                self.site, fault[0], method="POST", path=f"/temp-*/{act}/*", committed=fault[1],
                status=500 if fault[0] == "status" else None,
            )  # fmt: skip
        await self.scene.act_that_buys(order, act)
        self.scene.world.faults.remove()

    async def _die(self) -> None:
        door = self.scene.desk.sites[self.site].door
        door.deadline = 0.05  # `close` need not wait for the silent one
        await self.scene.die()
        await place.after_crash(self.scene.desk)

    async def _find_out(self) -> None:
        async with self.scene.desk.db.transaction() as connection:
            lost = tables.purchases.c.next_find_ms.is_not(None)
            await connection.execute(update(tables.purchases).where(lost).values(next_find_ms=0))
        await Finder(self.scene.desk).step()
        await self.scene.desk.drain()

    async def _known(self, site_id: str) -> Order | None:
        async with self.scene.desk.db.transaction() as connection:
            return await orders.get_by_site_id(connection, self.account.id, site_id)

    async def _orders(self) -> list[Order]:
        async with self.scene.desk.db.transaction() as connection:
            ids = (await connection.execute(select(tables.orders.c.id))).scalars().all()
            return await orders.get_many_for_update(connection, list(ids))

    async def _purchases(self) -> list[Purchase]:
        async with self.scene.desk.db.transaction() as connection:
            return [one for state in Outcome for one in await purchases.in_state(connection, state)]

    async def _requests(self) -> list[dict[str, Any]]:
        """All that may have cost money."""
        return [
            one
            for one in await self.scene.asked(self.site)
            if is_purchase(self.site, one)
            or any(f"/{act}/" in one["path"] for act in ("reuse", "reactivate"))
        ]


Life.TestCase.settings = settings(
    max_examples=300 if LONG else 20,
    stateful_step_count=40 if LONG else 16,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
TestLife = Life.TestCase
