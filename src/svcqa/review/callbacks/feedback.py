"""What customers said goes to the department that must answer, as rows of form B; was it answered in time?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from svcqa.catalogue import Language, text
from svcqa.entities.action import ActionItem
from svcqa.entities.survey import Survey
from svcqa.metrics.context import Context
from svcqa.metrics.survey import DrawnCustomer, Surveyed
from svcqa.register.problems import Followed
from svcqa.stats.proportions import wilson

State = Literal["in_time", "late", "overdue", "open"]
METHOD: Final = "answered in time ÷ (answered + overdue); Wilson (1927)"


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """What one customer said that somebody must answer.

    Attributes:
        reference: of the call sheet's row; nobody outside the vault knows whose it is.
        low: scores at or below the question's threshold, by question.
        opinions: by question, masked.
        responsible: code of the department.
        due: the last of the promised working days after the call; ``provisional`` where its calendar is.
        number: of the row of form B; missing where it was not noted yet.
        answered_on: when the department reported it as done.
    """

    reference: str
    called_on: dt.date
    service: str
    responsible: str
    low: dict[str, float]
    opinions: dict[str, str]
    due: dt.date
    provisional: bool
    number: int | None
    answered_on: dt.date | None
    state: State


@dataclass(frozen=True, kw_only=True)
class InTime:
    """How much of the feedback was answered within the promised working days; what is not due yet is not judged."""

    unit: str
    n: int
    in_time: int
    late: int
    overdue: int
    open: int
    value: float | None
    lower: float | None
    upper: float | None
    method: str = METHOD


def feedback_of(surveyed: Surveyed, context: Context, *, noted: Iterable[Followed]) -> tuple[Feedback, ...]:
    """The opinions and low scores of a wave, in the order of its list.

    Args:
        noted: the rows of form B; those with a reference of the wave belong to it.
    """
    by_reference = {item.item.reference: item for item in noted if item.item.reference}
    people = sorted(surveyed.wave.people, key=lambda item: item.reference)
    return tuple(
        feedback
        for item in people
        if (feedback := _feedback(item, surveyed.design.survey, context, by_reference)) is not None
    )


def _feedback(
    person: DrawnCustomer, survey: Survey, context: Context, by_reference: dict[str, Followed]
) -> Feedback | None:
    low = {
        item.key: person.scores[item.key]
        for item in survey.questions
        if item.low_to is not None and person.scores.get(item.key, item.low_to + 1) <= item.low_to
    }
    if person.called_at is None or not (low or person.opinions):
        return None
    unit, day = person.columns.get("unit", ""), person.called_at.date()
    due, provisional = _due(unit, day, survey.feedback_days, context)
    row = by_reference.get(person.reference)
    last = context.as_of.date()
    done = [step.on for step in row.steps if step.step == "done" and step.on <= last] if row is not None else []
    answered = min(done, default=None)
    state: State = "open" if due >= last else "overdue"
    if answered is not None:
        state = "in_time" if answered <= due else "late"
    return Feedback(
        reference=person.reference,
        called_on=day,
        service=person.columns.get("service", ""),
        responsible=_department(unit, context),
        low=low,
        opinions=dict(person.opinions),
        due=due,
        provisional=provisional,
        number=row.number if row is not None else None,
        answered_on=answered,
        state=state,
    )


def _due(unit: str, day: dt.date, working_days: int, context: Context) -> tuple[dt.date, bool]:
    """The last of ``working_days``, the day after the call being the first that can count."""
    calendar, left, due = context.calendars.of(unit), working_days, day
    while left:
        due += dt.timedelta(days=1)
        left -= calendar.is_working(due)
    return due, calendar.is_provisional(due)


def _department(unit: str, context: Context) -> str:
    tree = context.organisation
    current = tree.current(unit, context.as_of.date())
    return tree.ancestor(current, "department") or current


def proposed(
    feedback: Sequence[Feedback], survey: Survey, context: Context, *, period: str, language: Language
) -> tuple[ActionItem, ...]:
    """Rows of form B for what was not noted yet; the responsible department finds the row by its reference."""
    tree = context.organisation
    return tuple(
        ActionItem(
            category=survey.feedback_category.in_language(language),
            problem=problem(item, survey, language),
            action=text("feedback.answer_the_customer", language, reference=item.reference),
            due=item.due,
            responsible=tree.unit(item.responsible).name.in_language(language),
            period=period,
            unit=item.responsible,
            reference=item.reference,
        )
        for item in feedback
        if item.number is None
    )


def problem(feedback: Feedback, survey: Survey, language: Language) -> str:
    """What a customer said, as a row of form B tells it."""
    questions = {item.key: item for item in survey.questions}
    statements = [
        text(
            "feedback.low_score",
            language,
            question=questions[key].text.in_language(language),
            score=f"{score:g}",
            highest=questions[key].highest,
        )
        for key, score in feedback.low.items()
    ]
    statements += [text("feedback.opinion", language, opinion=opinion) for opinion in feedback.opinions.values()]
    service = survey.service(feedback.service).name.in_language(language) if feedback.service else ""
    return text("feedback.problem", language, service=service, said=text("feedback.between", language).join(statements))


def answered_in_time(feedback: Sequence[Feedback], company: str) -> tuple[InTime, ...]:
    """Of all together under ``company``, then by department."""
    units = sorted({item.responsible for item in feedback})
    return tuple(
        _in_time(unit, [item for item in feedback if unit in (company, item.responsible)])
        for unit in dict.fromkeys((company, *units))
    )


def _in_time(unit: str, feedback: Sequence[Feedback]) -> InTime:
    in_time, late, overdue, waiting = (
        sum(item.state == state for item in feedback) for state in ("in_time", "late", "overdue", "open")
    )
    n = in_time + late + overdue
    if not n:
        return InTime(
            unit=unit,
            n=n,
            in_time=in_time,
            late=late,
            overdue=overdue,
            open=waiting,
            value=None,
            lower=None,
            upper=None,
        )
    lower, upper = wilson(in_time, n)
    return InTime(
        unit=unit,
        n=n,
        in_time=in_time,
        late=late,
        overdue=overdue,
        open=waiting,
        value=in_time / n,
        lower=float(lower),
        upper=float(upper),
    )
