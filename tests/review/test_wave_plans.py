"""Plans: what is prescribed is kept, precision as by the textbook's formula; the panel moves without the records."""

from __future__ import annotations

import datetime as dt
import math
import shutil
import statistics
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.callback_company import AS_OF, SURVEY, company, random_records
from svcqa.errors import MetricError
from svcqa.report.charts.trade_off import trade_off_chart
from svcqa.review.callbacks.plan import calls_range
from svcqa.widgets.wave_panel import WavePanel

ASKED = {"period": "2026Q1", "as_of": AS_OF}


def made(folder: Path, **allocation: Any) -> svcqa.Workspace:
    services = [SURVEY["services"][0] | {"share": 0.3}, *SURVEY["services"][1:]]
    survey = SURVEY | {"allocation": allocation, "services": services}
    return company(folder, random_records(8, customers=400, orders=900), surveys=[survey])


def plan(workspace: svcqa.Workspace, **options: Any) -> Any:
    return workspace.callbacks.plan("satisfaction", **ASKED, **options)  # type: ignore[arg-type]


def test_shares_are_kept_and_the_rest_is_proportional(tmp_path: Path) -> None:
    found = plan(made(tmp_path, calls=120, spread=1.5, spread_from_records=False))
    sizes = {item.counts.key: item.counts.population_size for item in found.strata}
    drawn = {item.counts.key: item.drawn for item in found.strata}
    for key, size in sizes.items():
        if key.startswith("complaint/"):
            assert drawn[key] == size
        if key.startswith("repair/"):
            assert drawn[key] == math.ceil(0.3 * size)
    rest = [key for key in sizes if key.startswith("install/")]
    left = 120 - sum(n for key, n in drawn.items() if key not in rest)
    total = sum(sizes[key] for key in rest)
    assert sum(drawn[key] for key in rest) == left
    assert all(abs(drawn[key] - left * sizes[key] / total) < 1 for key in rest)
    assert found.overall.drawn == 120
    assert all(item.reserve == min(item.drawn, item.counts.population_size - item.drawn) for item in found.strata)


def test_the_half_width_is_that_of_a_stratified_mean(tmp_path: Path) -> None:
    # V = Σ W² (1 − n/N) S²/n with n the answers expected: Cochran (1977), § 5.3
    found = plan(made(tmp_path, calls=120, spread=1.5, spread_from_records=False, response_rate=0.6))
    total = sum(item.counts.population_size for item in found.strata)
    variance = 0.0
    for item in found.strata:
        size, answers = item.counts.population_size, 0.6 * item.drawn
        own = (1 - answers / size) * 1.5**2 / answers
        variance += (size / total) ** 2 * own
        assert item.half_width == pytest.approx(1.959963984540054 * math.sqrt(own))
        assert item.expected_answers == pytest.approx(answers)
    assert found.overall.half_width == pytest.approx(1.959963984540054 * math.sqrt(variance))
    for bought in found.departments:
        own_strata = [item for item in found.strata if item.counts.parts["department"] == bought.key]
        size = sum(item.counts.population_size for item in own_strata)
        parts = sum(
            (item.counts.population_size / size) ** 2 * (item.standard_error or 0.0) ** 2 for item in own_strata
        )
        assert bought.half_width == pytest.approx(1.959963984540054 * math.sqrt(parts))
    frame = found.frame
    assert set(frame["method"]) == {"stratified_mean_fpc"}
    assert frame[frame["level"] == "overall"]["drawn"].tolist() == [120]


def test_a_precision_is_bought_with_the_fewest_calls(tmp_path: Path) -> None:
    workspace = made(tmp_path, half_width=0.2, spread=1.5, spread_from_records=False)
    found = plan(workspace)
    assert found.overall.half_width <= 0.2
    assert plan(workspace, calls=found.overall.drawn - 1).overall.half_width > 0.2
    with pytest.raises(MetricError, match="precision"):
        plan(made(tmp_path / "other", half_width=0.001, spread=1.5, response_rate=0.5, spread_from_records=False))
    with pytest.raises(MetricError, match="not enough"):
        plan(workspace, calls=10)


def test_the_spread_comes_from_former_answers_where_there_are_enough(tmp_path: Path) -> None:
    records = random_records(8, customers=400, orders=900)
    scores = [9, 8, 10, 7, 9, 10, 6, 8, 9, 10, 5, 9]
    records["callbacks"] = [
        {
            "callback_id": f"HF{n}",
            "question": "attitude",
            "unit": "D1",
            "service": "repair",
            "outcome": "reached",
            "score": score,
            "called_at": dt.datetime(2025, 9, 1),
            "customer": f"KH{n:04d}",
        }
        for n, score in enumerate(scores)
    ] + [
        {
            "callback_id": "HF-OLD",
            "question": "attitude",
            "unit": "D1",
            "service": "repair",
            "outcome": "reached",
            "score": 1,
            "called_at": dt.datetime(2023, 9, 1),
        },
        {
            "callback_id": "HF-LATE",
            "question": "attitude",
            "unit": "D1",
            "service": "repair",
            "outcome": "reached",
            "score": 1,
            "called_at": AS_OF + dt.timedelta(days=1),
        },
        {
            "callback_id": "HF-OTHER",
            "question": "solved",
            "unit": "D1",
            "service": "repair",
            "outcome": "reached",
            "score": 1,
            "called_at": dt.datetime(2025, 9, 1),
        },
    ]
    survey = SURVEY | {"allocation": {"calls": 100, "method": "neyman"}}
    found = plan(company(tmp_path, records, surveys=[survey]))
    spreads = {item.counts.key: (item.spread, item.spread_from) for item in found.strata}
    assert spreads["repair/D1"] == (pytest.approx(statistics.stdev(scores)), "answers")
    assert spreads["install/D2"] == (pytest.approx(statistics.stdev(scores)), "all_answers")
    alone = plan(company(tmp_path / "new", {**records, "callbacks": []}, surveys=[survey]))
    assert {(item.spread, item.spread_from) for item in alone.strata} == {(2.25, "scale")}  # (10 − 1) / 4


# --- the panel ----------------------------------------------------------------------------------------------------


def test_the_panel_allocates_anew_without_reading_records(tmp_path: Path) -> None:
    workspace = made(tmp_path, calls=120, spread=1.5, spread_from_records=False)
    panel = WavePanel(workspace, "satisfaction", period="2026Q1", as_of=f"{AS_OF}", language="en")
    expected = {calls: plan(workspace, calls=calls).frame for calls in (100, 150)}
    needed = plan(workspace, half_width=0.25)
    shutil.rmtree(tmp_path / ".svcqa")  # whatever moves now moves without them
    for calls, frame in expected.items():
        panel.calls.value = calls
        assert panel.plan.frame.equals(frame)
        assert f"{calls} drawn" in panel.chart.value
        assert "<svg" in panel.chart.value
    panel.half_width.value = 0.25
    wanted = panel.half_width.value  # the slider's nearest step
    assert panel.plan.overall.half_width <= wanted
    assert panel.calls.value == panel.plan.overall.drawn
    assert abs(panel.plan.overall.drawn - needed.overall.drawn) < 60
    assert "stratified_mean_fpc" in panel.table.value


def test_the_panel_says_when_a_precision_cannot_be_had(tmp_path: Path) -> None:
    workspace = made(tmp_path, calls=120, spread=1.5, spread_from_records=False, response_rate=0.5)
    panel = WavePanel(workspace, "satisfaction", period="2026Q1", as_of=f"{AS_OF}", language="zh-Hans")
    before = panel.plan
    panel.half_width.value = panel.half_width.min
    assert "精度" in panel.message.value
    assert panel.plan is before


def test_the_chart_holds_every_department_and_falls_with_the_calls(tmp_path: Path) -> None:
    workspace = made(tmp_path, calls=120, spread=1.5, spread_from_records=False)
    survey = workspace.policies.survey("satisfaction")
    counts, former = workspace.callbacks.counts("satisfaction", **ASKED)  # type: ignore[arg-type]
    chosen = plan(workspace)
    chart = trade_off_chart(
        survey, counts, former=former, chosen=chosen, language="en", names={"D1": "One"}, wanted=0.3
    )
    assert chart.kind == "lines"
    assert set(chart.groups) == {"All", "One", "D2"}
    assert chart.goals == (0.3,)
    assert "120" in chart.periods
    lowest, highest = calls_range(survey, counts)
    assert (chart.periods[0], chart.periods[-1]) == (f"{lowest:,}", f"{highest:,}")
    values = [row.value for row in chart.of_group("All")]
    assert all(value is not None for value in values)
    assert values == sorted(values, key=lambda value: -(value or 0.0))
