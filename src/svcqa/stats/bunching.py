"""Cases bunching just under a limit: more in the last stretch below it than the stretches around it let expect.

Times are counted in stretches of equal width that end at the limit. A smooth curve, log-linear in the time, its square
and its logarithm, is fitted to the counts around, leaving out the last stretch below and the two above, where cases
that were moved are missing. The excess of the last stretch is tested one-sided against that curve, with the
overdispersion of the others.

Source: R. Chetty, J. N. Friedman, T. Olsen, L. Pistaferri (2011) Quarterly Journal of Economics 126, 749–804 (excess
mass); H. J. Kleven, M. Waseem (2013) QJE 128, 669–723 (what is missing above a notch); P. McCullagh, J. A. Nelder
(1989) Generalized Linear Models, ch. 6 (log-linear counts with overdispersion).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
METHOD: Final = "excess mass below the limit, log-linear counterfactual"
LEAST_BINS: Final = 8
"""Fewer stretches than this between 0 and the limit: too coarse to tell."""
LEAST_CASES: Final = 200
"""Fewer cases than this in the window: too few to tell."""
_ABOVE: Final = 2
_HEAPS: Final = 5
"""People round to fives: stretches that are a multiple of five hold as many round numbers each."""
_STEPS: Final = 100


@dataclass(frozen=True, kw_only=True)
class Bunching:
    """What lies just under the limit.

    Attributes:
        width: of the last stretch, in units of the times.
        found, expected: cases in it, and what the curve says.
        excess: found less expected.
        share: the excess as a part of the cases in the window.
        p: one-sided.
        n: cases in the window.
    """

    width: float
    found: int
    expected: float
    excess: float
    share: float
    p: float
    n: int
    method: str = METHOD


def width_for(limit: float) -> float | None:
    """The widest stretch that divides the limit into at least eight, a multiple of five where there is one.

    >>> width_for(40), width_for(24), width_for(3)
    (5, 3, None)
    """
    if limit != int(limit):
        return limit / (2 * LEAST_BINS)
    whole = int(limit)
    fitting = [width for width in range(1, whole // LEAST_BINS + 1) if whole % width == 0]
    return next((width for width in reversed(fitting) if width % _HEAPS == 0), fitting[-1] if fitting else None)


def bunching(time: npt.ArrayLike, cases: npt.ArrayLike, *, limit: float) -> Bunching | None:
    """Test whether cases bunch just under ``limit``; ``None`` where the times are too coarse or the cases too few.

    Args:
        time: distinct times in the unit of the limit, ``(k,)``; one equal to the limit is still in time.
        cases: how many took each, ``(k,)``.

    >>> times = list(range(1, 81))
    >>> even, moved = [50] * 80, [50] * 35 + [90] * 5 + [25] * 8 + [50] * 32
    >>> round(bunching(times, even, limit=40).p, 2), bunching(times, moved, limit=40).p < 0.001
    (0.5, True)
    """
    width = width_for(limit)
    if width is None:
        return None
    counts = _counted(np.asarray(time, dtype=np.float64), np.asarray(cases, dtype=np.float64), limit, float(width))
    below = round(limit / width)
    offset = np.arange(len(counts)) - (below - 1)
    window = offset >= -(below * 3 // 4)
    around = window & ((offset < 0) | (offset > _ABOVE))
    if counts[window].sum() < LEAST_CASES or np.count_nonzero(counts[around]) < LEAST_BINS:
        return None
    x = (np.arange(len(counts)) + 0.5) / below
    # holds gamma and normal shapes, and log-normal ones nearly; the columns are all but the same before they are turned
    columns = np.column_stack([np.ones(len(x)), x, x**2, np.log(x)])
    design = np.asarray(np.linalg.qr(columns)[0], dtype=np.float64)
    curve = _fitted(design[around], counts[around])
    expected, variance, df = curve.at(design[below - 1])
    count = float(counts[below - 1])
    return _told(float(width), count, expected=expected, variance=variance, df=df, n=int(counts[window].sum()))


def _counted(time: Float64, cases: Float64, limit: float, width: float) -> Float64:
    """Cases in each stretch from 0 to twice the limit; a stretch holds its end. Empty ends are no part of the shape."""
    stretch = np.maximum(np.ceil(time / width - 1e-9).astype(np.int64) - 1, 0)
    inside = stretch < 2 * round(limit / width)
    counts = np.bincount(stretch[inside], weights=cases[inside], minlength=2 * round(limit / width))
    return np.asarray(counts, dtype=np.float64)


@dataclass(frozen=True)
class _Curve:
    """A fitted curve: coefficients, their covariance without overdispersion, the overdispersion, degrees of freedom."""

    coefficients: Float64
    covariance: Float64
    dispersion: float
    df: int

    def at(self, row: Float64) -> tuple[float, float, int]:
        """Expected count, and the variance of a count about it."""
        expected = float(np.exp(row @ self.coefficients))
        variance_of_mean = expected**2 * float(row @ self.covariance @ row)
        return expected, self.dispersion * (expected + variance_of_mean), self.df


def _fitted(design: Float64, counts: Float64) -> _Curve:
    """Fisher's scoring, halved where it would overshoot; overdispersion by Pearson's χ², never below 1."""
    coefficients = np.asarray(np.linalg.lstsq(design, np.log(counts + 0.5), rcond=None)[0], dtype=np.float64)

    def mean(at: Float64) -> Float64:
        return np.asarray(np.exp(np.clip(design @ at, -30, 30)), dtype=np.float64)

    def likelihood(at: Float64) -> float:
        return float((counts * np.clip(design @ at, -30, 30) - mean(at)).sum())

    def information(at: Float64) -> Float64:
        weighted = np.asarray(mean(at)[:, None] * design, dtype=np.float64)
        return np.asarray(design.T @ weighted + 1e-9 * np.eye(design.shape[1]), dtype=np.float64)

    for _ in range(_STEPS):
        step = np.linalg.solve(information(coefficients), design.T @ (counts - mean(coefficients)))
        reached = likelihood(coefficients)
        while likelihood(coefficients + step) < reached and np.abs(step).max() > 1e-12:
            step = step / 2
        coefficients = np.asarray(coefficients + step, dtype=np.float64)
        if float(np.abs(step).max()) < 1e-9:
            break
    expected, df = mean(coefficients), len(counts) - design.shape[1]
    dispersion = max(1.0, float((((counts - expected) ** 2) / np.maximum(expected, 0.5)).sum()) / df)
    covariance = np.asarray(np.linalg.inv(information(coefficients)), dtype=np.float64)
    return _Curve(coefficients, covariance, dispersion, df)


def _told(width: float, count: float, *, expected: float, variance: float, df: int, n: int) -> Bunching:
    from scipy.special import stdtr

    excess = count - expected
    p = 1.0 - float(stdtr(df, excess / variance**0.5))
    return Bunching(width=width, found=int(count), expected=expected, excess=excess, share=excess / n, p=p, n=n)
