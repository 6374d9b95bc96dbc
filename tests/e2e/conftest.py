"""A world and a bot for each file; people and accounts are new in each test."""

from collections.abc import Iterator

import pytest

from tests.e2e.process import BotProcess
from tests.e2e.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world outside, as a process."""
    with World(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(scope="module")
def bot(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotProcess]:
    """The bot by polling. When it is ended, its log, its pages and its files are searched for secrets."""
    with BotProcess(world, tmp_path_factory.mktemp("bot")) as bot:
        yield bot
    assert "Traceback" not in bot.log()


@pytest.fixture(autouse=True)
def fair_weather(world: World) -> Iterator[None]:
    """No fault outlives its test."""
    yield
    world.heal()
