"""GearSMS S1: US numbers, by state if wanted, for 15:15 minutes."""

from sandbox.sites.call import Call, Route
from sandbox.sites.gearsms_common import Data, GearCommon
from sandbox.sites.orders import iso, money

SECONDS = 15 * 60 + 15


class LineS1(GearCommon):
    """`/temp-s1`."""

    def reset(self) -> None:
        super().reset()
        self._s1 = {service["name"]: service for service in self.catalog["s1"]}

    def s1_routes(self) -> list[Route]:
        """The line's paths."""
        return [
            ("GET", "/temp-s1/states", self.s1_states),
            ("GET", "/temp-s1/services", self.s1_services),
            ("POST", "/temp-s1/order", self.s1_order, "service state"),
            ("GET", "/temp-s1/check-sms/{id}", self.s1_check),
            ("GET", "/temp-s1/number-details/{id}", self.s1_details),
            ("POST", "/temp-s1/cancel/{id}", self.s1_cancel),
        ]

    def s1_states(self, call: Call) -> Data:
        return self.ok("States retrieved successfully", self.places.states)

    def s1_services(self, call: Call) -> Data:
        services = [
            {**service, "available": self.count(service["available"])} for service in self._s1.values()
        ]
        return self.ok("S1 services retrieved successfully", services)

    def s1_order(self, call: Call) -> Data:
        body = self.body(call)
        service = self._s1.get(self.text(body, "service") or "")
        state = self.text(body, "state", required=False)
        if service is None:
            raise self.refusal(400, "Invalid service")
        if state is not None and state not in self.places.areas_of:
            raise self.refusal(400, "Invalid state")
        self.available(service["available"])
        number = self.us_number(state=state)
        order = self.new_order(
            call, "s1", service["name"], number, price=money(service["price"]), seconds=SECONDS
        )
        self.sell(call, order)
        data = {
            "id": order.id,
            "number": order.number,
            "service": order.service,
            "status": order.status,
            "expiresAt": iso(order.expires),
            "balance": self.purse(order),
        }
        return self.ok("S1 number purchased successfully", data)

    def s1_check(self, call: Call) -> Data:
        order = self.find(call, "s1")
        data = {
            "id": order.id,
            "status": order.status,
            **self.sms_of(order),
            "expiresAt": iso(order.expires),
            "balance": self.purse(order),
        }
        return self.ok("SMS status retrieved", data)

    def s1_details(self, call: Call) -> Data:
        order = self.find(call, "s1")
        data = {
            "id": order.id,
            "number": order.number,
            "service": order.service,
            "status": order.status,
            **self.sms_of(order),
            "expiresAt": iso(order.expires),
            "balance": self.purse(order),
        }
        return self.ok("Order details retrieved successfully", data)

    def s1_cancel(self, call: Call) -> Data:
        order = self.find(call, "s1")
        refunded = self.give_back(order, "rejected")
        return self.ok("Order cancelled successfully", self.ended(order, refunded))
