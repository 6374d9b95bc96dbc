"""`/outside`: what the world does to the sites. Addresses and bodies are in docs/sandbox.md."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.door import Door
from sandbox.faults import Faults
from sandbox.sites.getsms import GetSMS
from sandbox.sites.getsms_messages import Request
from sandbox.sites.orders import Account, Order
from sandbox.sites.site import Settings, Site

Json = dict[str, Any]


def wrong(status: int, text: str) -> web.HTTPException:
    """400 or 404 with the reason."""
    kind = web.HTTPNotFound if status == 404 else web.HTTPBadRequest
    return kind(text=json.dumps({"error": text}), content_type="application/json")


def seconds_range(value: object) -> tuple[float, float] | None:
    """`[from, to]` or null."""
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError("auto_sms must be [from, to] in seconds, or null")
    begin, end = (float(item) for item in value)
    if not 0 <= begin <= end:
        raise ValueError("auto_sms must be [from, to] with 0 <= from <= to")
    return begin, end


def flag(value: object) -> bool:
    """true or false and nothing else."""
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} must be true or false")  # noqa: TRY004 - it is about the request
    return value


def some_seconds(value: object) -> float:
    """Seconds, none of them negative."""
    seconds = float(str(value))
    if not seconds >= 0:
        raise ValueError(f"{value!r} must be seconds")
    return seconds


SETTINGS: dict[str, Callable[[Any], object]] = {
    "down": flag,
    "slow": some_seconds,
    "no_numbers": flag,
    "auto_sms": seconds_range,
    "lifetime": lambda value: None if value is None else some_seconds(value),
    "rate_limit": lambda value: None if value is None else int(value),
    "webhooks": flag,
}


class Outside:
    """The addresses. Telegram's own are added by its server."""

    def __init__(
        self, doors: Mapping[str, Door], faults: Faults, reset: Callable[[], Awaitable[None]]
    ) -> None:
        self._doors = doors
        self._faults = faults
        self._reset = reset

    def add_routes(self, app: web.Application) -> None:
        """Add all addresses; errors come as JSON."""
        order = "/outside/{site}/orders/{id}"
        app.router.add_routes(
            [
                web.get("/outside/sites", self.sites),
                web.post("/outside/faults", self.add_fault),
                web.get("/outside/faults", self.list_faults),
                web.delete("/outside/faults", self.remove_faults),
                web.delete("/outside/faults/{id}", self.remove_faults),
                web.post("/outside/reset", self.reset),
                web.post("/outside/{site}/accounts", self.set_account),
                web.post("/outside/{site}/settings", self.set_settings),
                web.get("/outside/{site}/orders", self.orders),
                web.post(f"{order}/sms", self.send_sms),
                web.post(f"{order}/expire", self.expire),
                web.post(f"{order}/win", self.win),
                web.get("/outside/{site}/books", self.books),
                web.get("/outside/{site}/requests", self.requests),
            ]
        )

    # Reading requests

    async def _body(self, request: web.Request) -> Json:
        raw = await request.read()
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            raise wrong(400, "the body is no JSON") from None
        if not isinstance(body, dict):
            raise wrong(400, "the body must be a JSON object")
        return body

    def _door(self, request: web.Request) -> Door:
        door = self._doors.get(request.match_info["site"])
        if door is None:
            raise wrong(404, f"no such site; there are {', '.join(self._doors)}")
        return door

    def _site(self, request: web.Request) -> Site:
        site = self._door(request).site
        site.clock.run_due()
        return site

    def _order(self, request: web.Request) -> tuple[Site, Order]:
        site = self._site(request)
        # long-term ids are shown with RENT_ when ordered
        order = site.orders.get(request.match_info["id"].removeprefix("RENT_"))
        if order is None:
            raise wrong(404, "no such order")
        return site, order

    def _accounts(self, request: web.Request) -> list[Account]:
        site, key = self._site(request), request.query.get("key")
        if key is None:
            return list(site.accounts.values())
        if key not in site.accounts:
            raise wrong(404, "no such account")
        return [site.accounts[key]]

    # Sites

    async def sites(self, _request: web.Request) -> web.Response:
        """All sites with their weather, customers and open orders."""
        return web.json_response({"sites": [self._shown(door.site) for door in self._doors.values()]})

    def _shown(self, site: Site) -> Json:
        site.clock.run_due()
        settings = asdict(site.settings)
        weather = {name: settings[name] for name in ("down", "slow", "no_numbers", "auto_sms")}
        waiting = [order.as_dict() for order in site.orders.values() if site.is_open(order)]
        accounts = [account_row(account) for account in site.accounts.values()]
        head = {"site": site.name, "name": site.title, **weather}
        return {**head, "accounts": accounts, "open_orders": waiting[::-1]}

    async def set_account(self, request: web.Request) -> web.Response:
        """Make or change a customer."""
        site, body = self._site(request), await self._body(request)
        if not isinstance(body.get("key"), str) or not body["key"]:
            raise wrong(400, "key is missing")
        try:
            account = site.set_account(
                body["key"],
                user=body.get("user"),
                balance=body.get("balance"),
                revoked=body.get("revoked"),
            )
        except ArithmeticError:
            raise wrong(400, "balance must be an amount of money") from None
        if "webhook_url" in body:
            account.webhook_url = body["webhook_url"]
        return web.json_response(account_row(account))

    async def set_settings(self, request: web.Request) -> web.Response:
        """Change the weather; all or nothing."""
        site, body = self._site(request), await self._body(request)
        unknown = body.keys() - SETTINGS.keys()
        if unknown:
            raise wrong(400, f"unknown settings: {', '.join(sorted(unknown))}")
        try:
            values = {name: SETTINGS[name](value) for name, value in body.items()}
        except (TypeError, ValueError) as error:
            raise wrong(400, str(error)) from None
        site.settings = Settings(**{**asdict(site.settings), **values})
        return web.json_response(asdict(site.settings))

    # Orders

    async def orders(self, request: web.Request) -> web.Response:
        """Orders, newest first."""
        found = [order for account in self._accounts(request) for order in account.orders]
        found.sort(key=lambda order: order.created)
        return web.json_response({"orders": [order.as_dict() for order in reversed(found)]})

    async def send_sms(self, request: web.Request) -> web.Response:
        """An SMS reaches the number; answers after the webhook's first attempt."""
        site, order = self._order(request)
        body = await self._body(request)
        fields = {name: body.get(name) for name in ("text", "code", "sender")}
        if any(value is not None and not isinstance(value, str) for value in fields.values()):
            raise wrong(400, "text, code and sender are strings")
        return web.json_response(asdict(await site.sms(order, **fields)))

    async def expire(self, request: web.Request) -> web.Response:
        """The order's time is up."""
        site, order = self._order(request)
        site.expire(order)
        return web.json_response(order.as_dict())

    async def win(self, request: web.Request) -> web.Response:
        """A bid at getsms wins."""
        site, order = self._order(request)
        if not isinstance(site, GetSMS) or not isinstance(order, Request) or order.number:
            raise wrong(400, "only a waiting bid at getsms can win")
        webhook = await site.win(order)
        return web.json_response({**order.as_dict(), "webhook": webhook})

    async def books(self, request: web.Request) -> web.Response:
        """The money of one customer, or of all."""
        accounts = self._accounts(request)
        deposits, charged, refunded = (
            sum(account.total(kind) for account in accounts) for kind in ("deposit", "purchase", "refund")
        )
        transactions = [
            {"type": entry.type, "amount": f"{entry.amount:.2f}", "description": entry.description}
            for account in accounts
            for entry in account.transactions
        ]
        books = {
            "balance": f"{sum(account.balance for account in accounts):.2f}",
            "deposits": f"{deposits:.2f}",
            "charged": f"{charged:.2f}",
            "refunded": f"{refunded:.2f}",
            "orders": sum(len(account.orders) for account in accounts),
            "transactions": transactions,
        }
        return web.json_response(books)

    async def requests(self, request: web.Request) -> web.Response:
        """All that was asked of a site."""
        since = request.query.get("since", "0")
        if not since.isdecimal():
            raise wrong(400, "since must be a number")
        return web.json_response({"requests": self._door(request).requests(int(since))})

    # Faults and the whole

    async def add_fault(self, request: web.Request) -> web.Response:
        """Lay a fault."""
        try:
            return web.json_response({"id": self._faults.add(await self._body(request))})
        except ValueError as error:
            raise wrong(400, str(error)) from None

    async def list_faults(self, _request: web.Request) -> web.Response:
        """The faults that wait."""
        return web.json_response({"faults": self._faults.list()})

    async def remove_faults(self, request: web.Request) -> web.Response:
        """Remove one, or all."""
        try:
            self._faults.remove(request.match_info.get("id"))
        except KeyError:
            raise wrong(404, "no such fault") from None
        return web.json_response({"faults": self._faults.list()})

    async def reset(self, _request: web.Request) -> web.Response:
        """A fresh world."""
        await self._reset()
        return web.json_response({})


def account_row(account: Account) -> Json:
    """A customer for the page."""
    return {
        "key": account.key,
        "user": account.user,
        "balance": f"{account.balance:.2f}",
        "webhook_url": account.webhook_url,
    }
