"""The HTTP door of a site: log, faults, weather, then the site itself."""

from collections import deque
from typing import Any

from aiohttp import web

from sandbox.faults import Faults, cut_connection
from sandbox.sites.call import Call
from sandbox.sites.orders import iso
from sandbox.sites.site import Site

REMEMBERED = 200_000  # requests


class Door:
    """One site's address in the world."""

    def __init__(self, site: Site, faults: Faults) -> None:
        self.site = site
        self._faults = faults
        self.reset()

    def reset(self) -> None:
        """Forget the requests."""
        self.log: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self._asked = 0

    def add_routes(self, app: web.Application) -> None:
        """Take all paths of the site, so that wrong ones are answered in its own words."""
        app.router.add_route("*", self.site.base, self.serve)
        app.router.add_route("*", self.site.base + "/{tail:.*}", self.serve)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One request; the log knows how it ended, null for a cut connection."""
        call = await Call.read(request, self.site.base)
        entry = self._note(call)
        fault = self._faults.take(self.site.name, call.method, call.path, call.fields)

        async def act(_request: web.Request) -> web.StreamResponse:
            return await self._answer(request, call)

        answer = await (self._faults.spoil(request, fault, act) if fault else act(request))
        cut = request.transport is None or request.transport.is_closing()
        entry["status"] = None if cut else answer.status
        return answer

    async def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        settings = self.site.settings
        if settings.down:
            return cut_connection(request, hard=False)
        if settings.slow:
            await self._faults.wait(request, settings.slow)
        reply = self.site.answer(call)
        return web.json_response(reply.body, status=reply.status, content_type=self.site.content_type)

    def _note(self, call: Call) -> dict[str, Any]:
        self._asked += 1
        entry = {
            "n": self._asked,
            "at": iso(self.site.clock.now(), 3),
            "method": call.method,
            "path": call.path,
            "query": call.query,
            "headers": call.headers,
            "json": call.json,
            "form": call.form,
            "status": None,
        }
        self.log.append(entry)
        return entry

    def requests(self, since: int) -> list[dict[str, Any]]:
        """All requests with a number above `since`."""
        if since >= self._asked:
            return []
        newest = self._asked - since
        return list(self.log)[-newest:]
