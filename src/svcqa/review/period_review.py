"""The core of a review of a half-year (半年检讨) or a year (年度检讨): targets, commitments, returns, what was noted.

What else a review contains, its sections add (``report/sections``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from svcqa.entities.action import ActionItem
from svcqa.entities.organisation import Unit
from svcqa.entities.policy import Policies
from svcqa.errors import Fault, MetricError, PeriodError, SvcqaError
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.periods import Period, PeriodKind
from svcqa.review.commitments import CommitmentReview, commitment_review
from svcqa.review.returns import Comparison, compare_returns
from svcqa.review.targets import TargetReview, target_review

Kind = Literal["half_year", "annual"]
KINDS: Final[dict[Kind, PeriodKind]] = {"half_year": PeriodKind.HALF, "annual": PeriodKind.YEAR}


@dataclass(frozen=True, kw_only=True)
class PeriodReview:
    """What a meeting looks at: the half-year or the year, as of one moment."""

    kind: Kind
    period: Period
    as_of: dt.datetime
    year: Period
    previous: Period
    year_before: Period
    months: tuple[Period, ...]
    unit: Unit
    targets: tuple[TargetReview, ...]
    commitments: tuple[CommitmentReview, ...]
    returns: tuple[Comparison, ...]
    """Records beside the monthly returns of the same commitment."""
    actions: tuple[ActionItem, ...]
    about: dict[str, str]
    known_at: dt.datetime | None = None
    """Only what had been read by then (UTC); everything where absent."""

    @property
    def to_discuss(self) -> tuple[TargetReview, ...]:
        """Targets that are missed or at risk, and so need a row in form B."""
        return tuple(item for item in self.targets if item.judged.verdict == "missed" or item.judged.at_risk)

    @property
    def year_is_over(self) -> bool:
        """Whether nothing of the year is left after the period."""
        return self.year.last <= self.period.last

    @property
    def weakest(self) -> CommitmentReview:
        """The commitment furthest below its required share, counted in shares of the misses allowed.

        Raises:
            MetricError: the policy has no commitments.
        """
        if not self.commitments:
            raise MetricError(Fault("no_commitments", got=self.period.label))
        return max(self.commitments, key=_shortfall)

    @property
    def choices(self) -> tuple[str, ...]:
        """Periods to look at: the period, its year, each month, the period before and that of last year."""
        months = tuple(month.label for month in self.months)
        named = (self.period.label, self.year.label, *months, self.previous.label, self.year_before.label)
        return tuple(dict.fromkeys(named))


def _shortfall(item: CommitmentReview) -> float:
    """How many times the misses allowed were made; commitments without cases to list come last."""
    now, goal = item.course.now, item.goal
    if now is None or now.value is None or goal is None or item.cases is None:
        return -1.0
    return (1 - now.value) / max(1 - goal, 1e-9)


def kind_of(period: Period) -> Kind:
    """Which review a period has.

    Raises:
        PeriodError: it is neither a half-year nor a year.
    """
    review_kind = next((kind for kind, length in KINDS.items() if period.kind is length), None)
    if review_kind is None:
        raise PeriodError(Fault("no_review_of", got=period.label))
    return review_kind


def period_review(
    figures: Figures, policies: Policies, context: Context, actions: Sequence[ActionItem]
) -> PeriodReview:
    """Build the review of ``context.period`` as of ``context.as_of``.

    Raises:
        PeriodError: the period is neither a half-year nor a year.
    """
    period, rule = context.period, context.period_rule
    kind = kind_of(period)
    organisation = policies.organisation
    unit = organisation.unit(context.unit) if context.unit else organisation.company
    targets = [t for t in policies.targets_of(period.year) if organisation.within(t.owner, unit.code)]
    return PeriodReview(
        kind=kind,
        period=period,
        as_of=context.as_of,
        year=rule.year_of(period),
        previous=rule.previous(period),
        year_before=rule.year_before(period),
        months=tuple(rule.months(period)),
        unit=unit,
        targets=tuple(target_review(figures, policies, target, context) for target in targets),
        commitments=tuple(commitment_review(figures, item, context) for item in policies.commitments),
        returns=_returns(figures, policies, context),
        actions=tuple(actions),
        about={
            "policy": policies.digest,
            "records": figures.engine.digest(context.known_at),
            "calendar": context.calendars.digest,
            "calendar_source": context.calendar.source,
        },
        known_at=context.known_at,
    )


def _returns(figures: Figures, policies: Policies, context: Context) -> tuple[Comparison, ...]:
    """A table that cannot be read has said so in its own row already."""
    comparisons: list[Comparison] = []
    for commitment in policies.commitments:
        try:
            comparisons += compare_returns(figures, (commitment,), context)
        except SvcqaError:
            continue
    return tuple(comparisons)
