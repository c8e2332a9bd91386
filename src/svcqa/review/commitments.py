"""One commitment in a review: the company's course, its units side by side, the worst cases behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import Level, Unit
from svcqa.errors import SvcqaError
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.states import State
from svcqa.metrics.verdict import Judgement
from svcqa.review.courses import NO_COURSE, Course, courses, first_course, judged_by_course

if TYPE_CHECKING:
    import pandas as pd

WORST_CASES = 20


@dataclass(frozen=True)
class UnitReview:
    """One unit beside the others of its level."""

    unit: Unit
    course: Course


@dataclass(frozen=True)
class Part:
    """A further measure of the same commitment."""

    measure: str
    course: Course
    judged: Judgement


@dataclass(frozen=True, kw_only=True)
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


def commitment_review(figures: Figures, declared: Commitment, context: Context) -> CommitmentReview:
    """Everything a review holds of one commitment; where its figure cannot be had, why not."""
    commitment = declared.counted
    params: dict[str, object] = {"commitment": commitment}
    department = commitment.reporting_department
    reporting = figures.organisation.unit(department) if department else None
    try:
        by_measure = courses(figures, commitment.metric, params, replace(context, by=()))
        departments = units_at(figures, commitment, context, level="department")
        cases = _worst_cases(figures, commitment, context) if commitment.rule.clock_rule is not None else None
    except SvcqaError as error:
        return CommitmentReview(
            commitment=commitment,
            course=NO_COURSE,
            judged=Judgement(),
            parts=(),
            departments=(),
            reporting=reporting,
            cases=None,
            fault=error,
        )
    first, *others = by_measure.items() if by_measure else (("", NO_COURSE),)
    parts = tuple(Part(measure, course, judged_by_course(course)) for measure, course in others)
    return CommitmentReview(
        commitment=commitment,
        course=first[1],
        judged=judged_by_course(first[1]),
        parts=parts,
        departments=departments,
        reporting=reporting,
        cases=cases,
    )


def units_at(figures: Figures, commitment: Commitment, context: Context, *, level: Level) -> tuple[UnitReview, ...]:
    """The units of ``level`` that have figures, each with its course."""
    metric, params = commitment.metric, {"commitment": commitment}
    rows = figures.result(metric, params, replace(context, by=(level,))).figures()
    units = [figures.organisation.unit(code) for code in dict.fromkeys(figure.unit for figure in rows)]
    return tuple(
        UnitReview(unit, first_course(figures, metric, dict(params), replace(context, unit=unit.code, by=())))
        for unit in units
        if unit.level == level
    )


def _worst_cases(figures: Figures, commitment: Commitment, context: Context) -> pd.DataFrame:
    """The cases beyond the limit, those with the highest value first; ties in the order of their keys."""
    frame = figures.cases(
        commitment.metric,
        {"commitment": commitment},
        replace(context, by=()),
        states=(State.BREACHED.column, State.OPEN_OVERDUE.column),
    )
    keys = list(figures.engine.key(commitment.table))
    ordered: pd.DataFrame = frame.sort_values(["value", *keys], ascending=[False, *[True] * len(keys)])
    return ordered.head(WORST_CASES).reset_index(drop=True)
