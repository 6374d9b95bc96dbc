"""What the tests from end to end stand on. Only a forger (`forgery`) reads more of the bot than its chat.

Everything goes over HTTP, signals, environment variables and files: nobody reaches into the bot.
"""

import contextlib
import itertools
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

Json = dict[str, Any]
Found = TypeVar("Found")

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0
"""Seconds until a test gives up waiting: generous, because a busy machine is no failure."""


def eventually(look: Callable[[], Found | None], what: str, *, patience: float = PATIENCE) -> Found:
    """Look again and again until there is something. Fails with `what` else."""
    end = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"waited {patience:.0f} s in vain for {what}"
        time.sleep(0.05)


_EACH = 700
"""Ports for each process of a test run."""

_NUMBERS = itertools.count(os.getpid())
"""Other runs at the same time begin elsewhere."""


@dataclass
class Secrets:
    """All that must never be seen; the kit notes it wherever it is made."""

    sealed: set[str] = field(default_factory=set)
    """Neither in the log nor plain in the database: keys, tokens, codes, texts."""
    numbers: set[str] = field(default_factory=set)
    """Phone numbers, digits only: not in the log."""

    def in_log(self, text: str) -> set[str]:
        """What a log or a page gives away."""
        return {secret for secret in self.sealed | self.numbers if secret in text}

    def in_files(self, folder: Path) -> set[str]:
        """What the files of a data folder give away, but for the key file, which is meant to be secret."""
        kept = [file.read_bytes() for file in folder.iterdir() if file.name != "secret.key"]
        assert kept, "a data folder holds files"
        return {secret for secret in self.sealed for content in kept if secret.encode() in content}


def free_port() -> int:
    """A port that nobody uses, and that nobody is given.

    Its bot may come and go: one that the system hands out (from 32768 on) could be another's by then.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for _ in range(_EACH):
        mine = 20_000 + worker % 16 * _EACH + next(_NUMBERS) % _EACH
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", mine))
            return mine
    raise AssertionError("no port is free")


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """These settings, and of what stands around only what Python (and its coverage) needs to run."""
    around = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", "HOME", "LANG"} or name.startswith("COVERAGE_")
    }
    return around | {"PYTHONPATH": str(ROOT)} | dict(settings)
