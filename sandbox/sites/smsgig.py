"""SMSGig, from `smsgig.txt`.

The document leaves open, and here it is: errors are `{"status": "error", "message"}`, with `errors` by
field for 422; the end words are `canceled`, `expired`, `finished`; carriers are wishes, so any text will
do; an area code must exist. Only an *active* rental can be cancelled: one SMS ends a rental, unless the
service allows several, and then the cancel succeeds without a refund.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from sandbox.sites.call import Call, Refused, Route
from sandbox.sites.orders import Message, Order, iso, money
from sandbox.sites.places import load
from sandbox.sites.site import Site
from sandbox.sites.webhooks import Delivery

Data = dict[str, Any]

FIRST_ID = 10561661
PER_PAGE = 100


@dataclass(slots=True, eq=False, kw_only=True)
class Rental(Order):
    """A rented number."""

    ttl: int
    code: str  # the service's
    several: bool


class SMSGig(Site):
    """The site."""

    name = "smsgig"
    title = "SMSGig"
    base = "/smsgig/api/v1"
    noun = "rental #"
    waiting = frozenset({"waiting"})
    open = frozenset({"waiting", "received"})

    def routes(self) -> list[Route]:
        return [
            ("GET", "/balance", self.balance),
            ("GET", "/transactions", self.transactions, "limit type page"),
            ("GET", "/s1/services", self.services, "page"),
            ("POST", "/s1/rent", self.rent, "service_code area_code carrier"),
            ("GET", "/s1/status", self.status, "activation_id"),
            ("POST", "/s1/rentals/status", self.rental_status, "activation_id action"),
            ("POST", "/s1/rentals/cancel", self.cancel, "activation_id"),
        ]

    def reset(self) -> None:
        super().reset()
        self._services: list[Data] = load("smsgig.json")["services"]
        self._by_code = {service["service_code"]: service for service in self._services}

    def refusal(self, status: int, text: str) -> Refused:
        return Refused(status, {"status": "error", "message": text})

    def invalid(self, field: str, text: str) -> Refused:
        """422, which speaks of a field."""
        return Refused(422, {"status": "error", "message": text, "errors": {field: [text]}})

    def key(self, call: Call) -> str | None:
        return call.bearer

    def balance(self, call: Call) -> Data:
        return {"status": "success", "balance": float(call.account.balance), "currency": "USD"}

    def number(self, call: Call, field: str, usual: int, most: int | None = None) -> int:
        """A positive integer of the query."""
        value = call.query.get(field, str(usual))
        if not value.isdecimal() or not int(value) or (most and int(value) > most):
            raise self.invalid(field, f"The {field} field is invalid.")
        return int(value)

    def transactions(self, call: Call) -> Data:
        limit, page = self.number(call, "limit", 20, 100), self.number(call, "page", 1)
        kind = call.query.get("type")
        if kind not in {None, "purchase", "refund", "deposit"}:
            raise self.invalid("type", "The selected type is invalid.")
        found = [entry for entry in reversed(call.account.transactions) if kind in {None, entry.type}]
        rows = [
            {
                "id": entry.id,
                "type": entry.type,
                "amount": float(entry.amount),
                "description": entry.description,
                "created_at": iso(entry.at, 6),
            }
            for entry in found[(page - 1) * limit : page * limit]
        ]
        last = max(1, -(-len(found) // limit))
        return {
            "status": "success",
            "data": rows,
            "meta": {"current_page": page, "last_page": last, "total": len(found)},
        }

    def services(self, call: Call) -> Data:
        page = self.number(call, "page", 1)
        rows = self._services[(page - 1) * PER_PAGE : page * PER_PAGE]
        return {
            "status": "success",
            "data": [{**row, "count": self.count(row["count"])} for row in rows],
            "meta": {"total": len(self._services), "per_page": PER_PAGE},
        }

    def text(self, body: dict[str, object], field: str) -> str | None:
        """An optional string of the body; null is none."""
        value = body.get(field)
        if field in body and (not isinstance(value, str) or not value):
            raise self.invalid(field, f"The {field} field must be a string.")
        return value if isinstance(value, str) else None

    def rent(self, call: Call) -> Data:
        body = self.body(call)
        code, area = self.text(body, "service_code"), self.text(body, "area_code")
        self.text(body, "carrier")
        if not code:
            raise self.invalid("service_code", "The service code field is required.")
        if (service := self._by_code.get(code)) is None:
            raise self.invalid("service_code", "The selected service code is invalid.")
        if area is not None and area not in self.places.state_of:
            raise self.invalid("area_code", "The selected area code is invalid.")
        if not self.count(service["count"]):
            raise self.refusal(400, "No numbers available for this service")
        now, price = self.clock.now(), money(service["price"])
        activation = FIRST_ID + len(self.orders)
        self.pay(call.account, price, f"{service['name']} rental #{activation}")
        ttl = int(self.lifetime(service["ttl"]))
        rental = Rental(
            id=str(activation),
            account=call.account,
            line="s1",
            service=service["name"],
            number=self.us_number(area),
            price=price,
            status="waiting",
            created=now,
            expires=now + ttl,
            ttl=ttl,
            code=code,
            several=service["multiple_sms"],
        )
        self.begin(rental)
        return {
            "status": "success",
            "rental": {
                "activation_id": activation,
                "phone_number": rental.number.removeprefix("+"),
                "status": rental.status,
                "service_code": code,
                "price": float(price),
                "ttl": ttl,
                "created_at": iso(now, 6),
            },
        }

    def status(self, call: Call) -> Data:
        activation = call.query.get("activation_id", "")
        if not activation.isdecimal():
            raise self.invalid("activation_id", "The activation id field is required.")
        rental = self.owned(Rental, activation, call.account)
        if rental.status == "waiting":
            return {"status": "waiting", "message": "No SMS received yet"}
        if (message := rental.latest) is not None:
            return {"status": rental.status, "code": message.code, "text": message.text}
        return {"status": rental.status, "message": f"Rental {rental.status}"}

    def rental_of(self, call: Call) -> Rental:
        """The rental of `activation_id`, which is an integer in JSON."""
        activation = self.body(call).get("activation_id")
        if not isinstance(activation, int) or isinstance(activation, bool):
            raise self.invalid("activation_id", "The activation id field must be an integer.")
        return self.owned(Rental, str(activation), call.account)

    def rental_status(self, call: Call) -> Data:
        rental = self.rental_of(call)
        action = self.text(self.body(call), "action")
        if action not in {None, "finished"}:
            raise self.invalid("action", "The selected action is invalid.")
        if action == "finished":
            if rental.status != "received":
                raise self.refusal(400, "Only a received rental can be finished")
            rental.status = "finished"
        message = rental.latest
        return {
            "status": "success",
            "rental": {
                "activation_id": int(rental.id),
                "phone_number": rental.number.removeprefix("+"),
                "service_code": rental.code,
                "status": rental.status,
                "code": message.code if message else None,
                "text": message.text if message else None,
                "price": float(rental.price),
                "created_at": iso(rental.created, 6),
                "ttl": rental.ttl,
            },
        }

    def cancel(self, call: Call) -> Data:
        rental = self.rental_of(call)
        if rental.status == "received" and rental.several:
            rental.status = "canceled"
            return {"status": "success", "message": "Rental canceled"}
        if rental.status != "waiting":
            raise self.refusal(400, "Rental is not active")
        rental.status = "canceled"
        self.refund(rental)
        return {"status": "success", "message": "Rental canceled and refund processed"}

    def hears(self, order: Order) -> bool:
        several = isinstance(order, Rental) and order.several
        return super().hears(order) and (several or order.status == "waiting")

    def is_open(self, order: Order) -> bool:
        return self.hears(order)

    def time_up(self, order: Order) -> None:
        if order.status == "waiting":
            order.status = "expired"
            self.refund(order)
        elif order.status == "received":
            order.status = "finished"

    def on_sms(self, order: Order, message: Message) -> None:
        order.status = "received"

    def webhook(self, order: Order, message: Message) -> Delivery:
        activation = int(order.id)
        event = {
            "activation_id": activation,
            "message_id": f"msg_{activation}_{message.id[:8]}",
            "service": order.code if isinstance(order, Rental) else order.service,
            "code": message.code,
            "text": message.text,
            "received_at": iso(message.at, 6),
        }
        body = json.dumps(event).encode()
        signature = hmac.new(order.account.key.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-SMSGig-Signature": signature}
        return Delivery(body, headers)
