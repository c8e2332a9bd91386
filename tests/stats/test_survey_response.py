"""Customers who were not reached: hand calculations, full enumeration, other programs, and properties."""

from __future__ import annotations

import itertools
import math
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from svcqa.errors import StatsError
from svcqa.stats.survey.calibration import post_stratified
from svcqa.stats.survey.design import sample_design
from svcqa.stats.survey.estimate import by_domain, mean, quantile, total
from svcqa.stats.survey.nonresponse import (
    if_others_differ,
    response_classes,
    tipping_difference,
    weighted_for_response,
    worst_case,
)
from svcqa.stats.survey.response_rates import STANDARD, Outcomes, eligible_share, outcome_rates
from svcqa.stats.survey.shares import share

Sample = tuple[Any, np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """A stratified sample with scores 1–10, who answered, and response classes in which at least two did."""
    strata, sizes = [], {}
    for number in range(draw(st.integers(1, 3))):
        n = draw(st.integers(2, 9))
        strata += [f"s{number}"] * n
        sizes[f"s{number}"] = n + draw(st.integers(0, 30))
    n = len(strata)
    scores = np.array(draw(st.lists(st.integers(1, 10), min_size=n, max_size=n)), dtype=float)
    answered = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    classes = np.array(draw(st.lists(st.sampled_from("xy"), min_size=n, max_size=n)))
    for label in set(classes.tolist()):
        own = classes == label
        assume((answered & own).sum() >= 2 or answered[own].all())
    assume(answered.any())
    return sample_design(strata, population_size=sizes), scores, answered, classes


@given(sample=samples())
def test_those_who_answered_stand_for_all_drawn_of_their_class(sample: Sample) -> None:
    design, scores, answered, classes = sample
    found = weighted_for_response(design, answered, classes)
    assert (found.weight[~answered] == 0).all()
    for label in set(classes.tolist()):
        own = classes == label
        assert found.weight[own].sum() == pytest.approx(design.weight[own].sum(), rel=1e-12)
    gaps = np.where(answered, scores, math.nan)
    estimate = mean(found, gaps)
    # by hand: the mean of class means, weighted by the drawn units of each class
    by_hand = (
        sum(
            design.weight[classes == label].sum()
            * np.average(scores[answered & (classes == label)], weights=design.weight[answered & (classes == label)])
            for label in set(classes.tolist())
        )
        / design.weight.sum()
    )
    assert estimate.value == pytest.approx(by_hand, rel=1e-12)
    assert estimate.n == answered.sum()


@given(sample=samples())
def test_when_everyone_answers_nothing_changes(sample: Sample) -> None:
    design, scores, answered, classes = sample
    found = weighted_for_response(design, np.ones_like(answered), classes)
    one, two = mean(found, scores), mean(design, scores)
    assert (one.value, one.standard_error) == pytest.approx((two.value, two.standard_error), rel=1e-9, abs=1e-9)


@given(sample=samples())
def test_worst_case_bounds_hold_every_estimate(sample: Sample) -> None:
    design, scores, answered, classes = sample
    bounds = worst_case(design, np.where(answered, scores, math.nan), answered, lowest=1, highest=10)
    weighted = mean(weighted_for_response(design, answered, classes), np.where(answered, scores, math.nan))
    small = 1e-9
    assert bounds.lower_limit - small <= bounds.lower <= bounds.upper <= bounds.upper_limit + small
    for value in (weighted.value, bounds.respondents, mean(design, scores).value):
        assert bounds.lower - small <= value <= bounds.upper + small
    # by definition: the width is the share that did not answer times the width of the scale
    assert bounds.upper - bounds.lower == pytest.approx(9 * (1 - bounds.response_rate), abs=1e-9)


def test_with_everyone_called_the_error_is_that_of_those_who_answered() -> None:
    # by hand: r of N answered as if drawn at random: (1 − r/N)·s²/r; nothing of it comes from drawing
    scores = [3.0, 5.0, 9.0, 10.0, 8.0]
    design = sample_design(["a"] * 8, population_size={"a": 8})
    answered = np.array([True] * 5 + [False] * 3)
    found = mean(weighted_for_response(design, answered, ["all"] * 8), [*scores, math.nan, math.nan, math.nan])
    assert found.value == np.mean(scores)
    assert found.standard_error**2 == pytest.approx((1 - 5 / 8) * np.var(scores, ddof=1) / 5, rel=1e-12)


def test_the_error_has_a_part_of_the_draw_and_one_of_the_response() -> None:
    # by hand from Shao & Steel's two parts, one stratum, one class, n of N drawn, r answered:
    # (1 − n/N)·s²/r + (n − r)/N·s²/r, together the (1 − r/N)·s²/r of r of N drawn directly
    scores = np.array([3.0, 5.0, 9.0, 10.0, 8.0, 6.0])
    design = sample_design(["a"] * 10, population_size={"a": 40})
    answered = np.array([True] * 6 + [False] * 4)
    found = mean(weighted_for_response(design, answered, ["all"] * 10), [*scores, *[math.nan] * 4])
    s2, n, size, r = scores.var(ddof=1), 10, 40, 6
    parts = s2 / r * (1 - n / size) + s2 / r * (n - r) / size
    assert found.standard_error**2 == pytest.approx(parts, rel=1e-12)
    assert found.standard_error**2 == pytest.approx((1 - r / size) * s2 / r, rel=1e-12)
    assert found.degrees_of_freedom == 5


def test_means_over_all_draws_and_all_answers_are_right() -> None:
    # full enumeration: every 4 of 6, and every pattern of answers with at least two, all equally ready to answer: the
    # mean of the estimates is the population's mean, the mean of the estimated variances the variance of the estimates
    population = np.array([2.0, 4.0, 5.0, 7.0, 9.0, 10.0])
    chance, values, variances, weights = 0.7, [], [], []
    for drawn in itertools.combinations(range(6), 4):
        for pattern in itertools.product([True, False], repeat=4):
            answered = np.array(pattern)
            if answered.sum() < 2:
                continue
            design = sample_design(["a"] * 4, population_size={"a": 6})
            scores = np.where(answered, population[list(drawn)], math.nan)
            one = mean(weighted_for_response(design, answered, ["all"] * 4), scores)
            values.append(one.value)
            variances.append(one.standard_error**2)
            weights.append(chance ** answered.sum() * (1 - chance) ** (~answered).sum())
    assert np.average(values, weights=weights) == pytest.approx(population.mean(), rel=1e-12)
    spread = np.average((np.array(values) - population.mean()) ** 2, weights=weights)
    assert np.average(variances, weights=weights) == pytest.approx(spread, rel=1e-12)


def test_answers_then_known_counts_then_domains() -> None:
    design = sample_design(["a"] * 6 + ["b"] * 4, population_size={"a": 60, "b": 20})
    answered = np.array([True, True, False, True, True, True, True, True, False, True])
    scores = np.where(answered, [8, 9, 1, 7, 10, 6, 5, 9, 1, 8], math.nan)
    group = np.array(list("xyxyxyxyxy"))
    found = weighted_for_response(design, answered, np.array(design.strata)[design.stratum])
    found = post_stratified(found, group, population_size={"x": 50, "y": 30})
    parts = by_domain(group, lambda own: total(found, np.ones(10), within=own))
    assert {label: round(part.value, 9) for label, part in parts.items()} == {"x": 50, "y": 30}
    assert all(part.standard_error < 1e-9 for part in parts.values())
    assert mean(found, scores).n == 8
    assert quantile(found, scores, 0.5).value in scores
    assert share(found, scores >= 8).method == "share:beta"


def test_limits_of_the_worst_case_are_those_of_sampling_within_the_scale() -> None:
    # by hand: with 0 for the silent one 3 of 4 are met, V = (1 − 4/100)·(0.75/4·4/3)/4
    design = sample_design(["a"] * 4, population_size={"a": 100})
    found = worst_case(design, [1, 1, 1, math.nan], np.array([True, True, True, False]), lowest=0, highest=1, level=0.5)
    error = math.sqrt(0.96 * 0.25 / 4)
    assert found.lower_limit == pytest.approx(0.75 - 0.764892 * error, rel=1e-6)  # t of 3 degrees at 75 %
    wide = worst_case(design, [1, 0, 1, math.nan], np.array([True, True, True, False]), lowest=0, highest=1)
    assert (wide.lower, wide.upper) == (0.5, 0.75)
    assert (wide.lower_limit, wide.upper_limit) == (0, 1)


def test_classes_tell_who_answers() -> None:
    # by hand: weights 10 and 5; x answers 2 of 3 (weights 20 of 30), y 1 of 2 (5 of 10)
    design = sample_design(list("aaabb"), population_size={"a": 30, "b": 10})
    found = response_classes(design, np.array([True, True, False, True, False]), list("xxxyy"))
    assert (found.labels, found.drawn.tolist(), found.answered.tolist()) == (("x", "y"), [3, 2], [2, 1])
    assert found.rate == pytest.approx([2 / 3, 1 / 2])
    assert found.response_rate == pytest.approx(25 / 40)
    spread = (30 * (2 / 3 - 0.625) ** 2 + 10 * (0.5 - 0.625) ** 2) / 39
    assert found.r_indicator == pytest.approx(1 - 2 * math.sqrt(spread))


@given(value=st.floats(1, 10), goal=st.floats(1, 10), rate=st.floats(0.05, 0.99))
def test_the_tipping_difference_leads_to_the_goal(value: float, goal: float, rate: float) -> None:
    difference = tipping_difference(value, goal, response_rate=rate)
    assert float(if_others_differ(value, response_rate=rate, difference=difference)) == pytest.approx(goal, abs=1e-9)
    assert math.isnan(tipping_difference(value, goal, response_rate=1.0))


def test_outcome_rates_equal_those_of_another_program() -> None:
    # the example of the R package outcomerate 1.0.1 (its README, three decimals), computed there with e = 0.9
    outcomes = Outcomes(complete=4, partial=2, refused=1, no_answer=1, other=1, unknown=2, not_eligible=1)
    known = {
        "RR1": 0.364,
        "RR2": 0.545,
        "RR3": 0.370,
        "RR4": 0.556,
        "RR5": 0.444,
        "RR6": 0.667,
        "COOP1": 0.500,
        "COOP2": 0.750,
        "COOP3": 0.571,
        "COOP4": 0.857,
        "REF1": 0.091,
        "REF2": 0.093,
        "REF3": 0.111,
        "CON1": 0.727,
        "CON2": 0.741,
        "CON3": 0.889,
    }
    assert {name: round(rate.value, 3) for name, rate in outcome_rates(outcomes).items()} == known
    assert eligible_share(outcomes) == 0.9
    assert "9th edition" in STANDARD


COUNT = st.integers(0, 500)


@given(counts=st.tuples(COUNT, COUNT, COUNT, COUNT, COUNT, COUNT, COUNT), e=st.floats(0, 1))
def test_outcome_rates_keep_their_order(counts: tuple[int, ...], e: float) -> None:
    rates = outcome_rates(Outcomes(**dict(zip((field.name for field in fields(Outcomes)), counts, strict=True))), e=e)
    for rate in rates.values():
        assert math.isnan(rate.value) == (rate.n == 0)
        assert rate.n == 0 or 0 <= rate.value <= 1
    if rates["RR5"].n > 0:
        for family in (
            ("RR1", "RR3", "RR5"),
            ("RR2", "RR4", "RR6"),
            ("REF1", "REF2", "REF3"),
            ("CON1", "CON2", "CON3"),
        ):
            values = [rates[name].value for name in family]
            assert values == sorted(values)
        assert rates["RR1"].value <= rates["RR2"].value
        assert rates["CON3"].value * rates["RR5"].n == pytest.approx(rates["COOP1"].n)


def test_what_cannot_be_weighted_is_refused() -> None:
    design = sample_design(["a"] * 4, population_size={"a": 40})
    answered = np.array([True, True, True, False])
    calls = [
        (lambda: weighted_for_response(design, answered, list("xxxy")), "survey_silent_class"),
        (lambda: weighted_for_response(design, answered, list("xxyy")), "survey_silent_class"),
        (lambda: weighted_for_response(design, [1, 1, 1, 0], list("xxxx")), "survey_shape"),
        (lambda: worst_case(design, [1, 2, 11, 0], answered, lowest=1, highest=10), "survey_range"),
        (lambda: worst_case(design, [1, 2, 3, 0], ~np.ones(4, bool), lowest=1, highest=10), "survey_empty"),
        (lambda: if_others_differ(8, response_rate=70, difference=1), "survey_range"),
        (lambda: outcome_rates(Outcomes(complete=-1)), "survey_range"),
    ]
    for call, code in calls:
        with pytest.raises(StatsError) as caught:
            call()
        assert caught.value.faults[0].code == code
