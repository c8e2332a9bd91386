"""The plugin contract: three shapes, one result.

A metric is a class registered under the entry-point group ``svcqa.metrics``. Record metrics are driven now; the series
and survey shapes are declared so that plugins can be written against them. What a kernel takes and gives (``Batch``,
``Observations``, ``Summary`` …) is imported from here too: a plugin needs to know no engine.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol, TypeVar, runtime_checkable

import numpy as np

from svcqa.clock.calendar import WorkCalendar
from svcqa.engine.batch import NULL, Batch
from svcqa.engine.embedded import Derive
from svcqa.engine.summary import MATURE, Codes, Fact, Int64, Observations, Summary
from svcqa.entities.base import Entity, Text
from svcqa.entities.organisation import Organisation
from svcqa.metrics.result import Result
from svcqa.periods import Period, PeriodRule

__all__ = [
    "MATURE", "NULL", "Batch", "Codes", "Context", "Derive", "Fact", "Int64", "MetricSpec", "Observations",
    "RecordMetric", "SeriesMetric", "Shape", "Summary", "SurveyMetric",
]  # fmt: skip

Shape = Literal["record", "series", "survey"]
ParamsT = TypeVar("ParamsT", bound=Entity, contravariant=True)


@dataclass(frozen=True)
class MetricSpec:
    """What a metric says of itself.

    Attributes:
        name: the name it is asked for by.
        label: in three languages.
        unit: unit of the value, such as ``share``.
        better: which direction is good.
        shape: how it is driven.
        additive: whether summaries of parts add up to that of the whole.
        formula: the formula in words.
        reference: where the formula comes from.
        version: part of the key of cached summaries; raise it when the kernel changes.
    """

    name: str
    label: Text
    unit: str
    better: Literal["higher", "lower", "neutral"]
    formula: Text
    reference: str
    shape: Shape = "record"
    additive: bool = True
    version: str = "1"


@dataclass(frozen=True)
class Context:
    """Under what circumstances a figure is asked for. Moments are naive local time of the company.

    Attributes:
        as_of: events after this moment are masked.
        period: the period asked for.
        by: what to group by: levels of the organisation, lengths of period, columns of codes.
        cumulative: whether each period counts from the first day of its year.
        unit: only this unit and what is below it.
        level: coverage of the intervals.
        known_at: only what had been read by this moment (UTC).
    """

    as_of: dt.datetime
    period: Period
    calendar: WorkCalendar
    organisation: Organisation
    period_rule: PeriodRule = field(default_factory=PeriodRule)
    by: tuple[str, ...] = ()
    cumulative: bool = False
    unit: str | None = None
    level: float = 0.95
    known_at: dt.datetime | None = None

    @property
    def as_of_seconds(self) -> int:
        """``as_of`` in seconds since 1970-01-01, local."""
        return int(np.datetime64(self.as_of, "s").astype(np.int64))


@runtime_checkable
class RecordMetric(Protocol[ParamsT]):
    """A metric computed from records in one pass."""

    spec: ClassVar[MetricSpec]
    params: ClassVar[type[Entity]]

    def table(self, params: ParamsT) -> str:
        """The table it reads."""

    def columns(self, params: ParamsT) -> tuple[str, ...]:
        """The columns its kernel reads."""

    def derive(self, params: ParamsT) -> Derive | None:
        """Joins and windows to run first, or ``None``."""

    def observe(self, batch: Batch, params: ParamsT, context: Context) -> Observations:
        """The kernel: arrays in, arrays out. It applies no limit."""

    def measure(self, summary: Summary, params: ParamsT, context: Context) -> Result:
        """Figures from the summary. Limits are applied here."""


@runtime_checkable
class SeriesMetric(Protocol[ParamsT]):
    """A metric computed from another metric's result: trend, seasonality, forecast."""

    spec: ClassVar[MetricSpec]
    params: ClassVar[type[Entity]]

    def measure(self, series: Result, params: ParamsT, context: Context) -> Result:
        """Figures from a series."""


@runtime_checkable
class SurveyMetric(Protocol[ParamsT]):
    """A metric computed from the design and the records of a survey wave."""

    spec: ClassVar[MetricSpec]
    params: ClassVar[type[Entity]]

    def measure(self, wave: Any, design: Any, params: ParamsT, context: Context) -> Result:
        """Figures from a wave."""
