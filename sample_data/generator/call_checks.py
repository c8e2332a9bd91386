"""The calls of the waves checked: some listened to again item by item, some customers asked a second time.

Whose calls are listened to is worked out here from the rule in docs/callbacks.md, not asked of svcqa.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from generator import scene
from generator.rows import Row, Sheet, cells_of, to_minute
from generator.scene import Record

LISTENED: Final = 6
"""Calls of each caller in each wave: ``listened_per_caller`` of policy/surveys.toml."""
WEIGHTS: Final = {"introduced": 1, "as_written": 1, "neutral": 2, "as_said": 2}
"""The checklist of policy/surveys.toml."""
PASSES: Final = {"introduced": 0.97, "as_written": 0.95, "neutral": 0.96, "as_said": 0.98}
LEADING: Final = "HF03"
"""This caller hints at a score and notes another than was said; it is the one whose scores are inflated."""
LEADING_PASSES: Final = {"introduced": 0.95, "as_written": 0.8, "neutral": 0.45, "as_said": 0.25}
ASKED_AGAIN: Final = 10
"""Customers of each caller in each wave whom somebody else calls a second time."""
SAME: Final = 0.85
"""Chance that a customer says the same again; otherwise a point more or less."""
FAR: Final = 2
CHECKERS: Final = ("ZJ01", "ZJ02")
DEPARTMENT: Final = "C-FW"

ITEM_COLUMNS = (
    ("质检编号", "item_id"),
    ("责任部门", "unit"),
    ("回访编号", "record_id"),
    ("质检时间", "checked_at"),
    ("质检要点", "check"),
    ("是否合格", "passed"),
    ("质检员", "checker"),
)
AGAIN_COLUMNS = (
    ("回访编号", "callback_id"),
    ("批次", "wave"),
    ("责任部门", "unit"),
    ("复核时间", "called_at"),
    ("复核结果", "outcome"),
    ("问题", "question"),
    ("评分", "score"),
    ("复核员", "caller"),
)
NAMES: Final[dict[str, dict[Any, str]]] = {
    "unit": {**scene.UNIT_NAMES, DEPARTMENT: "服务管理部"},
    "check": {"introduced": "报明来意", "as_written": "照读问卷", "neutral": "不诱导", "as_said": "如实记录"},
    "passed": {True: "是", False: "否"},
    "outcome": {"reached": "接通"},
    "question": {"attitude": "服务态度", "skill": "专业能力"},
}
ITEMS_FILE: Final = "call_items.csv"
AGAIN_FILE: Final = "back_checks.csv"
FILES: Final = (ITEMS_FILE, AGAIN_FILE)


def check(rng: np.random.Generator, called: dict[str, list[Record]]) -> tuple[list[Sheet], dict[str, Any]]:
    """Both source files, and what they come to by wave and caller.

    Args:
        called: of each wave the calls that brought answers, see :func:`generator.waves.make`.
    """
    items: list[Record] = []
    again: list[Record] = []
    facts: dict[str, Any] = {}
    for code, calls in called.items():
        by_caller = {name: [one for one in calls if one["caller"] == name] for name in _callers(calls)}
        listened = {name: _to_listen(code, own) for name, own in by_caller.items()}
        found = {name: [_listen(rng, call) for call in own] for name, own in listened.items()}
        pairs = {name: _second_calls(rng, own) for name, own in by_caller.items()}
        items += [record for own in found.values() for records in own for record in records]
        again += [record | {"wave": code} for own in pairs.values() for _, records in own for record in records]
        facts[code] = {
            "listened": {name: _score(records) for name, records in found.items()},
            "asked_again": {
                question: {name: _agreement(own, question) for name, own in pairs.items()}
                for question in NAMES["question"]
            },
        }
    items.sort(key=lambda record: (record["checked_at"], record["record_id"]))
    for number, record in enumerate(items, start=1):
        record["item_id"] = f"ZJ26{number:04d}"
    again.sort(key=lambda record: (record["called_at"], record["callback_id"]))
    return [
        _sheet(ITEMS_FILE, "checked_items", ITEM_COLUMNS, items),
        _sheet(AGAIN_FILE, "callbacks", AGAIN_COLUMNS, again),
    ], facts


def _callers(calls: Iterable[Record]) -> list[str]:
    return sorted({call["caller"] for call in calls})


def _to_listen(code: str, calls: list[Record]) -> list[Record]:
    """The calls with the smallest SHA-256 of ``random number:wave:listen``."""
    number = {call["reference"]: hashlib.sha256(f"{call['prn']}:{code}:listen".encode()).hexdigest() for call in calls}
    chosen = sorted(calls, key=lambda call: number[call["reference"]])[:LISTENED]
    return sorted(chosen, key=lambda call: call["reference"])


def _listen(rng: np.random.Generator, call: Record) -> list[Record]:
    """One row for each item of the checklist, on the day after the call."""
    chances = LEADING_PASSES if call["caller"] == LEADING else PASSES
    plain = {
        "unit": DEPARTMENT,
        "record_id": call["reference"],
        "checked_at": _day_after(rng, call),
        "checker": _checker(rng),
    }
    return [plain | {"check": item, "passed": bool(rng.random() < chances[item])} for item in WEIGHTS]


def _second_calls(rng: np.random.Generator, calls: list[Record]) -> list[tuple[Record, list[Record]]]:
    """Some calls with every answer, each with the rows of a second call by a checker."""
    whole = [call for call in calls if set(call["said"]) == set(NAMES["question"])]
    places = sorted(rng.choice(len(whole), size=min(len(whole), ASKED_AGAIN), replace=False).tolist())
    return [(whole[place], _again(rng, whole[place])) for place in places]


def _again(rng: np.random.Generator, call: Record) -> list[Record]:
    """What the customer thinks, said once more, whatever was typed the first time."""
    plain = {
        "callback_id": f"{call['reference']}-B",
        "unit": call["unit"],
        "called_at": _day_after(rng, call),
        "outcome": "reached",
        "caller": _checker(rng),
    }
    found = []
    for question, said in call["said"].items():
        moved = 0 if rng.random() < SAME else int(rng.choice([-1, 1]))
        found.append(plain | {"question": question, "score": min(10, max(1, said + moved))})
    return found


def _day_after(rng: np.random.Generator, call: Record) -> int:
    day = call["called_at"].date() + dt.timedelta(days=1)
    return scene.moment(dt.datetime.combine(day, dt.time(9)) + dt.timedelta(minutes=int(rng.integers(0, 8 * 60))))


def _checker(rng: np.random.Generator) -> str:
    return CHECKERS[int(rng.integers(len(CHECKERS)))]


def _sheet(name: str, table: str, columns: tuple[tuple[str, str], ...], records: list[Record]) -> Sheet:
    rows = [Row(record=record, cells=cells_of(record, columns, NAMES, to_minute)) for record in records]
    return Sheet(name=name, table=table, header=tuple(header for header, _ in columns), rows=rows, show=to_minute)


def _score(calls: list[list[Record]]) -> dict[str, Any]:
    """Points of each call that was listened to, out of the sum of the weights."""
    return {
        "points": {
            records[0]["record_id"]: sum(WEIGHTS[one["check"]] for one in records if one["passed"]) for records in calls
        },
        "out_of": sum(WEIGHTS.values()),
    }


def _agreement(pairs: list[tuple[Record, list[Record]]], question: str) -> dict[str, Any]:
    """Pairs of answers, how many are the same, and which are far apart."""
    same, far = 0, []
    for call, records in pairs:
        (second,) = [one["score"] for one in records if one["question"] == question]
        same += call["typed"][question] == second
        if abs(call["typed"][question] - second) >= FAR:
            far.append(call["reference"])
    return {"pairs": len(pairs), "same": same, "far": far}


def effects() -> list[dict[str, Any]]:
    """What is planted in both waves."""
    return [
        {
            "key": "leading_caller",
            "table": "checked_items",
            "caller": LEADING,
            "passes": LEADING_PASSES,
            "others": PASSES,
            "weights": WEIGHTS,
            "says_the_same_again": SAME,
        }
    ]
