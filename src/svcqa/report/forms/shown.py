"""Targets, their figures and changes as cell contents."""

from __future__ import annotations

from svcqa.catalogue import Language
from svcqa.entities.commitment import Commitment, MonthlyReturn
from svcqa.entities.target import LevelTarget, MilestoneTarget, QuantityTarget, Target
from svcqa.metrics.result import Figure
from svcqa.metrics.verdict import Judgement
from svcqa.report import wording
from svcqa.report.forms.naming import say
from svcqa.report.forms.numbers import (
    MISSED,
    NOTHING,
    Shown,
    amount_format,
    change_format,
    count,
    goal_format,
    share_format,
)


def share(figure: Figure | None, goal: float | None, *, mark: bool = True, suffix: str = "") -> Shown:
    """A share held against its goal; a dash where no case can be judged."""
    if figure is None or figure.value is None:
        return NOTHING
    return Shown(figure.value, share_format(figure.value, goal, mark=mark, suffix=suffix))


def cases(figure: Figure | None, language: Language) -> Shown:
    """The denominator."""
    return count(figure.n if figure else None, say("million", language))


def name_of(target: Target, language: Language) -> str:
    """A target's name; an amount's with its unit."""
    name = target.name.in_language(language)
    if isinstance(target, QuantityTarget):
        return say("name_and", language, name=name, what=target.amount_unit.in_language(language))
    return name


def goal_of(target: Target, figure: Figure | None, language: Language) -> Shown:
    """The goal: a share, the amount planned for the figure's period, a date."""
    if isinstance(target, LevelTarget):
        return Shown(target.goal, goal_format(target.goal))
    if isinstance(target, QuantityTarget):
        planned = figure.goal if figure is not None and figure.goal is not None else target.goal
        return Shown(planned, amount_format(planned, "≥"))
    return Shown(say("by_date", language, date=target.due.isoformat()))


def figure_of(target: Target, figure: Figure | None, language: Language, *, mark: bool = False) -> Shown:
    """A target's figure in its goal's unit."""
    if isinstance(target, LevelTarget):
        return share(figure, target.goal, mark=mark)
    if figure is None or figure.value is None:
        return NOTHING
    if isinstance(target, QuantityTarget):
        behind = mark and figure.goal is not None and figure.value < figure.goal
        return Shown(figure.value, amount_format(figure.value, MISSED if behind else ""))
    return Shown(milestone_state(target, figure, language))


def milestone_state(target: MilestoneTarget, figure: Figure, language: Language) -> str:
    """Done in time, done late, overdue or not due yet."""
    done = "done" if figure.value else "open"
    late = "late" if figure.verdict == "missed" else "in_time"
    return say(f"milestone_{done}_{late}", language)


def change_of(target: Target, now: Figure | None, before: Figure | None) -> Shown:
    """The change since ``before``: in percentage points, or in the amount's unit."""
    values = (now.value if now else None, before.value if before else None)
    if values[0] is None or values[1] is None or isinstance(target, MilestoneTarget):
        return NOTHING
    difference = values[0] - values[1]
    if isinstance(target, LevelTarget):
        return Shown(difference * 100, change_format(difference * 100, target.goal))
    return Shown(difference, "+#,##0;-#,##0;0")


def needed_of(target: Target, judged: Judgement, language: Language, *, year_over: bool) -> Shown:
    """What the rest of the year must reach."""
    needed = judged.needed
    if needed is None or year_over:
        return NOTHING
    if needed <= 0:
        return Shown(say("safe", language))
    if isinstance(target, QuantityTarget):
        return Shown(needed, amount_format(needed, "≥"))
    if needed > 1:
        return Shown(wording.needed(target, judged, language))
    places = wording.decimals_for(target.goal if isinstance(target, LevelTarget) else None)
    return Shown(needed, f'"≥"0.{"0" * places}%')


def counts_amounts(commitment: Commitment | None) -> bool:
    """Whether the commitment's numerator and denominator are amounts and not cases."""
    rule = commitment.rule if commitment is not None else None
    return isinstance(rule, MonthlyReturn) and rule.counts == "amounts"
