"""GearSMS Global: numbers of many countries."""

import functools
from decimal import Decimal

from sandbox.sites.call import Call, Refused, Route
from sandbox.sites.gearsms_common import Data, GearCommon, GearOrder
from sandbox.sites.orders import iso, money


@functools.cache
def local_price(price: float, factor: float) -> float:
    """A price at the level of a country, in dollars; remembered, since each list asks for all 800."""
    return float(max(money(Decimal(str(price)) * Decimal(str(factor))), money("0.01")))


class LineGlobal(GearCommon):
    """`/temp-global`."""

    def reset(self) -> None:
        super().reset()
        self._global = {service["name"]: service for service in self.catalog["global"]}
        self._countries = {country["ID"]: country for country in self.catalog["countries"]}

    def global_routes(self) -> list[Route]:
        """The line's paths."""
        return [
            ("GET", "/temp-global/countries", self.global_countries),
            ("GET", "/temp-global/services", self.global_services, "country"),
            ("GET", "/temp-global/stock", self.global_stock, "country service"),
            ("GET", "/temp-global/area-codes", self.global_area_codes, "country service"),
            ("POST", "/temp-global/order", self.global_order, "service country areacode"),
            ("GET", "/temp-global/check-sms/{id}", self.global_check),
            ("POST", "/temp-global/cancel/{id}", self.global_cancel),
            ("POST", "/temp-global/reuse/{id}", self.global_reuse),
        ]

    def global_countries(self, call: Call) -> Data:
        countries = [
            {key: row[key] for key in ("ID", "name", "short_name")} for row in self._countries.values()
        ]
        return self.ok("Global countries retrieved successfully", countries)

    def country(self, value: object) -> Data:
        """A country by its ID, which is a number in JSON and digits in a query."""
        number = value if isinstance(value, int) and not isinstance(value, bool) else None
        country: Data | None = self._countries.get(number)
        if country is None:
            raise self.refusal(400, "country is required" if value is None else "Invalid country")
        return country

    def asked_country(self, call: Call) -> Data:
        value = call.query.get("country")
        return self.country(int(value) if value and value.isdecimal() else value)

    def asked_service(self, name: object) -> Data:
        """A Global service by its name; its code is no name."""
        service: Data | None = self._global.get(name) if isinstance(name, str) else None
        if service is None:
            raise self.refusal(400, "service is required" if name is None else "Invalid service")
        return service

    def global_row(self, service: Data, country: Data) -> Data:
        """A service's price and stock in a country."""
        return {
            "code": service["code"],
            "name": service["name"],
            "price": local_price(service["price"], country["factor"]),
            "stock": self.count(int(service["stock"] * country["share"])),
            "success_rate": service["success_rate"],
        }

    def global_services(self, call: Call) -> Data:
        country = self.asked_country(call)
        rows = [self.global_row(service, country) for service in self._global.values()]
        return self.ok("Global services retrieved successfully", rows)

    def global_stock(self, call: Call) -> Data:
        row = self.global_row(self.asked_service(call.query.get("service")), self.asked_country(call))
        # the list is cached and flatters: "real-time" finds a third of it, as in the document's example
        return self.ok("Global stock retrieved successfully", {"stock": row["stock"] // 3})

    def global_area_codes(self, call: Call) -> Data:
        self.asked_service(call.query.get("service"))
        country = self.asked_country(call)
        codes = list(self.places.state_of) if country["short_name"] == "US" else []
        return self.ok("Global area codes retrieved successfully", codes)

    def global_order(self, call: Call) -> Data:
        body = self.body(call)
        service, country = self.asked_service(body.get("service")), self.country(body.get("country"))
        area = self.text(body, "areacode", required=False)
        if area is not None and (country["short_name"] != "US" or area not in self.places.state_of):
            raise self.refusal(400, "Invalid area code")
        row = self.global_row(service, country)
        self.available(row["stock"])
        number = self.us_number(area) if area else self.number_in(country["short_name"])
        order = self.new_order(
            call, "global", service["name"], number, price=money(row["price"]), seconds=country["ttl"]
        )
        order.country = country["short_name"]
        order.ready = order.created + country["activating"]
        self.sell(call, order)
        data = {
            "id": order.id,
            "number": order.number,
            "service": order.service,
            "price": float(order.price),
            "status": self.global_status(order),
            "expiresAt": iso(order.expires, 3),
            "balance": f"{order.account.balance:.2f}",
        }
        return self.ok("Global number purchased successfully", data)

    def global_status(self, order: GearOrder) -> str:
        """The status as shown: some countries' numbers are being prepared at first."""
        preparing = order.status == "pending" and order.ready > self.clock.now()
        return "activating" if preparing else order.status

    def global_check(self, call: Call) -> Data:
        order = self.find(call, "global")
        status = self.global_status(order)
        words = {"pending": "Still waiting for SMS", "activating": "Number is activating"}
        data = {"status": status, **self.sms_of(order), "expiresAt": iso(order.expires)}
        return self.ok(words.get(status, "SMS status retrieved"), data)

    def global_cancel(self, call: Call) -> Data:
        order = self.find(call, "global")
        self.give_back(order, "rejected")
        data = {
            "id": order.id,
            "service": order.service,
            "status": order.status,
            "balance": self.purse(order),
        }
        return self.ok("Order cancelled and refunded successfully", data)

    def global_reuse(self, call: Call) -> Data:
        old = self.find(call, "global")
        # which numbers have the option is not documented: here US numbers that got a code
        if old.status != "completed" or old.country != "US" or self.settings.no_numbers:
            message = "Reuse option is not available for this number."
            raise Refused(400, {"success": False, "message": message})
        order = self.new_order(call, "global", old.service, old.number, price=old.price, seconds=old.seconds)
        self.sell(call, order)
        data = {
            "id": order.id,
            "service": order.service,
            "status": order.status,
            "number": order.number,
            "expiresAt": iso(order.expires, 3),
        }
        return self.ok("Global reactivation requested successfully", data)
