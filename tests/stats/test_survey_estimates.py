"""Estimates from a sample: against R's survey package, full enumeration of small populations, and properties."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from support.survey_oracle import DESIGNS, RELATIVE, Data, clus1_fpc, reference
from svcqa.errors import StatsError
from svcqa.stats.proportions import clopper_pearson, wilson
from svcqa.stats.survey.calibration import post_stratified, raked
from svcqa.stats.survey.comparison import independence, mean_difference
from svcqa.stats.survey.design import SampleDesign, sample_design
from svcqa.stats.survey.estimate import Estimate, by_domain, mean, quantile, ratio, total
from svcqa.stats.survey.finite import exact_limits
from svcqa.stats.survey.shares import share, top_box
from svcqa.stats.survey.waves import against_target

Found = dict[str, float]
LIKELIHOOD = 1e-5
"""R reads these limits off a spline through the profile of the deviance; ours are its exact crossings."""
TYPES = {"E": 4421, "H": 755, "M": 1018}
"""pop.types of the README of the oracles; SCHWIDE is pop.sw."""
SCHWIDE = {"No": 1072, "Yes": 5122}


def named(key: str, estimate: Estimate) -> Found:
    return {key: estimate.value, f"{key}.se": estimate.standard_error}


def means_and_totals(data: Data, design: SampleDesign) -> Found:
    found: Found = {"degf": design.degrees_of_freedom(), "sum_weights": float(design.weight.sum())}
    for name in ("api00", "api99", "enroll"):
        values = data.number(name)
        one = mean(design, values)
        z = stats.norm.ppf(0.975) * one.standard_error
        found |= named(f"mean.{name}", one) | named(f"total.{name}", total(design, values))
        found |= {
            f"mean.{name}.deff": one.design_effect,
            f"mean.{name}.ci_t.lo": one.lower,
            f"mean.{name}.ci_t.hi": one.upper,
            f"mean.{name}.ci_z.lo": one.value - z,
            f"mean.{name}.ci_z.hi": one.value + z,
        }
    return found


def shares(data: Data, design: SampleDesign) -> Found:
    hits = data.text("sch.wide") == "Yes"
    found = named("prop.sch.wideYes", share(design, hits))
    for theirs, limits in (
        ("logit", "logit"),
        ("xlogit", "logit"),
        ("likelihood", "likelihood"),
        ("asin", "asin"),
        ("beta", "beta"),
        ("mean", "mean"),
    ):
        one = share(design, hits, limits=limits)  # type: ignore[arg-type]
        found |= {f"ciprop.sch.wide.{theirs}.lo": one.lower, f"ciprop.sch.wide.{theirs}.hi": one.upper}
    return found


def domains(data: Data, design: SampleDesign) -> Found:
    score, enrolled = data.number("api00"), data.number("enroll")
    found = named("ratio.api00_api99", ratio(design, score, data.number("api99")))
    for name, column in (("by_stype", "stype"), ("by_schwide", "sch.wide")):
        for label, one in by_domain(data.text(column), lambda own: mean(design, score, within=own)).items():
            found |= named(f"{name}.mean.api00.{label}", one)
    for label, one in by_domain(data.text("stype"), lambda own: total(design, enrolled, within=own)).items():
        found |= named(f"by_stype.total.enroll.{label}", one)
    return found | named("domain.comp.impYes.mean.api00", mean(design, score, within=data.text("comp.imp") == "Yes"))


def quantiles(data: Data, design: SampleDesign) -> Found:
    found: Found = {}
    for probability in (0.25, 0.5, 0.75, 0.9):
        one, key = quantile(design, data.number("api00"), probability), f"quantile.api00.{probability:g}"
        found |= {key: one.value, f"{key}.lo": one.lower, f"{key}.hi": one.upper}
    return found


def differences(data: Data, design: SampleDesign) -> Found:
    wide = data.text("sch.wide")
    between = mean_difference(design, data.number("api00"), first=wide == "No", second=wide == "Yes")
    together = independence(design, wide, data.text("stype"))
    return {
        "ttest.api00~sch.wide.diff": between.value,
        "ttest.api00~sch.wide.t": between.t,
        "ttest.api00~sch.wide.p": between.p,
        "chisq.sch.wide_stype.F": together.f,
        "chisq.sch.wide_stype.ndf": together.numerator_df,
        "chisq.sch.wide_stype.ddf": together.denominator_df,
        "chisq.sch.wide_stype.p": together.p,
    }


@pytest.mark.parametrize("section", list(DESIGNS))
def test_every_figure_equals_that_of_r(shared: Path, section: str) -> None:
    data, design = DESIGNS[section](shared)
    known = reference(shared, section)
    found: Found = {}
    for part in (means_and_totals, shares, domains, quantiles, differences):
        found |= part(data, design)
    assert set(found) == set(known)
    wrong = {
        key: (found[key], value)
        for key, value in known.items()
        if found[key] != pytest.approx(value, rel=LIKELIHOOD if "likelihood" in key else RELATIVE)
    }
    assert wrong == {}


def test_post_stratified_figures_equal_those_of_r(shared: Path) -> None:
    data, design = clus1_fpc(shared)
    design = post_stratified(design, data.text("stype"), population_size=TYPES)
    known = reference(shared, "clus1_poststrat")
    found = named("total.enroll", total(design, data.number("enroll")))
    found |= named("mean.api00", mean(design, data.number("api00")))
    assert found == pytest.approx(known, rel=RELATIVE)


def test_raked_figures_equal_those_of_r(shared: Path) -> None:
    data, design = clus1_fpc(shared)
    margins = [(data.text("stype"), TYPES), (data.text("sch.wide"), SCHWIDE)]
    design = raked(design, margins, tolerance=1e-13)
    known = reference(shared, "clus1_rake")
    weight = design.weight
    found = named("mean.api00", mean(design, data.number("api00")))
    found |= {"w.min": weight.min(), "w.max": weight.max(), "w.sum": weight.sum(), "w.1": weight[0]}
    assert found == pytest.approx(known, rel=RELATIVE)


def test_means_and_errors_of_all_possible_samples_are_right() -> None:
    # full enumeration: 4 of 6 and 2 of 4. The mean of all estimates is the population's mean; the mean of all estimated
    # variances is the variance of the estimates (theory of stratified samples: both are unbiased).
    one, two = [3.0, 5.0, 9.0, 10.0, 10.0, 1.0], [2.0, 8.0, 7.0, 4.0]
    found = [
        mean(sample_design(list("aaaabb"), population_size={"a": 6, "b": 4}), [*first, *second])
        for first in itertools.combinations(one, 4)
        for second in itertools.combinations(two, 2)
    ]
    values = np.array([estimate.value for estimate in found])
    assert values.mean() == pytest.approx(np.mean(one + two), rel=1e-12)
    assert np.mean([estimate.standard_error**2 for estimate in found]) == pytest.approx(values.var(), rel=1e-12)


def test_totals_of_all_possible_cluster_samples_are_right() -> None:
    # full enumeration: 3 of 5 clusters of different sizes
    clusters = [[1.0, 2.0], [5.0], [3.0, 3.0, 4.0], [8.0, 1.0], [6.0]]
    found = []
    for drawn in itertools.combinations(range(5), 3):
        values = [value for place in drawn for value in clusters[place]]
        labels = [place for place in drawn for _ in clusters[place]]
        design = sample_design(["all"] * len(values), population_size={"all": 5}, cluster=labels)
        found.append(total(design, values))
    values_ = np.array([estimate.value for estimate in found])
    assert values_.mean() == pytest.approx(sum(map(sum, clusters)), rel=1e-12)
    assert np.mean([estimate.standard_error**2 for estimate in found]) == pytest.approx(values_.var(), rel=1e-12)


@st.composite
def samples(draw: st.DrawFn) -> tuple[SampleDesign, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """A design of one to four strata, scores 1–10, and a label for each unit."""
    strata, sizes = [], {}
    for number in range(draw(st.integers(1, 4))):
        n = draw(st.integers(2, 9))
        strata += [f"s{number}"] * n
        sizes[f"s{number}"] = n + draw(st.integers(0, 50))
    scores = draw(st.lists(st.integers(1, 10), min_size=len(strata), max_size=len(strata)))
    labels = draw(st.lists(st.sampled_from("xyz"), min_size=len(strata), max_size=len(strata)))
    return sample_design(strata, population_size=sizes), np.array(scores, dtype=float), np.array(labels)


@given(sample=samples())
def test_a_census_has_no_error_and_shares_of_it_no_interval(sample: tuple) -> None:
    drawn, scores, _ = sample
    design = sample_design(
        np.array(drawn.strata)[drawn.stratum],
        population_size=dict(zip(drawn.strata, drawn.drawn.tolist(), strict=True)),
    )
    assert design.is_complete(design.weight > 0)
    found, high = mean(design, scores), top_box(design, scores, at_least=9)
    middle = quantile(design, scores, 0.5)
    assert middle.lower == middle.value == middle.upper
    assert found.standard_error == 0
    assert found.lower == found.value == found.upper == pytest.approx(scores.mean())
    assert high.lower == high.value == high.upper == pytest.approx((scores >= 9).mean())


def test_with_unequal_weights_everyone_satisfied_counts_for_less() -> None:
    # Kish by hand: weights 10 (20 times) and 30 (10 times): 500²/11000 = 22.73 instead of 30
    design = sample_design(["a"] * 20 + ["b"] * 10, population_size={"a": 200, "b": 300})
    found = share(design, [1] * 30)
    size = 500**2 / 11_000 * (stats.t.ppf(0.975, 29) / stats.t.ppf(0.975, 28)) ** 2
    assert found.lower == pytest.approx(0.025 ** (1 / size), rel=1e-9)


def test_a_domain_with_one_answer_has_no_limits() -> None:
    design = sample_design(["a"] * 4, population_size={"a": 40})
    only = np.array([True, False, False, False])
    for found in (share(design, [1, 0, 1, 1], within=only), mean(design, [9, 8, 7, 6], within=only)):
        assert (found.n, found.degrees_of_freedom) == (1, 0)
        assert math.isnan(found.lower)
        assert math.isnan(found.upper)
        assert math.isnan(against_target(found, 0.5).chance)


def test_the_same_answers_from_some_tell_nothing_of_the_error() -> None:
    design = sample_design(list("aaabbb"), population_size={"a": 30, "b": 3})
    ten = np.full(6, 10.0)
    for found in (mean(design, ten), ratio(design, ten, ten), quantile(design, ten, 0.5)):
        assert found.method.endswith(":no_variance")
        assert math.isnan(found.lower)
        assert math.isnan(found.upper)
        assert (against_target(found, 9.0).verdict, against_target(found, 9.0).method) == ("open", "chance:none")
    # all three of b were asked: their mean is known
    known = mean(design, ten, within=np.array(list("aaabbb")) == "b")
    assert (known.lower, known.upper, known.method) == (10, 10, "mean:taylor_t")
    half = np.array([True, False, True, False, True, False])
    between = mean_difference(design, np.where(half, 10.0, 9.0), first=half, second=~half)
    assert (between.value, math.isnan(between.lower), math.isnan(between.p)) == (-1, True, True)


@given(sample=samples(), factor=st.floats(0.1, 50))
def test_weights_scale_totals_and_leave_means_alone(sample: tuple, factor: float) -> None:
    design, scores, _ = sample
    strata = np.array(design.strata)[design.stratum]
    sizes = dict(zip(design.strata, design.population_size.tolist(), strict=True))
    other = sample_design(strata, population_size=sizes, weight=design.weight * factor)
    one, two = mean(design, scores), mean(other, scores)
    assert (two.value, two.standard_error) == pytest.approx((one.value, one.standard_error), rel=1e-9, abs=1e-12)
    one, two = total(design, scores), total(other, scores)
    assert two.value == pytest.approx(factor * one.value, rel=1e-9)
    assert two.standard_error == pytest.approx(factor * one.standard_error, rel=1e-9, abs=1e-9)


@given(sample=samples())
def test_totals_of_domains_add_up(sample: tuple) -> None:
    design, scores, labels = sample
    parts = by_domain(labels, lambda own: total(design, scores, within=own))
    whole = total(design, scores)
    assert sum(one.value for one in parts.values()) == pytest.approx(whole.value, rel=1e-12)
    assert sum(one.n for one in parts.values()) == whole.n == design.n


@given(sample=samples(), shuffle=st.randoms(use_true_random=False))
def test_the_order_of_the_units_makes_no_difference(sample: tuple, shuffle: Any) -> None:
    design, scores, _ = sample
    order = list(range(len(scores)))
    shuffle.shuffle(order)
    sizes = dict(zip(design.strata, design.population_size.tolist(), strict=True))
    other = sample_design(np.array(design.strata)[design.stratum][order], population_size=sizes)
    one, two = mean(design, scores), mean(other, scores[order])
    assert (two.value, two.standard_error) == pytest.approx((one.value, one.standard_error), rel=1e-9, abs=1e-12)


@given(sample=samples(), level=st.sampled_from([0.8, 0.95, 0.99]))
@pytest.mark.parametrize("limits", ["beta", "wilson", "logit", "asin", "likelihood"])
def test_limits_of_a_share_hold_it_and_stay_within_0_and_1(limits: Any, sample: tuple, level: float) -> None:
    design, scores, _ = sample
    hits = scores >= 6
    found = share(design, hits, level=level, limits=limits)
    assert 0 <= found.lower <= found.value <= found.upper <= 1
    other = share(design, ~hits, level=level, limits=limits)
    assert (other.lower, other.upper) == pytest.approx((1 - found.upper, 1 - found.lower), abs=1e-9)
    if not design.is_complete(design.weight > 0) and (hits.all() or not hits.any()):
        assert found.method == "share:beta_no_variance"
        assert found.upper - found.lower > 0


def test_the_share_of_a_simple_sample_has_the_limits_of_its_effective_size() -> None:
    # Korn & Graubard (1998) by hand: V = (1 − f)·pq/(n − 1), so the effective size is (n − 1)/(1 − f) and t/t = 1
    design = sample_design(["all"] * 60, population_size={"all": 300})
    found = share(design, [1] * 57 + [0] * 3)
    size = 59 / (1 - 60 / 300)
    assert found.effective_n == pytest.approx(size, rel=1e-12)
    known = stats.beta.ppf(0.025, 0.95 * size, 0.05 * size + 1), stats.beta.ppf(0.975, 0.95 * size + 1, 0.05 * size)
    assert (found.lower, found.upper) == pytest.approx(known, rel=1e-9)
    score = share(design, [1] * 57 + [0] * 3, limits="wilson")
    z = stats.norm.ppf(0.975)
    for limit in (score.lower, score.upper):  # Wilson (1927): the score test at the limit is just significant
        assert (0.95 - limit) ** 2 == pytest.approx(z * z * limit * (1 - limit) / size, rel=1e-9)


@given(data=st.data(), size=st.integers(1, 60), level=st.sampled_from([0.8, 0.95]))
def test_exact_limits_are_the_shares_that_the_sample_does_not_contradict(
    data: st.DataObject, size: int, level: float
) -> None:
    # brute force over every possible number K of N, with scipy's hypergeometric distribution
    n = data.draw(st.integers(1, size))
    seen = data.draw(st.integers(0, n))
    tail = (1 - level) / 2
    every = np.arange(size + 1)
    possible = (stats.hypergeom.sf(seen - 1, size, every, n) > tail) & (
        stats.hypergeom.cdf(seen, size, every, n) > tail
    )
    found = exact_limits(seen, n, population_size=size, level=level)
    assert found == (every[possible].min() / size, every[possible].max() / size)
    if n == size:
        assert found == (seen / n, seen / n)


@pytest.mark.parametrize("section", ["binom_45_50", "binom_20_20"])
def test_limits_of_plain_counts_equal_those_of_r(shared: Path, section: str) -> None:
    known = reference(shared, section)
    successes, n = known.pop("x"), known.pop("n")
    found: Found = {}
    for name, limits in (("clopper_pearson", clopper_pearson), ("wilson", wilson)):
        lower, upper = limits(successes, n)
        found |= {f"{name}.lo": float(lower), f"{name}.hi": float(upper)}
    assert found == pytest.approx({key: known[key] for key in found}, rel=RELATIVE)
    # the chance of a goal is Jeffreys' distribution: at his limits it is 97.5 % and 2.5 %
    effective = Estimate(
        value=successes / n,
        standard_error=0.0,
        lower=0,
        upper=1,
        n=int(n),
        degrees_of_freedom=n - 1,
        method="share:beta",
        level=0.95,
        effective_n=n,
    )
    for side, chance in (("lo", 0.975), ("hi", 0.025)):
        goal = known[f"jeffreys.{side}"]
        assert against_target(effective, goal).chance == pytest.approx(chance, rel=1e-6)
        found[f"jeffreys.{side}"] = goal
    # not offered: Wilson's limits with continuity correction are wider than exact ones where n is small
    assert set(known) - set(found) == {"wilson_cc.lo", "wilson_cc.hi"}


def test_everyone_satisfied_leaves_room_for_doubt() -> None:
    # Clopper–Pearson of 30 of 30 (equal weights: Kish's size is n): 0.025^(1/30)
    design = sample_design(["all"] * 30, population_size={"all": 3000})
    found = share(design, [1] * 30, limits="logit")
    assert (found.value, found.upper) == (1.0, 1.0)
    assert found.lower == pytest.approx(0.025 ** (1 / 30), rel=1e-12)
    assert found.method == "share:beta_no_variance"


def test_a_stratum_taken_completely_adds_neither_error_nor_degrees_of_freedom() -> None:
    # all 5 complaints, 4 of 40 repairs: V = (40/45)²·(1 − 4/40)·s²/4, s² = 20/3 of 2, 4, 6, 8
    design = sample_design(["c"] * 5 + ["r"] * 4, population_size={"c": 5, "r": 40})
    found = mean(design, [1, 2, 3, 4, 5, 2, 4, 6, 8])
    assert found.standard_error**2 == pytest.approx((40 / 45) ** 2 * 0.9 * (20 / 3) / 4, rel=1e-12)
    assert found.degrees_of_freedom == 3
    lone = sample_design(["c", "r", "r"], population_size={"c": 1, "r": 40})
    assert mean(lone, [9, 2, 4]).standard_error > 0


def test_without_a_known_population_nothing_is_corrected() -> None:
    # by hand: s²/n
    design = sample_design(["a"] * 4, population_size={"a": math.inf}, weight=[1] * 4)
    assert mean(design, [2, 4, 6, 8]).standard_error ** 2 == pytest.approx((20 / 3) / 4, rel=1e-12)


@given(sample=samples(), data=st.data())
def test_calibrated_weights_meet_every_margin(sample: tuple, data: st.DataObject) -> None:
    design, scores, labels = sample
    groups = sorted(set(labels.tolist()))
    sizes = {label: data.draw(st.integers(20, 400)) for label in groups}
    after = post_stratified(design, labels, population_size=sizes)
    for label in groups:
        known = total(after, labels == label)
        assert known.value == pytest.approx(sizes[label], rel=1e-9)
        assert known.method == "total:taylor_t"
        assert known.standard_error == pytest.approx(0, abs=1e-6)
    # margins that some table of positive counts has: those of random positive weights
    weight = np.array(data.draw(st.lists(st.integers(1, 9), min_size=len(scores), max_size=len(scores))))
    halves = np.where(np.arange(len(scores)) % 2, "odd", "even")
    margins: list[Any] = [
        (by, {str(label): int(weight[by == label].sum()) for label in set(by.tolist())}) for by in (labels, halves)
    ]
    after = raked(design, margins, tolerance=1e-9, rounds=20_000)
    for by, wanted in margins:
        for label, count in wanted.items():
            assert after.weight[by == label].sum() == pytest.approx(count, rel=1e-8)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(StatsError) as caught:
        call()
    assert all(fault.place for fault in caught.value.faults)
    return caught.value.faults[0].code


def test_what_cannot_be_estimated_is_refused_with_its_place() -> None:
    sizes = {"a": 9, "b": 9}
    design = sample_design(list("aabb"), population_size=sizes)
    assert refused(lambda: sample_design(list("aab"), population_size=sizes)) == "survey_single_unit"
    assert refused(lambda: sample_design(list("aabb"), population_size={"a": 1, "b": 9})) == "survey_over_population"
    assert refused(lambda: sample_design(list("aa"), population_size=sizes)) == "survey_not_drawn"
    assert refused(lambda: sample_design(list("aacc"), population_size={"a": 9})) == "survey_no_size"
    assert refused(lambda: sample_design(list("aa"), population_size={"a": 0.2})) == "survey_counts"
    assert refused(lambda: sample_design(list("aa"), population_size={"a": math.inf})) == "survey_weights"
    assert refused(lambda: sample_design(list("aa"), population_size={"a": 9}, weight=[1, -1])) == "survey_weights"
    assert refused(lambda: mean(design, [1, 2, 3])) == "survey_shape"
    assert refused(lambda: mean(design, [1, 2, 3, math.nan])) == "survey_missing"
    assert refused(lambda: mean(design, [1, 2, 3, 4], within=[False] * 4)) == "survey_empty"
    assert refused(lambda: mean(design, [1, 2, 3, 4], within=[0, 1, 0, 1])) == "survey_shape"
    assert refused(lambda: ratio(design, [1] * 4, [0] * 4)) == "survey_zero_base"
    assert refused(lambda: share(design, [0, 1, 0.5, 1])) == "survey_range"
    assert refused(lambda: exact_limits(6, 5, population_size=9)) == "survey_range"
    assert refused(lambda: quantile(design, [1, 2, 3, 4], 1.0)) == "survey_range"
    assert refused(lambda: post_stratified(design, list("xxyy"), population_size={"x": 9})) == "survey_margin"
    assert refused(lambda: post_stratified(design, list("xxxx"), population_size={"x": 9, "y": 9})) == "survey_margin"
    both: list[Any] = [(list("xxyy"), {"x": 9, "y": 9}), (list("uuvv"), {"u": 9, "v": 10})]
    assert refused(lambda: raked(design, both)) == "survey_margins_differ"
    both = [(list("xxyy"), {"x": 9, "y": 9}), (list("uuvv"), {"u": 8, "v": 10})]
    assert refused(lambda: raked(design, both)) == "survey_raking"
    assert mean(design, [1, 2, 3, math.nan], within=[True, True, True, False]).n == 3
