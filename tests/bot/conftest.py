"""What the bot's tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bench.unlimited import NoLimits
from bot import outbox
from tests.bot.rig import Rig, rig


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Rig]:
    """A bot in a world of its own, not running yet."""
    async with rig(tmp_path) as made:
        yield made


@pytest.fixture
def roomy(bot: Rig) -> None:
    """Nothing waits for a window to pass: for what is not about windows."""
    bot.app.outbox.limits = NoLimits()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back-off in hundredths: how long it grows is told by one test alone."""
    real = outbox._backoff
    monkeypatch.setattr(outbox, "_backoff", lambda letter: real(letter) / 50)
