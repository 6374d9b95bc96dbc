"""People who order again and again from a bot that is killed all the time, and what they must find then."""

import itertools
import random
import re
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.e2e.kit import Json
from tests.e2e.person import Message, Person
from tests.e2e.process import BotProcess
from tests.e2e.world import SHOPS, Shop, World

UNKNOWN = "❔"
REPEATED = "sent again"
KEY = re.compile(r"live_[0-9a-f]{40}")

BALANCE = "2000.00"
AN_ANSWER_COMES_WITHIN = 8.0
"""Seconds in which a site sells after a press, if it ever does."""

WALK_PATIENCE = 10.0
"""Seconds to wait for a button; its press may have died with a bot, then the walk begins anew."""

SETTLED_WITHIN = 300.0
"""Seconds until every code and outcome must stand in the chat: short lives send a few messages each."""


class Ledger:
    """How often each key was used to ask a site to sell, read from the sites' own logs bit by bit."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._read: Counter[str] = Counter()
        self._purchases: Counter[str] = Counter()
        self._lock = threading.Lock()

    def purchases(self, keys: list[str]) -> int:
        """Requests to sell with these keys so far."""
        with self._lock:
            for shop in SHOPS.values():
                self._read_on(shop)
            return sum(self._purchases[key] for key in keys)

    def _read_on(self, shop: Shop) -> None:
        since = self._read[shop.site]
        asked = self._world.call("GET", f"/outside/{shop.site}/requests?since={since}")["requests"]
        for request in asked:
            found = KEY.search(f"{request['headers']} {request['query']}")
            if found and shop.is_purchase(request):
                self._purchases[found[0]] += 1
        if asked:
            self._read[shop.site] = asked[-1]["n"]


@dataclass
class Tally:
    """What came of it all. Several threads add to it."""

    presses: int = 0
    orders: int = 0
    purchase_requests: int = 0
    codes: int = 0
    pushed_twice: int = 0
    unknown: int = 0
    lost: int = 0
    doubled: int = 0
    problems: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


@dataclass
class Customer:
    """One person with one shop for some orders."""

    person: Person
    shop: Shop
    dice: random.Random
    by_webhook: bool
    keys: list[str] = field(default_factory=list)
    pressed: dict[str, int] = field(default_factory=dict)
    """Each Buy button's data, and the message it stood on."""
    codes: dict[str, str] = field(default_factory=dict)
    """By order: the code that reached its number."""

    _names = itertools.count(1)

    @classmethod
    def arrive(cls, bot: BotProcess, shop: Shop, dice: random.Random, *, by_webhook: bool) -> "Customer":
        """Somebody new with an account at the shop."""
        person = Person(bot, f"Customer {next(cls._names)}")
        person.patience = WALK_PATIENCE
        customer = cls(person, shop, dice, by_webhook)
        customer._link()
        return customer

    @property
    def world(self) -> World:
        return self.person.world

    # Ordering

    def order(self) -> None:
        """Press Buy once, sometimes with a slipping finger, and let an SMS come for what was sold."""
        message_id, data = self._buy_button()
        self.pressed[data] = message_id
        sold_before = len(self.sold())
        finger = self.dice.choice([False, False, False, True, "same"])
        self.person.press_at(message_id, data, wait=0, **({"twice": finger} if finger else {}))
        if self._sells(sold_before):
            time.sleep(self.dice.uniform(0.0, 2.0))
        self.text_all()

    def text_all(self) -> None:
        """An SMS reaches each number that has none yet; one that sleeps does not hear it."""
        for order in self.sold():
            if order["id"] in self.codes or not order["number"]:
                continue
            code = str(secrets.randbelow(90_000_000) + 10_000_000)
            path = f"/outside/{self.shop.site}/orders/{order['id']}/sms"
            text = {"text": f"{code} is your verification code. #{secrets.token_hex(6)}", "code": code}
            if self.world.call("POST", path, text)["received"]:
                self.codes[order["id"]] = code

    def sold(self) -> list[Json]:
        """What the site sold to this person."""
        return [order for key in self.keys for order in self.world.orders(self.shop, key)]

    def _sells(self, before: int) -> bool:
        end = time.monotonic() + AN_ANSWER_COMES_WITHIN
        while time.monotonic() < end:
            if len(self.sold()) > before:
                return True
            time.sleep(0.2)
        return False

    def _link(self) -> None:
        while True:
            key = self.world.account(self.shop, balance=BALANCE)
            self.keys.append(key)
            try:
                hook = self.person.link(self.shop, key)
            except AssertionError:  # a step died with the bot; with another key nothing is mixed up
                continue
            if hook and self.by_webhook:
                self.world.set_account(self.shop, key, webhook_url=hook)
            return

    def _buy_button(self) -> tuple[int, str]:
        """A Buy button that nobody has pressed yet."""
        while True:
            try:
                return self._order_again() or self._walk()
            except AssertionError:  # a press or a message died with the bot: a person tries again
                continue

    def _order_again(self) -> tuple[int, str] | None:
        """From the newest card, as people do."""
        again = [(one.id, data) for one in self.person.messages() if (data := one.data("r:"))]
        if not again:
            return None
        self.person.press_at(*again[-1], wait=0)
        end = time.monotonic() + WALK_PATIENCE / 3
        while time.monotonic() < end:
            if fresh := self._fresh_buy():
                return fresh
            time.sleep(0.1)
        return None

    def _walk(self) -> tuple[int, str]:
        self.person.say("/accounts")
        self.person.press("a:show")
        self.person.choose(self.shop)
        fresh = self._fresh_buy()
        assert fresh, "the button was pressed before"
        return fresh

    def _fresh_buy(self) -> tuple[int, str] | None:
        for message in reversed(self.person.messages()):
            data = message.data("b:")
            if data and data.startswith("b:") and data not in self.pressed:
                return message.id, data
        return None

    # At the end

    def settle(self, ledger: Ledger, tally: Tally, *, was_killed: bool) -> None:
        """Wait until everything stands in the chat, then add up; then these orders end."""
        end = time.monotonic() + SETTLED_WITHIN
        while True:
            self.text_all()
            sold, messages = self.sold(), self.person.messages()
            missing = self._missing(sold, messages)
            if not missing or time.monotonic() > end:
                break
            time.sleep(0.3)
        requests = ledger.purchases(self.keys)
        twice, wrong = self._doubled(messages, was_killed=was_killed)
        if requests > len(self.pressed) or len(sold) > requests:
            wrong.append(f"{requests} purchases and {len(sold)} orders for {len(self.pressed)} presses")
        wrong += self._books(sold)
        for order in sold:
            self.world.call("POST", f"/outside/{self.shop.site}/orders/{order['id']}/expire")
        with tally.lock:
            tally.presses += len(self.pressed)
            tally.orders += len(sold)
            tally.purchase_requests += requests
            tally.codes += len(self.codes)
            tally.pushed_twice += twice
            tally.unknown += sum(self._is_unknown(messages, one) for one in self.pressed.values())
            tally.lost += len(missing)
            tally.doubled += len(wrong)
            tally.problems += [f"{self.shop.site} {self.person.id}: {one}" for one in missing + wrong]

    def _missing(self, sold: list[Json], messages: list[Message]) -> list[str]:
        """Codes and orders that the chat does not tell of."""
        missing, uncarded = [], 0
        for order in sold:
            card = next((one for one in messages if order["number"] in one.copies), None)
            code = self.codes.get(order["id"])
            if card is None:
                uncarded += 1
            elif code and not _pushes(messages, code):
                missing.append(f"the code of {order['id']} never rang")
            elif code and code not in card.copies:
                missing.append(f"the code of {order['id']} is not on its card")
        unknown = sum(self._is_unknown(messages, one) for one in self.pressed.values())
        if uncarded > unknown:
            missing.append(f"{uncarded} orders without a card, but only {unknown} of unknown outcome")
        return missing

    def _doubled(self, messages: list[Message], *, was_killed: bool) -> tuple[int, list[str]]:
        """Codes that rang twice, and what must never be."""
        twice, wrong = 0, []
        for code in self.codes.values():
            pushes = _pushes(messages, code)
            twice += len(pushes) > 1
            unmarked = [one for one in pushes if REPEATED not in one.text]
            if len(unmarked) > 1 or (len(pushes) > 1 and not was_killed):
                wrong.append(f"a code rang {len(pushes)} times, {len(unmarked)} of them as if new")
        numbers = [copy for one in messages for copy in one.copies if copy.startswith("+")]
        foreign = set(numbers) - {order["number"] for order in self.sold()}
        if foreign:
            wrong.append(f"{len(foreign)} numbers of somebody else")
        return twice, wrong

    def _books(self, sold: list[Json]) -> list[str]:
        charges = [amount for key in self.keys for amount in self.world.charges(self.shop, key)]
        if len(charges) != len(sold):
            return [f"{len(charges)} charges for {len(sold)} orders"]
        return []

    def _is_unknown(self, messages: list[Message], message_id: int) -> bool:
        return any(one.id == message_id and UNKNOWN in one.text for one in messages)


def _pushes(messages: list[Message], code: str) -> list[Message]:
    """The messages that rang for a code: all that show it but cards."""
    return [
        one for one in messages if code in one.text and not any(copy.startswith("+") for copy in one.copies)
    ]
