"""The command line: `python -m bot` runs it, `demo` runs it in the sandbox, `check` says what is wrong."""

import argparse
import asyncio
import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bot import lean, log  # noqa: F401 - lean first: it says what the others must not load
from bot.settings import Settings, describe

if TYPE_CHECKING:
    from bot.app import App

EXIT_SETTINGS = 2
EXIT_RUNNING = 3


def main(arguments: list[str] | None = None) -> int:
    """Read the command line. The exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Pinbell, a Telegram bot.")
    commands = parser.add_subparsers(dest="command", metavar="run | demo | check")
    commands.add_parser("run", help="run the bot (also without any word)")
    demo = commands.add_parser("demo", help="run it in a make-believe world with a chat page")
    demo.add_argument("--port", type=int, default=8088, help="port of the chat page; 0 takes a free one")
    commands.add_parser("check", help="say what is wrong with the settings")
    given = parser.parse_args(arguments)
    if given.command == "demo":
        from bot import demo as demo_module  # noqa: PLC0415 - the sandbox is needed by the demo alone

        return asyncio.run(demo_module.run(given.port))
    settings = _settings()
    if settings is None:
        return EXIT_SETTINGS
    if given.command == "check":
        from bot import check  # noqa: PLC0415 - 3 s of imports that wrong settings never need

        return asyncio.run(check.run(settings))
    log.set_up(settings.log_level, settings.log_format)
    return asyncio.run(_run(settings))


def _settings() -> Settings | None:
    try:
        return Settings.load()
    except ValidationError as error:
        for line in describe(error):
            print(line, file=sys.stderr)  # noqa: T201 - the command line's own voice
        return None


async def _run(settings: Settings) -> int:
    with _for_good():
        from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - as above: wrong settings need none of these

        from bot.app import AlreadyRunning, App  # noqa: PLC0415 - aiogram takes seconds
        from storage.vault import VaultError  # noqa: PLC0415 - as above

    try:
        await run_until_told(await App.build(settings))
    except AlreadyRunning as error:
        return _told(f"Another Pinbell already works in {error}.", EXIT_RUNNING)
    except DBAPIError as error:
        return _told(f"The database can't be used: {error.orig}.", EXIT_SETTINGS)
    except (VaultError, OSError) as error:
        return _told(f"Pinbell can't start: {error}.", EXIT_SETTINGS)
    return 0


@contextmanager
def _for_good() -> Iterator[None]:
    """What is imported here stays: not searched for garbage while it grows (a sixth of the time) or later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _told(why: str, code: int) -> int:
    print(log.redactor.text(why), file=sys.stderr)  # noqa: T201 - the command line's own voice
    return code


async def run_until_told(app: "App") -> None:
    """Run until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await app.run(stop)


if __name__ == "__main__":
    sys.exit(main())
