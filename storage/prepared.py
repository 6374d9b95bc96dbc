"""Statements that are built once: to put one together costs more than to run it.

For what runs at every press, look and letter.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Delete,
    Dialect,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.visitors import iterate

from storage.sqlite import Link, of_sqlalchemy
from storage.together import Connection

Row = TypeVar("Row")

Statement = Select[Any] | CompoundSelect[Any] | Insert | Update | Delete

Values = Mapping[str, Any]
"""By their parameters' or columns' names."""

_MOST_ROUNDED = 2**14
"""Lists up to this length are brought to a power of two, so that a statement has few forms."""


class Prepared:
    """A statement that is put together once. It is run with the values of its parameters, by their names.

    SQLite gets it straight: SQLAlchemy's way to run a statement takes several times as long as SQLite itself.
    On PostgreSQL, and where somebody listens to statements, it goes SQLAlchemy's way. Both raise SQLAlchemy's
    errors, whose texts hold no values.
    """

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._lists = _lists(statement)
        self._forms: dict[tuple[object, ...], _Form | None] = {}

    async def rows(self, connection: AsyncConnection, /, **given: Any) -> list[dict[str, Any]]:
        """All rows, by column."""
        columns, rows, _ = await self._run(connection, given)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    async def row(self, connection: AsyncConnection, /, **given: Any) -> dict[str, Any] | None:
        """The first row, by column."""
        columns, rows, _ = await self._run(connection, given)
        return dict(zip(columns, rows[0], strict=True)) if rows else None

    async def value(self, connection: AsyncConnection, /, **given: Any) -> Any:
        """The first column of the first row, or None."""
        _, rows, _ = await self._run(connection, given)
        return rows[0][0] if rows else None

    async def change(self, connection: AsyncConnection, /, **given: Any) -> int:
        """How many rows it inserted, updated or deleted."""
        return (await self._run(connection, given)).changed

    async def change_each(self, connection: AsyncConnection, all_given: Sequence[Values]) -> None:
        """Run it once for each of these, at least one, which have the same names and no lists."""
        link = _straight(connection)
        form = None if link is None else self._form(connection, all_given[0])
        if link is None or form is None:
            await connection.execute(self._statement, all_given)
        else:
            form.run_each(link, all_given)

    async def _run(self, connection: AsyncConnection, given: dict[str, Any]) -> "_Answer":
        for name in self._lists:
            given[name] = _rounded(given[name])
        link = _straight(connection)
        if link is not None:
            form = self._form(connection, given)
            if form is not None:
                return form.run(link, given)
        result = await connection.execute(self._statement, given)
        if result.returns_rows:
            return _Answer(tuple(result.keys()), result.all(), 0)
        return _Answer((), (), result.rowcount)

    def _form(self, connection: AsyncConnection, given: Values) -> "_Form | None":
        key = tuple(given), *(len(given[name]) for name in self._lists)
        if key not in self._forms:
            self._forms[key] = _Form.of(self._statement, connection.dialect, given)
        return self._forms[key]


class _Answer(NamedTuple):
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    changed: int


_Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement in SQLite's words, for parameters of the same names and lists of the same lengths.

    Its types are asked once how they turn a value into SQLite's, and back.
    """

    words: str
    names: Sequence[str]
    fixed: Values
    lists: Sequence[tuple[str, Sequence[str]]]
    to_sqlite: Sequence[tuple[int, _Process]]
    columns: Sequence[str]
    from_sqlite: Sequence[tuple[int, _Process]]

    @classmethod
    def of(cls, statement: Statement, dialect: Dialect, given: Values) -> "_Form | None":
        """None: columns have defaults that SQLAlchemy computes. Raises what SQLAlchemy raises."""
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(given))
        if compiled.insert_prefetch or compiled.update_prefetch:
            return None
        state = compiled.construct_expanded_state(given)
        lists = state.parameter_expansion
        origin = {part: name for name, parts in lists.items() for part in parts}
        types = [compiled.binds[origin.get(name, name)].type for name in state.positiontup]
        columns = statement.exported_columns
        return cls(
            words=state.statement,
            names=state.positiontup,
            fixed={
                name: state.parameters[name]
                for name in state.positiontup
                if origin.get(name, name) not in given
            },
            lists=[(name, parts) for name, parts in lists.items() if name in given],
            to_sqlite=_processes(one.dialect_impl(dialect).bind_processor(dialect) for one in types),
            columns=[str(name) for name in columns.keys()],  # noqa: SIM118 - no dictionary
            from_sqlite=_processes(
                column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
            ),
        )

    def run(self, link: Link, given: Values) -> _Answer:
        """Raises SQLAlchemy's errors."""
        try:
            cursor = link.execute(self.words, self._values(given))
            rows = cursor.fetchall()  # at once: one left over would keep a lock
        except Exception as error:
            raise of_sqlalchemy(self.words, error) from error
        if self.from_sqlite:
            rows = [self._row(row) for row in rows]
        return _Answer(self.columns, rows, cursor.rowcount)

    def run_each(self, link: Link, all_given: Sequence[Values]) -> None:
        """Raises SQLAlchemy's errors."""
        try:
            link.execute_each(self.words, [self._values(given) for given in all_given])
        except Exception as error:
            raise of_sqlalchemy(self.words, error) from error

    def _values(self, given: Values) -> list[Any]:
        if self.fixed or self.lists:
            given = {**self.fixed, **given}
            for name, parts in self.lists:
                given.update(zip(parts, given[name], strict=True))
        values = [given[name] for name in self.names]
        for place, process in self.to_sqlite:
            values[place] = process(values[place])
        return values

    def _row(self, stored: Sequence[Any]) -> list[Any]:
        row = list(stored)
        for place, process in self.from_sqlite:
            row[place] = process(row[place])
        return row


async def find(connection: AsyncConnection, table: Table, **equal: Any) -> dict[str, Any] | None:
    """The first row with these values."""
    return await _select(table, tuple(equal)).row(connection, **equal)


async def find_for_update(connection: AsyncConnection, table: Table, **equal: Any) -> dict[str, Any] | None:
    """The same, locked until the transaction ends (SQLite locks as a whole)."""
    return await _select(table, tuple(equal), locks=True).row(connection, **equal)


async def find_as(connection: AsyncConnection, row: type[Row], table: Table, **equal: Any) -> Row | None:
    """The first row as its class, whose fields are named as the columns."""
    found = await find(connection, table, **equal)
    return None if found is None else row(**found)


async def put(connection: AsyncConnection, table: Table, values: Values) -> None:
    """A new row."""
    await _insert(table).change(connection, **values)


async def change(connection: AsyncConnection, table: Table, row_id: Any, values: Values) -> bool:
    """Set these columns of the row with that id. False: there is none."""
    return await _update(table).change(connection, **values, row_id=row_id) > 0


async def change_each(connection: AsyncConnection, table: Table, changes: Mapping[Any, Values]) -> None:
    """Set columns, the same ones of each row. `changes`: by the rows' ids."""
    rows = [{**values, "row_id": row_id} for row_id, values in changes.items()]
    await _update(table).change_each(connection, rows)


async def drop(connection: AsyncConnection, table: Table, **equal: Any) -> bool:
    """Delete the rows with these values. False: there is none."""
    return await _delete(table, tuple(equal)).change(connection, **equal) > 0


async def upsert(
    connection: AsyncConnection, table: Table, values: Values, *, key: list[str], change: list[str]
) -> bool:
    """Insert a row, or change these columns of the row with that key. False: there was nothing to do."""
    statement = _upsert(connection.dialect.name, table, tuple(key), tuple(change))
    return await statement.change(connection, **values) > 0


async def add_up(
    connection: AsyncConnection, table: Table, values: Values, *, key: list[str], change: list[str]
) -> None:
    """Insert a row, or add what it holds in these columns to the row with that key."""
    statement = _upsert(connection.dialect.name, table, tuple(key), tuple(change), adds=True)
    await statement.change(connection, **values)


def fields(table: Table, row: object) -> dict[str, Any]:
    """What a class whose fields are named as the columns holds for them."""
    return {name: getattr(row, name) for name in _names(table)}


@cache
def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.key for column in table.c)


@cache
def _select(table: Table, columns: tuple[str, ...], *, locks: bool = False) -> Prepared:
    statement = select(table).where(*_equal(table, columns))
    return Prepared(statement.with_for_update() if locks else statement)


@cache
def _insert(table: Table) -> Prepared:
    return Prepared(insert(table))


@cache
def _update(table: Table) -> Prepared:
    return Prepared(update(table).where(table.c.id == bindparam("row_id")))


@cache
def _delete(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(delete(table).where(*_equal(table, columns)))


def _equal(table: Table, columns: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [table.c[name] == bindparam(name) for name in columns]


@cache
def _upsert(
    dialect: str, table: Table, key: tuple[str, ...], change: tuple[str, ...], *, adds: bool = False
) -> Prepared:
    if dialect == "sqlite":
        statement: Any = sqlite_insert(table)
    else:
        from sqlalchemy.dialects.postgresql import insert as postgres_insert  # noqa: PLC0415 - 2 MB for PostgreSQL alone

        statement = postgres_insert(table)
    if not change:
        return Prepared(statement.on_conflict_do_nothing(index_elements=key))
    given = {column: statement.excluded[column] for column in change}
    return Prepared(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={column: table.c[column] + value for column, value in given.items()} if adds else given,
        )
    )


def _straight(connection: AsyncConnection) -> Link | None:
    """SQLite's own connection, if statements may go to it straight."""
    if not isinstance(connection, Connection) or connection.sync_connection is None:
        return None
    if connection.sync_engine.dispatch.before_cursor_execute:  # somebody listens: a tracer, or a test
        return None
    return cast("Link", connection.sync_connection.connection.dbapi_connection)


def _lists(statement: Statement) -> tuple[str, ...]:
    """The parameters that are lists."""
    parts = (part for part in iterate(statement) if isinstance(part, BindParameter))
    return tuple({part.key: None for part in parts if part.expanding and part.required})


def _rounded(values: Collection[Any]) -> list[Any]:
    """The last value repeated up to the next power of two, which to `IN` is the same."""
    found = list(values)
    if 0 < len(found) <= _MOST_ROUNDED:
        found += found[-1:] * ((1 << (len(found) - 1).bit_length()) - len(found))
    return found


def _processes(each: Iterable[_Process | None]) -> list[tuple[int, _Process]]:
    return [(place, process) for place, process in enumerate(each) if process is not None]
