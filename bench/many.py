"""Ten thousand open orders on one process: what it costs, how late looks are, how soon it is back."""

import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from bench import crowd, rig, webhook
from bench.figures import Figure, percentile
from bench.rig import Rig, World
from orders.cadence import LONGEST_GAP
from providers.registry import SITES
from storage.orders import Order

ACCOUNTS = 20
"""At each site."""

AGES = 500.0
RATE = 8.0
"""Codes a second; with their cards that is what Telegram takes."""

DOWN = 2.0

SETTLE = 20.0
"""Seconds after the start until the minute begins."""

SLACK = 1.0
"""Seconds that a look may be late and be called in time."""


async def measure(*, small: bool) -> list[Figure]:
    """A minute of a full house, then a crash and a new start."""
    number, seconds = (500, 20.0) if small else (10_000, 60.0)
    with tempfile.TemporaryDirectory(prefix="pinbell-bench-") as name:
        folder = Path(name)
        async with rig.world() as world:
            bought = await _fill(world, folder, number)
            async with rig.bot(world, folder) as running:
                await asyncio.sleep(SETTLE)
                figures = await _minute(running, folder, bought, seconds)
                running.process.kill()
                await running.process.wait()
            back, overdue = await _back(world, folder)
    title = f"{number} open orders"
    return [
        *(
            Figure(name=f"{title}: {one.name}", value=one.value, unit=one.unit, goal=one.goal)
            for one in figures
        ),
        Figure(name=f"{title}: killed, watched again after", value=back, unit="s", goal="<= 5 s"),
        Figure(name=f"{title}: looks that were overdue then", value=overdue, unit=""),
    ]


async def _fill(world: World, folder: Path, number: int) -> list[Order]:
    desk = await crowd.open_desk(world, folder)
    try:
        persons = await crowd.meet(world, desk, max(ACCOUNTS, number // 10))
        wishes = [
            await crowd.wish(world, desk, site, owner) for site in SITES for owner in persons[:ACCOUNTS]
        ]
        return await crowd.fill(
            desk, [wishes[place % len(wishes)] for place in range(number)], persons, ages=AGES
        )
    finally:
        await crowd.close_desk(desk)


async def _minute(running: Rig, folder: Path, bought: Sequence[Order], seconds: float) -> list[Figure]:
    newest = (await running.calls())[-1:]
    since = int(newest[0]["n"]) if newest else 0
    pid, begun, cpu = running.process.pid, time.time(), rig.cpu_seconds(running.process.pid)
    sent, due = await _sms_for(running, folder, bought, seconds)
    share = (rig.cpu_seconds(pid) - cpu) / (time.time() - begun)
    arrived = await webhook.arrivals(running, since, sent, patience=LONGEST_GAP * 1.1 + 10)
    late = [max(0.0, at - max(sent[code], due[code])) for code, at in arrived.items()]
    return [
        Figure(name="cores in use", value=share, unit="", goal="< 1"),
        Figure(name="resident memory", value=rig.resident(pid), unit="MB", goal="< 400"),
        Figure(name="push after the look's own time, p50", value=percentile(late, 0.5), unit="s"),
        Figure(
            name="push after the look's own time, p99", value=percentile(late, 0.99), unit="s", goal="<= 1 s"
        ),
        Figure(name="codes that did not arrive", value=len(sent) - len(arrived), unit="", goal="0"),
    ]


async def _sms_for(
    running: Rig, folder: Path, bought: Sequence[Order], seconds: float
) -> tuple[dict[str, float], dict[str, float]]:
    """Codes for some orders. When each was sent, and when its order's next look was due then."""
    sent, due = dict[str, float](), dict[str, float]()
    begun, number = time.perf_counter(), int(RATE * seconds)
    waiting = iter(random.sample(bought, min(len(bought), number * 2)))
    with closing(_rows(folder)) as rows:
        for place in range(min(number, len(bought) // 2)):
            await asyncio.sleep(max(0.0, begun + place / RATE - time.perf_counter()))
            order, next_look = _unleased(rows, waiting)
            code = crowd.new_code()
            sent[code], due[code] = time.time(), next_look
            path = f"/outside/{order.site}/orders/{order.site_id}/sms"
            await running.post(path, {"text": f"Your code is {code} today", "code": code})
    await asyncio.sleep(max(0.0, begun + seconds - time.perf_counter()))
    return sent, due


def _unleased(rows: sqlite3.Connection, waiting: Iterator[Order]) -> tuple[Order, float]:
    """An order that is not being looked at just now, and the time of its next look."""
    for order in waiting:
        [(next_look_ms,)] = rows.execute("SELECT next_look_ms FROM orders WHERE id = ?", (order.id,))
        if next_look_ms / 1000 < time.time() + LONGEST_GAP * 1.1:
            return order, next_look_ms / 1000
    raise RuntimeError("all orders are being looked at")


async def _back(world: World, folder: Path) -> tuple[float, int]:
    """Seconds from the start until no look is late any more, and how many looks were late or cut off then."""
    await asyncio.sleep(DOWN)
    with closing(_rows(folder)) as rows:
        begun = time.time()
        query = "SELECT id FROM orders WHERE is_open AND (next_look_ms <= ? OR next_look_ms = leased_ms)"
        overdue = [row for (row,) in rows.execute(query, (begun * 1000,))]
        env = rig.environment(world, rig.free_port(), folder)
        process = await rig.start("bot", "run", env=env)
        try:
            async with asyncio.timeout(rig.PATIENCE):
                while _unseen(rows, overdue, begun) or _late(rows):  # noqa: ASYNC110 - another process's rows
                    await asyncio.sleep(0.1)
            return time.time() - begun, len(overdue)
        finally:
            await rig.end(process)


def _unseen(rows: sqlite3.Connection, ids: Sequence[str], since: float) -> bool:
    query = "SELECT id FROM orders WHERE is_open AND (last_look_at IS NULL OR last_look_at < ?)"
    unseen = {row for (row,) in rows.execute(query, (int(since),))}
    return not unseen.isdisjoint(ids)


def _late(rows: sqlite3.Connection) -> bool:
    """Whether anything that fell due meanwhile still waits."""
    query = "SELECT 1 FROM orders WHERE is_open AND next_look_ms < ? LIMIT 1"
    return rows.execute(query, ((time.time() - SLACK) * 1000,)).fetchone() is not None


def _rows(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{folder / 'pinbell.db'}?mode=ro", uri=True)
