"""How fast a bot may send: 30/s over all, about 1/s in a chat, 20/min in a group with edits counted in.

In a private chat edits don't count: what is documented there speaks of messages.
"""

from collections import deque
from collections.abc import Callable
from math import ceil

from sandbox.telegram.errors import ApiError
from sandbox.telegram.state import Chat

__all__ = ["SendingLimits", "too_many"]

ALL = (30, 1.0)  # so many in so many seconds
PRIVATE = (5, 5.0)  # 1/s with short bursts
GROUP = (20, 60.0)


def too_many(seconds: float) -> ApiError:
    """429 with the time to wait."""
    wait = max(1, ceil(seconds))
    return ApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})


class SendingLimits:
    """Windows of what was sent. Off unless asked for."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.on = False
        self._clock = clock
        self._sent: dict[object, deque[float]] = {}

    def check(self, bot_id: int, chat: Chat, *, edit: bool = False) -> None:
        """Count one message or edit. Raises ApiError 429 if it is one too many; then it is not counted."""
        if not self.on:
            return
        now = self._clock()
        windows: list[tuple[object, tuple[int, float]]] = [((bot_id,), ALL)]
        if chat.kind != "private":
            windows.append(((bot_id, chat.id), GROUP))
        elif not edit:
            windows.append(((bot_id, chat.id), PRIVATE))
        waits = [self._wait(key, now, *window) for key, window in windows]
        if max(waits) > 0:
            raise too_many(max(waits))
        for key, _ in windows:
            self._sent[key].append(now)

    def clear(self) -> None:
        """Forget what was sent."""
        self._sent.clear()

    def _wait(self, key: object, now: float, most: int, seconds: float) -> float:
        sent = self._sent.setdefault(key, deque())
        while sent and sent[0] <= now - seconds:
            sent.popleft()
        return sent[0] + seconds - now if len(sent) >= most else 0.0
