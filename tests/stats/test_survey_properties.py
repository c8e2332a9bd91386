"""What holds for the estimate of any wave: intervals, bounds, sums, and what no answer can change."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcqa.errors import MetricError
from svcqa.metrics.drivers import driver_of
from svcqa.metrics.parameters import validated
from svcqa.metrics.registry import Registry
from svcqa.metrics.result import Result
from svcqa.metrics.survey import SurveyExample

ENDS = ("declined", "no_answer", "wrong_number", "not_eligible", "")
STRATA = (("a", "D1", "x"), ("a", "D1", "y"), ("b", "D2", "x"), ("b", "D2", "y"))


@st.composite
def waves(draw: Any) -> SurveyExample:
    """Four groups of customers in two strata, some of each drawn, some of them answering."""
    people, frame = [], []
    for stratum, unit, tier in STRATA:
        cell = {"stratum": stratum, "unit": unit, "tier": tier, "service": "repair"}
        scores = draw(st.lists(st.integers(1, 10), min_size=2, max_size=6))
        silent = draw(st.lists(st.sampled_from(ENDS), max_size=4))
        people += [{**cell, "scores": {"attitude": score}, "cases": 1 + score % 3} for score in scores]
        people += [{**cell, "outcome": end} for end in silent]
        frame.append({**cell, "customers": len(scores) + len(silent) + draw(st.integers(1, 50))})
    return SurveyExample({}, frame=frame, people=people, period="2026Q1", expected={}, source="")


def measured(example: SurveyExample, by: tuple[str, ...] = (), **params: Any) -> Result:
    metric = Registry().get("satisfaction_sampling")
    asked = replace(example, by=by)
    model = validated(metric, {"class_minimum": 2, **params})
    return driver_of(metric).read(asked.surveyed(), model, asked.context(), pins={})


def rows(found: Result, measure: str) -> dict[str, dict[str, Any]]:
    return {row["unit"]: dict(row) for row in found.rows if row["measure"] == measure}


@given(waves(), st.sampled_from(["design", "response_classes", "post_stratified", "raked"]))
def test_values_lie_within_interval_and_scale(example: SurveyExample, weighting: str) -> None:
    found = measured(example, by=("department",), weighting=weighting, margins=["tier"])
    for row in rows(found, "mean").values():
        assert 1 - 1e-9 <= row["value"] <= 10 + 1e-9
        if row["lower"] is not None:
            assert row["lower"] <= row["value"] + 1e-9
            assert row["value"] <= row["upper"] + 1e-9


@given(waves())
def test_totals_of_domains_add_up_and_never_exceed_the_frame(example: SurveyExample) -> None:
    asked = {"estimate": "total", "at_least": 7}
    whole = rows(measured(example, **asked), "total")["C"]["value"]
    parts = rows(measured(example, by=("department",), **asked), "total")
    assert math.fsum(row["value"] for row in parts.values()) == pytest.approx(whole)
    assert whole <= sum(row["customers"] for row in example.frame) * (1 + 1e-9)
    low = rows(measured(example, estimate="total", at_most=6), "total")["C"]["value"]
    everybody = rows(measured(example, estimate="total", at_least=1), "total")["C"]["value"]
    assert low + whole == pytest.approx(everybody)


@given(waves())
def test_the_worst_case_holds_the_estimate_by_the_draw(example: SurveyExample) -> None:
    found = measured(example, by=("department",), weighting="design")
    bounds = rows(found, "worst_case")
    for unit, row in rows(found, "mean").items():
        assert bounds[unit]["lower"] <= row["value"] + 1e-9
        assert row["value"] <= bounds[unit]["upper"] + 1e-9


@given(waves())
def test_with_an_answer_from_everybody_all_weights_give_one_figure(example: SurveyExample) -> None:
    people = [row for row in example.people if "scores" in row]
    whole = replace(example, people=people)
    found = [
        rows(measured(whole, classes=["stratum"], weighting=name), "mean")["C"]
        for name in ("design", "response_classes")
    ]
    assert found[0]["value"] == pytest.approx(found[1]["value"])


@given(waves())
def test_a_census_is_sure(example: SurveyExample) -> None:
    people = [row for row in example.people if "scores" in row]
    frame = [
        {**cell, "customers": sum(row["stratum"] == cell["stratum"] and row["tier"] == cell["tier"] for row in people)}
        for cell in example.frame
    ]
    census = replace(example, people=people, frame=frame)
    (row,) = rows(measured(census, weighting="design"), "mean").values()
    scores = [row["scores"]["attitude"] for row in people]
    assert row["value"] == pytest.approx(sum(scores) / len(scores))
    assert row["lower"] == pytest.approx(row["value"])
    assert row["upper"] == pytest.approx(row["value"])


def test_weights_need_answers() -> None:
    frame = [{"stratum": "a", "unit": "D1", "customers": 9}]
    silent = SurveyExample(
        {},
        frame=frame,
        people=[{"stratum": "a", "unit": "D1", "outcome": "busy"}] * 3,
        period="2026Q1",
        expected={},
        source="",
    )
    with pytest.raises(MetricError) as error:
        measured(silent)
    assert [fault.code for fault in error.value.faults] == ["wave_silent"]
