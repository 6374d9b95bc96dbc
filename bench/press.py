"""A press on a cached list: from the press to the bot's answer, beside a bare aiogram bot's."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import rig
from bench.figures import Figure, ratio, spread
from bench.rig import PERSON, Rig, link

PRESSES = 300
RATE = 100
SECONDS = 5


async def measure(*, small: bool) -> list[Figure]:
    """One after the other, then 100 a second."""
    seconds = 2 if small else SECONDS
    async with rig.rig() as running:
        await link(running, "smsgig")
        await running.say("/order")
        shown = await running.newest(with_button="›")
        calls = await running.asked("smsgig")
        alone = [await _press(running, shown) for _ in range(PRESSES)]
        crowd = await _crowd(running, shown, seconds)
        asked = await running.asked("smsgig") - calls
    floor_alone, floor_crowd = await _floor(seconds)
    return [
        *spread("press on a cached list, one after the other", alone, p50="<= 10 ms", p99="<= 50 ms"),
        ratio("press, one after the other: p50 / bare aiogram", alone, floor_alone),
        *spread(f"press on a cached list, {RATE}/s", crowd, p50="<= 10 ms", p99="<= 50 ms"),
        ratio(f"press, {RATE}/s: p50 / bare aiogram", crowd, floor_crowd),
        Figure(name="calls to the site meanwhile", value=asked, unit="", goal="0"),
    ]


async def _floor(seconds: int) -> tuple[list[float], list[float]]:
    with tempfile.TemporaryDirectory(prefix="pinbell-bench-") as folder:
        async with rig.world() as world:
            process = await rig.start("bench.floors.polling", env=rig.environment(world, 0, Path(folder)))
            running = Rig(world.base, world.http, "", process)
            try:
                await _greet(running)
                shown = await running.newest(with_button="›")
                alone = [await _press(running, shown) for _ in range(PRESSES)]
                return alone, await _crowd(running, shown, seconds)
            finally:
                await rig.end(process)


async def _greet(running: Rig) -> None:
    await running.post("/outside/telegram/bots", {"token": rig.TOKEN})
    await running.post("/people", {"id": PERSON, "first_name": "Bench", "language_code": "en"})
    await running.say("/start")


async def _press(running: Rig, shown: dict[str, Any]) -> float:
    begun = time.perf_counter()
    answer = await running.press(shown, "›")
    if not answer["answered"]:
        raise RuntimeError("a press was not answered")
    return time.perf_counter() - begun


async def _crowd(running: Rig, shown: dict[str, Any], seconds: int) -> list[float]:
    tasks = []
    begun = time.perf_counter()
    for number in range(RATE * seconds):
        await asyncio.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
        tasks.append(asyncio.create_task(_press(running, shown)))
    return list(await asyncio.gather(*tasks))
