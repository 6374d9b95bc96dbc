"""A server without manners: it speaks bytes, so that it can break every rule of HTTP."""

import asyncio
import gzip
import json
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable

GOOD = b'{"ok": true}'
BIG_BYTES = 50 * 1024 * 1024


class Hostile:
    """Counts what it is asked and answers each request by `behave`, raw."""

    def __init__(self, behave: "Behaviour") -> None:
        self.behave = behave
        self.base = ""
        self.heads: list[str] = []
        self.connections = 0
        self.sent = 0
        self.arrived = asyncio.Event()
        self.release = asyncio.Event()
        self.readers: dict[asyncio.StreamWriter, asyncio.StreamReader] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Hostile":
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def say(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Write and count."""
        writer.write(data)
        await writer.drain()
        self.sent += len(data)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.readers[writer] = reader
        try:
            while not writer.is_closing():
                await self._one(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client, or the test, is over
        finally:
            self._tasks.discard(task)
            del self.readers[writer]
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = [
            line.split(":")[1] for line in head.splitlines() if line.lower().startswith("content-length:")
        ]
        await reader.readexactly(int(length[0]) if length else 0)
        self.heads.append(head)
        self.arrived.set()
        await self.behave(self, writer)


Behaviour = Callable[[Hostile, asyncio.StreamWriter], Awaitable[None]]


def http(body: bytes = GOOD, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """An answer as bytes; `length` may lie."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def bombs(size: int) -> Behaviour:
    """Always a gzip bomb, packed when it is asked for."""

    async def behave(server: Hostile, writer: asyncio.StreamWriter) -> None:
        await says(http(bomb(size), "Content-Encoding: gzip"))(server, writer)

    return behave


def says(data: bytes, *, then_close: bool = False) -> Behaviour:
    """Always the same bytes."""

    async def behave(server: Hostile, writer: asyncio.StreamWriter) -> None:
        await server.say(writer, data)
        if then_close:
            writer.close()

    return behave


async def reset(server: Hostile, writer: asyncio.StreamWriter) -> None:
    """A TCP reset instead of an answer."""
    wire: socket.socket = writer.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def silence(server: Hostile, writer: asyncio.StreamWriter) -> None:
    """No answer until released, then a good one; but who hangs up is let go."""
    released = asyncio.create_task(server.release.wait())
    hung_up = asyncio.create_task(server.readers[writer].read(1))
    try:
        await asyncio.wait({released, hung_up}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        released.cancel()
        hung_up.cancel()
    if not server.release.is_set():
        raise ConnectionAbortedError
    await asyncio.wait({hung_up})  # its place at the reader is free again
    await server.say(writer, http())


async def drip(server: Hostile, writer: asyncio.StreamWriter) -> None:
    """One byte a second."""
    for byte in http(b" " * 1000 + GOOD):
        await server.say(writer, bytes([byte]))
        await asyncio.sleep(1)


async def big(server: Hostile, writer: asyncio.StreamWriter) -> None:
    """50 MB of JSON."""
    await server.say(writer, f"HTTP/1.1 200 OK\r\nContent-Length: {BIG_BYTES}\r\n\r\n[".encode())
    while server.sent < BIG_BYTES:
        await server.say(writer, b" " * 65_536)


async def endless_headers(server: Hostile, writer: asyncio.StreamWriter) -> None:
    """Headers and no end of them."""
    await server.say(writer, b"HTTP/1.1 200 OK\r\n")
    while True:
        await server.say(writer, b"X-More: " + b"x" * 60_000 + b"\r\n")


def bomb(size: int) -> bytes:
    """A gzip body that unpacks to `size` bytes of a thousandth its own length."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 2**20) for _ in range(size // 2**20)) + packer.flush()


PACKED = gzip.compress(json.dumps({"ok": True, "rows": list(range(500))}).encode())
