"""Questions that stand on cards ("Really cancel?"). No card is drawn over one that was asked just now."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from orders.desk import Desk
from storage import outbox

FRESH = 20_000
"""Milliseconds for which a card waits for the answer; what came rang anyway. A restart waits for none."""

ARRIVES = 3.0
"""Seconds for which a question waits for a card that is on its way to where it will stand."""


class Question(NamedTuple):
    """What is asked on a card."""

    until_ms: int
    """Epoch milliseconds until which the card waits for the answer."""
    place: tuple[int, int | None]
    """The chat and the message in it."""


@dataclass(slots=True)
class Questions:
    """Those that are asked, by order."""

    _asked: dict[str, Question] = field(default_factory=dict)
    _on_their_way: dict[str, asyncio.Event] = field(default_factory=dict)
    """Cards that Telegram is being told, by order: set when it has answered."""

    async def ask(self, order_id: str, place: tuple[int, int | None], now_ms: int) -> None:
        """One stands on the order's card from now on: what is on its way there has arrived, or is late."""
        self._asked = {one: asked for one, asked in self._asked.items() if asked.until_ms > now_ms}
        self._asked[order_id] = Question(now_ms + FRESH, place)
        if (arrived := self._on_their_way.get(order_id)) is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(ARRIVES):
                    await arrived.wait()

    def fresh(self, order_id: str, now_ms: int) -> Question | None:
        """The one for whose answer the order's card waits."""
        asked = self._asked.get(order_id)
        return asked if asked is not None and asked.until_ms > now_ms else None

    async def end(self, desk: Desk, order_id: str) -> None:
        """It was answered: what was put off is drawn now."""
        if self._asked.pop(order_id, None) is None:
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
