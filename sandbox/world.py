"""The whole make-believe world on one port: five sites, Telegram, the people, the chat page."""

import random
from pathlib import Path
from types import TracebackType

from aiohttp import web

from sandbox.clock import Clock
from sandbox.door import Door
from sandbox.faults import Faults
from sandbox.outside import Outside
from sandbox.sites.gearsms import GearSMS
from sandbox.sites.getsms import GetSMS
from sandbox.sites.gotsms import GotSMS
from sandbox.sites.gsim import Gsim
from sandbox.sites.places import Places
from sandbox.sites.site import Settings, Site, Surroundings
from sandbox.sites.smsgig import SMSGig
from sandbox.sites.webhooks import Postman
from sandbox.telegram.server import TelegramServer

PAGE = Path(__file__).parent / "page"
SITES: tuple[type[Site], ...] = (GearSMS, Gsim, SMSGig, GetSMS, GotSMS)
UPLOADS = 60 * 1024 * 1024  # bytes; Telegram takes files of 50 MB


class World:
    """`async with World() as world: world.base`. Several may live in one process.

    `auto_sms` lets SMS arrive by themselves so many seconds after each purchase; `seed` fixes the dice.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        auto_sms: tuple[float, float] | None = None,
        seed: int | None = None,
    ) -> None:
        self._host, self._port = host, port
        self.base = ""
        self.clock = Clock()
        self.faults = Faults()
        self.telegram = TelegramServer(self.faults)
        self._postman = Postman()
        around = Surroundings(self.clock, self._postman, random.Random(seed), Places())
        self.sites: dict[str, Site] = {kind.name: kind(around, Settings(auto_sms=auto_sms)) for kind in SITES}
        self._doors = {name: Door(site, self.faults) for name, site in self.sites.items()}
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> "World":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Listen; from now on `base` is the address. Raises OSError if the port is taken."""
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        listener = web.TCPSite(self._runner, self._host, self._port)
        try:
            await listener.start()
        except OSError:
            await self.close()
            raise
        self._port = self._runner.addresses[0][1]
        self.base = f"http://{self._host}:{self._port}"

    async def close(self) -> None:
        """End everything that goes on."""
        self.faults.close()
        await self.clock.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self.telegram.close()
        await self._postman.close()

    async def reset(self) -> None:
        """A fresh world at the same address."""
        self.clock.clear()
        self.faults.remove()
        for site in self.sites.values():
            site.reset()
        for door in self._doors.values():
            door.reset()
        self.telegram.reset()

    async def advance(self, seconds: float) -> None:
        """Let time pass at the sites at once, with everything that happens meanwhile."""
        await self.clock.advance(seconds)

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=UPLOADS)
        self.telegram.add_routes(app)  # before /outside/{site}, which would take /outside/telegram
        for door in self._doors.values():
            door.add_routes(app)
        Outside(self._doors, self.faults, self.reset).add_routes(app)
        app.router.add_get("/", self._page)
        app.router.add_static("/page/", PAGE)
        return app

    async def _page(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html")
