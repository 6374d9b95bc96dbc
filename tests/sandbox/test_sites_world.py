"""The world as a whole: `/outside`, books, time, SMS that come by themselves, size."""

import asyncio
import json
import random
import signal
import sys
from decimal import Decimal

import aiohttp
import pytest

from sandbox.sites.call import Call
from sandbox.sites.texts import find_code, make_text
from sandbox.world import World
from tests.sandbox.sites_kit import BASES, KEY, USER, Customer, Json, Mailbox


async def buy(customer: Customer) -> str | None:
    """Order anything there; the id, None if the site refuses."""
    bodies: dict[str, tuple[str, Json]] = {
        "gearsms": ("/temp-s2/order", {"service": "Google"}),
        "gsim": ("/orders", {"service": "telegram", "country": "russia"}),
        "smsgig": ("/s1/rent", {"service_code": "telegram"}),
    }
    if customer.site == "getsms":
        answer = await customer.cmd("request", service="Amazon")
        return answer[0]["id"] if isinstance(answer, list) else None
    if customer.site == "gotsms":
        plan = (await customer.get("/rents/plans"))["data"][0]
        path, body = "/rents", {"plan_id": plan["id"]}
    else:
        path, body = bodies[customer.site]
    status, answer = await customer.call("POST", path, json=body)
    if status >= 400:
        return None
    answer = answer.get("data") or answer.get("rental") or answer
    if customer.site == "gotsms":
        await customer.post(f"/numbers/{answer['id']}/wake-up")
    return str(answer.get("id") or answer["activation_id"])


async def give_back(customer: Customer, order: str) -> None:
    """Try to get the money back, whether the site likes it or not."""
    if customer.site == "getsms":
        await customer.cmd("reject", id=order)
        return
    if customer.site == "smsgig":
        await customer.call("POST", "/s1/rentals/cancel", json={"activation_id": int(order)})
        return
    paths = {"gearsms": "/temp-s2/cancel/{}", "gsim": "/orders/{}/cancel", "gotsms": "/rents/{}/refund"}
    await customer.call("POST", paths[customer.site].format(order))


async def find(customer: Customer, order: str) -> Json:
    found: list[Json] = (await customer.outside("GET", f"orders?key={KEY}"))["orders"]
    return next(row for row in found if row["id"] == order)


@pytest.mark.parametrize("site", BASES)
async def test_books_stay_right_whatever_happens(
    customers: dict[str, Customer], world: World, site: str
) -> None:
    customer, rng = customers[site], random.Random(site)  # noqa: S311 - a fixed walk
    await customer.account(balance="6")
    orders: list[str] = []
    for _ in range(60):
        act = rng.choice(["buy", "buy", "give back", "sms", "expire", "advance"])
        if act == "buy" and (order := await buy(customer)):
            orders.append(order)
        elif act == "advance":
            await world.advance(rng.uniform(1, 400))
        elif act != "buy" and orders:
            order = rng.choice(orders)
            if act == "give back":
                await give_back(customer, order)
            elif act == "sms":
                await customer.sms(order)
            else:
                await customer.expire(order)
        books = await customer.books()
        assert 0 <= Decimal(books["balance"]) <= 6
        assert books["orders"] == len(orders)
    assert len(orders) > 5


@pytest.mark.parametrize("site", BASES)
async def test_orders_as_the_outside_sees_them(customers: dict[str, Customer], site: str) -> None:
    customer = customers[site]
    first, second = await buy(customer), await buy(customer)
    sent = await customer.sms(second, "Your code is 4711", sender="22000")
    assert sent == {"text": "Your code is 4711", "code": "4711", "received": True, "webhook": None}
    newest, older = (await customer.outside("GET", "orders"))["orders"]
    assert (newest["id"], older["id"]) == (second, first)
    assert list(newest) == [
        "id", "number", "service", "line", "status", "price", "messages", "created_at", "expires_at",
    ]  # fmt: skip
    [message] = newest["messages"]
    assert (message["text"], message["code"], message["sender"]) == ("Your code is 4711", "4711", "22000")
    assert newest["number"].startswith("+")


@pytest.mark.parametrize("site", BASES)
async def test_no_sms_after_the_end(customers: dict[str, Customer], site: str) -> None:
    customer = customers[site]
    order = await buy(customer)
    await customer.expire(order)
    sent = await customer.sms(order)
    assert (sent["received"], sent["webhook"]) == (False, None)
    assert (await find(customer, str(order)))["messages"] == []


async def test_the_list_of_sites(customers: dict[str, Customer], world: World) -> None:
    await customers["gsim"].settings(no_numbers=True, slow=0)
    order = await buy(customers["smsgig"])
    async with customers["gsim"].http.get(world.base + "/outside/sites") as answer:
        sites = {site["site"]: site for site in (await answer.json())["sites"]}
    assert list(sites) == list(BASES)
    assert list(sites["gsim"]) == [
        "site", "name", "down", "slow", "no_numbers", "auto_sms", "accounts", "open_orders",
    ]  # fmt: skip
    assert sites["gsim"]["no_numbers"] is True
    assert sites["gsim"]["accounts"] == [{"key": KEY, "user": USER, "balance": "100.00", "webhook_url": None}]
    assert [row["id"] for row in sites["smsgig"]["open_orders"]] == [order]


async def test_wrong_calls_to_the_outside(gsim: Customer) -> None:
    for path, body in (
        ("settings", {"weather": "fine"}),
        ("settings", {"down": "yes"}),
        ("settings", {"auto_sms": [5]}),
        ("settings", {"slow": -1}),
        ("accounts", {"balance": 5}),
        ("accounts", {"key": KEY, "balance": "a lot"}),
    ):
        assert "error" in await gsim.outside("POST", path, body, expect=400)
    assert "error" in await gsim.outside("POST", "orders/1/sms", {}, expect=404)
    assert "error" in await gsim.outside("GET", "books?key=x", expect=404)
    order = await buy(gsim)
    assert "error" in await gsim.outside("POST", f"orders/{order}/win", {}, expect=400)
    assert "error" in await Customer("nosite", gsim.world, gsim.http).outside("GET", "orders", expect=404)


async def test_the_log_has_everything_that_was_asked(gsim: Customer) -> None:
    await gsim.get("/countries", service="telegram")
    await gsim.post("/orders", {"service": "telegram", "country": 7}, 400)
    first, second = await gsim.requests()
    assert (first["n"], first["method"], first["path"]) == (1, "GET", "/countries")
    assert (first["query"], first["json"], first["form"]) == ({"service": "telegram"}, None, None)
    assert first["headers"]["authorization"] == f"Bearer {KEY}"
    assert (second["json"], second["status"]) == ({"service": "telegram", "country": 7}, 400)
    assert (await gsim.outside("GET", "requests?since=1"))["requests"] == [second]


async def test_lifetime_of_new_orders(smsgig: Customer, world: World) -> None:
    await smsgig.settings(lifetime=30)
    order = await buy(smsgig)
    await world.advance(30)
    assert (await find(smsgig, str(order)))["status"] == "expired"


@pytest.mark.parametrize("site", BASES)
async def test_sms_that_come_by_themselves(
    customers: dict[str, Customer], world: World, mailbox: Mailbox, site: str
) -> None:
    customer = customers[site]
    await customer.settings(auto_sms=[4, 12])
    await customer.account(webhook_url=mailbox.url)
    order = str(await buy(customer))
    await world.advance(3.9)
    assert (await find(customer, order))["messages"] == []
    await world.advance(8.2)
    [message] = (await find(customer, order))["messages"]
    assert message["code"]
    assert len(mailbox.got) == int(site in {"gearsms", "smsgig", "getsms"})


async def test_a_bid_wins_by_itself_too(getsms: Customer, world: World) -> None:
    await getsms.settings(auto_sms=[4, 12])
    bids = await getsms.cmd("request", service="Amazon,Google")
    await world.advance(24)
    for bid in bids:
        assert (await getsms.cmd("read_sms", id=bid["id"]))[0]["service"] == bid["service"]


async def test_no_sms_by_itself_for_a_cancelled_order(gsim: Customer, world: World) -> None:
    await gsim.settings(auto_sms=[4, 12])
    order = str(await buy(gsim))
    await give_back(gsim, order)
    await world.advance(20)
    assert (await find(gsim, order))["messages"] == []


async def test_webhooks_can_be_off_or_nowhere(smsgig: Customer, mailbox: Mailbox) -> None:
    await smsgig.account(webhook_url="http://127.0.0.1:9/hook")
    assert (await smsgig.sms(await buy(smsgig)))["webhook"] is None
    await smsgig.account(webhook_url=mailbox.url)
    await smsgig.settings(webhooks=False)
    assert (await smsgig.sms(await buy(smsgig)))["webhook"] is None
    assert mailbox.got == []


async def test_reset_makes_a_fresh_world(gsim: Customer, world: World) -> None:
    await gsim.settings(no_numbers=True)
    await gsim.fault(kind="reset", times=None)
    async with gsim.http.post(world.base + "/outside/reset") as answer:
        assert answer.status == 200
    assert await gsim.requests() == []
    assert (await gsim.call("GET", "/balance"))[0] == 401
    await gsim.account(balance=1)
    assert await buy(gsim)


async def test_a_taken_port_is_an_error(world: World) -> None:
    with pytest.raises(OSError, match="address already in use"):
        await World(port=int(world.base.rpartition(":")[2])).start()


async def test_worlds_are_apart() -> None:
    async with World() as one, World() as other, aiohttp.ClientSession() as http:
        here, there = Customer("gsim", one, http), Customer("gsim", other, http)
        await here.account(balance=1)
        assert (await here.get("/balance"))["balance"] == 1
        assert (await there.call("GET", "/balance"))[0] == 401


async def test_ten_thousand_open_orders_expire(gsim: Customer, world: World) -> None:
    await gsim.account(balance=3000)
    body = {"service": "telegram", "country": "russia"}
    for _ in range(10_000):  # past the socket, which isn't what this is about
        call = Call("POST", "/orders", {}, {"authorization": f"Bearer {KEY}"}, body)
        assert world.sites["gsim"].answer(call).status == 201
    assert (await gsim.get("/orders", status="PENDING", limit=100))["total"] == 10_000
    assert len({order.number for order in world.sites["gsim"].orders.values()}) == 10_000
    await world.advance(1200)
    assert (await gsim.get("/orders", status="EXPIRED", limit=1))["total"] == 10_000
    assert await gsim.spent() == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("G-804036 is your Google verification code.", "804036"),
        ("Your WhatsApp code: 123-456", "123456"),
        ("# 123 456 is your Instagram code", "123456"),
        ("Telegram code: 54321\n\nhttps://t.me/login/54321", "54321"),
        ('Your code is "0042"', "0042"),
        ("Hello there", None),
    ],
)
def test_codes_are_found(text: str, code: str | None) -> None:
    assert find_code(text) == code


def test_made_up_texts_hold_their_code() -> None:
    rng = random.Random(1)  # noqa: S311 - fixed dice
    for service in ("Google", "WhatsApp", "Telegram", "Яндекс <почта>", "Barnes & Noble"):
        for _ in range(50):
            text, code = make_text(service, rng)
            assert find_code(text) == code, text
        text, code = make_text(service, rng, "987654")
        assert code == "987654"
        assert "987654" in text


async def test_as_a_program() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--auto-sms", "4", "12", stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    base = json.loads(await program.stdout.readline())["base"]
    async with aiohttp.ClientSession() as http, http.get(base + "/outside/sites") as answer:
        assert [site["auto_sms"] for site in (await answer.json())["sites"]] == [[4.0, 12.0]] * 5
    program.send_signal(signal.SIGTERM)
    assert await program.wait() == 0


async def test_telegram_is_in_the_world_too(world: World) -> None:
    bot = f"/telegram/bot4242:{'A' * 35}/getMe"
    async with aiohttp.ClientSession(world.base) as http:
        world.faults.add({"target": "telegram", "path": "getMe", "kind": "429", "retry_after": 3})
        async with http.get(bot) as answer:
            assert (await answer.json())["parameters"] == {"retry_after": 3}
        async with http.get(bot) as answer:
            assert (await answer.json())["result"]["id"] == 4242
        async with http.get("/outside/telegram/requests") as answer:
            assert [call["method"] for call in (await answer.json())["requests"]] == ["getMe", "getMe"]
        await world.reset()
        async with http.get("/outside/telegram/requests") as answer:
            assert await answer.json() == {"requests": []}


async def test_the_page_is_served(world: World) -> None:
    async with aiohttp.ClientSession() as http, http.get(world.base + "/") as answer:
        assert answer.status == 200
        assert "<html" in await answer.text()
