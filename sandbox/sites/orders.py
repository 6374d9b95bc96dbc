"""What every site keeps: accounts with their books, orders, messages."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def money(amount: object) -> Decimal:
    """An amount as given in JSON, rounded to whole cents."""
    return Decimal(str(amount)).quantize(CENT, ROUND_HALF_UP)


def iso(moment: float, digits: int = 0, zone: str = "Z") -> str:
    """A time as the sites write it: UTC, with 0, 3 or 6 digits of a second, and their way to say UTC."""
    when = dt.datetime.fromtimestamp(moment, dt.UTC)
    fraction = f".{when.microsecond:06d}"[: digits + 1] if digits else ""
    return when.strftime("%Y-%m-%dT%H:%M:%S") + fraction + zone


@dataclass(slots=True)
class Transaction:
    """One line of an account's books; amounts are positive but for a corrected deposit."""

    id: int
    type: str  # deposit, purchase, refund
    amount: Decimal
    description: str
    at: float


@dataclass(slots=True, eq=False)
class Account:
    """A customer of a site."""

    key: str
    user: str
    webhook_url: str | None = None
    revoked: bool = False
    balance: Decimal = Decimal(0)
    transactions: list[Transaction] = field(default_factory=list)
    orders: list["Order"] = field(default_factory=list)

    def deposit(self, amount: Decimal, at: float) -> None:
        """Money comes in; a negative amount takes it out again."""
        self._book("deposit", amount, amount, "Deposit", at)

    def charge(self, amount: Decimal, what: str, at: float) -> None:
        """Money is spent. The caller has looked whether there is enough."""
        self._book("purchase", amount, -amount, what, at)

    def refund(self, amount: Decimal, what: str, at: float) -> None:
        """Money comes back."""
        self._book("refund", amount, amount, what, at)

    def total(self, kind: str) -> Decimal:
        """The sum of all transactions of a type."""
        return sum((entry.amount for entry in self.transactions if entry.type == kind), Decimal(0))

    def _book(self, kind: str, amount: Decimal, change: Decimal, what: str, at: float) -> None:
        self.balance += change
        self.transactions.append(Transaction(len(self.transactions) + 1, kind, amount, what, at))


@dataclass(slots=True)
class Message:
    """An SMS as the phone got it."""

    id: str
    text: str
    code: str | None
    sender: str
    at: float
    read: bool = False

    def as_dict(self) -> dict[str, object]:
        """For `/outside`."""
        return {"text": self.text, "code": self.code, "sender": self.sender, "at": iso(self.at)}


@dataclass(slots=True, eq=False, kw_only=True)
class Order:
    """A number bought or rented. `status` is the site's own word for it."""

    id: str
    account: Account
    line: str
    service: str
    number: str  # "+" and digits; empty while a bid waits
    price: Decimal
    status: str
    created: float
    expires: float
    messages: list[Message] = field(default_factory=list)
    first: int = 0  # messages before this one belong to an earlier activation of the number

    @property
    def latest(self) -> Message | None:
        """The newest message of the current activation."""
        return self.messages[-1] if len(self.messages) > self.first else None

    def as_dict(self) -> dict[str, object]:
        """For `/outside`."""
        return {
            "id": self.id,
            "number": self.number,
            "service": self.service,
            "line": self.line,
            "status": self.status,
            "price": f"{self.price:.2f}",
            "messages": [message.as_dict() for message in self.messages],
            "created_at": iso(self.created),
            "expires_at": iso(self.expires),
        }
