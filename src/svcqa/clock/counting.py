"""Rules for "within N working days": which day is day 1, and when the last one is over.

China's Civil Code leaves the day of the event out (article 201) and ends a period at 24:00 of its last day or, where
there are hours of business, when business stops (article 203). Companies promise other things, so each rule is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from svcqa.catalogue import Language, text
from svcqa.clock.calendar import FIRST, SECONDS_A_DAY, Int64, WorkCalendar
from svcqa.clock.elapsed import (
    cumulative_working_seconds,
    due_day,
    due_moment,
    moment_at,
    service_days,
    working_day_number,
    working_days_over,
)
from svcqa.errors import Fault, MetricError


class FirstDay(StrEnum):
    """What counts as the first day."""

    SAME_DAY = "same_day"
    """The day of receipt, if it is worked; otherwise the next one that is."""
    NEXT_DAY = "next_day"
    """The first working day after the day of receipt."""
    MINUTES = "minutes"
    """No day: N days are N times the working time of a usual day."""


class LastDay(StrEnum):
    """When the last day is over."""

    END = "end"
    """At midnight, or when a shift that began on it is over."""
    CLOSING = "closing"
    """When its last shift ends."""
    HOUR = "hour"
    """At the time of day at which the clock started: the receipt, or the next worked moment after it."""


@dataclass(frozen=True)
class CountingRule:
    """How N working days are counted.

    Raises:
        MetricError: the parts do not go together: minutes know no last day, and counted from the same day on the hour
            of receipt would make one day no time at all.
    """

    first: FirstDay = FirstDay.NEXT_DAY
    last: LastDay = LastDay.END

    def __post_init__(self) -> None:
        if self.last is LastDay.HOUR and self.first is FirstDay.SAME_DAY:
            raise MetricError(Fault("counting_rule", got="same_day, hour", allowed="next_day, hour"))
        if self.last is not LastDay.END and self.first is FirstDay.MINUTES:
            raise MetricError(Fault("counting_rule", got=f"minutes, {self.last}", allowed="minutes, end"))

    def name(self, language: Language = "en") -> str:
        """The rule in words, for every output whose figures depend on it.

        >>> CountingRule(FirstDay.SAME_DAY).name()
        'the day of receipt is day 1; the last day counts to its end'
        """
        first = text(f"calendar.first_{self.first}", language)
        if self.first is FirstDay.MINUTES:
            return first
        return first + text("calendar.between_rules", language) + text(f"calendar.last_{self.last}", language)


def due_moment_of_days(calendar: WorkCalendar, start: Int64, limit: int | Int64, *, rule: CountingRule) -> Int64:
    """The last second that keeps a limit of ``limit`` working days (at least one) by ``rule``, ``(n,)``."""
    if rule.first is FirstDay.MINUTES:
        return due_moment(calendar, start, limit * calendar.seconds_a_day)
    day = last_day(calendar, start, limit, rule=rule) - FIRST
    if rule.last is LastDay.HOUR:
        return (day + FIRST) * SECONDS_A_DAY + _time_of_day(calendar, next_worked(calendar, start))
    if rule.last is LastDay.CLOSING:
        return _closing(calendar, day)
    morning = np.concatenate([calendar.morning_of_day_before, np.zeros(2, np.int64)])
    over: Int64 = (day + FIRST + 1) * SECONDS_A_DAY + morning[day + 1]
    return over - 1


def _closing(calendar: WorkCalendar, day: Int64) -> Int64:
    ends = np.asarray([shifts[-1][1] if shifts else SECONDS_A_DAY for shifts in calendar.patterns], dtype=np.int64)
    inside = np.minimum(day, len(calendar.pattern) - 1)
    return (day + FIRST) * SECONDS_A_DAY + ends[calendar.pattern[inside]]


def _time_of_day(calendar: WorkCalendar, moments: Int64) -> Int64:
    """Seconds since the midnight of the day that each moment counts for."""
    return moments - (service_days(calendar, moments) + FIRST) * SECONDS_A_DAY


def last_day(calendar: WorkCalendar, start: Int64, limit: int | Int64, *, rule: CountingRule) -> Int64:
    """The ``limit``-th day of a rule that counts days, in days since 1970-01-01, ``(n,)``."""
    begun = first_moment(calendar, start, rule=rule)
    return due_day(calendar, begun, limit, same_day=rule.first is FirstDay.SAME_DAY)


def first_moment(calendar: WorkCalendar, start: Int64, *, rule: CountingRule) -> Int64:
    """The moment whose day the counting begins from: to the hour, a clock starts when work does."""
    return next_worked(calendar, start) if rule.last is LastDay.HOUR else start


def days_taken(calendar: WorkCalendar, start: Int64, stop: Int64, *, rule: CountingRule) -> Int64:
    """The smallest N for which ``stop`` keeps a limit of N working days by ``rule``, ``(n,)``.

    0 where no day has been counted: stopped on the day of receipt, which a rule from the next day leaves out.
    """
    begun, same_day = first_moment(calendar, start, rule=rule), rule.first is FirstDay.SAME_DAY
    number = working_day_number(calendar, begun, stop, same_day=same_day)
    if rule.last is LastDay.END:
        return number
    for _ in range(2):  # a shift over midnight can end after the hour of the day behind it
        kept_before = (number > 1) & (_due(calendar, start, number - 1, rule) >= stop)
        number = number - kept_before + (~kept_before & (_due(calendar, start, number, rule) < stop))
    return number


def days_over(calendar: WorkCalendar, start: Int64, as_of: int, *, rule: CountingRule) -> Int64:
    """How many limits have fallen due: the largest N whose due moment is not after ``as_of``, ``(n,)``."""
    begun, same_day = first_moment(calendar, start, rule=rule), rule.first is FirstDay.SAME_DAY
    over = working_days_over(calendar, begun, as_of, same_day=same_day)
    if rule.last is LastDay.END:
        return over
    for _ in range(2):
        not_yet = (over > 0) & (_due(calendar, start, over, rule) > as_of)
        over = over - not_yet + (~not_yet & (_due(calendar, start, over + 1, rule) <= as_of))
    return over


def _due(calendar: WorkCalendar, start: Int64, number: Int64, rule: CountingRule) -> Int64:
    return due_moment_of_days(calendar, start, np.maximum(number, 1), rule=rule)


def next_worked(calendar: WorkCalendar, moments: Int64) -> Int64:
    """Each moment itself where it is worked, otherwise the next one that is, ``(n,)``."""
    passed = cumulative_working_seconds(calendar, moments)
    return np.maximum(moment_at(calendar, passed + 1) - 1, moments)
