"""Charts as data: one grammar, drawn the same in notebooks, HTML, Excel and plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svcqa.catalogue import Language
from svcqa.metrics.explanation import Explanation
from svcqa.metrics.measures import Role
from svcqa.metrics.result import Result
from svcqa.report.charts.callbacks import waterfall_chart
from svcqa.report.charts.distribution import Distribution, chart_of_distribution
from svcqa.report.charts.funnel import funnel_chart
from svcqa.report.charts.grammar import Better, Bin, Chart, Dot, Kind, Mark, Point, Record, Row, Stretch
from svcqa.report.charts.outlook import outlook_chart
from svcqa.report.charts.picture import Picture
from svcqa.report.charts.process import process_chart
from svcqa.report.charts.results import FigureKind, chart_of
from svcqa.report.charts.reviews import months_chart, targets_chart
from svcqa.report.charts.timeline import timeline_chart
from svcqa.review.callbacks.outcomes import Outcomes
from svcqa.review.commitments import CommitmentReview
from svcqa.review.period_review import PeriodReview

__all__ = [
    "Better",
    "Bin",
    "Chart",
    "Distribution",
    "Dot",
    "FigureKind",
    "Kind",
    "Mark",
    "Picture",
    "Point",
    "Record",
    "Row",
    "Stretch",
    "chart_of",
    "chart_of_distribution",
    "distribution",
    "funnel_chart",
    "months",
    "months_chart",
    "of_result",
    "outlook",
    "outlook_chart",
    "process",
    "process_chart",
    "targets",
    "targets_chart",
    "timeline",
    "timeline_chart",
    "waterfall",
    "waterfall_chart",
]


def of_result(
    result: Result,
    language: Language,
    *,
    names: Mapping[str, str] | None = None,
    title: str | None = None,
    kind: FigureKind | None = None,
    better: Better | None = None,
    measures: Sequence[str] = (),
) -> Picture:
    """A picture of any result; the options are those of :func:`chart_of`.

    A process chart of one unit and a funnel have a picture of their own.
    """
    drawn_whole = kind is None and not measures
    if drawn_whole and result.picture == "process" and len(result.of(Role.SIGNAL)) == 1:
        return Picture(process_chart(result, language, names=names, title=title))
    if drawn_whole and result.picture == "funnel" and result.of(Role.CENTRE):
        return Picture(funnel_chart(result, language, names=names, title=title))
    if not measures:
        measures = _drawn_together(result)
    return Picture(chart_of(result, language, names=names, title=title, kind=kind, better=better, measures=measures))


def _drawn_together(result: Result) -> tuple[str, ...]:
    """The measures that share a scale, where not all do: the estimate alone where the metric says so; no ratios."""
    if result.picture in ("process", "estimate"):
        return result.named(Role.ESTIMATE)[:1]
    named = tuple(dict.fromkeys(row.measure for row in result.rows))
    ratios = {row.measure for row in result.rows if row.value_unit == "ratio"}
    return tuple(name for name in named if name not in ratios) if ratios else ()


def process(
    result: Result,
    language: Language,
    *,
    unit: str | None = None,
    names: Mapping[str, str] | None = None,
    title: str | None = None,
) -> Picture:
    """A picture of one unit's process chart; the options are those of :func:`process_chart`."""
    return Picture(process_chart(result, language, unit=unit, names=names, title=title))


def distribution(
    distribution: Distribution, language: Language, *, cumulative: bool = False, title: str | None = None
) -> Picture:
    """A picture of a distribution; the options are those of :func:`chart_of_distribution`."""
    return Picture(chart_of_distribution(distribution, language, cumulative=cumulative, title=title))


def targets(review: PeriodReview, language: Language) -> Picture:
    """The company's level targets: how far each lies above or below its goal, with its interval."""
    return Picture(targets_chart(review, language))


def months(review: PeriodReview, item: CommitmentReview, language: Language) -> Picture:
    """One commitment month by month, by department, with its goal."""
    return Picture(months_chart(review, item, language))


def waterfall(outcomes: Outcomes, language: Language) -> Picture:
    """How far the calls of a wave came."""
    return Picture(waterfall_chart(outcomes, language))


def timeline(explanation: Explanation, language: Language) -> Picture:
    """One case on a time line: what counted, what did not and why, when it was due."""
    return Picture(timeline_chart(explanation, language))


def outlook(chart: Result, forecast: Result, language: Language, *, names: Mapping[str, str] | None = None) -> Picture:
    """The months so far and those to come; the options are those of :func:`outlook_chart`."""
    return Picture(outlook_chart(chart, forecast, language, names=names))
