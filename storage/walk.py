"""Going through a whole table a part at a time, so that nobody waits for long."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import ColumnElement, Table, and_, literal, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db import Database

AT_ONCE = 500
"""Rows of one part, which is a transaction: some milliseconds."""

PATIENCE = 0.05
"""Seconds for which what comes later goes first."""

EVERYTHING = true()
"""The condition for all rows, not a part."""

Part = Callable[[AsyncConnection, ColumnElement[bool]], Awaitable[object]]
"""What is done with the rows of a part, which the condition names."""


async def through(db: Database, table: Table, work: Part) -> None:
    """Do it with all rows that are there when it comes to them, in the order of their keys.

    A part is done or not, whatever becomes of the others.
    """
    columns = list(table.primary_key.columns)
    key = tuple_(*columns)
    begin: ColumnElement[bool] = EVERYTHING
    while True:
        query = select(*columns).where(begin).order_by(*columns).limit(AT_ONCE)
        async with db.transaction(patience=PATIENCE) as connection:
            found = (await connection.execute(query)).all()
            if not found:
                return
            ends = zip(found[-1], columns, strict=True)
            last = tuple_(*(literal(value, column.type) for value, column in ends))
            await work(connection, and_(begin, key <= last))
        if len(found) < AT_ONCE:
            return
        begin = key > last
        await asyncio.sleep(0)  # SQLite answers at once: without it nothing else would run
