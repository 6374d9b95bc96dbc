"""getsms.online, from `getsms.txt`: one PHP script, everything by GET and HTTP 200, the key in the query.

The document leaves open, and here it is: money is taken when a number is reserved and comes back with
Rejected and Timed Out; a bid pays when it wins; a bid lives 30 minutes, as the text says (the examples show
900 s); what can't be rejected any more is an "Invalid request ID".
"""

import re
from collections.abc import Callable
from decimal import Decimal

from sandbox.sites.call import Call, Handler, Refused, Route
from sandbox.sites.getsms_messages import (
    AWAITING,
    REJECTED,
    RESERVED,
    TIMED_OUT,
    Data,
    Messages,
    Request,
)
from sandbox.sites.orders import Account, Order, money

FIRST_ID = 10000001
MDN_SECONDS = 900
BID_SECONDS = 30 * 60
MOST_SERVICES = 5


class GetSMS(Messages):
    """The site."""

    def routes(self) -> list[Route]:
        return []  # there is one path; `cmd` chooses

    def reset(self) -> None:
        super().reset()
        self._carriers: list[str] = self.catalog["carriers"]
        self._next_id = FIRST_ID
        self._commands: dict[str, tuple[Callable[[Call], object], str]] = {
            "request": (self.request, "service mdn areacode state markup"),
            "request_status": (self.request_status, "id"),
            "reject": (self.reject, "id"),
            "read_sms": (self.read_sms, "id mdn service"),
            "list_services": (self.list_services, "service"),
            "balance": (self.balance, ""),
        }

    def handler(self, call: Call) -> Handler:
        if call.path:
            raise Refused(404, {"status": "error", "message": "Not found"})
        cmd = call.query.get("cmd", "")
        if call.method != "GET" or cmd not in self._commands:
            raise self.refusal(200, "Invalid command")
        command, names = self._commands[cmd]
        call.takes = frozenset(["cmd", "user", "api_key", *names.split()])
        return command

    def authenticate(self, call: Call) -> Account:
        account = self.accounts.get(self.key(call) or "")
        if account is None or call.query.get("user") != account.user:
            raise self.refusal(200, "Invalid user or API key")
        return account

    def balance(self, call: Call) -> Data:
        return self.ok(f"{call.account.balance:.2f}")

    # Services

    def services(self, call: Call) -> list[Data]:
        """The services named in the query, in the order of their names."""
        names = call.query.get("service", "").split(",")
        for name in names:
            if name not in self.by_name:
                raise self.refusal(200, f"Invalid service name {name}")
        return [self.by_name[name] for name in sorted(set(names))]

    def list_services(self, call: Call) -> Data:
        asked = self.services(call) if call.query.get("service") else list(self.by_name.values())
        rows = [
            {
                **{key: value for key, value in service.items() if key != "bid"},
                "recommended_markup": service["recommended_markup"] if len(asked) == 1 else "",
            }
            for service in asked
        ]
        return self.ok(rows)

    # Requests

    def request(self, call: Call) -> Data:
        services = self.services(call)
        if len(services) > MOST_SERVICES:
            raise self.refusal(200, f"Up to {MOST_SERVICES} services can be requested at once")
        if len(services) > 1:
            if {"mdn", "markup"} & call.query.keys():
                raise self.refusal(200, "Neither MDN nor markup can be chosen for several services")
            return self.request_several(call, services)
        service, markup = services[0], self.markup(call)
        mdn = self.used_mdn(call, call.query["mdn"]) if call.query.get("mdn") else None
        request = self.new_request(call, service, 0)
        if mdn is None and not self.count(int(service["otp_available"])):
            if not markup:
                raise self.refusal(200, "No numbers available, retry later")
            return self.ok([self.bid(self.new_request(call, service, markup))])
        self.reserve(request, mdn or self.mdn(request))
        return self.ok([self.shown(request)])

    def request_several(self, call: Call, services: list[Data]) -> Data:
        """One bid for each service; the markups are the site's choice."""
        group = [self.new_request(call, service, service["bid"]) for service in services]
        if call.account.balance < sum(request.price for request in group):
            raise self.refusal(200, "Insufficient balance")
        for request in group:
            request.group = group
        return self.ok([self.bid(request) for request in group])

    def markup(self, call: Call) -> int:
        """The markup in percent, 0 if none is asked."""
        value = call.query.get("markup")
        if not value:
            return 0
        if not value.isdecimal() or not 10 <= int(value) <= 2000:
            raise self.refusal(200, "Invalid markup value")
        return int(value)

    def place(self, call: Call) -> tuple[str | None, str]:
        """Area code, which takes precedence, and state."""
        area, state = call.query.get("areacode"), call.query.get("state", "")
        if area and area not in self.places.state_of:
            raise self.refusal(200, "Invalid area code")
        if area:
            return area, self.places.state_of[area]
        if state and state not in self.places.areas_of:
            raise self.refusal(200, "Invalid state")
        return None, state

    def used_mdn(self, call: Call, mdn: str) -> str:
        """An MDN that the customer had before and nobody has now."""
        if not re.fullmatch(r"1\d{10}", mdn):
            raise self.refusal(200, "Invalid MDN")
        number = f"+{mdn}"
        had = any(order.number == number for order in call.account.orders)
        if not had or self.settings.no_numbers or self.taken(number):
            raise self.refusal(200, "The MDN is not available")
        return number

    def taken(self, number: str) -> bool:
        """Whether an MDN is in an open request."""
        return any(order.number == number and self.hears(order) for order in self.orders.values())

    def new_request(self, call: Call, service: Data, markup: int) -> Request:
        """A request that is neither paid nor in the books yet."""
        now, price = self.clock.now(), Decimal(service["price"])
        area, state = (None, "") if call.query.get("mdn") else self.place(call)
        return Request(
            id="",
            account=call.account,
            line="otp",
            service=service["name"],
            number="",
            price=money(price * (100 + markup) / 100),
            status=AWAITING,
            created=now,
            expires=now + BID_SECONDS,
            markup=markup,
            state=state,
            area_code=area,
        )

    def numbered(self, request: Request) -> None:
        """Give a request its id; deleted bids leave gaps."""
        request.id = str(self._next_id)
        self._next_id += 1

    def mdn(self, request: Request) -> str:
        """A number where the request wants it."""
        return self.us_number(request.area_code, request.state or None)

    def reserve(self, request: Request, number: str) -> None:
        """Pay, and the number is the customer's."""
        self.pay(request.account, request.price, f"{request.service} MDN")
        if not request.id:
            self.numbered(request)
        request.number, request.status = number, RESERVED
        request.carrier = self.rng.choice(self._carriers)
        request.expires = self.clock.now() + self.lifetime(MDN_SECONDS)
        self.begin(request)

    def bid(self, request: Request) -> Data:
        """Put a bid into the books; it pays when it wins."""
        if request.account.balance < request.price:
            raise self.refusal(200, "Insufficient balance")
        self.numbered(request)
        request.expires = self.clock.now() + self.lifetime(BID_SECONDS)
        self.begin(request)
        if self.settings.auto_sms is not None:  # a world that moves by itself also lets bids win
            when = self.clock.now() + self.rng.uniform(*self.settings.auto_sms)
            self.clock.at(when, lambda: self.win(request))
        return self.shown(request)

    async def win(self, request: Request) -> int | None:
        """The bid wins, and with it its group. Returns the webhook's HTTP status."""
        number, status = self.mdn(request), None
        for won in request.group or [request]:
            if won.status != AWAITING or self.orders.get(won.id) is not won:
                continue
            try:
                self.reserve(won, number)
            except Refused:  # too poor by now
                self.time_up(won)
                continue
            told = await self.notify(won.account, self.won_webhook(won))
            status = told if won is request else status
        return status

    def shown(self, request: Request) -> Data:
        """An entry of the answer to `request`."""
        return {
            "id": request.id,
            "mdn": request.number.removeprefix("+"),
            "service": request.service,
            "status": request.status,
            "state": request.state,
            "markup": request.markup,
            "price": float(request.price),
            "carrier": request.carrier,
            "till_expiration": max(0, round(request.expires - self.clock.now())),
        }

    def request_status(self, call: Call) -> Data:
        shown = self.shown(self.find(call))
        del shown["price"]
        return self.ok([shown])

    def reject(self, call: Call) -> Data:
        request = self.find(call)
        if request.status not in self.waiting:
            raise self.refusal(200, "Invalid request ID")
        if request.status == RESERVED:
            self.refund(request)
        request.status = REJECTED
        return self.ok("MDN has been rejected")

    def time_up(self, order: Order) -> None:
        if order.status == AWAITING:
            del self.orders[order.id]
            order.account.orders.remove(order)
        elif order.status == RESERVED:
            order.status = TIMED_OUT
            self.refund(order)
