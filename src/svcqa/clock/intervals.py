"""Many intervals of many cases as flat arrays: pauses, runs, stretches in which a case was closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from svcqa.clock.calendar import Int64, WorkCalendar
from svcqa.errors import Fault, MetricError

NULL: Final = int(np.iinfo(np.int64).min)
"""A moment that is missing: the same number as in the batches of the engine, which this room may not import."""


@dataclass(frozen=True)
class Intervals:
    """Intervals in any order, overlapping or not, any number a case, ``(k,)`` each.

    Attributes:
        row: which case each interval belongs to.
        begin: its first moment.
        end: the moment at which it is over; ``NULL`` where it is not over yet.

    Raises:
        MetricError: an interval has no beginning, or ends before it.
    """

    row: Int64
    begin: Int64
    end: Int64

    def __post_init__(self) -> None:
        wrong = (self.begin == NULL) | ((self.end != NULL) & (self.end < self.begin))
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            place = f"{int(self.row[first])}: {moment_text(self.begin[first])} … {moment_text(self.end[first])}"
            raise MetricError(Fault("interval_backwards", place=place, got=str(int(wrong.sum()))))

    @classmethod
    def of(cls, items: Iterable[tuple[int, int, int]]) -> Intervals:
        """From ``(row, begin, end)``.

        >>> Intervals.of([(0, 10, 20), (0, 30, NULL)]).end.tolist()[0]
        20
        """
        table = np.asarray(list(items), dtype=np.int64).reshape(-1, 3)
        return cls(table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy())

    def __add__(self, other: Intervals) -> Intervals:
        parts = ((self.row, other.row), (self.begin, other.begin), (self.end, other.end))
        return Intervals(*(np.concatenate(part) for part in parts))

    def known(self, as_of: int) -> Intervals:
        """What is known at ``as_of``: later intervals have not begun, and none is over later than that."""
        begun = self.begin < as_of
        end = self.end[begun]
        return Intervals(self.row[begun], self.begin[begun], np.where((end == NULL) | (end > as_of), as_of, end))

    def open_at(self, as_of: int) -> npt.NDArray[np.bool_]:
        """Which intervals have begun and are not known to be over at ``as_of``, ``(k,)``."""
        lasting: npt.NDArray[np.bool_] = (self.begin < as_of) & ((self.end == NULL) | (self.end > as_of))
        return lasting


NONE: Final = Intervals.of(())
"""No interval at all."""


@dataclass(frozen=True)
class Assigned:
    """Which calendar counts for a case from when on: cases are moved to other departments and posts.

    Attributes:
        calendars: the calendars.
        row: the case, ``(m,)``.
        since: from which moment, ``(m,)``; each case needs one entry that reaches back to its start: ``NULL`` does.
        calendar: index into ``calendars``, ``(m,)``.
    """

    calendars: tuple[WorkCalendar, ...]
    row: Int64
    since: Int64
    calendar: Int64


@dataclass(frozen=True)
class Pieces:
    """Stretches of cases in the order of case and time, none overlapping, and the calendar of each."""

    row: Int64
    begin: Int64
    end: Int64
    calendar: Int64


def moment_text(moment: int) -> str:
    """A moment as people write it."""
    return "" if int(moment) == NULL else str(np.datetime64(int(moment), "s")).replace("T", " ")


def running(runs: Intervals, pauses: Intervals, assigned: Assigned | None = None) -> Pieces:
    """The stretches that lie in a run and in no pause, cut where another calendar begins to count.

    One sort of all ends; between two neighbours nothing changes, so counting how many runs and pauses are open there
    tells what the stretch is, however they overlap. All ends must be known.

    Raises:
        MetricError: a case has no calendar at its start.
    """
    cuts = (assigned.row, assigned.since, assigned.calendar) if assigned else (np.zeros(0, np.int64),) * 3
    row = np.concatenate([runs.row, runs.row, pauses.row, pauses.row, cuts[0]])
    time = np.concatenate([runs.begin, runs.end, pauses.begin, pauses.end, cuts[1]])
    sizes = (len(runs.row), len(runs.row), len(pauses.row), len(pauses.row), len(cuts[0]))
    opened_runs = np.repeat(np.asarray([1, -1, 0, 0, 0]), sizes)
    opened_pauses = np.repeat(np.asarray([0, 0, 1, -1, 0]), sizes)
    calendar = np.concatenate([np.full(sum(sizes[:4]), -1, dtype=np.int64), cuts[2]])
    order = _order(row, time)
    row, time = row[order], time[order]
    counted = (np.cumsum(opened_runs[order]) > 0) & (np.cumsum(opened_pauses[order]) == 0)
    chosen = np.flatnonzero(counted[:-1] & (row[:-1] == row[1:]) & (time[:-1] < time[1:]))
    if not assigned:
        return Pieces(row[chosen], time[chosen], time[chosen + 1], np.zeros(len(chosen), dtype=np.int64))
    return Pieces(row[chosen], time[chosen], time[chosen + 1], _in_force(row, calendar[order], chosen))


def _order(row: Int64, time: Int64) -> Int64:
    """What sorts events by case and time, those of one moment as they came.

    One number an event where case and time fit into it: cases mostly come in their order, and merging what is sorted
    already costs far less than sorting twice.
    """
    if not len(row):
        return row
    first, last = int(time.min()), int(time.max())
    span = last - first + 1
    if span * (int(row.max()) + 1) < np.iinfo(np.int64).max:
        return np.argsort(row * span + (time - first), kind="stable")
    return np.lexsort((time, row))


def _in_force(row: Int64, calendar: Int64, chosen: Int64) -> Int64:
    """The last calendar named for the case by each of the ``chosen`` events."""
    named = np.maximum.accumulate(np.where(calendar >= 0, np.arange(len(calendar)), 0))[chosen]
    lacking = np.unique(row[chosen][(calendar[named] < 0) | (row[named] != row[chosen])])
    if len(lacking):
        raise MetricError(Fault("no_calendar", place=str(lacking[0]), got=str(len(lacking))))
    return calendar[named]
