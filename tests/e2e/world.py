"""The world outside as a process, and how each site sells a number there."""

import json
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from tests.e2e.kit import ROOT, Json, Secrets, environment, eventually

USER = "anna@example.com"
"""The user name at sites that want one."""


@dataclass(frozen=True)
class Shop:
    """How a person gets a number at one site, and what the site then sees."""

    site: str
    steps: tuple[str, ...]
    """What is pressed from the account's page on, by its words; `choice?words` is a search typed."""
    buys: Mapping[str, object]
    """The purchase: method, path, and a command where the path does not tell."""
    looks: str
    """Where a single order is looked at."""
    by_user: bool = False
    ready: str = ""
    """What the card must say before the number receives."""

    @property
    def at_purchase(self) -> Json:
        """Aims a fault at purchases alone."""
        if "cmd" in self.buys:
            return {"where": {"cmd": self.buys["cmd"]}}
        return {"method": self.buys["method"], "path": self.buys["path"]}

    def is_purchase(self, request: Json) -> bool:
        """Whether the site was asked to sell."""
        return all(
            request["query"].get("cmd") == value if name == "cmd" else request[name] == value
            for name, value in self.buys.items()
        )


SHOPS = {
    shop.site: shop
    for shop in (
        Shop("gearsms", ("S1", "WhatsApp"), {"method": "POST", "path": "/temp-s1/order"}, "/temp-s1/*"),
        Shop(
            "gsim",
            ("🌍 Numbers", "WhatsApp", "country?germ", "Germany"),
            {"method": "POST", "path": "/orders"},
            "/orders",
        ),
        Shop("smsgig", ("WhatsApp",), {"method": "POST", "path": "/s1/rent"}, "/s1/status"),
        Shop(
            "getsms",
            ("service?whatsapp", "WhatsApp"),
            {"method": "GET", "cmd": "request"},
            "",
            by_user=True,
        ),
        Shop(
            "gotsms", ("Google", "USA", "day"), {"method": "POST", "path": "/rents"}, "/messages", ready="🟢"
        ),
    )
}


class World:
    """`python -m sandbox` as a process, and what the outside world does in it."""

    def __init__(self, folder: Path) -> None:
        self.secrets = Secrets()
        with (folder / "world.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sandbox", "--seed", "7"],
                cwd=ROOT,
                env=environment({}),
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        self.base: str = json.loads(self._process.stdout.readline())["base"]
        self._http = httpx.Client(base_url=self.base, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._process.terminate()
        self._process.communicate(timeout=20)

    def call(self, method: str, path: str, body: Json | None = None) -> Any:
        """A call that must succeed: its JSON."""
        answer = self._http.request(method, path, json=body)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    def try_call(self, method: str, path: str, body: Json | None = None) -> Any | None:
        """The same, where what it is about may be gone: None then."""
        answer = self._http.request(method, path, json=body)
        assert answer.status_code in {200, 404}, (path, answer.text)
        return answer.json() if answer.status_code == 200 else None

    def account(self, shop: Shop, *, balance: str = "25.00") -> str:
        """A new customer of a site: the key."""
        key = f"live_{secrets.token_hex(20)}"
        self.secrets.sealed.add(key)
        self.set_account(shop, key, user=USER, balance=balance)
        return key

    def set_account(self, shop: Shop, key: str, **fields: object) -> None:
        """Change a customer, for example the webhook address that is set by hand."""
        self.call("POST", f"/outside/{shop.site}/accounts", {"key": key, **fields})

    def orders(self, shop: Shop, key: str) -> list[Json]:
        """What the site sold to this key, newest first."""
        found: list[Json] = self.call("GET", f"/outside/{shop.site}/orders?key={key}")["orders"]
        self.secrets.numbers |= {order["number"].lstrip("+") for order in found if order["number"]}
        return found

    def order(self, shop: Shop, key: str) -> Json:
        """The only order of this key."""
        (only,) = self.orders(shop, key)
        return only

    def books(self, shop: Shop, key: str) -> Json:
        """The money of this key."""
        books: Json = self.call("GET", f"/outside/{shop.site}/books?key={key}")
        return books

    def charges(self, shop: Shop, key: str) -> list[str]:
        """What was taken from this key, charge by charge."""
        return [one["amount"] for one in self.books(shop, key)["transactions"] if one["type"] == "purchase"]

    def sms(self, shop: Shop, order: Json) -> tuple[str, int | None]:
        """An SMS reaches the number: the code in it, and how the webhook was answered, if there was one."""
        code, mark = str(secrets.randbelow(90_000_000) + 10_000_000), secrets.token_hex(8)
        self.secrets.sealed |= {code, mark}
        text = f"{code} is your verification code. Never share it. #{mark}"
        path = f"/outside/{shop.site}/orders/{order['id']}/sms"

        def arrives() -> Json | None:  # some numbers sleep until the bot has woken them
            arrival: Json = self.call("POST", path, {"text": text, "code": code})
            return arrival if arrival["received"] else None

        return code, eventually(arrives, f"the number of {order['id']} to receive")["webhook"]

    def requests(self, shop: Shop, key: str) -> list[Json]:
        """All that was asked of a site with this key."""
        asked = self.call("GET", f"/outside/{shop.site}/requests")["requests"]
        return [one for one in asked if key in json.dumps([one["headers"], one["query"]])]

    def purchases(self, shop: Shop, key: str) -> int:
        """How often the site was asked to sell with this key."""
        return sum(shop.is_purchase(request) for request in self.requests(shop, key))

    def fault(self, target: str, kind: str, **spec: object) -> None:
        """Something goes wrong."""
        self.call("POST", "/outside/faults", {"target": target, "kind": kind, **spec})

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self.call("DELETE", "/outside/faults")

    def telegram_calls(self, method: str = "", *, since: int = 0) -> list[Json]:
        """All calls of a method of the Bot API, or of all of them, behind the one with that number."""
        calls: list[Json] = self.call("GET", f"/outside/telegram/requests?since={since}")["requests"]
        return [call for call in calls if not method or call["method"] == method]
