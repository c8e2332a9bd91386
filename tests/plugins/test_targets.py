"""Quantities and milestones: amounts and dates counted by hand."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.workspaces import make_workspace
from svcqa.errors import MetricError, NameUnknownError

PATH = [10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40]  # 300 in the year, 90 by June
QUANTITY = {
    "kind": "quantity",
    "key": "pipes_2026",
    "name": "管网",
    "year": 2026,
    "owner": "C",
    "indicator": "pipes",
    "amount_unit": "户",
    "path": PATH,
}
MILESTONE = {
    "kind": "milestone",
    "key": "platform_2026",
    "name": "平台",
    "year": 2026,
    "owner": "D1",
    "due": dt.date(2026, 6, 30),
}


def returns(**amounts: Sequence[int]) -> list[dict[str, Any]]:
    return [
        {"indicator": "pipes", "unit": unit, "month": f"2026-{month:02d}", "numerator": amount}
        for unit, months in amounts.items()
        for month, amount in enumerate(months, start=1)
    ]


@pytest.fixture
def delivered(tmp_path: Path) -> svcqa.Workspace:
    """Both departments, January to June 2026; another indicator that does not count."""
    rows = returns(D1=[5, 5, 5, 10, 10, 10], D2=[6, 6, 6, 6, 6, 6])
    rows.append({"indicator": "else", "unit": "D1", "month": "2026-01", "numerator": 1000})
    workspace = make_workspace(tmp_path, records={"monthly_returns": rows}, targets=[QUANTITY])
    workspace.ingest()
    return workspace


def quantity(workspace: svcqa.Workspace, period: str, **options: Any) -> dict[str, Any]:
    result = workspace.measure("quantity", target="pipes_2026", period=period, **options)
    (row,) = json.loads(result.to_json())["rows"]
    return dict(row)


@pytest.mark.parametrize(
    ("period", "cumulative", "amount", "plan", "verdict"),
    [
        ("2026-01", False, 11, 10, "met"),  # 5 + 6 of 10
        ("2026-04", False, 16, 20, "missed"),  # 10 + 6 of 20
        ("2026Q1", False, 33, 30, "met"),
        ("2026H1", False, 81, 90, "missed"),  # 45 + 36 of 90
        ("2026-04", True, 49, 50, "missed"),  # 25 + 24 of 50
        ("2026-03", True, 33, 30, "met"),
    ],
)
def test_amounts_add_up_and_are_held_against_the_plan_of_the_same_months(
    delivered: svcqa.Workspace, period: str, cumulative: bool, amount: int, plan: int, verdict: str
) -> None:
    row = quantity(delivered, period, cumulative=cumulative)
    assert (row["value"], row["goal"], row["verdict"], row["evidence"]) == (amount, plan, verdict, "clear")
    assert (row["lower"], row["upper"]) == (None, None)


def test_months_that_are_not_over_do_not_count_yet(delivered: svcqa.Workspace) -> None:
    row = quantity(delivered, "2026H1", as_of="2026-04-30 23:59:59")
    assert row["value"] == 33  # January to March
    assert row["flags"] == ["partial"]
    assert quantity(delivered, "2026H1", as_of="2026-05-01")["value"] == 49
    # what was cached then does not stick
    assert quantity(delivered, "2026H1")["value"] == 81


def test_amounts_of_departments_add_up_to_the_company(delivered: svcqa.Workspace) -> None:
    result = delivered.measure("quantity", target="pipes_2026", period="2026H1", by=["department"])
    assert {figure.unit: figure.value for figure in result.figures()} == {"D1": 45, "D2": 36}


def test_a_year_without_a_plan_has_no_goal(delivered: svcqa.Workspace) -> None:
    row = quantity(delivered, "2025H1", as_of="2026-07-01")
    assert (row["value"], row["goal"], row["verdict"]) == (0, None, "")


def milestone(folder: Path, done: str | None, *, reported: str = "2026-07-02 09:00") -> svcqa.Workspace:
    row = {"target": "platform_2026", "unit": "D1", "reported_at": reported, "done_at": done}
    other = {"target": "other_2026", "unit": "D1", "reported_at": reported, "done_at": "2026-01-01"}
    workspace = make_workspace(folder, records={"milestone_reports": [row, other]}, targets=[MILESTONE])
    workspace.ingest()
    return workspace


@pytest.mark.parametrize(
    ("done", "period", "as_of", "value", "verdict"),
    [
        ("2026-06-20 10:00", "2026H1", None, 1, "met"),
        ("2026-06-30 23:59:59", "2026H1", None, 1, "met"),  # by the end of the due day
        ("2026-07-01 00:00:01", "2026H2", None, 1, "missed"),  # done, late
        ("2026-07-01 00:00:01", "2026H1", None, 0, "missed"),  # the half-year ends with the due day: it was not done
        (None, "2026H1", None, 0, "missed"),
        (None, "2026H1", "2026-06-30 23:59:59", 0, ""),  # a second is left
        (None, "2026H1", "2026-07-01 00:00:00", 0, "missed"),
        (None, "2026Q1", None, 0, ""),  # not due yet
        (None, "2026Q1", "2026-12-31", 0, ""),  # as it stood at the end of the quarter
        ("2026-06-20 10:00", "2026Q1", "2026-12-31", 0, ""),
        ("2026-06-20 10:00", "2026H1", "2026-06-20 09:59:59", 0, ""),  # has not happened yet
        ("2026-06-20 10:00", "2026H1", "2026-06-20 10:00:00", 1, "met"),
    ],
)
def test_a_milestone_is_met_by_the_end_of_its_due_day(
    tmp_path: Path, done: str | None, period: str, as_of: str | None, value: int, verdict: str
) -> None:
    workspace = milestone(tmp_path, done)
    (figure,) = workspace.measure("milestone", target="platform_2026", period=period, as_of=as_of).figures()
    assert (figure.value, figure.verdict, figure.unit) == (value, verdict, "D1")


def test_a_milestone_nobody_reported_is_missed_after_its_day(tmp_path: Path) -> None:
    row = {"target": "other_2026", "unit": "D1", "reported_at": "2026-01-02", "done_at": "2026-01-01"}
    workspace = make_workspace(tmp_path, records={"milestone_reports": [row]}, targets=[MILESTONE])
    workspace.ingest()
    (figure,) = workspace.measure("milestone", target="platform_2026", period="2026H2").figures()
    assert (figure.value, figure.verdict) == (0, "missed")


def test_metrics_ask_for_the_right_kind_of_target(delivered: svcqa.Workspace) -> None:
    with pytest.raises(NameUnknownError, match="pipes_2026"):
        delivered.measure("quantity", target="nothing_2026", period="2026H1")
    with pytest.raises(MetricError) as error:
        delivered.measure("milestone", target="pipes_2026", period="2026H1")
    assert {fault.place.split(" › ")[0] for fault in error.value.faults} == {"milestone"}
