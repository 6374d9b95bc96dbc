"""How updates reach a bot: long polling, webhooks, what is kept and for how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import FormData, web

from tests.sandbox.telegram_kit import ANNA, BORIS, TOKEN, Json, Telegram, running, until

MARKUP = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"

WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running() as telegram:
        yield telegram


def texts(updates: list[Json]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_a_poll_waits_and_an_offset_confirms(telegram: Telegram) -> None:
    polling = asyncio.create_task(telegram.updates(timeout=20))
    await telegram.polled()
    assert not polling.done()
    await telegram.say(ANNA, "one")
    first = await polling
    assert texts(first) == ["one"]
    await telegram.say(ANNA, "two")
    await telegram.say(ANNA, "three")
    assert texts(await telegram.updates()) == ["one", "two", "three"]  # nothing was confirmed
    assert texts(await telegram.updates(offset=first[0]["update_id"] + 1, limit=1)) == ["two"]
    assert texts(await telegram.updates(offset=-1)) == ["three"]
    assert texts(await telegram.updates()) == ["three"]  # a negative offset forgets the ones before


async def test_of_two_pollers_the_older_is_sent_away(telegram: Telegram) -> None:
    older = asyncio.create_task(telegram.refusal("getUpdates", timeout=20))
    await telegram.polled()
    newer = asyncio.create_task(telegram.updates(timeout=20))
    assert await older == (409, CONFLICT)
    await telegram.say(ANNA, "x")
    assert texts(await newer) == ["x"]


async def test_allowed_updates_stay_until_changed(telegram: Telegram) -> None:
    await telegram.updates(allowed_updates=["callback_query"])
    await telegram.say(ANNA, "unheard")
    sent = await telegram.ok("sendMessage", chat_id=ANNA, text="x", reply_markup=MARKUP)
    await telegram.press(ANNA, sent["message_id"], "go", wait=0)
    [update] = await telegram.updates()
    assert "callback_query" in update
    await telegram.updates(allowed_updates=[])
    await telegram.say(ANNA, "heard")
    assert texts((await telegram.updates())[1:]) == ["heard"]


async def test_what_is_kept_and_for_how_long(telegram: Telegram) -> None:
    sent = await telegram.ok("sendMessage", chat_id=ANNA, text="x", reply_markup=MARKUP)
    await telegram.press(ANNA, sent["message_id"], "go", wait=0)
    await telegram.say(ANNA, "a day")
    await telegram.post("/outside/telegram/settings", advance=149)
    assert len(await telegram.updates()) == 2
    await telegram.post("/outside/telegram/settings", advance=2)
    assert texts(await telegram.updates()) == ["a day"]
    await telegram.post("/outside/telegram/settings", advance=24 * 3600)
    assert await telegram.updates() == []


class Hook:
    """A bot's own address. Answers with what `answers` holds, then with 200."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[str | None, Json]] = []
        self.answers: list[web.Response] = []
        self.gate: asyncio.Event | None = None
        self.inside = self.most_inside = 0

    async def handle(self, request: web.Request) -> web.Response:
        self.inside += 1
        self.most_inside = max(self.inside, self.most_inside)
        if self.gate:
            await self.gate.wait()
        self.inside -= 1
        self.got.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        return self.answers.pop(0) if self.answers else web.Response()

    async def have(self, count: int) -> list[str]:
        """The texts that came, once there are so many."""

        async def enough() -> bool:
            return len(self.got) >= count

        await until(enough)
        return [update["message"]["text"] for _, update in self.got]


@asynccontextmanager
async def hook() -> AsyncIterator[Hook]:
    found = Hook()
    app = web.Application()
    app.router.add_post("/hook", found.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield found
    finally:
        await runner.cleanup()


async def test_a_webhook_gets_what_waits_and_what_comes_with_the_secret(telegram: Telegram) -> None:
    await telegram.say(ANNA, "waited")
    async with hook() as there:
        answer = await telegram.api("setWebhook", url=there.url, secret_token="s3cret_-", max_connections=3)
        assert answer == {"ok": True, "result": True, "description": "Webhook was set"}
        await telegram.say(ANNA, "came")
        assert await there.have(2) == ["waited", "came"]
        assert {secret for secret, _ in there.got} == {"s3cret_-"}
        info = await telegram.ok("getWebhookInfo")
        assert (info["url"], info["max_connections"], info["pending_update_count"]) == (there.url, 3, 0)
        assert await telegram.refusal("getUpdates") == (409, WEBHOOK_ACTIVE)
        assert (await telegram.api("deleteWebhook"))["description"] == "Webhook was deleted"
    assert (await telegram.api("deleteWebhook"))["description"] == "Webhook is already deleted"
    await telegram.say(ANNA, "polled again")
    assert texts(await telegram.updates()) == ["polled again"]


async def test_a_failed_delivery_is_tried_again_and_keeps_the_order(telegram: Telegram) -> None:
    await telegram.post("/outside/telegram/settings", webhook_pause=0.01)
    async with hook() as there:
        there.answers = [web.Response(status=503), web.Response(status=500)]
        await telegram.ok("setWebhook", url=there.url)
        await telegram.say(ANNA, "one")
        await telegram.say(ANNA, "two")
        assert await there.have(4) == ["one", "one", "one", "two"]
        info = await telegram.ok("getWebhookInfo")
        assert info["last_error_message"] == "Wrong response from the webhook: 500"


async def test_a_dead_address_keeps_its_updates(telegram: Telegram) -> None:
    await telegram.post("/outside/telegram/settings", webhook_pause=0.01)
    async with hook() as there:
        url = there.url
    await telegram.ok("setWebhook", url=url)
    await telegram.say(ANNA, "x")

    async def failed() -> bool:
        return "last_error_message" in await telegram.ok("getWebhookInfo")

    await until(failed)
    assert (await telegram.ok("getWebhookInfo"))["pending_update_count"] == 1
    await telegram.ok("deleteWebhook", drop_pending_updates=True)
    assert await telegram.updates() == []


async def test_one_chat_waits_for_itself_and_not_for_others(telegram: Telegram) -> None:
    async with hook() as there:
        there.gate = asyncio.Event()
        await telegram.ok("setWebhook", url=there.url, max_connections=10)
        for text in ("a1", "a2", "a3"):
            await telegram.say(ANNA, text)
        await telegram.say(BORIS, "b1")

        async def both_inside() -> bool:
            return there.inside == 2

        await until(both_inside)
        there.gate.set()
        came = await there.have(4)
        assert [text for text in came if text.startswith("a")] == ["a1", "a2", "a3"]
        assert there.most_inside == 2


async def test_max_connections(telegram: Telegram) -> None:
    async with hook() as there:
        there.gate = asyncio.Event()
        await telegram.ok("setWebhook", url=there.url, max_connections=1)
        await telegram.say(ANNA, "x")
        await telegram.say(BORIS, "y")

        async def one_inside() -> bool:
            return there.inside == 1

        await until(one_inside)
        there.gate.set()
        assert await there.have(2) == ["x", "y"]
        assert there.most_inside == 1


async def test_the_answer_to_a_webhook_can_be_a_call(telegram: Telegram) -> None:
    async with hook() as there:
        call = {"method": "sendMessage", "chat_id": ANNA, "text": "from the answer"}
        there.answers = [web.json_response(call), web.json_response(call | {"chat_id": 31337})]
        await telegram.ok("setWebhook", url=there.url)
        await telegram.say(ANNA, "x")

        async def answered() -> bool:
            return "from the answer" in [message["text"] for message in await telegram.seen(ANNA)]

        await until(answered)
        await telegram.say(ANNA, "a refused call is nobody's business")
        await there.have(2)


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"url": "ftp://e.org"}, "bad webhook: Failed to resolve host: Name or service not known"),
        ({"url": "http://e.org/x"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"secret_token": "ä"}, "secret token contains unallowed characters"),
        ({"secret_token": "x" * 257}, "secret token is too long"),
    ],
)
async def test_webhooks_that_are_refused(telegram: Telegram, params: Json, refusal: str) -> None:
    found = await telegram.refusal("setWebhook", **{"url": "https://e.org/x", **params})
    assert found == (400, f"Bad Request: {refusal}")


async def test_setting_a_webhook_ends_a_poll(telegram: Telegram) -> None:
    polling = asyncio.create_task(telegram.refusal("getUpdates", timeout=20))
    await telegram.polled()
    async with hook() as there:
        await telegram.ok("setWebhook", url=there.url)
        assert (await polling)[0] == 409
        await telegram.ok("setWebhook", url="")


@pytest.mark.parametrize("carrier", ["query", "form", "multipart", "json"])
async def test_parameters_come_in_any_way(telegram: Telegram, carrier: str) -> None:
    url = f"{telegram.base}/telegram/bot{TOKEN}/sendmessage"
    params = {"chat_id": str(ANNA), "text": "ä & 🏟", "disable_notification": "true"}
    match carrier:
        case "query":
            request = telegram.http.get(url, params=params)
        case "form":
            request = telegram.http.post(url, data=params)
        case "multipart":
            request = telegram.http.post(url, data=FormData(params, default_to_multipart=True))
        case _:
            request = telegram.http.post(url, json=params)
    async with request as response:
        assert (await response.json())["result"]["text"] == "ä & 🏟"


async def test_the_end_of_the_world_sends_waiting_pollers_home() -> None:
    async with running() as telegram:
        polling = asyncio.create_task(telegram.updates(timeout=50))
        await telegram.polled()
        await telegram.server.close()
        assert await polling == []
