"""Cached lists of options, per account: sites price them for each customer."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import find, upsert
from storage.tables import catalogs
from storage.walk import EVERYTHING


@dataclass(frozen=True, slots=True)
class CatalogKey:
    """Which list: of which account, line and choice, given what is picked before."""

    account_id: str
    line: str
    choice: str
    picks: str

    @classmethod
    def of(cls, account_id: str, line: str, choice: str, needed: Mapping[str, str]) -> "CatalogKey":
        """`needed`: the picks that the options depend on."""
        return cls(account_id, line, choice, json.dumps(dict(sorted(needed.items()))))


@dataclass(frozen=True, slots=True)
class Catalog:
    """The options as plain JSON values, and when they were fetched."""

    options: list[dict[str, Any]]
    fetched_at: int


async def get(connection: AsyncConnection, key: CatalogKey) -> Catalog | None:
    """The cached list, however old."""
    found = await find(connection, catalogs, **asdict(key))
    if found is None:
        return None
    return Catalog(json.loads(zlib.decompress(found["options"])), found["fetched_at"])


async def put(connection: AsyncConnection, key: CatalogKey, catalog: Catalog) -> None:
    """Store a list."""
    packed = zlib.compress(json.dumps(catalog.options, ensure_ascii=False).encode(), level=1)
    await upsert(
        connection,
        catalogs,
        {**asdict(key), "options": packed, "fetched_at": catalog.fetched_at},
        key=["account_id", "line", "choice", "picks"],
        change=["options", "fetched_at"],
    )


async def forget_older(
    connection: AsyncConnection, before: int, among: ColumnElement[bool] = EVERYTHING
) -> None:
    """Drop lists nobody has refreshed since."""
    await connection.execute(delete(catalogs).where(catalogs.c.fetched_at < before, among))
