"""Presses that no button offers: a client can send any data at any message that it sees.

The forger knows the program's source, so its words of buttons are read from there; and every id of the
database, which is more than anybody can know.
"""

import itertools
import random
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from aiogram.filters.callback_data import CallbackData

from handlers import callbacks

WORDS = {
    "arg": ("", "on", "here", "all", "admins", "named", "buyer", "order", "person", "day", "month", "cancel"),
    "role": ("", "manager", "buyer", "viewer"),
    "act": ("cancel", "finish", "ban", "refund"),
    "line": ("", "s1"),
    "choice": ("service", "area_code", "carrier"),
    "key": ("transactions", "orders"),
    "span": ("", "order", "person", "day", "month", "all"),
    "site": ("smsgig", "gearsms"),
    "code": ("en", "ru"),
}
"""What stands in the fields that hold no id, by their names."""

BYTES = 64
"""Telegram's limit for callback data."""

IDS = {
    "share": "SELECT id FROM shares",
    "account": "SELECT id FROM accounts",
    "order": "SELECT id FROM orders",
    "purchase": "SELECT id FROM purchases",
    "draft": "SELECT id FROM drafts",
    "token": "SELECT token FROM drafts UNION SELECT token FROM purchases",
}
OF = {"ShareButton": "share", "AccountButton": "account", "WishButton": "draft", "OrderButton": "order"}
"""Whose the field `id` is; the other fields are named so."""

RIGHT, ODD = 0.85, 0.95
"""Parts of the values that fit their field, and that fit or are of another field; the rest is made up."""

KEPT = {
    "shares": "SELECT * FROM shares ORDER BY id",
    "share_caps": "SELECT * FROM share_caps ORDER BY share_id, span",
    "share_members": "SELECT * FROM share_members WHERE role IS NOT NULL ORDER BY share_id, user_id",
    "share_log": "SELECT * FROM share_log WHERE event <> 'asked' ORDER BY id",
    "purchases": "SELECT id, user_id, state, ceiling, charged FROM purchases ORDER BY id",
    "orders": "SELECT id, user_id, chat_id, account_id, share_id, state FROM orders ORDER BY id",
    "accounts": "SELECT id, owner_id, name, credentials, removed_at FROM accounts ORDER BY id",
}
"""What no forged press may change. That a viewer asks to be let in is no forgery."""


def kinds() -> list[type[CallbackData]]:
    """Every kind of button that the bot knows."""
    found = [one for one in vars(callbacks).values() if isinstance(one, type)]
    return [one for one in found if issubclass(one, CallbackData) and one is not CallbackData]


def books(data: Path) -> dict[str, list[Any]]:
    """What must stay as it is, read from the bot's own database."""
    with closing(sqlite3.connect(f"file:{data / 'pinbell.db'}?mode=ro", uri=True)) as connection:
        return {name: connection.execute(query).fetchall() for name, query in KEPT.items()}


def differences(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> list[str]:
    """What is not as it was."""
    return [
        f"{name}: {sign} {row}"
        for name in before
        for sign, rows, others in (("-", before[name], after[name]), ("+", after[name], before[name]))
        for row in rows
        if row not in others
    ]


def ids(data: Path) -> dict[str, list[str]]:
    """Every id that a button could name, by what it is of."""
    with closing(sqlite3.connect(f"file:{data / 'pinbell.db'}?mode=ro", uri=True)) as connection:
        found = {name: connection.execute(query).fetchall() for name, query in IDS.items()}
    return {name: [str(value) for (value,) in rows if value] for name, rows in found.items()}


@dataclass
class Forger:
    """Makes up presses, evenly over all kinds of buttons."""

    ids: Mapping[str, Sequence[str]]
    numbers: Sequence[int]
    """Of people, the forgers among them, and groups."""
    dice: random.Random

    def __post_init__(self) -> None:
        self._kinds = itertools.cycle(kinds())
        self._any = [*itertools.chain(*self.ids.values()), *itertools.chain(*WORDS.values())]

    def data(self) -> str:
        """The next press's data."""
        kind = next(self._kinds)
        while True:
            fields = {
                name: self._value(kind.__name__, name, field.annotation)
                for name, field in kind.model_fields.items()
            }
            try:
                packed = kind(**fields).pack()
            except ValueError:  # too long, or a word that no button of this kind has
                continue
            return packed if self.dice.random() < 0.97 else self._broken(packed)

    def _value(self, of: str, name: str, kind: Any) -> Any:
        if kind is bool:
            return self.dice.random() < 0.5
        if kind is int:
            return self.dice.choice((0, 1, 2, -1, 10**20, *self.numbers))
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return self.dice.choice(list(kind))
        chance = self.dice.random()
        name = OF.get(of, name) if name == "id" else name
        fitting = self.ids.get(name) or WORDS.get(name) or self._any
        if chance < ODD:
            return self.dice.choice(fitting if chance < RIGHT else self._any)
        return f"{self.dice.getrandbits(96):x}"[:20]

    def _broken(self, packed: str) -> str:
        """Cut, longer, or with other letters: no button at all."""
        at = self.dice.randrange(1, len(packed) + 1)
        broken = self.dice.choice((packed[:at], packed + ":x", packed[:at] + "☃", packed.upper()))
        return broken.encode()[:BYTES].decode(errors="ignore")
