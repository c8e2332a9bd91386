"""How each kind of commitment reads time or counts from a record: the kernels of the compliance metric.

Closed cases are rounded up to the resolution and follow-ups down, so that at any whole limit ``value <= limit`` and
``follow_up >= limit`` say the same as the exact moments would.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from svcqa.clock.calendar import SECONDS_A_DAY
from svcqa.clock.calendar_set import CalendarSet
from svcqa.clock.counting import CountingRule, FirstDay, LastDay, days_over, days_taken, last_day
from svcqa.entities.commitment import Commitment, MonthOf
from svcqa.entities.rule_base import HORIZON, ClockRule, DayCount, RunningRule
from svcqa.metrics.contract import MATURE, NULL, Batch, Fact, Int64
from svcqa.metrics.grouping import day_number
from svcqa.plugins.cases.times import Times, due_moments, read_times, seconds


@dataclass(frozen=True)
class Reading:
    """What the clock shows of each case, ``(n,)`` each, in units of the resolution."""

    fact: npt.NDArray[np.int8]
    value: Int64
    follow_up: Int64
    day: Int64


def counting_rule(days: DayCount) -> CountingRule:
    """How days are counted, in the terms of the calendar."""
    return CountingRule(FirstDay(days.counting), LastDay(days.last))


def limit_text(commitment: Commitment, amount: int) -> str:
    """A limit with its unit and way of counting, such as ``3 working_day next_day``; ``net`` of pauses."""
    rule = commitment.rule.clock_rule
    assert rule is not None
    parts = [str(amount), rule.limit_unit, *rule.limit_words]
    parts += ["net"] if commitment.status is not None else []
    return " ".join([*parts, *(["by_case"] if commitment.limits else [])])


def _reach(commitment: Commitment, rule: ClockRule) -> int:
    """The highest value of the limit that can be asked for; a follow-up beyond it is long enough for every limit."""
    if rule.backwards:
        return 0
    promised = (item.limit * HORIZON for item in commitment.limits)
    return max(rule.in_units(limit) for limit in (rule.highest_limit, *promised))


def limits_of(batch: Batch, commitment: Commitment, rule: ClockRule) -> Int64:
    """The limit of each case in units of the value, ``(rows,)``: the first of ``limits`` that fits, else the rule's."""
    limits = np.full(batch.rows, rule.in_units(), dtype=np.int64)
    for item in reversed(commitment.limits):
        fits = batch.matches(item.where)
        if item.effective_from is not None:
            fits &= batch.received(rule.start) >= day_number(item.effective_from) * SECONDS_A_DAY
        limits[fits] = rule.in_units(item.limit)
    return limits


def read_clock(batch: Batch, commitment: Commitment, *, rule: ClockRule, calendars: CalendarSet, as_of: int) -> Reading:
    """Facts and values of every row of ``batch``; moments after ``as_of`` have not happened.

    Where limits differ from case to case, value and follow-up are counted from each case's own limit.
    """
    if rule.running is not None:
        reading = _run(batch, commitment, rule=rule.running, calendars=calendars, as_of=as_of)
    elif rule.appointment is not None:
        reading = _appointed(batch, commitment, rule, as_of)
    else:
        reading = _counted(batch, rule)
    if commitment.limits:
        limits = limits_of(batch, commitment, rule)
        reading.value[reading.fact != Fact.NOT_APPLICABLE] -= limits[reading.fact != Fact.NOT_APPLICABLE]
        young = reading.follow_up != MATURE
        reading.follow_up[young] -= limits[young]
    return reading


def _appointed(batch: Batch, commitment: Commitment, rule: ClockRule, as_of: int) -> Reading:
    """Counted from a moment that the record carries: lateness after it, or notice before it."""
    assert rule.appointment is not None
    moment, end = rule.appointment
    received, stop, due = batch.received(rule.start), batch.moments(end), batch.moments(moment)
    closed, applicable = (stop != NULL) & (stop <= as_of), due != NULL
    value, follow_up = _since(np.where(applicable, due, 0), stop, closed=closed, as_of=as_of, unit=rule.resolution)
    due_on = np.where(applicable, due, received) // SECONDS_A_DAY
    reading = _reading(commitment, rule, applicable=applicable, closed=closed, value=value, follow_up=follow_up)
    if rule.backwards:  # the event began and nobody was told
        reading.fact[applicable & ~closed & (due <= as_of)] = Fact.FAILED
    return replace(
        reading, day=day_of(commitment.month_of, received, stop=stop, closed=closed, due_on=due_on, as_of=as_of)
    )


def _run(batch: Batch, commitment: Commitment, *, rule: RunningRule, calendars: CalendarSet, as_of: int) -> Reading:
    """Counted from start to stop. A clock that has not started by ``as_of`` has nothing to show yet."""
    times = read_times(batch, commitment, calendars, as_of, start=rule.start, stop=rule.stop)
    value, follow_up = _elapsed(rule, times, calendars, as_of)
    reading = _reading(
        commitment, rule, applicable=times.started, closed=times.closed, value=value, follow_up=follow_up
    )
    received = batch.received(rule.start)
    due_on = received // SECONDS_A_DAY
    if commitment.month_of is MonthOf.DUE:
        due_on = _due_on(rule, times, limits=limits_of(batch, commitment, rule), calendars=calendars, as_of=as_of)
        due_on = np.where(times.started, due_on, received // SECONDS_A_DAY)
    return replace(
        reading,
        day=day_of(commitment.month_of, received, stop=times.stop, closed=times.closed, due_on=due_on, as_of=as_of),
    )


def _reading(
    commitment: Commitment,
    rule: ClockRule,
    *,
    applicable: npt.NDArray[np.bool_],
    closed: npt.NDArray[np.bool_],
    value: Int64,
    follow_up: Int64,
) -> Reading:
    fact = np.where(closed, Fact.CLOSED, Fact.OPEN).astype(np.int8)
    fact[~applicable] = Fact.NOT_APPLICABLE
    value[~applicable] = 0
    follow_up[(follow_up >= _reach(commitment, rule)) | ~applicable] = MATURE
    return Reading(fact, value, follow_up, np.zeros(0, dtype=np.int64))


def _since(start: Int64, stop: Int64, *, closed: npt.NDArray[np.bool_], as_of: int, unit: int) -> tuple[Int64, Int64]:
    """Natural time from ``start``: rounded up to the stop of closed cases, rounded down to ``as_of``."""
    follow_up = (as_of - start) // unit
    value = (
        np.where(closed, -((start - stop) // unit), follow_up)
        if unit > 1
        else np.where(closed, stop - start, follow_up)
    )
    return value, follow_up


def _elapsed(rule: RunningRule, times: Times, calendars: CalendarSet, as_of: int) -> tuple[Int64, Int64]:
    """Value and follow-up of each case."""
    days, unit = rule.day_count, rule.resolution
    if days is not None:
        if days.by_minutes:
            return _days_of_minutes(times, calendars, as_of)
        return _working_days(days, times, calendars, as_of)
    spent, so_far = seconds(times, calendars, as_of, natural=rule.natural)
    if unit == 1:
        return spent, so_far
    follow_up = so_far // unit
    return np.where(times.closed, -(-spent // unit), follow_up), follow_up


def _working_days(days: DayCount, times: Times, calendars: CalendarSet, as_of: int) -> tuple[Int64, Int64]:
    """The number of the working day on which each case was closed, and how many of its days are over."""
    start = np.where(times.started, times.start, as_of)
    end = np.where(times.closed & times.started, np.maximum(times.stop, start), start)
    value, follow_up = np.zeros(len(start), dtype=np.int64), np.zeros(len(start), dtype=np.int64)
    for rows, calendar in calendars.row_groups(times.unit, times.units):
        value[rows] = days_taken(calendar, start[rows], end[rows], rule=counting_rule(days))
        follow_up[rows] = days_over(calendar, start[rows], as_of, rule=counting_rule(days))
    return np.where(times.closed, value, follow_up), follow_up


def _seconds_a_day(times: Times, calendars: CalendarSet) -> Int64:
    """How long a usual day of each case's unit is."""
    a_day = np.empty(len(times.start), dtype=np.int64)
    for rows, calendar in calendars.row_groups(times.unit, times.units):
        a_day[rows] = calendar.seconds_a_day
    return a_day


def _days_of_minutes(times: Times, calendars: CalendarSet, as_of: int) -> tuple[Int64, Int64]:
    """Working time in usual days: closed cases rounded up, follow-ups down."""
    a_day = _seconds_a_day(times, calendars)
    spent, so_far = seconds(times, calendars, as_of, natural=False)
    follow_up = so_far // a_day
    return np.where(times.closed, -(-spent // a_day), follow_up), follow_up


def _due_on(rule: RunningRule, times: Times, *, limits: Int64, calendars: CalendarSet, as_of: int) -> Int64:
    """The day on which each case's limit falls due."""
    if rule.natural:
        return due_moments(times, calendars, limits * rule.resolution, as_of, natural=True) // SECONDS_A_DAY
    start = np.where(times.started, times.start, as_of)
    days = rule.day_count
    if days is not None and not days.by_minutes:
        due_days = np.empty(len(start), dtype=np.int64)
        for rows, calendar in calendars.row_groups(times.unit, times.units):
            due_days[rows] = last_day(calendar, start[rows], limits[rows], rule=counting_rule(days))
        return due_days
    a_unit = _seconds_a_day(times, calendars) if days is not None else rule.resolution
    moments = due_moments(times, calendars, limits * a_unit, as_of, natural=False)
    return np.maximum(moments - 1, start) // SECONDS_A_DAY  # work that ends at midnight ends its own day


def day_of(
    month_of: MonthOf, received: Int64, *, stop: Int64, closed: npt.NDArray[np.bool_], due_on: Int64, as_of: int
) -> Int64:
    """The day that places a case in a month.

    By its closing, a case still open belongs to the month looked at: the one that the second before ``as_of`` lies in.
    """
    if month_of is MonthOf.RECEIVED:
        day: Int64 = received // SECONDS_A_DAY
        return day
    if month_of is MonthOf.DUE:
        return due_on
    return np.where(closed, stop, as_of - 1) // SECONDS_A_DAY


def _counted(batch: Batch, rule: ClockRule) -> Reading:
    assert rule.count is not None
    value = batch.integers(rule.count)
    achieved = batch.matches(rule.reached) if rule.reached else np.ones(batch.rows, dtype=np.bool_)
    fact = np.where(achieved, Fact.CLOSED, Fact.FAILED).astype(np.int8)
    fact[achieved & (value == NULL)] = Fact.NOT_APPLICABLE
    value = np.where(fact == Fact.CLOSED, value, 0)
    mature = np.full(batch.rows, MATURE, dtype=np.int64)
    return Reading(fact, value, mature, batch.received(rule.start) // SECONDS_A_DAY)
