"""Telegram's sending limits, as windows that are never exceeded at Telegram's own clock.

A message counts from the moment it sets out until its window has passed since the answer:
whenever in between Telegram saw it, no window of Telegram's holds more than ours. An edit counts in
groups and over all, but not in a private chat: who leafs through menus must not delay his own code.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from storage.outbox import Priority

SOON = 0.1
"""Seconds after which to ask again if all that fills a window is still on its way."""


@dataclass(slots=True)
class _Window:
    """At most `most` messages within `seconds`. Each step down in priority leaves `spare` of them unused."""

    most: int
    seconds: float
    spare: int
    under_way: int = 0
    done: deque[float] = field(default_factory=deque)

    def wait(self, now: float, priority: Priority) -> float:
        while self.done and self.done[0] <= now - self.seconds:
            self.done.popleft()
        excess = self.under_way + len(self.done) + 1 - (self.most - self.spare * priority)
        if excess <= 0:
            return 0.0
        return SOON if excess > len(self.done) else self.done[excess - 1] + self.seconds - now

    @property
    def is_empty(self) -> bool:
        return not self.under_way and not self.done


def _overall() -> _Window:
    return _Window(28, 1.0, spare=2)


def _chat() -> _Window:
    return _Window(5, 5.0, spare=1)  # one a second, lastingly, with short bursts


def _group(most: int) -> _Window:
    return _Window(most, 60.0, spare=4)  # edits count: room for two codes and their cards


@dataclass(slots=True)
class _Chat:
    windows: tuple[_Window, ...]
    frozen_until: float = 0.0

    def wait(self, now: float, priority: Priority) -> float:
        return max(self.frozen_until - now, *(window.wait(now, priority) for window in self.windows))


@dataclass(slots=True)
class SendLimits:
    """Who may be sent something when. Groups have negative ids."""

    clock: Callable[[], float] = time.monotonic
    group_minute: int = 20
    """What a group takes in a minute."""
    _chats: dict[int, _Chat] = field(default_factory=dict)
    _all: _Window = field(default_factory=_overall)

    def wait(self, chat_id: int, priority: Priority) -> float:
        """Seconds until one more message may go to this chat; 0: now."""
        now = self.clock()
        chat = self._chats.get(chat_id)
        return max(0.0, self._all.wait(now, priority), chat.wait(now, priority) if chat else 0.0)

    def wait_for_any(self, priority: Priority) -> float:
        """Seconds until one more message may go to any chat at all; 0: now."""
        return max(0.0, self._all.wait(self.clock(), priority))

    def full(self) -> tuple[Mapping[Priority, set[int]], float | None]:
        """The chats that can take nothing of a priority, and the seconds until the first one can again."""
        now = self.clock()
        full: defaultdict[Priority, set[int]] = defaultdict(set)
        waits = []
        for chat_id, chat in list(self._chats.items()):
            if chat.wait(now, Priority.REST) <= 0:  # so neither for anything more urgent
                if all(window.is_empty for window in chat.windows):
                    del self._chats[chat_id]
                continue
            for priority in Priority:
                if (wait := chat.wait(now, priority)) > 0:
                    full[priority].add(chat_id)
                    waits.append(wait)
        return full, min(waits, default=None)

    def begin(self, chat_id: int, *, edit: bool = False) -> None:
        """One message is on its way there. `end` must follow, whatever becomes of it."""
        for window in self._windows(chat_id, edit=edit):
            window.under_way += 1

    def end(self, chat_id: int, *, edit: bool = False) -> None:
        """It was answered, or given up."""
        now = self.clock()
        for window in self._windows(chat_id, edit=edit):
            window.under_way -= 1
            window.done.append(now)

    @contextmanager
    def counted(self, chat_id: int, *, edit: bool = False) -> Iterator[None]:
        """One message from beginning to end."""
        self.begin(chat_id, edit=edit)
        try:
            yield
        finally:
            self.end(chat_id, edit=edit)

    def freeze(self, chat_id: int, seconds: float) -> None:
        """Nothing more to this chat for so long: Telegram said so, or does not answer."""
        chat = self._chat(chat_id)
        chat.frozen_until = max(chat.frozen_until, self.clock() + seconds)

    def _windows(self, chat_id: int, *, edit: bool) -> tuple[_Window, ...]:
        return (self._all,) if edit and chat_id > 0 else (self._all, *self._chat(chat_id).windows)

    def _chat(self, chat_id: int) -> _Chat:
        if chat_id not in self._chats:
            self._chats[chat_id] = _Chat((_chat(), _group(self.group_minute)) if chat_id < 0 else (_chat(),))
        return self._chats[chat_id]


def addressed(method: Any) -> int | None:
    """The chat in which a call of this method counts as a message; None if it counts nowhere."""
    chat_id = getattr(method, "chat_id", None)
    sends = method.__api_method__.startswith(("send", "edit", "copy", "forward"))
    return chat_id if sends and isinstance(chat_id, int) else None
