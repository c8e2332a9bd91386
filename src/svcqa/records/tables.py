"""The tables that records come in, read from ``tables.toml`` beside this module when the first of them is asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from svcqa.errors import one_of
from svcqa.records.schema import Column, ColumnType, Table


@cache
def _declared() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files("svcqa.records") / "tables.toml").read_text(encoding="utf-8"))


@cache
def _by_name() -> dict[str, Table]:
    return {name: _table(name, fields) for name, fields in _declared()["tables"].items()}


def _table(name: str, fields: Mapping[str, Any]) -> Table:
    return Table(
        name=name,
        key=tuple(fields["key"]),
        time=fields["time"],
        columns=tuple(_column(column, column_fields) for column, column_fields in fields["columns"].items()),
        not_above=tuple((least, most) for least, most in fields.get("not_above", ())),
    )


def _column(name: str, fields: Mapping[str, Any]) -> Column:
    plain = {key: value for key, value in fields.items() if key not in ("type", "codes")}
    return Column(name, type=ColumnType(fields["type"]), codes=tuple(fields.get("codes", ())), **plain)


def tables() -> tuple[Table, ...]:
    """All tables, in the order in which they are listed."""
    return tuple(_by_name().values())


def table(name: str) -> Table:
    """The table ``name``.

    Raises:
        NameUnknownError: there is no such table.
    """
    return one_of(name, _by_name(), fault="unknown_table")


def example(table: Table, column: Column) -> str:
    """What could stand in ``column`` of ``table``."""
    examples: Mapping[str, str] = _declared()["examples"]
    example_text = examples.get(f"{table.name}.{column.name}") or examples.get(column.name)
    if example_text is None and column.codes:
        return column.codes[0]
    of_type = _declared()["examples_by_type"].get(column.type.value)
    return example_text or of_type or f"{column.name.removesuffix('_id').upper()}0001"
