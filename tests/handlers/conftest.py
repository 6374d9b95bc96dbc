"""A running bot in a world of its own for each test, and Anna, who has an account where a test wants one."""

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
from sandbox.world import World
from tests.handlers.chat import ANNA, BORIS, Person, Town, living
from tests.tables import with_tables

DEADLINE = 3.0
"""Seconds that a site may take here; people wait longer, tests do not."""


@pytest.fixture
def settings_of() -> Callable[[Settings], Settings]:
    """How a test's bot is set up; tests override it."""
    return lambda settings: settings


@pytest.fixture
def log() -> LogCapture:
    """What the bot logs."""
    return LogCapture()


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
            site.door.deadline = DEADLINE
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
