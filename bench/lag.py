"""From the SMS at the site to the push at Telegram, with many open orders on one account, by polling."""

import asyncio
import random
import tempfile
import time
from pathlib import Path

from bench import crowd, rig, webhook
from bench.figures import Figure, percentile
from bench.rig import World
from bot.app import App
from bot.settings import GivenSettings
from storage.orders import Order

GOALS = {"gsim": "<= 1 s", "gotsms": "<= 1 s", "gearsms": "<= 2 s", "smsgig": "<= 2 s", "getsms": "<= 2 s"}
AGES = (6.0, 18.0)
LEARNT = 200
"""Earlier orders whose codes came at such ages."""

PATIENCE = 40.0


async def measure(*, small: bool) -> list[Figure]:
    """Each site by itself. Where one request shows all orders also with a tenth of them."""
    number = 40 if small else 200
    figures = []
    async with rig.world() as world:
        for site, goal in GOALS.items():
            lags, requests, lost = await _watch(world, site, number)
            name = f"{site}, {number} open orders"
            figures += [
                Figure(name=f"{name}: median lag", value=percentile(lags, 0.5), unit="s", goal=goal),
                Figure(name=f"{name}: p99 lag", value=percentile(lags, 0.99), unit="s"),
                Figure(name=f"{name}: requests per code", value=requests / number, unit="", goal="<= 4"),
                Figure(name=f"{name}: codes that did not arrive", value=lost, unit="", goal="0"),
            ]
            if goal == "<= 1 s":
                _, few, _ = await _watch(world, site, number // 10)
                share = requests / max(few, 1)
                few_name = f"{name}: requests / with {number // 10} orders"
                figures.append(Figure(name=few_name, value=share, unit="x", goal="1"))
    return figures


async def _watch(world: World, site: str, number: int) -> tuple[list[float], int, int]:
    """Lags in seconds, requests of watching, codes that never arrived."""
    with tempfile.TemporaryDirectory(prefix="pinbell-bench-") as folder:
        app = await App.build(_settings(world, Path(folder)))
        persons = await crowd.meet(world, app.desk, number)
        wanted = await crowd.wish(world, app.desk, site, persons[0])
        service = next(pick.id for pick in wanted.picks if pick.choice == "service")
        async with app.desk.db.transaction() as connection:
            for _ in range(LEARNT):
                await app.desk.habits.note(connection, site, service, random.uniform(*AGES))  # noqa: S311
        stop, started = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(app.run(stop, started=started.set))
        try:
            await started.wait()
            return await _codes(world, app, wanted, persons)
        finally:
            stop.set()
            await running


async def _codes(
    world: World, app: App, wanted: crowd.Wish, persons: list[int]
) -> tuple[list[float], int, int]:
    site, sent = wanted.account.site, dict[str, float]()
    newest = (await world.calls())[-1:]
    since = int(newest[0]["n"]) if newest else 0
    asked = await world.asked(site)
    line, tasks = app.desk.line(wanted.account, wanted.line), []
    for person in persons:
        order = await crowd.order(app.desk, wanted, person)
        tasks.append(asyncio.create_task(_sms(world, order, sent)))
    ours = len(persons) * (2 if line.after_purchase else 1)
    await asyncio.gather(*tasks)
    arrived = await webhook.arrivals(world, since, sent, patience=PATIENCE)
    requests = await world.asked(site) - asked - ours
    return [at - sent[code] for code, at in arrived.items()], requests, len(sent) - len(arrived)


async def _sms(world: World, order: Order, sent: dict[str, float]) -> None:
    await asyncio.sleep(random.uniform(*AGES))  # noqa: S311
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
