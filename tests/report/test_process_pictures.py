"""The management table, process charts and funnels as people see them: words, pictures, native Excel charts."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

import svcqa
from svcqa.catalogue import LANGUAGES, Language
from svcqa.errors import MetricError
from svcqa.metrics.drivers import driver_of
from svcqa.metrics.examples import SeriesExample
from svcqa.metrics.parameters import validated
from svcqa.metrics.registry import Registry
from svcqa.metrics.result import Result
from svcqa.report import charts, tables
from svcqa.report.files.picture import write_picture
from svcqa.report.words.signals import trend_sentence

NAMES = {"CQ-KF": "城区客服部", "complaint_reply": "投诉答复"}


def process(workspace: svcqa.Workspace) -> Result:
    asked: dict[str, Any] = {"period": "2023-07..2026-06", "as_of": "2026-07-01", "by": ["department"]}
    return workspace.measure("process_chart", commitment="complaint_reply", **asked)


def funnel() -> Result:
    """Twelve departments of 100 cases, eleven of which keep half of them and one none."""
    metric = Registry().get("funnel")
    example: SeriesExample = metric.examples()[1]
    return driver_of(metric).read(example.series(), validated(metric, example.params), example.context(), pins={})


@pytest.mark.parametrize("language", LANGUAGES)
def test_management_has_one_row_an_indicator_and_unit(sample_workspace: svcqa.Workspace, language: Language) -> None:
    found = process(sample_workspace)
    frame = tables.outlook.management([found], language, names=NAMES)
    units = [row["unit"] for row in found.rows if row["measure"] == "icons"]
    assert list(frame.iloc[:, 1]) == [NAMES.get(unit, unit) for unit in units]
    text = frame.to_string()
    assert not any(code in text for code in ("variation_", "assurance_", "wording.", "None", "nan"))


def test_management_tells_of_the_planted_step(sample_workspace: svcqa.Workspace) -> None:
    frame = tables.outlook.management([process(sample_workspace)], "en", names=NAMES)
    (row,) = frame[frame["Unit"] == "城区客服部"].to_dict("records")
    # 41 of 46 kept in 2026-06, the ninth month below the centre; 95 % lies between the limits
    assert row["Variation"] == "▼! concern (lower)"
    assert row["Assurance"] == "? hit and miss"
    assert (row["Latest"], row["Goal"]) == ("89.1%", "≥95%")
    assert row["In a sentence"] == (
        "2026-06: 89.1%, seven points below the centre; whether it reaches its target of ≥95% is a matter of chance"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_process_chart_draws_what_the_result_holds(
    sample_workspace: svcqa.Workspace, language: Language, tmp_path: Path
) -> None:
    found = process(sample_workspace)
    picture = charts.process(found, language, unit="CQ-KF", names=NAMES)
    limits = {r["period"]: r for r in found.rows if r["unit"] == "CQ-KF" and r["measure"] == "limits"}
    assert len(picture.chart.points) == len(limits) == 36
    for point in picture.chart.points:
        row = limits[point.period]
        assert (point.centre, point.lower_limit, point.upper_limit) == (row["value"], row["lower"], row["upper"])
        assert (point.side == "") == (point.signal == "")
    assert "2025-10" in " ".join(picture.chart.notes)  # the rebase that is suggested
    svg = picture.svg()
    assert picture.title in svg
    assert svg.count("M0") + svg.count("<path") > 36
    assert picture.text().startswith(picture.title)
    with zipfile.ZipFile(write_picture(picture, tmp_path / "chart.xlsx")) as book:
        drawn = book.read("xl/charts/chart1.xml").decode("utf-8")
    assert drawn.count("<c:ser>") == 7  # value, centre, two limits, two near limits, goal
    assert "▼" in drawn


def test_a_chart_of_several_units_asks_which(sample_workspace: svcqa.Workspace) -> None:
    found = process(sample_workspace)
    with pytest.raises(MetricError) as refused:
        charts.process(found, "en")
    assert "CQ-KF" in refused.value.faults[0].allowed
    with pytest.raises(MetricError):
        charts.process(found, "en", unit="CQ-QX")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_funnel_names_who_lies_outside(language: Language, tmp_path: Path) -> None:
    picture = charts.of_result(funnel(), language, names={"D30": "三十部", "base": "达标率"})
    outside = [dot for dot in picture.chart.dots if dot.outside]
    assert [(dot.group, dot.value) for dot in outside] == [("三十部", 0.0)]
    for dot in picture.chart.dots:
        assert dot.far_lower <= dot.lower_limit <= dot.centre <= dot.upper_limit <= dot.far_upper
    assert "三十部" in picture.svg()
    with zipfile.ZipFile(write_picture(picture, tmp_path / "funnel.xlsx")) as book:
        drawn = book.read("xl/charts/chart1.xml").decode("utf-8")
    assert "<c:scatterChart>" in drawn
    assert drawn.count("<c:ser>") == 7  # value, pooled, centre, two limits twice


def test_a_trend_in_words(sample_workspace: svcqa.Workspace) -> None:
    found = sample_workspace.measure(
        "trend", commitment="emergency_arrival", period="2025-07..2026-06", as_of="2026-07-01", by=["department"]
    )
    (slope,) = (row for row in found.rows if row["unit"] == "CJ-QX" and row["measure"] == "slope")
    said = trend_sentence(found, "CJ-QX", "en", name="Suburbs")
    assert said.startswith(f"Suburbs: falls by {abs(100 * slope['value']):.3g} pp a period (95% interval")
    assert "看不出趋势" in trend_sentence(found, "CQ-QX", "zh-Hans")


def test_no_ratio_is_drawn_beside_a_share(sample_workspace: svcqa.Workspace) -> None:
    asked: dict[str, Any] = {"period": "2023-07..2026-06", "as_of": "2026-07-01", "commitment": "emergency_arrival"}
    picture = charts.of_result(sample_workspace.measure("trend", **asked), "en")
    assert {row.group.split(" · ")[-1] for row in picture.chart.rows} == {
        "change a period",
        "change a period (same months)",
    }
    several = charts.of_result(process(sample_workspace), "en")
    assert len(several.chart.groups) == 4


@pytest.mark.parametrize("number", [2, 3, 4, 5])  # u, c, g and t of the metric's own examples
def test_rates_counts_and_rare_events_are_drawn_and_explained(number: int) -> None:
    metric = Registry().get("process_chart")
    example: SeriesExample = metric.examples()[number]
    found = driver_of(metric).read(example.series(), validated(metric, example.params), example.context(), pins={})
    kind = ("u", "c", "g", "t")[number - 2]
    for language in LANGUAGES:
        picture = charts.process(found, language, names={"base": "X"})
        assert f"{kind} " in " ".join(picture.chart.notes)
        assert "flag_" not in " ".join(picture.chart.notes)
        assert picture.svg().count("<path") > 5
    limits = [row for row in found.rows if row["measure"] == "limits"]
    assert [point.upper_limit for point in picture.chart.points] == [row["upper"] for row in limits]
