"""The chat page, used as a visitor uses it: in a browser, against the real make-believe world."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, Error, Page, async_playwright, expect

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

pytestmark = [
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


async def open_chat(page: Page, world: World, **query: object) -> None:
    wanted = {"person": ANNA, "chat": BOT} | query
    await page.goto(f"{world.base}/?" + "&".join(f"{name}={value}" for name, value in wanted.items()))
    await expect(page.get_by_test_id("chat-title")).to_be_visible()


async def begin(page: Page, world: World, bot: Telegram) -> None:
    """Anna has pressed START, and the bot knows it."""
    await open_chat(page, world)
    await page.get_by_test_id("start").click()
    assert (await bot.hear("message"))["text"] == "/start"


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


def bubble(page: Page, message_id: int) -> Any:
    return page.locator(f'[data-message-id="{message_id}"]')


async def test_start_text_and_answer(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    await page.get_by_test_id("composer").fill("one\ntwo")
    await page.get_by_test_id("composer").press("Enter")
    heard = await bot.hear("message")
    assert heard["text"] == "one\ntwo"
    mine = bubble(page, heard["message_id"])
    await expect(mine).to_have_attribute("data-out", "true")
    await expect(page.get_by_test_id("message")).to_have_count(2)  # the text stands there once

    answer = await bot.say("You wrote <b>two</b> lines")
    await expect(bubble(page, answer).get_by_test_id("message-text")).to_contain_text("You wrote two lines")
    await expect(bubble(page, answer).locator("strong")).to_have_text("two")


async def test_press_spins_until_the_answer_comes_as_a_toast(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    await bot.say("Menu", [{"text": "Order", "callback_data": "order:1", "style": "success"}])
    button = page.get_by_test_id("button-0-0")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    query = await bot.hear("callback_query")
    assert query["data"] == "order:1"
    await bot.call("answerCallbackQuery", callback_query_id=query["id"], text="One moment")
    await expect(page.get_by_test_id("toast")).to_have_text(["One moment"])  # once, though it comes twice
    await expect(button).to_have_attribute("aria-busy", "false")


async def test_alert_waits_for_ok(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    await bot.say("Menu", [{"text": "Buy", "callback_data": "buy"}])
    await page.get_by_test_id("button-0-0").click()
    query = await bot.hear("callback_query")
    await bot.call("answerCallbackQuery", callback_query_id=query["id"], text="No money", show_alert=True)
    await expect(page.get_by_test_id("alert")).to_contain_text("No money")
    await page.get_by_test_id("alert-ok").click()
    await expect(page.get_by_test_id("alert")).to_have_count(0)


async def test_copy_by_button_and_by_tap_on_code(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    sent = await bot.say("Code <code>481 204</code>", [{"text": "Copy", "copy_text": {"text": "481204"}}])
    await page.get_by_test_id("button-0-0").click()
    await expect(page.get_by_test_id("toast")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == "481204"
    await bubble(page, sent).locator("code").click()
    await expect(page.get_by_test_id("toast")).to_have_count(2)
    assert await page.evaluate("navigator.clipboard.readText()") == "481 204"


async def test_countdown_ticks_in_the_language_of_the_reader(
    page: Page, world: World, http: aiohttp.ClientSession, bot: Telegram
) -> None:
    await page.clock.install()
    await begin(page, world, bot)
    now = int(time.time())
    text = f'<tg-time unix="{now + 3630}" format="r">later</tg-time>'
    sent = await bot.say(text)
    shown = bubble(page, sent).locator("time[data-unix]")
    await expect(shown).to_have_text("in 1 hour")
    await page.clock.fast_forward("30:00")
    await expect(shown).to_have_text("in 30 minutes")
    await page.clock.fast_forward("31:30")
    await expect(shown).to_contain_text("ago")

    await http.post(f"/people/{BORIS}/chats/{BOT}/messages", json={"text": "/start"})
    await bot.call("sendMessage", chat_id=BORIS, text=text, parse_mode="HTML")
    await open_chat(page, world, person=BORIS)
    await expect(page.locator("time[data-unix]")).to_contain_text("назад")


async def test_hostile_text_stays_text(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    evil = '<img src=x onerror="window.caught=1"><script>window.caught=1</script>'
    escaped = evil.replace("<", "&lt;").replace(">", "&gt;")
    sent = await bot.say(f"{escaped}<code>{escaped}</code>", [{"text": evil, "callback_data": evil[:60]}])
    await expect(bubble(page, sent).get_by_test_id("message-text")).to_contain_text(evil + evil)
    await expect(page.get_by_test_id("button-0-0")).to_contain_text(evil)
    assert await page.evaluate("window.caught") is None


async def test_hostile_html_from_the_server_is_not_trusted(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    made = await page.evaluate(
        """async () => {
            const {safeFragment} = await import("/page/safe-html.js");
            const box = document.createElement("div");
            box.append(safeFragment(
                `<b onclick="window.caught=1">bold</b><img src=x onerror="window.caught=1">`
                + `<a href="javascript:window.caught=1">link</a><a href="https://example.com/">good</a>`
                + `<svg onload="window.caught=1"></svg><iframe srcdoc="x"></iframe><style>b{}</style>`,
                {language: "en", onCommand: null}));
            document.body.append(box);
            return box.innerHTML;
        }"""
    )
    assert made == (
        "<strong>bold</strong><span>link</span>"
        '<a href="https://example.com/" target="_blank" rel="noopener noreferrer" title="https://example.com/">good</a>'
    )
    assert await page.evaluate("window.caught") is None


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


async def test_documents_and_photos_come_down(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    await bot.upload("sendDocument", "history.csv", b"code;4711", caption="All <b>codes</b>")
    async with page.expect_download() as waiting:
        await page.get_by_test_id("file").click()
    saved = await waiting.value
    assert saved.suggested_filename == "history.csv"
    assert Path(await saved.path()).read_bytes() == b"code;4711"  # noqa: ASYNC240 - a small file of our own
    await bot.upload("sendPhoto", "dot.png", DOT)
    shown = page.get_by_test_id("photo").locator("img")
    await expect(shown).to_be_visible()
    await expect(shown).to_have_js_property("complete", value=True)
    assert await shown.evaluate("image => image.naturalWidth") == 1


async def test_force_reply_makes_the_next_text_a_reply(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    asked = await bot.say(
        "Which service?", reply_markup={"force_reply": True, "input_field_placeholder": "WhatsApp"}
    )
    await expect(page.get_by_test_id("reply-bar")).to_contain_text("Which service?")
    await expect(page.get_by_test_id("composer")).to_be_focused()
    await expect(page.get_by_test_id("composer")).to_have_attribute("placeholder", "WhatsApp")
    await page.keyboard.type("Google")
    await page.keyboard.press("Enter")
    assert (await bot.hear("message"))["reply_to_message"]["message_id"] == asked
    await expect(page.get_by_test_id("reply-bar")).to_be_hidden()


async def test_commands_are_offered_while_typing(page: Page, world: World, bot: Telegram) -> None:
    commands = [{"command": "order", "description": "A number"}, {"command": "help", "description": "Help"}]
    await bot.call("setMyCommands", commands=commands)
    await begin(page, world, bot)
    await expect(page.get_by_test_id("commands-button")).to_be_visible()
    await page.get_by_test_id("composer").press_sequentially("/or")
    await expect(page.get_by_test_id("command-order")).to_be_visible()
    await expect(page.get_by_test_id("command-help")).to_have_count(0)
    await page.keyboard.press("Enter")
    assert (await bot.hear("message"))["text"] == "/order"


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
    """However the next ones fall into the gliding of those before, on a slow phone too."""
    await begin(page, world, bot)
    processor = await context.new_cdp_session(page)
    await processor.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    for number in range(30):
        last = await bot.say(f"Message {number}\nof\nfour\nlines")
        await page.wait_for_timeout((0, 20, 50, 100, 300)[number * 7 % 11 % 5])  # milliseconds
    await expect(bubble(page, last)).to_be_in_viewport()
    await expect(page.get_by_test_id("jump")).to_be_hidden()


async def test_who_turns_back_while_it_glides_is_let_go(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    for number in range(20):
        last = await bot.say(f"Message {number}\nof\nfour\nlines")
    await expect(bubble(page, last)).to_be_in_viewport()
    await turn_back(page, bubble(page, last - 19))
    await page.get_by_test_id("jump").click()
    await page.mouse.wheel(0, -1500)
    await expect(page.get_by_test_id("jump")).to_be_visible()


async def test_reader_of_old_messages_is_left_in_place(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    for number in range(20):
        last = await bot.say(f"Message {number}\nof\nfour\nlines")
    await expect(bubble(page, last)).to_be_in_viewport()
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


async def test_phone_goes_from_list_to_chat_and_back(browser: Browser, world: World, bot: Telegram) -> None:
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(f"{world.base}/?person={ANNA}")
    await page.get_by_test_id(f"chat-{BOT}").tap()
    await expect(page.get_by_test_id("start")).to_be_in_viewport()
    await page.get_by_test_id("back").tap()
    await expect(page.get_by_test_id(f"chat-{BOT}")).to_be_in_viewport()
    await expect(page.get_by_test_id("start")).not_to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await context.close()


async def test_panel_turns_the_weather_of_a_site(page: Page, world: World, bot: Telegram) -> None:
    await open_chat(page, world, panel=1)
    await page.get_by_test_id("panel-gearsms-open-account").click()
    await expect(page.get_by_test_id("panel-gearsms-balance")).to_have_text("$25.00")
    await page.get_by_test_id("panel-gearsms-copy-key").click()
    key = await page.evaluate("navigator.clipboard.readText()")
    assert key in world.sites["gearsms"].accounts
    await page.get_by_test_id("panel-gearsms-down").check(force=True)
    await expect(page.get_by_test_id("panel-gearsms").locator(".site-state")).to_have_text("down")
    assert world.sites["gearsms"].settings.down
    await page.get_by_test_id("panel-gearsms-webhook").fill("http://127.0.0.1:1/hook")
    await page.get_by_test_id("panel-gearsms-webhook-set").click()
    await expect(page.get_by_test_id("toast").last).to_have_text("Webhook is set")
    assert world.sites["gearsms"].accounts[key].webhook_url == "http://127.0.0.1:1/hook"


async def test_panel_sends_the_sms_of_an_open_order(
    page: Page, world: World, http: aiohttp.ClientSession, bot: Telegram
) -> None:
    await http.post("/outside/gearsms/accounts", json={"key": "anna", "balance": "5"})
    order = {"service": "Google"}
    await http.post("/gearsms/api/v1/temp-s1/order", json=order, headers={"x-api-key": "anna"})
    await open_chat(page, world, panel=1)
    await page.get_by_test_id("panel-gearsms-text").fill("Your code is 4711")
    await page.get_by_test_id("panel-gearsms-sms").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("SMS sent")
    async with http.get("/outside/gearsms/orders?key=anna") as response:
        (bought,) = (await response.json())["orders"]
    assert [message["text"] for message in bought["messages"]] == ["Your code is 4711"]


async def test_ephemeral_message_is_seen_and_pressed_by_one(
    page: Page, context: BrowserContext, world: World, http: aiohttp.ClientSession, bot: Telegram
) -> None:
    group = {"id": -100, "title": "Office", "members": [ANNA, BORIS], "admins": [ANNA, BOT], "bots": [BOT]}
    await http.post("/groups", json=group)
    await open_chat(page, world, chat=-100)
    others = await context.new_page()
    await open_chat(others, world, chat=-100, person=BORIS)
    await bot.call("sendMessage", chat_id=-100, text="For all")
    await bot.call(
        "sendMessage",
        chat_id=-100,
        text="Code 4711",
        ephemeral_message_parameters={"receiver_user_id": ANNA},
        reply_markup={"inline_keyboard": [[{"text": "Seen", "callback_data": "seen"}]]},
    )
    await expect(page.get_by_text("Only you see this")).to_be_visible()
    await page.get_by_test_id("button-0-0").click()
    query = await bot.hear("callback_query")
    assert (query["data"], query["from"]["id"]) == ("seen", ANNA)
    await expect(others.get_by_text("For all").last).to_be_visible()
    await expect(others.get_by_text("Code 4711")).to_have_count(0)


async def test_a_startgroup_link_lets_one_pick_a_group(
    page: Page, world: World, http: aiohttp.ClientSession, bot: Telegram
) -> None:
    await begin(page, world, bot)
    await http.post("/groups", json={"id": -100, "title": "Office", "members": [ANNA]})
    await bot.say("Share", [{"text": "Pick a group", "url": "https://t.me/PinbellBot?startgroup=share"}])
    await page.get_by_test_id("button-0-0").click()
    await page.get_by_test_id("pick--100").click()
    await expect(page.get_by_test_id("chat-title")).to_have_text("Office")
    await expect(page.get_by_text("/start@PinbellBot share").last).to_be_visible()
    said = await bot.hear("message")
    while "text" not in said:  # the group's own news come before
        said = await bot.hear("message")
    assert (said["chat"]["id"], said["text"]) == (-100, "/start@PinbellBot share")


async def test_inline_results_are_offered_and_sent(page: Page, world: World, bot: Telegram) -> None:
    await begin(page, world, bot)
    await bot.say("Find", [{"text": "Search", "switch_inline_query_current_chat": "goo"}])
    await page.get_by_test_id("button-0-0").click()
    query = await bot.hear("inline_query")
    assert query["query"] == "goo"
    found = {"type": "article", "id": "1", "title": "Google", "input_message_content": {"message_text": "/g"}}
    await bot.call("answerInlineQuery", inline_query_id=query["id"], results=[found])
    await page.get_by_test_id("result-0").click()
    assert (await bot.hear("message"))["text"] == "/g"


async def test_page_begins_anew_with_the_world(
    page: Page, world: World, http: aiohttp.ClientSession, bot: Telegram
) -> None:
    await begin(page, world, bot)
    await http.post("/outside/reset")
    await expect(page.get_by_test_id("person-switcher")).to_contain_text("Anna")
    await bot.call("getMe")
    await expect(page.get_by_test_id("start")).to_be_visible()
    await expect(page.get_by_test_id("connection")).to_be_hidden()
