"""The one-time code inside an SMS. Pure rules; their words are in `code_rules.py`.

Every number is weighed: its shape, how near it stands to words that name a code, and to words that name
something else. The heaviest is the code, if it weighs enough.
"""

import re
from collections.abc import Sequence

from orders.code_rules import Found, Mark, find_words
from orders.code_shapes import SPACING, Number, ascii_digits, find_numbers, plain, readable

LONGEST_CODE = 12
"""What a site calls its code and is longer is no code."""

LONGEST_TEXT = 4096
"""Characters of a text that are read. An SMS has 1600 at most."""

ENOUGH = 6.0
"""What a number must weigh to be the code."""

ENCLOSED = 1.0
"""What brackets or quotes around a number are worth."""

NAMED = 10.0
"""What a word for the code is worth right beside the number."""

NEAR_ENOUGH = 7.0
"""How strongly words must speak for what by its shape is seldom a code."""

MENTIONED = 3.0
"""What it is worth at least, however far away."""

PROVING = 4.5
"""What a word for proving who one is is worth; the best two count."""

INTRODUCED = 1.5
"""What a colon between such a word and a number is worth."""

FADE, PROVING_FADE = 0.1, 0.2
"""What each letter between word and number takes away."""

LINKED = 16
"""Letters at most, and two words, between a word for the code and what by its shape is seldom one."""

SEAM = 4.0
"""What the end of a sentence between word and number takes away."""

OTHERS = 9.0
"""What it costs to be counted ("500 points"), paid ("$500") or another thing's number ("order 500")."""

OTHERS_PERHAPS = 3.0
"""The same where the sentence speaks of a code, too: "your code for the account: 500"."""

OF_CODE = 3
"""Letters at most between such a word and "number" that make it the code's: "PIN number"."""

CAPITALS_REACH = 24
"""Letters between a word for the code and a code of letters alone."""

SOLD = 9.0
"""What it costs to stand in an advertisement."""

REACH = {Mark.THING: 16, Mark.NUMBER: 16, Mark.CALL: 30, Mark.OTHER_CODE: 30}
"""Letters between such a word and the number that it speaks of."""

_CODE, _MONEY = Mark.CODE, Mark.MONEY  # each look at an Enum by name takes its time
_PROVING = frozenset({Mark.VERIFY, Mark.ENTER})
_ANNOUNCING = _PROVING | {Mark.CODE}
_SPEAKING = _ANNOUNCING | REACH.keys()
_AMOUNTS = frozenset({Mark.UNIT, Mark.MONEY})
_SELLING = frozenset({Mark.PROMO, Mark.OTHER_CODE})
_OPEN_BRACKETS = frozenset("[(<{`'\"«‹„“‘「『【*")
_CLOSED_BRACKETS = frozenset("])>}`'\"»›“”’」』】*")
_CODE_IN_LINK = re.compile(
    r"(?:://|www\.|\b[a-z\d-]{1,40}\.[a-z]{2,8}(?=/))[!-~]{0,200}?[/=](\d{4,8})(?![\w/=%+-])", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?](?=\s)|[。！？\n]")
_OPENING = re.compile(r"(?:\A|[.!?。\n】\])>:])[^\w.!?。\n】\])>:]*\Z")
_BOUND_TO_SITE = re.compile(r"^@[\w.-]+\.\w+ #(?=\D*\d)([\dA-Za-z]{4,10})(?!\S)", re.MULTILINE)
_INTRODUCED = re.compile(r"[:=：]\s*\Z")
_DIGIT = re.compile(r"\d")
_BARE = re.compile(r"[\s#№.*•xX–\-(\[]*")
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = re.compile(r"[^\W\d_]*")
_CAPITALS = re.compile(r"(?<![\w-])[A-Z]{4,10}(?![\w-])")
_IS = re.compile(r"(?:[:=–-]|\b(?:is|es|est|ist|lautet|è|é|to))[\s\"'(\[`«„“:]*\Z")


def find_code(text: str) -> str | None:
    """The one-time code in a message, without spaces and hyphens, its digits as 0-9; None without one."""
    text = readable(text.strip()[:LONGEST_TEXT])
    has_digits = _DIGIT.search(text) is not None
    if not has_digits and _CAPITALS.search(text) is None:
        return None
    if "@" in text and (bound := _BOUND_TO_SITE.search(text)):
        return bound[1]
    numbers = find_numbers(text) if has_digits else []
    words = find_words(text.lower())
    marks = {mark for _, _, mark in words}
    if marks.isdisjoint(_ANNOUNCING):
        return None if words else _lonely(text, numbers)
    is_sold = Mark.PROMO in marks and Mark.VERIFY not in marks
    code = _heaviest(numbers, words, text, ENOUGH + SOLD * is_sold)
    if code is not None or not marks.isdisjoint(_SELLING):
        return code
    return (_in_capitals(text, words) if _CODE in marks else None) or _in_link(text, marks)


def best_code(text: str, pin: str | None) -> str | None:
    """The code to show for a message. `pin`: as the site found it.

    The site's wins if it stands in the text; else ours, and the site's again where we find none.
    """
    wanted = plain(readable(pin or ""))
    if not wanted:
        return find_code(text)
    if len(wanted) > LONGEST_CODE:
        return find_code(text) or (pin or "").strip()
    return _as_it_stands(text, wanted) or find_code(text) or wanted


# Weighing.


def _heaviest(numbers: Sequence[Number], words: Sequence[Found], text: str, enough: float) -> str | None:
    code = None
    for number in numbers:
        weight = _weigh(number, words, text)
        if weight > enough or (weight == enough and code is None):
            enough, code = weight, number.code
    return code


def _weigh(number: Number, words: Sequence[Found], text: str) -> float:
    """How much speaks for a number."""
    start, _, _, weight, needs_name = number
    named = _named(number, words, text)
    before = _last_before(start, words)
    if needs_name and not _is_linked(before, number, text, named):
        return -OTHERS
    best, second = _proven(number, words, text)
    if before is not None:
        if before[2] in REACH:
            weight -= _others(before, number, text, named=named)
        elif _INTRODUCED.search(text, max(0, start - 3), start) and not _sentence_ends(
            text, before[1], start
        ):
            weight += INTRODUCED
    weight -= _counted(number, words, text)
    if _is_enclosed(number, text):
        weight += ENCLOSED
    return weight + max(named + min(best, 1.0), best + second)


def _named(number: Number, words: Sequence[Found], text: str) -> float:
    """What the words for a code say for a number: the nearest, sentences counted as distance."""
    start, end = number.start, number.end
    best = 0.0
    for word_start, word_end, mark in words:
        if mark is _CODE:
            left, right = (word_end, start) if word_end <= start else (end, word_start)
            best = max(best, MENTIONED)
            value = NAMED - (right - left) * FADE
            if value > best:
                best = max(best, value - SEAM * _sentence_ends(text, left, right))
    return best


def _proven(number: Number, words: Sequence[Found], text: str) -> tuple[float, float]:
    """What the two nearest words for proving who one is say for a number."""
    start, end = number.start, number.end
    best = second = 0.0
    for word_start, word_end, mark in words:
        if mark in _PROVING:
            left, right = (word_end, start) if word_end <= start else (end, word_start)
            if left == word_end and 1 < right - left < LINKED and (tail := _LETTERS.match(text, left, right)):
                left = tail.end()  # "verif" of "verification"
            value = PROVING - (right - left) * PROVING_FADE
            if value > second:
                value -= SEAM * _sentence_ends(text, left, right)
                best, second = max(best, value), max(second, min(best, value))
    return best, second


def _last_before(start: int, words: Sequence[Found]) -> Found | None:
    """The last word before a number that says what it is."""
    for place in range(len(words) - 1, -1, -1):
        word = words[place]
        if word[1] <= start and word[2] in _SPEAKING:
            is_codes = word[2] is Mark.NUMBER and place and words[place - 1][2] in _ANNOUNCING
            return words[place - 1] if is_codes and word[0] - words[place - 1][1] <= OF_CODE else word
    return None


def _counted(number: Number, words: Sequence[Found], text: str) -> float:
    """What it costs to stand beside a currency or a unit, or before "is your promo code"."""
    start, end = number.start, number.end
    costs = 0.0
    for word_start, word_end, mark in words:
        if mark in _AMOUNTS:
            is_before, is_after = 0 <= start - word_end <= 1, 0 <= word_start - end <= 1
            if is_after and not (mark is _MONEY and _DIGIT.search(text, word_end, word_end + 2)):
                costs += OTHERS
            elif is_before and mark is _MONEY and not _DIGIT.search(text, max(0, word_start - 2), word_start):
                costs += OTHERS  # not the neighbour's: "12,00 PLN 551903"
        elif mark is Mark.OTHER_CODE and 0 <= word_start - end <= REACH[mark]:
            costs += OTHERS
    return costs


def _is_linked(before: Found | None, number: Number, text: str, named: float) -> bool:
    """Whether what is seldom a code stands right behind a word for it, or opens a sentence about it."""
    if before is not None and before[2] in _ANNOUNCING:
        between = text[before[1] : number.start]
        words = _WORD.findall(between)
        if (
            len(between) <= LINKED
            and len(words) <= 2
            and words[-1:] != ["to"]
            and not _SENTENCE_END.search(between)
        ):
            return True
    opens = _OPENING.search(text, max(0, number.start - 4), number.start) is not None
    return opens and named >= NEAR_ENOUGH


def _is_enclosed(number: Number, text: str) -> bool:
    around = text[max(0, number.start - 1) : number.start] + text[number.end : number.end + 1]
    return len(around) == 2 and around[0] in _OPEN_BRACKETS and around[1] in _CLOSED_BRACKETS


def _sentence_ends(text: str, left: int, right: int) -> int:
    return len(_SENTENCE_END.findall(text, left, right)) if right - left > 1 else 0


def _others(word: Found, number: Number, text: str, *, named: float) -> float:
    """What it costs that the last word before a number names another thing."""
    _, word_end, mark = word
    start = number.start
    if start - word_end > REACH[mark] or _DIGIT.search(text, word_end, start):
        return 0.0
    if _sentence_ends(text, word_end, start):
        return 0.0
    if mark is Mark.OTHER_CODE or _BARE.fullmatch(text, word_end, start) or named < NEAR_ENOUGH - SEAM:
        return OTHERS
    return OTHERS_PERHAPS


# Messages that speak of no code, or write it otherwise.


def _lonely(text: str, numbers: Sequence[Number]) -> str | None:
    """The only number of a message that is hardly more than it: "Uber 4821".

    In a language that the tables don't know, six digits at the start are one, and what is in brackets.
    """
    if len(numbers) != 1:
        return None
    number = numbers[0]
    rest = f"{text[: number.start]} {text[number.end :]}"
    around = _WORD.findall(rest)
    if _DIGIT.search(rest):
        return None
    few = len(around) <= 2 and sum(map(len, around)) <= (24 if text.isascii() else 8)
    opens = number.start == 0 and len(number.code) == 6
    is_likely = number.weight > 0 and not number.needs_name
    is_code = not around or (is_likely and (few or opens or _is_enclosed(number, text)))
    return number.code if is_code else None


def _in_capitals(text: str, words: Sequence[Found]) -> str | None:
    """A code of capital letters right behind the word for it: "Your code is KQRTV"."""
    if text.isupper():
        return None
    for found in _CAPITALS.finditer(text):
        for _, end, mark in words:
            if mark is Mark.CODE and 0 < found.start() - end <= CAPITALS_REACH:
                between = text[end : found.start()]
                if _IS.search(between) and not _SENTENCE_END.search(between):
                    return found[0]
    return None


def _in_link(text: str, marks: set[Mark]) -> str | None:
    """The code that a link ends with, where none stands beside it."""
    if Mark.THING in marks or Mark.VERIFY not in marks or "/" not in text:
        return None
    found = _CODE_IN_LINK.search(text)
    return found[1] if found else None


# The site's own code.


def _as_it_stands(text: str, code: str) -> str | None:
    """A code with the capitals that it has in the text, or None if it does not stand there by itself."""
    text = readable(text.strip()[:LONGEST_TEXT])
    kept = [(place, one) for place, one in enumerate(text) if not SPACING.match(one)]
    squeezed = "".join(ascii_digits(one) if one.isdecimal() else one for _, one in kept)
    folded, wanted = squeezed.lower(), code.lower()
    if len(folded) != len(squeezed):  # a letter whose small form is two
        folded, wanted = squeezed, code
    at = folded.find(wanted)
    while at >= 0:
        first, last = kept[at][0], kept[at + len(wanted) - 1][0]
        if not _goes_on(text[max(0, first - 1) : first + 1]) and not _goes_on(text[last : last + 2]):
            return squeezed[at : at + len(wanted)]
        at = folded.find(wanted, at + 1)
    return None


def _goes_on(pair: str) -> bool:
    """Whether two neighbours belong to one number or one Latin word."""
    return len(pair) == 2 and (pair.isdecimal() or (pair.isascii() and pair.isalnum()))
