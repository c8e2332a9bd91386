"""The course of a figure in time: now, before, a year ago, month by month; and what is to be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import SHARE, Figure, Result, Scale
from svcqa.metrics.verdict import Judgement, judge
from svcqa.periods import Period


@dataclass(frozen=True, kw_only=True)
class Course:
    """A figure in time: now, the period before (环比), the same period last year (同比), the year so far (累计)."""

    now: Figure | None
    previous: Figure | None
    year_before: Figure | None
    year: Figure | None
    months: tuple[Figure, ...]
    cumulative: tuple[Figure, ...]
    """Per month, from the first day of the year."""
    year_months: tuple[Figure, ...]
    """The months of the year so far, January first."""
    scale: Scale = SHARE
    """What the values are measured in."""


def first_of(figures: Sequence[Figure]) -> Figure | None:
    """The first figure, where there is one."""
    return figures[0] if figures else None


NO_COURSE = Course(now=None, previous=None, year_before=None, year=None, months=(), cumulative=(), year_months=())
Asked = dict[str, list[Figure]]
"""Figures by measure."""


def courses(figures: Figures, metric: str, params: dict[str, object], context: Context) -> dict[str, Course]:
    """The course of each measure of one unit, the metric's first one first; the past is seen as of the same moment."""
    rule, period = context.period_rule, context.period

    def ask(asked_period: Period, *, monthly: bool = False, cumulative: bool = False) -> tuple[Asked, Result]:
        by = ("month",) if monthly else ()
        result = figures.result(metric, params, replace(context, period=asked_period, by=by, cumulative=cumulative))
        by_measure: Asked = {}
        for figure in result.rows:
            by_measure.setdefault(figure.measure, []).append(figure)
        return by_measure, result

    (now, result), (previous, _), (before, _) = ask(period), ask(rule.previous(period)), ask(rule.year_before(period))
    (year, _), (months, _) = ask(period, cumulative=True), ask(period, monthly=True)
    cumulative, _ = ask(period, monthly=True, cumulative=True)
    year_months, _ = ask(rule.to_date(period), monthly=True)
    measures = dict.fromkeys(name for by_measure in (now, year_months, before, previous) for name in by_measure)
    return {
        name: Course(
            now=first_of(now.get(name, ())),
            previous=first_of(previous.get(name, ())),
            year_before=first_of(before.get(name, ())),
            year=first_of(year.get(name, ())),
            months=tuple(months.get(name, ())),
            cumulative=tuple(cumulative.get(name, ())),
            year_months=tuple(year_months.get(name, ())),
            scale=result.scale,
        )
        for name in measures
    }


def first_course(figures: Figures, metric: str, params: dict[str, object], context: Context) -> Course:
    """The course of the metric's first measure."""
    return next(iter(courses(figures, metric, params, context).values()), NO_COURSE)


def judged_by_course(course: Course, goal: float | None = None) -> Judgement:
    """What the metric says of the figure; what the rest of the year must bring is the year's.

    ``goal`` is for metrics that know of none.
    """
    now, year = course.now, course.year
    if now is None:
        return Judgement()
    if now.goal is None and goal is not None:
        better: Literal["higher", "lower"] = "lower" if course.scale.better == "lower" else "higher"
        return judge(value=now.value, lower=now.lower, upper=now.upper, goal=goal, better=better)
    needed = now.needed if year is None else year.needed
    return Judgement(
        verdict=now.verdict,
        evidence=now.evidence,
        at_risk=bool(now.at_risk),
        needed=needed,
        rest_n=now.rest_n,
    )
