"""Wishes in the making: what somebody has picked so far in one menu message."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import prepared
from storage.tables import drafts
from storage.walk import EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One choice made. `facts` are what the adapter said of the option."""

    choice: str
    id: str
    name: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A wish for a new order, or for an act with one. `token`: one use of its Buy button, new each time."""

    id: str
    user_id: int
    chat_id: int
    thread_id: int | None
    card_id: int | None
    account_id: str
    line: str
    picks: tuple[Pick, ...]
    asking: str | None
    query: str
    page: int
    low: Decimal | None
    high: Decimal | None
    quoted_at: int | None
    token: str | None
    act: str | None = None
    order_id: str | None = None
    created_at: int
    share_id: str | None = None
    """In a group: the share that lends the account."""

    @property
    def ids(self) -> dict[str, str]:
        """The picks as adapters take them."""
        return ids_of(self.picks)

    def changed(self, **values: Any) -> "Draft":
        """This draft with other values."""
        return replace(self, **values)


def ids_of(picks: Iterable[Pick]) -> dict[str, str]:
    """Picks as adapters take them: several of one choice with commas between their ids."""
    ids: dict[str, str] = {}
    for pick in picks:
        ids[pick.choice] = f"{ids[pick.choice]},{pick.id}" if pick.choice in ids else pick.id
    return ids


def picks_to_json(picks: tuple[Pick, ...]) -> list[list[Any]]:
    """As stored in drafts, purchases and orders."""
    return [[pick.choice, pick.id, pick.name, dict(pick.facts)] for pick in picks]


def picks_from_json(stored: list[list[Any]]) -> tuple[Pick, ...]:
    """Back from the stored form."""
    return tuple(Pick(choice=choice, id=id_, name=name, facts=facts) for choice, id_, name, facts in stored)


async def add(connection: AsyncConnection, draft: Draft) -> None:
    """Store a new draft."""
    await prepared.put(connection, drafts, _values(draft))


async def save(connection: AsyncConnection, draft: Draft) -> bool:
    """Store a changed draft. False: it is not there any more."""
    return await prepared.change(connection, drafts, draft.id, _values(draft))


async def get(connection: AsyncConnection, draft_id: str) -> Draft | None:
    """The draft, if it is still there."""
    return _row(await prepared.find(connection, drafts, id=draft_id))


async def get_by_token(connection: AsyncConnection, token: str) -> Draft | None:
    """The draft whose Buy button this is."""
    return _row(await prepared.find(connection, drafts, token=token))


async def drop(connection: AsyncConnection, draft_id: str) -> None:
    """Forget a draft."""
    await prepared.drop(connection, drafts, id=draft_id)


async def forget_older(
    connection: AsyncConnection, before: int, among: ColumnElement[bool] = EVERYTHING
) -> None:
    """Forget menus nobody will press again."""
    await connection.execute(delete(drafts).where(drafts.c.created_at < before, among))


def _row(found: dict[str, Any] | None) -> Draft | None:
    return None if found is None else Draft(**found | {"picks": picks_from_json(found["picks"])})


def _values(draft: Draft) -> dict[str, Any]:
    values = prepared.fields(drafts, draft)
    return {**values, "picks": picks_to_json(draft.picks)}
