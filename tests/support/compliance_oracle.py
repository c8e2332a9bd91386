"""Commitments judged case by case with plain loops, and the cases and questions to draw from.

The rules are those of SEMANTICS: a case is in exactly one state; rate = met ÷ (met + breached + open overdue) over
cases whose due moment is ≤ as_of; what came after as_of has not happened.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chinese_calendar
from hypothesis import strategies as st

import svcqa
from support.workspaces import commitment, make_workspace
from svcqa.metrics.states import STATES
from svcqa.stats.proportions import wilson

Row = dict[str, Any]
SHIFTS = ((8 * 3600 + 1800, 12 * 3600), (13 * 3600 + 1800, 17 * 3600 + 1800))  # 08:30–12:00, 13:30–17:30
CHINA = {"source": "china"}
ORIGIN = dt.datetime(2025, 12, 20)
UNIT_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
PERIODS = {"2025-12": (2025, 12), "2026-01": (2026, 1), "2026-02": (2026, 2), "2026-03": (2026, 3)}
WHOLE = "2025-12..2026-03"


# --- the oracle ----------------------------------------------------------------------------------------------------


def worked(start: dt.datetime, stop: dt.datetime) -> int:
    """Working seconds between two moments, day by day."""
    if stop < start:
        return -worked(stop, start)
    total, day = 0, start.date()
    while day <= stop.date():
        midnight = dt.datetime.combine(day, dt.time())
        if chinese_calendar.is_workday(day):
            first = max((start - midnight).total_seconds(), 0)
            last = (stop - midnight).total_seconds()
            total += sum(int(max(0, min(end, last) - max(begin, first))) for begin, end in SHIFTS)
        day += dt.timedelta(days=1)
    return total


def last_working_day(start: dt.datetime, limit: int, counting: str) -> dt.date:
    day, left = start.date(), limit
    if counting == "same_day" and chinese_calendar.is_workday(day):
        left -= 1
    while left:
        day += dt.timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    return day


def moment_of_working_seconds(start: dt.datetime, seconds: int) -> dt.datetime:
    """When ``seconds`` of working time after ``start`` are used up."""
    day, left = start.date(), seconds
    while True:
        if chinese_calendar.is_workday(day):
            for begin, end in SHIFTS:
                opens = max(dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=begin), start)
                closes = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=end)
                here = max(0, int((closes - opens).total_seconds()))
                if left <= here:
                    return opens + dt.timedelta(seconds=left)
                left -= here
        day += dt.timedelta(days=1)


def due_moment(row: Row, rule: Mapping[str, Any], limit: int) -> dt.datetime | None:
    """The moment at which the case falls due; ``None`` where there is none."""
    kind, start = rule["kind"], row[rule["start"]]
    if kind == "record_due":
        if row["due_at"] is None:
            return None
        return row["due_at"] + dt.timedelta(seconds=limit * UNIT_SECONDS[rule["unit"]])
    if kind == "lead_time":
        if row["due_at"] is None:
            return None
        return row["due_at"] - dt.timedelta(seconds=limit * UNIT_SECONDS[rule["unit"]])
    if start is None:
        return None
    if kind == "elapsed_natural":
        return start + dt.timedelta(seconds=limit * UNIT_SECONDS[rule["unit"]])
    if kind == "elapsed_working_days":
        return dt.datetime.combine(last_working_day(start, limit, rule["counting"]), dt.time(23, 59, 59))
    return moment_of_working_seconds(start, limit * UNIT_SECONDS[rule["unit"]])


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One case as the oracle sees it."""

    row: Row
    unit: str
    day: dt.date
    plain: str
    state: str
    reason: str


def meets(row: Row, conditions: Mapping[str, Sequence[str]]) -> bool:
    return all((row.get(name) or "") in allowed for name, allowed in conditions.items())


def exclusion_of(row: Row, promise: Mapping[str, Any]) -> str:
    if row.get("excluded_reason"):
        return str(row["excluded_reason"])
    return next((item["reason"] for item in promise.get("exclusions", ()) if meets(row, item["where"])), "")


def limit_of(row: Row, promise: Mapping[str, Any]) -> int:
    """The first of the limits by case that fits, otherwise the rule's own."""
    own = promise["rule"].get("limit", 0)
    return next((item["limit"] for item in promise.get("limits", ()) if meets(row, item["where"])), own)


def judge(rows: Iterable[Row], promise: Mapping[str, Any], as_of: dt.datetime) -> list[Judged]:
    rule, found = promise["rule"], []
    for row in rows:
        received = row["received_at"]
        if received > as_of or not meets(row, promise.get("where", {})):
            continue
        stop = row[rule.get("stop", rule.get("notice"))]
        closed = stop is not None and stop <= as_of
        due = due_moment(row, rule, limit_of(row, promise))
        if rule["start"] == "accepted_at" and (row["accepted_at"] is None or row["accepted_at"] > as_of):
            due = None  # the clock has not started
        if due is None:
            plain = "not_applicable"
        elif due <= as_of:
            plain = "open_overdue" if not closed else "met" if stop <= due else "breached"
        else:
            plain = "met_not_due" if closed else "open_not_due"
        if rule["kind"] == "lead_time" and plain == "open_overdue" and row["due_at"] <= as_of:
            plain = "breached"  # the event began and nobody was told
        reason = exclusion_of(row, promise) if plain != "not_applicable" else ""
        month_of = promise.get("month_of", "received")
        if month_of == "due":
            promised = row["due_at"] if rule["kind"] in ("record_due", "lead_time") else due
            day = (promised or received).date()
        else:
            # by closing, an open case belongs to the month looked at: as_of itself is the first moment after it
            day = (received if month_of == "received" else stop if closed else as_of - dt.timedelta(seconds=1)).date()
        found.append(
            Judged(
                row=row, unit=row["unit"], day=day, plain=plain, state="excluded" if reason else plain, reason=reason
            )
        )
    return found


def states_of(cases: Iterable[Judged]) -> dict[str, int]:
    counts = Counter(case.state for case in cases)
    return {state: counts[state] for state in STATES}


def check_figure(figure: Any, cases: Sequence[Judged]) -> None:
    """All that a figure says of its cases."""
    states = states_of(cases)
    due = states["met"] + states["breached"] + states["open_overdue"]
    assert {state.column: count for state, count in figure.states.items()} == states
    assert figure.total == len(cases) == sum(figure.states.values())
    assert (figure.numerator, figure.n) == (states["met"], due)
    assert figure.value == (states["met"] / due if due else None)
    assert figure.excluded_by == dict(Counter(case.reason for case in cases if case.state == "excluded"))
    plain = Counter(case.plain for case in cases)
    plain_due = plain["met"] + plain["breached"] + plain["open_overdue"]
    assert figure.n_without_exclusions == plain_due
    assert figure.value_without_exclusions == (plain["met"] / plain_due if plain_due else None)
    if due:
        lower, upper = (float(limit) for limit in wilson(states["met"], due))
        assert (figure.lower, figure.upper) == (lower, upper)


def in_month(case: Judged, label: str) -> bool:
    return (case.day.year, case.day.month) == PERIODS[label]


# --- cases and commitments to draw from ---------------------------------------------------------------------------

RULES: dict[str, dict[str, Any]] = {
    "natural minutes": {
        "kind": "elapsed_natural",
        "start": "received_at",
        "stop": "closed_at",
        "limit": 40,
        "unit": "minute",
    },
    "natural hours": {
        "kind": "elapsed_natural",
        "start": "received_at",
        "stop": "closed_at",
        "limit": 24,
        "unit": "hour",
    },
    "natural seconds": {
        "kind": "elapsed_natural",
        "start": "received_at",
        "stop": "closed_at",
        "limit": 90,
        "unit": "second",
    },
    "from acceptance": {
        "kind": "elapsed_natural",
        "start": "accepted_at",
        "stop": "closed_at",
        "limit": 40,
        "unit": "minute",
    },
    "days from acceptance": {
        "kind": "elapsed_working_days",
        "start": "accepted_at",
        "stop": "closed_at",
        "limit": 2,
        "counting": "same_day",
    },
    "working hours": {
        "kind": "elapsed_working_time",
        "start": "received_at",
        "stop": "closed_at",
        "limit": 9,
        "unit": "hour",
    },
    "working minutes": {
        "kind": "elapsed_working_time",
        "start": "received_at",
        "stop": "closed_at",
        "limit": 50,
        "unit": "minute",
    },
    "days from the next": {
        "kind": "elapsed_working_days",
        "start": "received_at",
        "stop": "closed_at",
        "limit": 3,
        "counting": "next_day",
    },
    "days from the same": {
        "kind": "elapsed_working_days",
        "start": "received_at",
        "stop": "closed_at",
        "limit": 3,
        "counting": "same_day",
    },
    "own due moment": {
        "kind": "record_due",
        "start": "received_at",
        "due": "due_at",
        "stop": "closed_at",
        "unit": "minute",
    },
    "own due moment and grace": {
        "kind": "record_due",
        "start": "received_at",
        "due": "due_at",
        "stop": "closed_at",
        "limit": 30,
        "unit": "minute",
    },
    "notice ahead": {
        "kind": "lead_time",
        "start": "received_at",
        "event": "due_at",
        "notice": "accepted_at",
        "limit": 48,
        "unit": "hour",
    },
}
BY_CASE = [{"where": {"category": ["x"]}, "limit": 1}, {"where": {"category": ["x", "y"]}, "limit": 7}]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"where": {"order_type": ["a", "b"]}},
    {
        "exclusions": [
            {"reason": "fire", "where": {"category": ["x"]}},
            {"reason": "flood", "where": {"category": ["x", "y"], "order_type": ["a"]}},
        ]
    },
]
# seconds from receipt to the end: at the limits of the rules and one second beside them, and anything else
AFTER = st.one_of(
    st.none(),
    st.sampled_from([base + n for base in (0, 90, 2400, 3000, 9 * 3600, 86_400, 3 * 86_400) for n in (-1, 0, 1)]),
    st.integers(0, 14 * 86_400),
).map(lambda seconds: None if seconds is None else max(seconds, 0))


@st.composite
def cases(draw: st.DrawFn, *, most: int = 25) -> list[Row]:
    rows = []
    for number in range(draw(st.integers(1, most))):
        received = ORIGIN + dt.timedelta(seconds=draw(st.integers(0, 95 * 86_400)))
        if draw(st.booleans()):
            received = received.replace(second=0)
        after, due_after, accepted = draw(AFTER), draw(AFTER), draw(AFTER)
        rows.append(
            {
                "order_id": f"{number:03d}",
                "unit": draw(st.sampled_from(["D1", "D2"])),
                "order_type": draw(st.sampled_from(["a", "b", "c", None])),
                "category": draw(st.sampled_from(["x", "y", "z", None])),
                "received_at": received,
                "closed_at": None if after is None else received + dt.timedelta(seconds=after),
                "accepted_at": None if accepted is None else received + dt.timedelta(seconds=accepted),
                "due_at": None if due_after is None else received + dt.timedelta(seconds=due_after),
                "excluded_reason": draw(st.sampled_from([None, None, None, "storm"])),
            }
        )
    return rows


@st.composite
def questions(draw: st.DrawFn, month_of: Sequence[str] = ("received", "due", "closed"), *, by_case: bool = True) -> Any:
    """Rows, a commitment and a moment: often one at which some case has just fallen due or is about to."""
    rows = draw(cases())
    rule = RULES[draw(st.sampled_from(list(RULES)))]
    promise = commitment(rule=rule, month_of=draw(st.sampled_from(list(month_of))), **draw(st.sampled_from(CONDITIONS)))
    if by_case and rule["kind"] != "record_due" and draw(st.booleans()):
        promise = {**promise, "limits": BY_CASE}
    some = draw(st.sampled_from(rows))
    due = due_moment(some, rule, limit_of(some, promise))
    moments = [due or ORIGIN, some["closed_at"] or ORIGIN, dt.datetime(2026, 1, 15, 12), dt.datetime(2026, 3, 31, 12)]
    as_of = draw(st.sampled_from(moments)) + dt.timedelta(seconds=draw(st.integers(-1, 1)))
    return rows, promise, max(as_of, rows[0]["received_at"])


def with_rows(folder: Path, rows: Sequence[Row], promise: Mapping[str, Any]) -> svcqa.Workspace:
    workspace = make_workspace(folder, records={"work_orders": rows}, commitments=[promise], calendar=CHINA)
    report = workspace.ingest()
    assert report.accepted == len(rows)
    return workspace
