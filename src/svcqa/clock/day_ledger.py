"""The ledger of a case whose working days are counted: one line a day, the number of the last one is the figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from svcqa.catalogue import Language, text
from svcqa.clock.calendar import FIRST, SECONDS_A_DAY, WorkCalendar
from svcqa.clock.counting import CountingRule, FirstDay, due_moment_of_days, first_moment
from svcqa.clock.elapsed import service_days
from svcqa.entities.settings import DayKind

if TYPE_CHECKING:
    import pandas as pd

_EPOCH: Final = dt.datetime(1970, 1, 1)
_SECOND: Final = dt.timedelta(seconds=1)
_ONE_DAY: Final = dt.timedelta(days=1)
_LONGEST_REST: Final = 400
"""Days after which no further working day is looked for."""


class DayReason(StrEnum):
    """Why a day counts or does not."""

    RECEIPT = "receipt"
    WORKDAY = "workday"
    MAKEUP = "makeup"
    OWN_WORKDAY = "own_workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    DAY_OFF = "day_off"
    NO_HOURS = "no_hours"


_WORKED: Final[dict[DayKind, DayReason]] = {"makeup": DayReason.MAKEUP, "override": DayReason.OWN_WORKDAY}
_OFF: Final[dict[DayKind, DayReason]] = {
    "weekend": DayReason.WEEKEND,
    "holiday": DayReason.HOLIDAY,
    "override": DayReason.DAY_OFF,
}


@dataclass(frozen=True, kw_only=True)
class DayEntry:
    """One day.

    Attributes:
        number: which working day it is; ``None`` where it does not count.
        until: the last second that keeps a limit of ``number`` days.
        over: whether that was over by the stop, or by the moment of looking.
        provisional: whether nobody has announced the day.
    """

    day: dt.date
    number: int | None
    reason: DayReason
    until: dt.datetime | None
    over: bool
    provisional: bool


@dataclass(frozen=True)
class DayLedger:
    """The days of one case in their order."""

    entries: tuple[DayEntry, ...]
    closed: bool

    @property
    def counted(self) -> int:
        """The number of the day on which the case was closed, or how many of its days are over."""
        chosen = [entry.number for entry in self.entries if entry.number is not None and (self.closed or entry.over)]
        return max(chosen, default=0)

    @property
    def provisional(self) -> bool:
        """Whether nobody has announced one of the days."""
        return any(entry.provisional for entry in self.entries)

    def frame(self, language: Language = "en") -> pd.DataFrame:
        """One row a day, in words, and the figure below."""
        import pandas as pd

        def t(key: str) -> str:
            return text(f"calendar.{key}", language)

        names = [t(f"ledger_{key}") for key in ("day", "weekday", "number", "day_reason", "until", "note")]
        rows = [
            (
                f"{entry.day}",
                t(_WEEKDAYS[entry.day.weekday()]),
                "" if entry.number is None else str(entry.number),
                t(f"day_{entry.reason}"),
                "" if entry.until is None else f"{entry.until:%Y-%m-%d %H:%M:%S}",
                t("status_provisional") if entry.provisional else "",
            )
            for entry in self.entries
        ]
        total = t("ledger_last_day" if self.closed else "ledger_days_over")
        return pd.DataFrame([*rows, (total, "", str(self.counted), "", "", "")], columns=names)


_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def day_ledger(
    calendar: WorkCalendar, start: dt.datetime, stop: dt.datetime | None, *, as_of: dt.datetime, rule: CountingRule
) -> DayLedger:
    """The days from ``start`` to the first that ``stop`` keeps, or to that of ``as_of`` where the case is open.

    A stop after the end of one day, or on a day that is not worked, belongs to the next day that is.
    """
    closed = stop is not None and stop <= as_of
    end = max(stop, start) if stop is not None and closed else max(as_of, start)
    entries: list[DayEntry] = []
    for entry in _days(calendar, start, rule):
        over = entry.until is not None and (entry.until < end if closed else entry.until <= end)
        entries.append(replace(entry, over=over))
        left = (entry.day - start.date()).days > _LONGEST_REST + (end - start).days
        reached = entry.day >= _service_day(calendar, end)
        if left or (reached and (not closed or _kept(entry, over, entries))):
            break
    return DayLedger(tuple(entries), closed)


def _kept(entry: DayEntry, over: bool, entries: list[DayEntry]) -> bool:
    """Whether the stop belongs to ``entry``: a counted day not over by then, or the day of receipt itself."""
    if entry.number is not None:
        return not over
    return entry.reason is DayReason.RECEIPT or all(other.reason is DayReason.RECEIPT for other in entries)


def _days(calendar: WorkCalendar, start: dt.datetime, rule: CountingRule) -> Iterator[DayEntry]:
    """Every day from that of ``start`` on."""
    begun = _EPOCH + int(first_moment(calendar, _seconds(start), rule=rule)[0]) * _SECOND
    first, number = _service_day(calendar, begun), 0
    day = min(_service_day(calendar, start), first)
    while True:
        worked = calendar.is_working(day)
        waits = day < first or (day == first and rule.first is FirstDay.NEXT_DAY)
        provisional = calendar.is_provisional(day)
        if waits:
            yield DayEntry(
                day=day, number=None, reason=DayReason.RECEIPT, until=None, over=False, provisional=provisional
            )
        elif worked:
            number += 1
            due = int(due_moment_of_days(calendar, _seconds(start), number, rule=rule)[0])
            reason = _WORKED.get(calendar.kind_of(day), DayReason.WORKDAY)
            yield DayEntry(
                day=day, number=number, reason=reason, until=_EPOCH + due * _SECOND, over=False, provisional=provisional
            )
        else:
            reason = _OFF.get(calendar.kind_of(day), DayReason.NO_HOURS)
            yield DayEntry(day=day, number=None, reason=reason, until=None, over=False, provisional=provisional)
        day += _ONE_DAY


def _seconds(moment: dt.datetime) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.asarray([(moment - _EPOCH) // _SECOND], dtype=np.int64)


def _service_day(calendar: WorkCalendar, moment: dt.datetime) -> dt.date:
    """The day that ``moment`` counts for: what is left of a night shift counts for the day it began."""
    number = int(service_days(calendar, _seconds(moment))[0]) + FIRST
    return (_EPOCH + number * SECONDS_A_DAY * _SECOND).date()
