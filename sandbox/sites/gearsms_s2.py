"""GearSMS S2: US numbers, by area code and carrier if wanted; some services bind the customer.

Not documented: whether the two markups add up or compound. Here they add up (+90 %).
"""

from decimal import Decimal

from sandbox.sites.call import Call, Route
from sandbox.sites.gearsms_common import Data, GearCommon, GearOrder
from sandbox.sites.orders import iso, money

MARKUPS = {"areacode": Decimal("0.65"), "carrier": Decimal("0.25")}
CARRIERS = {"tmo", "vz", "att"}


class LineS2(GearCommon):
    """`/temp-s2`."""

    def reset(self) -> None:
        super().reset()
        self._s2 = {service["code"]: service for service in self.catalog["s2"]}

    def s2_routes(self) -> list[Route]:
        """The line's paths."""
        return [
            ("GET", "/temp-s2/services", self.s2_services),
            ("GET", "/temp-s2/area-codes", self.s2_area_codes),
            ("POST", "/temp-s2/order", self.s2_order, "service areacode carrier"),
            ("GET", "/temp-s2/check-sms/{id}", self.s2_check),
            ("POST", "/temp-s2/cancel/{id}", self.s2_cancel),
            ("POST", "/temp-s2/reactivate/{id}", self.s2_reactivate),
            ("POST", "/temp-s2/report/{id}", self.s2_report),
        ]

    def s2_services(self, call: Call) -> Data:
        services = [
            {name: service[name] for name in ("code", "name", "price")} for service in self._s2.values()
        ]
        return self.ok("S2 services retrieved successfully", services)

    def s2_area_codes(self, call: Call) -> Data:
        return self.ok("S2 area codes retrieved successfully", self.places.area_codes)

    def s2_order(self, call: Call) -> Data:
        body = self.body(call)
        service = self._s2.get(self.text(body, "service") or "")
        area, carrier = self.area_code(body), self.text(body, "carrier", required=False)
        if service is None:
            raise self.refusal(400, "Invalid service")
        if carrier is not None and carrier not in CARRIERS:
            raise self.refusal(400, "Invalid carrier")
        self.available(service["stock"])
        chosen = {"areacode": area, "carrier": carrier}
        markup = sum((MARKUPS[name] for name, value in chosen.items() if value), Decimal(1))
        number = self.us_number(area)
        price = money(Decimal(str(service["price"])) * markup)
        order = self.new_order(call, "s2", service["name"], number, price=price, seconds=service["ttl"])
        self.sell(call, order)
        return self.ok("Number purchased successfully", self.s2_bought(order))

    def s2_bought(self, order: GearOrder, *, status_first: bool = False) -> Data:
        """The order as bought; reactivation has status and price the other way round."""
        middle = {"price": float(order.price), "status": order.status}
        if status_first:
            middle = {"status": order.status, "price": float(order.price)}
        return {
            "id": order.id,
            "number": order.number.removeprefix("+1"),
            "service": order.service,
            **middle,
            "expiresAt": iso(order.expires),
            "balance": self.purse(order),
        }

    def s2_check(self, call: Call) -> Data:
        order = self.find(call, "s2")
        data = {
            "id": order.id,
            "number": order.number.removeprefix("+1"),
            "service": order.service,
            "status": order.status,
            "price": float(order.price),
            **self.sms_of(order),
            "expiresAt": iso(order.expires),
            "balance": self.purse(order),
        }
        return self.ok("SMS status retrieved", data)

    def s2_cancel(self, call: Call) -> Data:
        order = self.find(call, "s2")
        if order.service in self.catalog["no_rejection"]:
            raise self.refusal(400, "This service does not allow manual rejection")
        refunded = self.give_back(order, "cancelled")
        return self.ok("Order cancelled and refunded.", self.ended(order, refunded))

    def s2_report(self, call: Call) -> Data:
        order = self.find(call, "s2")
        if order.service in self.catalog["no_report"]:
            raise self.refusal(400, "This service does not allow manual reporting")
        # "or if the code provided is invalid": an order with a code may be reported too
        if order.status not in {"pending", "completed"} or order.expires <= self.clock.now():
            raise self.refusal(400, f"Order is already {order.status}")
        order.status = "reported"
        # a report is allowed for Wells Fargo, the money is kept all the same
        kept = order.service in self.catalog["always_charged"]
        refunded = Decimal(0) if kept else self.refund(order)
        return self.ok("Order reported successfully", self.ended(order, refunded))

    def s2_reactivate(self, call: Call) -> Data:
        order = self.find(call, "s2")
        if order.status not in {"completed", "expired"}:
            raise self.refusal(400, "Only a used number can be reactivated")
        if self.settings.no_numbers:
            raise self.refusal(400, "Number is no longer available")
        self.pay(call.account, order.price, f"{order.service} S2 reactivation {order.id}")
        order.first, order.status = len(order.messages), "pending"
        order.expires = self.clock.now() + order.seconds
        self.begin(order)
        return self.ok("Number reactivated successfully", self.s2_bought(order, status_first=True))
