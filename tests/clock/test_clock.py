"""Working days and working time. Expected values: the package chinese_calendar day by day, brute force, and by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import chinese_calendar
import numpy as np
import pytest
from chinese_calendar.constants import holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from support.workspaces import make_workspace
from svcqa.clock.calendar import WorkCalendar, build_calendar
from svcqa.clock.elapsed import (
    due_day,
    due_day_of_working_seconds,
    working_day_number,
    working_days_over,
    working_seconds,
)
from svcqa.entities.settings import Calendar
from svcqa.errors import MetricError

EPOCH = dt.datetime(1970, 1, 1)
DAY = 86_400
CHINA = build_calendar(Calendar())
WEEKDAYS = build_calendar(Calendar(source="weekdays"))
NIGHTS_AND_SUNDAYS = build_calendar(
    Calendar.model_validate(
        {
            "shifts": [["00:00", "05:10"], ["06:00:30", "11:59:59"], ["12:00", "23:59"]],
            "overrides": [
                {"day": dt.date(2026, 1, 4) + dt.timedelta(weeks=n), "working": n % 2 == 0, "reason": "试行"}
                for n in range(20)
            ],
        }
    )
)
CALENDARS = st.sampled_from([CHINA, WEEKDAYS, NIGHTS_AND_SUNDAYS])
# round the Spring Festivals of 2025 and 2026 and the National Day of 2026, where holidays and make-up days crowd
MOMENTS = st.one_of(
    st.datetimes(dt.datetime(2025, 1, 20), dt.datetime(2025, 2, 15)),
    st.datetimes(dt.datetime(2025, 12, 28), dt.datetime(2026, 3, 5)),
    st.datetimes(dt.datetime(2026, 9, 15), dt.datetime(2026, 10, 15)),
).map(lambda moment: moment.replace(microsecond=0))


def seconds(moment: dt.datetime) -> int:
    return int((moment - EPOCH).total_seconds())


def array(*moments: dt.datetime) -> Any:
    return np.array([seconds(moment) for moment in moments], dtype=np.int64)


def day_of(number: int) -> dt.date:
    return EPOCH.date() + dt.timedelta(days=int(number))


def number_of(day: dt.date) -> int:
    return (day - EPOCH.date()).days


def works(calendar: WorkCalendar) -> Callable[[dt.date], bool]:
    """Whether a day is worked, asked of somebody else where there is one."""
    if calendar is CHINA:
        return chinese_calendar.is_workday
    if calendar is WEEKDAYS:
        return lambda day: day.weekday() < 5
    return calendar.is_working


def elapsed(calendar: WorkCalendar, start: dt.datetime, stop: dt.datetime) -> int:
    return int(working_seconds(calendar, array(start), array(stop))[0])


# --- days --------------------------------------------------------------------------------------------------------


def test_the_days_of_china_are_those_of_the_notices_day_by_day() -> None:
    years = {day.year for day in holidays}
    day, last, checked = dt.date(min(years), 1, 1), dt.date(max(years), 12, 31), 0
    while day <= last:
        assert CHINA.is_working(day) == chinese_calendar.is_workday(day), day
        day, checked = day + dt.timedelta(days=1), checked + 1
    assert checked >= 23 * 365  # 2004 to 2026


@pytest.mark.parametrize(
    ("day", "working"),
    [  # notices of the State Council on 2024, 2025 and 2026
        ("2024-02-04", True),
        ("2024-02-18", True),
        ("2024-02-16", False),
        ("2025-01-26", True),
        ("2025-02-08", True),
        ("2025-01-28", False),
        ("2025-02-04", False),
        ("2026-01-04", True),
        ("2026-02-14", True),
        ("2026-02-28", True),
        ("2026-02-16", False),
        ("2026-02-23", False),
        ("2026-06-19", False),
        ("2026-06-20", False),
        ("2026-06-22", True),
    ],
)
def test_make_up_days_are_worked_and_holidays_are_not(day: str, working: bool) -> None:
    assert CHINA.is_working(dt.date.fromisoformat(day)) is working


def test_years_nobody_has_announced_are_provisional_and_counted_by_weekday() -> None:
    last_known = dt.date(max(day.year for day in holidays), 12, 31)
    assert not CHINA.is_provisional(last_known)
    year = last_known.year + 1
    assert CHINA.is_provisional(dt.date(year, 1, 1))
    assert CHINA.is_provisional(dt.date(2003, 12, 31))
    known, unknown = (number_of(dt.date(y, 6, 1)) for y in (year - 1, year))
    assert not CHINA.provisional_between(known, number_of(last_known))
    assert CHINA.provisional_between(known, number_of(last_known) + 1)
    assert CHINA.provisional_between(number_of(dt.date(2003, 12, 31)), known)
    assert not CHINA.provisional_between(unknown, known)  # no day at all
    assert CHINA.provisional_between(unknown, 10**6)  # beyond the end of the calendar
    for number in range(365):
        day = dt.date(year, 1, 1) + dt.timedelta(days=number)
        assert CHINA.is_working(day) == (day.weekday() < 5)
    assert not WEEKDAYS.provisional.any()


def test_a_company_overrides_single_days() -> None:
    changed = build_calendar(
        Calendar.model_validate(
            {
                "overrides": [
                    {"day": "2026-06-22", "working": False, "reason": "成立纪念日"},
                    {"day": "2026-06-21", "working": True, "reason": "开放日"},
                ]
            }
        )
    )
    different = [day_of(n) for n in np.flatnonzero(changed.working != CHINA.working) + number_of_the_first_day()]
    assert different == [dt.date(2026, 6, 21), dt.date(2026, 6, 22)]
    assert changed.digest != CHINA.digest


def number_of_the_first_day() -> int:
    return seconds(dt.datetime(1999, 1, 1)) // DAY


def test_the_digest_pins_days_and_hours() -> None:
    again = build_calendar(Calendar())
    other_hours = build_calendar(Calendar.model_validate({"shifts": [["08:30", "12:00"], ["13:30", "17:31"]]}))
    assert again.digest == CHINA.digest
    assert len({CHINA.digest, WEEKDAYS.digest, other_hours.digest}) == 3
    assert CHINA.seconds_a_day == 7.5 * 3600  # 08:30–12:00 and 13:30–17:30


def test_days_beyond_the_calendar_are_refused() -> None:
    for day in (dt.date(1998, 12, 31), dt.date(2061, 1, 1)):
        with pytest.raises(MetricError, match="1999-01-01"):
            CHINA.is_working(day)


def test_the_workspace_has_the_calendar_of_its_settings(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, calendar={"source": "china", "shifts": [["09:00", "17:00"]]})
    assert workspace.calendar.seconds_a_day == 8 * 3600
    assert workspace.calendar.is_working(dt.date(2026, 2, 14))


# --- working time ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "stop", "minutes"),
    [
        # Friday before the Spring Festival; Saturday 14 February 2026 makes up for a day off
        ("2026-02-13 17:00", "2026-02-14 09:00", 60),
        # Saturday at five until the first working morning after the festival, Tuesday 24 February
        ("2026-02-14 17:00", "2026-02-24 08:40", 40),
        ("2026-01-05 11:50", "2026-01-05 13:40", 20),  # over lunch
        ("2026-01-05 12:10", "2026-01-05 13:20", 0),  # within lunch
        ("2026-01-05 18:00", "2026-01-06 08:00", 0),  # overnight
        ("2026-01-05 00:00", "2026-01-06 00:00", 450),  # one whole working day
        ("2026-02-15 00:00", "2026-02-24 00:00", 0),  # the whole festival
        ("2026-01-06 08:40", "2026-01-05 17:20", -20),  # backwards
    ],
)
def test_working_minutes_counted_by_hand(start: str, stop: str, minutes: int) -> None:
    assert elapsed(CHINA, dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(stop)) == minutes * 60


def minute_by_minute(calendar: WorkCalendar, start: dt.datetime, minutes: int) -> int:
    """Seconds worked in ``minutes`` whole minutes, each asked by itself."""
    is_worked, total = works(calendar), 0
    for number in range(minutes):
        moment = start + dt.timedelta(minutes=number)
        if is_worked(moment.date()):
            second = moment.hour * 3600 + moment.minute * 60
            total += sum(max(0, min(second + 60, stop) - max(second, begin)) for begin, stop in calendar.shifts)
    return total


@settings(max_examples=25)
@given(CALENDARS, MOMENTS, st.integers(0, 12 * 1440))
def test_working_time_equals_counting_every_minute(calendar: WorkCalendar, start: dt.datetime, minutes: int) -> None:
    start = start.replace(second=0)
    stop = start + dt.timedelta(minutes=minutes)
    assert elapsed(calendar, start, stop) == minute_by_minute(calendar, start, minutes)


@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
def test_working_time_adds_up(calendar: WorkCalendar, a: dt.datetime, b: dt.datetime, c: dt.datetime) -> None:
    assert elapsed(calendar, a, b) + elapsed(calendar, b, c) == elapsed(calendar, a, c)
    assert elapsed(calendar, a, b) == -elapsed(calendar, b, a)
    assert 0 <= elapsed(calendar, min(a, b), max(a, b)) <= abs((b - a).total_seconds())


def test_long_arrays_are_counted_like_single_cases() -> None:
    generator = np.random.default_rng(20260701)
    first, last = seconds(dt.datetime(2024, 1, 1)), seconds(dt.datetime(2026, 12, 31))
    start = generator.integers(first, last, 150_000)
    stop = start + generator.integers(0, 40 * DAY, 150_000)
    together = working_seconds(CHINA, start, stop)
    for place in (0, 12_287, 12_288, 24_575, 24_576, 149_999):  # the edges of the chunks it works in
        alone = working_seconds(CHINA, start[place : place + 1], stop[place : place + 1])
        assert together[place] == alone[0]


# --- working days ------------------------------------------------------------------------------------------------


def last_day_of_limit(calendar: WorkCalendar, start: dt.datetime, limit: int, *, same_day: bool) -> dt.date:
    """The ``limit``-th working day, counted day by day on the fingers."""
    is_worked, day, left = works(calendar), start.date(), limit
    if same_day and is_worked(day):
        left -= 1
    while left:
        day += dt.timedelta(days=1)
        left -= is_worked(day)
    return day


@pytest.mark.parametrize(
    ("start", "limit", "same_day", "due"),
    [
        ("2026-02-12 10:00", 3, False, "2026-02-24"),  # Fri 13, make-up Sat 14, then Tue 24
        ("2026-02-12 10:00", 3, True, "2026-02-14"),  # Thu 12, Fri 13, Sat 14
        ("2026-02-16 10:00", 1, True, "2026-02-24"),  # received in the festival
        ("2026-02-16 10:00", 1, False, "2026-02-24"),
        ("2026-01-04 10:00", 1, True, "2026-01-04"),  # a Sunday that is worked
    ],
)
def test_due_days_counted_by_hand(start: str, limit: int, same_day: bool, due: str) -> None:
    found = due_day(CHINA, array(dt.datetime.fromisoformat(start)), limit, same_day=same_day)
    assert day_of(found[0]).isoformat() == due


@given(CALENDARS, MOMENTS, st.integers(1, 12), st.booleans())
def test_due_days_equal_counting_day_by_day(
    calendar: WorkCalendar, start: dt.datetime, limit: int, same_day: bool
) -> None:
    found = due_day(calendar, array(start), limit, same_day=same_day)
    assert day_of(found[0]) == last_day_of_limit(calendar, start, limit, same_day=same_day)


@given(CALENDARS, MOMENTS, st.integers(0, 25 * DAY), st.booleans())
def test_the_number_of_a_day_is_the_inverse_of_its_due_day(
    calendar: WorkCalendar, start: dt.datetime, later: int, same_day: bool
) -> None:
    stop = start + dt.timedelta(seconds=later)
    number = working_day_number(calendar, array(start), array(stop), same_day=same_day)[0]
    for limit in range(1, 25):
        due = last_day_of_limit(calendar, start, limit, same_day=same_day)
        assert (number <= limit) == (stop.date() <= due)


@given(CALENDARS, MOMENTS, st.integers(0, DAY))
def test_a_stop_on_the_day_of_the_start_keeps_a_limit_of_no_day_from_the_next(
    calendar: WorkCalendar, start: dt.datetime, later: int
) -> None:
    stop = start + dt.timedelta(seconds=later)
    number = working_day_number(calendar, array(start), array(stop), same_day=False)[0]
    assert (number == 0) == (stop.date() == start.date())


@settings(max_examples=80)
@given(
    CALENDARS,
    MOMENTS,
    st.integers(-2 * DAY, 25 * DAY),
    st.booleans(),
    st.sampled_from([None, dt.time(), dt.time(0, 0, 1), dt.time(23, 59, 58), dt.time(23, 59, 59)]),
)
def test_limits_that_fell_due_equal_counting_them(
    calendar: WorkCalendar, start: dt.datetime, later: int, same_day: bool, time: dt.time | None
) -> None:
    as_of = start + dt.timedelta(seconds=later)
    if time is not None:
        as_of = dt.datetime.combine(as_of.date(), time)
    over = working_days_over(calendar, array(start), seconds(as_of), same_day=same_day)[0]
    expected = 0
    while True:  # a limit falls due with the last second of its last day
        due = last_day_of_limit(calendar, start, expected + 1, same_day=same_day)
        if dt.datetime.combine(due, dt.time(23, 59, 59)) > as_of:
            break
        expected += 1
    assert over == expected


@settings(max_examples=25)
@given(CALENDARS, MOMENTS, st.integers(1, 3000))
def test_the_day_that_uses_up_a_limit_equals_counting_every_minute(
    calendar: WorkCalendar, start: dt.datetime, minutes: int
) -> None:
    start = start.replace(second=0)
    found = day_of(due_day_of_working_seconds(calendar, array(start), minutes * 60)[0])
    moment, used = start, 0
    while used < minutes * 60:
        used += minute_by_minute(calendar, moment, 1)
        moment += dt.timedelta(minutes=1)
    assert found == (moment - dt.timedelta(minutes=1)).date()
