"""The ledger of one case: every stretch from start to stop with the reason why it counts or does not.

The counted seconds add up to the figure of :func:`svcqa.clock.pauses.elapsed`, all seconds to the natural time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from svcqa.catalogue import Language, text
from svcqa.clock.calendar import SECONDS_A_DAY, WorkCalendar
from svcqa.entities.settings import DayKind

if TYPE_CHECKING:
    import pandas as pd

Span = tuple[dt.datetime, dt.datetime | None]
"""From when to when; ``None`` where it lasts."""


class Reason(StrEnum):
    """Why a stretch counts or does not; of several the first in this order is named.

    What lies after an agreed moment is late and counts; what lies ahead of it counts backwards.
    """

    AFTER_AS_OF = "after_as_of"
    EXCLUDED = "excluded"
    CLOSED = "closed"
    PAUSED = "paused"
    COUNTED = "counted"
    LATE = "late"
    AHEAD = "ahead"
    BETWEEN_SHIFTS = "between_shifts"
    OUTSIDE_HOURS = "outside_hours"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    DAY_OFF = "day_off"


_COUNTS: Final = {Reason.COUNTED: 1, Reason.LATE: 1, Reason.AHEAD: -1}


@dataclass(frozen=True)
class Entry:
    """One stretch.

    Attributes:
        provisional: whether it lies on a day that nobody has announced.
    """

    begin: dt.datetime
    end: dt.datetime
    reason: Reason
    provisional: bool

    @property
    def seconds(self) -> int:
        """Its natural seconds."""
        return round((self.end - self.begin).total_seconds())

    @property
    def counted(self) -> int:
        """Its seconds that count; negative ahead of an agreed moment."""
        return self.seconds * _COUNTS.get(self.reason, 0)


@dataclass(frozen=True)
class Ledger:
    """The stretches of one case in their order, each beginning where the one before it ends."""

    entries: tuple[Entry, ...]
    seconds_a_day: int

    @property
    def counted(self) -> int:
        """Working seconds net of everything that does not count: the figure."""
        return sum(entry.counted for entry in self.entries)

    @property
    def seconds(self) -> int:
        """Natural seconds from start to stop; what lies after ``as_of`` has not happened yet."""
        return sum(entry.seconds for entry in self.entries if entry.reason is not Reason.AFTER_AS_OF)

    @property
    def provisional(self) -> bool:
        """Whether any stretch lies on a day that nobody has announced."""
        return any(entry.provisional for entry in self.entries)

    def frame(self, language: Language = "en") -> pd.DataFrame:
        """One row a stretch, in words, and the sum below."""
        import pandas as pd

        def t(key: str) -> str:
            return text(f"calendar.{key}", language)

        names = [t(f"ledger_{key}") for key in ("from", "to", "reason", "natural", "counted", "note")]
        note = t("status_provisional")
        rows: list[tuple[object, ...]] = [
            (
                f"{entry.begin:%Y-%m-%d %H:%M:%S}",
                f"{entry.end:%Y-%m-%d %H:%M:%S}",
                t(f"reason_{entry.reason}"),
                duration(entry.seconds),
                duration(entry.counted),
                note if entry.provisional else "",
            )
            for entry in self.entries
        ]
        total = (
            "",
            "",
            t("ledger_total"),
            duration(self.seconds),
            duration(self.counted),
            note if self.provisional else "",
        )
        return pd.DataFrame([*rows, total], columns=names)


def duration(seconds: int) -> str:
    """Hours, minutes and seconds.

    >>> duration(90_061), duration(-60)
    ('25:01:01', '-0:01:00')
    """
    size = abs(seconds)
    return f"{'-' if seconds < 0 else ''}{size // 3600}:{size // 60 % 60:02d}:{size % 60:02d}"


def ledger(
    calendar: WorkCalendar | None,
    start: dt.datetime,
    stop: dt.datetime | None,
    *,
    as_of: dt.datetime,
    pauses: Sequence[Span] = (),
    closed: Sequence[Span] = (),
    excluded: Sequence[Span] = (),
    moves: Sequence[tuple[dt.datetime, WorkCalendar]] = (),
) -> Ledger:
    """The ledger of a case from ``start`` to ``stop``, or to ``as_of`` where it is open.

    Args:
        calendar: whose hours count; ``None`` where natural time does, all but what is held.
        as_of: pauses and moves after it are not known; a stop after it is shown as ahead.
        pauses, closed, excluded: stretches that do not count, and why.
        moves: when the case went to a unit with another calendar, and that calendar.
    """
    end = max(as_of if stop is None else stop, start)
    now = max(as_of, start)
    spans = {Reason.EXCLUDED: excluded, Reason.CLOSED: closed, Reason.PAUSED: pauses}
    known = {reason: [_known(span, as_of) for span in items if span[0] < as_of] for reason, items in spans.items()}
    moved = sorted((move for move in moves if move[0] <= as_of), key=lambda move: move[0]) if calendar else []
    calendars = [item for item in (calendar, *(item for _, item in moved)) if item is not None]
    cuts = {start, end, now, *(moment for moment, _ in moved)}
    cuts |= {moment for items in known.values() for span in items for moment in span}
    for item in calendars:
        cuts |= set(_edges(item, start, end))
    inside = sorted(cut for cut in cuts if start <= cut <= end)
    a_day = calendar.seconds_a_day if calendar is not None else SECONDS_A_DAY
    return Ledger(_joined(_entries(inside, calendar, moves=moved, known=known, as_of=now)), a_day)


def appointed(agreed: dt.datetime, done: dt.datetime | None, *, as_of: dt.datetime) -> Ledger:
    """The ledger of a case that is held against an agreed moment: how late it was, or how far ahead.

    Where it has not been done by ``as_of``, ``as_of`` stands for it.
    """
    moment = done if done is not None and done <= as_of else as_of
    begin, end = sorted((agreed, moment))
    reason = Reason.LATE if agreed <= moment else Reason.AHEAD
    return Ledger((Entry(begin, end, reason, False),) if begin < end else (), SECONDS_A_DAY)


def _known(span: Span, as_of: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    begin, end = span
    return begin, as_of if end is None or end > as_of else end


def _entries(
    cuts: Sequence[dt.datetime],
    calendar: WorkCalendar | None,
    *,
    moves: Sequence[tuple[dt.datetime, WorkCalendar]],
    known: dict[Reason, list[tuple[dt.datetime, dt.datetime]]],
    as_of: dt.datetime,
) -> Iterator[Entry]:
    for begin, end in pairwise(cuts):
        assigned = [item for moment, item in moves if moment <= begin]
        in_force = assigned[-1] if assigned else calendar
        held = next((reason for reason, spans in known.items() if any(a <= begin < b for a, b in spans)), None)
        plain = Reason.COUNTED if in_force is None else _reason(in_force, begin)
        reason = Reason.AFTER_AS_OF if begin >= as_of else held or plain
        yield Entry(begin, end, reason, in_force is not None and in_force.is_provisional(begin.date()))


def _joined(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Neighbours of one reason as one; what is provisional stays apart."""
    joined: list[Entry] = []
    for entry in entries:
        if joined and (joined[-1].reason, joined[-1].provisional) == (entry.reason, entry.provisional):
            entry = Entry(joined.pop().begin, entry.end, entry.reason, entry.provisional)
        joined.append(entry)
    return tuple(joined)


def _shifts(calendar: WorkCalendar, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    """The shifts that began on ``day``."""
    midnight = dt.datetime.combine(day, dt.time())
    second = dt.timedelta(seconds=1)
    return [(midnight + start * second, midnight + stop * second) for start, stop in calendar.shifts_of(day)]


def _edges(calendar: WorkCalendar, start: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """Midnights and ends of shifts that can lie between ``start`` and ``end``."""
    for number in range(-1, (end.date() - start.date()).days + 1):
        day = start.date() + dt.timedelta(days=number)
        yield dt.datetime.combine(day, dt.time())
        for shift in _shifts(calendar, day):
            yield from shift


_OF_KIND: dict[DayKind, Reason] = {
    "weekend": Reason.WEEKEND,
    "holiday": Reason.HOLIDAY,
    "override": Reason.DAY_OFF,
}


def _reason(calendar: WorkCalendar, moment: dt.datetime) -> Reason:
    """Why a stretch that begins at ``moment`` counts or not, as far as the calendar knows."""
    day = moment.date()
    today, before = _shifts(calendar, day), _shifts(calendar, day - dt.timedelta(days=1))
    if any(begin <= moment < end for begin, end in (*before, *today)):
        return Reason.COUNTED
    if not today:
        return _OF_KIND.get(calendar.kind_of(day), Reason.OUTSIDE_HOURS)
    between = today[0][0] <= moment < today[-1][1]
    return Reason.BETWEEN_SHIFTS if between else Reason.OUTSIDE_HOURS
