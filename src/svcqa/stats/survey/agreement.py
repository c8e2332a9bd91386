"""Back-checks: whether a second call to the same customer finds the same answer.

Kappa: J. Cohen (1960) Educational and Psychological Measurement 20, 37–46; weighted for scores: J. Cohen (1968)
Psychological Bulletin 70, 213–220; its error: J. L. Fleiss, J. Cohen, B. S. Everitt (1969) Psychological Bulletin 72,
323–327.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.proportions import wilson
from svcqa.stats.survey.checks import Float64, level_of


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far two calls agree.

    Attributes:
        same: share with the same answer, with Wilson's limits ``same_lower`` and ``same_upper``.
        kappa: agreement beyond chance, 1 at most, with its error and limits; NaN where all answers are the same.
        n: pairs.
        method: name of the weights.
    """

    same: float
    same_lower: float
    same_upper: float
    kappa: float
    standard_error: float
    lower: float
    upper: float
    n: int
    method: str
    level: float


def agreement(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    weights: Literal["none", "linear", "quadratic"] = "none",
    level: float = 0.95,
) -> Agreement:
    """Percent agreement and kappa of pairs.

    Where all pairs agree, kappa is 1 and its error 0, which says nothing; the limits of ``same`` do.

    Args:
        first, second: answers of the first and the second call, shape ``(n,)``; numbers where weights are asked for.
        weights: "none" counts equal answers only; "linear" and "quadratic" count near scores in part, by their
            distance on the scale that was used.
        level: of the limits.

    >>> found = agreement(list("yynnyyny"), list("yynnynny"))
    >>> found.same, round(found.kappa, 6)
    (0.875, 0.75)
    """
    first_ratings, second_ratings = np.asarray(first), np.asarray(second)
    if first_ratings.shape != second_ratings.shape or first_ratings.ndim != 1 or len(first_ratings) == 0:
        raise StatsError(
            Fault("survey_shape", place="second", got=str(second_ratings.shape), allowed=str(first_ratings.shape))
        )
    if weights != "none":
        first_ratings, second_ratings = first_ratings.astype(np.float64), second_ratings.astype(np.float64)
    classes, places = np.unique(np.concatenate([first_ratings, second_ratings]), return_inverse=True)
    n, k = len(first_ratings), len(classes)
    table = np.bincount(places[:n] * k + places[n:], minlength=k * k).reshape(k, k) / n
    value, error = _kappa(table, _closeness(classes, weights), n)
    same = float(np.trace(table))
    lower, upper = wilson(same * n, n, level=level)
    half = _normal(level) * error
    return Agreement(
        same=same,
        same_lower=float(lower),
        same_upper=float(upper),
        kappa=value,
        standard_error=error,
        lower=value - half,
        upper=min(value + half, 1.0),
        n=n,
        method=f"agreement:kappa_{weights}",
        level=level,
    )


def _closeness(classes: npt.NDArray[np.generic], weights: str) -> Float64:
    """1 for the same answer, down to 0 for the ends of the scale."""
    if weights == "none" or len(classes) < 2:
        return np.eye(len(classes))
    scores = classes.astype(np.float64)
    far = np.abs(scores[:, None] - scores) / (scores[-1] - scores[0])
    return np.asarray(1 - (far if weights == "linear" else far**2))


def _kappa(table: Float64, close: Float64, n: int) -> tuple[float, float]:
    """Kappa and its standard error, from shares and closeness, shape ``(k, k)`` each."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float((table * close).sum()), float(rows @ close @ columns)
    if expected >= 1 - 1e-15:
        return math.nan, math.nan
    kappa = (observed - expected) / (1 - expected)
    around = close - ((close @ columns)[:, None] + (rows @ close)) * (1 - kappa)
    spread = float((table * around**2).sum()) - (kappa - expected * (1 - kappa)) ** 2
    return kappa, math.sqrt(max(spread, 0.0) / n) / (1 - expected)


def _normal(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + level_of(level) / 2))
