"""Questions that wait for a typed answer: at most one for each person in each chat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import prepared
from storage.prepared import upsert
from storage.tables import prompts
from storage.walk import EVERYTHING

ASKED = "asked"
"""Which of a prompt's args tells it from those that are asked after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The question. `sealed` holds what was typed before it, where that is secret.

    `message_id` is 0 as long as Telegram has not told it.
    """

    chat_id: int
    user_id: int
    message_id: int
    purpose: str
    args: Mapping[str, Any]
    sealed: bytes | None
    created_at: int


async def ask(connection: AsyncConnection, prompt: Prompt) -> None:
    """Wait for this answer now, and no longer for an earlier one."""
    values = prepared.fields(prompts, prompt)
    await upsert(
        connection,
        prompts,
        values,
        key=["chat_id", "user_id"],
        change=["message_id", "purpose", "args", "sealed", "created_at"],
    )


async def get(connection: AsyncConnection, chat_id: int, user_id: int) -> Prompt | None:
    """What this person is asked in this chat."""
    return await prepared.find_as(connection, Prompt, prompts, chat_id=chat_id, user_id=user_id)


async def waits(connection: AsyncConnection, prompt: Prompt) -> bool:
    """Whether this very question waits for its answer, and none that was asked after it."""
    found = await get(connection, prompt.chat_id, prompt.user_id)
    return found is not None and found.args.get(ASKED) == prompt.args[ASKED]


async def drop(connection: AsyncConnection, chat_id: int, user_id: int) -> bool:
    """Stop waiting. Whether there was a question."""
    return await prepared.drop(connection, prompts, chat_id=chat_id, user_id=user_id)


async def forget_older(
    connection: AsyncConnection, before: int, among: ColumnElement[bool] = EVERYTHING
) -> None:
    """Stop waiting for answers that nobody will type any more; half a key may be among them."""
    await connection.execute(delete(prompts).where(prompts.c.created_at < before, among))
