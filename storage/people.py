"""Users and chats, by Telegram's ids."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import prepared
from storage.prepared import Prepared, upsert
from storage.tables import chats, users

NAME_LENGTH = 64

KEEP_DAYS = 30
"""Codes and SMS texts are deleted after so many days unless their owner says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who pressed or typed something."""

    id: int
    language: str
    keep_days: int
    cap_order: Decimal | None = None
    """USD, as all caps: the most that one order may cost; None: no cap."""
    cap_day: Decimal | None = None
    cap_month: Decimal | None = None
    created_at: int
    name: str = ""
    """What they are called at Telegram, as far as it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A chat that the bot was in. `closed` says why nothing can be sent there."""

    id: int
    kind: str
    title: str
    closed: str | None


_NAME = Prepared(select(users.c.name).where(users.c.id == bindparam("user_id")))
_LOCK = Prepared(select(users.c.id).where(users.c.id == bindparam("user_id")).with_for_update())


async def get_user(connection: AsyncConnection, user_id: int) -> User | None:
    """The user, if the bot has met them."""
    return await prepared.find_as(connection, User, users, id=user_id)


async def lock_user(connection: AsyncConnection, user_id: int) -> None:
    """Nobody else locks or changes this user until the transaction ends (SQLite locks as a whole)."""
    if connection.dialect.name != "sqlite":
        await _LOCK.value(connection, user_id=user_id)


async def meet_user(connection: AsyncConnection, user_id: int, language: str, now: int) -> User:
    """The user, made with this language at the first meeting."""
    await upsert(
        connection,
        users,
        {"id": user_id, "language": language, "keep_days": KEEP_DAYS, "created_at": now},
        key=["id"],
        change=[],
    )
    user = await get_user(connection, user_id)
    assert user is not None, "just inserted"  # noqa: S101 - tells the type checker
    return user


async def name_of(connection: AsyncConnection, user_id: int) -> str:
    """What somebody is called; empty if that is not known."""
    found: str | None = await _NAME.value(connection, user_id=user_id)
    return found or ""


async def set_name(connection: AsyncConnection, user_id: int, name: str) -> None:
    """What somebody is called now."""
    await prepared.change(connection, users, user_id, {"name": name[:NAME_LENGTH]})


async def set_language(connection: AsyncConnection, user_id: int, language: str) -> None:
    """The language from now on."""
    await prepared.change(connection, users, user_id, {"language": language})


async def set_keep_days(connection: AsyncConnection, user_id: int, days: int) -> None:
    """How long codes and texts are kept from now on."""
    await prepared.change(connection, users, user_id, {"keep_days": days})


async def set_cap(connection: AsyncConnection, user_id: int, span: str, most: Decimal | None) -> None:
    """The most that this person spends an order, day or month from now on."""
    await prepared.change(connection, users, user_id, {f"cap_{span}": most})


async def get_chat(connection: AsyncConnection, chat_id: int) -> Chat | None:
    """The chat, if the bot has met it."""
    return await prepared.find_as(connection, Chat, chats, id=chat_id)


async def meet_chat(connection: AsyncConnection, chat_id: int, kind: str, title: str) -> None:
    """Note a chat that somebody just used: so it is open."""
    await upsert(
        connection,
        chats,
        {"id": chat_id, "kind": kind, "title": title, "closed": None},
        key=["id"],
        change=["kind", "title", "closed"],
    )


async def close_chat(connection: AsyncConnection, chat_id: int, why: str) -> None:
    """Nothing can be sent there until somebody uses it again."""
    await prepared.change(connection, chats, chat_id, {"closed": why})
