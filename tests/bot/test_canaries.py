"""Twenty secrets go through everything at DEBUG: linking, ordering, codes, errors. None is in the log."""

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from aiohttp import ClientSession
from sqlalchemy import text

from bot import log
from bot.redact import Redactor
from handlers.views import card as card_views
from orders import hooks, keys
from orders.watch import Watcher
from providers.errors import SiteError
from storage import accounts
from tests.bot.rig import ANNA, BORIS, BOT, Rig, rig, until

KEYS = {
    "gearsms": "gs_live_Canary0Gearsms1",
    "gsim": "2s_Canary2Gsim3",
    "smsgig": "Canary4Smsgig5",
    "getsms": "Canary6Getsms7",
    "gotsms": "Canary8Gotsms9",
}
USER = "canaryuser10"
NEW_KEY = "2s_Canary11Replaced"
MISTYPED = "2s_Canary12Mistyped"
TOKEN_TAIL = "Canary13TokenOfTheBotCanary13TokenO"
CODES = ("914021", "914022", "914023", "914024")
TEXTS = ("Xylophone canary sentence", "Zeppelin canary sentence")
PASSWORD = "Canary14Password"
BOT_TOKEN = f"{BOT}:{TOKEN_TAIL}"


@pytest.fixture(params=["json", "console"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The whole log at DEBUG in a string, everything put back afterwards."""
    root = logging.getLogger()
    before = root.handlers, root.level, sys.excepthook, threading.excepthook, sys.unraisablehook
    levels = {name: logging.getLogger(name).level for name in log.CHATTY}
    monkeypatch.setattr(log, "redactor", fresh := Redactor())
    monkeypatch.setattr("bot.app.redactor", fresh)
    stream = io.StringIO()
    log.set_up("DEBUG", request.param, stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    root.handlers, level, sys.excepthook, threading.excepthook, sys.unraisablehook = before
    root.setLevel(level)


async def test_twenty_canaries(written: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pydantic import SecretStr  # noqa: PLC0415 - here alone

    async with rig(tmp_path, bot_token=SecretStr(BOT_TOKEN)) as bot, bot.running():
        hook_tokens = await link_all(bot)
        await type_a_key(bot)
        numbers = await codes_by_poll_and_webhook(bot)
        await go_wrong(bot, monkeypatch)
        await bot.settled()
    tell_of_the_database()
    canaries = [
        *KEYS.values(), USER, NEW_KEY, MISTYPED, TOKEN_TAIL, *CODES, *TEXTS, *hook_tokens, *numbers, PASSWORD,
    ]  # fmt: skip
    assert len(canaries) >= 20
    output = written.getvalue()
    drawn = output + output.encode().decode("unicode_escape", "replace")
    assert [canary for canary in canaries if canary in drawn] == []
    assert len(output.splitlines()) > 20
    assert "Traceback" in output


async def link_all(bot: Rig) -> list[str]:
    """Every site's account by its key; getsms's key travels in the address."""
    tokens = []
    for site, key in KEYS.items():
        await bot.post(f"/outside/{site}/accounts", key=key, user=USER, balance="25")
        credentials = {"api_key": key} | ({"user": USER} if site == "getsms" else {})
        account = await keys.link(bot.desk, ANNA, site, credentials)
        if (path := keys.hook_path(bot.desk, account)) is not None:
            tokens.append(path.rpartition("/")[2])
            async with ClientSession(f"http://127.0.0.1:{bot.app.port}") as http:
                await http.post(path, data=json.dumps({"code": CODES[0], "text": TEXTS[0]}))
        if site == "gsim":
            await bot.post("/outside/gsim/accounts", key=NEW_KEY, balance="25")
            await keys.replace_key(bot.desk, account, {"api_key": NEW_KEY})
    return tokens


async def type_a_key(bot: Rig) -> None:
    """In the chat, where the site refuses it; and where nobody asked for it."""
    await bot.say(ANNA, "/accounts")
    await until(lambda: bot.seen(ANNA))
    await bot.say(ANNA, MISTYPED)
    await bot.say(BORIS, f"my key is {MISTYPED}")
    await until(lambda: bot.seen(BORIS))


async def codes_by_poll_and_webhook(bot: Rig) -> list[str]:
    order = await bot.order()
    await bot.sms(order, CODES[0], f"{TEXTS[0]} {CODES[0]}")
    await bot.sms(order, CODES[1], f"{TEXTS[1]} {CODES[1]}")
    await bot.settled()
    assert order.number is not None
    return [order.number, order.number.removeprefix("+")]


async def go_wrong(bot: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors on every way, with secrets in their words, their causes and their locals."""
    for site, key in KEYS.items():
        await bot.post(
            "/outside/faults", target=site, kind="status", status=500, times=3,
            body=json.dumps({"error": f"no {key}", "message": f"{TEXTS[1]} code={CODES[2]}"}),
        )  # fmt: skip
        async with bot.desk.db.transaction() as connection:
            mine = await accounts.of_owner(connection, ANNA)
        account = next(one for one in mine if one.site == site)
        with pytest.raises(SiteError):
            await keys.check(bot.desk, account)
    refusal = {"ok": False, "error_code": 400, "description": f"Bad Request: /bot{BOT_TOKEN}/sendMessage"}
    await bot.fault("sendMessage", "status", status=400, body=json.dumps(refusal))
    order = await bot.order()
    await bot.sms(order, CODES[2])
    await bot.settled()

    def broken(*_args: object, **_more: object) -> None:
        api_key, code = NEW_KEY, CODES[3]
        raise RuntimeError(f"asked with {api_key}: text='{TEXTS[0]}' code={code}")

    real = card_views.push
    monkeypatch.setattr(card_views, "push", broken)
    monkeypatch.setattr(Watcher, "step", broken)
    monkeypatch.setattr(hooks.HookWorker, "pause", broken)
    await bot.sms(order, CODES[3])
    bot.desk.bells.watcher.set()
    bot.desk.bells.hooks.set()

    async def tried() -> bool:
        return any(letter.error == "can't be drawn" for letter in await bot.letters())

    await until(tried)
    monkeypatch.setattr(card_views, "push", real)
    async with bot.desk.db.engine.connect() as connection:
        try:
            await connection.execute(text("SELECT * FROM nowhere WHERE api_key = :key"), {"key": NEW_KEY})
        except Exception as error:  # noqa: BLE001 - whatever the driver raises
            structlog.get_logger("test").error("query failed", exc_info=error)


def tell_of_the_database() -> None:
    """A database's password in an address and in an error's words."""
    url = f"postgresql://pinbell:{PASSWORD}@db.example/pinbell"
    structlog.get_logger("test").error("no database", url=url, exc_info=ValueError(f"odd address {url}"))
