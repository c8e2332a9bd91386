"""Figures on demand: one door through which workspace and reviews ask metrics for results.

Summaries are kept while a review asks for the same cases by other periods and units.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from svcqa.clock.calendar_set import CalendarSet
from svcqa.engine.contract import Engine, Progress
from svcqa.entities.base import Entity
from svcqa.entities.organisation import Organisation
from svcqa.errors import Fault, MetricError
from svcqa.metrics.abilities import HasDistributions, HasLimit, having
from svcqa.metrics.context import Context
from svcqa.metrics.contract import Metric
from svcqa.metrics.distribution import TimeDistribution
from svcqa.metrics.drivers import Driver, Sources, driver_of
from svcqa.metrics.drivers.survey import surveyed
from svcqa.metrics.explanation import Explanation
from svcqa.metrics.parameters import validated
from svcqa.metrics.refusals import named
from svcqa.metrics.registry import Registry
from svcqa.metrics.result import Reader, Result
from svcqa.metrics.survey.waves import Surveyed, Surveys
from svcqa.periods import Period, PeriodRule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(kw_only=True)
class Figures:
    """Binds the engine, the calendars and the organisation.

    ``progress`` names what is being summarised; ``reader`` shows results.
    """

    engine: Engine
    registry: Registry
    calendars: CalendarSet
    organisation: Organisation
    period_rule: PeriodRule
    policy_digest: str
    progress: Callable[[str], Progress] | None = None
    surveys: Surveys | None = None
    reader: Reader | None = None
    _sources: Sources = field(init=False)

    def __post_init__(self) -> None:
        self._sources = Sources(engine=self.engine, ask=self.result, surveys=self.surveys, progress=self.progress)

    def context(
        self,
        period: Period,
        *,
        as_of: dt.datetime | None = None,
        by: Sequence[str] = (),
        cumulative: bool = False,
        unit: str | None = None,
        level: float = 0.95,
        known_at: dt.datetime | None = None,
    ) -> Context:
        """Circumstances of a figure; ``as_of`` is the end of the period where it is not given.

        Raises:
            NameUnknownError: the organisation has no unit ``unit``.
            MetricError: ``as_of`` has a time zone; it is local time of the company.
        """
        if unit is not None:
            self.organisation.unit(unit)
        if as_of is not None and as_of.tzinfo is not None:
            raise MetricError(Fault("moment", got=str(as_of), allowed="2026-07-01 08:30:00"))
        if known_at is not None and known_at.tzinfo is not None:
            known_at = known_at.astimezone(dt.UTC).replace(tzinfo=None)
        return Context(
            as_of=as_of or period.end,
            period=period,
            calendars=self.calendars,
            organisation=self.organisation,
            period_rule=self.period_rule,
            by=tuple(by),
            cumulative=cumulative,
            unit=unit,
            level=level,
            known_at=known_at,
        )

    def result(self, metric: str, params: dict[str, Any], context: Context) -> Result:
        """The figures of ``metric``.

        Raises:
            MetricError: the metric refuses, or breaks.
        """
        driver, model = self._bound(metric, params)
        pins = {"policy": self.policy_digest, "records": self.engine.digest(context.known_at)}
        with named(metric):
            return driver.result(self._sources, model, context, pins=pins).shown_by(self.reader)

    def surveyed(self, metric: str, params: Entity, context: Context) -> Surveyed:
        """The wave that a survey metric reads, with its calls up to ``as_of`` and the wave before it.

        Raises:
            MetricError: the metric names no wave, the workspace has none, or the period is not that of the wave.
        """
        return surveyed(self._sources, params, context, metric=metric)

    def asked_as_of(self, metric: str, params: dict[str, Any], period: Period) -> dt.datetime | None:
        """The moment that a survey metric is asked as of where nobody names one: the calls follow the services."""
        driver, model = self._bound(metric, params)
        return driver.asked_as_of(self._sources, model, period)

    def what_if(self, metric: str, params: dict[str, Any], context: Context) -> WhatIf:
        """The same figures with parameters to move; the records are read once, now.

        A series metric that fits is fitted once, now.
        """
        driver, model = self._bound(metric, params)
        with named(metric):
            prepared = driver.prepare(self._sources, model, context)
        return WhatIf(
            metric=self.registry.get(metric),
            params=model,
            context=context,
            prepared=prepared,
            pins={"policy": self.policy_digest, "records": self.engine.digest(context.known_at)},
            reader=self.reader,
        )

    def cases(
        self,
        metric: str,
        params: dict[str, Any],
        context: Context,
        *,
        states: Sequence[str],
        columns: Sequence[str] = (),
    ) -> pd.DataFrame:
        """The cases behind a figure: the key of their table, then ``columns``."""
        driver, model = self._bound(metric, params)
        with named(metric):
            return driver.cases(self._sources, model, context, columns=columns, states=states)

    def explain(self, metric: str, params: dict[str, Any], context: Context, case: str) -> Explanation:
        """One case of ``metric`` told from its beginning."""
        driver, model = self._bound(metric, params)
        with named(metric):
            return driver.explain(self._sources, model, context, case=case)

    def _bound(self, metric: str, params: dict[str, Any]) -> tuple[Driver, Entity]:
        plugin = self.registry.get(metric)
        return driver_of(plugin), validated(plugin, params)


@dataclass(frozen=True)
class LimitRange:
    """How far a limit can be moved, in its own unit."""

    lowest: int
    highest: int
    promised: int


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Figures whose parameters move without touching the records.

    Attributes:
        prepared: the summary of the records, the wave; of a series metric what its ``fit`` made of the series.
        pins: pins policy and records.
    """

    metric: Metric
    params: Entity
    context: Context
    prepared: Any
    pins: Mapping[str, str]
    reader: Reader | None = None

    @property
    def has_limits(self) -> bool:
        """Whether the metric knows limits at all, be there none to move here."""
        return having(self.metric, HasLimit[Any]) is not None

    @property
    def limit_range(self) -> LimitRange | None:
        """How far the limit can be moved; ``None`` where there is none to move."""
        limited = having(self.metric, HasLimit[Any])
        limits = None if limited is None else limited.limit_range(self.params)
        return None if limits is None else LimitRange(*limits)

    def distributions(self, **changes: Any) -> tuple[TimeDistribution, ...]:
        """The whole distributions behind the figures, ready to be drawn.

        Raises:
            MetricError: the metric gives none.
        """
        name, drawing = self.metric.spec.name, having(self.metric, HasDistributions[Any])
        if drawing is None:
            raise MetricError(Fault("no_distributions", place=name))
        with named(name):
            return tuple(drawing.distributions(self.prepared, self._changed(changes), self.context))

    def at(self, **changes: Any) -> Result:
        """The figures with some parameters changed, such as ``limit=45``."""
        params = self._changed(changes)
        with named(self.metric.spec.name):
            result = driver_of(self.metric).read(self.prepared, params, self.context, pins=self.pins)
        return result.shown_by(self.reader)

    def _changed(self, changes: dict[str, Any]) -> Entity:
        return validated(self.metric, {**dict(self.params), **changes})
