"""Orders with a status history, read through small workspaces, for the clock's tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import svcqa
from support.workspaces import commitment, make_workspace

Row = dict[str, Any]


STATUS = {"runs": ["open", "back"], "pauses": ["waiting"], "stops": ["closed"]}


NATURAL = {"kind": "elapsed_natural", "start": "received_at", "stop": "closed_at", "limit": 120, "unit": "minute"}


WORKING = NATURAL | {"kind": "elapsed_working_time"}


DAYS_OF_WORK = {
    "kind": "elapsed_working_days",
    "start": "received_at",
    "stop": "closed_at",
    "limit": 1,
    "counting": "minutes",
}


CHINA = {"source": "china"}  # 08:30–12:00 and 13:30–17:30


POST = {"unit": "D1", "shifts": "24h"}


def order(key: str, start: str, stop: str | None = None, unit: str = "D1", **more: Any) -> Row:
    return {"order_id": key, "unit": unit, "received_at": start, "closed_at": stop, **more}


def told(key: str, *entries: tuple[str, ...], table: str | None = None) -> list[Row]:
    """Entries of a history: moment, status and, where the case has moved, the unit."""
    return [
        {"record_id": key, "record_table": table, "changed_at": moment, "status": status, "unit": (*unit, None)[0]}
        for moment, status, *unit in entries
    ]


def read(
    folder: Path, promise: Mapping[str, Any], rows: Sequence[Row], history: Sequence[Row] = (), **options: Any
) -> svcqa.Workspace:
    records = {promise["table"]: rows, "status_history": history}
    options = {"calendar": CHINA} | options
    workspace = make_workspace(folder, records=records, commitments=[promise], **options)
    assert workspace.ingest().accepted == len(rows) + len(history)
    return workspace


def cases(workspace: svcqa.Workspace, period: str = "2026-01", **options: Any) -> dict[str, tuple[str, int, str]]:
    """State, value and day of each case, by its key."""
    found = workspace.cases("promise", period=period, **options)
    keys = found["order_id" if "order_id" in found else "complaint_id"]
    rows = zip(keys, found["state"], found["value"], found["day"], strict=True)
    return {key: (state, value, f"{day:%m-%d}") for key, state, value, day in rows}


def paused(rule: Mapping[str, Any], **more: Any) -> Row:
    return commitment(rule=rule, status=STATUS, **more)


EPOCH = dt.datetime(1970, 1, 1)


def clock(moment: int) -> str:
    return str(EPOCH + dt.timedelta(seconds=moment))
