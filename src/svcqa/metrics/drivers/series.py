"""Driving a series metric: another metric's figures by its grain, then the figures of the series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from svcqa.entities.base import Entity
from svcqa.errors import Fault, MetricError
from svcqa.metrics.abilities import Fitted, Mixes, Stretches, having
from svcqa.metrics.context import Context
from svcqa.metrics.contract import SeriesMetric
from svcqa.metrics.drivers.contract import Ask, Sources, WithoutCases, complete
from svcqa.metrics.grouping import PERIOD_KINDS
from svcqa.metrics.result import Result
from svcqa.metrics.series import Row, SeriesOf, SeriesParams, grouped


@dataclass(frozen=True)
class SeriesDriver(WithoutCases):
    """Asks a metric that is computed from another metric's result."""

    metric: SeriesMetric[Any]

    def result(self, sources: Sources, params: Entity, context: Context, *, pins: Mapping[str, str]) -> Result:
        """The figures."""
        return self.read(series_for(sources.ask, self.metric, params, context), params, context, pins=pins)

    def prepare(self, sources: Sources, params: Entity, context: Context) -> Any:
        """What the metric's ``fit`` makes of the series.

        Raises:
            MetricError: the metric does not fit once and measure often.
        """
        fitted = having(self.metric, Fitted[Any, Any])
        if fitted is None:
            raise MetricError(Fault("reads_no_records", got=self.metric.spec.name))
        return fitted.fit(series_for(sources.ask, self.metric, params, context), params, context)

    def read(self, prepared: Any, params: Entity, context: Context, *, pins: Mapping[str, str]) -> Result:
        """The figures from a series, or from what ``fit`` made of it."""
        return complete(self.metric, self.metric.measure(prepared, params, context), context, pins=pins)


def series_for(ask: Ask, metric: SeriesMetric[Any], params: Entity, context: Context) -> Result:
    """The base metric's result that a series metric reads: by its grain and the units asked for.

    The grain is the month, or the cycle of a commitment that is kept by quarter or year. Further stretches of time and
    further columns of codes, which a metric may ask for, come as further rows.

    Raises:
        MetricError: the metric names no base, or cumulative figures are asked for.
    """
    if not isinstance(params, SeriesParams):
        raise MetricError(Fault("series_base", place=metric.spec.name))
    if context.cumulative:
        raise MetricError(Fault("series_cumulative", got=metric.spec.name))
    base, by = params.base, grouped(metric, params, context.by)
    result = ask(base.metric, dict(base.params), replace(context, by=by))
    rows = list(result.rows)
    if (stretching := having(metric, Stretches[Any])) is not None:
        units = tuple(name for name in context.by if name not in PERIOD_KINDS)
        for stretch in stretching.stretches(params, context):
            rows += ask(base.metric, dict(base.params), replace(context, period=stretch, by=units)).rows
    if (mixing := having(metric, Mixes[Any])) is not None:
        for name, needed in mixing.mixes(params, context).items():
            rows += _by_code(ask, base, replace(context, by=(*by, name)), needed=needed)
    return replace(result, rows=tuple(rows))


def _by_code(ask: Ask, base: SeriesOf, context: Context, *, needed: bool) -> tuple[Row, ...]:
    """The base by a further column of codes; nothing where its records have no such column and it is not needed."""
    try:
        return tuple(ask(base.metric, dict(base.params), context).rows)
    except MetricError as error:
        if needed or any(fault.code != "unknown_grouping" for fault in error.faults):
            raise
        return ()
