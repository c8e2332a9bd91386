"""What one month says of the level behind it: counts, events and means, on the scale of their link.

Each month is a draw around a linear predictor η: a count of successes with logit link, a count of events with log
link, or a value that is normal. For counts the posterior of η is not normal: its mode and curvature stand for it
(Laplace's approximation).

Source: L. Fahrmeir (1992) JASA 87, 501–509 (posterior mode filtering of dynamic generalised linear models);
M. West, P. J. Harrison and H. S. Migon (1985) JASA 80, 73–83.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Family = Literal["binomial", "poisson", "normal"]
_STEPS: Final = 30
_LONGEST_STEP: Final = 3.0
"""A Newton step on the link scale; longer ones overshoot where the curve is flat."""
_CLOSE: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Months of one series, each shape ``(n,)``.

    Attributes:
        value: successes, events, or values on the link scale.
        size: cases of the binomial, exposure of the Poisson, unused (1) for the normal.
        variance: known sampling variance of a normal value; 0 where it is not known.
        known: months that say anything at all.
    """

    family: Family
    value: Float64
    size: Float64
    variance: Float64
    known: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.value)


def update(observed: Observed, month: int, mean: Float64, variance: Float64) -> tuple[Float64, Float64, Float64]:
    """Posterior mean and variance of η, and the log-likelihood but for a constant, for many priors at once.

    Args:
        mean, variance: of the normal priors of η, shape ``(m,)``.

    >>> month, known = np.ones(1), np.ones(1, dtype=bool)
    >>> one = Observed(family="normal", value=2 * month, size=month, variance=month, known=known)
    >>> [float(found[0]) for found in update(one, 0, np.zeros(1), np.ones(1))][:2]
    [1.0, 0.5]
    """
    value, size = float(observed.value[month]), float(observed.size[month])
    if observed.family == "normal":
        total = variance + observed.variance[month]
        share = variance / total
        likelihood = -0.5 * (np.log(total) + (value - mean) ** 2 / total)
        return mean + share * (value - mean), variance * (1 - share), likelihood
    mode = _start(observed.family, value, size=size, mean=mean, variance=variance)
    for _ in range(_STEPS):
        expected, information = _expected(observed.family, size, mode)
        step = (value - expected - (mode - mean) / variance) / (information + 1 / variance)
        mode = mode + np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
        if float(np.abs(step).max()) < _CLOSE:
            break
    _, information = _expected(observed.family, size, mode)
    precision = information + 1 / variance
    fit = value * mode - _normaliser(observed.family, size, mode)
    likelihood = fit - 0.5 * ((mode - mean) ** 2 / variance + np.log(variance * precision))
    return mode, 1 / precision, likelihood


def link_values(observed: Observed) -> Float64:
    """The months on the link scale, half a case added on either side so that none is infinite."""
    if observed.family == "normal":
        return observed.value
    if observed.family == "binomial":
        return np.asarray(np.log((observed.value + 0.5) / (observed.size - observed.value + 0.5)))
    return np.asarray(np.log((observed.value + 0.5) / observed.size))


def _start(family: Family, value: float, *, size: float, mean: Float64, variance: Float64) -> Float64:
    """Between the prior and what the month alone would say."""
    if family == "binomial":
        alone = np.log((value + 0.5) / (size - value + 0.5))
        precision = (value + 0.5) * (size - value + 0.5) / (size + 1)
    else:
        alone, precision = np.log((value + 0.5) / size), value + 0.5
    share = precision / (precision + 1 / variance)
    return np.asarray(mean + share * (alone - mean))


def _expected(family: Family, size: float, predictor: Float64) -> tuple[Float64, Float64]:
    """Expected count and Fisher information of η."""
    from scipy.special import expit

    if family == "binomial":
        share = expit(predictor)
        return size * share, size * share * expit(-predictor)
    events = size * np.exp(predictor)
    return events, events


def _normaliser(family: Family, size: float, predictor: Float64) -> Float64:
    if family == "binomial":
        return np.asarray(size * np.logaddexp(0.0, predictor))
    return np.asarray(size * np.exp(predictor))
