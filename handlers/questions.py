"""Questions that stand on cards ("Really cancel?"). No card is drawn over one that was asked just now."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from orders.desk import Desk
from storage import outbox

FRESH = 20_000
"""Milliseconds for which a card waits for the answer; what came rang anyway. A restart waits for none."""

ARRIVES = 3.0
"""Seconds for which a question waits for a card that is on its way to where it will stand."""


Place = tuple[int, int | None]
"""A chat and a message in it."""


@dataclass(slots=True)
class Questions:
    """Those that are open, by order: until when, in epoch milliseconds, and on which message."""

    _until: dict[str, int] = field(default_factory=dict)
    _places: dict[str, Place] = field(default_factory=dict)
    _on_their_way: dict[str, asyncio.Event] = field(default_factory=dict)
    """Cards that Telegram is being told, by order: set when it has answered."""

    async def ask(self, order_id: str, place: Place, now_ms: int) -> None:
        """One stands on the order's card from now on: what is on its way there has arrived, or is late."""
        self._until = {one: until for one, until in self._until.items() if until > now_ms}
        self._places = {one: place for one, place in self._places.items() if one in self._until}
        self._until[order_id], self._places[order_id] = now_ms + FRESH, place
        if (arrived := self._on_their_way.get(order_id)) is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(ARRIVES):
                    await arrived.wait()

    def until(self, order_id: str, now_ms: int) -> int | None:
        """Until when the card waits for an answer. None: there is no question, or an old one."""
        until = self._until.get(order_id)
        return until if until is not None and until > now_ms else None

    def stands_at(self, order_id: str, place: Place) -> bool:
        """Whether it is there that the order's question stands, or stood."""
        return self._places.get(order_id) == place

    async def end(self, desk: Desk, order_id: str) -> None:
        """It was answered: what was put off is drawn now."""
        self._places.pop(order_id, None)
        if self._until.pop(order_id, None) is None:
            return
        async with desk.db.transaction() as connection:
            await outbox.hasten_card(connection, order_id, desk.now_ms())
        desk.bells.outbox.set()

    @contextmanager
    def later_than_card(self, order_id: str) -> Iterator[None]:
        """What is asked meanwhile is asked after the order's card, which Telegram is being told."""
        arrived = self._on_their_way[order_id] = asyncio.Event()
        try:
            yield
        finally:
            if self._on_their_way.get(order_id) is arrived:  # else a newer one is, in another chat
                del self._on_their_way[order_id]
            arrived.set()
