"""This year beside last year: as reported then, and restated under the definition of today.

A figure can move because the service did, or because what is counted did. Where the promise, its limits or its goal
changed between the years, last year is asked again as if today's had held all along.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from svcqa.entities.commitment import Commitment
from svcqa.entities.policy import Policies
from svcqa.entities.published import Publication, PublishedFigure
from svcqa.errors import SvcqaError
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import Figure, Scale
from svcqa.review.commitments import CommitmentReview
from svcqa.review.period_review import PeriodReview
from svcqa.stats.drivers import newcombe

_ALWAYS: Final = dt.date(1999, 1, 1)
"""Before any record: a limit in force since then holds for every case."""
What = Literal["goal", "limit", "promised_since", "policy", "calendar", "records"]


@dataclass(frozen=True)
class Changed:
    """What is no longer as it was: ``before`` and ``after`` in the figure's own terms, where they can be told."""

    what: What
    before: float | None = None
    after: float | None = None
    since: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class BesideLastYear:
    """One commitment in two years.

    Attributes:
        reported: what was published last year of the same period; missing where nobody did.
        then: last year's figure under the definitions of that time, as the records tell it now.
        restated: last year's figure under the definition of today.
        limits: of the change from ``restated`` to ``now``; missing where the figures are no shares of cases.
        changed: what differs in definition, and in what pins the published figure.
    """

    commitment: Commitment
    scale: Scale
    now: Figure | None
    then: Figure | None
    restated: Figure | None
    reported: PublishedFigure | None
    limits: tuple[float, float] | None
    changed: tuple[Changed, ...]
    fault: SvcqaError | None = None

    @property
    def change(self) -> float | None:
        """From last year restated to this year: like compared with like."""
        if self.now is None or self.restated is None or self.now.value is None or self.restated.value is None:
            return None
        return self.now.value - self.restated.value

    @property
    def clear(self) -> bool | None:
        """Whether the interval of the change leaves out nought; ``None`` where there is no interval."""
        return None if self.limits is None else not self.limits[0] <= 0 <= self.limits[1]

    @property
    def better(self) -> bool:
        """Whether the figure improved, and clearly."""
        rises = self.change is not None and (self.change > 0) == (self.scale.better == "higher")
        return bool(self.clear) and rises


def beside_last_year(
    figures: Figures, policies: Policies, *, review: PeriodReview, context: Context, published: Sequence[Publication]
) -> tuple[BesideLastYear, ...]:
    """Every commitment of ``review``.

    Args:
        context: that of the review.
        published: what was published of the same period of last year; the last one counts.
    """
    last = published[-1] if published else None
    return tuple(
        _beside(figures, policies, item=item, review=review, context=context, published=last)
        for item in review.commitments
    )


def _beside(
    figures: Figures,
    policies: Policies,
    *,
    item: CommitmentReview,
    review: PeriodReview,
    context: Context,
    published: Publication | None,
) -> BesideLastYear:
    commitment, now = item.commitment, item.course.now
    reported = _reported(published, commitment, review.unit.code)
    changed = (*definition_changes(commitment, review), *_pins(figures, policies, published, context))
    context_before = replace(context, period=review.year_before, by=())
    try:
        then = _first(figures, commitment, context_before, {})
        as_today = under(commitment, review.period.last)
        goal = commitment.goal_on(review.period.last)
        restated = _first(
            figures, as_today, context_before, {"goal": goal, "goal_from": _ALWAYS} if goal is not None else {}
        )
    except SvcqaError as error:
        return BesideLastYear(
            commitment=commitment,
            scale=item.course.scale,
            now=now,
            then=None,
            restated=None,
            reported=reported,
            limits=None,
            changed=changed,
            fault=error,
        )
    limits = change_limits(restated, now, level=context.level)
    return BesideLastYear(
        commitment=commitment,
        scale=item.course.scale,
        now=now,
        then=then,
        restated=restated,
        reported=reported,
        limits=limits,
        changed=changed,
        fault=item.fault,
    )


def _first(figures: Figures, commitment: Commitment, context: Context, more: dict[str, object]) -> Figure | None:
    rows = figures.result(commitment.metric, {"commitment": commitment, **more}, context).figures()
    return rows[0] if rows else None


def under(commitment: Commitment, day: dt.date) -> Commitment:
    """The commitment as it stands on ``day``, as if it had always been so."""
    limits = tuple(
        limit if limit.effective_from is None else limit.model_copy(update={"effective_from": _ALWAYS})
        for limit in commitment.limits
        if limit.effective_from is None or limit.effective_from <= day
    )
    goals = tuple(
        goal.model_copy(update={"effective_from": _ALWAYS})
        for goal in sorted(commitment.goals, key=lambda item: item.effective_from)
        if goal.effective_from <= day
    )
    return commitment.model_copy(update={"limits": limits, "goals": goals, "effective_from": None})


def definition_changes(commitment: Commitment, review: PeriodReview) -> tuple[Changed, ...]:
    """What the policy says changed between the end of last year's period and the end of this one's."""
    before, after = review.year_before.last, review.period.last
    changes = []
    for read in (commitment.goal_on, commitment.maximum_on):
        was, now = read(before), read(after)
        if was is not None and was != now:
            changes.append(Changed("goal", was, now))
    if commitment.effective_from is not None and before < commitment.effective_from <= after:
        changes.append(Changed("promised_since", since=commitment.effective_from))
    changes += [
        Changed("limit", _limit_before(commitment, index), limit.limit, limit.effective_from)
        for index, limit in enumerate(commitment.limits)
        if limit.effective_from is not None and review.year_before.first < limit.effective_from <= after
    ]
    return tuple(changes)


def _limit_before(commitment: Commitment, index: int) -> int | None:
    """What held for the same cases before a limit came into force: of those after it, the first that fits them all."""
    limit = commitment.limits[index]
    assert limit.effective_from is not None
    for item in commitment.limits[index + 1 :]:
        earlier = item.effective_from is None or item.effective_from < limit.effective_from
        if earlier and (not item.where or item.where == limit.where):
            return item.limit
    clock = commitment.rule.clock_rule
    return clock.limit if clock is not None else None


def _pins(figures: Figures, policies: Policies, published: Publication | None, context: Context) -> Iterable[Changed]:
    """What pins the published figure and is another now."""
    if published is None:
        return ()
    pairs: dict[What, tuple[str, str]] = {
        "policy": (published.policy, policies.digest),
        "calendar": (published.calendar, context.calendars.digest),
        "records": (published.records, figures.engine.digest(context.known_at)),
    }
    return [Changed(what) for what, (then, now) in pairs.items() if then != now]


def _reported(published: Publication | None, commitment: Commitment, unit: str) -> PublishedFigure | None:
    """The published figure of the whole period; a publication's first measure of a commitment is its own."""
    if published is None:
        return None
    return next(
        (
            figure
            for figure in published.figures
            if (figure.subject, figure.key, figure.unit, figure.period, figure.cumulative)
            == ("commitment", commitment.key, unit, published.period, False)
        ),
        None,
    )


def change_limits(before: Figure | None, after: Figure | None, *, level: float) -> tuple[float, float] | None:
    """Limits of the change between two shares of cases; ``None`` for anything else."""
    pairs = [_counts(before), _counts(after)]
    if pairs[0] is None or pairs[1] is None:
        return None
    return newcombe(pairs[0], pairs[1], level=level)


def _counts(figure: Figure | None) -> tuple[int, int] | None:
    """Numerator and cases of a share that has an interval: a census has none, and no chance in its change."""
    if figure is None or figure.value is None or not figure.n or figure.numerator is None or figure.lower is None:
        return None
    if figure.base or "amounts" in figure.flags or not 0 <= figure.numerator <= figure.n:
        return None
    return (figure.numerator, figure.n) if abs(figure.numerator / figure.n - figure.value) < 1e-9 else None
