"""Keyboards: rows, columns, labels within Telegram's limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.callbacks import Open, Page
from handlers.keyboard import (
    LABEL_LENGTH,
    Keyboard,
    button,
    columns_for,
    copy_button,
    label,
    link_button,
    page_buttons,
)

MENU = Open(to=Page.MAIN)


def numbered(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def test_a_button_is_pressed_copies_or_opens() -> None:
    pressed = button("Menu", MENU, style="success")
    assert (pressed.text, pressed.callback_data, pressed.style) == ("Menu", MENU.pack(), "success")
    copied = copy_button("Copy", "123456")
    assert copied.copy_text is not None
    assert (copied.copy_text.text, copied.callback_data) == ("123456", None)
    assert link_button("Open", "https://gsim.io").url == "https://gsim.io"


def test_what_is_copied_has_256_characters_at_most() -> None:
    copied = copy_button("Copy", "x" * 300).copy_text
    assert copied is not None
    assert copied.text == "x" * 256


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Menu", "Menu"),
        ("x" * LABEL_LENGTH, "x" * LABEL_LENGTH),
        ("x" * (LABEL_LENGTH + 1), "x" * (LABEL_LENGTH - 1) + "…"),
        ("two\nlines", "two lines"),
        ("\u202eelgoog", "elgoog"),
        ("\u200b", "…"),
        ("", "…"),
    ],
)
def test_labels_are_short_clean_and_never_empty(text: str, shown: str) -> None:
    assert button(text, MENU).text == shown
    assert copy_button(text, "1").text == shown
    assert link_button(text, "https://gsim.io").text == shown


def test_empty_rows_and_missing_buttons_are_left_out() -> None:
    one = button("1", MENU)
    rows = Keyboard().row(one, None).row(None).row().markup().inline_keyboard
    assert rows == [[one]]


def test_a_grid_fills_rows() -> None:
    rows = Keyboard().grid([button(text, MENU) for text in numbered(7)], columns=3).markup().inline_keyboard
    assert [[one.text for one in row] for row in rows] == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


@pytest.mark.parametrize(
    ("labels", "columns"),
    [([], 4), (["212", "310"], 4), (["California", "NY"], 2), (["WhatsApp · $0.50 · 12 left"], 1)],
)
def test_columns_follow_the_longest_label(labels: list[str], columns: int) -> None:
    assert columns_for(labels) == columns


def test_facts_stay_when_a_name_is_too_long() -> None:
    assert label("WhatsApp", "$0.50", "", "12 left") == "WhatsApp · $0.50 · 12 left"
    cut = label("x" * 60, "$0.50", "12 left")
    assert cut == "x" * (LABEL_LENGTH - len("… · $0.50 · 12 left")) + "… · $0.50 · 12 left"
    assert len(cut) == LABEL_LENGTH


@given(st.text(), st.lists(st.text(max_size=12), max_size=2))
def test_a_label_with_few_facts_fits(name: str, facts: list[str]) -> None:
    assert len(label(name, *facts)) <= LABEL_LENGTH


def test_pages_go_round() -> None:
    buttons = page_buttons(Page.HISTORY, 0, 3)
    assert [one.text for one in buttons] == ["‹", "1 / 3", "›"]
    targets = [Open(to=Page.HISTORY, page=page).pack() for page in (2, 0, 1)]
    assert [one.callback_data for one in buttons] == targets
    assert page_buttons(Page.HISTORY, 0, 1) == []
