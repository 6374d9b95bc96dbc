"""The way to Telegram ends as quickly as it may."""

import asyncio

import pytest

from bot.session import Session


@pytest.mark.parametrize(("base", "waits"), [("http://127.0.0.1:8081", 0), ("https://api.telegram.org", 1)])
async def test_only_tls_is_given_time_to_end(base: str, waits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    slept = list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    session = Session(base)
    await session.close()  # not open yet
    http = await session.create_session()
    monkeypatch.setattr(asyncio, "sleep", sleep)
    await session.close()
    assert http.closed
    assert len(slept) == waits
