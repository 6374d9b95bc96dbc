"""What is done once an hour: forget what nobody needs any more."""

from collections.abc import Awaitable, Callable

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.desk import Desk
from orders.private import SEALED
from storage import (
    accounts,
    catalogs,
    drafts,
    hooks,
    messages,
    outbox,
    prompts,
    purchases,
    shares,
    tables,
    walk,
)

DAY = 86_400
MENUS_KEPT = 7 * DAY
CATALOGS_KEPT = 30 * DAY
HOOKS_KEPT = DAY
QUESTIONS_KEPT = DAY
LETTERS_KEPT = 3 * DAY
WARNINGS_KEPT = 40 * DAY
"""Of limits that were nearly used up: longer than any month."""


async def run(desk: Desk) -> None:
    """Delete old texts, menus, lists, webhooks, questions, letters, and keys that nothing needs any more.

    Each kind for itself and a part at a time: no code waits for it, and what fails keeps nothing else.
    """
    now = desk.now()
    async with desk.db.transaction() as connection:
        await accounts.forget_keys(connection, now)
    for table, forget, limit in (
        (tables.messages, messages.forget_bodies, now),
        (tables.purchases, purchases.forget_words, SEALED),
        (tables.prompts, prompts.forget_older, now - QUESTIONS_KEPT),
        (tables.drafts, drafts.forget_older, now - MENUS_KEPT),
        (tables.catalogs, catalogs.forget_older, now - CATALOGS_KEPT),
        (tables.hooks, hooks.forget_older, now - HOOKS_KEPT),
        (tables.outbox, outbox.forget_older, (now - LETTERS_KEPT) * 1000),
        (tables.share_warnings, shares.forget_older_warnings, now - WARNINGS_KEPT),
    ):
        await walk.through(desk.db, table, _part(forget, limit))


def _part(forget: Callable[..., Awaitable[object]], limit: int | str) -> walk.Part:
    async def part(connection: AsyncConnection, among: ColumnElement[bool]) -> None:
        await forget(connection, limit, among)

    return part
