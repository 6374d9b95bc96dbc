"""The kinds of fault: each is one function which answers a request in its own bad way."""

import asyncio
import fnmatch
import functools
import json
import random
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

TELEGRAM = "telegram"
BIG_BYTES = 50 * 1024 * 1024
BOMB_BYTES = 1024 * 1024 * 1024
ERROR_PAGE = (
    "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n"
    "<center><h1>{status} {reason}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
SOME_JSON = b'{"success": true, "status": "success", "message": "ok", "data": {"id": "0", "items": [1, 2]}}'


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault; the fields are those of `POST /outside/faults`."""

    id: str
    target: str
    kind: str
    method: str | None = None
    path: str | None = None
    where: dict[str, object] = field(default_factory=dict)
    committed: bool = False
    times: int | None = 1
    after: int = 0
    seconds: float | None = None
    status: int | None = None
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    retry_after: float | None = None

    def matches(self, target: str, method: str, path: str, fields: Mapping[str, object]) -> bool:
        """Whether a request is of the sort that this fault waits for."""
        return (
            self.target == target
            and (self.method is None or self.method.upper() == method.upper())
            and (self.path is None or fnmatch.fnmatchcase(path, self.path))
            # a query has only strings where JSON may have numbers
            and all(key in fields and str(fields[key]) == str(value) for key, value in self.where.items())
        )

    def as_dict(self) -> dict[str, object]:
        """For `GET /outside/faults`."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Spoiling:
    """One request being spoilt; `answer` is the real one when the act was committed."""

    request: web.Request
    fault: Fault
    answer: web.StreamResponse | None
    over: asyncio.Event  # set when the world ends: nobody is held up any longer
    enough: asyncio.Event  # set when this one has been held up long enough

    @property
    def gone(self) -> bool:
        """Whether the client has hung up."""
        return _gone(self.request)

    async def wait(self, default: float) -> None:
        """Hold the request up for the fault's seconds."""
        seconds = default if self.fault.seconds is None else self.fault.seconds
        await hold_up(self.request, seconds, self.over, self.enough)

    def plain(self, status: int, body: bytes, content_type: str = "application/json") -> web.Response:
        """A whole answer with the fault's own headers over the usual ones."""
        headers = {"Content-Type": content_type, **self.fault.headers}
        return web.Response(status=status, body=body, headers=headers)

    def page(self, status: int) -> web.Response:
        """The error page of a web server that stands in front of the site."""
        reason = web.Response(status=status).reason
        page = self.fault.body or ERROR_PAGE.format(status=status, reason=reason)
        return self.plain(status, as_bytes(page), "text/html")

    async def stream(self, length: int | None) -> web.StreamResponse:
        """Begin an answer which is then written piece by piece."""
        headers = {"Content-Type": "application/json", **self.fault.headers}
        response = web.StreamResponse(status=200, headers=headers)
        response.content_length = length
        await response.prepare(self.request)
        return response

    def true_bytes(self) -> bytes:
        """The real answer's bytes if the act was committed, else some JSON of the usual look."""
        body = self.answer.body if isinstance(self.answer, web.Response) else None
        return body if isinstance(body, bytes) and body else SOME_JSON


async def hold_up(request: web.Request, seconds: float, over: asyncio.Event, enough: asyncio.Event) -> None:
    """Wait; shorter if the client goes away, the world ends or somebody says that it is enough."""
    clock = asyncio.get_running_loop()
    end = clock.time() + seconds
    while not (_gone(request) or over.is_set() or enough.is_set()) and (left := end - clock.time()) > 0:
        try:
            await asyncio.wait_for(over.wait(), min(left, 0.05))
        except TimeoutError:
            continue


def _gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def as_bytes(body: object) -> bytes:
    """A body as given in JSON: a string stands for itself, all else is JSON again."""
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def cut_connection(request: web.Request, *, hard: bool) -> web.Response:
    """Close the client's connection without an answer: hard with a TCP reset, else with a plain end."""
    transport = request.transport
    if transport is not None:
        if hard:
            wire = transport.get_extra_info("socket")
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()  # a handler must return something; nobody is there to read it


async def reset(act: Spoiling) -> web.StreamResponse:
    """A TCP reset instead of an answer."""
    return cut_connection(act.request, hard=True)


async def down(act: Spoiling) -> web.StreamResponse:
    """Nobody home: the connection is closed at once."""
    return cut_connection(act.request, hard=False)


async def timeout(act: Spoiling) -> web.StreamResponse:
    """Silence; who still waits gets the late answer, or a gateway's page if nothing was done."""
    await act.wait(default=120)
    if act.gone or act.over.is_set():
        return cut_connection(act.request, hard=False)
    return act.answer if act.answer is not None else act.page(504)


async def status(act: Spoiling) -> web.StreamResponse:
    """An HTTP status with the body asked for."""
    body = as_bytes(act.fault.body)
    content_type = "application/json" if body[:1] in {b"{", b"["} else "text/plain"
    return act.plain(act.fault.status or 500, body, content_type)


async def html(act: Spoiling) -> web.StreamResponse:
    """An error page where JSON was expected."""
    return act.page(act.fault.status or 502)


async def empty(act: Spoiling) -> web.StreamResponse:
    """200 and nothing."""
    return act.plain(act.fault.status or 200, b"")


async def cut(act: Spoiling) -> web.StreamResponse:
    """Content-Length speaks of the whole, half of it comes, then the connection ends."""
    whole = act.true_bytes()
    response = await act.stream(len(whole))
    await response.write(whole[: len(whole) // 2])
    if act.request.transport is not None:
        act.request.transport.close()  # unlike abort() this sends what is buffered first
    return response


async def garbage(act: Spoiling) -> web.StreamResponse:
    """200 with bytes that are no JSON."""
    body = as_bytes(act.fault.body) or b"\xff\xfe" + random.randbytes(200)
    return act.plain(act.fault.status or 200, body)


async def big(act: Spoiling) -> web.StreamResponse:
    """50 MB of valid JSON."""
    rows = (b'{"name": "' + b"x" * 1000 + b'", "price": 0.5},') * 64
    response = await act.stream(None)
    try:
        await response.write(b'{"data": [')
        for _ in range(BIG_BYTES // len(rows) + 1):
            await response.write(rows)
        await response.write(b'{"name": "end"}]}')
        await response.write_eof()
    except ConnectionError:
        cut_connection(act.request, hard=False)  # a wise client has hung up
    return response


async def bomb(act: Spoiling) -> web.StreamResponse:
    """A megabyte of gzip that unpacks to a gigabyte."""
    body = await asyncio.to_thread(gzip_bomb)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip", **act.fault.headers}
    return web.Response(body=body, headers=headers)


@functools.cache
def gzip_bomb() -> bytes:
    """BOMB_BYTES of one JSON string. Fully flushed blocks do not refer back, so one may be repeated."""
    block = b"0" * (16 * 1024 * 1024)
    repeats = BOMB_BYTES // len(block)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    opening = packer.compress(b'"') + packer.flush(zlib.Z_FULL_FLUSH)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    ending = packer.compress(b'"') + packer.flush(zlib.Z_FINISH)
    checksum = zlib.crc32(b'"')
    for _ in range(repeats):
        checksum = zlib.crc32(block, checksum)
    checksum = zlib.crc32(b'"', checksum)
    trailer = struct.pack("<II", checksum, (repeats * len(block) + 2) & 0xFFFFFFFF)
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + opening + packed * repeats + ending + trailer


async def drip(act: Spoiling) -> web.StreamResponse:
    """One byte a second, or at the fault's own pace."""
    whole = act.true_bytes()
    response = await act.stream(len(whole))
    for at in range(len(whole)):
        if act.gone or act.over.is_set():
            cut_connection(act.request, hard=False)
            break
        await response.write(whole[at : at + 1])
        await act.wait(default=1)
    return response


async def too_many(act: Spoiling) -> web.StreamResponse:
    """429 with the waiting time in header and body, in Telegram's own words where it is Telegram."""
    pause = 60 if act.fault.retry_after is None else act.fault.retry_after
    pause = int(pause) if float(pause).is_integer() else pause
    body: object = {"error": "Rate limit exceeded", "code": "RATE_LIMITED", "retry_after": pause}
    if act.fault.target == TELEGRAM:
        body = {
            "ok": False,
            "error_code": 429,
            "description": f"Too Many Requests: retry after {pause}",
            "parameters": {"retry_after": pause},
        }
    response = act.plain(429, as_bytes(act.fault.body or body))
    response.headers.setdefault("Retry-After", str(pause))
    return response


async def body(act: Spoiling) -> web.StreamResponse:
    """200 with exactly the body asked for."""
    return act.plain(act.fault.status or 200, as_bytes(act.fault.body))


async def redirect(act: Spoiling) -> web.StreamResponse:
    """302 to somewhere else."""
    target = str(act.fault.body or "https://example.com/login")
    return web.Response(status=act.fault.status or 302, headers={"Location": target, **act.fault.headers})


KINDS: dict[str, Callable[[Spoiling], Awaitable[web.StreamResponse]]] = {
    "reset": reset,
    "timeout": timeout,
    "status": status,
    "html": html,
    "empty": empty,
    "cut": cut,
    "garbage": garbage,
    "big": big,
    "bomb": bomb,
    "drip": drip,
    "429": too_many,
    "body": body,
    "redirect": redirect,
    "down": down,
}
