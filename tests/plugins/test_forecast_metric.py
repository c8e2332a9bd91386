"""The forecast as a metric, through the workspace: the sample company's months, its goals, its year."""

from __future__ import annotations

from typing import Any

import pytest

import svcqa
from svcqa.errors import MetricError
from svcqa.metrics.result import Figure
from svcqa.report.words import figures as wording
from svcqa.stats.forecast import year_chance

HISTORY = "2023-07..2026-06"
AS_OF = "2026-07-01"


def asked(workspace: svcqa.Workspace, commitment: str, period: str = HISTORY, **given: Any) -> dict[str, Figure]:
    """The figures of the whole year, by measure."""
    result = workspace.measure("forecast", commitment=commitment, period=period, as_of=AS_OF, **given)
    return {figure.measure: figure for figure in result.figures() if figure.measure != "month_ahead"}


def first(workspace: svcqa.Workspace, commitment: str, period: str, **given: Any) -> list[Figure]:
    """The commitment's own figures."""
    metric = workspace.policies.commitment(commitment).counted.metric
    found = workspace.measure(metric, commitment=commitment, period=period, as_of=AS_OF, **given).figures()
    return [figure for figure in found if figure.measure == found[0].measure]


@pytest.mark.parametrize("commitment", ["emergency_arrival", "complaint_reply", "supply_continuity"])
def test_the_year_so_far_is_the_measured_one_and_what_is_needed_brings_it_to_the_goal(
    sample_workspace: svcqa.Workspace, commitment: str
) -> None:
    found, half = asked(sample_workspace, commitment), first(sample_workspace, commitment, "2026H1")[0]
    assert found["so_far"].value == pytest.approx(half.value, abs=1e-12)
    needed, goal = found["needed"], sample_workspace.policies.commitment(commitment).counted.goal_on
    base, rest = half.base or half.n, needed.rest_n
    assert base is not None
    assert rest is not None
    assert half.value is not None
    assert needed.value is not None
    year = (half.value * base + needed.value * rest) / (base + rest)
    wanted = goal(sample_workspace.period("2026").last)
    assert year == pytest.approx(wanted, abs=1e-6)
    assert found["year"].goal == found["chance"].goal == wanted


def test_months_of_a_rating_that_rest_on_whoever_was_reached_are_said_to(sample_workspace: svcqa.Workspace) -> None:
    """The half-year comes from designed waves, its months do not: they are added up as they are, and that is said."""
    found = asked(sample_workspace, "attitude")
    months = first(sample_workspace, "attitude", "2026H1", by=("month",))
    answers = sum(month.n or 0 for month in months)
    assert found["so_far"].value == pytest.approx(sum(m.value * m.n for m in months if m.value and m.n) / answers)
    assert {"designed", "undesigned"} & set(first(sample_workspace, "attitude", "2026H1")[0].flags) == {"designed"}
    assert all("undesigned" in figure.flags for figure in found.values())
    assert all("undesigned" not in figure.flags for figure in asked(sample_workspace, "complaint_reply").values())


def festival_shares() -> list[float]:
    """Days off in each month from 2023-07 to 2026-12 out of eight, counted on the calendar's notices by hand: 10 to 17
    February 2024, 28 January to 4 February 2025, 15 to 23 February 2026."""
    days = {(2024, 2): 8, (2025, 1): 4, (2025, 2): 4, (2026, 2): 9}
    months = [(year, month) for year in range(2023, 2027) for month in range(1, 13)][6:]
    return [days.get(month, 0) / 8 for month in months]


def test_the_metric_is_the_pure_function_of_the_monthly_counts(sample_workspace: svcqa.Workspace) -> None:
    months = first(sample_workspace, "complaint_reply", HISTORY, by=("month",))
    goal = sample_workspace.policies.commitment("complaint_reply").counted.goal_on(sample_workspace.period("2026").last)
    known = year_chance(
        "share",
        [month.numerator or 0 for month in months],
        [month.n or 0 for month in months],
        rest_months=6,
        goal=goal,
        seed=7,
        festival=festival_shares(),
    )
    found = asked(sample_workspace, "complaint_reply", params={"seed": 7})
    assert found["chance"].value == known.probability
    assert (found["year"].lower, found["year"].value, found["year"].upper) == (known.lower, known.value, known.upper)
    assert found["year"].n == len(months) == 36


def test_what_was_made_worse_is_likely_missed_and_what_kept_its_goal_likely_met(
    sample_workspace: svcqa.Workspace,
) -> None:
    """The generator planted a step and a worsening; the hotline's answers keep well above their goal."""
    chances = {
        key: asked(sample_workspace, key)["chance"].value
        for key in ("complaint_reply", "emergency_arrival", "hotline_rings")
    }
    assert chances["complaint_reply"] is not None
    assert chances["emergency_arrival"] is not None
    assert chances["hotline_rings"] is not None
    assert max(chances["complaint_reply"], chances["emergency_arrival"]) < 0.05
    assert chances["hotline_rings"] > 0.95


def test_months_to_come_are_those_of_the_year_in_order(sample_workspace: svcqa.Workspace) -> None:
    result = sample_workspace.measure("forecast", commitment="stop_notice", period=HISTORY, as_of=AS_OF)
    ahead = [figure for figure in result.figures() if figure.measure == "month_ahead"]
    assert [figure.period for figure in ahead] == [f"2026-{month:02}" for month in range(7, 13)]
    for figure in ahead:
        assert figure.lower is not None
        assert figure.upper is not None
        assert 0 <= figure.lower <= (figure.value or 0) <= figure.upper <= 1


def test_a_month_that_is_not_over_tells_nothing(sample_workspace: svcqa.Workspace) -> None:
    middle = sample_workspace.measure(
        "forecast", commitment="hotline_rings", period="2023-07..2026-06", as_of="2026-06-15"
    ).figures()
    whole = sample_workspace.measure(
        "forecast", commitment="hotline_rings", period="2023-07..2026-05", as_of="2026-06-15"
    ).figures()
    assert {figure.value for figure in middle} == {figure.value for figure in whole}
    assert "partial" in middle[0].flags
    assert next(figure.period for figure in middle if figure.measure == "month_ahead") == "2026-06"


def test_the_parts_of_the_company_have_their_own_chances(sample_workspace: svcqa.Workspace) -> None:
    result = sample_workspace.measure(
        "forecast", commitment="complaint_reply", period=HISTORY, as_of=AS_OF, by=("department",)
    )
    chances = {figure.unit: figure.value for figure in result.figures() if figure.measure == "chance"}
    assert len(chances) == 4
    assert chances["CQ-KF"] == min(chances.values(), key=lambda value: value or 0.0)


def test_after_december_the_year_is_a_fact_or_the_next_one(sample_workspace: svcqa.Workspace) -> None:
    period = "2023-07..2025-12"
    fact = asked(sample_workspace, "hotline_rings", period)
    assert fact["year"].flags == ("year_over",)
    assert fact["chance"].value in (0.0, 1.0)
    assert fact["year"].value == pytest.approx(first(sample_workspace, "hotline_rings", "2025")[0].value)
    coming = asked(sample_workspace, "hotline_rings", period, params={"year": 2026})
    assert (coming["year"].period, coming["so_far"].value) == ("2026", None)
    assert coming["needed"].value == pytest.approx(coming["year"].goal)  # nothing has been delivered yet


def test_a_plan_of_amounts_is_forecast_against_its_own_goal(sample_workspace: svcqa.Workspace) -> None:
    target = next(one for one in sample_workspace.policies.targets_of(2026) if one.kind == "quantity")
    given = {"of": {"metric": "quantity", "params": {"target": target}}}
    result = sample_workspace.measure("forecast", params=given, period="2024-01..2026-06", as_of=AS_OF)
    found = {figure.measure: figure for figure in result.figures() if figure.measure != "month_ahead"}
    half = sample_workspace.measure("quantity", target=target.key, period="2026H1", as_of=AS_OF).figures()[0]
    assert found["so_far"].value == half.value
    assert found["needed"].value == target.goal - (half.value or 0)
    assert found["year"].goal == target.goal


@pytest.mark.parametrize(
    ("commitment", "given", "word"),
    [
        ("safety_visit", {}, "by=month"),
        ("hotline_rings", {"params": {"year": 2031}}, "2031"),
    ],
)
def test_what_it_cannot_tell_is_refused_in_words(
    sample_workspace: svcqa.Workspace, commitment: str, given: dict[str, Any], word: str
) -> None:
    with pytest.raises(MetricError) as refused:
        asked(sample_workspace, commitment, **given)
    for language in ("zh-Hans", "zh-Hant", "en"):
        assert word in refused.value.render(language)


@pytest.mark.parametrize("measure", ["chance", "year", "so_far", "needed", "month_ahead"])
def test_measures_have_words(measure: str) -> None:
    names = [wording.measure(measure, language) for language in ("zh-Hans", "zh-Hant", "en")]
    assert measure not in names
    assert names[2] not in names[:2]


def test_flags_have_words(sample_workspace: svcqa.Workspace) -> None:
    over = asked(sample_workspace, "hotline_rings", "2023-07..2025-12")["year"]
    assert wording.flags(over, "en") == "the year is over"
    assert wording.flags(over, "zh-Hans") == "\u5168\u5e74\u5df2\u7ed3\u675f"
