"""Whose turn it is where one is served at a time: first come, first served, but for those with patience."""

import asyncio
from heapq import heappop, heappush
from itertools import count

Turn = asyncio.Future[None]


class Turns:
    """A queue. Who has patience lets those go first who come that much later, and so never starves."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: list[tuple[float, int, Turn]] = []
        self._numbers = count()

    def ask(self, patience: float) -> Turn:
        """A turn: done when it begins. It lasts until `give`; a cancelled one never begins."""
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        if self._taken:
            heappush(self._waiting, (loop.time() + patience, next(self._numbers), turn))
        else:
            self._taken = True
            turn.set_result(None)
        return turn

    def give(self) -> None:
        """The turn is over, and the next one's begins."""
        self._taken = self.is_wanted
        if self._taken:
            heappop(self._waiting)[2].set_result(None)

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits."""
        while self._waiting and self._waiting[0][2].done():
            heappop(self._waiting)  # cancelled meanwhile
        return bool(self._waiting)
