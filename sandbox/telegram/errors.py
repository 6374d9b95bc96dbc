"""The Bot API's refusals, by their exact text."""

from typing import Any

__all__ = ["ApiError", "bad", "conflict", "forbidden"]


class ApiError(Exception):
    """A call that is refused: what the bot gets with `ok: false`."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON object of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad(text: str, **parameters: Any) -> ApiError:
    """400 with `Bad Request: ` before the text."""
    return ApiError(400, f"Bad Request: {text}", parameters or None)


def forbidden(text: str) -> ApiError:
    """403 with `Forbidden: ` before the text."""
    return ApiError(403, f"Forbidden: {text}")


def conflict(text: str) -> ApiError:
    """409 with `Conflict: ` before the text."""
    return ApiError(409, f"Conflict: {text}")
