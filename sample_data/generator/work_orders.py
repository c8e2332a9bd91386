"""Work orders: emergencies, restored supply, appointments to install, repair and inspect."""

from __future__ import annotations

import datetime as dt

import numpy as np

from generator import scene
from generator.rows import Row, Sheet, Show, cells_of, to_minute, to_second
from generator.scene import DAY, MINUTE, Record

COLUMNS = (
    ("工单编号", "order_id"),
    ("工单类型", "order_type"),
    ("业务类别", "category"),
    ("承办部门", "unit"),
    ("客户等级", "tier"),
    ("区域", "area"),
    ("用户性质", "customer_kind"),
    ("来源渠道", "channel"),
    ("客户编号", "customer"),
    ("联系人", "name"),
    ("联系电话", "phone"),
    ("联系地址", "address"),
    ("受理时间", "received_at"),
    ("预约时间", "due_at"),
    ("到场时间", "arrived_at"),
    ("完成时间", "resolved_at"),
    ("备注", "note"),
)
NAMES = {
    "order_type": {
        "emergency": "抢险",
        "restore": "恢复供气",
        "install": "安装",
        "repair": "维修",
        "inspection": "安检",
    },
    "category": {
        "leak": "漏气",
        "damage": "外力破坏",
        "no_gas": "无气",
        "alarm": "报警器",
        "planned": "计划停气",
        "fault": "设备故障",
        "emergency": "紧急事故",
        "new": "新装",
        "move": "改装",
        "meter": "表具",
        "stove": "灶具",
        "pipe": "管道",
        "regular": "定期",
        "special": "专项",
    },
    "unit": scene.UNIT_NAMES,
    "area": {"urban": "市区", "suburban": "近郊", "remote": "偏远"},
    "customer_kind": {"resident": "居民", "business": "工商"},
    "channel": {"hotline": "热线", "hall": "营业厅", "wechat": "微信", "patrol": "巡线", "plan": "计划"},
}
CATEGORIES = {
    "emergency": (("leak", 0.55), ("damage", 0.1), ("no_gas", 0.2), ("alarm", 0.15)),
    "restore": (("planned", 0.55), ("fault", 0.27), ("emergency", 0.18)),
    "install": (("new", 0.7), ("move", 0.3)),
    "repair": (("meter", 0.35), ("stove", 0.4), ("pipe", 0.25)),
    "inspection": (("regular", 0.85), ("special", 0.15)),
}
CHANNELS = {
    "emergency": (("hotline", 0.92), ("patrol", 0.08)),
    "restore": (("plan", 1.0),),
    "install": (("hall", 0.45), ("wechat", 0.35), ("hotline", 0.2)),
    "repair": (("hotline", 0.6), ("wechat", 0.4)),
    "inspection": (("plan", 0.7), ("hotline", 0.3)),
}
# cases a month in summer for emergencies, in an average month for the others
VOLUMES = (
    ("emergency", "CQ-QX", 85.0),
    ("emergency", "CJ-QX", 55.0),
    ("emergency", "CJ-QX2", 10.0),
    ("restore", "CQ-GW", 30.0),
    ("restore", "CJ-GW", 20.0),
    ("install", "CQ-KF", 50.0),
    ("install", "CJ-KF", 30.0),
    ("repair", "CQ-KF", 85.0),
    ("repair", "CJ-KF", 55.0),
    ("inspection", "CQ-AJ", 78.0),
    ("inspection", "CJ-AJ", 52.0),
)
APPOINTMENTS = ("install", "repair", "inspection")
NOTES = ("客户要求下午上门", "已电话确认,家中有人", "无人应门,已贴通知单", "首次上门\n补充材料后再约")


def sheets(rng: np.random.Generator) -> list[Sheet]:
    """One file per half-year. The system writes seconds from 2026 on."""
    records = sorted(_records(rng), key=lambda record: (record["received_at"], record["unit"]))
    _number(records)
    _leave_open(rng, records)
    found = []
    for year, half in ((2023, 2), (2024, 1), (2024, 2), (2025, 1), (2025, 2), (2026, 1)):
        show: Show = to_second if year >= 2026 else to_minute
        chosen = [record for record in records if _half(record["received_at"]) == (year, half)]
        rows = [row_of(record, show) for record in chosen]
        found.append(
            Sheet(
                name=f"work_orders_{year}H{half}.csv",
                table="work_orders",
                header=tuple(h for h, _ in COLUMNS),
                rows=rows,
                show=show,
            )
        )
    return found


def row_of(record: Record, show: Show) -> Row:
    """``record`` as the source writes it."""
    return Row(record=record, cells=cells_of(record, COLUMNS, NAMES, show))


def _half(seconds: int) -> tuple[int, int]:
    day = scene.when(seconds)
    return day.year, 1 if day.month <= 6 else 2


def _records(rng: np.random.Generator) -> list[Record]:
    found = []
    for order_type, unit, per_month in VOLUMES:
        for received in _received(rng, order_type, unit, per_month):
            found.append(_record(rng, order_type, unit, int(received)))
    return found


def _received(rng: np.random.Generator, order_type: str, unit: str, per_month: float) -> scene.Int64:
    if order_type == "emergency":
        last = scene.CLOSED_ON if unit == scene.CLOSED_UNIT else scene.LAST_DAY
        early = scene.moments(rng, per_month, hours=scene.ROUND_THE_CLOCK, season=scene.emergency_season, last=last)
        if unit != "CJ-QX":
            return early
        # the centre takes over the cases of the team that closed
        more = scene.moments(
            rng,
            10.0,
            hours=scene.ROUND_THE_CLOCK,
            season=scene.emergency_season,
            first=scene.CLOSED_ON + dt.timedelta(days=1),
        )
        return np.concatenate([early, more])
    spring = scene.SPRING_SHARE if order_type == "install" else 1.0
    return scene.moments(rng, per_month, hours=scene.OFFICE_HOURS, weekdays=scene.HARDLY_AT_WEEKENDS, spring=spring)


def _record(rng: np.random.Generator, order_type: str, unit: str, received: int) -> Record:
    if received < scene.moment(dt.datetime(2026, 1, 1)):
        received -= received % MINUTE
    record: Record = {"order_type": order_type, "unit": unit, "received_at": received}
    record["category"] = _choose(rng, CATEGORIES[order_type])
    record["channel"] = _choose(rng, CHANNELS[order_type])
    number = scene.customer_number(rng, unit)
    record["area"] = "urban" if unit.startswith("CQ") else "remote" if number % 10 == 4 else "suburban"
    if order_type != "restore" and record["channel"] != "patrol":
        record |= {
            "customer": scene.customer_code(number),
            "tier": scene.tier(number),
            "customer_kind": scene.customer_kind(number),
        }
        if rng.random() < 0.25:  # written down only where somebody else than the account's owner is to be called
            record["name"], record["phone"], record["address"] = scene.contact(number)
    if rng.random() < 0.004:
        record["note"] = NOTES[int(rng.integers(len(NOTES)))]
    steps = {"emergency": _emergency, "restore": _restore}.get(order_type, _appointment)
    record |= steps(rng, order_type, unit, received)
    return _as_exported(record)


def _choose(rng: np.random.Generator, weighted: tuple[tuple[str, float], ...]) -> str:
    return weighted[int(np.searchsorted(np.cumsum([weight for _, weight in weighted]), rng.random() - 1e-9))][0]


def _emergency(rng: np.random.Generator, order_type: str, unit: str, received: int) -> Record:
    met = rng.random() < scene.arrival_probability(unit, scene.month_of(received))
    minutes = 4 + 36 * rng.beta(3.6, 2.4) if met else 42 + rng.exponential(11)
    arrived = received + int(minutes * MINUTE)
    return {"arrived_at": arrived, "resolved_at": arrived + int(rng.integers(15, 200)) * MINUTE}


def _restore(rng: np.random.Generator, order_type: str, unit: str, received: int) -> Record:
    met = rng.random() < scene.RESTORE[unit]
    hours = 1 + 22.9 * rng.beta(1.8, 2.6) if met else 24.1 + rng.exponential(6)
    return {"resolved_at": received + int(hours * 3600)}


def _appointment(rng: np.random.Generator, order_type: str, unit: str, received: int) -> Record:
    """Agreed for the end of a morning or an afternoon; done in the hours before it or, late, days after."""
    day = scene.when(received).date()
    ahead = int(rng.integers(1, {"install": 6, "repair": 3}.get(order_type, 8)))
    agreed = scene.workday_after(day, ahead) if order_type == "install" else day + dt.timedelta(days=ahead)
    due = scene.moment(dt.datetime.combine(agreed, dt.time(12 if rng.random() < 0.5 else 18)))
    if rng.random() < scene.APPOINTMENT[unit]:
        resolved = due - int(rng.integers(0, 220)) * MINUTE
    else:
        late = due - due % DAY + int(rng.integers(1, 6)) * DAY
        resolved = late + int(rng.integers(9 * 60, 18 * 60)) * MINUTE
    return {"due_at": due, "resolved_at": resolved}


def _as_exported(record: Record) -> Record:
    """Whole minutes before 2026, and nothing that came after the export."""
    for name in ("arrived_at", "resolved_at"):
        if name in record:
            if record["received_at"] < scene.moment(dt.datetime(2026, 1, 1)):
                record[name] -= record[name] % MINUTE
            if record[name] >= scene.AS_OF:
                record[name] = None
    return record


def _number(records: list[Record]) -> None:
    counts: dict[str, int] = {}
    for record in records:
        month = f"{scene.when(record['received_at']):%y%m}"
        counts[month] = counts.get(month, 0) + 1
        record["order_id"] = f"GD{month}{counts[month]:04d}"


def _leave_open(rng: np.random.Generator, records: list[Record]) -> None:
    """Some cases of June 2026 nobody finished: overdue at the export."""
    wanted = (("emergency", "CJ-QX", 3), ("restore", "CJ-GW", 2), ("install", "CQ-KF", 4), ("repair", "CJ-KF", 4))
    early, late = scene.moment(dt.datetime(2026, 6, 12)), scene.moment(dt.datetime(2026, 6, 24))
    for order_type, unit, count in wanted:
        chosen = [
            r
            for r in records
            if r["order_type"] == order_type
            and r["unit"] == unit
            and early <= r["received_at"] < late
            and r["category"] != "emergency"
        ]
        for position in rng.choice(len(chosen), size=count, replace=False):
            chosen[position]["resolved_at"] = None
            if order_type == "emergency":
                chosen[position]["arrived_at"] = None
