"""What the tests of all sites share."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest

from providers.door import Door
from providers.gearsms import GearSms
from providers.getsms import GetSms
from providers.gotsms import GotSms
from providers.gsim import Gsim
from providers.site import Site
from providers.smsgig import SmsGig
from tests.providers import getsms_kit
from tests.providers.replay import Replay

Adapter = TypeVar("Adapter", bound=Site)


@pytest.fixture
async def replay() -> AsyncIterator[Replay]:
    """A local server that answers what it is told and records what it is asked."""
    async with Replay() as server:
        yield server


@asynccontextmanager
async def before(url: str, kind: type[Adapter]) -> AsyncIterator[Adapter]:
    """A site's adapter before the recording server."""
    site = kind(Door(kind.key, url))
    yield site
    await site.door.close()


@pytest.fixture
async def gearsms(replay: Replay) -> AsyncIterator[GearSms]:
    async with before(replay.base, GearSms) as site:
        yield site


@pytest.fixture
async def getsms(replay: Replay) -> AsyncIterator[GetSms]:
    async with before(replay.base + getsms_kit.PATH, GetSms) as site:
        yield site


@pytest.fixture
async def gotsms(replay: Replay) -> AsyncIterator[GotSms]:
    async with before(replay.base, GotSms) as site:
        yield site


@pytest.fixture
async def gsim(replay: Replay) -> AsyncIterator[Gsim]:
    async with before(replay.base, Gsim) as site:
        yield site


@pytest.fixture
async def smsgig(replay: Replay) -> AsyncIterator[SmsGig]:
    async with before(replay.base, SmsGig) as site:
        yield site


@pytest.fixture
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our clock stands still, two hours behind getsms.online's."""
    monkeypatch.setattr(time, "time", lambda: getsms_kit.NOW - 7200.0)
