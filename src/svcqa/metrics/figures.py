"""Figures on demand: one door through which workspace and reviews ask metrics for results.

Summaries are kept while a review asks for the same cases by other periods and units.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from svcqa.clock.calendar_set import CalendarSet
from svcqa.engine.contract import Engine, Progress
from svcqa.engine.summary import Summary
from svcqa.entities.base import Entity
from svcqa.entities.organisation import Organisation
from svcqa.entities.wave import Wave
from svcqa.errors import Fault, MetricError, SvcqaError
from svcqa.metrics.commitments import CommitmentParams
from svcqa.metrics.context import Context
from svcqa.metrics.distribution import TimeDistribution
from svcqa.metrics.evidence import explain_case, list_cases
from svcqa.metrics.explanation import Explanation
from svcqa.metrics.grouping import PERIOD_KINDS, code_columns, windows
from svcqa.metrics.measure import check_reads_records, read, summarise, validated
from svcqa.metrics.registry import Registry
from svcqa.metrics.result import Reader, Result
from svcqa.metrics.series import series_for
from svcqa.metrics.survey.designed import with_waves
from svcqa.metrics.survey.waves import TABLE, Surveyed, SurveyParams, Surveys
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
    _summaries: dict[tuple[Any, ...], Summary] = field(default_factory=dict, init=False)
    _waves: dict[tuple[Any, ...], Surveyed] = field(default_factory=dict, init=False)

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
        return self._result(metric, params, context).shown_by(self.reader)

    def _result(self, metric: str, params: dict[str, Any], context: Context) -> Result:
        plugin, model = self._bound(metric, params)
        pins = {"policy": self.policy_digest, "records": self.engine.digest(context.known_at)}
        with _named(metric):
            if plugin.spec.shape == "series":
                return read(plugin, series_for(self.result, plugin, model, context), model, context, pins=pins)
            if plugin.spec.shape == "survey":
                return self._of_waves(plugin, model, context, pins)
            check_reads_records(plugin)
            found = read(plugin, self._summary(plugin, model, context), model, context, pins=pins)
            if self.surveys is None or not hasattr(plugin, "designed") or not isinstance(model, CommitmentParams):
                return found
            reader = partial(self._wave, context=context)
            return with_waves(plugin, model, context, found, surveys=self.surveys, read=reader)

    def _of_waves(self, plugin: Any, model: Entity, context: Context, pins: dict[str, str]) -> Result:
        """A survey metric's figures: of the wave of each stretch of time asked for; stretches without one have none.

        Raises:
            MetricError: a wave is named and not there, or the survey has none at all.
        """
        by = tuple(name for name in context.by if name not in PERIOD_KINDS)
        found: list[Result] = []
        missing: list[MetricError] = []
        for piece in windows(context):
            own = replace(context, period=piece, by=by, cumulative=False)
            try:
                surveyed = self.surveyed(plugin.spec.name, model, own)
            except MetricError as error:
                missing.append(error)
                continue
            found.append(read(plugin, surveyed, model, own, pins={**pins, **_pins_of(surveyed)}))
        if not found:
            if self.surveys is None or not isinstance(model, SurveyParams) or not self.surveys.has_waves(model):
                raise missing[0]
            return Result((), unit=plugin.spec.unit, better=plugin.spec.better, label=plugin.spec.label)
        return replace(found[-1], rows=tuple(row for one in found for row in one.rows))

    def surveyed(self, metric: str, params: Entity, context: Context) -> Surveyed:
        """The wave that a survey metric reads, with its calls up to ``as_of`` and the wave before it.

        Raises:
            MetricError: the metric names no wave, the workspace has none, or the period is not that of the wave.
        """
        if not isinstance(params, SurveyParams):
            raise MetricError(Fault("survey_params", place=metric))
        if self.surveys is None:
            raise MetricError(Fault("no_wave", place=context.period.label, got=params.wave or ""))
        return self._wave(self.surveys.chosen(params, context.period, as_of=context.as_of), context)

    def _wave(self, wave: Wave, context: Context) -> Surveyed:
        """A wave as it was known; read once."""
        assert self.surveys is not None
        key = (wave.code, wave.list_digest, context.as_of, self.engine.digest(context.known_at))
        if key not in self._waves:
            callbacks = self.engine.rows(TABLE, known_at=context.known_at)
            self._waves[key] = self.surveys.read(wave, callbacks, context.as_of, before=self.surveys.before(wave))
        return self._waves[key]

    def asked_as_of(self, metric: str, params: dict[str, Any], period: Period) -> dt.datetime | None:
        """The moment that a survey metric is asked as of where nobody names one: the calls follow the services."""
        plugin, model = self._bound(metric, params)
        if plugin.spec.shape != "survey" or self.surveys is None or not isinstance(model, SurveyParams):
            return None
        return self.surveys.calls_end(model, period)

    def what_if(self, metric: str, params: dict[str, Any], context: Context) -> WhatIf:
        """The same figures with parameters to move; the records are read once, now.

        A series metric with a method ``fit`` is fitted once, now; ``measure`` then takes what that gave.
        """
        plugin, model = self._bound(metric, params)
        summary: Any
        with _named(metric):
            if plugin.spec.shape == "series" and hasattr(plugin, "fit"):
                summary = plugin.fit(series_for(self.result, plugin, model, context), model, context)
            elif plugin.spec.shape == "survey":
                summary = self.surveyed(metric, model, context)
            else:
                check_reads_records(plugin)
                summary = self._summary(plugin, model, context)
        return WhatIf(
            figures=self,
            metric=metric,
            params=model,
            context=context,
            summary=summary,
            records=self.engine.digest(context.known_at),
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
        """The cases behind a figure: the key of their table, then ``columns``; see ``metrics.evidence.list_cases``."""
        plugin, model = self._bound(metric, params)
        check_reads_records(plugin)
        with _named(metric):
            wanted = (*self.engine.key(plugin.table(model)), *columns)
            return list_cases(self.engine, plugin, model, context, columns=wanted, states=states)

    def explain(self, metric: str, params: dict[str, Any], context: Context, case: str) -> Explanation:
        """One case of ``metric`` told from its beginning; see ``metrics.evidence.explain_case``."""
        plugin, model = self._bound(metric, params)
        if not isinstance(model, CommitmentParams):
            raise MetricError(Fault("case_not_explained", place=metric, got=metric))
        with _named(metric):
            return explain_case(self.engine, plugin, params=model, context=context, case=case)

    def _bound(self, metric: str, params: dict[str, Any]) -> tuple[Any, Entity]:
        plugin = self.registry.get(metric)
        return plugin, validated(plugin, params)

    def _summary(self, plugin: Any, model: Entity, context: Context) -> Summary:
        records = self.engine.digest(context.known_at)
        key = (plugin.spec.name, model.model_dump_json(), code_columns(context.by), context.as_of, records)
        if key not in self._summaries:
            progress = self.progress(plugin.spec.name) if self.progress else None
            self._summaries[key] = summarise(self.engine, plugin, model, context, progress=progress)
        return self._summaries[key]


def _pins_of(surveyed: Surveyed) -> dict[str, str]:
    """What pins a wave's figures."""
    wave = surveyed.design.wave
    return {
        "wave": wave.code,
        "survey": wave.survey,
        "survey_digest": surveyed.design.survey.digest,
        "list": wave.list_digest,
        "frame": wave.frame_digest,
    }


@contextmanager
def _named(metric: str) -> Iterator[None]:
    """A plugin that breaks costs its own row, not the review: its error comes as a refusal that names it."""
    try:
        yield
    except SvcqaError:
        raise
    except Exception as error:  # whatever a plugin raises is its own fault, and told with its name
        message = f"{type(error).__name__}: {error}"
        raise MetricError(Fault("plugin_contract", place=metric, got=message)) from error


@dataclass(frozen=True)
class LimitRange:
    """How far a limit can be moved, in its own unit."""

    lowest: int
    highest: int
    promised: int


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Figures whose parameters move without touching the records."""

    figures: Figures
    metric: str
    params: Entity
    context: Context
    summary: Any
    """The summary of the records; of a series metric what its ``fit`` made of the series."""
    records: str
    """Pins the records that the summary was made from."""

    @property
    def limit_range(self) -> LimitRange | None:
        """How far the limit can be moved; ``None`` where there is none to move."""
        plugin = self.figures.registry.get(self.metric)
        found = plugin.limit_range(self.params) if hasattr(plugin, "limit_range") else None
        return None if found is None else LimitRange(*found)

    def distributions(self, **changes: Any) -> tuple[TimeDistribution, ...]:
        """The whole distributions behind the figures, where the metric gives them, ready to be drawn."""
        plugin, params = self._changed(changes)
        with _named(self.metric):
            found = plugin.distributions(self.summary, params, self.context)
        return tuple(found)

    def _changed(self, changes: dict[str, Any]) -> tuple[Any, Entity]:
        plugin = self.figures.registry.get(self.metric)
        return plugin, validated(plugin, {**dict(self.params), **changes})

    def at(self, **changes: Any) -> Result:
        """The figures with some parameters changed, such as ``limit=45``."""
        plugin, params = self._changed(changes)
        pins = {"policy": self.figures.policy_digest, "records": self.records}
        with _named(self.metric):
            return read(plugin, self.summary, params, self.context, pins=pins).shown_by(self.figures.reader)
