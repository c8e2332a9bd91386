"""Rows of the result: every figure of a group and window with its measure, unit, interval, method and flags."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from svcqa.clock.calendar import SECONDS_A_DAY
from svcqa.metrics.context import Context
from svcqa.metrics.contract import Int64
from svcqa.metrics.grouping import day_number, lead_of, rows
from svcqa.metrics.result import Figure
from svcqa.metrics.states import counted_states
from svcqa.periods import Period
from svcqa.plugins.cases.clock import limit_text
from svcqa.plugins.percentiles.cells import Cells
from svcqa.plugins.percentiles.compare import compare_periods, compare_units
from svcqa.plugins.percentiles.figures import (
    Estimate,
    How,
    beyond,
    closed_only,
    difference,
    excess,
    mean_and_maximum,
    percentiles,
    steps,
)
from svcqa.plugins.percentiles.kernel import left_out_part
from svcqa.plugins.percentiles.params import PercentilesParams, clock_rule, name_of, unit_of

NAME: Final = "sla_percentiles"
TIME: Final = "time"
"""Stands for the unit of the clock."""
_TESTED: Final = (("logrank_p", "ratio"), ("logrank_chi_square", "ratio"))
Measured = tuple[str, str, Estimate]
"""Name of the measure, its unit, the figure."""


class Window:
    """All figures of one window."""

    def __init__(self, cells: Cells, params: PercentilesParams, context: Context, period: Period) -> None:
        self.cells, self.params, self.context, self.period = cells, params, context, period
        self.how = How(params.limits, context.level)
        self.total: Int64 = cells.total(period)
        self.states, self.reasons = cells.states(period), cells.reasons(period)
        sample, chosen = cells.sample(period)
        shares = [percentile / 100 for percentile in params.percentiles]
        self.whole, self.closed = percentiles(sample, shares, self.how), closed_only(sample, shares, self.how)
        lowest = 0.0 if clock_rule(params).running is not None else -math.inf  # one can come ahead of an agreed moment
        self.means = mean_and_maximum(sample, context.level, lowest=lowest)
        over = sample.since(cells.limit[chosen])
        self.beyond = beyond(over, self.how) if params.has_limit else []
        self.excess = excess(over, self.how) if params.has_limit else []
        parts = [cells.sample(period, part)[0] for part in range(1, len(params.steps))]
        self.steps = steps(parts, self.how) if parts else []
        self.lost = cells.sample(period, left_out_part(params))[0].cases if parts else None

    def rows(self, lead: Figure, group: int) -> Iterator[Figure]:
        """The rows of one group."""
        bare = _described(lead, self.params, self.context, self.period)
        counted = replace(bare, excluded_by=self.reasons[group])
        if self.params.has_limit:  # without a limit no case is met or breached
            counted = replace(counted, states=counted_states(self.states[group]), total=int(self.total[group]))
        for measure, unit, estimate in self._measures(group):
            yield _row(counted, self.cells, (measure, unit), estimate)
        for step, measure, unit, estimate in self._steps(group):
            yield _row(replace(bare, by={**lead.by, "step": step}), self.cells, (measure, unit), estimate)

    def _measures(self, group: int) -> Iterator[Measured]:
        for index, percentile in enumerate(self.params.percentiles):
            name, whole, closed = name_of(percentile), self.whole[group][index], self.closed[group][index]
            yield name, TIME, whole
            yield f"{name}_closed_only", TIME, closed
            yield f"{name}_difference", TIME, difference(whole, closed)
        mean, most = self.means[group]
        yield "mean", TIME, mean
        yield "maximum", TIME, most
        if self.params.has_limit:
            median, average = self.excess[group]
            yield "beyond_limit", "share", self.beyond[group]
            yield "excess_p50", TIME, median
            yield "excess_mean", TIME, average

    def _steps(self, group: int) -> Iterator[tuple[str, str, str, Estimate]]:
        if self.lost is None:
            return
        for number, time in enumerate(self.steps[group], start=1):
            named = f"{self.params.steps[number - 1]} → {self.params.steps[number]}"
            yield named, f"step_{number}_p50", TIME, time.median
            yield named, f"step_{number}_mean", TIME, time.mean
            yield named, f"step_{number}_share", "share", time.share
        lost = int(self.lost[group])
        yield (
            "",
            "steps_unknown",
            "case",
            Estimate(value=lost, lower=None, upper=None, n=lost, closed=0, method="none (a count)"),
        )


def _described(lead: Figure, params: PercentilesParams, context: Context, period: Period) -> Figure:
    """The lead with what holds for all of its measures."""
    working = clock_rule(params).needs_calendar
    first, last = day_number(period.first), (context.as_of_seconds - 1) // SECONDS_A_DAY
    named = {
        "what_if": params.tries_limit,
        "partial": context.as_of < period.end,
        "provisional_calendar": working and context.calendar.provisional_between(first, last),
        "assumed": params.promise.assumed,
    }
    return replace(lead, limit=_limit_text(params), flags=tuple(name for name, holds in named.items() if holds))


def _row(described: Figure, cells: Cells, measure: tuple[str, str], estimate: Estimate) -> Figure:
    name, unit = measure
    shown = estimate.scaled(cells.counts_a_unit) if unit == TIME else estimate
    return replace(
        described,
        measure=name,
        value_unit=unit_of(cells.params) if unit == TIME else unit,
        value=shown.value,
        lower=shown.lower,
        upper=shown.upper,
        n=shown.n,
        numerator=shown.closed,
        method=shown.method,
        flags=(*described.flags, *shown.flags),
    )


def _limit_text(params: PercentilesParams) -> str:
    if not params.has_limit:
        return ""
    return limit_text(params.promise, clock_rule(params).limit if params.limit is None else params.limit)


def compared_units(
    cells: Cells, params: PercentilesParams, context: Context, periods: Sequence[Period]
) -> Iterator[Figure]:
    """Whether the units of each window take equally long: rows of the whole."""
    for period in periods:
        unit = context.unit or context.organisation.company.code
        lead = lead_of(unit, period, metric=NAME, indicator=params.promise.key)
        described = _described(lead, params, context, period)
        for measure, estimate in zip(_TESTED, compare_units(cells, cells.sample(period)[0]), strict=True):
            yield _row(described, cells, measure, estimate)


def compared_periods(
    cells: Cells, params: PercentilesParams, context: Context, periods: Sequence[Period]
) -> Iterator[Figure]:
    """Whether the windows of each group take equally long: rows of the whole period."""
    samples = [cells.sample(period)[0] for period in periods]
    for group, _, lead in rows(cells.groups, [context.period], metric=NAME, indicator=params.promise.key):
        described = _described(lead, params, context, context.period)
        for measure, estimate in zip(_TESTED, compare_periods(samples, group, context), strict=True):
            yield _row(described, cells, measure, estimate)
