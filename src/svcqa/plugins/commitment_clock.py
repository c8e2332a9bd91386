"""How each kind of commitment reads time or counts from a record: the kernels of the compliance metric.

Closed cases are rounded up to the resolution and follow-ups down, so that at any whole limit ``value <= limit`` and
``follow_up >= limit`` say the same as the exact moments would.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from svcqa.clock.calendar import SECONDS_A_DAY, WorkCalendar
from svcqa.clock.elapsed import (
    cumulative_working_seconds,
    due_day,
    due_day_of_working_seconds,
    working_day_number,
    working_days_over,
)
from svcqa.entities.commitment import Commitment, MonthOf
from svcqa.entities.rules import (
    ClockRule,
    Counting,
    CountThreshold,
    ElapsedNatural,
    ElapsedWorkingDays,
    ElapsedWorkingTime,
    LeadTime,
    RecordDue,
)
from svcqa.metrics.contract import MATURE, NULL, Batch, Fact, Int64
from svcqa.metrics.grouping import day_number

_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": SECONDS_A_DAY}
HORIZON: Final = 4
"""Limits can be moved up to this many times the promised one."""


@dataclass(frozen=True)
class Reading:
    """What the clock shows of each case, ``(n,)`` each, in units of the resolution."""

    fact: npt.NDArray[np.int8]
    value: Int64
    follow_up: Int64
    day: Int64


def resolution(rule: ClockRule) -> int:
    """Seconds of one unit of the value; 1 for working days and counts."""
    if isinstance(rule, (ElapsedWorkingDays, CountThreshold)):
        return 1
    return 1 if rule.unit == "second" else 60


def limit_in_units(rule: ClockRule, limit: int | None = None) -> int:
    """A limit (the promised one where absent) in units of the value.

    A lead time is counted from the event to its notice and so is negative: 48 hours ahead is −2,880 minutes.
    """
    amount = rule.limit if limit is None else limit
    if isinstance(rule, (ElapsedWorkingDays, CountThreshold)):
        return amount
    if isinstance(rule, LeadTime):
        amount = -amount
    return amount * _SECONDS[rule.unit] // resolution(rule)


def highest_limit(rule: ClockRule) -> int:
    """The highest limit that can be asked for, in the rule's own unit."""
    if isinstance(rule, RecordDue):
        return {"second": 86_400 * 7, "minute": 1440 * 7, "hour": 24 * 7, "day": 30}[rule.unit]
    return max(rule.limit, 1) * HORIZON


def _reach(commitment: Commitment, rule: ClockRule) -> int:
    """The highest value of the limit that can be asked for; a follow-up beyond it is long enough for every limit."""
    if isinstance(rule, LeadTime):
        return 0
    return max(limit_in_units(rule, limit) for limit in (highest_limit(rule), *_promised(commitment, HORIZON)))


def _promised(commitment: Commitment, times: int) -> list[int]:
    return [item.limit * times for item in commitment.limits]


def limits_of(batch: Batch, commitment: Commitment, rule: ClockRule) -> Int64:
    """The limit of each case in units of the value, ``(rows,)``: the first of ``limits`` that fits, else the rule's."""
    limits = np.full(batch.rows, limit_in_units(rule), dtype=np.int64)
    for item in reversed(commitment.limits):
        fits = batch.matches(item.where)
        if item.effective_from is not None:
            fits &= batch.received(rule.start) >= day_number(item.effective_from) * SECONDS_A_DAY
        limits[fits] = limit_in_units(rule, item.limit)
    return limits


def columns(rule: ClockRule) -> tuple[str, ...]:
    """The columns of moments and integers that the clock reads."""
    if isinstance(rule, LeadTime):
        return (rule.start, rule.event, rule.notice)
    if isinstance(rule, CountThreshold):
        return (rule.start, rule.value)
    if isinstance(rule, RecordDue):
        return (rule.start, rule.due, rule.stop)
    return (rule.start, rule.stop)


def read_clock(batch: Batch, commitment: Commitment, rule: ClockRule, calendar: WorkCalendar, as_of: int) -> Reading:
    """Facts and values of every row of ``batch``; moments after ``as_of`` have not happened.

    Where limits differ from case to case, value and follow-up are counted from each case's own limit.
    """
    if isinstance(rule, CountThreshold):
        reading = _counted(batch, rule)
    elif isinstance(rule, (RecordDue, LeadTime)):
        reading = _appointed(batch, commitment, rule, as_of)
    else:
        reading = _run(batch, commitment, rule, calendar, as_of)
    if commitment.limits:
        own = limits_of(batch, commitment, rule)
        reading.value[reading.fact != Fact.NOT_APPLICABLE] -= own[reading.fact != Fact.NOT_APPLICABLE]
        young = reading.follow_up != MATURE
        reading.follow_up[young] -= own[young]
    return reading


def _appointed(batch: Batch, commitment: Commitment, rule: RecordDue | LeadTime, as_of: int) -> Reading:
    """Counted from a moment that the record carries: lateness after it, or notice before it."""
    moment, end = (rule.due, rule.stop) if isinstance(rule, RecordDue) else (rule.event, rule.notice)
    received, stop, due = batch.received(rule.start), batch.moments(end), batch.moments(moment)
    closed, applicable = (stop != NULL) & (stop <= as_of), due != NULL
    value, follow_up = _since(np.where(applicable, due, 0), stop, closed, as_of, resolution(rule))
    due_on = np.where(applicable, due, received) // SECONDS_A_DAY
    reading = _reading(commitment, rule, applicable, closed, value, follow_up)
    if isinstance(rule, LeadTime):  # the event began and nobody was told
        reading.fact[applicable & ~closed & (due <= as_of)] = Fact.FAILED
    return replace(reading, day=day_of(commitment.month_of, received, stop, closed, due_on, as_of))


def _run(
    batch: Batch, commitment: Commitment, rule: ElapsedNatural | ElapsedWorkingTime | ElapsedWorkingDays,
    calendar: WorkCalendar, as_of: int,
) -> Reading:  # fmt: skip
    """Counted from start to stop. A clock that has not started by ``as_of`` has nothing to show yet."""
    received, start, stop = batch.received(rule.start), batch.moments(rule.start), batch.moments(rule.stop)
    closed, started = (stop != NULL) & (stop <= as_of), (start != NULL) & (start <= as_of)
    begin = np.where(started, start, received)
    value, follow_up = _elapsed(rule, begin, stop, closed, calendar, as_of)
    reading = _reading(commitment, rule, started, closed, value, follow_up)
    due_on = begin
    if commitment.month_of is MonthOf.DUE:
        due_on = _due_on(rule, begin, limits_of(batch, commitment, rule), calendar)
    return replace(reading, day=day_of(commitment.month_of, received, stop, closed, due_on, as_of))


def _reading(
    commitment: Commitment, rule: ClockRule, applicable: npt.NDArray[np.bool_], closed: npt.NDArray[np.bool_],
    value: Int64, follow_up: Int64,
) -> Reading:  # fmt: skip
    fact = np.where(closed, Fact.CLOSED, Fact.OPEN).astype(np.int8)
    fact[~applicable] = Fact.NOT_APPLICABLE
    value[~applicable] = 0
    follow_up[(follow_up >= _reach(commitment, rule)) | ~applicable] = MATURE
    return Reading(fact, value, follow_up, np.zeros(0, dtype=np.int64))


def _since(start: Int64, stop: Int64, closed: npt.NDArray[np.bool_], as_of: int, unit: int) -> tuple[Int64, Int64]:
    """Natural time from ``start``: rounded up to the stop of closed cases, rounded down to ``as_of``."""
    follow_up = (as_of - start) // unit
    value = (
        np.where(closed, -((start - stop) // unit), follow_up)
        if unit > 1
        else np.where(closed, stop - start, follow_up)
    )
    return value, follow_up


def _elapsed(
    rule: ElapsedNatural | ElapsedWorkingTime | ElapsedWorkingDays,
    start: Int64, stop: Int64, closed: npt.NDArray[np.bool_], calendar: WorkCalendar, as_of: int,
) -> tuple[Int64, Int64]:  # fmt: skip
    if isinstance(rule, ElapsedNatural):
        return _since(start, stop, closed, as_of, resolution(rule))
    end = np.where(closed, stop, start)
    if isinstance(rule, ElapsedWorkingDays):
        same_day = rule.counting is Counting.SAME_DAY
        follow_up = working_days_over(calendar, start, as_of, same_day=same_day)
        number = working_day_number(calendar, start, end, same_day=same_day)
        return np.where(closed, number, follow_up), follow_up
    begun = cumulative_working_seconds(calendar, start)
    until = cumulative_working_seconds(calendar, np.full(1, as_of, dtype=np.int64))[0]
    follow_up = (until - begun) // resolution(rule)
    spent = -((begun - cumulative_working_seconds(calendar, end)) // resolution(rule))
    return np.where(closed, spent, follow_up), follow_up


def _due_on(
    rule: ElapsedNatural | ElapsedWorkingTime | ElapsedWorkingDays, start: Int64, limits: Int64, calendar: WorkCalendar
) -> Int64:
    """The day on which each case's limit falls due."""
    seconds = limits * resolution(rule)
    if isinstance(rule, ElapsedNatural):
        return (start + seconds) // SECONDS_A_DAY
    if isinstance(rule, ElapsedWorkingDays):
        return due_day(calendar, start, limits, same_day=rule.counting is Counting.SAME_DAY)
    return due_day_of_working_seconds(calendar, start, seconds)


def day_of(
    month_of: MonthOf, received: Int64, stop: Int64, closed: npt.NDArray[np.bool_], due_on: Int64, as_of: int
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


def _counted(batch: Batch, rule: CountThreshold) -> Reading:
    value = batch.integers(rule.value)
    achieved = batch.matches(rule.achieved) if rule.achieved else np.ones(batch.rows, dtype=np.bool_)
    fact = np.where(achieved, Fact.CLOSED, Fact.FAILED).astype(np.int8)
    fact[achieved & (value == NULL)] = Fact.NOT_APPLICABLE
    value = np.where(fact == Fact.CLOSED, value, 0)
    mature = np.full(batch.rows, MATURE, dtype=np.int64)
    return Reading(fact, value, mature, batch.received(rule.start) // SECONDS_A_DAY)
