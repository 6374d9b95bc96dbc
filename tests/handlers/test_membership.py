"""What Telegram says of somebody in a group, and what is made of it where it says nothing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot

from handlers import membership
from handlers.membership import Membership
from orders.access import Standing
from orders.desk import Desk
from orders.errors import NobodyKnows
from storage.db import Database
from storage.vault import Vault
from tests.sandbox.telegram_kit import ANNA, BORIS, BOT, Telegram, running
from tests.tables import with_tables

GROUP = -500
STRANGER = 424242


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    """Anna is an admin of the group, Boris a member."""
    async with running() as telegram:
        people: dict[str, Any] = {"members": [ANNA, BORIS], "admins": [ANNA], "bots": [BOT]}
        await telegram.post("/groups", id=GROUP, title="Family", **people)
        yield telegram


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[Bot]:
    async with telegram.bot() as bot:
        yield bot


@pytest.fixture
async def ask(bot: Bot, tmp_path: Path) -> AsyncIterator[Membership]:
    database = Database(f"sqlite:///{with_tables(tmp_path)}/pinbell.db")
    yield Membership(bot, Desk(database, Vault.from_key_file(tmp_path / "secret.key"), {}))
    await database.close()


async def test_members_and_admins(ask: Membership) -> None:
    assert await ask(GROUP, ANNA) == Standing(in_chat=True, is_admin=True)
    assert await ask(GROUP, BORIS) == Standing(in_chat=True)


@pytest.mark.parametrize(
    ("status", "more", "standing"),
    [
        ("creator", {}, Standing(in_chat=True, is_admin=True)),
        ("administrator", {}, Standing(in_chat=True, is_admin=True)),
        ("member", {}, Standing(in_chat=True)),
        ("restricted", {}, Standing(in_chat=False)),
        ("restricted", {"away": True}, Standing(in_chat=False, has_left=True)),
        ("left", {}, Standing(in_chat=False, has_left=True)),
        ("kicked", {}, Standing(in_chat=False, has_left=True)),
    ],
)
async def test_each_status(
    telegram: Telegram, ask: Membership, status: str, more: dict[str, Any], standing: Standing
) -> None:
    await telegram.post(f"/groups/{GROUP}/members", user_id=BORIS, status=status, **more)
    assert await ask(GROUP, BORIS) == standing


async def test_who_was_never_there(ask: Membership) -> None:
    assert await ask(GROUP, STRANGER) == Standing(in_chat=False, has_left=True)


@pytest.mark.parametrize("status", ["kicked", "left"])
async def test_nobody_knows_where_the_bot_is_not(telegram: Telegram, ask: Membership, status: str) -> None:
    await telegram.post(f"/groups/{GROUP}/members", user_id=BOT, status=status)
    with pytest.raises(NobodyKnows):
        await ask(GROUP, BORIS)


async def test_nobody_knows_of_a_group_that_is_none(ask: Membership) -> None:
    with pytest.raises(NobodyKnows):
        await ask(-987, BORIS)


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("status", {"status": 500, "body": "oops"}),
        (
            "status",
            {"status": 429, "body": '{"ok":false,"error_code":429,"description":"Too Many Requests"}'},
        ),
        ("html", {}),
        ("cut", {}),
        ("reset", {}),
        ("timeout", {"seconds": 30}),
    ],
)
async def test_nobody_knows_while_telegram_is_in_trouble(
    telegram: Telegram, ask: Membership, monkeypatch: pytest.MonkeyPatch, kind: str, spec: dict[str, Any]
) -> None:
    monkeypatch.setattr(membership, "PATIENCE", 1 if kind == "timeout" else 5)
    telegram.faults.add({"target": "telegram", "kind": kind, "path": "*getChatMember", **spec})
    with pytest.raises(NobodyKnows):
        await ask(GROUP, BORIS)
    telegram.faults.close()
    assert await ask(GROUP, BORIS) == Standing(in_chat=True)
