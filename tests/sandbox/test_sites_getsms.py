"""getsms.online against `getsms.txt`."""

import re
from typing import Any
from urllib.parse import parse_qsl

import pytest

from sandbox.world import World
from tests.sandbox.sites_kit import KEY, USER, Customer, Json, Mailbox


def error(message: str) -> Json:
    return {"status": "error", "message": message}


async def reserve(getsms: Customer, **query: Any) -> Json:
    [request] = await getsms.cmd("request", **{"service": "Amazon", **query})
    assert isinstance(request, dict)
    return request


async def bid(getsms: Customer, **query: Any) -> Json:
    await getsms.settings(no_numbers=True)
    request = await reserve(getsms, markup=25, **query)
    await getsms.settings(no_numbers=False)
    return request


async def test_balance(getsms: Customer) -> None:
    await getsms.account(balance=10)
    assert await getsms.get("", cmd="balance", user=USER, api_key=KEY) == {"status": "ok", "message": "10.00"}


async def test_every_error_is_http_200(getsms: Customer) -> None:
    good = {"cmd": "balance", "user": USER, "api_key": KEY}
    for query in ({**good, "user": "x"}, {**good, "api_key": "x"}, {**good, "cmd": "x"}, {}):
        status, body = await getsms.call("GET", "", params=query)
        assert (status, body["status"]) == (200, "error")
    status, body = await getsms.call("POST", "", data=good)
    assert (status, body["status"]) == (200, "error")


async def test_list_services(getsms: Customer) -> None:
    google = {
        "name": "Google",
        "price": "1.00",
        "ltr_price": "20.00",
        "ltr_short_price": "5.00",
        "otp_available": "74",
        "ltr_available": "3",
        "recommended_markup": "10",
    }
    assert await getsms.cmd("list_services", service="Google") == [google]
    everything = await getsms.cmd("list_services")
    assert {**google, "recommended_markup": ""} in everything
    assert len(everything) > 300
    assert all(isinstance(value, str) for service in everything for value in service.values())
    assert await getsms.cmd("list_services", service="DummyService") == error(
        "Invalid service name DummyService"
    )


async def test_request(getsms: Customer) -> None:
    request = await reserve(getsms)
    assert re.fullmatch(r"1\d{10}", request.pop("mdn"))
    assert request.pop("carrier") in {"TMobile", "ATT", "Verizon"}
    assert request == {
        "id": "10000001",
        "service": "Amazon",
        "status": "Reserved",
        "state": "",
        "markup": 0,
        "price": 0.50,
        "till_expiration": 900,
    }


async def test_request_refusals(getsms: Customer) -> None:
    for query, message in (
        ({"service": "Goooooogle"}, "Invalid service name Goooooogle"),
        ({"service": "Amazon", "mdn": "12345678901"}, "The MDN is not available"),
        ({"service": "Amazon", "areacode": "999"}, "Invalid area code"),
        ({"service": "Amazon", "state": "ZZ"}, "Invalid state"),
        ({"service": "Amazon", "markup": "9"}, "Invalid markup value"),
        ({"service": "Amazon", "markup": "2001"}, "Invalid markup value"),
    ):
        assert await getsms.cmd("request", **query) == error(message)
    await getsms.settings(no_numbers=True)
    assert await getsms.cmd("request", service="Amazon") == error("No numbers available, retry later")
    await getsms.settings(no_numbers=False)
    await getsms.account(balance="0.49")
    assert await getsms.cmd("request", service="Amazon") == error("Insufficient balance")
    assert await getsms.spent() == 0


async def test_area_code_goes_before_state(getsms: Customer) -> None:
    request = await reserve(getsms, areacode="212", state="TX")
    assert request["mdn"].startswith("1212")
    assert (await reserve(getsms, state="AK"))["mdn"].startswith("1907")


async def test_status_has_no_price(getsms: Customer) -> None:
    request = await reserve(getsms)
    [status] = await getsms.cmd("request_status", id=request["id"])
    assert list(status) == [
        "id", "mdn", "service", "status", "state", "markup", "carrier", "till_expiration",
    ]  # fmt: skip
    assert status == {key: value for key, value in request.items() if key != "price"}
    assert await getsms.cmd("request_status", id="1") == error("Invalid request ID")


async def test_reject(getsms: Customer) -> None:
    request = await reserve(getsms)
    assert await getsms.cmd("reject", id=request["id"]) == "MDN has been rejected"
    assert await getsms.spent() == 0
    [status] = await getsms.cmd("request_status", id=request["id"])
    assert status["status"] == "Rejected"
    assert await getsms.cmd("reject", id=request["id"]) == error("Invalid request ID")


async def test_no_reject_after_the_code(getsms: Customer) -> None:
    request = await reserve(getsms)
    await getsms.sms(request["id"])
    [status] = await getsms.cmd("request_status", id=request["id"])
    assert status["status"] == "Completed"
    assert await getsms.cmd("reject", id=request["id"]) == error("Invalid request ID")
    assert await getsms.spent() > 0


async def test_time_out_refunds(getsms: Customer, world: World) -> None:
    request = await reserve(getsms)
    await world.advance(900)
    [status] = await getsms.cmd("request_status", id=request["id"])
    assert (status["status"], status["till_expiration"]) == ("Timed Out", 0)
    assert await getsms.spent() == 0


async def test_a_bid_waits_wins_and_pays(getsms: Customer, mailbox: Mailbox) -> None:
    await getsms.account(webhook_url=mailbox.url)
    request = await bid(getsms, state="CA")
    assert request == {
        "id": "10000001",
        "mdn": "",
        "service": "Amazon",
        "status": "Awaiting MDN",
        "state": "CA",
        "markup": 25,
        "price": 0.63,
        "carrier": "",
        "till_expiration": 1800,
    }
    assert await getsms.spent() == 0
    assert not (await getsms.sms(request["id"]))["received"]
    won = await getsms.outside("POST", f"orders/{request['id']}/win")
    assert won["webhook"] == 200
    [status] = await getsms.cmd("request_status", id=request["id"])
    assert status["status"] == "Reserved"
    assert await getsms.spent() > 0
    headers, body = mailbox.got[0]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qsl(body.decode()) == [
        ("event", "priority_request"),
        ("status", "ok"),
        ("id", request["id"]),
        ("mdn", status["mdn"]),
        ("service", "Amazon"),
        ("price", "0.63"),
    ]


async def test_a_lost_bid_vanishes(getsms: Customer, world: World) -> None:
    request = await bid(getsms)
    await world.advance(1799)
    assert (await getsms.cmd("request_status", id=request["id"]))[0]["status"] == "Awaiting MDN"
    await world.advance(1)
    assert await getsms.cmd("request_status", id=request["id"]) == error("Invalid request ID")
    assert await getsms.spent() == 0


async def test_a_bid_can_be_withdrawn(getsms: Customer) -> None:
    request = await bid(getsms)
    assert await getsms.cmd("reject", id=request["id"]) == "MDN has been rejected"
    await getsms.outside("POST", f"orders/{request['id']}/win")
    [status] = await getsms.cmd("request_status", id=request["id"])
    assert (status["status"], status["mdn"]) == ("Rejected", "")


async def test_a_markup_costs_nothing_while_there_are_numbers(getsms: Customer) -> None:
    request = await reserve(getsms, markup=25)
    assert (request["status"], request["markup"], request["price"]) == ("Reserved", 0, 0.5)


async def test_several_services_come_back_sorted_and_win_one_number(getsms: Customer) -> None:
    bids = await getsms.cmd("request", service="Yahoo,Google,Amazon")
    assert [(row["service"], row["markup"], row["status"]) for row in bids] == [
        ("Amazon", 10, "Awaiting MDN"),
        ("Google", 110, "Awaiting MDN"),
        ("Yahoo", 50, "Awaiting MDN"),
    ]
    await getsms.outside("POST", f"orders/{bids[1]['id']}/win")
    states = [(await getsms.cmd("request_status", id=row["id"]))[0] for row in bids]
    assert [row["status"] for row in states] == ["Reserved"] * 3
    assert len({row["mdn"] for row in states}) == 1
    six = "Yahoo,Google,Amazon,WhatsApp,Telegram,Facebook"
    assert (await getsms.cmd("request", service=six))["status"] == "error"


async def test_a_used_number_can_be_had_again(getsms: Customer) -> None:
    first = await reserve(getsms)
    assert await getsms.cmd("request", service="Amazon", mdn=first["mdn"]) == error(
        "The MDN is not available"
    )
    await getsms.expire(first["id"])
    again = await reserve(getsms, service="Google", mdn=first["mdn"], areacode="212")
    assert (again["mdn"], again["service"], again["state"]) == (first["mdn"], "Google", "")


async def test_read_sms(getsms: Customer, world: World) -> None:
    assert await getsms.cmd("read_sms") == error("No messages")
    request = await reserve(getsms, service="Google")
    assert await getsms.cmd("read_sms", id=request["id"]) == error("No messages")
    await getsms.sms(request["id"], "G-804036 is your Google verification code.", sender="22000")
    [row] = await getsms.cmd("read_sms", service="Google")
    assert re.fullmatch(r"\d{10}", row.pop("timestamp"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d E[DS]T", row.pop("date_time"))
    assert row == {
        "from": "22000",
        "to": request["mdn"],
        "service": "Google",
        "price": 1.00,
        "reply": "G-804036 is your Google verification code.",
        "pin": "G-804036",
    }
    await world.advance(1)
    other = await reserve(getsms)
    for code in ("1111", "2222", "3333"):
        await world.advance(1)
        await getsms.sms(other["id"], f"{code} is your Amazon OTP")
    newest = [row["pin"] for row in await getsms.cmd("read_sms")]
    assert newest == ["3333", "2222", "1111"]
    assert [row["pin"] for row in await getsms.cmd("read_sms", mdn=request["mdn"])] == ["G-804036"]
    assert await getsms.cmd("read_sms", id="1") == error("Invalid request ID")
    await world.advance(2 * 86400)
    assert await getsms.cmd("read_sms") == error("No messages")


@pytest.mark.parametrize("status", [500, 201, 302])
async def test_webhook_wants_exactly_200_and_is_tried_five_times_more(
    getsms: Customer, mailbox: Mailbox, world: World, status: int
) -> None:
    mailbox.status = status
    await getsms.account(webhook_url=mailbox.url)
    request = await reserve(getsms, service="Google")
    sent = await getsms.sms(request["id"], "G-804036 is your Google verification code.", sender="22000")
    assert sent["webhook"] == status
    fields = parse_qsl(mailbox.got[0][1].decode())
    assert [name for name, _ in fields] == [
        "event", "id", "timestamp", "date_time", "from", "to", "service", "reply", "pin", "price",
    ]  # fmt: skip
    event = dict(fields)
    assert (event["event"], event["pin"], event["price"]) == ("incoming_message", "G-804036", "1.00")
    await world.advance(599)
    assert len(mailbox.got) == 1
    await world.advance(2)
    assert len(mailbox.got) == 2
    await world.advance(7200)
    assert len(mailbox.got) == 6
    assert len({body for _, body in mailbox.got}) == 1


async def test_webhook_stops_at_200(getsms: Customer, mailbox: Mailbox, world: World) -> None:
    mailbox.status = 500
    await getsms.account(webhook_url=mailbox.url)
    await getsms.sms((await reserve(getsms))["id"])
    mailbox.status = 200
    await world.advance(7200)
    assert len(mailbox.got) == 2
