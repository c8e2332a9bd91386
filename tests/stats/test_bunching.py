"""Cases bunching under a limit: planted ones are found, smooth times raise no more alarms than the level says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm
from scipy import stats

from svcqa.stats.bunching import Bunching, bunching, width_for

Float64 = npt.NDArray[np.float64]
LIMIT = 40
SHAPES: dict[str, Callable[[np.random.Generator, int], Float64]] = {
    "log-normal": lambda g, n: g.lognormal(3.3, 0.35, n),
    "gamma": lambda g, n: g.gamma(5, 6, n),
    "Weibull": lambda g, n: 30 * g.weibull(2.0, n),
    "exponential": lambda g, n: g.exponential(25, n),
    "normal": lambda g, n: g.normal(32, 9, n),
}


def judged(time: Float64) -> Bunching | None:
    value, count = np.unique(np.maximum(1, np.ceil(time)), return_counts=True)
    return bunching(value, count, limit=LIMIT)


@pytest.mark.parametrize("shape", SHAPES)
def test_smooth_times_raise_few_alarms(shape: str) -> None:
    """At p < 0.01 in 300 series: not more than the 99.9 % point of Binomial(300, 0.01)."""
    generator = np.random.default_rng(11)
    found = [judged(SHAPES[shape](generator, 2500)) for _ in range(300)]
    alarms = sum(one.p < 0.01 for one in found if one is not None)
    assert alarms <= stats.binom.ppf(0.999, 300, 0.01)


@pytest.mark.parametrize("shape", SHAPES)
def test_cases_moved_under_the_limit_are_found(shape: str) -> None:
    """Two in five of those up to a quarter late are written down as just in time."""
    generator = np.random.default_rng(12)
    alarms, told = 0, 0
    for _ in range(60):
        time = np.maximum(1, np.ceil(SHAPES[shape](generator, 4000)))
        late = np.flatnonzero((time > LIMIT) & (time <= LIMIT * 1.25))
        moved = late[generator.random(len(late)) < 0.4]
        time[moved] = LIMIT - generator.integers(0, 3, len(moved))
        found = judged(time)
        told += found is not None
        alarms += found is not None and found.p < 0.01
    assert told > 40
    assert alarms >= 0.8 * told


def test_the_curve_is_that_of_statsmodels() -> None:
    """``statsmodels`` GLM, Poisson, on the same stretches of five minutes."""
    time = np.random.default_rng(13).gamma(5, 6, 3000)
    found = judged(time)
    assert found is not None
    counts = np.histogram(np.maximum(1, np.ceil(time)), bins=np.arange(0.5, 81, 5))[0]
    x = (np.arange(16) + 0.5) / 8
    design = np.column_stack([np.ones(16), x, x**2, np.log(x)])
    around = np.r_[1:7, 10:16]
    fitted = sm.GLM(counts[around], design[around], family=sm.families.Poisson()).fit(scale="X2")
    told = fitted.get_prediction(design[7:8])
    assert found.expected == pytest.approx(told.predicted_mean[0], rel=1e-6)
    scale = max(1.0, fitted.scale)
    variance = scale * found.expected + told.se_mean[0] ** 2 * scale / fitted.scale
    p = stats.t.sf((counts[7] - found.expected) / np.sqrt(variance), len(around) - 4)
    assert found.p == pytest.approx(p, rel=1e-5)
    assert (found.found, found.n) == (counts[7], counts[1:].sum())


def test_coarse_limits_and_few_cases_are_not_judged() -> None:
    assert width_for(3) is None
    assert bunching([1, 2, 3, 4], [500] * 4, limit=3) is None
    assert bunching(np.arange(1, 81), [1] * 80, limit=40) is None


def test_stretches_end_at_the_limit_and_hold_as_many_round_numbers_each() -> None:
    for limit in (24, 40, 45, 60, 120, 480):
        width = width_for(limit)
        assert width is not None
        assert limit % width == 0
        assert limit / width >= 8
    assert width_for(0.5) == pytest.approx(0.5 / 16)
