"""The log of a group's shares: what was ordered, what came of it below, and who changed what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.callbacks import LogButton, LogDo
from handlers.keyboard import Keyboard, button
from handlers.texts import Html, Texts, clean_name, given_name
from handlers.views.menu import menu_button
from handlers.views.names import country, service
from handlers.views.view import PageOf, View
from orders.limits import Span
from orders.share_history import Past
from providers import countries
from storage.share_log import Event, LoggedChat, Written

PER_PAGE = 10
STEPS = 5
"""What came of an order: so many steps at most, the latest."""

NAME, WHAT, STEP = 24, 60, 16
"""Characters of a person's name, of what was ordered, and of both parts of what somebody pressed.

So ten lines fit into a message, also the longest.
"""

_SIGN = re.compile(r"^\W+")
"""What stands before the words on a button."""

ALSO_STATES = frozenset({"GE"})
"""Countries whose name is a state's of the USA too: the log does not say which was meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """What stands on one page. `chat_id`, `title`: of the group; no title inside it."""

    chat_id: int
    title: str
    heads: Sequence[Written] = field(repr=False)
    came: Mapping[str, Sequence[Written]] = field(repr=False)
    """What came of each purchase."""
    codes: Mapping[str, int]
    accounts: Mapping[str, Html]
    """Names of the accounts by share."""
    names: Mapping[int, str] = field(repr=False)
    """What people are called of whom a line tells by their id."""
    has_newer: bool = False
    has_older: bool = False
    of_several: bool = False
    """Whether there are other groups to choose from."""


def groups(t: Texts, found: PageOf[LoggedChat]) -> View:
    """Which group's."""
    if not found.entries:
        return View(t("log-no-groups"), Keyboard().row(menu_button(t)).markup())
    keyboard = Keyboard()
    for chat in found.entries:
        keyboard.row(button(clean_name(chat.title) or str(chat.id), LogButton(do=LogDo.READ, chat=chat.id)))
    keyboard.row(*_group_pages(found))
    return View(t("log-groups"), keyboard.row(menu_button(t)).markup())


def _group_pages(found: PageOf[LoggedChat]) -> list[InlineKeyboardButton]:
    """‹ and ›, where there is something."""
    ways = (("‹", found.page - 1), ("›", found.page + 1))
    return [
        button(mark, LogButton(do=LogDo.GROUPS, page=page)) for mark, page in ways if 0 <= page < found.pages
    ]


def nothing(t: Texts) -> View:
    """The group never had a share."""
    return View(t("log-nothing"), Keyboard().row(menu_button(t)).markup())


def log(t: Texts, page: LogPage) -> View:
    """One page, newest first."""
    body = [_entry(t, page, line) for line in page.heads] or [t("log-empty")]
    keyboard = Keyboard()
    newer = older = None
    if page.heads and page.has_newer:
        newer = button(t.plain("button-log-newer"), _beside(page, page.heads[0], newer=True))
    if page.heads and page.has_older:
        older = button(t.plain("button-log-older"), _beside(page, page.heads[-1]))
    keyboard.row(newer, older)
    keyboard.row(button(t.plain("button-log-file"), LogButton(do=LogDo.FILES, chat=page.chat_id)))
    back = button(t.plain("button-log-groups"), LogButton(do=LogDo.GROUPS)) if page.of_several else None
    keyboard.row(back, menu_button(t))
    return View(t.blocks([_title(t, page.title), *body]), keyboard.markup())


def files(t: Texts, chat_id: int, *, notice: Html | None = None) -> View:
    """Which days are wanted as a file."""
    spans = [(past.value, LogButton(do=LogDo.FILE, chat=chat_id, span=past.value)) for past in Past]
    buttons = [button(t.plain(f"button-log-{past}"), data) for past, data in spans]
    keyboard = Keyboard().grid(buttons, columns=2)
    keyboard.row(button(t.plain("button-log-typed"), LogButton(do=LogDo.TYPE, chat=chat_id)))
    back = button(t.plain("button-back"), LogButton(do=LogDo.READ, chat=chat_id))
    return View(t.blocks([notice or "", t("log-files")]), keyboard.row(back, menu_button(t)).markup())


def ask_days(t: Texts, chat_id: int, *, problem: Html | None = None) -> View:
    """Type them."""
    back = button(t.plain("button-back"), LogButton(do=LogDo.FILES, chat=chat_id))
    return View(t.blocks([problem or "", t("ask-log-days")]), Keyboard().row(back, menu_button(t)).markup())


def no_private_chat(t: Texts, way: InlineKeyboardMarkup) -> View:
    """The file can't be sent: the person never spoke with the bot. `way`: the button that leads there."""
    return View(t("log-file-closed"), way)


def _title(t: Texts, title: str) -> Html:
    return t("log-title-of", title=clean_name(title)) if title else t("log-title")


def _beside(page: LogPage, line: Written, *, newer: bool = False) -> LogButton:
    return LogButton(do=LogDo.READ, chat=page.chat_id, at=line.at, id=line.id, newer=newer)


def _entry(t: Texts, page: LogPage, line: Written) -> Html:
    account = ""
    if len(set(page.accounts.values())) > 1:
        account = t("log-of-account", account=page.accounts.get(line.share_id, ""))
    steps = ""
    if line.purchase_id is not None:
        came = page.came.get(line.purchase_id, ())
        codes = page.codes.get(line.purchase_id, 0)
        if found := [_step(t, step, codes) for step in came[-STEPS:]]:
            steps = t("log-steps", what=Html(" → ".join(found)))
    return t.lines([t("log-head", at=t.date(line.at), what=_what(t, page, line)), account, steps])


def _what(t: Texts, page: LogPage, line: Written) -> Html:
    if line.event is Event.NEARLY:
        return _nearly(t, page, line)
    name = _name(t, line.name)
    if line.event is Event.ORDERED:
        return t("log-ordered", name=name, what=ordered(t, line), most=t.money(line.amount or Decimal(0)))
    return _of_share(t, line, name)


def _of_share(t: Texts, line: Written, name: str) -> Html:
    match line.event:
        case Event.CHANGED:
            return _changed(t, line, name)
        case Event.CAP:
            before, now = _cap(t, line.args.get("before")), _cap(t, line.amount)
            return t(f"log-cap-{_span(line)}", name=name, what=f"{before} → {now}")
        case Event.ROLE:
            whose = _name(t, str(line.args.get("of") or ""))
            return t(f"log-role-{line.args.get('role') or 'none'}", name=name, whose=whose)
        case Event.STOPPED:
            key = f"log-stopped-{line.args.get('why')}"
            return t(key, name=name) if t.has(key) else t("log-stopped")
        case _:
            return t(f"log-{line.event.value}", name=name)


def ordered(t: Texts, line: Written) -> str:
    """What was ordered, in the reader's words."""
    act = str(line.args.get("act") or "")
    key = f"act-{act}"
    begin = (_SIGN.sub("", t.plain(key)) if t.has(key) else act) if act else ""
    names = [part for part in str(line.args.get("what") or "").split(", ") if part]
    shown = ", ".join(_named(t, part) for part in names)
    return clean_name(" · ".join(part for part in (begin, shown) if part), WHAT)


def _named(t: Texts, name: str) -> str:
    """A site's word for a country or a service as it is called elsewhere."""
    iso = countries.iso_of(name) if len(name) > 2 else None  # two letters are a state, or VK
    return service(name) if iso in {None, *ALSO_STATES} else country(t, name)


def _changed(t: Texts, line: Written, name: str) -> Html:
    what = str(line.args.get("what"))
    before, after = (_value(t, what, str(line.args.get(side) or "")) for side in ("before", "after"))
    if what == "topic" and line.user_id is None:
        return t("log-topic-gone")
    key = f"log-changed-{what}"
    if not t.has(key):
        return t("log-changed", name=name, what=f"{what}: {before} → {after}")
    return t(key, name=name, what=f"{before} → {after}")


def _value(t: Texts, what: str, word: str) -> str:
    if what == "topic":
        return t.plain("log-topic-own", what=word) if word else t.plain("log-topic-none")
    key = f"log-{what}-{word}"
    return t.plain(key) if t.has(key) else word


def _nearly(t: Texts, page: LogPage, line: Written) -> Html:
    name = _name(t, page.names.get(int(line.args.get("user") or 0), ""))
    spent, most = t.money(line.amount or Decimal(0)), _cap(t, line.args.get("most"))
    return t(f"log-nearly-{_span(line)}", name=name, price=spent, most=most)


def _span(line: Written) -> str:
    return Span(line.args["span"]).value


def _cap(t: Texts, amount: object) -> str:
    try:
        return t.money(Decimal(str(amount))) if amount else t.plain("log-no-cap")
    except InvalidOperation:
        return str(amount)


def _step(t: Texts, line: Written, codes: int) -> Html:
    price = t.money(line.amount or Decimal(0))
    match line.event:
        case Event.PLACED:
            return t("log-step-placed-unpriced") if line.amount is None else t("log-step-placed", price=price)
        case Event.UNKNOWN:
            return t("log-step-unknown", price=price)
        case Event.CODE:
            return t("log-step-code", count=codes)
        case Event.ENDED:
            key = f"log-step-ended-{line.args.get('state')}"
            return t(key) if t.has(key) else t("log-step-ended")
        case Event.ACTED:
            act = str(line.args.get("act") or "")
            key = f"act-{act}"
            named = _SIGN.sub("", t.plain(key)) if t.has(key) else act
            who = clean_name(_name(t, line.name), STEP)
            return t("log-step-acted", name=who, act=clean_name(named, STEP))
        case _:
            return t(f"log-step-{line.event.value}", price=price)


def _name(t: Texts, name: str) -> str:
    return given_name(name, NAME) or t.plain("log-somebody")
