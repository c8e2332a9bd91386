"""The whole distribution of each group, for whoever draws it."""

from __future__ import annotations

import numpy as np

from svcqa.metrics.context import Context
from svcqa.metrics.distribution import TimeDistribution
from svcqa.metrics.grouping import rows, windows
from svcqa.plugins.percentiles.cells import Cells
from svcqa.plugins.percentiles.figures import How, percentiles
from svcqa.plugins.percentiles.params import PercentilesParams, name_of, unit_of
from svcqa.stats.survival import limits


def distributions(cells: Cells, params: PercentilesParams, context: Context) -> tuple[TimeDistribution, ...]:
    """One for every group and period that has cases."""
    how, units = How(params.limits, context.level), cells.counts_a_unit
    shares = [percentile / 100 for percentile in params.percentiles]
    periods = windows(context)
    made = []
    for period in periods:
        sample, _ = cells.sample(period)
        curves = sample.curves()
        made.append((curves, limits(curves, kind=how.kind, level=how.level), percentiles(sample, shares, how)))
    results = []
    for group, number, lead in rows(cells.groups, periods, metric="", indicator=params.promise.key):
        curves, (lower, upper), quantiles = made[number]
        steps = curves.steps(group)
        time, ended = curves.time[steps], curves.ended[steps]
        if not len(time):
            continue
        leaving = curves.at_risk[steps] - np.append(curves.at_risk[steps][1:], 0)
        finite = np.isfinite(time)
        named = {
            name_of(p): estimate.scaled(units).value
            for p, estimate in zip(params.percentiles, quantiles[group], strict=True)
        }
        one_limit = params.has_limit and not params.promise.limits and len(cells.limit) > 0
        results.append(
            TimeDistribution(
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
    return tuple(results)
