"""GotSMS's document: its example answers with other ids, times and prices in them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from providers.site import OrderRef
from providers.words import State
from tests.providers.replay import Replay, documented

DOCUMENT = documented("gotsms")
KEY = {"api_key": "1|made-up-token"}
RENT = "9d3f8f6a-1b2c-4d5e-8f90-1a2b3c4d5e6f"
PICKS = {"service": "uuid", "country": "uuid", "plan": "uuid"}
ORDER = OrderRef(id=RENT, line="numbers", picks=PICKS, state=State.WAITING)
NOON = 1_773_230_400  # 2026-03-11T12:00:00Z
DAY = 86_400


def iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def page(entries: list[dict[str, Any]], *, last: int = 1, **meta: Any) -> dict[str, Any]:
    return {"success": True, "data": entries, "meta": {"current_page": 1, "last_page": last} | meta}


def rent(rent_id: str = RENT, **changes: Any) -> dict[str, Any]:
    example: dict[str, Any] = DOCUMENT["rents"]["data"][0]
    return example | {"id": rent_id} | changes


def plan(plan_id: str, price: object, **changes: Any) -> dict[str, Any]:
    example: dict[str, Any] = DOCUMENT["plans"]["data"][0]
    return example | {"id": plan_id, "price": price} | changes


def message(message_id: str, at: int, rent_id: str = RENT) -> dict[str, Any]:
    example: dict[str, Any] = DOCUMENT["messages"]["data"][0]
    return example | {"id": message_id, "rent_id": rent_id, "received_at": iso(at)}


def put_rent(replay: Replay, status: Mapping[str, Any], messages: Mapping[str, Any]) -> None:
    replay.put("GET", f"/numbers/{RENT}/status", status)
    replay.put("GET", f"/numbers/{RENT}/messages", messages)


def ref(order_id: str, **facts: str | int | bool) -> OrderRef:
    return replace(ORDER, id=order_id, facts=facts)


def asked(replay: Replay) -> list[tuple[str, str, dict[str, str]]]:
    return [(each.method, each.path, each.query) for each in replay.asked]
