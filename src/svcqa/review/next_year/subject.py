"""What a target of next year is about: the metric to ask, and the promise that no goal may be looser than."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from svcqa.entities.commitment import Commitment
from svcqa.entities.policy import Policies
from svcqa.entities.rules import ElapsedNatural, ElapsedWorkingDays, ElapsedWorkingTime, MeanAndMaximum, Rule
from svcqa.entities.target import LevelTarget, QuantityTarget, Target
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

    target: LevelTarget | QuantityTarget
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
        if self.within and isinstance(self.target, LevelTarget) and self.promise is not None:
            return self.promise
        return self.target.goal


def subject_of(figures: Figures, policies: Policies, target: LevelTarget | QuantityTarget, year: int) -> Subject:
    """The subject of a target; a percentile becomes the share of cases within its value.

    Raises:
        MetricError: a percentile's goal is no whole number of its unit.
    """
    if isinstance(target, QuantityTarget):
        return Subject(target=target, commitment=None, metric=defaults.AMOUNT, params={"target": target}, promise=None)
    if target.metric == defaults.TIMES:
        return _percentile(figures, target)
    commitment = None if target.commitment is None else policies.commitment(target.commitment).counted
    metric, params = asked_by(figures, target, commitment)
    promise = None if commitment is None else commitment.goal_on(dt.date(year, 12, 31))
    return Subject(target=target, commitment=commitment, metric=metric, params=params, promise=promise)


def _percentile(figures: Figures, target: LevelTarget) -> Subject:
    """P90 ≤ 45 minutes is kept just where at least 90 % of the cases are within 45 minutes."""
    own = figures.registry.get(defaults.TIMES).params.model_validate(target.params)
    if target.goal != int(target.goal):
        place = f'target "{target.key}" › goal'
        raise MetricError(Fault("percentile_goal", place=place, got=f"{target.goal:g}"))
    share = float(own.percentiles[0]) / 100
    return _within(target, own.promise, rule=own.promise.rule, limit=int(target.goal), share=share)


def within_maximum(subject: Subject, year: int) -> Subject:
    """The maximum of a mean and maximum: every case within it.

    Raises:
        MetricError: the target has no maximum, or one that is no whole number of its unit.
    """
    commitment = subject.commitment
    maximum = None if commitment is None else commitment.maximum_on(dt.date(year, 12, 31))
    if commitment is None or maximum is None or not isinstance(commitment.rule, MeanAndMaximum):
        raise MetricError(Fault("no_maximum", got=subject.target.key))
    if maximum != int(maximum):
        raise MetricError(Fault("percentile_goal", place=subject.target.key, got=f"{maximum:g}"))
    rule, clock = commitment.rule, {"start": commitment.rule.start, "stop": commitment.rule.stop, "limit": int(maximum)}
    single: Rule
    if rule.clock == "natural":
        single = ElapsedNatural(kind="elapsed_natural", unit=rule.unit, **clock)
    else:
        unit = "hour" if rule.unit == "hour" else "minute"
        single = ElapsedWorkingTime(kind="elapsed_working_time", unit=unit, **clock)
    assert isinstance(subject.target, LevelTarget)
    return _within(subject.target, commitment, rule=single, limit=int(maximum), share=1.0)


def _within(target: LevelTarget, whose: Commitment, *, rule: Any, limit: int, share: float) -> Subject:
    if not isinstance(rule, (ElapsedNatural, ElapsedWorkingTime, ElapsedWorkingDays)):
        raise MetricError(Fault("percentile_goal", place=target.key, got=rule.kind))
    single = rule.model_copy(update={"limit": limit})
    commitment = whose.model_copy(update={"rule": single, "limits": (), "required_share": share, "goals": ()})
    unit = getattr(rule, "unit", "working_day")
    return Subject(
        target=target,
        commitment=commitment,
        metric=defaults.WITHIN_LIMIT,
        params={"commitment": commitment},
        promise=share,
        within=f"{limit} {unit}",
    )


def same_subject(one: Target, other: Target) -> bool:
    """Whether two targets are about the same figure of the same unit, in whatever years."""
    if isinstance(one, LevelTarget) and isinstance(other, LevelTarget):
        mine, its = (
            (one.owner, one.commitment, one.metric, one.params),
            (other.owner, other.commitment, other.metric, other.params),
        )
        return mine == its
    if isinstance(one, QuantityTarget) and isinstance(other, QuantityTarget):
        return (one.owner, one.indicator) == (other.owner, other.indicator)
    return False


def needs_calendar(subject: Subject) -> bool:
    """Whether the figure depends on which days are worked."""
    if subject.commitment is None:
        return False
    rule = subject.commitment.rule
    mean = isinstance(rule, MeanAndMaximum) and rule.clock == "working_time"
    return mean or isinstance(rule, (ElapsedWorkingDays, ElapsedWorkingTime))
