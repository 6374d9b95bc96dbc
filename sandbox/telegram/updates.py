"""A bot's updates, from where they happen to where they are confirmed."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.telegram.errors import conflict
from sandbox.telegram.state import Json

__all__ = ["KINDS", "Update", "Updates"]

DAY = 24 * 3600.0
KEPT = {"callback_query": 150.0, "inline_query": 30.0}  # seconds; all others a day
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KINDS = frozenset(
    {
        *(
            "message",
            "edited_message",
            "channel_post",
            "edited_channel_post",
            "callback_query",
            "inline_query",
        ),
        *(
            "chosen_inline_result",
            "my_chat_member",
            "chat_member",
            "message_reaction",
            "message_reaction_count",
        ),
    }
)
TERMINATED = "terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """Something that happened, and until when it is of use."""

    id: int
    kind: str
    lane: tuple[str, int]  # updates of one lane reach a webhook in order
    until: float
    body: Json


class Updates:
    """Waiting updates of one bot, oldest first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._next = 100_000_001
        self.waiting: deque[Update] = deque()
        self.allowed: list[str] | None = None
        self.on_new: Callable[[Update], None] | None = None  # a webhook listens
        self._closed = False
        self._poller: asyncio.Future[str | None] | None = None  # done: None to look again, or why to give up

    def wants(self, kind: str) -> bool:
        """Whether the bot asked for updates of this kind."""
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def allow(self, kinds: list[str]) -> None:
        """Take only these kinds from now on; none given means the default ones."""
        self.allowed = [kind for kind in kinds if isinstance(kind, str)] or None

    def push(self, kind: str, lane: int, body: Json) -> None:
        """Something happened."""
        if not self.wants(kind):
            return
        update_id, self._next = self._next, self._next + 1
        until = self._clock() + KEPT.get(kind, DAY)
        group = kind if kind in KEPT else "chat"
        update = Update(update_id, kind, (group, lane), until, {"update_id": update_id, kind: body})
        self.waiting.append(update)
        if self.on_new:
            self.on_new(update)
        self._wake(None)

    async def poll(self, offset: int, limit: int, patience: float) -> list[Json]:
        """Confirm what is before the offset, wait for what comes. Raises ApiError 409 if another polls."""
        self._wake(TERMINATED)
        self._confirm(offset)
        found = self.fresh()[:limit]
        if found or patience <= 0:
            return [update.body for update in found]
        end = asyncio.get_running_loop().time() + patience
        while not found and not self._closed and (left := end - asyncio.get_running_loop().time()) > 0:
            await self._something(left)
            found = self.fresh()[:limit]
        return [update.body for update in found]

    def fresh(self) -> list[Update]:
        """What waits and is not too old."""
        now = self._clock()
        if any(update.until < now for update in self.waiting):
            self.waiting = deque(update for update in self.waiting if update.until >= now)
        return list(self.waiting)

    def expired(self, update: Update) -> bool:
        """Whether it is of no use any more, or was dropped."""
        return update.until < self._clock() or update not in self.waiting

    def done(self, update: Update) -> None:
        """A webhook took it."""
        if self.waiting and self.waiting[0] is update:
            self.waiting.popleft()
        elif update in self.waiting:
            self.waiting.remove(update)

    def stop_polling(self, why: str) -> None:
        """End a poll that waits with a conflict."""
        self._wake(why)

    def close(self) -> None:
        """Let a poll that waits go home with nothing."""
        self._closed = True
        self._wake(None)

    async def _something(self, seconds: float) -> None:
        poller = self._poller = asyncio.get_running_loop().create_future()
        try:
            reason = await asyncio.wait_for(poller, seconds)
        except TimeoutError:
            return
        finally:
            if self._poller is poller:
                self._poller = None
        if reason:
            raise conflict(reason)

    def _wake(self, reason: str | None) -> None:
        if self._poller and not self._poller.done():
            self._poller.set_result(reason)

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.waiting) > -offset:
                self.waiting.popleft()
        while self.waiting and self.waiting[0].id < offset:
            self.waiting.popleft()
