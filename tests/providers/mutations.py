"""Documented answers, mutated: what a site might send on a bad day, through the adapter's own door."""

import asyncio
import contextlib
import copy
import json
from collections.abc import Awaitable
from typing import Any

from hypothesis import strategies as st

from providers.door import Answer, Door, Request
from providers.errors import SiteError
from providers.shape import BadShape, parse_json

ODD: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([None, True, -1, 0, 10**40, 1.5, 1e29, [], {}, [[]], [{}]]),
    st.sampled_from(["", " ", "NaN", "1e999", "-0", "\u202e7", "\ud800", "\0", "x" * 9000]),
    st.text(max_size=12),
)


def spots(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all values inside a JSON value, itself included."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(spot for key, each in inner for spot in spots(each, (*way, key)))]


@st.composite
def mutated(draw: st.DrawFn, answer: Any) -> Any:
    """An answer with up to three values dropped, replaced or nested."""
    answer = copy.deepcopy(answer)
    for _ in range(draw(st.integers(1, 3))):
        way = draw(st.sampled_from(spots(answer)))
        if not way:
            answer = copy.deepcopy(draw(ODD))
            continue
        place, last = answer, way[-1]
        for key in way[:-1]:
            place = place[key]
        match draw(st.sampled_from(["drop", "replace", "nest"])):
            case "drop":
                del place[last]
            case "replace":
                place[last] = copy.deepcopy(draw(ODD))  # the sampled lists are shared
            case _:
                place[last] = {last if isinstance(last, str) else "data": [place[last]]}
    return answer


class CannedDoor(Door):
    """A door that gives one answer to everything, as it would come over the wire."""

    def __init__(self, site: str, answer: Any, status: int) -> None:
        # without the parent's: a real client costs 20 ms, and there are hundreds of examples
        self.site, self.clock_offset = site, 0.0
        try:
            is_json, data = True, parse_json(json.dumps(answer).encode())
        except BadShape:  # a number beyond all range
            is_json, data = False, None
        self.answer = Answer(status=status, data=data, is_json=is_json, headers={})

    async def once(self, request: Request) -> Answer:
        """The answer."""
        return self.answer

    read = once


def survives(ask: Awaitable[object]) -> None:
    """Ask; any SiteError is as good as an answer, everything else is a fault of ours."""

    async def run() -> None:
        with contextlib.suppress(SiteError):
            await ask

    asyncio.run(run())
