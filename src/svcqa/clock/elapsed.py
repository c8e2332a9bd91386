"""Elapsed time on whole arrays: natural seconds, working seconds, working days.

Moments are seconds since 1970-01-01 in naive local time, int64. A prefix sum over days makes the working time of a case
two table look-ups and a subtraction, however long the case ran.
"""

from __future__ import annotations

import numpy as np

from svcqa.clock.calendar import FIRST, SECONDS_A_DAY, Int64, WorkCalendar

_CHUNK = 65_536  # keeps the intermediate arrays of one pass in the processor's cache


def _days(calendar: WorkCalendar, moments: Int64) -> Int64:
    """Index of each moment's day in the calendar, held inside its range."""
    days = moments // SECONDS_A_DAY
    days -= FIRST
    return np.clip(days, 0, len(calendar.working) - 1, out=days)


def cumulative_working_seconds(calendar: WorkCalendar, moments: Int64) -> Int64:
    """Working seconds from the calendar's first day to each moment, ``(n,)``."""
    result = np.empty(len(moments), dtype=np.int64)
    for begin in range(0, len(moments), _CHUNK):
        piece = slice(begin, begin + _CHUNK)
        _cumulate(calendar, moments[piece], result[piece])
    return result


def _cumulate(calendar: WorkCalendar, moments: Int64, within: Int64) -> None:
    """The same for one chunk, written to ``within``."""
    day = _days(calendar, moments)
    second = moments - day * SECONDS_A_DAY
    second -= FIRST * SECONDS_A_DAY
    within[:] = calendar.seconds_before.take(day)
    for stretches, worked in calendar.layers:
        part = np.zeros(len(day), dtype=np.int64)
        for start, stop in stretches:
            passed = second - start
            part += np.clip(passed, 0, stop - start, out=passed)
        part *= worked.take(day)
        within += part


def working_seconds(calendar: WorkCalendar, start: Int64, stop: Int64) -> Int64:
    """Working seconds from ``start`` to ``stop``, both ``(n,)``; negative where stop lies before start."""
    result = cumulative_working_seconds(calendar, stop)
    result -= cumulative_working_seconds(calendar, start)
    return result


def working_day_number(calendar: WorkCalendar, start: Int64, stop: Int64, *, same_day: bool) -> Int64:
    """The smallest N for which ``stop`` keeps a limit of N working days, ``(n,)``.

    The N-th day counts to its end. A stop on a day that is not worked comes after the working day before it, and so
    belongs to the next one. With ``same_day`` the day of ``start`` is day 1 if it is worked; otherwise counting
    begins with the next working day and a stop on the day of ``start`` gives 0.
    """
    first, last = _days(calendar, start), _days(calendar, stop)
    if same_day:
        number: Int64 = np.maximum(calendar.days_before[last] - calendar.days_before[first] + 1, 1)
        return number
    return np.where(last <= first, 0, calendar.days_before[last] - calendar.days_before[first + 1] + 1)


def working_days_over(calendar: WorkCalendar, start: Int64, as_of: int, *, same_day: bool) -> Int64:
    """How many working-day limits have fallen due: the largest N whose last day ended by ``as_of``, ``(n,)``."""
    first = _days(calendar, start)
    ended = _days(calendar, np.full(1, as_of + 1, dtype=np.int64))[0]  # days before this one are over
    begin = first if same_day else first + 1
    over: Int64 = np.maximum(calendar.days_before[ended] - calendar.days_before[np.minimum(begin, ended)], 0)
    return over


def due_day(calendar: WorkCalendar, start: Int64, limit: int | Int64, *, same_day: bool) -> Int64:
    """The day (since 1970-01-01) at whose end a limit of ``limit`` working days falls due, ``(n,)``."""
    first = _days(calendar, start)
    wanted = calendar.days_before[first if same_day else first + 1] + limit
    return np.searchsorted(calendar.days_before, wanted, side="left") - 1 + FIRST


def due_day_of_working_seconds(calendar: WorkCalendar, start: Int64, limit: int | Int64) -> Int64:
    """The day (since 1970-01-01) on which ``limit`` working seconds after ``start`` are used up, ``(n,)``."""
    wanted = cumulative_working_seconds(calendar, start) + limit
    return np.searchsorted(calendar.seconds_before, wanted, side="left") - 1 + FIRST
