"""What every driver does, whatever the shape of its metric, and what drivers read from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Never, Protocol

from svcqa.engine.contract import Engine, Progress
from svcqa.engine.summary import Summary
from svcqa.entities.base import Entity
from svcqa.entities.wave import Wave
from svcqa.errors import Fault, MetricError, SvcqaError, refusing
from svcqa.metrics.context import Context
from svcqa.metrics.contract import Metric
from svcqa.metrics.explanation import Explanation
from svcqa.metrics.result import Result
from svcqa.metrics.survey.waves import TABLE, Surveyed, Surveys
from svcqa.periods import Period

if TYPE_CHECKING:
    import pandas as pd

Ask = Callable[[str, dict[str, Any], Context], Result]
"""Another metric's figures."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What figures are made from; summaries and waves are kept while a review asks for them again.

    Attributes:
        ask: gives another metric's figures.
        progress: names what is being summarised.
    """

    engine: Engine
    ask: Ask
    surveys: Surveys | None = None
    progress: Callable[[str], Progress] | None = None
    summaries: dict[tuple[Any, ...], Summary] = field(default_factory=dict)
    waves: dict[tuple[Any, ...], Surveyed] = field(default_factory=dict)

    def wave(self, wave: Wave, context: Context) -> Surveyed:
        """A wave as it was known; read once."""
        assert self.surveys is not None
        key = (wave.code, wave.list_digest, context.as_of, self.engine.digest(context.known_at))
        if key not in self.waves:
            callbacks = self.engine.rows(TABLE, known_at=context.known_at)
            before = self.surveys.before(wave)
            self.waves[key] = self.surveys.read(wave, callbacks, context.as_of, before=before)
        return self.waves[key]


class Driver(Protocol):
    """Asks a metric of one shape."""

    def result(self, sources: Sources, params: Entity, context: Context, *, pins: Mapping[str, str]) -> Result:
        """The figures."""

    def prepare(self, sources: Sources, params: Entity, context: Context) -> Any:
        """What the figures are read from while parameters move: a summary, a fit, a wave; read once, now."""

    def read(self, prepared: Any, params: Entity, context: Context, *, pins: Mapping[str, str]) -> Result:
        """The figures from what was prepared, or from what the metric's examples give."""

    def asked_as_of(self, sources: Sources, params: Entity, period: Period) -> dt.datetime | None:
        """The moment that the metric is asked as of where nobody names one, if that is not the end of the period."""

    def cases(
        self, sources: Sources, params: Entity, context: Context, *, columns: Sequence[str], states: Sequence[str]
    ) -> pd.DataFrame:
        """The cases behind a figure."""

    def explain(self, sources: Sources, params: Entity, context: Context, *, case: str) -> Explanation:
        """One case told from its beginning."""


@dataclass(frozen=True)
class WithoutCases:
    """What drivers share whose metrics read no records: there is no case to list, and none to tell of."""

    metric: Metric

    def asked_as_of(self, sources: Sources, params: Entity, period: Period) -> dt.datetime | None:
        """The end of the period."""
        return None

    def cases(
        self, sources: Sources, params: Entity, context: Context, *, columns: Sequence[str], states: Sequence[str]
    ) -> Never:
        """Refused."""
        raise MetricError(Fault("reads_no_records", got=self.metric.spec.name))

    def explain(self, sources: Sources, params: Entity, context: Context, *, case: str) -> Never:
        """Refused."""
        raise MetricError(Fault("case_not_explained", place=self.metric.spec.name, got=self.metric.spec.name))


def complete(metric: Metric, result: Result, context: Context, *, pins: Mapping[str, str]) -> Result:
    """What a metric gave, with what pins it and what the metric says of itself.

    Raises:
        MetricError: the metric gives something else than a result.
    """
    if not isinstance(result, Result):
        got = f"measure gives a Result, not {type(result).__name__}"
        raise MetricError(Fault("plugin_contract", place=metric.spec.name, got=got))
    about = {
        "metric": metric.spec.name,
        "formula": str(metric.spec.formula),
        "reference": metric.spec.reference,
        "as_of": context.as_of.isoformat(sep=" "),
        "calendar": context.calendars.digest,
        "calendar_source": context.calendar.source,
        **pins,
    }
    return replace(
        result,
        about={**about, **result.about},
        unit=result.unit or metric.spec.unit,
        better=result.better or metric.spec.better,
        label=result.label or metric.spec.label,
    )


@contextmanager
def named(metric: str) -> Iterator[None]:
    """A plugin that breaks costs its own row, not the review: its error comes as a refusal that names it.

    What a formula refuses comes as the refusal of the metric that asked it.
    """
    try:
        with refusing():
            yield
    except SvcqaError:
        raise
    except Exception as error:  # whatever a plugin raises is its own fault, and told with its name
        message = f"{type(error).__name__}: {error}"
        raise MetricError(Fault("plugin_contract", place=metric, got=message)) from error
