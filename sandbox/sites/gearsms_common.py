"""GearSMS: what its lines S1, S2, Global and long-term numbers share."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.sites.call import Call, Refused
from sandbox.sites.orders import Message, Order, iso
from sandbox.sites.places import load
from sandbox.sites.site import Site
from sandbox.sites.webhooks import Delivery

Data = dict[str, Any]

SOURCES = {"s1": "S1", "s2": "S2", "global": "GLOBAL", "ltr": "LTR"}


@dataclass(slots=True, eq=False, kw_only=True)
class GearOrder(Order):
    """A one-time order of any line."""

    seconds: float
    country: str = "US"
    ready: float = 0  # Global: until then the number is `activating`


class GearCommon(Site):
    """The envelope, fields, orders, webhook."""

    name = "gearsms"
    title = "GearSMS"
    base = "/gearsms/api/v1"
    waiting = frozenset({"pending"})
    open = frozenset({"pending", "completed", "active"})

    def reset(self) -> None:
        super().reset()
        self.catalog = load("gearsms.json")

    def refusal(self, status: int, text: str) -> Refused:
        return Refused(status, {"success": False, "statusCode": status, "message": text})

    def key(self, call: Call) -> str | None:
        return call.headers.get("x-api-key")

    def ok(self, message: str, data: object) -> Data:
        """The envelope of every success."""
        return {"success": True, "statusCode": 200, "message": message, "data": data}

    def text(self, body: dict[str, object], name: str, *, required: bool = True) -> str | None:
        """A string field; null is none."""
        if name not in body and not required:
            return None
        value = body.get(name)
        if not isinstance(value, str) or not value:
            raise self.refusal(400, f"{name} must be a string" if name in body else f"{name} is required")
        return value

    def area_code(self, body: dict[str, object], name: str = "areacode") -> str | None:
        """An optional area code from the list."""
        code = self.text(body, name, required=False)
        if code is not None and code not in self.places.state_of:
            raise self.refusal(400, "Invalid area code")
        return code

    def sell(self, call: Call, order: GearOrder) -> GearOrder:
        """Charge and begin."""
        self.pay(call.account, order.price, f"{order.service} {SOURCES[order.line]} order {order.id}")
        self.begin(order)
        return order

    def new_order(
        self, call: Call, line: str, service: str, number: str, *, price: Decimal, seconds: float
    ) -> GearOrder:
        """An order that is not paid yet."""
        now, seconds = self.clock.now(), self.lifetime(seconds)
        order_id = f"{int(now):x}" + self.digits("0123456789abcdef", 16)
        if line == "global":
            order_id = f"GLOB_{123456 + len(self.orders)}"
        return GearOrder(
            id=order_id, account=call.account, line=line, service=service, number=number, price=price,
            status="pending", created=now, expires=now + seconds, seconds=seconds,
        )  # fmt: skip

    def available(self, stock: int) -> None:
        """Raises Refused if there are no numbers."""
        if not self.count(stock):
            raise self.refusal(401, "No numbers available")

    def find(self, call: Call, line: str) -> GearOrder:
        return self.owned(GearOrder, call.args["id"], call.account, line)

    def give_back(self, order: GearOrder, status: str) -> Decimal:
        """End a waiting order and refund it. Raises Refused if it doesn't wait any more."""
        if order.status not in self.waiting:
            raise self.refusal(400, f"Order is already {order.status}")
        order.status = status
        return self.refund(order)

    def sms_of(self, order: Order) -> Data:
        """`sms` and `pin`, null before the SMS."""
        message = order.latest
        return {"sms": message.text if message else None, "pin": (message.code or "") if message else None}

    def purse(self, order: Order) -> float:
        """The balance, which several answers carry."""
        return float(order.account.balance)

    def is_open(self, order: Order) -> bool:
        return order.status in {"pending", "active"}

    def time_up(self, order: Order) -> None:
        if order.status in self.waiting:
            order.status = "expired"
            if order.service not in self.catalog["always_charged"] or order.line != "s2":
                self.refund(order)
        elif order.status == "active":
            order.status = "expired"

    def on_sms(self, order: Order, message: Message) -> None:
        if order.status in self.waiting:
            order.status = "completed"

    def webhook(self, order: Order, message: Message) -> Delivery:
        event = {
            "event": "sms_received",
            "orderId": order.id,
            "number": order.number,
            "service": order.service,
            "sms": message.text,
            "pin": message.code or "",
            "source": SOURCES[order.line],
            "timestamp": iso(message.at),
        }
        headers = {"Content-Type": "application/json", "User-Agent": "GearSMS-Webhook/1.0"}
        return Delivery(json.dumps(event, ensure_ascii=False).encode(), headers)

    def ended(self, order: GearOrder, refunded: Decimal) -> Data:
        """The data of a cancel or report on S1 and S2; the number is without +1 there."""
        return {
            "id": order.id,
            "number": order.number.removeprefix("+1"),
            "service": order.service,
            "status": order.status,
            "refunded": refunded > 0,
            "refundAmount": float(refunded),
            "balance": self.purse(order),
        }
