"""How long it takes: percentiles that count the cases still open, by unit, tier, month.

Leaving out open cases flatters whoever closes the easy ones. Where cases are open the percentiles come from the
Kaplan–Meier curve, where none is from the times in order; beside each stands that of closed cases alone under the same
rule. A percentile that the data do not reach is *not reached*, neither missing nor the longest time.
"""

from __future__ import annotations

from typing import ClassVar

from svcqa.entities.base import Entity, Text
from svcqa.metrics.abilities import HasDistributions, HasLimit
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.contract import Batch, Derive, Observations, Summary
from svcqa.metrics.distribution import TimeDistribution
from svcqa.metrics.examples import Example
from svcqa.metrics.grouping import code_columns, rows, windows
from svcqa.metrics.result import Figure, Result
from svcqa.plugins.cases.times import with_history
from svcqa.plugins.percentiles.cells import Cells
from svcqa.plugins.percentiles.distribution import distributions
from svcqa.plugins.percentiles.examples import EXAMPLES
from svcqa.plugins.percentiles.kernel import columns_read, observe_times
from svcqa.plugins.percentiles.params import PercentilesParams, check_limit, clock_rule, unit_of
from svcqa.plugins.percentiles.rows import NAME, TIME, Window, compared_periods, compared_units


class PercentilesMetric(HasLimit[PercentilesParams], HasDistributions[PercentilesParams]):
    """Percentiles of the time that cases take, open ones counted, with mean, maximum and what exceeds the limit."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name=NAME,
        label=Text(hans="时长分位数", hant="時長分位數", en="Percentiles of time taken"),
        unit=TIME,
        better="lower",
        formula=Text(
            hans="有未结个案时按 Kaplan–Meier 曲线，否则按次序统计量；取 S(t) < 1 − p 的最小 t，"
            "曲线恰在 1 − p 处持平时取中点",
            hant="有未結個案時按 Kaplan–Meier 曲線，否則按次序統計量；取 S(t) < 1 − p 的最小 t，"
            "曲線恰在 1 − p 處持平時取中點",
            en="Kaplan–Meier where cases are open, else order statistics: the smallest t with S(t) < 1 − p, the middle "
            "of the stretch where S stays at 1 − p",
        ),
        reference="Kaplan and Meier (1958) JASA 53, 457–481; Brookmeyer and Crowley (1982) Biometrics 38, 29–41; "
        "Conover (1999) section 3.2; Mantel (1966) Cancer Chemotherapy Reports 50, 163–170",
    )
    params: ClassVar[type[Entity]] = PercentilesParams

    def table(self, params: PercentilesParams) -> str:
        """The table of the clock."""
        clock_rule(params)
        return params.promise.table

    def columns(self, params: PercentilesParams) -> tuple[str, ...]:
        """What clock, conditions and steps read."""
        return columns_read(params)

    def derive(self, params: PercentilesParams, context: Context) -> Derive | None:
        """The status history, where it runs the clock."""
        return with_history(params.promise)

    def observe(self, batch: Batch, params: PercentilesParams, context: Context) -> Observations:
        """Exact times, those of open cases so far."""
        return observe_times(batch, params, context)

    def limit_range(self, params: PercentilesParams) -> tuple[int, int, int] | None:
        """Lowest, highest and promised limit, in the clock's unit; ``None`` where there is none."""
        rule = clock_rule(params)
        return (0, rule.highest_limit, rule.limit) if params.has_limit else None

    def measure(self, summary: Summary, params: PercentilesParams, context: Context) -> Result:
        """One row for each group, period and measure."""
        check_limit(params)
        cells = Cells(summary, params, context)
        periods = windows(context)
        measured = [Window(cells, params, context, period) for period in periods]
        figures: list[Figure] = []
        for group, number, lead in rows(cells.groups, periods, metric=NAME, indicator=params.promise.key):
            if measured[number].total[group]:
                figures.extend(measured[number].rows(lead, group))
        if params.compare == "units":
            figures.extend(compared_units(cells, params, context, periods))
        elif params.compare == "periods":
            figures.extend(compared_periods(cells, params, context, periods))
        keys = (*code_columns(context.by), *(("step",) if params.steps else ()))
        about = {"commitment": params.promise.key, "percentiles_of": unit_of(params)}
        return Result(tuple(figures), keys=keys, about=about, unit=unit_of(params))

    def distributions(
        self, summary: Summary, params: PercentilesParams, context: Context
    ) -> tuple[TimeDistribution, ...]:
        """Every group's times, curve, limit and percentiles, ready to be drawn."""
        check_limit(params)
        return distributions(Cells(summary, params, context), params, context)

    def examples(self) -> tuple[Example, ...]:
        """Open cases, none open, steps, and calls that nobody answered."""
        return EXAMPLES
