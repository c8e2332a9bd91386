"""Commitments in time: the management table, the year's chance under a moved goal, drivers, rebases by hand."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import svcqa
from support.workspaces import commitment, copy_read, make_workspace
from svcqa.catalogue import LANGUAGES, Language
from svcqa.errors import MetricError
from svcqa.metrics.result import Result, Scale
from svcqa.report import charts, tables
from svcqa.report.tables.drivers import drivers_sentence
from svcqa.report.tables.outlook import forecast_sentence, season_sentence
from svcqa.stats.forecast import simulate_year, year_chance
from svcqa.widgets.outlook_panel import OutlookPanel
from svcqa.workspace.outlooks import Outlooks

AS_OF = "2026-07-01"


@pytest.fixture(scope="module")
def company(sample_workspace: svcqa.Workspace, tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    """A copy whose register the panel may write to."""
    return svcqa.open(copy_read(sample_workspace, tmp_path_factory.mktemp("outlook") / "company"))


@pytest.fixture(scope="module")
def outlooks(company: svcqa.Workspace) -> Outlooks:
    return company.outlook("2026H1", as_of=AS_OF)


# --- a goal that moves ------------------------------------------------------------------------------------------------


def test_a_moved_goal_is_counted_over_the_same_futures() -> None:
    """By brute force: each simulated year added up month by month, and counted where it reaches the goal."""
    kept, cases = [95, 96, 97, 95, 96, 94], [100] * 6
    year = simulate_year("share", kept, cases, rest_months=6, draws=400)
    assert year.futures is not None
    figures = [
        (sum(kept) + sum(months)) / (sum(cases) + sum(more))
        for months, more in zip(year.futures.total.tolist(), year.futures.base.tolist(), strict=True)
    ]
    for goal in (0.9, 0.95, 0.955, 0.96, 0.99):
        assert year.at(goal).probability == sum(figure >= goal - 1e-9 for figure in figures) / 400
        assert year.at(goal) == year_chance("share", kept, cases, rest_months=6, draws=400, goal=goal)


@given(st.lists(st.floats(0.5, 1.0), min_size=2, max_size=6))
def test_a_higher_goal_is_never_likelier(goals: list[float]) -> None:
    year = simulate_year("share", [90, 80, 85, 95], [100] * 4, rest_months=8, draws=100)
    chances = [year.at(goal).probability for goal in sorted(goals)]
    assert chances == sorted(chances, reverse=True)  # type: ignore[type-var]


def test_what_if_moves_the_goal_and_fits_anew_only_for_more(company: svcqa.Workspace) -> None:
    asked: dict[str, Any] = {"period": "2023-07..2026-06", "as_of": AS_OF}
    what_if = company.what_if("emergency_arrival", metric="forecast", **asked)
    for changes in ({}, {"goal": 0.93}, {"seed": 2}, {"draws": 200, "goal": 0.9}):
        direct = company.measure("forecast", commitment="emergency_arrival", params=changes, **asked)
        assert what_if.at(**changes).rows == direct.rows
        assert what_if.prepared.serves(what_if.params.model_copy(update=changes)) == (set(changes) <= {"goal"})


def test_a_series_that_keeps_no_fit_is_not_asked_for_one(company: svcqa.Workspace) -> None:
    with pytest.raises(MetricError, match="not computed from records"):
        company.what_if("emergency_arrival", metric="trend", period="2026H1")


# --- tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_commitment_has_a_row_in_both_tables(
    company: svcqa.Workspace, outlooks: Outlooks, language: Language
) -> None:
    found = outlooks.all()
    items = [one.item.in_language(language) for one in company.policies.commitments]
    assert sorted(tables.outlook.outlooks(found, language).iloc[:, 0]) == sorted(items)
    frame = tables.outlook.forecasts(found, language)
    assert list(frame.iloc[:, 0]) == items
    assert len(set(frame.columns)) == len(frame.columns)
    assert not re.search(
        r"nan|None|wording\.|signals\.", frame.to_string() + tables.outlook.outlooks(found, language).to_string()
    )


def test_what_cannot_be_had_says_why(company: svcqa.Workspace) -> None:
    found = company.outlook("2026H1", as_of=AS_OF, unit="CJ-QX").all()
    chances = dict(
        zip([one.commitment.key for one in found], tables.outlook.forecasts(found, "en")["In a sentence"], strict=True)
    )
    assert "is no month" in chances["safety_visit"]  # judged by quarter
    assert "no case" in chances["complaint_reply"]
    assert chances["emergency_arrival"].endswith("the goal is out of reach")
    charted = tables.outlook.outlooks(found, "en")
    assert len(charted) == len(found)
    assert (charted["In a sentence"] == "There is no case under this choice.").sum() == 7


def test_the_history_ends_with_the_period_and_begins_with_the_records(company: svcqa.Workspace) -> None:
    assert company.outlook("2026H1").history.label == "2023-07..2026-06"
    assert company.outlook("2025-03").history.label == "2023-07..2025-03"
    late = company.outlook("2030H1").history
    assert (late.first.year, late.first.month) == (2025, 7)  # five years back


def test_the_table_of_chances_holds_the_figures_of_the_forecast(outlooks: Outlooks) -> None:
    (row,) = (one for one in outlooks.all() if one.commitment.key == "appointment_kept")
    assert row.forecast is not None
    own = {figure.measure: figure for figure in row.forecast.figures()}
    said = forecast_sentence(row.forecast, "en")
    assert f"{100 * own['year'].value:.1f}%" in said  # type: ignore[operator]
    assert f"{100 * own['needed'].value:.1f}%" in said  # type: ignore[operator]
    assert ">99%" in said
    assert own["chance"].value is not None
    assert own["chance"].value > 0.995


def test_sentences_of_a_year_that_is_over_and_of_none(company: svcqa.Workspace) -> None:
    asked: dict[str, Any] = {"period": "2024-01..2025-12", "as_of": AS_OF, "commitment": "complaint_reply"}
    over = company.measure("forecast", **asked)
    year = next(row for row in over.rows if row["measure"] == "year")
    reached = "reached" if year["value"] >= year["goal"] else "missed"
    assert forecast_sentence(over, "en").endswith(f"the goal was ≥95%: {reached}")
    assert "已结束" in forecast_sentence(over, "zh-Hans")
    without = Result(tuple({**row, "goal": None, "flags": ()} for row in over.rows), unit=over.unit, better=over.better)
    assert "it has no goal" in forecast_sentence(without, "en")
    short = company.measure("seasonality", commitment="complaint_reply", period="2026H1", as_of=AS_OF)
    assert "no season" in season_sentence(short, "en")


def test_a_season_sentence_names_the_months_of_the_index(outlooks: Outlooks) -> None:
    found = outlooks.season("attitude")
    index = {row["first"].month: row["value"] for row in found.rows if row["measure"] == "index"}
    said = season_sentence(found, "en")
    assert f"highest in month {max(index, key=lambda month: index[month])} " in said
    assert f"lowest in month {min(index, key=lambda month: index[month])} " in said


def test_the_picture_of_a_year_joins_months_known_and_to_come(outlooks: Outlooks) -> None:
    found = outlooks.forecast("emergency_arrival").at()
    picture = charts.outlook(outlooks.chart("emergency_arrival"), found, "en")
    rows = picture.chart.rows
    assert [row.period for row in rows][-8:] == ["2026-05", "2026-06", *(f"2026-{m:02}" for m in range(7, 13))]
    ahead = {row["period"]: row for row in found.rows if row["measure"] == "month_ahead"}
    assert [row.value for row in rows if row.group == "months to come"] == [row["value"] for row in ahead.values()]
    assert all(row.lower is not None for row in rows)
    assert "<svg" in picture.svg()


# --- drivers in words -------------------------------------------------------------------------------------------------


def test_drivers_as_a_table_and_in_a_sentence(company: svcqa.Workspace) -> None:
    found = company.drivers("complaint_reply", period="2026H1", as_of=AS_OF, by=("department", "tier"))
    scale = Scale("share")
    for language in LANGUAGES:
        assert len(tables.drivers.drivers(found, scale, language)) == len(found)
    frame = tables.drivers.drivers(found, scale, "en", names={"CQ-KF": "City"})
    first = frame.iloc[0]
    assert first["Group"] == "City"
    assert first["Not kept"] == "30 → 46"
    # by hand: 561 of 598 and so on are the metric's own; the effects shown add up to the change but for rounding
    assert list(dict.fromkeys(frame["Split by"])) == ["department", "tier"]
    own = frame[frame["Split by"] == "department"]["Both"]
    shown = [float(one.removesuffix(" pp").replace("\N{MINUS SIGN}", "-")) for one in own]
    assert sum(shown) == pytest.approx(100 * found["change"].iloc[0], abs=0.005 * len(shown))
    assert drivers_sentence(found, scale, "en", names={"CQ-KF": "City"}).startswith("Changed by ")


def test_a_code_that_is_a_units_code_too_is_no_unit(company: svcqa.Workspace) -> None:
    """The company's code is C, and so is that of the tier of ordinary customers."""
    found = company.drivers("complaint_reply", period="2026H1", as_of=AS_OF, by=("department", "tier"))
    names = company.policies.organisation.names("zh-Hans")
    assert "C" in names
    frame = tables.drivers.drivers(found, Scale("share"), "zh-Hans", names=names)
    own = frame[frame.iloc[:, 0] == "客户等级"]
    assert set(own.iloc[:, 1]) == {"A", "B", "C"}
    assert set(frame[frame.iloc[:, 0] == "部门"].iloc[:, 1]) <= set(names.values())
    said = drivers_sentence(found, Scale("share"), "zh-Hans", names=names)
    assert "按部门\uff1a城区客户服务部影响最大" in said
    assert "按客户等级\uff1aC影响最大" in said


def test_a_period_beside_itself_is_said_to_have_changed_nothing(company: svcqa.Workspace) -> None:
    found = company.drivers("complaint_reply", period="2026H1", against="2026H1", as_of=AS_OF, by=("department",))
    assert drivers_sentence(found, Scale("share"), "en") == "Nothing changed"


# --- the panel --------------------------------------------------------------------------------------------------------


def test_the_panel_tells_the_chance_of_every_goal(company: svcqa.Workspace) -> None:
    panel = OutlookPanel(company, period="2026H1", as_of=AS_OF, language="en", commitment="emergency_arrival")
    asked: dict[str, Any] = {"commitment": "emergency_arrival", "period": "2023-07..2026-06", "as_of": AS_OF}
    for goal in (panel.goal.value, 0.93, 0.925, panel.goal.min, panel.goal.max):
        panel.goal.value = goal
        found = company.measure("forecast", params={"goal": panel.goal.value}, **asked)
        assert forecast_sentence(found, "en") in panel.answer.value.replace("&lt;", "<").replace("&gt;", ">")
    assert panel.chart.value.count("<svg") == panel.season.value.count("<svg") == panel.year.value.count("<svg") == 1
    panel.unit.value = "CJ-QX"
    assert "out of reach" in panel.answer.value
    panel.commitment.value = "safety_visit"
    assert panel.goal.disabled
    assert "is no month" in panel.answer.value
    panel.commitment.value = "attitude"
    panel.unit.value = "C"
    assert not panel.goal.disabled
    assert panel.goal.value == 9.0


def test_a_rebase_is_suggested_in_words_and_made_by_a_person_alone(company: svcqa.Workspace) -> None:
    panel = OutlookPanel(company, period="2026H1", as_of=AS_OF, language="en", commitment="complaint_reply")
    panel.unit.value = "CQ-KF"
    form = panel.form
    assert "2025-10" in form.suggested.value  # the planted step
    assert form.since.value == ""
    before = panel.chart.value
    form.button.click()
    assert form.message.value == "Choose a month first."
    form.since.value = "2025-10"
    form.button.click()
    assert "reason" in form.message.value
    assert company.notes.rebases() == ()
    form.reason.value, form.name.value = "two posts <vacant>", "A. Analyst"
    form.button.click()
    assert form.message.value == "Noted, number 1."
    (noted,) = company.notes.rebases("complaint_reply")
    assert (noted.unit, f"{noted.since}", noted.reason, noted.name) == (
        "CQ-KF",
        "2025-10-01",
        "two posts <vacant>",
        "A. Analyst",
    )
    assert panel.chart.value != before
    assert "names no month" in form.suggested.value


def test_a_unit_without_cases_empties_the_panel(company: svcqa.Workspace) -> None:
    panel = OutlookPanel(
        company, period="2026H1", as_of=AS_OF, unit="CJ-QX", language="en", commitment="complaint_reply"
    )
    assert panel.goal.disabled
    assert panel.answer.value == "There is no case under this choice."
    assert list(panel.form.since.options) == [""]


def test_a_workspace_without_records_has_rows_that_say_so(tmp_path: Any) -> None:
    workspace = make_workspace(tmp_path, commitments=[commitment()])
    found = workspace.outlook("2026H1").all()
    assert len(tables.outlook.outlooks(found, "en")) == len(tables.outlook.forecasts(found, "en")) == 1
    assert np.all(tables.outlook.forecasts(found, "en")["Chance"] == "—")
