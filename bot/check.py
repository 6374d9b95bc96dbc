"""`python -m bot check`: says what is wrong before it goes wrong."""

import socket
import sys
from collections.abc import AsyncIterator

from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError
from sqlalchemy.exc import DBAPIError

from bot.session import Session
from bot.settings import Settings
from storage.db import Database
from storage.vault import Vault, VaultError

TIME_OUT = 10


async def run(settings: Settings) -> int:
    """Print what works and what does not. 0 if all works."""
    fine = True
    async for name, problem in _problems(settings):
        fine = fine and problem is None
        print(f"{'ok ' if problem is None else 'BAD'} {name}{': ' + problem if problem else ''}")  # noqa: T201 - the command's own voice
    sys.stdout.flush()
    return 0 if fine else 1


async def _problems(settings: Settings) -> AsyncIterator[tuple[str, str | None]]:
    yield "settings", None
    yield "secret key", _key_problem(settings)
    yield "database", await _database_problem(settings)
    yield "Telegram", await _telegram_problem(settings)
    yield f"port {settings.http_port}", _port_problem(settings)
    if settings.public_url is None:
        yield "webhooks: PUBLIC_URL is not set, codes come by polling", None
    else:
        yield f"webhooks: {settings.public_url} must lead to this port; that is not tried from here", None


def _key_problem(settings: Settings) -> str | None:
    if settings.secret_keys:
        return None
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        Vault.from_key_file(settings.key_file)
    except (VaultError, OSError) as error:
        return str(error)
    return None


async def _database_problem(settings: Settings) -> str | None:
    database = Database(settings.database)
    try:
        await database.migrate()
    except (DBAPIError, OSError) as error:
        return type(error).__name__
    finally:
        await database.close()
    return None


def _port_problem(settings: Settings) -> str | None:
    try:
        with socket.create_server((settings.http_host, settings.http_port)):
            return None
    except OSError as error:
        return f"{settings.http_host}: {error.strerror}; does the bot run already, or another program?"


async def _telegram_problem(settings: Settings) -> str | None:
    session = Session(settings.telegram_api_url)
    bot = Bot(settings.bot_token.get_secret_value(), session=session)
    try:
        await bot.get_me(request_timeout=TIME_OUT)
    except (TelegramAPIError, ClientDecodeError) as error:
        return getattr(error, "message", type(error).__name__)
    finally:
        await session.close()
    return None
