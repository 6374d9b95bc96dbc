"""docs/groups.md says what the rules say."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from handlers.views.share_csv import COLUMNS
from orders.access import RIGHTS, Right
from orders.limits import Span
from orders.shares import FIRST_CAPS
from storage.share_log import Event
from storage.shares import Role

DOCUMENT = (Path(__file__).parents[1] / "docs/groups.md").read_text(encoding="utf-8")

WORDS: Mapping[Right, str] = {
    Right.SEE: "see limits and what is left of them",
    Right.ACT: "act on one's own orders: cancel and the like",
    Right.ORDER: "order",
    Right.TIGHTEN: "lower limits",
    Right.LOG: "read the log",
    Right.ACT_ALL: "act on everybody's orders",
    Right.END: "end the share",
    Right.RULE: "set everything else: limits at will, who orders, who sees codes, roles",
}

CAPS: Mapping[Span, str] = {
    Span.ORDER: "an order",
    Span.PERSON: "a person and day",
    Span.DAY: "the group and day",
    Span.MONTH: "the group and month",
}


def table(first_column: str) -> list[list[str]]:
    """The rows of the table whose first column is called so."""
    found = re.search(
        rf"^\| ?{re.escape(first_column)} ?\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", DOCUMENT, re.MULTILINE
    )
    assert found is not None, first_column
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in found[1].splitlines()]


@pytest.mark.parametrize("right", Right)
def test_the_table_of_roles_is_that_of_the_rules(right: Right) -> None:
    rows = {row[0]: row[1:] for row in table(" ")[:8]}
    roles = (Role.OWNER, Role.MANAGER, Role.BUYER, Role.VIEWER)
    assert rows[WORDS[right]] == ["✓" if right in RIGHTS[role] else "" for role in roles]
    assert len(rows) == len(Right)


def test_the_limits_that_a_share_begins_with() -> None:
    assert table("Limit") == [[CAPS[span], f"${FIRST_CAPS[span]}"] for span in Span]


def test_all_columns_and_events_of_the_file() -> None:
    assert [row[0].strip("`") for row in table("Column")] == list(COLUMNS)
    named = [name for row in table("Event") for name in re.findall(r"`([a-z-]+)`", row[0])]
    assert sorted(named) == sorted(event.value for event in Event)
