"""What became of the problems that were noted: nothing is silently closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

from svcqa.entities.action import ActionItem, ActionStep
from svcqa.errors import PeriodError
from svcqa.periods import Period, PeriodKind, PeriodRule
from svcqa.register import Register
from svcqa.register.problems import Followed, followed

State = Literal["noted", "open", "overdue", "done", "reopened", "closed"]
STATES: Final[tuple[State, ...]] = ("noted", "open", "overdue", "done", "reopened", "closed")
"""Noted: nobody is to do anything yet. Done: reported, and not checked yet. Closed: checked and effective."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A row of form B as it stood at a moment.

    Attributes:
        due: the date that holds now: of the row, or of the check that opened it again.
        late: reported as done after the date that held then.
        carried: of an earlier year, and not closed before this one.
    """

    number: int
    item: ActionItem
    steps: tuple[ActionStep, ...]
    state: State
    due: dt.date | None
    late: bool
    carried: bool


def problems_of(
    register: Register, year: Period, rule: PeriodRule, *, as_of: dt.datetime, known_at: dt.datetime | None = None
) -> tuple[Problem, ...]:
    """The rows of form B that belong to ``year``, and those of earlier years that it took over, in order of number."""
    problems = []
    for item in followed(register, known_at=known_at):
        noted_in = _year_of(item, rule)
        if noted_in == year.year or (noted_in < year.year and _state(item, year.first)[0] != "closed"):
            problems.append(_problem(item, as_of, carried=noted_in < year.year))
    return tuple(problems)


def rows_of(
    register: Register, period: Period, rule: PeriodRule, *, known_at: dt.datetime | None = None
) -> list[ActionItem]:
    """The rows of form B noted of ``period`` or a part of it; of a year also those noted in it of no period."""
    rows = followed(register, known_at=known_at)
    if period.kind is PeriodKind.YEAR:
        return [row.item for row in rows if _year_of(row, rule) == period.year]
    return [row.item for row in rows if _is_part(row.item.period, period, rule)]


def _is_part(label: str, whole: Period, rule: PeriodRule) -> bool:
    try:
        part = rule.parse(label)
    except PeriodError:
        return False
    return whole.first <= part.first and part.last <= whole.last


def _year_of(row: Followed, rule: PeriodRule) -> int:
    """The year of the row's period; where it names none, the year in which it was noted."""
    try:
        return rule.parse(row.item.period).year
    except PeriodError:
        return row.at.year


def _problem(row: Followed, as_of: dt.datetime, *, carried: bool) -> Problem:
    # what happens on a day counts when the day is over, as everywhere else
    state, due, late, steps = _state(row, as_of.date())
    return Problem(number=row.number, item=row.item, steps=steps, state=state, due=due, late=late, carried=carried)


def _state(row: Followed, day: dt.date) -> tuple[State, dt.date | None, bool, tuple[ActionStep, ...]]:
    """State, date in force, lateness and steps at the first moment of ``day``."""
    steps = tuple(step for step in row.steps if step.on < day)
    due, late = row.item.due, False
    state: State = "open" if row.item.agreed else "noted"
    for step in steps:
        if step.step == "done":
            state, late = "done", due is not None and step.on > due
        elif step.step == "effective":
            state = "closed"
        else:
            state, due, late = "reopened", step.due or due, False
    if state in ("open", "reopened") and due is not None and due < day:
        state = "overdue"
    return state, due, late, steps
