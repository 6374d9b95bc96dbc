"""What a browser needs to be a visitor of the chat page, and a bot of our own to talk to."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

from sandbox.world import World

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PHONE = {"width": 390, "height": 844}
ANNA, BORIS, BOT = 701, 702, 4242
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A photo of one pixel."""

NEEDS_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is missing: install Debian's chromium"),
]
expect.set_options(timeout=30_000)  # ms: a busy machine is no failure


class Telegram:
    """A bot of our own, which does by hand what each test needs."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self._base, self._session = base, session
        self._offset = 0

    async def call(self, method: str, **params: Any) -> Any:
        address = f"{self._base}/telegram/bot{BOT}:{'A' * 35}/{method}"
        async with self._session.post(address, json=params) as response:
            body = await response.json()
        assert body["ok"], body
        return body["result"]

    async def say(self, text: str, *rows: list[dict[str, Any]], **more: Any) -> int:
        """A message to Anna; returns its number."""
        if rows:
            more["reply_markup"] = {"inline_keyboard": rows}
        sent = await self.call("sendMessage", chat_id=ANNA, text=text, parse_mode="HTML", **more)
        return int(sent["message_id"])

    async def upload(self, method: str, name: str, data: bytes, **more: str) -> None:
        """A file to Anna."""
        form = aiohttp.FormData({"chat_id": str(ANNA), "parse_mode": "HTML", **more})
        form.add_field(method.removeprefix("send").lower(), data, filename=name)
        address = f"{self._base}/telegram/bot{BOT}:{'A' * 35}/{method}"
        async with self._session.post(address, data=form) as response:
            assert (await response.json())["ok"]

    async def hear(self, kind: str) -> Any:
        """The next update of this kind."""
        async with asyncio.timeout(60):
            while True:
                for update in await self.call("getUpdates", offset=self._offset, timeout=5):
                    self._offset = update["update_id"] + 1
                    if kind in update:
                        return update[kind]


async def open_chat(page: Page, world: World, **query: object) -> None:
    wanted = {"person": ANNA, "chat": BOT} | query
    await page.goto(f"{world.base}/?" + "&".join(f"{name}={value}" for name, value in wanted.items()))
    await expect(page.get_by_test_id("chat-title")).to_be_visible()


async def begin(page: Page, world: World, bot: Telegram) -> None:
    """Anna has pressed START, and the bot knows it."""
    await open_chat(page, world)
    await page.get_by_test_id("start").click()
    assert (await bot.hear("message"))["text"] == "/start"


def bubble(page: Page, message_id: int) -> Any:
    return page.locator(f'[data-message-id="{message_id}"]')
