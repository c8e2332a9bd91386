"""Reviews of half-years and years: built, pinned as reported, asked again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from svcqa.catalogue import Language
from svcqa.clock.calendar_set import CalendarSet
from svcqa.entities.published import Publication
from svcqa.errors import Fault, PeriodError
from svcqa.periods import Period, PeriodKind
from svcqa.records.check import check_report
from svcqa.register.publications import publications, publish
from svcqa.workspace.opened import OpenedWorkspace

if TYPE_CHECKING:
    from svcqa.report.sections import Sections
    from svcqa.review.period_review import PeriodReview
    from svcqa.review.published import Restatement
    from svcqa.review.returns import Comparison


class ReviewVerbs(OpenedWorkspace):
    """What a workspace does for reviews."""

    def review_half_year(
        self,
        period: str | Period,
        *,
        as_of: dt.datetime | str | None = None,
        unit: str | None = None,
        known_at: dt.datetime | None = None,
    ) -> PeriodReview:
        """The half-year review: pure figures and register entries, ready to be shown.

        Args:
            period: such as ``2026H1``.
            as_of: events after it are masked (local time); the end of the period where absent.
            unit: only this unit and what is below it.
            known_at: only what had been read by then (UTC), to see a review as it was.

        Raises:
            PeriodError: the period is no half-year.
        """
        found = self.period(period) if isinstance(period, str) else period
        if found.kind is not PeriodKind.HALF:
            raise PeriodError(Fault("not_a_half", got=found.label))
        return self._review(found, as_of, unit, known_at)

    def review_annual(
        self,
        year: int | str | Period,
        *,
        as_of: dt.datetime | str | None = None,
        unit: str | None = None,
        known_at: dt.datetime | None = None,
    ) -> PeriodReview:
        """The annual review; the options are those of :meth:`review_half_year`.

        Raises:
            PeriodError: the period is no year.
        """
        found = year if isinstance(year, Period) else self.period(str(year))
        if found.kind is not PeriodKind.YEAR:
            raise PeriodError(Fault("not_a_year", got=found.label))
        return self._review(found, as_of, unit, known_at)

    def _review(
        self,
        period: Period,
        as_of: dt.datetime | str | None,
        unit: str | None = None,
        known_at: dt.datetime | None = None,
    ) -> PeriodReview:
        from svcqa.review.follow_up import rows_of
        from svcqa.review.period_review import period_review

        context = self._context(period, as_of, unit=unit, known_at=known_at)
        return period_review(
            self.figures, self.policies, context, rows_of(self.register, period, self.period_rule, known_at=known_at)
        )

    def sections(
        self, review: PeriodReview, language: Language | None = None, *, known_at: dt.datetime | None = None
    ) -> Sections:
        """The review in its sections: those of svcqa and of every package that registers some.

        Args:
            review: from :meth:`review_half_year` or :meth:`review_annual`.
            language: the workspace's first where absent.
            known_at: only what had been read by then (UTC); as the review where absent.
        """
        from svcqa.report.sections import SectionContext

        known_at = known_at or review.known_at
        unit = review.unit.code if review.unit.level != "company" else None
        context = self._context(review.period, review.as_of, unit=unit, known_at=known_at)
        return self.section_registry.compose(
            SectionContext(
                review=review,
                context=context,
                figures=self.figures,
                policies=self.policies,
                register=self.register,
                check=check_report(self.store),
                language=language or self.language,
            )
        )

    def compare_returns(
        self, period: str | Period, *, as_of: dt.datetime | str | None = None
    ) -> tuple[Comparison, ...]:
        """Records beside monthly returns, per department and month, of each commitment that has both."""
        from svcqa.review.returns import compare_returns

        return compare_returns(self.figures, self.policies.commitments, self._context(period, as_of))

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
        asked = self.period(period) if isinstance(period, str) else period
        found = publication(self._review(asked, as_of), now=moment)
        publish(self.register, found, author=author, now=moment)
        return found

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

        label = self.period(period).label if isinstance(period, str) else period.label if period else None
        figures = self.figures if calendars is None else replace(self.figures, calendars=calendars)
        return tuple(restate(figures, self.policies, one) for one in publications(self.register, period=label))
