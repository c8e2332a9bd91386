"""Calls back to customers a few days after their case was closed, with two questions each. No sample was drawn."""

from __future__ import annotations

import datetime as dt

import numpy as np

from generator import scene
from generator.planting import (
    UNREADABLE,
    WITH_OFFSET,
    Contradiction,
    Fault,
    TextFault,
    has,
    one_more,
    plant,
    unit_faults,
)
from generator.rows import Row, Sheet, cells_of, to_minute
from generator.scene import MINUTE, Record
from generator.work_orders import APPOINTMENTS

COLUMNS = (
    ("回访编号", "callback_id"),
    ("责任部门", "unit"),
    ("服务类别", "service"),
    ("关联单号", "record_id"),
    ("客户编号", "customer"),
    ("客户等级", "tier"),
    ("回访时间", "called_at"),
    ("回访结果", "outcome"),
    ("问题", "question"),
    ("评分", "score"),
)
NAMES = {
    "unit": scene.UNIT_NAMES,
    "service": {"install": "安装", "repair": "维修", "inspection": "安检", "complaint": "投诉"},
    "outcome": {"reached": "接通", "no_answer": "无人接听", "declined": "拒绝", "wrong_number": "号码有误"},
    "question": {"attitude": "服务态度", "skill": "专业能力"},
}
VOLUMES = {"CQ-KF": 25.0, "CJ-KF": 16.0, "CQ-AJ": 11.0, "CJ-AJ": 8.0}
"""Calls a month."""
OUTCOMES = (0.7, 0.19, 0.07, 0.04)
NO_ANSWER_TO_ONE = 0.02
"""Share of the customers reached who do not answer one of the questions."""
# how often each score is given
SCORES = {
    "attitude": {10: 0.52, 9: 0.28, 8: 0.12, 7: 0.05, 6: 0.015, 5: 0.008, 3: 0.004, 1: 0.003},
    "skill": {10: 0.44, 9: 0.3, 8: 0.16, 7: 0.06, 6: 0.02, 5: 0.012, 3: 0.005, 1: 0.003},
}
DIP = ("CQ-KF", "attitude", "2026-04")
"""The unit, the question and the first month of a dip that lasts to the end."""
DIP_SCORES = {10: 0.16, 9: 0.2, 8: 0.22, 7: 0.16, 6: 0.12, 5: 0.08, 3: 0.04, 1: 0.02}

FAULTS: tuple[Fault, ...] = (
    *unit_faults("责任部门"),
    TextFault("missing_required", "问题", ("",)),
    TextFault("missing_required", "回访编号", ("",)),
    TextFault("unknown_code", "回访结果", ("关机", "接通?")),
    TextFault("unreadable_number", "评分", ("九分", "满意"), has("score")),
    TextFault("negative_number", "评分", (-9, -1), has("score")),
    TextFault("unreadable_moment", "回访时间", UNREADABLE),
    TextFault("zone_not_declared", "回访时间", WITH_OFFSET),
    TextFault("start_out_of_range", "回访时间", ("1926/01/05 08:31", "2062/11/30 10:00")),
)
CONTRADICTION = Contradiction("评分", has("score"), one_more)


def sheets(rng: np.random.Generator, orders: list[Record], complaints: list[Record]) -> list[Sheet]:
    """One file per year, about closed cases among ``orders`` and ``complaints``."""
    calls = [
        call
        for unit, per_month in VOLUMES.items()
        for case in _chosen(rng, _closed(unit, orders, complaints), per_month)
        if (call := _call(rng, unit, case))["called_at"] < scene.AS_OF
    ]
    calls.sort(key=lambda call: (call["called_at"], call["unit"], call["record_id"]))
    header = tuple(name for name, _ in COLUMNS)
    found = []
    for year in range(2023, 2027):
        rows = []
        chosen = [call for call in calls if scene.when(call["called_at"]).year == year]
        for number, call in enumerate(chosen, start=1):
            for record in _answers(rng, call | {"callback_id": f"HF{year % 100}{number:04d}"}):
                rows.append(Row(record=record, cells=cells_of(record, COLUMNS, NAMES, to_minute)))
        sheet = Sheet(name=f"callbacks_{year}.csv", table="callbacks", header=header, rows=rows, show=to_minute)
        plant(rng, sheet, FAULTS, each=2, contradiction=CONTRADICTION)
        found.append(sheet)
    return found


def _closed(unit: str, orders: list[Record], complaints: list[Record]) -> list[Record]:
    """The cases of ``unit`` that were closed by the export."""
    cases = [
        {
            "record_id": order["order_id"],
            "service": order["order_type"],
            "closed_at": order["resolved_at"],
            "customer": order["customer"],
            "tier": order["tier"],
        }
        for order in orders
        if order["unit"] == unit and order["order_type"] in APPOINTMENTS and order.get("customer")
    ] + [
        {
            "record_id": complaint["complaint_id"],
            "service": "complaint",
            "closed_at": complaint["closed_at"],
            "customer": complaint["customer"],
            "tier": complaint["tier"],
        }
        for complaint in complaints
        if complaint["unit"] == unit
    ]
    return [case for case in cases if case["closed_at"] is not None and case["closed_at"] < scene.AS_OF]


def _chosen(rng: np.random.Generator, cases: list[Record], per_month: float) -> list[Record]:
    by_month: dict[str, list[Record]] = {month: [] for month in scene.months()}
    for case in cases:
        by_month[scene.month_of(case["closed_at"])].append(case)
    found = []
    for closed in by_month.values():
        places = rng.choice(len(closed), size=min(len(closed), int(rng.poisson(per_month))), replace=False)
        found += [closed[place] for place in sorted(places.tolist())]
    return found


def _call(rng: np.random.Generator, unit: str, case: Record) -> Record:
    """In office hours, on the third to ninth day after the day of closing."""
    day = scene.when(case["closed_at"]).date() + dt.timedelta(days=int(rng.integers(3, 10)))
    called = scene.moment(dt.datetime.combine(day, dt.time(9))) + int(rng.integers(0, 9 * 60)) * MINUTE
    outcome = list(NAMES["outcome"])[int(rng.choice(len(OUTCOMES), p=OUTCOMES))]
    return {name: case[name] for name in ("record_id", "service", "customer", "tier")} | {
        "unit": unit,
        "called_at": called,
        "outcome": outcome,
    }


def _answers(rng: np.random.Generator, call: Record) -> list[Record]:
    found = []
    for question, usual in SCORES.items():
        dips = (call["unit"], question) == DIP[:2] and scene.month_of(call["called_at"]) >= DIP[2]
        shares = DIP_SCORES if dips else usual
        score = int(rng.choice(list(shares), p=list(shares.values())))
        answered = call["outcome"] == "reached" and rng.random() >= NO_ANSWER_TO_ONE
        found.append(call | {"question": question, "score": score if answered else None})
    return found


def mean(shares: dict[int, float]) -> float:
    """The mean score where each is given as often as ``shares`` says."""
    return round(sum(score * share for score, share in shares.items()), 4)
