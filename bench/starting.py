"""From the start of the process to the first getUpdates, and the memory of an idle one."""

import asyncio
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench import rig
from bench.figures import Figure, percentile, ratio
from bench.rig import BOT_ID, PERSON, TOKEN, World

IDLE = 5.0
"""Seconds after the start at which memory is read."""

BARE, OURS = ("bench.floors.polling",), ("bot", "run")


async def measure(*, small: bool) -> list[Figure]:
    """In turn, so that whatever else the machine does meets all alike."""
    bare, first, again = list[float](), list[float](), list[float]()
    async with rig.world() as world:
        await world.post("/outside/telegram/bots", {"token": TOKEN})
        await world.post("/people", {"id": PERSON, "first_name": "Bench", "language_code": "en"})
        for _ in range(3 if small else 9):
            with tempfile.TemporaryDirectory(prefix="pinbell-bench-") as folder:
                env = rig.environment(world, rig.free_port(), Path(folder))
                bare.append(await _start(world, BARE, env))
                first.append(await _start(world, OURS, env))
                again.append(await _start(world, OURS, env))
        with tempfile.TemporaryDirectory(prefix="pinbell-bench-") as folder:
            env = rig.environment(world, rig.free_port(), Path(folder))
            making = await _memory(world, OURS, env)  # the very first start makes the tables too
            floor, memory = await _memory(world, BARE, env), await _memory(world, OURS, env)
    return [
        Figure(name="start to first getUpdates, p50", value=percentile(again, 0.5) * 1000, unit="ms"),
        ratio("start to first getUpdates: p50 / bare aiogram", again, bare, goal="<= 1.3"),
        ratio("the very first start (empty folder): p50 / bare aiogram", first, bare),
        Figure(name="resident memory, idle", value=memory, unit="MB"),
        Figure(name="resident memory, idle / bare aiogram", value=memory / floor, unit="x", goal="<= 1.3"),
        Figure(
            name="resident memory, idle after the very first start / bare aiogram",
            value=making / floor,
            unit="x",
            goal="<= 1.3",
        ),
    ]


async def _start(world: World, program: tuple[str, ...], env: Mapping[str, str]) -> float:
    """A message waits already, so that the first getUpdates is answered, and noted, at once."""
    since = await _waiting(world)
    begun = time.time()
    process = await rig.start(*program, env=env)
    try:
        return await _first_fetch(world, since) - begun
    finally:
        await rig.end(process)


async def _memory(world: World, program: tuple[str, ...], env: Mapping[str, str]) -> float:
    since = await _waiting(world)
    process = await rig.start(*program, env=env)
    try:
        await _first_fetch(world, since)
        await asyncio.sleep(IDLE)
        return rig.resident(process.pid)
    finally:
        await rig.end(process)


async def _waiting(world: World) -> int:
    await world.post(f"/people/{PERSON}/chats/{BOT_ID}/messages", {"text": "hello"})
    calls = await world.calls()
    return int(calls[-1]["n"]) if calls else 0


async def _first_fetch(world: World, since: int) -> float:
    async with asyncio.timeout(rig.PATIENCE):
        while True:
            for call in await world.calls(since):
                if call["method"] == "getUpdates" and call["status"] == 200:
                    return float(call["at"])
            await asyncio.sleep(0.1)
