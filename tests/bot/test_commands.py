"""The commands: what is offered, what is answered and what the documents list are the same."""

import re
from pathlib import Path

from bot import commands

ROOT = Path(__file__).parents[2]
HIDDEN = {"start"}
"""Answered and documented, but not offered: every client has its own button for it."""


def documented() -> dict[str, tuple[bool, bool]]:
    """Each command of docs/commands.md: whether it is for private chats, for groups."""
    row = re.compile(r"^\| `/(\w+)` \| (✓?) ?\| (✓?) ?\|", re.MULTILINE)
    found = row.findall((ROOT / "docs" / "commands.md").read_text(encoding="utf-8"))
    return {name: (bool(private), bool(group)) for name, private, group in found}


def test_every_command_is_documented_where_it_is_offered() -> None:
    offered = {
        name: (name in commands.PRIVATE, name in commands.GROUP)
        for name in (*commands.PRIVATE, *commands.GROUP)
    }
    listed = documented()
    assert {name: scopes for name, scopes in listed.items() if name not in HIDDEN} == offered
    assert listed.keys() >= HIDDEN


def test_every_command_that_is_answered_is_offered() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "handlers").glob("*.py"))
    answered = {name for source in sources for name in re.findall(r'Command\("(\w+)"\)', source)}
    assert answered == {*commands.PRIVATE, *commands.GROUP}
