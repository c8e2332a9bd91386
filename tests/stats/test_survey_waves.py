"""A wave beside the next and its target; back-checks; callers: enumeration, other programs, published figures."""

from __future__ import annotations

import itertools
import math
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from svcqa.errors import StatsError
from svcqa.stats.survey.agreement import agreement
from svcqa.stats.survey.design import sample_design
from svcqa.stats.survey.estimate import mean
from svcqa.stats.survey.interviewers import caller_means, interviewer_effect
from svcqa.stats.survey.shares import share
from svcqa.stats.survey.waves import Wave, against_target, independent_difference, overlapping_difference


@pytest.mark.parametrize(("one", "two", "common"), [(4, 3, 2), (3, 3, 2), (4, 4, 3), (4, 4, 2)])
def test_the_covariance_of_overlapping_waves_is_right_over_all_pairs(one: int, two: int, common: int) -> None:
    # full enumeration of all pairs of samples from 6 with this overlap: the mean of the estimated covariances is the
    # covariance of the two means over the pairs, but for the few that two errors would not allow, which are cut
    before, after = np.array([2.0, 4.0, 5.0, 7.0, 9.0, 10.0]), np.array([3.0, 3.0, 6.0, 9.0, 8.0, 10.0])
    means, estimated = [], []
    for first in itertools.combinations(range(6), one):
        for second in itertools.combinations(range(6), two):
            if len({*first} & {*second}) != common:
                continue
            waves = [
                Wave(sample_design(["a"] * len(drawn), population_size={"a": 6}), values[list(drawn)], drawn)
                for drawn, values in ((first, before), (second, after))
            ]
            found = overlapping_difference(*waves)
            means.append((before[list(first)].mean(), after[list(second)].mean()))
            estimated.append(found.covariance)
            assert found.value == pytest.approx(means[-1][1] - means[-1][0])
    known = np.cov(np.array(means).T, ddof=0)[0, 1]
    assert np.mean(estimated) == pytest.approx(known, rel=0.05, abs=1e-9)


def test_the_same_customers_twice_are_compared_pair_by_pair() -> None:
    # by hand: the mean of differences d of n of N, V = (1 − n/N)·s_d²/n
    before, after = np.array([7.0, 8, 9, 8, 3]), np.array([8.0, 8, 9, 10, 6])
    design = sample_design(["a"] * 5, population_size={"a": 50})
    found = overlapping_difference(Wave(design, before, range(5)), Wave(design, after, range(5)))
    by_hand = 0.9 * (after - before).var(ddof=1) / 5
    assert found.standard_error**2 == pytest.approx(by_hand, rel=1e-12)
    assert found.t == pytest.approx((after - before).mean() / math.sqrt(by_hand))


def test_a_customer_who_changed_his_stratum_belongs_to_two_draws() -> None:
    # by hand, stratum a: 3 of 30 and 4 of 24 customers, the common ones 1 and 2; 4 and 5 went from b to a
    first = sample_design(list("aaabb"), population_size={"a": 30, "b": 20})
    second = sample_design(list("aaaabb"), population_size={"a": 24, "b": 26})
    before, after = np.array([7.0, 9, 4, 5, 6]), np.array([8.0, 9, 3, 2, 7, 7])
    found = overlapping_difference(Wave(first, before, [1, 2, 3, 4, 5]), Wave(second, after, [1, 2, 4, 5, 8, 9]))
    one, two = np.average(before, weights=first.weight), np.average(after, weights=second.weight)
    x, y = 10 * (before[:2] - one) / 50, 6 * (after[:2] - two) / 50
    spread = ((x - x.mean()) * (y - y.mean())).sum() / 1
    assert found.covariance == pytest.approx((2 - 3 * 4 / 24) * spread, rel=1e-9)


def test_waves_without_common_customers_are_independent() -> None:
    design = sample_design(list("aaabbb"), population_size={"a": 30, "b": 60})
    before, after = [7, 8, 9, 4, 5, 6], [8, 8, 9, 7, 5, 9]
    apart = overlapping_difference(Wave(design, before, range(6)), Wave(design, after, range(10, 16)))
    plain = independent_difference(mean(design, before), mean(design, after))
    assert apart.covariance == 0
    assert (apart.value, apart.standard_error) == pytest.approx((plain.value, plain.standard_error))


def test_welchs_test_is_that_of_scipy() -> None:
    one, two = [7.0, 8, 9, 8, 3], [8.0, 8, 9, 10, 6, 9, 9]
    found = independent_difference(
        *(
            mean(sample_design(["a"] * len(v), population_size={"a": math.inf}, weight=[1] * len(v)), v)
            for v in (one, two)
        )
    )
    known = stats.ttest_ind(two, one, equal_var=False)
    assert (found.t, found.p) == pytest.approx((known.statistic, known.pvalue), rel=1e-9)
    interval = known.confidence_interval(0.95)
    assert (found.lower, found.upper) == pytest.approx((interval.low, interval.high), rel=1e-9)


def test_the_chance_of_a_goal_is_that_of_its_distribution() -> None:
    design = sample_design(["a"] * 5, population_size={"a": 50})
    found = mean(design, [7, 8, 9, 8, 9])
    told = against_target(found, 8.0)
    assert told.chance == pytest.approx(stats.t.cdf((8.2 - 8.0) / found.standard_error, 4), rel=1e-9)
    assert told.verdict == "open"
    assert against_target(found, 7.0).verdict == "reached"
    assert against_target(found, 9.9).verdict == "missed"
    assert against_target(found, 9.9, better="lower").verdict == "reached"
    part = share(sample_design(["a"] * 40, population_size={"a": 4000}), [1] * 38 + [0] * 2)
    hits, misses = 0.95 * part.effective_n, 0.05 * part.effective_n
    assert against_target(part, 0.9).chance == pytest.approx(stats.beta.sf(0.9, hits + 0.5, misses + 0.5), rel=1e-9)
    census = share(sample_design(["a"] * 4, population_size={"a": 4}), [1, 1, 1, 0])
    assert [against_target(census, goal).chance for goal in (0.75, 0.76)] == [1.0, 0.0]
    everyone = share(sample_design(["a"] * 30, population_size={"a": 3000}), [1] * 30)
    assert 0.9 < against_target(everyone, 0.95).chance < 1
    assert against_target(everyone, 0.95).verdict == "open"


@given(goal=st.floats(0, 10), values=st.lists(st.integers(0, 10), min_size=3, max_size=9))
def test_chances_of_both_directions_add_to_one(goal: float, values: list[int]) -> None:
    design = sample_design(["a"] * len(values), population_size={"a": 99})
    found = mean(design, values)
    up, down = (against_target(found, goal, better=better) for better in ("higher", "lower"))  # type: ignore[arg-type]
    if found.standard_error > 0:
        assert up.chance + down.chance == pytest.approx(1)
    assert {up.verdict, down.verdict} in ({"open"}, {"reached", "missed"}, {"reached"})


def test_kappa_of_a_table_by_hand() -> None:
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: agreement 0.7, by chance 0.5·0.6 + 0.5·0.4 = 0.5, kappa 0.4
    first, second = ["y"] * 25 + ["n"] * 25, ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    found = agreement(first, second)
    assert (found.same, found.kappa, found.n) == (0.7, pytest.approx(0.4), 50)


@given(pairs=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=5, max_size=60))
@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_kappa_equals_that_of_statsmodels(
    weights: Literal["none", "linear", "quadratic"], pairs: list[tuple[int, int]]
) -> None:
    from statsmodels.stats.inter_rater import cohens_kappa

    # every score of the scale occurs: statsmodels counts distances in places of the table
    pairs = [*pairs, (1, 1), (2, 2), (3, 3), (4, 4), (1, 2), (4, 2)]
    table = np.zeros((4, 4))
    for one, two in pairs:
        table[one - 1, two - 1] += 1
    known = cohens_kappa(table, wt=None if weights == "none" else weights)
    found = agreement([one for one, _ in pairs], [two for _, two in pairs], weights=weights)
    assert found.kappa == pytest.approx(known.kappa, rel=1e-9, abs=1e-12)
    assert found.standard_error == pytest.approx(math.sqrt(known.var_kappa), rel=1e-6, abs=1e-7)
    assert found.lower <= found.kappa <= found.upper


def test_where_all_answers_are_the_same_kappa_says_nothing() -> None:
    found = agreement([9, 9, 9], [9, 9, 9])
    assert found.same == 1
    assert math.isnan(found.kappa)


SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
"""Shrout and Fleiss (1979), table 2; mean squares 11.24 and 6.26 in table 3, ICC(1,1) = 0.17 in table 4."""


def test_the_intraclass_correlation_is_the_published_one() -> None:
    found = interviewer_effect(np.ravel(SHROUT_FLEISS), np.repeat(range(6), 4))
    assert round(found.correlation, 2) == 0.17
    assert found.f == pytest.approx(11.24 / 6.26, rel=1e-3)
    assert (found.f, found.p) == pytest.approx(stats.f_oneway(*SHROUT_FLEISS), rel=1e-9)
    # definition of the limits: with the limit as the true ρ, F/(1 + 4ρ/(1 − ρ)) has the tails of its distribution
    for limit, tail in ((found.lower, 0.975), (found.upper, 0.025)):
        assert stats.f.cdf(found.f / (1 + 4 * limit / (1 - limit)), 5, 18) == pytest.approx(tail, rel=1e-6)


def test_the_correlation_is_that_of_a_mixed_model() -> None:
    # with equal numbers the analysis of variance and REML agree; statsmodels fits the latter by iteration
    from statsmodels.regression.mixed_linear_model import MixedLM

    rng = np.random.default_rng(5)
    caller = np.repeat(range(8), 12)
    scores = 7 + rng.normal(0, 0.8, 8)[caller] + rng.normal(0, 1.2, 96)
    fitted = MixedLM(scores, np.ones((96, 1)), groups=caller).fit(reml=True)
    between, within = float(fitted.cov_re[0, 0]), float(fitted.scale)
    found = interviewer_effect(scores, caller)
    assert found.correlation == pytest.approx(between / (between + within), rel=1e-4)
    assert found.design_effect == pytest.approx(1 + 11 * found.correlation)


def test_with_unequal_numbers_the_correlation_is_donners() -> None:
    # by hand: callers 2, 4 | 6, 7, 8 | 9, 9, 10, 12: means 3, 7, 10 of 67/9; within (2 + 2 + 6)/6; n₀ = (9 − 29/9)/2
    scores, caller = [2, 4, 6, 7, 8, 9, 9, 10, 12], list("aabbbcccc")
    within = 10 / 6
    between = (2 * (3 - 67 / 9) ** 2 + 3 * (7 - 67 / 9) ** 2 + 4 * (10 - 67 / 9) ** 2) / 2
    typical = (9 - 29 / 9) / 2
    found = interviewer_effect(scores, caller)
    assert found.correlation == pytest.approx((between - within) / (between + (typical - 1) * within), rel=1e-12)
    assert found.load == pytest.approx(29 / 9)
    assert found.design_effect == pytest.approx(1 + (29 / 9 - 1) * found.correlation)


def test_the_caller_with_inflated_scores_stands_out_and_the_others_do_not() -> None:
    rng = np.random.default_rng(7)
    caller = np.repeat(range(10), 40)
    scores = np.clip(8 + rng.normal(0, 1.2, 400) + np.where(caller == 3, 1.2, 0), 1, 10)
    found = caller_means(scores, caller)
    assert [label for label, out in zip(found.labels, found.standing_out, strict=True) if out] == ["3"]
    assert ((found.raw - found.overall) * (found.shrunk - found.overall) >= 0).all()
    assert (np.abs(found.shrunk - found.overall) <= np.abs(found.raw - found.overall) + 1e-12).all()


@given(data=st.data())
def test_shrunk_means_lie_between_raw_and_overall(data: st.DataObject) -> None:
    loads = data.draw(st.lists(st.integers(1, 6), min_size=2, max_size=6).filter(lambda n: sum(n) > len(n)))
    caller = np.repeat(range(len(loads)), loads)
    scores = data.draw(st.lists(st.integers(1, 10), min_size=len(caller), max_size=len(caller)))
    found = caller_means(scores, caller)
    low, high = np.minimum(found.raw, found.overall), np.maximum(found.raw, found.overall)
    assert ((low - 1e-9 <= found.shrunk) & (found.shrunk <= high + 1e-9)).all()
    assert (found.lower <= found.shrunk).all()
    effect = interviewer_effect(scores, caller)
    assert effect.design_effect >= 1
    assert effect.lower <= effect.correlation + 1e-9
    assert effect.correlation <= effect.upper + 1e-9


def test_what_cannot_be_compared_is_refused() -> None:
    design: Any = sample_design(["a"] * 4, population_size={"a": 40})
    clustered = sample_design(["a"] * 4, population_size={"a": 40}, cluster=list("xxyy"))
    values = [1, 2, 3, 4]
    calls = [
        (
            lambda: overlapping_difference(Wave(design, values, [1, 1, 2, 3]), Wave(design, values, range(4))),
            "survey_units_twice",
        ),
        (
            lambda: overlapping_difference(Wave(clustered, values, range(4)), Wave(design, values, range(4))),
            "survey_overlap",
        ),
        (lambda: agreement([1, 2], [1, 2, 3]), "survey_shape"),
        (lambda: interviewer_effect([1, 2, 3], list("aaa")), "survey_callers"),
        (lambda: interviewer_effect([1, 2, math.nan], list("aab")), "survey_missing"),
    ]
    for call, code in calls:
        with pytest.raises(StatsError) as caught:
            call()
        assert caught.value.faults[0].code == code
