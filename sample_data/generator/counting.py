"""Counts by brute force what svcqa must find: one case at a time, working days day by day.

Rate = met / (met + breached + open overdue) over cases that fell due by the moment of the export.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import chinese_calendar

from generator import scene
from generator.rows import Row, Sheet
from generator.scene import AS_OF, MINUTE, Record
from generator.work_orders import APPOINTMENTS

STATES = ("met", "breached", "open_overdue", "open_not_yet_due", "met_due_ahead", "excluded")
Judge = Callable[[Record], str | None]
"""The state of a record under a commitment; ``None`` where the commitment does not speak of it."""


def _state(due: int, stop: int | None) -> str:
    if stop is not None and stop > AS_OF:
        stop = None  # not known yet at the moment of the export
    if due <= AS_OF:
        return "open_overdue" if stop is None else "met" if stop <= due else "breached"
    if stop is None:
        return "open_not_yet_due"
    return "met_due_ahead" if stop <= due else "breached"


def end_of_working_day(received: int, number: int) -> int:
    """The last second of the ``number``-th working day after the day of receipt."""
    day = scene.when(received).date()
    while number:
        day += dt.timedelta(days=1)
        number -= chinese_calendar.is_workday(day)
    return scene.moment(dt.datetime.combine(day, dt.time(23, 59, 59)))


def emergency_arrival(record: Record) -> str | None:
    """On site within 40 minutes."""
    if record["order_type"] != "emergency":
        return None
    return _state(record["received_at"] + 40 * MINUTE, record["arrived_at"])


def restore_supply(record: Record) -> str | None:
    """Gas again within 24 hours, but for emergencies."""
    if record["order_type"] != "restore":
        return None
    if record["category"] == "emergency":
        return "excluded"
    return _state(record["received_at"] + 24 * 60 * MINUTE, record["resolved_at"])


def stop_notice(record: Record) -> str | None:
    """Planned stoppages: announced 48 hours ahead of the planned start.

    Where nobody was told before it, nobody can be told any more: that is broken, not open.
    """
    if record["kind"] != "planned":
        return None
    state = _state(record["planned_at"] - 48 * 60 * MINUTE, record["notified_at"])
    return "breached" if state == "open_overdue" and record["planned_at"] <= AS_OF else state


def appointment_kept(record: Record) -> str | None:
    """Done by the agreed moment."""
    if record["order_type"] not in APPOINTMENTS:
        return None
    return _state(record["due_at"], record["resolved_at"])


def complaint_reply(record: Record) -> str | None:
    """Answered within three working days, the day after receipt being the first."""
    return _state(end_of_working_day(record["received_at"], 3), record["replied_at"])


def hotline_rings(record: Record) -> str | None:
    """Answered calls: within three rings."""
    if record["outcome"] != "answered":
        return None
    return "met" if record["rings"] <= 3 else "breached"


def tally(records: Iterable[Record], judge: Judge, start: str, *, first: str, last: str) -> dict[str, Any]:
    """States per unit and in all of the cases received in the months ``first`` to ``last``."""
    counts: dict[str, Counter[str]] = {}
    for record in records:
        if first <= scene.month_of(record[start]) <= last and (state := judge(record)) is not None:
            for unit in (record["unit"], "C"):
                counts.setdefault(unit, Counter())[state] += 1
    return {unit: _with_rate(found) for unit, found in sorted(counts.items())}


def _with_rate(found: Counter[str]) -> dict[str, Any]:
    judged = found["met"] + found["breached"] + found["open_overdue"]
    return {state: found[state] for state in STATES} | {"rate": round(found["met"] / judged, 6) if judged else None}


def monthly_rates(records: list[Record], judge: Judge, start: str) -> dict[str, dict[str, list[int]]]:
    """Per unit and month: met, and all that fell due."""
    found: dict[str, dict[str, list[int]]] = {}
    for record in records:
        state = judge(record)
        if state in ("met", "breached", "open_overdue"):
            pair = found.setdefault(record["unit"], {}).setdefault(scene.month_of(record[start]), [0, 0])
            pair[0] += state == "met"
            pair[1] += 1
    return {unit: dict(sorted(found[unit].items())) for unit in sorted(found)}


def per_month(records: Iterable[Record], start: str) -> dict[str, dict[str, int]]:
    """Cases per unit and month."""
    found: dict[str, Counter[str]] = {}
    for record in records:
        found.setdefault(record["unit"], Counter())[scene.month_of(record[start])] += 1
    return {unit: dict(sorted(found[unit].items())) for unit in sorted(found)}


def returns_sum(rows: Iterable[Row], *, first: str, last: str) -> dict[str, dict[str, list[int]]]:
    """Numerator and denominator per indicator and unit, added up over the months."""
    found: dict[str, dict[str, list[int]]] = {}
    for row in rows:
        record = row.record
        if first <= record["month"] <= last:
            for unit in (record["unit"], "C"):
                pair = found.setdefault(record["indicator"], {}).setdefault(unit, [0, 0])
                pair[0] += record["numerator"]
                pair[1] += record["denominator"] or 0
    return found


def notice_differences(stops: list[Record], returned: list[Record]) -> list[dict[str, Any]]:
    """The units and months in which the return on notices says something else than the stoppages themselves.

    A month without an accepted return is not compared.
    """
    found = []
    for record in (record for record in returned if record["indicator"] == "stop_notices"):
        unit, month = record["unit"], record["month"]
        states = [stop_notice(s) for s in stops if (s["unit"], scene.month_of(s["started_at"])) == (unit, month)]
        counted = [states.count("met"), sum(state is not None for state in states)]
        if counted != [record["numerator"], record["denominator"]]:
            found.append(
                {
                    "unit": unit,
                    "month": month,
                    "records": counted,
                    "returns": [record["numerator"], record["denominator"]],
                }
            )
    return found


def spring_share(moments: Iterable[int]) -> float:
    """Cases a day on the days of the Spring Festival against the same weekdays of the other days."""
    per_day = Counter(scene.when(at).date() for at in moments)
    others: dict[int, list[int]] = {}
    for day in scene.DAYS:
        if day not in scene.SPRING_FESTIVAL:
            others.setdefault(day.weekday(), []).append(per_day[day])
    usual = sum(sum(counts) / len(counts) for counts in (others[day.weekday()] for day in scene.SPRING_FESTIVAL))
    return round(sum(per_day[day] for day in scene.SPRING_FESTIVAL) / usual, 3)


def file_truth(sheet: Sheet) -> dict[str, Any]:
    """What ingesting the file must report."""
    kept = len(sheet.accepted())
    return {
        "table": sheet.table,
        "rows": len(sheet.rows),
        "accepted": kept,
        "quarantined": len(sheet.rows) - kept,
        "quarantine": sheet.numbers(),
        "warnings": sheet.numbers(warnings=True),
    }
