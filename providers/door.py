"""The one HTTP door to the sites. httpx is imported here alone, and none of its exceptions leaves."""

import asyncio
import importlib.util
import logging
import ssl
import sys
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, NoReturn

import httpx
import stamina

from providers.errors import NoAnswer
from providers.shape import BadShape, parse_json

CONNECTIONS = 10
BODY_CAP = 2 * 1024 * 1024
"""Most bytes of a decoded body; the largest real catalog has some hundred kB."""

READ_ATTEMPTS = 3

NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)

# httpcore asks for it several times at each request: to search all folders in vain takes a tenth of the time.
if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # "not there", as the import system knows it

# These log URLs (getsms has its key there) and answers' headers. A filter outlives a change of the logging.
for name in ("httpx", "httpcore.connection", "httpcore.http11"):
    logging.getLogger(name).addFilter(lambda record: False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call. `template` is the path without ids, for logs; secrets stay in headers and params.

    `secret`: the key among them, to be hidden where the answer repeats it.
    """

    method: str
    path: str
    template: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str | int] = field(default_factory=dict, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    secret: str = field(default="", repr=False)
    deadline: float | None = None

    @property
    def call(self) -> str:
        """The call's name as it may stand in a log."""
        return f"{self.method} {self.template or self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back whole. `data` is the parsed JSON (floats as Decimal), None if the body is no JSON."""

    status: int
    data: Any = field(repr=False)
    is_json: bool
    headers: Mapping[str, str] = field(repr=False)

    @property
    def retry_after(self) -> float | None:
        """Seconds asked for by the Retry-After header, if it is a plain number."""
        value = self.headers.get("retry-after", "").strip()
        return float(value) if value.isdigit() else None


class Door:
    """All requests to one site: few at once, each bounded in time and size, none silently repeated."""

    def __init__(
        self,
        site: str,
        base_url: str,
        *,
        deadline: float = 20.0,
        body_cap: int = BODY_CAP,
        connections: int = CONNECTIONS,
    ) -> None:
        self.site = site
        self.base_url = base_url.rstrip("/")
        self.deadline = deadline
        self.body_cap = body_cap
        self.clock_offset = 0.0
        """The site's clock minus ours in seconds, from its Date header."""
        self._slots = asyncio.Semaphore(connections)
        self._running: set[asyncio.Task[Answer]] = set()
        self._connections = connections
        self._client = self._open()
        self._users = Counter[httpx.AsyncClient]()

    async def close(self) -> None:
        """Let running requests end, then close the connections."""
        if self._running:
            await asyncio.wait(self._running, timeout=self.deadline)
        await self._client.aclose()

    async def read(self, request: Request) -> Answer:
        """Ask something that changes nothing: repeated with back-off while there is no answer.

        Raises NoAnswer.
        """
        async for attempt in stamina.retry_context(
            on=_worth_retrying, attempts=READ_ATTEMPTS, wait_initial=0.2, wait_max=2.0, timeout=self.deadline
        ):
            with attempt:
                answer = await self.once(request)
                if not answer.is_json and not 400 <= answer.status < 500:
                    reason = "not-json" if answer.status < 400 else "server-error"
                    self.fail(request, reason, status=answer.status)
        return answer

    async def once(self, request: Request) -> Answer:
        """Ask exactly once, whatever happens. For everything that spends money or changes an order.

        The request goes on if the caller is cancelled: half a purchase is worse than a late one.
        Raises NoAnswer.
        """
        task = asyncio.create_task(self._exchange(request))
        self._running.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def fail(
        self, request: Request, reason: str, *, sent: bool = True, status: int | None = None
    ) -> NoReturn:
        """Raise NoAnswer for this request."""
        raise NoAnswer(self.site, request.call, reason=reason, sent=sent, status=status) from None

    def _forget(self, task: asyncio.Task[Answer]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # mark as seen: the caller may be gone

    async def _exchange(self, request: Request) -> Answer:
        sent = False
        try:
            async with asyncio.timeout(request.deadline or self.deadline):
                async with self._slots, self._lent() as client:  # nothing ever waits in httpx's own pool
                    sent = True
                    return await self._stream(client, request)
        except NEVER_SENT:
            self.fail(request, "unreachable", sent=False)
        except (TimeoutError, httpx.TimeoutException):
            self.fail(request, "timeout", sent=sent)
        except (httpx.HTTPError, httpx.StreamError, zlib.error):
            self.fail(request, "cut")

    def _open(self) -> httpx.AsyncClient:
        patience = self.deadline * 0.8  # so that plain silence ends inside httpx and not by cancelling it
        return httpx.AsyncClient(
            verify=_tls(),
            limits=httpx.Limits(max_connections=self._connections, keepalive_expiry=60),
            timeout=httpx.Timeout(patience, connect=min(10.0, patience)),
            follow_redirects=False,  # httpx would carry X-API-Key to another origin
            trust_env=False,
            # one client serves many people: a cookie of one must not go with another's key
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            headers={"User-Agent": "Pinbell", "Accept": "application/json", "Accept-Encoding": "gzip"},
        )

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[httpx.AsyncClient]:
        """The client. httpx can lose a pool place for good where a request is cancelled: then a new one."""
        client = self._client
        self._users[client] += 1
        try:
            yield client
        except asyncio.CancelledError:
            if client is self._client:
                self._client = self._open()
            raise
        finally:
            self._users[client] -= 1
            if client is not self._client and not self._users[client]:
                del self._users[client]
                await client.aclose()

    async def _stream(self, client: httpx.AsyncClient, request: Request) -> Answer:
        async with client.stream(
            request.method,
            self.base_url + request.path,
            headers=dict(request.headers),
            params=dict(request.params) or None,
            json=None if request.json is None else dict(request.json),
        ) as response:
            self._note_clock(response.headers.get("date"))
            if response.is_redirect:
                self.fail(request, "redirect", status=response.status_code)
            body = await self._body(request, response)
        try:
            is_json, data = True, parse_json(body)
        except BadShape:
            is_json, data = False, None
        return Answer(status=response.status_code, data=data, is_json=is_json, headers=response.headers)

    async def _body(self, request: Request, response: httpx.Response) -> bytes:
        """The decoded body. Decoded here and not by httpx, whose decoders have no bound (gzip bombs)."""
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"identity", "gzip", "deflate"}:
            self.fail(request, "bad-shape", status=response.status_code)
        # 47: gzip or zlib, told apart by their headers
        unzip = None if encoding == "identity" else zlib.decompressobj(47)
        body = bytearray()
        async for chunk in response.aiter_raw():
            room = self.body_cap + 1 - len(body)
            body += chunk if unzip is None else unzip.decompress(chunk, room)
            if len(body) > self.body_cap:
                self.fail(request, "too-big", status=response.status_code)
        if unzip is not None and body and not unzip.eof:
            self.fail(request, "cut", status=response.status_code)
        return bytes(body)

    def _note_clock(self, date: str | None) -> None:
        if date:
            try:
                self.clock_offset = parsedate_to_datetime(date).timestamp() - time.time()
            except (ValueError, OverflowError):
                self.clock_offset = 0.0


@cache
def _tls() -> ssl.SSLContext:
    """The trusted authorities: read once for all doors, since they take 20 ms and 1 MB."""
    return httpx.create_ssl_context(trust_env=False)


def _worth_retrying(error: Exception) -> bool:
    """A huge or misshapen body stays so; everything else may pass."""
    return isinstance(error, NoAnswer) and error.reason not in {"too-big", "redirect", "bad-shape"}
