"""Rows that the program proposes for form B: a fact and its size, never an action; people decide."""

from __future__ import annotations

from svcqa.catalogue import Language, text
from svcqa.entities.action import ActionItem
from svcqa.report.words.targets import target_words
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
        problem=target_words(item, language).problem,
        responsible=item.owner.name.in_language(language),
        period=review.period.label,
        target=item.target.key,
        unit=item.owner.code,
    )
