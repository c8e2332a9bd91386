"""Limits of process behaviour charts: XmR, p, p′, u, u′, c, g and t.

XmR: D. J. Wheeler (1993) Understanding Variation (2.66 and 3.267 times the mean moving range). p, u, c:
D. C. Montgomery (2013) Introduction to Statistical Quality Control, 7th ed., ch. 7. p′ and u′: D. B. Laney (2002)
Quality Engineering 14, 531–537. g: J. C. Benneyan (2001) Health Care Management Science 4, 305–318. t: L. S. Nelson
(1994) Journal of Quality Technology 26, 239–240 (times between events, near normal once raised to 1 ÷ 3.6).

Every function takes values in the order of time and the number of the group that each belongs to: limits are computed
per group, from one rebase to the next. A missing value (NaN) has no part in anything, and ends a moving range.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

XMR_LIMIT: Final = 2.66
"""Mean moving ranges from the centre to a limit."""
RANGE_LIMIT: Final = 3.267
"""A moving range of as many mean moving ranges is no part of routine variation."""
TIME_POWER: Final = 3.6
"""Exponential times raised to one over it are about normal."""
_MEAN_RANGE: Final = 1.128
"""Mean moving range of two normal values, in standard deviations."""
ROUNDING: Final = 1e-12
"""Values that differ by less, as a part of their size, are equal: a mean of equal values may miss them by as much."""


@dataclass(frozen=True, kw_only=True)
class ProcessLimits:
    """Centre and limits at each point, ``(n,)`` each; NaN where a group has too few values.

    Attributes:
        centre: mean of the group.
        sigma: a third of the way from the centre to a limit; with varied denominators it varies.
        lower, upper: three sigma from the centre, within what values can be.
        spread: p′ and u′: how many times wider neighbouring points lie apart than counts alone explain (Laney's
            sigma z), by group; 1 elsewhere.
        power: ``sigma`` belongs to values raised to one over it; 1 but for times between events.
    """

    centre: Float64
    sigma: Float64
    lower: Float64
    upper: Float64
    spread: Float64
    power: float = 1.0

    @property
    def near_lower(self) -> Float64:
        """Where the outer third below the centre begins."""
        return np.maximum(self._away(-2), self.lower)

    @property
    def near_upper(self) -> Float64:
        """Where the outer third above the centre begins."""
        return np.minimum(self._away(2), self.upper)

    def _away(self, sigmas: float) -> Float64:
        if self.power == 1:
            return self.centre + sigmas * self.sigma
        root = self.centre ** (1 / self.power) + sigmas * self.sigma
        return np.asarray(np.maximum(root, 0.0) ** self.power)


def xmr(
    values: npt.ArrayLike,
    *,
    group: npt.ArrayLike | None = None,
    screen: bool = True,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> ProcessLimits:
    """Individual values: mean ± 2.66 × mean moving range.

    Args:
        values: one a period, ``(n,)``; NaN where there is none.
        group: number of the rebase group of each; one group where absent.
        screen: leave out moving ranges of 3.267 times their mean or more, once.
        bounds: lowest and highest possible value.

    >>> limits = xmr([10, 12, 11, 13, 12])
    >>> [round(float(side[0]), 3) for side in (limits.lower, limits.centre, limits.upper)]
    [7.61, 11.6, 15.59]
    """
    x, groups = _prepared(values, group)
    centre, sigma = np.full(len(x), np.nan), np.full(len(x), np.nan)
    for members in _places(groups):
        some = x[members][np.isfinite(x[members])]
        ranges = moving_ranges(x[members])
        if len(ranges):
            centre[members] = some.mean()
            sigma[members] = XMR_LIMIT / 3 * mean_moving_range(ranges, screen=screen)
    return _limits(centre, sigma, np.ones(len(x)), bounds)


def moving_ranges(values: npt.ArrayLike) -> Float64:
    """Absolute differences of neighbouring values; none across a gap."""
    x = np.asarray(values, dtype=np.float64)
    ranges = np.abs(np.diff(x))
    return ranges[np.isfinite(ranges)]


def mean_moving_range(ranges: Float64, *, screen: bool = True) -> float:
    """Their mean; with ``screen`` without those of 3.267 times the mean of all or more.

    Nothing is screened where all others are nought: of a series that stood still but once they are all that varies,
    and limits without width would call every point a signal.
    """
    mean = float(ranges.mean())
    if screen and mean > 0:
        return float(ranges[ranges < RANGE_LIMIT * mean].mean()) or mean
    return mean


def p(
    events: npt.ArrayLike, n: npt.ArrayLike, *, group: npt.ArrayLike | None = None, laney: bool = False
) -> ProcessLimits:
    """Shares of cases; with ``laney`` p′, for cases that are not independent or very many.

    Args:
        events, n: cases in the numerator and the denominator, ``(n,)``; NaN or ``n`` = 0 where there is no case.

    >>> limits = p([5, 9, 4], [100, 100, 100])
    >>> round(float(limits.centre[0]), 3), round(float(limits.upper[0]), 4)
    (0.06, 0.1312)
    """
    return _attributes(events, n, group=group, laney=laney, variance=lambda mean: mean * (1 - mean), bounds=(0.0, 1.0))


def u(
    events: npt.ArrayLike, exposure: npt.ArrayLike, *, group: npt.ArrayLike | None = None, laney: bool = False
) -> ProcessLimits:
    """Events per exposure; with ``laney`` u′.

    >>> limits = u([4, 6, 5], [100, 100, 100])
    >>> round(float(limits.centre[0]), 3), round(float(limits.upper[0]), 4)
    (0.05, 0.1171)
    """
    return _attributes(events, exposure, group=group, laney=laney, variance=lambda mean: mean, bounds=(0.0, np.inf))


def c(events: npt.ArrayLike, *, group: npt.ArrayLike | None = None) -> ProcessLimits:
    """Counts of events over an equal opportunity: mean ± 3 √mean.

    >>> limits = c([4, 6, 5, 9])
    >>> float(limits.centre[0]), round(float(limits.upper[0]), 3)
    (6.0, 13.348)
    """
    return _one_mean(events, group, math.sqrt)


def g(between: npt.ArrayLike, *, group: npt.ArrayLike | None = None) -> ProcessLimits:
    """Rare events by the number of cases (or days) between them: mean ± 3 √(mean (mean + 1)).

    >>> limits = g([30, 12, 41, 17])
    >>> float(limits.centre[0]), float(limits.lower[0]), round(float(limits.upper[0]), 3)
    (25.0, 0.0, 101.485)
    """
    return _one_mean(between, group, lambda mean: math.sqrt(mean * (mean + 1)))


def t(between: npt.ArrayLike, *, group: npt.ArrayLike | None = None, screen: bool = True) -> ProcessLimits:
    """Rare events by the time between them: XmR of the times raised to 1 ÷ 3.6, and back.

    >>> limits = t([20, 35, 12, 50])
    >>> bool(0 <= limits.lower[0] < limits.centre[0] < limits.upper[0])
    True
    """
    x, _ = _prepared(between, group)
    root = xmr(x ** (1 / TIME_POWER), group=group, screen=screen)
    lower, centre, upper = (np.maximum(root.centre + side * root.sigma, 0.0) ** TIME_POWER for side in (-3, 0, 3))
    return ProcessLimits(
        centre=centre, sigma=root.sigma, lower=lower, upper=upper, spread=root.spread, power=TIME_POWER
    )


def _attributes(
    events: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    group: npt.ArrayLike | None,
    laney: bool,
    variance: Callable[[float], float],
    bounds: tuple[float, float],
) -> ProcessLimits:
    """Counts over varied denominators: three times the standard deviation that the counts alone give."""
    whole, groups = _prepared(n, group)
    part = np.asarray(events, dtype=np.float64)
    known = np.isfinite(part) & np.isfinite(whole) & (whole > 0)
    size = np.where(known, whole, np.nan)
    centre, sigma, spread = np.full(len(size), np.nan), np.full(len(size), np.nan), np.ones(len(size))
    for members in _places(groups):
        some = members & known
        if not some.any():
            continue
        mean = float(part[some].sum() / size[some].sum())
        alone = np.sqrt(variance(mean) / size[members])
        centre[members] = mean
        if laney:
            spread[members] = _sigma_z(part[members] / size[members], mean, alone)
        sigma[members] = alone * spread[members]
    return _limits(centre, sigma, spread, bounds)


def _sigma_z(values: Float64, mean: float, alone: Float64) -> float:
    """Laney's sigma z: mean moving range of the standardised values ÷ 1.128; NaN where there is no range."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ranges = moving_ranges((values - mean) / alone)
    return float(ranges.mean()) / _MEAN_RANGE if len(ranges) else np.nan


def _one_mean(events: npt.ArrayLike, group: npt.ArrayLike | None, deviation: Callable[[float], float]) -> ProcessLimits:
    x, groups = _prepared(events, group)
    centre, sigma = np.full(len(x), np.nan), np.full(len(x), np.nan)
    for members in _places(groups):
        some = x[members][np.isfinite(x[members])]
        if len(some):
            centre[members], sigma[members] = some.mean(), deviation(float(some.mean()))
    return _limits(centre, sigma, np.ones(len(x)), (0.0, np.inf))


def _prepared(values: npt.ArrayLike, group: npt.ArrayLike | None) -> tuple[Float64, Int64]:
    x = np.asarray(values, dtype=np.float64)
    groups = np.zeros(len(x), dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    return x, groups


def _places(groups: Int64) -> Iterator[npt.NDArray[np.bool_]]:
    for number in np.unique(groups):
        yield groups == number


def _limits(centre: Float64, sigma: Float64, spread: Float64, bounds: tuple[float, float]) -> ProcessLimits:
    lower, upper = np.maximum(centre - 3 * sigma, bounds[0]), np.minimum(centre + 3 * sigma, bounds[1])
    return ProcessLimits(centre=centre, sigma=sigma, lower=lower, upper=upper, spread=spread)
