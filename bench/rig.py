"""The bot as a real process beside the sandbox as another, and people who press."""

import asyncio
import json
import os
import re
import secrets
import socket
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

BOT_ID = 8_100_000_001
TOKEN = f"{BOT_ID}:{'b' * 35}"
PERSON = 9001
KEY = "benchmark_" + "k" * 30
PATIENCE = 60.0


@dataclass(slots=True)
class World:
    """The sandbox, and HTTP to it."""

    base: str
    http: aiohttp.ClientSession

    async def get(self, path: str) -> dict[str, Any]:
        """A JSON answer of the world."""
        async with self.http.get(self.base + path) as response:
            return dict(await response.json())

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A JSON answer of the world."""
        async with self.http.post(self.base + path, json=body) as response:
            return dict(await response.json())

    async def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """What bots asked of Telegram, after call number `since`. `at`: epoch seconds at its end."""
        return list((await self.get(f"/outside/telegram/requests?since={since}"))["requests"])

    async def asked(self, site: str) -> int:
        """How many requests a site has had."""
        newest = (await self.get(f"/outside/{site}/requests?since=0"))["requests"][-1:]
        return int(newest[0]["n"]) if newest else 0


@dataclass(slots=True)
class Rig(World):
    """A running bot in its world."""

    bot_url: str
    process: Process

    async def say(self, text: str, person: int = PERSON) -> None:
        """Type something in the private chat with the bot."""
        await self.post(f"/people/{person}/chats/{BOT_ID}/messages", {"text": text})

    async def press(self, message: dict[str, Any], label: str, person: int = PERSON) -> dict[str, Any]:
        """Press the first button whose label contains this. What the bot answered."""
        data = find_button(message, label)
        if data is None:
            raise LookupError(label)
        body = {"message_id": message["message_id"], "data": data}
        return await self.post(f"/people/{person}/chats/{BOT_ID}/press", body)

    async def newest(self, *, with_button: str, person: int = PERSON) -> dict[str, Any]:
        """The newest message of the bot with such a button, once it is there."""
        async with asyncio.timeout(PATIENCE):
            while True:
                shown = await self.get(f"/people/{person}/chats/{BOT_ID}/messages")
                for message in reversed(shown["messages"]):
                    if find_button(message, with_button) is not None:
                        return dict(message)
                await asyncio.sleep(0.02)


def find_button(message: dict[str, Any], label: str) -> str | None:
    """The callback data of the first button whose label contains this."""
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    found = (
        one["callback_data"] for row in rows for one in row if label in one["text"] and "callback_data" in one
    )
    return next(found, None)


@asynccontextmanager
async def rig(**extra: str) -> AsyncIterator[Rig]:
    """A fresh bot in a fresh world, nothing linked yet. `extra`: more settings for the bot."""
    with tempfile.TemporaryDirectory(prefix="pinbell-bench-") as folder:
        async with world() as running_world, bot(running_world, Path(folder), **extra) as running:
            yield running


@asynccontextmanager
async def bot(world: World, folder: Path, *program: str, **extra: str) -> AsyncIterator[Rig]:
    """The bot at work with this folder, until it is ready. `program`: another module than the bot's own."""
    port = free_port()
    process = await start(*(program or ("bot", "run")), env=environment(world, port, folder) | extra)
    running = Rig(world.base, world.http, f"http://127.0.0.1:{port}", process)
    try:
        await _until_ready(running)
        yield running
    finally:
        await end(process)


async def start(*module: str, env: Mapping[str, str]) -> Process:
    """A Python module as a process."""
    return await asyncio.create_subprocess_exec(sys.executable, "-m", *module, env=env)


async def end(process: Process) -> None:
    """Ask it to end and wait; what does not end is killed."""
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError:
        process.kill()
        await process.wait()


async def link(running: Rig, site: str, *, person: int = PERSON, key: str = KEY) -> None:
    """Make an account at the site and link it as a person would."""
    await running.post(f"/outside/{site}/accounts", {"key": key, "user": "bench", "balance": "100000"})
    await running.post("/people", {"id": person, "first_name": "Bench", "language_code": "en"})
    await running.say("/accounts", person)
    menu = await running.newest(with_button="Link", person=person)
    await running.press(menu, "Link", person)
    sites = {"gearsms": "GearSMS", "gsim": "gsim", "smsgig": "SMSGig", "getsms": "getsms", "gotsms": "GotSMS"}
    choose = await running.newest(with_button=sites[site], person=person)
    await running.press(choose, sites[site], person)
    await running.newest(with_button="Cancel", person=person)
    for typed in ["bench", key] if site == "getsms" else [key]:
        await asyncio.sleep(0.5)
        await running.say(typed, person)
    await running.newest(with_button="Rename", person=person)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def site_urls(base: str) -> dict[str, str]:
    """Where the world's sites are."""
    return {
        "gearsms": f"{base}/gearsms/api/v1",
        "gsim": f"{base}/gsim/api/v1",
        "smsgig": f"{base}/smsgig/api/v1",
        "getsms": f"{base}/getsms/api_command.php",
        "gotsms": f"{base}/gotsms/api",
    }


def environment(world: World, port: int, folder: Path) -> dict[str, str]:
    """Settings for a bot of this world, and for the floor programs beside it."""
    return os.environ | {
        "BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": f"{world.base}/telegram",
        "DATA_DIR": str(folder),
        "HTTP_PORT": str(port),
        "LOG_LEVEL": "ERROR",
        **{f"{site.upper()}_URL": url for site, url in site_urls(world.base).items()},
    }


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """The sandbox as a process."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "sandbox", stdout=PIPE)
    if process.stdout is None:
        raise RuntimeError("the world has no voice")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=300)) as http:
        try:
            line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
            yield World(json.loads(line)["base"], http)
        finally:
            await end(process)


async def _until_ready(running: Rig) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                async with running.http.get(f"{running.bot_url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            if running.process.returncode is not None:
                raise RuntimeError(f"the bot ended with {running.process.returncode}")
            await asyncio.sleep(0.1)


def new_key() -> str:
    """A made-up key for one more account."""
    return "benchmark_" + secrets.token_hex(16)


def resident(pid: int) -> float:
    """Resident memory in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]  # the kernel's format


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used, in it and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
