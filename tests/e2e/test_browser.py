"""The demo as a visitor meets it: the real bot, the make-believe world, and a browser on the chat page."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Error, Locator, Page, async_playwright, expect

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PHONE, DESKTOP = (390, 844), (1280, 800)
ANNA, BORIS, DAN = 7001, 7002, 7004
GROUP = "Weekend team"
PATIENCE = 30_000  # ms: generous, because a busy machine is no failure
STARTING = 120.0  # s

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is missing: install Debian's chromium"),
]
expect.set_options(timeout=PATIENCE)


@pytest.fixture(autouse=True)
def fair_weather() -> None:
    """The demo brings a world of its own, new for each test."""


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """`python -m bot demo --port 0`, and the address that it prints."""
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", "0"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert demo.stdout is not None
        printed = b""
        async with asyncio.timeout(STARTING):
            while not (found := re.search(r"http://\S+", printed.decode())):
                line = await demo.stdout.readline()
                assert line, "the demo ended before it was open"
                printed += line
        yield found[0]
    finally:
        demo.send_signal(signal.SIGINT)
        await demo.communicate()
    assert demo.returncode == 0


@dataclass(frozen=True)
class Visitor:
    """Somebody at the chat page: presses, types, reads, copies."""

    page: Page
    address: str
    outside: aiohttp.ClientSession

    async def open(self, person: int = ANNA) -> None:
        """Open the printed address as this person and press START."""
        await self.page.goto(self.address.replace(f"person={ANNA}", f"person={person}"))
        await self.page.get_by_test_id("start").click()

    async def be(self, person: int, chat: str) -> None:
        """Look at a chat as this person, by the switcher above the list of chats."""
        back = self.page.get_by_test_id("back")
        if await back.is_visible():
            await back.click()
        await expect(self.page.get_by_test_id("person-switcher")).to_contain_text("That’s you")
        await self.page.get_by_test_id("person-switcher").click()
        await self.page.get_by_test_id(f"person-{person}").click()
        await expect(self.page.get_by_test_id("person-switcher")).to_have_attribute("aria-expanded", "false")
        await self.page.get_by_test_id("chat-list").get_by_role("button", name=chat).click()
        await expect(self.page.get_by_test_id("chat-title")).to_have_text(chat)

    async def press(self, *labels: str) -> None:
        """The newest button with each label, one after the other."""
        for label in labels:
            await self.button(label).click()

    def button(self, label: str) -> Locator:
        """The newest button with this label."""
        keys = self.page.get_by_test_id("keyboard").get_by_role("button", name=label)
        return keys.locator("visible=true").last

    async def say(self, text: str) -> None:
        """Type a text and send it."""
        await self.page.get_by_test_id("composer").fill(text)
        await self.page.get_by_test_id("send").click()

    def read(self, text: str) -> Locator:
        """The newest message with this text."""
        return self.page.get_by_test_id("message").filter(has_text=text).last

    def pushes(self, service: str) -> Locator:
        """All messages that rang for this service."""
        return self.page.get_by_test_id("message-text").filter(has_text=re.compile(f"^🔔 {service}"))

    async def clipboard(self) -> str:
        """What was copied last."""
        return str(await self.page.evaluate("navigator.clipboard.readText()"))

    async def switch(self, site: str, name: str, *, on: bool) -> None:
        """Turn a switch of a site in the side panel."""
        control = self.in_panel(f"panel-{site}-{name}")
        await expect(control).to_be_checked(checked=not on)
        await control.locator("xpath=..").click()  # its label: the box itself is not drawn
        await expect(control).to_be_checked(checked=on)
        await expect(control).to_be_enabled()

    def in_panel(self, test_id: str) -> Locator:
        """The newest thing of that name in the side panel."""
        return self.page.get_by_test_id(test_id).last

    async def toggle_panel(self) -> None:
        """Open the side panel, or close it where it covers the chat."""
        closed = not await self.page.get_by_test_id("panel").is_visible()
        await self.page.get_by_test_id("panel-toggle" if closed else "panel-close").click()

    async def ask(self, path: str) -> Any:
        """Something that the world outside knows."""
        async with self.outside.get(path) as answer:
            return await answer.json()

    async def orders(self, site: str) -> list[dict[str, Any]]:
        """All orders at a site's first account, newest first."""
        return list((await self.ask(f"/outside/{site}/orders?key={await self.key(site)}"))["orders"])

    async def key(self, site: str) -> str:
        """The key of a site's first account."""
        sites = (await self.ask("/outside/sites"))["sites"]
        return next(str(one["accounts"][0]["key"]) for one in sites if one["site"] == site)


@pytest.fixture(params=[DESKTOP], ids=["desktop"])
async def visitor(address: str, request: pytest.FixtureRequest) -> AsyncIterator[Visitor]:
    """A visitor at that width. Every error of the page's scripts fails the test."""
    width, height = request.param
    base = address.partition("/?")[0]
    async with (
        async_playwright() as playwright,
        aiohttp.ClientSession(base, raise_for_status=True) as outside,
    ):
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        context = await browser.new_context(viewport={"width": width, "height": height}, locale="en-US")
        context.set_default_timeout(PATIENCE)
        await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base)
        page = await context.new_page()
        faults: list[Error] = []
        page.on("pageerror", lambda fault: faults.append(fault))  # noqa: PLW0108 - playwright marks the handler, a builtin can't be marked
        yield Visitor(page, address, outside)
        await browser.close()
    assert faults == []


on_phone = pytest.mark.parametrize("visitor", [PHONE], ids=["phone"], indirect=True)


async def test_a_key_from_the_panel_is_linked_and_pays(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.toggle_panel()
    await visitor.page.get_by_test_id("panel-smsgig-open-account").click()
    await expect(visitor.page.get_by_test_id("panel-smsgig-key")).to_have_count(2)
    await visitor.in_panel("panel-smsgig-copy-key").click()
    await expect(visitor.page.get_by_test_id("toast").last).to_have_text("Copied")
    key = await visitor.clipboard()

    await visitor.press("Accounts", "Link an account")
    await expect(
        visitor.read("Which site is your account at")
    ).to_be_visible()  # the list before had SMSGig too
    await visitor.press("SMSGig")
    await expect(visitor.page.get_by_test_id("reply-bar")).to_be_visible()  # the bot asks by ForceReply
    await visitor.page.get_by_test_id("composer").press("Control+V")
    await visitor.page.get_by_test_id("send").click()
    await expect(visitor.read("SMSGig is linked")).to_contain_text("$25.00")
    await expect(visitor.page.get_by_test_id("messages")).not_to_contain_text(key)  # deleted at once

    await visitor.press("Order a number", "WhatsApp", "Buy for")
    await expect(visitor.read("Waiting for the code")).to_be_visible()
    books = await visitor.ask(f"/outside/smsgig/books?key={key}")
    assert books["orders"] == 1


SITES = {
    "gearsms": ("GearSMS", "S1", "Google"),
    "gsim": ("gsim.io", "🌍 Numbers", "Telegram", "Russia"),
    "smsgig": ("SMSGig", "WhatsApp"),
    "getsms": ("getsms.online", "Airbnb"),
    "gotsms": ("GotSMS", "Discord", "USA", "1 day"),
}
"""What is pressed at each site until the quote stands there; the service is another one each time."""

WAITS = {"GotSMS": "messages ring here"}
"""What the card says while nothing came, where it is a rental."""


async def test_every_site_sells_a_number_and_its_code_rings_once(visitor: Visitor) -> None:
    await visitor.open()
    for name, *choices in SITES.values():
        await visitor.press("Order a number", name, *choices, "Buy for")
        await expect(
            visitor.read(WAITS.get(name, "Waiting for the code")).filter(has_text=name)
        ).to_be_visible()
        await visitor.press("Menu")  # below the card, which stays and waits

    services = {
        "gearsms": "Google",
        "gsim": "Telegram",
        "smsgig": "WhatsApp",
        "getsms": "Airbnb",
        "gotsms": "Discord",
    }
    for site, service in services.items():
        push = visitor.pushes(service)
        await expect(push).to_be_visible()
        (order,) = await visitor.orders(site)
        code = order["messages"][0]["code"]
        await expect(push).to_contain_text(code)
        await visitor.page.get_by_test_id("message").filter(has=push).get_by_test_id("button-0-0").click()
        assert await visitor.clipboard() == code
    for service in services.values():
        await expect(visitor.pushes(service)).to_have_count(1)
    await expect(visitor.page.get_by_test_id("message").filter(has_text="🔑 Code:")).to_have_count(len(SITES))


@on_phone
async def test_number_countdown_sms_and_refund(visitor: Visitor) -> None:
    await visitor.page.clock.install()
    await visitor.open()
    await visitor.toggle_panel()
    await visitor.switch("gearsms", "auto", on=False)
    await visitor.toggle_panel()
    await visitor.press("Order a number", "GearSMS", "S1", "WhatsApp", "Buy for")
    card = visitor.read("Waiting for the code")
    await expect(card).to_be_visible()
    (order,) = await visitor.orders("gearsms")
    await visitor.press(order["number"])
    assert await visitor.clipboard() == order["number"]

    left = card.locator("time[data-unix]")
    await expect(left).to_have_text(re.compile("in 1[45] minutes"))
    await visitor.page.clock.fast_forward("05:00")
    await expect(left).to_have_text(re.compile("in (9|10) minutes"))

    await visitor.toggle_panel()
    await visitor.in_panel("panel-gearsms-text").fill("Your WhatsApp code: 481-204")
    await visitor.in_panel("panel-gearsms-sms").click()
    await visitor.toggle_panel()
    await expect(visitor.pushes("WhatsApp")).to_contain_text("481204")
    await visitor.read("Your WhatsApp code").locator("code").first.click()  # a tap on the code copies it too
    assert await visitor.clipboard() == "481204"

    await visitor.press("Order again", "Buy for", "Cancel")
    await expect(visitor.read("Cancelled")).to_contain_text("refunded")
    books = await visitor.ask(f"/outside/gearsms/books?key={await visitor.key('gearsms')}")
    assert books["refunded"] == order["price"]


async def test_bad_weather_gets_a_kind_message_and_a_way_on(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.toggle_panel()
    await visitor.switch("gearsms", "down", on=True)
    await visitor.press("Order a number", "GearSMS", "S1")
    await expect(visitor.read("Nothing was spent")).to_contain_text("GearSMS")

    await visitor.switch("gearsms", "down", on=False)
    await visitor.switch("gearsms", "slow", on=True)
    await visitor.press("Try again")
    await expect(visitor.read("One moment")).to_be_visible()
    await expect(visitor.read("Which service?")).to_be_visible()
    await visitor.switch("gearsms", "slow", on=False)

    await visitor.say("xyzzy")
    await expect(visitor.read("Nothing fits")).to_contain_text("xyzzy")
    await visitor.say("whatsap")
    await expect(visitor.read("Which service?")).to_contain_text("1 match")
    await expect(visitor.page.get_by_test_id("message").filter(has_text="whatsap")).to_have_count(
        1
    )  # typed words are tidied away

    await visitor.switch("gearsms", "no-numbers", on=True)
    await visitor.press("WhatsApp", "Buy for")
    await expect(visitor.read("has no number for this right now")).to_contain_text("Nothing was charged")
    await visitor.switch("gearsms", "no-numbers", on=False)
    await visitor.press("Try again", "Buy for")
    await expect(visitor.read("Waiting for the code")).to_be_visible()


@on_phone
async def test_boris_reads_russian(visitor: Visitor) -> None:
    await visitor.open(BORIS)
    await expect(visitor.read("Добро пожаловать")).to_be_visible()
    await visitor.toggle_panel()
    await visitor.page.get_by_test_id("panel-gsim-open-account").click()
    await expect(visitor.page.get_by_test_id("panel-gsim-key")).to_have_count(2)
    key = await visitor.in_panel("panel-gsim-key").inner_text()
    await visitor.toggle_panel()

    await visitor.press("Привязать аккаунт", "gsim.io")
    await expect(visitor.page.get_by_test_id("reply-bar")).to_be_visible()
    await visitor.say(key)
    await expect(visitor.read("gsim.io привязан")).to_be_visible()
    await visitor.press("Заказать номер", "🌍")
    await expect(visitor.read("Какой сервис")).to_be_visible()
    await visitor.say("telegr")
    await visitor.press("Telegram", "Россия", "Купить за")
    await expect(visitor.read("Ждём код").locator("time[data-unix]")).to_have_text(
        re.compile("через .+ минут")
    )
    await expect(visitor.pushes("Telegram")).to_be_visible()


@on_phone
async def test_a_group_orders_with_the_account_of_one(visitor: Visitor) -> None:
    """As the buyer order and read the code, as a stranger be refused, as the owner read who ordered what."""
    await visitor.page.goto(visitor.address.partition("&chat")[0])
    await visitor.be(BORIS, GROUP)
    await visitor.say("/order")
    await visitor.press("S1", "WhatsApp", "Купить за")
    mine = visitor.page.get_by_test_id("message").filter(has_text="Only you see this")
    await expect(mine).to_contain_text("WhatsApp")
    (order,) = await visitor.orders("gearsms")
    code = order["messages"][0]["code"]
    await expect(mine).to_contain_text(code)
    await expect(visitor.read("его видит только Борис")).to_contain_text(order["number"])

    await visitor.be(DAN, GROUP)
    card = visitor.read("его видит только Борис")
    await expect(card).to_contain_text(order["number"])
    await visitor.press("Показать мне код")
    await expect(visitor.page.get_by_test_id("toast").last).to_contain_text("Борис")
    await visitor.say("/order")
    await expect(visitor.read("owner decides who orders")).to_be_visible()
    await expect(visitor.button("Ask the owner")).to_be_visible()
    await expect(visitor.page.get_by_test_id("messages")).not_to_contain_text(code)

    await visitor.be(ANNA, GROUP)
    await visitor.say("/log")
    page = visitor.read("📖 Log")
    await expect(page).to_contain_text("Борис: WhatsApp")
    await expect(page).to_contain_text("$0.20")
    await expect(visitor.page.get_by_test_id("messages")).not_to_contain_text(code)
    assert len(await visitor.orders("gearsms")) == 1
