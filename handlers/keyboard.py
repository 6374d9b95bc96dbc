"""Inline keyboards, row by row, within Telegram's limits."""

from collections.abc import Callable, Sequence
from typing import Literal, Self

from aiogram.filters.callback_data import CallbackData
from aiogram.types import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from handlers.callbacks import Open, Page
from handlers.texts import clean_name

Style = Literal["danger", "success", "primary"]

LABEL_LENGTH = 48
"""Characters of a button's label; clients cut longer ones in the middle of nowhere."""


def button(text: str, data: CallbackData, *, style: Style | None = None) -> InlineKeyboardButton:
    """A button that is pressed."""
    return InlineKeyboardButton(text=_short(text), callback_data=data.pack(), style=style)


def copy_button(text: str, copied: str) -> InlineKeyboardButton:
    """A button that copies a text of 1-256 characters."""
    return InlineKeyboardButton(text=_short(text), copy_text=CopyTextButton(text=copied[:256]))


def link_button(text: str, url: str) -> InlineKeyboardButton:
    """A button that opens a page."""
    return InlineKeyboardButton(text=_short(text), url=url)


class Keyboard:
    """Collects rows: `Keyboard().row(a, b).row(c).markup()`."""

    def __init__(self) -> None:
        self._rows: list[list[InlineKeyboardButton]] = []

    def row(self, *buttons: InlineKeyboardButton | None) -> Self:
        """One row; None and empty rows are left out."""
        present = [one for one in buttons if one is not None]
        if present:
            self._rows.append(present)
        return self

    def grid(self, buttons: Sequence[InlineKeyboardButton], columns: int) -> Self:
        """Rows of so many buttons."""
        for start in range(0, len(buttons), columns):
            self.row(*buttons[start : start + columns])
        return self

    def markup(self) -> InlineKeyboardMarkup:
        """The keyboard as Telegram takes it."""
        return InlineKeyboardMarkup(inline_keyboard=self._rows)


def label(name: str, *facts: str) -> str:
    """A name and facts about it for one button. A name that is too long is cut, so that the facts stay."""
    rest = "".join(f" · {fact}" for fact in facts if fact)
    return clean_name(name, max(LABEL_LENGTH - len(rest), LABEL_LENGTH // 4)) + rest


def page_buttons(to: Page, page: int, pages: int) -> list[InlineKeyboardButton]:
    """‹ 2 / 5 ›, going round; nothing where there is one page only."""
    return turn_buttons(page, pages, lambda number: Open(to=to, page=number))


def turn_buttons(page: int, pages: int, data: Callable[[int], CallbackData]) -> list[InlineKeyboardButton]:
    """The same, for what has data of its own. `data`: of the button that leads to a page."""
    if pages <= 1:
        return []
    marks = (("‹", page - 1), (f"{page + 1} / {pages}", page), ("›", page + 1))
    return [button(mark, data(target % pages)) for mark, target in marks]


def columns_for(labels: Sequence[str]) -> int:
    """How many buttons fit beside each other on a phone."""
    longest = max(map(len, labels), default=0)
    return 4 if longest <= 6 else 2 if longest <= 16 else 1


def _short(text: str) -> str:
    """Telegram takes no button without a text."""
    return clean_name(text, LABEL_LENGTH) or "…"
