"""What people may be told instead of what they asked for. Each class has a text in every language."""

from decimal import Decimal
from typing import ClassVar


class Told(Exception):
    """Something to tell the person who pressed. `code` names the text."""

    code: ClassVar[str] = "told"


class Gone(Told):
    """What the button was about is no longer there."""

    code = "gone"

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class NotYours(Told):
    """Somebody else's menu, order or account."""

    code = "not-yours"


class NotNow(Told):
    """The order is not in a state for this act any more."""

    code = "not-now"


class Barred(Told):
    """The site does not do this for this service."""

    code = "barred"


class AlreadyLinked(Told):
    """The same key is linked already."""

    code = "already-linked"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class BadName(Told):
    """A name that is empty or too long."""

    code = "bad-name"


class BadInput(Told):
    """Typed text that this choice does not take. `choice` names the text of the hint."""

    code = "bad-input"

    def __init__(self, choice: str) -> None:
        super().__init__(choice)
        self.choice = choice


class Unfinished(Told):
    """A required choice is still open."""

    code = "unfinished"


class OverLimit(Told):
    """It would go over a cap: the person's own, or one of the group. `span`: see orders.limits.Span; USD."""

    code = "over-limit"

    def __init__(self, span: str, most: Decimal, left: Decimal, *, of_group: bool = False) -> None:
        super().__init__(span, most, left, of_group)
        self.span = span
        self.most = most
        self.left = left
        self.of_group = of_group


class MayNot(Told):
    """A share of a group does not let this person do it. `why`: names the text."""

    code = "may-not"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NobodyKnows(Told):
    """Telegram does not say just now who is in the group: nothing is spent then."""

    code = "nobody-knows"


class AlreadyShared(Told):
    """This account is shared in this group already."""

    code = "already-shared"


class PriceRose(Told):
    """The site wants more than what was confirmed: ask again."""

    code = "price-rose"

    def __init__(self, confirmed: Decimal, now: Decimal) -> None:
        super().__init__(confirmed, now)
        self.confirmed = confirmed
        self.now = now
