"""Workers: they do what is due, rest, come back after a failure, and end when told to."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any, Protocol

import structlog
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramRetryAfter

log = structlog.get_logger(__name__)

RESTART_AFTER = 1.0
SHORTEST_REST = 0.02
"""Seconds, also where more is due than one step took up: others have their turn."""

INSIST_AFTER = 1.0
"""Seconds after which a task that goes on though it was cancelled is cancelled once more."""


class Worker(Protocol):
    """Something that does what is due and says how long it may rest."""

    async def step(self) -> int:
        """Do what is due."""

    async def pause(self) -> float:
        """Seconds to rest: what the step has found, with what its work has found since."""


async def rest(bell: asyncio.Event, seconds: float) -> None:
    """Until somebody rings, or the time is up.

    Not by `asyncio.wait_for`: before Python 3.12 it forgets a cancellation that comes with the ring.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await bell.wait()


async def work_off(worker: Worker, bell: asyncio.Event) -> None:
    """Do what is due, rest until the next is due or somebody rings."""
    while True:
        bell.clear()
        await worker.step()
        await rest(bell, max(SHORTEST_REST, await worker.pause()))


async def for_ever(work: Callable[[], Awaitable[None]]) -> None:
    """A worker that fails is logged and begun again: the others don't notice."""
    while True:
        pause = RESTART_AFTER
        try:
            await work()
        except TelegramRetryAfter as error:
            pause = max(pause, error.retry_after)
        except (TelegramAPIError, ClientDecodeError) as error:
            log.warning("telegram does not answer", error=str(error)[:200])
        except Exception as error:
            log.exception("worker failed", exc_info=error)
        await asyncio.sleep(pause)


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel these, and again if a library between swallowed it: an end must never wait for ever."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        pending = (await asyncio.wait(pending, timeout=INSIST_AFTER))[1]
    await asyncio.gather(*tasks, return_exceptions=True)  # what they raised is seen
