"""From the SMS at the site to the push at Telegram, with many open orders on each account, by polling."""

import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import crowd, rig, webhook
from bench.figures import Figure, percentile
from bench.rig import World
from bench.unlimited import NoLimits
from bot.app import App
from bot.settings import GivenSettings
from storage.orders import Order

GOALS = {"gsim": "<= 1 s", "gotsms": "<= 1 s", "gearsms": "<= 2 s", "smsgig": "<= 2 s", "getsms": "<= 2 s"}
AGES = (6.0, 18.0)
LEARNT = 200
"""Earlier orders whose codes came at such ages."""

PATIENCE = 40.0

LOOKS = {
    "gsim": ("/orders",),
    "gotsms": ("/rents", "/messages"),
    "gearsms": ("/check-sms/",),
    "smsgig": ("/s1/status",),
    "getsms": ("request_status", "read_sms"),
}
"""Words in the addresses of reads that watch; what a purchase reads (plans, a woken number) is none."""


@dataclass(slots=True)
class Watched:
    """What became of one site's codes."""

    lags: list[float]
    requests: int
    lost: int
    seconds: float
    """From the first SMS to the last: before that hardly any look is worth making, and orders are made one
    after the other.
    """

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


async def measure(*, small: bool) -> list[Figure]:
    """All sites at once, an account at each. Where one request shows all orders also with a tenth of them."""
    number = 40 if small else 200
    figures = []
    async with rig.world() as world:
        watched = await _watch(world, list(GOALS), number)
        few = await _watch(world, [site for site, goal in GOALS.items() if goal == "<= 1 s"], number // 10)
    for site, goal in GOALS.items():
        found, name = watched[site], f"{site}, {number} open orders"
        figures += [
            Figure(name=f"{name}: median lag", value=percentile(found.lags, 0.5), unit="s", goal=goal),
            Figure(name=f"{name}: p99 lag", value=percentile(found.lags, 0.99), unit="s"),
            Figure(name=f"{name}: requests per code", value=found.requests / number, unit="", goal="<= 4"),
            Figure(name=f"{name}: codes that did not arrive", value=found.lost, unit="", goal="0"),
        ]
        if site in few:
            few_name = f"{name}: requests a second / with {number // 10} orders"
            figures.append(Figure(name=few_name, value=found.rate / few[site].rate, unit="x", goal="1"))
    return figures


async def _watch(world: World, sites: Sequence[str], number: int) -> dict[str, Watched]:
    """So many orders at each of these sites, watched by a new bot. Its sending limits are off: at 28 messages
    a second a thousand codes and their cards would wait for each other, and not for looks.
    """
    with tempfile.TemporaryDirectory(prefix="pinbell-bench-") as folder:
        app = await App.build(_settings(world, Path(folder)))
        app.outbox.limits = NoLimits()
        persons = await crowd.meet(world, app.desk, number)
        wishes = {site: await crowd.wish(world, app.desk, site, persons[0]) for site in sites}
        async with app.desk.db.transaction() as connection:
            for site, wanted in wishes.items():
                service = next(pick.id for pick in wanted.picks if pick.choice == "service")
                for _ in range(LEARNT):
                    await app.desk.habits.note(connection, site, service, random.uniform(*AGES))  # noqa: S311 - ages to learn from
        stop, started = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(app.run(stop, started=started.set))
        try:
            await started.wait()
            found = await asyncio.gather(*(_codes(world, app, one, persons) for one in wishes.values()))
            return dict(zip(wishes, found, strict=True))
        finally:
            stop.set()
            await running


async def _codes(world: World, app: App, wanted: crowd.Wish, persons: list[int]) -> Watched:
    site, sent = wanted.account.site, dict[str, float]()
    newest = (await world.calls())[-1:]
    since = int(newest[0]["n"]) if newest else 0
    asked, tasks = await world.asked(site), []
    for person in persons:
        order = await crowd.order(app.desk, wanted, person)
        tasks.append(asyncio.create_task(_sms(world, order, sent)))
    await asyncio.gather(*tasks)
    arrived = await webhook.arrivals(world, since, sent, patience=PATIENCE)
    looks = await _looks(world, site, asked)
    lags = [at - sent[code] for code, at in arrived.items()]
    return Watched(lags, looks, len(sent) - len(arrived), max(sent.values()) - min(sent.values()))


async def _looks(world: World, site: str, since: int) -> int:
    """How often the site was asked by watching, after request number `since`."""
    requests = (await world.get(f"/outside/{site}/requests?since={since}"))["requests"]
    asked = [f"{one['path']} {one['query']}" for one in requests if one["method"] == "GET"]
    return sum("/numbers/" not in one and any(word in one for word in LOOKS[site]) for one in asked)


async def _sms(world: World, order: Order, sent: dict[str, float]) -> None:
    await asyncio.sleep(random.uniform(*AGES))  # noqa: S311 - an age like theirs
    code = crowd.new_code()
    sent[code] = time.time()
    path = f"/outside/{order.site}/orders/{order.site_id}/sms"
    arrival = await world.post(path, {"text": f"Your code is {code} today", "code": code})
    if not arrival.get("received", True):
        raise RuntimeError(f"{order.site}: the number does not receive")


def _settings(world: World, folder: Path) -> GivenSettings:
    given = {
        "bot_token": rig.TOKEN,
        "telegram_api_url": f"{world.base}/telegram",
        "data_dir": folder,
        "http_port": 0,
        **{f"{site}_url": url for site, url in rig.site_urls(world.base).items()},
    }
    return GivenSettings.model_validate(given)
