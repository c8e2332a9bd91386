"""What people enter wrongly in work orders, calls and complaints; the other tables keep theirs beside their records."""

from __future__ import annotations

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
    unit_faults,
)
from generator.rows import Cell
from generator.scene import DAY, MINUTE, Record

ELEVEN_YEARS = 11 * 366 * DAY


def _late_years(record: Record, name: str, start: str) -> bool:
    """Warnings that would move a case in or out of the half-year that tests count by hand stay out of it."""
    return record.get(name) is not None and scene.month_of(record[start]) < "2026-01"


WORK_ORDER_FAULTS: tuple[Fault, ...] = (
    *unit_faults("承办部门"),
    TextFault("missing_required", "受理时间", ("",)),
    TextFault("missing_required", "工单编号", ("",)),
    TextFault("unreadable_moment", "受理时间", UNREADABLE),
    TextFault("unreadable_moment", "完成时间", UNREADABLE, has("resolved_at")),
    TextFault("unknown_code", "工单类型", ("抢修(旧)", "投诉"), lambda r: r["order_type"] != "restore"),
    TextFault("zone_not_declared", "受理时间", WITH_OFFSET),
    TextFault("start_out_of_range", "受理时间", ("1926/01/05 08:31", "1926/03/09 14:00")),
    MomentFault(
        code="before_start",
        column="到场时间",
        name="arrived_at",
        moved=lambda r: r["received_at"] - 17 * MINUTE,
        where=has("arrived_at"),
    ),
    MomentFault(
        code="before_start",
        column="完成时间",
        name="resolved_at",
        moved=lambda r: r["received_at"] - DAY,
        where=has("due_at", "resolved_at"),
    ),
    MomentFault(
        code="due_before_start",
        column="预约时间",
        name="due_at",
        moved=lambda r: r["received_at"] - 2 * DAY,
        where=lambda r: _late_years(r, "due_at", "received_at"),
        odd=True,
    ),
    MomentFault(
        code="far_date",
        column="完成时间",
        name="resolved_at",
        moved=lambda r: r["resolved_at"] + ELEVEN_YEARS,
        where=lambda r: _late_years(r, "resolved_at", "received_at"),
        odd=True,
    ),
    MomentFault(
        code="zero_length",
        column="完成时间",
        name="resolved_at",
        moved=lambda r: r["received_at"],
        where=lambda r: r["order_type"] == "repair" and r["resolved_at"] is not None,
        odd=True,
    ),
)
CALL_FAULTS: tuple[Fault, ...] = (
    *unit_faults("受理部门"),
    TextFault("missing_required", "结果", ("",)),
    TextFault("unreadable_moment", "来电时间", UNREADABLE),
    TextFault("unreadable_number", "振铃次数", ("三声", "约3次"), has("rings")),
    TextFault("unreadable_number", "通话秒数", ("一分多钟", "12.5"), has("talk")),
    TextFault("negative_number", "等待秒数", (-5, -1), has("wait")),
    TextFault("unknown_code", "结果", ("转接", "接通?")),
    TextFault("zone_not_declared", "来电时间", WITH_OFFSET),
    TextFault("start_out_of_range", "来电时间", ("1926/01/05 08:31:00", "2062/11/30 10:00:00")),
)
COMPLAINT_FAULTS: tuple[Fault, ...] = (
    *unit_faults("责任部门"),
    TextFault("missing_required", "受理时间", ("",)),
    TextFault("unreadable_moment", "答复时间", UNREADABLE, has("replied_at")),
    TextFault("unknown_code", "是否有效", ("待定",)),
    TextFault("unknown_code", "级别", ("四级", "A")),
    TextFault("zone_not_declared", "受理时间", WITH_OFFSET),
    TextFault("start_out_of_range", "受理时间", ("1926-01-05 08:31:00", "1925-10-10 10:10:00")),
    MomentFault(
        code="before_start",
        column="答复时间",
        name="replied_at",
        moved=lambda r: r["received_at"] - 3 * DAY,
        where=has("replied_at"),
    ),
    MomentFault(
        code="far_date",
        column="办结时间",
        name="closed_at",
        moved=lambda r: r["closed_at"] + ELEVEN_YEARS,
        where=lambda r: _late_years(r, "closed_at", "received_at"),
        odd=True,
    ),
    MomentFault(
        code="zero_length",
        column="办结时间",
        name="closed_at",
        moved=lambda r: r["received_at"],
        where=has("closed_at"),
        odd=True,
    ),
)


def _other_tier(cell: Cell) -> Cell:
    return "B" if cell == "C" else "C"


CONTRADICTIONS = {
    "work_orders": Contradiction("客户等级", has("tier"), _other_tier),
    "calls": Contradiction("通话秒数", has("talk"), one_more),
    "complaints": Contradiction("客户等级", has("tier"), _other_tier),
}
FAULTS = {"work_orders": WORK_ORDER_FAULTS, "calls": CALL_FAULTS, "complaints": COMPLAINT_FAULTS}
