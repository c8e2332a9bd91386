"""Elapsed time net of pauses, and when a limit falls due given the pauses known so far.

Cases stand in arrays, one row each; their pauses in :class:`~svcqa.clock.intervals.Intervals`: any number a case,
overlapping, still open, begun before the start or over after the stop. A stretch in which a case was closed before it
was opened again is a pause of the clock like any other. Seconds are naive local time; for zones with daylight saving
time see :mod:`svcqa.clock.zones`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from svcqa.clock.build import DAYS
from svcqa.clock.calendar import FIRST, SECONDS_A_DAY, Int64, WorkCalendar
from svcqa.clock.elapsed import cumulative_working_seconds, due_moment, moment_at, working_seconds
from svcqa.clock.intervals import NONE, NULL, Assigned, Intervals, Pieces, running

Calendars = WorkCalendar | Assigned
_END: Final = (FIRST + DAYS) * SECONDS_A_DAY
"""The first moment after the calendar; what it cannot hold falls due then."""


@dataclass(frozen=True)
class Elapsed:
    """Seconds of each case, ``(n,)``; ``NULL`` where it had not started by ``as_of``.

    Attributes:
        working: working time net of pauses.
        natural: natural time net of pauses.
        gross: natural time from start to stop, pauses included.
    """

    working: Int64
    natural: Int64
    gross: Int64


def elapsed(calendars: Calendars, start: Int64, stop: Int64, *, as_of: int, pauses: Intervals = NONE) -> Elapsed:
    """Time from ``start`` to ``stop``, or to ``as_of`` where a case is still open then, ``(n,)`` each.

    A case that was closed before it started, because it was entered later, burns no time.

    Args:
        calendars: one for all cases, or which counts for whom from when on.
        start, stop: seconds since 1970-01-01; ``NULL`` where missing.
        as_of: what happened later is not known yet.
        pauses: stretches that do not count.
    """
    started = (start != NULL) & (start <= as_of)
    begin = np.where(started, start, as_of)
    end = np.maximum(np.where((stop == NULL) | (stop > as_of), as_of, stop), begin)
    gross = end - begin
    natural, working = gross.copy(), np.zeros(len(start), dtype=np.int64)
    paused = np.zeros(len(start), dtype=np.bool_)
    paused[pauses.row] = True
    if isinstance(calendars, Assigned):
        paused[:] = True  # every case is cut where its calendar changes
    else:
        plain = np.flatnonzero(~paused)
        working[plain] = working_seconds(calendars, begin[plain], end[plain])
    rows = np.flatnonzero(paused)
    pieces = running(Intervals(rows, begin[rows], end[rows]), pauses.known(as_of), _known(calendars, as_of))
    natural[rows] = 0
    np.add.at(natural, pieces.row, pieces.end - pieces.begin)
    np.add.at(working, pieces.row, _worked(calendars, pieces))
    return Elapsed(*(np.where(started, seconds, NULL) for seconds in (working, natural, gross)))


def _known(calendars: Calendars, as_of: int) -> Assigned | None:
    if not isinstance(calendars, Assigned):
        return None
    known = calendars.since <= as_of
    return Assigned(calendars.calendars, calendars.row[known], calendars.since[known], calendars.calendar[known])


def _groups(calendars: Calendars, pieces: Pieces) -> list[tuple[WorkCalendar, Int64]]:
    """Which pieces each calendar counts."""
    if isinstance(calendars, WorkCalendar):
        return [(calendars, np.arange(len(pieces.row)))]
    return [(item, np.flatnonzero(pieces.calendar == number)) for number, item in enumerate(calendars.calendars)]


def _worked(calendars: Calendars | None, pieces: Pieces) -> Int64:
    seconds = pieces.end - pieces.begin
    for calendar, chosen in [] if calendars is None else _groups(calendars, pieces):
        seconds[chosen] = working_seconds(calendar, pieces.begin[chosen], pieces.end[chosen])
    return seconds


@dataclass(frozen=True)
class Due:
    """When a limit falls due, ``(n,)`` each.

    Attributes:
        moment: the first moment at which the limit is used up; ``NULL`` where the clock has not started.
        held: whether a pause still open at ``as_of`` holds the clock. The moment is then the earliest that is possible.
    """

    moment: Int64
    held: npt.NDArray[np.bool_]


def due(calendars: Calendars | None, start: Int64, limit: int | Int64, *, as_of: int, pauses: Intervals = NONE) -> Due:
    """The moment at which ``limit`` seconds net of pauses are used up: the inverse of :func:`elapsed`.

    Args:
        calendars: as for :func:`elapsed`; ``None`` for a limit of natural time.
        limit: seconds, one for all cases or one each.
        as_of: pauses that begin later are not known yet; one that is open then is taken to end then.
    """
    started = (start != NULL) & (start <= as_of)
    begin, limits = np.where(started, start, as_of), np.broadcast_to(np.asarray(limit, dtype=np.int64), start.shape)
    moment = due_moment(calendars, begin, limits) if isinstance(calendars, WorkCalendar) else begin + limits
    paused = np.zeros(len(start), dtype=np.bool_)
    paused[pauses.row] = True
    if isinstance(calendars, Assigned):
        paused[:] = True
    rows = np.flatnonzero(paused & (limits > 0))
    whole = Intervals(rows, begin[rows], np.full(len(rows), _END, dtype=np.int64))
    known = None if calendars is None else _known(calendars, as_of)
    pieces = running(whole, pauses.known(as_of), known)
    moment[rows] = _END
    cases, moments = _used_up(calendars, pieces, limits)
    moment[cases] = moments
    held = np.zeros(len(start), dtype=np.bool_)
    opened = pauses.open_at(as_of)
    # a pause that began after the limit was used up holds nothing
    held[pauses.row[opened & (pauses.begin < moment[pauses.row])]] = True
    return Due(np.where(started, moment, NULL), held & started)


def _used_up(calendars: Calendars | None, pieces: Pieces, limits: Int64) -> tuple[Int64, Int64]:
    """The cases whose limit is used up in one of the pieces, and when."""
    worked = _worked(calendars, pieces)
    total = np.cumsum(worked)
    first = np.concatenate([np.ones(min(1, len(total)), np.bool_), pieces.row[1:] != pieces.row[:-1]])
    before_case = np.maximum.accumulate(np.where(first, total - worked, 0))
    until = total - before_case
    limit = limits[pieces.row]
    chosen = np.flatnonzero((until - worked < limit) & (limit <= until))
    hit = Pieces(pieces.row[chosen], pieces.begin[chosen], pieces.end[chosen], pieces.calendar[chosen])
    left = limit[chosen] - (until - worked)[chosen]
    moments = hit.begin + left
    for calendar, index in [] if calendars is None else _groups(calendars, hit):
        moments[index] = moment_at(calendar, cumulative_working_seconds(calendar, hit.begin[index]) + left[index])
    return hit.row, moments


def from_runs(runs: Intervals, rows: int) -> tuple[Int64, Int64, Intervals]:
    """Start, stop and the closed stretches between, of cases that were opened again.

    Args:
        runs: the stretches in which each case was open; an open one lasts.
        rows: how many cases there are. Those without a run have neither start nor stop.
    """
    latest = np.iinfo(np.int64).max
    ends = np.where(runs.end == NULL, latest, runs.end)
    start, stop = np.full(rows, latest, dtype=np.int64), np.full(rows, NULL, dtype=np.int64)
    np.minimum.at(start, runs.row, runs.begin)
    np.maximum.at(stop, runs.row, ends)
    having = np.unique(runs.row)
    closed = running(Intervals(having, start[having], stop[having]), Intervals(runs.row, runs.begin, ends))
    start[start == latest], stop[stop == latest] = NULL, NULL
    return start, stop, Intervals(closed.row, closed.begin, closed.end)
