"""Counts by brute force what svcqa must find where not cases count but time, households and scores.

One record at a time; time at the emergency line one second at a time.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from typing import Any

from generator import scene
from generator.inspections import quarters
from generator.scene import AS_OF, Record

Counts = dict[str, dict[str, Any]]
"""Per period and unit; ``C`` is the company."""
HALF = "2026H1"
MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 7))
COVERED = ("2025Q3", "2025Q4", "2026Q1", "2026Q2")
VISITED = ("entered", "nobody_home")


def bounds(month: str) -> tuple[int, int]:
    """The first moment of ``month`` and of the one after it."""
    start = dt.datetime.fromisoformat(f"{month}-01")
    days = calendar.monthrange(start.year, start.month)[1]
    return scene.moment(start), scene.moment(start + dt.timedelta(days=days))


def _length(month: str) -> int:
    start, end = bounds(month)
    return end - start


def _add(found: Counts, month: str, unit: str, amounts: dict[str, int]) -> None:
    """Add ``amounts`` to the month and its half-year, of the unit and of the company."""
    for period in (month, HALF) if month in MONTHS else (month,):
        for each in (unit, "C"):
            sums = found.setdefault(period, {}).setdefault(each, dict.fromkeys(amounts, 0))
            for name, amount in amounts.items():
                sums[name] += amount


def continuity(outages: list[Record], counts: list[Record]) -> Counts:
    """Customer-seconds without gas, each in the month in which it passed; an open stoppage lasts until the export."""
    found: Counts = {}
    for count in counts:
        if count["month"] in MONTHS:
            base = count["valid_customers"] * _length(count["month"])
            _add(
                found,
                count["month"],
                f"{count['unit']}-GW",
                {
                    "lost_customer_seconds": 0,
                    "lost_customer_seconds_without_emergencies": 0,
                    "base_customer_seconds": base,
                },
            )
    for outage in outages:
        ended = outage.get("restored_at") or AS_OF
        emergency = outage["kind"] == "emergency" or outage.get("excluded_reason") is not None
        for month in MONTHS:
            start, end = bounds(month)
            lost = max(0, min(end, ended, AS_OF) - max(start, outage["started_at"])) * outage["customers_affected"]
            _add(
                found,
                month,
                outage["unit"],
                {
                    "lost_customer_seconds": lost,
                    "lost_customer_seconds_without_emergencies": 0 if emergency else lost,
                },
            )
    return found


def emergency_stops(outages: Iterable[Record]) -> Counts:
    """Stoppages of the kind ``emergency``, which need no notice, in the month in which they began."""
    found: Counts = {}
    for outage in outages:
        month = scene.month_of(outage["started_at"])
        if month in MONTHS:
            _add(found, month, outage["unit"], {"stops": int(outage["kind"] == "emergency")})
    return found


def unstaffed(gaps: Iterable[Record]) -> Counts:
    """Seconds in which nobody sat at a post, all months; a second counts once however often it was reported."""
    seconds: dict[str, set[int]] = {"CQ-QX": set(), "CJ-QX": set()}
    for gap in gaps:
        seconds[gap["unit"]].update(range(gap["started_at"], gap["ended_at"]))
    found: Counts = {}
    for unit, empty in seconds.items():
        for month in scene.months():
            start, end = bounds(month)
            inside = sum(start <= second < end for second in empty)
            _add(found, month, unit, {"unstaffed_seconds": inside, "base_seconds": end - start})
    return found


def coverage(visits: list[Record], counts: list[Record]) -> Counts:
    """Households visited and entered per quarter; ``households`` are those of its last month."""
    return {quarter: _reached(visits, counts, quarters()[quarter]) for quarter in COVERED}


def coverage_so_far(visits: list[Record], counts: list[Record]) -> Counts:
    """The same from the start of a quarter to the end of each of its months, with that month's households."""
    return {
        month: _reached(visits, counts, quarters()[quarter][: place + 1])
        for quarter in COVERED
        for place, month in enumerate(quarters()[quarter])
    }


def _reached(visits: list[Record], counts: list[Record], months: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for branches in (("CQ",), ("CJ",), ("CQ", "CJ")):
        units = [f"{branch}-AJ" for branch in branches]
        inside = [v for v in visits if v["unit"] in units and scene.month_of(v["visited_at"]) in months]
        found[units[0] if len(units) == 1 else "C"] = {
            "visited": len({v["customer"] for v in inside if v["outcome"] in VISITED}),
            "entered": len({v["customer"] for v in inside if v["outcome"] == "entered"}),
            "households": sum(c["households"] for c in counts if c["unit"] in branches and c["month"] == months[-1]),
        }
    return found


def ratings(answers: Iterable[Record]) -> Counts:
    """Sum and number of the scores given to each question, in the month of the call."""
    found: Counts = {}
    for answer in answers:
        month = scene.month_of(answer["called_at"])
        if month in MONTHS and answer["score"] is not None:
            for period in (month, HALF):
                for unit in (answer["unit"], "C"):
                    questions = found.setdefault(period, {}).setdefault(unit, {})
                    sums = questions.setdefault(answer["question"], {"sum": 0, "count": 0})
                    sums["sum"] += answer["score"]
                    sums["count"] += 1
    return found
