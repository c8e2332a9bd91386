"""Monthly returns (numerator and denominator only) and reports on milestones.

Both files are small, so their errors are rows of their own: a first attempt that somebody entered wrongly, followed
by the right row. No month is missing because of them, except where two rows contradict each other.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import numpy as np

from generator import scene
from generator.customer_counts import VALID_CUSTOMERS, valid_customers
from generator.rows import Row, Sheet, cells_of, to_minute

COLUMNS = (
    ("指标名称", "indicator"),
    ("填报单位", "unit"),
    ("统计月份", "month"),
    ("分子", "numerator"),
    ("分母", "denominator"),
)
NAMES = {
    "unit": scene.UNIT_NAMES,
    "indicator": {
        "supply_lost_customer_minutes": "中断供气户分钟",
        "stop_notices": "停气提前通知",
        "safety_visited": "安检到访户数",
        "safety_entered": "安检入户户数",
        "hotline_unstaffed_minutes": "抢险电话无人值守分钟",
        "old_pipe_households": "老旧管网改造户数",
        "hazards_rectified": "安检隐患整改数",
    },
}
RENEWAL_PLAN = {2023: 110, 2024: 140, 2025: 170, 2026: 200}
"""Households a month that the plan averages; policy/targets.toml spreads 2025 and 2026 over their months."""
RENEWAL_SEASON = (0.5, 0.4, 0.8, 1.0, 1.2, 1.3, 1.3, 1.3, 1.2, 1.2, 1.0, 0.8)
RENEWAL_DONE = {2023: 1.0, 2024: 1.01, 2025: 1.03, 2026: 0.87}
"""Share of the plan that gets done: 2026 falls behind."""
HAZARDS_DONE = {2023: 1.0, 2024: 1.02, 2025: 1.02, 2026: 1.05}


def monthly_returns(rng: np.random.Generator) -> Sheet:
    """One workbook for all months."""
    records: list[scene.Record] = []
    for month in scene.months():
        for area in VALID_CUSTOMERS:
            records += _of_month(rng, area, month)
    header = tuple(name for name, _ in COLUMNS)
    rows = [Row(record=record, cells=cells_of(record, COLUMNS, NAMES, scene.when)) for record in records]
    for row in rows:
        year, month = row.record["month"].split("-")
        row.cells["统计月份"] = f"{year}年{month}月"
    sheet = Sheet(name="monthly_returns.xlsx", table="monthly_returns", header=header, rows=rows, show=scene.when)
    _plant_returns(sheet)
    return sheet


def _of_month(rng: np.random.Generator, area: str, month: str) -> list[scene.Record]:
    year, number = int(month[:4]), int(month[5:])
    size = valid_customers(area, month)
    minutes = calendar.monthrange(year, number)[1] * 1440
    share = 0.6 if area == "CQ" else 0.4
    planned = int(rng.poisson(22 * share)) + 4
    due = int(size / 3 * rng.uniform(0.98, 1.02))
    visited = int(rng.binomial(due, rng.normal(0.965, 0.004)))
    stops = rng.poisson(14 * share)
    lost = int((rng.lognormal(4.9, 0.5, stops) * rng.lognormal(5.6, 0.4, stops)).sum())
    if month == "2026-01" and area == "CJ":
        lost += 900_000  # a cold night with one large stoppage
    gap = int(rng.integers(10, 55)) if rng.random() < 0.2 else 0
    renewed = RENEWAL_PLAN[year] * RENEWAL_SEASON[number - 1] * share * RENEWAL_DONE[year] * rng.normal(1, 0.04)
    rectified = 300 * share * HAZARDS_DONE[year] * rng.normal(1, 0.05)
    values: tuple[tuple[str, str, int, int | None], ...] = (
        ("supply_lost_customer_minutes", "GW", lost, size * minutes),
        ("stop_notices", "GW", int(rng.binomial(planned, 0.988)), planned),
        ("safety_visited", "AJ", visited, due),
        ("safety_entered", "AJ", int(visited * rng.normal(0.87, 0.008)), due),
        ("hotline_unstaffed_minutes", "QX", gap, minutes),
        ("old_pipe_households", "GW", round(renewed), None),
        ("hazards_rectified", "AJ", round(rectified), None),
    )
    return [
        {"indicator": name, "unit": f"{area}-{kind}", "month": month, "numerator": top, "denominator": bottom}
        for name, kind, top, bottom in values
    ]


def reported(sheet: Sheet, indicator: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Numerator and denominator of ``indicator`` per unit and month, also where rows contradict each other."""
    records = [row.record for row in sheet.rows if row.record["indicator"] == indicator]
    return {(r["unit"], r["month"]): (r["numerator"], r["denominator"]) for r in records}


def _attempt(sheet: Sheet, position: int, reason: str, **changes: Any) -> None:
    """Put a wrong first attempt before the row at ``position``; what is right in it comes from the next good row."""
    row = next(row for row in sheet.rows[position:] if not row.reasons)
    sheet.rows.insert(position, Row(record=row.record, cells={**row.cells, **changes}, reasons={reason}))


def _plant_returns(sheet: Sheet) -> None:
    # from the end on, so that the positions still to come stay where they are
    _attempt(sheet, 490, "unreadable_number", 分子="约120")
    _attempt(sheet, 463, "numerator_above_denominator", 分子=99_999_999_999)
    _attempt(sheet, 450, "negative_number", 分子=-12)
    _attempt(sheet, 430, "unknown_code", 指标名称="安检到访率")
    _attempt(sheet, 410, "unknown_code", 填报单位="城区安检")
    _attempt(sheet, 390, "unknown_unit", 填报单位=scene.STATION_NOBODY_KNOWS)
    _attempt(sheet, 370, "unreadable_moment", 统计月份="2025年13月")
    _attempt(sheet, 350, "unreadable_moment", 统计月份="八月")
    _attempt(sheet, 330, "start_out_of_range", 统计月份="1925年05月")
    _attempt(sheet, 310, "missing_required", 分子="")
    _attempt(sheet, 280, "missing_required", 填报单位="")
    _attempt(sheet, 260, "unreadable_number", 分母="1.5万")
    _attempt(sheet, 246, "numerator_above_denominator", 分子=88_888_888_888)
    _attempt(sheet, 210, "unknown_unit", 填报单位=scene.STATION_NOBODY_KNOWS)
    _attempt(sheet, 183, "start_out_of_range", 统计月份="2099年07月")
    _attempt(sheet, 160, "negative_number", 分子=-3)
    _contradict(sheet, "safety_entered", "CQ-AJ", "2024-03")
    _contradict(sheet, "stop_notices", "CJ-GW", "2023-11")
    for position in (75, 40):
        row = sheet.rows[position]
        sheet.rows.insert(position + 3, Row(record=row.record, cells=dict(row.cells), reasons={"duplicate_row"}))


def _contradict(sheet: Sheet, indicator: str, unit: str, month: str) -> None:
    """A second row for the same month with one case less: nobody can say which is right, so neither counts."""
    position, row = next(
        (position, row)
        for position, row in enumerate(sheet.rows)
        if not row.reasons
        and (row.record["indicator"], row.record["unit"], row.record["month"]) == (indicator, unit, month)
    )
    row.reasons.add("conflicting_key")
    sheet.rows.insert(
        position + 5,
        Row(record=row.record, cells={**row.cells, "分子": row.record["numerator"] - 1}, reasons={"conflicting_key"}),
    )


MILESTONE_COLUMNS = (
    ("目标", "target"),
    ("责任单位", "unit"),
    ("报告时间", "reported_at"),
    ("完成时间", "done_at"),
    ("佐证", "evidence"),
)
MILESTONE_NAMES = {
    "unit": scene.UNIT_NAMES | {"C-FW": "服务管理部"},
    "target": {
        "hotline_recording_2025": "热线录音质检上线",
        "hall_relocation_2025": "城郊营业厅搬迁",
        "smart_meter_platform_2026": "智能表平台上线",
        "emergency_base_2026": "城郊抢险驻点建成",
    },
}
# target, unit, reported, done
MILESTONES: tuple[tuple[str, str, dt.datetime, dt.datetime | None], ...] = (
    ("hotline_recording_2025", "C-FW", dt.datetime(2025, 9, 22, 10), dt.datetime(2025, 9, 19, 17)),
    ("hall_relocation_2025", "CJ-KF", dt.datetime(2025, 12, 19, 9, 30), dt.datetime(2025, 12, 18, 16)),
    ("smart_meter_platform_2026", "C-FW", dt.datetime(2026, 4, 23, 9), dt.datetime(2026, 4, 22, 18)),
    ("emergency_base_2026", "CJ-QX", dt.datetime(2026, 6, 5, 11), None),
)


def milestone_reports() -> Sheet:
    """One report per milestone, and the attempts that went wrong."""
    rows = []
    for number, (target, unit, reported, done) in enumerate(MILESTONES, start=1):
        record: scene.Record = {"target": target, "unit": unit, "reported_at": scene.moment(reported)}
        record["done_at"] = None if done is None else scene.moment(done)
        record["evidence"] = "" if done is None else f"验收单{number:02d}"
        rows.append(Row(record=record, cells=cells_of(record, MILESTONE_COLUMNS, MILESTONE_NAMES, to_minute)))
    header = tuple(name for name, _ in MILESTONE_COLUMNS)
    sheet = Sheet(name="milestone_reports.csv", table="milestone_reports", header=header, rows=rows, show=to_minute)
    sheet.rows.append(Row(record=rows[2].record, cells=dict(rows[2].cells), reasons={"duplicate_row"}))
    _attempt(sheet, 3, "unreadable_moment", 完成时间="六月底前")
    _attempt(sheet, 3, "unknown_unit", 责任单位=scene.STATION_NOBODY_KNOWS)
    _attempt(sheet, 2, "unknown_code", 目标="智能表平台上限")
    _attempt(sheet, 2, "zone_not_declared", 报告时间="2026-04-23T09:00:00+08:00")
    _attempt(sheet, 1, "missing_required", 责任单位="")
    _attempt(sheet, 1, "start_out_of_range", 报告时间="1925/12/19 09:30")
    _attempt(sheet, 0, "wrong_field_count")
    sheet.rows[0].field_shift = 1
    return sheet
