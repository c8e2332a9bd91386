"""The panel of the half-year notebook, worked as a person would: choose, move, note."""

from __future__ import annotations

import datetime as dt
import re

import pytest

import svcqa
from support.workspaces import copy_read
from svcqa.catalogue import text
from svcqa.errors import WorkspaceError
from svcqa.report import tables
from svcqa.report.words.proposals import proposals
from svcqa.widgets.distribution_panel import DistributionPanel
from svcqa.widgets.half_year import HalfYearPanel

PERIODS = ("2026H1", "2026-06")


@pytest.fixture(scope="module")
def company(sample_workspace: svcqa.Workspace, tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    return svcqa.open(copy_read(sample_workspace, tmp_path_factory.mktemp("panel") / "company"))


def shown(panel: HalfYearPanel) -> float:
    match = re.search(r"([\d.]+)%", panel.answer.value)
    assert match is not None, panel.answer.value
    return float(match[1])


def test_the_answer_is_the_measured_figure_at_every_limit(company: svcqa.Workspace) -> None:
    panel = HalfYearPanel(company, periods=PERIODS, language="en", commitment="emergency_arrival")
    for limit in (10, 25, 40, 41, 160):
        panel.limit.value = limit
        figure = company.measure("compliance", commitment="emergency_arrival", period="2026H1", limit=limit).figures()[
            0
        ]
        assert figure.value is not None
        assert shown(panel) == pytest.approx(figure.value * 100, abs=0.1)
        assert f"<b>{figure.states['breached']:,}</b>" in panel.answer.value


def test_unit_and_period_narrow_the_answer(company: svcqa.Workspace) -> None:
    panel = HalfYearPanel(company, periods=PERIODS, language="zh-Hans", commitment="emergency_arrival")
    panel.unit.value = "CJ-QX"
    panel.period.value = "2026-06"
    figure = company.measure("compliance", commitment="emergency_arrival", period="2026-06", unit="CJ-QX").figures()[0]
    assert figure.value is not None
    assert shown(panel) == pytest.approx(figure.value * 100, abs=0.1)


def test_a_coverage_has_no_limit_to_move(company: svcqa.Workspace) -> None:
    panel = HalfYearPanel(company, periods=PERIODS, language="en", commitment="safety_visit")
    assert panel.limit.disabled
    assert "no limit to move" in panel.answer.value
    panel.commitment.value = "emergency_arrival"
    assert not panel.limit.disabled
    assert panel.limit.value == 40  # the promise of policy/commitments.toml


def test_a_noted_problem_is_in_form_b_and_no_longer_proposed(company: svcqa.Workspace) -> None:
    panel = HalfYearPanel(company, periods=PERIODS, language="en", commitment="emergency_arrival")
    form = panel.form
    form.button.click()
    assert "category" in form.message.value  # an empty form is refused by name
    form.fields["category"].value = "<b>Safety</b>"
    form.fields["problem"].value = "=Suburban centre arrives late"
    form.fields["responsible"].value = "CJ-QX"
    form.due.value = dt.date(2026, 9, 30)
    form.author.value = "Reviewer"
    form.button.click()
    review = company.reviews.review("2026H1")
    assert [(item.category, item.problem, item.due) for item in review.actions] == [
        ("<b>Safety</b>", "=Suburban centre arrives late", dt.date(2026, 9, 30))
    ]
    before = proposals(review, "en")
    first = before[0]
    company.notes.add_problem(
        category="x", problem="y", author="z", period="2026H1", target=first.target, unit=first.unit
    )
    after = proposals(company.reviews.review("2026H1"), "en")
    assert len(after) == len(before) - 1


def test_the_distribution_follows_limit_percentile_and_moment(company: svcqa.Workspace) -> None:
    """What the panel shows is what ``measure`` gives, at every position of its sliders."""
    panel = DistributionPanel(company, "complaint_reply", period="2026-06", language="en")
    for as_of, limit, percentile in ((-1, 3, 90), (-1, 5, 75), (4, 3, 50)):
        panel.as_of.value = panel.as_of.options[as_of][1]
        panel.limit.value, panel.percentile.value = limit, percentile
        found = company.measure(
            "sla_percentiles",
            commitment="complaint_reply",
            period="2026-06",
            as_of=panel.as_of.value,
            params={"percentiles": [float(percentile)], "limit": limit},
        )
        rows = {row["measure"]: row for row in found.rows}
        shown = tables.results.result(found, "en", names=company.policies.names("en"))
        assert shown.to_html(escape=True, border=0) == panel.table.value
        assert "complaint_reply" not in panel.table.value
        assert f"P{percentile}" in panel.chart.value
        assert rows["beyond_limit"]["n"] > 0
        assert f"{limit} working days" in panel.chart.value
    assert "<svg" in panel.chart.value


def test_moments_of_a_distribution_are_read_as_everywhere(company: svcqa.Workspace) -> None:
    panel = DistributionPanel(company, "complaint_reply", period="2026-06", language="en", as_of="2026-06-01")
    assert [label for label, _ in panel.as_of.options] == ["2026-06-01"]  # before the period begins there is one
    assert panel.table.value == text("panel.no_cases", "en")
    with pytest.raises(WorkspaceError, match="1 June"):
        DistributionPanel(company, "complaint_reply", period="2026-06", language="en", as_of="1 June")


def test_a_distribution_says_why_it_cannot_be_drawn(company: svcqa.Workspace) -> None:
    panel = DistributionPanel(company, "safety_visit", period="2026-06", language="en")
    assert panel.chart.value == ""
    assert "safety_visit" in panel.table.value
