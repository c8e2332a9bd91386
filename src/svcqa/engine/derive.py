"""Joins and windows that a kernel needs run first, in SQL that every engine understands the same way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from svcqa.engine.contract import Derive
from svcqa.errors import Fault, MetricError, NameUnknownError
from svcqa.records.query import Query, QueryError
from svcqa.records.schema import ColumnType, Table
from svcqa.records.tables import table as table_schema

_MOMENTS = (ColumnType.MOMENT, ColumnType.MONTH)
_TEXTS = (ColumnType.CODE, ColumnType.KEY, ColumnType.UNIT)


def queried(name: str, columns: Iterable[str] = (), *, moments: Iterable[str] = (), texts: Iterable[str] = ()) -> Table:
    """The schema of table ``name``, sure to have ``columns``, ``moments`` as moments and ``texts`` as codes or keys.

    Contacts lie in the vault and nowhere else, so no query can name them.

    Raises:
        NameUnknownError: with every column that the table does not have.
    """
    schema = table_schema(name)
    queryable = tuple(column for column in schema.columns if column.type is not ColumnType.CONTACT)
    names = [column.name for column in queryable]
    timed = [column.name for column in queryable if column.type in _MOMENTS]
    coded = [column.name for column in queryable if column.type in _TEXTS]
    faults = [
        Fault("unknown_column", place=name, got=repr(column_name), allowed=", ".join(allowed))
        for requested, allowed in ((columns, names), (moments, timed), (texts, coded))
        for column_name in dict.fromkeys(requested)
        if column_name not in allowed
    ]
    if faults:
        raise NameUnknownError(faults)
    return replace(schema, columns=queryable)


def run_derive(query: Query, derive: Derive, views: Mapping[str, Any], *, place: str, wanted: Sequence[str]) -> Any:
    """The rows that joins and windows give, as an Arrow table.

    Args:
        query: runs the SQL.
        views: Arrow tables by the names that the query knows them by.
        place: the metric's table, for errors.
        wanted: columns that the query must give.

    Raises:
        MetricError: the query cannot be run, or does not give what is wanted.
    """
    _check_reads(derive, views, place)
    try:
        rows = query(derive.sql, views)
    except QueryError as error:
        raise MetricError(Fault("derive_failed", place=place, got=str(error))) from error
    columns = rows.schema.names
    missing = [name for name in wanted if name not in columns]
    if missing:
        where, allowed = f"{place} › derive", ", ".join(columns)
        raise MetricError([Fault("column_missing_in_table", place=where, got=n, allowed=allowed) for n in missing])
    return rows


def _check_reads(derive: Derive, views: Mapping[str, Any], place: str) -> None:
    """Raises MetricError with every column of ``derive.reads`` that its view lacks."""
    faults = []
    for view, column in dict.fromkeys(derive.reads):
        columns = views[view].schema.names
        if column not in columns:
            where = place if view == "records" else f"{place} › {view}"
            faults.append(Fault("column_missing_in_table", place=where, got=column, allowed=", ".join(columns)))
    if faults:
        raise MetricError(faults)


def typed_table(name: str, columns: Mapping[str, Sequence[Any]]) -> Any:
    """Plain lists as an Arrow table typed like the store's; columns that are not given are empty.

    Moments may be texts such as ``2026-01-05 08:30``, months ``2026-01``.

    Raises:
        NameUnknownError: the table has no such column.
    """
    schema = table_schema(name)
    for column_name in columns:
        schema.column(column_name)
    rows = max((len(values) for values in columns.values()), default=0)
    made = {}
    for column in schema.columns:
        if column.type is ColumnType.CONTACT:
            continue
        values = list(columns.get(column.name, [None] * rows))
        if column.type in _MOMENTS:
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
