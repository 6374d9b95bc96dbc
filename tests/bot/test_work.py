"""Workers end when they are told to, whatever happens in that very moment."""

import asyncio
from contextlib import suppress

import pytest

from bot import work


class Idle:
    """A worker with nothing to do."""

    async def step(self) -> int:
        return 0

    async def pause(self) -> float:
        return 60.0


async def test_a_ring_at_the_moment_of_the_end_does_not_keep_it_going() -> None:
    bell = asyncio.Event()
    worker = asyncio.create_task(work.work_off(Idle(), bell))
    await asyncio.sleep(0)
    bell.set()
    await asyncio.sleep(0)  # the bell's waiter is done, the worker has not gone on yet
    worker.cancel()
    done, _ = await asyncio.wait([worker], timeout=5)
    assert done
    assert worker.cancelled()


async def test_a_task_that_swallowed_its_cancellation_is_cancelled_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work, "INSIST_AFTER", 0.01)

    async def deaf() -> None:
        for _ in range(3):
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    tasks = [asyncio.create_task(deaf())]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await work.end(tasks)
    assert tasks[0].done()


async def test_a_rest_ends_with_its_time() -> None:
    await work.rest(asyncio.Event(), 0.01)
