"""What a button says when it is pressed. It is forgeable: every id is checked again at the press."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

Stored = Annotated[int, Field(gt=-(1 << 63), lt=1 << 63)]
"""A number that is looked for in the database, which takes no larger ones."""


class Page(StrEnum):
    """The menus that a button can open."""

    MAIN = "main"
    ACCOUNTS = "accounts"
    LINK = "link"
    ORDER = "order"
    ORDERS = "orders"
    BALANCE = "balance"
    HISTORY = "history"
    RENTALS = "rentals"
    PAST_RENTALS = "rented"
    RENT = "rent"
    SETTINGS = "settings"
    HELP = "help"


class Open(CallbackData, prefix="m"):
    """Open a menu. `page` counts from 0 where it has pages.

    It takes the place of the message with the button, or stands `below` one that must stay: an order's card.
    """

    to: Page
    page: int = 0
    below: bool = False


class LinkSite(CallbackData, prefix="l"):
    """Link an account at this site."""

    site: str


class AccountDo(StrEnum):
    """What can be done with a linked account."""

    SHOW = "show"
    CHECK = "check"
    RENAME = "rename"
    KEY = "key"
    REMOVE = "remove"
    REMOVE_SURE = "sure"


class AccountButton(CallbackData, prefix="a"):
    """Something with one linked account."""

    do: AccountDo
    id: str


class NewWish(CallbackData, prefix="n"):
    """Begin an order with this account; an empty line: ask which."""

    account: str
    line: str = ""


class WishDo(StrEnum):
    """What can be done in a wish's menu."""

    LIST = "list"  # arg: page
    PICK = "pick"  # arg: the option's tag
    CLEAR = "clear"
    REFRESH = "fresh"
    SEARCH = "search"
    ALL = "all"  # end the search
    TYPE = "type"
    BACK = "back"
    QUOTE = "quote"


class WishButton(CallbackData, prefix="w"):
    """Something in the menu of one wish."""

    do: WishDo
    id: str
    choice: str = ""
    arg: str = ""


class Buy(CallbackData, prefix="b"):
    """Spend the money: `token` works once."""

    token: str


class Again(CallbackData, prefix="r"):
    """The same wish once more, from a purchase."""

    purchase: str


class SameNumber(CallbackData, prefix="s"):
    """The number of an ended order once more."""

    order: str


class Together(CallbackData, prefix="t"):
    """An act on all orders of one purchase that it can be done with."""

    order: str
    act: str


class Mine(CallbackData, prefix="q"):
    """Which order at the site a purchase without an answer was; no tag: it was not bought."""

    purchase: str
    tag: str = ""


class OrderDo(StrEnum):
    """What can be done with an order's card, beside the site's own acts."""

    SHOW = "show"  # send its card anew
    LOOK = "look"  # look at the site now
    ACT = "act"  # arg: the act's key
    SURE = "sure"  # arg: the act's key; confirmed
    BUY = "buy"  # arg: the act's key; a confirmed act that costs
    SURER = "surer"  # arg: the act's key; confirmed twice
    KEEP = "keep"  # not confirmed: the card as it was
    SETTINGS = "settings"  # what is seldom pressed, below the card; arg HERE: in place of what was asked
    SWITCH = "switch"  # arg: the act's key, a dot, and which way
    CLOSE = "close"  # the settings go, the card stays


HERE = "here"


class OrderButton(CallbackData, prefix="o"):
    """Something with one order. `token`: the one use of a button that buys."""

    do: OrderDo
    id: str
    arg: str = ""
    token: str = ""


class JournalOf(StrEnum):
    """Whose journal."""

    ACCOUNT = "a"
    ORDER = "o"


class JournalButton(CallbackData, prefix="j"):
    """A page of a journal that the site keeps, read anew at each press.

    `word`: the tag of the filter. `page` counts from 0; a page of the site that is too long for a message
    is shown in parts. `below`: under a card that must stay.
    """

    of: JournalOf
    id: str
    key: str
    word: str = ""
    page: int = 0
    part: int = 0
    below: bool = False


class Adopt(CallbackData, prefix="d"):
    """Watch an order that was made elsewhere. `tag`: of its record, on that page of that journal."""

    account: str
    key: str
    tag: str
    page: int = 0
    word: str = ""


class Language(CallbackData, prefix="g"):
    """Speak this language from now on."""

    code: str


class KeepDays(CallbackData, prefix="k"):
    """Keep codes and texts so long."""

    days: int


class CapButton(CallbackData, prefix="c"):
    """A cap on a person's own spending; no span: show them all."""

    span: str = ""
    lift: bool = False


class LogDo(StrEnum):
    """What can be done with the log of a group's shares."""

    GROUPS = "g"  # which group
    READ = "r"
    FILES = "f"  # which span
    FILE = "c"  # arg: the span
    TYPE = "t"  # a span that is typed


class LogButton(CallbackData, prefix="y"):
    """Something with the log of a group's shares. In that group `chat` counts for nothing.

    `at`, `id`: the line next to which a page begins; `newer`: the page above it, else the one below it.
    `page` counts from 0: of the groups.
    """

    do: LogDo
    chat: Stored = 0
    at: Stored = 0
    id: Stored = 0
    newer: bool = False
    page: int = 0
    span: str = ""


class ShowCode(CallbackData, prefix="v"):
    """The code of an order, for who ordered alone."""

    order: str


class AskIn(CallbackData, prefix="z"):
    """Ask the owner of a share to be let in."""

    share: str


class Cancel(CallbackData, prefix="x"):
    """Stop what is being typed."""


class ShareDo(StrEnum):
    """What can be done with an account that is lent to a group."""

    LIST = "list"  # in a group: what is or could be shared there; in private: my shares; arg: page or BELOW
    BEGIN = "begin"  # id: of the account
    SHOW = "show"
    WHO = "who"  # arg: the rule; empty: show the choice
    CODES = "codes"  # the same
    ADMINS = "admins"  # arg: ON or nothing
    TOPIC = "topic"  # arg: ON: where the button is pressed; nothing: where each is ordered
    LIMITS = "limits"
    CAP = "cap"  # arg: the span
    LIFT = "lift"  # arg: the span
    STOP = "stop"
    STOP_SURE = "sure"


ON = "on"

BELOW = "below"
"""The page opens below the message, which stays for others."""


class ShareButton(CallbackData, prefix="h"):
    """Something with one share, which `id` names."""

    do: ShareDo
    id: str = ""
    arg: str = ""


class MemberDo(StrEnum):
    """What can be done with the people of a share."""

    LIST = "list"
    SHOW = "show"
    GIVE = "give"  # role: empty takes it away
    ANSWER = "answer"  # the same, as long as their question waits


class MemberButton(CallbackData, prefix="e"):
    """Something with the people of one share; no share: of which, in private."""

    do: MemberDo
    share: str
    user: Stored = 0
    role: str = ""
    page: int = 0
