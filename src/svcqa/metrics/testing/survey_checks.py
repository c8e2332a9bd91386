"""The conformance kit's checks of survey metrics: what can go wrong between a wave and its figures."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from svcqa.errors import MetricError, StatsError
from svcqa.metrics.contract import SurveyMetric
from svcqa.metrics.drivers.survey import SurveyDriver
from svcqa.metrics.parameters import validated
from svcqa.metrics.result import Figure
from svcqa.metrics.survey.example import SurveyExample
from svcqa.metrics.survey.waves import DrawnCustomer, Surveyed
from svcqa.metrics.testing.problems import SEED, examples_of, require
from svcqa.metrics.testing.row_checks import broken_interval, unexpected

Rows = list[Figure]


@dataclass(frozen=True)
class _Trial:
    """A metric and one of its examples."""

    metric: SurveyMetric[Any]
    example: SurveyExample
    number: int

    @property
    def place(self) -> str:
        return f"example {self.number} ({self.example.period})"

    def rows(self, surveyed: Surveyed | None = None) -> Rows:
        wave = self.example.surveyed() if surveyed is None else surveyed
        params = validated(self.metric, self.example.params)
        return list(SurveyDriver(self.metric).read(wave, params, self.example.context(), pins={}).rows)


def _trials(metric: SurveyMetric[Any]) -> list[_Trial]:
    return [_Trial(metric, example, number) for number, example in enumerate(examples_of(metric), start=1)]


def _with_people(surveyed: Surveyed, people: tuple[DrawnCustomer, ...]) -> Surveyed:
    return replace(surveyed, wave=replace(surveyed.wave, people=people))


def _examples_reproduced(metric: SurveyMetric[Any]) -> None:
    """Every example gives the figures that were worked out for it."""
    require([problem for t in _trials(metric) for problem in unexpected(t.place, t.rows(), t.example.expected)])


def _input_not_mutated(metric: SurveyMetric[Any]) -> None:
    """Neither the list nor the design is changed."""
    problems = []
    for trial in _trials(metric):
        surveyed = trial.example.surveyed()
        before = copy.deepcopy(surveyed)
        trial.rows(surveyed)
        if surveyed != before:
            problems.append(f"{trial.place}: measure changes its wave or its design")
    require(problems)


def _same_answer_twice(metric: SurveyMetric[Any]) -> None:
    """Asked twice, it says the same."""
    require([f"{t.place}: asked twice, the answers differ" for t in _trials(metric) if t.rows() != t.rows()])


def _row_order_makes_no_difference(metric: SurveyMetric[Any]) -> None:
    """A list in another order gives the same figures."""
    problems = []
    for trial in _trials(metric):
        surveyed = trial.example.surveyed()
        people = surveyed.wave.people
        mixed = np.random.default_rng(SEED).permutation(len(people))
        for order in (range(len(people) - 1, -1, -1), mixed):
            other = _with_people(surveyed, tuple(people[index] for index in order))
            if not _alike(trial.rows(other), trial.rows()):
                problems.append(f"{trial.place}: a list in another order gives other figures")
    require(problems)


def _empty_wave(metric: SurveyMetric[Any]) -> None:
    """Where nobody was called there is no figure, or a refusal in words."""
    problems = []
    for trial in _trials(metric):
        surveyed = trial.example.surveyed()
        silent = tuple(
            replace(item, outcome="", called_at=None, attempts=0, scores={}, opinions={})
            for item in surveyed.wave.people
        )
        for people in (silent, ()):
            try:
                rows = trial.rows(_with_people(surveyed, people))
            except (MetricError, StatsError):
                continue
            figures = [row for row in rows if row.value is not None and row.n]
            if figures:
                problems.append(f"{trial.place}: without an answer there are {len(figures)} figures")
    require(problems)


def _interval_holds_the_value(metric: SurveyMetric[Any]) -> None:
    """lower ≤ value ≤ upper; an interval names its method."""
    require([problem for t in _trials(metric) for row in t.rows() for problem in broken_interval(t.place, row)])


def _alike(some: Rows, others: Rows) -> bool:
    """Equal up to the last digits of sums taken in another order."""
    if len(some) != len(others):
        return False
    return all(
        all(_same(value, vars(right)[name]) for name, value in vars(left).items())
        for left, right in zip(some, others, strict=True)
    )


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return bool(np.isclose(left, right, rtol=1e-9, atol=1e-12, equal_nan=True))
    return bool(left == right)


SURVEY: Final = (
    _examples_reproduced,
    _input_not_mutated,
    _same_answer_twice,
    _row_order_makes_no_difference,
    _empty_wave,
    _interval_holds_the_value,
)
