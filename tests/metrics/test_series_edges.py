"""Series metrics where there is little, nothing or no variation: each says so, in figures and in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from svcqa.catalogue import LANGUAGES, Language
from svcqa.errors import MetricError
from svcqa.metrics.drivers import driver_of
from svcqa.metrics.examples import SeriesExample
from svcqa.metrics.parameters import validated
from svcqa.metrics.registry import Registry
from svcqa.metrics.result import Result, Scale
from svcqa.report import charts, tables
from svcqa.report.tables.outlook import forecast_sentence, season_sentence
from svcqa.report.words.signals import signed_change, trend_sentence
from svcqa.stats.forecast import simulate_year, year_chance

RATE = "per_10000_customers"


def asked(name: str, rows: list[dict[str, Any]], period: str, *, unit: str = "share", **params: Any) -> Result:
    """A series metric over rows of another metric, given by hand."""
    metric = Registry().get(name)
    by = ("department",) if name == "funnel" else ()
    units = (("C", "company", ""), *((f"D{number}", "department", "C") for number in range(1, 6)))
    example = SeriesExample(
        {"of": {"metric": "base"}, **params},
        rows=rows,
        period=period,
        expected={},
        source="",
        value_unit=unit,
        by=by,
        units=units,
    )  # type: ignore[arg-type]
    return driver_of(metric).read(example.series(), validated(metric, example.params), example.context(), pins={})


def shares(counts: list[tuple[int, int]], *, year: int = 2024, **further: Any) -> list[dict[str, Any]]:
    """Months with kept cases of all; a month without a case has no row."""
    return [
        {"period": f"{year + place // 12}-{place % 12 + 1:02}", "value": kept / n, "numerator": kept, "n": n, **further}
        for place, (kept, n) in enumerate(counts)
        if n
    ]


def values(given: list[float], *, year: int = 2024) -> list[dict[str, Any]]:
    return [
        {"period": f"{year + place // 12}-{place % 12 + 1:02}", "value": value} for place, value in enumerate(given)
    ]


def only(found: Result, measure: str) -> dict[str, Any]:
    (row,) = (row for row in found.rows if row["measure"] == measure)
    return dict(row)


# --- process charts ---------------------------------------------------------------------------------------------------


def test_one_month_has_no_limits_and_no_verdict() -> None:
    """A single value has no moving range: nothing tells what is routine, though there is a target."""
    found = asked("process_chart", shares([(9, 10)], goal=0.95), "2024-01", chart="xmr")
    assert {"variation_none", "assurance_unknown", "few_periods"} <= set(only(found, "icons")["flags"])
    assert not [row for row in found.rows if row["measure"] == "limits"]
    for language, said in zip(LANGUAGES, ("还没有控制限", "還沒有管制界限", "too few periods"), strict=True):
        (row,) = tables.outlook.management([found], language).to_dict("records")
        shown = " ".join(str(cell) for cell in row.values())
        assert said in shown
        assert not any(wrong in shown for wrong in ("没有目标", "沒有目標", "no target", "routine", "平稳", "平穩"))


@pytest.mark.parametrize(("months", "few"), [(11, True), (12, False)])
def test_limits_of_less_than_twelve_periods_are_called_provisional(months: int, few: bool) -> None:
    found = asked("process_chart", shares([(90 + place % 3, 100) for place in range(months)]), "2024")
    assert ("few_periods" in only(found, "icons")["flags"]) is few
    sentence = str(tables.outlook.management([found], "en").iloc[0, -1])
    assert sentence.endswith("(fewer than twelve periods: limits are provisional)") is few
    assert ("provisional" in " ".join(charts.process(found, "en").chart.notes)) is few


def test_periods_are_counted_from_the_last_rebase() -> None:
    rebase = {"indicator": "base", "unit": "C", "since": dt.date(2025, 6, 1), "reason": "two posts", "name": "A"}
    counts = [(90 + place % 3, 100) for place in range(24)]
    found = asked("process_chart", shares(counts), "2024..2025", rebases=[rebase])
    assert "few_periods" in only(found, "icons")["flags"]


# --- trend ------------------------------------------------------------------------------------------------------------


def test_a_trend_of_one_value_or_none_is_not_told() -> None:
    one = asked("trend", values([0.9]), "2024-01")
    assert trend_sentence(one, "C", "en") == "C: fewer than two periods have a figure, no trend can be told"
    assert "无法判断趋势" in trend_sentence(asked("trend", [], "2024"), "C", "zh-Hans")


def test_limits_of_a_fall_are_those_of_how_far_it_falls() -> None:
    """All pairs fall by 2.5 points a month or, once, more: the interval is told without the sign the verb has."""
    found = asked("trend", values([1 - 0.025 * place for place in range(12)]), "2024")
    said = trend_sentence(found, "C", "en")
    assert said == "C: falls by 2.5 pp a period (95% interval 2.5–2.5, p < 0.001)"
    crossing = trend_sentence(asked("trend", values([0.9, 0.8, 0.95, 0.85] * 3), "2024"), "C", "en")
    assert " … " in crossing
    assert "−" in crossing


def test_a_small_or_a_large_change_has_no_power_of_ten() -> None:
    # availability near 100 %: 0.00005 points a month; hours: thousands a month
    small = asked("trend", values([0.9999 + 5e-7 * place for place in range(12)]), "2024")
    assert "rises by 0.0000500 pp a period" in trend_sentence(small, "C", "en")
    large = asked("trend", values([12_345.0 * place for place in range(12)]), "2024", unit="amount")
    assert "rises by 12,345" in trend_sentence(large, "C", "en")
    assert signed_change(-12_345.0, Scale("hour", "lower"), "zh-Hans").startswith("−12,345")
    assert signed_change(0.25, Scale("hour", "lower"), "en").startswith("+0.25 ")


def test_what_rises_by_nothing_in_the_median_stands_still_mostly() -> None:
    # 3 lower values, then 21 equal ones: 66 of 276 pairs rise, so that the median of the slopes is nought
    found = asked("trend", values([0.90, 0.92, 0.94, *[0.99] * 21]), "2024..2025")
    assert only(found, "slope")["value"] == 0
    assert trend_sentence(found, "C", "en").startswith("C: rises, though it stands still most of the time")


# --- season -----------------------------------------------------------------------------------------------------------


def test_a_month_that_is_not_over_is_no_gap_to_fill() -> None:
    wave = [10 + 3 * np.sin(place / 2) for place in range(25)]
    rows = values(wave)
    rows[24] |= {"value": 1000.0, "flags": ("partial",)}
    whole = asked("seasonality", rows, "2024..2026", unit="point", festival=False)
    without = asked("seasonality", rows[:24], "2024..2026", unit="point", festival=False)
    for measure in ("adjusted", "trend", "index"):
        assert [(row["period"], row["value"]) for row in whole.rows if row["measure"] == measure] == [
            (row["period"], row["value"]) for row in without.rows if row["measure"] == measure
        ]
    short = asked("seasonality", [*rows[:23], {**rows[23], "flags": ("partial",)}], "2024..2025", unit="point")
    assert only(short, "too_short")["n"] == 23


def test_where_nothing_moves_no_month_is_the_highest() -> None:
    found = asked("seasonality", values([0.95] * 36), "2024..2026")
    assert season_sentence(found, "en") == "No season to be seen; 2026-12: 95.0%"
    assert "看不出季节" in season_sentence(found, "zh-Hans")


# --- the year ---------------------------------------------------------------------------------------------------------


def test_a_year_whose_rest_has_no_cases_needs_nothing() -> None:
    """A case now and then: the month left most likely has none, and no share can be asked of none."""
    cases = [1, 0, 0, 2, 0, 0, 1, 0, 0, 0, 1]
    rows = [
        {"period": f"2024-{month:02}", "value": 1.0 if n else None, "numerator": n, "n": n}
        for month, n in enumerate(cases, start=1)
    ]
    found = asked("forecast", rows, "2024-01..2024-11", goal=0.95, draws=200)
    assert "needed" not in {row["measure"] for row in found.rows}
    assert forecast_sentence(found, "en").endswith("; no more cases are expected in the rest of the year")
    assert forecast_sentence(found, "zh-Hans").endswith("余下月份预计不会再有个案")


def test_a_year_without_a_case_is_neither_missed_nor_nought() -> None:
    """Twelve months with cases, then none: 0 of 0 is no figure, and no goal is missed by it."""
    over = year_chance("share", [9.0] * 12 + [0.0] * 12, [10.0] * 12 + [0.0] * 12, rest_months=0, goal=0.95)
    assert (over.probability, over.value, over.lower, over.upper) == (None, None, None, None)
    year = simulate_year("share", [9.0] * 12 + [0.0] * 6, [10.0] * 12 + [0.0] * 6, rest_months=6, draws=400)
    assert year.futures is not None
    # brute force over the futures that have a case
    figures = [
        sum(kept) / sum(cases)
        for kept, cases in zip(year.futures.total.tolist(), year.futures.base.tolist(), strict=True)
        if sum(cases)
    ]
    assert 0 < len(figures) < 400
    assert year.at(0.85).probability == pytest.approx(sum(one >= 0.85 - 1e-9 for one in figures) / len(figures))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_year_that_is_over_without_a_goal_names_none(language: Language) -> None:
    said = forecast_sentence(asked("forecast", shares([(9, 10)] * 12), "2024"), language)
    assert "—" not in said
    assert "90.0%" in said
    assert any(word in said for word in ("没有目标", "沒有目標", "it has no goal"))


def test_times_are_not_below_nought() -> None:
    found = year_chance("duration", [0.0, 3.0, 4.0, 0.0, 9.0, 2.0], [10.0] * 6, rest_months=6, draws=400)
    assert min(month.lower for month in found.months) >= 0


def test_a_rate_is_forecast_in_the_unit_of_its_goal() -> None:
    """By hand: 2, 3 and 4 complaints of 10 000, 20 000 and 30 000 customers: 9 of 60 000 are 1.5 per 10 000."""
    counts = [(2, 10_000), (3, 20_000), (4, 30_000)]
    rows = [
        {"period": f"2024-{month:02}", "value": 10_000 * events / customers, "numerator": events, "base": customers}
        for month, (events, customers) in enumerate(counts, start=1)
    ]
    found = asked("forecast", rows, "2024Q1", unit=RATE, goal=2.0, draws=200)
    assert only(found, "so_far")["value"] == pytest.approx(1.5)
    year, needed = only(found, "year"), only(found, "needed")
    assert 0 <= year["lower"] <= year["value"] <= year["upper"]
    # what is needed brings (9 + needed × rest) ÷ (6 + rest) to 2, exposure counted in ten thousands
    rest = (6 * 2.0 - 9) / (needed["value"] - 2.0)
    assert rest > 6
    assert (9 + needed["value"] * rest) / (6 + rest) == pytest.approx(2.0)


# --- a fair comparison ------------------------------------------------------------------------------------------------


def test_a_funnel_of_rates_has_its_limits_in_the_unit_of_the_figures() -> None:
    """By hand: 12, 30, 8 and 10 events of 1000, 2000, 1000 and 1000 customers: 60 of 5000 are 120 per 10 000; unit D1
    expects 12, and its limits are (12.5 exp(±1.96 √(1/12.5 + τ²)) − 0.5) ÷ 1000, per 10 000."""
    counts = [(12, 1000), (30, 2000), (8, 1000), (10, 1000)]
    rows = [
        {
            "unit": f"D{number}",
            "value": 10_000 * events / customers,
            "numerator": events,
            "base": customers,
            "n": customers,
        }
        for number, (events, customers) in enumerate(counts, start=1)
    ]
    found = asked("funnel", rows, "2024H1", unit=RATE, kind="rate")
    assert only(found, "centre")["value"] == pytest.approx(120)
    half = 1.96 * np.sqrt(1 / 12.5 + only(found, "tau2")["value"])
    first = next(row for row in found.rows if row["measure"] == "limits_95" and row["unit"] == "D1")
    assert (first["lower"], first["upper"]) == pytest.approx(
        [10 * (12.5 * np.exp(side * half) - 0.5) for side in (-1, 1)]
    )
    pooled = [row["value"] for row in found.rows if row["measure"] == "pooled"]
    assert all(80 <= value <= 150 for value in pooled)


def test_a_funnel_of_ratings_is_refused_in_its_own_words() -> None:
    rows = [{"unit": f"D{number}", "value": 9.0, "n": 100} for number in range(1, 5)]
    with pytest.raises(MetricError) as refused:
        asked("funnel", rows, "2024H1", unit="point")
    said = refused.value.render("zh-Hans")
    assert "漏斗图需要各单位的件数" in said
    assert "xmr" not in said
