"""Tasks that go on late at random: what counts on one being quicker than another fails, in tests and the bot.

`make shake` runs the tests so; with `-p tests.shaken --seed N` one of them is shaken by the same dice. What a
transport tells its protocol keeps its order, as on any machine: only when a task is woken is left to chance.
A test that is about the loop's own order is marked `unshaken`.
"""

import asyncio
import random
from asyncio import tasks
from collections.abc import Callable, Mapping
from typing import Any

import pytest

SHARE = 0.3
"""Of the wakings, so many come late."""

LATE, VERY_LATE = 0.03, 0.3
"""Seconds at most; the second for one in forty of them."""


class ShakenTask(tasks._PyTask):  # type: ignore[name-defined,misc]  # the one in C can't be overridden
    """A task that now and then begins late, or learns late that what it waits for is there."""

    _chance: random.Random
    _has_begun = False

    def _Task__step(self, exc: BaseException | None = None) -> None:  # noqa: N802 - asyncio's own name
        if self._has_begun:
            super()._Task__step(exc)
        else:
            self._has_begun = True
            self._later(super()._Task__step, exc)

    def _Task__wakeup(self, future: asyncio.Future[Any]) -> None:  # noqa: N802 - asyncio's own name
        self._later(super()._Task__wakeup, future)

    def _later(self, go_on: Callable[[Any], None], given: object) -> None:
        chance = self._chance
        if chance.random() >= SHARE:
            go_on(given)
        else:
            most = VERY_LATE if chance.random() < 1 / 40 else LATE
            self._loop.call_later(chance.random() * most, go_on, given, context=self._context)


def loop_with(seed: str) -> asyncio.AbstractEventLoop:
    """An event loop whose tasks go on when chance says so."""

    class Task(ShakenTask):
        _chance = random.Random(seed)  # noqa: S311 - no secret

    def task(loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> asyncio.Task[Any]:
        made: asyncio.Task[Any] = Task(work, loop=loop, **more)
        return made

    loop = asyncio.new_event_loop()
    loop.set_task_factory(task)
    return loop


def pytest_addoption(parser: pytest.Parser) -> None:
    """The seed."""
    parser.addoption("--seed", default=str(random.randrange(10**6)), help="of the delays")  # noqa: S311 - no secret


def pytest_report_header(config: pytest.Config) -> str:
    """To be given again."""
    return f"shaken with --seed {config.option.seed}"


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Each test has delays of its own."""
    if item.get_closest_marker("unshaken"):
        return {"unshaken": asyncio.new_event_loop}
    return {"shaken": lambda: loop_with(f"{config.option.seed} {item.nodeid}")}
