"""Statements that are built once: to put one together costs more than to run it.

For what runs at every press, look and letter.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    Insert,
    RowMapping,
    Select,
    Table,
    Update,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

Row = TypeVar("Row")


async def find(connection: AsyncConnection, table: Table, **equal: Any) -> RowMapping | None:
    """The first row with these values."""
    found: RowMapping | None = (
        (await connection.execute(_select(table, tuple(equal)), equal)).mappings().first()
    )
    return found


async def find_as(connection: AsyncConnection, row: type[Row], table: Table, **equal: Any) -> Row | None:
    """The same as its class, whose fields are named as the columns."""
    found = await find(connection, table, **equal)
    return None if found is None else row(**found)


async def put(connection: AsyncConnection, table: Table, values: Mapping[str, Any]) -> None:
    """A new row."""
    await connection.execute(_insert(table), dict(values))


async def change(connection: AsyncConnection, table: Table, row_id: Any, values: Mapping[str, Any]) -> bool:
    """Set these columns of the row with that id. False: there is none."""
    changed = await connection.execute(_update(table), {**values, "row_id": row_id})
    return changed.rowcount > 0


async def upsert(
    connection: AsyncConnection, table: Table, values: Mapping[str, Any], *, key: list[str], change: list[str]
) -> None:
    """Insert a row, or change these columns of the row with that key."""
    statement = _upsert(connection.dialect.name, table, tuple(key), tuple(change))
    await connection.execute(statement, dict(values))


def fields(table: Table, row: object) -> dict[str, Any]:
    """What a class whose fields are named as the columns holds for them."""
    return {name: getattr(row, name) for name in _names(table)}


@cache
def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.key for column in table.c)


@cache
def _select(table: Table, columns: tuple[str, ...]) -> Select[Any]:
    return select(table).where(*(table.c[name] == bindparam(name) for name in columns))


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


@cache
def _update(table: Table) -> Update:
    return update(table).where(table.c.id == bindparam("row_id"))


@cache
def _upsert(dialect: str, table: Table, key: tuple[str, ...], change: tuple[str, ...]) -> Any:
    if dialect == "sqlite":
        statement: Any = sqlite_insert(table)
    else:
        from sqlalchemy.dialects.postgresql import insert as postgres_insert  # noqa: PLC0415 - 2 MB for PostgreSQL alone

        statement = postgres_insert(table)
    if not change:
        return statement.on_conflict_do_nothing(index_elements=key)
    excluded = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=key, set_={column: excluded[column] for column in change}
    )
