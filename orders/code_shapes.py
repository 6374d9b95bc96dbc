"""The numbers in an SMS that may be a code by their shape, and what their shape weighs."""

import re
import string
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from orders.code_rules import (
    BY_LENGTH,
    GLUED_UNITS,
    GLUED_WORDS,
    NOT_TYPED,
    PHONE_DIGITS,
    SPLIT,
    SURE_SPLIT,
    Mark,
    mark_of,
)

LIKE_YEAR = LIKE_DATE = LIKE_NAME = 4.0
"""What it costs to look like a year, a date or a name ("Studio54")."""

LIKE_AMOUNT = 2.0
"""What it costs to end in three zeros."""


class Number(NamedTuple):
    """What may be a code by its shape."""

    start: int
    end: int
    code: str
    weight: float
    needs_name: bool = False
    """Whether it counts only close to a word for the code."""


def readable(text: str) -> str:
    """Without letters that can't be seen, wide letters and digits made narrow, accents put together."""
    if text.isascii() or _UNREADABLE.search(text) is None:
        return text
    return unicodedata.normalize("NFC", text.translate(_TO_READABLE))


def find_numbers(text: str) -> list[Number]:
    """All that may be codes, in order. Groups that stand apart are one where they look so."""
    chunks = [(match.start(), match.end(), match[0]) for match in _CHUNK.finditer(text)]
    numbers = []
    taken = 0
    for index, (start, end, piece) in enumerate(chunks):
        if start < taken:
            continue
        number: Number | None
        if index + 1 < len(chunks) and chunks[index + 1][0] - end <= 3:
            taken, number = _group(text, chunks, index)
            if taken:
                numbers += [number] if number else []
                continue
        number = _number(text, start, end, piece)
        if number:
            numbers.append(number)
    return numbers


def _group(text: str, chunks: Sequence[tuple[int, int, str]], first: int) -> tuple[int, Number | None]:
    """Where groups of digits end that belong together, 0 if none do; and the code if they look like one."""
    last = first
    is_even = True
    next_group = _LONG_GROUP if chunks[first][2].startswith("0") else _GROUP
    while (
        last + 1 < len(chunks) and _GROUP.fullmatch(chunks[last][2]) and next_group.match(chunks[last + 1][2])
    ):
        between = text[chunks[last][1] : chunks[last + 1][0]]
        if _BETWEEN.fullmatch(between) is None:
            break
        is_even = is_even and between in _SPACES
        last += 1
    if last == first:
        return 0, None
    start, end = chunks[first][0], chunks[last][1]
    pieces = [piece for _, _, piece in chunks[first : last + 1]]
    lengths = tuple(map(len, pieces))
    before = text[start - 1 : start]
    is_code = is_even and lengths in SPLIT and all(map(str.isdecimal, pieces))
    if is_code and before not in _MASKS and before not in _HYPHENS:
        return end, _split(start, end, pieces)
    is_phone = sum(lengths) >= PHONE_DIGITS or before == "+"
    return (end if is_phone else 0), None


def _number(text: str, start: int, end: int, piece: str) -> Number | None:
    """What one number without spaces is."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if end - start < 3 and before not in _HEADS:
        return None
    if (before > "\x7f" and before.isupper()) or (after > "\x7f" and after.isupper()):
        return None  # letters of another alphabet: a plate, as А482ВС
    if before not in _TOUCHING and after not in _ODD_AFTER:
        return _digits(start, end, piece) if piece.isdecimal() else _with_letters(start, end, piece)
    if before in _HEADS:
        head = _HEAD.search(text, max(0, start - 24), start)
        return _with_head(text, head.start(), end, head[0], piece) if head else None
    return _odd(text, start, end, piece)


def _digits(start: int, end: int, digits: str) -> Number | None:
    """Digits in a row."""
    length = end - start
    weight = BY_LENGTH.get(length)
    if weight is None:
        return None
    code = digits if digits.isascii() else ascii_digits(digits)
    if length == 4 and code[:2] in {"19", "20"}:
        weight -= LIKE_YEAR
    elif code.endswith("000"):
        weight -= LIKE_AMOUNT
    return Number(start, end, code, weight, length < 4 or length > 8)


def _split(start: int, end: int, groups: Sequence[str]) -> Number | None:
    """Groups of digits with hyphens or spaces between them."""
    lengths = tuple(map(len, groups))
    weight = SPLIT.get(lengths)
    if weight is None:
        return None
    if lengths == (2, 2, 2) and _could_be_date(groups):
        weight -= LIKE_DATE
    return Number(start, end, ascii_digits("".join(groups)), weight, lengths not in SURE_SPLIT)


def _could_be_date(groups: Sequence[str]) -> bool:
    first, second, third = (int(group) for group in groups)
    return (0 < second <= 12 and (0 < first <= 31 or 0 < third <= 31)) or (
        0 < first <= 12 and 0 < second <= 31
    )


def _with_head(text: str, start: int, end: int, head: str, piece: str) -> Number | None:
    """A number behind letters: "G-551903", "OTP551903", "XK4-9QP"; but also "Rp50.000", "XX4242"."""
    before = text[start - 1] if start else " "
    letters = head.rstrip(_HYPHEN_SIGNS).lower()
    if before in _ODD_BEFORE or before.isalnum() or set(letters) == {"x"}:
        return None
    mark = mark_of(letters)
    is_word = head[-1] in _HYPHENS and len(letters) > 2 and head[0].islower()
    if is_word or letters in NOT_TYPED or mark in _NAMES_CODES:
        begins = end - len(piece)
        return _digits(begins, end, piece) if piece.isdecimal() else _with_letters(begins, end, piece)
    return None if mark in _NAMES_OTHERS else _with_letters(start, end, head + piece)


def _with_letters(start: int, end: int, piece: str) -> Number | None:
    """Digits with letters or with signs among them."""
    if _SIGNS.search(piece):
        return None
    glued = _GLUED.fullmatch(piece)
    if glued:
        return _digits(start, start + len(glued[1]), glued[1])
    groups = _HYPHEN.split(piece)
    if all(map(str.isdecimal, groups)):
        return _split(start, end, groups)
    code = "".join(groups)
    if not 4 <= len(code) <= 10 or not code.isascii() or len(groups) > 3 or min(map(len, groups)) < 2:
        return None
    counted = _COUNTED.fullmatch(code)
    if counted and (counted[1].lower() in GLUED_UNITS or mark_of(counted[1].lower()) in _AMOUNTS):
        return None
    weight = 1.0 if code.isupper() else -LIKE_NAME if _NAME.fullmatch(code) else 0.0
    return Number(start, end, code, weight, needs_name=True)


def _odd(text: str, start: int, end: int, piece: str) -> Number | None:
    """A number with a sign right beside it: masked, in a link or an address, or just "code:551903"."""
    before, after = text[start - 1 : start], text[end : end + 1]
    is_bold = before == after == "*"
    is_masked = before in _MASKS or after in _MASKS_AFTER or text[max(0, start - 2) : start] == ".."
    if is_masked and not is_bold:
        return None
    left = _NOT_BLANK.findall(text, max(0, start - 200), start)
    if "/" in {before, after} or (left and _LINK.search(left[-1])):
        return None
    return _digits(start, end, piece) if piece.isdecimal() else _with_letters(start, end, piece)


def ascii_digits(digits: str) -> str:
    """Digits of any script as 0-9."""
    return digits if digits.isascii() else "".join(str(int(one)) for one in digits)


def plain(code: str) -> str:
    """As codes are shown."""
    bare = SPACING.sub("", _PREFIX.sub("", code.strip()))
    return "".join(ascii_digits(one) if one.isdecimal() else one for one in bare)


_S = " \u00a0\u202f\u2009"
_SPACES = frozenset(_S)
_HYPHEN_SIGNS = "-\u2010\u2011\u2012\u2013\u2212\uff0d"
_HYPHENS = frozenset(_HYPHEN_SIGNS)
_H = re.escape(_HYPHEN_SIGNS)
_MASKS = frozenset("*•×+…~@_∗●")
_MASKS_AFTER = frozenset("*•@_+%")
_ODD_BEFORE = _MASKS | frozenset("./=&?:%\\")
_HEADS = frozenset(string.ascii_letters) | _HYPHENS
_TOUCHING = _HEADS | _ODD_BEFORE
_ODD_AFTER = _MASKS_AFTER | frozenset("/=&?")
_NAMES_CODES = frozenset({Mark.CODE, Mark.VERIFY, Mark.ENTER})
_NAMES_OTHERS = frozenset({Mark.MONEY, Mark.THING, Mark.CALL})
_AMOUNTS = frozenset({Mark.UNIT, Mark.MONEY})
_PREFIX = re.compile(rf"[Gg][{_H}](?=\d)")
SPACING = re.compile(rf"[\s{_H}]")
_HYPHEN = re.compile(f"[{_H}]")
_SIGNS = re.compile(r"[.,:/'’]")
_NOT_BLANK = re.compile(r"[!-~]+")
_LINK = re.compile(r"://|www\.|[a-z\d]\.[a-z]{2,8}/", re.IGNORECASE)
_GROUP = re.compile(r"\d{1,5}(?!\w)")
_LONG_GROUP = re.compile(r"\d{1,8}(?!\w)")  # "07700 900123"
_BETWEEN = re.compile(rf"[{_S}]?[()]?[{_S}{_H}]?")
_COUNTED = re.compile(r"\d+([A-Za-z]+)")
_NAME = re.compile(r"[A-Z][a-z]{2,}\d+")
_GLUED = re.compile(rf"(\d{{4,8}})(?:{'|'.join(GLUED_WORDS)}|[A-Z][a-z]{{2,}})")
_HEAD = re.compile(rf"[A-Za-z]{{0,12}}[{_H}]?[A-Za-z]{{0,12}}\Z")
_CHUNK = re.compile(
    rf"""
    \d[\dA-Za-z]*+
    (?:
        [.,](?!\d\s?[分小天日])\d++
        | [:/'’]\d++
        | [{_H}](?:[A-Za-z]{{0,6}}\d[\dA-Za-z]*+ | [A-Z]{{2,6}}(?![A-Za-z]))
    )*+
    """,
    re.VERBOSE,
)
_INVISIBLE = "".join(
    map(chr, (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0x20E3,
              0xFE0F, 0xFEFF))
)  # fmt: skip
_UNREADABLE = re.compile(f"[{_INVISIBLE}\u0130\u0300-\u036f\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_TO_READABLE: dict[int, int | str] = {
    **dict.fromkeys(map(ord, _INVISIBLE), ""),
    **{
        wide: wide - 0xFEE0
        for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
    },
    0x130: "I",
}
