"""A work calendar: what each day is, which hours are worked on it, and which days are only provisional.

China's days with make-up days come from the package chinesecalendar, which follows the yearly notices of the State
Council. Days that nobody has announced are counted Monday to Friday and marked *provisional*.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from svcqa.clock.build import DAYS, Days, china, from_table, kind_code, position, public_holidays, weekdays
from svcqa.clock.stretches import Layer, layers, natural_days, seconds_of
from svcqa.clock.table import TableDay, read_table
from svcqa.entities.settings import DAY_KINDS, FIRST_DAY, LAST_DAY, WEEKDAYS, DayKind, DayOverride, Post
from svcqa.entities.settings import Calendar as CalendarSettings
from svcqa.entities.shifts import SECONDS_A_DAY, Stretches
from svcqa.errors import Fault, MetricError

__all__ = ["FIRST", "SECONDS_A_DAY", "Int64", "WorkCalendar", "build_calendar", "days_of"]

Int64 = npt.NDArray[np.int64]

_EPOCH: Final = dt.date(1970, 1, 1)
FIRST: Final = (FIRST_DAY - _EPOCH).days


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """A table with one row a day from ``FIRST_DAY`` to ``LAST_DAY``; times are naive local time.

    Attributes:
        kind: what each day is, an index into ``DAY_KINDS``.
        pattern: the hours worked on each day, an index into ``patterns``; a day without hours is not worked.
        patterns: stretches in seconds after midnight; those that end on the next day belong to the day they start.
        provisional: days that have not been announced.
        shifts: the usual hours; a working day is as long as these when time is shown in days.
        source: where the days come from, with its version.
        origin, origins: where each day comes from.
    """

    kind: npt.NDArray[np.int8]
    pattern: npt.NDArray[np.int16]
    patterns: tuple[Stretches, ...]
    provisional: npt.NDArray[np.bool_]
    shifts: Stretches
    source: str
    origin: npt.NDArray[np.int16]
    origins: tuple[str, ...]

    @cached_property
    def digest(self) -> str:
        """Changes when any day, any shift or what is provisional changes; who says so is no part of it."""
        order = sorted({*self.patterns, self.shifts})
        pattern_index = np.asarray([order.index(shifts) for shifts in self.patterns], dtype=np.int16)
        used = np.unique(pattern_index[self.pattern])
        dense = np.searchsorted(used, pattern_index[self.pattern]).astype("<i2")
        hours = repr(([order[number] for number in used], self.shifts)).encode()
        content = self.kind.tobytes() + dense.tobytes() + self.provisional.tobytes() + hours
        return hashlib.sha256(content).hexdigest()[:16]

    @cached_property
    def seconds_a_day(self) -> int:
        """Working seconds of a usual working day."""
        return seconds_of(self.shifts)

    @cached_property
    def working(self) -> npt.NDArray[np.bool_]:
        """Whether each day is worked."""
        return np.asarray([bool(shifts) for shifts in self.patterns], dtype=np.bool_)[self.pattern]

    @cached_property
    def days_before(self) -> Int64:
        """Working days before each day: a prefix sum with one entry more than there are days."""
        return _prefix(self.working)

    @cached_property
    def natural(self) -> tuple[npt.NDArray[np.int16], tuple[Stretches, ...]]:
        """The hours between midnight and midnight: what a shift over midnight leaves to the next day stands there."""
        return natural_days(self.pattern, self.patterns)

    @cached_property
    def seconds_before(self) -> Int64:
        """Working seconds before each midnight: a prefix sum with one entry more than there are days."""
        index, patterns = self.natural
        return _prefix(np.asarray([seconds_of(shifts) for shifts in patterns], dtype=np.int64)[index])

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The same hours as stretches with the days on which they are worked."""
        return layers(*self.natural)

    @cached_property
    def morning_of_day_before(self) -> Int64:
        """Seconds after each midnight until the shifts that began the day before are over."""
        left = [max([stop - SECONDS_A_DAY for _, stop in shifts], default=0) for shifts in self.patterns]
        ends = np.maximum(np.asarray(left, dtype=np.int64), 0)[self.pattern]
        return np.concatenate([np.zeros(1, np.int64), ends[:-1]])

    def is_working(self, day: dt.date) -> bool:
        """Whether ``day`` is worked."""
        return bool(self.working[self._index(day)])

    def is_provisional(self, day: dt.date) -> bool:
        """Whether the calendar of ``day`` has not been announced."""
        return bool(self.provisional[self._index(day)])

    def kind_of(self, day: dt.date) -> DayKind:
        """What ``day`` is."""
        return DAY_KINDS[int(self.kind[self._index(day)])]

    def shifts_of(self, day: dt.date) -> Stretches:
        """The hours worked on ``day``; those over midnight belong to it."""
        return self.patterns[self.pattern[self._index(day)]]

    def provisional_between(self, first: int, last: int) -> bool:
        """Whether a day from ``first`` to ``last``, both in days since 1970-01-01, has not been announced."""
        begin, end = (min(max(day - FIRST, 0), len(self.kind) - 1) for day in (first, last))
        return first <= last and bool(self.provisional[begin : end + 1].any())

    def table(self, first: dt.date = FIRST_DAY, last: dt.date = LAST_DAY) -> list[TableDay]:
        """The rows from ``first`` to ``last``, as they can be written, edited and read back."""
        rows = range(self._index(first), self._index(last) + 1)
        return [
            TableDay(
                day=FIRST_DAY + dt.timedelta(days=number),
                kind=DAY_KINDS[int(self.kind[number])],
                shifts=self.patterns[self.pattern[number]],
                source=self.origins[self.origin[number]],
                provisional=bool(self.provisional[number]),
            )
            for number in rows
        ]

    def _index(self, day: dt.date) -> int:
        index = position(day)
        if not 0 <= index < len(self.kind):
            raise MetricError(Fault("calendar_range", got=day.isoformat(), allowed=f"{FIRST_DAY} … {LAST_DAY}"))
        return index


def _prefix(numbers: npt.NDArray[np.bool_] | Int64) -> Int64:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(numbers, dtype=np.int64)])


def build_calendar(settings: CalendarSettings, *, folder: Path | None = None) -> WorkCalendar:
    """The calendar of a company: the source's days, its hours, then its own overrides.

    Args:
        folder: where the file of a kept table is looked for.

    Raises:
        PolicyError: a country nobody knows, or what is wrong with the table, row by row.
    """
    return assemble(days_of(settings, folder=folder), settings)


def days_of(settings: CalendarSettings, *, folder: Path | None = None) -> Days:
    """What the source of ``settings`` says of each day."""
    if settings.source == "china":
        return china()
    if settings.country is not None:
        return public_holidays(settings.country, subdivision=settings.subdivision, announced_to=settings.announced_to)
    if settings.file is not None:
        return from_table(read_table((folder or Path()) / settings.file), file=settings.file)
    return weekdays()


def assemble(days: Days, settings: CalendarSettings, *, units: Sequence[str] = ()) -> WorkCalendar:
    """Hours and overrides added to the days of a source.

    Args:
        units: the way from the company down to a unit; what names a unit on it counts, the nearest the most.
    """
    posts = [post for unit in units for post in settings.posts if post.unit == unit]
    hours = _Hours(settings, posts[-1] if posts else None)
    kind, origin, names = days.kind.copy(), days.origin.copy(), {name: n for n, name in enumerate(days.origins)}
    usual = [hours.of(code, weekday) for code in DAY_KINDS for weekday in WEEKDAYS]
    weekday = (np.arange(DAYS) + FIRST_DAY.weekday()) % 7
    patterns: dict[Stretches, int] = {(): 0}
    numbers = np.asarray([patterns.setdefault(shifts, len(patterns)) for shifts in usual], dtype=np.int16)
    pattern = numbers[kind.astype(np.int64) * len(WEEKDAYS) + weekday]
    for index, shifts in days.shifts.items():
        pattern[index] = patterns.setdefault(hours.at_post(shifts), len(patterns))
    for override in _overrides(settings.overrides, units):
        index = position(override.day)
        kind[index] = kind_code("override")
        origin[index] = names.setdefault(override.reason, len(names))
        pattern[index] = patterns.setdefault(hours.on(override), len(patterns))
    return WorkCalendar(
        kind=kind,
        pattern=pattern,
        patterns=tuple(patterns),
        provisional=days.provisional,
        shifts=hours.usual,
        source=days.source,
        origin=origin,
        origins=tuple(names),
    )


def _overrides(overrides: Sequence[DayOverride], units: Sequence[str]) -> Iterable[DayOverride]:
    for unit in (None, *units):
        yield from (item for item in overrides if item.unit == unit)


class _Hours:
    """Which hours a day has, by its kind and weekday; a post keeps its own."""

    def __init__(self, settings: CalendarSettings, post: Post | None) -> None:
        self.usual = post.shifts if post else settings.shifts
        self._by_weekday = post.weekday_shifts if post else settings.weekday_shifts
        self._by_kind = {} if post else settings.day_shifts
        self._post = post

    def of(self, kind: DayKind, weekday: str) -> Stretches:
        by_weekday = {str(name): shifts for name, shifts in self._by_weekday.items()}
        if kind in ("workday", "weekend") and weekday in by_weekday:
            return by_weekday[weekday]
        if kind in self._by_kind:
            return self._by_kind[kind]
        return self.usual if kind in ("workday", "makeup") or self._every_day else ()

    def at_post(self, shifts: Stretches) -> Stretches:
        """Hours that a table gives the company's day, as the post keeps them."""
        return self.usual if self._post and (shifts or self._every_day) else shifts

    def on(self, override: DayOverride) -> Stretches:
        if not override.working:
            return ()
        if override.shifts is not None:
            return override.shifts
        return self._by_kind.get("override") or self.usual

    @property
    def _every_day(self) -> bool:
        return self._post is not None and self._post.every_day
