"""How many SMS a second are searched for their code on one core, and how many are read right."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.figures import Figure
from orders.codes import find_code

FOLDER = Path(__file__).parents[1] / "tests" / "orders"
OWN = FOLDER / "code_messages.jsonl"
HELD_OUT = FOLDER / "code_messages_held_out.jsonl"
SHARED = Path(__file__).parents[2] / "shared" / "otp-messages.jsonl"
"""Laid beside the checkout where others judge it; left out where it is not there."""

SECONDS = 5.0
ROUNDS = 5


class _Labelled(NamedTuple):
    text: str
    code: str | None


async def measure(*, small: bool) -> list[Figure]:
    """Every set in turn, again and again; the best round counts, since others use the machine, too."""
    figures = []
    for name, path in (("own messages", OWN), ("held-out messages", HELD_OUT), ("shared messages", SHARED)):
        if path.exists():
            figures += _of(name, _read(path), SECONDS / 10 if small else SECONDS)
    return figures


def _read(path: Path) -> list[_Labelled]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [_Labelled(row["text"], row["code"]) for row in rows]


def _of(name: str, messages: Sequence[_Labelled], seconds: float) -> list[Figure]:
    found = [find_code(message.text) for message in messages]
    right = sum(code == message.code for code, message in zip(found, messages, strict=True))
    codeless = [code for code, message in zip(found, messages, strict=True) if message.code is None]
    false = sum(code is not None for code in codeless)
    speed = max(_per_second(messages, seconds / ROUNDS) for _ in range(ROUNDS))
    length = sum(len(message.text) for message in messages) / len(messages)
    return [
        Figure(name=f"{name}: right", value=100 * right / len(messages), unit="%", goal=">= 95 %"),
        Figure(name=f"{name}: false codes", value=100 * false / len(codeless), unit="%", goal="<= 5 %"),
        Figure(name=f"{name}: searched in a second", value=speed, unit="", goal=">= 50,000"),
        Figure(name=f"{name}: length", value=length, unit="ch"),
    ]


def _per_second(messages: Sequence[_Labelled], seconds: float) -> float:
    """Of one core: its own time, not the clock's."""
    texts = [message.text for message in messages]
    begun = time.process_time()
    rounds = 0
    while (spent := time.process_time() - begun) < seconds:
        for text in texts:
            find_code(text)
        rounds += 1
    return rounds * len(texts) / spent
