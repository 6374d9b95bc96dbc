"""Finding options by what is typed: in any script, by any name, misspelt, or on the wrong keyboard."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from providers import catalog, countries
from providers.catalog import Name
from providers.words import Option

LONGEST = 64
"""Characters of what is typed that are looked at."""

MOST_ALIKE = 20
"""Options shown where only the spelling is alike."""

ALIKE = {3: 80.0, 4: 75.0}
"""How alike (0-100) a misspelt name of so many letters must be to be found."""
_ALIKE = 72.0

NEARLY = 12.0
"""How much less alike than the best one (of 100) an option may be to be shown with it."""

SHORT = 3
"""Fewer letters are inside too many names: those are shown only if there are no better ones."""

_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_KEYBOARDS = (str.maketrans(_LATIN, _RUSSIAN), str.maketrans(_RUSSIAN, _LATIN))

_EXACT, _BEGINS, _WORD, _INSIDE, _OUTSIDE = range(5)


class Wanted(NamedTuple):
    """What was typed."""

    raw: str
    words: Sequence[str]
    joined: str

    @classmethod
    def of(cls, typed: str) -> "Wanted":
        """Read as names are read."""
        words = catalog.plain(typed).split()
        return cls(typed.casefold(), words, "".join(words))


def search(options: Sequence[Option], typed: str, languages: Sequence[str] = ("en",)) -> list[Option]:
    """Options that fit what was typed, best first: exact, beginning, inside, alike.

    `languages`: those in which countries may be named, beside the site's own names.
    """
    wanted = Wanted.of(typed.strip()[:LONGEST])
    if not wanted.raw:
        return list(options)
    if not wanted.joined:
        return [option for option in options if wanted.raw in option.name.casefold()]
    return (
        _fitting(options, wanted, languages)
        or _alike(options, wanted, languages)
        or _on_the_other_keyboard(options, wanted, languages)
    )


def _fitting(
    options: Sequence[Option], wanted: Wanted, languages: Sequence[str], worst: int = _INSIDE
) -> list[Option]:
    meant = catalog.meant(wanted.joined)
    dialled = countries.dialled(wanted.raw) if any(option.iso for option in options) else {}
    ranked = []
    for place, option in enumerate(options):
        named, turn = catalog.read(option.name), 0
        rank = _EXACT if _is_called(option, wanted.raw) else _rank(named, wanted)
        if rank and named.key in meant:
            rank = _EXACT if meant[named.key] else min(rank, _BEGINS)
        if rank and option.iso:
            rank = min(rank, *(_rank(one, wanted) for one in _country(option.iso, languages)))
            if option.iso in dialled:
                rank, turn = _EXACT, dialled[option.iso]
        if rank <= worst:
            ranked.append((rank, turn, place))
    ranked.sort()
    if len(wanted.joined) < SHORT and ranked and ranked[0][0] < _INSIDE:
        ranked = [found for found in ranked if found[0] < _INSIDE]
    return [options[place] for _, _, place in ranked]


def _rank(named: Name, wanted: Wanted) -> int:
    if wanted.joined in named.joined:
        if named.joined.startswith(wanted.joined):
            return _EXACT if named.joined == wanted.joined else _BEGINS
        return _WORD if _has(named, wanted.joined) else _INSIDE
    if wanted.words[0] in named.joined and all(_has(named, word) for word in wanted.words):
        return _WORD  # all words, in whatever order
    return _OUTSIDE


def _has(named: Name, beginning: str) -> bool:
    return any(start.startswith(beginning) for start in named.starts)


def _is_called(option: Option, raw: str) -> bool:
    """Whether the site itself calls it so. An id that is only a number means nothing to anybody."""
    if (option.iso and raw == option.iso.casefold()) or (option.note and raw == option.note.casefold()):
        return True
    return len(raw) == len(option.id) and raw == option.id.casefold() and not raw.isdecimal()


def _alike(options: Sequence[Option], wanted: Wanted, languages: Sequence[str]) -> list[Option]:
    """What is nearly spelt so: with a letter more, less, wrong or in the wrong place."""
    if len(wanted.joined) < SHORT:
        return []
    services: dict[str, float] = {}
    known, keys = zip(*catalog.book().keys.items(), strict=True)
    for place, score in _scores(known, wanted.joined):
        services[keys[place]] = max(score, services.get(keys[place], 0.0))
    texts, owners, best = [], [], []
    for place, option in enumerate(options):
        named = catalog.read(option.name)
        best.append(services.get(named.key, 0.0))
        names = (named, *_country(option.iso, languages)) if option.iso else (named,)
        starts = [start for name in names for start in name.starts]
        texts += starts
        owners += [place] * len(starts)
    for text, score in _scores(texts, wanted.joined):
        best[owners[text]] = max(score, best[owners[text]])
    top = max(best, default=0.0)
    ranked = sorted((-score, place) for place, score in enumerate(best) if score and score >= top - NEARLY)
    return [options[place] for _, place in ranked[:MOST_ALIKE]]


def _scores(texts: Sequence[str], joined: str) -> list[tuple[int, float]]:
    """The places of those that are alike, and how much (0-100)."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - 3.5 MB, for those who misspell

    most = len(joined) + 1  # what is typed may be the beginning of a longer name
    cut = [text[:most] for text in texts]
    least = ALIKE.get(len(joined), _ALIKE)
    found = process.extract(joined, cut, scorer=fuzz.ratio, score_cutoff=least, limit=None)
    return [(place, score) for _, score, place in found]


def _on_the_other_keyboard(
    options: Sequence[Option], wanted: Wanted, languages: Sequence[str]
) -> list[Option]:
    """What was typed with the other of the two keyboards switched on: "ntktuhfv" is "телеграм"."""
    for keyboard in _KEYBOARDS:
        other = Wanted.of(wanted.raw.translate(keyboard))
        if other.raw == wanted.raw or len(other.joined) <= SHORT:
            continue
        if found := _fitting(options, other, languages, worst=_WORD):
            return found
    return []


@lru_cache(maxsize=512)
def _country(iso: str, languages: Sequence[str]) -> tuple[Name, ...]:
    names = (catalog.beginnings(words) for words in countries.names_of(iso.upper(), languages))
    return tuple(Name(starts[0], starts, "") for starts in names)
