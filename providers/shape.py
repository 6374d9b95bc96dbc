"""Reading values out of a stranger's JSON. `need_*` raise BadShape, `get_*` give None."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

TEXT_CAP = 4000
"""Longest text kept from a site; a longer SMS is cut."""

_MONEY = re.compile(r"-?(\d{1,12}|\d{1,3}(,\d{3}){1,3}(?=\.))(\.\d{1,40})?", re.ASCII)
_DECIMALS = 12
"""Of a dollar. What stands behind them is the noise of a site's floating point: 0.30000000000000004."""

_SPACED = re.compile(r"[\s().-]+")


class BadShape(ValueError):
    """The JSON lacks what the site's document promises. Adapters turn it into NoAnswer."""


def parse_json(body: bytes) -> Any:
    """The JSON in a body, fractions as Decimal. Raises BadShape, also for NaN and the like."""
    try:
        return json.loads(body, parse_float=_number, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:  # ValueError: also no UTF-8, or a number of 5,000 digits
        raise BadShape("no JSON") from error


def need_map(value: Any) -> Mapping[str, Any]:
    """This value as an object."""
    if not isinstance(value, dict):
        raise BadShape("an object was expected")
    return value


def need_list(value: Any) -> list[Any]:
    """This value as a list."""
    if not isinstance(value, list):
        raise BadShape("a list was expected")
    return value


def each_map(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects in a list; anything else in it is passed over, so that one odd entry spoils no catalog."""
    return (entry for entry in need_list(value) if isinstance(entry, dict))


def get_text(data: Mapping[str, Any], key: str) -> str | None:
    """A non-empty text, or a whole number as text; None for everything else."""
    value = data.get(key)
    if isinstance(value, bool):
        return None
    if isinstance(value, Decimal):
        value = get_int(data, key)
    if isinstance(value, int):
        return str(value)
    return _clean(value)[:TEXT_CAP] or None if isinstance(value, str) else None


def get_exact(data: Mapping[str, Any], key: str) -> str | None:
    """As `get_text`, but with spaces at its ends: a name that the site wants back letter by letter."""
    value = data.get(key)
    text = get_text(data, key)
    return value if text is not None and isinstance(value, str) and value.strip() == text else text


def need_text(data: Mapping[str, Any], key: str) -> str:
    """A non-empty text or whole number as text."""
    text = get_text(data, key)
    if text is None:
        raise BadShape(f"no {key}")
    return text


def get_int(data: Mapping[str, Any], key: str) -> int | None:
    """A whole number, also one written as a text, or with a fraction of nothing: 900.0."""
    value = data.get(key)
    if isinstance(value, bool):
        return None
    if isinstance(value, Decimal):
        value = whole if (whole := _whole(value)) == value else None
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}", value.strip()):
        return int(value.strip())  # int() itself strips less
    return value if isinstance(value, int) and abs(value) < 10**15 else None


def get_money(data: Mapping[str, Any], key: str) -> Decimal | None:
    """USD, from a number or a text: sites send both, the text also as "1,234.50"."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    text = (
        value.strip()
        if isinstance(value, str)
        else f"{value:f}"
        if isinstance(value, Decimal)
        else str(value)
    )
    if not _MONEY.fullmatch(text):
        return None
    money = Decimal(text.replace(",", ""))
    if len(text.partition(".")[2]) <= _DECIMALS:
        return money
    plain = f"{money:.{_DECIMALS}f}".rstrip("0")
    return Decimal(plain.removesuffix("."))


def need_money(data: Mapping[str, Any], key: str) -> Decimal:
    """USD, from a number or a text."""
    money = get_money(data, key)
    if money is None:
        raise BadShape(f"no {key}")
    return money


def get_stamp(data: Mapping[str, Any], key: str) -> int | None:
    """Epoch seconds from an ISO 8601 text (without a zone: UTC) or from a number of seconds."""
    value = data.get(key)
    if isinstance(value, str) and not value.strip().isdigit():
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return int(moment.timestamp()) if 1970 < moment.year < 2200 else None
    number = _whole(value) if isinstance(value, Decimal) else get_int(data, key)
    return number if number is not None and 0 < number < 7_258_118_400 else None  # up to the year 2200


def get_phone(data: Mapping[str, Any], key: str, *, us: bool = False) -> str | None:
    """A phone number as E.164 with +. `us`: ten digits, or eleven beginning with 1, are a US number."""
    text = get_text(data, key)
    if text is None:
        return None
    digits = _SPACED.sub("", text).removeprefix("+")
    if not re.fullmatch(r"[0-9]{5,15}", digits):
        return None
    return f"+1{digits}" if us and len(digits) == 10 else f"+{digits}"


def _clean(text: str) -> str:
    """JSON can carry half surrogate pairs and NUL, which no database and no message takes."""
    return text.encode("utf-8", "replace").decode().replace("\0", "").strip()


def _whole(value: Decimal) -> int | None:
    """Without its fraction. Not for what is beyond all range: that would be a number of a million digits."""
    return int(value) if value.is_finite() and abs(value) < 10**15 else None


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:  # an exponent beyond even Decimal's
        raise BadShape("number out of any range") from error
    if abs(number.adjusted()) > 30:
        raise BadShape("number out of any sensible range")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise BadShape(f"{name} is no JSON")
