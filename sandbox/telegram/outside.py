"""`/outside/telegram`: bots that exist, settings, what was called."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.telegram.bots import DEFAULT_NAME, DEFAULT_USERNAME, TOKEN
from sandbox.telegram.routes import Routes
from sandbox.telegram.web import body_of, number, refuse, seconds

__all__ = ["Outside"]


class Outside(Routes):
    """What the world does to Telegram."""

    @property
    def _settings(self) -> dict[str, Callable[[Any], None]]:
        return {
            "limits": self._limits,
            "advance": self._advance,
            "webhook_pause": self._webhook_pause,
            "privacy": self._privacy,
        }

    def add_routes(self, app: web.Application) -> None:
        """Add the addresses."""
        app.router.add_post("/outside/telegram/bots", self.make_bot)
        app.router.add_get("/outside/telegram/bots", self.list_bots)
        app.router.add_post("/outside/telegram/settings", self.set_up)
        app.router.add_get("/outside/telegram/requests", self.requests)

    async def make_bot(self, request: web.Request) -> web.Response:
        """A bot is registered; from now on only registered ones exist."""
        body = await body_of(request)
        token = str(body.get("token", ""))
        if not TOKEN.fullmatch(token):
            raise refuse(400, "token must look like 123456:and-35-more-characters")
        hub = self.hub
        hub.told_bots = True
        bot = hub.add_bot(
            token,
            int(token.partition(":")[0]),
            str(body.get("name") or DEFAULT_NAME),
            str(body.get("username") or DEFAULT_USERNAME),
        )
        bot.inline = bool(body.get("inline", bot.inline))
        bot.privacy = bool(body.get("privacy", bot.privacy))
        return web.json_response(bot.user.api())

    async def list_bots(self, _request: web.Request) -> web.Response:
        """All bots."""
        return web.json_response({"bots": [bot.user.api() for bot in self.hub.bots.values()]})

    async def set_up(self, request: web.Request) -> web.Response:
        """Change the weather at Telegram. Answers with what is set now."""
        body = await body_of(request)
        unknown = body.keys() - self._settings.keys()
        if unknown:
            raise refuse(400, f"unknown settings: {', '.join(sorted(unknown))}")
        for name, value in body.items():
            self._settings[name](value)
        hub = self.hub
        now = {"limits": hub.limits.on, "ahead": hub.ahead, "webhook_pause": self.server.webhook_pause}
        return web.json_response(now)

    async def requests(self, request: web.Request) -> web.Response:
        """All calls with a number above `since`."""
        since = number(request.query.get("since", "0"))
        return web.json_response({"requests": [call for call in self.server.calls if call["n"] > since]})

    def _limits(self, value: Any) -> None:
        self.hub.limits.on = bool(value)
        self.hub.limits.clear()

    def _advance(self, value: Any) -> None:
        self.hub.ahead += seconds(value)

    def _webhook_pause(self, value: Any) -> None:
        self.server.webhook_pause = seconds(value)

    def _privacy(self, value: Any) -> None:
        for bot in self.hub.bots.values():
            bot.privacy = bool(value)
