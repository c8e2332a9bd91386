"""The figures of stoppages, gaps, visits and callbacks against ``truth.json``, which counts one record at a time."""

from __future__ import annotations

import json
from typing import Any

import pytest

import svcqa
from support.workspaces import SAMPLE
from svcqa.metrics.result import STATES

TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
HALF = "2026H1"
AS_OF = TRUTH["as_of"].replace("T", " ")
Rows = dict[tuple[str, str], dict[str, Any]]


def figures(workspace: svcqa.Workspace, metric: str, commitment: str, known: dict[str, Any]) -> Rows:
    """The rows of the half-year and of its months, for the company and each unit that ``known`` names."""
    asked: dict[str, Any] = {"commitment": commitment, "period": HALF, "as_of": AS_OF}
    grouped = [(), ("month",), ("unit",), ("unit", "month")]
    found = {}
    for by in grouped:
        for row in workspace.measure(metric, by=by, **asked).rows:
            found[row["period"], row["unit"]] = dict(row)
    wanted = {(period, unit) for period, units in known.items() if period.startswith("2026") for unit in units}
    assert wanted <= set(found)
    assert {key for key in set(found) - wanted if found[key].get("total") or found[key].get("n")} == set()
    return {key: found[key] for key in wanted}


def test_continuity_is_lost_time_against_all_time(sample_workspace: svcqa.Workspace) -> None:
    known = TRUTH["continuity"]
    for (period, unit), row in figures(sample_workspace, "availability", "supply_continuity", known).items():
        amounts = known[period][unit]
        base, kept = amounts["base_customer_seconds"], amounts["lost_customer_seconds_without_emergencies"]
        assert (row["base"], row["base"] - row["numerator"]) == (base, kept)
        assert row["value"] == pytest.approx(1 - kept / base, abs=1e-15)
        everything = 1 - amounts["lost_customer_seconds"] / base
        assert row["value_without_exclusions"] == pytest.approx(everything, abs=1e-15)


def test_a_gap_reported_twice_counts_once(sample_workspace: svcqa.Workspace) -> None:
    known = {period: units for period, units in TRUTH["emergency_line"].items() if period.startswith("2026")}
    for (period, unit), row in figures(sample_workspace, "availability", "emergency_line_staffed", known).items():
        amounts = known[period][unit]
        assert row["base"] == amounts["base_seconds"]
        assert row["base"] - row["numerator"] == amounts["unstaffed_seconds"]


def test_notices_are_in_the_states_that_were_counted(sample_workspace: svcqa.Workspace) -> None:
    known = TRUTH["stop_notice"]
    ours = {"open_not_yet_due": "open_not_due", "met_due_ahead": "met_not_due"}
    for (period, unit), row in figures(sample_workspace, "compliance", "stop_notice", known).items():
        states = {ours.get(name, name): count for name, count in known[period][unit].items() if name != "rate"}
        assert {state: row[state] for state in STATES} == dict.fromkeys(STATES, 0) | states
        assert round(row["value"], 6) == known[period][unit]["rate"]


@pytest.mark.parametrize("period", [*TRUTH["coverage"], *TRUTH["coverage_so_far"]])
def test_each_household_counts_once_a_quarter(sample_workspace: svcqa.Workspace, period: str) -> None:
    known = (TRUTH["coverage"] | TRUTH["coverage_so_far"])[period]
    asked: dict[str, Any] = {"commitment": "safety_visit", "period": period, "as_of": AS_OF}
    rows = [row for by in ((), ("unit",)) for row in sample_workspace.measure("coverage", by=by, **asked).rows]
    names = {"coverage": "visited", "entered": "entered"}
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["unit"] in known:  # not the branches, which report households and make no visits
            counts = found.setdefault(row["unit"], {"households": row["n"]})
            counts[names[row["measure"]]] = row["numerator"]
    assert found == known


@pytest.mark.parametrize("question", ["attitude", "skill"])
def test_scores_are_averaged_over_those_who_gave_one(sample_workspace: svcqa.Workspace, question: str) -> None:
    known = TRUTH["ratings"]
    for (period, unit), row in figures(sample_workspace, "rating", question, known).items():
        sums = known[period][unit][question]
        if period == HALF:  # two waves speak for it; the other answers are counted and left out
            assert row["excluded_by"] == {"outside_the_waves": sums["count"]}
            continue
        assert (row["numerator"], row["n"]) == (sums["sum"], sums["count"])
        assert row["value"] == pytest.approx(sums["sum"] / sums["count"], abs=1e-12)


def test_what_the_returns_say_otherwise_is_listed(sample_workspace: svcqa.Workspace) -> None:
    whole = "2023-07..2026-06"
    (notices,) = (
        comparison
        for comparison in sample_workspace.reviews.compare_returns(whole, as_of=AS_OF)
        if comparison.commitment.key == "stop_notice"
    )
    found, one_sided = [], []
    for item in notices.differences:
        if item.records is None or item.returns is None:
            one_sided.append((item.unit.code, item.month, item.returns is None))
        else:
            sides = {
                name: [side.numerator, side.n] for name, side in (("records", item.records), ("returns", item.returns))
            }
            found.append({"unit": item.unit.code, "month": item.month, **sides})
    assert sorted(found, key=lambda item: item["month"]) == TRUTH["returns_differences"]
    # the returns of this month contradict each other, so that neither was accepted
    assert one_sided == [("CJ-GW", "2023-11", True)]
    assert len(notices.months) == 72
