"""The clock of one case told step by step: the kernels' times, with the ledger beside them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from svcqa.clock.calendar import Int64, WorkCalendar
from svcqa.clock.calendar_set import CalendarSet
from svcqa.clock.counting import due_moment_of_days
from svcqa.clock.day_ledger import day_ledger
from svcqa.clock.intervals import Intervals
from svcqa.clock.ledger import Span, appointed, ledger
from svcqa.entities.commitment import Commitment
from svcqa.entities.rule_base import ClockRule
from svcqa.metrics.context import Context
from svcqa.metrics.contract import NULL, Batch, Fact, Observations
from svcqa.metrics.explanation import CaseClock, CaseLedger
from svcqa.metrics.states import State
from svcqa.plugins.cases.clock import (
    counting_rule,
    limit_text,
    limits_of,
)
from svcqa.plugins.cases.times import Times, limits_due, read_times

_EPOCH: Final = dt.datetime(1970, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Story:
    """When the clock of one case started, stopped, falls due, and its ledger."""

    started: dt.datetime | None = None
    stopped: dt.datetime | None = None
    due: dt.datetime | None = None
    held: bool = False
    ledger: CaseLedger | None = None


def case_clock(
    batch: Batch, commitment: Commitment, *, context: Context, observed: Observations, state: State
) -> CaseClock:
    """What the kernel ``observed`` of the only case of ``batch``, with its story beside it."""
    rule = commitment.rule.clock_rule
    assert rule is not None
    case_story = story(batch, commitment, context.calendars, context.as_of_seconds)
    case_limit, codes = int(limits_of(batch, commitment, rule)[0]), observed.exclusion
    applies = observed.fact[0] != Fact.NOT_APPLICABLE
    value = int(observed.value[0]) + (case_limit if commitment.limits and applies else 0)
    per_unit = abs(rule.in_units(1))
    return CaseClock(
        state=state,
        value=value,
        resolution=_second(batch, rule, context.calendars),
        unit=rule.limit_unit,
        per_unit=per_unit,
        limit=limit_text(commitment, rule.limit),
        own_limit=abs(case_limit) // per_unit,
        started=case_story.started,
        stopped=case_story.stopped,
        due=case_story.due,
        held=case_story.held,
        excluded_by=codes[1][codes[0][0]] if codes else "",
        ledger=case_story.ledger if applies else None,
        closed=bool(observed.fact[0] == Fact.CLOSED),
    )


def _second(batch: Batch, rule: ClockRule, calendars: CalendarSet) -> int:
    """Seconds of one unit of the value; 0 where days or anything else but time is counted."""
    days = rule.running.day_count if rule.running is not None else None
    if rule.count is not None or (days is not None and not days.by_minutes):
        return 0
    if days is None:
        return rule.resolution
    index, units = batch.codes("unit")
    return calendars.of(units[index[0]]).seconds_a_day


def story(batch: Batch, commitment: Commitment, calendars: CalendarSet, as_of: int) -> Story:
    """What happened to the only case of ``batch``, as far as it is known at ``as_of``."""
    clock = commitment.rule.clock_rule
    assert clock is not None
    if clock.appointment is not None:
        return _appointed(batch, commitment, clock, as_of)
    rule = clock.running
    if rule is None:
        return Story(started=moment(batch.received(clock.start)[0]))
    times = read_times(batch, commitment, calendars, as_of, start=rule.start, stop=rule.stop)
    if not times.started[0]:
        return Story()
    calendar, _ = _calendars(times, calendars)
    limits = limits_of(batch, commitment, rule)
    days_counted = rule.day_count
    if days_counted is not None and not days_counted.by_minutes:
        begun, stopped = moment(times.start[0]), moment(times.stop[0])
        assert begun is not None
        due = due_moment_of_days(calendar, times.start, np.maximum(limits, 1), rule=counting_rule(days_counted))
        now = _EPOCH + dt.timedelta(seconds=as_of)
        days = day_ledger(calendar, begun, stopped, as_of=now, rule=counting_rule(days_counted))
        return Story(started=begun, stopped=stopped, due=moment(due[0]), held=False, ledger=days)
    a_unit = calendar.seconds_a_day if days_counted is not None else rule.resolution
    return running_story(times, calendars, limits * a_unit, as_of, natural=rule.natural)


def running_story(times: Times, calendars: CalendarSet, limits: Int64 | None, as_of: int, *, natural: bool) -> Story:
    """What happened to the only case of ``times``; ``limits`` in seconds, absent where it has none."""
    begun, stopped = moment(times.start[0]), moment(times.stop[0])
    if begun is None or not times.started[0]:
        return Story()
    calendar, moves = _calendars(times, calendars)
    case_ledger = ledger(
        None if natural else calendar,
        begun,
        stopped,
        as_of=_EPOCH + dt.timedelta(seconds=as_of),
        pauses=_spans(times.pauses),
        closed=_spans(times.closed_between),
        moves=moves,
    )
    if limits is None:
        return Story(started=begun, stopped=stopped, ledger=case_ledger)
    due = limits_due(times, calendars, limits, as_of, natural=natural)
    return Story(started=begun, stopped=stopped, due=moment(due.moment[0]), held=bool(due.held[0]), ledger=case_ledger)


def _appointed(batch: Batch, commitment: Commitment, rule: ClockRule, as_of: int) -> Story:
    """Held against a moment of the record: the appointment, or the event that notice is given of."""
    assert rule.appointment is not None
    named, end = rule.appointment
    agreed, done = moment(batch.moments(named)[0]), moment(batch.moments(end)[0], until=as_of)
    started = moment(batch.received(rule.start)[0])
    if agreed is None:
        return Story(started=started, stopped=done)
    limit = int(limits_of(batch, commitment, rule)[0]) * rule.resolution
    case_ledger = appointed(agreed, done, as_of=_EPOCH + dt.timedelta(seconds=as_of))
    due = agreed + dt.timedelta(seconds=limit)
    if rule.backwards:  # the time runs from the notice to the event
        return Story(started=done, stopped=agreed, due=due, held=False, ledger=case_ledger)
    return Story(started=started, stopped=done, due=due, held=False, ledger=case_ledger)


def moment(seconds: int | np.int64, *, until: int | None = None) -> dt.datetime | None:
    """A moment from seconds since 1970-01-01; ``None`` where it is missing or after ``until``."""
    if seconds == NULL or (until is not None and seconds > until):
        return None
    return _EPOCH + dt.timedelta(seconds=int(seconds))


def _spans(intervals: Intervals) -> list[Span]:
    spans: list[Span] = []
    for begin, end in zip(intervals.begin, intervals.end, strict=True):
        first = moment(begin)
        assert first is not None  # an interval has a beginning
        spans.append((first, moment(end)))
    return spans


def _calendars(times: Times, calendars: CalendarSet) -> tuple[WorkCalendar, list[tuple[dt.datetime, WorkCalendar]]]:
    """Whose hours count first, and from when on whose."""
    unit_calendar = calendars.of(times.units[times.unit[0]])
    if times.moves is None:
        return unit_calendar, []
    order: Int64 = np.lexsort((times.moves.since,))
    steps = [(moment(times.moves.since[index]), times.moves.calendars[times.moves.calendar[index]]) for index in order]
    first = next((calendar for since, calendar in steps if since is None), unit_calendar)
    return first, [(since, calendar) for since, calendar in steps if since is not None]
