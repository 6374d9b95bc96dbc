"""Questions that stand on cards ("Really cancel?"). No card is drawn over one that was asked just now."""

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from orders.desk import Desk
from storage import outbox
from storage.outbox import Letter

FRESH = 20_000
"""Milliseconds for which a card waits for the answer; what came rang anyway. A restart waits for none."""


@dataclass(slots=True)
class Questions:
    """Those that are open, by order: until when, in epoch milliseconds."""

    _until: dict[str, int] = field(default_factory=dict)

    def ask(self, order_id: str, now_ms: int) -> None:
        """One stands on the order's card from now on."""
        self._until = {one: until for one, until in self._until.items() if until > now_ms}
        self._until[order_id] = now_ms + FRESH

    def until(self, order_id: str, now_ms: int) -> int | None:
        """Until when the card waits for an answer. None: there is no question, or an old one."""
        until = self._until.get(order_id)
        return until if until is not None and until > now_ms else None

    async def end(self, desk: Desk, order_id: str) -> None:
        """It was answered: what was put off is drawn now."""
        if self._until.pop(order_id, None) is None:
            return
        async with desk.db.transaction() as connection:
            await outbox.hasten_card(connection, order_id, desk.now_ms())
        desk.bells.outbox.set()

    async def put_off(self, connection: AsyncConnection, desk: Desk, card: Letter) -> bool:
        """Whether a question stands where this card would: it is drawn after that."""
        until = self.until(card.order_id or "", desk.now_ms())
        if until is not None:
            await outbox.put(connection, card, until)
        return until is not None
