"""What amounts are shares of: customers or posts, by unit and month, times time."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

from svcqa.engine.summary import Summary
from svcqa.entities.organisation import Unit
from svcqa.metrics.context import Context
from svcqa.metrics.grouping import EPOCH, day_number
from svcqa.periods import Period, PeriodKind


@dataclass(frozen=True)
class Amount:
    """An amount and whether a count of it had to be carried forward from an earlier month."""

    value: int
    carried: bool = False


class Base(Protocol):
    """Answers for the units that it has counts of."""

    units: tuple[str, ...]

    def seconds(self, unit: str, first: dt.date, end: dt.datetime) -> Amount | None:
        """Count × seconds from the beginning of ``first`` to ``end``; ``None`` where no count is known."""


def base_units(base: Base, shown: str, context: Context) -> tuple[str, ...]:
    """The units whose counts make up the base of ``shown``: those below it, else the nearest one above it.

    Where a unit and its parts both have counts, the unit's own count stands for all of them.
    """
    tree, day = context.organisation, context.period.last
    below = [unit for unit in base.units if tree.within(tree.current(unit, day), shown)]
    if below:
        return tuple(unit for unit in below if not any(other != unit and tree.within(unit, other) for other in below))
    above = (unit.code for unit in reversed(tree.path(shown)) if unit.code in base.units)
    return tuple(list(above)[:1])


def base_seconds(base: Base, shown: str, *, first: dt.date, end: dt.datetime, context: Context) -> Amount | None:
    """The base of ``shown`` from ``first`` to ``end``."""
    parts = [base.seconds(unit, first, end) for unit in base_units(base, shown, context)]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    return Amount(sum(part.value for part in known), any(part.carried for part in known))


COUNTED_KIND: Final = "counted_kind"
"""The key under which a summary keeps the kind of customers that a count is of."""
KIND_OF_COUNT: Final = "COALESCE(CAST(customer_counts.customer_kind AS VARCHAR(200)), '')"
"""What a query fills it with; by the name of its table, because records too can have a column of that name."""


class MonthlyCounts:
    """Counts by unit, month and kind of customer.

    A kind that a month does not name takes its count of the month before, as long as the unit exists. A count of no
    kind is one of all: it replaces the kinds of the months before, and they replace it.
    """

    def __init__(self, summary: Summary, cells: Any, context: Context) -> None:
        self._context = context
        self._counts: dict[str, dict[str, dict[int, int]]] = {}
        units, kinds = summary.labels["unit"], summary.labels[COUNTED_KIND]
        for cell in np.flatnonzero(cells):
            unit, kind = units[int(summary.codes["unit"][cell])], kinds[int(summary.codes[COUNTED_KIND][cell])]
            months = self._counts.setdefault(unit, {}).setdefault(kind, {})
            day = int(summary.day[cell])
            months[day] = months.get(day, 0) + int(summary.value[cell] * summary.weight[cell])
        self._days = {
            unit: sorted({day for value in of_kinds.values() for day in value})
            for unit, of_kinds in self._counts.items()
        }
        self.units = tuple(sorted(self._counts))

    def at(self, unit: str, month: Period) -> Amount | None:
        """The count of ``month``."""
        first = day_number(month.first)
        index = bisect_right(self._days[unit], first) - 1
        about = self._context.organisation.unit(unit)
        if index < 0:
            not_yet = about.valid_from is not None and about.valid_from > month.last
            return Amount(0) if not_yet else None
        latest = self._days[unit][index]
        closed = about.valid_to is not None and about.valid_to < month.last
        total, carried = 0, False
        for kind in self._kinds_at(unit, latest):
            months = self._counts[unit][kind]
            counted_on = max(day for day in months if day <= latest)
            if counted_on != first and closed:
                continue  # a closed unit's customers are counted at its successor
            total, carried = total + months[counted_on], carried or counted_on != first
        return Amount(total, carried)

    def _kinds_at(self, unit: str, day: int) -> list[str]:
        """The kinds that make up the count of the month that begins on ``day``, in which some kind is counted."""
        of_kinds = self._counts[unit]
        now = [kind for kind, months in of_kinds.items() if day in months]
        if now == [""]:
            return now
        return [kind for kind, months in of_kinds.items() if day in months or (kind and min(months) <= day)]

    def seconds(self, unit: str, first: dt.date, end: dt.datetime) -> Amount | None:
        """Count × seconds, month by month."""
        total, carried = 0, False
        for month, seconds in _months(first, end, self._context):
            count = self.at(unit, month)
            if count is None:
                return None
            total, carried = total + count.value * seconds, carried or count.carried
        return Amount(total, carried)


class Posts:
    """A fixed number of posts per unit, as long as the unit exists."""

    def __init__(self, posts: Mapping[str, int], context: Context) -> None:
        self._posts, self._context = dict(posts), context
        self.units = tuple(sorted(self._posts))

    def seconds(self, unit: str, first: dt.date, end: dt.datetime) -> Amount:
        """Posts × seconds."""
        about = self._context.organisation.unit(unit)
        opened, closed = existence(about)
        begin, until = max(_midnight(first), opened), min(end, closed)
        return Amount(self._posts[unit] * max(0, int((until - begin).total_seconds())))


def existence(unit: Unit) -> tuple[dt.datetime, dt.datetime]:
    """The moments from which and up to which a unit exists."""
    opened = dt.datetime.min if unit.valid_from is None else _midnight(unit.valid_from)
    closed = dt.datetime.max if unit.valid_to is None else _midnight(unit.valid_to + dt.timedelta(days=1))
    return opened, closed


def _months(first: dt.date, end: dt.datetime, context: Context) -> Iterator[tuple[Period, int]]:
    """Each statistical month that the stretch touches, with the seconds of it inside the stretch."""
    month = context.period_rule.containing(first, PeriodKind.MONTH)
    while _midnight(month.first) < end:
        inside = min(end, month.end) - max(_midnight(first), _midnight(month.first))
        yield month, int(inside.total_seconds())
        month = context.period_rule.following(month)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


def first_day_of_months(months: Any, context: Context) -> Any:
    """Days since 1970-01-01 on which the statistical months begin that are named by calendar months, ``(n,)``."""
    labels, month_index = np.unique(months.astype("datetime64[s]").astype("datetime64[M]"), return_inverse=True)
    days = [day_number(context.period_rule.parse(str(label)).first) for label in labels]
    return np.asarray(days, dtype=np.int64)[month_index] if len(days) else np.zeros(len(months), dtype=np.int64)


def moment_of(day: int) -> dt.date:
    """The date of a day since 1970-01-01."""
    return EPOCH + dt.timedelta(days=day)
