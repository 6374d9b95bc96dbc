"""`/people`: what a page is told as it happens, and the files it shows."""

import asyncio
import json

from aiohttp import web

from sandbox.telegram.routes import Routes
from sandbox.telegram.state import Json
from sandbox.telegram.web import refuse

__all__ = ["Watching"]

HEARTBEAT = 15.0  # seconds of silence before an event stream shows that it lives


class Watching(Routes):
    """Eyes on the screen."""

    def add_routes(self, app: web.Application) -> None:
        """Add the addresses."""
        app.router.add_get("/people/{id}/events", self.events)
        app.router.add_get("/people/{id}/files/{file_id}", self.file)

    async def file(self, request: web.Request) -> web.Response:
        """A file that was sent, by its file_id."""
        self.person(request)
        file = self.hub.files.get(request.match_info["file_id"])
        if file is None:
            raise refuse(404, "no such file")
        # never shown as a page of its own: it is a stranger's file
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=file.data, content_type="application/octet-stream", headers=headers)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """What happens to a person, as server-sent events."""
        person = self.person(request)
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        watchers = self.hub.watchers.setdefault(person.id, set())
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        watchers.add(queue)
        try:
            await response.prepare(request)
            await response.write(b": hello\n\n")
            while (event := await _next(queue)) is not None:
                line = f"data: {json.dumps(event, ensure_ascii=False)}\n\n" if event else ": still here\n\n"
                await response.write(line.encode())
        except ConnectionResetError:
            return response
        finally:
            watchers.discard(queue)
        return response


async def _next(queue: asyncio.Queue[Json | None]) -> Json | None:
    try:
        return await asyncio.wait_for(queue.get(), HEARTBEAT)
    except TimeoutError:
        return {}
