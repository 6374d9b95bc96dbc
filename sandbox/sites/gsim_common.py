"""gsim.io: what orders and rentals share: errors with codes, the bearer key, identifiers, pages."""

import string
from typing import ClassVar

from sandbox.sites.call import Call, Refused
from sandbox.sites.orders import Account
from sandbox.sites.places import load
from sandbox.sites.site import Site

CODES = {
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "INSUFFICIENT_BALANCE": 402,
    "RATE_LIMITED": 429,
    "VALIDATION_ERROR": 400,
    "PROVIDER_ERROR": 503,
    "CONFLICT": 409,
}


class GsimCommon(Site):
    """The envelope of errors."""

    name = "gsim"
    title = "gsim.io"
    base = "/gsim/api/v1"
    by_status: ClassVar[dict[int, str]] = {status: code for code, status in CODES.items()}

    def reset(self) -> None:
        super().reset()
        self.catalog = load("gsim.json")

    def error(self, code: str, text: str) -> Refused:
        """`{"error", "code"}` with the code's HTTP status."""
        return Refused(CODES[code], {"error": text, "code": code})

    def poor(self) -> Refused:
        """402."""
        return self.error("INSUFFICIENT_BALANCE", "Insufficient balance to complete purchase")

    def refusal(self, status: int, text: str) -> Refused:
        words = {401: "Missing or invalid API key", 429: "Rate limit exceeded — retry after 60 seconds"}
        code = self.by_status.get(status, "VALIDATION_ERROR")  # 405 has no code of its own
        return Refused(status, {"error": words.get(status, text), "code": code})

    def key(self, call: Call) -> str | None:
        return call.bearer

    def authenticate(self, call: Call) -> Account:
        account = super().authenticate(call)
        if account.revoked:
            raise self.error("FORBIDDEN", "API key has been revoked")
        return account

    def text(self, body: dict[str, object], name: str) -> str:
        """A required string field."""
        value = body.get(name)
        if not isinstance(value, str) or not value:
            raise self.error("VALIDATION_ERROR", f"{name} is required and must be a string")
        return value

    def cuid(self) -> str:
        """An identifier as the site's database makes them."""
        return "cma" + self.digits(string.ascii_lowercase + string.digits, 22)


def paging(site: GsimCommon, call: Call, usual: int) -> tuple[int, int]:
    """`page` and `limit` of the query."""
    page, limit = call.query.get("page", "1"), call.query.get("limit", str(usual))
    if not page.isdecimal() or not limit.isdecimal() or int(page) < 1 or not 1 <= int(limit) <= 100:
        raise site.error("VALIDATION_ERROR", "page must be 1 or more, limit 1 to 100")
    return int(page), int(limit)
