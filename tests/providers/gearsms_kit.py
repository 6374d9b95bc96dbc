"""GearSMS's document, its dates, and orders as the bot would know them."""

from datetime import UTC, datetime
from typing import Any

from providers.site import OrderRef
from providers.words import State
from tests.providers.replay import documented

KEY = "gs_live_abcdef1234567890"
CREDENTIALS = {"api_key": KEY}
DOC = documented("gearsms")
TWO = {"country": "1", "service": "Google"}


def stamp(text: str) -> int:
    """Epoch seconds of the document's own dates."""
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())


def order(line: str, order_id: str = "65f2a1", **given: Any) -> OrderRef:
    """An order as the bot would know it."""
    known = {"picks": {"service": "Google"}, "state": State.WAITING, "number": "+12025550111"}
    return OrderRef(id=order_id, line=line, **{**known, **given})
