"""The plugin contract: three shapes, one result.

A metric is a class registered under the entry-point group ``svcqa.metrics``. What a kernel takes and gives (``Batch``,
``Observations``, ``Summary`` …) is imported from here too: a plugin needs to know no engine. What series and survey
metrics are given stands in ``svcqa.metrics.series`` and ``svcqa.metrics.survey``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, runtime_checkable

from svcqa.engine.batch import NULL, Batch
from svcqa.engine.contract import Derive
from svcqa.engine.summary import MATURE, Codes, Fact, Int64, Observations, Summary
from svcqa.entities.base import Entity
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.examples import Example, SeriesExample
from svcqa.metrics.result import Result

if TYPE_CHECKING:
    from svcqa.metrics.survey.example import SurveyExample
    from svcqa.metrics.survey.waves import WaveDesign, WaveRecords

__all__ = [
    "MATURE",
    "NULL",
    "Batch",
    "Codes",
    "Derive",
    "Fact",
    "Int64",
    "Metric",
    "Observations",
    "RecordMetric",
    "SeriesMetric",
    "Summary",
    "SurveyMetric",
]

ParamsT = TypeVar("ParamsT", bound=Entity, contravariant=True)


class Metric(Protocol):
    """What metrics of every shape have; what one can do beyond its shape it declares, see ``metrics.abilities``."""

    spec: ClassVar[MetricSpec]
    params: ClassVar[type[Entity]]


@runtime_checkable
class RecordMetric(Metric, Protocol[ParamsT]):
    """A metric computed from records in one pass."""

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
class SeriesMetric(Metric, Protocol[ParamsT]):
    """A metric computed from another metric's result: trend, seasonality, forecast.

    ``params`` is a subclass of :class:`svcqa.metrics.series.SeriesParams`, which names the other metric.
    """

    def measure(self, series: Result, params: ParamsT, context: Context) -> Result:
        """Figures from a series."""

    def examples(self) -> tuple[SeriesExample, ...]:
        """Rows with figures worked out by hand; the conformance kit runs all its checks on them."""


@runtime_checkable
class SurveyMetric(Metric, Protocol[ParamsT]):
    """A metric computed from the design and the records of a survey wave.

    ``params`` is a subclass of :class:`svcqa.metrics.survey.SurveyParams`, which names the wave.
    """

    def measure(self, wave: WaveRecords, design: WaveDesign, params: ParamsT, context: Context) -> Result:
        """Figures from a wave."""

    def examples(self) -> tuple[SurveyExample, ...]:
        """Small waves with figures worked out by hand; the conformance kit runs all its checks on them."""
