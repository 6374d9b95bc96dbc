"""One name for one service: whatever a site calls it, and whatever people type.

The names are in `services.toml`, which anybody can extend. It is read when it is first needed.
A service that it lacks goes by its plain name, so that it is the same at two sites all the same.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

SERVICES = Path(__file__).with_name("services.toml")

REMEMBERED = 4096
"""Names whose reading is kept: a site sells up to 3,000 services and shows the same ones all the time."""

LONGEST = 120
MOST_WORDS = 16
"""A site can send names of any length; what is kept of them is bounded."""

_MARKS = {"&": " and ", "+": " plus ", "'": "", "’": "", "`": ""}
_ASCII = str.maketrans(
    {chr(code): " " for code in range(128) if not chr(code).isalnum()}
    | {chr(code): chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
    | _MARKS
)
_SOUNDS = (
    "а=a б=b в=v г=g ґ=g д=d е=e є=e ж=zh з=z и=i і=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=h"
    " ц=ts ч=ch ш=sh щ=sch ъ= ы=y ь= э=e ю=yu я=ya"
)
_OTHER = str.maketrans({pair[0]: pair[2:] for pair in _SOUNDS.split()} | _MARKS)

_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_SLASH = re.compile(r"\s*[/|]\s*")
_ENDING = re.compile(r"\.(?:com|net|org|io|app|co|me|ru)$", re.IGNORECASE)


class Name(NamedTuple):
    """A name as it is compared: plain, without spaces."""

    joined: str
    """Empty if there is neither letter nor digit."""
    starts: tuple[str, ...]
    """The same from each of its words on: "bankofamerica", "ofamerica", "america"."""
    key: str
    """The service."""


class Book(NamedTuple):
    """All that `services.toml` says."""

    keys: Mapping[str, str]
    """The service of each name, joined."""
    shown: Mapping[str, str]
    """The name to show of each service."""


@cache
def book() -> Book:
    """The catalog. Raises ValueError where two services claim one name."""
    services: dict[str, list[str]] = tomllib.loads(SERVICES.read_text(encoding="utf-8"))
    keys: dict[str, str] = {}
    for key, names in services.items():
        for name in (key, *names):
            joined = plain(name).replace(" ", "")
            if not joined or keys.setdefault(joined, key) != key:
                raise ValueError(f"{name!r} of {key} in {SERVICES.name} means {keys.get(joined)} already")
    return Book(keys, {key: names[0] for key, names in services.items()})


def canonical(name: str) -> str:
    """The key of the service that this name means: the same for "Google" and "google / Gmail (new)"."""
    return read(name).key


def shown(name: str) -> str:
    """The one name to show for it. What a site adds in brackets is kept, unless it only says the same."""
    key = canonical(name)
    if any(canonical(inside) != key for inside in _BRACKETS.findall(name)):
        return name
    return book().shown.get(key, name)


def read(name: str) -> Name:
    """This name as it is compared, and which service it is. Only its first 120 characters count."""
    return _read(name[:LONGEST])


def beginnings(words: str) -> tuple[str, ...]:
    """Plain words, joined from each of them on: from the first 16, which is more than any name has."""
    starts = [words.replace(" ", "")]
    for word in words.split(" ")[:-1][: MOST_WORDS - 1]:
        starts.append(starts[-1][len(word) :])
    return tuple(starts)


@lru_cache(maxsize=REMEMBERED)
def _read(name: str) -> Name:
    starts = beginnings(plain(name))
    return Name(starts[0], starts, book().keys.get(starts[0]) or _key(name, starts[0]))


def meant(joined: str) -> dict[str, bool]:
    """The services of which a name is this (True) or begins with it. One letter alone begins too many."""
    keys = book().keys
    exact = keys.get(joined)
    found = {} if exact is None else {exact: True}
    if len(joined) > 1 or (joined and not joined.isascii()):
        for name, key in keys.items():
            if name.startswith(joined):
                found.setdefault(key, False)
    return found


def plain(name: str) -> str:
    """Its words in small letters, without accents and punctuation; Cyrillic is written by its sounds."""
    if name.isascii():
        return " ".join(name.translate(_ASCII).split())
    spread = unicodedata.normalize("NFKD", name.casefold()).translate(_OTHER)
    bare = "".join(letter for letter in spread if unicodedata.category(letter)[0] != "M")
    return " ".join("".join(letter if letter.isalnum() else " " for letter in bare.casefold()).split())


def _key(name: str, joined: str) -> str:
    """The service of a name that the catalog lacks as it stands."""
    bare = _ENDING.sub("", _BRACKETS.sub(" ", name).strip())
    first = _ENDING.sub("", _SLASH.split(bare, maxsplit=1)[0])
    plain_bare = plain(bare).replace(" ", "")
    keys = book().keys
    for reading in (plain_bare, plain(first).replace(" ", "")):
        if reading in keys:
            return keys[reading]
    return plain_bare or joined or name.strip().casefold()
