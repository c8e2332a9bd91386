"""Trend, season and moving holidays: against R, SciPy, brute force, and what was planted."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from support.r_reference import nhs, reference
from svcqa.stats.change_point import suggest_changes
from svcqa.stats.moving_holidays import effects, holiday_days, same_lunar_stretch, season_days
from svcqa.stats.season import decompose
from svcqa.stats.trend import mann_kendall, seasonal_mann_kendall, theil_sen

SERIES = st.lists(st.integers(-20, 20).map(float), min_size=3, max_size=25)


def within_four_hours(shared: Path) -> np.ndarray:
    kept, n = nhs(shared)
    share: np.ndarray = kept / n
    return share


def test_kendall_and_sen_are_those_of_r(shared: Path) -> None:
    known, values = reference(shared, "kendall_nhs"), within_four_hours(shared)
    test = mann_kendall(values)
    assert (test.tau, test.z, test.p) == pytest.approx((known["tau"], known["z"], known["p"]), rel=1e-8)
    slope = theil_sen(values)
    assert slope.value == pytest.approx(reference(shared, "sen_slope_nhs")["slope_per_month"], rel=1e-8)
    assert round(100 * slope.value, 3) == -0.137  # points a month, as the notes of the data say
    assert slope.lower < slope.value < slope.upper < 0


@given(SERIES)
def test_kendall_is_that_of_scipy(values: list[float]) -> None:
    if len(set(values)) == 1:
        assert mann_kendall(values).p == 1
        return
    theirs = stats.kendalltau(range(len(values)), values, method="asymptotic")
    ours = mann_kendall(values)
    assert ours.tau == pytest.approx(theirs.statistic, abs=1e-12)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-9)


@given(SERIES, st.sampled_from([0.8, 0.9, 0.95]))
def test_sen_is_that_of_scipy(values: list[float], level: float) -> None:
    if len(set(values)) == 1:
        return
    theirs = stats.theilslopes(values, alpha=level)
    ours = theil_sen(values, level=level)
    assert (ours.value, ours.lower, ours.upper) == pytest.approx(
        (theirs.slope, theirs.low_slope, theirs.high_slope), abs=1e-9
    )


def test_ties_by_hand() -> None:
    # 1 2 2 3: pairs + + + 0 + + → S = 5; variance (4·3·13 − 2·1·9) ÷ 18 = 138 ÷ 18; tau-b = 5 ÷ √(6 · 5)
    test = mann_kendall([1, 2, 2, 3])
    assert test.s == 5
    assert test.variance == pytest.approx(138 / 18)
    assert test.tau == pytest.approx(5 / math.sqrt(30))
    assert mann_kendall([1, 2, 2, 3], continuity=True).z == pytest.approx(4 / math.sqrt(138 / 18))


@given(st.lists(st.integers(-9, 9).map(float), min_size=8, max_size=24), st.integers(2, 4))
def test_the_seasonal_test_compares_only_within_seasons(values: list[float], period: int) -> None:
    season = [place % period for place in range(len(values))]
    pairs = [(one, two) for one, two in itertools.combinations(range(len(values)), 2) if season[one] == season[two]]
    brute = sum((values[two] > values[one]) - (values[two] < values[one]) for one, two in pairs)
    ours = seasonal_mann_kendall(values, season)
    assert ours.s == brute
    alone = [mann_kendall(values[place::period]).variance for place in range(period)]
    assert ours.variance == pytest.approx(sum(alone))
    slopes = [(values[two] - values[one]) / (two - one) for one, two in pairs]
    assert theil_sen(values, season=season).value == pytest.approx(float(np.median(slopes)))


def test_a_gap_keeps_its_place_in_time() -> None:
    values = [0.0, 1.0, math.nan, 3.0, 4.0, math.nan, math.nan, 7.0]
    slope = theil_sen(values)
    assert (slope.value, slope.lower, slope.upper, slope.pairs) == (1.0, 1.0, 1.0, 10)
    assert mann_kendall(values).n == 5


def test_stl_is_that_of_r(shared: Path) -> None:
    found = decompose(within_four_hours(shared))
    season = reference(shared, "stl_periodic_nhs_seasonal_AprToMar")
    trend = reference(shared, "stl_periodic_nhs_trend")
    assert found.index == pytest.approx([season[f"m{number}"] for number in range(1, 13)], rel=1e-8)
    assert found.trend == pytest.approx([trend[f"t{number}"] for number in range(1, 37)], rel=1e-8)
    assert int(np.argmin(found.index)) == 9  # January: the winter
    assert found.values == pytest.approx(found.trend + found.seasonal + found.remainder)


def test_strength_by_its_definition(shared: Path) -> None:
    found = decompose(within_four_hours(shared))
    rest = float(np.mean((found.remainder - found.remainder.mean()) ** 2))
    both = found.seasonal + found.remainder
    assert found.seasonal_strength == pytest.approx(1 - rest / float(np.mean((both - both.mean()) ** 2)))
    assert 0.8 < found.seasonal_strength < 1


def test_a_gap_takes_trend_and_season_and_is_marked() -> None:
    months = np.arange(48)
    truth = 10 + 0.1 * months + 3 * np.sin(2 * np.pi * months / 12)
    holed = truth.copy()
    holed[[8, 20, 21]] = np.nan
    found = decompose(holed)
    assert np.flatnonzero(found.filled).tolist() == [8, 20, 21]
    # within what the decomposition of the whole series leaves over, 0.1 of a swing of 6, and a little more; a straight
    # line misses by up to 0.6
    assert found.values == pytest.approx(truth, abs=0.2)
    assert found.adjusted == pytest.approx(10 + 0.1 * months, abs=0.2)
    line = np.interp(months, months[~found.filled], truth[~found.filled])
    assert np.abs(found.values - truth).max() < np.abs(line - truth).max() / 2


def test_too_short_a_series_is_refused() -> None:
    with pytest.raises(ValueError, match="24 values or more"):
        decompose([1.0] * 23)
    with pytest.raises(ValueError, match="without any value"):
        decompose([math.nan, *[1.0] * 11] * 3)


# --- moving holidays ------------------------------------------------------------------------------------------------

HOLIDAYS = [
    (dt.date(2022, 1, 31), dt.date(2022, 2, 6)),
    (dt.date(2023, 1, 21), dt.date(2023, 1, 27)),
    (dt.date(2024, 2, 10), dt.date(2024, 2, 17)),
    (dt.date(2025, 1, 28), dt.date(2025, 2, 4)),
    (dt.date(2026, 2, 15), dt.date(2026, 2, 23)),
]
"""Spring Festival as the notices of the State Council gave it."""
MONTHS = [
    (dt.date(year, month, 1), dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1))
    for year in range(2022, 2027)
    for month in range(1, 13)
][:54]


def test_days_by_counting_each_day() -> None:
    found = holiday_days(MONTHS, HOLIDAYS, before=7, after=10)
    for place, (first, last) in enumerate(MONTHS):
        days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
        during = sum(any(begin <= day <= end for begin, end in HOLIDAYS) for day in days)
        before = sum(any(1 <= (begin - day).days <= 7 for begin, _ in HOLIDAYS) for day in days)
        after = sum(any(1 <= (day - end).days <= 10 for _, end in HOLIDAYS) for day in days)
        assert [found[name][place] for name in ("before", "during", "after")] == [before, during, after]
    assert sum(found["during"]) == 7 + 7 + 8 + 8 + 9


def test_a_planted_effect_of_the_holiday_is_found() -> None:
    rng = np.random.default_rng(7)
    days = holiday_days(MONTHS, HOLIDAYS)
    month = [first.month for first, _ in MONTHS]
    season = np.asarray([5 * math.cos(2 * math.pi * number / 12) for number in month])
    values = 100 + 0.2 * np.arange(len(MONTHS)) + season + rng.normal(0, 0.5, len(MONTHS))
    values += -2.0 * days["during"] + 1.0 * days["after"]
    found = effects(values, days, month=month)
    for name, truth in {"before": 0.0, "during": -2.0, "after": 1.0}.items():
        assert found[name].lower < truth < found[name].upper
        assert found[name].upper - found[name].lower < 0.9
    assert found["during"].n == 54


def test_effects_and_limits_are_those_of_statsmodels() -> None:
    from statsmodels.regression.linear_model import OLS

    rng = np.random.default_rng(11)
    days = holiday_days(MONTHS, HOLIDAYS)
    month = np.asarray([first.month for first, _ in MONTHS])
    values = rng.normal(50, 3, len(MONTHS))
    values[5] = np.nan
    known = np.isfinite(values)
    dummies = (month[:, None] == np.arange(1, 13)[None, :]).astype(float)
    design = np.column_stack([dummies, np.arange(len(MONTHS)), *days.values()])[known]
    theirs = OLS(values[known], design).fit()
    found = effects(values, days, month=month)
    for place, name in enumerate(days, start=13):
        low, high = theirs.conf_int(0.05)[place]
        assert (found[name].value, found[name].lower, found[name].upper) == pytest.approx(
            (theirs.params[place], low, high), rel=1e-6
        )


def test_a_season_with_fixed_dates_cannot_be_told_from_the_months() -> None:
    fixed = [(dt.date(year, 11, 15), dt.date(year + 1, 3, 14)) for year in range(2021, 2027)]
    month = [first.month for first, _ in MONTHS]
    heating = season_days(MONTHS, fixed)
    assert heating[10:14].tolist() == [16, 31, 31, 28]
    moved = [(first + dt.timedelta(days=7 * (number % 3)), last) for number, (first, last) in enumerate(fixed)]
    values = 10 + 0.5 * season_days(MONTHS, moved)
    assert math.isnan(effects(values, {"heating": heating}, month=month)["heating"].value)
    assert effects(values, {"heating": season_days(MONTHS, moved)}, month=month)["heating"].value == pytest.approx(0.5)


def test_the_same_lunar_stretch_lies_as_far_from_its_new_year() -> None:
    years = {2024: dt.date(2024, 2, 10), 2025: dt.date(2025, 1, 29), 2026: dt.date(2026, 2, 17)}
    for stretch in MONTHS[36:50]:
        found = same_lunar_stretch(stretch, years)
        assert found is not None
        assert found[1] - found[0] == stretch[1] - stretch[0]
        assert (stretch[0] - found[0]).days in ((years[2026] - years[2025]).days, (years[2025] - years[2024]).days)
    assert same_lunar_stretch((dt.date(2024, 2, 1), dt.date(2024, 2, 29)), years) is None


# --- change points --------------------------------------------------------------------------------------------------


def test_a_planted_step_is_suggested_where_brute_force_puts_it() -> None:
    rng = np.random.default_rng(3)
    values = np.concatenate([rng.normal(0.97, 0.01, 20), rng.normal(0.86, 0.01, 16)])
    costs = {cut: values[:cut].var() * cut + values[cut:].var() * (36 - cut) for cut in range(6, 31)}
    assert suggest_changes(values) == (min(costs, key=costs.__getitem__),) == (20,)


def test_still_series_have_no_change() -> None:
    assert suggest_changes([1.0] * 30) == ()
    assert suggest_changes([1.0, 2.0, 3.0]) == ()
    assert suggest_changes([0.0] * 12 + [1.0] * 12) == (12,)
    assert suggest_changes([0.0, 0.1] * 3 + [math.nan] + [0.0, 0.1] * 3 + [1.0, 1.1] * 6) == (13,)
