"""What a metric says of itself, and under what circumstances a figure is asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from svcqa.clock.calendar import WorkCalendar
from svcqa.clock.calendar_set import CalendarSet
from svcqa.entities.base import Text
from svcqa.entities.organisation import Organisation
from svcqa.periods import Period, PeriodRule

Shape = Literal["record", "series", "survey"]


@dataclass(frozen=True, kw_only=True)
class MetricSpec:
    """What a metric says of itself.

    Attributes:
        name: the name it is asked for by.
        label: in three languages.
        unit: unit of the value, such as ``share``.
        better: which direction is good.
        shape: how it is driven.
        additive: whether summaries of parts add up to that of the whole.
        formula: the formula in words.
        reference: where the formula comes from.
        version: part of the key of cached summaries; raise it when the kernel changes.
    """

    name: str
    label: Text
    unit: str
    better: Literal["higher", "lower", "neutral"]
    formula: Text
    reference: str
    shape: Shape = "record"
    additive: bool = True
    version: str = "1"


@dataclass(frozen=True, kw_only=True)
class Context:
    """Under what circumstances a figure is asked for. Moments are naive local time of the company.

    Attributes:
        as_of: events after this moment are masked.
        period: the period asked for.
        by: what to group by: levels of the organisation, lengths of period, columns of codes.
        cumulative: whether each period counts from the first day of its year.
        unit: only this unit and what is below it.
        level: coverage of the intervals.
        known_at: only what had been read by this moment (UTC).
        tree_on: on the organisation of this day; of the end of the period where absent.
    """

    as_of: dt.datetime
    period: Period
    calendars: CalendarSet
    organisation: Organisation
    period_rule: PeriodRule = field(default_factory=PeriodRule)
    by: tuple[str, ...] = ()
    cumulative: bool = False
    unit: str | None = None
    level: float = 0.95
    known_at: dt.datetime | None = None
    tree_on: dt.date | None = None

    @property
    def calendar(self) -> WorkCalendar:
        """The company's calendar."""
        return self.calendars.company

    @property
    def as_of_seconds(self) -> int:
        """``as_of`` in seconds since 1970-01-01, local."""
        return int(np.datetime64(self.as_of, "s").astype(np.int64))
