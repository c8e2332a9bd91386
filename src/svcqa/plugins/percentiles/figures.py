"""Figures of one window: percentiles, mean and maximum, what lies beyond the limit, where the time goes.

Every function gives ``(groups)`` lists of :class:`Estimate`, in the unit of counting; nothing here knows of rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from svcqa.metrics.contract import Int64
from svcqa.plugins.percentiles.cells import Float64, Sample
from svcqa.stats.means import student_t
from svcqa.stats.proportions import wilson
from svcqa.stats.quantiles import Quantiles, curve_quantiles, order_statistics
from svcqa.stats.survival import LimitKind, survival_at

NOT_REACHED, INTERVAL_OPEN, LOWER_BOUND = "not_reached", "interval_open", "lower_bound"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One figure; ``None`` where nothing can be said."""

    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    n: int = 0
    closed: int = 0
    method: str = "none (no case)"
    flags: tuple[str, ...] = ()

    def scaled(self, units: int) -> Estimate:
        """In units that hold so many of those it is counted in."""
        value, lower, upper = (x if x is None else x / units for x in (self.value, self.lower, self.upper))
        return replace(self, value=value, lower=lower, upper=upper)


@dataclass(frozen=True)
class How:
    """Scale of the curve's limits, and their coverage."""

    kind: LimitKind
    level: float

    @property
    def curve(self) -> str:
        """Name of the formula where cases are open."""
        return f"Kaplan–Meier, {self.kind} {self.level:.0%}"

    @property
    def order(self) -> str:
        """Name of the formula where none is."""
        return f"order statistics, binomial {self.level:.0%}"


def percentiles(sample: Sample, shares: Sequence[float], how: How) -> list[list[Estimate]]:
    """Percentiles of every group, ``[group][share]``: by the curve where cases are open, else by order."""
    still_open, cases = sample.open, sample.cases
    curve = curve_quantiles(sample.curves(), shares, kind=how.kind, level=how.level)
    ordered = _in_order(sample, still_open, shares, how.level)
    estimates = []
    for group in range(sample.groups):
        by_curve = bool(still_open[group])
        quantiles, method = (curve, how.curve) if by_curve else (ordered, how.order)
        n, closed = int(cases[group]), int(cases[group] - still_open[group])
        estimates.append(
            [
                _estimate(quantiles, group, place=index, n=n, closed=closed, method=method)
                for index in range(len(shares))
            ]
        )
    return estimates


def closed_only(sample: Sample, shares: Sequence[float], how: How) -> list[list[Estimate]]:
    """The same rule and formula on closed cases alone, so that leaving out the open ones is all that differs."""
    closed = sample.only(sample.ended)
    still_open, cases = sample.open, closed.cases
    curve = curve_quantiles(closed.curves(), shares, kind=how.kind, level=how.level)
    ordered = _in_order(sample, still_open, shares, how.level)
    estimates = []
    for group in range(sample.groups):
        quantiles, method = (curve, how.curve) if still_open[group] else (ordered, how.order)
        n = int(cases[group])
        estimates.append(
            [_estimate(quantiles, group, place=index, n=n, closed=n, method=method) for index in range(len(shares))]
        )
    return estimates


def _in_order(sample: Sample, still_open: Int64, shares: Sequence[float], level: float) -> Quantiles:
    """Order statistics of the groups in which every case is closed."""
    some = sample.only(still_open[sample.group] == 0)
    return order_statistics(some.group, some.time, some.weight, probabilities=shares, groups=sample.groups, level=level)


def _estimate(quantiles: Quantiles, group: int, *, place: int, n: int, closed: int, method: str) -> Estimate:
    if n == 0:
        return Estimate()
    value, lower, upper = (
        float(numbers[group, place]) for numbers in (quantiles.value, quantiles.lower, quantiles.upper)
    )
    flags = [NOT_REACHED] if math.isnan(value) else [INTERVAL_OPEN] if math.isnan(lower) or math.isnan(upper) else []
    return Estimate(
        value=_known(value),
        lower=_known(lower),
        upper=_known(upper),
        n=n,
        closed=closed,
        method=method,
        flags=tuple(flags),
    )


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number


def difference(whole: Estimate, closed: Estimate) -> Estimate:
    """By how much the percentile of closed cases alone is too short."""
    if whole.n == 0:
        return Estimate()
    if whole.value is None or closed.value is None:
        return Estimate(
            value=None,
            lower=None,
            upper=None,
            n=whole.n,
            closed=whole.closed,
            method="none (a difference)",
            flags=(NOT_REACHED,),
        )
    return Estimate(
        value=whole.value - closed.value,
        lower=None,
        upper=None,
        n=whole.n,
        closed=whole.closed,
        method="none (a difference)",
    )


def mean_and_maximum(sample: Sample, level: float, *, lowest: float = 0.0) -> list[tuple[Estimate, Estimate]]:
    """Mean and longest time so far of every group; with open cases both can only grow.

    Cases that ended without the service have no time: they are none of the mean's. No interval reaches below
    ``lowest``, the shortest time that there can be.
    """
    served = sample.only(np.isfinite(sample.time))
    still_open, cases = served.open, served.cases
    totals = np.zeros(served.groups, dtype=np.int64)
    np.add.at(totals, served.group, served.time.astype(np.int64) * served.weight)
    curves = served.curves()
    estimates = []
    for group in range(served.groups):
        n = int(cases[group])
        if n == 0:
            estimates.append((Estimate(), Estimate()))
            continue
        steps = curves.steps(group)
        closed, value, longest = n - int(still_open[group]), int(totals[group]) / n, float(curves.time[steps][-1])
        if still_open[group]:
            mean = Estimate(
                value=value,
                lower=None,
                upper=None,
                n=n,
                closed=closed,
                method="none (cases open)",
                flags=(LOWER_BOUND,),
            )
            most = Estimate(
                value=longest,
                lower=None,
                upper=None,
                n=n,
                closed=closed,
                method="none (the longest case so far)",
                flags=(LOWER_BOUND,),
            )
        else:
            mean = _student(value, curves.time[steps], cases=curves.ended[steps], n=n, level=level, lowest=lowest)
            most = Estimate(value=longest, lower=None, upper=None, n=n, closed=closed, method="none (the longest case)")
        estimates.append((mean, most))
    return estimates


def _student(mean: float, time: Float64, *, cases: Int64, n: int, level: float, lowest: float) -> Estimate:
    """A mean with its interval; skewed times need many cases for it."""
    if n < 2:
        return Estimate(value=mean, lower=None, upper=None, n=n, closed=n, method="none (one case)")
    lower, upper = student_t(time, cases, level=level)
    return Estimate(value=mean, lower=max(lower, lowest), upper=upper, n=n, closed=n, method=f"Student t {level:.0%}")


def beyond(sample: Sample, how: How) -> list[Estimate]:
    """The share of every group beyond the limit; times are counted from each case's limit.

    Cases still within it count as far as they have come, by the curve.
    """
    at = survival_at(sample.curves(), 0, kind=how.kind, level=how.level)
    still_open, cases = sample.open, sample.cases
    over = sample.only(sample.time > 0).cases
    estimates = []
    for group in range(sample.groups):
        n, closed = int(cases[group]), int(cases[group] - still_open[group])
        if n == 0:
            estimates.append(Estimate())
        elif not still_open[group]:
            low, high = wilson(over[group], n, level=how.level)
            value = int(over[group]) / n
            estimates.append(
                Estimate(
                    value=value,
                    lower=float(low),
                    upper=float(high),
                    n=n,
                    closed=closed,
                    method=f"Wilson {how.level:.0%}",
                )
            )
        elif not at.known[group]:
            estimates.append(
                Estimate(value=None, lower=None, upper=None, n=n, closed=closed, method=how.curve, flags=(NOT_REACHED,))
            )
        else:
            lower, upper = _known(float(at.lower[group])), _known(float(at.upper[group]))
            method = how.curve if lower is not None else "none (the curve has not moved)"
            estimates.append(
                Estimate(value=float(at.survival[group]), lower=lower, upper=upper, n=n, closed=closed, method=method)
            )
    return estimates


def excess(sample: Sample, how: How) -> list[tuple[Estimate, Estimate]]:
    """By how much the limit is exceeded where it is: median and mean of every group."""
    over = sample.only(sample.time > 0)
    medians, means = percentiles(over, [0.5], how), mean_and_maximum(over, how.level)
    return [(median[0], mean) for median, (mean, _) in zip(medians, means, strict=True)]


@dataclass(frozen=True)
class StepTime:
    """One step of one group: its median, its mean over all cases, and its share of all time so far."""

    median: Estimate
    mean: Estimate
    share: Estimate


def steps(samples: Sequence[Sample], how: How) -> list[list[StepTime]]:
    """The steps of every group, ``[group][step]``; ``samples`` are the times of each step.

    Means are over all cases that began the first step, so that they add up to the mean of the whole; open cases count
    with the time so far. The shares of the time add up to one.
    """
    groups = samples[0].groups
    totals = np.zeros((len(samples), groups), dtype=np.int64)
    for number, sample in enumerate(samples):
        np.add.at(totals[number], sample.group, np.asarray(sample.time, dtype=np.int64) * sample.weight)
    medians = [percentiles(sample, [0.5], how) for sample in samples]
    began, still_open = samples[0].cases, sum((sample.open for sample in samples), np.zeros(groups, dtype=np.int64))
    step_times: list[list[StepTime]] = []
    for group in range(groups):
        n, whole = int(began[group]), int(totals[:, group].sum())
        flags: tuple[str, ...] = (LOWER_BOUND,) if still_open[group] else ()
        closed = n - int(still_open[group])
        times = []
        for number in range(len(samples)):
            spent = int(totals[number, group])
            mean = (
                Estimate(
                    value=spent / n,
                    lower=None,
                    upper=None,
                    n=n,
                    closed=closed,
                    method="none (all time so far)",
                    flags=flags,
                )
                if n
                else Estimate()
            )
            share = (
                Estimate(
                    value=spent / whole, lower=None, upper=None, n=n, closed=closed, method="none (all time so far)"
                )
                if whole
                else Estimate()
            )
            times.append(StepTime(medians[number][group][0], mean, share))
        step_times.append(times)
    return step_times
