"""The chat page, used as a visitor uses it: in a browser, against the real make-believe world."""

import time
from pathlib import Path

import aiohttp
from playwright.async_api import Browser, BrowserContext, Page, expect

from sandbox.world import World
from tests.sandbox.page.kit import (
    ANNA,
    BORIS,
    BOT,
    DOT,
    NEEDS_BROWSER,
    PHONE,
    Telegram,
    begin,
    bubble,
    open_chat,
)

pytestmark = NEEDS_BROWSER


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
