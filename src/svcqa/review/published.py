"""Published figures: what a review reported, and what the same question answers today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from svcqa.entities.policy import Policies
from svcqa.entities.published import Publication, PublishedFigure
from svcqa.errors import Fault, MetricError, SvcqaError, one_of
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import Figure, Scale
from svcqa.register import Register
from svcqa.register.publications import publications
from svcqa.review.courses import Course
from svcqa.review.period_review import PeriodReview
from svcqa.review.targets import asked_by

Cause = Literal["records", "policy", "calendar"]


def publication(review: PeriodReview, *, now: dt.datetime) -> Publication:
    """Everything that a review reports, ready for the register.

    Args:
        now: UTC.

    Raises:
        MetricError: nothing had been received that there could be a figure of.
    """
    figures: list[PublishedFigure] = []
    for target in review.targets:
        if target.target.level is not None:
            figures += _figures("target", target.target.key, target.course)
    for item in review.commitments:
        for course in (item.course, *(part.course for part in item.parts), *(unit.course for unit in item.departments)):
            figures += _figures("commitment", item.commitment.key, course)
    if not figures:
        raise MetricError(Fault("publication_empty", got=review.period.label, allowed=f"{review.as_of}"))
    about = review.about
    return Publication(
        period=review.period.label,
        as_of=review.as_of,
        known_at=now,
        calendar=about["calendar"],
        policy=about["policy"],
        records=about["records"],
        figures=tuple(figures),
    )


def published(register: Register, period: str, *, known_at: dt.datetime | None = None) -> list[Publication]:
    """What was reported of ``period`` by ``known_at`` (UTC), oldest first."""
    reports = publications(register, period=period)
    return [item for item in reports if known_at is None or item.known_at <= known_at]


def _figures(subject: Literal["commitment", "target"], key: str, course: Course) -> Iterator[PublishedFigure]:
    reported = [(figure, False) for figure in (course.now, *course.months) if figure is not None]
    if course.year is not None:
        reported.append((course.year, True))
    for figure, cumulative in reported:
        yield PublishedFigure(
            subject=subject,
            key=key,
            measure=figure.measure,
            unit=figure.unit,
            period=figure.period,
            cumulative=cumulative,
            value=figure.value,
            lower=figure.lower,
            upper=figure.upper,
            n=figure.n,
            numerator=figure.numerator,
            verdict=figure.verdict,
        )


@dataclass(frozen=True)
class Restated:
    """A figure as reported beside what it is now; ``now`` is missing where it can no longer be computed."""

    reported: PublishedFigure
    now: Figure | None
    scale: Scale
    fault: SvcqaError | None = None
    beside: bool = False
    """Whether it stands beside the figure of its commitment, such as the longest time."""

    @property
    def changed(self) -> bool:
        """Whether anything of the figure is different."""
        if self.now is None:
            return True
        names = ("value", "lower", "upper", "n", "numerator", "verdict")
        return any(getattr(self.reported, name) != getattr(self.now, name) for name in names)


@dataclass(frozen=True)
class Restatement:
    """A publication asked again: which figures changed, and what differs in what pins them."""

    publication: Publication
    figures: tuple[Restated, ...]
    causes: tuple[Cause, ...]

    @property
    def changed(self) -> tuple[Restated, ...]:
        """The figures that are no longer the same."""
        return tuple(figure for figure in self.figures if figure.changed)

    def differing_from(self, other: Restatement) -> Restatement:
        """Only the figures that ``other``, the same publication asked again otherwise, restates to something else."""
        pairs = zip(self.figures, other.figures, strict=True)
        return replace(self, figures=tuple(mine for mine, theirs in pairs if mine.now != theirs.now))


def restate(
    figures: Figures, policies: Policies, published: Publication, *, known_at: dt.datetime | None = None
) -> Restatement:
    """Ask every published figure again, as of the same moment.

    Args:
        figures: on the calendar to count with: today's, or another one to try.
        known_at: only what had been read by then (UTC); all of it where absent.
    """
    digests: dict[Cause, tuple[str, str]] = {
        "records": (published.records, figures.engine.digest(known_at)),
        "policy": (published.policy, policies.digest),
        "calendar": (published.calendar, figures.calendars.digest),
    }
    causes: tuple[Cause, ...] = tuple(name for name, (then, now) in digests.items() if then != now)
    first_measures: dict[tuple[str, str], str] = {}  # the first measure of a commitment is its own
    for item in published.figures:
        first_measures.setdefault((item.subject, item.key), item.measure)
    asked_again = (
        _again(figures, policies, published=published, published_figure=item, known_at=known_at)
        for item in published.figures
    )
    restated = tuple(
        replace(item, beside=item.reported.measure != first_measures[item.reported.subject, item.reported.key])
        for item in asked_again
    )
    return Restatement(published, restated, causes)


def _again(
    figures: Figures,
    policies: Policies,
    *,
    published: Publication,
    published_figure: PublishedFigure,
    known_at: dt.datetime | None,
) -> Restated:
    try:
        metric, params = _question(figures, policies, published_figure)
        period = figures.period_rule.parse(published_figure.period)
        context = figures.context(period, as_of=published.as_of, unit=published_figure.unit, known_at=known_at)
        result = figures.result(metric, params, replace(context, cumulative=published_figure.cumulative))
        now = next((figure for figure in result.figures() if figure.measure == published_figure.measure), None)
    except SvcqaError as error:
        return Restated(published_figure, None, Scale(), error)
    return Restated(published_figure, now, result.scale)


def _question(figures: Figures, policies: Policies, published_figure: PublishedFigure) -> tuple[str, dict[str, object]]:
    """Metric and parameters, under the policy of today.

    Raises:
        NameUnknownError: the policy no longer has the commitment or target.
    """
    if published_figure.subject == "commitment":
        commitment = policies.commitment(published_figure.key).counted
        return commitment.metric, {"commitment": commitment}
    levels = {target.key: target for target in policies.targets if target.level is not None}
    target = one_of(published_figure.key, levels, fault="unknown_target")
    counted = policies.commitment(target.commitment).counted if target.commitment is not None else None
    return asked_by(figures, target, counted)
