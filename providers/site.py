"""What a site offers and shows: the class that each adapter fills in, and what its calls bring."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from providers.door import Answer, Door, Request
from providers.errors import Malformed, Refused, Unclear
from providers.shape import BadShape
from providers.words import Credential, Hook, Journal, Line, Option, Pace, Rule, State, Trace

T = TypeVar("T")

Picks = Mapping[str, str]
"""What was chosen: a choice's key to the option's id, in the order of choosing."""

NOTHING_GIVEN: Picks = {}

Credentials = Mapping[str, str]


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
    renewal: Decimal | None = None
    """USD that it would cost to go on after that, each time, where the site can renew it by itself."""


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
    names: Picks = field(default_factory=dict)
    """What the site calls these picks, where their ids are no names."""
    facts: Mapping[str, str | int | bool] = field(default_factory=dict)
    """What the adapter needs again later, kept with the order (ttl, wake windows)."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a webhook said. `sms` is None where it only says that something happened."""

    order_id: str
    sms: Sms | None = None
    number: str | None = None
    service: str | None = None
    line: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of a journal. None: the site does not say."""

    id: str
    at: int | None = None
    """Epoch seconds."""
    word: str | None = None
    """The site's word for its state or kind, one of the journal's filters where it has any."""
    text: str | None = field(default=None, repr=False)
    """Words of an SMS or of the site: a stranger's."""
    number: str | None = None
    """The number itself, or for messages and calls the other side's."""
    outbound: bool | None = None
    amount: Decimal | None = None
    """USD."""
    seconds: int | None = None
    """How long a call lasted."""
    line: str | None = None
    seen: Seen | None = None
    """Where it is an order: what is needed to adopt it, should it have been made elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page of a journal, newest first."""

    records: tuple[Record, ...]
    has_more: bool = False


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
    journals: ClassVar[tuple[Journal, ...]] = ()
    """What the site keeps of the whole account."""
    public_prices: ClassVar[bool] = False
    """`prices` works without an account."""
    trace: ClassVar[Trace] = Trace.NONE
    known_refusals: ClassVar[Mapping[str, str]] = {}
    """The site's words for why it does not do something, case-folded, to the names of our texts for them."""

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
    async def act(
        self, credentials: Credentials, act: str, order: OrderRef, given: Picks = NOTHING_GIVEN
    ) -> Seen:
        """Do one of the line's acts, in one request that is never repeated.

        `given`: what its choices were answered with, or which way its switch goes.
        `Seen.id` differs from the order's where the act makes a new order (reuse).
        Raises Refused (nothing changed) or NoAnswer (unknown).
        """

    async def act_quote(self, credentials: Credentials, act: str, order: OrderRef, given: Picks) -> Quote:
        """What an act with choices costs now, for those that cost. Raises NoNumbers, Invalid."""
        raise NotImplementedError

    async def was_done(
        self, credentials: Credentials, act: str, order: OrderRef, given: Picks, since: float
    ) -> Seen | None:
        """What became of an act that costs and whose answer was lost: the order after it; None: not done.

        `since`: when it was sent, epoch seconds by the site's clock.
        Raises NoAnswer, and Unclear where the site's records don't decide it.
        """
        raise Unclear(self.key, act)

    async def journal(
        self,
        credentials: Credentials,
        key: str,
        *,
        word: str = "",
        page: int = 1,
        order: OrderRef | None = None,
    ) -> Sheet:
        """A page of a journal of the account, or of that order. Pages count from 1; `word` filters."""
        raise KeyError(key)

    async def prices(self) -> Sequence[Option]:
        """The services with their lowest prices, read without an account: for sites with `public_prices`."""
        return ()

    async def recent(self, credentials: Credentials, line: str) -> Sequence[Seen]:
        """The line's newest orders, newest first, with picks and created_at: where the trace is LIST."""
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
