"""GotSMS against `gotsms.txt`."""

import re
from decimal import Decimal
from uuid import UUID

from sandbox.world import World
from tests.sandbox.sites_kit import KEY, Customer, Json

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


async def plans(gotsms: Customer, service: str) -> list[Json]:
    rows: list[Json] = []
    page = 1
    while True:
        answer = await gotsms.get("/rents/plans", page=page)
        rows += [row for row in answer["data"] if row["service"]["name"] == service]
        if page == answer["meta"]["last_page"]:
            return [row for row in rows if row["country"]["name"] == "USA"]
        page += 1


async def rent(gotsms: Customer, service: str = "Telegram", plan: int = 0) -> Json:
    plan_id = (await plans(gotsms, service))[plan]["id"]
    answer: Json = await gotsms.post("/rents", {"plan_id": plan_id}, 201)
    assert answer["message"] == "Rent created successfully."
    data: Json = answer["data"]
    return data


async def listed(gotsms: Customer, rent_id: str) -> Json:
    rows: list[Json] = (await gotsms.get("/rents"))["data"]
    return next(row for row in rows if row["id"] == rent_id)


async def test_balance(gotsms: Customer) -> None:
    await gotsms.account(balance="125.5")
    assert await gotsms.get("/account") == {"success": True, "data": {"balance": 125.5}}


async def test_only_the_pricelist_needs_no_key(gotsms: Customer) -> None:
    nobody = {name: value for name, value in gotsms.headers.items() if name != "Authorization"}
    status, answer = await gotsms.call("GET", "/pricelist", headers=nobody)
    assert status == 200
    rows = {row["name"]: row["plans"] for row in answer["data"]}
    assert rows["Telegram"] == [
        {
            "service_name": "Telegram",
            "period": 1,
            "period_type": "day",
            "period_type_label": "day",
            "duration_translation": "1 day",
            "price": 1,
            "renew_price": 1,
            "country": "USA",
            "billing_type": "duration",
        }
    ]
    assert rows["WhatsApp"][0]["price"] == 4.99
    for headers in (nobody, {**nobody, "Authorization": KEY}):
        assert (await gotsms.call("GET", "/account", headers=headers))[0] == 401


async def test_services_and_plans_come_in_pages(gotsms: Customer) -> None:
    services = await gotsms.get("/services")
    assert list(services["data"][0]) == ["id", "name"]
    assert services["meta"] == {"current_page": 1, "last_page": 4, "per_page": 25, "total": 90}
    [telegram] = await plans(gotsms, "Telegram")
    for key in ("id", "service", "country"):
        value = telegram.pop(key)
        UUID(value if key == "id" else value["id"])
    assert telegram == {
        "billing_type": "duration",
        "duration_type": "day",
        "duration_in_type": 1,
        "duration_in_minutes": 1440,
        "duration_translation": "1 day",
        "price": 1,
        "renew_price": 1,
        "is_monthly_supported": False,
    }


async def test_rent(gotsms: Customer) -> None:
    data = await rent(gotsms)
    UUID(data["id"])
    assert re.fullmatch(r"\+1 \d{3} \d{3} \d{4}", data["phone"])
    assert TIME.fullmatch(data["active_from"])
    assert data["service"]["name"] == "Telegram"
    assert {**data["plan"], "id": 0} == {
        "id": 0,
        "billing_type": "duration",
        "duration_type": "day",
        "duration_in_type": 1,
        "duration_translation": "1 day",
        "price": 1,
        "renew_price": 1,
    }
    assert list(data) == [
        "id", "service", "plan", "phone", "price", "status", "is_included_for_next_renewal", "active_from",
        "active_till", "wake_from", "wake_till", "can_wake_up", "transition_options",
    ]  # fmt: skip
    assert (data["price"], data["status"], data["can_wake_up"]) == (1, "active", True)
    assert (data["wake_from"], data["wake_till"], data["transition_options"]) == (None, None, [])
    assert await gotsms.get("/rents") == {
        "success": True,
        "data": [data],
        "meta": {"current_page": 1, "last_page": 1, "per_page": 20, "total": 1},
    }
    assert await gotsms.spent() == 1


async def test_rent_refusals(gotsms: Customer) -> None:
    plan_id = (await plans(gotsms, "Telegram"))[0]["id"]
    for wrong in (None, 7, "telegram"):
        await gotsms.post("/rents", {"plan_id": wrong}, 422)
    await gotsms.settings(no_numbers=True)
    await gotsms.post("/rents", {"plan_id": plan_id}, 422)
    await gotsms.settings(no_numbers=False)
    await gotsms.account(balance="0.99")
    await gotsms.post("/rents", {"plan_id": plan_id}, 422)
    assert await gotsms.spent() == 0
    assert (await gotsms.call("GET", "/numbers/9d3f8f6a-1b2c-4d5e-8f90-1a2b3c4d5e6f/status"))[0] == 404


async def test_a_sleeping_number_hears_nothing(gotsms: Customer, world: World) -> None:
    data = await rent(gotsms)
    path = f"/numbers/{data['id']}"
    assert not (await gotsms.sms(data["id"]))["received"]
    assert await gotsms.post(f"{path}/wake-up") == {"success": True, "message": "Wake up request sent."}
    await gotsms.post(f"{path}/wake-up", expect=422)
    assert (await gotsms.sms(data["id"], "Your verification code is 123456"))["received"]
    await world.advance(35 * 60)
    assert not (await gotsms.sms(data["id"]))["received"]
    assert (await listed(gotsms, data["id"]))["can_wake_up"]
    [message] = (answer := await gotsms.get(f"{path}/messages"))["data"]
    assert answer["meta"] == {"next_before_id": message["id"], "count": 1}
    end = await gotsms.get(f"{path}/messages", before_id=message["id"])
    assert (end["data"], end["meta"]) == ([], {"next_before_id": None, "count": 0})


async def test_wake_and_online_windows(gotsms: Customer, world: World) -> None:
    data = await rent(gotsms)
    path = f"/numbers/{data['id']}"
    asleep = (await gotsms.get(f"{path}/status"))["data"]
    assert list(asleep) == [
        "rent_id", "status", "active_from", "active_till", "wake_from", "wake_till", "online_till",
        "wakeup_time_left_seconds", "online_time_left_seconds", "can_wake_up",
    ]  # fmt: skip
    assert [asleep[key] for key in ("wake_from", "wake_till", "online_till")] == [None] * 3
    assert (asleep["wakeup_time_left_seconds"], asleep["online_time_left_seconds"]) == (0, 0)
    await gotsms.post(f"{path}/wake-up")
    await world.advance(180)
    waking = (await gotsms.get(f"{path}/status"))["data"]
    assert (waking["wakeup_time_left_seconds"], waking["online_time_left_seconds"]) == (120, 1800)
    assert (waking["rent_id"], waking["can_wake_up"]) == (data["id"], False)
    await world.advance(180)
    online = (await gotsms.get(f"{path}/status"))["data"]
    assert (online["wakeup_time_left_seconds"], online["online_time_left_seconds"]) == (0, 1740)


async def test_messages(gotsms: Customer, world: World) -> None:
    data = await rent(gotsms)
    await gotsms.post(f"/numbers/{data['id']}/wake-up")
    await gotsms.sms(data["id"], "Your verification code is 123456", sender="+18001234567")
    [message] = (await gotsms.get(f"/numbers/{data['id']}/messages"))["data"]
    to = data["phone"].replace(" ", "")
    assert {**message, "id": 0, "received_at": 0} == {
        "id": 0,
        "from": "+18001234567",
        "to": to,
        "body": "Your verification code is 123456",
        "code": "123456",
        "received_at": 0,
    }
    everything = await gotsms.get("/messages")
    assert everything["meta"] == {"current_page": 1, "last_page": 1, "per_page": 20, "total": 1}
    [row] = everything["data"]
    assert list(row) == [
        "id", "rent_id", "service", "phone", "from", "to", "body", "code", "received_at",
    ]  # fmt: skip
    assert row == {
        **message,
        "rent_id": data["id"],
        "service": data["service"],
        "phone": data["phone"],
    }
    assert (await gotsms.get("/messages/unread"))["data"] == [row]
    assert (await gotsms.get("/messages/unread"))["data"] == []
    await world.advance(1)
    for n in range(60):
        await gotsms.sms(data["id"], f"message {n}")
    newest = await gotsms.get(f"/numbers/{data['id']}/messages")
    assert newest["meta"]["count"] == 50
    older = await gotsms.get(f"/numbers/{data['id']}/messages", before_id=newest["meta"]["next_before_id"])
    assert (older["meta"]["count"], older["data"][-1]) == (11, message)


async def test_transition(gotsms: Customer, world: World) -> None:
    data = await rent(gotsms, "Google")
    assert len(data["transition_options"]) == 6
    longer = data["transition_options"][2]
    path = f"/rents/{data['id']}/transition"
    await gotsms.post(path, {"plan_id": data["plan"]["id"]}, 422)
    answer = await gotsms.post(path, {"plan_id": longer["id"]})
    assert answer == {
        "success": True,
        "message": "Plan transitioned successfully.",
        "data": {"id": data["id"], "status": "active"},
    }
    assert (await listed(gotsms, data["id"]))["plan"]["id"] == longer["id"]
    assert await gotsms.post(path, {"plan_id": longer["id"]}, 422) == {
        "success": False,
        "message": "Current rent plan must be daily for this transition endpoint.",
    }
    await world.advance(86400)
    assert (await listed(gotsms, data["id"]))["status"] == "active"


async def test_renewal(gotsms: Customer, world: World) -> None:
    daily = await rent(gotsms)
    assert await gotsms.post(f"/rents/{daily['id']}/renewal/toggle", expect=422) == {
        "success": False,
        "message": "Auto renewal can be toggled only for monthly 1/3/6/12 plans.",
    }
    monthly = await rent(gotsms, "WhatsApp")
    assert await gotsms.post(f"/rents/{monthly['id']}/renewal/toggle") == {
        "success": True,
        "message": "Auto renewal enabled.",
        "data": {"id": monthly["id"], "is_included_for_next_renewal": True},
    }
    before = await gotsms.spent()
    await world.advance(30 * 86400)
    assert await gotsms.spent() - before == Decimal("4.99")
    assert (await listed(gotsms, monthly["id"]))["status"] == "active"
    assert (await listed(gotsms, daily["id"]))["status"] == "finished"
    await gotsms.post(f"/rents/{monthly['id']}/renewal/toggle")
    await world.advance(30 * 86400)
    assert (await listed(gotsms, monthly["id"]))["status"] == "finished"


async def test_refund(gotsms: Customer) -> None:
    quiet, heard = await rent(gotsms), await rent(gotsms)
    await gotsms.post(f"/numbers/{heard['id']}/wake-up")
    await gotsms.sms(heard["id"])
    assert await gotsms.post(f"/rents/{quiet['id']}/refund") == {
        "success": True,
        "message": "Rent has been refunded successfully.",
        "data": {"id": quiet["id"], "status": "finished"},
    }
    for rent_id in (quiet["id"], heard["id"]):
        assert await gotsms.post(f"/rents/{rent_id}/refund", expect=422) == {
            "success": False,
            "message": "Refund not available for this rent.",
        }
    assert await gotsms.spent() == 1
