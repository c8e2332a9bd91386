"""Compliance against a brute-force oracle: one case at a time, days and minutes counted on the fingers.

The rules are those of SEMANTICS: a case is in exactly one state; rate = met ÷ (met + breached + open overdue) over
cases whose due moment is ≤ as_of; what came after as_of has not happened.
"""

from __future__ import annotations

import calendar as months
import datetime as dt
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import svcqa
from conftest import UNITS, commitment, make_workspace, measured, scratch, toml_list, write, write_rows
from svcqa.errors import MetricError, NameUnknownError, PolicyError
from svcqa.metrics.result import STATES
from svcqa.records.tables import table
from svcqa.stats.proportions import clopper_pearson, wilson

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


@dataclass(frozen=True)
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
        found.append(Judged(row, row["unit"], day, plain, "excluded" if reason else plain, reason))
    return found


def states_of(cases: Iterable[Judged]) -> dict[str, int]:
    counts = Counter(case.state for case in cases)
    return {state: counts[state] for state in STATES}


def check_figure(figure: Any, cases: Sequence[Judged]) -> None:
    """All that a figure says of its cases."""
    states = states_of(cases)
    due = states["met"] + states["breached"] + states["open_overdue"]
    assert figure.states == states
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
    "natural minutes": {"kind": "elapsed_natural", "start": "received_at", "stop": "closed_at", "limit": 40,
                        "unit": "minute"},
    "natural hours": {"kind": "elapsed_natural", "start": "received_at", "stop": "closed_at", "limit": 24,
                      "unit": "hour"},
    "natural seconds": {"kind": "elapsed_natural", "start": "received_at", "stop": "closed_at", "limit": 90,
                        "unit": "second"},
    "from acceptance": {"kind": "elapsed_natural", "start": "accepted_at", "stop": "closed_at", "limit": 40,
                        "unit": "minute"},
    "days from acceptance": {"kind": "elapsed_working_days", "start": "accepted_at", "stop": "closed_at", "limit": 2,
                             "counting": "same_day"},
    "working hours": {"kind": "elapsed_working_time", "start": "received_at", "stop": "closed_at", "limit": 9,
                      "unit": "hour"},
    "working minutes": {"kind": "elapsed_working_time", "start": "received_at", "stop": "closed_at", "limit": 50,
                        "unit": "minute"},
    "days from the next": {"kind": "elapsed_working_days", "start": "received_at", "stop": "closed_at", "limit": 3,
                           "counting": "next_day"},
    "days from the same": {"kind": "elapsed_working_days", "start": "received_at", "stop": "closed_at", "limit": 3,
                           "counting": "same_day"},
    "own due moment": {"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "closed_at",
                       "unit": "minute"},
    "own due moment and grace": {"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "closed_at",
                                 "limit": 30, "unit": "minute"},
    "notice ahead": {"kind": "lead_time", "start": "received_at", "event": "due_at", "notice": "accepted_at",
                     "limit": 48, "unit": "hour"},
}  # fmt: skip
BY_CASE = [{"where": {"category": ["x"]}, "limit": 1}, {"where": {"category": ["x", "y"]}, "limit": 7}]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"where": {"order_type": ["a", "b"]}},
    {"exclusions": [{"reason": "fire", "where": {"category": ["x"]}},
                    {"reason": "flood", "where": {"category": ["x", "y"], "order_type": ["a"]}}]},
]  # fmt: skip
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
        rows.append({
            "order_id": f"{number:03d}", "unit": draw(st.sampled_from(["D1", "D2"])),
            "order_type": draw(st.sampled_from(["a", "b", "c", None])),
            "category": draw(st.sampled_from(["x", "y", "z", None])), "received_at": received,
            "closed_at": None if after is None else received + dt.timedelta(seconds=after),
            "accepted_at": None if accepted is None else received + dt.timedelta(seconds=accepted),
            "due_at": None if due_after is None else received + dt.timedelta(seconds=due_after),
            "excluded_reason": draw(st.sampled_from([None, None, None, "storm"])),
        })  # fmt: skip
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


# --- against the oracle -------------------------------------------------------------------------------------------


@settings(max_examples=45)
@given(questions())
def test_states_and_rates_equal_judging_case_by_case(question: Any) -> None:
    rows, promise, as_of = question
    expected = judge(rows, promise, as_of)
    with scratch() as folder:
        workspace = with_rows(folder, rows, promise)
        result = workspace.measure("compliance", commitment="promise", period=WHOLE, by=["unit", "month"], as_of=as_of)
        figures = {(figure.unit, figure.period): figure for figure in result.figures()}
        for unit in ("D1", "D2"):
            for month in PERIODS:
                some = [case for case in expected if case.unit == unit and in_month(case, month)]
                assert ((unit, month) in figures) == bool(some)
                if some:
                    check_figure(figures[unit, month], some)
        inside = [case for case in expected if any(in_month(case, month) for month in PERIODS)]
        if inside:
            check_figure(measured(workspace, period=WHOLE, as_of=as_of), inside)
            listed = workspace.cases("promise", period=WHOLE, as_of=as_of)
            states = dict(zip(listed["order_id"], listed["state"], strict=True))
            assert states == {case.row["order_id"]: case.state for case in inside}
            reasons = dict(zip(listed["order_id"], listed["excluded_by"], strict=True))
            assert {key: reason for key, reason in reasons.items() if states[key] == "excluded"} == {
                case.row["order_id"]: case.reason for case in inside if case.state == "excluded"
            }
            # each says where it was read: the first row of the file is row 2
            places = dict(zip(listed["order_id"], listed["source_row"], strict=True))
            assert places == {case.row["order_id"]: rows.index(case.row) + 2 for case in inside}


@settings(max_examples=20)
@given(questions(by_case=False), st.data())
def test_moving_the_limit_equals_a_policy_with_that_limit(question: Any, data: st.DataObject) -> None:
    rows, promise, as_of = question
    # a case belongs to the month in which the *promised* limit falls due, so that month stays where it is
    month_of = "received" if promise["month_of"] == "due" else promise["month_of"]
    promise = {**promise, "month_of": month_of}
    limit = data.draw(st.integers(1, max(1, promise["rule"].get("limit", 0)) * 4))
    with scratch() as folder:
        workspace = with_rows(folder, rows, promise)
        moved = workspace.what_if("promise", period=WHOLE, by=["unit"], as_of=as_of).at(limit=limit)
        asked = workspace.measure(
            "compliance", commitment="promise", period=WHOLE, by=["unit"], as_of=as_of, limit=limit
        )
        other = {**promise, "rule": {**promise["rule"], "limit": limit}}
        write(folder / "policy/commitments.toml", toml_list("commitment", [other]))
        again = svcqa.open(folder).measure("compliance", commitment="promise", period=WHOLE, by=["unit"], as_of=as_of)
    plain = [
        {name: value for name, value in row.items() if name != "flags"} for row in json.loads(again.to_json())["rows"]
    ]
    for result in (moved, asked):
        rows_found = json.loads(result.to_json())["rows"]
        assert all("what_if" in row["flags"] for row in rows_found)
        assert [{name: value for name, value in row.items() if name != "flags"} for row in rows_found] == plain


@settings(max_examples=12)
@given(questions(), st.randoms(use_true_random=False), st.integers(2, 4))
def test_order_of_rows_and_split_into_files_make_no_difference(question: Any, chance: Any, pieces: int) -> None:
    rows, promise, as_of = question
    options: Any = {"commitment": "promise", "period": WHOLE, "by": ["unit", "month", "order_type"], "as_of": as_of}
    with scratch() as folder:
        whole = with_rows(folder / "whole", rows, promise)
        shuffled = chance.sample(rows, len(rows))
        split = make_workspace(folder / "split", records={"work_orders": shuffled[0::pieces]}, commitments=[promise],
                               calendar=CHINA)  # fmt: skip
        header = [column.name for column in table("work_orders").columns]
        for number in range(1, pieces):
            write_rows(folder / f"split/sources/work_orders_{number}.csv", shuffled[number::pieces], header)
        assert split.ingest().accepted == len(rows)
        first, second = whole.measure("compliance", **options), split.measure("compliance", **options)
    assert first.rows == second.rows


ADDITIVE = (*STATES, "total", "n", "numerator", "n_without_exclusions")


@settings(max_examples=12)
@given(questions())
def test_parts_add_up_to_the_whole(question: Any) -> None:
    rows, promise, as_of = question
    with scratch() as folder:
        workspace = with_rows(folder, rows, promise)

        def counts(*by: str, **options: Any) -> Counter[str]:
            result = workspace.measure("compliance", commitment="promise", period=WHOLE, by=by, as_of=as_of, **options)
            total: Counter[str] = Counter()
            for row in result.rows:
                total.update({name: row[name] or 0 for name in ADDITIVE})
            return total

        whole = counts()
        for by in (["unit"], ["department"], ["month"], ["order_type"], ["unit", "month", "category", "order_type"]):
            assert counts(*by) == whole
        assert counts(unit="D1") + counts(unit="D2") == +whole


@settings(max_examples=12)
@given(questions(["received", "due"]))
def test_cumulative_figures_equal_counting_from_new_year_on(question: Any) -> None:
    rows, promise, as_of = question
    expected = judge(rows, promise, as_of)
    with scratch() as folder:
        workspace = with_rows(folder, rows, promise)
        result = workspace.measure(
            "compliance", commitment="promise", period="2026Q1", by=["month"], as_of=as_of, cumulative=True
        )
    figures = {figure.period: figure for figure in result.figures()}
    for number, month in enumerate(("2026-01", "2026-02", "2026-03"), start=1):
        some = [case for case in expected if case.day.year == 2026 and case.day.month <= number]
        assert (month in figures) == bool(some)
        if some:
            check_figure(figures[month], some)


def everything(workspace: svcqa.Workspace, as_of: dt.datetime) -> list[Any]:
    result = workspace.measure("compliance", commitment="promise", period=WHOLE, by=["unit", "month"], as_of=as_of)
    return [dict(row) for row in result.rows]


@settings(max_examples=14)
@given(questions(), st.lists(st.integers(-40 * 86_400, 200 * 86_400), min_size=1, max_size=3))
def test_cached_summaries_say_the_same_as_fresh_ones_at_any_moment(question: Any, shifts: list[int]) -> None:
    rows, promise, as_of = question
    with scratch() as folder:
        with_rows(folder, rows, promise)
        cache = folder / ".svcqa/cache"
        moments = [as_of, *(as_of + dt.timedelta(seconds=shift) for shift in shifts), as_of]
        cached = []
        for moment in moments:
            cached.append(everything(svcqa.open(folder), moment))
            assert list(cache.iterdir())
        for moment, found in zip(moments, cached, strict=True):
            shutil.rmtree(cache)
            assert everything(svcqa.open(folder), moment) == found
        assert cached[0] == cached[-1]


@settings(max_examples=12)
@given(questions(), st.data())
def test_superseded_rows_count_no_more_and_the_cache_knows_it(question: Any, data: st.DataObject) -> None:
    rows, promise, as_of = question
    with scratch() as folder:
        workspace = with_rows(folder, rows, promise)
        everything(workspace, as_of)
        changed = [dict(row) for row in rows]
        for row in data.draw(st.lists(st.sampled_from(changed), min_size=1, max_size=5)):
            row["closed_at"] = row["received_at"] + dt.timedelta(seconds=data.draw(st.integers(0, 9 * 86_400)))
            row["unit"] = data.draw(st.sampled_from(["D1", "D2"]))
        header = [column.name for column in table("work_orders").columns]
        write_rows(folder / "sources/work_orders.csv", changed, header)
        workspace.ingest()
        expected = judge(changed, promise, as_of)
        figures = {(row["unit"], row["period"]): row["total"] for row in everything(workspace, as_of)}
        assert figures == Counter((case.unit, month) for case in expected for month in PERIODS if in_month(case, month))
        found = workspace.cases("promise", period=WHOLE, as_of=as_of)
        assert dict(zip(found["order_id"], found["state"], strict=True)) == {
            case.row["order_id"]: case.state for case in expected if any(in_month(case, month) for month in PERIODS)
        }


# --- counts that the record carries ------------------------------------------------------------------------------

CALL = st.fixed_dictionaries({
    "unit": st.sampled_from(["D1", "D2"]), "outcome": st.sampled_from(["answered", "answered", "abandoned", "busy"]),
    "started_at": st.integers(0, 95 * 86_400).map(lambda n: ORIGIN + dt.timedelta(seconds=n)),
    "rings": st.one_of(st.none(), st.integers(0, 8)), "excluded_reason": st.sampled_from([None, None, "test call"]),
})  # fmt: skip


@settings(max_examples=25)
@given(st.lists(CALL, min_size=1, max_size=40), st.booleans(), st.integers(0, 6), st.integers(0, 120))
def test_counts_within_a_threshold_equal_counting(
    calls: list[Row], only_answered_achieve: bool, limit: int, days: int
) -> None:
    as_of = ORIGIN + dt.timedelta(days=days, seconds=43_200)
    rule: dict[str, Any] = {"kind": "count_threshold", "start": "started_at", "value": "rings", "limit": limit,
                            "unit": "ring"}  # fmt: skip
    if only_answered_achieve:
        rule["achieved"] = {"outcome": ["answered"]}
    promise = commitment(table="calls", rule=rule, exclusions=[{"reason": "line", "where": {"outcome": ["busy"]}}])
    expected = []
    for call in calls:
        if call["started_at"] > as_of:
            continue
        if only_answered_achieve and call["outcome"] != "answered":
            plain = "breached"  # a caller who hung up was not answered within any number of rings
        elif call["rings"] is None:
            plain = "not_applicable"
        else:
            plain = "met" if call["rings"] <= limit else "breached"
        reason = "" if plain == "not_applicable" else exclusion_of(call, promise)
        expected.append(Judged(call, call["unit"], call["started_at"].date(), plain, "excluded" if reason else plain,
                               reason))  # fmt: skip
    rows = [call | {"call_id": str(number)} for number, call in enumerate(calls)]
    with scratch() as folder:
        workspace = make_workspace(folder, records={"calls": rows}, commitments=[promise])
        workspace.ingest()
        result = workspace.measure("compliance", commitment="promise", period=WHOLE, by=["unit"], as_of=as_of)
    figures = {figure.unit: figure for figure in result.figures()}
    for unit in ("D1", "D2"):
        some = [case for case in expected if case.unit == unit]
        assert (unit in figures) == bool(some)
        if some:
            check_figure(figures[unit], some)


# --- monthly returns ----------------------------------------------------------------------------------------------

RETURN = st.tuples(
    st.sampled_from(["D1", "D2"]), st.sampled_from(list(PERIODS)), st.integers(0, 40), st.integers(0, 40)
)


@settings(max_examples=20)
@given(
    st.lists(RETURN, min_size=1, max_size=8, unique_by=lambda item: item[:2]), st.sampled_from(["met", "missed"]),
    st.sampled_from(["2025-12-31 23:59:59", "2026-01-01", "2026-02-28 12:00", "2026-03-01", "2026-07-01"]),
)  # fmt: skip
def test_monthly_returns_equal_adding_them_up(returns: list[Any], numerator_is: str, moment: str) -> None:
    as_of = dt.datetime.fromisoformat(moment)
    promise = commitment(table="monthly_returns",
                         rule={"kind": "monthly_return", "indicator": "i", "numerator_is": numerator_is})  # fmt: skip
    rows = [
        {"indicator": indicator, "unit": unit, "month": month, "numerator": min(a, b), "denominator": max(a, b)}
        for unit, month, a, b in returns for indicator in ("i", "other")
    ] + [{"indicator": "amount", "unit": "D1", "month": "2026-01", "numerator": 7}]  # fmt: skip
    with scratch() as folder:
        workspace = make_workspace(folder, records={"monthly_returns": rows}, commitments=[promise])
        assert workspace.ingest().quarantined == 0
        result = workspace.measure("compliance", commitment="promise", period=WHOLE, by=["unit", "month"], as_of=as_of)
    figures = {(figure.unit, figure.period): figure for figure in result.figures()}
    for unit, month, a, b in returns:
        low, high = min(a, b), max(a, b)
        kept = low if numerator_is == "met" else high - low
        year, number = PERIODS[month]
        end = dt.datetime(year, number, months.monthrange(year, number)[1]) + dt.timedelta(days=1)
        states = dict.fromkeys(STATES, 0)
        if end <= as_of:
            states |= {"met": kept, "breached": high - kept}
        else:
            states["open_not_due"] = high  # the month is not over
        if high == 0:
            assert (unit, month) not in figures
            continue
        figure = figures[unit, month]
        assert figure.states == states
        assert figure.value == (kept / high if end <= as_of else None)
        assert "unclustered" in figure.flags


def returns_workspace(folder: Path, **rule: Any) -> svcqa.Workspace:
    promise = commitment(table="monthly_returns", required_share="95%",
                         rule={"kind": "monthly_return", "indicator": "i", **rule})  # fmt: skip
    rows = [{"indicator": "i", "unit": "D1", "month": "2026-01", "numerator": 3, "denominator": 200}]
    workspace = make_workspace(folder, records={"monthly_returns": rows}, commitments=[promise])
    workspace.ingest()
    return workspace


def test_returns_that_count_what_was_missed_are_turned_round(tmp_path: Path) -> None:
    figure = measured(returns_workspace(tmp_path, numerator_is="missed"), period="2026-01")
    assert (figure.value, figure.n, figure.numerator) == (197 / 200, 200, 197)
    assert figure.verdict == "met"


def test_amounts_have_no_interval_and_no_evidence(tmp_path: Path) -> None:
    figure = measured(returns_workspace(tmp_path, numerator_is="missed", counts="amounts"), period="2026-01")
    assert (figure.lower, figure.upper, figure.evidence, figure.verdict) == (None, None, "", "met")
    assert "unclustered" not in figure.flags
    assert "amounts" in figure.method


def test_the_limit_of_returns_cannot_be_moved_and_the_commitment_is_named(tmp_path: Path) -> None:
    workspace = returns_workspace(tmp_path)
    for ask in (
        lambda: workspace.measure("compliance", commitment="promise", period="2026-01", limit=3),
        lambda: workspace.what_if("promise", period="2026-01").at(limit=3),
    ):
        with pytest.raises(MetricError, match="promise") as error:
            ask()
        assert error.value.faults[0].code == "returns_no_slider"


# --- by hand ------------------------------------------------------------------------------------------------------


def order(number: int, received: str, closed: str | None = None, **fields: Any) -> Row:
    return {"order_id": str(number), "unit": "D1", "received_at": received, "closed_at": closed, **fields}


def orders_workspace(folder: Path, rows: Sequence[Row], **options: Any) -> svcqa.Workspace:
    promise = commitment(**options.pop("promise", {}))
    workspace = make_workspace(folder, records={"work_orders": rows}, commitments=[promise], **options)
    workspace.ingest()
    return workspace


HAND = [
    order(1, "2026-01-30 08:00", "2026-01-30 09:00"),  # at the limit of 60 minutes to the second: met
    order(2, "2026-01-30 08:00", "2026-01-30 09:00:01"),  # a second late
    order(3, "2026-01-30 08:00"),  # open for good
    order(4, "2026-01-31 23:30", "2026-01-31 23:45"),  # met in fifteen minutes
    order(5, "2026-01-31 23:30", "2026-02-01 00:20"),  # met after the end of the month
]
BY_HAND: list[tuple[str, dict[str, int]]] = [
    # at 08:30 of the 30th all three are open and not yet due
    ("2026-01-30 08:30:00", {"open_not_due": 3}),
    ("2026-01-30 08:59:59", {"open_not_due": 3}),
    # at 09:00:00 all three fall due; only the first is closed
    ("2026-01-30 09:00:00", {"met": 1, "open_overdue": 2}),
    ("2026-01-30 09:00:01", {"met": 1, "breached": 1, "open_overdue": 1}),
    # at midnight case 4 is met ahead of 00:30, and case 5 is open
    ("2026-02-01 00:00:00", {"met": 1, "breached": 1, "open_overdue": 1, "met_not_due": 1, "open_not_due": 1}),
    ("2026-02-01 00:29:59", {"met": 1, "breached": 1, "open_overdue": 1, "met_not_due": 2}),
    ("2026-02-01 00:30:00", {"met": 3, "breached": 1, "open_overdue": 1}),
]


@pytest.mark.parametrize(("as_of", "states"), BY_HAND)
def test_what_came_after_the_moment_has_not_happened(tmp_path: Path, as_of: str, states: dict[str, int]) -> None:
    workspace = orders_workspace(tmp_path, HAND)
    figure = measured(workspace, period="2026-01", as_of=as_of)
    assert {state: count for state, count in figure.states.items() if count} == states
    due = sum(states.get(name, 0) for name in ("met", "breached", "open_overdue"))
    assert figure.value == (states.get("met", 0) / due if due else None)


def test_the_end_of_the_period_is_the_moment_where_none_is_given(tmp_path: Path) -> None:
    workspace = orders_workspace(tmp_path, HAND)
    assert measured(workspace, period="2026-01") == measured(workspace, period="2026-01", as_of="2026-02-01")


def test_cases_met_ahead_of_a_due_moment_to_come_do_not_flatter(tmp_path: Path) -> None:
    rows = [order(n, "2026-01-10 08:00", due_at="2026-03-01", closed_at="2026-01-11") for n in range(9)]
    rows.append(order(9, "2026-01-10 08:00", due_at="2026-01-15"))
    rule = {"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "closed_at"}
    figure = measured(orders_workspace(tmp_path, rows, promise={"rule": rule}), period="2026-01")
    assert figure.value == 0
    assert figure.states["met_not_due"] == 9


def test_cases_without_a_due_moment_are_not_applicable_and_never_excluded(tmp_path: Path) -> None:
    rows = [order(1, "2026-01-10 08:00", excluded_reason="storm"), order(2, "2026-01-10 08:00", due_at="2026-01-11")]
    rule = {"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "closed_at"}
    figure = measured(orders_workspace(tmp_path, rows, promise={"rule": rule}), period="2026-01")
    assert figure.states["not_applicable"] == 1
    assert figure.states["open_overdue"] == 1
    assert figure.states["excluded"] == 0


def test_the_figure_stands_with_and_without_exclusions(tmp_path: Path) -> None:
    rows = [order(1, "2026-01-10 08:00", "2026-01-10 08:10"), order(2, "2026-01-10 08:00", "2026-01-10 12:00"),
            order(3, "2026-01-10 08:00", "2026-01-10 12:00", excluded_reason="storm"),
            order(4, "2026-01-10 08:00", "2026-01-10 12:00", category="fire")]  # fmt: skip
    promise = {"exclusions": [{"reason": "fire", "where": {"category": ["fire"]}}]}
    figure = measured(orders_workspace(tmp_path, rows, promise=promise), period="2026-01")
    assert (figure.value, figure.n) == (1 / 2, 2)
    assert (figure.value_without_exclusions, figure.n_without_exclusions) == (1 / 4, 4)
    assert figure.excluded_by == {"fire": 1, "storm": 1}


def test_zero_tolerance_has_its_own_rule(tmp_path: Path) -> None:
    rows = [order(n, f"2026-0{month}-10 08:00", f"2026-0{month}-10 {8 if n != 13 else 12}:30")
            for month in (1, 2) for n in range(month * 10, month * 10 + 10)]  # fmt: skip
    workspace = orders_workspace(tmp_path, rows, promise={"required_share": "100%"})
    january, february = workspace.measure(
        "compliance", commitment="promise", period="2026-01..2026-02", by=["month"]
    ).figures()
    assert (january.value, january.verdict, january.evidence, january.at_risk) == (0.9, "missed", "clear", False)
    assert (february.value, february.verdict, february.evidence, february.at_risk) == (1.0, "met", "clear", False)
    lower, upper = clopper_pearson(10, 10)
    assert (february.lower, february.upper) == (float(lower), float(upper))
    assert february.method.startswith("Clopper–Pearson")


def test_what_the_rest_of_the_year_must_reach_is_counted_from_last_year(tmp_path: Path) -> None:
    # 2025: 4 cases a month. 2026: January to June 4 a month, of which 3 are met.
    rows, number = [], 0
    for year, last in ((2025, 12), (2026, 6)):
        for month in range(1, last + 1):
            for place in range(4):
                number += 1
                late = year == 2026 and place == 0
                rows.append(
                    order(number, f"{year}-{month:02d}-10 08:00", f"{year}-{month:02d}-10 {12 if late else 8}:30")
                )
    workspace = orders_workspace(tmp_path, rows, promise={"required_share": "80%"})
    (row,) = json.loads(workspace.measure("compliance", commitment="promise", period="2026H1").to_json())["rows"]
    assert (row["numerator"], row["n"], row["rest_n"]) == (18, 24, 24)
    # 80 % of 48 are 38.4; 18 are there, 24 cases are to come
    assert row["needed"] == pytest.approx((38.4 - 18) / 24)
    assert (row["verdict"], row["at_risk"]) == ("missed", True)
    (row,) = json.loads(
        workspace.measure("compliance", commitment="promise", period="2026", as_of="2026-07-01").to_json()
    )["rows"]
    assert "partial" in row["flags"]


def test_flags_tell_what_to_know(tmp_path: Path) -> None:
    workspace = orders_workspace(tmp_path, HAND, promise={"assumed": True})
    assert measured(workspace, period="2026-01").flags == ("assumed",)
    assert measured(workspace, period="2026-01", as_of="2026-01-31 23:59:59").flags == ("partial", "assumed")


WORKING_DAYS = {"kind": "elapsed_working_days", "start": "received_at", "stop": "closed_at", "limit": 3,
                "counting": "next_day"}  # fmt: skip
PROVISIONAL = [
    # received, closed, period, as of → flagged; chinesecalendar 1.11 ends with 2026
    ("2026-11-10 08:00", "2026-11-11 09:00", "2026-11", "2027-03-01", False),
    # the limit of 30 December ends in January 2027, whose days nobody has announced
    ("2026-12-30 08:00", "2027-01-06 09:00", "2026-12", "2027-03-01", True),
    ("2026-12-30 08:00", None, "2026-12", "2027-03-01", True),
    ("2027-01-12 08:00", "2027-01-13 09:00", "2027-01", "2027-03-01", True),
    ("2026-12-30 08:00", None, "2026-12", "2026-12-31 17:00", False),  # nothing rests on next year yet
    ("2026-03-10 08:00", None, "2026-03", "2027-03-01", False),  # overdue since last March
]


@pytest.mark.parametrize(("received", "closed", "period", "as_of", "flagged"), PROVISIONAL)
def test_figures_that_rest_on_days_nobody_announced_are_marked(
    tmp_path: Path, received: str, closed: str | None, period: str, as_of: str, flagged: bool
) -> None:
    workspace = orders_workspace(tmp_path, [order(1, received, closed)], promise={"rule": WORKING_DAYS}, calendar=CHINA)
    assert ("provisional_calendar" in measured(workspace, period=period, as_of=as_of).flags) == flagged
    natural = orders_workspace(tmp_path / "natural", [order(1, received, closed)], calendar=CHINA)
    assert "provisional_calendar" not in measured(natural, period=period, as_of=as_of).flags


MERGED = (
    *UNITS,
    {"code": "OLD", "name": "旧部", "level": "department", "parent": "C", "valid_to": dt.date(2026, 1, 31),
     "successor": "D2"},
    {"code": "P1", "name": "一岗", "level": "post", "parent": "D1"},
)  # fmt: skip


def test_closed_units_count_under_their_successor(tmp_path: Path) -> None:
    rows = [order(1, "2026-01-10 08:00", unit="OLD"), order(2, "2026-01-10 08:00", unit="D2"),
            order(3, "2026-02-10 08:00", unit="D2"), order(4, "2026-02-10 08:00", unit="P1")]  # fmt: skip
    workspace = orders_workspace(tmp_path, rows, units=MERGED)

    def totals(period: str, *by: str, **options: Any) -> dict[str, int]:
        result = workspace.measure("compliance", commitment="promise", period=period, by=by, **options)
        return {figure.unit: figure.total for figure in result.figures()}

    assert totals("2026-01", "unit") == {"OLD": 1, "D2": 1}  # on the tree of January
    assert totals("2026Q1", "unit") == {"D2": 3, "P1": 1}  # on the tree of March
    assert totals("2026Q1", "department") == {"D1": 1, "D2": 3}
    assert totals("2026Q1") == {"C": 4}
    assert totals("2026Q1", unit="D2") == {"D2": 3}
    assert totals("2026Q1", unit="D1") == {"D1": 1}
    listed = workspace.cases("promise", period="2026Q1", unit="D2")
    assert sorted(listed["order_id"]) == ["1", "2", "3"]


def test_what_hangs_above_the_level_asked_for_stands_by_itself(tmp_path: Path) -> None:
    rows = [order(1, "2026-01-10 08:00", unit="C"), order(2, "2026-01-10 08:00", unit="D1"),
            order(3, "2026-01-10 08:00", unit="P1")]  # fmt: skip
    workspace = orders_workspace(tmp_path, rows, units=MERGED)
    result = workspace.measure("compliance", commitment="promise", period="2026-01", by=["department"])
    assert {figure.unit: figure.total for figure in result.figures()} == {"C": 1, "D1": 2}
    result = workspace.measure("compliance", commitment="promise", period="2026-01", by=["post"])
    assert {figure.unit: figure.total for figure in result.figures()} == {"C": 1, "D1": 1, "P1": 1}


def test_a_statistical_month_ends_when_the_company_says(tmp_path: Path) -> None:
    rows = [order(1, "2026-01-25 23:59"), order(2, "2026-01-26 00:00"), order(3, "2025-12-26 00:00")]
    workspace = orders_workspace(tmp_path, rows, company={"month_closes_on": 25})
    result = workspace.measure("compliance", commitment="promise", period="2026Q1", by=["month"])
    assert {figure.period: figure.total for figure in result.figures()} == {"2026-01": 2, "2026-02": 1}


def test_limits_beyond_the_range_are_refused(tmp_path: Path) -> None:
    workspace = orders_workspace(tmp_path, HAND)
    for limit in (-1, 60 * 4 + 1):
        with pytest.raises(MetricError) as error:
            workspace.measure("compliance", commitment="promise", period="2026-01", limit=limit)
        (fault,) = error.value.faults
        assert (fault.code, fault.got, fault.allowed) == ("limit_too_high", str(limit), "0 … 240")


def test_what_nobody_declared_is_refused_with_what_there_is(tmp_path: Path) -> None:
    workspace = orders_workspace(tmp_path, HAND)
    with pytest.raises(NameUnknownError, match="promise"):
        workspace.measure("compliance", commitment="promises", period="2026-01")
    with pytest.raises(NameUnknownError, match="compliance"):
        workspace.measure("complience", commitment="promise", period="2026-01")
    with pytest.raises(NameUnknownError, match="D1"):
        workspace.measure("compliance", commitment="promise", period="2026-01", unit="D7")
    with pytest.raises(MetricError, match="colour"):
        workspace.measure("compliance", commitment="promise", period="2026-01", by=["colour"])
    with pytest.raises(MetricError, match="quarter"):
        workspace.measure("compliance", commitment="promise", period="2026-02", by=["quarter"])
    for by in (["month", "quarter"], ["department", "unit"]):
        with pytest.raises(MetricError, match=", ".join(by)):
            workspace.measure("compliance", commitment="promise", period="2026H1", by=by)
    with pytest.raises(MetricError, match=r"2026-02-01 00:00:00\+00:00"):  # local time has no zone
        workspace.measure(
            "compliance", commitment="promise", period="2026-01", as_of=dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
        )
    with pytest.raises(NameUnknownError, match="chanel"):
        workspace.cases("promise", period="2026-01", columns=["chanel"])
    with pytest.raises(MetricError) as error:
        workspace.measure("compliance", period="2026-01")
    assert [(fault.code, fault.place) for fault in error.value.faults] == [("missing_key", "compliance › commitment")]


def test_before_anything_was_read_there_is_nothing_to_measure(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, commitments=[commitment()])
    with pytest.raises(MetricError, match="svcqa ingest"):
        workspace.measure("compliance", commitment="promise", period="2026-01")


def test_a_figure_is_pinned_to_its_inputs(tmp_path: Path) -> None:
    workspace = orders_workspace(tmp_path, HAND, calendar=CHINA)
    about = workspace.measure("compliance", commitment="promise", period="2026-01").about
    assert about["as_of"] == "2026-02-01 00:00:00"
    assert about["policy"] == workspace.policies.digest
    assert about["calendar"] == workspace.calendars.digest
    assert about["records"]
    assert "chinesecalendar" in about["calendar_source"]


# --- months by closing ---------------------------------------------------------------------------------------------

BY_CLOSING = {"month_of": "closed"}


def test_by_closing_an_open_case_belongs_to_the_month_looked_at(tmp_path: Path) -> None:
    rows = [order(1, "2026-01-10 08:00"), order(2, "2026-01-10 08:00", "2026-01-10 08:30")]
    workspace = orders_workspace(tmp_path, rows, promise=BY_CLOSING)
    figure = measured(workspace, period="2026-01", as_of="2026-01-31 23:59:59")
    assert (figure.states["met"], figure.states["open_overdue"]) == (1, 1)
    figure = measured(workspace, period="2026-01", as_of="2026-02-01 00:00:00")
    assert (figure.states["met"], figure.states["open_overdue"]) == (1, 1)


def test_by_closing_a_case_without_a_due_moment_moves_along_whatever_was_cached(tmp_path: Path) -> None:
    rule = {"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "closed_at"}
    workspace = orders_workspace(tmp_path, [order(1, "2026-01-10 08:00")], promise={"rule": rule, **BY_CLOSING})
    for as_of, month in (("2026-01-20", "2026-01"), ("2026-02-20", "2026-02")):
        result = workspace.measure("compliance", commitment="promise", period="2026Q1", by=["month"], as_of=as_of)
        assert {figure.period: figure.states["not_applicable"] for figure in result.figures()} == {month: 1}


def test_a_case_whose_clock_never_started_does_not_vanish(tmp_path: Path) -> None:
    rule = {"kind": "elapsed_natural", "start": "accepted_at", "stop": "closed_at", "limit": 60, "unit": "minute"}
    rows = [order(1, "2026-01-10 08:00", accepted_at="2026-01-10 08:10"), order(2, "2026-01-10 08:00")]
    workspace = orders_workspace(tmp_path, rows, promise={"rule": rule})
    figure = measured(workspace, period="2026-01")
    assert (figure.states["open_overdue"], figure.states["not_applicable"], figure.total) == (1, 1, 2)


def test_limits_by_case_move_together(tmp_path: Path) -> None:
    """Tier x has 1 hour, the others 2; trying 3 instead of 2 gives x 2 hours."""
    rule = {"kind": "elapsed_natural", "start": "received_at", "stop": "closed_at", "limit": 2, "unit": "hour"}
    limits = [{"where": {"category": ["x"]}, "limit": 1}]
    rows = [order(1, "2026-01-10 08:00", "2026-01-10 09:30", category="x"),
            order(2, "2026-01-10 08:00", "2026-01-10 10:30", category="y")]  # fmt: skip
    workspace = orders_workspace(tmp_path, rows, promise={"rule": rule, "limits": limits})
    for limit, met in ((None, 0), (3, 2), (2, 0), (1, 0)):
        figure = measured(workspace, period="2026-01", limit=limit)
        assert figure.states["met"] == met, limit
        assert "by_case" in figure.limit


def test_limits_by_case_need_a_rule_with_a_limit(tmp_path: Path) -> None:
    rule = {"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "closed_at"}
    limits = [{"where": {"category": ["x"]}, "limit": 1}]
    with pytest.raises(PolicyError, match="limits by case"):
        orders_workspace(tmp_path, [order(1, "2026-01-10 08:00")], promise={"rule": rule, "limits": limits})


def test_a_return_without_a_denominator_is_shown_as_not_applicable(tmp_path: Path) -> None:
    rule = {"kind": "monthly_return", "indicator": "i"}
    rows = [{"indicator": "i", "unit": "D1", "month": "2026-01", "numerator": 9, "denominator": 10},
            {"indicator": "i", "unit": "D2", "month": "2026-01", "numerator": 5}]  # fmt: skip
    promise = commitment(rule=rule, table="monthly_returns")
    workspace = make_workspace(tmp_path, records={"monthly_returns": rows}, commitments=[promise])
    workspace.ingest()
    figure = measured(workspace, period="2026-01")
    assert (figure.numerator, figure.n, figure.total) == (9, 10, 10 + 1)
    assert figure.states["not_applicable"] == 1


def test_as_of_may_be_a_date(tmp_path: Path) -> None:
    workspace = orders_workspace(tmp_path, [order(1, "2026-01-10 08:00")])
    by_date = measured(workspace, period="2026-01", as_of=dt.date(2026, 1, 11))
    assert by_date.states == measured(workspace, period="2026-01", as_of="2026-01-11 00:00:00").states
