"""One target in a review: its course, and the official verdict beside what the evidence says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import Unit
from svcqa.entities.policy import Policies
from svcqa.entities.target import LevelTarget, MilestoneTarget, QuantityTarget, Target
from svcqa.errors import SvcqaError
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
    if isinstance(target, LevelTarget) and target.commitment is not None:
        commitment = policies.commitment(target.commitment).counted
    try:
        if isinstance(target, LevelTarget):
            course = first_course(figures, *asked_by(figures, target, commitment), scope)
            judged = judged_by_course(course, None if commitment is not None else target.goal)
        elif isinstance(target, QuantityTarget):
            course = first_course(figures, "quantity", {"target": target}, scope)
            judged = _quantity_judged(target, course, context)
        else:
            course, judged = _milestone(figures, target, scope)
    except SvcqaError as error:
        return TargetReview(
            target=target, owner=owner, commitment=commitment, course=NO_COURSE, judged=Judgement(), fault=error
        )
    return TargetReview(target=target, owner=owner, commitment=commitment, course=course, judged=judged)


def asked_by(figures: Figures, target: LevelTarget, commitment: Commitment | None) -> tuple[str, dict[str, object]]:
    """Metric and parameters of a level target; its goal replaces the commitment's."""
    if commitment is None:
        name = target.metric or ""
        knows_goals = "goal" in figures.registry.get(name).params.model_fields
        return name, {**target.params, **({"goal": target.goal} if knows_goals else {})}
    own = {"commitment": commitment, "goal": target.goal, "goal_from": target.effective_from}
    return commitment.metric, own


def _quantity_judged(target: QuantityTarget, course: Course, context: Context) -> Judgement:
    """Held against the plan to date; what is missing can be made up while the year lasts."""
    year = course.year
    if year is None or year.value is None:
        return Judgement()
    verdict = "met" if year.value >= (year.goal or 0) else "missed"
    year_is_over = context.period_rule.year_of(context.period).last <= context.period.last
    left = max(0.0, target.goal - year.value)
    return Judgement(
        verdict="met" if verdict == "met" else "missed",
        evidence="clear",
        at_risk=verdict == "missed" and not year_is_over,
        needed=left,
    )


def _milestone(figures: Figures, target: MilestoneTarget, scope: Context) -> tuple[Course, Judgement]:
    now = first_of(figures.result("milestone", {"target": target}, replace(scope, unit=None)).figures())
    course = replace(NO_COURSE, now=now, year=now)
    if now is None or not now.verdict:
        return course, Judgement()
    return course, Judgement(verdict="met" if now.verdict == "met" else "missed", evidence="clear")
