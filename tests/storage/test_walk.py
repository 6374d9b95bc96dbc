"""A whole table, a part at a time."""

from dataclasses import replace

import pytest
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import prompts, walk
from storage.db import Database
from storage.prompts import Prompt
from storage.tables import prompts as table

PROMPT = Prompt(chat_id=1, user_id=1, message_id=1, purpose="cap", args={}, sealed=None, created_at=5)


async def fill(db: Database, number: int) -> None:
    """Rows whose keys have two parts."""
    async with db.transaction() as connection:
        for one in range(number):
            await prompts.ask(connection, replace(PROMPT, chat_id=-(10**12) - one // 3, user_id=one % 3))


@pytest.mark.parametrize("number", [0, 1, 4, 5, 12])
async def test_every_row_has_its_turn_once(
    db: Database, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(walk, "AT_ONCE", 4)
    await fill(db, number)
    parts: list[list[tuple[int, int]]] = []

    async def look(connection: AsyncConnection, among: ColumnElement[bool]) -> None:
        query = select(table.c.chat_id, table.c.user_id).where(among)
        parts.append([(chat_id, user_id) for chat_id, user_id in (await connection.execute(query)).all()])

    await walk.through(db, table, look)
    seen = [row for part in parts for row in part]
    assert len(seen) == len(set(seen)) == number
    assert all(1 <= len(part) <= 4 for part in parts)


async def test_rows_may_go_on_the_way(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "AT_ONCE", 4)
    await fill(db, 10)

    async def clear(connection: AsyncConnection, among: ColumnElement[bool]) -> None:
        await connection.execute(delete(table).where(among))

    await walk.through(db, table, clear)
    async with db.transaction() as connection:
        assert (await connection.execute(select(func.count()).select_from(table))).scalar_one() == 0


async def test_what_is_done_stays_done(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "AT_ONCE", 4)
    await fill(db, 10)
    done = 0

    async def clear(connection: AsyncConnection, among: ColumnElement[bool]) -> None:
        nonlocal done
        await connection.execute(delete(table).where(among))
        done += 1
        if done == 2:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await walk.through(db, table, clear)
    async with db.transaction() as connection:
        assert (await connection.execute(select(func.count()).select_from(table))).scalar_one() == 6
