"""The title of a chart: its finding in words, and no more than the intervals allow.

Figures are named as figures. That one lies on one side of its goal *for certain* is said only where its whole interval
does; two figures whose intervals overlap are said to overlap.
"""

from __future__ import annotations

from collections.abc import Sequence

from svcqa.catalogue import Language, text
from svcqa.metrics.result import Scale
from svcqa.report.charts.grammar import Row
from svcqa.report.words import figures as wording


def finding(rows: Sequence[Row], *, label: str, scale: Scale, language: Language) -> str:
    """The finding of figures: of the last period that has any, and of its change where there is one group alone.

    Args:
        rows: of one or more groups, periods in order.
        label: what the figures are.
    """
    valued_rows = [row for row in rows if row.value is not None]
    if not valued_rows:
        return text("charts.nothing", language, label=label)
    last = max(valued_rows, key=lambda row: _place(rows, row.period)).period
    now = [row for row in valued_rows if row.period == last]
    so_far = text("charts.so_far", language) if all(row.partial for row in now) else ""
    head = {"label": label, "period": f"{last}{so_far}"}
    if len({row.group for row in rows}) == 1:
        return _alone(valued_rows, scale, language, **head)
    held = [row for row in now if row.goal is not None]
    if scale.better == "neutral" or not held:
        return _spread(now, scale, language, **head)
    return _against_goals(held, scale, language, **head)


def _place(rows: Sequence[Row], period: str) -> int:
    return next(index for index, row in enumerate(rows) if row.period == period)


def _against_goals(held: Sequence[Row], scale: Scale, language: Language, **head: str) -> str:
    """Who is furthest from its goal on the wrong side, or that all keep it."""
    behind = [row for row in held if row.standing == "missed"]
    if behind:
        worst = max(behind, key=_shortfall)
        key = "charts.behind_one" if len(behind) == 1 else "charts.behind"
        sentence = text(
            key,
            language,
            **head,
            unit=worst.group,
            value=_value(worst, scale, language),
            goal=_goal(worst, scale, language),
            behind=len(behind),
            judged=len(held),
        )
        return sentence + _evidence(worst, language)
    unclear = sum(row.evidence == "unclear" for row in held)
    goals = {row.goal for row in held}
    goal = text("charts.goal_of", language, goal=_goal(held[0], scale, language)) if len(goals) == 1 else ""
    key = "charts.all_keep_unclear" if unclear else "charts.all_keep"
    return text(key, language, **head, judged=len(held), unclear=unclear, goal=goal)


def _alone(valued_rows: Sequence[Row], scale: Scale, language: Language, **head: str) -> str:
    """One group: its last value, the change since the one before, how it stands to its goal."""
    now = valued_rows[-1]
    sentence = text("charts.alone", language, **head, unit=now.group, value=_value(now, scale, language))
    if len(valued_rows) > 1:
        sentence += _change(valued_rows[-2], now, scale, language)
    if now.goal is None or scale.better == "neutral" or not now.standing:
        return sentence
    side = "charts.misses" if now.standing == "missed" else "charts.keeps"
    return sentence + text(side, language, goal=_goal(now, scale, language)) + _evidence(now, language)


def _change(before: Row, now: Row, scale: Scale, language: Language) -> str:
    assert now.value is not None
    assert before.value is not None
    change = wording.level_change(now.value, before.value, scale=scale, language=language, goal=now.goal)
    key = "charts.change_overlaps" if _overlap(before, now) else "charts.change"
    return text(key, language, before=before.period, change=change)


def _spread(now: Sequence[Row], scale: Scale, language: Language, **head: str) -> str:
    """No goal to hold against: from which figure to which."""
    ordered = sorted(now, key=lambda row: row.value or 0.0, reverse=scale.better == "lower")
    if len(ordered) == 1:
        return text("charts.alone", language, **head, unit=ordered[0].group, value=_value(ordered[0], scale, language))
    low, high = ordered[0], ordered[-1]
    key = "charts.spread_overlaps" if _overlap(low, high) else "charts.spread"
    return text(
        key,
        language,
        **head,
        low=low.group,
        low_value=_value(low, scale, language),
        high=high.group,
        high_value=_value(high, scale, language),
    )


def _overlap(item: Row, other: Row) -> bool:
    """Whether both have an interval and these touch."""
    if item.lower is None or item.upper is None or other.lower is None or other.upper is None:
        return False
    return item.lower <= other.upper and other.lower <= item.upper


def _shortfall(row: Row) -> float:
    return abs((row.value or 0.0) - (row.goal or 0.0))


def _evidence(row: Row, language: Language) -> str:
    """What the interval says of it. With zero tolerance a verdict can be clear where the interval is not: no word."""
    if not row.evidence or row.goal is None or row.lower is None or row.upper is None:
        return ""
    if row.evidence == "clear" and row.lower < row.goal < row.upper:
        return ""
    return text(f"charts.evidence_{row.evidence}", language)


def _value(row: Row, scale: Scale, language: Language) -> str:
    return wording.level_with_unit(row.value, scale, language, row.goal)


def _goal(row: Row, scale: Scale, language: Language) -> str:
    return wording.goal_level(row.goal, scale, language).lstrip("≥≤")
