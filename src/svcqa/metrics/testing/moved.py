"""One example of a metric of any shape, whose parameters can be moved over what was read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from svcqa.entities.base import Entity
from svcqa.metrics.context import Context
from svcqa.metrics.contract import Metric, RecordMetric
from svcqa.metrics.drivers import driver_of
from svcqa.metrics.examples import Example, SeriesExample
from svcqa.metrics.parameters import validated
from svcqa.metrics.result import Figure
from svcqa.metrics.survey.example import SurveyExample
from svcqa.metrics.testing.problems import examples_of
from svcqa.metrics.testing.trial import Trial


@dataclass(frozen=True)
class Moved:
    """An example with its summary, series or wave."""

    metric: Metric
    place: str
    given: Mapping[str, Any]
    prepared: Any
    context: Context

    def params(self, **changes: Any) -> Entity:
        """The example's parameters, some of them changed."""
        return validated(self.metric, {**self.given, **changes})

    def rows(self, **changes: Any) -> list[Figure]:
        """The figures."""
        params = self.params(**changes)
        return list(driver_of(self.metric).read(self.prepared, params, self.context, pins={}).rows)


def moved(metric: Metric) -> list[Moved]:
    """Every example of ``metric``."""
    trials = []
    for number, example in enumerate(examples_of(metric), start=1):
        context = example.context()
        place = f"example {number} ({example.period})"
        prepared = _prepared(metric, example, number, context)
        trials.append(Moved(metric, place, example.params, prepared, context))
    return trials


def _prepared(metric: Metric, example: Example | SeriesExample | SurveyExample, number: int, context: Context) -> Any:
    if isinstance(example, SeriesExample):
        return example.series()
    if isinstance(example, SurveyExample):
        return example.surveyed()
    return Trial(cast(RecordMetric[Any], metric), example, number).summary(context)
