"""When nobody sat at the emergency line, as long in each month as the monthly return says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np

from generator import scene
from generator.planting import UNREADABLE, WITH_OFFSET, Fault, MomentFault, TextFault, has, plant_attempts, unit_faults
from generator.rows import Row, Sheet, cells_of
from generator.scene import DAY, MINUTE, Record

COLUMNS = (
    ("缺岗编号", "gap_id"),
    ("责任部门", "unit"),
    ("岗位", "post"),
    ("缺岗开始", "started_at"),
    ("缺岗结束", "ended_at"),
)
NAMES = {"unit": scene.UNIT_NAMES, "post": {"emergency_line": "抢险电话"}}
REPORTED_TWICE = (("CQ-QX", "2026-05"), ("CJ-QX", "2026-05"))
"""The shift and the duty officer each reported part of the same gap: the parts overlap."""
OVER_MIDNIGHT = ("CQ-QX", "2024-07", "2024-08")
"""The gaps of these two months are one, across midnight at the month's end."""

FAULTS: tuple[Fault, ...] = (
    *unit_faults("责任部门"),
    TextFault("missing_required", "缺岗开始", ("",)),
    TextFault("unreadable_moment", "缺岗结束", UNREADABLE),
    TextFault("zone_not_declared", "缺岗开始", WITH_OFFSET),
    TextFault("start_out_of_range", "缺岗开始", ("1926-01-05 08:31:00",)),
    MomentFault(
        code="before_start",
        column="缺岗结束",
        name="ended_at",
        moved=lambda r: r["started_at"] - DAY,
        where=has("ended_at"),
    ),
)


def sheet(rng: np.random.Generator, unstaffed: Mapping[tuple[str, str], int]) -> Sheet:
    """One workbook.

    Args:
        unstaffed: minutes per unit and month that the monthly returns report.
    """
    records: list[Record] = []
    for (unit, month), minutes in unstaffed.items():
        if minutes and (unit, month) != (OVER_MIDNIGHT[0], OVER_MIDNIGHT[2]):
            start, end = _between(rng, month, minutes)
            if (unit, month) == OVER_MIDNIGHT[:2]:
                midnight = _first_moment(OVER_MIDNIGHT[2])
                start, end = midnight - minutes * MINUTE, midnight + unstaffed[unit, OVER_MIDNIGHT[2]] * MINUTE
            records += _reports(unit, start, end, twice=(unit, month) in REPORTED_TWICE)
    records.sort(key=lambda record: (record["started_at"], record["unit"]))
    for number, record in enumerate(records, start=1):
        record["gap_id"] = f"QG{number:03d}"
    rows = [Row(record=record, cells=cells_of(record, COLUMNS, NAMES, scene.when)) for record in records]
    found = Sheet(
        name="duty_gaps.xlsx", table="duty_gaps", header=tuple(name for name, _ in COLUMNS), rows=rows, show=scene.when
    )
    plant_attempts(rng, found, FAULTS, each=1)
    return found


def _first_moment(month: str) -> int:
    return scene.moment(dt.datetime.fromisoformat(f"{month}-01"))


def _between(rng: np.random.Generator, month: str, minutes: int) -> tuple[int, int]:
    """Somewhere in the first four weeks of ``month``."""
    start = _first_moment(month) + int(rng.integers(0, 27 * DAY // MINUTE)) * MINUTE
    return start, start + minutes * MINUTE


def _reports(unit: str, start: int, end: int, *, twice: bool) -> list[Record]:
    """The gap from ``start`` to ``end`` in one report, or in two that overlap."""
    spans = [(start, end)]
    if twice:
        third = (end - start) // MINUTE // 3 * MINUTE
        spans = [(start, end - third), (start + third, end)]
    return [{"unit": unit, "post": "emergency_line", "started_at": first, "ended_at": last} for first, last in spans]
