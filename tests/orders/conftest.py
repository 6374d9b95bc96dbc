"""A scene for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import stamina
import structlog

from tests.orders.scene import Scene


@pytest.fixture(autouse=True)
def no_back_off() -> Iterator[None]:
    """What is repeated is repeated as often, but at once."""
    stamina.set_testing(True, attempts=100, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    """Tracebacks as plain text: structlog's colourful ones take a second each."""
    renderer = structlog.processors.KeyValueRenderer(key_order=["event"])
    structlog.configure(processors=[structlog.processors.format_exc_info, renderer])
    yield
    structlog.reset_defaults()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A desk in front of a world of its own."""
    async with Scene(tmp_path) as scene:
        yield scene
