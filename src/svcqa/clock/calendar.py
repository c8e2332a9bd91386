"""A work calendar: which days are worked, which hours, and which years are only provisional.

China's days with make-up days come from the package chinesecalendar, which follows the yearly notices of the State
Council. Years it does not know are counted Monday to Friday and marked *provisional*.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from svcqa.entities.settings import FIRST_DAY, LAST_DAY
from svcqa.entities.settings import Calendar as CalendarSettings
from svcqa.errors import Fault, MetricError

Int64 = npt.NDArray[np.int64]

_EPOCH: Final = dt.date(1970, 1, 1)
FIRST: Final = (FIRST_DAY - _EPOCH).days
SECONDS_A_DAY: Final = 86_400


@dataclass(frozen=True)
class WorkCalendar:
    """Days since 1970-01-01 index the tables; times are naive local time.

    Attributes:
        working: one flag a day from ``FIRST_DAY`` to ``LAST_DAY``.
        provisional: days whose year has not been announced.
        shifts: worked stretches of a working day, in seconds after midnight.
        source: where the days come from, with its version.
    """

    working: npt.NDArray[np.bool_]
    provisional: npt.NDArray[np.bool_]
    shifts: tuple[tuple[int, int], ...]
    source: str

    @cached_property
    def digest(self) -> str:
        """Changes when any day or shift changes."""
        content = self.working.tobytes() + self.provisional.tobytes() + repr(self.shifts).encode()
        return hashlib.sha256(content).hexdigest()[:16]

    @cached_property
    def seconds_a_day(self) -> int:
        """Working seconds of a working day."""
        return sum(stop - start for start, stop in self.shifts)

    @cached_property
    def days_before(self) -> Int64:
        """Working days before each day: a prefix sum with one entry more than there are days."""
        return np.concatenate([[0], np.cumsum(self.working, dtype=np.int64)])

    def is_working(self, day: dt.date) -> bool:
        """Whether ``day`` is worked."""
        return bool(self.working[self._index(day)])

    def is_provisional(self, day: dt.date) -> bool:
        """Whether the calendar of ``day`` has not been announced."""
        return bool(self.provisional[self._index(day)])

    @cached_property
    def provisional_from(self) -> int:
        """First provisional day, in days since 1970-01-01."""
        known = np.flatnonzero(~self.provisional)
        return FIRST + (int(known[-1]) + 1 if len(known) else 0)

    def _index(self, day: dt.date) -> int:
        position = (day - FIRST_DAY).days
        if not 0 <= position < len(self.working):
            raise MetricError(Fault("calendar_range", got=day.isoformat(), allowed=f"{FIRST_DAY} … {LAST_DAY}"))
        return position


def _china(working: npt.NDArray[np.bool_], provisional: npt.NDArray[np.bool_]) -> str:
    import chinese_calendar
    from chinese_calendar.constants import holidays, workdays

    years = {day.year for day in holidays}
    for day in holidays:
        working[(day - FIRST_DAY).days] = False
    for day in workdays:
        working[(day - FIRST_DAY).days] = True
    first, last = dt.date(min(years), 1, 1), dt.date(max(years), 12, 31)
    provisional[:] = True
    provisional[(first - FIRST_DAY).days : (last - FIRST_DAY).days + 1] = False
    return f"chinesecalendar {getattr(chinese_calendar, '__version__', '')} {min(years)}–{max(years)}"


def build_calendar(settings: CalendarSettings) -> WorkCalendar:
    """The calendar of a workspace: the source's days, then the company's own overrides."""
    count = (LAST_DAY - FIRST_DAY).days + 1
    weekday = (np.arange(count) + FIRST_DAY.weekday()) % 7
    working = weekday < 5
    provisional = np.zeros(count, dtype=np.bool_)
    source = _china(working, provisional) if settings.source == "china" else "Monday to Friday"
    for override in settings.overrides:
        working[(override.day - FIRST_DAY).days] = override.working
    shifts = tuple((_seconds(start), _seconds(stop)) for start, stop in settings.shifts)
    return WorkCalendar(working, provisional, shifts, source)


def _seconds(time: dt.time) -> int:
    return time.hour * 3600 + time.minute * 60 + time.second
