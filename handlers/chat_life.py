"""Chats that close, open again or become others: what waits for them waits on, goes home, or moves along."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from handlers import waiting_codes
from orders import shares as lending
from orders.desk import Desk
from storage import chat_ids, outbox, people, shares
from storage.chat_ids import Moved
from storage.outbox import Kind, Letter, Priority


class Closed(StrEnum):
    """Why nothing can be sent to a chat. What ends shares names the text for their owners."""

    REMOVED = "bot-removed"
    GONE = "group-gone"
    MUTED = "muted"  # the bot is in the group, but must not write there
    BLOCKED = "blocked"  # a private chat: by the person, or never begun


ENDS_SHARES = frozenset({Closed.REMOVED, Closed.GONE})

WORDS = {
    "was kicked": Closed.REMOVED,
    "is not a member": Closed.REMOVED,
    "chat not found": Closed.GONE,
    "chat was deleted": Closed.GONE,
    "not enough rights to send text": Closed.MUTED,
    "CHAT_WRITE_FORBIDDEN": Closed.MUTED,
    "have no rights to send": Closed.MUTED,
}
"""What Telegram says of it."""


def why_closed(chat_id: int, refusal: str, *, forbidden: bool) -> Closed | None:
    """What a refusal of Telegram tells of the chat; None: nothing, it was about the message.

    `forbidden`: a 403, which is always about the chat.
    """
    found = next((closed for words, closed in WORDS.items() if words in refusal), None)
    if found is None and not forbidden:
        return None
    return Closed.BLOCKED if chat_id > 0 else found or Closed.MUTED


async def close(connection: AsyncConnection, desk: Desk, chat_id: int, why: Closed) -> None:
    """Nothing can be sent there any more: its letters wait until `reopen`.

    Where the bot is not in the group any more, what is lent there ends, and its owners are told. Open orders
    of a group go on in the private chats of those who ordered, who are told. Ring the outbox's bell then.
    """
    await waiting_codes.tell_groups(connection, chat_id, desk.now_ms())
    await outbox.park(connection, chat_id, why)
    await people.close_chat(connection, chat_id, why)
    if why in ENDS_SHARES:
        for share in await shares.in_chat(connection, chat_id):
            await lending.end(connection, desk, share, why)
    await _welcome(connection, desk, await chat_ids.take_home(connection, chat_id))


async def reopen(connection: AsyncConnection, desk: Desk, chat_id: int, kind: str, title: str) -> bool:
    """Somebody uses the chat (again). Whether letters had waited for that: ring the outbox's bell.

    A private chat takes home what waited for it in groups that closed before.
    """
    await people.meet_chat(connection, chat_id, kind, title)
    waited = await outbox.unpark(connection, chat_id, desk.now_ms())
    moved = await chat_ids.fetch_home(connection, chat_id) if kind == "private" else []
    await _welcome(connection, desk, moved)
    return bool(waited or moved)


async def move(connection: AsyncConnection, desk: Desk, old: int, new: int) -> None:
    """A group became a supergroup: everything of it is there now, and open orders get new cards."""
    for order_id, user_id in await chat_ids.migrate(connection, old, new, desk.now()):
        card = Letter(kind=Kind.CARD, priority=Priority.REST, user_id=user_id, chat_id=new, order_id=order_id)
        await outbox.put(connection, card, desk.now_ms())


async def lose_topic(connection: AsyncConnection, desk: Desk, chat_id: int, thread_id: int) -> None:
    """A topic was deleted: what would go there goes to the group itself. Ring the outbox's bell then.

    Where it was for a share's cards, its owner is told.
    """
    await chat_ids.lose_topic(connection, chat_id, thread_id)
    for share in await shares.in_chat(connection, chat_id):
        if share.thread_id == thread_id:
            await lending.lose_topic(connection, desk, share)


async def _welcome(connection: AsyncConnection, desk: Desk, moved: Iterable[Moved]) -> None:
    """Say why orders are here now, and show their cards."""
    told: set[tuple[int, int]] = set()
    for order in moved:
        group = await people.get_chat(connection, order.group_id)
        is_muted = group is not None and group.closed == Closed.MUTED
        text = "notice-group-muted" if is_muted else "notice-group-closed"
        home = Letter(
            kind=Kind.NOTICE,
            priority=Priority.CODE,
            user_id=order.user_id,
            chat_id=order.user_id,
            args={"text": text, "title": group.title if group else ""},
        )
        if (order.group_id, order.user_id) not in told:
            told.add((order.group_id, order.user_id))
            await outbox.put(connection, home, desk.now_ms())
        card = replace(home, kind=Kind.CARD, priority=Priority.OUTCOME, order_id=order.order_id, args={})
        await outbox.put(connection, card, desk.now_ms())
