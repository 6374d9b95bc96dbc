"""One site's circuit: a site that does not answer is left alone but for a probe now and then."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

LOOKS = 5
"""Looks without an answer in a row, at different orders, that open the circuit."""

FIRST_PAUSE, LONGEST_PAUSE = 3.0, 45.0
"""Seconds until the first probe, and the most between two; each pause is twice the one before."""


class Pass(Enum):
    """What may be asked of the site now."""

    ALL = auto()
    PROBE = auto()  # one look, to see whether it answers again
    NOTHING = auto()


@dataclass(slots=True)
class Circuit:
    """Closed while the site answers. A refusal is an answer too."""

    clock: Callable[[], float] = time.monotonic
    probe_at: float = 0.0
    _pause: float = 0.0
    _probing: bool = False
    _failed: int = 0
    _orders: set[str] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Whether the site is left alone."""
        return self._pause > 0

    def ask(self) -> Pass:
        """What may be asked. After PROBE one of `heard`, `silent` and `given_up` must follow."""
        if not self.is_open:
            return Pass.ALL
        if self._probing or self.clock() < self.probe_at:
            return Pass.NOTHING
        self._probing = True
        return Pass.PROBE

    def wait(self) -> float:
        """Seconds until the next probe."""
        return max(self.probe_at - self.clock(), 0.5)

    def heard(self) -> bool:
        """The site answered. Whether that closed the circuit."""
        was_open = self.is_open
        self._pause, self._probing, self._failed = 0.0, False, 0
        self._orders.clear()
        return was_open

    def silent(self, orders: Iterable[str]) -> None:
        """A look at these orders had no answer."""
        if self.is_open:
            if self._probing:
                self._rest(min(self._pause * 2, LONGEST_PAUSE))
            return
        self._failed += 1
        self._orders.update(orders)
        if self._failed >= LOOKS and len(self._orders) > 1:
            self._rest(FIRST_PAUSE)

    def given_up(self) -> None:
        """The probe could not be made."""
        self._probing = False

    def _rest(self, seconds: float) -> None:
        self._pause, self._probing, self.probe_at = seconds, False, self.clock() + seconds
