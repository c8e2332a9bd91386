"""What to know before a goal is set: the ratchet, noise, few cases, goals met without effort, the calendar.

A note is a fact with its numbers, never a verdict on people: what looks like gaming is asked about, not punished.

Source: M. L. Weitzman (1980) Bell Journal of Economics 11, 302–308 (the ratchet).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence

from svcqa.entities.plan import NextYearRules
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import Scale
from svcqa.review.next_year.gaming import gaming
from svcqa.review.next_year.note import Note
from svcqa.review.next_year.past import Past, PastYear
from svcqa.review.next_year.subject import Subject, needs_calendar
from svcqa.stats.year_ahead import YearAhead


def notes(
    figures: Figures,
    subject: Subject,
    *,
    past: Past,
    ahead: YearAhead,
    goals: Sequence[float],
    context: Context,
    rules: NextYearRules,
    year: int,
) -> tuple[Note, ...]:
    """All notes on one proposal; ``goals`` are the candidates, the easiest first."""
    entries = [
        *_ratchet(past, goals),
        *_noise(past, ahead, goals),
        *_few_cases(ahead, rules),
        *_trivial(past),
        *_promise(subject, ahead),
        *gaming(figures, subject, past=past, context=context, rules=rules),
        *_forecast(ahead),
        *_calendar(subject, context, year),
    ]
    return tuple(entries)


def _harder(scale: Scale, item: float, other: float) -> bool:
    """Whether ``item`` is the harder goal."""
    return item < other if scale.better == "lower" else item > other


def _ratchet(past: Past, goals: Sequence[float]) -> Iterator[Note]:
    """A goal was raised after a year that beat it, and would be raised again."""
    with_goal = [year for year in past.years if year.goal is not None]
    raised = [
        (before, after)
        for before, after in itertools.pairwise(with_goal)
        if after.goal is not None
        and before.goal is not None
        and _harder(past.scale, after.goal, before.goal)
        and _reached(past.scale, before)
    ]
    if not raised or not with_goal:
        return
    now, middle = with_goal[-1].goal, goals[len(goals) // 2]
    if now is not None and _harder(past.scale, middle, now):
        before, after = raised[-1]
        assert before.goal is not None
        assert after.goal is not None
        yield Note(
            code="ratchet",
            levels={"was": before.goal, "then": after.goal, "now": middle},
            texts={"year": before.period.label, "next": after.period.label},
        )


def _reached(scale: Scale, past_year: PastYear) -> bool:
    value = None if past_year.figure is None else past_year.figure.value
    return value is not None and past_year.goal is not None and scale.reached(value, past_year.goal)


def _noise(past: Past, ahead: YearAhead, goals: Sequence[float]) -> Iterator[Note]:
    """Candidates so near the forecast that the chance of single cases alone decides."""
    if ahead.kind != "share":
        return
    middle, cases = ahead.interval()[1], ahead.cases
    half = 1.96 * (middle * (1 - middle) / cases) ** 0.5 if cases else 0.0
    inside = [goal for goal in dict.fromkeys(goals) if abs(goal - middle) < half]
    if inside and half > 0:
        levels = {"easiest": inside[0], "hardest": inside[-1], "forecast": middle}
        if len(inside) == 1:
            yield Note(
                code="noise_of_one",
                levels={"goal": inside[0], "forecast": middle},
                shares={"half": half},
                counts={"n": cases},
            )
        else:
            yield Note(code="noise", levels=levels, shares={"half": half}, counts={"n": cases})


def _few_cases(ahead: YearAhead, rules: NextYearRules) -> Iterator[Note]:
    if ahead.kind in ("share", "rate") and ahead.cases < rules.least_cases:
        yield Note(
            code="few_cases",
            shares={"one": 1 / max(ahead.cases, 1.0)},
            counts={"n": ahead.cases, "least": rules.least_cases},
        )


def _trivial(past: Past) -> Iterator[Note]:
    """Every period of the last year reached the goal, and the year's interval was clear of it."""
    with_goal = [item for item in past.years if item.goal is not None and item.over and item.figure is not None]
    if not with_goal:
        return
    latest = with_goal[-1]
    goal, figure = latest.goal, latest.figure
    assert goal is not None
    assert figure is not None
    inside = [item for item in past.figures if item.period.startswith(latest.period.label) and item.value is not None]
    if not inside or figure.value is None:
        return
    nearest = figure.upper if past.scale.better == "lower" else figure.lower
    clear = nearest is None or past.scale.reached(nearest, goal)
    if clear and all(past.scale.reached(item.value, goal) for item in inside if item.value is not None):
        yield Note(
            code="trivial",
            levels={"goal": goal, "value": figure.value},
            counts={"n": len(inside)},
            texts={"year": latest.period.label},
        )


def _promise(subject: Subject, ahead: YearAhead) -> Iterator[Note]:
    if subject.promise is not None and (chance := ahead.chance(subject.promise)) < 0.5:
        yield Note(code="promise", levels={"promise": subject.promise}, shares={"chance": chance})


def _forecast(ahead: YearAhead) -> Iterator[Note]:
    if "short_history" in ahead.flags:
        yield Note(code="short_history", counts={"n": ahead.known_months})
    if "rough" in ahead.flags:
        yield Note(code="rough")


def _calendar(subject: Subject, context: Context, year: int) -> Iterator[Note]:
    if needs_calendar(subject) and calendar_is_provisional(context, year):
        yield Note(code="provisional_calendar", texts={"year": str(year)})


def calendar_is_provisional(context: Context, year: int) -> bool:
    """Whether any day of the year has not been announced."""
    period = context.period_rule.parse(str(year))
    days = (period.first + dt.timedelta(days=number) for number in range(period.days))
    return any(context.calendar.is_provisional(day) for day in days)
