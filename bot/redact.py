"""Takes secrets out of whatever is about to be written: log lines, tracebacks, error reports.

Three nets behind each other, since none is tight alone:
what was learned at run time, names that hold secrets (`key=...`), and shapes (bot tokens, phone numbers).
"""

import json
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

HIDDEN = "[hidden]"

_LEARNED_CAP = 100_000
_ANCHOR = 8
_SHORTEST = 4
"""A shorter secret would hide half of every line, and shields nothing: a code has four digits at least."""
_TEXT_CAP = 16_000
_TAIL = 256  # cut off from a text that is too long, since half of a secret is not recognized
_DEPTH_CAP = 20


def _word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SECRET_WORDS = _word_set(
    "apikey authorization body caption code codes content cookie credential credentials dsn key keys otp "
    "passwd password pin pwd reply secret secrets sms text texts token tokens"
)
_PHONE_WORDS = _word_set("mdn msisdn number numbers phone phones tel")
_HARMLESS_ENDS = _word_set(
    "at count encoding error id ids kind len length mode name size state status template type version"
)
_HARMLESS_CODES = _word_set("area close country error exit http language return service status")
_STRUCTURE = _word_set("event exception stack")
_OURS = _word_set("level logger timestamp")

# name=  name:  "name":  ("name",   A repr writes a newline as \n, whose n is no part of the word behind it.
_NAME = re.compile(
    r"""(?:(?<![\w\\])|(?<=\\[nrt]))([A-Za-z][\w-]{0,50}+)(?:\s{0,9}[:=]\s{0,9}|\\*["']\s{0,9}[:=,]\s{0,9})"""
)
_SEPARATOR = re.compile(r"[:=,]")
_VALUE = re.compile(
    r"""
      [bru]{0,2}(?P<quote>\\*["']).*?(?:(?<!\\)(?P=quote)|\Z)
    | \{(?:[^{}]++|\{[^{}]*+\})*+\}?
    | \[(?:[^\[\]]++|\[[^\[\]]*+\])*+\]?
    | [\w.]*\((?:[^()]++|\([^()]*+\))*+\)?
    | <[^<>]*+>?
    | (?:Bearer|Basic|Bot|Token)\s+[^\s"',;&)}\]]+
    | [^\s"',;&)}\]]+
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_PLAIN_NUMBER = re.compile(r"-?[0-9]+\b")
_SHAPES: tuple[tuple[str, re.Pattern[str], str], ...] = (  # what must be in the text, for speed; shape; mask
    (":", re.compile(r"[0-9]{6,16}+:[A-Za-z0-9_-]{20,}"), HIDDEN),  # a bot token; \b would miss /bot123:...
    (" ", re.compile(r"([Bb](?i:earer|asic))\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    ("/hooks/", re.compile(r"(/hooks/[\w-]+/)[\w%~.-]+"), rf"\1{HIDDEN}"),  # the token is in the path
    ("://", re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), rf"\1{HIDDEN}@"),  # a password in an address
)
_MANY_DIGITS = re.compile(r"[0-9][0-9\s().-]{7}")
_PHONE = re.compile(
    r"(?<![\w+])\+[0-9][0-9\s().-]{5,17}[0-9](?!\w)"
    r"|(?:(?<![\w./-])|(?<=\\[nrt]))"
    r"(?:(?:[0-9]{1,2}[\s.-]?)?\(?[2-9][0-9]{2}\)?[\s.-]?[0-9]{3}[\s.-]?[0-9]{4}|[0-9]{11,15})(?![\w-])"
)


class Redactor:
    """Knows the secrets of this process and hides them. Also a structlog processor: the last but drawing."""

    def __init__(self) -> None:
        self._learned: OrderedDict[str, None] = OrderedDict()
        self._anchors: dict[int, dict[str, set[str]]] = {}
        """By its length: how a secret begins, and the secrets that begin so."""

    def learn(self, *secrets: str) -> None:
        """Never show these again, nor as they look in an address or in JSON; the oldest are forgotten."""
        for secret in secrets:
            for form in {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]}:
                if len(form) >= _SHORTEST:
                    self._remember(form)

    def __call__(
        self, _logger: Any, _method: str, event_dict: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """A log line without secrets, made of plain values only."""
        clean = {key: event_dict[key] for key in _OURS if key in event_dict}
        for key, value in event_dict.items():
            if key not in _OURS:
                clean[self.text(key)] = self.value(value, name="" if key in _STRUCTURE else key)
        return clean

    def value(self, value: Any, *, name: str = "", depth: int = 0) -> Any:
        """The same value made of plain types, without secrets. `name`: what it is called where it stands."""
        if value is None or isinstance(value, bool):
            return value
        if name and is_secret(name):
            return _hide(name, str(value))
        if isinstance(value, int | float):
            return HIDDEN if str(value) in self._learned else value
        if isinstance(value, Mapping | list | tuple | set | frozenset) and depth < _DEPTH_CAP:
            return self._nested(value, depth + 1)
        return self.text(_drawn(value))

    def text(self, text: str) -> str:
        """The same text without secrets."""
        if len(text) < _SHORTEST:
            return text
        cut = len(text) > _TEXT_CAP
        text = self._without_learned(text[:_TEXT_CAP])
        parts = []
        position = 0
        for match in _NAME.finditer(text) if _SEPARATOR.search(text) else ():
            if match.start() < position:
                continue
            name = match[1]
            pattern = _VALUE if is_secret(name) else _PLAIN_NUMBER if _is_harmless(name) else None
            if pattern is None or (found := pattern.match(text, match.end())) is None:
                continue
            parts.append(_without_shapes(text[position : match.end()]))
            parts.append(found[0] if pattern is _PLAIN_NUMBER else _hide(name, found[0]))
            position = found.end()
        parts.append(_without_shapes(text[position:]))
        clean = "".join(parts)
        return f"{clean[:-_TAIL]} [cut]" if cut else clean

    def _nested(self, value: Mapping[Any, Any] | Iterable[Any], depth: int) -> Any:
        if isinstance(value, Mapping):
            return {
                self.text(_drawn(key)): self.value(item, name=_drawn(key), depth=depth)
                for key, item in value.items()
            }
        items = list(value)
        if len(items) == 2 and isinstance(items[0], str | bytes):  # a header, as clients list them
            name = _drawn(items[0])
            return [self.text(name), self.value(items[1], name=name, depth=depth)]
        return [self.value(item, depth=depth) for item in items]

    def _remember(self, form: str) -> None:
        self._learned[form] = None
        self._learned.move_to_end(form)
        anchor = form[:_ANCHOR]
        self._anchors.setdefault(len(anchor), {}).setdefault(anchor, set()).add(form)
        if len(self._learned) > _LEARNED_CAP:
            oldest = self._learned.popitem(last=False)[0]
            anchor = oldest[:_ANCHOR]
            forms = self._anchors[len(anchor)][anchor]
            forms.discard(oldest)
            if not forms:
                del self._anchors[len(anchor)][anchor]

    def _without_learned(self, text: str) -> str:
        """One look-up for each position, so that the cost does not grow with what was learned."""
        found: set[str] = set()
        for length, anchors in self._anchors.items():
            pieces = {text[start : start + length] for start in range(len(text) - length + 1)}
            if not pieces.isdisjoint(anchors):
                found.update(*(anchors[piece] for piece in pieces if piece in anchors))
        for form in sorted(found, key=len, reverse=True):
            if len(form) < _ANCHOR:  # a short code is hidden as a word of its own, not inside longer numbers
                text = re.sub(rf"(?:(?<!\w)|(?<=\\[nrt])){re.escape(form)}(?!\w)", HIDDEN, text)
            else:
                text = text.replace(form, HIDDEN)
        return text


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether what goes by this name is hidden: api_key, smsCode, X-API-Key, phone_number ..."""
    words = _words(name)
    if not words or words[-1] in _HARMLESS_ENDS:
        return False
    if words[-1] == "code" and len(words) > 1 and words[-2] in _HARMLESS_CODES:
        return False
    return not _SECRET_WORDS.isdisjoint(words) or not _PHONE_WORDS.isdisjoint(words)


@lru_cache(maxsize=4096)
def _is_harmless(name: str) -> bool:
    """Whether a long number by this name is no phone number: user_id, created_at."""
    words = _words(name)
    return bool(words) and words[-1] in _HARMLESS_ENDS


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(re.findall(r"[a-z]+", spaced.lower()))


def _hide(name: str, value: str) -> str:
    digits = re.sub(r"\D", "", value)
    if len(digits) >= 7 and not _PHONE_WORDS.isdisjoint(_words(name)):
        return f"***{digits[-2:]}"
    return HIDDEN


def _without_shapes(text: str) -> str:
    for hint, pattern, mask in _SHAPES:
        if hint in text:
            text = pattern.sub(mask, text)
    if _MANY_DIGITS.search(text):
        text = _PHONE.sub(lambda match: f"***{match[0][-2:]}", text)
    return text


def _drawn(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "backslashreplace")
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 -- a stranger's __repr__ must not cost us the log line
        return f"<{type(value).__name__} that can't be drawn: {type(error).__name__}>"
