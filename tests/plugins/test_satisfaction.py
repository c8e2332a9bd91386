"""What a wave says of all customers: held against sums made by hand from the list, the answers and the frame."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.callback_company import company, random_records
from support.called_wave import PLAIN_SURVEY, STRATA, answered, call, read_calls, surveyed
from svcqa.errors import MetricError
from svcqa.metrics.result import Result


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    return surveyed(tmp_path_factory.mktemp("w"))


def measured(workspace: svcqa.Workspace, by: Sequence[str] = (), **params: Any) -> Result:
    return workspace.measure(
        "satisfaction_sampling", period="2026Q1", by=by, params={"question": "attitude", **STRATA, **params}
    )


def values(found: Result, measure: str, key: str = "unit") -> dict[str, float]:
    return {row[key]: row["value"] for row in found.rows if row["measure"] == measure}


def strata_means(workspace: svcqa.Workspace) -> dict[str, tuple[int, list[int]]]:
    """Frame's customers and the scores given, by stratum: from the Parquet files and the source rows alone."""
    frame, drawn = workspace.callbacks.frame("W1"), workspace.callbacks.drawn("W1")
    strata = dict(zip(drawn["reference"], drawn["stratum"], strict=True))
    sizes = frame[frame["reason"] == ""].groupby("stratum").size().to_dict()
    found: dict[str, tuple[int, list[int]]] = {name: (int(size), []) for name, size in sizes.items()}
    for row in answered(workspace, "W1", 5):
        if row["question"] == "attitude" and row["score"] is not None:
            found[strata[row["callback_id"]]][1].append(row["score"])
    return found


def test_means_are_those_of_the_strata_weighted_by_their_customers(workspace: svcqa.Workspace) -> None:
    strata = strata_means(workspace)
    by_hand = sum(size * sum(given) / len(given) for size, given in strata.values())
    found = measured(workspace)
    (row,) = [one for one in found.rows if one["measure"] == "mean"]
    assert row["value"] == pytest.approx(by_hand / sum(size for size, _ in strata.values()))
    assert row["n"] == sum(len(given) for _, given in strata.values())
    assert row["lower"] < row["value"] < row["upper"]
    assert "mean:taylor_t" in row["method"]
    assert "response_classes(stratum)" in row["method"]
    assert (found.unit, found.about["wave"]) == ("point", "W1")
    for unit, value in values(measured(workspace, ["department"]), "mean").items():
        own = {name: pair for name, pair in strata.items() if name.endswith(f"/{unit}")}
        total = sum(size * sum(given) / len(given) for size, given in own.values())
        assert value == pytest.approx(total / sum(size for size, _ in own.values()))


def test_totals_of_departments_add_up_to_all_customers(workspace: svcqa.Workspace) -> None:
    size = sum(size for size, _ in strata_means(workspace).values())
    everybody = {"estimate": "total", "at_least": 1}
    assert values(measured(workspace, **everybody), "total")["C"] == pytest.approx(size)
    happy = {"estimate": "total", "at_least": 9}
    parts = values(measured(workspace, ["department"], **happy), "total")
    whole = values(measured(workspace, **happy), "total")["C"]
    assert sum(parts.values()) == pytest.approx(whole)
    share = values(measured(workspace, estimate="top_box"), "top_box")["C"]
    assert share == pytest.approx(whole / size)


@pytest.mark.parametrize("weighting", ["post_stratified", "raked"])
def test_calibrated_weights_agree_with_the_frame(workspace: svcqa.Workspace, weighting: str) -> None:
    frame = workspace.callbacks.frame("W1")
    inside = frame[frame["reason"] == ""]
    options = {"weighting": weighting, "margins": ["service", "tier"], "estimate": "total", "at_least": 1}
    columns = (["service", "tier"],) if weighting == "post_stratified" else (["service"], ["tier"])
    for by in columns:
        wanted = {key if isinstance(key, tuple) else (key,): n for key, n in inside.groupby(by).size().items()}
        found = {
            tuple(row[name] for name in by): row["value"]
            for row in measured(workspace, by, **options).rows
            if row["measure"] == "total"
        }
        assert found == pytest.approx(wanted)


def test_cases_are_counted_beside_customers(workspace: svcqa.Workspace) -> None:
    drawn = workspace.callbacks.drawn("W1")
    cases = dict(zip(drawn["reference"], drawn["cases"], strict=True))
    strata = dict(zip(drawn["reference"], drawn["stratum"], strict=True))
    sizes = {name: size / len(given) for name, (size, given) in strata_means(workspace).items()}
    points = known = 0.0
    for row in answered(workspace, "W1", 5):
        if row["question"] == "attitude" and row["score"] is not None:
            weight = sizes[strata[row["callback_id"]]] * cases[row["callback_id"]]
            points, known = points + weight * row["score"], known + weight
    assert max(cases.values()) > 1
    assert values(measured(workspace, counts="cases"), "mean")["C"] == pytest.approx(points / known)


def test_what_is_known_depends_on_the_moment(workspace: svcqa.Workspace) -> None:
    with pytest.raises(MetricError) as error:
        workspace.measure("satisfaction_sampling", period="2026Q1", as_of="2026-04-01 14:59", params=STRATA)
    assert error.value.faults[0].code == "wave_silent"
    (first, *_) = workspace.measure(
        "satisfaction_sampling", period="2026Q1", as_of="2026-04-01 15:00", params=STRATA
    ).rows
    assert "field_open" in first["flags"]
    for wrong in ({"wave": "W9"}, {"survey": "other"}, {"question": "opinion"}, {"estimate": "ratio"}):
        with pytest.raises(MetricError):
            measured(workspace, **wrong)
    with pytest.raises(MetricError, match="no wave"):
        workspace.measure("satisfaction_sampling", period="2026-01", params={**STRATA, "wave": "W1"})
    with pytest.raises(MetricError, match="outcome"):
        measured(workspace, ["outcome"])
    # no month holds a wave of a quarter
    assert workspace.measure("satisfaction_sampling", period="2026Q1", by=["month"], params=STRATA).rows == ()
    quarters = workspace.measure("satisfaction_sampling", period="2026H1", by=["quarter"], params=STRATA)
    assert values(quarters, "mean") == values(measured(workspace), "mean")


def test_the_goal_is_judged_by_figure_and_interval(workspace: svcqa.Workspace) -> None:
    (row,) = [one for one in measured(workspace).rows if one["measure"] == "mean"]
    for goal, verdict, evidence in (
        (row["lower"] - 0.01, "met", "clear"),
        (row["value"] - 1e-6, "met", "unclear"),
        (row["value"] + 1e-6, "missed", "unclear"),
        (row["upper"] + 0.01, "missed", "clear"),
    ):
        found = measured(workspace, goal=goal)
        (judged,) = [one for one in found.rows if one["measure"] == "mean"]
        assert (judged["verdict"], judged["evidence"]) == (verdict, evidence)
        chance = values(found, "chance_of_goal")["C"]
        assert (chance > 0.975) == (verdict == "met" and evidence == "clear")
        assert (chance < 0.025) == (verdict == "missed" and evidence == "clear")


def test_the_worst_case_holds_whatever_the_others_would_have_said(workspace: svcqa.Workspace) -> None:
    found = measured(workspace, ["department"])
    bounds = {row["unit"]: (row["lower"], row["upper"]) for row in found.rows if row["measure"] == "worst_case"}
    rates = values(found, "response_rate")
    for unit, value in values(found, "mean").items():
        lower, upper = bounds[unit]
        assert lower <= value <= upper
        # scale of 1 to 10: the bounds are as far apart as the others can be
        assert upper - lower == pytest.approx(9 * (1 - rates[unit]))


def test_a_single_customer_of_a_stratum_is_refused_with_the_stratum_to_join(tmp_path: Path) -> None:
    records = {**random_records(3, customers=260, orders=420), "callbacks": []}
    rules = {"calls": 3, "method": "proportional", "minimum": 1, "spread": 1.5, "spread_from_records": False}
    workspace = company(tmp_path, records, surveys=[{**PLAIN_SURVEY, "allocation": rules, "reserve": 0}])
    workspace.callbacks.draw("satisfaction", "W1", period="2026Q1", as_of="2026-04-01 09:00", who="甲", calls=4)
    drawn = workspace.callbacks.drawn("W1").to_dict("records")
    read_calls(workspace, "w1", [one for row in drawn for one in call(row, "reached", attitude=8)])
    with pytest.raises(MetricError) as error:
        measured(workspace)
    assert {fault.code for fault in error.value.faults} == {"wave_single"}
    assert 'collapse = { "install/D1" = "install/D2" }' in error.value.render("en")
    joined = {"install/D1": "install/D2", "repair/D1": "repair/D2"}
    found = measured(workspace, collapse=joined)
    assert values(found, "mean")["C"] == pytest.approx(8)


def test_whoever_does_not_belong_to_the_population_is_in_no_figure(tmp_path: Path) -> None:
    workspace = surveyed(tmp_path)
    before = values(measured(workspace, estimate="total", at_least=1), "total")["C"]
    (row, *_) = [one for one in answered(workspace, "W1", 5) if one["outcome"] == "no_answer"]
    changed = [
        {**one, "outcome": "not_eligible"} if one["callback_id"] == row["callback_id"] else one
        for one in answered(workspace, "W1", 5)
    ]
    read_calls(workspace, "w1", changed)
    after = values(measured(workspace, estimate="total", at_least=1), "total")["C"]
    assert after < before


def test_the_last_wave_stands_beside_this_one(tmp_path: Path) -> None:
    workspace = surveyed(tmp_path, quarantine_days=0, window={"earliest": 0, "latest": 90, "field_days": 2})
    first = measured(workspace)
    assert not [row for row in first.rows if row["measure"] == "against_last_wave"]
    workspace.callbacks.draw("satisfaction", "W2", period="2026Q1", as_of="2026-04-02 09:00", who="甲")
    later = [{**row, "called_at": dt.datetime(2026, 4, 2, 15)} for row in answered(workspace, "W2", 6)]
    read_calls(workspace, "w2", later)
    now = measured(workspace, wave="W2")
    (row,) = [one for one in now.rows if one["measure"] == "against_last_wave"]
    means = [values(one, "mean")["C"] for one in (measured(workspace, wave="W1"), now)]
    assert row["value"] == pytest.approx(means[1] - means[0])
    assert row["lower"] < row["value"] < row["upper"]
    assert row["method"] == "difference:independent_t"


def test_where_all_say_the_same_a_goal_of_it_is_met_and_no_total_is_sure(tmp_path: Path) -> None:
    """Every main row says ten and yes: the mean is ten whatever the weights; nobody asked the other customers."""
    records = {**random_records(3, customers=160, orders=300), "callbacks": []}
    workspace = company(tmp_path, records, surveys=[PLAIN_SURVEY])
    wave = workspace.callbacks.draw("satisfaction", "W1", period="2026Q1", as_of="2026-04-01 09:00", who="a")
    drawn = workspace.callbacks.drawn("W1")
    main = drawn[drawn["role"] == "main"].to_dict("records")
    read_calls(workspace, "w1", [one for row in main for one in call(row, "reached", attitude=10, solved=1)])
    for weighting in ("response_classes", "raked", "post_stratified"):
        found = workspace.callbacks.results("W1").estimate(goal=10, weighting=weighting, by=["tier"])
        for row in found.rows:
            if row["measure"] == "mean":
                assert (row["value"], row["verdict"]) == (10.0, "met")
    (row,) = workspace.callbacks.results("W1").estimate(question="solved", estimate="total").rows[:1]
    assert len(main) < wave.population_size
    assert row["value"] == pytest.approx(wave.population_size)
    assert (row["lower"], row["upper"]) == (None, None)
    assert "interval_open" in row["flags"]
