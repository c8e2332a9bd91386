"""Means drawn together: held against statsmodels' random-effects meta-analysis and against the formula by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from svcqa.stats.pooling import pool_means


@st.composite
def units(draw: st.DrawFn) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    count = draw(st.integers(2, 10))
    means = draw(st.lists(st.floats(1, 10), min_size=count, max_size=count))
    variances = draw(st.lists(st.floats(0.001, 2), min_size=count, max_size=count))
    return np.asarray(means), np.asarray(variances)


@given(units())
def test_the_prior_is_that_of_dersimonian_and_laird(given: tuple[npt.NDArray[np.float64], ...]) -> None:
    """``combine_effects(…, method_re="dl")`` of statsmodels gives τ² and the mean of the prior."""
    mean, variance = given
    found = pool_means(mean, variance)
    with np.errstate(all="ignore"):  # it goes on to weights, which a τ² below 0 has none of
        other = combine_effects(mean, variance, method_re="dl")
    spread = max(0.0, float(other.tau2))
    weight = 1 / (variance + spread)
    assert found.mean == pytest.approx(float((weight * mean).sum() / weight.sum()), rel=1e-9)
    if spread > 1e-9:
        assert 1 / found.weight == pytest.approx(spread, rel=1e-6)
        held = spread / (spread + variance)
        assert found.value == pytest.approx(found.mean + held * (mean - found.mean), rel=1e-9)


@given(units())
def test_each_unit_lies_between_its_own_mean_and_that_of_all(given: tuple[npt.NDArray[np.float64], ...]) -> None:
    mean, variance = given
    found = pool_means(mean, variance)
    low, high = np.minimum(mean, found.mean), np.maximum(mean, found.mean)
    assert np.all(found.value >= low - 1e-9)
    assert np.all(found.value <= high + 1e-9)
    assert np.all((found.lower <= found.value) & (found.value <= found.upper))


def test_by_hand() -> None:
    """Means 8 and 10, variances 1 and 1: Q = 2, τ² = (2 − 1) / (2 − 1) = 1, so each goes half-way to 9."""
    found = pool_means([8.0, 10.0], [1.0, 1.0])
    assert found.value == pytest.approx([8.5, 9.5])
    assert found.mean == 9.0
