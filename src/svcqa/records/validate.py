"""Checks across columns and rows: order of moments, known units, plausible dates, one row per key."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from svcqa.entities.organisation import Organisation
from svcqa.records.mapping import Mapping
from svcqa.records.parsing import Finding, finding
from svcqa.records.schema import Column, ColumnType, Table

EARLIEST_YEAR, LATEST_YEAR = 1999, 2058
_SECONDS_A_YEAR = 31_557_600


def _seconds(column: Any) -> Any:
    """Moments as int64 with the smallest int64 for null."""
    return pc.fill_null(column.cast(pa.int64()), np.iinfo(np.int64).min).to_numpy(zero_copy_only=False)


def quarantine_findings(columns: dict[str, Any], schema: Table, organisation: Organisation) -> list[Finding]:
    """What keeps a row out, beyond texts that cannot be read."""
    findings: list[Finding] = []
    for column in schema.columns:
        if column.type is ColumnType.UNIT:
            findings += _unknown_units(columns[column.name], column, organisation)
        if column.after:
            findings += _out_of_order(columns, column, column.after, "before_start")
    time = schema.column(schema.time)
    years = pc.year(columns[time.name])
    outside = pc.or_(pc.less(years, EARLIEST_YEAR), pc.greater(years, LATEST_YEAR))
    findings += finding(
        "start_out_of_range",
        time,
        pc.fill_null(outside, False).to_numpy(zero_copy_only=False),
        columns[time.name].cast(pa.string()),
    )
    for first, second in schema.not_above:
        above = pc.fill_null(pc.greater(columns[first], columns[second]), False)
        findings += finding(
            "numerator_above_denominator",
            schema.column(first),
            above.to_numpy(zero_copy_only=False),
            columns[first].cast(pa.string()),
        )
    return findings


def _unknown_units(codes: Any, column: Column, organisation: Organisation) -> list[Finding]:
    known = pa.array([code is None or organisation.knows(code) for code in codes.dictionary.to_pylist()], pa.bool_())
    unknown = pc.invert(pc.fill_null(known.take(codes.indices), True))
    return list(finding("unknown_unit", column, unknown.to_numpy(zero_copy_only=False), codes.cast(pa.string())))


def _out_of_order(columns: dict[str, Any], column: Column, other: str, code: str) -> list[Finding]:
    before = pc.fill_null(pc.less(columns[column.name], columns[other]), False)
    return list(finding(code, column, before.to_numpy(zero_copy_only=False), columns[column.name].cast(pa.string())))


def warnings(columns: dict[str, Any], schema: Table, mapping: Mapping) -> list[Finding]:
    """What is odd and accepted all the same."""
    findings: list[Finding] = []
    start = _seconds(columns[schema.time])
    for column in schema.columns:
        if column.type is not ColumnType.MOMENT or column.name == schema.time:
            continue
        texts = columns[column.name].cast(pa.string())
        moments = _seconds(columns[column.name])
        valid = columns[column.name].is_valid().to_numpy(zero_copy_only=False)
        with np.errstate(over="ignore"):
            far = valid & (np.abs(moments - start) > mapping.far_years * _SECONDS_A_YEAR)
        findings += finding("far_date", column, far, texts)
        if column.warn_before:
            findings += _out_of_order(columns, column, column.warn_before, "due_before_start")
        if column.name in ("closed_at", "resolved_at") and column.name in mapping.columns:
            findings += finding("zero_length", column, valid & (moments == start), texts)
    return findings


def duplicates(keys: Any, schema: Table, rows: Any) -> list[Finding]:
    """Rows that share a key: an exact repeat is left out once, rows that contradict each other all are.

    Args:
        keys: one text per row.
        rows: a text per row of everything it says.
    """
    column = schema.column(schema.key[0])
    order = np.lexsort((np.arange(len(keys)), keys))
    same = np.zeros(len(keys), dtype=np.bool_)
    same[1:] = keys[order][1:] == keys[order][:-1]
    if not same.any():
        return []
    group = np.cumsum(~same)
    contradicting = np.zeros(group[-1] + 1, dtype=np.bool_)
    differs = same.copy()
    differs[1:] &= rows[order][1:] != rows[order][:-1]
    contradicting[group[differs]] = True
    conflict, repeat = np.zeros(len(keys), dtype=np.bool_), np.zeros(len(keys), dtype=np.bool_)
    conflict[order] = contradicting[group]
    repeat[order] = same & ~contradicting[group]
    texts = pa.array(keys, pa.string())
    return [*finding("conflicting_key", column, conflict, texts), *finding("duplicate_row", column, repeat, texts)]
