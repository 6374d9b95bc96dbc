"""Texts in the reader's language. Arguments are escaped for HTML here, so that no view can forget it."""

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

import structlog
from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal

import locales
from handlers.phrases import Phrases

log = structlog.get_logger(__name__)

FALLBACK = "en"

NAME_LENGTH = 64
"""Characters of a name that a site gave: of a service, a country, an operator."""

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Control characters, halves of characters, and what turns the direction of text. Joiners of emoji stay."""

_LEADS_ON = re.compile(r"([@/#.:$])(?=\w)")
_NON_JOINER = "\u200c"

_BREAKS = re.compile("[\t\n\u2028\u2029]+")
_GAPS = re.compile(r"\n\s*\n\s*\n")


class Html(str):
    """Text that is HTML already and is not escaped again."""

    __slots__ = ()


class Texts:
    """One language's texts: `texts("key", name=...)`. A key it lacks falls back to English."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._languages = [_phrases(language)]
        if language != FALLBACK:
            self._languages.append(_phrases(FALLBACK))

    def __call__(self, key: str, /, **args: object) -> Html:
        """The text of a key as HTML."""
        values = {name: _argument(value) for name, value in args.items()}
        for phrases in self._languages:
            if (found := phrases.text(key, values)) is not None:
                text, errors = found
                if errors:
                    log.error("text has errors", key=key, language=self.language, errors=errors)
                return Html(text)
        log.error("text missing", key=key, language=self.language)
        return Html(html.escape(key))

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return any(key in phrases for phrases in self._languages)

    def plain(self, key: str, /, **args: object) -> str:
        """The text of a key without HTML: for buttons and toasts, which know no markup."""
        return html.unescape(self(key, **args))

    def lines(self, parts: Iterable[str]) -> Html:
        """Lines of HTML, empty ones left out."""
        return Html("\n".join(part for part in parts if part))

    def blocks(self, parts: Iterable[str]) -> Html:
        """Paragraphs of HTML with a blank line between them, empty ones left out."""
        return Html("\n\n".join(part for part in parts if part))

    def money(self, amount: Decimal) -> str:
        """USD as people write it, with up to four decimals where the site counts so fine."""
        return _money(self.language, amount)

    def prices(self, low: Decimal, high: Decimal) -> str:
        """A price, or its bounds."""
        return self.money(low) if low == high else f"{self.money(low)} – {self.money(high)}"

    def number(self, value: int) -> str:
        """A whole number with the language's grouping."""
        return _number(self.language, value)

    def clock(self, epoch: int) -> Html:
        """A moment that the reader's client draws and keeps current: "in 12 minutes"."""
        return Html(f'<tg-time unix="{epoch}" format="r">{self._utc(epoch)}</tg-time>')

    def date(self, epoch: int) -> Html:
        """A moment in the past, drawn in the reader's own time zone."""
        return Html(f'<tg-time unix="{epoch}" format="dt">{self._utc(epoch)}</tg-time>')

    def day(self, epoch: int) -> str:
        """A day for a button, which draws no moments: "21 Nov", by UTC."""
        return format_datetime(datetime.fromtimestamp(epoch, UTC), "d MMM", locale=self.language)

    def _utc(self, epoch: int) -> str:
        moment = datetime.fromtimestamp(epoch, UTC)
        return html.escape(format_datetime(moment, "d MMM, HH:mm 'UTC'", locale=self.language))


@cache
def texts_for(language: str) -> Texts:
    """The texts of a language that exists, else of the fallback."""
    return Texts(language if language in locales.LANGUAGES else FALLBACK)


def language_of(code: str | None, default: str) -> str:
    """The language for a client's code such as `pt-br`."""
    short = (code or "").lower().partition("-")[0]
    return short if short in locales.LANGUAGES else default


def clean(text: str, limit: int) -> str:
    """A stranger's text without invisible and direction-turning characters, cut to so many characters.

    Line breaks stay, but no more than one blank line at a time.
    """
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n")).strip()
    text = _GAPS.sub("\n\n", text)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def clean_name(text: str, limit: int = NAME_LENGTH) -> str:
    """A stranger's text for one line: cleaned, without line breaks, cut to so many characters."""
    return clean(_BREAKS.sub(" ", text), limit)


def given_name(text: str, limit: int = NAME_LENGTH) -> str:
    """What a person or a group calls itself, for one line: clients make no link, mention or command of it."""
    return clean(_LEADS_ON.sub(rf"\1{_NON_JOINER}", clean_name(text, limit)), limit)


def _argument(value: object) -> Any:
    if isinstance(value, Html):
        return str(value)
    if isinstance(value, bool) or value is None:
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return value
    return html.escape(_BREAKS.sub(" ", _INVISIBLE.sub("", str(value))), quote=False)


@cache
def _phrases(language: str) -> Phrases:
    return Phrases(language)


@lru_cache(maxsize=4096)
def _money(language: str, amount: Decimal) -> str:
    """Cached: Babel takes 100 us for each, and lists repeat their prices."""
    amount = round(amount, 4) + 0  # the sum has no sign where it is nothing
    digits = max(2, -int(amount.normalize().as_tuple().exponent))
    form = _money_format(language, digits)
    return format_currency(amount, "USD", format=form, locale=language, currency_digits=False)


@lru_cache(maxsize=4096)
def _number(language: str, value: int) -> str:
    return format_decimal(value, locale=language)


@cache
def _money_format(language: str, digits: int) -> str:
    decimals = "0" * digits
    return f"#,##0.{decimals}\u00a0¤" if language == "ru" else f"¤#,##0.{decimals}"
