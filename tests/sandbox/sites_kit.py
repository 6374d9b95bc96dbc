"""A customer of the make-believe sites, and hands for the world around them, by real HTTP."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from aiohttp import ClientSession, web

from sandbox.sites.gearsms import GearSMS
from sandbox.sites.getsms import GetSMS
from sandbox.sites.gotsms import GotSMS
from sandbox.sites.gsim import Gsim
from sandbox.sites.smsgig import SMSGig
from sandbox.world import World

Json = dict[str, Any]

KEY = "live_0123456789"
USER = "developer@example.com"
BASES = {site.name: site.base for site in (GearSMS, Gsim, SMSGig, GetSMS, GotSMS)}


@dataclass
class Customer:
    """Somebody with an account at one site; also does what the outside world does there."""

    site: str
    world: World
    http: ClientSession

    @property
    def headers(self) -> dict[str, str]:
        """The key where the site's document wants it."""
        if self.site == "getsms":
            return {}
        if self.site == "gearsms":
            return {"X-API-Key": KEY}
        both = {"Content-Type": "application/json", "Accept": "application/json"}
        return {"Authorization": f"Bearer {KEY}"} | (both if self.site == "gotsms" else {})

    async def call(self, method: str, path: str, **request: Any) -> tuple[int, Any]:
        """One request to the site: status and JSON."""
        headers = request.pop("headers", self.headers)
        url = self.world.base + BASES[self.site] + path
        async with self.http.request(method, url, headers=headers, **request) as answer:
            return answer.status, await answer.json(content_type=None)

    async def get(self, path: str, **query: Any) -> Any:
        """A reading call that must succeed: its JSON."""
        status, body = await self.call("GET", path, params=query)
        assert status == 200, body
        return body

    async def post(self, path: str, body: object = None, expect: int = 200) -> Any:
        """A writing call with JSON: the answer's JSON."""
        request = {} if body is None else {"json": body}
        status, answer = await self.call("POST", path, **request)
        assert status == expect, answer
        return answer

    async def cmd(self, cmd: str, **query: Any) -> Any:
        """A command of getsms: `message` if it is ok, the whole answer else."""
        body = await self.get("", cmd=cmd, user=USER, api_key=KEY, **query)
        return body["message"] if body["status"] == "ok" else body

    async def outside(self, method: str, path: str, body: Json | None = None, expect: int = 200) -> Any:
        """A call to `/outside/{site}`."""
        url = f"{self.world.base}/outside/{self.site}/{path}"
        async with self.http.request(method, url, json=body) as answer:
            text = await answer.json()
            assert answer.status == expect, text
            return text

    async def account(self, **fields: Any) -> Any:
        """Make or change the account."""
        return await self.outside("POST", "accounts", {"key": KEY, **fields})

    async def settings(self, **fields: Any) -> Any:
        """Change the weather."""
        return await self.outside("POST", "settings", fields)

    async def sms(self, order: object, text: str | None = None, **fields: Any) -> Any:
        """An SMS reaches the number."""
        return await self.outside("POST", f"orders/{order}/sms", {"text": text, **fields})

    async def expire(self, order: object) -> None:
        """The order's time is up."""
        await self.outside("POST", f"orders/{order}/expire")

    async def books(self) -> Json:
        """The money, in which the rule of the books is checked each time."""
        books: Json = await self.outside("GET", f"books?key={KEY}")
        total = {"deposit": Decimal(0), "purchase": Decimal(0), "refund": Decimal(0)}
        for entry in books["transactions"]:
            total[entry["type"]] += Decimal(entry["amount"])
        deposits, charged, refunded = (Decimal(books[name]) for name in ("deposits", "charged", "refunded"))
        assert (deposits, charged, refunded) == (total["deposit"], total["purchase"], total["refund"])
        assert Decimal(books["balance"]) == deposits - charged + refunded
        assert refunded <= charged
        return books

    async def spent(self) -> Decimal:
        """What the account has lost for good so far."""
        books = await self.books()
        return Decimal(books["charged"]) - Decimal(books["refunded"])

    async def requests(self) -> list[Json]:
        """All that was asked of the site."""
        asked: list[Json] = (await self.outside("GET", "requests"))["requests"]
        return asked

    async def fault(self, **spec: Any) -> None:
        """Something goes wrong at this site."""
        url = f"{self.world.base}/outside/faults"
        async with self.http.post(url, json={"target": self.site, **spec}) as answer:
            assert answer.status == 200, await answer.text()


@dataclass
class Mailbox:
    """A webhook's receiver."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        """Keep one event."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append((headers, await request.read()))
        return web.Response(status=self.status)
