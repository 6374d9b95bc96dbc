"""getsms.online's command reference, its one path, and a request it knows."""

from typing import Any

from providers.site import OrderRef
from providers.words import State
from tests.providers.replay import Replay, documented

EXAMPLES = documented("getsms")
KEYS = {"user": "test", "api_key": "0123456789"}
WHO = {"user": "test", "api_key": "0123456789"}
NOW = 1_600_109_000
DATE = {"Date": "Mon, 14 Sep 2020 18:43:20 GMT"}  # NOW, by the site's clock
PATH = "/api_command.php"


def answer(
    replay: Replay,
    cmd: str,
    body: object,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> None:
    replay.put("GET", PATH, body, status=status, headers=headers or DATE, query={"cmd": cmd})


def requested(**changes: Any) -> OrderRef:
    """The document's request, its number waiting for an SMS."""
    known: dict[str, Any] = {
        "id": "10000001",
        "line": "numbers",
        "picks": {"service": "Amazon"},
        "state": State.WAITING,
        "number": "+12345678901",
    }
    return OrderRef(**(known | changes))
