"""Trend without assumptions on shape: Mann–Kendall, its seasonal form, Theil–Sen's slope with limits.

H. B. Mann (1945) Econometrica 13, 245–259; M. G. Kendall (1975) Rank Correlation Methods, 4th ed.; R. M. Hirsch, J. R.
Slack, R. A. Smith (1982) Water Resources Research 18, 107–121; P. K. Sen (1968) JASA 63, 1379–1389.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

FEW: Final = 10
"""Below as many points the normal approximation of the test is rough (Gilbert 1987, Statistical Methods for
Environmental Pollution Monitoring, p. 209)."""


@dataclass(frozen=True, kw_only=True)
class TrendTest:
    """Mann–Kendall: ``s`` is rising pairs less falling ones, ``variance`` that of ``s`` without a trend."""

    s: int
    variance: float
    tau: float
    z: float
    p: float
    n: int


@dataclass(frozen=True)
class Slope:
    """Median slope per step of time, with its limits; NaN where there is no pair."""

    value: float
    lower: float
    upper: float
    pairs: int


def mann_kendall(values: npt.ArrayLike, *, continuity: bool = False) -> TrendTest:
    """Whether values rise or fall in time; ties are corrected for, missing values (NaN) left out.

    Args:
        continuity: bring ``s`` one nearer to zero before it is standardised.

    Returns:
        Kendall's tau-b, and the two-sided p of the normal approximation.

    >>> test = mann_kendall([1, 2, 3, 5, 4])
    >>> test.s, round(test.tau, 3)
    (8, 0.8)
    """
    return seasonal_mann_kendall(values, np.zeros(len(np.asarray(values)), dtype=np.int64), continuity=continuity)


def seasonal_mann_kendall(values: npt.ArrayLike, season: npt.ArrayLike, *, continuity: bool = False) -> TrendTest:
    """The same, each value compared only with those of its own season (of other Januaries, say).

    Seasons are taken as independent (Hirsch, Slack and Smith 1982).

    Args:
        season: number of the season of each value, ``(n,)``.
    """
    x, seasons = np.asarray(values, dtype=np.float64), np.asarray(season)
    s, variance, untied_pairs, n = 0, 0.0, 0.0, 0
    for number in np.unique(seasons):
        of_season = x[(seasons == number) & np.isfinite(x)]
        first, second = _pairs(len(of_season))
        s += int(np.sign(of_season[second] - of_season[first]).sum())
        ties = np.unique(of_season, return_counts=True)[1]
        variance += _variance(len(of_season), ties)
        all_pairs = len(first)
        untied_pairs += math.sqrt(all_pairs * (all_pairs - float((ties * (ties - 1) / 2).sum())))
        n += len(of_season)
    corrected = s - (np.sign(s) if continuity else 0)
    z = float(corrected) / math.sqrt(variance) if variance > 0 else 0.0
    tau = s / untied_pairs if untied_pairs else math.nan
    return TrendTest(s=s, variance=variance, tau=tau, z=z, p=math.erfc(abs(z) / math.sqrt(2)), n=n)


def _variance(n: int, ties: Int64) -> float:
    """Variance of S, with groups of ``ties`` equal values."""
    return (n * (n - 1) * (2 * n + 5) - float((ties * (ties - 1) * (2 * ties + 5)).sum())) / 18


def theil_sen(
    values: npt.ArrayLike,
    *,
    time: npt.ArrayLike | None = None,
    season: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Slope:
    """The median of the slopes of all pairs, with Sen's limits.

    Args:
        values: ``(n,)``; NaN where there is none.
        time: when each was, strictly rising; 0, 1, 2 … where absent.
        season: only pairs of the same season are compared.

    >>> slope = theil_sen([1.0, 2.1, 2.9, 4.2, 5.0])
    >>> round(slope.value, 4)
    1.025
    """
    from scipy.special import ndtri

    x = np.asarray(values, dtype=np.float64)
    when = np.arange(len(x), dtype=np.float64) if time is None else np.asarray(time, dtype=np.float64)
    seasons = np.zeros(len(x), dtype=np.int64) if season is None else np.asarray(season)
    known = np.isfinite(x)
    first, second = _pairs(int(known.sum()))
    x, when, seasons = x[known], when[known], seasons[known]
    same = seasons[first] == seasons[second]
    first, second = first[same], second[same]
    slopes = np.sort((x[second] - x[first]) / (when[second] - when[first]))
    if not len(slopes):
        return Slope(math.nan, math.nan, math.nan, 0)
    half = float(ndtri(0.5 + level / 2)) * math.sqrt(seasonal_mann_kendall(x, seasons).variance)
    low = max(int(np.round((len(slopes) - half) / 2)) - 1, 0)
    high = min(int(np.round((len(slopes) + half) / 2)), len(slopes) - 1)
    return Slope(float(np.median(slopes)), float(slopes[low]), float(slopes[high]), len(slopes))


def _pairs(n: int) -> tuple[Int64, Int64]:
    first, second = np.triu_indices(n, 1)
    return first.astype(np.int64), second.astype(np.int64)
