"""Intervals for a share, against R 4.2.2 (``../shared/oracles``) and by their properties."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from svcqa.stats.proportions import clopper_pearson, wilson

METHODS = [wilson, clopper_pearson]
LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 5000))
    return draw(st.integers(0, n)), n


def reference(shared: Path, section: str) -> dict[str, float]:
    """A section of the figures that R computed; how is written in the README beside them."""
    with (shared / "oracles" / "reference.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: float(row["value"]) for row in csv.DictReader(file) if row["section"] == section}


@pytest.mark.parametrize("section", ["binom_45_50", "binom_20_20"])
@pytest.mark.parametrize("method", METHODS)
def test_intervals_equal_those_of_r(shared: Path, section: str, method: type) -> None:
    known = reference(shared, section)
    lower, upper = method(known["x"], known["n"])
    assert float(lower) == pytest.approx(known[f"{method.__name__}.lo"], rel=1e-8)
    assert float(upper) == pytest.approx(known[f"{method.__name__}.hi"], rel=1e-8)


@pytest.mark.parametrize("method", METHODS)
@given(case=counts(), level=LEVELS)
def test_the_share_lies_within_its_interval_and_the_interval_within_0_and_1(
    method: type, case: tuple[int, int], level: float
) -> None:
    k, n = case
    lower, upper = (float(limit) for limit in method(k, n, level=level))
    assert 0 <= lower <= k / n + 1e-15
    assert k / n - 1e-15 <= upper <= 1
    assert (lower == 0) == (k == 0)
    assert (upper == 1) == (k == n)


@pytest.mark.parametrize("method", METHODS)
@given(case=counts(), level=LEVELS)
def test_met_and_missed_mirror_each_other(method: type, case: tuple[int, int], level: float) -> None:
    k, n = case
    lower, upper = method(k, n, level=level)
    mirrored_lower, mirrored_upper = method(n - k, n, level=level)
    assert float(lower) == pytest.approx(1 - float(mirrored_upper), abs=1e-12)
    assert float(upper) == pytest.approx(1 - float(mirrored_lower), abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
@given(case=counts())
def test_a_higher_level_widens_the_interval(method: type, case: tuple[int, int]) -> None:
    narrow, wide = method(*case, level=0.9), method(*case, level=0.99)
    assert float(wide[0]) <= float(narrow[0]) + 1e-15
    assert float(narrow[1]) <= float(wide[1]) + 1e-15


@given(case=counts(), level=LEVELS)
def test_clopper_pearson_is_the_exact_interval(case: tuple[int, int], level: float) -> None:
    # Definition: at each limit, the tail of the binomial distribution that the sample lies in holds (1 − level) / 2.
    k, n = case
    lower, upper = (float(limit) for limit in clopper_pearson(k, n, level=level))
    if k > 0:
        assert stats.binom.sf(k - 1, n, lower) == pytest.approx((1 - level) / 2, rel=1e-6)
    if k < n:
        assert stats.binom.cdf(k, n, upper) == pytest.approx((1 - level) / 2, rel=1e-6)


@given(case=counts(), level=LEVELS)
def test_wilson_inverts_the_score_test(case: tuple[int, int], level: float) -> None:
    # Definition: at each limit p, (k/n − p)² = z² p (1 − p) / n.
    k, n = case
    z = stats.norm.ppf(0.5 + level / 2)
    for limit in wilson(k, n, level=level):
        p = float(limit)
        assert (k / n - p) ** 2 == pytest.approx(z * z * p * (1 - p) / n, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_without_cases_there_is_no_interval(method: type) -> None:
    lower, upper = method([0, 3], [0, 4])
    assert math.isnan(lower[0])
    assert math.isnan(upper[0])
    assert 0 < lower[1] < 0.75 < upper[1] < 1


@pytest.mark.parametrize("method", METHODS)
def test_arrays_are_computed_cell_by_cell(method: type) -> None:
    k, n = np.array([[0, 5], [9, 10]]), np.array([[4, 10], [10, 10]])
    lower, upper = method(k, n)
    assert lower.shape == upper.shape == (2, 2)
    for place in np.ndindex(2, 2):
        one = method(k[place], n[place])
        assert (lower[place], upper[place]) == (float(one[0]), float(one[1]))


@pytest.mark.parametrize(("method", "theirs"), [(wilson, "wilson"), (clopper_pearson, "beta")])
@given(case=counts(), level=LEVELS)
def test_intervals_equal_those_of_statsmodels(method: type, theirs: str, case: tuple[int, int], level: float) -> None:
    from statsmodels.stats.proportion import proportion_confint

    successes, n = case
    lower, upper = method(successes, n, level=level)
    known = proportion_confint(successes, n, alpha=1 - level, method=theirs)
    assert float(lower) == pytest.approx(known[0], rel=1e-9, abs=1e-12)
    assert float(upper) == pytest.approx(known[1], rel=1e-9, abs=1e-12)
