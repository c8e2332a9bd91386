"""Weeks, months, statistical months, quarters, halves and years.

A company may close its statistical month on another day than the last (26th to 25th). ``PeriodRule`` holds that
choice; quarters, halves and years are then made of statistical months.

>>> rule = PeriodRule()
>>> half = rule.parse("2026H1")
>>> half.first.isoformat(), half.last.isoformat()
('2026-01-01', '2026-06-30')
>>> [month.label for month in rule.months(half)][:2]
['2026-01', '2026-02']
>>> PeriodRule(month_closes_on=25).parse("2026-01").first.isoformat()
'2025-12-26'
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from svcqa.errors import Fault, PeriodError, WorkspaceError


class PeriodKind(StrEnum):
    """The lengths a figure can be asked for."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    RANGE = "range"
    """Several whole months, ``2016-04..2019-03``."""


_MONTHS_IN = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}
_PATTERNS = (
    (PeriodKind.WEEK, re.compile(r"(\d{4})-?W(\d{1,2})")),
    (PeriodKind.MONTH, re.compile(r"(\d{4})[-年/](\d{1,2})月?")),
    (PeriodKind.QUARTER, re.compile(r"(\d{4})-?Q([1-4])")),
    (PeriodKind.HALF, re.compile(r"(\d{4})-?H([12])")),
    (PeriodKind.YEAR, re.compile(r"(\d{4})年?()")),
)
_ALLOWED = "2026-W23, 2026-06, 2026Q2, 2026H1, 2026, 2025-07..2026-06"
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, order=True, kw_only=True)
class Period:
    """A stretch of whole days, ``first`` and ``last`` included."""

    first: dt.date
    last: dt.date
    kind: PeriodKind
    year: int
    number: int
    statistical: bool = False

    @property
    def label(self) -> str:
        """``2026-W23``, ``2026-06``, ``2026Q2``, ``2026H1`` or ``2026``."""
        return {
            PeriodKind.WEEK: f"{self.year}-W{self.number:02d}",
            PeriodKind.MONTH: f"{self.year}-{self.number:02d}",
            PeriodKind.QUARTER: f"{self.year}Q{self.number}",
            PeriodKind.HALF: f"{self.year}H{self.number}",
            PeriodKind.YEAR: f"{self.year}",
            PeriodKind.RANGE: f"{self.first + 14 * _DAY:%Y-%m}..{self.last:%Y-%m}",
        }[self.kind]

    @property
    def end(self) -> dt.datetime:
        """The moment just after the period: midnight after ``last``."""
        return dt.datetime.combine(self.last + _DAY, dt.time())

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class PeriodRule:
    """How a company cuts its year. ``month_closes_on=25`` makes months run from the 26th to the 25th."""

    month_closes_on: int | None = None

    def __post_init__(self) -> None:
        if self.month_closes_on is not None and not 1 <= self.month_closes_on <= 27:
            raise PeriodError(Fault("month_closes_on", got=str(self.month_closes_on), allowed="1 … 27"))

    def parse(self, label: str) -> Period:
        """Read a label.

        Raises:
            PeriodError: the label has none of the known forms.
        """
        cleaned = label.strip().upper().replace("上半年", "H1").replace("下半年", "H2")
        if cleaned.count("..") == 1:
            begin, _, end = cleaned.partition("..")
            try:
                return self._range(self.parse(begin), self.parse(end), label)
            except PeriodError as error:
                raise PeriodError(Fault("period", got=repr(label), allowed=_ALLOWED)) from error
        for kind, pattern in _PATTERNS:
            match = pattern.fullmatch(cleaned)
            if match:
                year, number = int(match[1]), int(match[2] or 1)
                try:
                    return self._make(kind, year, number)
                except ValueError:
                    break
        raise PeriodError(Fault("period", got=repr(label), allowed=_ALLOWED))

    def _range(self, begin: Period, end: Period, label: str) -> Period:
        """Whole months only: a range of weeks would be shown as months that it does not fill."""
        if end.last < begin.first or PeriodKind.WEEK in (begin.kind, end.kind):
            raise PeriodError(Fault("period", got=repr(label), allowed=_ALLOWED))
        return Period(
            first=begin.first,
            last=end.last,
            kind=PeriodKind.RANGE,
            year=end.year,
            number=end.number,
            statistical=begin.statistical,
        )

    def _month_ends(self, year: int, month: int) -> dt.date:
        if self.month_closes_on:
            return dt.date(year, month, self.month_closes_on)
        following = dt.date(year + month // 12, month % 12 + 1, 1)
        return following - _DAY

    def _make(self, kind: PeriodKind, year: int, number: int) -> Period:
        if kind is PeriodKind.WEEK:
            monday = dt.date.fromisocalendar(year, number, 1)
            return Period(first=monday, last=monday + 6 * _DAY, kind=kind, year=year, number=number)
        span = _MONTHS_IN[kind]
        if not 1 <= number <= 12 // span:
            raise ValueError(number)
        last_month, first_month = number * span, (number - 1) * span + 1
        before = (year - 1, 12) if first_month == 1 else (year, first_month - 1)
        first = self._month_ends(*before) + _DAY
        last = self._month_ends(year, last_month)
        return Period(
            first=first, last=last, kind=kind, year=year, number=number, statistical=self.month_closes_on is not None
        )

    def containing(self, day: dt.date, kind: PeriodKind) -> Period:
        """The period of ``kind`` that holds ``day``."""
        if kind is PeriodKind.WEEK:
            year, week, _ = day.isocalendar()
            return self._make(kind, year, week)
        year, month = day.year, day.month
        if day > self._month_ends(year, month):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return self._make(kind, year, (month - 1) // _MONTHS_IN[kind] + 1)

    def split(self, period: Period, kind: PeriodKind) -> list[Period]:
        """The periods of ``kind`` that begin within ``period``, in order."""
        return [
            piece
            for piece in self._from(self.containing(period.first, kind), period.last)
            if piece.first >= period.first
        ]

    def _from(self, start: Period, last: dt.date) -> Iterator[Period]:
        current = start
        while current.first <= last:
            yield current
            current = self.following(current)

    def months(self, period: Period) -> list[Period]:
        """The months of ``period``."""
        return self.split(period, PeriodKind.MONTH)

    def following(self, period: Period) -> Period:
        """The next period of the same kind."""
        return self.containing(period.last + _DAY, period.kind)

    def previous(self, period: Period) -> Period:
        """The period before, for on-previous comparison (环比); a range has as many months before it."""
        if period.kind is PeriodKind.RANGE:
            return self._shifted(period, len(self.months(period)))
        return self.containing(period.first - _DAY, period.kind)

    def year_before(self, period: Period) -> Period:
        """The same period of last year, for year-on-year comparison (同比)."""
        if period.kind is PeriodKind.RANGE:
            return self._shifted(period, 12)
        if period.kind is PeriodKind.WEEK:
            weeks = dt.date(period.year - 1, 12, 28).isocalendar()[1]
            return self._make(period.kind, period.year - 1, min(period.number, weeks))
        return self._make(period.kind, period.year - 1, period.number)

    def _shifted(self, period: Period, months: int) -> Period:
        """A range moved back by whole months."""
        ends = []
        for day in (period.first, period.last):
            month = self.containing(day, PeriodKind.MONTH)
            index = month.year * 12 + month.number - 1 - months
            ends.append(self._make(PeriodKind.MONTH, index // 12, index % 12 + 1))
        return self._range(ends[0], ends[1], period.label)

    def year_of(self, period: Period) -> Period:
        """The year ``period`` belongs to."""
        return self.containing(period.last, PeriodKind.YEAR)

    def to_date(self, period: Period) -> Period:
        """From the first day of the year to the end of ``period`` (累计); keeps the label of ``period``."""
        return Period(
            first=self.year_of(period).first,
            last=period.last,
            kind=period.kind,
            year=period.year,
            number=period.number,
            statistical=period.statistical,
        )


def read_moment(moment: dt.datetime | dt.date | str | None) -> dt.datetime | None:
    """A moment from text or a date: ``2026-07-01`` (its first moment) or ``2026-07-01 08:30:00``, local time.

    Raises:
        WorkspaceError: it cannot be read, or has a time zone.
    """
    if moment is None or isinstance(moment, dt.datetime):
        return moment
    if isinstance(moment, dt.date):
        return dt.datetime.combine(moment, dt.time())
    try:
        parsed = dt.datetime.fromisoformat(moment.strip())
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is not None:
        raise WorkspaceError(Fault("moment", got=repr(moment), allowed="2026-07-01, 2026-07-01 08:30:00"))
    return parsed


def day_of(day: dt.date | str | None) -> dt.date:
    """A day from text or a date; today where absent.

    Raises:
        WorkspaceError: it cannot be read.

    >>> day_of("2026-07-01")
    datetime.date(2026, 7, 1)
    """
    if isinstance(day, str):
        try:
            return dt.date.fromisoformat(day.strip())
        except ValueError:
            raise WorkspaceError(Fault("moment", got=repr(day), allowed="2026-07-01")) from None
    return day or dt.date.today()
