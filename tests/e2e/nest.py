"""Bots that have read their imports already: a process that does nothing else, and forks one for each start.

A start by `python -m bot run` spends three seconds on imports, every time. What is forked here is a process
like any other: with an environment, a folder and a log of its own, and mortal by SIGKILL. That the plain
command does the same is shown in test_process.py.
"""

import atexit
import contextlib
import gc
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from tests.e2e.kit import ROOT, environment

LOOK_EVERY = 0.005


@dataclass(frozen=True)
class Hatched:
    """A forked bot, used as `subprocess.Popen` is. Its exit code lies in a file: only its parent is told."""

    pid: int
    end: Path

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return int(self.end.read_text()) if self.end.exists() else -signal.SIGKILL
        return None

    def wait(self, timeout: float = 60.0) -> int:
        """The exit code, once there is one. Raises TimeoutExpired."""
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("bot", timeout)
            time.sleep(LOOK_EVERY)
        return code

    def send_signal(self, number: int) -> None:
        """As os.kill's, unless it is dead."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Nest:
    """The process that forks."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.nest"],
            cwd=ROOT,
            env=environment({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.close)

    def hatch(self, folder: Path, settings: Mapping[str, str], *, boundless: bool = False) -> Hatched:
        """A bot at work in this folder. `boundless`: it sends as fast as it can, whatever Telegram takes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        (end := folder / "exit").unlink(missing_ok=True)
        order = {"folder": str(folder), "env": environment(settings), "end": str(end), "boundless": boundless}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Hatched(int(self._process.stdout.readline()), end)

    def close(self) -> None:
        """No more forks; what was forked lives on."""
        self._process.kill()
        self._process.communicate()


@cache
def nest() -> Nest:
    """The one of this process."""
    return Nest()


def _main() -> None:
    from bot import __main__ as program  # noqa: PLC0415 - in the forking process alone, as the next
    from bot import app  # noqa: F401, PLC0415 - what takes its time

    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not kept
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            _live(program, order)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _lift_limits() -> None:
    """Telegram takes twenty messages a minute in a group: where hundreds press, all would wait for that."""
    from bot.limits import SendLimits  # noqa: PLC0415 - in the forked process alone

    lifted: dict[str, Any] = {
        "wait": lambda _limits, _chat_id, _priority: 0.0,
        "wait_for_any": lambda _limits, _priority: 0.0,
        "full": lambda _limits: ({}, None),
    }
    for name, answer in lifted.items():
        setattr(SendLimits, name, answer)


def _live(program: Any, order: Mapping[str, Any]) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["folder"])
    log = os.open("bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    random.seed()
    if order["boundless"]:
        _lift_limits()
    code = 1
    try:
        code = program.main(["run"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        Path(order["end"]).write_text(str(code))
        os._exit(code)


if __name__ == "__main__":
    _main()
