"""Words by which sites refuse, where they leave no doubt: for answers without a documented code."""

import re
from collections.abc import Mapping
from typing import Any

from providers.errors import NoFunds, NoNumbers, Refused
from providers.shape import get_text

_PLACES = ("message", "error", "detail")
"""Where an error of an undocumented shape has its words, or an object that has them."""


_WORDS: tuple[tuple[re.Pattern[str], type[Refused]], ...] = (
    (
        re.compile(
            r"\bno (numbers?|stock) (is |are )?(left|available)\b|\bno (free|available) numbers?\b"
            r"|\b(out of|no) stock\b",
            re.IGNORECASE,
        ),
        NoNumbers,
    ),
    (
        re.compile(
            r"\b(insufficient|not enough) ((wallet|account) )?(balance|funds|money)\b"
            r"|\bbalance is (too low|insufficient)\b",
            re.IGNORECASE,
        ),
        NoFunds,
    ),
)


def words_of(body: Mapping[str, Any]) -> str:
    """What the site says in an error; empty if it says nothing."""
    for place in _PLACES:
        inner = body.get(place)
        text = get_text(inner, "message") if isinstance(inner, dict) else get_text(body, place)
        if text:
            return text
    return ""


def kind_said(words: str) -> type[Refused] | None:
    """The refusal that these words can only mean."""
    return next((kind for pattern, kind in _WORDS if pattern.search(words)), None)
