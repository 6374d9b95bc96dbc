"""A site played from its own document: answers by method and path, and what was asked, to be looked at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

DOCUMENTS = Path(__file__).parent / "documents"


def documented(site: str) -> dict[str, Any]:
    """The example answers of a site's document, word for word, by our name for each."""
    examples: dict[str, Any] = json.loads((DOCUMENTS / f"{site}.json").read_text("utf-8"))
    return examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came over the wire. `path` is still percent-encoded, header names are lower-case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The JSON body, None if there was no body."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered to one method and path."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Replay:
    """A recording server. What was not `put` there answers 418."""

    def __init__(self) -> None:
        self.base = ""
        self.asked: list[Asked] = []
        self._replies: dict[tuple[str, str, frozenset[tuple[str, str]]], Reply] = {}
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0)

    def put(
        self,
        method: str,
        path: str,
        answer: object,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> None:
        """Answer a method and path from now on, or only where the query has these fields too.

        Bytes go out as they are, all else as JSON.
        """
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        wanted = frozenset((query or {}).items())
        self._replies[method, path, wanted] = Reply(status=status, body=body, headers=headers or {})

    @property
    def only(self) -> Asked:
        """The one request that came. Fails if there were none or several."""
        assert len(self.asked) == 1, [f"{asked.method} {asked.path}" for asked in self.asked]
        return self.asked[0]

    async def __aenter__(self) -> "Replay":
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        path = request.rel_url.raw_path
        asked = Asked(
            method=request.method,
            path=path,
            query=dict(parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True)),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
        )
        self.asked.append(asked)
        fitting = [
            (len(wanted), reply)
            for (method, where, wanted), reply in self._replies.items()
            if (method, where) == (asked.method, path) and wanted <= asked.query.items()
        ]
        _, reply = max(fitting, key=lambda fit: fit[0], default=(0, None))
        if reply is None:
            return web.Response(status=418, text="nothing was put here")
        content = {"Content-Type": "application/json", **reply.headers}
        return web.Response(status=reply.status, body=reply.body, headers=content)
