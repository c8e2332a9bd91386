"""Percentiles of many groups at once, from Kaplan–Meier curves or from values that are all known.

One rule for both, that of R's ``survival``: the smallest t with S(t) < 1 − p, and where S stays at exactly 1 − p the
middle of that stretch. Limits of a curve's percentile: R. Brookmeyer and J. Crowley (1982), *Biometrics* 38, 29–41,
where the curve's own limits first fall below 1 − p. Limits of a known percentile: ranks by the binomial distribution,
W. J. Conover (1999), *Practical Nonparametric Statistics*, 3rd ed., section 3.2; they suppose no distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from svcqa.stats.ordering import Float64, Int64, Keys, Mask, keys_of
from svcqa.stats.survival import Curves, LimitKind, limits_on_scale, on_scale

_TOLERANCE: Final = float(np.sqrt(np.finfo(np.float64).eps))
"""Shares that differ by less are one share; R's own tolerance."""


@dataclass(frozen=True)
class Quantiles:
    """Percentiles and limits, ``(groups, probabilities)`` each; NaN where they are not reached, and only there."""

    value: Float64
    lower: Float64
    upper: Float64

    @property
    def reached(self) -> Mask:
        """Where the data reach the percentile."""
        return np.isfinite(self.value)


def curve_quantiles(
    curves: Curves, probabilities: Sequence[float], *, kind: LimitKind = "log-log", level: float = 0.95
) -> Quantiles:
    """Percentiles of Kaplan–Meier curves.

    Args:
        probabilities: between 0 and 1, both excluded.
        kind: the scale of the curve's limits.
        level: coverage.

    >>> from svcqa.stats.survival import kaplan_meier
    >>> curves = kaplan_meier([0, 0, 0, 0], [2, 3, 6, 9], [True, True, True, False])
    >>> found = curve_quantiles(curves, [0.5, 0.9])
    >>> float(found.value[0, 0]), found.reached.tolist()
    (4.5, [[True, False]])
    """
    shares = np.asarray(probabilities, dtype=np.float64)
    if not len(curves.time):
        return Quantiles(*np.full((3, len(curves), len(shares)), np.nan))
    value = _crossing(curves, curves.survival, shares, "plain")
    # The limits are compared where they are symmetric; to bring them back to shares would cost more than the search.
    lower, upper = limits_on_scale(curves.survival, curves.variance, kind=kind, level=level)
    return Quantiles(value, _crossing(curves, lower, shares, kind), _crossing(curves, upper, shares, kind))


def _crossing(curves: Curves, scaled: Float64, shares: Float64, kind: LimitKind) -> Float64:
    """Where a curve on its scale first falls below 1 − each share, ``(groups, shares)``; NaN where it never does."""
    first, last = curves.first[:-1, np.newaxis], curves.first[1:, np.newaxis] - 1
    bounds = (_bounds(1 - shares + apart, kind) for apart in (_TOLERANCE, -_TOLERANCE))
    steps = np.asarray([_touched_and_passed(scaled, curves.first, *pair) for pair in zip(*bounds, strict=True)])
    touched, passed = steps[:, 0].T, steps[:, 1].T
    # A stretch that lasts to the end is as long as the observation; NaN says that the curve ends elsewhere.
    within = np.clip(last, 0, None)
    middle = (curves.time[np.minimum(touched, within)] + curves.time[np.minimum(passed, within)]) / 2
    never = (last < first) | (touched > last) | ((passed > last) & np.isnan(scaled[within]))
    times: Float64 = np.where(never | ~np.isfinite(middle), np.nan, middle)
    return times


def _bounds(shares: Float64, kind: LimitKind) -> Float64:
    """Shares on the scale of a curve; nothing lies below a share of 0."""
    return np.where(shares > 0, on_scale(np.clip(shares, 0, 1), kind), -np.inf)


def _touched_and_passed(scaled: Float64, first: Int64, loose: np.float64, strict: np.float64) -> tuple[Int64, Int64]:
    """Where each group first comes to a bound and where beyond it; a second search only if some group stays at it."""
    touched = _first_at_most(scaled, first, loose)
    there = touched[touched < first[1:]]
    stays = bool((scaled[there] > strict).any())
    return touched, _first_at_most(scaled, first, strict) if stays else touched


def _first_at_most(scaled: Float64, first: Int64, bound: np.float64) -> Int64:
    """The first step of each group at or below ``bound``, ``(groups,)``; one beyond the group where there is none.

    A limit can rise again where few cases are left; its first fall counts.
    """
    below = scaled <= bound
    falls = below.copy()
    falls[1:] &= ~below[:-1]
    starts = first[:-1][first[:-1] < len(below)]
    falls[starts] = below[starts]
    steps = np.append(np.flatnonzero(falls), len(below))
    reached: Int64 = steps[np.searchsorted(steps, first[:-1])]
    return reached


def order_statistics(
    group: npt.ArrayLike,
    value: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    probabilities: Sequence[float],
    groups: int | None = None,
    level: float = 0.95,
) -> Quantiles:
    """Percentiles of values that are all known, with distribution-free limits.

    Args:
        group: ``(n,)`` whole numbers from 0.
        value: ``(n,)``.
        weight: how many cases an entry stands for; one where absent.
        probabilities: between 0 and 1, both excluded.
        groups: how many groups there are; those that occur where absent.
        level: coverage, at least; what n cases can give lies in steps.

    >>> found = order_statistics([0] * 10, list(range(1, 11)), probabilities=[0.5, 0.25])
    >>> found.value.tolist(), found.lower[0, 0].tolist(), found.upper[0, 0].tolist()
    ([[5.5, 3.0]], 2.0, 9.0)
    """
    group_index, values = np.asarray(group), np.asarray(value)
    count = int(group_index.max()) + 1 if groups is None and len(group_index) else groups or 0
    ranked = _ranked(keys_of(group_index, values, groups=count), weight, count)
    shares = np.asarray(probabilities, dtype=np.float64)
    n = ranked.sizes[:, np.newaxis]
    touched = np.ceil((shares - _TOLERANCE) * n).astype(np.int64)
    passed = np.minimum(np.ceil((shares + _TOLERANCE) * n).astype(np.int64), n)
    lowest, highest = _binomial_ranks(n, shares, level)
    middle = (ranked.at(np.maximum(touched, 1)) + ranked.at(passed)) / 2
    return Quantiles(middle, ranked.at(lowest), ranked.at(highest))


@dataclass(frozen=True, kw_only=True)
class _Ranked:
    """Values in order, group by group; ``until`` counts the cases up to each entry, absent where each is one."""

    keys: Keys
    key: npt.NDArray[Any]
    until: Int64 | None
    begin: Int64
    sizes: Int64

    def at(self, rank: Int64) -> Float64:
        """The value of each group's case number ``rank`` from 1, ``(groups, k)``; NaN where there is none."""
        exists = (rank >= 1) & (rank <= self.sizes[:, np.newaxis])
        if not exists.any():
            return np.full(rank.shape, np.nan)
        position = self.begin[:, np.newaxis] + np.where(exists, rank - 1, 0)
        if self.until is not None:
            position = np.searchsorted(self.until, position, side="right")
        value = self.keys.values(self.key[np.minimum(position, len(self.key) - 1)])
        return np.where(exists, value, np.nan)


def _ranked(keys: Keys, weight: npt.ArrayLike | None, groups: int) -> _Ranked:
    key, until = keys.key, None
    if weight is None:
        key.sort()
    else:
        order = np.argsort(key, kind="stable")
        key, until = key[order], np.cumsum(np.asarray(weight, dtype=np.int64)[order])
    ends = keys.starts(key, groups)
    if until is not None:
        ends = np.concatenate([np.zeros(1, dtype=np.int64), until])[ends]
    return _Ranked(keys=keys, key=key, until=until, begin=ends[:-1], sizes=np.diff(ends))


def _binomial_ranks(n: Int64, probability: Float64, level: float) -> tuple[Int64, Int64]:
    """Ranks whose values enclose the percentile with coverage ``level`` at least; 0 and n + 1 mean none."""
    from scipy.special import bdtr, bdtrik

    def rank(tail: float) -> Int64:
        """The smallest k with P(B ≤ k) ≥ ``tail``."""
        total, share = np.broadcast_arrays(np.maximum(n, 1), probability)
        guess = np.ceil(bdtrik(tail, total.astype(np.float64), share))
        below = np.maximum(guess - 1, 0)
        smallest: Int64 = np.where(bdtr(below, total, share) >= tail, below, guess).astype(np.int64)
        return smallest

    tail = (1 - level) / 2
    return rank(tail), rank(1 - tail) + 1
