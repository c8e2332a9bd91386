"""Charts as data: one grammar, drawn the same in notebooks, HTML, Excel and plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svcqa.catalogue import Language
from svcqa.metrics.explanation import Explanation
from svcqa.metrics.result import Result
from svcqa.report.charts.distribution import Distribution, chart_of_distribution
from svcqa.report.charts.grammar import Better, Bin, Chart, Kind, Mark, Row, Stretch
from svcqa.report.charts.picture import Picture
from svcqa.report.charts.results import FigureKind, chart_of
from svcqa.report.charts.reviews import months_chart, targets_chart
from svcqa.report.charts.timeline import timeline_chart
from svcqa.review.half_year import CommitmentReview, HalfYearReview

__all__ = [
    "Better", "Bin", "Chart", "Distribution", "FigureKind", "Kind", "Mark", "Picture", "Row", "Stretch",
    "chart_of", "chart_of_distribution", "distribution", "months", "months_chart", "of_result",
    "targets", "targets_chart", "timeline", "timeline_chart",
]  # fmt: skip


def of_result(
    result: Result, language: Language, *, names: Mapping[str, str] | None = None, title: str | None = None,
    kind: FigureKind | None = None, better: Better | None = None, measures: Sequence[str] = (),
) -> Picture:  # fmt: skip
    """A picture of any result; the options are those of :func:`chart_of`."""
    return Picture(chart_of(result, language, names=names, title=title, kind=kind, better=better, measures=measures))


def distribution(
    given: Distribution, language: Language, *, cumulative: bool = False, title: str | None = None
) -> Picture:
    """A picture of a distribution; the options are those of :func:`chart_of_distribution`."""
    return Picture(chart_of_distribution(given, language, cumulative=cumulative, title=title))


def targets(review: HalfYearReview, language: Language) -> Picture:
    """The company's level targets: how far each lies above or below its goal, with its interval."""
    return Picture(targets_chart(review, language))


def months(review: HalfYearReview, item: CommitmentReview, language: Language) -> Picture:
    """One commitment month by month, by department, with its goal."""
    return Picture(months_chart(review, item, language))


def timeline(found: Explanation, language: Language) -> Picture:
    """One case on a time line: what counted, what did not and why, when it was due."""
    return Picture(timeline_chart(found, language))
