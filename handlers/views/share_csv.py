"""The log of a group's shares as a file for spreadsheets: RFC 4180, in UTF-8 that Excel takes for such."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from handlers.texts import clean_name
from orders.access import Seat
from storage.share_log import Event, Line, Written

COLUMNS = (
    "time",
    "event",
    "person",
    "person id",
    "account",
    "site",
    "what",
    "amount USD",
    "details",
)

MARK = b"\xef\xbb\xbf"
"""Without it Excel reads UTF-8 as something else."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula: names are strangers' words."""

_INSIDE = re.compile(rf"([;|][\s\"']*)(?=[{re.escape(''.join(FORMULA))}])")
"""The same where a cell would begin for programs that divide by something else: Excel does so by country."""

LONGEST = 300
"""Characters of a cell."""


def header() -> bytes:
    """How the file begins."""
    return MARK + _written([COLUMNS])


def rows(lines: Iterable[Line], seats: Mapping[str, Seat]) -> bytes:
    """The file's part for these lines. `seats`: of their shares, by id."""
    return _written([_row(line.written, line.ordered, seats[line.written.share_id]) for line in lines])


def harmless(text: str) -> str:
    """A stranger's words as a cell that no spreadsheet computes: an apostrophe says that they are words."""
    text = _INSIDE.sub(r"\1'", clean_name(text, LONGEST))
    return f"'{text}" if text.startswith(FORMULA) else text


def _row(line: Written, ordered: Written | None, seat: Seat) -> Sequence[str]:
    told = line if line.event is Event.ORDERED or ordered is None else ordered
    return (
        datetime.fromtimestamp(line.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        line.event.value,
        harmless(line.name),
        "" if line.user_id is None else str(line.user_id),
        harmless(seat.account.name),
        seat.account.site,
        harmless(_what(told)),
        "" if line.amount is None else _money(line.amount),
        harmless(_details(line)),
    )


def _what(ordered: Written) -> str:
    """What was ordered, with the act, if it was one. Empty for what happened to the share."""
    if ordered.event is not Event.ORDERED:
        return ""
    act, what = str(ordered.args.get("act") or ""), str(ordered.args.get("what") or "")
    return ": ".join(part for part in (act, what) if part)


def _details(line: Written) -> str:
    """All else that the log says, as words and values."""
    known = {} if line.event is Event.ORDERED else dict(line.args)
    if line.purchase_id is not None:
        known = {"purchase": line.purchase_id, **known}
    return "; ".join(f"{word}={value}" for word, value in known.items())


def _money(amount: Decimal) -> str:
    """With cents, and with more where a site counts so fine."""
    cents = amount.quantize(Decimal("0.01"))
    return str(cents if cents == amount else f"{amount.normalize():f}")


def _written(table: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(table)
    return text.getvalue().encode()
