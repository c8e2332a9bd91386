"""Kaplan–Meier curves of many groups at once: how long until a case ends, when some have not ended yet.

Curve: E. L. Kaplan and P. Meier (1958), *JASA* 53, 457–481. Variance: M. Greenwood (1926), *Reports on Public Health
and Medical Subjects* 33. Limits: J. P. Klein and M. L. Moeschberger (2003), *Survival Analysis*, 2nd ed., section 4.3.
Where a formula says nothing (the curve is at 0, or at 1 on the log-log scale) there is none, as in R's ``survival``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from svcqa.stats.ordering import Float64, Int64, Mask, keys_of, run_bounds

LimitKind = Literal["log-log", "log", "plain"]
LIMIT_KINDS: Final[tuple[LimitKind, ...]] = ("log-log", "log", "plain")


@dataclass(frozen=True, kw_only=True)
class Curves:
    """Curves side by side; group ``g`` has the steps from ``first[g]`` to ``first[g + 1]``, in order of time.

    Attributes:
        first: ``(groups + 1,)``.
        time: distinct times of each group at which cases ended or were last seen.
        at_risk: cases that had neither ended nor been last seen before.
        ended: cases that ended then.
        survival: share that has not ended by then, that moment included.
        variance: Greenwood's sum, the variance of ``log(survival)``; infinite where nothing is left.
    """

    first: Int64
    time: Float64
    at_risk: Int64
    ended: Int64
    survival: Float64
    variance: Float64

    def __len__(self) -> int:
        return len(self.first) - 1

    @property
    def cases(self) -> Int64:
        """Cases of each group, ``(groups,)``."""
        return self._first_or_zero(self.at_risk)

    @property
    def closed(self) -> Int64:
        """Cases of each group that ended, ``(groups,)``."""
        total = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(self.ended)])
        ended: Int64 = total[self.first[1:]] - total[self.first[:-1]]
        return ended

    def steps(self, group: int) -> slice:
        """The steps of one group."""
        return slice(int(self.first[group]), int(self.first[group + 1]))

    def _first_or_zero(self, numbers: Int64) -> Int64:
        some = self.first[1:] > self.first[:-1]
        firsts = np.zeros(len(self), dtype=np.int64)
        firsts[some] = numbers[self.first[:-1][some]]
        return firsts


def kaplan_meier(
    group: npt.ArrayLike,
    time: npt.ArrayLike,
    ended: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    groups: int | None = None,
) -> Curves:
    """The curve of each group.

    Args:
        group: ``(n,)`` whole numbers from 0.
        time: ``(n,)`` until a case ended or was last seen; ``inf`` for one that will never end.
        ended: ``(n,)`` whether it ended; otherwise it is censored.
        weight: how many cases an entry stands for; one where absent.
        groups: how many groups there are; those that occur where absent.

    >>> curves = kaplan_meier([0, 0, 0, 0], [2, 3, 3, 5], [True, True, False, True])
    >>> curves.survival.round(4).tolist()
    [0.75, 0.5, 0.0]
    """
    group_index, when, done = np.asarray(group), np.asarray(time), np.asarray(ended, dtype=np.bool_)
    count = int(group_index.max()) + 1 if groups is None and len(group_index) else groups or 0
    many = None if weight is None else np.asarray(weight, dtype=np.int64)
    if many is not None and not many.all():  # an entry of no case is no step
        some = many > 0
        group_index, when, done, many = group_index[some], when[some], done[some], many[some]
    keys = keys_of(group_index, when, groups=count, marks=2, mark=done)
    key = keys.key
    if many is None:
        key.sort()
    else:
        order = np.argsort(key, kind="stable")
        key, many = key[order], many[order]
    # Equal entries first, so that only what differs goes through the rest: at most two for each step, the ended last.
    runs = run_bounds(key)
    key = key.take(runs[:-1])
    before = _cases_before(runs, many)
    steps = run_bounds(key >> 1)
    last = steps[1:] - 1
    key = key.take(last)
    begin = before.take(steps)
    ended_then = begin[1:] - before.take(last)
    ended_then *= (key & 1).astype(np.int64)  # of one width: NumPy would multiply in small pieces
    key >>= 1
    return _curves(keys.starts(key, count), keys.values(key), begin, ended_then)


def _cases_before(bounds: Int64, weight: Int64 | None) -> Int64:
    """Cases before each run of equal entries, and all of them last."""
    if weight is None:
        return bounds
    cases: Int64 = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(weight)])[bounds]
    return cases


def _curves(first: Int64, time: Float64, before: Int64, ended: Int64) -> Curves:
    """``before`` counts the cases before each step, those of the groups before included."""
    at_risk = np.repeat(before[first[1:]], np.diff(first))
    at_risk -= before[:-1]
    # Floats before dividing: NumPy divides whole numbers ten times slower, and they are exact up to 2⁵³.
    cases, variance = at_risk.astype(np.float64), ended.astype(np.float64)
    survival = cases - variance
    with np.errstate(divide="ignore"):
        variance /= cases
        variance /= survival
    survival /= cases
    # Group by group: one running sum of logarithms over all of them would carry its rounding from group to group.
    product, total = np.multiply.accumulate, np.add.accumulate
    for begin, end in pairwise(first.tolist()):
        if end > begin:
            shares, parts = survival[begin:end], variance[begin:end]
            product(shares, 0, None, shares)
            total(parts, 0, None, parts)
    return Curves(first=first, time=time, at_risk=at_risk, ended=ended, survival=survival, variance=variance)


def limits(curves: Curves, *, kind: LimitKind = "log-log", level: float = 0.95) -> tuple[Float64, Float64]:
    """Pointwise limits of ``survival`` at every step; NaN where the formula gives none.

    Args:
        kind: the scale on which the limits are symmetric.
        level: coverage.
    """
    return limits_of(curves.survival, curves.variance, kind=kind, level=level)


def limits_of(
    survival: Float64, variance: Float64, *, kind: LimitKind = "log-log", level: float = 0.95
) -> tuple[Float64, Float64]:
    """Limits of shares with their Greenwood sums; see :func:`limits`."""
    lower, upper = limits_on_scale(survival, variance, kind=kind, level=level)
    if kind != "plain":
        lower, upper = (np.exp(limit if kind == "log" else -np.exp(-limit)) for limit in (lower, upper))
    return np.clip(lower, 0, 1), np.clip(upper, 0, 1)


def on_scale(share: Float64, kind: LimitKind) -> Float64:
    """Shares on the scale on which limits are symmetric; it rises with the share."""
    if kind == "plain":
        return share
    with np.errstate(divide="ignore"):
        scaled: Float64 = np.log(share) if kind == "log" else -np.log(-np.log(share))
    return scaled


def limits_on_scale(survival: Float64, variance: Float64, *, kind: LimitKind, level: float) -> tuple[Float64, Float64]:
    """Limits of shares on the scale on which they are symmetric; NaN where the formula gives none.

    On the log-log scale, and on the plain one, no number comes of a curve at 0 of itself: 0 × ∞ and ∞ ÷ ∞ are none.
    """
    from scipy.special import ndtri

    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(variance)
        spread *= float(ndtri(0.5 + level / 2))
        centre = survival
        if kind == "plain":
            spread *= survival
        else:
            centre = np.log(survival)
        if kind == "log-log":
            hazard = np.negative(centre, out=centre)
            spread /= hazard
            centre = np.log(hazard)
            np.negative(centre, out=centre)
        lower = centre - spread
        upper = np.add(centre, spread, out=spread)
    if kind == "log":
        lower[survival <= 0] = np.nan
    return lower, upper


@dataclass(frozen=True, kw_only=True)
class SurvivalAt:
    """``survival`` of each group at a moment of its own, ``(groups,)`` each; NaN where ``known`` is false.

    It is not known where every case had been last seen before, some of them still open. Limits are NaN where the
    formula gives none.
    """

    survival: Float64
    variance: Float64
    lower: Float64
    upper: Float64
    known: Mask


def survival_at(
    curves: Curves, moment: npt.ArrayLike, *, kind: LimitKind = "log-log", level: float = 0.95
) -> SurvivalAt:
    """The share that has not ended by ``moment`` (one for all groups or one each), that moment included.

    >>> curves = kaplan_meier([0, 0, 0], [2, 3, 5], [True, True, False])
    >>> float(survival_at(curves, 4).survival[0].round(4)), survival_at(curves, 6).known.tolist()
    (0.3333, [False])
    """
    moments = np.broadcast_to(np.asarray(moment, dtype=np.float64), (len(curves),))
    survival, variance = np.ones(len(curves)), np.zeros(len(curves))
    known = np.ones(len(curves), dtype=np.bool_)
    for group, when in enumerate(moments.tolist()):
        steps = curves.steps(group)
        times = curves.time[steps]
        reached = int(np.searchsorted(times, when, side="right"))
        if reached:
            survival[group] = curves.survival[steps.start + reached - 1]
            variance[group] = curves.variance[steps.start + reached - 1]
        known[group] = bool(len(times)) and (when <= times[-1] or survival[group] == 0)
    lower, upper = limits_of(survival, variance, kind=kind, level=level)
    for numbers in (survival, variance, lower, upper):
        numbers[~known] = np.nan
    return SurvivalAt(survival=survival, variance=variance, lower=lower, upper=upper, known=known)
