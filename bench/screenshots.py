"""`python -m bench.screenshots`: draws the README's pictures from the real demo.

Needs Debian's chromium, and fonts-noto-color-emoji for signs in colour.
"""

import asyncio
import base64
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
DESKTOP: ViewportSize = {"width": 1280, "height": 844}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 30_000  # ms
LARGEST = 400_000
"""Bytes of a picture: a README that loads at once."""

FRAME = """<!doctype html><style>
body { margin: 0; padding: 36px; display: flex; gap: 36px; width: max-content; background: #d9d5ea; }
img { display: block; height: 844px; border-radius: 18px; box-shadow: 0 10px 30px #2a1f5540; }
img + img { border-radius: 40px; }
</style>"""


def main() -> int:
    """Draw both pictures. The exit code."""
    if not CHROMIUM.exists():
        print(f"{CHROMIUM} is missing: install Debian's chromium")  # noqa: T201 - the command's own voice
        return 1
    pictures = asyncio.run(_draw())
    for name, picture in pictures.items():
        (DOCS / name).write_bytes(picture)
        print(f"docs/{name}: {len(picture) // 1000} kB")  # noqa: T201 - as above
    return int(max(map(len, pictures.values())) > LARGEST)


async def _draw() -> dict[str, bytes]:
    """The pictures by file name."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        async with _demo() as address:
            desktop = await _desktop(browser, address)
        async with _demo() as address:
            phone = await _phone(browser, address)
        both = await _side_by_side(browser, desktop, phone)
        await browser.close()
    return {"screenshot.png": both, "screenshot-phone.png": phone}


@asynccontextmanager
async def _demo() -> AsyncIterator[str]:
    """The demo as a process, and the address that it prints."""
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", "0"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert demo.stdout is not None  # noqa: S101 - tells the type checker
    try:
        async for line in demo.stdout:
            if found := re.search(r"http://\S+", line.decode()):
                yield found[0]
                break
        else:
            raise RuntimeError("the demo ended before it was open")
    finally:
        demo.send_signal(signal.SIGINT)
        await demo.communicate()


async def _desktop(browser: Browser, address: str) -> bytes:
    """A code that has come, a number that waits for one, and the panel that plays the world outside."""
    page = await _open(browser, f"{address}&panel=1", DESKTOP, dark=False)
    await page.get_by_test_id("start").click()
    await _calm(page, "smsgig", "gearsms")
    await _press(page, "Order a number", "GearSMS", "S1", "WhatsApp", "Buy for")
    await _read(page, "Waiting for the code")
    await page.get_by_test_id("panel-gearsms-text").fill("Your WhatsApp code: 481-204. Don't share it.")
    await page.get_by_test_id("panel-gearsms-sms").click()
    await _read(page, "🔔 WhatsApp")
    await _press(page, "Menu", "Order a number", "SMSGig", "Telegram", "Buy for")
    await _read(page, "Telegram · SMSGig")
    await page.get_by_test_id("panel-smsgig-sms").wait_for()
    await page.get_by_test_id("panel-smsgig").evaluate("card => card.scrollIntoView({block: 'start'})")
    return await _picture(page)


async def _phone(browser: Browser, address: str) -> bytes:
    """The bot in a hand, in the dark: a number of another country, and its code."""
    page = await _open(browser, address, PHONE, dark=True)
    await page.get_by_test_id("start").click()
    await _press(page, "Order a number", "gsim.io", "🌍 Numbers", "Discord")
    await _read(page, "Which country?")
    await page.get_by_test_id("composer").fill("ger")
    await page.get_by_test_id("send").click()
    await _press(page, "Germany", "Buy for")
    await _read(page, "🔔 Discord")
    return await _picture(page)


async def _side_by_side(browser: Browser, *pictures: bytes) -> bytes:
    page = await browser.new_page()
    shown = (f'<img src="data:image/png;base64,{base64.b64encode(one).decode()}">' for one in pictures)
    await page.set_content(FRAME + "".join(shown))
    return await page.locator("body").screenshot()


async def _open(browser: Browser, address: str, size: ViewportSize, *, dark: bool) -> Page:
    context = await browser.new_context(
        viewport=size, locale="en-US", color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto(address)
    return page


async def _calm(page: Page, *sites: str) -> None:
    """No SMS comes there by itself."""
    for site in sites:
        control = page.get_by_test_id(f"panel-{site}-auto")
        await control.locator("xpath=..").click()
        await expect(control).not_to_be_checked()


async def _press(page: Page, *labels: str) -> None:
    """The newest button with each label, one after the other."""
    for label in labels:
        keys = page.get_by_test_id("keyboard").get_by_role("button", name=label)
        await keys.locator("visible=true").last.click()


async def _read(page: Page, text: str) -> None:
    await page.get_by_test_id("message").filter(has_text=text).last.wait_for()


async def _picture(page: Page) -> bytes:
    """The page at rest: no toast, no hovered button, nothing focused."""
    await page.mouse.move(0, 0)
    await page.evaluate("document.activeElement?.blur()")
    await page.get_by_test_id("messages").evaluate("list => list.parentElement.scrollTo(0, 1e6)")
    await expect(page.get_by_test_id("toast")).to_have_count(0, timeout=PATIENCE)
    return await page.screenshot()


if __name__ == "__main__":
    sys.exit(main())
