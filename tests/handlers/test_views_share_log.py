"""How the log of a share reads, on the page and in the file."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import unescape
from typing import Any

import pytest

from handlers.callbacks import LogButton, LogDo
from handlers.texts import Html, texts_for
from handlers.views import share_csv
from handlers.views import share_log as views
from handlers.views.share_log import LogPage
from orders.access import Seat, Standing
from storage.accounts import Account
from storage.share_log import Event, Line, Written
from storage.shares import Codes, Role, Share, Who

EN, RU = texts_for("en"), texts_for("ru")
AT = 1_795_132_800


def line(event: Event, number: int = 1, **more: Any) -> Written:
    """Boris did it."""
    return Written(**{
        "id": number, "share_id": "s1", "at": AT + number, "event": event, "user_id": 7, "name": "Boris",
        **more,
    })  # fmt: skip


def order(what: str = "WhatsApp, Russia", **more: Any) -> Written:
    """Boris confirmed it."""
    args = {"site": "gsim", "what": what, "act": more.pop("act", "")}
    return line(Event.ORDERED, purchase_id="p1", amount=Decimal("0.50"), args=args, **more)


def page(
    *heads: Written,
    came: Sequence[Written] = (),
    codes: int = 1,
    accounts: Mapping[str, str] | None = None,
    **more: Any,
) -> LogPage:
    """These lines, and what came of each order among them."""
    return LogPage(**{
        "chat_id": -100, "title": "", "heads": heads, "codes": {"p1": codes}, "came": {"p1": came},
        "accounts": {key: Html(name) for key, name in (accounts or {"s1": "mine"}).items()},
        "names": {9: "Carl"}, **more,
    })  # fmt: skip


def shown(t: Any, *heads: Written, **more: Any) -> str:
    """The page as it is read."""
    return unescape(re.sub(r"<[^>]+>", "", views.log(t, page(*heads, **more)).text))


# An order, at a glance


def test_who_ordered_what_and_what_came_of_it() -> None:
    came = [
        line(Event.PLACED, 2, amount=Decimal("0.48")),
        line(Event.CODE, 3),
        line(Event.ENDED, 4, args={"state": "cancelled"}),
        line(Event.REFUNDED, 5, amount=Decimal("0.48")),
    ]
    assert shown(EN, order(), came=came).splitlines()[2:] == [
        "20 Nov, 00:00 UTC · 🛒 Boris: WhatsApp, 🇷🇺 Russia (up to $0.50)",
        "→ placed for $0.48 → code came → cancelled → $0.48 refunded",
    ]
    assert "Boris: WhatsApp, 🇷🇺 Россия (до 0,50\xa0$)" in shown(RU, order(), came=came)


def test_a_state_is_not_taken_for_a_country() -> None:
    assert "WhatsApp, Georgia (" in shown(EN, order("WhatsApp, Georgia"))
    assert "WhatsApp, CA (" in shown(EN, order("WhatsApp, CA"))


def test_what_was_done_again_and_what_people_pressed() -> None:
    pressed = line(Event.ACTED, 2, name="Anna", args={"act": "cancel"})
    text = shown(EN, order(act="reuse"), came=[pressed, line(Event.HANDED_OVER, 3)])
    assert "Boris: Use again · WhatsApp, 🇷🇺 Russia (up to" in text
    assert "→ Anna: Cancel → handed over to the owner" in text


def test_no_answer_and_a_refusal() -> None:
    lost = [line(Event.UNKNOWN, 2, amount=Decimal("0.50")), line(Event.REFUSED, 3)]
    assert shown(EN, order(), came=lost).endswith("→ no answer, $0.50 held → the site refused")


def test_many_codes_are_counted() -> None:
    assert shown(EN, order(), came=[line(Event.CODE, 2)], codes=312).endswith("→ 312 codes came")
    assert shown(RU, order(), came=[line(Event.CODE, 2)], codes=3).endswith("→ 3 кода")


def test_several_accounts_are_told_apart() -> None:
    assert "mine" not in shown(EN, order())
    assert "mine" in shown(EN, order(), accounts={"s1": "mine", "s2": "hers"})


# The share


@pytest.mark.parametrize(
    ("event", "more", "text"),
    [
        (Event.SHARED, {}, "Boris shared the account here"),
        (Event.CHANGED, {"args": {"what": "who", "before": "all", "after": "named"}},
         "Boris, who may order: everybody → named people"),
        (Event.CHANGED, {"args": {"what": "admins_act", "before": "True", "after": "False"}},
         "Boris, admins act on all orders: yes → no"),
        (Event.CHANGED, {"args": {"what": "topic", "before": "", "after": "17"}},
         "Boris, where cards appear: where it was ordered → topic 17"),
        (Event.CHANGED, {"args": {"what": "colour", "before": "red", "after": "blue"}},
         "Boris changed colour: red → blue"),
        (Event.CAP, {"amount": Decimal(5), "args": {"span": "day", "before": "2.50"}},
         "Boris, limit a day: $2.50 → $5.00"),
        (Event.CAP, {"args": {"span": "order", "before": "2"}}, "Boris, limit an order: $2.00 → none"),
        (Event.ROLE, {"args": {"user": 9, "of": "Carl", "role": "manager"}}, "Boris: Carl is a manager now"),
        (Event.ROLE, {"args": {"user": 9, "of": "Carl", "role": ""}}, "Boris: Carl has no role of their own"),
        (Event.ASKED, {}, "Boris asked to be let in"),
        (Event.LEFT, {}, "Boris left the group"),
        (Event.NEARLY, {"amount": Decimal(4), "args": {"span": "person", "most": "5", "user": 9}},
         "Carl: $4.00 of $5.00 spent that day"),
        (Event.NEARLY, {"amount": Decimal(160), "args": {"span": "month", "most": "200", "user": 0}},
         "$160.00 of $200.00 spent that month"),
        (Event.STOPPED, {"args": {"why": "admin"}}, "Boris, a group admin, stopped the sharing"),
        (Event.STOPPED, {"args": {"why": "new-reason"}}, "The sharing ended"),
    ],
)  # fmt: skip
def test_each_change_of_the_share(event: Event, more: dict[str, Any], text: str) -> None:
    assert text in shown(EN, line(event, **more))
    assert "log-" not in shown(RU, line(event, **more))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("event", Event)
def test_every_event_has_its_words(event: Event, language: str) -> None:
    args = {"span": "day", "before": "1", "most": "2", "what": "who", "role": "buyer", "state": "done"}
    of_order = {Event.ORDERED, Event.PLACED, Event.REFUSED, Event.UNKNOWN, Event.CODE, Event.ENDED}
    of_order |= {Event.REFUNDED, Event.ACTED, Event.HANDED_OVER}
    it = line(event, 2, args=args, purchase_id="p1" if event in of_order else None)
    heads = [order()] if event in of_order else [it]
    text = shown(texts_for(language), *heads, came=[it] if it.event is not Event.ORDERED else [])
    assert "log-" not in text


def test_strangers_words_change_nothing_around_them() -> None:
    turned = "\u202e"
    name = f"<b>Ев{turned}ил\n\n=</b>&"
    text = views.log(EN, page(line(Event.LEFT, name=name), order(name=name, what=name))).text
    assert text.replace("\u200c", "").count("&lt;b&gt;Евил =&lt;/b&gt;&amp;") == 3
    assert turned not in text


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("long", ["Ж" * 64, "@a" * 32], ids=["long", "mentions"])
def test_the_longest_page_fits_into_a_message(language: str, long: str) -> None:
    t = texts_for(language)
    changes = [
        line(Event.ROLE, 1, name=long, args={"of": long, "role": "none"}),
        line(Event.CHANGED, 2, name=long, args={"what": "topic", "before": "9" * 19, "after": "8" * 19}),
    ]
    came = [line(Event.ACTED, number, name=long, args={"act": "x" * 60}) for number in range(views.STEPS + 3)]
    orders = [order("Ж" * 200, act="reuse", name=long, number=number) for number in range(views.PER_PAGE)]
    for heads in (orders, changes * 5):
        text = shown(t, *heads, came=came, accounts={"s1": long, "s2": ""}, title=long)
        assert len(text) <= 4096


# Ways on


def test_ways_to_the_lines_above_and_below() -> None:
    first, last = line(Event.LEFT, 9), line(Event.LEFT, 2)
    view = views.log(EN, page(first, last, has_newer=True, has_older=True, of_several=True))
    assert view.keyboard is not None
    data = {
        one.text: LogButton.unpack(one.callback_data)
        for row in view.keyboard.inline_keyboard
        for one in row
        if one.callback_data and one.callback_data.startswith("y:")
    }
    assert data["‹ Newer"] == LogButton(do=LogDo.READ, chat=-100, at=first.at, id=9, newer=True)
    assert data["Older ›"] == LogButton(do=LogDo.READ, chat=-100, at=last.at, id=2)
    assert data["📄 As a file"].do is LogDo.FILES
    assert data["‹ Groups"].do is LogDo.GROUPS


def test_the_longest_button_fits() -> None:
    numbers = {"chat": -1_009_999_999_999, "at": 99_999_999_999, "id": 99_999_999_999, "page": 9999}
    data = LogButton(do=LogDo.READ, newer=True, span="last-month", **numbers)
    assert len(data.pack().encode()) <= 64


# The file


def seat(name: str = "mine") -> Seat:
    """The share's, as its owner sits there."""
    account = Account(
        id="a1", owner_id=1, site="gsim", name=name, credentials=b"", old_credentials=None, old_until=None,
        hook_hash=None, hook_token=None, hook_seen_at=None, key_ok=True, balance=None, balance_at=None,
        created_at=1, removed_at=None,
    )  # fmt: skip
    share = Share(
        id="s1", account_id="a1", chat_id=-100, thread_id=None, who=Who.ALL, codes=Codes.ALL,
        admins_act=True, created_at=1, ended_at=None,
    )  # fmt: skip
    assert (
        Role.OWNER
        is Seat(share=share, account=account, user_id=1, standing=Standing(in_chat=False), given=None).role
    )
    return Seat(share=share, account=account, user_id=1, standing=Standing(in_chat=False), given=None)


def table(*lines: Line, name: str = "mine") -> list[dict[str, str]]:
    """The file as a spreadsheet reads it."""
    content = share_csv.header() + share_csv.rows(lines, {"s1": seat(name)})
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_columns_of_a_file() -> None:
    bought = order()
    rows = table(
        Line(bought, bought),
        Line(
            line(Event.PLACED, 2, user_id=None, name="", amount=Decimal("0.4835"), purchase_id="p1"), bought
        ),
        Line(line(Event.CAP, 3, amount=Decimal(20), args={"span": "day", "before": "5"}), None),
    )
    assert rows == [
        {"time": "2026-11-20T00:00:01Z", "event": "ordered", "person": "Boris", "person id": "7",
         "account": "mine", "site": "gsim", "what": "WhatsApp, Russia", "amount USD": "0.50",
         "details": "purchase=p1"},
        {"time": "2026-11-20T00:00:02Z", "event": "placed", "person": "", "person id": "",
         "account": "mine", "site": "gsim", "what": "WhatsApp, Russia", "amount USD": "0.4835",
         "details": "purchase=p1"},
        {"time": "2026-11-20T00:00:03Z", "event": "cap", "person": "Boris", "person id": "7",
         "account": "mine", "site": "gsim", "what": "", "amount USD": "20.00",
         "details": "span=day; before=5"},
    ]  # fmt: skip


def test_commas_quotes_and_breaks_stay_inside_their_cell() -> None:
    (row,) = table(Line(line(Event.LEFT, name='Bo"ris, the\r\n2nd'), None))
    assert row["person"] == 'Bo"ris, the 2nd'


@pytest.mark.parametrize(
    "evil", ['=HYPERLINK("http://x","y")', "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\u200b=1", " =1", "＝1"]
)
def test_no_cell_is_a_formula(evil: str) -> None:
    bought = order(evil, name=evil)
    (row,) = table(Line(bought, bought), name=evil)
    assert all(row[column].startswith("'") for column in ("person", "account", "what"))


@pytest.mark.parametrize("evil", ["Boris;=1+1", 'Boris; "=1+1', "Boris|@SUM(A1)", "Boris;＝1"])
def test_nor_where_a_program_divides_cells_by_something_else(evil: str) -> None:
    """Excel takes semicolons in many countries."""
    (row,) = table(Line(order(name=evil), None), name=evil)
    for column in ("person", "account"):
        assert not re.search(r'[;|][\s"]*[=+@＝-]', row[column])
        assert row[column].replace("'", "") == evil
