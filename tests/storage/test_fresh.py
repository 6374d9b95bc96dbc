"""A new SQLite file gets what the migrations make, word for word.

After a new migration: `python -m tests.storage.test_fresh` writes `storage/fresh.sql` anew.
"""

import sqlite3
import tempfile
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from storage import db as storage_db
from storage import fresh
from storage.db import HEAD, Database


def migrated(file: Path) -> str:
    """What makes the tables that the migrations, one after the other, leave in an empty file."""
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(storage_db._MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
    return script(file)


def script(file: Path) -> str:
    """What makes the tables that are in this file, and says of which migration they are."""
    connection = sqlite3.connect(file)
    made = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
    version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    connection.close()
    made.append((f"INSERT INTO alembic_version (version_num) VALUES ('{version}')",))  # noqa: S608 - our number
    lines = fresh.BETWEEN.join(f"{statement.expandtabs(4)};" for (statement,) in made).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def test_the_script_is_what_the_migrations_make(tmp_path: Path) -> None:
    assert fresh.SCRIPT.read_text(encoding="utf-8") == migrated(tmp_path / "pinbell.db")


async def test_a_new_file_is_made_by_the_script_alone(tmp_path: Path) -> None:
    file = tmp_path / "pinbell.db"
    database = Database(f"sqlite:///{file}")
    await database.migrate()
    await database.close()
    made = script(file)
    assert made == fresh.SCRIPT.read_text(encoding="utf-8")
    assert f"'{HEAD}'" in made


async def test_a_file_that_has_anything_in_it_is_migrated(tmp_path: Path) -> None:
    """Such as one whose first start was the work of an older program."""
    file = tmp_path / "pinbell.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.close()
    database = Database(f"sqlite:///{file}")
    await database.migrate()
    await database.close()
    assert "CREATE TRIGGER share_log_no_update" in script(file)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        text = migrated(Path(folder, "pinbell.db"))
    fresh.SCRIPT.write_text(text, encoding="utf-8")
