"""Joins and windows that a kernel needs run first, in SQL that every engine understands the same way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from svcqa.errors import Fault, MetricError
from svcqa.records.schema import ColumnType
from svcqa.records.tables import table as table_schema


@dataclass(frozen=True)
class Derive:
    """Joins and windows as one SQL query, run before the kernel.

    The records of the metric's own table are the view ``records``; those of ``tables`` are views under their own names.
    """

    sql: str
    tables: tuple[str, ...] = ()


def run_derive(derive: Derive, views: Mapping[str, Any], *, place: str, wanted: Sequence[str]) -> Any:
    """The query's rows as an Arrow table.

    Args:
        views: Arrow tables by the names that the query knows them by.
        place: the metric's table, for errors.
        wanted: columns that the query must give.

    Raises:
        MetricError: the query cannot be run, or does not give what is wanted.
    """
    with duckdb.connect() as connection:
        for name, table in views.items():
            connection.register(name, table)
        try:
            found = connection.sql(derive.sql).to_arrow_table()
        except duckdb.Error as error:
            raise MetricError(Fault("derive_failed", place=place, got=str(error).splitlines()[0])) from error
    given = found.schema.names
    missing = [name for name in wanted if name not in given]
    if missing:
        where, allowed = f"{place} › derive", ", ".join(given)
        raise MetricError([Fault("column_missing_in_table", place=where, got=n, allowed=allowed) for n in missing])
    return found


def typed_table(name: str, columns: Mapping[str, Sequence[Any]]) -> Any:
    """Plain lists as an Arrow table typed like the store's; columns that are not given are empty.

    Moments may be texts such as ``2026-01-05 08:30``, months ``2026-01``.

    Raises:
        NameUnknownError: the table has no such column.
    """
    schema = table_schema(name)
    for given in columns:
        schema.column(given)
    rows = max((len(values) for values in columns.values()), default=0)
    made = {}
    for column in schema.columns:
        if column.type is ColumnType.CONTACT:
            continue
        values = list(columns.get(column.name, [None] * rows))
        if column.type in (ColumnType.MOMENT, ColumnType.MONTH):
            made[column.name] = pa.array([_moment(value) for value in values], pa.timestamp("s"))
        elif column.type in (ColumnType.INTEGER, ColumnType.FLAG):
            made[column.name] = pa.array(values, pa.int64() if column.type is ColumnType.INTEGER else pa.bool_())
        else:
            texts = [None if value is None else str(value) for value in values]
            made[column.name] = pa.array(texts, pa.string()).dictionary_encode()
    return pa.table(made)


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return dt.datetime.fromisoformat(value if len(value) > len("2026-01") else f"{value}-01")
