"""Stoppages of supply: planned ones with their notices, faults, emergencies.

The planned ones are as many, and as many of them announced in time, as the monthly return says, but for
:data:`DIFFERENCES`.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping

import numpy as np

from generator import scene
from generator.planting import (
    UNREADABLE,
    WITH_OFFSET,
    Contradiction,
    Fault,
    MomentFault,
    TextFault,
    has,
    one_more,
    plant_attempts,
    unit_faults,
)
from generator.rows import Row, Sheet, cells_of, to_second
from generator.scene import DAY, MINUTE, Record

COLUMNS = (
    ("停气编号", "outage_id"),
    ("责任部门", "unit"),
    ("类型", "kind"),
    ("区域", "area"),
    ("原因", "cause"),
    ("通知时间", "notified_at"),
    ("计划停气时间", "planned_at"),
    ("停气时间", "started_at"),
    ("恢复时间", "restored_at"),
    ("影响户数", "customers_affected"),
    ("除外原因", "excluded_reason"),
)
NAMES = {
    "unit": scene.UNIT_NAMES,
    "kind": {"planned": "计划", "fault": "故障", "emergency": "紧急"},
    "area": {"urban": "市区", "suburban": "近郊", "remote": "偏远"},
    "cause": {
        "renewal": "管网改造",
        "connection": "新管碰口",
        "maintenance": "设备检修",
        "regulator": "调压故障",
        "leak": "管道漏气",
        "frost": "冻堵",
        "damage": "外力破坏",
    },
    "excluded_reason": {"emergency_cause": "紧急事故"},
}
HOUR = 60 * MINUTE
NOTICE = 48 * HOUR
UNPLANNED = {"CQ-GW": 3.6, "CJ-GW": 2.4}
"""Faults and emergencies a month."""
# unit and month: how many more stops than the return has, and how many more that were announced too late
DIFFERENCES = {("CJ-GW", "2026-03"): (0, 2), ("CJ-GW", "2026-04"): (1, 1), ("CJ-GW", "2026-05"): (0, 1)}
HALF_HOURS = (17, 18, 19, 26, 27, 28, 44, 45)
"""When planned work begins: in half hours from midnight."""
OVER_THE_MONTHS_END = (
    ("CQ-GW", "2024-02"),
    ("CJ-GW", "2025-06"),
    ("CQ-GW", "2025-12"),
    ("CJ-GW", "2026-01"),
    ("CQ-GW", "2026-03"),
    ("CJ-GW", "2026-05"),
)
"""The first planned stop of these months begins on the last evening."""
NEVER_ANNOUNCED = ("CJ-GW", "2026-03")
"""One of the late stops of this month has no notice at all."""
ONE_MINUTE_LATE = ("CJ-GW", "2026-05")
EXACTLY_IN_TIME = 12
"""Every twelfth notice comes 48 hours ahead to the second."""


def _before_2026(record: Record) -> bool:
    return scene.month_of(record["started_at"]) < "2026-01"


FAULTS: tuple[Fault, ...] = (
    *unit_faults("责任部门"),
    TextFault("missing_required", "停气时间", ("",)),
    TextFault("missing_required", "停气编号", ("",)),
    TextFault("unreadable_moment", "停气时间", UNREADABLE),
    TextFault("unreadable_moment", "通知时间", ("电话通知", "已贴告示"), has("notified_at")),
    TextFault("unreadable_number", "影响户数", ("几十户", "整栋楼")),
    TextFault("negative_number", "影响户数", (-40, -1)),
    TextFault("unknown_code", "类型", ("临时", "计划?")),
    TextFault("zone_not_declared", "停气时间", WITH_OFFSET),
    TextFault("start_out_of_range", "停气时间", ("1926/01/05 08:31:00", "1926/03/09 14:00:00")),
    MomentFault(
        code="before_start",
        column="恢复时间",
        name="restored_at",
        moved=lambda r: r["started_at"] - DAY,
        where=has("restored_at"),
    ),
    # the year mistyped: still in time, so that no count of notices changes
    MomentFault(
        code="far_date",
        column="通知时间",
        name="notified_at",
        moved=lambda r: r["notified_at"] - 11 * 366 * DAY,
        where=lambda r: (
            _before_2026(r) and r.get("notified_at") is not None and r["planned_at"] - r["notified_at"] > NOTICE
        ),
        odd=True,
    ),
)
CONTRADICTION = Contradiction("影响户数", lambda r: r["kind"] == "fault" and _before_2026(r), one_more)


def sheet(rng: np.random.Generator, notices: Mapping[tuple[str, str], tuple[int, int]]) -> Sheet:
    """One file.

    Args:
        notices: per unit and month, the notices in time and the planned stops that the monthly returns report.
    """
    records = [record for (unit, month), counts in notices.items() for record in _planned(rng, unit, month, counts)]
    for unit, per_month in UNPLANNED.items():
        last = scene.LAST_DAY - dt.timedelta(days=3)  # what is open at the export is planted below
        records += [
            _unplanned(rng, unit, int(at))
            for at in scene.moments(rng, per_month, hours=scene.ROUND_THE_CLOCK, last=last)
        ]
    records += [_cold_night(), *_still_open()]
    records.sort(key=lambda record: (record["started_at"], record["unit"]))
    counts: dict[str, int] = {}
    for record in records:
        month = scene.month_of(record["started_at"])
        counts[month] = counts.get(month, 0) + 1
        record["outage_id"] = f"TQ{month[2:4]}{month[5:]}-{counts[month]:02d}"
    rows = [Row(record=record, cells=cells_of(record, COLUMNS, NAMES, to_second)) for record in records]
    found = Sheet(
        name="outages.csv", table="outages", header=tuple(name for name, _ in COLUMNS), rows=rows, show=to_second
    )
    plant_attempts(rng, found, FAULTS, each=2, contradiction=CONTRADICTION)
    return found


def _planned(rng: np.random.Generator, unit: str, month: str, counts: tuple[int, int]) -> list[Record]:
    in_time, stops = counts
    more, more_late = DIFFERENCES.get((unit, month), (0, 0))
    late = stops - in_time + more_late
    return [_stop(rng, unit, month, number, late=number < late) for number in range(stops + more)]


def _stop(rng: np.random.Generator, unit: str, month: str, number: int, *, late: bool) -> Record:
    """The planned stop ``number`` of the month."""
    first = dt.datetime.fromisoformat(f"{month}-01")
    start, days = scene.moment(first), calendar.monthrange(first.year, first.month)[1]
    planned = start + int(rng.integers(0, days - 1)) * DAY + int(rng.choice(HALF_HOURS)) * HOUR // 2
    hours = float(rng.uniform(3, 7))
    if number == 0 and (unit, month) in OVER_THE_MONTHS_END:
        planned, hours = start + (days - 1) * DAY + 45 * HOUR // 2, hours + 1
    started = planned + int(rng.integers(0, 15 * MINUTE))
    return {
        "unit": unit,
        "kind": "planned",
        "area": _area(rng, unit),
        "planned_at": planned,
        "started_at": started,
        "cause": ("renewal", "connection", "maintenance")[int(rng.choice(3, p=(0.45, 0.3, 0.25)))],
        "notified_at": _notice(rng, unit, month=month, number=number, planned=planned, late=late),
        "restored_at": started + int(hours * HOUR),
        "customers_affected": _customers(rng, 50),
    }


def _notice(rng: np.random.Generator, unit: str, *, month: str, number: int, planned: int, late: bool) -> int | None:
    ahead = NOTICE + int(rng.integers(1, 96 * 60)) * MINUTE
    short = int(rng.integers(5 * 60, 47 * 60)) * MINUTE
    if not late:
        return planned - (NOTICE if number % EXACTLY_IN_TIME == EXACTLY_IN_TIME - 1 else ahead)
    if number == 0 and (unit, month) == NEVER_ANNOUNCED:
        return None
    return planned - (NOTICE - MINUTE if (unit, month) == ONE_MINUTE_LATE else short)


def _unplanned(rng: np.random.Generator, unit: str, started: int) -> Record:
    """A fault or an emergency; one in three emergencies stands as a fault with the reason beside it."""
    record: Record = {"unit": unit, "area": _area(rng, unit), "started_at": started}
    emergency, as_fault = rng.random() < 0.4, rng.random() < 0.33
    record["kind"] = "emergency" if emergency and not as_fault else "fault"
    record["cause"] = ("damage", "leak")[int(rng.random() < 0.5)] if emergency else "regulator"
    if emergency and as_fault:
        record["excluded_reason"] = "emergency_cause"
    hours = float(rng.uniform(1, 9 if emergency else 6))
    return record | {
        "restored_at": started + int(hours * HOUR),
        "customers_affected": _customers(rng, 90 if emergency else 60),
    }


def _cold_night() -> Record:
    """The regulator of a whole quarter of the town froze."""
    started = scene.moment(dt.datetime(2026, 1, 20, 23, 17, 40))
    return {
        "unit": "CJ-GW",
        "kind": "fault",
        "area": "suburban",
        "cause": "frost",
        "started_at": started,
        "restored_at": started + 7 * HOUR + 26 * MINUTE + 5,
        "customers_affected": 1240,
    }


def _still_open() -> list[Record]:
    """Two stoppages that nobody had restored when the file was exported."""
    return [
        {
            "unit": "CQ-GW",
            "kind": "fault",
            "area": "urban",
            "cause": "regulator",
            "customers_affected": 46,
            "started_at": scene.moment(dt.datetime(2026, 6, 29, 21, 36, 12)),
        },
        {
            "unit": "CJ-GW",
            "kind": "emergency",
            "area": "remote",
            "cause": "damage",
            "customers_affected": 112,
            "started_at": scene.moment(dt.datetime(2026, 6, 30, 19, 4, 50)),
        },
    ]


def _area(rng: np.random.Generator, unit: str) -> str:
    if unit.startswith("CQ"):
        return "urban"
    return "remote" if rng.random() < 0.3 else "suburban"


def _customers(rng: np.random.Generator, median: int) -> int:
    return 1 + int(median * rng.lognormal(0, 0.6))
