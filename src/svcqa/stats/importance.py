"""The posterior of a model's settings, by weighted draws: no single best fit is taken for the truth.

Every setting is a function of a standard normal number. Well-spread points of the prior are weighed by their
likelihood; a second set is drawn where the weight lies, with long tails, and weighed again.

Source: J. Geweke (1989) Econometrica 57, 1317–1339 (importance sampling); M.-S. Oh and J. Berger (1992) J. Statist.
Comput. Simul. 41, 143–168 (adapting it); J. H. Halton (1960) Numer. Math. 2, 84–90 (the points).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
_PRIMES: Final = (2, 3, 5, 7, 11, 13)
_FREEDOM: Final = 5
"""Of the Student distribution that the second set is drawn from."""
_WIDENED: Final = 1.3
_CAUTION: Final = (0.1, 0.02)
"""What the spread of the prior adds to that of the weighted points, by round: no direction can close up."""


@dataclass(frozen=True)
class Weighted:
    """Points, shape ``(m, d)``, and their weights, which sum to 1."""

    points: Float64
    weights: Float64

    @property
    def effective(self) -> float:
        """How many equally weighted points are worth as much (Kong 1992)."""
        return float(1 / (self.weights**2).sum())


def posterior(
    log_likelihood: Callable[[Float64], Float64], *, dimensions: int, rounds: tuple[int, ...] = (200, 200, 500)
) -> Weighted:
    """Draw from the posterior of ``dimensions`` standard normal numbers.

    Args:
        log_likelihood: of points ``(m, d)``; called once a round.
        rounds: points of the prior, then of each round drawn where the weight of the one before lies.

    >>> found = posterior(lambda x: -0.5 * (x[:, 0] - 2.0) ** 2, dimensions=1)
    >>> round(float(found.weights @ found.points[:, 0]), 1)
    1.0
    """
    from scipy.special import ndtri

    points: Float64 = ndtri(halton(rounds[0], dimensions))
    weighted = Weighted(points, _normalised(log_likelihood(points)))
    for number, count in enumerate(rounds[1:], start=1):
        caution = _CAUTION[min(number, len(_CAUTION)) - 1]
        points, proposed = _student(weighted, caution, count)
        prior = -0.5 * (points**2).sum(axis=1)
        weighted = Weighted(points, _normalised(log_likelihood(points) + prior - proposed))
    return weighted


def _student(weighted: Weighted, caution: float, count: int) -> tuple[Float64, Float64]:
    """Points of a Student distribution about the weighted ones, and the logarithm of its density but for a constant."""
    from scipy.special import ndtri

    dimensions = weighted.points.shape[1]
    centre = weighted.weights @ weighted.points
    apart = weighted.points - centre
    scale = _WIDENED * ((weighted.weights[:, None] * apart).T @ apart) + caution * np.eye(dimensions)
    cube = halton(count, dimensions + 1)
    normal, lengths = ndtri(cube[:, :dimensions]), _chi_square(cube[:, dimensions])
    student = normal * np.sqrt(_FREEDOM / lengths)[:, None]
    density = -0.5 * (_FREEDOM + dimensions) * np.log1p((student**2).sum(axis=1) / _FREEDOM)
    return np.asarray(centre + student @ np.linalg.cholesky(scale).T), np.asarray(density)


def halton(count: int, dimensions: int) -> Float64:
    """Points that fill the unit cube evenly, ``(count, dimensions)``; the same every time.

    >>> halton(3, 2).round(3).tolist()
    [[0.5, 0.333], [0.25, 0.667], [0.75, 0.111]]
    """
    points = np.zeros((count, dimensions))
    for dimension in range(dimensions):
        base, left, digit = _PRIMES[dimension], np.arange(1, count + 1), 1.0
        while left.any():
            digit /= base
            points[:, dimension] += digit * (left % base)
            left = left // base
    return points


def _chi_square(share: Float64) -> Float64:
    from scipy.special import gammaincinv

    quantile: Float64 = 2 * gammaincinv(_FREEDOM / 2, share)
    return quantile


def _normalised(log_weights: Float64) -> Float64:
    usable = np.where(np.isfinite(log_weights), log_weights, -np.inf)
    weights = np.exp(usable - usable.max())
    return np.asarray(weights / weights.sum())
