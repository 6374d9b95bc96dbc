"""Reading on the chat page: what stands there stays where the reader has it."""

from typing import Any

import aiohttp
import pytest
from playwright.async_api import BrowserContext, Page, expect

from sandbox.world import World
from tests.sandbox.page.kit import ANNA, BORIS, BOT, NEEDS_BROWSER, Telegram, begin, bubble, open_chat

pytestmark = NEEDS_BROWSER


async def turn_back(page: Page, to: Any) -> None:
    """To an older message, with a wheel, whatever still moves."""
    await page.locator("#scroller").hover()
    while not await to.evaluate("node => node.getBoundingClientRect().top >= 60"):
        await page.mouse.wheel(0, -200)
        await stands_still(page)


async def stands_still(page: Page) -> None:
    """No scrolling is under way."""
    await page.evaluate(
        """async () => {
            const pause = () => new Promise((go) => setTimeout(go, 150));
            for (let before = -1; before !== scroller.scrollTop; await pause()) before = scroller.scrollTop;
        }"""
    )


async def test_edit_in_place_keeps_what_the_reader_opened(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    sent = await bot.say("<tg-spoiler>secret</tg-spoiler> waiting")
    await bubble(page, sent).locator(".spoiler").click()
    await bot.call(
        "editMessageText",
        chat_id=ANNA,
        message_id=sent,
        text="<tg-spoiler>secret</tg-spoiler> done",
        parse_mode="HTML",
    )
    await expect(bubble(page, sent).get_by_test_id("message-text")).to_contain_text("done")
    await expect(bubble(page, sent)).to_contain_text("edited")
    await expect(bubble(page, sent).locator(".spoiler.shown")).to_have_count(1)
    await bot.call("deleteMessage", chat_id=ANNA, message_id=sent)
    await expect(bubble(page, sent)).to_have_count(0)


async def test_start_stays_where_it_is_while_the_page_looks_again(
    page: Page, world: World, bot: Telegram
) -> None:
    """Or what is pressed just then would go, and the press with it."""
    await open_chat(page, world)
    start = await page.get_by_test_id("start").element_handle()
    assert start is not None
    async with page.expect_response("**/commands*"):  # the last that it asks for
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert await start.evaluate("button => button.isConnected")


@pytest.mark.parametrize("slowdown", [1, 4, 8])
async def test_who_reads_the_newest_goes_on_doing_so(
    page: Page, context: BrowserContext, world: World, bot: Telegram, slowdown: int
) -> None:
    """However the next ones come into the gliding of those before; while something is pressed, too."""
    await begin(page, world, bot)
    processor = await context.new_cdp_session(page)
    await processor.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    for number in range(30):
        last = await bot.say(f"Message {number}\nof\nfour\nlines")
        await bubble(page, last).dispatch_event("pointerdown")
        await page.wait_for_timeout((0, 20, 50, 100, 300)[number * 7 % 11 % 5])  # milliseconds
    await expect(bubble(page, last)).to_be_in_viewport()
    await expect(page.get_by_test_id("jump")).to_be_hidden()


async def twenty(page: Page, bot: Telegram) -> int:
    """So many messages come; the last is seen. Its number."""
    for number in range(20):
        last = await bot.say(f"Message {number}\nof\nfour\nlines")
    await expect(bubble(page, last)).to_be_in_viewport()
    return last


async def test_who_turns_back_while_it_glides_is_let_go(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    last = await twenty(page, bot)
    await turn_back(page, bubble(page, last - 19))
    await page.get_by_test_id("jump").click()
    await page.mouse.wheel(0, -1500)
    await expect(page.get_by_test_id("jump")).to_be_visible()


async def test_reader_of_old_messages_is_left_in_place(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    last = await twenty(page, bot)
    first = last - 19
    await turn_back(page, bubble(page, first + 4))
    await expect(page.get_by_test_id("jump")).to_be_visible()
    before = await bubble(page, first + 6).bounding_box()
    await bot.call("editMessageText", chat_id=ANNA, message_id=first, text="Longer\n" * 9)
    await expect(bubble(page, first)).to_contain_text("Longer")
    newest = await bot.say("New one")
    await expect(page.get_by_test_id("jump")).to_have_attribute("data-unseen", "1")
    after = await bubble(page, first + 6).bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] == pytest.approx(before["y"], abs=2)
    await page.get_by_test_id("jump").click()
    await expect(bubble(page, newest)).to_be_in_viewport()
    await expect(page.get_by_test_id("jump")).to_be_hidden()


async def test_unread_numbers_on_another_chat(
    page: Page, world: World, http: aiohttp.ClientSession, bot: Telegram
) -> None:
    await begin(page, world, bot)
    body = {"id": -100, "title": "Office", "members": [ANNA, BORIS], "admins": [ANNA], "bots": [BOT]}
    await http.post("/groups", json=body)
    await page.get_by_test_id("chat--100").click()
    await expect(page.get_by_test_id("chat-title")).to_have_text("Office")
    await bot.say("Rings elsewhere")
    await expect(page.get_by_test_id(f"chat-{BOT}")).to_have_attribute("data-unread", "1")
    await expect(page).to_have_title("(1) Pinbell sandbox")
    await page.get_by_test_id(f"chat-{BOT}").click()
    await expect(page).to_have_title("Pinbell sandbox")


async def test_missed_messages_come_after_a_lost_connection(
    page: Page, context: BrowserContext, world: World, bot: Telegram
) -> None:
    await begin(page, world, bot)
    await context.set_offline(True)
    await page.evaluate("window.dispatchEvent(new Event('online'))")  # tries again at once, in vain
    await expect(page.get_by_test_id("connection")).to_be_visible()
    missed = await bot.say("You missed this")
    await context.set_offline(False)
    await expect(bubble(page, missed)).to_be_visible()
    await expect(page.get_by_test_id("connection")).to_be_hidden()
