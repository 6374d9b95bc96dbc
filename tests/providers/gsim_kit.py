"""The document's rental and its messages, for the tests of rentals."""

import time
from typing import Any

from providers.gsim import Gsim
from providers.site import OrderRef, Sms
from providers.words import State
from tests.providers.replay import documented

DOCUMENT = documented("gsim")
KEY = {"api_key": "2s_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}
PICKS = {"country": "US", "number_type": "Local", "number": "+15105551234", "monthly_price": "1.15"}
LINE = next(line for line in Gsim.lines if line.key == "rentals")
PATH, SMS, CALLS = "/rentals/cma...", "/rentals/cma.../sms", "/rentals/cma.../calls"
RENEWS = 1_713_139_200
CODE_AT, CALL_AT = 1_710_497_100, 1_710_497_400
CODE = Sms(text="Your verification code is 123456", id="cma...", at=CODE_AT, sender="+14155551234")
TO_SEND = {"to": "+14155551234", "body": "Hello from my virtual number!"}
DAY = 86_400


def order(**changes: Any) -> OrderRef:
    """The document's rental, whose renewal is far off."""
    known: dict[str, Any] = {
        "state": State.WAITING,
        "number": "+15105551234",
        "expires_at": int(time.time()) + 20 * DAY,
        "facts": {"auto_renew": True},
    }
    return OrderRef(id="cma...", line="rentals", picks=PICKS, **(known | changes))


def listed(**changes: Any) -> dict[str, Any]:
    example: dict[str, Any] = DOCUMENT["rentals"]["rentals"][0]
    return {"rentals": [example | changes], "total": 1, "page": 1}


def messages(*changed: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    example: dict[str, Any] = DOCUMENT["rental messages"]["messages"][0]
    rows = [example | change for change in changed]
    return {"messages": rows, "total": len(rows) if total is None else total}


def sent(**changes: Any) -> dict[str, Any]:
    """The SMS of `TO_SEND`, as the list would show it."""
    row = {"direction": "OUTBOUND", "from": "+15105551234", "status": "queued", **TO_SEND}
    return row | {"id": "sent", "createdAt": "2024-03-15T10:05:00.000Z"} | changes
