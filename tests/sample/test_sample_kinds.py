"""The sample company's kinds of commitment against ``truth.json``, figure by figure.

``truth.json`` was counted by brute force when the sample was made (``sample_data/generator/counting.py`` and
``counting_amounts.py``), one record and one second at a time; nothing of it comes from svcqa.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

import svcqa
from support.workspaces import SAMPLE

TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
AS_OF = TRUTH["as_of"]
HALF = "2026H1"
MONTHS = [f"2026-{month:02d}" for month in range(1, 7)]


def truths(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Period, unit and what was counted."""
    for period, units in TRUTH[name].items():
        for unit, counted in units.items():
            yield period, unit, counted


def figure(workspace: svcqa.Workspace, key: str, period: str, unit: str, measure: str) -> dict[str, Any]:
    """The row of one measure of one unit and period, as the export's moment sees it."""
    promise = workspace.policies.commitment(key)
    result = workspace.measure(promise.metric, commitment=key, period=period, unit=unit, as_of=AS_OF)
    (row,) = (row for row in result.rows if row["measure"] == measure)
    assert (row["unit"], row["period"]) == (unit, period)
    return row


def stoppages(workspace: svcqa.Workspace) -> list[dict[str, Any]]:
    """The stoppages that were read, no metric between."""
    rows = []
    for part in workspace.store.parts("outages"):
        table = parquet.read_table(part.path)
        rows += table.take(np.setdiff1d(np.arange(table.num_rows), part.dead())).to_pylist()
    return rows


def test_truth_holds_what_is_compared_here() -> None:
    assert set(TRUTH["continuity"]) == {*MONTHS, HALF} == set(TRUTH["ratings"]) == set(TRUTH["stop_notice"])
    assert len(TRUTH["emergency_line"]) == 37  # three years of months, and the half-year
    assert (len(TRUTH["coverage"]), len(TRUTH["coverage_so_far"])) == (4, 12)


def test_continuity_is_the_customer_seconds_counted_one_stoppage_at_a_time(sample_workspace: svcqa.Workspace) -> None:
    for period, unit, counted in truths("continuity"):
        row = figure(sample_workspace, "supply_continuity", period, unit, "availability")
        base, lost = counted["base_customer_seconds"], counted["lost_customer_seconds_without_emergencies"]
        assert (row["base"], row["base"] - row["numerator"]) == (base, lost)
        assert row["value"] == pytest.approx(1 - lost / base, rel=1e-12)
        plain = 1 - counted["lost_customer_seconds"] / base
        assert row["value_without_exclusions"] == pytest.approx(plain, rel=1e-12)


def test_stoppages_left_out_are_those_recorded_as_emergencies(sample_workspace: svcqa.Workspace) -> None:
    first, after = dt.datetime(2026, 1, 1), dt.datetime(2026, 7, 1)
    touching = [
        row
        for row in stoppages(sample_workspace)
        if row["started_at"] < after and (row["restored_at"] or after) > first
    ]
    emergencies = [row for row in touching if row["kind"] == "emergency" or row["excluded_reason"]]
    row = figure(sample_workspace, "supply_continuity", HALF, "C", "availability")
    assert row["excluded_by"] == {"emergency_cause": len(emergencies)}
    assert (row["n"], row["total"]) == (len(touching) - len(emergencies), len(touching))
    registered = [row for row in emergencies if row["kind"] == "emergency" and row["started_at"] >= first]
    assert len(registered) == TRUTH["emergency_stops"][HALF]["C"]["stops"]


def test_notices_have_the_states_counted_one_stoppage_at_a_time(sample_workspace: svcqa.Workspace) -> None:
    names = {
        "met": "met",
        "breached": "breached",
        "open_overdue": "open_overdue",
        "open_not_yet_due": "open_not_due",
        "met_due_ahead": "met_not_due",
        "excluded": "excluded",
    }
    for period, unit, counted in truths("stop_notice"):
        row = figure(sample_workspace, "stop_notice", period, unit, "compliance")
        found = {ours: row[theirs] for ours, theirs in names.items()}
        # a stoppage that began with nobody told counts as breached here, and as open in truth.json: both are no
        judged = found["breached"] + found["open_overdue"], counted["breached"] + counted["open_overdue"]
        assert judged[0] == judged[1]
        other = {name: n for name, n in found.items() if name not in ("breached", "open_overdue")}
        assert other == {name: counted[name] for name in other}
        if counted["rate"] is not None:
            assert row["value"] == pytest.approx(counted["rate"], abs=5e-7)  # truth.json rounds to six places


def test_the_emergency_line_is_staffed_but_for_the_seconds_counted_one_by_one(
    sample_workspace: svcqa.Workspace,
) -> None:
    incidents = 0
    for period, unit, counted in truths("emergency_line"):
        row = figure(sample_workspace, "emergency_line_staffed", period, unit, "availability")
        base, gone = counted["base_seconds"], counted["unstaffed_seconds"]
        assert (row["base"], row["base"] - row["numerator"]) == (base, gone)
        assert row["value"] == pytest.approx(1 - gone / base, rel=1e-12)
        assert (row["n"] == 0) == (gone == 0)
        incidents += row["n"]
    assert incidents > 20


@pytest.mark.parametrize("name", ["coverage", "coverage_so_far"])
def test_households_visited_and_entered_are_the_sets_counted(sample_workspace: svcqa.Workspace, name: str) -> None:
    for period, unit, counted in truths(name):
        row = figure(sample_workspace, "safety_visit", period, unit, "coverage")
        assert (row["numerator"], row["n"]) == (counted["visited"], counted["households"])
        assert row["value"] == pytest.approx(counted["visited"] / counted["households"], rel=1e-12)
        entered = figure(sample_workspace, "safety_visit", period, unit, "entered")
        assert (entered["numerator"], entered["n"]) == (counted["entered"], counted["households"])
        ends_a_quarter = name == "coverage" or period[-2:] in ("03", "06", "09", "12")
        assert bool(row["verdict"]) == ends_a_quarter
        assert ("cycle_open" in row["flags"]) == (not ends_a_quarter)


@pytest.mark.parametrize("question", ["attitude", "skill"])
def test_scores_add_up_to_those_given(sample_workspace: svcqa.Workspace, question: str) -> None:
    compared = 0
    for period, unit, counted in truths("ratings"):
        if question in counted and period != HALF:  # the half-year holds two waves: test_sample_wave_results.py
            row = figure(sample_workspace, question, period, unit, "rating")
            given = counted[question]
            assert (row["numerator"], row["n"]) == (given["sum"], given["count"])
            assert row["value"] == pytest.approx(given["sum"] / given["count"], rel=1e-12)
            assert row["lower"] is None
            compared += 1
    assert compared >= 6 * 4


def test_months_asked_for_together_are_the_months_asked_for_alone(sample_workspace: svcqa.Workspace) -> None:
    for key, name, amounts in (
        ("supply_continuity", "continuity", ("base", "base_customer_seconds")),
        ("emergency_line_staffed", "emergency_line", ("base", "base_seconds")),
        ("safety_visit", "coverage_so_far", ("numerator", "visited")),
    ):
        promise = sample_workspace.policies.commitment(key)
        result = sample_workspace.measure(promise.metric, commitment=key, period=HALF, by=["month"], as_of=AS_OF)
        main = next(iter(result.rows))["measure"]
        found = {row["period"]: row[amounts[0]] for row in result.rows if row["measure"] == main}
        assert found == {month: TRUTH[name][month]["C"][amounts[1]] for month in MONTHS}


def test_an_hour_earlier_the_last_hour_had_not_been_lost(sample_workspace: svcqa.Workspace) -> None:
    until = dt.datetime.fromisoformat(AS_OF)
    moment = until - dt.timedelta(hours=1)
    lost = sum(
        ((min(row["restored_at"] or until, until) - max(row["started_at"], moment)).total_seconds())
        * row["customers_affected"]
        for row in stoppages(sample_workspace)
        if row["started_at"] < until
        and (row["restored_at"] or until) > moment
        and row["kind"] != "emergency"
        and not row["excluded_reason"]
    )
    assert lost > 0
    later = figure(sample_workspace, "supply_continuity", HALF, "C", "availability")
    (earlier,) = sample_workspace.measure(
        "availability", commitment="supply_continuity", period=HALF, as_of=moment
    ).rows
    customers = TRUTH["continuity"]["2026-06"]["C"]["base_customer_seconds"] / (30 * 86_400)
    assert later["base"] - earlier["base"] == 3600 * customers
    assert (later["base"] - later["numerator"]) - (earlier["base"] - earlier["numerator"]) == lost
    assert "partial" in earlier["flags"]
    assert "partial" not in later["flags"]
