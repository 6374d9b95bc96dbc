"""One read of a site through the door, beside one bare httpx call."""

import time
from collections.abc import Awaitable, Callable

import httpx

from bench import rig
from bench.figures import Figure, ratio, spread
from providers.registry import open_sites

READS = 500


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
    return [*spread("one read of a site", ours), ratio("one read of a site: p50 / bare httpx", ours, floor)]


async def _timed(call: Callable[[], Awaitable[object]], times: int) -> list[float]:
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        await call()
        seconds.append(time.perf_counter() - begun)
    return seconds
