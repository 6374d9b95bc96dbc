"""gsim.io against `gsim.txt`."""

import re
from decimal import Decimal
from typing import Any

import pytest

from sandbox.world import World
from tests.sandbox.sites_kit import KEY, Customer, Json

MILLIS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
CUID = re.compile(r"cma[a-z0-9]{22}")
LOCAL = {"numberType": "LOCAL", "country": "US", "monthlyPrice": 1.15}
ORDER = {"service": "telegram", "country": "russia"}


async def buy(gsim: Customer, **body: object) -> Json:
    order: Json = await gsim.post("/orders", {**ORDER, **body}, 201)
    return order


async def status(gsim: Customer, order: Json) -> str:
    word: str = (await gsim.get(f"/orders/{order['id']}"))["status"]
    return word


async def test_balance(gsim: Customer) -> None:
    await gsim.account(balance="5.51")
    assert await gsim.get("/balance") == {"balance": 5.51, "currency": "USD"}


async def test_keys(gsim: Customer) -> None:
    for headers in ({}, {"Authorization": KEY}, {"X-API-Key": KEY}):
        status, body = await gsim.call("GET", "/balance", headers=headers)
        assert (status, body["code"]) == (401, "UNAUTHORIZED")
    await gsim.account(revoked=True)
    status, body = await gsim.call("GET", "/balance")
    assert (status, body["code"]) == (403, "FORBIDDEN")


async def test_choices(gsim: Customer) -> None:
    services = await gsim.get("/services")
    assert services[:2] == [
        {"id": "telegram", "name": "Telegram", "minPrice": 0.15, "count": 12500},
        {"id": "whatsapp", "name": "WhatsApp", "minPrice": 0.12, "count": 8700},
    ]
    countries = await gsim.get("/countries", service="telegram")
    assert countries[0] == {"id": "russia", "name": "Russia", "iso": "RU", "minPrice": 0.15, "count": 1200}
    assert len(countries) > 100
    assert await gsim.get("/countries") != countries
    operators = await gsim.get("/operators", service="telegram", country="russia")
    assert operators[:2] == [
        {"id": "any", "name": "Any", "price": 0.18, "count": 450},
        {"id": "mts", "name": "MTS", "price": 0.16, "count": 200},
    ]
    assert min(row["price"] for row in operators) == 0.15


async def test_minimum_price_is_not_the_price_of_any(gsim: Customer) -> None:
    assert (await buy(gsim))["price"] == 0.18
    assert (await buy(gsim, operator="mts"))["price"] == 0.16


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/countries?service=nothing", 404, "NOT_FOUND"),
        ("/operators?service=telegram", 400, "VALIDATION_ERROR"),
        ("/operators?service=telegram&country=atlantis", 404, "NOT_FOUND"),
        ("/orders?page=0", 400, "VALIDATION_ERROR"),
        ("/orders?limit=101", 400, "VALIDATION_ERROR"),
        ("/orders?status=pending", 400, "VALIDATION_ERROR"),
        ("/orders/cma0", 404, "NOT_FOUND"),
        ("/nothing", 404, "NOT_FOUND"),
        ("/rentals/search", 400, "VALIDATION_ERROR"),
        ("/rentals/search?country=us", 400, "VALIDATION_ERROR"),
        ("/rentals/search?country=US&type=LOCAL", 400, "VALIDATION_ERROR"),
        ("/rentals/search?country=US&pageSize=51", 400, "VALIDATION_ERROR"),
    ],
)
async def test_wrong_reading(gsim: Customer, path: str, status: int, code: str) -> None:
    got, body = await gsim.call("GET", path)
    assert (got, list(body), body["code"]) == (status, ["error", "code"], code)


@pytest.mark.parametrize("wrong", [{"service": None}, {"country": 7}, {"country": "RU"}, {"operator": "x"}])
async def test_wrong_order(gsim: Customer, wrong: Json) -> None:
    body = await gsim.post("/orders", {**ORDER, **wrong}, 400)
    assert body["code"] == "VALIDATION_ERROR"
    assert await gsim.spent() == 0


async def test_order(gsim: Customer) -> None:
    order = await buy(gsim, operator="any")
    assert CUID.fullmatch(order["id"])
    assert re.fullmatch(r"\+79\d{9}", order["phoneNumber"])
    assert MILLIS.fullmatch(order["expiresAt"])
    assert list(order) == [
        "id", "phoneNumber", "service", "country", "operator", "status", "price", "expiresAt",
    ]  # fmt: skip
    assert {**order, **dict.fromkeys(("id", "phoneNumber", "expiresAt"))} == {
        "id": None,
        "phoneNumber": None,
        "service": "telegram",
        "country": "russia",
        "operator": "any",
        "status": "PENDING",
        "price": 0.18,
        "expiresAt": None,
    }


async def test_code(gsim: Customer) -> None:
    order = await buy(gsim)
    waiting = await gsim.get(f"/orders/{order['id']}")
    assert list(waiting) == [
        "id", "service", "phoneNumber", "smsCode", "status", "price", "createdAt", "expiresAt",
    ]  # fmt: skip
    assert (waiting["smsCode"], waiting["status"]) == (None, "PENDING")
    await gsim.sms(order["id"], "Telegram code: 123456")
    ready = await gsim.get(f"/orders/{order['id']}")
    assert ready == {**waiting, "smsCode": "123456", "status": "RECEIVED"}


@pytest.mark.parametrize(("act", "word"), [("cancel", "CANCELLED"), ("ban", "BANNED")])
async def test_cancel_and_ban(gsim: Customer, act: str, word: str) -> None:
    order = await buy(gsim)
    assert await gsim.post(f"/orders/{order['id']}/{act}") == {"success": True, "refunded": 0.18}
    assert await status(gsim, order) == word
    assert await gsim.spent() == 0
    assert (await gsim.post(f"/orders/{order['id']}/{act}", expect=409))["code"] == "CONFLICT"
    coded = await buy(gsim)
    await gsim.sms(coded["id"])
    assert (await gsim.post(f"/orders/{coded['id']}/{act}", expect=409))["code"] == "CONFLICT"
    assert await gsim.spent() == Decimal("0.18")


async def test_expiry(gsim: Customer, world: World) -> None:
    order = await buy(gsim)
    await world.advance(20 * 60)
    assert await status(gsim, order) == "EXPIRED"
    assert await gsim.spent() == 0


async def test_no_numbers_is_a_provider_error(gsim: Customer) -> None:
    await gsim.settings(no_numbers=True)
    assert (await gsim.post("/orders", ORDER, 503))["code"] == "PROVIDER_ERROR"
    assert (await gsim.get("/services"))[0]["count"] == 0


async def test_too_little_money(gsim: Customer) -> None:
    await gsim.account(balance="0.17")
    assert (await gsim.post("/orders", ORDER, 402))["code"] == "INSUFFICIENT_BALANCE"


async def test_rate_limit(gsim: Customer, world: World) -> None:
    await gsim.settings(rate_limit=2)
    for _ in range(2):
        await gsim.get("/balance")
    status, body = await gsim.call("GET", "/balance")
    assert (status, body["code"]) == (429, "RATE_LIMITED")
    await world.advance(60)
    await gsim.get("/balance")


async def test_list_of_orders(gsim: Customer) -> None:
    orders = [await buy(gsim) for _ in range(5)]
    await gsim.post(f"/orders/{orders[4]['id']}/cancel")
    page = await gsim.get("/orders", page=2, limit=2)
    assert {**page, "orders": None} == {"orders": None, "total": 5, "page": 2, "limit": 2, "totalPages": 3}
    assert [row["id"] for row in page["orders"]] == [orders[2]["id"], orders[1]["id"]]
    assert list(page["orders"][0]) == [
        "id", "service", "country", "operator", "phoneNumber", "smsCode", "status", "price", "createdAt",
        "expiresAt",
    ]  # fmt: skip
    cancelled = await gsim.get("/orders", status="CANCELLED")
    assert [row["id"] for row in cancelled["orders"]] == [orders[4]["id"]]


# Rentals


async def search(gsim: Customer, **query: Any) -> list[Json]:
    numbers: list[Json] = (await gsim.get("/rentals/search", country="US", **query))["numbers"]
    return numbers


async def rent(gsim: Customer) -> Json:
    [number, *_] = await search(gsim)
    body = {"phoneNumber": number["phoneNumber"], **LOCAL}
    rental: Json = await gsim.post("/rentals", body, 201)
    return rental


async def test_search(gsim: Customer) -> None:
    numbers = await search(gsim, areaCode="510", pageSize=5, contains="5")
    assert 0 < len(numbers) <= 5
    for number in numbers:
        assert list(number) == [
            "friendlyName", "phoneNumber", "locality", "region", "isoCountry", "capabilities",
        ]  # fmt: skip
        assert (number["locality"], number["region"]) == ("Oakland", "CA")
        assert number["phoneNumber"].startswith("+1510")
        digits = number["phoneNumber"]
        assert number["friendlyName"] == f"({digits[2:5]}) {digits[5:8]}-{digits[8:]}"
    assert len(await search(gsim)) == 20
    assert all(row["capabilities"]["voice"] for row in await search(gsim, voiceEnabled="true"))


async def test_rent(gsim: Customer) -> None:
    rental = await rent(gsim)
    assert list(rental) == [
        "id", "phoneNumber", "country", "numberType", "status", "monthlyPrice", "renewsAt",
    ]  # fmt: skip
    assert (rental["status"], rental["monthlyPrice"]) == ("ACTIVE", 1.5)
    listed = await gsim.get("/rentals")
    assert listed == {"rentals": [rental | {"autoRenew": True}], "total": 1, "page": 1}
    assert await gsim.spent() == Decimal("1.50")
    numbers = [row["phoneNumber"] for row in await search(gsim)]
    assert rental["phoneNumber"] not in numbers


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"monthlyPrice": 1.14}, 400),
        ({"monthlyPrice": "1.15"}, 400),
        ({"numberType": "Local"}, 400),
        ({"numberType": "MOBILE"}, 404),
        ({"country": "GB"}, 404),
        ({"phoneNumber": "+12125550123"}, 404),
    ],
)
async def test_wrong_rent(gsim: Customer, wrong: Json, status: int) -> None:
    [number, *_] = await search(gsim)
    body = {"phoneNumber": number["phoneNumber"], **LOCAL}
    await gsim.post("/rentals", {**body, **wrong}, status)
    assert await gsim.spent() == 0


async def test_settings_of_a_rental(gsim: Customer) -> None:
    rental = await rent(gsim)
    path = f"/rentals/{rental['id']}"
    body: Json = {"autoRenew": True, "forwardingNumber": "+905551234567"}
    assert await gsim.call("PATCH", path, json=body) == (200, {"id": rental["id"], **body})
    for wrong in ({"autoRenew": "yes"}, {"forwardingNumber": "0555"}, {"friendlyName": "x" * 65}):
        assert (await gsim.call("PATCH", path, json=wrong))[0] == 400
    assert (await gsim.call("PUT", path, json=body))[0] == 405


async def test_release(gsim: Customer) -> None:
    rental = await rent(gsim)
    assert await gsim.call("DELETE", f"/rentals/{rental['id']}") == (200, {"success": True})
    assert (await gsim.get(f"/rentals/{rental['id']}"))["status"] == "CANCELLED"
    assert (await gsim.call("DELETE", f"/rentals/{rental['id']}"))[0] == 409
    assert await gsim.spent() == Decimal("1.50")


async def test_sms_and_calls_of_a_rental(gsim: Customer, world: World) -> None:
    rental = await rent(gsim)
    path = f"/rentals/{rental['id']}"
    await gsim.sms(rental["id"], "Your verification code is 123456", sender="+14155551234")
    inbox = await gsim.get(f"{path}/sms")
    [message] = inbox["messages"]
    assert inbox["total"] == 1
    assert list(message) == ["id", "direction", "from", "to", "body", "status", "createdAt"]
    assert {**message, "id": 0, "createdAt": 0} == {
        "id": 0,
        "direction": "INBOUND",
        "from": "+14155551234",
        "to": rental["phoneNumber"],
        "body": "Your verification code is 123456",
        "status": "received",
        "createdAt": 0,
    }
    sent = await gsim.post(f"{path}/sms", {"to": "+14155551234", "body": "Hello from my virtual number!"})
    assert list(sent) == ["id", "status", "twilioSid"]
    assert (sent["status"], sent["twilioSid"][:2]) == ("queued", "SM")
    for wrong in ({"to": "4155551234", "body": "x"}, {"to": "+14155551234", "body": "x" * 1601}):
        await gsim.post(f"{path}/sms", wrong, 400)
    ringing = await gsim.post(f"{path}/calls", {"to": "+14155551234"})
    assert (ringing["status"], ringing["twilioSid"][:2]) == ("RINGING", "CA")
    await world.advance(60)
    [call] = (await gsim.get(f"{path}/calls"))["calls"]
    assert list(call) == ["id", "direction", "from", "to", "status", "duration", "createdAt"]
    assert (call["status"], call["duration"]) == ("COMPLETED", 45)
    details = await gsim.get(path)
    assert list(details) == ["id", "phoneNumber", "status", "messages", "calls"]
    assert (len(details["messages"]), details["calls"]) == (2, [call])


async def test_renewal_needs_money_and_the_switch(gsim: Customer, world: World) -> None:
    rental = await rent(gsim)
    month = 30 * 86400
    await world.advance(month)
    assert await gsim.spent() == Decimal("3.00")
    await gsim.account(balance=0)
    await world.advance(month)
    assert (await gsim.get(f"/rentals/{rental['id']}"))["status"] == "PENDING_RENEWAL"
    await world.advance(3 * 86400)
    assert (await gsim.get(f"/rentals/{rental['id']}"))["status"] == "EXPIRED"
