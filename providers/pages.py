"""Following the pages of a site's list, whose order and end are seldom promised."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from providers.errors import NotFound, SiteError
from providers.shape import get_stamp, get_text
from providers.site import (
    OrderRef,
    Seen,
)

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list. `last` is the number of the last page, None where the site does not say."""

    entries: Sequence[Entry]
    last: int | None = None


def _never(_: Sequence[Entry]) -> bool:
    return False


async def follow(
    read: Callable[[int], Awaitable[Page]],
    *,
    most: int,
    enough: Callable[[Sequence[Entry]], bool] = _never,
    stamp: str | None = None,
) -> list[Entry]:
    """The entries of up to `most` pages, each once, until the pages end, bring nothing new, or are `enough`.

    With `stamp`, the name of a time, newer pages come first: should the first page run from old to new,
    the others are read from the end.
    """
    page = await read(1)
    rising = stamp is not None and _rises(page.entries, stamp)
    found = _fresh(page.entries, {})
    if not rising and enough(page.entries):
        return list(found.values())
    last = most if page.last is None else page.last
    others = range(last, 1, -1) if rising and page.last is not None else range(2, last + 1)
    for number in others[: most - 1]:
        page = await read(number)
        fresh = _fresh(page.entries, found)
        found |= fresh
        if not fresh or enough(page.entries):
            break
    return list(found.values())


def strike_off(missing: dict[str, OrderRef]) -> Callable[[Sequence[Entry]], bool]:
    """An `enough` that takes what a page shows off the missing ones, and is content when none is left."""

    def enough(entries: Sequence[Entry]) -> bool:
        for entry in entries:
            missing.pop(get_text(entry, "id") or "", None)
        return not missing

    return enough


async def look_singly(
    look: Callable[[OrderRef], Awaitable[Seen]], orders: Iterable[OrderRef], found: list[Seen]
) -> list[Seen]:
    """Add to what a list showed what it did not, one request after the other; unknown orders are left out."""
    for order in orders:
        try:
            found.append(await look(order))
        except NotFound:
            continue
        except SiteError:
            if not found:
                raise
            break  # codes in hand don't wait for the rest, which the next round asks again
    return found


def _fresh(entries: Sequence[Entry], known: Mapping[str, Entry]) -> dict[str, Entry]:
    # an entry without an id is told from others by all that it says
    named = {get_text(entry, "id") or repr(entry): entry for entry in entries}
    return {name: entry for name, entry in named.items() if name not in known}


def _rises(entries: Sequence[Entry], stamp: str) -> bool:
    stamps = [at for entry in entries if (at := get_stamp(entry, stamp)) is not None]
    return len(set(stamps)) > 1 and stamps == sorted(stamps)
