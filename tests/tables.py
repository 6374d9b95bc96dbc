"""Databases that have their tables already: to migrate takes longer than most tests."""

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from storage.db import Database

FILE = "pinbell.db"


def with_tables(folder: Path) -> Path:
    """The data folder of a bot that was started once: with an empty database, if it had none."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (file := folder / FILE).exists():
        file.write_bytes(_migrated())
    return folder


@cache
def _migrated() -> bytes:
    """What a first start makes of nothing: what the migrations make, see storage/test_fresh.py."""
    with tempfile.TemporaryDirectory() as folder:
        migrate(f"sqlite:///{folder}/{FILE}")
        return Path(folder, FILE).read_bytes()


def migrate(url: str) -> None:
    """Make the tables there. In a loop of its own: a test's may be running here."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _migrate(url)).result()


async def _migrate(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()
