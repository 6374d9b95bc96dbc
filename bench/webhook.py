"""A code's way from a site's webhook to Telegram, with Telegram's limits and without them."""

import asyncio
import hashlib
import hmac
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import crowd, rig
from bench.figures import Figure, ratio, spread
from bench.rig import World
from orders import keys
from orders.desk import Desk
from storage.orders import Order

SLOW, FAST = 10, 200
"""Codes a second: as many as Telegram lets through with their cards, and what a storm brings."""

ACCOUNTS = 20


@dataclass(frozen=True, slots=True)
class Call:
    """A webhook that a site sends: the path behind the bot's address."""

    path: str
    body: bytes
    headers: dict[str, str]
    code: str


@dataclass(slots=True)
class Stream:
    """What became of many calls: seconds to the answer, and to the message's arrival at Telegram."""

    answered: list[float]
    arrived: list[float]
    lost: int
    refused: int


async def measure(*, small: bool) -> list[Figure]:
    """At the rate that Telegram allows, and at 200 a second: with its limits only the answers count."""
    seconds = 1 if small else 5
    slow, fast = SLOW * seconds * 2, FAST * seconds
    with tempfile.TemporaryDirectory(prefix="pinbell-bench-") as folder:
        async with rig.world() as world:
            calls, persons = await prepare(world, Path(folder), slow + 2 * fast)
            run = _Runs(world, Path(folder), calls, persons)
            ours, floor = await run.ours(slow, SLOW), await run.floor(slow, SLOW)
            free = await run.ours(fast, FAST, "bench.unlimited")
            free_floor = await run.floor(fast, FAST)
            storm = await run.ours(fast, FAST, wait=False)
    name, storms = f"webhook to Telegram, {SLOW}/s", f"webhook to Telegram, {FAST}/s, sending limits off"
    return [
        *spread(name, ours.arrived, p50="<= 15 ms", p99="<= 100 ms"),
        ratio(f"{name}: p50 / bare aiohttp", ours.arrived, floor.arrived, goal="<= 3"),
        *spread(storms, free.arrived, p50="<= 15 ms", p99="<= 100 ms"),
        ratio(f"{storms}: p50 / bare aiohttp", free.arrived, free_floor.arrived, goal="<= 3"),
        *spread(f"webhook answered (stored), {FAST}/s", storm.answered),
        Figure(
            name="webhooks not answered by 200",
            value=ours.refused + free.refused + storm.refused,
            unit="",
            goal="0",
        ),
        Figure(name="codes that did not arrive", value=ours.lost + free.lost + floor.lost, unit="", goal="0"),
    ]


async def prepare(world: World, folder: Path, number: int, *, cards: int = 0) -> tuple[list[Call], list[int]]:
    """Orders at SMSGig in chats of their own, the calls that bring their codes, and the chats.

    `cards`: for so many of the first orders a letter waits to be sent.
    """
    desk = await crowd.open_desk(world, folder)
    try:
        persons = await crowd.meet(world, desk, number)
        wishes = [await crowd.wish(world, desk, "smsgig", person) for person in persons[:ACCOUNTS]]
        asked = [wishes[place % ACCOUNTS] for place in range(number)]
        bought = await crowd.fill(desk, asked, persons, ages=120.0)
        await crowd.queue_cards(desk, bought[:cards])
        return [_call(desk, wanted, order) for wanted, order in zip(asked, bought, strict=True)], persons
    finally:
        await crowd.close_desk(desk)


async def send(world: World, base: str, calls: Sequence[Call], rate: float, *, wait: bool = True) -> Stream:
    """Post them at this rate, and see when their messages are there."""
    newest = (await world.calls())[-1:]
    since = newest[0]["n"] if newest else 0
    sent: dict[str, float] = {}
    answered: list[float] = []
    refused: list[int] = []

    async def post(call: Call) -> None:
        begun = sent[call.code] = time.time()
        async with world.http.post(base + call.path, data=call.body, headers=call.headers) as answer:
            if answer.status != 200:
                refused.append(answer.status)  # the code may still arrive, or never
        answered.append(time.time() - begun)

    tasks, begun = [], time.perf_counter()
    for place, call in enumerate(calls):
        await asyncio.sleep(max(0.0, begun + place / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(post(call)))
    await asyncio.gather(*tasks)
    arrived = await arrivals(world, since, sent, patience=30.0) if wait else {}
    lags = [at - sent[code] for code, at in arrived.items()]
    return Stream(answered, lags, len(sent) - len(lags) if wait else 0, len(refused))


async def arrivals(world: World, since: int, codes: dict[str, float], *, patience: float) -> dict[str, float]:
    """When the first message with each code was at Telegram, waiting so long for the last one."""
    until, found = time.time() + patience, dict[str, float]()
    while True:
        for call in await world.calls(since):
            since = max(since, call["n"])
            if call["method"] == "sendMessage":
                words = set(str(call["params"].get("text")).replace("<", " ").replace(">", " ").split())
                for code in words & codes.keys():
                    found.setdefault(code, call["at"])
        if len(found) == len(codes) or time.time() > until:
            return found
        await asyncio.sleep(0.2)


@dataclass(slots=True)
class _Runs:
    """One after the other with the same orders' calls, each used once; the floor needs none of ours."""

    world: World
    folder: Path
    calls: list[Call]
    persons: list[int]
    used: int = 0

    async def ours(self, number: int, rate: float, *program: str, wait: bool = True) -> Stream:
        some = self.calls[self.used : self.used + number]
        self.used += number
        async with rig.bot(self.world, self.folder, *program) as running:
            return await send(self.world, running.bot_url, some, rate, wait=wait)

    async def floor(self, number: int, rate: float) -> Stream:
        calls = [_bare(person) for person in self.persons[:number]]
        async with rig.bot(self.world, self.folder, "bench.floors.webhook") as running:
            return await send(self.world, running.bot_url, calls, rate)


def _call(desk: Desk, wanted: crowd.Wish, order: Order) -> Call:
    code = crowd.new_code()
    event = {
        "activation_id": int(order.site_id),
        "message_id": f"msg_{order.site_id}_{code}",
        "service": order.ref.service,
        "code": code,
        "text": f"Your code is {code} today",
        "received_at": time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime()),
    }
    body, key = json.dumps(event).encode(), wanted.credentials["api_key"].encode()
    signature = hmac.new(key, body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-SMSGig-Signature": signature}
    return Call(keys.hook_path(desk, wanted.account) or "", body, headers, code)


def _bare(person: int) -> Call:
    code = crowd.new_code()
    body = json.dumps({"text": f"Your code is {code} today"}).encode()
    return Call(f"/hooks/{person}", body, {"Content-Type": "application/json"}, code)
