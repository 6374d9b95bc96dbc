"""What all five sites have in common: accounts, orders, time, SMS, webhooks, weather. No dialect is here."""

import random
import uuid
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, TypeVar

from sandbox.clock import Clock
from sandbox.sites.call import Call, Handler, Refused, Reply, Route, Routes
from sandbox.sites.orders import Account, Message, Order, money
from sandbox.sites.places import Places
from sandbox.sites.texts import find_code, make_sender, make_text
from sandbox.sites.webhooks import Delivery, Postman

AnyOrder = TypeVar("AnyOrder", bound=Order)


@dataclass(slots=True)
class Settings:
    """The site's weather; fields as in `POST /outside/{site}/settings`."""

    down: bool = False
    slow: float = 0
    no_numbers: bool = False
    auto_sms: tuple[float, float] | None = None
    lifetime: float | None = None
    rate_limit: int | None = None
    webhooks: bool = True


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of an SMS. A number that sleeps or is given back does not receive it."""

    text: str
    code: str | None
    received: bool
    webhook: int | None


@dataclass(slots=True)
class Surroundings:
    """What a world lends to its sites."""

    clock: Clock
    postman: Postman
    rng: random.Random
    places: Places


class Site(ABC):
    """One site. A subclass is its document: paths, statuses, words of answers."""

    name: ClassVar[str]
    title: ClassVar[str]
    base: ClassVar[str]  # path in the world
    content_type: ClassVar[str] = "application/json"
    public: ClassVar[frozenset[str]] = frozenset()  # paths that need no key
    noun: ClassVar[str] = "order "  # what the books call an order
    waiting: ClassVar[frozenset[str]]  # statuses in which a code is waited for
    open: ClassVar[frozenset[str]]  # statuses in which the number receives

    def __init__(self, around: Surroundings, settings: Settings) -> None:
        self.clock, self.rng, self.places = around.clock, around.rng, around.places
        self._postman = around.postman
        self._first_settings = settings
        self._routes = Routes(self.routes())
        self.reset()

    def reset(self) -> None:
        """Forget all customers, orders and settings. The clock's entries are the world's to clear."""
        self.settings = replace(self._first_settings)
        self.accounts: dict[str, Account] = {}
        self.orders: dict[str, Order] = {}
        self._numbers: set[str] = set()
        self._asked: dict[str, deque[float]] = {}

    # What a site's document says

    @abstractmethod
    def routes(self) -> list[Route]:
        """Method, path behind the base, handler, names of its fields."""

    @abstractmethod
    def refusal(self, status: int, text: str) -> Refused:
        """An error in the site's usual shape."""

    @abstractmethod
    def key(self, call: Call) -> str | None:
        """The API key where the site wants it."""

    @abstractmethod
    def time_up(self, order: Order) -> None:
        """An open order's time is over: new status, refund."""

    @abstractmethod
    def on_sms(self, order: Order, message: Message) -> None:
        """A message has arrived and is in the order: new status."""

    def webhook(self, order: Order, message: Message) -> Delivery | None:
        """The event that the site sends for a message; None where there are no webhooks."""
        return None

    # Answering

    def answer(self, call: Call) -> Reply:
        """One request to its answer."""
        self.clock.run_due()
        try:
            handler = self.handler(call)
            if call.path not in self.public:
                call.account = self.authenticate(call)
                self._limit(call.account.key)
            if (strange := call.strange) is not None:
                raise self.refusal(400, f"Not documented: {strange}")
            body = handler(call)
        except Refused as no:
            return Reply(no.status, no.body)
        return body if isinstance(body, Reply) else Reply(200, body)

    def handler(self, call: Call) -> Handler:
        """The handler of a path; getsms looks elsewhere. Raises Refused for wrong paths and methods."""
        try:
            return self._routes.find(call)
        except LookupError as wrong:
            status = int(wrong.args[0])
            raise self.refusal(status, "Not found" if status == 404 else "Method not allowed") from None

    def authenticate(self, call: Call) -> Account:
        """The account of the key. Raises Refused."""
        account = self.accounts.get(self.key(call) or "")
        if account is None:
            raise self.refusal(401, "Invalid API Key")
        return account

    def _limit(self, key: str) -> None:
        limit = self.settings.rate_limit
        if limit is None:
            return
        asked, now = self._asked.setdefault(key, deque()), self.clock.now()
        while asked and asked[0] <= now - 60:
            asked.popleft()
        if len(asked) >= limit:
            raise self.refusal(429, "Too many requests")
        asked.append(now)

    def body(self, call: Call) -> dict[str, object]:
        """The JSON object in the body. Raises Refused, also for JSON sent as something else."""
        if not isinstance(call.json, dict):
            raise self.refusal(400, "A JSON object with Content-Type application/json is expected")
        return call.json

    def owned(
        self, kind: type[AnyOrder], order_id: str, account: Account, line: str | None = None
    ) -> AnyOrder:
        """The customer's own order. Raises Refused with 404 for all others."""
        order = self.orders.get(order_id)
        if not isinstance(order, kind) or order.account is not account or line not in {None, order.line}:
            raise self.refusal(404, "Order not found")
        return order

    # Selling

    def count(self, stock: int) -> int:
        """How many numbers there are of a catalog's stock; the pool refills as fast as it is sold."""
        return 0 if self.settings.no_numbers else int(stock)

    def lifetime(self, usual: float) -> float:
        """Seconds that a new order lives."""
        return usual if self.settings.lifetime is None else self.settings.lifetime

    def pay(self, account: Account, amount: Decimal, what: str, poor: Refused | None = None) -> None:
        """Take the money. Raises Refused if there isn't enough."""
        if account.balance < amount:
            raise poor or self.refusal(400, "Insufficient balance")
        account.charge(amount, what, self.clock.now())

    def begin(self, order: Order) -> None:
        """Take a paid order into the books: from now on it can expire and receive."""
        if order.id not in self.orders:
            self.orders[order.id] = order
            order.account.orders.append(order)
        self.watch(order)
        self.expect_sms(order)

    def watch(self, order: Order) -> None:
        """See to it that the order ends in time."""
        self.clock.at(order.expires, lambda: self._end_if_due(order))

    def _end_if_due(self, order: Order) -> None:
        # after a reactivation or renewal the old entry of the clock finds nothing to do
        if order.expires <= self.clock.now() and self.orders.get(order.id) is order:
            self.time_up(order)

    def expire(self, order: Order) -> None:
        """The order's time is up now."""
        order.expires = self.clock.now()
        self.time_up(order)

    def refund(self, order: Order) -> Decimal:
        """Give back the price; the caller has looked at the status, so that it happens once. Returns it."""
        what = f"Refund for {order.service} {self.noun}{order.id}"
        order.account.refund(order.price, what, self.clock.now())
        return order.price

    def is_open(self, order: Order) -> bool:
        """Whether something is still to come of the order; rentals are open as long as they run."""
        return order.status in self.waiting

    # Receiving

    def hears(self, order: Order) -> bool:
        """Whether an SMS to the number reaches the order now."""
        return order.status in self.open and order.expires > self.clock.now()

    def service_name(self, order: Order) -> str:
        """Whose SMS a made-up one shall be."""
        return order.service

    def expect_sms(self, order: Order) -> None:
        """With auto_sms: an SMS will come by itself."""
        if self.settings.auto_sms is not None and order.status in self.open:
            begin, end = self.settings.auto_sms
            first = len(order.messages)
            when = self.clock.now() + self.rng.uniform(begin, end)
            self.clock.at(when, lambda: self._auto_sms(order, first))

    async def _auto_sms(self, order: Order, messages: int) -> None:
        if len(order.messages) == messages:  # somebody else's SMS was quicker
            await self.sms(order)

    async def sms(
        self, order: Order, text: str | None = None, code: str | None = None, sender: str | None = None
    ) -> Arrival:
        """An SMS is sent to the order's number. Returns after the webhook's first attempt."""
        if text is None:
            text, code = make_text(self.service_name(order), self.rng, code)
        elif code is None:
            code = find_code(text)
        if not self.hears(order):
            return Arrival(text, code, received=False, webhook=None)
        sender = sender or make_sender(self.rng)
        message = Message(str(self.uuid()), text, code, sender, self.clock.now())
        order.messages.append(message)
        self.on_sms(order, message)
        status = await self.notify(order.account, self.webhook(order, message))
        return Arrival(text, code, received=True, webhook=status)

    async def notify(self, account: Account, delivery: Delivery | None) -> int | None:
        """Send an event to the customer's webhook, if there is one. Returns the first attempt's status."""
        url = account.webhook_url
        if delivery is None or url is None or not self.settings.webhooks:
            return None
        status = await self._postman.deliver(url, delivery)
        if status != 200 and delivery.retries:
            pause, *rest = delivery.retries
            again = replace(delivery, retries=tuple(rest))
            self.clock.at(self.clock.now() + pause, lambda: self.notify(account, again))
        return status

    # Small help

    def us_number(self, area_code: str | None = None, state: str | None = None) -> str:
        """A US number that nobody here has had yet."""
        return self._unused(lambda: self.places.us_number(self.rng, area_code, state))

    def number_in(self, country: str) -> str:
        """A number of a country (ISO code) that nobody here has had yet."""
        return self._unused(lambda: self.places.number(self.rng, country))

    def _unused(self, make: Callable[[], str]) -> str:
        number = make()
        while number in self._numbers:
            number = make()
        self._numbers.add(number)
        return number

    def uuid(self) -> uuid.UUID:
        """A new UUID from the world's dice."""
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def digits(self, alphabet: str, length: int) -> str:
        """A random string, for identifiers."""
        return "".join(self.rng.choices(alphabet, k=length))

    def set_account(
        self, key: str, *, user: str | None = None, balance: object = None, revoked: bool | None = None
    ) -> Account:
        """Make or change a customer; a new balance is booked as a deposit of the difference."""
        account = self.accounts.get(key)
        if account is None:
            account = self.accounts[key] = Account(key, user or "developer@example.com")
        account.user = user or account.user
        account.revoked = account.revoked if revoked is None else revoked
        if balance is not None and (change := money(balance) - account.balance):
            account.deposit(change, self.clock.now())
        return account
