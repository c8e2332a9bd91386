"""One target in a review: its course, and the official verdict beside what the evidence says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import Unit
from svcqa.entities.policy import Policies
from svcqa.entities.target import Target
from svcqa.errors import SvcqaError
from svcqa.metrics.abilities import TakesGoal, having
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.verdict import Judgement
from svcqa.review.courses import NO_COURSE, Course, first_course, first_of, judged_by_course


@dataclass(frozen=True, kw_only=True)
class TargetReview:
    """One target, its course, what is to be said of it. ``fault`` where its figure could not be had."""

    target: Target
    owner: Unit
    commitment: Commitment | None
    course: Course
    judged: Judgement
    fault: SvcqaError | None = None


def target_review(figures: Figures, policies: Policies, target: Target, context: Context) -> TargetReview:
    """Everything a review holds of one target; where its figure cannot be had, why not."""
    owner = policies.organisation.unit(target.owner)
    scope = replace(context, unit=owner.code, by=())
    commitment = None
    if target.commitment is not None:
        commitment = policies.commitment(target.commitment).counted
    try:
        course = _course(figures, target, commitment, scope)
        if target.adds_up:
            judged = _held_against_plan(target, course, context)
        else:
            judged = judged_by_course(course, None if commitment is not None else target.level)
    except SvcqaError as error:
        return TargetReview(
            target=target, owner=owner, commitment=commitment, course=NO_COURSE, judged=Judgement(), fault=error
        )
    return TargetReview(target=target, owner=owner, commitment=commitment, course=course, judged=judged)


def _course(figures: Figures, target: Target, commitment: Commitment | None, scope: Context) -> Course:
    """Its figure in time; what has no figure of a month is asked once."""
    question = asked_by(figures, target, commitment)
    scope = replace(scope, unit=None) if target.whole_company else scope
    if target.by_month:
        return first_course(figures, *question, scope)
    now = first_of(figures.result(*question, scope).figures())
    return replace(NO_COURSE, now=now, year=now)


def asked_by(figures: Figures, target: Target, commitment: Commitment | None) -> tuple[str, dict[str, object]]:
    """Metric and parameters of a target; its goal replaces the commitment's."""
    if commitment is None:
        name = target.metric or ""
        takes_goal = having(figures.registry.get(name), TakesGoal) is not None
        return name, {**target.params, **({"goal": target.goal} if takes_goal else {})}
    params: dict[str, object] = {"commitment": commitment, "goal": target.goal, "goal_from": target.effective_from}
    return commitment.metric, params


def _held_against_plan(target: Target, course: Course, context: Context) -> Judgement:
    """Held against the plan to date; what is missing can be made up while the year lasts."""
    year = course.year
    if year is None or year.value is None:
        return Judgement()
    verdict = "met" if year.value >= (year.goal or 0) else "missed"
    year_is_over = context.period_rule.year_of(context.period).last <= context.period.last
    left = max(0.0, (target.goal or 0.0) - year.value)
    return Judgement(
        verdict="met" if verdict == "met" else "missed",
        evidence="clear",
        at_risk=verdict == "missed" and not year_is_over,
        needed=left,
    )
