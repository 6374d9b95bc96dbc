"""Faults: what goes wrong between the bot and the outside world, on request.

A fault waits for a request that it matches and spoils the answer to it.
With `committed` the act is done first and only the answer is lost, which is the case that costs money.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from sandbox.spoiling import KINDS, Fault, Spoiling, cut_connection, hold_up

__all__ = ["Fault", "Faults", "cut_connection"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
GIVEN = frozenset(Fault.__slots__) - {"id"}


class Faults:
    """The faults that wait, oldest first. One object serves all targets of a world."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}
        self._ids = itertools.count(1)
        self._over = asyncio.Event()
        self._enough = asyncio.Event()

    def add(self, spec: Mapping[str, object]) -> str:
        """Lay a fault and return its id. Raises ValueError for a spec that can't be meant."""
        if spec.get("kind") not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        if not spec.get("target"):
            raise ValueError("target is missing")
        if unknown := set(spec) - GIVEN:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        fault_id = str(next(self._ids))
        # only `times` means something as null (for ever); the others fall back to their defaults
        given = {key: value for key, value in spec.items() if value is not None or key == "times"}
        self._faults[fault_id] = Fault(id=fault_id, **given)  # type: ignore[arg-type] # from JSON
        return fault_id

    def list(self) -> list[dict[str, object]]:
        """All faults that still wait."""
        return [fault.as_dict() for fault in self._faults.values()]

    def remove(self, fault_id: str | None = None) -> None:
        """Remove one fault, or all. Raises KeyError for an unknown id."""
        if fault_id is None:
            self._faults.clear()
        else:
            del self._faults[fault_id]

    def silences(
        self, target: str, method: str, path: str, fields: Mapping[str, object], seconds: float
    ) -> bool:
        """Whether this request would be held up for so long or longer. Nothing is counted down."""
        return any(
            fault.kind == "timeout"
            and fault.after == 0
            and (fault.seconds is None or fault.seconds >= seconds)
            and fault.matches(target, method, path, fields)
            for fault in self._faults.values()
        )

    def take(self, target: str, method: str, path: str, fields: Mapping[str, object]) -> Fault | None:
        """The fault that hits this request, counted down; None if the request is let through.

        `path` is behind the target's base; `fields` are the query and the JSON or form body in one.
        """
        for fault in self._faults.values():
            if not fault.matches(target, method, path, fields):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    del self._faults[fault.id]
            return fault
        return None

    async def spoil(self, request: web.Request, fault: Fault, handler: Handler) -> web.StreamResponse:
        """Answer a request the way the fault says; a committed one runs the handler first for its effect."""
        answer: web.StreamResponse | None = None
        enough = self._enough
        if fault.committed and fault.kind != "down":  # a dead host has done nothing
            try:
                answer = await handler(request)
            except web.HTTPException as error:
                answer = error
        return await KINDS[fault.kind](Spoiling(request, fault, answer, self._over, enough))

    async def wait(self, request: web.Request, seconds: float) -> None:
        """Hold a request up; shorter if the client goes away or the world ends."""
        await hold_up(request, seconds, self._over, self._enough)

    def let_go(self) -> None:
        """All requests that are held up just now go on, as if their time had passed."""
        self._enough.set()
        self._enough = asyncio.Event()

    def close(self) -> None:
        """The world ends: let go of all requests that are held up."""
        self._over.set()
