"""SMSGig against `smsgig.txt`."""

import hashlib
import hmac
import json
import re

import pytest

from sandbox.world import World
from tests.sandbox.sites_kit import KEY, Customer, Json, Mailbox

MICROS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


async def rent(smsgig: Customer, **body: object) -> Json:
    rental: Json = (await smsgig.post("/s1/rent", {"service_code": "whatsapp", **body}))["rental"]
    return rental


async def status(smsgig: Customer, activation: int) -> Json:
    answer: Json = await smsgig.get("/s1/status", activation_id=activation)
    return answer


async def test_balance(smsgig: Customer) -> None:
    await smsgig.account(balance="10")
    assert await smsgig.get("/balance") == {"status": "success", "balance": 10.00, "currency": "USD"}


async def test_keys(smsgig: Customer) -> None:
    for headers in ({}, {"Authorization": KEY}, {"Authorization": f"bearer {KEY}"}, {"X-API-Key": KEY}):
        assert (await smsgig.call("GET", "/balance", headers=headers))[0] == 401


async def test_services_come_in_pages(smsgig: Customer) -> None:
    pages = [await smsgig.get("/s1/services", page=page) for page in range(1, 6)]
    assert [len(page["data"]) for page in pages] == [100, 100, 100, 60, 0]
    assert all(page["meta"] == {"total": 360, "per_page": 100} for page in pages)
    assert await smsgig.get("/s1/services") == pages[0]
    services = [service for page in pages for service in page["data"]]
    assert len({service["service_code"] for service in services}) == 360
    assert services[0] == {
        "service_code": "whatsapp",
        "name": "WhatsApp",
        "price": 0.58,
        "ttl": 600,
        "count": 6989,
        "multiple_sms": True,
    }


async def test_rent(smsgig: Customer) -> None:
    answer = await smsgig.post("/s1/rent", {"service_code": "whatsapp", "area_code": "212"})
    rental = answer["rental"]
    assert answer == {"status": "success", "rental": rental}
    assert re.fullmatch(r"1212\d{7}", rental.pop("phone_number"))
    assert MICROS.fullmatch(rental.pop("created_at"))
    assert rental == {
        "activation_id": 10561661,
        "status": "waiting",
        "service_code": "whatsapp",
        "price": 0.58,
        "ttl": 600,
    }
    assert (await smsgig.books())["balance"] == "99.42"


@pytest.mark.parametrize(
    "wrong",
    [
        {"service_code": None},
        {"service_code": "WhatsApp"},
        {"service_code": 1},
        {"area_code": 212},
        {"area_code": "999"},
        {"carrier": 3},
    ],
)
async def test_wrong_fields_are_422(smsgig: Customer, wrong: Json) -> None:
    answer = await smsgig.post("/s1/rent", {"service_code": "whatsapp", **wrong}, 422)
    assert list(answer["errors"]) == list(wrong)
    assert await smsgig.spent() == 0


async def test_refusals(smsgig: Customer) -> None:
    body = {"service_code": "whatsapp"}
    assert (await smsgig.call("POST", "/s1/rent", data=json.dumps(body)))[0] == 400
    assert (await smsgig.call("GET", "/s1/rent"))[0] == 405
    assert (await smsgig.call("GET", "/s2/services"))[0] == 404
    assert (await smsgig.call("GET", "/s1/status"))[0] == 422
    assert (await smsgig.call("GET", "/s1/status?activation_id=1"))[0] == 404
    await smsgig.settings(no_numbers=True)
    await smsgig.post("/s1/rent", body, 400)
    await smsgig.settings(no_numbers=False)
    await smsgig.account(balance="0.57")
    await smsgig.post("/s1/rent", body, 400)


async def test_status_before_and_after_the_code(smsgig: Customer) -> None:
    activation = (await rent(smsgig))["activation_id"]
    assert await status(smsgig, activation) == {"status": "waiting", "message": "No SMS received yet"}
    await smsgig.sms(activation, "Your WhatsApp code is 123456")
    assert await status(smsgig, activation) == {
        "status": "received",
        "code": "123456",
        "text": "Your WhatsApp code is 123456",
    }


async def test_rental_status_and_finish(smsgig: Customer) -> None:
    rental = await rent(smsgig)
    activation = rental["activation_id"]
    await smsgig.post("/s1/rentals/status", {"activation_id": str(activation)}, 422)
    await smsgig.post("/s1/rentals/status", {"activation_id": activation, "action": "done"}, 422)
    await smsgig.post("/s1/rentals/status", {"activation_id": activation, "action": "finished"}, 400)
    await smsgig.sms(activation, "Your WhatsApp code is 123456")
    answer = await smsgig.post("/s1/rentals/status", {"activation_id": activation})
    assert answer == {
        "status": "success",
        "rental": {
            "activation_id": activation,
            "phone_number": rental["phone_number"],
            "service_code": "whatsapp",
            "status": "received",
            "code": "123456",
            "text": "Your WhatsApp code is 123456",
            "price": 0.58,
            "created_at": rental["created_at"],
            "ttl": 600,
        },
    }
    done = await smsgig.post("/s1/rentals/status", {"activation_id": activation, "action": "finished"})
    assert done["rental"]["status"] == "finished"


async def test_cancel(smsgig: Customer) -> None:
    activation = (await rent(smsgig))["activation_id"]
    await smsgig.post("/s1/rentals/cancel", {"activation_id": str(activation)}, 422)
    assert await smsgig.post("/s1/rentals/cancel", {"activation_id": activation}) == {
        "status": "success",
        "message": "Rental canceled and refund processed",
    }
    assert await smsgig.spent() == 0
    assert (await status(smsgig, activation))["status"] == "canceled"
    await smsgig.post("/s1/rentals/cancel", {"activation_id": activation}, 400)


async def test_a_service_of_several_sms_stays_open(smsgig: Customer, world: World) -> None:
    activation = (await rent(smsgig))["activation_id"]
    for code in ("111111", "222222"):
        assert (await smsgig.sms(activation, f"Your WhatsApp code is {code}"))["received"]
        assert (await status(smsgig, activation))["code"] == code
    await world.advance(600)
    assert (await status(smsgig, activation))["status"] == "finished"
    assert not (await smsgig.sms(activation, "Your WhatsApp code is 333333"))["received"]


async def test_cancel_of_several_sms_succeeds_without_refund(smsgig: Customer) -> None:
    activation = (await rent(smsgig))["activation_id"]
    await smsgig.sms(activation)
    before = await smsgig.spent()
    answer = await smsgig.post("/s1/rentals/cancel", {"activation_id": activation})
    assert answer == {"status": "success", "message": "Rental canceled"}
    assert await smsgig.spent() == before > 0


async def test_other_services_take_one_sms(smsgig: Customer) -> None:
    activation = (await rent(smsgig, service_code="telegram"))["activation_id"]
    assert (await smsgig.sms(activation, "Telegram code: 11111"))["received"]
    assert not (await smsgig.sms(activation, "Telegram code: 22222"))["received"]
    assert (await status(smsgig, activation))["code"] == "11111"
    await smsgig.post("/s1/rentals/cancel", {"activation_id": activation}, 400)


async def test_expiry_is_created_at_plus_ttl(smsgig: Customer, world: World) -> None:
    activation = (await rent(smsgig))["activation_id"]
    await world.advance(599)
    assert (await status(smsgig, activation))["status"] == "waiting"
    await world.advance(1)
    assert (await status(smsgig, activation))["status"] == "expired"
    assert await smsgig.spent() == 0


async def test_transactions(smsgig: Customer) -> None:
    for _ in range(3):
        activation = (await rent(smsgig))["activation_id"]
        await smsgig.post("/s1/rentals/cancel", {"activation_id": activation})
    answer = await smsgig.get("/transactions", limit=2, type="refund")
    assert answer["meta"] == {"current_page": 1, "last_page": 2, "total": 3}
    assert len(answer["data"]) == 2
    newest = answer["data"][0]
    assert list(newest) == ["id", "type", "amount", "description", "created_at"]
    assert (newest["type"], newest["amount"]) == ("refund", 0.58)
    assert newest["description"] == f"Refund for WhatsApp rental #{activation}"
    assert MICROS.fullmatch(newest["created_at"])
    assert (await smsgig.get("/transactions"))["meta"]["total"] == 7
    assert (await smsgig.call("GET", "/transactions?limit=101"))[0] == 422
    assert (await smsgig.call("GET", "/transactions?type=gift"))[0] == 422


async def test_webhook_is_signed_over_its_raw_body(smsgig: Customer, mailbox: Mailbox, world: World) -> None:
    await smsgig.account(webhook_url=mailbox.url)
    activation = (await rent(smsgig))["activation_id"]
    await smsgig.sms(activation, "Your WhatsApp code is 123456")
    headers, body = mailbox.got[0]
    signature = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
    assert headers["x-smsgig-signature"] == signature
    event = json.loads(body)
    assert re.fullmatch(rf"msg_{activation}_[0-9a-f]{{8}}", event.pop("message_id"))
    assert MICROS.fullmatch(event.pop("received_at"))
    assert event == {
        "activation_id": activation,
        "service": "whatsapp",
        "code": "123456",
        "text": "Your WhatsApp code is 123456",
    }
    mailbox.status = 503
    assert (await smsgig.sms(activation))["webhook"] == 503
    await world.advance(500)
    assert len(mailbox.got) == 2
