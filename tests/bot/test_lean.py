"""What an idle bot has in memory, and what it leaves on the disk."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

HIDDEN = {"click", "pygments", "rich"}
"""`bot.lean.UNUSED`, which is not imported here: it would hide them from the tests' own tools too."""

WHEN_NEEDED = {
    "alembic",
    "asyncpg",
    "phonenumbers",
    "prometheus_client",
    "rapidfuzz",
    "sandbox",
    "sentry_sdk",
}
"""For migrations, PostgreSQL, typed digits, figures, misspelt names, the demo, reports."""

STARTED = (
    "import sys; from bot import __main__, app; print(*(one for one in sys.modules if sys.modules[one]))"
)


def test_a_start_loads_nothing_that_an_idle_bot_does_not_need() -> None:
    """None of it is much alone; all together were a tenth of its memory."""
    command = [sys.executable, "-c", STARTED]
    start = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    loaded = start.stdout.split()
    assert {"httpx", "structlog"} <= set(loaded)
    assert (HIDDEN | WHEN_NEEDED) & {name.partition(".")[0] for name in loaded} == set()
    assert "sqlalchemy.dialects.postgresql" not in loaded


def test_what_is_hidden_is_needed_by_nothing_that_runs() -> None:
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements-run.lock").read_text(), re.MULTILINE)
    assert "httpx" in locked
    assert set(locked) & HIDDEN == set()
