"""A make-believe world, a bot in it, and a browser in front of it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, Error, Page, async_playwright

from sandbox.world import World
from tests.sandbox.page.kit import ANNA, ARGUMENTS, BORIS, CHROMIUM, Telegram


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as world:
        yield world


@pytest.fixture
async def http(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(world.base) as session:
        for person in (
            {"id": ANNA, "first_name": "Anna", "username": "anna", "language_code": "en"},
            {"id": BORIS, "first_name": "Boris", "username": "boris", "language_code": "ru"},
        ):
            await session.post("/people", json=person)
        yield session


@pytest.fixture
async def bot(world: World, http: aiohttp.ClientSession) -> Telegram:
    bot = Telegram(world.base, http)
    await bot.call("getMe")
    return bot


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def context(browser: Browser, world: World) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=world.base)
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page on which every error of its scripts fails the test."""
    page = await context.new_page()
    faults: list[Error] = []
    page.on("pageerror", lambda fault: faults.append(fault))  # noqa: PLW0108 - playwright marks the handler, a builtin can't be marked
    yield page
    assert faults == []
