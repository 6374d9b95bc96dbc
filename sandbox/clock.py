"""The world's time: one heap and one timer for everything that happens later, and time travel for tests."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable, Coroutine

Act = Callable[[], Coroutine[object, object, object] | None]


class Clock:
    """Unix time that runs like the real one, plus whatever `advance` has added."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._heap: list[tuple[float, int, Act]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[object]] = set()

    def now(self) -> float:
        """Unix time in this world, in seconds."""
        return time.time() + self._ahead

    def at(self, when: float, act: Act) -> None:
        """Do something at a time; a coroutine that it returns goes on in the background."""
        heapq.heappush(self._heap, (when, next(self._order), act))
        self._wind()

    def run_due(self) -> None:
        """Do all that is due. Called by the timer, and by each request so that no answer is late."""
        while self._heap and self._heap[0][0] <= self.now():
            _, _, act = heapq.heappop(self._heap)
            work = act()
            if work is not None:
                task = asyncio.get_running_loop().create_task(work)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        self._wind()

    async def advance(self, seconds: float) -> None:
        """Let time pass at once: everything due happens at its own moment, in order, webhooks included."""
        end = self.now() + seconds
        while self._heap and self._heap[0][0] <= end:
            self._ahead += max(0.0, self._heap[0][0] - self.now())
            self.run_due()
            await self.settle()
        self._ahead += max(0.0, end - self.now())

    async def settle(self) -> None:
        """Wait for what is going on in the background."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def clear(self) -> None:
        """Forget the future and come back to the present."""
        self._heap.clear()
        self._ahead = 0.0
        for task in self._tasks:
            task.cancel()
        self._wind()

    async def close(self) -> None:
        """End: nothing of this clock runs any more."""
        self.clear()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _wind(self) -> None:
        if not self._heap:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            return
        loop = asyncio.get_running_loop()
        delay = max(0.0, self._heap[0][0] - self.now())
        if self._timer is not None:
            if not self._timer.cancelled() and self._timer.when() <= loop.time() + delay:
                return  # an early timer finds nothing due and winds itself again
            self._timer.cancel()
        self._timer = loop.call_later(delay, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.run_due()
