"""Targets, their figures and changes as cell contents."""

from __future__ import annotations

from svcqa.catalogue import Language
from svcqa.entities.commitment import Commitment
from svcqa.entities.rules import MonthlyReturn
from svcqa.entities.target import LevelTarget, MilestoneTarget, QuantityTarget, Target
from svcqa.metrics.result import Figure, Scale
from svcqa.metrics.verdict import Judgement
from svcqa.report.forms.naming import say
from svcqa.report.forms.numbers import (
    MISSED,
    NOTHING,
    Shown,
    amount_format,
    change_format,
    count,
    goal_format,
    level_format,
)
from svcqa.report.words import figures as wording


def level(figure: Figure | None, scale: Scale, goal: float | None, *, missed: bool = False, suffix: str = "") -> Shown:
    """A figure held against its goal; a dash where no case can be judged."""
    if figure is None or figure.value is None:
        return NOTHING
    return Shown(figure.value, level_format(figure.value, scale, goal, missed=missed, suffix=suffix))


def bound(value: float | None, scale: Scale, goal: float | None) -> Shown:
    """One end of an interval."""
    return NOTHING if value is None else Shown(value, level_format(value, scale, goal))


def goal_level(goal: float | None, scale: Scale, language: Language) -> Shown:
    """A goal in its figure's unit."""
    if goal is None:
        return NOTHING
    unit = "" if scale.unit == "share" else wording.unit_name(scale.unit, language)
    return Shown(goal, goal_format(goal, scale, unit))


def cases(figure: Figure | None, language: Language) -> Shown:
    """The denominator."""
    return count(figure.n if figure else None, say("million", language))


def name_of(target: Target, language: Language) -> str:
    """A target's name; an amount's with its unit."""
    name = target.name.in_language(language)
    if isinstance(target, QuantityTarget):
        return say("name_and", language, name=name, what=target.amount_unit.in_language(language))
    return name


def goal_of(target: Target, figure: Figure | None, scale: Scale, language: Language) -> Shown:
    """The goal: a level, the amount planned for the figure's period, a date."""
    if isinstance(target, LevelTarget):
        return goal_level(target.goal, scale, language)
    if isinstance(target, QuantityTarget):
        planned = figure.goal if figure is not None and figure.goal is not None else target.goal
        return Shown(planned, amount_format(planned, "≥"))
    return Shown(say("by_date", language, date=target.due.isoformat()))


def figure_of(target: Target, figure: Figure | None, scale: Scale, language: Language, *, mark: bool = False) -> Shown:
    """A target's figure in its goal's unit."""
    if isinstance(target, LevelTarget):
        return level(figure, scale, target.goal, missed=mark and missed(target, figure, scale))
    if figure is None or figure.value is None:
        return NOTHING
    if isinstance(target, QuantityTarget):
        behind = mark and figure.goal is not None and figure.value < figure.goal
        return Shown(figure.value, amount_format(figure.value, MISSED if behind else ""))
    return Shown(milestone_state(target, figure, language))


def missed(target: Target, figure: Figure | None, scale: Scale) -> bool:
    """Whether a figure falls short of the target; while a cycle goes on, none does."""
    if figure is None or figure.value is None or "cycle_open" in figure.flags:
        return False
    if isinstance(target, LevelTarget):
        return not scale.reached(figure.value, target.goal)
    if isinstance(target, QuantityTarget):
        return figure.goal is not None and figure.value < figure.goal
    return figure.verdict == "missed"


def milestone_state(target: MilestoneTarget, figure: Figure, language: Language) -> str:
    """Done in time, done late, overdue or not due yet."""
    done = "done" if figure.value else "open"
    late = "late" if figure.verdict == "missed" else "in_time"
    return say(f"milestone_{done}_{late}", language)


def change_of(target: Target, now: Figure | None, before: Figure | None, scale: Scale) -> Shown:
    """The change since ``before``: in percentage points, or in the figure's unit."""
    values = (now.value if now else None, before.value if before else None)
    if values[0] is None or values[1] is None or isinstance(target, MilestoneTarget):
        return NOTHING
    difference = values[0] - values[1]
    if isinstance(target, LevelTarget):
        change = difference * 100 if scale.unit == "share" else difference
        return Shown(change, change_format(change, target.goal, scale))
    return Shown(difference, "+#,##0;-#,##0;0")


def needed_of(target: Target, judged: Judgement, scale: Scale, language: Language, *, year_over: bool) -> Shown:
    """What the rest of the year must reach."""
    needed = judged.needed
    if needed is None or year_over:
        return NOTHING
    if wording.out_of_reach(judged, scale):
        return Shown(wording.needed(target, judged, scale, language))
    if needed <= 0:
        return Shown(say("safe", language))
    if isinstance(target, QuantityTarget):
        return Shown(needed, amount_format(needed, "≥"))
    places = wording.usual_decimals(target.goal if isinstance(target, LevelTarget) else None, scale)
    sign, percent = "≤" if scale.better == "lower" else "≥", "%" if scale.unit == "share" else ""
    return Shown(needed, f'"{sign}"0.{"0" * places}{percent}')


def counts_amounts(commitment: Commitment | None) -> bool:
    """Whether the commitment's numerator and denominator are amounts and not cases."""
    rule = commitment.rule if commitment is not None else None
    return isinstance(rule, MonthlyReturn) and rule.counts == "amounts"
