"""What a target of next year is about: the metric to ask, and the promise that no goal may be looser than."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from svcqa.entities.commitment import Commitment
from svcqa.entities.policy import Policies
from svcqa.entities.rule_base import RuleBase
from svcqa.entities.target import Target
from svcqa.errors import Fault, MetricError
from svcqa.metrics import defaults
from svcqa.metrics.figures import Figures
from svcqa.review.targets import asked_by


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is asked for one target.

    Attributes:
        commitment: whose figure it is, where it is one's.
        metric, params: what is asked.
        promise: what the public was promised, in the figure's unit: no goal is looser.
        within: where a percentile or a maximum is asked as a share of cases: the limit that they must keep.
    """

    target: Target
    commitment: Commitment | None
    metric: str
    params: dict[str, Any]
    promise: float | None
    within: str = ""

    @property
    def cycle(self) -> str:
        """How often there is a figure: ``month``, ``quarter``, ``half`` or ``year``."""
        return "month" if self.commitment is None else self.commitment.cycle

    @property
    def goal(self) -> float:
        """This year's goal, in the figure's unit."""
        if self.within and self.promise is not None:
            return self.promise
        assert self.target.goal is not None  # what has no goal to forecast has no subject
        return self.target.goal


def subject_of(figures: Figures, policies: Policies, target: Target, year: int) -> Subject:
    """The subject of a target; a percentile becomes the share of cases within its value.

    Raises:
        MetricError: a percentile's goal is no whole number of its unit.
    """
    if target.metric == defaults.TIMES:
        return _percentile(figures, target)
    commitment = None if target.commitment is None else policies.commitment(target.commitment).counted
    metric, params = asked_by(figures, target, commitment)
    promise = None if commitment is None else commitment.goal_on(dt.date(year, 12, 31))
    return Subject(target=target, commitment=commitment, metric=metric, params=params, promise=promise)


def _percentile(figures: Figures, target: Target) -> Subject:
    """P90 ≤ 45 minutes is kept just where at least 90 % of the cases are within 45 minutes."""
    params: Any = figures.registry.get(defaults.TIMES).params.model_validate(target.params)
    if target.goal is None or target.goal != int(target.goal):
        place = f'target "{target.key}" › goal'
        raise MetricError(Fault("percentile_goal", place=place, got=f"{target.goal or 0:g}"))
    share = float(params.percentiles[0]) / 100
    return _within(target, params.promise, rule=params.promise.rule, limit=int(target.goal), share=share)


def within_maximum(subject: Subject, year: int) -> Subject:
    """The maximum of a mean and maximum: every case within it.

    Raises:
        MetricError: the target has no maximum, or one that is no whole number of its unit.
    """
    commitment = subject.commitment
    maximum = None if commitment is None else commitment.maximum_on(dt.date(year, 12, 31))
    if commitment is None or maximum is None:
        raise MetricError(Fault("no_maximum", got=subject.target.key))
    if maximum != int(maximum):
        raise MetricError(Fault("percentile_goal", place=subject.target.key, got=f"{maximum:g}"))
    single = commitment.rule.within(int(maximum))
    assert single is not None
    return _within(subject.target, commitment, rule=single, limit=int(maximum), share=1.0)


def _within(target: Target, whose: Commitment, *, rule: RuleBase, limit: int, share: float) -> Subject:
    if rule.running is None:
        raise MetricError(Fault("percentile_goal", place=target.key, got=rule.kind))
    single = rule.running.model_copy(update={"limit": limit})
    commitment = whose.model_copy(update={"rule": single, "limits": (), "required_share": share, "goals": ()})
    return Subject(
        target=target,
        commitment=commitment,
        metric=defaults.WITHIN_LIMIT,
        params={"commitment": commitment},
        promise=share,
        within=f"{limit} {single.own_unit}",
    )


def same_subject(item: Target, other: Target) -> bool:
    """Whether two targets are about the same figure of the same unit, in whatever years."""
    return item.owner == other.owner and item.subject == other.subject


def needs_calendar(subject: Subject) -> bool:
    """Whether the figure depends on which days are worked."""
    return subject.commitment is not None and subject.commitment.rule.needs_calendar
