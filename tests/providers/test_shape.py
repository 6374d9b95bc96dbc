"""Strange values become sensible ones, or None, and never an exception of their own."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.shape import (
    TEXT_CAP,
    BadShape,
    each_map,
    get_exact,
    get_int,
    get_money,
    get_phone,
    get_stamp,
    get_text,
    need_money,
    need_text,
    parse_json,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(value=JSON)
def test_no_value_raises_anything_and_every_text_can_be_stored(value: object) -> None:
    data = {"x": value}

    for get in (get_text, get_int, get_money, get_stamp, get_phone):
        get(data, "x")
    (get_text(data, "x") or "").encode()


def test_half_surrogates_and_nul_are_taken_out_of_texts() -> None:
    data = parse_json(rb'{"sms": " code \ud800 1\u0000 "}')

    assert get_text(data, "sms") == "code ? 1"


def test_texts_are_cut_and_empty_ones_are_none() -> None:
    assert get_text({"x": "y" * 9000}, "x") == "y" * TEXT_CAP
    assert get_text({"x": "  "}, "x") is None
    assert get_text({"x": True}, "x") is None
    assert get_text({"x": 7}, "x") == get_text({"x": Decimal("7.0")}, "x") == "7"
    assert get_text({"x": Decimal("7.5")}, "x") is None


@pytest.mark.parametrize(
    ("value", "exact"),
    [(" A b ", " A b "), ("A", "A"), (7, "7"), ("  ", None), (None, None), (" a\0 ", "a"), ("\ud800 ", "?")],
)
def test_a_name_that_is_sent_back_keeps_its_spaces_unless_nothing_could_store_it(
    value: object, exact: str | None
) -> None:
    assert get_exact({"x": value}, "x") == exact


@pytest.mark.parametrize(
    ("value", "money"),
    [
        ("98.54", "98.54"), (Decimal("0.5"), "0.5"), (3, "3"), (" 1.00 ", "1.00"), (Decimal("1E+2"), "100"),
        ("1,234.56", "1234.56"), (Decimal("0.30000000000000004"), "0.3"), ("24.120000000000001", "24.12"),
        (Decimal("100.00000000000000004"), "100"), ("0.000001", "0.000001"), ("1,5", None), ("1.", None),
        ("NaN", None), ("1e9", None), ("", None), (True, None), (10**12, None), (None, None), (["1"], None),
    ],
)  # fmt: skip
def test_money_is_exact_or_nothing(value: object, money: str | None) -> None:
    assert get_money({"x": value}, "x") == (None if money is None else Decimal(money))


def test_what_a_computer_adds_to_a_sum_of_cents_is_no_money_and_never_shown() -> None:
    assert str(get_money(parse_json(b'{"balance": 24.120000000000001}'), "balance")) == "24.12"
    assert str(get_money(parse_json(b'{"balance": 100.00000000000000004}'), "balance")) == "100"
    assert str(get_money(parse_json(b'{"balance": 0.10}'), "balance")) == "0.10", "as the site wrote it"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (900, 900), ("900", 900), (Decimal("900.0"), 900), (Decimal("1.5"), None), ("900.0", None),
        (Decimal("1E+16"), None), (True, None), ("\u00b2", None), (None, None),
    ],
)  # fmt: skip
def test_whole_numbers_are_whole_however_they_are_written(value: object, number: int | None) -> None:
    assert get_int({"x": value}, "x") == number


@pytest.mark.parametrize(
    ("value", "stamp"),
    [
        ("2026-03-26T15:00:00Z", 1774537200), ("2026-03-26T15:00:00.000Z", 1774537200),
        ("1774537200", 1774537200), (Decimal("1774537200.25"), 1774537200), (Decimal("1E+20"), None),
        ("2026-03-26T15:00:00", 1774537200), (1774537200, 1774537200), ("soon", None), ("9999-12-31", None),
        (-1, None), (10**30, None), (None, None), ("\u00b2", None),
    ],
)  # fmt: skip
def test_stamps_are_epoch_seconds(value: object, stamp: int | None) -> None:
    assert get_stamp({"x": value}, "x") == stamp


@pytest.mark.parametrize(
    ("value", "us", "phone"),
    [
        ("+12025550111", True, "+12025550111"), ("2025550111", True, "+12025550111"),
        ("2025550111", False, "+2025550111"), ("+1 (202) 555-0111", False, "+12025550111"),
        ("12025550111", True, "+12025550111"), ("n/a", True, None), ("1" * 40, False, None),
        (None, True, None),
    ],
)  # fmt: skip
def test_phones_are_e164(value: object, us: bool, phone: str | None) -> None:
    assert get_phone({"x": value}, "x", us=us) == phone


@pytest.mark.parametrize("need", [need_text, need_money])
def test_what_is_needed_and_missing_is_a_bad_shape(need: object) -> None:
    assert callable(need)
    with pytest.raises(BadShape):
        need({}, "x")


def test_odd_entries_of_a_list_are_passed_over_but_no_list_is_a_bad_shape() -> None:
    assert list(each_map([1, {"a": 1}, None, []])) == [{"a": 1}]
    with pytest.raises(BadShape):
        each_map({"a": 1})


@pytest.mark.parametrize(
    "body", [b"NaN", b"1e999", b"1e99999999999999999999", b"9" * 5000, b"[" * 10**5, b"\xe4", b""]
)
def test_what_only_python_takes_for_json_is_none(body: bytes) -> None:
    with pytest.raises(BadShape):
        parse_json(body)
