"""The correction file of June 2026: rows that replace earlier ones, and refused rows entered again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from generator import scene
from generator.rows import Row, Sheet
from generator.scene import MINUTE, Record
from generator.work_orders import row_of

NAME = "work_orders_corrections_2026-06.csv"
LIMIT = 40 * MINUTE


def _late(record: Record) -> bool:
    return (
        record["order_type"] == "emergency"
        and record["arrived_at"] is not None
        and record["arrived_at"] - record["received_at"] > LIMIT
    )


def _in_time(record: Record) -> bool:
    return (
        record["order_type"] == "emergency"
        and record["arrived_at"] is not None
        and record["arrived_at"] - record["received_at"] <= LIMIT
    )


def _earlier(record: Record) -> Record:
    return {"arrived_at": record["received_at"] + 33 * MINUTE}


def _later(record: Record) -> Record:
    arrived = record["received_at"] + 52 * MINUTE
    return {"arrived_at": arrived, "resolved_at": max(record["resolved_at"], arrived + 30 * MINUTE)}


def _to_may(record: Record) -> Record:
    """Received on 31 May, six minutes before midnight; everything else moves along: the case changes its month."""
    shift = record["received_at"] - (scene.moment(dt.datetime(2026, 6, 1)) - 6 * MINUTE)
    return {name: record[name] - shift for name in ("received_at", "arrived_at", "resolved_at")}


# how many, which rows, what changes, and why
CORRECTIONS: tuple[tuple[int, Callable[[Record], bool], Callable[[Record], Record], str], ...] = (
    (4, lambda r: _late(r) and r["unit"] == "CJ-QX", _earlier, "arrival was entered late"),
    (2, lambda r: _in_time(r) and r["unit"] == "CQ-QX", _later, "arrival was later than entered"),
    (2, lambda r: _in_time(r) and r["unit"] == "CQ-QX", lambda r: {"unit": "CJ-QX"}, "entered for the wrong unit"),
    (
        2,
        lambda r: r["order_type"] == "install" and r["resolved_at"] is None and r["due_at"] < scene.AS_OF,
        lambda r: {"resolved_at": r["due_at"] - 35 * MINUTE},
        "completion was forgotten",
    ),
    (
        2,
        lambda r: r["order_type"] == "repair" and r["resolved_at"] is not None,
        lambda r: {"order_type": "install", "category": "move"},
        "wrong order type",
    ),
    (
        1,
        lambda r: r["order_type"] == "restore" and r["category"] == "fault" and r["resolved_at"] is not None,
        lambda r: {"category": "emergency"},
        "the cause was an emergency",
    ),
    (
        1,
        lambda r: (
            _in_time(r)
            and r["unit"] == "CJ-QX"
            and scene.month_of(r["received_at"]) == "2026-06"
            and r["resolved_at"] is not None
        ),
        _to_may,
        "received the evening before",
    ),
    (1, lambda r: r["order_type"] == "inspection" and r["resolved_at"] is not None, lambda r: {}, "nothing changed"),
)
REENTERED = ("missing_required", "unreadable_moment", "unknown_code")
"""A refused row of each of these reasons is entered again, complete."""


def correct(sheet: Sheet) -> tuple[Sheet, list[dict[str, Any]]]:
    """The correction file for the rows of ``sheet``, and what it changes, key by key."""
    used: set[str] = set()
    rows: list[Row] = []
    log: list[dict[str, Any]] = []
    for count, fits, change, why in CORRECTIONS:
        for record in _first(count, fits, sheet.accepted(), used):
            changed = record | change(record)
            rows.append(row_of(changed, sheet.show))
            log.append(_entry(record, changed, why))
    for reason in REENTERED:
        row = next(row for row in sheet.rows if row.reasons == {reason} and row.cells["工单编号"])
        rows.append(row_of(dict(row.record), sheet.show))
        log.append({"order_id": row.record["order_id"], "why": f"entered again after {reason}", "new": True})
    return Sheet(name=NAME, table="work_orders", header=sheet.header, rows=rows, show=sheet.show), log


def _first(count: int, fits: Callable[[Record], bool], rows: list[Row], used: set[str]) -> Iterable[Record]:
    candidates = [
        row.record for row in rows if not row.warnings and row.record["order_id"] not in used and fits(row.record)
    ]
    chosen = candidates[:: max(1, len(candidates) // count)][:count]
    if len(chosen) < count:
        raise ValueError(f"{len(chosen)} rows to correct where {count} are wanted: choose another seed")
    used.update(record["order_id"] for record in chosen)
    return chosen


def _entry(before: Record, after: Record, why: str) -> dict[str, Any]:
    changes = {
        name: {"before": _shown(name, before[name]), "after": _shown(name, after[name])}
        for name in after
        if before[name] != after[name]
    }
    return {"order_id": before["order_id"], "why": why, "new": False, "changes": changes}


def _shown(name: str, value: Any) -> Any:
    return f"{scene.when(value):%Y-%m-%dT%H:%M:%S}" if name.endswith("_at") and value is not None else value


def supersede(sheets: Iterable[Sheet], correction: Sheet) -> list[Record]:
    """The work orders that count once the correction file has been read."""
    found = {row.record["order_id"]: row.record for sheet in sheets for row in sheet.accepted()}
    found |= {row.record["order_id"]: row.record for row in correction.accepted()}
    return list(found.values())
