"""What a site keeps of an account or of one order: a page of records, its filters, and its ways on."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from aiogram.types import InlineKeyboardButton

from handlers.callbacks import AccountButton, AccountDo, Adopt, JournalButton, JournalOf
from handlers.keyboard import Keyboard, button
from handlers.texts import Html, Texts, clean, clean_name
from handlers.views.menu import menu_button
from handlers.views.names import service
from handlers.views.view import View
from orders.wish import option_tag
from providers.site import Record, Sheet, Site
from providers.words import Journal

PER_PART = 8
"""Records in one message: with the longest texts they stay below its limit."""

TEXT = 240
"""Characters of a message in a journal."""

LAST = 99
"""The last part of a page, however many it has: the view shows the nearest that exists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which page of which journal stands on the screen."""

    of: JournalOf
    id: str
    """The account's or the order's."""
    site: Site
    whose: Html
    """The account or the number as people know it."""
    journal: Journal
    others: Sequence[Journal] = ()
    """What else the site keeps of it."""
    word: str = ""
    page: int = 0
    part: int = 0

    def at(self, *, word: str | None = None, page: int = 0, part: int = 0) -> JournalButton:
        """The button's data for another page."""
        word = option_tag(self.word) if word is None and self.word else option_tag(word) if word else ""
        return JournalButton(of=self.of, id=self.id, key=self.journal.key, word=word, page=page, part=part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A page of records, and which of them can be watched from now on."""

    sheet: Sheet = field(repr=False)
    adoptable: Collection[str] = ()
    """Ids of records: open orders that were made elsewhere."""


def journal_button(
    t: Texts, of: JournalOf, id_: str, key: str, text: str | None = None, *, below: bool = False
) -> InlineKeyboardButton:
    """The button that opens a journal."""
    return button(
        t.plain(f"journal-{key}") if text is None else text,
        JournalButton(of=of, id=id_, key=key, below=below),
    )


def journal(t: Texts, place: Place, known: Known, *, notice: Html | None = None) -> View:
    """One page, newest first."""
    records = known.sheet.records
    parts = max(1, -(-len(records) // PER_PART))
    part = min(max(place.part, 0), parts - 1)
    shown = records[part * PER_PART : (part + 1) * PER_PART]
    keyboard = Keyboard()
    for record in shown:
        if record.id in known.adoptable:
            keyboard.row(_adopt_button(t, place, record))
    keyboard.row(*_page_buttons(place, part, parts, has_more=known.sheet.has_more))
    _ways(t, place, keyboard)
    empty = "" if shown else t("journal-empty", site=place.site.name)
    body = [_record(t, place, record) for record in shown]
    return View(t.blocks([notice or "", _head(t, place), empty, *body]), keyboard.markup())


def no_journal(t: Texts, place: Place, why: Html) -> View:
    """The site does not tell now."""
    again = place.at(page=place.page, part=place.part)
    keyboard = Keyboard().row(button(t.plain("button-try-again"), again, style="primary"))
    _ways(t, place, keyboard)
    return View(t.blocks([_head(t, place), t.lines([why, t("nothing-spent")])]), keyboard.markup())


def word_of(t: Texts, site: Site, journal_key: str, word: str) -> str:
    """A site's word for a state or a kind in the reader's language; as it is, where it has no text."""
    key = "word-" + re.sub(r"[^A-Za-z0-9_-]", "_", f"{site.key}-{journal_key}-{word}")
    return t.plain(key) if t.has(key) else clean_name(word)


def _head(t: Texts, place: Place) -> Html:
    title = t("journal-title", what=t(f"journal-{place.journal.key}"), whose=place.whose)
    word = word_of(t, place.site, place.journal.key, place.word) if place.word else ""
    page = t("journal-page", number=place.page + 1) if place.page else ""
    return t.lines([title, t("journal-only", what=word) if word else "", page])


def _ways(t: Texts, place: Place, keyboard: Keyboard) -> None:
    """Filters, the other journals, and the way back."""
    tag = option_tag(place.word) if place.word else ""
    filters = [
        button(word_of(t, place.site, place.journal.key, word), place.at(word=word))
        for word in place.journal.filters
        if option_tag(word) != tag
    ]
    if tag:
        filters.append(button(t.plain("button-all"), place.at(word="")))
    keyboard.grid(filters, columns=3)
    keyboard.grid([journal_button(t, place.of, place.id, other.key) for other in place.others], columns=2)
    back = AccountButton(do=AccountDo.SHOW, id=place.id) if place.of is JournalOf.ACCOUNT else None
    keyboard.row(button(t.plain("button-back"), back) if back else None, menu_button(t))


def _page_buttons(place: Place, part: int, parts: int, *, has_more: bool) -> list[InlineKeyboardButton]:
    """‹ and ›, where there is something."""
    before = after = None
    if part > 0:
        before = place.at(page=place.page, part=part - 1)
    elif place.page > 0:
        before = place.at(page=place.page - 1, part=LAST)
    if part < parts - 1:
        after = place.at(page=place.page, part=part + 1)
    elif has_more:
        after = place.at(page=place.page + 1)
    return [button(mark, data) for mark, data in (("‹", before), ("›", after)) if data is not None]


def _adopt_button(t: Texts, place: Place, record: Record) -> InlineKeyboardButton:
    seen = record.seen
    name = (seen.number if seen else None) or record.number or record.id
    word = option_tag(place.word) if place.word else ""
    data = Adopt(
        account=place.id, key=place.journal.key, word=word, page=place.page, tag=option_tag(record.id)
    )
    return button(t.plain("button-adopt", number=clean_name(name)), data, style="success")


def _record(t: Texts, place: Place, record: Record) -> Html:
    """One record: who and what, when and how much, and a stranger's words."""
    word = word_of(t, place.site, place.journal.key, record.word) if record.word else ""
    seen = record.seen
    wished = service({**seen.picks, **seen.names}.get("service", "")) if seen else ""
    number = clean_name(record.number or (seen.number if seen else None) or "")
    head = [
        " ".join(
            part for part in (_arrow(record), t("record-number", number=number) if number else "") if part
        ),
        t("record-name", name=wished) if wished else "",
        t("record-word", what=word) if word else "",
    ]
    facts = [
        t.date(record.at) if record.at is not None else "",
        t.money(record.amount) if record.amount is not None else "",
        t("record-seconds", seconds=record.seconds) if record.seconds is not None else "",
    ]
    text = clean(record.text or "", TEXT)
    quoted = t("record-text", text=Html(_escape(text))) if text else ""
    return t.lines([_joined(head), _joined(facts), quoted])


def _joined(parts: Sequence[str]) -> Html:
    return Html(" · ".join(part for part in parts if part))


def _arrow(record: Record) -> str:
    """Which way a message, a call or money went."""
    return "" if record.outbound is None else "↗️" if record.outbound else "↙️"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
