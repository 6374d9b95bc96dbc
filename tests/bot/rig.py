"""The bot's own parts in front of a make-believe Telegram: real HTTP, a real database file, real rows."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientSession
from sqlalchemy import select, update

from bot import demo
from bot.app import App
from orders import inbox, keys
from providers.site import (
    Seen,
    Sms,
)
from providers.words import State
from sandbox.world import World
from storage import accounts, orders, outbox, people, purchases, tables
from storage.accounts import Account
from storage.db import new_id
from storage.drafts import Pick
from storage.orders import Order
from storage.outbox import Kind, Letter, Priority, Queued
from storage.purchases import Outcome, Purchase
from tests.tables import with_tables

ANNA, BORIS = 7001, 7002
BOT = demo.TOKEN_BOT
Json = dict[str, Any]
T = TypeVar("T")


@dataclass
class Rig:
    """A world, an app that is not running yet, and hands for both."""

    world: World
    app: App
    http: ClientSession
    account: Account = field(init=False)
    is_listening: bool = False
    _made: int = 0

    @property
    def desk(self) -> Any:
        return self.app.desk

    # What runs

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """The outbox works as long as the block lasts."""
        task = asyncio.create_task(self.app.outbox.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self.app.outbox.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The whole bot works as long as the block lasts; its end is the end of the app."""
        stop, started = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(self.app.run(stop, started=started.set))
        beginning = asyncio.create_task(started.wait())
        await asyncio.wait([task, beginning], return_when=asyncio.FIRST_COMPLETED)
        beginning.cancel()
        self.is_listening = True
        try:
            yield
        finally:
            self.is_listening = False
            stop.set()
            await task

    # The world

    async def post(self, address: str, /, expect: int = 200, **body: Any) -> Json:
        async with self.http.post(address, json=body) as response:
            found: Json = await response.json()
            assert response.status == expect, found
            return found

    async def get(self, path: str) -> Json:
        async with self.http.get(path) as response:
            found: Json = await response.json()
            assert response.status == 200, found
            return found

    async def fault(self, method: str, kind: str, **more: Any) -> str:
        """Telegram goes wrong at a method."""
        found = await self.post("/outside/faults", target="telegram", path=method, kind=kind, **more)
        return str(found["id"])

    async def mend(self) -> None:
        """No more faults."""
        await self.http.delete("/outside/faults")

    async def calls(self, method: str = "", **params: Any) -> list[Json]:
        """What was asked of Telegram, with the parameters given."""
        found = (await self.get("/outside/telegram/requests"))["requests"]
        return [
            call
            for call in found
            if call["method"].startswith(method or call["method"])
            and all(str(call["params"].get(key)) == str(value) for key, value in params.items())
        ]

    async def say(self, person: int, text: str, chat: int = BOT, **more: Any) -> int:
        return int(
            (await self.post(f"/people/{person}/chats/{chat}/messages", text=text, **more))["message_id"]
        )

    async def seen(self, person: int, chat: int = BOT) -> list[Json]:
        """What the bot has said there, as the person sees it now."""
        found = await self.get(f"/people/{person}/chats/{chat}/messages")
        return [one for one in found["messages"] if one["from"]["is_bot"] and "text" in one]

    async def texts(self, person: int, chat: int = BOT) -> list[str]:
        return [one["text"] for one in await self.seen(person, chat)]

    async def press(self, person: int, label: str, chat: int = BOT) -> Json:
        """The newest button whose text holds the label."""
        for message in reversed(await self.seen(person, chat)):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if label in button["text"] and "callback_data" in button:
                        return await self.post(
                            f"/people/{person}/chats/{chat}/press",
                            message_id=message["message_id"],
                            data=button["callback_data"],
                        )
        raise AssertionError(f"no button {label} in {await self.texts(person, chat)}")

    async def person(self, person: int, name: str = "Somebody", language: str = "en") -> None:
        """A person who has started the bot; their /start is not waiting for it any more."""
        await self.post("/people", id=person, first_name=name, language_code=language)
        await self.say(person, "/start")
        self.world.telegram.hub.bots[BOT].updates.waiting.clear()

    # The rows

    async def order(self, person: int = ANNA, **fields: Any) -> Order:
        """An open order of a person, in the private chat unless said otherwise."""
        self._made += 1
        now, place = (
            self.desk.now(),
            {"user_id": person, "chat_id": person, "thread_id": None, "card_id": None},
        )
        place |= {key: fields.pop(key) for key in place if key in fields}
        picks = (Pick(choice="service", id="s", name=f"Service {self._made}", facts={}),)
        shared = {"account_id": self.account.id, "site": "gsim", "line": "numbers", "picks": picks}
        purchase = empty_row(
            Purchase, id=new_id(), token=new_id(), state=Outcome.PLACED, ceiling=Decimal(1),
            charged=Decimal(1), created_at=now, settled_at=now, **shared, **place,
        )  # fmt: skip
        order = empty_row(
            Order, id=new_id(), purchase_id=purchase.id, site_id=f"site-{self._made}", activation=0,
            state=State.WAITING, is_open=True, number=f"+1202555{self._made:04d}", facts={},
            price=Decimal("0.5"), created_at=now, activated_at=now, alive_at=now, expires_at=now + 900,
            next_look_ms=2**50, failed_looks=0, **shared, **place,
        )  # fmt: skip
        async with self.desk.db.transaction() as connection:
            await purchases.claim(connection, purchase)
            await orders.add(connection, dataclasses.replace(order, **fields))
        return await self.fresh(order)

    async def fresh(self, order: Order) -> Order:
        async with self.desk.db.transaction() as connection:
            found = await orders.get(connection, order.id)
        assert found is not None
        return found

    async def card(self, order: Order) -> None:
        """Have the card drawn."""
        async with self.desk.db.transaction() as connection:
            await inbox.put_card(connection, self.desk, order)
        self.desk.bells.outbox.set()

    async def carded(self, person: int = ANNA, **fields: Any) -> Order:
        """An order whose card stands in the chat."""
        order = await self.order(person, **fields)
        await self.card(order)
        async with self.sending():
            await self.settled()
        return await self.fresh(order)

    async def sms(self, order: Order, code: str, text: str = "") -> None:
        """An SMS came: one push and one edit of the card, in one transaction."""
        sms = Sms(text=text or f"Your code is {code}", code=code, id=new_id())
        seen = Seen(id=order.site_id, state=State.RECEIVED, messages=(sms,))
        await inbox.take(self.desk, await self.fresh(order), seen, via="poll")

    async def notice(
        self, chat: int, name: str, *, priority: Priority = Priority.REST, thread: int | None = None
    ) -> None:
        await self.notices([(chat, name)], priority=priority, thread=thread)

    async def notices(
        self,
        chats: Sequence[tuple[int, str]],
        *,
        priority: Priority = Priority.REST,
        thread: int | None = None,
    ) -> None:
        """Letters that say something to chats."""
        async with self.desk.db.transaction() as connection:
            for chat, name in chats:
                letter = Letter(
                    kind=Kind.NOTICE, priority=priority, user_id=ANNA, chat_id=chat, thread_id=thread,
                    args={"text": "notice-bad-key", "name": name},
                )  # fmt: skip
                await outbox.put(connection, letter, self.desk.now_ms())
        self.desk.bells.outbox.set()

    async def letters(self, *states: str) -> list[Queued]:
        """What stands in the outbox, in these states or at all."""
        async with self.desk.db.transaction() as connection:
            rows = (await connection.execute(select(tables.outbox).order_by(tables.outbox.c.id))).mappings()
            found = [
                Queued(**{**row, "kind": Kind(row["kind"]), "priority": Priority(row["priority"])})
                for row in rows
            ]
        return [letter for letter in found if not states or letter.state in states]

    async def set_letters(self, **values: Any) -> None:
        """Change all rows of the outbox."""
        async with self.desk.db.transaction() as connection:
            await connection.execute(update(tables.outbox).values(**values))

    async def settled(self, seconds: float = 60) -> None:
        """Wait until nothing waits to be sent, nor, where the whole bot works, to be worked off."""
        untold = self.world.telegram.hub.bots[BOT].updates

        async def nothing() -> bool:
            if self.is_listening and (untold.waiting or self.app.poller._tasks):
                return False
            return not await self.letters("due", "sending")

        await until(nothing, seconds)

    async def chat_row(self, chat: int) -> people.Chat | None:
        async with self.desk.db.transaction() as connection:
            return await people.get_chat(connection, chat)


def empty_row(kind: type[T], **values: Any) -> T:
    """A row with nothing in the columns that are not named."""
    fields = dataclasses.fields(kind)  # type: ignore[arg-type] # a dataclass
    empty = {one.name: None for one in fields if one.default is dataclasses.MISSING}
    return kind(**empty | values)


@asynccontextmanager
async def rig(folder: Path, **changes: Any) -> AsyncIterator[Rig]:
    """A world with Anna and Boris, both known to the bot, and Anna's account at gsim. `changes`: settings."""
    async with World(seed=7) as world, ClientSession(world.base) as http:
        settings = demo.settings(world.base, with_tables(folder)).model_copy(update=changes)
        app = await App.build(settings)
        made = Rig(world, app, http)
        try:
            await made.person(ANNA, "Anna")
            await made.person(BORIS, "Борис", "ru")
            async with app.desk.db.transaction() as connection:
                await people.meet_user(connection, ANNA, "en", app.desk.now())
                await people.meet_user(connection, BORIS, "ru", app.desk.now())
                for person in (ANNA, BORIS):
                    await people.meet_chat(connection, person, "private", "")
            await made.post("/outside/gsim/accounts", key="2s_key_of_anna", balance="25")
            made.account = await _linked(app)
            yield made
        finally:
            world.faults.close()
            await app.close()


async def _linked(app: App) -> Account:
    """Anna's account at gsim; a folder used before has it."""
    async with app.desk.db.transaction() as connection:
        known = await accounts.of_owner(connection, ANNA)
    return known[0] if known else await keys.link(app.desk, ANNA, "gsim", {"api_key": "2s_key_of_anna"})


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 60) -> Any:
    """Ask again and again until it gives something."""
    async with asyncio.timeout(seconds):
        while not (found := await condition()):  # noqa: ASYNC110 - what it waits for is behind HTTP
            await asyncio.sleep(0.02)
    return found
