"""Driving a record metric: a request to the engine, its summary, figures from the summary or from waves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from svcqa.engine.summary import Summary
from svcqa.entities.base import Entity
from svcqa.errors import Fault, MetricError
from svcqa.metrics.abilities import Explains, FromWaves, HasStates, having
from svcqa.metrics.commitments import CommitmentParams
from svcqa.metrics.context import Context
from svcqa.metrics.contract import RecordMetric
from svcqa.metrics.drivers.contract import Sources, complete
from svcqa.metrics.drivers.evidence import explain_case, list_cases
from svcqa.metrics.drivers.requests import summarise
from svcqa.metrics.drivers.waves import with_waves
from svcqa.metrics.explanation import Explanation
from svcqa.metrics.grouping import code_columns
from svcqa.metrics.result import Result
from svcqa.periods import Period

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RecordDriver:
    """Asks a metric that is computed from records."""

    metric: RecordMetric[Any]

    def result(self, sources: Sources, params: Entity, context: Context, *, pins: Mapping[str, str]) -> Result:
        """The figures; those of a stretch of time that holds waves are made from these, where the metric can."""
        plain = self.read(self.prepare(sources, params, context), params, context, pins=pins)
        waves = having(self.metric, FromWaves[Any])
        if waves is None or sources.surveys is None:
            return plain
        return with_waves(waves, params, context, plain, sources=sources)

    def prepare(self, sources: Sources, params: Entity, context: Context) -> Summary:
        """The summary of the records; limits then move without touching them."""
        records, name = sources.engine.digest(context.known_at), self.metric.spec.name
        key = (name, params.model_dump_json(), code_columns(context.by), context.as_of, records)
        if key not in sources.summaries:
            progress = sources.progress(name) if sources.progress else None
            sources.summaries[key] = summarise(sources.engine, self.metric, params, context, progress=progress)
        return sources.summaries[key]

    def read(self, prepared: Summary, params: Entity, context: Context, *, pins: Mapping[str, str]) -> Result:
        """The figures from a summary."""
        return complete(self.metric, self.metric.measure(prepared, params, context), context, pins=pins)

    def asked_as_of(self, sources: Sources, params: Entity, period: Period) -> dt.datetime | None:
        """The end of the period, as ever."""
        return None

    def cases(
        self, sources: Sources, params: Entity, context: Context, *, columns: Sequence[str], states: Sequence[str]
    ) -> pd.DataFrame:
        """The key of each case, then ``columns``; see :func:`list_cases`.

        Raises:
            MetricError: the metric does not say in which state its cases are.
        """
        listing = having(self.metric, HasStates[Any])
        if listing is None:
            raise MetricError(Fault("cases_not_listed", place=self.metric.spec.name))
        columns = (*sources.engine.key(self.metric.table(params)), *columns)
        return list_cases(
            sources.engine, self.metric, params, context, states_of=listing.states, columns=columns, states=states
        )

    def explain(self, sources: Sources, params: Entity, context: Context, *, case: str) -> Explanation:
        """One case of a commitment told from its beginning; see :func:`explain_case`.

        Raises:
            MetricError: the metric does not tell single cases.
        """
        telling, name = having(self.metric, Explains[Any]), self.metric.spec.name
        if telling is None or not isinstance(params, CommitmentParams):
            place = params.commitment.key if isinstance(params, CommitmentParams) else name
            raise MetricError(Fault("case_not_explained", place=place, got=name))
        return explain_case(
            sources.engine, self.metric, explain=telling.explain, params=params, context=context, case=case
        )
