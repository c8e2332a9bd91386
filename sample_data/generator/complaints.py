"""Complaints, answered on working days."""

from __future__ import annotations

import datetime as dt

import numpy as np

from generator import scene
from generator.rows import Row, Sheet, cells_of
from generator.scene import DAY, MINUTE, Record

COLUMNS = (
    ("投诉编号", "complaint_id"),
    ("责任部门", "unit"),
    ("投诉来源", "source"),
    ("受理渠道", "channel"),
    ("投诉类别", "category"),
    ("级别", "level"),
    ("客户等级", "tier"),
    ("客户编号", "customer"),
    ("姓名", "name"),
    ("联系电话", "phone"),
    ("地址", "address"),
    ("受理时间", "received_at"),
    ("首次响应", "responded_at"),
    ("答复时间", "replied_at"),
    ("办结时间", "closed_at"),
    ("是否有效", "valid"),
    ("是否属实", "upheld"),
    ("重复投诉", "repeat_of"),
)
NAMES = {
    "unit": scene.UNIT_NAMES,
    "source": {
        "hotline": "本公司热线",
        "12345": "政务热线",
        "association": "消协",
        "regulator": "主管部门",
        "superior": "上级转办",
    },
    "channel": {"phone": "电话", "hall": "营业厅", "online": "网上", "letter": "来函"},
    "category": {
        "attitude": "服务态度",
        "punctuality": "上门不及时",
        "billing": "账单计量",
        "repair_quality": "维修质量",
        "stop_notice": "停气通知",
        "other": "其他",
    },
    "level": {"1": "一级", "2": "二级", "3": "三级"},
}
VOLUMES = (("CQ-KF", 65.0), ("CJ-KF", 30.0), ("CQ-AJ", 9.0), ("CJ-AJ", 7.0))
NO_REPLY_LEFT_OPEN = 6


def sheets(rng: np.random.Generator) -> list[Sheet]:
    """One workbook per year."""
    records = [
        _record(rng, unit, int(received) // MINUTE * MINUTE)
        for unit, per_month in VOLUMES
        for received in scene.moments(rng, per_month, hours=scene.HOTLINE_HOURS, weekdays=scene.FEWER_AT_WEEKENDS)
    ]
    records.sort(key=lambda record: (record["received_at"], record["unit"]))
    _number(rng, records)
    _leave_open(rng, records)
    header = tuple(name for name, _ in COLUMNS)
    found = []
    for year in range(2023, 2027):
        chosen = [record for record in records if scene.when(record["received_at"]).year == year]
        rows = [Row(record=record, cells=cells_of(record, COLUMNS, NAMES, scene.when)) for record in chosen]
        found.append(
            Sheet(name=f"complaints_{year}.xlsx", table="complaints", header=header, rows=rows, show=scene.when)
        )
    return found


def _record(rng: np.random.Generator, unit: str, received: int) -> Record:
    number = scene.customer_number(rng, unit)
    record: Record = {
        "unit": unit,
        "received_at": received,
        "customer": scene.customer_code(number),
        "tier": scene.tier(number),
    }
    record["name"], record["phone"], record["address"] = scene.contact(number)
    record["source"] = _choose(rng, "source", (0.7, 0.17, 0.04, 0.03, 0.06))
    record["channel"] = _choose(rng, "channel", (0.62, 0.13, 0.22, 0.03))
    record["category"] = _choose(rng, "category", (0.14, 0.3, 0.24, 0.17, 0.09, 0.06))
    record["level"] = _choose(rng, "level", (0.03, 0.17, 0.8))
    record["valid"] = "是" if rng.random() < 0.86 else "否"
    record["upheld"] = "是" if record["valid"] == "是" and rng.random() < 0.55 else "否"
    replied = _reply(rng, received, rng.random() < scene.reply_probability(unit, scene.month_of(received)))
    responded = min(received + int(rng.integers(5, 600)) * MINUTE, replied)
    closed = replied + int(rng.integers(0, 3)) * DAY + int(rng.integers(5, 120)) * MINUTE
    steps = (("responded_at", responded), ("replied_at", replied), ("closed_at", closed))
    return record | {name: at if at < scene.AS_OF else None for name, at in steps}


def _choose(rng: np.random.Generator, name: str, weights: tuple[float, ...]) -> str:
    return list(NAMES[name])[int(rng.choice(len(weights), p=weights))]


def _reply(rng: np.random.Generator, received: int, met: bool) -> int:
    """A moment in office hours of a working day: the third after the day of receipt at the latest where ``met``."""
    day, second = scene.when(received).date(), received % DAY
    number = int(rng.choice(4, p=(0.15, 0.42, 0.28, 0.15))) if met else 3 + min(int(rng.geometric(0.5)), 6)
    if number == 0 and (day not in scene.WORKDAYS or not 8 * 3600 <= second < 16 * 3600):
        number = 1
    start = scene.moment(dt.datetime.combine(scene.workday_after(day, number), dt.time()))
    opens = max(start + 8 * 3600 + 40 * MINUTE, received + 20 * MINUTE)
    return int(rng.integers(opens // MINUTE, (start + 17 * 3600 + 25 * MINUTE) // MINUTE)) * MINUTE


def _number(rng: np.random.Generator, records: list[Record]) -> None:
    """Numbers in the order of receipt; one in twenty-five repeats an earlier complaint."""
    counts: dict[int, int] = {}
    earlier: list[str] = []
    for record in records:
        year = scene.when(record["received_at"]).year
        counts[year] = counts.get(year, 0) + 1
        record["complaint_id"] = f"TS{year}-{counts[year]:04d}"
        if len(earlier) > 30 and rng.random() < 0.04:
            record["repeat_of"] = earlier[-int(rng.integers(2, 30))]
        earlier.append(record["complaint_id"])


def _leave_open(rng: np.random.Generator, records: list[Record]) -> None:
    """Some complaints of June 2026 got no answer: overdue at the export."""
    early, late = scene.moment(dt.datetime(2026, 6, 8)), scene.moment(dt.datetime(2026, 6, 23))
    chosen = [record for record in records if early <= record["received_at"] < late]
    for position in rng.choice(len(chosen), size=NO_REPLY_LEFT_OPEN, replace=False):
        chosen[position] |= {"replied_at": None, "closed_at": None}
