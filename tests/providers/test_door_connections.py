"""The door's connections: how many there are, which is used again, and what becomes of callers that leave."""

import asyncio
import gc
import logging

import pytest

from providers.door import Door
from providers.errors import NoAnswer
from tests.providers.door_kit import FAULTS, SAFETY, request
from tests.providers.hostile import Hostile, http, reset, says, silence

# --- connections ---


async def test_connections_are_used_again_and_never_more_than_allowed() -> None:
    async with Hostile(says(http())) as server:
        door = Door("gearsms", server.base, connections=3)
        for _ in range(5):
            await door.once(request())
        assert server.connections == 1

        await asyncio.gather(*(door.once(request()) for _ in range(30)))
        assert server.connections <= 3
        await door.close()

        assert len(server.heads) == 35


@pytest.mark.parametrize("name", ["redirect", "50 MB", "half a body", "cut gzip"])
async def test_a_connection_on_which_something_went_wrong_is_not_used_again(name: str) -> None:
    async def once_bad(server: Hostile, writer: asyncio.StreamWriter) -> None:
        await (FAULTS[name][0] if len(server.heads) == 1 else says(http()))(server, writer)

    async with Hostile(once_bad) as server:
        door = Door("gearsms", server.base)
        with pytest.raises(NoAnswer):
            await door.once(request())
        assert (await door.once(request())).data == {"ok": True}
        await door.close()

        assert server.connections == 2


async def test_connections_that_nobody_needs_any_more_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Hostile(says(http())) as server:
        door = Door("gearsms", server.base)
        await asyncio.gather(*(door.once(request()) for _ in range(5)))
        crowd = len(server.readers)
        monkeypatch.setattr("providers.door.KEPT", -1.0)  # as if a minute had passed
        for _ in range(crowd):
            await door.once(request())
        async with asyncio.timeout(SAFETY):
            while len(server.readers) > 1:  # noqa: ASYNC110 - the server hears of it by itself
                await asyncio.sleep(0)
        await door.close()

        assert crowd > 1


async def test_a_connection_that_the_site_has_closed_meanwhile_costs_no_purchase_its_answer() -> None:
    async with Hostile(says(http(), then_close=True)) as server:
        door = Door("gearsms", server.base)
        for _ in range(3):
            assert (await door.once(request())).data == {"ok": True}
            async with asyncio.timeout(SAFETY):
                while server.readers:  # noqa: ASYNC110 - it closes by itself
                    await asyncio.sleep(0)
        await door.close()

        assert len(server.heads) == server.connections == 3


async def test_a_connection_given_up_while_tls_is_agreed_on_is_closed() -> None:
    """By the deadline of the whole, which httpcore hears of as a cancellation."""
    async with Hostile(silence) as server:
        door = Door("gearsms", server.base.replace("http:", "https:"))
        for deadline in (0.2, 2.0, 20.0):  # a busy machine may take its time to connect
            with pytest.raises(NoAnswer):
                await door.once(request(deadline=deadline))
            if server.connections:
                break
        assert server.connections == 1
        async with asyncio.timeout(SAFETY):
            while server.readers:  # noqa: ASYNC110 - the server hears of it by itself
                await asyncio.sleep(0)
        await door.close()


# --- cancelled callers ---


async def test_a_purchase_goes_on_when_its_caller_is_cancelled() -> None:
    async with Hostile(silence) as server:
        door = Door("gearsms", server.base)
        caller = asyncio.create_task(door.once(request()))
        await server.arrived.wait()

        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        server.release.set()
        await door.once(request())
        await door.once(request())
        await door.close()

        # a broken-off request would have cost its connection, and the answer would have met a closed door
        assert len(server.heads) == 3
        assert server.connections <= 2
        assert server.sent == 3 * len(http())


async def test_closing_the_door_waits_for_what_is_under_way() -> None:
    async with Hostile(silence) as server:
        door = Door("gearsms", server.base)
        purchase = asyncio.create_task(door.once(request()))
        await server.arrived.wait()

        closing = asyncio.create_task(door.close())
        await asyncio.sleep(0)
        server.release.set()
        await closing

        assert (await purchase).data == {"ok": True}


async def test_an_error_after_the_caller_left_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def reset_later(server: Hostile, writer: asyncio.StreamWriter) -> None:
        await server.release.wait()
        await reset(server, writer)

    async with Hostile(reset_later) as server:
        door = Door("gearsms", server.base)
        caller = asyncio.create_task(door.once(request()))
        await server.arrived.wait()
        caller.cancel()
        server.release.set()
        await door.close()

    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # sockets cut while connecting
async def test_after_2400_cancellations_and_timeouts_20_requests_go_through() -> None:
    async with Hostile(silence) as server:
        door = Door("gearsms", server.base, connections=10)
        for batch in range(240):
            tasks = [asyncio.create_task(door.once(request("GET", deadline=0.02))) for _ in range(10)]
            if batch % 2:  # half lose their caller, half only their patience
                await asyncio.sleep(0.005)
                for task in tasks:
                    task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        server.release.set()

        async with asyncio.timeout(SAFETY):
            answers = await asyncio.gather(*(door.once(request()) for _ in range(20)))
        await door.close()

    gc.collect()
    assert [answer.data for answer in answers] == [{"ok": True}] * 20
