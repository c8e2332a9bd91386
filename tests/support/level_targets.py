"""Orders that kept or broke a promise, month by month, and a level target on them."""

from __future__ import annotations

import datetime as dt
from typing import Any


def orders(counts: dict[str, tuple[int, int]], *, unit: str = "D1", minutes: int = 90) -> list[dict[str, Any]]:
    """For each month ``(in time, late)``: orders closed after 10 minutes, and after ``minutes``."""
    rows = []
    for month, (good, bad) in counts.items():
        for number in range(good + bad):
            took = 10 if number < good else minutes
            received = dt.datetime.fromisoformat(f"{month}-10 08:00") + dt.timedelta(minutes=number)
            rows.append(
                {
                    "order_id": f"{unit}-{month}-{number}",
                    "unit": unit,
                    "received_at": str(received),
                    "closed_at": str(received + dt.timedelta(minutes=took)),
                }
            )
    return rows


def target(year: int = 2025, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "level",
        "key": f"kept_{year}",
        "name": "按时",
        "year": year,
        "owner": "C",
        "commitment": "promise",
        "goal": "80%",
        **fields,
    }
