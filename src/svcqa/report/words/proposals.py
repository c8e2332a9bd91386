"""Rows that the program proposes for form B: a fact and its size, never an action; people decide."""

from __future__ import annotations

from svcqa.catalogue import Language, text
from svcqa.entities.action import ActionItem
from svcqa.entities.target import MilestoneTarget, QuantityTarget
from svcqa.report.words import figures as wording
from svcqa.review.period_review import PeriodReview
from svcqa.review.targets import TargetReview


def proposals(review: PeriodReview, language: Language) -> tuple[ActionItem, ...]:
    """One row for each target that is missed or at risk and that nobody has noted yet."""
    noted = {(item.target, item.unit) for item in review.actions}
    return tuple(
        _proposal(review, item, language)
        for item in review.to_discuss
        if (item.target.key, item.owner.code) not in noted
    )


def _proposal(review: PeriodReview, item: TargetReview, language: Language) -> ActionItem:
    category = text(f"proposals.category_{'missed' if item.judged.verdict == 'missed' else 'risk'}", language)
    return ActionItem(
        category=category,
        problem=_problem(item, language),
        responsible=item.owner.name.in_language(language),
        period=review.period.label,
        target=item.target.key,
        unit=item.owner.code,
    )


def _problem(item: TargetReview, language: Language) -> str:
    name, scale = item.target.name.in_language(language), item.course.scale
    goal = wording.goal_text(item.target, scale, language)
    if isinstance(item.target, MilestoneTarget):
        return text("proposals.milestone", language, name=name, due=f"{item.target.due:%Y-%m-%d}")
    value = wording.value_text(item.target, item.course.year, scale, language)
    if isinstance(item.target, QuantityTarget):
        plan = wording.amount(item.course.year.goal if item.course.year else None)
        left = wording.needed(item.target, item.judged, scale, language)
        return text("proposals.quantity", language, name=name, value=value, plan=plan, left=left)
    now = wording.value_text(item.target, item.course.now, scale, language)
    spread = wording.level_interval(item.course.now, scale, item.target.goal)
    shown = now if spread == wording.DASH else text("proposals.spread", language, now=now, spread=spread)
    said = text("proposals.level", language, name=name, now=shown, goal=goal)
    if item.judged.needed is None:
        return said
    if wording.out_of_reach(item.judged, scale):
        return said + text("proposals.lost", language)
    return said + text("proposals.rest", language, rest=wording.needed(item.target, item.judged, scale, language))
