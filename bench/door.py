"""One read of a site through the door beside a bare httpx call, and what it costs when many read at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx

from bench import rig
from bench.figures import Figure, ratio, spread
from providers.door import Door
from providers.registry import open_sites
from providers.site import Site

READS = 500
CROWDS = (1, 10, 50)
"""Connections: the pool of httpx looks at each of them at each request. The bot opens ten for a site."""


async def measure(*, small: bool) -> list[Figure]:
    """A balance, again and again."""
    reads = READS // 5 if small else READS
    async with rig.world() as world:
        key = rig.new_key()
        await world.post("/outside/smsgig/accounts", {"key": key, "user": "bench", "balance": "1"})
        site = open_sites(rig.site_urls(world.base))["smsgig"]
        address = f"{rig.site_urls(world.base)['smsgig']}/balance"
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as bare:
            ours = await _timed(lambda: site.balance({"api_key": key}), reads)
            floor = await _timed(lambda: bare.get(address), reads)
        await site.door.close()
        costs = [await _cpu(site, key, connections, reads) for connections in CROWDS]
    return [
        *spread("one read of a site", ours),
        ratio("one read of a site: p50 / bare httpx", ours, floor),
        *(
            Figure(name=f"CPU of a read, {connections} at once", value=cost * 1000, unit="ms")
            for connections, cost in zip(CROWDS, costs, strict=True)
        ),
    ]


async def _cpu(site: Site, key: str, connections: int, reads: int) -> float:
    """Seconds of this process's CPU for one of many reads, with so many connections in use."""
    site.door = Door(site.key, site.door.base_url, connections=connections)
    each = -(-reads // connections)

    async def some(number: int) -> None:
        for _ in range(number):
            await site.balance({"api_key": key})

    await asyncio.gather(*(some(1) for _ in range(connections)))  # connect
    begun = time.process_time()
    await asyncio.gather(*(some(each) for _ in range(connections)))
    spent = time.process_time() - begun
    await site.door.close()
    return spent / (each * connections)


async def _timed(call: Callable[[], Awaitable[object]], times: int) -> list[float]:
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        await call()
        seconds.append(time.perf_counter() - begun)
    return seconds
