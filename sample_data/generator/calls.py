"""Calls to the customer-service line."""

from __future__ import annotations

import numpy as np

from generator import scene
from generator.rows import Row, Sheet, cells_of, to_second
from generator.scene import Record

COLUMNS = (
    ("通话编号", "call_id"),
    ("受理部门", "unit"),
    ("线路", "line"),
    ("客户编号", "customer"),
    ("来电时间", "started_at"),
    ("结果", "outcome"),
    ("振铃次数", "rings"),
    ("等待秒数", "wait"),
    ("通话秒数", "talk"),
)
NAMES = {
    "unit": scene.UNIT_NAMES,
    "line": {"service": "服务", "emergency": "抢险", "billing": "账务"},
    "outcome": {"answered": "接通", "abandoned": "放弃", "busy": "忙音"},
}
VOLUMES = (("CQ-KF", 520.0), ("CJ-KF", 315.0))


def sheets(rng: np.random.Generator) -> list[Sheet]:
    """One file per year."""
    records = [
        _record(rng, unit, int(started))
        for unit, per_month in VOLUMES
        for started in scene.moments(
            rng, per_month, hours=scene.HOTLINE_HOURS, weekdays=scene.FEWER_AT_WEEKENDS, spring=scene.SPRING_SHARE
        )
    ]
    records.sort(key=lambda record: (record["started_at"], record["unit"]))
    header = tuple(name for name, _ in COLUMNS)
    found = []
    for year in range(2023, 2027):
        chosen = [record for record in records if scene.when(record["started_at"]).year == year]
        for number, record in enumerate(chosen, start=1):
            record["call_id"] = f"TH{year % 100}{number:05d}"
        rows = [Row(record=record, cells=cells_of(record, COLUMNS, NAMES, to_second)) for record in chosen]
        found.append(Sheet(name=f"calls_{year}.csv", table="calls", header=header, rows=rows, show=to_second))
    return found


def _record(rng: np.random.Generator, unit: str, started: int) -> Record:
    record: Record = {"unit": unit, "started_at": started}
    record["line"] = ("service", "billing", "emergency")[int(rng.choice(3, p=(0.72, 0.2, 0.08)))]
    if rng.random() < 0.5:
        record["customer"] = scene.customer_code(scene.customer_number(rng, unit))
    record["outcome"] = ("answered", "abandoned", "busy")[int(rng.choice(3, p=(0.945, 0.045, 0.01)))]
    if record["outcome"] == "busy":
        return record
    quick = rng.random() < scene.RINGS[unit]
    rings = int(rng.choice((1, 2, 3), p=(0.35, 0.4, 0.25))) if quick else 4 + min(int(rng.geometric(0.45)) - 1, 8)
    if record["outcome"] == "abandoned":
        rings += int(rng.integers(0, 5))
    else:
        record["talk"] = 20 + int(rng.gamma(2.0, 70))
    return record | {"rings": rings, "wait": rings * 5 - int(rng.integers(0, 5))}
