"""gsim.io rentals: search, rent, settings, SMS and calls in both directions, release.

The document leaves open, and here it is: `monthlyPrice` is the highest base price that the customer
accepts, and the charge is the number's true base price with 30 % on top (1.15 becomes 1.50); a month is 30
days; a rental that can't be renewed for want of money is PENDING_RENEWAL for three days; an SMS costs 1
cent, a call 2, and both answer 200.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from sandbox.sites.call import Call, Refused, Reply, Route
from sandbox.sites.gsim_common import GsimCommon, paging
from sandbox.sites.orders import Message, Order, iso, money

Data = dict[str, Any]

MONTH = 30 * 86400
GRACE = 3 * 86400
MARKUP = Decimal("1.3")
SMS_FEE, CALL_FEE = money("0.01"), money("0.02")
CALL_SECONDS = 45
TYPES = {"Local": "LOCAL", "Mobile": "MOBILE", "TollFree": "TOLL_FREE"}
TOLL_FREE_CODES = ["800", "833", "844", "855", "866", "877", "888"]
SEARCH_FIELDS = "country type smsEnabled voiceEnabled areaCode contains pageSize"
SETTINGS = "autoRenew forwardingNumber voicemailEnabled friendlyName"
STATUSES = {"ACTIVE", "PENDING_RENEWAL", "EXPIRED", "CANCELLED"}
E164 = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(slots=True, eq=False, kw_only=True)
class Rental(Order):
    """A rented number; `expires` is the day of renewal, `price` a month's price."""

    country: str
    kind: str
    auto_renew: bool = True
    forwarding: str | None = None
    voicemail: bool = False
    friendly_name: str | None = None
    sent: list[Data] = field(default_factory=list)
    calls: list[Data] = field(default_factory=list)


class Rentals(GsimCommon):
    """`/rentals`."""

    def reset(self) -> None:
        super().reset()
        self._offers: dict[str, tuple[str, str]] = {}  # number: country, type
        self._searches: dict[tuple[str, ...], list[Data]] = {}

    def rental_routes(self) -> list[Route]:
        """The rentals' paths."""
        return [
            ("GET", "/rentals/search", self.search, SEARCH_FIELDS),
            ("GET", "/rentals", self.list_rentals, "page limit status"),
            ("POST", "/rentals", self.rent, "phoneNumber numberType country monthlyPrice"),
            ("GET", "/rentals/{id}", self.rental_details),
            ("PATCH", "/rentals/{id}", self.change, SETTINGS),
            ("DELETE", "/rentals/{id}", self.release),
            ("GET", "/rentals/{id}/sms", self.inbox, "page limit"),
            ("POST", "/rentals/{id}/sms", self.send, "to body"),
            ("GET", "/rentals/{id}/calls", self.list_calls, "page limit"),
            ("POST", "/rentals/{id}/calls", self.dial, "to"),
        ]

    # Search

    def search(self, call: Call) -> Data:
        query = call.query
        country, kind = query.get("country", ""), query.get("type", "Local")
        size, area = query.get("pageSize", "20"), query.get("areaCode", "")
        if country not in {row["iso"] for row in self.catalog["countries"]}:
            raise self.error("VALIDATION_ERROR", "country must be a 2-letter ISO code")
        if kind not in TYPES or not size.isdecimal() or not 1 <= int(size) <= 50:
            raise self.error("VALIDATION_ERROR", "type must be Local, Mobile or TollFree, pageSize 1 to 50")
        if area and not re.fullmatch(r"\d{3}", area):
            raise self.error("VALIDATION_ERROR", "areaCode must have three digits")
        if self.settings.no_numbers:
            return {"numbers": []}
        offered = self._searches.get((country, kind, area)) or self.offer(country, kind, area)
        found = [row for row in offered if self.fits(row, query)]
        return {"numbers": found[: int(size)]}

    def fits(self, row: Data, query: dict[str, str]) -> bool:
        """Whether a number is what the other filters ask for. Raises Refused."""
        for name, ability in (("smsEnabled", "SMS"), ("voiceEnabled", "voice")):
            wanted = query.get(name, "any")
            if wanted not in {"any", "true", "false"}:
                raise self.error("VALIDATION_ERROR", f"{name} must be true or false")
            if wanted != "any" and row["capabilities"][ability] != (wanted == "true"):
                return False
        return query.get("contains", "") in row["phoneNumber"] and row["phoneNumber"] in self._offers

    def offer(self, country: str, kind: str, area: str) -> list[Data]:
        """Numbers of a country, a type and an area code; they stay on offer until they are rented."""
        if area and (country != "US" or area not in self.places.state_of):
            return []
        rows = self._searches[country, kind, area] = [self.number_row(country, kind, area) for _ in range(50)]
        self._offers.update((row["phoneNumber"], (country, kind)) for row in rows)
        return rows

    def number_row(self, country: str, kind: str, area: str) -> Data:
        """One number on offer."""
        city: Data = {"locality": None, "region": None}
        if country == "US" and kind == "TollFree":
            number = self.us_number(self.rng.choice(TOLL_FREE_CODES))
        elif country == "US":
            city = self.rng.choice(self.catalog["cities"])
            if area:
                known = [row for row in self.catalog["cities"] if row["areaCode"] == area]
                city = known[0] if known else {"locality": None, "region": self.places.state_of[area]}
            number = self.us_number(area or city["areaCode"])
        else:
            number = self.number_in(country)
        name = f"({number[2:5]}) {number[5:8]}-{number[8:]}" if country == "US" else number
        abilities = {"voice": self.rng.random() < 0.9, "SMS": self.rng.random() < 0.9, "MMS": country == "US"}
        return {
            "friendlyName": name,
            "phoneNumber": number,
            "locality": city["locality"],
            "region": city["region"],
            "isoCountry": country,
            "capabilities": abilities,
        }

    # Renting

    def rent(self, call: Call) -> Reply:
        body = self.body(call)
        number, kind, country = (self.text(body, name) for name in ("phoneNumber", "numberType", "country"))
        accepted = body.get("monthlyPrice")
        if isinstance(accepted, bool) or not isinstance(accepted, (int, float)):
            raise self.error("VALIDATION_ERROR", "monthlyPrice is required and must be a number")
        if kind not in TYPES.values():
            raise self.error("VALIDATION_ERROR", "numberType must be LOCAL, MOBILE or TOLL_FREE")
        offered = self._offers.get(number)
        if offered is None or (country, kind) != (offered[0], TYPES[offered[1]]):
            raise self.error("NOT_FOUND", "Number is not available")
        base = money(self.catalog["rental_prices"][kind])
        if money(accepted) < base:
            raise self.error("VALIDATION_ERROR", "monthlyPrice is below the price of this number")
        now = self.clock.now()
        rental = Rental(
            id=self.cuid(),
            account=call.account,
            line="rentals",
            service="rental",
            number=number,
            price=money(base * MARKUP),
            status="ACTIVE",
            created=now,
            expires=now + self.lifetime(MONTH),
            country=country,
            kind=kind,
        )
        self.pay(call.account, rental.price, f"Rental {number}", self.poor())
        del self._offers[number]
        self.begin(rental)
        row = self.rental_row(rental)
        del row["autoRenew"]
        return Reply(201, row)

    def rental_row(self, rental: Rental) -> Data:
        """A rental as the list shows it."""
        return {
            "id": rental.id,
            "phoneNumber": rental.number,
            "country": rental.country,
            "numberType": rental.kind,
            "status": rental.status,
            "monthlyPrice": float(rental.price),
            "autoRenew": rental.auto_renew,
            "renewsAt": iso(rental.expires, 3),
        }

    def list_rentals(self, call: Call) -> Data:
        page, limit = paging(self, call, 20)
        status = call.query.get("status")
        if status is not None and status not in STATUSES:
            raise self.error("VALIDATION_ERROR", "Unknown status")
        found = [
            order
            for order in reversed(call.account.orders)
            if isinstance(order, Rental) and status in {None, order.status}
        ]
        rows = [self.rental_row(rental) for rental in found[(page - 1) * limit : page * limit]]
        return {"rentals": rows, "total": len(found), "page": page}

    def rental(self, call: Call, *, alive: bool = False) -> Rental:
        rental = self.owned(Rental, call.args["id"], call.account)
        if alive and rental.status != "ACTIVE":
            raise self.error("CONFLICT", "Rental is not active")
        return rental

    def rental_details(self, call: Call) -> Data:
        rental = self.rental(call)
        return {
            "id": rental.id,
            "phoneNumber": rental.number,
            "status": rental.status,
            "messages": self.messages_of(rental)[:20],
            "calls": rental.calls[::-1][:20],
        }

    def change(self, call: Call) -> Data:
        rental, body = self.rental(call, alive=True), self.body(call)
        if not body:
            raise self.error("VALIDATION_ERROR", "There is nothing to change")
        for name in ("autoRenew", "voicemailEnabled"):
            if name in body and not isinstance(body[name], bool):
                raise self.error("VALIDATION_ERROR", f"{name} must be true or false")
        forwarding, friendly = body.get("forwardingNumber"), body.get("friendlyName")
        if forwarding is not None and not (isinstance(forwarding, str) and E164.fullmatch(forwarding)):
            raise self.error("VALIDATION_ERROR", "forwardingNumber must be an E.164 number or null")
        if "friendlyName" in body and not (isinstance(friendly, str) and 0 < len(friendly) <= 64):
            raise self.error("VALIDATION_ERROR", "friendlyName must have 1 to 64 characters")
        rental.auto_renew = bool(body.get("autoRenew", rental.auto_renew))
        rental.voicemail = bool(body.get("voicemailEnabled", rental.voicemail))
        rental.forwarding = forwarding if "forwardingNumber" in body else rental.forwarding
        rental.friendly_name = friendly if isinstance(friendly, str) else rental.friendly_name
        return {"id": rental.id, **body}

    def release(self, call: Call) -> Data:
        rental = self.rental(call)
        if rental.status not in {"ACTIVE", "PENDING_RENEWAL"}:
            raise self.error("CONFLICT", "Rental is not active")
        rental.status = "CANCELLED"
        return {"success": True}

    def rental_time_up(self, order: Order) -> None:
        """The month is over: renewed, waiting for money, or expired."""
        if not isinstance(order, Rental) or order.status not in {"ACTIVE", "PENDING_RENEWAL"}:
            return
        if not order.auto_renew or order.status == "PENDING_RENEWAL":
            order.status = "EXPIRED"
            return
        pause: float = GRACE
        try:
            self.pay(order.account, order.price, f"Renewal {order.number}")
            pause = MONTH
        except Refused:
            order.status = "PENDING_RENEWAL"
        order.expires = self.clock.now() + pause
        self.watch(order)

    # SMS and calls

    def messages_of(self, rental: Rental) -> list[Data]:
        """Messages in both directions, newest first."""
        rows = [self.inbound(rental, message) for message in rental.messages] + rental.sent
        return sorted(rows, key=lambda row: str(row["createdAt"]), reverse=True)

    def inbound(self, rental: Rental, message: Message) -> Data:
        """A message as the inbox shows it: only a body, no code."""
        return {
            "id": "cma" + message.id.replace("-", "")[:22],
            "direction": "INBOUND",
            "from": message.sender,
            "to": rental.number,
            "body": message.text,
            "status": "received",
            "createdAt": iso(message.at, 3),
        }

    def inbox(self, call: Call) -> Data:
        page, limit = paging(self, call, 50)
        rows = self.messages_of(self.rental(call))
        return {"messages": rows[(page - 1) * limit : page * limit], "total": len(rows)}

    def recipient(self, body: dict[str, object]) -> str:
        """`to`, in E.164."""
        to = self.text(body, "to")
        if not E164.fullmatch(to):
            raise self.error("VALIDATION_ERROR", "to must be an E.164 number")
        return to

    def send(self, call: Call) -> Data:
        rental, body = self.rental(call, alive=True), self.body(call)
        to, text = self.recipient(body), self.text(body, "body")
        if len(text) > 1600:
            raise self.error("VALIDATION_ERROR", "body has 1 to 1600 characters")
        self.pay(call.account, SMS_FEE, f"SMS to {to}", self.poor())
        row = {
            "id": self.cuid(),
            "direction": "OUTBOUND",
            "from": rental.number,
            "to": to,
            "body": text,
            "status": "queued",
            "createdAt": iso(self.clock.now(), 3),
        }
        rental.sent.append(row)
        return {"id": row["id"], "status": "queued", "twilioSid": "SM" + self.digits("0123456789abcdef", 32)}

    def list_calls(self, call: Call) -> Data:
        page, limit = paging(self, call, 50)
        rows = self.rental(call).calls[::-1]
        return {"calls": rows[(page - 1) * limit : page * limit], "total": len(rows)}

    def dial(self, call: Call) -> Data:
        rental, body = self.rental(call, alive=True), self.body(call)
        to, now = self.recipient(body), self.clock.now()
        self.pay(call.account, CALL_FEE, f"Call to {to}", self.poor())
        row: Data = {
            "id": self.cuid(),
            "direction": "OUTBOUND",
            "from": rental.number,
            "to": to,
            "status": "RINGING",
            "duration": 0,
            "createdAt": iso(now, 3),
        }
        rental.calls.append(row)
        hang_up = partial(row.update, status="COMPLETED", duration=CALL_SECONDS)
        self.clock.at(now + CALL_SECONDS, hang_up)
        return {"id": row["id"], "status": "RINGING", "twilioSid": "CA" + self.digits("0123456789abcdef", 32)}
