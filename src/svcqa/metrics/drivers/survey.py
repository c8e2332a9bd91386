"""Driving a survey metric: the wave of each stretch of time, then the figures of the wave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from typing_extensions import override

from svcqa.entities.base import Entity
from svcqa.errors import Fault, MetricError
from svcqa.metrics.context import Context
from svcqa.metrics.contract import SurveyMetric
from svcqa.metrics.drivers.contract import Sources, WithoutCases, complete
from svcqa.metrics.grouping import PERIOD_KINDS, windows
from svcqa.metrics.result import Result
from svcqa.metrics.survey.waves import Surveyed, SurveyParams
from svcqa.periods import Period


@dataclass(frozen=True)
class SurveyDriver(WithoutCases):
    """Asks a metric that is computed from the design and the records of a wave."""

    metric: SurveyMetric[Any]

    def result(self, sources: Sources, params: Entity, context: Context, *, pins: Mapping[str, str]) -> Result:
        """Of the wave of each stretch of time asked for; stretches without one have no figures.

        Raises:
            MetricError: a wave is named and not there, or the survey has none at all.
        """
        by = tuple(name for name in context.by if name not in PERIOD_KINDS)
        results: list[Result] = []
        missing: list[MetricError] = []
        for period in windows(context):
            period_context = replace(context, period=period, by=by, cumulative=False)
            try:
                surveyed = self.prepare(sources, params, period_context)
            except MetricError as error:
                missing.append(error)
                continue
            results.append(self.read(surveyed, params, period_context, pins={**pins, **_pins_of(surveyed)}))
        if not results:
            surveys, spec = sources.surveys, self.metric.spec
            if surveys is None or not isinstance(params, SurveyParams) or not surveys.has_waves(params):
                raise missing[0]
            return Result((), unit=spec.unit, better=spec.better, label=spec.label)
        return replace(results[-1], rows=tuple(row for result in results for row in result.rows))

    def prepare(self, sources: Sources, params: Entity, context: Context) -> Surveyed:
        """The wave that the metric reads, with its calls up to ``as_of`` and the wave before it.

        Raises:
            MetricError: the metric names no wave, the workspace has none, or the period is not that of the wave.
        """
        return surveyed(sources, params, context, metric=self.metric.spec.name)

    def read(self, prepared: Surveyed, params: Entity, context: Context, *, pins: Mapping[str, str]) -> Result:
        """The figures from a wave."""
        result = self.metric.measure(prepared.wave, prepared.design, params, context)
        return complete(self.metric, result, context, pins=pins)

    @override
    def asked_as_of(self, sources: Sources, params: Entity, period: Period) -> dt.datetime | None:
        """The end of the wave's calls, which follow the services."""
        if sources.surveys is None or not isinstance(params, SurveyParams):
            return None
        return sources.surveys.calls_end(params, period)


def surveyed(sources: Sources, params: Entity, context: Context, *, metric: str) -> Surveyed:
    """The wave that ``params`` name, with its calls up to ``as_of`` and the wave before it.

    Raises:
        MetricError: they name no wave, the workspace has none, or the period is not that of the wave.
    """
    if not isinstance(params, SurveyParams):
        raise MetricError(Fault("survey_params", place=metric))
    if sources.surveys is None:
        raise MetricError(Fault("no_wave", place=context.period.label, got=params.wave or ""))
    return sources.wave(sources.surveys.chosen(params, context.period, as_of=context.as_of), context)


def _pins_of(prepared: Surveyed) -> dict[str, str]:
    """What pins a wave's figures."""
    wave = prepared.design.wave
    return {
        "wave": wave.code,
        "survey": wave.survey,
        "survey_digest": prepared.design.survey.digest,
        "list": wave.list_digest,
        "frame": wave.frame_digest,
    }
