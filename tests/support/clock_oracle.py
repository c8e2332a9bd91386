"""A clock that looks at every single second, for tests: which are worked is painted day by day on a long strip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from svcqa.clock.calendar import WorkCalendar, build_calendar
from svcqa.clock.intervals import NULL, Intervals
from svcqa.entities.settings import Calendar

DAY = 86_400
FIRST = dt.date(2026, 3, 2)
DAYS = 8
BEGIN = (FIRST - dt.date(1970, 1, 1)).days * DAY
END = BEGIN + DAYS * DAY
"""The strip: Monday 2 March 2026 to Monday 9 March. Nothing is worked on the days before and behind it."""

Plan = Sequence[Sequence[tuple[int, int]]]
"""Shifts of each day on the strip, in seconds after its midnight."""


@st.composite
def days_shifts(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Shifts of one day: none, a few, the last perhaps over midnight, or the whole day."""
    if draw(st.integers(0, 9)) == 0:
        return [(0, DAY)]
    ends = sorted(draw(st.lists(st.integers(0, DAY - 1), max_size=6, unique=True)))
    shifts = list(zip(ends[::2], ends[1::2], strict=False))
    if shifts and draw(st.booleans()):
        shifts[-1] = (shifts[-1][0], draw(st.integers(DAY, DAY + shifts[0][0])))
    return shifts


PLANS = st.lists(days_shifts(), min_size=DAYS, max_size=DAYS)
MOMENTS = st.integers(BEGIN - DAY, END + DAY)


def calendar_of(plan: Plan) -> WorkCalendar:
    """A calendar whose days on the strip are those of ``plan``, through the settings of a company."""
    rest = [FIRST + dt.timedelta(days=n) for n in (*range(-40, 0), *range(DAYS, DAYS + 40))]
    overrides: list[Mapping[str, Any]] = [{"day": day, "working": False, "reason": "rest"} for day in rest]
    for number, shifts in enumerate(plan):
        day = FIRST + dt.timedelta(days=number)
        own = {"shifts": shifts} if shifts else {}
        overrides.append({"day": day, "working": bool(shifts), "reason": "plan", **own})
    return build_calendar(Calendar.model_validate({"source": "weekdays", "overrides": overrides}))


def worked(plan: Plan) -> Any:
    """Whether each second from a day before the strip to two days behind it is worked."""
    strip = np.zeros((DAYS + 4) * DAY, dtype=np.bool_)
    for number, shifts in enumerate(plan):
        for start, stop in shifts:
            strip[(number + 1) * DAY + start : (number + 1) * DAY + stop] = True
    return strip


def place(moment: int) -> int:
    """Where ``moment`` lies on the painted strip."""
    return moment - BEGIN + DAY


def unpaused(pauses: Sequence[tuple[int, int]], as_of: int) -> Any:
    """Whether each second lies in no pause known at ``as_of``; an end of ``NULL`` is open."""
    strip = np.ones((DAYS + 4) * DAY, dtype=np.bool_)
    for begin, end in pauses:
        stop = as_of if end in (NULL,) or end > as_of else end
        if begin < as_of:
            strip[max(place(begin), 0) : max(place(stop), 0)] = False
    return strip


@st.composite
def pause_lists(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Pauses in no order, overlapping, over before the start, begun after the stop, some still open."""
    found = []
    for begin, length in draw(st.lists(st.tuples(MOMENTS, st.integers(0, 3 * DAY)), max_size=5)):
        found.append((begin, NULL if draw(st.integers(0, 4)) == 0 else min(begin + length, END + DAY)))
    return found


def intervals(lists: Sequence[Sequence[tuple[int, int]]]) -> Intervals:
    """The pauses of several cases, each list one case."""
    return Intervals.of((row, begin, end) for row, pauses in enumerate(lists) for begin, end in pauses)
