"""GearSMS long-term numbers: US numbers for 3 to 30 days that receive many codes; no cancel, no renewal.

The id is `RENT_...` when ordered and bare in the answers of check-sms. The document leaves open which of them
its path wants, and here it is the one that a customer has from the order.
"""

from decimal import Decimal

from sandbox.sites.call import Call, Refused, Route
from sandbox.sites.gearsms_common import Data, GearCommon, GearOrder
from sandbox.sites.orders import iso, money

AREA_CODE_FEE = Decimal("2.50")
PREFIX = "RENT_"


class LongTerm(GearCommon):
    """`/long-term-numbers`."""

    def reset(self) -> None:
        super().reset()
        self._rentals = {service["code"]: service for service in self.catalog["rentals"]}
        self._durations = {duration["code"]: duration for duration in self.catalog["durations"]}

    def rental_routes(self) -> list[Route]:
        """The line's paths."""
        return [
            ("GET", "/long-term-numbers/services", self.rental_services),
            ("GET", "/long-term-numbers/durations", self.rental_durations),
            ("GET", "/long-term-numbers/area-codes", self.rental_area_codes),
            ("GET", "/long-term-numbers/price", self.rental_price, "serviceCode duration areaCode"),
            ("POST", "/long-term-numbers/order", self.rental_order, "service duration areaCode"),
            ("GET", "/long-term-numbers/check-sms/{id}", self.rental_check),
        ]

    def rental_services(self, call: Call) -> Data:
        services = [
            {
                "code": service["code"],
                "name": service["name"],
                "available": service["available"] and not self.settings.no_numbers,
            }
            for service in self._rentals.values()
        ]
        return self.ok("Rental services retrieved successfully", services)

    def rental_durations(self, call: Call) -> Data:
        durations = [{"code": row["code"], "name": row["name"]} for row in self._durations.values()]
        return self.ok("Rental durations retrieved successfully", durations)

    def rental_area_codes(self, call: Call) -> Data:
        return self.ok("Rental area codes retrieved successfully", self.places.area_codes)

    def quote(self, service: object, duration: object, area_code: object) -> Decimal:
        """The price with the fee for an area code. Raises Refused."""
        if service not in self._rentals or duration not in self._durations:
            raise rental_refusal("Invalid service or duration specified.")
        if area_code is not None and area_code not in self.places.state_of:
            raise rental_refusal("Invalid area code specified.")
        price = money(self._rentals[str(service)][str(duration)])
        return price + AREA_CODE_FEE if area_code else price

    def rental_price(self, call: Call) -> Data:
        asked = call.query
        price = self.quote(asked.get("serviceCode"), asked.get("duration"), asked.get("areaCode"))
        data = {"service": asked["serviceCode"], "price": float(price)}
        return self.ok("Rental price retrieved successfully", data)

    def rental_order(self, call: Call) -> Data:
        body = self.body(call)
        service, duration = self.text(body, "service"), self.text(body, "duration")
        area = self.text(body, "areaCode", required=False)
        price = self.quote(service, duration, area)
        self.available(self._rentals[str(service)]["available"] is True)
        seconds = self._durations[str(duration)]["days"] * 86400
        number = self.us_number(area)
        order = self.new_order(call, "ltr", str(service), number, price=price, seconds=seconds)
        order.status = "active"
        poor = rental_refusal("Insufficient balance to complete the rental.")
        self.pay(call.account, price, f"{service} rental {order.id}", poor)
        self.begin(order)
        data = {
            "id": PREFIX + order.id,
            "number": order.number,
            "service": order.service,
            "duration": duration,
            "price": float(price),
            "status": order.status,
            "expiresAt": iso(order.expires),
            "balance": f"{order.account.balance:.2f}",
        }
        return self.ok("Long-term number rented successfully", data)

    def rental_check(self, call: Call) -> Data:
        site_id = call.args["id"]
        order_id = site_id.removeprefix(PREFIX) if site_id.startswith(PREFIX) else ""
        order = self.owned(GearOrder, order_id, call.account, "ltr")
        messages = [
            {"text": message.text, "date_time": iso(message.at, 3), "pin": message.code or ""}
            for message in order.messages
        ]
        expires = iso(order.expires)
        if order.status == "expired":
            data: Data = {"status": "expired", "expiresAt": expires, "messages": messages}
            return self.ok("Rental has expired", data)
        data = {
            "id": order.id,
            "number": order.number,
            "service": order.service,
            "status": order.status,
            "expiresAt": expires,
            "messages": messages,
        }
        return self.ok("SMS received" if messages else "No SMS received yet", data)


def rental_refusal(message: str) -> Refused:
    """This line's own errors come without a statusCode."""
    return Refused(400, {"success": False, "message": message})
