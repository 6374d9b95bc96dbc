"""Names as people read them, whatever the site calls a thing."""

import re

from handlers.texts import Texts, clean_name
from providers import catalog, countries
from storage.drafts import Pick

_WORD = re.compile(r"[A-Za-z]{2,12}")

FLAG_BASE = 0x1F1E6 - ord("A")


def country(t: Texts, name: str, iso: str | None = None) -> str:
    """Flag and name in the reader's language. What a site adds to a country's name ("virtual") is kept."""
    named = countries.iso_of(name)
    iso = (iso or named or "").upper()
    if named == iso and (local := countries.name_of(iso, t.language)):
        name = local
    return f"{_flag(iso)} {name}" if _flag(iso) else name


def picked(t: Texts, pick: Pick) -> str:
    """What was picked, in a site's own words, but for countries."""
    name = clean_name(pick.name)
    return country(t, name) if pick.choice == "country" else worded(t, pick.id, name)


def worded(t: Texts, option_id: str, name: str) -> str:
    """An option that is a word of ours ("on", "toll-free") in the reader's language; else its name."""
    key = f"option-{option_id}"
    return t.plain(key) if _WORD.fullmatch(option_id) and t.has(key) else name


def service(name: str) -> str:
    """The one name of a service, the same for orders at every site."""
    return clean_name(catalog.shown(clean_name(name)))


def _flag(iso: str) -> str:
    if not (len(iso) == 2 and iso.isascii() and iso.isalpha()):
        return ""
    return "".join(chr(FLAG_BASE + ord(letter)) for letter in iso)
