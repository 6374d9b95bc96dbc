"""How long a code waits where a thousand other messages are queued before it."""

import asyncio
import tempfile
from pathlib import Path

from bench import rig, webhook
from bench.figures import Figure, percentile

CODES = 20
RATE = 2.0

SETTLE = 3.0
"""Seconds after a start in which it looks at all orders at once: what that costs, `many` tells."""


async def measure(*, small: bool) -> list[Figure]:
    """Cards queue for all chats; then codes come by webhook."""
    queued = 200 if small else 1000
    with tempfile.TemporaryDirectory(prefix="pinbell-bench-") as folder:
        async with rig.world() as world:
            calls, _ = await webhook.prepare(world, Path(folder), queued + CODES, cards=queued)
            async with rig.bot(world, Path(folder)) as running:
                await asyncio.sleep(SETTLE)
                stream = await webhook.send(world, running.bot_url, calls[queued:], RATE)
    name = f"a code's wait with {queued} messages queued"
    return [
        Figure(
            name=f"{name}, p50", value=percentile(stream.arrived, 0.5) * 1000, unit="ms", goal="<= 200 ms"
        ),
        Figure(name=f"{name}, longest", value=max(stream.arrived) * 1000, unit="ms", goal="<= 200 ms"),
        Figure(name="codes that did not arrive", value=stream.lost, unit="", goal="0"),
    ]
