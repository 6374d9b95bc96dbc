"""Somebody with a phone in their hand, in front of the real bot, and the world around both."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from aiohttp import ClientSession
from sqlalchemy import select

from bot import demo
from bot.app import App
from orders import keys
from sandbox.world import World
from storage.accounts import Account
from storage.tables import outbox

BOT = demo.TOKEN_BOT
ANNA, BORIS = 7001, 7002
USER = "anna"
NAMES = {
    "gearsms": "GearSMS",
    "gsim": "gsim.io",
    "smsgig": "SMSGig",
    "getsms": "getsms.online",
    "gotsms": "GotSMS",
}
HELLO = "👋"
PATIENCE = 60.0
"""Seconds for something to appear; only a broken bot needs them."""

HELD_UP = 2.0
"""Seconds until the bot has worked off what was typed or pressed; longer only where a test holds it up."""

Json = dict[str, Any]
T = TypeVar("T")


async def until(found: Callable[[], Awaitable[T]], what: str) -> T:
    """Ask again and again until it gives something."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not (result := await found()):  # noqa: ASYNC110 - what it waits for is behind HTTP
                await asyncio.sleep(0.015)
            return result
    except TimeoutError:
        raise AssertionError(f"never seen: {what}") from None


@dataclass
class Town:
    """The running bot and the world that it lives in."""

    world: World
    app: App
    http: ClientSession
    stop: asyncio.Event
    keys: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: Json | None = None, expect: int = 200) -> Json:
        """Something that the outside world does."""
        async with self.http.request(method, self.world.base + path, json=body) as answer:
            found: Json = await answer.json()
            assert answer.status == expect, found
            return found

    async def person(self, person_id: int, name: str, language: str | None = "en") -> "Person":
        """Somebody appears."""
        await self.call("POST", "/people", {"id": person_id, "first_name": name, "language_code": language})
        return Person(self, person_id, BOT)

    async def customer(self, site: str, *, balance: str = "100", key: str | None = None) -> str:
        """An account at a site; its key."""
        key = key or f"live_{site}_0123456789abcdef"
        await self.call("POST", f"/outside/{site}/accounts", {"key": key, "user": USER, "balance": balance})
        self.keys[site] = key
        return key

    async def linked(
        self, person: "Person", site: str, *, balance: str = "100", key: str | None = None
    ) -> Account:
        """The person's account at the site, linked already."""
        key = await self.customer(site, balance=balance, key=key)
        given = {"api_key": key} if site != "getsms" else {"user": USER, "api_key": key}
        return await keys.link(self.app.desk, person.id, site, given)

    async def settings(self, site: str, **weather: Any) -> None:
        """The weather at a site."""
        await self.call("POST", f"/outside/{site}/settings", weather)

    async def fault(self, target: str, kind: str, **more: Any) -> None:
        """Something goes wrong there."""
        await self.call("POST", "/outside/faults", {"target": target, "kind": kind, **more})

    async def well(self) -> None:
        """Everything works again."""
        await self.call("DELETE", "/outside/faults")

    @property
    def is_listening(self) -> bool:
        """Whether what was typed and pressed is worked off."""
        return not self.world.telegram.hub.bots[BOT].updates.waiting and not self.app.poller._tasks

    async def heard(self) -> None:
        """What was typed and pressed is worked off, unless something holds it up for long."""
        until_s = time.monotonic() + HELD_UP
        while not self.is_listening and time.monotonic() < until_s:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.005)

    async def at_rest(self) -> None:
        """What was typed and pressed is worked off, all is sent: nothing is drawn over what is asked next."""

        async def is_idle() -> bool:
            if not self.is_listening:
                return False
            async with self.app.desk.db.transaction() as connection:
                waiting = outbox.c.state.in_(["due", "sending"])
                letters = (await connection.execute(select(outbox.c.id).where(waiting))).first()
            return letters is None and not self.app.context.under_way

        await until(is_idle, "nothing under way")

    async def asked(self, site: str) -> list[Json]:
        """All that was asked of a site."""
        return list((await self.call("GET", f"/outside/{site}/requests"))["requests"])

    async def orders(self, site: str) -> list[Json]:
        """All orders at a site, newest first."""
        return list((await self.call("GET", f"/outside/{site}/orders"))["orders"])

    async def bought(self, site: str, number: int = 1) -> list[Json]:
        """So many orders are at the site by now."""

        async def enough() -> list[Json]:
            found = await self.orders(site)
            return found if len(found) >= number else []

        return await until(enough, f"{number} orders at {site}")

    async def spent(self, site: str) -> Decimal:
        """What the site has taken for good."""
        books = await self.call("GET", f"/outside/{site}/books")
        return Decimal(books["charged"]) - Decimal(books["refunded"])

    async def sms(self, site: str, order_id: str, text: str) -> None:
        """An SMS reaches the number, once it can: some sleep until the bot has woken them."""

        async def received() -> bool:
            arrival = await self.call("POST", f"/outside/{site}/orders/{order_id}/sms", {"text": text})
            return bool(arrival["received"])

        await until(received, f"SMS to {order_id}")

    async def group(self, *people: "Person", bot_is_admin: bool = False, forum: bool = False) -> int:
        """A group of these people and the bot, which has said hello; its id."""
        ids = [person.id for person in people]
        made = await self.call("POST", "/groups", {
            "title": "Friends", "members": ids, "admins": [BOT] if bot_is_admin else [],
            "bots": [BOT], "supergroup": True, "forum": forum,
        })  # fmt: skip
        await people[0].at(int(made["id"])).sees(HELLO)
        return int(made["id"])


@dataclass
class Person:
    """What one person does and sees in one chat. Every press here must be answered."""

    town: Town
    id: int
    chat: int
    toast: str = ""
    """What the last press brought up."""
    alert: bool = False

    def at(self, chat: int) -> "Person":
        """The same person in another chat."""
        return Person(self.town, self.id, chat)

    @property
    def _path(self) -> str:
        return f"/people/{self.id}/chats/{self.chat}"

    async def messages(self) -> list[Json]:
        """What stands in the chat, oldest first."""
        return list((await self.town.call("GET", f"{self._path}/messages"))["messages"])

    async def says(self, text: str, **more: Any) -> int:
        """Types something. The message's id."""
        said = await self.town.call("POST", f"{self._path}/messages", {"text": text, **more})
        await self.town.heard()
        return int(said["message_id"])

    async def replies(self, to: Json, text: str) -> int:
        """Types an answer to a message."""
        return await self.says(text, reply_to_message_id=to["message_id"])

    async def sees(self, *words: str, newest: bool = False) -> Json:
        """A message of the bot with all these words, once it is there: the newest such."""

        async def found() -> Json | None:
            theirs = [one for one in await self.messages() if not one["out"] and "text" in one]
            for one in [*reversed(theirs)][: 1 if newest else None]:
                if all(word in one["text"] for word in words):
                    return one
            return None

        try:
            message = await until(found, " / ".join(words))
        except AssertionError as error:
            raise AssertionError(f"{error}\nbut:\n{await self.screen()}") from None
        assert message is not None
        return message

    async def presses(self, label: str, *, on: Json | None = None) -> str:
        """Presses the newest button with this label (or its beginning). What the toast says."""
        message, button = await self.button(label, on=on)
        return await self.forges(button["callback_data"], on=message)

    async def forges(self, data: str, *, on: Json) -> str:
        """Presses what need not be on any button, and lets the bot do it. What the toast says."""
        toast = await self.taps(data, on=on)
        await self.town.heard()
        return toast

    async def taps(self, data: str, *, on: Json) -> str:
        """Presses, and has no patience for what the bot does then. What the toast says."""
        body = {"message_id": on["message_id"], "data": data}
        answer = await self.town.call("POST", f"{self._path}/press", body)
        assert answer["answered"], f"the press {data} spins for ever"
        self.toast, self.alert = answer.get("text") or "", bool(answer.get("show_alert"))
        return self.toast

    async def button(self, label: str, *, on: Json | None = None) -> tuple[Json, Json]:
        """The newest message with such a button, and the button."""

        async def found() -> tuple[Json, Json] | None:
            for message in reversed(await self.messages()):
                if on is not None and message["message_id"] != on["message_id"]:
                    continue
                for button in buttons(message):
                    if label in button["text"]:
                        return message, button
            return None

        try:
            pair = await until(found, f"button {label}")
        except AssertionError as error:
            raise AssertionError(f"{error}\nbut:\n{await self.screen()}") from None
        assert pair is not None
        return pair

    async def gone(self, message_id: int) -> None:
        """That message is deleted."""

        async def is_gone() -> bool:
            return all(one["message_id"] != message_id for one in await self.messages())

        await until(is_gone, f"message {message_id} deleted")

    async def screen(self) -> str:
        """The last messages as text, for a failed test's words."""
        shown = []
        for one in (await self.messages())[-4:]:
            labels = [[button["text"] for button in row] for row in rows(one)]
            shown.append(
                f"#{one['message_id']} {'>' if one['out'] else '<'} {one.get('text')!r}\n   {labels}"
            )
        return "\n".join(shown)

    async def walks(self, *labels: str) -> None:
        """Presses one button after the other."""
        for label in labels:
            await self.presses(label)


def rows(message: Json) -> list[list[Json]]:
    """The keyboard of a message."""
    return list((message.get("reply_markup") or {}).get("inline_keyboard", []))


def buttons(message: Json) -> list[Json]:
    """All buttons of a message."""
    return [button for row in rows(message) for button in row]


def labels(message: Json) -> list[str]:
    """The labels of all buttons of a message."""
    return [str(button["text"]) for button in buttons(message)]


def data_of(message: Json, label: str) -> str:
    """What the button with this label sends."""
    return next(str(one["callback_data"]) for one in buttons(message) if label in one["text"])


def price_in(text: str) -> Decimal:
    """The first amount of dollars in a text."""
    found = re.search(r"\$([0-9]+\.[0-9]+)", text)
    assert found, text
    return Decimal(found[1])


@asynccontextmanager
async def living(world: World, app: App) -> AsyncIterator[Town]:
    """The bot runs as long as the block lasts. No failure of its own is overlooked."""
    stop, started = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(app.run(stop, started=started.set))
    async with ClientSession() as http:
        await started.wait()
        try:
            yield Town(world, app, http, stop)
        finally:
            world.faults.remove()
            stop.set()
            await running
