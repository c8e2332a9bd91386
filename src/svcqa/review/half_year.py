"""The half-year review (半年检讨): which targets are met, at risk, missed, and on what evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from svcqa.entities.action import ActionItem
from svcqa.entities.commitment import Commitment, MonthlyReturn
from svcqa.entities.organisation import Unit
from svcqa.entities.policy import Policies
from svcqa.entities.target import LevelTarget, MilestoneTarget, QuantityTarget, Target
from svcqa.errors import Fault, PeriodError, SvcqaError
from svcqa.metrics.contract import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import Figure
from svcqa.metrics.verdict import Judgement, judge, needed_share
from svcqa.periods import Period, PeriodKind

if TYPE_CHECKING:
    import pandas as pd

WORST_CASES = 20


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class TargetReview:
    """One target, its course, what is to be said of it. ``fault`` where its figure could not be had."""

    target: Target
    owner: Unit
    commitment: Commitment | None
    course: Course
    judged: Judgement
    fault: SvcqaError | None = None


@dataclass(frozen=True)
class UnitReview:
    """One department beside the others."""

    unit: Unit
    course: Course


@dataclass(frozen=True)
class CommitmentReview:
    """One commitment: the company's course, its departments side by side, the worst cases behind it."""

    commitment: Commitment
    course: Course
    judged: Judgement
    departments: tuple[UnitReview, ...]
    reporting: Unit | None
    """The department that reports the figure."""
    cases: pd.DataFrame | None
    """The longest breached and open overdue cases; absent for monthly returns."""
    fault: SvcqaError | None = None


@dataclass(frozen=True)
class HalfYearReview:
    """Everything the half-year meeting looks at."""

    period: Period
    as_of: dt.datetime
    year: Period
    previous: Period
    year_before: Period
    months: tuple[Period, ...]
    unit: Unit
    targets: tuple[TargetReview, ...]
    commitments: tuple[CommitmentReview, ...]
    actions: tuple[ActionItem, ...]
    about: dict[str, str]

    @property
    def to_discuss(self) -> tuple[TargetReview, ...]:
        """Targets that are missed or at risk, and so need a row in form B."""
        return tuple(item for item in self.targets if item.judged.verdict == "missed" or item.judged.at_risk)

    @property
    def weakest(self) -> CommitmentReview:
        """The commitment furthest below its required share, counted in shares of the misses allowed."""
        return max(self.commitments, key=_shortfall)

    @property
    def choices(self) -> tuple[str, ...]:
        """Periods to look at: the half, the year, each month, the half before and that of last year."""
        months = tuple(month.label for month in self.months)
        return (self.period.label, self.year.label, *months, self.previous.label, self.year_before.label)


def _shortfall(item: CommitmentReview) -> float:
    """How many times the misses allowed were made; commitments without cases to list come last."""
    now, goal = item.course.now, item.commitment.required_share
    if now is None or now.value is None or goal is None or item.cases is None:
        return -1.0
    return (1 - now.value) / max(1 - goal, 1e-9)


def half_year_review(
    figures: Figures, policies: Policies, context: Context, actions: Sequence[ActionItem]
) -> HalfYearReview:
    """Build the review of ``context.period`` as of ``context.as_of``.

    Raises:
        PeriodError: the period is no half-year.
    """
    period, rule = context.period, context.period_rule
    if period.kind is not PeriodKind.HALF:
        raise PeriodError(Fault("not_a_half", got=period.label))
    organisation = policies.organisation
    unit = organisation.unit(context.unit) if context.unit else organisation.company
    commitments = tuple(_commitment_review(figures, item, context) for item in policies.commitments)
    wanted = [t for t in policies.targets_of(period.year) if organisation.within(t.owner, unit.code)]
    return HalfYearReview(
        period=period, as_of=context.as_of, year=rule.year_of(period), previous=rule.previous(period),
        year_before=rule.year_before(period), months=tuple(rule.months(period)), unit=unit,
        targets=tuple(_target_review(figures, policies, target, context) for target in wanted),
        commitments=commitments, actions=tuple(actions),
        about={"policy": policies.digest, "records": figures.engine.digest(context.known_at),
               "calendar": context.calendar.digest, "calendar_source": context.calendar.source},
    )  # fmt: skip


def _first(found: Sequence[Figure]) -> Figure | None:
    return found[0] if found else None


def _course(figures: Figures, metric: str, params: dict[str, object], context: Context) -> Course:
    """The course of one unit's figure; the past is seen as of the same moment."""
    rule, period = context.period_rule, context.period

    def ask(asked: Period, *, monthly: bool = False, cumulative: bool = False) -> list[Figure]:
        by = ("month",) if monthly else ()
        found = figures.result(metric, params, replace(context, period=asked, by=by, cumulative=cumulative))
        # a target is held against the metric's first measure; what else it tells of the same cases is no target
        first = [row for row in found.rows if row.get("measure") == found.rows[0].get("measure")]
        return replace(found, rows=tuple(first)).figures()

    return Course(
        now=_first(ask(period)),
        previous=_first(ask(rule.previous(period))),
        year_before=_first(ask(rule.year_before(period))),
        year=_first(ask(period, cumulative=True)),
        months=tuple(ask(period, monthly=True)),
        cumulative=tuple(ask(period, monthly=True, cumulative=True)),
        year_months=tuple(ask(rule.to_date(period), monthly=True)),
    )


_NO_COURSE = Course(None, None, None, None, (), (), ())


def _judged(course: Course, goal: float | None, *, zero_tolerance: bool) -> Judgement:
    now, year = course.now, course.year
    if now is None:
        return Judgement()
    needed = None
    if goal is not None and year is not None and year.numerator is not None and year.n is not None:
        needed = needed_share(goal=goal, met=year.numerator, n=year.n, rest_n=now.rest_n or 0)
    return judge(
        value=now.value, lower=now.lower, upper=now.upper, goal=goal, zero_tolerance=zero_tolerance, needed=needed,
        rest_n=now.rest_n,
    )  # fmt: skip


def _target_review(figures: Figures, policies: Policies, target: Target, context: Context) -> TargetReview:
    owner = policies.organisation.unit(target.owner)
    scope = replace(context, unit=owner.code, by=())
    commitment = None
    if isinstance(target, LevelTarget) and target.commitment is not None:
        commitment = policies.commitment(target.commitment)
    try:
        if isinstance(target, LevelTarget):
            params: dict[str, object] = {**target.params} if commitment is None else {"commitment": commitment}
            course = _course(figures, target.metric or "compliance", params, scope)
            judged = _judged(course, target.goal, zero_tolerance=target.goal == 1.0)
        elif isinstance(target, QuantityTarget):
            course = _course(figures, "quantity", {"target": target}, scope)
            judged = _quantity_judged(target, course, context)
        else:
            course, judged = _milestone(figures, target, scope)
    except SvcqaError as error:
        return TargetReview(target, owner, commitment, _NO_COURSE, Judgement(), error)
    return TargetReview(target, owner, commitment, course, judged)


def _quantity_judged(target: QuantityTarget, course: Course, context: Context) -> Judgement:
    """Held against the plan to date; what is missing can be made up while the year lasts."""
    year = course.year
    if year is None or year.value is None:
        return Judgement()
    verdict = "met" if year.value >= (year.goal or 0) else "missed"
    year_is_over = context.period_rule.year_of(context.period).last <= context.period.last
    left = max(0.0, target.goal - year.value)
    return Judgement("met" if verdict == "met" else "missed", "clear", verdict == "missed" and not year_is_over, left)


def _milestone(figures: Figures, target: MilestoneTarget, scope: Context) -> tuple[Course, Judgement]:
    now = _first(figures.result("milestone", {"target": target}, replace(scope, unit=None)).figures())
    course = replace(_NO_COURSE, now=now, year=now)
    if now is None or not now.verdict:
        return course, Judgement()
    return course, Judgement("met" if now.verdict == "met" else "missed", "clear")


def _commitment_review(figures: Figures, commitment: Commitment, context: Context) -> CommitmentReview:
    params: dict[str, object] = {"commitment": commitment}
    department = commitment.reporting_department
    reporting = figures.organisation.unit(department) if department else None
    try:
        course = _course(figures, "compliance", params, replace(context, by=()))
        departments = _departments(figures, params, context)
        cases = None if isinstance(commitment.rule, MonthlyReturn) else _worst_cases(figures, commitment, context)
    except SvcqaError as error:
        return CommitmentReview(commitment, _NO_COURSE, Judgement(), (), reporting, None, error)
    judged = _judged(course, commitment.required_share, zero_tolerance=commitment.zero_tolerance)
    return CommitmentReview(commitment, course, judged, departments, reporting, cases)


def _departments(figures: Figures, params: dict[str, object], context: Context) -> tuple[UnitReview, ...]:
    asked = figures.result("compliance", params, replace(context, by=("department",))).figures()
    units = [figures.organisation.unit(figure.unit) for figure in asked]
    return tuple(
        UnitReview(unit, _course(figures, "compliance", params, replace(context, unit=unit.code, by=())))
        for unit in units
        if unit.level == "department"
    )


def _worst_cases(figures: Figures, commitment: Commitment, context: Context) -> pd.DataFrame:
    """The cases beyond the limit, those with the highest value first; ties in the order of their keys."""
    frame = figures.cases(
        "compliance",
        {"commitment": commitment},
        replace(context, by=()),
        states=("breached", "open_overdue"),
    )
    keys = list(figures.engine.key(commitment.table))
    ordered: pd.DataFrame = frame.sort_values(["value", *keys], ascending=[False, *[True] * len(keys)])
    return ordered.head(WORST_CASES).reset_index(drop=True)
