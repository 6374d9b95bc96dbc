"""Which call of which site is behind what people press: found by doing all of it at the make-believe sites.

`python -m tests.providers.endpoints` writes docs/endpoints.md anew.
"""

import asyncio
import re
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from handlers.texts import texts_for
from providers.door import Answer, Request
from providers.errors import SiteError
from providers.registry import SITES
from providers.site import OrderRef, Picks, Seen, Site
from providers.words import Act, Asked, Choice, Line, Option, State, Trace
from storage.accounts import Account
from tests.orders.scene import Scene

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "endpoints.md"
TESTS = sorted((ROOT / "tests" / "providers").glob("test_*.py"))

DOCUMENTED: Mapping[str, str] = {
    "gearsms": """
        GET /balance
        GET /temp-s1/states, GET /temp-s1/services, POST /temp-s1/order, GET /temp-s1/check-sms/:id,
        GET /temp-s1/number-details/:id, POST /temp-s1/cancel/:id
        GET /temp-s2/services, GET /temp-s2/area-codes, POST /temp-s2/order, GET /temp-s2/check-sms/:id,
        POST /temp-s2/cancel/:id, POST /temp-s2/reactivate/:id, POST /temp-s2/report/:id
        GET /temp-global/countries, GET /temp-global/services, GET /temp-global/stock,
        GET /temp-global/area-codes, POST /temp-global/order, GET /temp-global/check-sms/:id,
        POST /temp-global/cancel/:id, POST /temp-global/reuse/:id
        GET /long-term-numbers/services, GET /long-term-numbers/durations, GET /long-term-numbers/area-codes,
        GET /long-term-numbers/price, POST /long-term-numbers/order, GET /long-term-numbers/check-sms/:id
    """,
    "gsim": """
        GET /balance, GET /services, GET /countries, GET /operators
        GET /orders, POST /orders, GET /orders/:id, POST /orders/:id/cancel, POST /orders/:id/ban
        GET /rentals/search, GET /rentals, POST /rentals, GET /rentals/:id, PATCH /rentals/:id,
        DELETE /rentals/:id, GET /rentals/:id/sms, POST /rentals/:id/sms, GET /rentals/:id/calls,
        POST /rentals/:id/calls
    """,
    "smsgig": """
        GET /balance, GET /transactions, GET /s1/services, POST /s1/rent, GET /s1/status,
        POST /s1/rentals/status, POST /s1/rentals/cancel
    """,
    "getsms": """
        GET ?cmd=balance, GET ?cmd=list_services, GET ?cmd=request, GET ?cmd=request_status, GET ?cmd=reject,
        GET ?cmd=read_sms
    """,
    "gotsms": """
        GET /pricelist, GET /account, GET /services, GET /rents/plans, GET /rents, POST /rents,
        POST /rents/:id/transition, POST /rents/:id/renewal/toggle, POST /rents/:id/refund, GET /messages,
        GET /messages/unread, GET /numbers/:id/messages, POST /numbers/:id/wake-up, GET /numbers/:id/status
    """,
}
"""Every endpoint of the sites' documents."""

LEFT_OUT: Mapping[tuple[str, str], str] = {
    ("gotsms", "GET /messages/unread"): "reading may mark as read; `GET /messages` has the same by id",
}
"""Endpoints that nothing calls, and why."""

TYPED: Mapping[str, str] = {
    "area_code": "212", "carrier": "tmo", "number": "", "markup": "100", "monthly_price": "9",
    "contains": "555", "to": "+14155551234", "body": "Hello", "forwarding": "+14155551234",
    "friendly_name": "Shop", "country": "US",
}  # fmt: skip
"""What somebody would type where a site lists nothing."""

PREFERRED: Mapping[str, str] = {"service": "Google", "plan": "1 day"}
"""What is picked where it is sold: a number that every act can be done with."""

HEAD = """# What is behind each button

Every endpoint of the five sites' documents, what of the adapter calls it, and where that is in the chat.
Made by pressing everything against the make-believe sites (`.venv/bin/python -m tests.providers.endpoints`);
a test does the same and compares.
"""


@dataclass
class Trail:
    """What was asked of a site while which of the adapter's calls ran."""

    site: Site
    seen: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    during: str = ""

    def __post_init__(self) -> None:
        door: Any = self.site.door
        door.read, door.once = self._noted(door.read), self._noted(door.once)

    async def of(self, what: str, work: Awaitable[Any]) -> Any:
        """Do this, which is called so."""
        self.during = what
        try:
            return await work
        finally:
            self.during = ""

    def _noted(self, ask: Callable[[Request], Awaitable[Answer]]) -> Callable[[Request], Awaitable[Answer]]:
        async def asked(request: Request) -> Answer:
            if self.during:
                self.seen[request.call][self.during] = None
            return await ask(request)

        return asked


@dataclass
class Walk:
    """Everything that one site can do, done once."""

    scene: Scene
    account: Account
    trail: Trail

    @property
    def site(self) -> Site:
        """The account's site."""
        return self.trail.site

    @property
    def credentials(self) -> Mapping[str, str]:
        """The account's key."""
        return self.scene.desk.credentials(self.account)

    async def all(self) -> None:
        """Lines, choices, acts, lists."""
        site, of = self.site, self.trail.of
        await of("balance", site.balance(self.credentials))
        if site.public_prices:
            await of("prices", site.prices())
        if site.trace is Trace.MONEY:
            await of("transactions", site.transactions(self.credentials, "purchase"))
        for line in site.lines:
            if site.trace is Trace.LIST:
                await of("recent", site.recent(self.credentials, line.key))
            await self._line(line)
        for journal in site.journals:
            await of(f"journal {journal.key}", site.journal(self.credentials, journal.key))

    async def _line(self, line: Line) -> None:
        await self._watch(line, await self._buy(line))
        for act in line.acts:
            await self._act(line, act, await self._buy(line))

    async def _buy(self, line: Line) -> OrderRef:
        site, of = self.site, self.trail.of
        picks = await self._picks(line, line.key, {})
        await of(f"quote {line.key}", site.quote(self.credentials, line.key, picks))
        (seen, *_) = await of(f"buy {line.key}", site.buy(self.credentials, line.key, picks))
        return _ref(line, picks, seen)

    async def _watch(self, line: Line, order: OrderRef) -> None:
        site, of = self.site, self.trail.of
        await of(f"look {line.key}", site.look(self.credentials, order))
        await of(f"look {line.key}", site.glance(self.credentials, order))
        await of(f"look {line.key}", site.look(self.credentials, replace(order, number=None)))  # adopted
        with suppress(SiteError):  # what a list does not show is asked for by its id
            await of(f"look {line.key}", site.look(self.credentials, replace(order, id=f"{order.id}0")))
        if line.listed:
            await of(f"look {line.key}", site.look_all(self.credentials, [order]))
        for journal in line.journals:
            what = f"journal {journal.key} {line.key}"
            await of(what, site.journal(self.credentials, journal.key, order=order))

    async def _act(self, line: Line, act: Act, order: OrderRef) -> None:
        """Also where this very order refuses it: it was asked, and that is what is noted here."""
        site, of, what = self.site, self.trail.of, f"act {act.key} {line.key}"
        given: dict[str, str] = {act.switch: "on"} if act.switch else {}
        with suppress(SiteError):
            given |= await self._picks(act, line.key, order.picks)
            if act.effect.costs and act.choices:
                await of(what, site.act_quote(self.credentials, act.key, order, given))
            await of(what, site.act(self.credentials, act.key, order, given))
        if act.effect.costs and act.choices:
            since = self.scene.desk.site_now(site.key) - 1
            with suppress(SiteError):
                await of(what, site.was_done(self.credentials, act.key, order, given, since))

    async def _picks(self, asked: Asked, line: str, known: Picks) -> dict[str, str]:
        """All required choices answered; the lists of the optional ones are read too."""
        picks: dict[str, str] = {}
        for choice in asked.choices:
            options = await self._options(choice, line, {**known, **picks})
            if not choice.required:
                continue
            sold = [one for one in options if one.stock != 0]
            wanted = PREFERRED.get(choice.key, "")
            option = next((one for one in sold if wanted in one.name), next(iter(sold), None))
            typed = TYPED.get(choice.key, "")
            picks[choice.key] = option.id if option is not None else typed
        return picks

    async def _options(self, choice: Choice, line: str, picks: Picks) -> list[Option]:
        if choice.fixed or not choice.listed or not set(choice.needs) <= set(picks):
            return list(choice.fixed)
        listing = self.site.options(self.credentials, line, choice.key, picks)
        return list(await self.trail.of(f"options {choice.key} {line}", listing))


def _ref(line: Line, picks: Picks, seen: Seen) -> OrderRef:
    return OrderRef(
        id=seen.id, line=line.key, picks=picks, state=State.WAITING, number=seen.number,
        expires_at=seen.expires_at, facts=seen.facts,
    )  # fmt: skip


async def walk(site_key: str, folder: Path) -> dict[str, list[str]]:
    """Everything that a site can do, done once: each endpoint, with what of the adapter called it."""
    async with Scene(folder) as scene:
        site = scene.desk.sites[site_key]
        account = await scene.account(site_key, balance="5000")
        trail = Trail(site)
        await Walk(scene, account, trail).all()
        return {call: list(during) for call, during in trail.seen.items()}


def documented(site_key: str) -> list[str]:
    """The endpoints of a site's document."""
    return [call.strip() for call in re.split(r",|\n", DOCUMENTED[site_key]) if call.strip()]


def page(found: Mapping[str, Mapping[str, list[str]]]) -> str:
    """The table of all sites."""
    parts = [HEAD]
    for site_key, site in SITES.items():
        parts.append(f"## {site.name}\n\n| Endpoint | Adapter | In the chat | Tests |\n|---|---|---|---|\n")
        parts[-1] += "".join(
            _row(site_key, call, found[site_key].get(call, [])) for call in documented(site_key)
        )
    return "\n".join(parts)


def _row(site_key: str, call: str, during: list[str]) -> str:
    why = LEFT_OUT.get((site_key, call))
    if why is not None:
        return f"| `{call}` | | not called: {why} | |\n"
    methods = dict.fromkeys(f"`{what.split()[0]}`" for what in during)
    places = dict.fromkeys(_place(SITES[site_key], what) for what in during)
    tests = ", ".join(
        name.removeprefix("test_").removesuffix(".py") for name in files_testing(site_key, call, during)
    )
    return f"| `{call}` | {', '.join(methods)} | {'; '.join(places)} | {tests} |\n"


def _place(site: type[Site], what: str) -> str:
    """Where in the chat that happens, in the words of its buttons."""
    t = texts_for("en")
    kind, *rest = what.split()
    line = f"{t.plain(f'line-{site.key}-{rest[-1]}')}" if len(rest) == 2 or kind in LINE_ONLY else ""
    fixed = {
        "balance": "/balance, linking",
        "prices": "linking: prices before there is an account",
        "recent": "an order without an answer is looked for",
        "transactions": "an order without an answer is looked for",
        "quote": f"/order › {line} › price",
        "buy": f"/order › {line} › Buy",
        "look": f"{line}: the card, watching",
    }
    if kind in fixed:
        return fixed[kind]
    if kind == "options":
        return f"/order › {line} › {t.plain(f'choice-{rest[0]}')}"
    if kind == "act":
        return f"{line}: the card › {t.plain(f'act-{rest[0]}')}"
    return f"{f'{line}: the card' if line else '/accounts'} › {t.plain(f'journal-{rest[0]}')}"


LINE_ONLY = frozenset({"quote", "buy", "look"})


def files_testing(site_key: str, call: str, during: Iterable[str]) -> list[str]:
    """The files that test it: those which name its path, or the choice, act or list that it is behind."""
    path = re.escape(call.split()[1].removeprefix("?cmd="))
    patterns = [path.replace(":id", r"(\{[^}]*\}|[^/\"'\s]+)") + r"(?![\w/-])"]
    patterns += [
        f'"{what.split()[1]}"' for what in during if what.split()[0] in {"options", "act", "journal"}
    ]
    return [
        test.name
        for test in TESTS
        if test.name.startswith(f"test_{site_key}")
        and any(re.search(pattern, test.read_text()) for pattern in patterns)
    ]


async def _write() -> None:
    found = {}
    for site_key in SITES:
        with tempfile.TemporaryDirectory() as folder:
            found[site_key] = await walk(site_key, Path(folder))
    PAGE.write_text(page(found))


if __name__ == "__main__":
    asyncio.run(_write())
