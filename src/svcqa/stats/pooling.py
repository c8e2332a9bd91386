"""Partial pooling: each unit's figure drawn towards all of them, the more the fewer cases it has.

Empirical Bayes with the prior of highest likelihood. Shares: beta-binomial, D. A. Griffiths (1973) Biometrics 29,
637–648. Rates: gamma-Poisson, D. G. Clayton, J. Kaldor (1987) Biometrics 43, 671–681. In general: B. Efron, C. Morris
(1975) JASA 70, 311–319. The limits hold the prior as known, so that with few units they are somewhat narrow.
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


@dataclass(frozen=True)
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
    else:
        mean, weight = _best(likelihood, (max(raw / 50, 1e-9), min(1 - (1 - raw) / 50, 1 - 1e-9)))
    a, b = mean * weight + r, (1 - mean) * weight + size - r
    tail = (1 - level) / 2
    return _pooled(a / (a + b), betaincinv(a, b, tail), betaincinv(a, b, 1 - tail), float(mean), weight)


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
    else:
        mean, weight = _best(likelihood, (raw / 50, raw * 50), scale=float(size.mean()))
    shape, rate = mean * weight + r, weight + size
    tail = (1 - level) / 2
    return _pooled(
        shape / rate, gammaincinv(shape, tail) / rate, gammaincinv(shape, 1 - tail) / rate, float(mean), weight
    )


def _pooled(value: Float64, lower: Float64, upper: Float64, mean: float, weight: float) -> Pooled:
    """Limits that hold the figure: where nearly all lies at one end, the mean may be beyond a central interval."""
    return Pooled(value, np.minimum(lower, value), np.maximum(upper, value), mean, weight)


def _best(
    likelihood: Callable[[float, float], float], means: tuple[float, float], *, scale: float = 1.0
) -> tuple[float, float]:
    """Mean and weight of the highest likelihood: the best mean for each weight, then the best weight."""
    from scipy.optimize import minimize_scalar

    def mean_for(weight: float) -> tuple[float, float]:
        found = minimize_scalar(lambda mean: -likelihood(mean, weight), bounds=means, method="bounded",
                                options={"xatol": 1e-12})  # fmt: skip
        return float(found.x), float(found.fun)

    # far apart at first: the likelihood of the weight may have more than one hill
    steps = np.linspace(*_STRENGTHS, 14)
    heights = [mean_for(scale * float(np.exp(step)))[1] for step in steps]
    top = int(np.argmin(heights))
    around = (float(steps[max(top - 1, 0)]), float(steps[min(top + 1, len(steps) - 1)]))
    found = minimize_scalar(lambda step: mean_for(scale * float(np.exp(step)))[1], bounds=around, method="bounded",
                            options={"xatol": 1e-9})  # fmt: skip
    weight = scale * float(np.exp(found.x))
    return mean_for(weight)[0], weight


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
    own = 1 / (v + spread)
    centre = float((own * y).sum() / own.sum())
    if spread == 0.0:
        together = np.full(len(y), float(1 / w.sum()))
        return _normal(np.full(len(y), centre), together, centre, np.inf, float(ndtri(0.5 + level / 2)))
    held = spread / (spread + v)
    return _normal(centre + held * (y - centre), held * v, centre, 1 / spread, float(ndtri(0.5 + level / 2)))


def _normal(value: Float64, variance: Float64, mean: float, weight: float, z: float) -> Pooled:
    half = z * np.sqrt(variance)
    return Pooled(value, value - half, value + half, mean, weight)
