"""What goes through a door in the tests, and what can go wrong with it."""

import gzip

from providers.door import Request
from tests.providers.hostile import (
    GOOD,
    PACKED,
    Behaviour,
    big,
    bombs,
    endless_headers,
    http,
    reset,
    says,
)

SECRET = "gs_live_CANARY0123456789"
SAFETY = 60.0
"""Seconds after which a hanging test fails; nothing is measured by it."""


def request(method: str = "POST", deadline: float | None = None) -> Request:
    return Request(
        method=method,
        path="/order",
        headers={"X-API-Key": SECRET},
        params={"api_key": SECRET},
        json={"service": "Google"} if method == "POST" else None,
        deadline=deadline,
    )


FAULTS: dict[str, tuple[Behaviour, str, int]] = {
    # what the server does, the reason we give, how often a read is asked
    "reset": (reset, "cut", 3),
    "closed at once": (says(b"", then_close=True), "cut", 3),
    "half a body": (says(http(GOOD, length=500), then_close=True), "cut", 3),
    "half a head": (says(b"HTTP/1.1 200 OK\r\nContent-", then_close=True), "cut", 3),
    "no HTTP at all": (says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", then_close=True), "cut", 3),
    "bad chunks": (says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "cut", 3),
    "endless headers": (endless_headers, "cut", 3),
    "cut gzip": (says(http(PACKED[:-20], "Content-Encoding: gzip")), "cut", 3),
    "gzip that is none": (says(http(GOOD, "Content-Encoding: gzip")), "cut", 3),
    "unasked encoding": (says(http(GOOD, "Content-Encoding: br")), "bad-shape", 1),
    "gzip in gzip": (says(http(gzip.compress(PACKED), "Content-Encoding: gzip, gzip")), "bad-shape", 1),
    "50 MB": (big, "too-big", 1),
    "gzip bomb": (bombs(2**28), "too-big", 1),
    "redirect": (says(http(b"", "Location: https://example.com/", status="302 Found")), "redirect", 1),
    "redirect to nowhere": (says(http(b"", status="307 Temporary Redirect")), "redirect", 1),
}
