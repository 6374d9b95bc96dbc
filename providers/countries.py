"""Countries by ISO 3166 code: from whatever a site calls them, to what the reader calls them."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

from providers.catalog import plain

NAMES = Path(__file__).with_name("countries.toml")

_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
"""Two letters in Unicode's list that are a union, a test or nothing."""

_DIALLED = 3
"""Digits of the longest calling code."""


def iso_of(*names: str | None) -> str | None:
    """The ISO code of the first of these names or codes that is a country's and nothing more."""
    isos = _isos()
    return next((isos[found] for name in names if name and (found := _joined(name)) in isos), None)


def name_of(iso: str, language: str) -> str | None:
    """What people who speak this language call it. None: no such country."""
    name = _data()["shown"].get(language, {}).get(iso) or _name(iso, language)
    # "Hong Kong SAR China", "Гонконг (САР)", "Myanmar (Burma)": how nobody calls them
    return None if name is None else name.partition(" (")[0].removesuffix(" SAR China")


def names_of(iso: str, languages: Sequence[str]) -> tuple[str, ...]:
    """All plain names under which people who speak these languages look for it."""
    names = [name for language in languages if (name := _name(iso, language))]
    return tuple(dict.fromkeys(plain(name) for name in (*names, *_data().get(iso, ()))))


def dialled(typed: str) -> dict[str, int]:
    """The countries of a calling code, its beginning or a whole number ("+44", "+79123456789").

    With each one's place among those who share the code. Empty if something else was typed.
    """
    digits = typed.removeprefix("+").translate(str.maketrans("", "", " -()"))
    if not (digits.isascii() and digits.isdecimal()):
        return {}
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as REGIONS  # noqa: PLC0415 - few type digits here

    whole = {int(digits[:length]) for length in range(1, _DIALLED + 1)}
    codes = [code for code in REGIONS if code in whole] or [
        code for code in REGIONS if str(code).startswith(digits)
    ]
    return {iso: place for code in codes for place, iso in enumerate(REGIONS[code])}


@cache
def _isos() -> Mapping[str, str]:
    isos = {}
    for iso in filter(_is_country, _locale("en").territories):
        name = _locale("en").territories[iso]
        for known in (iso, name, name.partition(" (")[0], name_of(iso, "en") or name):
            isos[_joined(known)] = iso
    return isos | {_joined(name): iso for iso, names in _data().items() if _is_country(iso) for name in names}


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(NAMES.read_text(encoding="utf-8"))


def _name(iso: str, language: str) -> str | None:
    name: str | None = _locale(language).territories.get(iso) if _is_country(iso) else None
    return name


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def _joined(name: str) -> str:
    return plain(name).replace(" ", "")
