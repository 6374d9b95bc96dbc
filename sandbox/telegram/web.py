"""JSON in and out for `/people` and `/outside/telegram`."""

import json
from typing import Any

from aiohttp import web

from sandbox.telegram.state import Json

__all__ = ["body_of", "number", "refuse", "seconds"]


def refuse(status: int, text: str) -> web.HTTPException:
    """400 or 404 with the reason as JSON."""
    kind: type[web.HTTPException] = {400: web.HTTPBadRequest, 404: web.HTTPNotFound}[status]
    return kind(text=json.dumps({"error": text}), content_type="application/json")


async def body_of(request: web.Request) -> Json:
    """The JSON object of a request; nothing is an empty one."""
    raw = await request.read()
    try:
        body: Any = json.loads(raw) if raw else {}
        if b"\\u" in raw:
            json.dumps(body, ensure_ascii=False).encode()  # a lone surrogate is no text
    except ValueError:
        raise refuse(400, "the body is no JSON") from None
    if not isinstance(body, dict):
        raise refuse(400, "the body must be a JSON object")
    return body


def number(value: Any) -> int:
    """An integer from a path, a query or a body. Raises 400."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise refuse(400, f"not a number: {value!r}") from None


def seconds(value: Any) -> float:
    """A number of seconds from a body. Raises 400."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise refuse(400, f"not a number of seconds: {value!r}")
    return float(value)
