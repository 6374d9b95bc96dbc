"""A request to a site as its handlers see it, and the ways to answer."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from aiohttp import web

from sandbox.sites.orders import Account


class Refused(Exception):
    """The site says no, in its own words."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


class Reply(NamedTuple):
    """An answer with a status other than 200."""

    status: int
    body: object


@dataclass(slots=True)
class Call:
    """One request, read in full."""

    method: str
    path: str  # behind the site's base
    query: dict[str, str]
    headers: dict[str, str]
    json: object = None
    form: dict[str, str] | None = None
    body: bytes = b""
    args: dict[str, str] = field(default_factory=dict)
    takes: frozenset[str] = frozenset()  # the names that its path documents, in the query or in the body
    _account: Account | None = None

    @classmethod
    async def read(cls, request: web.Request, base: str) -> "Call":
        """Read a request; a broken JSON body counts as none."""
        raw = await request.read()
        call = cls(
            method=request.method,
            path=request.path.removeprefix(base),
            query=dict(request.query),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=raw,
        )
        if request.content_type == "application/json" and raw:
            try:
                call.json = json.loads(raw)
            except ValueError:
                call.json = None
        elif request.content_type == "application/x-www-form-urlencoded":
            call.form = {key: str(value) for key, value in (await request.post()).items()}
        return call

    @property
    def account(self) -> Account:
        """Who asks; only after the site has looked at the key."""
        if self._account is None:
            raise RuntimeError(f"{self.path} is public: nobody is known here")
        return self._account

    @account.setter
    def account(self, account: Account) -> None:
        self._account = account

    @property
    def fields(self) -> Mapping[str, object]:
        """Query and body in one, for faults to match."""
        body = self.json if isinstance(self.json, dict) else {}
        return {**self.query, **(self.form or {}), **body}

    @property
    def strange(self) -> str | None:
        """What the document does not have here: a name, or a body where none belongs."""
        if self.body and (self.method == "GET" or not self.takes):
            return "a body"
        if self.method == "GET":
            names = set(self.query)
        else:
            sent = self.json if isinstance(self.json, dict) else {}
            names = {*sent, *(f"{name} in the query" for name in self.query)}
        return min(names - self.takes, default=None)

    @property
    def bearer(self) -> str | None:
        """The key of `Authorization: Bearer KEY`, spelt exactly so."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return key if scheme == "Bearer" and key else None


Handler = Callable[[Call], object]
Route = tuple[str, str, Handler] | tuple[str, str, Handler, str]
"""Method, path, handler, and the names that the document has there: in the query (GET) or in the body."""

Place = tuple[Handler, frozenset[str]]


class Routes:
    """A site's table of paths. `{name}` in a path is one segment that ends up in `Call.args`."""

    def __init__(self, routes: list[Route]) -> None:
        self._exact: dict[str, dict[str, Place]] = {}
        self._patterns: list[tuple[re.Pattern[str], dict[str, Place]]] = []
        for method, path, handler, *takes in routes:
            self._methods(path)[method] = handler, frozenset(" ".join(takes).split())

    def find(self, call: Call) -> Handler:
        """The handler of a call, whose `args` and `takes` get filled. Raises LookupError with 404 or 405."""
        methods = self._exact.get(call.path)
        for pattern, candidates in () if methods else self._patterns:
            if match := pattern.fullmatch(call.path):
                methods, call.args = candidates, match.groupdict()
                break
        if methods is None:
            raise LookupError(404)
        if call.method not in methods:
            raise LookupError(405)
        handler, call.takes = methods[call.method]
        return handler

    def _methods(self, path: str) -> dict[str, Place]:
        if "{" not in path:
            return self._exact.setdefault(path, {})
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
        for known, methods in self._patterns:
            if known == pattern:
                return methods
        self._patterns.append((pattern, {}))
        return self._patterns[-1][1]
