"""getsms.online messages: reading them, and the webhooks."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sandbox.sites.call import Call, Refused
from sandbox.sites.orders import Message, Order
from sandbox.sites.places import load
from sandbox.sites.site import Site
from sandbox.sites.webhooks import Delivery

Data = dict[str, Any]

KEPT_SECONDS = 2 * 86400
MOST_MESSAGES = 3
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
AWAITING, RESERVED, COMPLETED, REJECTED, TIMED_OUT = (
    "Awaiting MDN",
    "Reserved",
    "Completed",
    "Rejected",
    "Timed Out",
)


@dataclass(slots=True, eq=False, kw_only=True)
class Request(Order):
    """A request: an MDN or a bid for one."""

    markup: int = 0
    state: str = ""
    area_code: str | None = None
    carrier: str = ""
    group: list["Request"] = field(default_factory=list)  # bids that shall win the same MDN


class Messages(Site):
    """`read_sms`, both events, and the envelope of all answers."""

    name = "getsms"
    title = "getsms.online"
    base = "/getsms/api_command.php"
    content_type = "text/html"  # not documented; a PHP script says so unless it is told otherwise
    waiting = frozenset({AWAITING, RESERVED})
    open = frozenset({RESERVED, COMPLETED})

    def reset(self) -> None:
        super().reset()
        self.catalog = load("getsms.json")
        self.by_name: dict[str, Data] = {service["name"]: service for service in self.catalog["services"]}

    def refusal(self, status: int, text: str) -> Refused:
        return Refused(200, {"status": "error", "message": text})

    def key(self, call: Call) -> str | None:
        return call.query.get("api_key")

    def ok(self, message: object) -> Data:
        """The envelope of every success."""
        return {"status": "ok", "message": message}

    def find(self, call: Call) -> Request:
        request = self.orders.get(call.query.get("id", ""))
        if not isinstance(request, Request) or request.account is not call.account:
            raise self.refusal(200, "Invalid request ID")
        return request

    def on_sms(self, order: Order, message: Message) -> None:
        order.status = COMPLETED

    def read_sms(self, call: Call) -> Data:
        requests: list[Order] = [self.find(call)] if call.query.get("id") else self.filtered(call)
        since = self.clock.now() - KEPT_SECONDS
        found = [
            (message.at, order, message)
            for order in requests
            for message in order.messages
            if message.at >= since
        ]
        if not found:
            raise self.refusal(200, "No messages")
        found.sort(key=lambda row: row[0], reverse=True)
        return self.ok([self.read(order, message) for _, order, message in found[:MOST_MESSAGES]])

    def filtered(self, call: Call) -> list[Order]:
        """The customer's requests by MDN and service."""
        mdn, service = call.query.get("mdn"), call.query.get("service")
        if service and service not in self.by_name:
            raise self.refusal(200, f"Invalid service name {service}")
        return [
            order
            for order in call.account.orders
            if (not mdn or order.number == f"+{mdn}") and (not service or order.service == service)
        ]

    def read(self, order: Order, message: Message) -> Data:
        """An entry of the answer to `read_sms`."""
        return {
            "timestamp": str(int(message.at)),
            "date_time": new_york(message.at),
            "from": message.sender.removeprefix("+"),
            "to": order.number.removeprefix("+"),
            "service": order.service,
            "price": float(order.price),
            "reply": message.text,
            "pin": pin(message),
        }

    def webhook(self, order: Order, message: Message) -> Delivery:
        row = self.read(order, message)
        event = {"event": "incoming_message", "id": order.id}
        event |= {
            key: row[key] for key in ("timestamp", "date_time", "from", "to", "service", "reply", "pin")
        }
        return form({**event, "price": f"{order.price:.2f}"})

    def won_webhook(self, request: Request) -> Delivery:
        """The event of a bid that has won."""
        event = {"event": "priority_request", "status": "ok", "id": request.id}
        event |= {"mdn": request.number.removeprefix("+"), "service": request.service}
        return form({**event, "price": f"{request.price:.2f}"})


def form(event: dict[str, str]) -> Delivery:
    """A webhook as form fields, with five more tries at ten minutes."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Delivery(urlencode(event).encode(), headers, retries=(600.0,) * 5)


def new_york(moment: float) -> str:
    """A time as the site's server writes it."""
    return dt.datetime.fromtimestamp(moment, NEW_YORK).strftime("%Y-%m-%d %H:%M:%S %Z")


def pin(message: Message) -> str:
    """The code as it stands in the text: Google's keeps its `G-`."""
    if message.code and f"G-{message.code}" in message.text:
        return f"G-{message.code}"
    return message.code or ""
