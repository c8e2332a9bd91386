"""Intervals of a mean."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt


def student_t(values: npt.ArrayLike, counts: npt.ArrayLike, *, level: float = 0.95) -> tuple[float, float]:
    """Student's limits of the mean of ``values``, each of which occurred ``counts`` times.

    Source: Student (1908) The probable error of a mean, Biometrika 6, 1–25. With long tails and few cases it is rough.

    Args:
        values: shape ``(n,)``.
        counts: how often each value occurred, shape ``(n,)``; at least two cases in all.

    Returns:
        Lower and upper limit in the unit of ``values``.

    >>> low, high = student_t([1.0, 2.0, 3.0], [1, 1, 1])
    >>> round(low, 6), round(high, 6)
    (-0.484138, 4.484138)
    """
    from scipy.special import stdtrit

    numbers, weight = np.asarray(values, dtype=np.float64), np.asarray(counts, dtype=np.int64)
    n = int(weight.sum())
    mean = float((numbers * weight).sum()) / n
    variance = float((weight * (numbers - mean) ** 2).sum()) / (n - 1)
    half = float(stdtrit(n - 1, (1 + level) / 2)) * math.sqrt(variance / n)
    return mean - half, mean + half
