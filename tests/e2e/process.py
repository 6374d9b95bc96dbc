"""The bot as a process."""

import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import httpx

from tests.e2e.kit import PATIENCE, environment, eventually, free_port
from tests.e2e.nest import Hatched, nest
from tests.e2e.world import World

BASES = {
    "GEARSMS_URL": "/gearsms/api/v1",
    "GSIM_URL": "/gsim/api/v1",
    "SMSGIG_URL": "/smsgig/api/v1",
    "GETSMS_URL": "/getsms/api_command.php",
    "GOTSMS_URL": "/gotsms/api",
}


class BotProcess:
    """The bot with environment variables and nothing else, started as `tests.e2e.nest` does."""

    def __init__(self, world: World, folder: Path, *, boundless: bool = False, **settings: str) -> None:
        """`boundless`: without Telegram's sending limits."""
        self.world, self.folder, self.boundless = world, folder, boundless
        self.data = folder / "data"
        self.id = 8_000_000_000 + secrets.randbelow(900_000_000)
        self.port = free_port()
        token = f"{self.id}:{secrets.token_hex(18)[:35]}"
        world.secrets.sealed.add(token.partition(":")[2])
        self.settings = {
            "BOT_TOKEN": token,
            "TELEGRAM_API_URL": f"{world.base}/telegram",
            "DATA_DIR": str(self.data),
            "HTTP_PORT": str(self.port),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "DEBUG",
            **{name: world.base + path for name, path in BASES.items()},
            **settings,
        }
        self._process: Hatched | None = None
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if self._process is not None:
                self._look_for_secrets(check=kind is None)
                code = self.stop()
                assert kind is not None or code == 0, self.log()[-3000:]
            self._look_for_secrets(check=kind is None)
        finally:
            self.close()

    def close(self) -> None:
        """The end of it, whatever it does just now."""
        self.kill()
        self._http.close()

    def start(self) -> None:
        """Run until it answers."""
        self.launch()
        eventually(self._is_up, "the bot to start")

    def launch(self) -> None:
        """Begin to run."""
        self._process = nest().hatch(self.folder, self.settings, boundless=self.boundless)

    def kill(self) -> None:
        """kill -9: nothing is said, nothing is finished."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """SIGTERM: the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout=PATIENCE)
        self._process = None
        return code

    def restart(self) -> None:
        """kill -9, then a fresh start."""
        self.kill()
        self.start()

    def command(self, *words: str, **settings: str | None) -> "subprocess.CompletedProcess[str]":
        """`python -m bot ...` beside this process, with some settings changed or (None) unset."""
        changed = {name: value for name, value in (self.settings | settings).items() if value is not None}
        return subprocess.run(  # noqa: S603 - our own program with words of our tests
            [sys.executable, "-m", "bot", *words],
            cwd=self.folder,
            env=environment(changed),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def log(self) -> str:
        """All that it said so far, over all its lives."""
        return (self.folder / "bot.log").read_text()

    def get(self, path: str) -> httpx.Response:
        """One of its own pages."""
        return self._http.get(path)

    def post(self, path: str, content: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """What others call."""
        return self._http.post(path, content=content, headers=headers)

    def figure(self, name: str, **labels: str) -> float:
        """One of its metrics; 0 while nothing is counted."""
        for line in self.get("/metrics").text.splitlines():
            head, _, value = line.rpartition(" ")
            if head.startswith(f"pinbell_{name}{{") and all(f'{k}="{v}"' in head for k, v in labels.items()):
                return float(value)
        return 0.0

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()[-3000:]
        try:
            return self.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def _look_for_secrets(self, *, check: bool) -> None:
        """Whatever a test was about: nothing secret may be seen afterwards."""
        if not check:
            return
        assert not self.world.secrets.in_log(self.log())
        assert not self.world.secrets.in_files(self.data)
        key = (self.data / "secret.key").read_text().strip()
        assert key
        assert key not in self.log()
        if self._process is not None:
            assert not self.world.secrets.in_log(self.get("/metrics").text)
