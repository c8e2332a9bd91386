"""A file read again: which rows are new, which say something else than before, which are gone from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from svcqa.records.query import Query
from svcqa.records.schema import PERSONAL, Table
from svcqa.records.store import Positions, RecordStore

_OWN = ("source_file", "source_row", "part", "position")


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a batch does to the store."""

    write: npt.NDArray[np.bool_]
    new: int
    changed: int
    unchanged: int
    absent: int
    dead: dict[str, Positions]
    list: Any
    """One row per changed cell: key, column, before, after. The customer's column says only that it changed."""


def key_texts(columns: Any, schema: Table) -> npt.NDArray[Any]:
    """One text per row that identifies it."""
    parts = [pc.fill_null(columns[name].cast(pa.string()), "") for name in schema.key]
    joined = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "|")
    return np.asarray(joined.to_numpy(zero_copy_only=False) if isinstance(joined, pa.Array) else joined.to_numpy())


def _live(store: RecordStore, schema: Table) -> Any:
    tables = []
    for part in store.parts(schema.name):
        name = part.path.relative_to(store.folder).as_posix()
        table = parquet.read_table(part.path)
        table = table.append_column("part", pa.array([name] * table.num_rows, pa.string()))
        table = table.append_column("position", pa.array(np.arange(table.num_rows, dtype=np.int64)))
        alive = np.ones(table.num_rows, dtype=np.bool_)
        alive[part.dead()] = False
        tables.append(table.filter(pa.array(alive)))
    return pa.concat_tables(tables, promote_options="permissive") if tables else None


def compare(store: RecordStore, schema: Table, rows: Any, *, source: str, query: Query) -> Change:
    """Compare accepted rows with those of the store that are alive; ``query`` finds those of one key."""
    count = rows.num_rows
    old = _live(store, schema)
    nothing = pa.table({name: pa.array([], pa.string()) for name in ("key", "column", "before", "after")})
    if old is None or old.num_rows == 0:
        return Change(
            write=np.ones(count, np.bool_), new=count, changed=0, unchanged=0, absent=0, dead={}, list=nothing
        )
    names = [name for name in rows.column_names if name not in _OWN]
    for name in names:
        if name not in old.column_names:  # a column that the mapping has only now
            old = old.append_column(name, pa.nulls(old.num_rows, pa.string()))
    pairs = _pairs(query, rows, old=old, schema=schema, names=names)
    write = np.ones(count, dtype=np.bool_)
    matched = np.zeros(count, dtype=np.bool_)
    matched[pairs["i"]] = True
    write[pairs["i"][pairs["same"]]] = False
    changed = ~pairs["same"]
    touched = np.zeros(old.num_rows, dtype=np.bool_)
    touched[pairs["j"]] = True
    untouched = (np.asarray(old["source_file"].cast(pa.string())) == source) & ~touched
    # rows that this source gave when its mapping had a shorter key: nothing will ever match them again
    needed = [name for name in schema.key if schema.column(name).required]  # an optional part of a key may be empty
    outgrown = untouched & np.any([old[name].is_null().to_numpy() for name in needed], axis=0)
    gone = np.unique(np.concatenate([pairs["j"][changed], np.flatnonzero(outgrown)]))
    dead: dict[str, Positions] = {}
    parts, positions = np.asarray(old["part"])[gone], np.asarray(old["position"])[gone]
    for name in sorted(set(parts.tolist())):
        dead[name] = positions[parts == name]
    absent = int((untouched & ~outgrown).sum())
    listed = _list(rows, old, schema=schema, names=names, i=pairs["i"][changed], j=pairs["j"][changed]) or nothing
    return Change(
        write=write,
        new=int((~matched).sum()),
        changed=int(changed.sum()),
        unchanged=int(pairs["same"].sum()),
        absent=absent,
        dead=dead,
        list=listed,
    )


def _pairs(query: Query, rows: Any, *, old: Any, schema: Table, names: list[str]) -> dict[str, npt.NDArray[Any]]:
    """Matching rows: ``i`` in the new, ``j`` in the old, ``same`` where every column agrees."""
    fresh = rows.append_column("i", pa.array(np.arange(rows.num_rows, dtype=np.int64)))
    known = old.append_column("j", pa.array(np.arange(old.num_rows, dtype=np.int64)))
    pairs = query(pairs_sql(schema.key, names), {"fresh": fresh, "known": known})
    return {name: pairs[name].to_numpy() for name in ("i", "j", "same")}


def pairs_sql(key: Sequence[str], names: Sequence[str]) -> str:
    """The query for rows of one key in the views ``fresh`` and ``known``, and whether they agree in ``names``."""
    keys, same = (
        " AND ".join(f"fresh.{name} IS NOT DISTINCT FROM known.{name}" for name in columns) for columns in (key, names)
    )
    return f"SELECT fresh.i, known.j, {same} AS same FROM fresh JOIN known ON {keys} ORDER BY fresh.i, known.j"


def _list(rows: Any, old: Any, *, schema: Table, names: list[str], i: Any, j: Any) -> Any:
    if not len(i):
        return None
    keys = key_texts({name: rows[name].combine_chunks() for name in schema.key}, schema)[i]
    cells: dict[str, list[Any]] = {"key": [], "column": [], "before": [], "after": []}
    personal = {column.name for column in schema.columns if column.type in PERSONAL}
    for name in names:
        before, after = _texts(old[name].take(pa.array(j))), _texts(rows[name].take(pa.array(i)))
        for key, was, becomes in zip(keys, before, after, strict=True):
            if was != becomes:
                hidden = name in personal
                for field, value in zip(cells, (key, name, *(("", "") if hidden else (was, becomes))), strict=True):
                    cells[field].append(value)
    return pa.table({name: pa.array(values, pa.string()) for name, values in cells.items()})


def _texts(column: Any) -> list[str | None]:
    """Moments to the second: Parquet gives them back in milliseconds, which is no change."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("s"))
    texts: list[str | None] = column.cast(pa.string()).to_pylist()
    return texts
