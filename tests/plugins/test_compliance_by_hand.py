"""Commitments worked out by hand: moments, exclusions, flags, merged units, limits by case, months by closing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.compliance_oracle import (
    CHINA,
    Row,
)
from support.figures import states_of
from support.workspaces import UNITS, commitment, make_workspace, measured
from svcqa.errors import MetricError, NameUnknownError, PolicyError
from svcqa.stats.proportions import clopper_pearson

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
    assert {state: count for state, count in states_of(figure).items() if count} == states
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
    assert figure["met_not_due"] == 9


def test_cases_without_a_due_moment_are_not_applicable_and_never_excluded(tmp_path: Path) -> None:
    rows = [order(1, "2026-01-10 08:00", excluded_reason="storm"), order(2, "2026-01-10 08:00", due_at="2026-01-11")]
    rule = {"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "closed_at"}
    figure = measured(orders_workspace(tmp_path, rows, promise={"rule": rule}), period="2026-01")
    assert figure["not_applicable"] == 1
    assert figure["open_overdue"] == 1
    assert figure["excluded"] == 0


def test_the_figure_stands_with_and_without_exclusions(tmp_path: Path) -> None:
    rows = [
        order(1, "2026-01-10 08:00", "2026-01-10 08:10"),
        order(2, "2026-01-10 08:00", "2026-01-10 12:00"),
        order(3, "2026-01-10 08:00", "2026-01-10 12:00", excluded_reason="storm"),
        order(4, "2026-01-10 08:00", "2026-01-10 12:00", category="fire"),
    ]
    promise = {"exclusions": [{"reason": "fire", "where": {"category": ["fire"]}}]}
    figure = measured(orders_workspace(tmp_path, rows, promise=promise), period="2026-01")
    assert (figure.value, figure.n) == (1 / 2, 2)
    assert (figure.value_without_exclusions, figure.n_without_exclusions) == (1 / 4, 4)
    assert figure.excluded_by == {"fire": 1, "storm": 1}


def test_zero_tolerance_has_its_own_rule(tmp_path: Path) -> None:
    rows = [
        order(n, f"2026-0{month}-10 08:00", f"2026-0{month}-10 {8 if n != 13 else 12}:30")
        for month in (1, 2)
        for n in range(month * 10, month * 10 + 10)
    ]
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


WORKING_DAYS = {
    "kind": "elapsed_working_days",
    "start": "received_at",
    "stop": "closed_at",
    "limit": 3,
    "counting": "next_day",
}
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
    {
        "code": "OLD",
        "name": "旧部",
        "level": "department",
        "parent": "C",
        "valid_to": dt.date(2026, 1, 31),
        "successor": "D2",
    },
    {"code": "P1", "name": "一岗", "level": "post", "parent": "D1"},
)


def test_closed_units_count_under_their_successor(tmp_path: Path) -> None:
    rows = [
        order(1, "2026-01-10 08:00", unit="OLD"),
        order(2, "2026-01-10 08:00", unit="D2"),
        order(3, "2026-02-10 08:00", unit="D2"),
        order(4, "2026-02-10 08:00", unit="P1"),
    ]
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
    rows = [
        order(1, "2026-01-10 08:00", unit="C"),
        order(2, "2026-01-10 08:00", unit="D1"),
        order(3, "2026-01-10 08:00", unit="P1"),
    ]
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
    assert (figure["met"], figure["open_overdue"]) == (1, 1)
    figure = measured(workspace, period="2026-01", as_of="2026-02-01 00:00:00")
    assert (figure["met"], figure["open_overdue"]) == (1, 1)


def test_by_closing_a_case_without_a_due_moment_moves_along_whatever_was_cached(tmp_path: Path) -> None:
    rule = {"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "closed_at"}
    workspace = orders_workspace(tmp_path, [order(1, "2026-01-10 08:00")], promise={"rule": rule, **BY_CLOSING})
    for as_of, month in (("2026-01-20", "2026-01"), ("2026-02-20", "2026-02")):
        result = workspace.measure("compliance", commitment="promise", period="2026Q1", by=["month"], as_of=as_of)
        assert {figure.period: figure["not_applicable"] for figure in result.figures()} == {month: 1}


def test_a_case_whose_clock_never_started_does_not_vanish(tmp_path: Path) -> None:
    rule = {"kind": "elapsed_natural", "start": "accepted_at", "stop": "closed_at", "limit": 60, "unit": "minute"}
    rows = [order(1, "2026-01-10 08:00", accepted_at="2026-01-10 08:10"), order(2, "2026-01-10 08:00")]
    workspace = orders_workspace(tmp_path, rows, promise={"rule": rule})
    figure = measured(workspace, period="2026-01")
    assert (figure["open_overdue"], figure["not_applicable"], figure.total) == (1, 1, 2)


def test_limits_by_case_move_together(tmp_path: Path) -> None:
    """Tier x has 1 hour, the others 2; trying 3 instead of 2 gives x 2 hours."""
    rule = {"kind": "elapsed_natural", "start": "received_at", "stop": "closed_at", "limit": 2, "unit": "hour"}
    limits = [{"where": {"category": ["x"]}, "limit": 1}]
    rows = [
        order(1, "2026-01-10 08:00", "2026-01-10 09:30", category="x"),
        order(2, "2026-01-10 08:00", "2026-01-10 10:30", category="y"),
    ]
    workspace = orders_workspace(tmp_path, rows, promise={"rule": rule, "limits": limits})
    for limit, met in ((None, 0), (3, 2), (2, 0), (1, 0)):
        figure = measured(workspace, period="2026-01", limit=limit)
        assert figure["met"] == met, limit
        assert "by_case" in figure.limit


def test_limits_by_case_need_a_rule_with_a_limit(tmp_path: Path) -> None:
    rule = {"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "closed_at"}
    limits = [{"where": {"category": ["x"]}, "limit": 1}]
    with pytest.raises(PolicyError, match="limits by case"):
        orders_workspace(tmp_path, [order(1, "2026-01-10 08:00")], promise={"rule": rule, "limits": limits})


def test_a_return_without_a_denominator_is_shown_as_not_applicable(tmp_path: Path) -> None:
    rule = {"kind": "monthly_return", "indicator": "i"}
    rows = [
        {"indicator": "i", "unit": "D1", "month": "2026-01", "numerator": 9, "denominator": 10},
        {"indicator": "i", "unit": "D2", "month": "2026-01", "numerator": 5},
    ]
    promise = commitment(rule=rule, table="monthly_returns")
    workspace = make_workspace(tmp_path, records={"monthly_returns": rows}, commitments=[promise])
    workspace.ingest()
    figure = measured(workspace, period="2026-01")
    assert (figure.numerator, figure.n, figure.total) == (9, 10, 10 + 1)
    assert figure["not_applicable"] == 1


def test_as_of_may_be_a_date(tmp_path: Path) -> None:
    workspace = orders_workspace(tmp_path, [order(1, "2026-01-10 08:00")])
    by_date = measured(workspace, period="2026-01", as_of=dt.date(2026, 1, 11))
    assert by_date.states == measured(workspace, period="2026-01", as_of="2026-01-11 00:00:00").states
