"""SMSGig's API reference, its rental a moment after the purchase, and its signature."""

import hashlib
import hmac
import time
from typing import Any

from providers.site import OrderRef
from providers.words import State
from tests.providers.replay import documented

EXAMPLES = documented("smsgig")
KEYS = {"api_key": "YOUR_API_KEY"}
WISH = {"service": "whatsapp", "area_code": "212"}


def rented(**changes: Any) -> OrderRef:
    """The document's rental a moment after it was bought, with an hour to go."""
    known: dict[str, Any] = {
        "id": "10561661",
        "line": "s1",
        "picks": WISH,
        "state": State.WAITING,
        "number": "+14052003055",
        "expires_at": int(time.time()) + 3600,
        "facts": {"ttl": 600, "multiple_sms": True, "price": "0.58"},
    }
    return OrderRef(**(known | changes))


def signed(body: bytes, key: str = "YOUR_API_KEY") -> dict[str, str]:
    return {"x-smsgig-signature": hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}
