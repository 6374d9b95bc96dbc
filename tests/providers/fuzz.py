"""Mutated answers to every call of every site: `python -m tests.providers.fuzz --count 1000000`.

The calls are taken from what each site declares. Which documented answer belongs to which request is found
out by trying: what an adapter understands is its answer. Then answers are spoilt, as JSON and as bytes.
"""

import argparse
import asyncio
import contextlib
import copy
import dataclasses
import gc
import hashlib
import hmac
import json
import random
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from providers.door import Answer, Door, Request
from providers.errors import NoAnswer, SiteError
from providers.registry import SITES
from providers.shape import TEXT_CAP, BadShape, parse_json
from providers.site import (
    OrderRef,
    Site,
)
from providers.words import (
    Act,
    Line,
    State,
)
from tests.providers.mutations import spots
from tests.providers.replay import documented

Call = Callable[[], Awaitable[object]]

KEYS = {"api_key": "a-key-that-nobody-has", "user": "test"}
PICKS: Mapping[str, Mapping[str, str]] = {
    "gearsms": {"service": "Google", "country": "1", "carrier": "vz", "state": "CA", "duration": "3D"},
    "gsim": {
        "service": "telegram",
        "country": "russia",
        "number_type": "Local",
        "number": "+15105551234",
        "monthly_price": "1.15",
        "to": "+14155551234",
        "body": "Hello from my virtual number!",
    },
    "smsgig": {"service": "whatsapp", "area_code": "212"},
    "getsms": {"service": "Google", "markup": "10"},
    "gotsms": {"service": "uuid", "country": "uuid", "plan": "uuid"},
}
SINCE = 1_710_496_800.0
"""When a lost act was sent: before the documents' messages."""

STATUSES = (200, 200, 200, 200, 200, 201, 400, 401, 402, 404, 409, 422, 429, 500, 503)
ODD: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1, 10**18, 10**40, 1.5, -0.01, 1e29, 1e300, [], {}, [[]], [{}]),
    *("", " ", "NaN", "1e999", "-0", "0.1234567890123456", "\u202e7", "\ud800", "\0", "x" * 9000),
    *("pending", "success", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00", "+1 (202) 555-0100"),
)
WORDS = (b"NaN", b"1e999", b"-Infinity", b"9" * 5000, b"[" * 3000, b"\xff\xfe", b"\xef\xbb\xbf", b"\\ud800")
WARM_UP = 0.02
"""The part of a run after which memory is measured first: caches of modules are full then."""

GROWTH_ALLOWED = 20.0
"""MB."""

LONGEST_INT = 2**63


class Dice(random.Random):
    """Ordinary dice."""

    def spoilt(self, answer: Any) -> Any:
        """An answer with up to three values dropped, replaced, nested or doubled. May change `answer`."""
        for _ in range(self.randint(1, 3)):
            way = self.choice(spots(answer))
            if not way:
                answer = copy.deepcopy(self.choice(ODD))
                continue
            place = answer
            for key in way[:-1]:
                place = place[key]
            self._spoil(place, way[-1])
        return answer

    def _spoil(self, place: Any, key: Any) -> None:
        match self.randrange(5):
            case 0:
                del place[key]
            case 1:
                place[key] = {"data": [place[key]]}
            case 2:
                place[key] = [place[key], place[key]]
            case _:
                place[key] = copy.deepcopy(self.choice(ODD))

    def garbled(self, body: bytes) -> bytes:
        """Bytes cut, changed, or with something put in."""
        at = self.randrange(len(body) + 1)
        match self.randrange(4):
            case 0:
                return body[:at]
            case 1:
                return body[:at] + bytes([self.randrange(256)]) + body[at + 1 :]
            case 2:
                return body[:at] + self.choice(WORDS) + body[at:]
            case _:
                return self.randbytes(self.randrange(40))


class FuzzDoor(Door):
    """Answers every request from the site's document, spoilt or not. No client, no network."""

    def __init__(self, site: str, dice: Dice) -> None:
        # without the parent's, which opens a client
        self.site, self.clock_offset, self.dice = site, 0.0, dice
        self.examples = [json.dumps(one) for one in documented(site).values()]
        self.understood: defaultdict[str, set[str]] = defaultdict(set)
        self.used: list[tuple[str, str]] = []
        self.spoils = False
        self.bodies = 0

    async def once(self, request: Request) -> Answer:
        """One answer."""
        fitting = sorted(self.understood[request.call])
        example = self.dice.choice(fitting if fitting and self.dice.random() < 0.8 else self.examples)
        self.used.append((request.call, example))
        if len(self.used) > 200:
            raise AssertionError("one call asks for ever")
        return self._answer(example) if self.spoils else _answer(example.encode(), 200)

    async def read(self, request: Request) -> Answer:
        """As a door that has tried as often as it may."""
        answer = await self.once(request)
        if not answer.is_json and not 400 <= answer.status < 500:
            raise NoAnswer(self.site, request.call, reason="not-json", status=answer.status)
        return answer

    def _answer(self, example: str) -> Answer:
        self.bodies += 1
        return _answer(self.body(example), self.dice.choice(STATUSES))

    def body(self, example: str) -> bytes:
        """A spoilt example as it comes over the wire."""
        body = json.dumps(self.dice.spoilt(json.loads(example))).encode()
        return self.dice.garbled(body) if self.dice.random() < 0.15 else body


def _answer(body: bytes, status: int) -> Answer:
    try:
        return Answer(status=status, data=parse_json(body), is_json=True, headers={})
    except BadShape:
        return Answer(status=status, data=None, is_json=False, headers={})


def calls(site: Site) -> Iterator[Call]:
    """Everything that is ever asked of this site, from what it declares."""
    yield partial(site.balance, KEYS)
    for kind in ("purchase", "refund"):
        yield partial(site.transactions, KEYS, kind)
    for line in site.lines:
        yield from _calls_of_line(site, line)
        for state in (State.BIDDING, State.WAITING, State.RECEIVED):
            yield from _calls_of_order(site, line, state)
    for journal in site.journals:
        for word in ("", *journal.filters):
            yield partial(site.journal, KEYS, journal.key, word=word)


def _calls_of_line(site: Site, line: Line) -> Iterator[Call]:
    chosen = _chosen(site, line)
    yield partial(site.recent, KEYS, line.key)
    yield partial(site.quote, KEYS, line.key, chosen)
    yield partial(site.buy, KEYS, line.key, chosen)
    for choice in line.choices:
        if choice.listed:
            known = {need: chosen[need] for need in choice.needs}
            yield partial(site.options, KEYS, line.key, choice.key, known)


def _calls_of_order(site: Site, line: Line, state: State) -> Iterator[Call]:
    chosen = _chosen(site, line)
    order = OrderRef(id="10000001", line=line.key, picks=chosen, state=state, number="+12025550111")
    yield partial(site.look, KEYS, order)
    yield partial(site.glance, KEYS, order)
    yield partial(site.look_all, KEYS, [order])
    for act in line.acts:
        given = _given(act, PICKS[site.key])
        yield partial(site.act, KEYS, act.key, order, given)
        if act.choices and act.effect.costs:
            yield partial(site.act_quote, KEYS, act.key, order, given)
            yield partial(site.was_done, KEYS, act.key, order, given, SINCE)
        for choice in act.choices:
            if choice.listed:
                yield partial(site.options, KEYS, line.key, choice.key, chosen)
    for journal in line.journals:
        yield partial(site.journal, KEYS, journal.key, order=order)


def _chosen(site: Site, line: Line) -> dict[str, str]:
    picks = PICKS[site.key]
    return {choice.key: picks[choice.key] for choice in line.choices if choice.key in picks}


def _given(act: Act, picks: Mapping[str, str]) -> dict[str, str]:
    """What an act's choices could be answered with."""
    given = {
        choice.key: choice.fixed[0].id if choice.fixed else picks.get(choice.key, "1")
        for choice in act.choices
    }
    return given | ({act.switch: "on"} if act.switch else {})


async def hear(site: Site, door: FuzzDoor) -> object:
    """A spoilt webhook, rightly signed: a forged one would go no further than its signature."""
    door.bodies += 1
    body = door.body(door.dice.choice(door.examples))
    if door.dice.random() < 0.5:
        with contextlib.suppress(ValueError, TypeError, RecursionError):  # no JSON any more, or no object
            body = urlencode(json.loads(body), errors="replace").encode()
    signature = hmac.new(KEYS["api_key"].encode(), body, hashlib.sha256).hexdigest()
    return site.events(body, {"x-smsgig-signature": signature}, [KEYS])


def odd_value(value: object) -> str | None:
    """What no database and no message would take in a result; None if all of it is sane."""
    match value:
        case str():
            fine = "\0" not in value and len(value) <= TEXT_CAP
            try:
                value.encode()
            except UnicodeError:
                fine = False
            return None if fine else f"a text of {len(value)} characters: {value[:40]!r}"
        case Decimal():
            return None if value.is_finite() and abs(value) < 10**10 else f"the amount {value}"
        case bool() | float() | None:
            return None
        case int():
            return None if abs(value) < LONGEST_INT else "an endless number"
        case dict():
            inner = [*value.keys(), *value.values()]
        case list() | tuple():
            inner = list(value)
        case _ if dataclasses.is_dataclass(value):
            inner = [getattr(value, one.name) for one in dataclasses.fields(value) if one.name != "raw"]
        case _:
            return None
    return next((odd for one in inner if (odd := odd_value(one))), None)


@dataclasses.dataclass(slots=True)
class Report:
    """What came of a run."""

    bodies: int = 0
    by_site: dict[str, int] = dataclasses.field(default_factory=dict)
    endpoints: int = 0
    unhandled: int = 0
    odd_values: int = 0
    understood: int = 0
    growth_mb: float = 0.0
    examples: list[str] = dataclasses.field(default_factory=list)

    def note(self, problem: str) -> None:
        """Keep the first few to look at."""
        if len(self.examples) < 10 and problem not in self.examples:
            self.examples.append(problem)


async def fuzz(count: int, seed: int) -> Report:
    """Spoil so many bodies, the sites' in turn."""
    report, dice = Report(), Dice(seed)
    doors = {key: FuzzDoor(key, dice) for key in SITES}
    sites = {key: SITES[key](door) for key, door in doors.items()}
    known = {key: list(calls(site)) for key, site in sites.items()}
    for key, door in doors.items():
        await _learn(door, known[key])
        report.endpoints += len(door.understood)
    measured, first = 0, _resident_mb()
    while (bodies := sum(door.bodies for door in doors.values())) < count:
        if not measured and bodies >= count * WARM_UP:
            measured, first = bodies, _resident_mb()
        for key, site in sites.items():
            door = doors[key]
            door.used.clear()
            ask = dice.choice(known[key])
            await _survive(report, key, hear(site, door) if dice.random() < 0.1 else ask())
    report.growth_mb = round(_resident_mb() - first, 1)
    report.by_site = {key: door.bodies for key, door in doors.items()}
    report.bodies = bodies
    return report


async def _learn(door: FuzzDoor, known: list[Call]) -> None:
    """Find out which documented answer belongs to which request."""
    for ask in known:
        for _ in range(len(door.examples) * 8):
            door.used.clear()
            with contextlib.suppress(Exception):  # what crashes here does so again below, and counts there
                if await ask() is not None:
                    for request, example in door.used:
                        door.understood[request].add(example)
    door.spoils = True


async def _survive(report: Report, site: str, asked: Awaitable[object]) -> None:
    """Any SiteError of this site is as good as an answer; everything else is a fault of ours."""
    try:
        result = await asked
    except SiteError as error:
        if error.site != site:
            report.unhandled += 1
            report.note(f"{site}: an error of {error.site}")
    except Exception as error:  # noqa: BLE001 - what is looked for
        report.unhandled += 1
        where = error.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        line = f"{Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno}" if where else "?"
        report.note(f"{site}: {type(error).__name__} {str(error)[:80]} at {line}")
    else:
        report.understood += 1
        if (odd := odd_value(result)) is not None:
            report.odd_values += 1
            report.note(f"{site}: {type(result).__name__} holds {odd}")


def _resident_mb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def main() -> int:
    """Run, print, and fail if anything was not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="mutated bodies")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    report = asyncio.run(fuzz(given.count, given.seed))
    sys.stdout.write(json.dumps(dataclasses.asdict(report), indent=2) + "\n")
    return 1 if report.unhandled or report.odd_values or report.growth_mb >= GROWTH_ALLOWED else 0


if __name__ == "__main__":
    sys.exit(main())
