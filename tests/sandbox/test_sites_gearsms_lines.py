"""GearSMS's S2, Global, rentals and webhook against `gearsms.txt`."""

import json
import re
from decimal import Decimal

import pytest

from sandbox.world import World
from tests.sandbox.gearsms_kit import order, status
from tests.sandbox.sites_kit import Customer, Json, Mailbox

BINDING = [
    "Cash App", "Citibank", "Go2Bank", "GoBank", "Green Dot", "One Finance", "Snapchat", "Survey Junkie",
    "Walmart Family Mobile", "Walmart Money Card", "WhatsApp",
]  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "price"),
    [
        ({}, 0.5),
        ({"areacode": "212"}, 0.83),
        ({"carrier": "vz"}, 0.63),
        ({"areacode": "212", "carrier": "tmo"}, 0.95),
    ],
)
async def test_s2_markups(gearsms: Customer, chosen: Json, price: float) -> None:
    answer = await gearsms.post("/temp-s2/order", {"service": "airbnb", **chosen})
    data = answer["data"]
    assert answer["message"] == "Number purchased successfully"
    assert list(data) == ["id", "number", "service", "price", "status", "expiresAt", "balance"]
    assert (data["service"], data["price"], data["status"]) == ("airbnb", price, "pending")
    assert data["balance"] == pytest.approx(100 - price)
    assert re.fullmatch(r"\d{10}", data["number"])
    if "areacode" in chosen:
        assert data["number"].startswith("212")


async def test_s2_code_and_reactivation_under_the_same_id(gearsms: Customer) -> None:
    bought = await order(gearsms, "temp-s2", service="airbnb")
    await gearsms.post(f"/temp-s2/reactivate/{bought['id']}", expect=400)
    await gearsms.sms(bought["id"], "Your code is 123456")
    check = (await gearsms.get(f"/temp-s2/check-sms/{bought['id']}"))["data"]
    assert list(check) == ["id", "number", "service", "status", "price", "sms", "pin", "expiresAt", "balance"]
    assert (check["status"], check["sms"], check["pin"]) == ("completed", "Your code is 123456", "123456")
    again = await gearsms.post(f"/temp-s2/reactivate/{bought['id']}")
    assert again["message"] == "Number reactivated successfully"
    assert list(again["data"]) == ["id", "number", "service", "status", "price", "expiresAt", "balance"]
    assert again["data"] | {"expiresAt": 0} == {
        "id": bought["id"],
        "number": bought["number"],
        "service": "airbnb",
        "status": "pending",
        "price": 0.5,
        "expiresAt": 0,
        "balance": 99.0,
    }
    fresh = (await gearsms.get(f"/temp-s2/check-sms/{bought['id']}"))["data"]
    assert (fresh["status"], fresh["sms"], fresh["pin"]) == ("pending", None, None)
    await gearsms.expire(bought["id"])
    assert await gearsms.spent() == Decimal("0.50")


async def test_s2_reactivation_starts_the_time_anew(gearsms: Customer, world: World) -> None:
    await gearsms.settings(lifetime=300)
    bought = await order(gearsms, "temp-s2")
    await gearsms.sms(bought["id"])
    await world.advance(200)
    await gearsms.post(f"/temp-s2/reactivate/{bought['id']}")
    await world.advance(299)
    assert await status(gearsms, "temp-s2", bought["id"]) == "pending"
    await world.advance(1)
    assert await status(gearsms, "temp-s2", bought["id"]) == "expired"


async def test_s2_cancel_and_report(gearsms: Customer) -> None:
    for act, word, message in (
        ("cancel", "cancelled", "Order cancelled and refunded."),
        ("report", "reported", "Order reported successfully"),
    ):
        bought = await order(gearsms, "temp-s2", service="tinder")
        assert await gearsms.post(f"/temp-s2/{act}/{bought['id']}") == {
            "success": True,
            "statusCode": 200,
            "message": message,
            "data": {
                "id": bought["id"],
                "number": bought["number"],
                "service": "tinder",
                "status": word,
                "refunded": True,
                "refundAmount": 0.75,
                "balance": 100.0,
            },
        }


@pytest.mark.parametrize("service", BINDING)
async def test_s2_services_that_only_the_timer_refunds(gearsms: Customer, service: str) -> None:
    bought = await order(gearsms, "temp-s2", service=service)
    await gearsms.post(f"/temp-s2/cancel/{bought['id']}", expect=400)
    await gearsms.post(f"/temp-s2/report/{bought['id']}", expect=400)
    assert await gearsms.spent() > 0
    await gearsms.expire(bought["id"])
    assert await gearsms.spent() == 0


async def test_s2_wells_fargo_may_be_reported_but_not_refunded(gearsms: Customer) -> None:
    bought = await order(gearsms, "temp-s2", service="Wells Fargo")
    data = (await gearsms.post(f"/temp-s2/report/{bought['id']}"))["data"]
    assert (data["status"], data["refunded"], data["refundAmount"]) == ("reported", False, 0)
    assert await gearsms.spent() == Decimal("1.75")


async def test_s2_wells_fargo_is_charged_always(gearsms: Customer) -> None:
    bought = await order(gearsms, "temp-s2", service="Wells Fargo")
    await gearsms.post(f"/temp-s2/cancel/{bought['id']}", expect=400)
    await gearsms.expire(bought["id"])
    assert await gearsms.spent() == Decimal("1.75")


async def test_global_order_and_code(gearsms: Customer) -> None:
    body = {"service": "Google", "country": 1, "areacode": "212"}
    answer = await gearsms.post("/temp-global/order", body)
    data = answer["data"]
    assert answer["message"] == "Global number purchased successfully"
    assert list(data) == ["id", "number", "service", "price", "status", "expiresAt", "balance"]
    assert (data["id"], data["price"], data["status"], data["balance"]) == (
        "GLOB_123456",
        0.46,
        "pending",
        "99.54",
    )
    assert re.fullmatch(r"\+1212\d{7}", data["number"])
    assert re.fullmatch(r".*\.\d{3}Z", data["expiresAt"])
    waiting = await gearsms.get("/temp-global/check-sms/GLOB_123456")
    assert waiting["message"] == "Still waiting for SMS"
    assert list(waiting["data"]) == ["status", "sms", "pin", "expiresAt"]
    await gearsms.sms("GLOB_123456", "Your code is 123456")
    ready = await gearsms.get("/temp-global/check-sms/GLOB_123456")
    assert ready["message"] == "SMS status retrieved"
    assert (ready["data"]["status"], ready["data"]["pin"]) == ("completed", "123456")


async def test_global_activating(gearsms: Customer, world: World) -> None:
    countries = (await gearsms.get("/temp-global/countries"))["data"]
    brazil = next(row["ID"] for row in countries if row["short_name"] == "BR")
    bought = await order(gearsms, "temp-global", country=brazil)
    assert bought["status"] == "activating"
    assert bought["number"].startswith("+55")
    check = await gearsms.get(f"/temp-global/check-sms/{bought['id']}")
    assert (check["message"], check["data"]["status"]) == ("Number is activating", "activating")
    await world.advance(20)
    assert await status(gearsms, "temp-global", bought["id"]) == "pending"


async def test_global_cancel(gearsms: Customer) -> None:
    bought = await order(gearsms, "temp-global")
    assert await gearsms.post(f"/temp-global/cancel/{bought['id']}") == {
        "success": True,
        "statusCode": 200,
        "message": "Order cancelled and refunded successfully",
        "data": {"id": bought["id"], "service": "Google", "status": "rejected", "balance": 100.0},
    }


async def test_global_reuse_makes_a_new_order(gearsms: Customer) -> None:
    bought = await order(gearsms, "temp-global")
    assert await gearsms.post(f"/temp-global/reuse/{bought['id']}", expect=400) == {
        "success": False,
        "message": "Reuse option is not available for this number.",
    }
    await gearsms.sms(bought["id"])
    answer = await gearsms.post(f"/temp-global/reuse/{bought['id']}")
    data = answer["data"]
    assert answer["message"] == "Global reactivation requested successfully"
    assert list(data) == ["id", "service", "status", "number", "expiresAt"]
    assert data["id"] != bought["id"]
    assert (data["number"], data["status"]) == (bought["number"], "pending")
    assert await gearsms.spent() == Decimal("0.92")


async def test_rental_price_and_order(gearsms: Customer, world: World) -> None:
    query = {"serviceCode": "Google", "duration": "30days", "areaCode": "212"}
    assert await gearsms.get("/long-term-numbers/price", **query) == {
        "success": True,
        "statusCode": 200,
        "message": "Rental price retrieved successfully",
        "data": {"service": "Google", "price": 45.0},
    }
    body = {"service": "Google", "duration": "30days", "areaCode": "212"}
    answer = await gearsms.post("/long-term-numbers/order", body)
    data = answer["data"]
    assert answer["message"] == "Long-term number rented successfully"
    assert list(data) == [
        "id", "number", "service", "duration", "price", "status", "expiresAt", "balance",
    ]  # fmt: skip
    assert (data["price"], data["status"], data["balance"]) == (45.0, "active", "55.00")
    assert data["id"].startswith("RENT_")
    await gearsms.sms(data["id"], "G-123456 is your code")
    await gearsms.sms(data["id"], "Hello there")
    check = await gearsms.get(f"/long-term-numbers/check-sms/{data['id']}")
    assert check["message"] == "SMS received"
    assert list(check["data"]) == ["id", "number", "service", "status", "expiresAt", "messages"]
    assert check["data"]["id"] == data["id"].removeprefix("RENT_")
    assert [(row["text"], row["pin"]) for row in check["data"]["messages"]] == [
        ("G-123456 is your code", "123456"),
        ("Hello there", ""),
    ]
    status, _ = await gearsms.call("GET", f"/long-term-numbers/check-sms/{check['data']['id']}")
    assert status == 404, "the path takes the id that the order was answered with"
    await world.advance(30 * 86400)
    check = await gearsms.get(f"/long-term-numbers/check-sms/{data['id']}")
    assert check["message"] == "Rental has expired"
    assert list(check["data"]) == ["status", "expiresAt", "messages"]
    assert await gearsms.spent() == 45


async def test_rental_errors_have_no_status_code(gearsms: Customer) -> None:
    status, body = await gearsms.call(
        "GET", "/long-term-numbers/price", params={"serviceCode": "Gooogle", "duration": "30days"}
    )
    assert (status, body) == (
        400,
        {"success": False, "message": "Invalid service or duration specified."},
    )
    await gearsms.account(balance="1")
    answer = await gearsms.post("/long-term-numbers/order", {"service": "Google", "duration": "30days"}, 400)
    assert answer == {"success": False, "message": "Insufficient balance to complete the rental."}


async def test_webhook(gearsms: Customer, mailbox: Mailbox) -> None:
    await gearsms.account(webhook_url=mailbox.url)
    bought = await order(gearsms, "temp-s2")
    sent = await gearsms.sms(bought["id"], "Your verification code is 123456")
    assert sent == {
        "text": "Your verification code is 123456",
        "code": "123456",
        "received": True,
        "webhook": 200,
    }
    headers, body = mailbox.got[0]
    assert headers["user-agent"] == "GearSMS-Webhook/1.0"
    assert headers["content-type"] == "application/json"
    event = json.loads(body)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event.pop("timestamp"))
    assert event == {
        "event": "sms_received",
        "orderId": bought["id"],
        "number": "+1" + bought["number"],
        "service": "Google",
        "sms": "Your verification code is 123456",
        "pin": "123456",
        "source": "S2",
    }


async def test_webhook_is_tried_once(gearsms: Customer, mailbox: Mailbox, world: World) -> None:
    mailbox.status = 500
    await gearsms.account(webhook_url=mailbox.url)
    bought = await order(gearsms, "temp-s1")
    assert (await gearsms.sms(bought["id"]))["webhook"] == 500
    await world.advance(7200)
    assert len(mailbox.got) == 1
