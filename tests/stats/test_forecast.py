"""The chance of making the year: against dense linear algebra, quadrature and pmfs of SciPy, by arithmetic, by nature.

Nothing here is compared with what the forecast itself gave once: every expected number is worked out another way.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from svcqa.errors import StatsError
from svcqa.stats.forecast import year_chance
from svcqa.stats.importance import halton, posterior
from svcqa.stats.monthly_history import draw_binomial, draw_poisson
from svcqa.stats.monthly_paths import model_for
from svcqa.stats.observation import Observed, update
from svcqa.stats.random_stream import normal, uniform
from svcqa.stats.remaining import needed_mean
from svcqa.stats.state_space import FESTIVAL, MONTHS, SEASON_DRIFT, Settings, run_filter

RATINGS = [8.2, 8.5, 8.1, 8.6, 8.4, 8.3]
KINDS: list[Any] = ["share", "rate", "duration", "rating", "amount"]


def history(kind: str, months: int, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Fictional months of ``kind``."""
    rng = np.random.default_rng(seed)
    base = rng.poisson(200, months).astype(float)
    if kind == "share":
        return rng.binomial(base.astype(int), 0.9).astype(float), base
    if kind == "rate":
        return rng.poisson(base * 0.3).astype(float), base
    return rng.gamma(50, 0.1, months) + (0 if kind != "rating" else 3), base


# --- the filter, against one dense normal distribution of all months --------------------------------------------


def dense(months: int, settings: Settings, first: int, start: tuple[float, float], spread: np.ndarray) -> Any:
    """Mean and covariance of the monthly values from the definition of the model, without any recursion in time."""
    noise, level, slope, damping, season = (
        float(getattr(settings, name)[0]) for name in ("noise", "level", "slope", "damping", "season")
    )
    centred = np.eye(MONTHS) - 1 / MONTHS
    covariance = np.full((months, months), start[1] ** 2)
    slope_shocks = np.zeros((months, months))  # column: shock; row: what it adds to the slope of a month
    for row in range(months):
        for column in range(row + 1):
            slope_shocks[row, column] = damping ** (row - column)
    scale = np.full(months, slope)
    scale[0] = slope / math.sqrt(1 - damping**2) if slope else 0.0
    level_from_slope = np.zeros((months, months))
    for row in range(1, months):
        level_from_slope[row] = level_from_slope[row - 1] + damping * slope_shocks[row - 1]
    covariance += (level_from_slope * scale) @ (level_from_slope * scale).T
    for one in range(months):
        for other in range(months):
            covariance[one, other] += level**2 * min(one, other)
            drifted = 1 + SEASON_DRIFT**2 * min(one, other)
            covariance[one, other] += season**2 * drifted * centred[(first + one) % 12, (first + other) % 12]
    return np.full(months, start[0]), covariance + np.diag(noise**2 * spread)


@pytest.mark.parametrize(("season", "festival"), [(0.0, 0.0), (0.7, 0.0), (0.7, 0.4)])
def test_filter_equals_the_joint_distribution_of_all_months(season: float, festival: float) -> None:
    rng = np.random.default_rng(8)
    months, ahead, first = 26, 3, 4
    value, spread = rng.normal(2.0, 0.5, months + ahead), rng.uniform(0.5, 2.0, months + ahead)
    settings = Settings(
        noise=np.array([0.3]),
        level=np.array([0.1]),
        slope=np.array([0.05]),
        damping=np.array([0.9]),
        season=np.array([season]),
        festival=np.array([festival]),
    )
    known = np.ones(months, dtype=bool)
    known[[3, 9, 10]] = False
    ones = np.ones(months)
    observed = Observed(family="normal", value=value[:months], size=ones, variance=0 * ones, known=known)
    moved = np.where(rng.random(months + ahead) < 0.3, rng.uniform(-1, 1, months + ahead), 0.0)
    moved[months] = 0.5
    found = run_filter(
        observed,
        settings,
        first_month=first,
        start=(1.5, 2.0),
        spread=spread[:months],
        festival=moved if festival else None,
    )
    mean, covariance = dense(months + ahead, settings, first, (1.5, 2.0), spread)
    covariance = covariance + festival**2 * np.outer(moved, moved)  # one effect that all months share
    seen, target = np.flatnonzero(known), months
    joint = stats.multivariate_normal(mean[seen], covariance[np.ix_(seen, seen)])
    constant = 0.5 * len(seen) * math.log(2 * math.pi)
    assert found.log_likelihood[0] - constant == pytest.approx(joint.logpdf(value[seen]), rel=1e-9)
    gain = np.linalg.solve(covariance[np.ix_(seen, seen)], covariance[seen, target])
    place = 2 + (first + months) % 12
    expected = found.mean[0, 0] + (found.mean[0, place] if season else 0)
    expected += moved[target] * found.mean[0, FESTIVAL] if festival else 0
    assert expected == pytest.approx(mean[target] + gain @ (value[seen] - mean[seen]), rel=1e-9)
    about, load = found.covariance[0], np.zeros(len(found.mean[0]))
    load[0] = 1.0
    if season:
        load[place] = 1.0
    if festival:
        load[FESTIVAL] = moved[target]
    variance = load @ about @ load
    without_noise = covariance[target, target] - 0.3**2 * spread[target]
    assert variance == pytest.approx(without_noise - gain @ covariance[seen, target], rel=1e-8)


# --- one month of counts, against quadrature --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "value", "size"),
    [
        ("binomial", 45, 50),
        ("binomial", 50, 50),
        ("binomial", 0, 30),
        ("binomial", 9_930, 10_000),
        ("poisson", 12, 10),
        ("poisson", 0, 4),
        ("poisson", 900, 1000),
    ],
)
@pytest.mark.parametrize(("mean", "spread"), [(2.0, 0.5), (-1.0, 1.0)])
def test_a_month_of_counts_moves_the_level_as_quadrature_says(
    family: Any, value: int, size: int, mean: float, spread: float
) -> None:
    one = Observed(
        family=family,
        value=np.array([float(value)]),
        size=np.array([float(size)]),
        variance=np.zeros(1),
        known=np.ones(1, dtype=bool),
    )
    mode, variance, likelihood = (float(x[0]) for x in update(one, 0, np.array([mean]), np.array([spread**2])))

    def log_density(x: np.ndarray) -> np.ndarray:
        prior = stats.norm.logpdf(x, mean, spread)
        if family == "binomial":
            return prior + stats.binom.logpmf(value, size, 1 / (1 + np.exp(-x)))
        return prior + stats.poisson.logpmf(value, size * np.exp(x))

    grid = np.linspace(mode - 9 * math.sqrt(variance), mode + 9 * math.sqrt(variance), 4001)
    logs = log_density(grid)
    weights = np.exp(logs - logs.max())
    area = integrate.trapezoid(weights, grid)
    true_mean = integrate.trapezoid(weights * grid, grid) / area
    true_sd = math.sqrt(integrate.trapezoid(weights * (grid - true_mean) ** 2, grid) / area)
    assert mode == pytest.approx(true_mean, abs=0.2 * true_sd)  # Laplace: the mode stands for the mean
    assert math.sqrt(variance) == pytest.approx(true_sd, rel=0.08)
    if family == "binomial":
        constant = math.lgamma(size + 1) - math.lgamma(value + 1) - math.lgamma(size - value + 1)
    else:
        constant = value * math.log(size) - math.lgamma(value + 1)
    assert likelihood + constant == pytest.approx(math.log(area) + logs.max(), abs=0.03)


# --- weighted settings ------------------------------------------------------------------------------------------


def test_weighted_points_have_the_moments_of_a_normal_posterior() -> None:
    # two normal observations of each number: precision 1 + 4, mean 4/5 of the observed
    seen = np.array([1.0, -2.0])
    found = posterior(lambda x: -0.5 * 4 * ((x - seen) ** 2).sum(axis=1), dimensions=2, rounds=(300, 2000))
    mean = found.weights @ found.points
    assert mean == pytest.approx(0.8 * seen, abs=0.02)
    apart = found.points - mean
    assert (found.weights[:, None] * apart).T @ apart == pytest.approx(np.eye(2) / 5, abs=0.02)
    assert found.weights.sum() == pytest.approx(1.0)
    assert 1 <= found.effective <= 2000


def test_halton_points_are_the_published_ones() -> None:
    # radical inverses written out by hand: 5 = 101 in base 2 → .101, 12 in base 3 → .21
    points = halton(5, 2)
    assert points[4].tolist() == pytest.approx([0.625, 7 / 9])


# --- random counts ----------------------------------------------------------------------------------------------


def test_the_raw_stream_is_that_of_the_generator_itself() -> None:
    # Generator.random() is defined as the upper 53 bits of each raw number
    assert uniform(np.random.PCG64(5), 50).tolist() == np.random.Generator(np.random.PCG64(5)).random(50).tolist()
    drawn = normal(np.random.PCG64(5), 20_000)
    assert stats.kstest(drawn, "norm").pvalue > 0.001


@pytest.mark.parametrize(("size", "share"), [(7, 0.9), (300, 0.99), (40, 0.5), (200_000, 0.7)])
def test_drawn_successes_have_the_distribution_of_scipy(size: int, share: float) -> None:
    drawn = draw_binomial(np.full(40_000, float(size)), np.full(40_000, share), np.random.PCG64(3))
    _agrees(drawn, stats.binom(size, share))


@pytest.mark.parametrize("mean", [0.3, 12.0, 350.0, 90_000.0])
def test_drawn_events_have_the_distribution_of_scipy(mean: float) -> None:
    drawn = draw_poisson(np.full(40_000, mean), np.random.PCG64(3))
    _agrees(drawn, stats.poisson(mean))


def _agrees(drawn: np.ndarray, known: Any) -> None:
    assert np.all(drawn == np.round(drawn))
    edges = np.unique(known.ppf([0.1, 0.25, 0.5, 0.75, 0.9]))
    counts = np.array([np.sum(drawn <= edge) for edge in edges]) / len(drawn)
    assert counts == pytest.approx(known.cdf(edges), abs=0.015)  # six standard errors of 40 000 draws
    assert drawn.mean() == pytest.approx(known.mean(), abs=6 * known.std() / 200)


# --- the whole, against quadrature over the settings ------------------------------------------------------------


def test_chance_of_a_short_rating_equals_quadrature_over_its_two_settings() -> None:
    """Six months, level only: noise and shock on a fine grid, months so far and to come in one normal distribution."""
    seen, rest, goal = np.array(RATINGS), 6, 8.33
    scale = 2 * float(np.diff(seen).std())
    start = (float(seen.mean()), 3 * scale + 3 * float(seen.std()))
    grid = np.linspace(-4, 4, 61)
    total, weighted_mean, reached = 0.0, 0.0, 0.0
    for first in grid:
        for second in grid:
            noise, level = scale * 0.25 * math.exp(1.3 * first), scale * 0.08 * math.exp(1.3 * second)
            steps = np.minimum.outer(np.arange(12), np.arange(12))
            covariance = start[1] ** 2 + level**2 * steps + noise**2 * np.eye(12)
            known, cross = covariance[:6, :6], covariance[6:, :6]
            fit = stats.multivariate_normal(np.full(6, start[0]), known).pdf(seen)
            weight = fit * math.exp(-0.5 * (first**2 + second**2))
            gain = cross @ np.linalg.inv(known)
            ahead = start[0] + gain @ (seen - start[0])
            spread = covariance[6:, 6:] - gain @ cross.T
            year_mean = (seen.sum() + ahead.sum()) / 12
            year_sd = math.sqrt(spread.sum()) / 12
            total += weight
            weighted_mean += weight * year_mean
            reached += weight * stats.norm.sf(goal, year_mean, year_sd)
    found = year_chance("rating", seen, rest_months=rest, goal=goal, draws=20_000)
    assert found.probability == pytest.approx(reached / total, abs=0.02)
    assert found.value == pytest.approx(weighted_mean / total, abs=0.02)
    assert found.model == "level"


# --- what the rest must deliver ---------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.integers(0, 5_000), st.integers(1, 5_000), st.fractions(0, 1, max_denominator=1000))
def test_what_the_rest_must_deliver_brings_the_year_to_the_goal(
    base: int, total: int, rest: int, goal: Fraction
) -> None:
    needed = needed_mean(goal=goal, total=Fraction(total), base=Fraction(base), rest_base=Fraction(rest))
    assert needed is not None
    assert total + needed * rest == goal * (base + rest)


@pytest.mark.parametrize("kind", KINDS)
def test_delivering_what_is_needed_makes_the_year(kind: Any) -> None:
    value, base = history(kind, 31)
    goal = 700.0 if kind == "amount" else float(np.mean(value[-7:] / (base[-7:] if kind in ("share", "rate") else 1)))
    found = year_chance(kind, value, base, rest_months=5, goal=goal, draws=200)
    assert found.needed is not None
    seven = slice(24, 31)
    if kind == "amount":
        assert value[seven].sum() + found.needed == pytest.approx(goal)
        return
    assert found.rest_base is not None
    totals = value[seven].sum() if kind in ("share", "rate") else (value * base)[seven].sum()
    assert (found.total, found.base) == (pytest.approx(totals), base[seven].sum())
    year = (totals + found.needed * found.rest_base) / (base[seven].sum() + found.rest_base)
    assert year == pytest.approx(goal, rel=1e-12)
    assert found.needed_lower is not None
    assert found.needed_upper is not None
    assert found.needed_lower <= found.needed <= found.needed_upper


# --- what must hold of any forecast -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("months", [5, 14, 30])
def test_every_kind_has_limits_in_order_and_months_to_december(kind: Any, months: int) -> None:
    value, base = history(kind, months)
    found = year_chance(kind, value, base, rest_months=8, goal=float(np.median(value)), draws=500)
    assert found.lower <= found.value <= found.upper
    assert [ahead.month for ahead in found.months] == [5, 6, 7, 8, 9, 10, 11, 12]
    assert all(one.lower <= one.value <= one.upper for one in found.months)
    assert all(one.base_lower <= one.base <= one.base_upper for one in found.months)
    assert found.model == model_for(months)
    assert ("short_history" in found.flags) == (months < 24)
    if kind == "share":
        assert all(0 <= one.lower <= one.upper <= 1 for one in found.months)


@settings(max_examples=15)
@given(goals=st.lists(st.floats(0.7, 1.0), min_size=2, max_size=2).map(sorted), seed=st.integers(0, 1000))
def test_a_higher_goal_is_never_likelier(goals: list[float], seed: int) -> None:
    value, base = history("share", 20)
    low, high = (year_chance("share", value, base, rest_months=4, goal=g, draws=300, seed=seed) for g in goals)
    assert low.probability is not None
    assert high.probability is not None
    assert low.probability >= high.probability
    assert (low.lower, low.upper) == (high.lower, high.upper)


@pytest.mark.parametrize("kind", ["rating", "duration"])
def test_chances_of_both_directions_add_up_to_one(kind: Any) -> None:
    value, base = history(kind, 26)
    both = [
        year_chance(kind, value, base, rest_months=10, goal=value.mean(), better=b, draws=500).probability
        for b in ("higher", "lower")
    ]
    assert sum(x or 0.0 for x in both) == pytest.approx(1.0)


def test_amounts_in_another_unit_are_the_same_forecast() -> None:
    value, _ = history("amount", 28)
    metres = year_chance("amount", value + 0.001, rest_months=8, goal=70)
    centimetres = year_chance("amount", (value + 0.001) * 100, rest_months=8, goal=7000)
    assert centimetres.upper == pytest.approx(100 * metres.upper, rel=1e-6)
    assert centimetres.probability == metres.probability


def test_the_same_seed_gives_the_same_answer_and_another_nearly_the_same() -> None:
    value, base = history("share", 30)
    one, same, other = (year_chance("share", value, base, rest_months=6, goal=0.9, seed=s) for s in (1, 1, 2))
    assert one == same
    assert one.probability != 0.5
    assert other.value == pytest.approx(one.value, abs=0.002)
    assert other.probability == pytest.approx(one.probability, abs=0.05)  # four standard errors of 4000 draws


def test_a_season_that_always_came_is_expected_again() -> None:
    # ten times as many in December, five years running
    value = np.tile([100.0] * 11 + [1000.0], 5)
    found = year_chance("amount", value[:-2], rest_months=2)
    november, december = found.months
    assert november.upper < 300 < december.lower
    assert december.lower <= 1000 <= december.upper


def test_cases_to_come_are_forecast_with_their_season() -> None:
    base = np.tile([100.0] * 10 + [400.0, 100.0], 4)[:-3]
    found = year_chance("share", np.round(base * 0.9), base, rest_months=3, goal=0.9)
    october, november, december = (one.base for one in found.months)
    assert november > 2 * max(october, december)
    assert found.base_model == "season"


def test_more_scatter_than_chance_makes_a_wider_interval() -> None:
    rng = np.random.default_rng(2)
    base = np.full(40, 1000.0)
    calm = rng.binomial(1000, 0.9, 40).astype(float)
    wild = rng.binomial(1000, rng.beta(45, 5, 40)).astype(float)
    widths = [
        found.upper - found.lower
        for found in (year_chance("share", value, base, rest_months=8) for value in (calm, wild))
    ]
    assert widths[1] > 2 * widths[0]
    # chance alone: 8 of 12 months of 1000 cases at 90 %; what is not known of the level comes on top
    assert widths[0] > 2 * 1.96 * math.sqrt(8000 * 0.9 * 0.1) / 12_000


# --- edges ------------------------------------------------------------------------------------------------------


def test_a_year_that_is_over_is_a_fact() -> None:
    found = year_chance("share", [9] * 12, [10] * 12, rest_months=0, goal=0.9)
    assert (found.probability, found.lower, found.value, found.upper) == (1.0, 0.9, 0.9, 0.9)
    assert found.flags == ("year_over",)
    assert found.needed is None


def test_a_year_that_has_not_begun_is_all_forecast() -> None:
    value, base = history("share", 24)
    found = year_chance("share", value, base, rest_months=12, goal=0.9)
    assert found.so_far is None
    assert len(found.months) == 12
    assert found.needed == pytest.approx(0.9)


def test_months_not_known_are_told_and_add_nothing() -> None:
    value, base = history("share", 30)
    value[27] = np.nan
    found = year_chance("share", value, base, rest_months=6, goal=0.9, draws=300)
    assert "months_missing" in found.flags
    assert found.known_months == 29
    assert found.base == base[24:27].sum() + base[28:].sum()


def test_months_without_cases_are_no_gaps_and_come_again() -> None:
    base = np.tile([10.0, 0.0], 14)
    found = year_chance("share", np.where(base > 0, 8.0, 0.0), base, rest_months=8, goal=0.8, draws=500)
    assert found.flags == ("short_history",)  # only every other month has cases: 14 known
    assert (found.total, found.base, found.known_months) == (16.0, 20.0, 14)
    assert found.rest_base is not None
    assert 20 <= found.rest_base <= 60  # four of the eight months, or as many cases spread


def test_a_rating_that_never_moved_keeps_its_goal() -> None:
    found = year_chance("rating", [9.0] * 26, [10] * 26, rest_months=6, goal=9.0)
    assert found.probability == 1.0
    assert (found.lower, found.upper) == (pytest.approx(9.0), pytest.approx(9.0))


def test_a_share_with_no_miss_yet_can_still_miss() -> None:
    found = year_chance("share", [50] * 20, [50] * 20, rest_months=4, goal=1.0)
    assert found.probability is not None
    assert 0.5 < found.probability < 1.0
    assert found.upper == 1.0


def test_a_goal_out_of_reach_and_one_that_is_safe_are_told() -> None:
    value, base = history("share", 34)
    lost = year_chance("share", value, base, rest_months=2, goal=0.999)
    assert "out_of_reach" in lost.flags
    assert lost.probability == 0.0
    safe = year_chance("share", value, base, rest_months=2, goal=0.5)
    assert "safe" in safe.flags
    assert safe.probability == 1.0


@pytest.mark.parametrize(
    ("given_", "word"),
    [
        ({"value": [1, 2], "base": [3, 3]}, "2"),
        ({"value": [1, 2, 4], "base": [3, 3, 3]}, "4 / 3"),
        ({"value": [1, -2, 3], "base": [3, 3, 3]}, "-2"),
        ({"value": [1, 2, 3], "base": [3, 3]}, "(2,)"),
        ({"value": [1, 2, 3], "base": [3, 3, 3], "rest_months": 13}, "13"),
        ({"value": [1, 2, 3], "base": [3, 3, 3], "level": 1.0}, "1.0"),
    ],
)
def test_what_cannot_be_forecast_is_refused_in_words(given_: dict[str, Any], word: str) -> None:
    with pytest.raises(StatsError) as refused:
        year_chance("share", **{"rest_months": 6, **given_})
    for language in ("zh-Hans", "zh-Hant", "en"):
        assert word in refused.value.render(language)


# --- a holiday that moves between months ------------------------------------------------------------------------------


def moving(years: int, effect: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Monthly counts from January on with a holiday now in January, now in February; how much of it lies in each."""
    rng = np.random.default_rng(seed)
    share = np.zeros(12 * years)
    for year in range(years):
        in_january = rng.choice([0.0, 0.5, 1.0])
        share[12 * year], share[12 * year + 1] = in_january, 1 - in_january
    return rng.poisson(2000 * np.exp(0.02 * rng.standard_normal(12 * years) + effect * share)).astype(float), share


def test_a_moving_holiday_is_learnt_and_followed() -> None:
    """Four Januaries and Februaries told, the next ones forecast: closer with the holiday than without."""
    errors: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(8):
        counts, share = moving(5, -0.4, seed)
        for told in errors:
            found = year_chance("amount", counts[:48], rest_months=12, draws=400, festival=share if told else None)
            assert found.festival == told
            errors[told] += [abs(found.months[place].value - counts[48 + place]) for place in (0, 1)]
    assert sum(errors[True]) < 0.5 * sum(errors[False])


def test_under_three_years_a_moving_holiday_has_no_effect_of_its_own() -> None:
    counts, share = moving(3, -0.4, 1)
    with_it = year_chance("amount", counts[:30], rest_months=6, festival=share, draws=200)
    assert not with_it.festival
    assert with_it == year_chance("amount", counts[:30], rest_months=6, draws=200)


def test_a_holiday_of_another_length_is_refused() -> None:
    with pytest.raises(StatsError, match="same months"):
        year_chance("amount", [1.0] * 40, rest_months=8, festival=[0.0] * 40)
