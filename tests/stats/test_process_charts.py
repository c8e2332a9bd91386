"""Limits, rules and icons of process behaviour charts: against R, by hand, and by their properties."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.r_reference import nhs, reference
from svcqa.stats.assurance import assurance, variation
from svcqa.stats.chart_choice import choose_chart, rate_factor
from svcqa.stats.process_limits import ProcessLimits, c, g, p, t, u, xmr
from svcqa.stats.signals import Rule, find_signals


def flat(centre: float, sigma: float, count: int) -> ProcessLimits:
    one = np.ones(count)
    return ProcessLimits(
        centre=centre * one,
        sigma=sigma * one,
        lower=(centre - 3 * sigma) * one,
        upper=(centre + 3 * sigma) * one,
        spread=one,
    )


# --- limits ---------------------------------------------------------------------------------------------------------


def test_p_and_p_prime_are_those_of_r(shared: Path) -> None:
    known, (kept, n) = reference(shared, "pchart_nhs"), nhs(shared)
    plain, laney = p(kept, n), p(kept, n, laney=True)
    assert plain.centre[0] == pytest.approx(known["pbar"], rel=1e-9)
    assert plain.upper[0] == pytest.approx(known["p.ucl.m1"], rel=1e-9)
    assert laney.spread[0] == pytest.approx(known["laney_sigma_z"], rel=1e-9)
    assert laney.lower[0] == pytest.approx(known["laney.lcl.m1"], rel=1e-9)
    assert laney.upper[0] == pytest.approx(known["laney.ucl.m1"], rel=1e-9)


def test_xmr_by_hand() -> None:
    # mean 11.6; moving ranges 2, 1, 2, 1 with mean 1.5; 2.66 × 1.5 = 3.99; a third of that twice is 2.66
    limits = xmr([10, 12, 11, 13, 12])
    found = [float(side[2]) for side in (limits.lower, limits.near_lower, limits.near_upper, limits.upper)]
    assert found == pytest.approx([7.61, 8.94, 14.26, 15.59], abs=1e-12)


def test_a_wild_moving_range_is_screened_once() -> None:
    # ranges 1 (eight times), then 20 and 19: their mean is 47 ÷ 10 = 4.7 and 3.267 × 4.7 = 15.35, so both are left out
    values = [5, 6, 5, 6, 5, 6, 5, 6, 5, 25, 6]
    assert xmr(values).sigma[0] == pytest.approx(2.66 / 3 * 1.0, rel=1e-12)
    assert xmr(values, screen=False).sigma[0] == pytest.approx(2.66 / 3 * 4.7, rel=1e-12)


def test_a_range_of_just_3267_means_is_screened() -> None:
    # 1000 ranges: one of size 3.267 m and the others such that the mean is exactly m
    others = (1000 - 3.267) / 999
    ranges = np.asarray([others] * 999 + [3.267])
    assert ranges.mean() == pytest.approx(1.0, abs=1e-12)
    from svcqa.stats.process_limits import mean_moving_range

    assert mean_moving_range(ranges * (1 + 1e-9)) <= 1.0


def test_a_series_that_moved_but_once_keeps_the_range_of_that_move() -> None:
    # 23 values, 22 ranges: 4 and 4 among noughts, mean 8 ÷ 22; screened, nothing would be left to tell limits by
    values = [5.0] * 11 + [9.0] + [5.0] * 11
    limits = xmr(values)
    assert limits.sigma[0] == pytest.approx(2.66 / 3 * 8 / 22, rel=1e-12)
    assert find_signals(values, limits).outside.tolist() == [0] * 11 + [1] + [0] * 11


@given(st.floats(1e-3, 1e4), st.integers(2, 60))
def test_a_value_that_never_moves_is_no_signal(value: float, count: int) -> None:
    """All are the mean, by definition: outside nothing, on no side of it, whatever the mean is rounded to."""
    values = [value] * count
    for limits in (xmr(values), t(values), c(values), g(values)):
        assert not find_signals(values, limits).rule.any()
    limits = xmr(values)
    for better in ("higher", "lower"):
        assert assurance(float(limits.lower[0]), float(limits.upper[0]), value, better) == "consistently_passes"


def test_shares_that_are_equal_but_for_rounding_do_not_rise() -> None:
    values = [19 * k / (20 * k) for k in range(1, 40)]  # 95 % each month, of more and more cases
    assert not find_signals(values, xmr(values, bounds=(0.0, 1.0))).rule.any()


def test_u_c_and_g_by_hand() -> None:
    # u: 15 events on 300; √(0.05 ÷ 100) = 0.0223607. c: mean 6, √6 = 2.4494897. g: mean 25, √(25 × 26) = 25.4950976
    assert float(u([4, 6, 5], [100, 100, 100]).upper[0]) == pytest.approx(0.05 + 3 * 0.0223606798, rel=1e-9)
    assert float(u([4, 6, 5], [100, 100, 100]).lower[0]) == 0.0
    assert float(c([4, 6, 5, 9]).upper[0]) == pytest.approx(6 + 3 * 2.44948974278, rel=1e-9)
    assert float(g([30, 12, 41, 17]).upper[0]) == pytest.approx(25 + 3 * 25.4950975679, rel=1e-9)


# Hours between failures of a valve, and the same to the power 0.2777: D. C. Montgomery, Introduction to Statistical
# Quality Control, 6th ed. (2009), Table 7.14.
VALVE = [286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214, 2831, 96]
VALVE_ROOTS = [
    4.80986,
    6.70903,
    5.72650,
    3.81367,
    6.43541,
    6.23705,
    1.46958,
    3.96768,
    5.39007,
    1.78151,
    9.09619,
    5.89774,
    3.38833,
    4.51095,
    5.91690,
    5.59189,
    7.16124,
    7.18601,
    9.09083,
    3.55203,
]


def test_the_t_chart_of_montgomerys_valve() -> None:
    # limits by hand from the published transformed times: mean ± 2.66 × mean moving range, to the power 1 ÷ 0.2777;
    # his exponent is not quite 1 ÷ 3.6, which is what we use
    mean = sum(VALVE_ROOTS) / 20
    spread = 2.66 * sum(abs(after - before) for before, after in pairwise(VALVE_ROOTS)) / 19
    limits = t(VALVE, screen=False)
    assert limits.centre[0] == pytest.approx(mean ** (1 / 0.2777), rel=1e-3)
    assert limits.upper[0] == pytest.approx((mean + spread) ** (1 / 0.2777), rel=1e-3)
    assert limits.lower[0] == 0.0  # below nought on the transformed scale
    assert limits.near_upper[0] == pytest.approx((mean + 2 / 3 * spread) ** (1 / 0.2777), rel=1e-3)
    assert find_signals(VALVE, limits).rule.tolist() == [0] * 20  # in control, as published


def test_the_transformed_times_are_those_published() -> None:
    for hours, root in zip(VALVE, VALVE_ROOTS, strict=True):
        assert hours**0.2777 == pytest.approx(root, abs=2e-5)


@given(st.lists(st.floats(0, 1e4), min_size=3, max_size=30), st.floats(0.1, 50))
def test_a_t_chart_does_not_mind_the_unit_of_time(times: list[float], factor: float) -> None:
    one, other = t(times), t([factor * time for time in times])
    for name in ("lower", "near_lower", "centre", "near_upper", "upper"):
        assert getattr(other, name) == pytest.approx(factor * getattr(one, name), rel=1e-6, abs=1e-6)
    assert bool((one.lower <= one.near_lower).all() and (one.near_upper <= one.upper).all())


def test_u_prime_by_hand() -> None:
    # u̅ = 60 ÷ 400 = 0.15, alone √(0.15 ÷ 100) = 0.0387298; u = .05, .25, .05, .25; ranges .2 = 5.1639778 of these;
    # ÷ 1.128 = 4.5779944; sigma = 4.5779944 × 0.0387298 = 0.1773050
    limits = u([5, 25, 5, 25], [100] * 4, laney=True)
    assert float(limits.spread[0]) == pytest.approx(4.57799, rel=1e-5)
    assert float(limits.sigma[0]) == pytest.approx(0.2 / 1.128, rel=1e-12)


def test_each_rebase_group_has_its_own_limits_and_no_range_across() -> None:
    values, group = [1, 2, 1, 2, 11, 12, 11, 12], [0] * 4 + [1] * 4
    limits = xmr(values, group=group)
    assert limits.centre.tolist() == [1.5] * 4 + [11.5] * 4
    assert limits.sigma == pytest.approx([2.66 / 3] * 8)


def test_a_missing_value_ends_a_moving_range() -> None:
    # 10 → 12 and 30 → 31 are neighbours, 12 → 30 are not
    limits = xmr([10, 12, math.nan, 30, 31], screen=False)
    assert limits.sigma[0] == pytest.approx(2.66 / 3 * 1.5)
    assert limits.centre[0] == pytest.approx((10 + 12 + 30 + 31) / 4)


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=40), st.floats(-100, 100), st.floats(0.1, 10))
def test_xmr_moves_and_stretches_with_its_values(values: list[float], shift: float, factor: float) -> None:
    one, other = xmr(values), xmr([shift + factor * value for value in values])
    assert other.centre == pytest.approx(shift + factor * one.centre, abs=1e-6)
    assert bool((one.lower <= one.near_lower).all() and (one.near_lower <= one.centre).all())
    assert bool((one.centre <= one.near_upper).all() and (one.near_upper <= one.upper).all())


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 500)), min_size=2, max_size=30), st.booleans())
def test_limits_of_a_share_are_shares(counts: list[tuple[int, int]], laney: bool) -> None:
    limits = p([k for k, _ in counts], [n for _, n in counts], laney=laney)
    assert bool((limits.lower >= 0).all() and (limits.upper <= 1).all())
    assert bool((limits.lower <= limits.centre).all() and (limits.centre <= limits.upper).all())


# --- the rules, derived by hand on limits 0 ± 3 ---------------------------------------------------------------------


def labels(values: list[float], *, group: list[int] | None = None) -> list[int]:
    found = find_signals(values, flat(0.0, 1.0, len(values)), group=group)
    return (found.rule * found.side).tolist()


def test_outside_is_beyond_a_limit_and_not_on_it() -> None:
    assert labels([3.0, 3.01, -3.0, -3.01]) == [0, 1, 0, -1]


def test_seven_that_rise_are_a_trend_and_six_are_not() -> None:
    rising = [-0.6, -0.4, -0.2, 0.2, 0.4, 0.6]
    assert labels(rising) == [0] * 6
    assert labels([*rising, 0.8]) == [2] * 7
    assert labels([-value for value in [*rising, 0.8]]) == [-2] * 7
    assert labels([-0.6, -0.4, -0.2, -0.2, 0.2, 0.4, 0.6, 0.8]) == [0] * 8  # equal neighbours do not rise


def test_two_of_three_in_the_outer_third_on_one_side() -> None:
    assert labels([2.5, 0.0, 2.5, 0.0]) == [3, 0, 3, 0]
    assert labels([2.5, 0.0, 0.0, 2.5]) == [0] * 4
    assert labels([2.5, 0.0, -2.5]) == [0] * 3
    assert labels([2.0, 2.0, 0.0]) == [0] * 3  # on the near limit is not beyond it
    assert labels([-2.5, -2.5, 0.0]) == [-3, -3, 0]
    assert labels([3.5, 2.5, 0.0]) == [1, 0, 0]  # what lies outside does not count for two of three


def test_seven_on_one_side_and_one_on_the_centre_between() -> None:
    assert labels([0.1, 0.3] * 3 + [0.1]) == [4] * 7
    assert labels([0.1, 0.3] * 3) == [0] * 6
    assert labels([0.1, 0.3, 0.1, 0.0, 0.1, 0.3, 0.1]) == [0] * 7
    assert labels([-0.1, -0.3] * 3 + [-0.1]) == [-4] * 7


def test_precedence_of_the_rules() -> None:
    # seven on one side that rise; the last two also near the limit, then outside
    assert labels([0.1, 0.2, 0.3, 0.4, 0.5, 2.5, 2.6]) == [2] * 7
    assert labels([0.1, 0.2, 0.3, 0.4, 0.5, 2.5, 3.6]) == [2] * 6 + [1]
    assert labels([0.1, 0.3, 0.1, 0.3, 2.5, 0.1, 2.5]) == [4, 4, 4, 4, 3, 4, 3]


def test_runs_end_with_a_group_and_at_a_gap() -> None:
    assert labels([0.1, 0.3] * 4, group=[0] * 4 + [1] * 4) == [0] * 8
    assert labels([0.1, 0.3, 0.1, math.nan, 0.3, 0.1, 0.3, 0.1]) == [0] * 8
    assert labels([2.5, math.nan, 2.5, 0.0]) == [0] * 4


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=40))
def test_upside_down_the_signals_are_the_same_on_the_other_side(values: list[float]) -> None:
    one = find_signals(values, flat(0.0, 1.0, len(values)))
    other = find_signals([-value for value in values], flat(0.0, 1.0, len(values)))
    assert one.rule.tolist() == other.rule.tolist()
    assert one.side.tolist() == (-other.side).tolist()
    assert ((one.rule == Rule.NONE) == (one.side == 0)).all()


# --- icons and the choice -------------------------------------------------------------------------------------------


def test_icons_know_the_good_direction() -> None:
    assert variation(1, "higher") == "improvement_high"
    assert variation(1, "lower") == "concern_high"
    assert variation(-1, "lower") == "improvement_low"
    assert variation(-1, "neutral") == "special_low"
    # limits 20 to 30: a target of 35 is always kept where lower is better, never where higher is
    assert assurance(20, 30, 35, "lower") == "consistently_passes"
    assert assurance(20, 30, 35, "higher") == "consistently_fails"
    assert assurance(20, 30, 25, "lower") == assurance(20, 30, 25, "higher") == "hit_and_miss"
    assert assurance(20, 30, 20, "higher") == assurance(20, 30, 30, "lower") == "consistently_passes"
    assert assurance(20, 30, None, "lower") == assurance(20, 30, 25, "neutral") == "none"


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-1, 2))
def test_assurance_upside_down(one: float, other: float, target: float) -> None:
    low, high = sorted((one, other))
    assert assurance(low, high, target, "higher") == assurance(-high, -low, -target, "lower")


def test_the_chart_follows_from_the_data(shared: Path) -> None:
    kept, n = nhs(shared)
    chosen = choose_chart("share", events=kept, n=n)
    assert (chosen.kind, chosen.reason) == ("p_prime", "overdispersed")
    assert chosen.spread == pytest.approx(reference(shared, "pchart_nhs")["laney_sigma_z"], rel=1e-9)
    assert choose_chart("count").kind == "c"
    assert choose_chart("between").kind == "g"
    assert choose_chart("time_between").kind == "t"
    with pytest.raises(ValueError, match="events and n"):
        choose_chart("rate")


def test_binomial_counts_are_called_overdispersed_as_rarely_as_the_threshold_says() -> None:
    # a one-sided 5 % threshold by a normal approximation: of 2000 series of 36 months between 3 % and 7.5 %
    rng = np.random.default_rng(20_260_101)
    found = [choose_chart("share", events=rng.binomial(400, 0.93, 36), n=[400] * 36).kind for _ in range(2000)]
    assert 0.03 < found.count("p_prime") / 2000 < 0.075


def test_a_rate_is_told_by_its_counts() -> None:
    assert rate_factor([2.0, 0.0, 4.0], [4, 0, 9], [20_000, 21_000, 22_500]) == pytest.approx(10_000)
    assert rate_factor([2.0, 0.0, 4.1], [4, 0, 9], [20_000, 21_000, 22_500]) is None  # not the same factor
    assert rate_factor([2.5, 2.0], [2.5, 2], [1, 1]) is None  # no whole number of events
    assert rate_factor([0.0, 0.0], [0, 0], [10, 10]) is None
    assert rate_factor([2.0, math.nan], [4, math.nan], [20_000, math.nan]) == pytest.approx(10_000)
