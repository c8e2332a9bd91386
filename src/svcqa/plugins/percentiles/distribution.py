"""The whole distribution of each group, for whoever draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from svcqa.metrics.contract import Context, Int64
from svcqa.metrics.grouping import rows, windows
from svcqa.plugins.percentiles.cells import Cells, Float64
from svcqa.plugins.percentiles.figures import Estimate, How, percentiles
from svcqa.plugins.percentiles.params import PercentilesParams, name_of, unit_of
from svcqa.stats.survival import limits


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """Times of one group and period in order, in ``value_unit``; arrays are ``(times,)``.

    Attributes:
        unit, keys, period: which group and period.
        value_unit: unit of the times, such as ``minute``.
        time: distinct times.
        closed, open: cases that ended at each time, and open ones that have come so far.
        survival, lower, upper: the share that takes longer, with its limits; NaN where there are none.
        never: cases that ended without the service, at no time.
        limit: the limit, where all cases have the same.
        percentiles: by name, such as ``p90``.
    """

    unit: str
    keys: Mapping[str, str]
    period: str
    value_unit: str
    time: Float64
    closed: Int64
    open: Int64
    survival: Float64
    lower: Float64
    upper: Float64
    never: int
    limit: float | None
    percentiles: Mapping[str, Estimate]


def distributions(cells: Cells, params: PercentilesParams, context: Context) -> tuple[Distribution, ...]:
    """One for every group and period that has cases."""
    how, units = How(params.limits, context.level), cells.counts_a_unit
    shares = [percentile / 100 for percentile in params.percentiles]
    periods = windows(context)
    made = []
    for period in periods:
        sample, _ = cells.sample(period)
        curves = sample.curves()
        made.append((curves, limits(curves, kind=how.kind, level=how.level), percentiles(sample, shares, how)))
    found = []
    for group, number, lead in rows(cells.groups, periods, metric="", indicator=params.promise.key):
        curves, (lower, upper), quantiles = made[number]
        steps = curves.steps(group)
        time, ended = curves.time[steps], curves.ended[steps]
        if not len(time):
            continue
        leaving = curves.at_risk[steps] - np.append(curves.at_risk[steps][1:], 0)
        finite = np.isfinite(time)
        named = {name_of(p): one.scaled(units) for p, one in zip(params.percentiles, quantiles[group], strict=True)}
        one_limit = params.has_limit and not params.promise.limits and len(cells.limit) > 0
        found.append(
            Distribution(
                unit=lead.unit,
                keys=cells.groups.keys[group],
                period=lead.period,
                value_unit=unit_of(params),
                time=time[finite] / units,
                closed=ended[finite],
                open=(leaving - ended)[finite],
                survival=curves.survival[steps][finite],
                lower=lower[steps][finite],
                upper=upper[steps][finite],
                never=int(leaving[~finite].sum()),
                limit=int(cells.limit[0]) / units if one_limit else None,
                percentiles=named,
            )
        )
    return tuple(found)
