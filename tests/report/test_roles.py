"""What is drawn and said follows what measures are, not what they are called: the same under any names."""

from __future__ import annotations

from dataclasses import replace

import pytest

import svcqa
from svcqa.metrics.result import Result
from svcqa.report import charts
from svcqa.report.tables.league import league
from svcqa.report.tables.outlook import forecast_sentence, management, season_sentence
from svcqa.report.words.signals import trend_sentence
from svcqa.workspace.outlooks import Outlooks

KEY = "emergency_arrival"


def renamed(found: Result) -> Result:
    """The same measures under names that nobody has."""
    return replace(
        found,
        rows=tuple(replace(row, measure=f"own_{row.measure}") for row in found.rows),
        measures=tuple(replace(one, name=f"own_{one.name}") for one in found.measures),
    )


@pytest.fixture(scope="module")
def outlooks(sample_workspace: svcqa.Workspace) -> Outlooks:
    return sample_workspace.outlook("2026H1")


def test_a_process_chart_under_other_names(outlooks: Outlooks) -> None:
    found = outlooks.chart(KEY)
    other = renamed(found)
    drawn = charts.of_result(other, "en").chart
    assert drawn == charts.of_result(found, "en").chart
    assert drawn.kind == "process"
    assert management([other], "en").equals(management([found], "en"))


def test_a_funnel_under_other_names(sample_workspace: svcqa.Workspace) -> None:
    found = sample_workspace.measure("funnel", commitment="complaint_reply", period="2026H1", by=["department"])
    drawn = charts.of_result(renamed(found), "en").chart
    assert drawn == charts.of_result(found, "en").chart
    assert drawn.kind == "funnel"
    assert league(renamed(found), "en").equals(league(found, "en"))


def test_sentences_under_other_names(outlooks: Outlooks) -> None:
    season, trend, year = outlooks.season(KEY), outlooks.trend(KEY), outlooks.forecast(KEY).at()
    assert season_sentence(renamed(season), "en") == season_sentence(season, "en")
    assert forecast_sentence(renamed(year), "en") == forecast_sentence(year, "en")
    unit = trend.rows[0].unit
    for seasonal in (False, True):
        assert trend_sentence(renamed(trend), unit, "en", seasonal=seasonal) == trend_sentence(
            trend, unit, "en", seasonal=seasonal
        )
