"""Entry errors of the kinds that people make, planted in known rows.

A row gets at most one fault, but for a few that get two. What a warning changes is also changed in the row's
record, since such a row is accepted and counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from generator import scene
from generator.rows import Cell, Row, Sheet
from generator.scene import DAY, MINUTE, Record

Condition = Callable[[Record], bool]
ELEVEN_YEARS = 11 * 366 * DAY


def _any_row(record: Record) -> bool:
    return True


def _has(*names: str) -> Condition:
    return lambda record: all(record.get(name) is not None for name in names)


@dataclass(frozen=True)
class TextFault:
    """Other texts in the cell ``column``, one after the other."""

    code: str
    column: str
    texts: tuple[Cell, ...]
    where: Condition = _any_row


@dataclass(frozen=True)
class MomentFault:
    """The moment ``name`` moved; ``where`` it makes sense. A warning if ``odd``."""

    code: str
    column: str
    name: str
    moved: Callable[[Record], int]
    where: Condition = _any_row
    odd: bool = False


Fault = TextFault | MomentFault

_UNIT_FAULTS = {
    "unknown_code": ("城区客服一班", "城郊抢险"),
    "unknown_unit": (scene.STATION_NOBODY_KNOWS, scene.STATION_NOBODY_KNOWS),
    "missing_required": ("", " "),
}
_UNREADABLE = ("2024/02/30 09:15", "待补", "26年1月5日上午", "00:00")
_WITH_OFFSET = ("2024-05-06T08:30:00+08:00", "2025-03-04T21:10:05+08:00")


def _unit_faults(column: str) -> tuple[Fault, ...]:
    return tuple(TextFault(code, column, texts) for code, texts in _UNIT_FAULTS.items())


def _late_years(record: Record, name: str, start: str) -> bool:
    """Warnings that would move a case in or out of the half-year that tests count by hand stay out of it."""
    return record.get(name) is not None and scene.month_of(record[start]) < "2026-01"


WORK_ORDER_FAULTS: tuple[Fault, ...] = (
    *_unit_faults("承办部门"),
    TextFault("missing_required", "受理时间", ("",)),
    TextFault("missing_required", "工单编号", ("",)),
    TextFault("unreadable_moment", "受理时间", _UNREADABLE),
    TextFault("unreadable_moment", "完成时间", _UNREADABLE, _has("resolved_at")),
    TextFault("unknown_code", "工单类型", ("抢修(旧)", "投诉"), lambda r: r["order_type"] != "restore"),
    TextFault("zone_not_declared", "受理时间", _WITH_OFFSET),
    TextFault("start_out_of_range", "受理时间", ("1926/01/05 08:31", "1926/03/09 14:00")),
    MomentFault("before_start", "到场时间", "arrived_at", lambda r: r["received_at"] - 17 * MINUTE, _has("arrived_at")),
    MomentFault("before_start", "完成时间", "resolved_at", lambda r: r["received_at"] - DAY,
                _has("due_at", "resolved_at")),
    MomentFault("due_before_start", "预约时间", "due_at", lambda r: r["received_at"] - 2 * DAY,
                lambda r: _late_years(r, "due_at", "received_at"), odd=True),
    MomentFault("far_date", "完成时间", "resolved_at", lambda r: r["resolved_at"] + ELEVEN_YEARS,
                lambda r: _late_years(r, "resolved_at", "received_at"), odd=True),
    MomentFault("zero_length", "完成时间", "resolved_at", lambda r: r["received_at"],
                lambda r: r["order_type"] == "repair" and r["resolved_at"] is not None, odd=True),
)  # fmt: skip
CALL_FAULTS: tuple[Fault, ...] = (
    *_unit_faults("受理部门"),
    TextFault("missing_required", "结果", ("",)),
    TextFault("unreadable_moment", "来电时间", _UNREADABLE),
    TextFault("unreadable_number", "振铃次数", ("三声", "约3次"), _has("rings")),
    TextFault("unreadable_number", "通话秒数", ("一分多钟", "12.5"), _has("talk")),
    TextFault("negative_number", "等待秒数", (-5, -1), _has("wait")),
    TextFault("unknown_code", "结果", ("转接", "接通?")),
    TextFault("zone_not_declared", "来电时间", _WITH_OFFSET),
    TextFault("start_out_of_range", "来电时间", ("1926/01/05 08:31:00", "2062/11/30 10:00:00")),
)
COMPLAINT_FAULTS: tuple[Fault, ...] = (
    *_unit_faults("责任部门"),
    TextFault("missing_required", "受理时间", ("",)),
    TextFault("unreadable_moment", "答复时间", _UNREADABLE, _has("replied_at")),
    TextFault("unknown_code", "是否有效", ("待定",)),
    TextFault("unknown_code", "级别", ("四级", "A")),
    TextFault("zone_not_declared", "受理时间", _WITH_OFFSET),
    TextFault("start_out_of_range", "受理时间", ("1926-01-05 08:31:00", "1925-10-10 10:10:00")),
    MomentFault("before_start", "答复时间", "replied_at", lambda r: r["received_at"] - 3 * DAY, _has("replied_at")),
    MomentFault("far_date", "办结时间", "closed_at", lambda r: r["closed_at"] + ELEVEN_YEARS,
                lambda r: _late_years(r, "closed_at", "received_at"), odd=True),
    MomentFault("zero_length", "办结时间", "closed_at", lambda r: r["received_at"], _has("closed_at"), odd=True),
)  # fmt: skip


def plant(rng: np.random.Generator, sheet: Sheet, faults: tuple[Fault, ...], *, each: int, compared: str) -> None:
    """Plant ``each`` of ``faults``, of repeated and of contradicting rows; in a CSV also of broken lines.

    Args:
        compared: a column that the mapping reads, in which contradicting rows differ.
    """
    free = set(range(len(sheet.rows)))

    def take(count: int, where: Condition) -> list[Row]:
        fit = sorted(position for position in free if where(sheet.rows[position].record))
        chosen = rng.choice(fit, size=min(count, len(fit)), replace=False).tolist()
        free.difference_update(chosen)
        return [sheet.rows[position] for position in chosen]

    for fault in faults:
        for number, row in enumerate(take(each, fault.where)):
            _apply(fault, row, number, sheet)
    for row in take(1, _any_row):  # two things wrong at once
        for code in ("missing_required", "zone_not_declared"):
            _apply(next(fault for fault in faults if fault.code == code), row, 0, sheet)
    if sheet.name.endswith(".csv"):
        for number, row in enumerate(take(each, _any_row)):
            row.field_shift, row.reasons = (1 if number % 2 == 0 else -1), {"wrong_field_count"}
    repeats = [(row, "duplicate_row") for row in take(each, _any_row)]
    for row, code in [*repeats, *((row, "conflicting_key") for row in take(each, _has(*_needed(compared, sheet))))]:
        _repeat(rng, sheet, row, code, compared)


def _needed(compared: str, sheet: Sheet) -> tuple[str, ...]:
    return {"work_orders": ("tier",), "calls": ("talk",), "complaints": ("tier",)}[sheet.table]


def _apply(fault: Fault, row: Row, number: int, sheet: Sheet) -> None:
    if isinstance(fault, TextFault):
        row.cells[fault.column] = fault.texts[number % len(fault.texts)]
        row.reasons.add(fault.code)
        return
    moment = fault.moved(row.record)
    row.cells[fault.column] = sheet.show(moment)
    if fault.odd:
        row.record[fault.name] = moment
        row.warnings.add(fault.code)
    else:
        row.reasons.add(fault.code)


def _repeat(rng: np.random.Generator, sheet: Sheet, row: Row, code: str, compared: str) -> None:
    """The same row again further down; in one that contradicts it, ``compared`` says something else."""
    again = replace(row, cells=dict(row.cells), reasons={code}, warnings=set())
    if code == "conflicting_key":
        row.reasons.add(code)
        value = again.cells[compared]
        again.cells[compared] = value + 1 if isinstance(value, int) else ("B" if value == "C" else "C")
    position = next(position for position, other in enumerate(sheet.rows) if other is row)
    sheet.rows.insert(min(position + int(rng.integers(1, 40)), len(sheet.rows)), again)
