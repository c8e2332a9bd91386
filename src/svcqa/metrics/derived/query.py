"""Parts of a query and how they are put together: layers of columns, and tables joined beside the records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from svcqa.engine.contract import Derive
from svcqa.engine.derive import queried
from svcqa.errors import Fault, MetricError

if TYPE_CHECKING:
    from svcqa.records.schema import Table

Layer = tuple[tuple[str, str], ...]
"""Names of columns and the expression of each."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_OWN: Final = ("source_file", "source_row")
"""What the store adds to every table."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What one part adds to the query.

    Attributes:
        layers: columns over the alias ``r``; those of a layer can name columns of the layers before.
        with_query: a named query ``NAME AS (…)`` that ``join`` takes in.
        reads: pairs of view and column that the part reads.
    """

    layers: tuple[Layer, ...]
    with_query: str = ""
    join: str = ""
    tables: tuple[str, ...] = ()
    reads: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Part:
    """One declared join or window. ``build`` makes its piece of the query over a table."""

    build: Callable[[Table], Piece]


def derive(*parts: Part, table: str = "work_orders") -> Derive:
    """Several parts as one query over the records of ``table``, which keep all their columns.

    Raises:
        NameUnknownError: a part names a column that its table does not have.
        MetricError: there is no part, or two columns have one name.

    >>> from svcqa.metrics.derived import next_of_same
    >>> print(derive(next_of_same(same=("customer",)), table="complaints").sql.splitlines()[0])
    SELECT r.*,
    """
    schema = queried(table)
    pieces = [part.build(schema) for part in parts]
    names = [name for piece in pieces for layer in piece.layers for name, _ in layer]
    _check_names(table, names, [column.name for column in schema.columns])
    joins = "".join(f"\n{piece.join}" for piece in pieces if piece.join)
    named = [piece.with_query for piece in pieces if piece.with_query]
    view = "records"
    for depth in range(max(len(piece.layers) for piece in pieces)):
        columns = [pair for piece in pieces for layer in piece.layers[depth : depth + 1] for pair in layer]
        listed = ",\n".join(f"  {expression} AS {name}" for name, expression in columns)
        query = f"SELECT r.*,\n{listed}\nFROM {view} AS r{joins if depth == 0 else ''}"
        view = f"layer_{depth + 1}"
        named.append(f"{view} AS (\n{query}\n)")
    opening = "WITH " + ",\n".join(named[:-1]) + "\n" if named[:-1] else ""
    tables = dict.fromkeys(name for piece in pieces for name in piece.tables)
    reads = dict.fromkeys(pair for piece in pieces for pair in piece.reads)
    return Derive(opening + query, tuple(tables), tuple(reads))


def _check_names(table: str, names: Sequence[str], taken: Sequence[str]) -> None:
    if not names:
        raise MetricError(Fault("bad_value", place=f"{table} › derive", got="()", allowed="≥ 1"))
    twice = [name for name, times in Counter((*names, *taken, *_OWN)).items() if times > 1]
    odd = [name for name in names if not _NAME.fullmatch(name)]
    place = f"{table} › derive"
    faults = [Fault("derived_twice", place=place, got=name) for name in twice]
    faults += [Fault("bad_value", place=place, got=repr(name), allowed=_NAME.pattern) for name in odd]
    if faults:
        raise MetricError(faults)


# --- words of SQL ---------------------------------------------------------------------------------------------------


def ordered(moment: str, key: Iterable[str], *, alias: str = "r") -> str:
    """In order of time; records of one moment in the order of their keys. Engines differ in where missing ones go."""
    return "ORDER BY " + ", ".join(f"{alias}.{name} ASC NULLS LAST" for name in (moment, *key))


def known(columns: Iterable[str]) -> str:
    """The condition that none of ``columns`` is missing."""
    return " AND ".join(f"r.{name} IS NOT NULL" for name in columns)


def days_after(moment: str, days: int) -> str:
    """``moment`` plus so many times 24 hours."""
    return f"{moment} + INTERVAL '{days}' DAY"


def at_least(number: object, least: int, place: str) -> int:
    """``number``, a whole number that is not below ``least``.

    Raises:
        MetricError: it is something else.
    """
    if not isinstance(number, int) or isinstance(number, bool) or number < least:
        raise MetricError(Fault("bad_value", place=place, got=repr(number), allowed=f"≥ {least}"))
    return number
