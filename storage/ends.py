"""Waiting for the end of something that must not be torn: who is cancelled meanwhile is so after it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Row = TypeVar("Row")


class End(asyncio.Future[None]):
    """An end that all may wait for. Who is cancelled while they do gets CancelledError when it has come."""

    def cancel(self, msg: Any = None) -> bool:
        """No: asyncio then cancels the one who waits at their next step, which is after the end."""
        return False


async def to_its_end(work: Coroutine[Any, Any, Row]) -> Row:
    """What the work brings. Who is cancelled meanwhile waits for its end, and is cancelled then."""
    task = asyncio.ensure_future(work)
    end = End()
    task.add_done_callback(lambda _: end.set_result(None))
    try:
        await end
    except asyncio.CancelledError:
        task.cancelled() or task.exception()  # mark as seen
        raise
    return task.result()
