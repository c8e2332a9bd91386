"""Partial pooling: each unit's figure drawn towards all of them, the more the fewer cases it has.

Empirical Bayes with the prior of highest likelihood. Shares: beta-binomial, D. A. Griffiths (1973) Biometrics 29,
637–648. Rates: gamma-Poisson, D. G. Clayton, J. Kaldor (1987) Biometrics 43, 671–681. In general: B. Efron, C. Morris
(1975) JASA 70, 311–319.

The limits of shares and rates do not hold the prior as known: with few units it hardly is, and the limits would be far
too narrow, down to nothing where the units do not seem to differ. Its weight is given a uniform shrinkage (C. L.
Christiansen, C. N. Morris (1997) JASA 92, 618–632), its mean the variance that the units leave it (C. N. Morris (1983)
JASA 78, 47–55); the limits are those of a beta or gamma with the mean and the variance that result. Those of means hold
the prior as known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]

_STRENGTHS: Final = (-6.0, 20.0)
"""Logarithms of the least and the greatest weight of the prior; at the greatest all units are the same."""
_SHRINKAGES: Final = 20
"""Weights of the prior over which the limits are averaged."""
Likelihood = Callable[[float, float], float]


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """Each unit's figure after pooling, ``(k,)`` each.

    Attributes:
        mean: of the prior: what a unit without any case would have.
        weight: of the prior, in cases (or exposure).
    """

    value: Float64
    lower: Float64
    upper: Float64
    mean: float
    weight: float


def pool_shares(events: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95) -> Pooled:
    """Shares drawn together by a beta prior.

    >>> found = pool_shares([9, 70, 400], [10, 100, 500])
    >>> bool(found.value[0] < 0.9)
    True
    """
    from scipy.special import betaincinv, betaln

    r, size = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)

    def likelihood(mean: float, weight: float) -> float:
        a, b = mean * weight, (1 - mean) * weight
        return float((betaln(a + r, b + size - r) - betaln(a, b)).sum())

    raw = float(r.sum() / size.sum())
    if raw in (0.0, 1.0):  # nothing tells how units differ: all the same, at the end of the scale
        mean, weight = (r.sum() + 0.5) / (size.sum() + 1), float(size.sum() + 1)
        a, b = mean * weight + r, (1 - mean) * weight + size - r
        value = middle = a / (a + b)
        variance = value * (1 - value) / (a + b + 1)
    else:
        means = max(raw / 50, 1e-9), min(1 - (1 - raw) / 50, 1 - 1e-9)
        mean, weight = _best(likelihood, means, raw)
        value = (mean * weight + r) / (weight + size)

        def spread(mean: float, weight: float) -> Float64:
            """Variance of each unit's observed share, times its cases: the counts' own and that of the prior."""
            return mean * (1 - mean) * (1 + (size - 1) / (weight + 1))

        def own(centre: Float64, weight: float) -> Float64:
            return centre * (1 - centre) / (weight + size + 1)

        middle, variance = _averaged(likelihood, means, r, size, spread=spread, own=own)
    # a variance below that of a share that is always 0 or 1
    strength = np.maximum(middle * (1 - middle) / variance - 1, 1e-6)
    a, b, tail = middle * strength, (1 - middle) * strength, (1 - level) / 2
    return _pooled(value, betaincinv(a, b, tail), upper=betaincinv(a, b, 1 - tail), mean=float(mean), weight=weight)


def pool_rates(events: npt.ArrayLike, exposure: npt.ArrayLike, *, level: float = 0.95) -> Pooled:
    """Events per exposure drawn together by a gamma prior.

    >>> found = pool_rates([2, 30, 50], [100, 1000, 2000])
    >>> bool(found.lower[0] < found.value[0] < found.upper[0])
    True
    """
    from scipy.special import gammaincinv, gammaln

    r, size = np.asarray(events, dtype=np.float64), np.asarray(exposure, dtype=np.float64)

    def likelihood(mean: float, weight: float) -> float:
        shape = mean * weight
        return float(
            (gammaln(shape + r) - gammaln(shape) - shape * np.log1p(size / weight) - r * np.log(weight + size)).sum()
        )

    raw = float(r.sum() / size.sum())
    if raw == 0:
        mean, weight = 0.5 / float(size.sum()), float(size.sum())
        value = middle = (mean * weight + r) / (weight + size)
        variance = value / (weight + size)
    else:
        mean, weight = _best(likelihood, (raw / 50, raw * 50), raw, scale=float(size.mean()))
        value = (mean * weight + r) / (weight + size)

        def spread(mean: float, weight: float) -> Float64:
            return mean * (1 + size / weight)

        def own(centre: Float64, weight: float) -> Float64:
            return centre / (weight + size)

        middle, variance = _averaged(likelihood, (raw / 50, raw * 50), r, size, spread=spread, own=own)
    shape, tail = middle**2 / variance, (1 - level) / 2
    lower, upper = (gammaincinv(shape, end) * variance / middle for end in (tail, 1 - tail))
    return _pooled(value, lower, upper=upper, mean=float(mean), weight=weight)


def _averaged(
    likelihood: Likelihood,
    means: tuple[float, float],
    r: Float64,
    size: Float64,
    *,
    spread: Callable[[float, float], Float64],
    own: Callable[[Float64, float], Float64],
) -> tuple[Float64, Float64]:
    """Mean and variance of each unit's figure over what the prior may be.

    Args:
        spread: by mean and weight of the prior: variance of each unit's observed figure times its size.
        own: by a unit's figure and the weight: its variance were the prior known.
    """
    share = (np.arange(_SHRINKAGES) + 0.5) / _SHRINKAGES  # of the prior, in a unit of average size
    heights, centres, variances = [], [], []
    for weight in (float(item) for item in float(size.mean()) * share / (1 - share)):
        mean, height = _mean_for(likelihood, means, weight)
        of_mean = 1 / float((size / spread(mean, weight)).sum())
        centre = (mean * weight + r) / (weight + size)
        heights.append(0.5 * np.log(of_mean) - height)  # Laplace: the mean of the prior is integrated out
        centres.append(centre)
        variances.append(own(centre, weight) + (weight / (weight + size)) ** 2 * of_mean)
    p = np.exp(np.asarray(heights) - max(heights))
    p /= p.sum()
    middle = np.asarray(p @ np.asarray(centres))
    return middle, np.asarray(p @ (np.asarray(variances) + (np.asarray(centres) - middle) ** 2))


def _pooled(value: Float64, lower: Float64, *, upper: Float64, mean: float, weight: float) -> Pooled:
    """Limits that hold the figure: where nearly all lies at one end, the mean may be beyond a central interval."""
    return Pooled(value=value, lower=np.minimum(lower, value), upper=np.maximum(upper, value), mean=mean, weight=weight)


def _mean_for(likelihood: Likelihood, means: tuple[float, float], weight: float) -> tuple[float, float]:
    """The best mean of the prior for this weight, and its likelihood's negative logarithm."""
    from scipy.optimize import minimize_scalar

    optimum = minimize_scalar(
        lambda mean: -likelihood(mean, weight), bounds=means, method="bounded", options={"xatol": 1e-12}
    )
    return float(optimum.x), float(optimum.fun)


def _best(likelihood: Likelihood, means: tuple[float, float], raw: float, *, scale: float = 1.0) -> tuple[float, float]:
    """Mean and weight of the highest likelihood: the best mean for each weight, then the best weight."""
    from scipy.optimize import minimize_scalar

    def height(step: float) -> float:
        return _mean_for(likelihood, means, scale * float(np.exp(step)))[1]

    # far apart at first: the likelihood of the weight may have more than one hill
    steps = np.linspace(*_STRENGTHS, 14)
    top = int(np.argmin([height(step) for step in steps]))
    around = (float(steps[max(top - 1, 0)]), float(steps[min(top + 1, len(steps) - 1)]))
    optimum = minimize_scalar(height, bounds=around, method="bounded", options={"xatol": 1e-9})
    weight = scale * float(np.exp(optimum.x))
    if top >= len(steps) - 2:  # all the same: their common figure, of which so flat a likelihood tells four digits
        return raw, weight
    return _mean_for(likelihood, means, weight)[0], weight


def pool_means(mean: npt.ArrayLike, variance: npt.ArrayLike, *, level: float = 0.95) -> Pooled:
    """Means drawn together by a normal prior, its variance by moments: R. DerSimonian, N. Laird (1986) Controlled
    Clinical Trials 7, 177–188.

    Args:
        mean: of the units, ``(k,)``.
        variance: of each mean, above 0, ``(k,)``.

    >>> found = pool_means([8.0, 9.0, 9.2], [0.25, 0.01, 0.01])
    >>> bool(8.0 < found.value[0] < 9.0)
    True
    """
    from scipy.special import ndtri

    y, v = np.asarray(mean, dtype=np.float64), np.asarray(variance, dtype=np.float64)
    w = 1 / v
    centre = float((w * y).sum() / w.sum())
    q, freedom = float((w * (y - centre) ** 2).sum()), len(y) - 1
    spread = max(0.0, (q - freedom) / float(w.sum() - (w**2).sum() / w.sum())) if freedom else 0.0
    weights = 1 / (v + spread)
    centre = float((weights * y).sum() / weights.sum())
    if spread == 0.0:
        together = np.full(len(y), float(1 / w.sum()))
        return _normal(np.full(len(y), centre), together, mean=centre, weight=np.inf, z=float(ndtri(0.5 + level / 2)))
    held = spread / (spread + v)
    return _normal(
        centre + held * (y - centre), held * v, mean=centre, weight=1 / spread, z=float(ndtri(0.5 + level / 2))
    )


def _normal(value: Float64, variance: Float64, *, mean: float, weight: float, z: float) -> Pooled:
    half = z * np.sqrt(variance)
    return Pooled(value=value, lower=value - half, upper=value + half, mean=mean, weight=weight)
