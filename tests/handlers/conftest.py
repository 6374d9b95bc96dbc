"""A running bot in a world of its own for each test, and Anna, who has an account where a test wants one."""

import dataclasses
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import structlog
from structlog.testing import LogCapture

from bench.unlimited import NoLimits
from bot import demo
from bot.app import App
from bot.counting import Counting
from bot.settings import Settings
from providers.door import Answer, Door, Request
from sandbox.faults import Faults
from sandbox.world import World
from tests.handlers.chat import ANNA, BORIS, Person, Town, living
from tests.tables import with_tables

SILENT = 30.0
"""Seconds of a fault that no answer is waited for in these tests."""

SOON = 0.3
"""Seconds after which a request to a silent site is given up. All others have their usual time.

A busy machine must not be taken for a site that does not answer.
"""


@pytest.fixture
def settings_of() -> Callable[[Settings], Settings]:
    """How a test's bot is set up; tests override it."""
    return lambda settings: settings


@pytest.fixture
def log() -> LogCapture:
    """What the bot logs."""
    return LogCapture()


def give_up_soon(door: Door, faults: Faults) -> None:
    """What is not going to be answered is not waited for."""
    once = door.once

    async def knowing(request: Request) -> Answer:
        fields = {**request.params, **(request.json or {})}
        if faults.silences(door.site, request.method, request.path, fields, SILENT):
            request = dataclasses.replace(request, deadline=SOON)
        return await once(request)

    door.once = knowing  # type: ignore[method-assign] # nobody else's but this test's


@pytest.fixture
async def town(
    tmp_path: Path, settings_of: Callable[[Settings], Settings], log: LogCapture
) -> AsyncIterator[Town]:
    """The bot, running."""
    structlog.configure(processors=[log], cache_logger_on_first_use=False)
    async with World(seed=7) as world:
        app = await App.build(settings_of(demo.settings(world.base, with_tables(tmp_path))))
        app.outbox.limits = NoLimits()  # what they are and do, tests/bot tells
        for middleware in app.bot.session.middleware:
            if isinstance(middleware, Counting):
                middleware.limits = app.outbox.limits
        for site in app.desk.sites.values():
            give_up_soon(site.door, world.faults)
        async with living(world, app) as town:
            yield town
    structlog.reset_defaults()


@pytest.fixture
async def anna(town: Town) -> Person:
    """Somebody who speaks English, in her private chat with the bot."""
    return await town.person(ANNA, "Anna")


@pytest.fixture
async def boris(town: Town) -> Person:
    """Somebody who speaks Russian."""
    return await town.person(BORIS, "Борис", "ru")
