"""Words by which sites refuse, where they leave no doubt: for answers without a documented code."""

import re

from providers.errors import NoFunds, NoNumbers, Refused

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


def kind_said(words: str) -> type[Refused] | None:
    """The refusal that these words can only mean."""
    return next((kind for pattern, kind in _WORDS if pattern.search(words)), None)
