"""gsim.io, from `gsim.txt`: one-time orders. Rentals are in `gsim_rentals`.

The document leaves open, and here it is: reading is GET, making is POST and answers 201; no numbers are 503
PROVIDER_ERROR (there is no other code for it); an order whose time is up is EXPIRED and its price comes back;
the orders' expiry is 20 minutes, as in the examples; an unknown service or country is VALIDATION_ERROR when
ordering and NOT_FOUND when listing.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.sites.call import Call, Reply, Route
from sandbox.sites.gsim_common import GsimCommon, paging
from sandbox.sites.gsim_rentals import Rentals
from sandbox.sites.orders import Message, Order, iso, money

Data = dict[str, Any]

SECONDS = 20 * 60
STATUSES = {"PENDING", "RECEIVED", "CANCELLED", "BANNED", "REFUNDED", "EXPIRED"}
ANY_OPERATOR = {"id": "any", "name": "Any", "factor": 1.2, "share": 0.375}


@dataclass(slots=True, eq=False, kw_only=True)
class GsimOrder(Order):
    """A one-time order; `service` is the service's id."""

    country: str
    operator: str


class Gsim(Rentals, GsimCommon):
    """The site."""

    waiting = frozenset({"PENDING"})
    open = frozenset({"PENDING", "RECEIVED", "ACTIVE", "PENDING_RENEWAL"})

    def routes(self) -> list[Route]:
        return [
            ("GET", "/balance", self.balance),
            ("GET", "/services", self.services),
            ("GET", "/countries", self.countries, "service"),
            ("GET", "/operators", self.operators, "service country"),
            ("GET", "/orders", self.list_orders, "page limit status"),
            ("POST", "/orders", self.order, "service country operator"),
            ("GET", "/orders/{id}", self.details),
            ("POST", "/orders/{id}/cancel", self.cancel),
            ("POST", "/orders/{id}/ban", self.ban),
            *self.rental_routes(),
        ]

    def reset(self) -> None:
        super().reset()
        self._services = {service["id"]: service for service in self.catalog["services"]}
        self._cheapest = min(self._services.values(), key=lambda row: float(row["minPrice"]))
        self._stock = sum(row["count"] for row in self._services.values())
        self._countries = {country["id"]: country for country in self.catalog["countries"]}

    def balance(self, call: Call) -> Data:
        return {"balance": float(call.account.balance), "currency": "USD"}

    # Choices

    def services(self, call: Call) -> list[Data]:
        return [{**row, "count": self.count(row["count"])} for row in self._services.values()]

    def countries(self, call: Call) -> list[Data]:
        asked = call.query.get("service")
        service = self.known(self._services, asked, "service") if asked else None
        return [self.country_row(country, service) for country in self._countries.values()]

    def known(self, rows: dict[str, Data], key: str | None, what: str) -> Data:
        """A row of a catalog. Raises Refused."""
        if not key:
            raise self.error("VALIDATION_ERROR", f"{what} is required")
        if key not in rows:
            raise self.error("NOT_FOUND", f"Unknown {what}")
        return rows[key]

    def country_row(self, country: Data, service: Data | None) -> Data:
        """A country with the lowest price there, of a service or of all."""
        cheapest = service or self._cheapest
        prices = [row["price"] for row in self.operator_rows(cheapest, country)]
        stock = service["count"] if service else self._stock
        return {
            "id": country["id"],
            "name": country["name"],
            "iso": country["iso"],
            "minPrice": min(prices),
            "count": self.count(int(stock * country["share"])),
        }

    def operator_rows(self, service: Data, country: Data) -> list[Data]:
        """The operators of a country with their own prices, `any` among them and dearer than the lowest."""
        base = Decimal(str(service["minPrice"])) * Decimal(str(country["factor"]))
        stock = int(service["count"] * country["share"])
        return [
            {
                "id": operator["id"],
                "name": operator["name"],
                "price": float(max(money(base * Decimal(str(operator["factor"]))), money("0.01"))),
                "count": self.count(round(stock * operator["share"])),
            }
            for operator in [ANY_OPERATOR, *country["operators"]]
        ]

    def operators(self, call: Call) -> list[Data]:
        service = self.known(self._services, call.query.get("service"), "service")
        return self.operator_rows(service, self.known(self._countries, call.query.get("country"), "country"))

    # Orders

    def order(self, call: Call) -> Reply:
        body = self.body(call)
        service = self._services.get(self.text(body, "service"))
        country = self._countries.get(self.text(body, "country"))
        if service is None or country is None:
            raise self.error("VALIDATION_ERROR", "Unknown service or country")
        wanted = self.text(body, "operator") if "operator" in body else "any"
        operators = {row["id"]: row for row in self.operator_rows(service, country)}
        if wanted not in operators:
            raise self.error("VALIDATION_ERROR", "Unknown operator")
        if not operators[wanted]["count"]:
            raise self.error("PROVIDER_ERROR", "SMS provider temporarily unavailable")
        price, now = money(operators[wanted]["price"]), self.clock.now()
        order = GsimOrder(
            id=self.cuid(),
            account=call.account,
            line="orders",
            service=service["id"],
            number=self.number_in(country["iso"]),
            price=price,
            status="PENDING",
            created=now,
            expires=now + self.lifetime(SECONDS),
            country=country["id"],
            operator=wanted,
        )
        self.pay(call.account, price, f"{service['name']} order {order.id}", self.poor())
        self.begin(order)
        row = {
            "id": order.id,
            "phoneNumber": order.number,
            "service": order.service,
            "country": order.country,
            "operator": order.operator,
            "status": order.status,
            "price": float(price),
            "expiresAt": iso(order.expires, 3),
        }
        return Reply(201, row)

    def list_orders(self, call: Call) -> Data:
        page, limit = paging(self, call, 20)
        status = call.query.get("status")
        if status is not None and status not in STATUSES:
            raise self.error("VALIDATION_ERROR", "Unknown status")
        found = [
            order
            for order in reversed(call.account.orders)
            if isinstance(order, GsimOrder) and status in {None, order.status}
        ]
        rows = [
            {
                "id": order.id,
                "service": order.service,
                "country": order.country,
                "operator": order.operator,
                "phoneNumber": order.number,
                "smsCode": self.sms_code(order),
                "status": order.status,
                "price": float(order.price),
                "createdAt": iso(order.created, 3),
                "expiresAt": iso(order.expires, 3),
            }
            for order in found[(page - 1) * limit : page * limit]
        ]
        return {
            "orders": rows,
            "total": len(found),
            "page": page,
            "limit": limit,
            "totalPages": -(-len(found) // limit),
        }

    def sms_code(self, order: Order) -> str | None:
        """The code; not documented for an SMS without one: the text stands there then."""
        message = order.latest
        return (message.code or message.text) if message else None

    def details(self, call: Call) -> Data:
        order = self.owned(GsimOrder, call.args["id"], call.account)
        return {
            "id": order.id,
            "service": order.service,
            "phoneNumber": order.number,
            "smsCode": self.sms_code(order),
            "status": order.status,
            "price": float(order.price),
            "createdAt": iso(order.created, 3),
            "expiresAt": iso(order.expires, 3),
        }

    def cancel(self, call: Call) -> Data:
        return self.give_back(call, "CANCELLED")

    def ban(self, call: Call) -> Data:
        return self.give_back(call, "BANNED")

    def give_back(self, call: Call, status: str) -> Data:
        """End a pending order with its price back."""
        order = self.owned(GsimOrder, call.args["id"], call.account)
        if order.status != "PENDING":
            raise self.error("CONFLICT", "Order is no longer in a cancellable state")
        order.status = status
        return {"success": True, "refunded": float(self.refund(order))}

    def is_open(self, order: Order) -> bool:
        return order.status in {"PENDING", "ACTIVE", "PENDING_RENEWAL"}

    def service_name(self, order: Order) -> str:
        # a rented number hears from everybody
        service = self._services.get(order.service) or self.rng.choice(list(self._services.values()))
        return str(service["name"])

    def time_up(self, order: Order) -> None:
        if order.status == "PENDING":
            order.status = "EXPIRED"
            self.refund(order)
        else:
            self.rental_time_up(order)

    def on_sms(self, order: Order, message: Message) -> None:
        if order.status == "PENDING":
            order.status = "RECEIVED"
