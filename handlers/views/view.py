"""What is shown: a text and its buttons."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from aiogram.types import InlineKeyboardMarkup

from handlers.texts import Html

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class View:
    """One message. `text` is HTML."""

    text: Html = field(repr=False)
    keyboard: InlineKeyboardMarkup | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PageOf(Generic[T]):
    """One page of a list. `page` counts from 0 and is always one that exists."""

    entries: Sequence[T]
    page: int
    pages: int


def page_of(entries: Sequence[T], page: int, size: int = 20) -> PageOf[T]:
    """That page, or the nearest that exists."""
    pages = max(1, -(-len(entries) // size))
    page = min(max(page, 0), pages - 1)
    return PageOf(entries[page * size : (page + 1) * size], page, pages)
