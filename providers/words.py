"""The words a site is described with.

Menus, quotes, watching and acts are drawn from what a site declares here,
so that a new site is one new file and no new menu.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


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
    MARKUP_BY_SITE = "markup-by-site"  # the site adds its own markup to the price that was stated
    FEE_BY_SITE = "fee-by-site"  # a usage fee that the site does not tell before
    ENDS_FOR_GOOD = "ends-for-good"  # no renewal: after its time the number is gone
    RENEWS = "renews"  # the site can renew it by itself: a setting of the order


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
    most: int = 1
    """How many options may be picked; several ids reach the adapter with commas between them."""
    single: tuple[str, ...] = ()
    """Choices of which only one option may be picked beside this one."""
    narrows: tuple[str, ...] = ()
    """Choices whose list it narrows: its button stands beside that list."""
    private: bool = False
    """What is typed here is somebody's own words: kept encrypted, and only until it was sent."""
    worded: bool = False
    """Its fixed options are words, not names: each has a text in every language."""
    replaces: str | None = None
    """For an act's choice: the line's choice whose pick it takes the place of, once the act was done."""

    def accepts(self, text: str) -> bool:
        """Whether this text may be typed here."""
        return self.typed is not None and self.typed.fullmatch(text) is not None


class Effect(StrEnum):
    """What an act does to the order."""

    ENDS = "ends"  # the order is over afterwards
    BUYS = "buys"  # buys a number, or more time for it: goes through an intent like a purchase
    PAYS = "pays"  # costs a fee and leaves the order as it is: goes through an intent too
    STAYS = "stays"

    @property
    def costs(self) -> bool:
        """Whether it spends money."""
        return self in {Effect.BUYS, Effect.PAYS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that can be done with an order."""

    key: str
    """Names the button and the text: cancel, ban, report, reuse, finish, wake, refund, release, call ..."""
    when: frozenset[State]
    effect: Effect = Effect.STAYS
    confirm: bool = False
    """Ask once more: it can't be undone."""
    confirm_twice: bool = False
    """Ask even twice: what is lost can't be had again at all."""
    choices: tuple[Choice, ...] = ()
    """Asked before it can be done, as a line's choices are; `Site.act` gets the answers as `given`."""
    switch: str | None = None
    """A fact of the order that it turns on and off; `given` holds that name with "on" or "off"."""
    renews: bool = False
    """It can keep a rental alive: offered again when the end is near."""
    tucked: bool = False
    """Seldom pressed: stands behind the card's settings button."""

    def choice(self, key: str) -> Choice:
        """The choice of that name. Raises KeyError."""
        for choice in self.choices:
            if choice.key == key:
                return choice
        raise KeyError(key)

    keeps_id: bool = False
    """Buys the same order once more under its old id (S2 reactivate); else a new one is made."""
    leaves: Mapping[str, bool] = field(default_factory=dict)
    """Facts that the order has once this was done."""
    needs: str | None = None
    """A fact of the order. Where the site says that it is False, it would refuse: no button then."""
    barred: frozenset[str] = frozenset()
    """Services for which the site does not do it, case-folded names."""
    together: bool = False
    """Can be done at once with all orders that one purchase brought."""
    redirects: bool = False
    """What comes to the number is had elsewhere from then on, codes that are spoken too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One way in which a site sells numbers."""

    key: str
    choices: tuple[Choice, ...]
    acts: tuple[Act, ...] = ()
    rental: bool = False
    """Its numbers live for days or months and bring messages all that time."""
    listed: bool = False
    """`Site.look_all` shows its orders in one request, however many there are."""
    journals: tuple["Journal", ...] = ()
    """What the site keeps of one order, to be read on demand."""
    reuse_by: str | None = None
    """The choice that takes the number of an ended order, to have it once more."""
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

    def journal(self, key: str) -> "Journal":
        """The journal of that name. Raises KeyError."""
        for journal in self.journals:
            if journal.key == key:
                return journal
        raise KeyError(key)


Asked = Line | Act
"""What asks the choices of a wish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One thing a person types to link an account."""

    key: str
    pattern: re.Pattern[str]
    """What it can look like at all, so that a wrong paste is told before the site is asked."""
    secret: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often a site may be asked."""

    per_minute: int
    """Looks a minute for one account, as long as the site does not answer 429: then fewer."""
    floor: float
    """Fewest seconds between two looks at the same order (or list)."""


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
class Journal:
    """A list that a site keeps, of an account or of one order, read a page at a time and never stored."""

    key: str
    """Names the button and the text: orders, rentals, transactions, messages, calls."""
    filters: tuple[str, ...] = ()
    """Words of the site by which it filters the list, in its spelling."""
