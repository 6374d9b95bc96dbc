"""What can come back from a site instead of what was asked for.

The tree has one split that matters: `Refused` means the site said no and did nothing,
`NoAnswer` means nobody knows. After a purchase the second one is *unknown*, never *failed*.
"""

DETAIL_LENGTH = 200


class SiteError(Exception):
    """Root of all that goes wrong between us and a site.

    `call` is method and path template, never a full URL: getsms carries its key in the query.
    `code` names our text for it.
    """

    code: str = "site-error"

    def __init__(self, site: str, call: str, *, detail: str = "", status: int | None = None) -> None:
        super().__init__(site, call, status)
        self.site = site
        self.call = call
        self.status = status
        self._words = detail

    @property
    def detail(self) -> str:
        """The site's own words, clipped; they are a stranger's text."""
        return self._words[:DETAIL_LENGTH]

    def hide(self, secret: str) -> None:
        """Some sites repeat the key in their words, which are shown and kept."""
        if secret:
            self._words = self._words.replace(secret, "…")

    def __str__(self) -> str:
        """Without the detail: it may quote a code or a key."""
        return f"{type(self).__name__} at {self.site}: {self.call} (HTTP {self.status})"


class Refused(SiteError):
    """The site answered no. Nothing was bought, nothing changed."""

    code = "refused"


class BadKey(Refused):
    """The key is wrong, missing or revoked."""

    code = "bad-key"


class NoNumbers(Refused):
    """Nothing in stock for this wish right now."""

    code = "no-numbers"


class NoFunds(Refused):
    """The balance at the site is too low."""

    code = "no-funds"


class NotAllowed(Refused):
    """The site does not do this for this order or service. `known`: the name of our text for its reason."""

    code = "not-allowed"

    def __init__(
        self, site: str, call: str, *, detail: str = "", status: int | None = None, known: str | None = None
    ) -> None:
        super().__init__(site, call, detail=detail, status=status)
        if known is not None:
            self.code = f"{NotAllowed.code}-{known}"


class Conflict(Refused):
    """The order has moved on (a code arrived, it ended): read it again."""

    code = "conflict"


class Invalid(Refused):
    """The site does not accept what was asked for (unknown service, wrong area code)."""

    code = "invalid"


class NotFound(Refused):
    """The site knows no such order."""

    code = "not-found"


class Unavailable(Refused):
    """The site says in its own documented words that it can't right now."""

    code = "unavailable"


class RateLimited(Refused):
    """Too many requests. `retry_after` is in seconds."""

    code = "rate-limited"

    def __init__(
        self, site: str, call: str, *, retry_after: float, detail: str = "", status: int | None = 429
    ) -> None:
        super().__init__(site, call, detail=detail, status=status)
        self.retry_after = retry_after


OF_THE_ACCOUNT = (BadKey, RateLimited)
"""Refusals of everything: they say nothing of what was asked for."""


class NoAnswer(SiteError):
    """No answer that can be understood: time-out, reset, 5xx, HTML, cut-off or malformed JSON.

    `reason` is one of unreachable, timeout, cut, too-big, redirect, server-error, not-json, bad-shape.
    `sent` is False only when it is certain that no byte of the request left this machine.
    """

    code = "no-answer"

    def __init__(
        self,
        site: str,
        call: str,
        *,
        reason: str,
        sent: bool = True,
        detail: str = "",
        status: int | None = None,
    ) -> None:
        super().__init__(site, call, detail=detail, status=status)
        self.reason = reason
        self.sent = sent

    def __str__(self) -> str:
        return f"{super().__str__()}: {self.reason}"


class Unclear(SiteError):
    """The site's records do not say whether it was done."""

    code = "unclear"


class Forged(SiteError):
    """A webhook that the site did not sign with this account's key."""

    code = "forged"


class Malformed(SiteError):
    """A webhook whose body can't be understood."""

    code = "malformed"
