"""How often each account may be asked: a bucket of requests for each, refilled by the site's rate."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from providers.words import Pace

BURST = 0.25
"""The share of a minute's requests that may go at once."""

MOST_COST = 2.0
"""Requests of the dearest look: a bucket must hold that many."""

SLOWER, FASTER = 0.5, 1.2
"""What a 429 makes of the rate, and what each quiet minute after it does."""

LEAST = 10.0
"""Requests a minute that are always tried, if the site's pace allows so many."""

LONGEST_FREEZE = 300.0
"""Seconds: a site that asks for more would cost every code that comes meanwhile."""


@dataclass(slots=True)
class Bucket:
    """One account's requests. `frozen_until`: the site said 429 until then."""

    pace: Pace
    clock: Callable[[], float] = time.monotonic
    rate: float = field(init=False)
    """Requests a minute: the site's pace, less where it was too much for this account."""
    tokens: float = field(init=False)
    refilled_at: float = field(init=False)
    frozen_until: float = 0.0

    def __post_init__(self) -> None:
        self.rate = float(self.pace.per_minute)
        self.tokens = self._size
        self.refilled_at = self.clock()

    @property
    def _size(self) -> float:
        return max(MOST_COST, self.rate * BURST)

    def take(self, wanted: int, *, cost: int = 1) -> int:
        """How many of the wanted looks may go now, at so many requests each."""
        self._refill()
        if self.clock() < self.frozen_until:
            return 0
        granted = min(wanted, int(self.tokens / cost))
        self.tokens -= granted * cost
        return granted

    def freeze(self, seconds: float) -> None:
        """The site wants to be left alone for so long; no longer than `LONGEST_FREEZE`."""
        if self.clock() >= self.frozen_until:  # one answer of many at once, counted once
            self.rate = max(min(LEAST, self.pace.per_minute), self.rate * SLOWER)
        until = self.clock() + min(seconds, LONGEST_FREEZE)
        self.frozen_until = max(self.frozen_until, until)

    def wait(self, *, cost: int = 1) -> float:
        """Seconds until one more look may go."""
        self._refill()
        missing = (cost - self.tokens) * 60 / self.rate
        return max(self.frozen_until - self.clock(), missing, 0.0)

    def _refill(self) -> None:
        now = self.clock()
        passed = now - self.refilled_at
        self.tokens = min(self._size, self.tokens + passed * self.rate / 60)
        if now > self.frozen_until:
            self.rate = min(float(self.pace.per_minute), self.rate * FASTER ** (passed / 60))
        self.refilled_at = now
