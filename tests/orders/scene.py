"""A desk as the bot has it, in front of the make-believe sites: real HTTP, a real database file."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import pytest
from aiohttp import ClientSession, web
from sqlalchemy import func, select, update

from orders import acts, hooks, inbox, keys, place, shares, wish
from orders.access import Standing
from orders.desk import Desk
from orders.errors import NobodyKnows
from orders.find_out import Finder
from orders.hooks import HookWorker
from orders.watch import Watcher
from providers.door import Request
from providers.registry import SITES, open_sites
from providers.site import Seen
from providers.words import Option
from sandbox.world import World
from storage import drafts, messages, orders, outbox, people, purchases, tables
from storage.accounts import Account
from storage.db import Database, new_id
from storage.drafts import Draft
from storage.messages import Message
from storage.orders import Order
from storage.outbox import Kind, Queued
from storage.purchases import Outcome, Purchase
from storage.sealed import MessageBody, open_message
from storage.shares import Share
from storage.vault import Vault
from tests.tables import with_tables

OWNER = 700_100_200_300
CHAT = 700_100_200_300
GROUP = -100_500
BUYABLE = [
    (site, line.key)
    for site, kind in SITES.items()
    for line in kind.lines
    if all(choice.listed for choice in line.choices if choice.required)
]
"""All lines whose wishes can be picked from what the site lists."""

IMPATIENCE = 0.4
"""Seconds for an answer that is known not to come."""

ORDERING = {"gearsms": ("POST", "/*/order"), "gsim": ("POST", "/orders"), "smsgig": ("POST", "/s1/rent"),
            "getsms": ("GET", ""), "gotsms": ("POST", "/rents")}  # fmt: skip
"""Method and path of each site's purchase, as `/outside/faults` wants them."""


@dataclass(slots=True)
class Time(Desk):
    """A desk whose clock tests can put forward."""

    ahead: float = 0.0
    still_at: int | None = None
    """Milliseconds at which the clock stands still: then it only goes by `ahead`."""

    def now(self) -> int:
        return int(self.now_ms() / 1000)

    def now_ms(self) -> int:
        real = Desk.now_ms(self) if self.still_at is None else self.still_at
        return real + int(self.ahead * 1000)

    def stand_still(self) -> None:
        """What takes its time on a busy machine takes none here."""
        self.still_at = Desk.now_ms(self)


@dataclass(slots=True)
class Groups:
    """Who is what in which group; `silent`: Telegram does not say."""

    standings: dict[tuple[int, int], Standing] = field(default_factory=dict)
    silent: bool = False
    asked: int = 0

    async def __call__(self, chat_id: int, user_id: int) -> Standing:
        """As the desk asks Telegram."""
        self.asked += 1
        if self.silent:
            raise NobodyKnows
        return self.standings.get((chat_id, user_id), Standing(in_chat=False))

    def join(self, *user_ids: int, chat_id: int = GROUP, is_admin: bool = False) -> None:
        """They are in the group from now on."""
        for user_id in user_ids:
            self.standings[chat_id, user_id] = Standing(in_chat=True, is_admin=is_admin)

    def leave(self, user_id: int, chat_id: int = GROUP) -> None:
        """They are not any more."""
        self.standings.pop((chat_id, user_id), None)


@dataclass
class Scene:
    """The whole: a world outside, a desk inside, and the hands of both."""

    folder: Path
    world: World = field(default_factory=lambda: World(seed=5))
    desk: Time = field(init=False)
    http: ClientSession = field(init=False)
    worker: HookWorker = field(init=False)
    groups: Groups = field(default_factory=Groups)
    base: str = ""
    """Where the sites' webhooks arrive."""
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.world)
        self.http = await self._stack.enter_async_context(ClientSession())
        await self.start()
        self._stack.push_async_callback(self.stop)
        await self._listen()
        return self

    async def __aexit__(self, *error: object) -> None:
        self.world.faults.close()  # nobody is held up at the end
        await self._stack.aclose()

    async def start(self) -> None:
        """The process begins."""
        vault = Vault.from_key_file(self.folder / "secret.key")
        base = self.world.base
        urls = {key: base + self.world.sites[key].base for key in SITES}
        database = Database(f"sqlite:///{with_tables(self.folder)}/pinbell.db")
        self.desk = Time(database, vault, open_sites(urls))
        self.desk.membership = self.groups
        self.worker = HookWorker(self.desk)
        await self.desk.db.migrate()
        async with self.desk.db.transaction() as connection:
            await people.meet_user(connection, OWNER, "en", self.desk.now())

    async def stop(self) -> None:
        """The process ends in peace."""
        await self.desk.drain()
        for site in self.desk.sites.values():
            await site.door.close()
        await self.desk.db.close()

    async def die(self) -> None:
        """The process is killed: nothing that goes on gets its end written down. A new one begins."""
        tasks = list(self.desk.running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.stop()
        await self.start()

    # Accounts

    async def account(self, site: str, *, balance: str = "100", owner: int = OWNER) -> Account:
        """A linked account with money, whose webhooks come here."""
        credentials = {part.key: f"{part.key}-{secrets.token_hex(8)}" for part in SITES[site].credentials}
        await self.customer(site, credentials, balance=balance)
        return await keys.link(self.desk, owner, site, credentials)

    async def customer(self, site: str, credentials: dict[str, str], **fields: Any) -> None:
        """An account at the site."""
        key = next(credentials[part.key] for part in SITES[site].credentials if part.secret)
        await self.outside(f"{site}/accounts", key=key, user=credentials.get("user"), **fields)

    async def with_webhooks(self, account: Account) -> None:
        """Its owner has put the address into the site's settings."""
        url = self.base + (keys.hook_path(self.desk, account) or "")
        await self.customer(account.site, dict(self.desk.credentials(account)), webhook_url=url)

    async def shared(self, account: Account, chat_id: int = GROUP) -> Share:
        """The account, lent to a group in which its owner is."""
        self.groups.join(account.owner_id, chat_id=chat_id)
        return await shares.begin(self.desk, account, chat_id, account.owner_id)

    async def fresh(self, account: Account) -> Account:
        return await self.desk.account(account.id)

    # Buying

    async def draft(
        self,
        account: Account,
        line: str | None = None,
        *,
        user_id: int | None = None,
        share: Share | None = None,
        **given: str,
    ) -> Draft:
        """A wish with all required choices picked from what the site lists; `given` goes first.

        `share`: in its group.
        """
        described = self.desk.site(account).lines[0] if line is None else self.desk.line(account, line)
        draft = Draft(
            id=new_id(), user_id=user_id or account.owner_id, chat_id=share.chat_id if share else CHAT,
            thread_id=None, card_id=11, share_id=share.id if share else None,
            account_id=account.id, line=described.key, picks=(), asking=None, query="", page=0, low=None,
            high=None, quoted_at=None, token=None, created_at=self.desk.now(),
        )  # fmt: skip
        while (choice := wish.next_required(described, draft)) is not None:
            options = await self.desk.site(account).options(
                self.desk.credentials(account), described.key, choice.key, draft.ids
            )
            wanted = given.get(choice.key)
            option = next(one for one in options if (one.id == wanted if wanted else _buyable(one)))
            draft = wish.with_pick(described, draft, choice, option)
        for key in given.keys() - draft.ids.keys():
            draft = wish.with_pick(
                described, draft, described.choice(key), Option(id=given[key], name=given[key])
            )
        async with self.desk.db.transaction() as connection:
            await drafts.add(connection, draft)
        return draft

    async def armed(self, account: Account, line: str | None = None, **given: Any) -> str:
        """The token of a Buy button."""
        armed = (await place.offer(self.desk, await self.draft(account, line, **given))).draft
        assert armed.token
        return armed.token

    async def confirm(self, token: str, user_id: int = OWNER) -> Purchase:
        """Press Buy and wait for what comes of it."""
        purchase = await place.confirm(self.desk, token, user_id)
        assert purchase is not None
        await self.desk.drain()
        return await self.purchase(purchase.id)

    async def buy(self, account: Account, line: str | None = None, **given: Any) -> Order:
        """One order, of the person with this `user_id` or the owner."""
        user_id: int = given.get("user_id", OWNER)
        purchase = await self.confirm(await self.armed(account, line, **given), user_id)
        assert purchase.state is Outcome.PLACED, (purchase.error, purchase.detail)
        async with self.desk.db.transaction() as connection:
            return (await orders.of_purchase(connection, purchase.id))[0]

    async def act(self, order: Order, act: str, user_id: int = OWNER) -> Order | None:
        """Press an act that does not buy."""
        press = await acts.pressed(self.desk, order.id, act, user_id)
        return await acts.carry_out(self.desk, press.order, press.act)

    async def act_that_buys(self, order: Order, act: str, user_id: int = OWNER) -> Purchase:
        """Press and confirm reuse or reactivate."""
        press = await acts.pressed(self.desk, order.id, act, user_id)
        purchase = await place.confirm_act(self.desk, press, user_id, new_id())
        assert purchase is not None
        await self.desk.drain()
        return await self.purchase(purchase.id)

    # Watching

    async def look(self) -> int:
        """Look at all open orders now."""
        async with self.desk.db.transaction() as connection:
            await connection.execute(update(tables.orders).values(next_look_ms=0))
        looked = await Watcher(self.desk).step()
        await self.desk.drain()
        return looked

    async def find_out(self, seconds: float = 0.0) -> Purchase | None:
        """So much time passes here, and all looks at lost purchases that fall due are made, one by one.

        The purchase that was looked at last.
        """
        until, looked = self.desk.now_ms() + int(seconds * 1000), None
        finder = Finder(self.desk)
        while True:
            async with self.desk.db.transaction() as connection:
                due_ms = await purchases.next_find_ms(connection)
                first = await purchases.to_find(connection, due_ms or 0, limit=1)
            if due_ms is None or due_ms > until:
                self.desk.ahead += max(until - self.desk.now_ms(), 0) / 1000
                return await self.purchase(looked) if looked else None
            self.desk.ahead += max(due_ms - self.desk.now_ms(), 0) / 1000
            looked = first[0].id
            await finder.step()
            await self.desk.drain()

    async def lose(
        self,
        account: Account,
        line: str | None = None,
        *,
        kind: str = "reset",
        committed: bool = True,
        **given: str,
    ) -> Purchase:
        """A purchase whose answer never comes."""
        token = await self.armed(account, line, **given)
        await self.spoil_purchase(account.site, "reset", committed=committed)
        purchase = await self.confirm(token)
        assert purchase.state is Outcome.UNKNOWN
        return purchase

    @contextmanager
    def impatient(self, site: str) -> Iterator[None]:
        """What costs or changes something there is given up soon. Reads are not: slowness is no fault."""
        adapter = self.desk.sites[site]
        send = adapter._send

        async def hurried(request: Request, parse: Callable[[Any], Any]) -> Any:
            return await send(replace(request, deadline=IMPATIENCE), parse)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(adapter, "_send", hurried)
            yield

    async def spoil_purchase(self, site: str, kind: str, **spec: Any) -> None:
        """The answer to the next purchase is spoilt."""
        method, path = ORDERING[site]
        where = {"cmd": "request"} if site == "getsms" else {}
        await self.fault(site, kind, method=method, path=path, where=where, **spec)

    async def elsewhere(self, account: Account, picks: dict[str, str], line: str | None = None) -> Seen:
        """The owner buys with the same key, but not here."""
        site = self.desk.site(account)
        (seen,) = await site.buy(self.desk.credentials(account), line or site.lines[0].key, picks)
        return seen

    async def orders_of(self, purchase: Purchase) -> list[Order]:
        async with self.desk.db.transaction() as connection:
            return await orders.of_purchase(connection, purchase.id)

    async def work_on_hooks(self) -> None:
        """Work on all stored webhook calls, held ones too."""
        async with self.desk.db.transaction() as connection:
            await connection.execute(update(tables.hooks).values(not_before_ms=0))
        await self.worker.step()
        await self.desk.drain()

    async def hooks_at_rest(self) -> None:
        """What the worker has taken up is done with, whatever else goes on."""
        while calls := [task for task in self.desk.running if task.get_name().startswith("webhooks of ")]:
            await asyncio.wait(calls)

    async def post_hook(self, account: Account, body: bytes, headers: dict[str, str] | None = None) -> int:
        """Somebody calls the account's webhook address."""
        url = self.base + (keys.hook_path(self.desk, account) or "")
        async with self.http.post(url, data=body, headers=headers) as answer:
            return answer.status

    async def pass_time(self, seconds: float) -> None:
        """Here and at the sites."""
        self.desk.ahead += seconds
        await self.world.advance(seconds)

    # The world outside

    async def outside(self, what: str, **body: Any) -> Any:
        """POST to `/outside/{what}`."""
        async with self.http.post(f"{self.world.base}/outside/{what}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def sms(self, order: Order, text: str, code: str | None = None) -> Any:
        """An SMS reaches the order's number."""
        return await self.outside(f"{order.site}/orders/{order.site_id}/sms", text=text, code=code)

    async def expire(self, order: Order) -> None:
        await self.outside(f"{order.site}/orders/{order.site_id}/expire")

    async def fault(self, site: str, kind: str, **spec: Any) -> None:
        await self.outside("faults", target=site, kind=kind, **spec)

    async def asked(self, site: str) -> list[dict[str, Any]]:
        """All requests that the site got."""
        async with self.http.get(f"{self.world.base}/outside/{site}/requests") as answer:
            requests: list[dict[str, Any]] = (await answer.json())["requests"]
            return requests

    async def bought(self, site: str) -> list[dict[str, Any]]:
        """The purchase requests among them."""
        return [one for one in await self.asked(site) if is_purchase(site, one)]

    async def at_site(self, site: str) -> list[dict[str, Any]]:
        """All orders that exist there."""
        async with self.http.get(f"{self.world.base}/outside/{site}/orders") as answer:
            found: list[dict[str, Any]] = (await answer.json())["orders"]
            return found

    # What is written down

    async def order(self, order: Order) -> Order:
        async with self.desk.db.transaction() as connection:
            found = await orders.get(connection, order.id)
        assert found is not None
        return found

    async def purchase(self, purchase_id: str) -> Purchase:
        async with self.desk.db.transaction() as connection:
            found = await purchases.get(connection, purchase_id)
        assert found is not None
        return found

    async def messages(self, order: Order) -> list[Message]:
        async with self.desk.db.transaction() as connection:
            return await messages.of_order(connection, order.id)

    async def texts(self, order: Order) -> list[str]:
        """The texts as they were delivered, in their order."""
        return [self.body(order, message).text for message in await self.messages(order)]

    def body(self, order: Order, message: Message) -> MessageBody:
        assert message.body is not None
        owner = replace(inbox.message_owner(order), row=message.id)
        return open_message(self.desk.vault, owner, message.body)

    async def letters(self, kind: Kind) -> list[Queued]:
        async with self.desk.db.transaction() as connection:
            return [letter for letter in await outbox.in_state(connection, "due") if letter.kind is kind]

    async def pushed(self, order: Order) -> list[str]:
        """The texts that rang, each as often as it rang."""
        pushes = [letter for letter in await self.letters(Kind.PUSH) if letter.order_id == order.id]
        texts = {message.id: self.body(order, message).text for message in await self.messages(order)}
        return [texts[letter.message_id or ""] for letter in pushes]

    async def count(self, table: str) -> int:
        async with self.desk.db.transaction() as connection:
            query = select(func.count()).select_from(tables.metadata.tables[table])
            return int((await connection.execute(query)).scalar_one())

    async def _listen(self) -> None:
        async def receive(request: web.Request) -> web.Response:
            headers = {name.lower(): value for name, value in request.headers.items()}
            site, token = request.match_info["site"], request.match_info["token"]
            known = await hooks.accept(self.desk, site, token, await request.read(), headers)
            return web.Response(status=200 if known else 404)

        app = web.Application()
        app.router.add_post("/hooks/{site}/{token}", receive)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._stack.push_async_callback(runner.cleanup)


def is_purchase(site: str, request: dict[str, Any]) -> bool:
    """Whether this request orders a number."""
    if site == "getsms":
        return bool(request["query"].get("cmd") == "request")
    if request["method"] != "POST":
        return False
    path = str(request["path"])
    return path.endswith(
        {"gearsms": "/order", "gsim": "/orders", "smsgig": "/s1/rent", "gotsms": "/rents"}[site]
    )


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds."""
    while not await holds():  # noqa: ASYNC110 - what is waited for is at the other end of a connection
        await asyncio.sleep(0.01)


def _buyable(option: Option) -> bool:
    return option.stock != 0 and (option.price is None or 0 < option.price < Decimal(20))


def codes(count: int) -> Sequence[str]:
    """Texts with a code each."""
    return [f"Your code is {100_000 + number}" for number in range(count)]
