"""How soon codes come after a number is bought, and what that means for when to look.

docs/cadence.md derives the rule: looks are spent best at a rate that grows with the square root of
(density of arrivals / share still waiting). Everything here is arithmetic on a table of ages.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

EDGES: tuple[float, ...] = (
    *range(21),
    *range(22, 41, 2),
    *range(45, 91, 5),
    *range(100, 301, 20),
    *range(360, 901, 60),
    1200,
    1800,
    3600,
)
"""Bounds of the ages in seconds. Within one, arrivals are taken as evenly spread."""

NEVER = -1
"""Stands for the orders to which no code came."""

PRIOR_WEIGHT = 20.0
"""The prior counts as so many orders: a service's own history outweighs it soon."""

PRIOR_MEDIAN = 11.0
PRIOR_SIGMA = 0.6
PRIOR_NEVER = 0.15
"""Codes come log-normally around 11 s (95 % between 3 s and 36 s); to one of seven orders none comes."""

REQUESTS = 8.0
"""Looks to spend for each code that comes. Where codes come close together the site's floor saves half."""


def bucket_of(age: float) -> int:
    """Which bucket an age in seconds falls into."""
    return min(max(bisect_right(EDGES, age) - 1, 0), len(EDGES) - 2)


@dataclass(frozen=True)
class Arrivals:
    """A distribution of first codes: shares by bucket, the rest never comes."""

    shares: Sequence[float]

    @classmethod
    def learn(cls, *counted: Mapping[int, float]) -> "Arrivals":
        """From the prior and any number of counts by bucket (`NEVER` counts too)."""
        shares = [PRIOR_WEIGHT * share for share in _prior()]
        total = PRIOR_WEIGHT
        for counts in counted:
            total += sum(counts.values())
            for bucket, count in counts.items():
                if bucket != NEVER:
                    shares[bucket] += count
        return cls([share / total for share in shares])

    @cached_property
    def looks(self) -> Sequence[float]:
        """Looks due until each edge, for `REQUESTS` a delivered code: a density summed up, so not whole."""
        rates, waiting = [], 1.0
        for share, width in zip(self.shares, _WIDTHS, strict=True):
            density, left = share / width, waiting - share / 2
            rates.append(math.sqrt(density / max(left, 1e-9)))
            waiting -= share
        spent = self._expected(rates)
        scale = REQUESTS * sum(self.shares) / spent if spent else 0.0
        summed = [0.0]
        for rate, width in zip(rates, _WIDTHS, strict=True):
            summed.append(summed[-1] + scale * rate * width)
        return summed

    def next_look(self, age: float) -> float:
        """The age at which the next look is due, if the last one was at this age."""
        wanted = self._looks_until(age) + 1.0
        if wanted >= self.looks[-1]:
            return math.inf
        bucket = bisect_right(self.looks, wanted) - 1
        done, step = self.looks[bucket], self.looks[bucket + 1] - self.looks[bucket]
        return EDGES[bucket] + _WIDTHS[bucket] * (wanted - done) / step

    def _looks_until(self, age: float) -> float:
        if age >= EDGES[-1]:
            return self.looks[-1]
        bucket = bucket_of(age)
        share = (age - EDGES[bucket]) / _WIDTHS[bucket]
        return self.looks[bucket] + share * (self.looks[bucket + 1] - self.looks[bucket])

    def _expected(self, rates: Sequence[float]) -> float:
        """Looks an order gets at these rates until its code comes, on average."""
        looks, waiting = 0.0, 1.0
        for rate, share, width in zip(rates, self.shares, _WIDTHS, strict=True):
            looks += rate * width * (waiting - share / 2)
            waiting -= share
        return looks


_WIDTHS = tuple(upper - lower for lower, upper in pairwise(EDGES))


def _prior() -> list[float]:
    def until(age: float) -> float:
        if age <= 0:
            return 0.0
        z = math.log(age / PRIOR_MEDIAN) / PRIOR_SIGMA
        return (1 - PRIOR_NEVER) * 0.5 * (1 + math.erf(z / math.sqrt(2)))

    return [until(upper) - until(lower) for lower, upper in pairwise(EDGES)]
