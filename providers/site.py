"""The words a site is described with.

Menus, quotes, watching and acts are drawn from what a site declares here,
so that a new site is one new file and no new menu.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from providers.door import Answer, Door, Request
from providers.errors import Malformed, Refused
from providers.shape import BadShape

T = TypeVar("T")

Picks = Mapping[str, str]
"""What was chosen: a choice's key to the option's id, in the order of choosing."""

Credentials = Mapping[str, str]


class State(StrEnum):
    """Where an order stands, in one language for all sites."""

    BIDDING = "bidding"  # no number yet, nothing charged
    WAITING = "waiting"  # a number, no code yet
    RECEIVED = "received"  # a code came and more may come
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"  # a status word that the site does not document: keep watching

    @property
    def is_open(self) -> bool:
        """Whether the site may still bring something."""
        return self in {State.BIDDING, State.WAITING, State.RECEIVED, State.UNKNOWN}


class Rule(StrEnum):
    """A fact about money or acts that people are told before they buy. Each has a text in every language."""

    REFUND_ON_CANCEL = "refund-on-cancel"
    REFUND_ON_EXPIRY = "refund-on-expiry"
    REFUND_ASK = "refund-ask"  # the site decides when asked
    NO_CANCEL = "no-cancel"
    NO_REPORT = "no-report"
    ALWAYS_CHARGED = "always-charged"
    SEVERAL_CODES = "several-codes"
    SURCHARGES_UNSURE = "surcharges-unsure"  # add or compound: not documented, so both bounds are shown
    PRICE_BY_SITE = "price-by-site"  # the site fixes the price only with the purchase
    BID = "bid"  # no number now: a bid for the next free one
    SLEEPS = "sleeps"  # must be woken before it receives


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that can be picked. `id` is what the site wants in the request, `name` what people read."""

    id: str
    name: str
    price: Decimal | None = None
    """USD."""
    from_price: bool = False
    """The price is the lowest of several."""
    stock: int | None = None
    iso: str | None = None
    """ISO 3166 alpha-2, where the option is a country."""
    note: str | None = None
    """A short fact in the site's words beside the name: a state, a success rate."""
    recommended: bool = False
    facts: Mapping[str, str | int | bool] = field(default_factory=dict)
    """What the adapter needs of it again later (ttl, multiple_sms); kept in the catalog cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One question of a line. Required ones are asked in order, optional ones wait on the quote."""

    key: str
    """Names the pick, the button and the text: service, state, area_code, country, operator, carrier ..."""
    required: bool = False
    needs: tuple[str, ...] = ()
    """Choices whose picks the site must know to list the options."""
    listed: bool = True
    """The site lists options, see `Site.options`."""
    fixed: tuple[Option, ...] = ()
    """The options, where the document itself names them."""
    typed: re.Pattern[str] | None = None
    """What may be typed instead of picked. It is matched whole."""
    excludes: tuple[str, ...] = ()
    """Choices that make no sense beside this one: picking one drops the others."""

    def accepts(self, text: str) -> bool:
        """Whether this text may be typed here."""
        return self.typed is not None and self.typed.fullmatch(text) is not None


class Effect(StrEnum):
    """What an act does to the order."""

    ENDS = "ends"  # the order is over afterwards
    BUYS = "buys"  # spends money: goes through an intent like a purchase
    STAYS = "stays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that can be done with an order."""

    key: str
    """Names the button and the text: cancel, ban, report, reuse, reactivate, finish, wake, status, refund."""
    when: frozenset[State]
    effect: Effect = Effect.STAYS
    confirm: bool = False
    """Ask once more: it can't be undone."""
    keeps_id: bool = False
    """Buys the same order once more under its old id (S2 reactivate); else a new one is made."""
    leaves: Mapping[str, bool] = field(default_factory=dict)
    """Facts that the order has once this was done."""
    needs: str | None = None
    """A fact of the order. Where the site says that it is False, it would refuse: no button then."""
    barred: frozenset[str] = frozenset()
    """Services for which the site does not do it, case-folded names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One way in which a site sells numbers."""

    key: str
    choices: tuple[Choice, ...]
    acts: tuple[Act, ...] = ()
    rental: bool = False
    after_purchase: str | None = None
    """An act done at once after each purchase: a number that sleeps is woken."""

    def choice(self, key: str) -> Choice:
        """The choice of that name. Raises KeyError."""
        for choice in self.choices:
            if choice.key == key:
                return choice
        raise KeyError(key)

    def act(self, key: str) -> Act:
        """The act of that name. Raises KeyError."""
        for act in self.acts:
            if act.key == key:
                return act
        raise KeyError(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One thing a person types to link an account."""

    key: str
    pattern: re.Pattern[str]
    """What it can look like at all, so that a wrong paste is told before the site is asked."""
    secret: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Surcharge:
    """What one choice adds to the price in USD, or would add if it were picked."""

    choice: str
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a wish would cost. `low` and `high` are USD bounds, equal where the site is exact."""

    low: Decimal
    high: Decimal
    rules: tuple[Rule, ...] = ()
    surcharges: tuple[Surcharge, ...] = ()
    stock: int | None = None
    lasts: int | None = None
    """Seconds that the number will be ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """One message that reached a number. Text and code are a stranger's words."""

    text: str = field(repr=False)
    code: str | None = field(default=None, repr=False)
    """The code as the site found it."""
    id: str | None = None
    """The site's own id of the message, where it has one."""
    at: int | None = None
    """Epoch seconds, where the site tells."""
    sender: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRef:
    """What an adapter may know of an order when it looks at it or acts on it."""

    id: str
    line: str
    picks: Picks
    state: State
    number: str | None = None
    expires_at: int | None = None
    facts: Mapping[str, str | int | bool] = field(default_factory=dict)

    @property
    def service(self) -> str:
        """The picked service's id."""
        return self.picks.get("service", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An order as the site showed it just now. None: this answer did not say."""

    id: str
    state: State
    number: str | None = None
    """E.164 with +."""
    messages: tuple[Sms, ...] = ()
    expires_at: int | None = None
    """Epoch seconds by the site's clock."""
    price: Decimal | None = None
    refunded: Decimal | None = None
    balance: Decimal | None = None
    created_at: int | None = None
    picks: Picks = field(default_factory=dict)
    """What the site says was ordered, as far as it says: for matching an order of unknown outcome."""
    facts: Mapping[str, str | int | bool] = field(default_factory=dict)
    """What the adapter needs again later, kept with the order (ttl, wake windows)."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often a site may be asked."""

    per_minute: int
    """Looks a minute for one account, as long as the site does not answer 429: then fewer."""
    floor: float
    """Fewest seconds between two looks at the same order (or list)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a webhook said. `sms` is None where it only says that something happened."""

    order_id: str
    sms: Sms | None = None
    number: str | None = None
    service: str | None = None
    line: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """That a site calls us. `signed`: its words are proven; else they are only a hint to look."""

    signed: bool


class Trace(StrEnum):
    """What a site leaves to look at when a purchase had no answer."""

    LIST = "list"  # its orders: found, or certainly not placed
    MONEY = "money"  # its transactions: whether it charged, but not the number
    BALANCE = "balance"  # only the balance: a hint
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One line of an account's money history."""

    id: str
    kind: str
    """purchase, refund or deposit."""
    amount: Decimal
    """USD, without a sign."""
    description: str | None
    """The site's words; for purchases and refunds they name service and rental."""
    created_at: int | None
    """Epoch seconds."""


class Site(ABC):
    """One SMS-number site: data first, then the reads and acts that its document offers."""

    key: ClassVar[str]
    name: ClassVar[str]
    default_url: ClassVar[str]
    home: ClassVar[str]
    """The page where a person finds the key."""
    credentials: ClassVar[tuple[Credential, ...]]
    lines: ClassVar[tuple[Line, ...]]
    pace: ClassVar[Pace]
    hook: ClassVar[Hook | None] = None
    lists_orders: ClassVar[bool] = False
    """`look_all` costs one request however many orders there are."""
    trace: ClassVar[Trace] = Trace.NONE

    def __init__(self, door: Door) -> None:
        self.door = door

    def line(self, key: str) -> Line:
        """The line of that name. Raises KeyError."""
        for line in self.lines:
            if line.key == key:
                return line
        raise KeyError(key)

    # What each adapter offers. All raise SiteError; see each site's file for its own cases.

    @abstractmethod
    async def balance(self, credentials: Credentials) -> Decimal:
        """The balance in USD. Also the check whether a key works: raises BadKey."""

    @abstractmethod
    async def options(
        self, credentials: Credentials, line: str, choice: str, picks: Picks
    ) -> Sequence[Option]:
        """What can be picked for a listed choice, in the site's order."""

    @abstractmethod
    async def quote(self, credentials: Credentials, line: str, picks: Picks) -> Quote:
        """What this wish costs now, read fresh. Raises NoNumbers or Invalid where the site says so."""

    @abstractmethod
    async def buy(self, credentials: Credentials, line: str, picks: Picks) -> Sequence[Seen]:
        """Buy once, in one request that is never repeated. Several orders where the site makes several.

        Raises Refused (nothing was bought) or NoAnswer (unknown, unless `sent` is False).
        """

    @abstractmethod
    async def look(self, credentials: Credentials, order: OrderRef) -> Seen:
        """The order now, with the messages that the site still shows."""

    async def glance(self, credentials: Credentials, order: OrderRef) -> Seen:
        """Whether a message came, in as few requests as can be: what is polled. Else as `look`."""
        return await self.look(credentials, order)

    async def look_all(self, credentials: Credentials, orders: Sequence[OrderRef]) -> Sequence[Seen]:
        """Many orders of one account in few requests; orders that the list no longer shows are left out."""
        return [await self.look(credentials, order) for order in orders]

    @abstractmethod
    async def act(self, credentials: Credentials, act: str, order: OrderRef) -> Seen:
        """Do one of the line's acts, in one request that is never repeated.

        `Seen.id` differs from the order's where the act makes a new order (reuse).
        Raises Refused (nothing changed) or NoAnswer (unknown).
        """

    async def recent(self, credentials: Credentials) -> Sequence[Seen]:
        """The newest orders, newest first, with picks and created_at: for sites whose trace is LIST."""
        return ()

    async def transactions(self, credentials: Credentials, kind: str) -> Sequence[Transaction]:
        """The newest transactions of a kind, newest first: for sites whose trace is MONEY."""
        return ()

    def events(self, body: bytes, headers: Mapping[str, str], keys: Sequence[Credentials]) -> Sequence[Event]:
        """What a webhook says. `keys`: the account's credentials, newest first; headers lower-cased.

        Raises Forged or Malformed.
        """
        raise Malformed(self.key, "webhook")

    # What all adapters share.

    @abstractmethod
    def refusal(self, call: str, answer: Answer) -> Refused | None:
        """The documented error in this answer, None if it is none."""

    async def _read(self, request: Request, parse: Callable[[Any], T]) -> T:
        """A read's answer, parsed; repeated while there is none."""
        return self._judge(request, await self.door.read(request), parse)

    async def _send(self, request: Request, parse: Callable[[Any], T]) -> T:
        """The answer to something that changes or costs, parsed; asked exactly once."""
        return self._judge(request, await self.door.once(request), parse)

    UNDECIDED: ClassVar[frozenset[int]] = frozenset({408, 425})
    """HTTP statuses of the 4xx that do not say what became of the request."""

    def _judge(self, request: Request, answer: Answer, parse: Callable[[Any], T]) -> T:
        if answer.status in self.UNDECIDED:
            self.door.fail(request, "server-error", status=answer.status)
        if (refusal := self.refusal(request.call, answer)) is not None:
            refusal.hide(request.secret)
            raise refusal
        if answer.status >= 300:
            self.door.fail(request, "server-error", status=answer.status)
        if not answer.is_json:
            self.door.fail(request, "not-json", status=answer.status)
        try:
            return parse(answer.data)
        except BadShape:
            self.door.fail(request, "bad-shape", status=answer.status)
