"""When to look at an order next. Pure arithmetic; all in seconds.

A rental lives for months, and its messages come in bursts: most of them soon after the last sign of life.
It is looked at every root of the silence so far (docs/cadence.md), some 3,200 times in a silent month.
"""

import math
import zlib
from dataclasses import dataclass

from orders.arrivals import Arrivals

GRACE = 60
"""An order is still looked at for so long after its time is up: codes arrive late, clocks differ."""

LONGEST = 86_400
"""An order whose end the site never told is given up after a day."""

PROVEN_FOR = 86_400
"""A webhook received from the site proves for so long that webhooks work."""

SAFETY_NET = 30.0
"""With proven webhooks polling is only a net: at most this slow."""

AFTER_CODE = 15.0
"""A second code is rarer than the first."""

LONGEST_GAP = 60.0
"""However unlikely a code has become, look once a minute."""

ROUND_MS = 30_000
"""In each round an order has a moment of its own; a minute and the safety net are whole rounds."""

TOO_SOON_MS = 5_000
"""A look is never moved so near to the one before."""

FRESH = 3_600
"""A rental that somebody waits at for so long is looked at as closely as an order."""

RENTAL_GRACE = 86_400
"""A rental whose time is up may still be renewed for a day, at which the site's word ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """An order in time, by the site's clock."""

    now: float
    activated_at: float
    expires_at: float | None
    has_code: bool
    silent_since: float | None = None
    """A rental's last sign of life: bought, a message, somebody waiting. None: this is no rental."""


def next_look(
    age: Age, arrivals: Arrivals, *, floor: float, hooks_proven: bool, spread: float = 1.0
) -> float:
    """Seconds until the next look: dense while codes of this kind use to come, then ever thinner.

    `spread` stretches the wait, but never past the look right before the end.
    """
    wait = _order_wait(age, arrivals) if age.silent_since is None else _rental_wait(age, arrivals)
    if hooks_proven:
        wait = max(wait, SAFETY_NET)
    wait = max(wait, floor) * spread
    if age.expires_at is not None:
        wait = min(wait, _by_end(age, age.expires_at - age.now))
    return max(wait, floor)


def in_turn(due_ms: int, now_ms: int, key: str) -> int:
    """When to look instead, in epoch milliseconds: earlier or then, if that is a round away or more.

    By its key everything has a moment of its own in each round. Else what was looked at together, after a
    start or an outage, would be looked at together each minute: a thousand looks in six seconds.
    """
    moved = due_ms - (due_ms - zlib.crc32(key.encode())) % ROUND_MS
    is_far = due_ms - now_ms >= ROUND_MS and moved - now_ms >= TOO_SOON_MS
    return moved if is_far else due_ms


def is_over(age: Age) -> bool:
    """Whether to stop looking: time and grace are up."""
    if age.silent_since is not None:
        return age.expires_at is not None and age.now > age.expires_at + RENTAL_GRACE
    if age.expires_at is None:
        return age.now - age.activated_at > LONGEST
    return age.now > age.expires_at + GRACE


def is_hopeless(age: Age) -> bool:
    """Whether to stop looking though the site never answered: its time is up since a day."""
    if age.silent_since is not None and age.expires_at is None:
        return False  # only the site's word ends it
    return age.now > (age.expires_at or age.activated_at) + LONGEST


def after_trouble(tries: int, *, floor: float) -> float:
    """Seconds until the next look after so many failed ones in a row."""
    return float(max(floor, min(30.0, 2.0 ** min(tries, 5))))


def _order_wait(age: Age, arrivals: Arrivals) -> float:
    spent = max(age.now - age.activated_at, 0.0)
    return AFTER_CODE if age.has_code else min(arrivals.next_look(spent) - spent, LONGEST_GAP)


def _rental_wait(age: Age, arrivals: Arrivals) -> float:
    silence = max(age.now - (age.silent_since or age.now), 0.0)
    wait = math.sqrt(silence)
    return wait if silence > FRESH else min(wait, arrivals.next_look(silence) - silence)


def _by_end(age: Age, left: float) -> float:
    """Once right before the end, once right after it, then through the grace: a renewal takes its time."""
    if left > 2:
        return max(left - 2, 1.0)
    if left > 0:
        return left + 2
    return 10.0 if age.silent_since is None else max(10.0, math.sqrt(-left))
