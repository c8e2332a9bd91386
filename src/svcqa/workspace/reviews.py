"""Reviews of half-years and years: built, pinned as reported, asked again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from svcqa.catalogue import Language
from svcqa.clock.calendar_set import CalendarSet
from svcqa.entities.published import Publication
from svcqa.errors import Fault, PeriodError
from svcqa.periods import Period
from svcqa.records.check import check_report
from svcqa.register.publications import publications, publish
from svcqa.workspace.opened import OpenedWorkspace

if TYPE_CHECKING:
    from svcqa.report.sections import Sections
    from svcqa.review.period_review import Kind, PeriodReview
    from svcqa.review.published import Restatement
    from svcqa.review.returns import Comparison


class Reviews:
    """The reviews of a workspace. Reach it as ``workspace.reviews``."""

    def __init__(self, workspace: OpenedWorkspace) -> None:
        self._workspace = workspace

    def review(
        self,
        period: str | int | Period,
        *,
        as_of: dt.datetime | str | None = None,
        unit: str | None = None,
        known_at: dt.datetime | None = None,
        kind: Kind | None = None,
        pins: Mapping[str, str] | None = None,
    ) -> PeriodReview:
        """The review of a half-year or year: pure figures and register entries, ready to be shown.

        Args:
            period: such as ``2026H1`` or ``2025``.
            as_of: events after it are masked (local time); the end of the period where absent.
            unit: only this unit and what is below it.
            known_at: only what had been read by then (UTC), to see a review as it was; as the workspace where absent.
            kind: ``half_year`` or ``annual`` where the period is to be of that kind.
            pins: digests that its files were made with (:func:`svcqa.review.pinned.pins_of`).

        Raises:
            PeriodError: the period is neither a half-year nor a year, or not of the kind.
            ReviewChangedError: ``pins`` are given, and the review comes out otherwise.
        """
        from svcqa.review.follow_up import rows_of
        from svcqa.review.period_review import KINDS, period_review
        from svcqa.review.pinned import hold, pins_of

        workspace = self._workspace
        period_or_label = str(period) if isinstance(period, int) else period
        context = workspace.context(period_or_label, as_of, unit=unit, known_at=known_at)
        resolved_period = context.period
        if kind is not None and resolved_period.kind is not KINDS[kind]:
            raise PeriodError(Fault("not_a_half" if kind == "half_year" else "not_a_year", got=resolved_period.label))
        noted = rows_of(workspace.register, resolved_period, workspace.period_rule, known_at=context.known_at)
        review = period_review(workspace.figures, workspace.policies, context, noted)
        if pins:
            hold(pins_of(review), pins, place=resolved_period.label, language=workspace.language)
        return review

    def sections(
        self,
        review: PeriodReview,
        language: Language | None = None,
        *,
        known_at: dt.datetime | None = None,
        pins: Mapping[str, str] | None = None,
    ) -> Sections:
        """The review in its sections: those of svcqa and of every package that registers some.

        Args:
            review: from :meth:`review`.
            language: the workspace's first where absent.
            known_at: only what had been read by then (UTC); as the review where absent.
            pins: digests that the review's files were made with, in the same language.

        Raises:
            ReviewChangedError: ``pins`` are given, and the sections come out otherwise.
        """
        from svcqa.report.sections import SectionContext
        from svcqa.review.pinned import hold

        known_at = known_at or review.known_at
        unit = review.unit.code if review.unit.level != "company" else None
        context = self._workspace.context(review.period, review.as_of, unit=unit, known_at=known_at)
        sections = self._workspace.section_registry.compose(
            SectionContext(
                review=review,
                context=context,
                figures=self._workspace.figures,
                policies=self._workspace.policies,
                register=self._workspace.register,
                check=check_report(self._workspace.store, known_at=context.known_at),
                language=language or self._workspace.language,
            )
        )
        if pins:
            hold(
                {"sections": sections.digest},
                pins,
                place=review.period.label,
                language=language or self._workspace.language,
            )
        return sections

    def compare_returns(
        self, period: str | Period, *, as_of: dt.datetime | str | None = None
    ) -> tuple[Comparison, ...]:
        """Records beside monthly returns, per department and month, of each commitment that has both."""
        from svcqa.review.returns import compare_returns

        workspace = self._workspace
        return compare_returns(workspace.figures, workspace.policies.commitments, workspace.context(period, as_of))

    def publish(
        self,
        period: str | Period,
        *,
        author: str,
        as_of: dt.datetime | str | None = None,
        now: dt.datetime | None = None,
    ) -> Publication:
        """Pin the figures of the review of a half-year or year in the register: as reported, from now on.

        Args:
            author: who reports them.
            now: UTC; the clock's moment where absent.

        Raises:
            PeriodError: the period is neither a half-year nor a year.
            RegisterError: nobody is named.
        """
        from svcqa.review.published import publication

        moment = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
        published = publication(self.review(period, as_of=as_of), now=moment)
        publish(self._workspace.register, published, author=author, now=moment)
        return published

    def restated(
        self, period: str | Period | None = None, *, calendars: CalendarSet | None = None
    ) -> tuple[Restatement, ...]:
        """Every published figure beside what it is today, oldest publication first.

        Args:
            period: only publications of this period.
            calendars: count with these instead of today's.
        """
        from dataclasses import replace

        from svcqa.review.published import restate

        workspace = self._workspace
        label = workspace.period(period).label if isinstance(period, str) else period.label if period else None
        figures = workspace.figures if calendars is None else replace(workspace.figures, calendars=calendars)
        published = publications(workspace.register, period=label)
        return tuple(restate(figures, workspace.policies, item) for item in published)
