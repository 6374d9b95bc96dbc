"""What is done once an hour: forget what nobody needs any more."""

from orders.desk import Desk
from orders.private import SEALED
from storage import accounts, catalogs, drafts, hooks, messages, outbox, prompts, purchases

DAY = 86_400
MENUS_KEPT = 7 * DAY
CATALOGS_KEPT = 30 * DAY
HOOKS_KEPT = DAY
QUESTIONS_KEPT = DAY
LETTERS_KEPT = 3 * DAY


async def run(desk: Desk) -> None:
    """Delete old texts, menus, lists, webhooks, questions, letters, and keys that nothing needs any more."""
    now = desk.now()
    async with desk.db.transaction() as connection:
        await messages.forget_bodies(connection, now)
        await accounts.forget_keys(connection, now)
        await purchases.forget_words(connection, SEALED)
        await prompts.forget_older(connection, now - QUESTIONS_KEPT)
        await drafts.forget_older(connection, now - MENUS_KEPT)
        await catalogs.forget_older(connection, now - CATALOGS_KEPT)
        await hooks.forget_older(connection, now - HOOKS_KEPT)
        await outbox.forget_older(connection, (now - LETTERS_KEPT) * 1000)
