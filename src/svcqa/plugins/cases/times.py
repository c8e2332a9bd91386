"""The service clock as kernels read it: when each case started and stopped, when its clock paused, whose hours counted.

Start and stop are columns of the record. Where the policy names the statuses that run, pause and stop the clock, the
status history says more: pauses, stretches in which the case was closed before it was opened again, moves to other
units. A case without any history has its columns.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from svcqa.clock.calendar import Int64, WorkCalendar
from svcqa.clock.calendar_set import CalendarSet
from svcqa.clock.elapsed import cumulative_working_seconds
from svcqa.clock.intervals import NONE, Assigned, Intervals
from svcqa.clock.pauses import Due, due, elapsed
from svcqa.clock.status import status_times
from svcqa.entities.clock_rules import StatusClock
from svcqa.entities.commitment import Commitment
from svcqa.metrics.contract import NULL, Batch, Derive
from svcqa.metrics.sql import code, column, quoted

HISTORY: Final = "history"
"""The column that carries a case's status history, made by :func:`with_history`."""
_BETWEEN, _UNIT = "\x1f", "\x1e"
_MOMENT: Final = len("2026-01-05 08:30:00")
Mask = npt.NDArray[np.bool_]


def with_history(commitment: Commitment) -> Derive | None:
    """The records with their status history beside them; ``None`` where the commitment needs none."""
    status = commitment.status
    if status is None:
        return None
    entry = f"CAST(changed_at AS VARCHAR(30)) || {code('status')} || CHR(30) || {code('unit')}"
    tables = f"{code('record_table')} IN ('', {quoted(commitment.table)})"
    return Derive(
        f"SELECT records.*, told.{HISTORY} FROM records LEFT JOIN (SELECT CAST(record_id AS VARCHAR(200)) AS told_of, "
        f"LISTAGG({entry}, CHR(31)) AS {HISTORY} FROM status_history WHERE {tables} "
        "GROUP BY CAST(record_id AS VARCHAR(200))) AS told "
        f"ON told.told_of = CAST(records.{column(status.key_of(commitment.table))} AS VARCHAR(200))",
        ("status_history",),
    )


@dataclass(frozen=True, kw_only=True)
class Times:
    """What is known at ``as_of`` of the clock of each case, ``(n,)`` each.

    Attributes:
        start, stop: seconds since 1970-01-01; what they hold means something where ``started`` and ``closed`` say so.
        started, closed: whose clock has started, and which cases are closed, by ``as_of``.
        pauses: stretches in which the clock paused.
        closed_between: stretches in which the case was closed before it was opened again.
        unit: whose hours count, as an index into ``units``.
        moves: from when on another unit's hours count.
    """

    start: Int64
    stop: Int64
    started: Mask
    closed: Mask
    pauses: Intervals
    closed_between: Intervals
    unit: npt.NDArray[np.int32]
    units: tuple[str, ...]
    moves: Assigned | None

    @property
    def held(self) -> Intervals:
        """All stretches that do not count."""
        return self.pauses + self.closed_between

    @property
    def runs_through(self) -> bool:
        """Whether no clock pauses and no case moves."""
        return not len(self.pauses.row) and not len(self.closed_between.row) and self.moves is None


def read_times(
    batch: Batch, commitment: Commitment, calendars: CalendarSet, as_of: int, *, start: str, stop: str
) -> Times:
    """The times of every row of ``batch``.

    Args:
        start, stop: columns of moments. A ``stop`` that is not the rule's own is a step on the way: the history then
            tells pauses only, as it does where the policy names no status that stops the clock.
    """
    recorded, ended = batch.moments(start), batch.moments(stop)
    unit, units = batch.codes("unit")
    if commitment.status is None or not batch.has(HISTORY):
        return _times(recorded, ended, as_of, pauses=NONE, closed_between=NONE, unit=unit, units=units, moves=None)
    history = _told(batch, commitment.status)
    times = status_times(
        history.row,
        history.moment,
        history.status,
        history.labels,
        table=commitment.status.effects,
        start=recorded,
        as_of=as_of,
    )
    with_own_stop = np.ones(batch.rows, dtype=np.bool_)
    if commitment.status.stops and stop == getattr(commitment.rule, "stop", stop):
        with_own_stop[history.row] = False
    return _times(
        np.where(recorded == NULL, times.start, recorded),
        np.where(with_own_stop, ended, times.stop),
        as_of,
        pauses=times.pauses,
        closed_between=times.closed,
        unit=unit,
        units=units,
        moves=_moves(history, unit, units=units, calendars=calendars, as_of=as_of),
    )


def _times(start: Int64, stop: Int64, as_of: int, **beside: Any) -> Times:
    return Times(
        start=start,
        stop=stop,
        started=(start != NULL) & (start <= as_of),
        closed=(stop != NULL) & (stop <= as_of),
        **beside,
    )


def seconds(times: Times, calendars: CalendarSet, as_of: int, *, natural: bool) -> tuple[Int64, Int64]:
    """Seconds of each case net of its pauses, from its start on: to its stop, and to ``as_of``.

    The first reads the clock of a closed case at its stop and of an open one at ``as_of``; the second reads every clock
    as if it had gone on. Both are 0 where the case has not started.

    Args:
        natural: natural time instead of working time.
    """
    if times.runs_through:
        return _plain(times, calendars, as_of, natural=natural)
    spent, so_far = np.zeros(len(times.start), dtype=np.int64), np.zeros(len(times.start), dtype=np.int64)
    for rows, calendar in _by_calendar(times, calendars):
        pauses, start = _of_rows(times.held, rows), times.start[rows]
        for counted, stop in ((spent, times.stop[rows]), (so_far, np.full(len(rows), NULL, dtype=np.int64))):
            part = elapsed(calendar, start, stop, as_of=as_of, pauses=pauses)
            counted[rows] = part.natural if natural else part.working
    return np.where(times.started, spent, 0), np.where(times.started, so_far, 0)


def due_moments(times: Times, calendars: CalendarSet, limits: Int64, as_of: int, *, natural: bool) -> Int64:
    """When a limit of each case falls due, in seconds since 1970-01-01; ``as_of`` where it has not started."""
    due = limits_due(times, calendars, limits, as_of, natural=natural).moment
    return np.where(times.started, due, as_of)


def limits_due(times: Times, calendars: CalendarSet, limits: Int64, as_of: int, *, natural: bool) -> Due:
    """When a limit of each case, in seconds, falls due, and whether a pause holds it."""
    moment, held = np.full(len(times.start), NULL, dtype=np.int64), np.zeros(len(times.start), dtype=np.bool_)
    for rows, calendar in _by_calendar(times, calendars):
        part = due(
            None if natural else calendar,
            times.start[rows],
            limits[rows],
            as_of=as_of,
            pauses=_of_rows(times.held, rows),
        )
        moment[rows], held[rows] = part.moment, part.held
    return Due(moment, held)


def _plain(times: Times, calendars: CalendarSet, as_of: int, *, natural: bool) -> tuple[Int64, Int64]:
    """The short way where nothing pauses and nobody moves: one prefix sum at either end."""
    begin = np.where(times.started, times.start, as_of)
    end = np.where(times.closed, np.maximum(times.stop, begin), as_of)
    if natural:
        return end - begin, as_of - begin
    spent, so_far = np.empty(len(begin), dtype=np.int64), np.empty(len(begin), dtype=np.int64)
    for rows, calendar in calendars.row_groups(times.unit, times.units):
        begun = cumulative_working_seconds(calendar, begin[rows])
        spent[rows] = cumulative_working_seconds(calendar, end[rows]) - begun
        so_far[rows] = cumulative_working_seconds(calendar, np.full(1, as_of, dtype=np.int64)) - begun
    return spent, so_far


def _by_calendar(times: Times, calendars: CalendarSet) -> list[tuple[Int64, WorkCalendar | Assigned]]:
    """Rows that share a calendar, or all of them with who counts for whom from when on."""
    every = np.arange(len(times.start))
    if times.moves is not None:
        return [(every, times.moves)]
    return [(every[rows], calendar) for rows, calendar in calendars.row_groups(times.unit, times.units)]


def _of_rows(pauses: Intervals, rows: Int64) -> Intervals:
    """The pauses of some rows, numbered as these rows are."""
    if not len(pauses.row):
        return pauses
    position = np.searchsorted(rows, pauses.row)
    inside = (position < len(rows)) & (rows[np.minimum(position, len(rows) - 1)] == pauses.row)
    return Intervals(position[inside], pauses.begin[inside], pauses.end[inside])


@dataclass(frozen=True, kw_only=True)
class Told:
    """Entries of status histories, ``(k,)`` each, in the order of case, moment, status."""

    row: Int64
    moment: Int64
    status: Int64
    labels: tuple[str, ...]
    unit: tuple[str, ...]


def _told(batch: Batch, status: StatusClock) -> Told:
    index, histories = batch.codes(HISTORY)
    parsed = [parse_history(text) for text in histories]
    sizes = np.asarray([len(entries) for entries in parsed], dtype=np.int64)
    row = np.repeat(np.arange(batch.rows), sizes[index]) if len(sizes) else np.zeros(0, dtype=np.int64)
    entries = [entry for number in index for entry in parsed[number]]
    labels = tuple(dict.fromkeys(("", *status.effects, *(entry[1] for entry in entries))))
    number_of = {label: number for number, label in enumerate(labels)}
    return Told(
        row=row,
        moment=np.asarray([entry[0] for entry in entries], dtype=np.int64),
        status=np.asarray([number_of[entry[1]] for entry in entries], dtype=np.int64),
        labels=labels,
        unit=tuple(entry[2] for entry in entries),
    )


def parse_history(text: str) -> list[tuple[int, str, str]]:
    """Moment, status and unit of each entry, in the order of moment and status.

    >>> parse_history("2026-01-05 08:30:00waiting\\x1eD1")
    [(1767601800, 'waiting', 'D1')]
    """
    entries = []
    for entry in text.split(_BETWEEN) if text else ():
        status, _, unit = entry[_MOMENT:].partition(_UNIT)
        moment = dt.datetime.fromisoformat(entry[:_MOMENT]).replace(tzinfo=dt.UTC)
        entries.append((int(moment.timestamp()), status, unit))
    return sorted(entries)


def _moves(
    history: Told, unit: npt.NDArray[np.int32], *, units: tuple[str, ...], calendars: CalendarSet, as_of: int
) -> Assigned | None:
    """Whose hours count from when on; ``None`` where all units share one calendar, or nobody moved.

    Before its first move a case is with the unit that its first entry names, otherwise with the unit of its record.
    """
    named = [index for index, label in enumerate(history.unit) if label and history.moment[index] <= as_of]
    if not named or not calendars.units:
        return None
    unit_of = {int(row): units[unit[row]] for row in range(len(unit))}
    first: dict[int, str] = {}
    for index in named:
        first.setdefault(int(history.row[index]), history.unit[index])
    steps = [(row, int(NULL), first.get(row, label)) for row, label in unit_of.items()]
    steps += [(int(history.row[index]), int(history.moment[index]), history.unit[index]) for index in named]
    distinct = list({id(calendar): calendar for calendar in (calendars.of(label) for _, _, label in steps)}.values())
    number_of = {id(calendar): number for number, calendar in enumerate(distinct)}
    table = np.asarray(
        [(row, since, number_of[id(calendars.of(label))]) for row, since, label in steps], dtype=np.int64
    ).reshape(-1, 3)
    return Assigned(tuple(distinct), table[:, 0], table[:, 1], table[:, 2])
