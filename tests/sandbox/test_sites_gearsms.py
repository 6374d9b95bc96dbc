"""GearSMS's lists, S1 and what all lines share against `gearsms.txt`."""

import json
import re

import pytest

from sandbox.world import World
from tests.sandbox.gearsms_kit import LINES, order, status
from tests.sandbox.sites_kit import KEY, USER, Customer, Json

MONGO_ID = re.compile(r"[0-9a-f]{24}")


async def test_balance(gearsms: Customer) -> None:
    await gearsms.account(balance="125.5")
    assert await gearsms.get("/balance") == {
        "success": True,
        "statusCode": 200,
        "message": "Balance retrieved successfully",
        "data": {"user": USER, "balance": 125.5},
    }


async def test_wrong_keys(gearsms: Customer) -> None:
    for headers in ({}, {"X-API-Key": "other"}, {"Authorization": f"Bearer {KEY}"}):
        assert await gearsms.call("GET", "/balance", headers=headers) == (
            401,
            {"success": False, "statusCode": 401, "message": "Invalid API Key or Missing Header"},
        )
        assert await gearsms.call("GET", "/temp-s1/states", headers=headers) == (
            401,
            {"success": False, "statusCode": 401, "message": "Invalid API Key"},
        )


@pytest.mark.parametrize(
    ("path", "message", "rows"),
    [
        ("/temp-s1/states", "States retrieved successfully", [{"code": "AK", "name": "Alaska"}]),
        (
            "/temp-s1/services",
            "S1 services retrieved successfully",
            [
                {"name": "Google", "price": 0.5, "available": 1000},
                {"name": "Tinder", "price": 0.7, "available": 500},
            ],
        ),
        (
            "/temp-s2/services",
            "S2 services retrieved successfully",
            [
                {"code": "Google", "name": "Google", "price": 0.5},
                {"code": "Telegram", "name": "Telegram", "price": 0.4},
            ],
        ),
        (
            "/temp-s2/area-codes",
            "S2 area codes retrieved successfully",
            [{"areaCode": "201", "state": "NJ"}, {"areaCode": "212", "state": "NY"}],
        ),
        (
            "/temp-global/countries",
            "Global countries retrieved successfully",
            [{"ID": 1, "name": "United States", "short_name": "US"}],
        ),
        (
            "/temp-global/services?country=1",
            "Global services retrieved successfully",
            [
                {"code": "1", "name": "Google", "price": 0.46, "stock": 1500, "success_rate": 95},
                {"code": "2", "name": "Telegram", "price": 0.36, "stock": 800, "success_rate": 88},
            ],
        ),
        (
            "/temp-global/area-codes?country=1&service=Google",
            "Global area codes retrieved successfully",
            ["201", "202", "212", "310"],
        ),
        (
            "/long-term-numbers/services",
            "Rental services retrieved successfully",
            [
                {"code": "Google", "name": "Google", "available": True},
                {"code": "Telegram", "name": "Telegram", "available": True},
            ],
        ),
        (
            "/long-term-numbers/durations",
            "Rental durations retrieved successfully",
            [
                {"code": "3days", "name": "3 Days"},
                {"code": "7days", "name": "7 Days"},
                {"code": "14days", "name": "14 Days"},
                {"code": "30days", "name": "30 Days"},
            ],
        ),
        (
            "/long-term-numbers/area-codes",
            "Rental area codes retrieved successfully",
            [{"areaCode": "310", "state": "CA"}],
        ),
    ],
)
async def test_lists(gearsms: Customer, path: str, message: str, rows: list[object]) -> None:
    answer = await gearsms.get(path)
    assert {**answer, "data": None} == {"success": True, "statusCode": 200, "message": message, "data": None}
    assert [row for row in answer["data"] if row in rows] == rows


async def test_stock_now_is_less_than_the_list_says(gearsms: Customer) -> None:
    assert await gearsms.get("/temp-global/stock", country="1", service="Google") == {
        "success": True,
        "statusCode": 200,
        "message": "Global stock retrieved successfully",
        "data": {"stock": 500},
    }


async def test_global_has_many_countries_and_services(gearsms: Customer) -> None:
    assert len((await gearsms.get("/temp-global/countries"))["data"]) > 100
    services = (await gearsms.get("/temp-global/services", country="5"))["data"]
    names = [service["name"] for service in services]
    assert len(names) == 800
    assert {"ВКонтакте", "Яндекс <почта>", "Barnes & Noble", "Yalla", "YALLA"} <= set(names)
    assert max(map(len, names)) == 60


async def test_s1_order_in_its_state(gearsms: Customer) -> None:
    answer = await gearsms.post("/temp-s1/order", {"service": "Google", "state": "TX"})
    data = answer["data"]
    assert answer["message"] == "S1 number purchased successfully"
    assert list(data) == ["id", "number", "service", "status", "expiresAt", "balance"]
    assert (data["service"], data["status"], data["balance"]) == ("Google", "pending", 99.5)
    assert MONGO_ID.fullmatch(data["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", data["expiresAt"])
    codes = (await gearsms.get("/temp-s2/area-codes"))["data"]
    assert data["number"][2:5] in {row["areaCode"] for row in codes if row["state"] == "TX"}


async def test_s1_code(gearsms: Customer) -> None:
    bought = await order(gearsms, "temp-s1")
    waiting = (await gearsms.get(f"/temp-s1/check-sms/{bought['id']}"))["data"]
    assert list(waiting) == ["id", "status", "sms", "pin", "expiresAt", "balance"]
    assert (waiting["status"], waiting["sms"], waiting["pin"]) == ("pending", None, None)
    await gearsms.sms(bought["id"], "G-123456 is your code")
    ready = await gearsms.get(f"/temp-s1/check-sms/{bought['id']}")
    assert ready["message"] == "SMS status retrieved"
    assert ready["data"] == waiting | {"status": "completed", "sms": "G-123456 is your code", "pin": "123456"}
    details = await gearsms.get(f"/temp-s1/number-details/{bought['id']}")
    assert details["message"] == "Order details retrieved successfully"
    assert details["data"] == ready["data"] | {"number": bought["number"], "service": "Google"}


async def test_s1_cancel_refunds_and_loses_the_plus(gearsms: Customer) -> None:
    bought = await order(gearsms, "temp-s1")
    assert await gearsms.post(f"/temp-s1/cancel/{bought['id']}") == {
        "success": True,
        "statusCode": 200,
        "message": "Order cancelled successfully",
        "data": {
            "id": bought["id"],
            "number": bought["number"].removeprefix("+1"),
            "service": "Google",
            "status": "rejected",
            "refunded": True,
            "refundAmount": 0.5,
            "balance": 100.0,
        },
    }


async def test_s1_window_is_15_minutes_and_15_seconds(gearsms: Customer, world: World) -> None:
    bought = await order(gearsms, "temp-s1")
    await world.advance(15 * 60 + 14)
    assert await status(gearsms, "temp-s1", bought["id"]) == "pending"
    await world.advance(1)
    assert await status(gearsms, "temp-s1", bought["id"]) == "expired"
    assert await gearsms.spent() == 0


@pytest.mark.parametrize("line", LINES)
async def test_no_cancel_after_the_code_or_twice(gearsms: Customer, line: str) -> None:
    for end in ("code", "cancel", "expire"):
        bought = await order(gearsms, line)
        if end == "code":
            await gearsms.sms(bought["id"])
        elif end == "cancel":
            await gearsms.post(f"/{line}/cancel/{bought['id']}")
        else:
            await gearsms.expire(bought["id"])
        before = await gearsms.spent()
        await gearsms.post(f"/{line}/cancel/{bought['id']}", expect=400)
        assert await gearsms.spent() == before


@pytest.mark.parametrize("line", LINES)
async def test_no_numbers_is_401(gearsms: Customer, line: str) -> None:
    await gearsms.settings(no_numbers=True)
    assert await gearsms.post(f"/{line}/order", LINES[line], 401) == {
        "success": False,
        "statusCode": 401,
        "message": "No numbers available",
    }
    assert await gearsms.spent() == 0


@pytest.mark.parametrize("line", LINES)
async def test_too_little_money(gearsms: Customer, line: str) -> None:
    await gearsms.account(balance="0.10")
    await gearsms.post(f"/{line}/order", LINES[line], 400)
    assert (await gearsms.books())["balance"] == "0.10"


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("temp-s1", {"service": "Goooogle"}),
        ("temp-s1", {"service": "google"}),
        ("temp-s1", {"service": None}),
        ("temp-s1", {"state": "ZZ"}),
        ("temp-s1", {"state": 7}),
        ("temp-s2", {"service": ["Google"]}),
        ("temp-s2", {"areacode": "999"}),
        ("temp-s2", {"areacode": 212}),
        ("temp-s2", {"carrier": "verizon"}),
        ("temp-global", {"service": "1"}),
        ("temp-global", {"country": "1"}),
        ("temp-global", {"country": True}),
        ("temp-global", {"country": 9999}),
        ("temp-global", {"country": 2, "areacode": "212"}),
    ],
)
async def test_wrong_fields_are_refused(gearsms: Customer, line: str, wrong: Json) -> None:
    answer = await gearsms.post(f"/{line}/order", {**LINES[line], **wrong}, 400)
    assert answer["success"] is False
    assert await gearsms.spent() == 0


async def test_wrong_content_type_method_path_and_order(gearsms: Customer) -> None:
    status, _ = await gearsms.call("POST", "/temp-s1/order", data=json.dumps(LINES["temp-s1"]))
    assert status == 400
    assert (await gearsms.call("GET", "/temp-s1/order"))[0] == 405
    assert (await gearsms.call("GET", "/temp-s3/services"))[0] == 404
    bought = await order(gearsms, "temp-s1")
    assert (await gearsms.call("GET", f"/temp-s2/check-sms/{bought['id']}"))[0] == 404
    await gearsms.outside("POST", "accounts", {"key": "somebody else"})
    theirs = {"X-API-Key": "somebody else"}
    assert (await gearsms.call("GET", f"/temp-s1/check-sms/{bought['id']}", headers=theirs))[0] == 404
