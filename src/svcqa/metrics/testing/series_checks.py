"""The conformance kit's checks of series metrics: what can go wrong between another metric's rows and the figures."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from svcqa.entities.base import Entity
from svcqa.errors import MetricError, StatsError
from svcqa.metrics.abilities import OverWhole, having
from svcqa.metrics.context import Context
from svcqa.metrics.contract import SeriesMetric
from svcqa.metrics.drivers.series import SeriesDriver
from svcqa.metrics.examples import SeriesExample
from svcqa.metrics.parameters import validated
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.testing.problems import SEED, examples_of, require
from svcqa.metrics.testing.row_checks import broken_interval, unexpected


@dataclass(frozen=True)
class _Trial:
    """A metric and one of its examples."""

    metric: SeriesMetric[Any]
    example: SeriesExample
    number: int

    @property
    def place(self) -> str:
        return f"example {self.number} ({self.example.period})"

    @property
    def params(self) -> Entity:
        return validated(self.metric, self.example.params)

    def result(self, series: Result | None = None, context: Context | None = None) -> Result:
        base_series = self.example.series() if series is None else series
        return SeriesDriver(self.metric).read(base_series, self.params, context or self.example.context(), pins={})


def _trials(metric: SeriesMetric[Any]) -> list[_Trial]:
    return [_Trial(metric, example, number) for number, example in enumerate(examples_of(metric), start=1)]


def _examples_reproduced(metric: SeriesMetric[Any]) -> None:
    """Every example gives the figures that were worked out for it."""
    require([problem for t in _trials(metric) for problem in unexpected(t.place, _rows(t), t.example.expected)])


def _input_not_mutated(metric: SeriesMetric[Any]) -> None:
    """The rows of the other metric are not changed."""
    problems = []
    for trial in _trials(metric):
        series = trial.example.series()
        before = copy.deepcopy(series.rows)
        trial.result(series)
        if series.rows != before:
            problems.append(f"{trial.place}: measure changes the rows of its series")
    require(problems)


def _same_answer_twice(metric: SeriesMetric[Any]) -> None:
    """Asked twice, it says the same."""
    require([f"{t.place}: asked twice, the answers differ" for t in _trials(metric) if _rows(t) != _rows(t)])


def _row_order_makes_no_difference(metric: SeriesMetric[Any]) -> None:
    """Rows in another order give the same figures."""
    problems = []
    for trial in _trials(metric):
        series = trial.example.series()
        mixed = np.random.default_rng(SEED).permutation(len(series.rows))
        for order in (range(len(series.rows) - 1, -1, -1), mixed):
            other = replace(series, rows=tuple(series.rows[index] for index in order))
            if _rows(trial, other) != _rows(trial):
                problems.append(f"{trial.place}: rows in another order give other figures")
    require(problems)


def _one_group_alone_equals_that_group(metric: SeriesMetric[Any]) -> None:
    """A unit's series alone gives the rows that it has beside another's, unless units are compared."""
    if having(metric, OverWhole) is not None:
        return
    problems = []
    for trial in _trials(metric):
        series, context = trial.example.series(), replace(trial.example.context(), by=("unit",))
        first = series.rows[0].unit
        unit_rows = tuple(row for row in series.rows if row.unit == first)
        beside = tuple(replace(row, unit="D2", value=_moved(row.value)) for row in unit_rows)
        among = trial.result(replace(series, rows=(*unit_rows, *beside)), context).rows
        alone = trial.result(replace(series, rows=unit_rows), context).rows
        if [row for row in among if row.unit == first] != list(alone):
            problems.append(f"{trial.place}: {first} alone is not {first} among all")
    require(problems)


def _empty_input(metric: SeriesMetric[Any]) -> None:
    """No row at all gives no row, or a refusal in words."""
    problems = []
    for trial in _trials(metric):
        try:
            rows = trial.result(replace(trial.example.series(), rows=())).rows
        except (MetricError, StatsError):
            continue
        if rows:
            problems.append(f"{trial.place}: with no row there are {len(rows)} figures")
    require(problems)


def _interval_holds_the_value(metric: SeriesMetric[Any]) -> None:
    """lower ≤ value ≤ upper; an interval names its method."""
    require([problem for t in _trials(metric) for row in _rows(t) for problem in broken_interval(t.place, row)])


def _rows(trial: _Trial, series: Result | None = None) -> list[Figure]:
    return list(trial.result(series).rows)


def _moved(value: float | None) -> float | None:
    return value if value is None else value * 0.5


SERIES: Final = (
    _examples_reproduced,
    _input_not_mutated,
    _same_answer_twice,
    _row_order_makes_no_difference,
    _one_group_alone_equals_that_group,
    _empty_input,
    _interval_holds_the_value,
)
