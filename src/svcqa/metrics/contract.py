"""The plugin contract: three shapes, one result.

A metric is a class registered under the entry-point group ``svcqa.metrics``. What a kernel takes and gives (``Batch``,
``Observations``, ``Summary`` …) is imported from here too: a plugin needs to know no engine. What series and survey
metrics are given stands in ``svcqa.metrics.series`` and ``svcqa.metrics.survey``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar, runtime_checkable

import numpy as np

from svcqa.clock.calendar import WorkCalendar
from svcqa.clock.calendar_set import CalendarSet, build_calendars
from svcqa.engine.batch import NULL, Batch
from svcqa.engine.contract import Derive
from svcqa.engine.summary import MATURE, Codes, Fact, Int64, Observations, Summary
from svcqa.entities.base import Entity, Text
from svcqa.entities.organisation import Level, Organisation
from svcqa.entities.settings import Calendar
from svcqa.metrics.result import Result
from svcqa.periods import Period, PeriodRule

if TYPE_CHECKING:
    from svcqa.metrics.survey.example import SurveyExample
    from svcqa.metrics.survey.waves import WaveDesign, WaveRecords

__all__ = [
    "MATURE",
    "NULL",
    "Batch",
    "Codes",
    "Context",
    "Derive",
    "Example",
    "Fact",
    "Int64",
    "MetricSpec",
    "Observations",
    "RecordMetric",
    "SeriesExample",
    "SeriesMetric",
    "Shape",
    "Summary",
    "SurveyMetric",
]

Shape = Literal["record", "series", "survey"]
ParamsT = TypeVar("ParamsT", bound=Entity, contravariant=True)


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
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
        tree_on: on the organisation of this day; of the end of the period where absent.
    """

    as_of: dt.datetime
    period: Period
    calendars: CalendarSet
    organisation: Organisation
    period_rule: PeriodRule = field(default_factory=PeriodRule)
    by: tuple[str, ...] = ()
    cumulative: bool = False
    unit: str | None = None
    level: float = 0.95
    known_at: dt.datetime | None = None
    tree_on: dt.date | None = None

    @property
    def calendar(self) -> WorkCalendar:
        """The company's calendar."""
        return self.calendars.company

    @property
    def as_of_seconds(self) -> int:
        """``as_of`` in seconds since 1970-01-01, local."""
        return int(np.datetime64(self.as_of, "s").astype(np.int64))


@dataclass(frozen=True)
class Example:
    """A few records, and the figures that a person worked out from them.

    Attributes:
        params: the metric's parameters as a policy file would write them.
        records: columns of the metric's table as lists; moments may be texts such as ``2026-01-05 08:30``.
        period: the period asked for, such as ``2026-01``.
        expected: figures of the only row of each measure: ``{"compliance": 0.75, "compliance.n": 4}``; what follows
            the point is a column of the result.
        source: how the figures were worked out, or where they are published.
        as_of: events after this moment are masked; the end of the period where empty.
        unit: only this unit and what is below it.
        cumulative: whether the period counts from the first day of its year.
        units: the organisation as ``(code, level, parent)``.
        calendar: the section ``[calendar]`` of ``svcqa.toml``.
        month_closes_on: the day on which a statistical month ends, where it is not the calendar's.
        beside: records of further tables that ``derive`` reads, columns by name of the table.
    """

    params: Mapping[str, Any]
    _: KW_ONLY
    records: Mapping[str, Sequence[Any]]
    period: str
    expected: Mapping[str, Any]
    source: str
    as_of: str = ""
    unit: str | None = None
    cumulative: bool = False
    units: tuple[tuple[str, Level, str], ...] = (
        ("C", "company", ""),
        ("D1", "department", "C"),
        ("D2", "department", "C"),
    )
    calendar: Mapping[str, Any] = field(default_factory=lambda: {"source": "weekdays"})
    month_closes_on: int | None = None
    beside: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)

    def context(self, *, by: Sequence[str] = (), as_of: dt.datetime | None = None) -> Context:
        """The circumstances of the example, ``by`` and ``as_of`` as they are asked for here."""
        rule = PeriodRule(self.month_closes_on)
        period = rule.parse(self.period)
        named = [
            {"code": code, "name": code, "level": level, "parent": parent or None} for code, level, parent in self.units
        ]
        moment = as_of or (dt.datetime.fromisoformat(self.as_of) if self.as_of else period.end)
        tree = Organisation.model_validate({"units": named})
        calendars = build_calendars(Calendar.model_validate(self.calendar), tree)
        return Context(
            as_of=moment,
            period=period,
            calendars=calendars,
            organisation=tree,
            period_rule=rule,
            by=tuple(by),
            cumulative=self.cumulative,
            unit=self.unit,
        )


@dataclass(frozen=True)
class SeriesExample:
    """A few rows of another metric's result, and the figures that a person worked out from them.

    Attributes:
        params: the metric's parameters as a policy file would write them.
        rows: rows of the base metric; ``unit`` is the company and ``first``, ``last`` those of ``period`` where absent.
        period: the period asked for, such as ``2025-01..2026-06``.
        expected: ``{"limits@2026-05": 0.9, "limits.upper@2026-05": 0.95}``: measure, column of the result, and after
            the ``@`` the period or unit of the row.
        source: how the figures were worked out, or where they are published.
        by: what is grouped by.
        better, value_unit: of the base metric.
        as_of, units, calendar, month_closes_on: as those of :class:`Example`.
    """

    params: Mapping[str, Any]
    _: KW_ONLY
    rows: Sequence[Mapping[str, Any]]
    period: str
    expected: Mapping[str, Any]
    source: str
    by: tuple[str, ...] = ()
    better: Literal["higher", "lower", "neutral"] = "higher"
    value_unit: str = "share"
    as_of: str = ""
    units: tuple[tuple[str, Level, str], ...] = (
        ("C", "company", ""),
        ("D1", "department", "C"),
        ("D2", "department", "C"),
    )

    def context(self) -> Context:
        """The circumstances of the example."""
        record = Example(
            self.params,
            records={},
            period=self.period,
            expected={},
            source=self.source,
            as_of=self.as_of,
            units=self.units,
        )
        return record.context(by=self.by)

    def series(self) -> Result:
        """The base metric's result."""
        context = self.context()
        rows = []
        for given in self.rows:
            period = context.period_rule.parse(given.get("period", self.period))
            lead = {
                "unit": context.organisation.company.code,
                "period": period.label,
                "first": period.first,
                "last": period.last,
                "metric": "base",
                "indicator": "base",
                "measure": "base",
            }
            rows.append({**lead, **given})
        return Result(tuple(rows), unit=self.value_unit, better=self.better)


@runtime_checkable
class RecordMetric(Protocol[ParamsT]):
    """A metric computed from records in one pass."""

    spec: ClassVar[MetricSpec]
    params: ClassVar[type[Entity]]

    def table(self, params: ParamsT) -> str:
        """The table it reads."""

    def columns(self, params: ParamsT) -> tuple[str, ...]:
        """The columns its kernel reads."""

    def derive(self, params: ParamsT, context: Context) -> Derive | None:
        """Joins and windows to run first, or ``None``."""

    def observe(self, batch: Batch, params: ParamsT, context: Context) -> Observations:
        """The kernel: arrays in, arrays out. It applies no limit."""

    def measure(self, summary: Summary, params: ParamsT, context: Context) -> Result:
        """Figures from the summary. Limits are applied here."""

    def examples(self) -> tuple[Example, ...]:
        """Records with figures worked out by hand; the conformance kit runs all its checks on them."""


@runtime_checkable
class SeriesMetric(Protocol[ParamsT]):
    """A metric computed from another metric's result: trend, seasonality, forecast.

    ``params`` is a subclass of :class:`svcqa.metrics.series.SeriesParams`, which names the other metric.
    """

    spec: ClassVar[MetricSpec]
    params: ClassVar[type[Entity]]

    def measure(self, series: Result, params: ParamsT, context: Context) -> Result:
        """Figures from a series."""

    def examples(self) -> tuple[SeriesExample, ...]:
        """Rows with figures worked out by hand; the conformance kit runs all its checks on them."""


@runtime_checkable
class SurveyMetric(Protocol[ParamsT]):
    """A metric computed from the design and the records of a survey wave.

    ``params`` is a subclass of :class:`svcqa.metrics.survey.SurveyParams`, which names the wave.
    """

    spec: ClassVar[MetricSpec]
    params: ClassVar[type[Entity]]

    def measure(self, wave: WaveRecords, design: WaveDesign, params: ParamsT, context: Context) -> Result:
        """Figures from a wave."""

    def examples(self) -> tuple[SurveyExample, ...]:
        """Small waves with figures worked out by hand; the conformance kit runs all its checks on them."""
