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
    done, _ = await asyncio.wait([worker], timeout=60)
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
    async with asyncio.timeout(60):
        await work.end(tasks)
    assert tasks[0].done()


async def test_a_rest_ends_with_its_time() -> None:
    await work.rest(asyncio.Event(), 0.01)


class Heap:
    """A worker with more than it takes up at once."""

    def __init__(self, batches: int) -> None:
        self.left = batches
        self.asked: list[str] = []
        self.done = asyncio.Event()

    async def step(self) -> int:
        self.asked.append("step")
        self.left -= 1
        return 100

    async def pause(self) -> float:
        self.asked.append("pause")
        if self.left:
            return 0.0
        self.done.set()
        return 60.0


async def test_what_one_step_leaves_is_taken_up_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "SHORTEST_REST", 0.0)
    heap = Heap(3)
    worker = asyncio.create_task(work.work_off(heap, asyncio.Event()))
    async with asyncio.timeout(60):
        await heap.done.wait()
    worker.cancel()
    assert heap.asked == ["step", "pause"] * 3, "and nothing is asked that nobody needs to know"
