"""A wave that was called: random answers of a small company's customers, read back through ingest."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import svcqa
from support.callback_company import SURVEY, company, random_records
from support.workspaces import write_rows
from svcqa.records.tables import table

CALLED = dt.datetime(2026, 4, 1, 15)
HEADER = [column.name for column in table("callbacks").columns]
STRATA: dict[str, Any] = {"weighting": "response_classes", "classes": ["stratum"], "class_minimum": 2}
PLAIN_SURVEY = {**SURVEY, "services": SURVEY["services"][:2]}


def call(row: Mapping[str, Any], outcome: str, **scores: int) -> list[dict[str, Any]]:
    """The records of one call: a row for each question, as a filled sheet is read."""
    plain = {
        "callback_id": row["reference"],
        "unit": row["unit"],
        "called_at": CALLED,
        "outcome": outcome,
        "attempts": 1,
        "caller": "HF01",
    }
    return [{**plain, "question": name, "score": scores.get(name)} for name in ("attitude", "solved")]


def answered(workspace: svcqa.Workspace, code: str, seed: int) -> list[dict[str, Any]]:
    """Random outcomes of a wave; each main row without an answer is replaced by the next reserve of its stratum."""
    rng, rows = random.Random(seed), workspace.callbacks.drawn(code).to_dict("records")
    reserves: dict[str, list[Any]] = {}
    for row in rows:
        if row["role"] == "reserve":
            reserves.setdefault(row["stratum"], []).append(row)
    found = []
    for row in rows:
        if row["role"] == "reserve":
            continue
        spare, now = reserves.get(row["stratum"], []), row
        while True:
            likes = 7 if row["tier"] == "A" else 9
            scores = {"attitude": rng.randrange(likes - 2, likes + 2), "solved": rng.randrange(2)}
            if rng.random() < (0.8 if row["tier"] == "A" else 0.5):
                found += call(now, "reached", **scores)
                break
            found += call(now, rng.choice(["no_answer", "declined", "busy"]))
            if not spare:
                break
            now = spare.pop(0)
    return found


def read_calls(workspace: svcqa.Workspace, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    write_rows(workspace.folder / f"sources/callbacks_{name}.csv", list(rows), HEADER)
    workspace.ingest()


def surveyed(folder: Path, seed: int = 5, **survey: Any) -> svcqa.Workspace:
    """A company whose first wave was drawn and called."""
    records = {**random_records(3, customers=260, orders=420), "callbacks": []}
    workspace = company(folder, records, surveys=[{**PLAIN_SURVEY, **survey}])
    workspace.callbacks.draw("satisfaction", "W1", period="2026Q1", as_of="2026-04-01 09:00", who="甲")
    read_calls(workspace, "w1", answered(workspace, "W1", seed))
    return workspace
