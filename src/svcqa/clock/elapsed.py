"""Elapsed time on whole arrays: natural seconds, working seconds, working days.

Moments are seconds since 1970-01-01 in naive local time, int64. A prefix sum over days makes the working time of a case
two table look-ups and a subtraction, however long the case ran.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from svcqa.clock.calendar import FIRST, SECONDS_A_DAY, Int64, WorkCalendar

_CHUNK = 12_288
"""Rows at a time: the intermediate arrays stay in the processor's cache, and below the 128 KiB from which the C library
asks the system for fresh pages each time, which costs more than the counting."""


def _days(calendar: WorkCalendar, moments: Int64) -> Int64:
    """Index of each moment's day in the calendar, held inside its range."""
    days = moments // SECONDS_A_DAY
    days -= FIRST
    return np.clip(days, 0, len(calendar.working) - 1, out=days)


def service_days(calendar: WorkCalendar, moments: Int64) -> Int64:
    """Index of the day each moment counts for: what is left of a night shift counts for the day it began."""
    days = _days(calendar, moments)
    second = moments - (days + FIRST) * SECONDS_A_DAY
    days -= second < calendar.morning_of_day_before[days]
    return np.maximum(days, 0, out=days)


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


def moment_at(calendar: WorkCalendar, worked: Int64) -> Int64:
    """The first moment by which ``worked`` seconds have been worked since the calendar's first day, ``(n,)``.

    The inverse of :func:`cumulative_working_seconds`. What the calendar cannot hold is reached at its end.
    """
    last = len(calendar.kind) - 1
    day = np.clip(np.searchsorted(calendar.seconds_before, worked, side="left") - 1, 0, last)
    left = worked - calendar.seconds_before[day]
    index, patterns = calendar.natural
    moment = (day + FIRST) * SECONDS_A_DAY
    for number, stretches in enumerate(patterns):
        rows = np.flatnonzero(index[day] == number)
        if not len(rows) or not stretches:
            continue
        starts = np.asarray([start for start, _ in stretches], dtype=np.int64)
        lengths = np.asarray([stop - start for start, stop in stretches], dtype=np.int64)
        ends = np.cumsum(lengths)
        stretch_index = np.minimum(np.searchsorted(ends, left[rows], side="left"), len(ends) - 1)
        moment[rows] += starts[stretch_index] + left[rows] - (ends - lengths)[stretch_index]
    moment[worked > calendar.seconds_before[-1]] = (FIRST + last + 1) * SECONDS_A_DAY
    return moment


def due_moment(calendar: WorkCalendar, start: Int64, limit: int | Int64) -> Int64:
    """The first moment at which ``limit`` working seconds after ``start`` are used up, ``(n,)``."""
    return np.maximum(moment_at(calendar, cumulative_working_seconds(calendar, start) + limit), start)


def as_days(calendar: WorkCalendar, seconds: Int64) -> npt.NDArray[np.float64]:
    """Working time in days: working seconds by those of a usual working day, never by 24 hours, ``(n,)``."""
    return seconds / calendar.seconds_a_day


def working_seconds(calendar: WorkCalendar, start: Int64, stop: Int64) -> Int64:
    """Working seconds from ``start`` to ``stop``, both ``(n,)``; negative where stop lies before start."""
    result = np.empty(len(stop), dtype=np.int64)
    begun = np.empty(_CHUNK, dtype=np.int64)
    for begin in range(0, len(stop), _CHUNK):
        piece = slice(begin, begin + _CHUNK)
        before = begun[: len(start[piece])]
        _cumulate(calendar, stop[piece], result[piece])
        _cumulate(calendar, start[piece], before)
        result[piece] -= before
    return result


def working_day_number(calendar: WorkCalendar, start: Int64, stop: Int64, *, same_day: bool) -> Int64:
    """The smallest N for which ``stop`` keeps a limit of N working days, ``(n,)``.

    The N-th day counts to its end. A stop on a day that is not worked comes after the working day before it, and so
    belongs to the next one. With ``same_day`` the day of ``start`` is day 1 if it is worked; otherwise counting
    begins with the next working day and a stop on the day of ``start`` gives 0.
    """
    first, last = service_days(calendar, start), service_days(calendar, stop)
    if same_day:
        number: Int64 = np.maximum(calendar.days_before[last] - calendar.days_before[first] + 1, 1)
        return number
    return np.where(last <= first, 0, calendar.days_before[last] - calendar.days_before[first + 1] + 1)


def working_days_over(calendar: WorkCalendar, start: Int64, as_of: int, *, same_day: bool) -> Int64:
    """How many working-day limits have fallen due: the largest N whose last day ended by ``as_of``, ``(n,)``."""
    first = service_days(calendar, start)
    ended = service_days(calendar, np.full(1, as_of + 1, dtype=np.int64))[0]  # days before this one are over
    begin = first if same_day else first + 1
    over: Int64 = np.maximum(calendar.days_before[ended] - calendar.days_before[np.minimum(begin, ended)], 0)
    return over


def due_day(calendar: WorkCalendar, start: Int64, limit: int | Int64, *, same_day: bool) -> Int64:
    """The day (since 1970-01-01) at whose end a limit of ``limit`` working days falls due, ``(n,)``."""
    first = service_days(calendar, start)
    target = calendar.days_before[first if same_day else first + 1] + limit
    return np.searchsorted(calendar.days_before, target, side="left") - 1 + FIRST


def due_day_of_working_seconds(calendar: WorkCalendar, start: Int64, limit: int | Int64) -> Int64:
    """The day (since 1970-01-01) on which ``limit`` working seconds after ``start`` are used up, ``(n,)``."""
    target = cumulative_working_seconds(calendar, start) + limit
    return np.searchsorted(calendar.seconds_before, target, side="left") - 1 + FIRST
