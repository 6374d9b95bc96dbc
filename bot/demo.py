"""`python -m bot demo`: the real bot in a make-believe world, with a chat page to try it."""

import asyncio
import secrets
import signal
import socket
import sys
import tempfile
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from bot import log
from bot.app import App
from bot.limits import SendLimits
from bot.settings import GivenSettings, Settings
from orders import keys, shares
from orders.shares import Person
from sandbox.world import World
from storage import people
from storage.accounts import Account
from storage.shares import Role, Who

ANNA = 7001
"""The visitor's first self: she has an account at every site, and lends one to the group."""

PEOPLE = {ANNA: ("Anna", "en"), 7002: ("Борис", "ru"), 7003: ("Clara", "en"), 7004: ("Dan", "en")}
ROLES = {7002: Role.BUYER, 7003: Role.MANAGER}
"""What Anna lets them do with it; Dan may only look."""

GROUP, TITLE = -4_007_001, "Weekend team"
SHARED = "gearsms"
"""The site whose account is lent there."""

GROUP_MINUTE = 300
"""Messages a minute in the group: nobody is to wait here for what Telegram allows in a real one."""

AUTO_SMS = (6.0, 14.0)
"""Seconds until a code arrives by itself."""

BALANCE = "25.00"
USER = "anna"
TOKEN_BOT = 8_000_000_001


async def run(port: int, *, host: str = "127.0.0.1") -> int:
    """Live until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    log.set_up("WARNING", "console")
    with tempfile.TemporaryDirectory(prefix="pinbell-demo-") as folder:
        async with World(host=host, port=port, auto_sms=AUTO_SMS) as world:
            mine = _free_port()
            reached = {"http_port": mine, "public_url": f"http://127.0.0.1:{mine}"}
            limits = SendLimits(group_minute=GROUP_MINUTE)
            app = await App.build(settings(world.base, Path(folder)).model_copy(update=reached), limits)

            def open_the_page() -> None:
                app.desk.spawn(_open(app, world.base), name="demo")

            await app.run(stop, started=open_the_page)
    return 0


def settings(base: str, folder: Path) -> Settings:
    """The bot's settings for a world at this address."""
    return GivenSettings(
        bot_token=SecretStr(f"{TOKEN_BOT}:{secrets.token_hex(18)[:35]}"),
        telegram_api_url=f"{base}/telegram",
        data_dir=folder,
        public_url=None,
        http_port=0,
        gearsms_url=f"{base}/gearsms/api/v1",
        gsim_url=f"{base}/gsim/api/v1",
        smsgig_url=f"{base}/smsgig/api/v1",
        getsms_url=f"{base}/getsms/api_command.php",
        gotsms_url=f"{base}/gotsms/api",
    )


async def _open(app: App, base: str) -> None:
    """Give Anna her accounts and a group that shares one, then say where the page is."""
    async with aiohttp.ClientSession(base, raise_for_status=True) as outside:
        for person, (name, language) in PEOPLE.items():
            await outside.post("/people", json={"id": person, "first_name": name, "language_code": language})
        async with app.desk.db.transaction() as connection:
            await people.meet_user(connection, ANNA, "en", app.desk.now())
            await people.set_name(connection, ANNA, PEOPLE[ANNA][0])
        accounts = {site: await _link(app, outside, site) for site in app.desk.sites}
        await _share(app, outside, accounts[SHARED])
    sys.stdout.write(
        f"\n  Pinbell's demo is open:  {base}/?person={ANNA}&chat={TOKEN_BOT}\n\n"
        "  Press START, order a number, and wait some seconds for the code. Ctrl+C ends it.\n"
        f'  In the group "{TITLE}" four people share one account: the switcher lets you be each of them.\n\n'
    )
    sys.stdout.flush()


async def _share(app: App, outside: aiohttp.ClientSession, account: Account) -> None:
    """A group of all, in which the bot is an administrator: so codes can be shown to one member alone."""
    group = {"id": GROUP, "title": TITLE, "members": list(PEOPLE), "admins": [ANNA, TOKEN_BOT]}
    await outside.post("/groups", json=group | {"bots": [TOKEN_BOT]})
    share = await shares.begin(app.desk, account, GROUP, ANNA)
    await shares.change(app.desk, share.id, ANNA, who=Who.NAMED)
    for person, role in ROLES.items():
        await shares.set_role(app.desk, share.id, Person(person, PEOPLE[person][0]), role, ANNA)


async def _link(app: App, outside: aiohttp.ClientSession, site: str) -> Account:
    key = _made_up_key(site)
    credentials = {"api_key": key} if site != "getsms" else {"user": USER, "api_key": key}
    made = {"key": key, "user": USER, "balance": BALANCE}
    await outside.post(f"/outside/{site}/accounts", json=made)
    account = await keys.link(app.desk, ANNA, site, credentials)
    path = keys.hook_path(app.desk, account)
    if path is not None:
        hook = {"key": key, "webhook_url": f"http://127.0.0.1:{app.port}{path}"}
        await outside.post(f"/outside/{site}/accounts", json=hook)
    return account


def _free_port() -> int:
    """A port for the sites' webhooks: account pages show their address, so it must be known beforehand."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _made_up_key(site: str) -> str:
    """Looks like what the site gives out."""
    prefix = {"gearsms": "gs_live_", "gsim": "2s_"}.get(site, "")
    return prefix + secrets.token_hex(20)
