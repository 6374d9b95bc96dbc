"""The one HTTP door to the sites. httpx is imported here alone, and none of its exceptions leaves."""

import asyncio
import importlib.util
import logging
import ssl
import sys
import time
import zlib
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from typing import Any, NoReturn

import httpx
import stamina

from providers.errors import NoAnswer
from providers.shape import BadShape, parse_json

CONNECTIONS = 10
BODY_CAP = 2 * 1024 * 1024
"""Most bytes of a decoded body; the largest real catalog has some hundred kB."""

READ_ATTEMPTS = 3

CONNECT = 10.0
"""Most seconds for a connection to be made."""

KEPT = 60.0
"""Seconds for which a connection that nobody uses is kept."""

ALWAYS = {"User-Agent": "Pinbell", "Accept": "application/json", "Accept-Encoding": "gzip"}

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
        return float(value) if value.isascii() and value.isdecimal() else None


@dataclass(slots=True, eq=False)
class _Line:
    """A connection to the site, made by its first request."""

    transport: httpx.AsyncHTTPTransport
    _wire: Any = None
    """Its socket. httpcore leaves it open where a request is broken off while TLS is being agreed on."""

    async def note(self, event: str, info: Mapping[str, Any]) -> None:
        """What httpcore tells of a request, step by step."""
        if event == "connection.connect_tcp.complete":
            self._wire = info["return_value"]

    async def hang_up(self) -> None:
        await self.transport.aclose()
        if self._wire is not None:
            await self._wire.aclose()


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
        self._patience = {"connect": min(CONNECT, deadline * 0.8)}
        """The rest is bounded by the deadline of the whole."""
        self.body_cap = body_cap
        self.clock_offset = 0.0
        """The site's clock minus ours in seconds, from its Date header."""
        self._slots = asyncio.Semaphore(connections)
        self._running: set[asyncio.Task[Answer]] = set()
        self._open = set[_Line]()
        self._idle = deque[tuple[float, _Line]]()
        """Since when, and which: the one used last is used next."""

    async def close(self) -> None:
        """Let running requests end, then close the connections."""
        if self._running:
            await asyncio.wait(self._running, timeout=self.deadline)
        self._idle.clear()
        for line in list(self._open):
            await self._hang_up(line)

    async def read(self, request: Request) -> Answer:
        """Ask something that changes nothing: repeated with back-off while there is no answer.

        Raises NoAnswer.
        """
        begun = time.monotonic()
        try:
            return await self._read_once(request)
        except NoAnswer as error:
            left = self.deadline - (time.monotonic() - begun)
            if left <= 0 or not _worth_retrying(error):
                raise
            return await self._read_again(request, error, left)

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

    async def _read_once(self, request: Request) -> Answer:
        answer = await self.once(request)
        if not answer.is_json and not 400 <= answer.status < 500:
            reason = "not-json" if answer.status < 400 else "server-error"
            self.fail(request, reason, status=answer.status)
        return answer

    async def _read_again(self, request: Request, error: NoAnswer, left: float) -> Answer:
        """The other attempts of a read: most need none, and making ready for them costs a tenth of it."""
        async for attempt in stamina.retry_context(
            on=_worth_retrying, attempts=READ_ATTEMPTS, wait_initial=0.2, wait_max=2.0, timeout=left
        ):
            with attempt:
                if attempt.num == 1:
                    raise error
                answer = await self._read_once(request)
        return answer

    def _forget(self, task: asyncio.Task[Answer]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # mark as seen: the caller may be gone

    async def _exchange(self, request: Request) -> Answer:
        sent = False
        try:
            async with asyncio.timeout(request.deadline or self.deadline):
                async with self._slots, self._line() as line:
                    sent = True
                    return await self._ask(line, request)
        except NEVER_SENT:
            self.fail(request, "unreachable", sent=False)
        except (TimeoutError, httpx.TimeoutException):
            self.fail(request, "timeout", sent=sent)
        except (httpx.HTTPError, httpx.StreamError, ssl.SSLError, zlib.error):  # TLS errors leave httpx bare
            self.fail(request, "cut")

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[_Line]:
        """A connection of one's own. One on which anything went wrong, or was broken off, is not used again.

        A pool of httpx looks at all its connections at each request, and loses places where one is cancelled.
        Its clients follow redirects, keep cookies and heed the environment: a key must go nowhere else.
        """
        if self._idle and time.monotonic() - self._idle[0][0] > KEPT:
            await self._hang_up(self._idle.popleft()[1])
        line = self._idle.pop()[1] if self._idle else self._dial()
        try:
            yield line
        except BaseException:
            await self._hang_up(line)
            raise
        self._idle.append((time.monotonic(), line))

    def _dial(self) -> _Line:
        limits = httpx.Limits(max_connections=1, keepalive_expiry=KEPT)
        line = _Line(httpx.AsyncHTTPTransport(verify=_tls(), trust_env=False, limits=limits))
        self._open.add(line)
        return line

    async def _hang_up(self, line: _Line) -> None:
        self._open.discard(line)
        await line.hang_up()

    async def _ask(self, line: _Line, request: Request) -> Answer:
        asked = httpx.Request(
            request.method,
            self.base_url + request.path,
            headers={**ALWAYS, **request.headers},
            params=dict(request.params) or None,
            json=None if request.json is None else dict(request.json),
            extensions={"timeout": self._patience, "trace": line.note},
        )
        response = await line.transport.handle_async_request(asked)
        try:
            self._note_clock(response.headers.get("date"))
            if response.is_redirect:
                self.fail(request, "redirect", status=response.status_code)
            body = await self._body(request, response)
        finally:
            await response.aclose()
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
            stamp = _stamp(date)
            self.clock_offset = 0.0 if stamp is None else stamp - time.time()


@cache
def _tls() -> ssl.SSLContext:
    """The trusted authorities: read once for all doors, since they take 20 ms and 1 MB."""
    return httpx.create_ssl_context(trust_env=False)


@lru_cache(maxsize=8)
def _stamp(date: str) -> float | None:
    """Epoch seconds of a Date header; None if it is none. Many answers of a second have the same."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


def _worth_retrying(error: Exception) -> bool:
    """A huge or misshapen body stays so; everything else may pass."""
    return isinstance(error, NoAnswer) and error.reason not in {"too-big", "redirect", "bad-shape"}
