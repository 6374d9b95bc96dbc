"""The floor under a delivered code: a bare handler that takes a call and sends a message."""

import os
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

HTTP = web.AppKey("http", aiohttp.ClientSession)


async def _session(app: web.Application) -> AsyncIterator[None]:
    app[HTTP] = aiohttp.ClientSession()
    yield
    await app[HTTP].close()


async def _hook(request: web.Request) -> web.Response:
    event = await request.json()
    address = f"{os.environ['TELEGRAM_API_URL']}/bot{os.environ['BOT_TOKEN']}/sendMessage"
    message = {"chat_id": int(request.match_info["chat"]), "text": event["text"]}
    async with request.app[HTTP].post(address, json=message) as answer:
        await answer.read()
    return web.Response(text="ok")


async def _ready(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


def main() -> None:
    """Listen."""
    app = web.Application()
    app.cleanup_ctx.append(_session)
    app.router.add_post("/hooks/{chat}", _hook)
    app.router.add_get("/readyz", _ready)
    web.run_app(app, host="127.0.0.1", port=int(os.environ["HTTP_PORT"]), print=None, access_log=None)


if __name__ == "__main__":
    main()
