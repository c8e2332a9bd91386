"""How many months of the period a target was met in."""

from __future__ import annotations

from dataclasses import dataclass

from svcqa.metrics.result import Figure
from svcqa.review.targets import TargetReview


@dataclass(frozen=True)
class MonthsMet:
    """Months met, of those that had a figure to judge."""

    met: int
    judged: int


def months_met(item: TargetReview) -> MonthsMet | None:
    """Months of the period held against the goal each by itself; ``None`` for what has no months, such as a date."""
    if not item.target.by_month or not item.course.months:
        return None
    months = [_met(item, figure) for figure in item.course.months]
    return MonthsMet(sum(bool(met) for met in months), sum(met is not None for met in months))


def _met(item: TargetReview, figure: Figure) -> bool | None:
    if figure.value is None or "cycle_open" in figure.flags:
        return None
    if figure.verdict:
        return figure.verdict == "met"
    if item.target.level is not None and figure.goal is None:
        return item.course.scale.reached(figure.value, item.target.level)
    return None
