"""Joins to another table: a complaint and the callback that followed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from svcqa.engine.derive import queried
from svcqa.errors import Fault, MetricError
from svcqa.metrics.derived.query import Part, Piece, at_least, days_after, ordered
from svcqa.metrics.sql import quoted

if TYPE_CHECKING:
    from svcqa.records.schema import Table


def linked(
    table: str,
    *,
    on: tuple[str, str],
    after: str = "",
    from_day: int = 0,
    take: Sequence[str] = (),
    where: Mapping[str, Sequence[str]] | None = None,
    order_by: str = "",
    name: str = "",
) -> Part:
    """The first row of another table that belongs to a record: when it was, and what it says.

    Columns: ``NAME_at``, and ``NAME_COLUMN`` for each column of ``take``; empty where no row belongs to the record.

    >>> from svcqa.metrics.derived import derive, linked
    >>> reached = linked("callbacks", on=("record_id", "complaint_id"), after="closed_at", take=("score",),
    ...                  where={"outcome": ["reached"]}, name="reached")
    >>> derive(reached, table="complaints").tables
    ('callbacks',)

    Args:
        table: the other table.
        on: its column that names the record, and the record's own column.
        after: the record's moment before which rows do not count, such as closing; where that is missing none does.
        from_day: how many times 24 hours after that moment rows begin to count.
        take: columns of the row.
        where: values that its columns may have, such as ``{"outcome": ["reached"]}``.
        order_by: the other table's moment; the one that places it in time where absent. Rows of one moment follow one
            another by their key.
        name: what the columns begin with; the other table's name where absent.
    """
    prefix = name or table

    def build(own_table: Table) -> Piece:
        theirs, ours = on
        conditions = dict(where or {})
        moment = order_by or queried(table).time
        other = queried(table, (theirs, *take), moments=(moment,), texts=tuple(conditions))
        queried(own_table.name, (ours,), moments=(after,) if after else ())
        alias = f"{prefix}_found"
        filters = [f"c.{moment} IS NOT NULL", *(_allowed(other, column, conditions[column]) for column in conditions)]
        if after:
            start = days_after(f"o.{after}", at_least(from_day, 0, "linked › from_day"))
            filters.append(f"c.{moment} >= {start}")
        keys = [f"o.{column} AS own_{column}" for column in own_table.key]
        taken = {f"{prefix}_at": moment, **{f"{prefix}_{column}": column for column in take}}
        owner = ", ".join(f"o.{column}" for column in own_table.key)
        rank = f"row_number() OVER (PARTITION BY {owner} {ordered(moment, other.key, alias='c')}) AS place"
        listed = ", ".join([*keys, *(f"c.{column} AS {label}" for label, column in taken.items()), rank])
        match = " AND ".join(f"{alias}.own_{column} = r.{column}" for column in own_table.key)
        return Piece(
            layers=(tuple((label, f"{alias}.{label}") for label in taken),),
            with_query=f"{alias} AS (\nSELECT {listed}\nFROM records AS o JOIN {table} AS c ON c.{theirs} = o.{ours}\n"
            f"WHERE {' AND '.join(filters)}\n)",
            join=f"LEFT JOIN {alias} ON {match} AND {alias}.place = 1",
            tables=(table,),
            reads=(
                *(("records", column) for column in (*own_table.key, ours, *([after] if after else []))),
                *((table, column) for column in (theirs, moment, *take, *conditions, *other.key)),
            ),
        )

    return Part(build)


def _allowed(table: Table, column: str, values: Sequence[str]) -> str:
    """The condition that ``column`` has one of ``values``."""
    if isinstance(values, str) or not values:
        place = f"linked › where › {column}"
        raise MetricError(Fault("bad_value", place=place, got=repr(values), allowed="≥ 1"))
    return f"c.{column} IN ({', '.join(quoted(value) for value in values)})"
