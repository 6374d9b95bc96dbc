"""What a button says when it is pressed. It is forgeable: every id is checked again at the press."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData


class Page(StrEnum):
    """The menus that a button can open."""

    MAIN = "main"
    ACCOUNTS = "accounts"
    LINK = "link"
    ORDER = "order"
    ORDERS = "orders"
    BALANCE = "balance"
    HISTORY = "history"
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
    KEEP = "keep"  # not confirmed: the card as it was


class OrderButton(CallbackData, prefix="o"):
    """Something with one order. `token`: the one use of a button that buys."""

    do: OrderDo
    id: str
    arg: str = ""
    token: str = ""


class Language(CallbackData, prefix="g"):
    """Speak this language from now on."""

    code: str


class KeepDays(CallbackData, prefix="k"):
    """Keep codes and texts so long."""

    days: int


class Cancel(CallbackData, prefix="x"):
    """Stop what is being typed."""
