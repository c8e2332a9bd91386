"""The half-year review (半年检讨): which targets are met, at risk, missed, and on what evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from svcqa.entities.action import ActionItem
from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import Unit
from svcqa.entities.policy import Policies
from svcqa.entities.rules import ClockRule
from svcqa.entities.target import LevelTarget, MilestoneTarget, QuantityTarget, Target
from svcqa.errors import Fault, PeriodError, SvcqaError
from svcqa.metrics.contract import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import SHARE, Figure, Scale
from svcqa.metrics.verdict import Evidence, Judgement, Verdict, judge
from svcqa.periods import Period, PeriodKind
from svcqa.review.returns import Comparison, compare_returns

if TYPE_CHECKING:
    import pandas as pd

WORST_CASES = 20
_VERDICTS: Final[dict[str, Verdict]] = {"met": "met", "missed": "missed", "": ""}
_EVIDENCE: Final[dict[str, Evidence]] = {"clear": "clear", "unclear": "unclear", "": ""}


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
    scale: Scale = SHARE
    """What the values are measured in."""


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
class Part:
    """A further measure of the same commitment."""

    measure: str
    course: Course
    judged: Judgement


@dataclass(frozen=True)
class CommitmentReview:
    """One commitment: the company's course, its departments side by side, the worst cases behind it."""

    commitment: Commitment
    course: Course
    judged: Judgement
    parts: tuple[Part, ...]
    """What stands beside the figure: the households entered, the longest time."""
    departments: tuple[UnitReview, ...]
    reporting: Unit | None
    """The department that reports the figure."""
    cases: pd.DataFrame | None
    """The longest breached and open overdue cases; absent where the figure is none of cases with a limit."""
    fault: SvcqaError | None = None

    @property
    def worst_case(self) -> str:
        """The key of the case furthest beyond its limit; empty where there is none."""
        if self.cases is None or not len(self.cases):
            return ""
        return str(self.cases[next(name for name in self.cases.columns if name != "unit")].iloc[0])

    @property
    def goal(self) -> float | None:
        """What the commitment requires now."""
        now = self.course.now
        return now.goal if now is not None else None


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
    returns: tuple[Comparison, ...]
    """Records beside the monthly returns of the same commitment."""
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
    now, goal = item.course.now, item.goal
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
        commitments=commitments, returns=_returns(figures, policies, context), actions=tuple(actions),
        about={"policy": policies.digest, "records": figures.engine.digest(context.known_at),
               "calendar": context.calendars.digest, "calendar_source": context.calendar.source},
    )  # fmt: skip


def _returns(figures: Figures, policies: Policies, context: Context) -> tuple[Comparison, ...]:
    """A table that cannot be read has said so in its own row already."""
    found: list[Comparison] = []
    for commitment in policies.commitments:
        try:
            found += compare_returns(figures, (commitment,), context)
        except SvcqaError:
            continue
    return tuple(found)


def _first(found: Sequence[Figure]) -> Figure | None:
    return found[0] if found else None


_NO_COURSE = Course(None, None, None, None, (), (), ())
Asked = dict[str, list[Figure]]
"""Figures by measure."""


def _courses(figures: Figures, metric: str, params: dict[str, object], context: Context) -> dict[str, Course]:
    """The course of each measure of one unit, the metric's first one first; the past is seen as of the same moment."""
    rule, period = context.period_rule, context.period

    def ask(asked: Period, *, monthly: bool = False, cumulative: bool = False) -> tuple[Asked, Scale]:
        by = ("month",) if monthly else ()
        result = figures.result(metric, params, replace(context, period=asked, by=by, cumulative=cumulative))
        found: Asked = {}
        for figure in result.figures():
            found.setdefault(figure.measure, []).append(figure)
        return found, result.scale

    (now, scale), (previous, _), (before, _) = ask(period), ask(rule.previous(period)), ask(rule.year_before(period))
    (year, _), (months, _) = ask(period, cumulative=True), ask(period, monthly=True)
    cumulative, _ = ask(period, monthly=True, cumulative=True)
    year_months, _ = ask(rule.to_date(period), monthly=True)
    known = dict.fromkeys(name for found in (now, year_months, before, previous) for name in found)
    return {
        name: Course(
            now=_first(now.get(name, ())), previous=_first(previous.get(name, ())),
            year_before=_first(before.get(name, ())), year=_first(year.get(name, ())),
            months=tuple(months.get(name, ())), cumulative=tuple(cumulative.get(name, ())),
            year_months=tuple(year_months.get(name, ())), scale=scale,
        )
        for name in known
    }  # fmt: skip


def _course(figures: Figures, metric: str, params: dict[str, object], context: Context) -> Course:
    """The course of the metric's first measure."""
    return next(iter(_courses(figures, metric, params, context).values()), _NO_COURSE)


def _judged(course: Course, goal: float | None = None) -> Judgement:
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
    return Judgement(_VERDICTS[now.verdict], _EVIDENCE[now.evidence], now.at_risk, needed, now.rest_n)


def _target_review(figures: Figures, policies: Policies, target: Target, context: Context) -> TargetReview:
    owner = policies.organisation.unit(target.owner)
    scope = replace(context, unit=owner.code, by=())
    commitment = None
    if isinstance(target, LevelTarget) and target.commitment is not None:
        commitment = policies.commitment(target.commitment).counted
    try:
        if isinstance(target, LevelTarget):
            course = _course(figures, *asked_by(figures, target, commitment), scope)
            judged = _judged(course, None if commitment is not None else target.goal)
        elif isinstance(target, QuantityTarget):
            course = _course(figures, "quantity", {"target": target}, scope)
            judged = _quantity_judged(target, course, context)
        else:
            course, judged = _milestone(figures, target, scope)
    except SvcqaError as error:
        return TargetReview(target, owner, commitment, _NO_COURSE, Judgement(), error)
    return TargetReview(target, owner, commitment, course, judged)


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
    return Judgement("met" if verdict == "met" else "missed", "clear", verdict == "missed" and not year_is_over, left)


def _milestone(figures: Figures, target: MilestoneTarget, scope: Context) -> tuple[Course, Judgement]:
    now = _first(figures.result("milestone", {"target": target}, replace(scope, unit=None)).figures())
    course = replace(_NO_COURSE, now=now, year=now)
    if now is None or not now.verdict:
        return course, Judgement()
    return course, Judgement("met" if now.verdict == "met" else "missed", "clear")


def _commitment_review(figures: Figures, declared: Commitment, context: Context) -> CommitmentReview:
    commitment = declared.counted
    params: dict[str, object] = {"commitment": commitment}
    department = commitment.reporting_department
    reporting = figures.organisation.unit(department) if department else None
    try:
        courses = _courses(figures, commitment.metric, params, replace(context, by=()))
        departments = _departments(figures, commitment, context)
        cases = _worst_cases(figures, commitment, context) if isinstance(commitment.rule, ClockRule) else None
    except SvcqaError as error:
        return CommitmentReview(commitment, _NO_COURSE, Judgement(), (), (), reporting, None, error)
    first, *others = courses.items() if courses else (("", _NO_COURSE),)
    parts = tuple(Part(measure, course, _judged(course)) for measure, course in others)
    return CommitmentReview(commitment, first[1], _judged(first[1]), parts, departments, reporting, cases)


def _departments(figures: Figures, commitment: Commitment, context: Context) -> tuple[UnitReview, ...]:
    metric, params = commitment.metric, {"commitment": commitment}
    asked = figures.result(metric, params, replace(context, by=("department",))).figures()
    units = [figures.organisation.unit(code) for code in dict.fromkeys(figure.unit for figure in asked)]
    return tuple(
        UnitReview(unit, _course(figures, metric, dict(params), replace(context, unit=unit.code, by=())))
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
