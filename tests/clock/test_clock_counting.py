"""Rules for N working days, and natural time across changes of the clocks. Expected: by hand, day by day, zoneinfo."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.clock_oracle import BEGIN, DAY, DAYS, PLANS, calendar_of, worked
from svcqa.catalogue import LANGUAGES
from svcqa.clock.calendar import build_calendar
from svcqa.clock.counting import (
    CountingRule,
    FirstDay,
    LastDay,
    days_over,
    days_taken,
    due_moment_of_days,
    next_worked,
)
from svcqa.clock.elapsed import working_day_number
from svcqa.clock.intervals import NULL
from svcqa.clock.zones import natural_seconds, to_utc
from svcqa.entities.rule_base import Counting
from svcqa.entities.settings import Calendar
from svcqa.errors import MetricError

EPOCH = dt.datetime(1970, 1, 1)
CHINA = build_calendar(Calendar())  # 08:30–12:00 and 13:30–17:30
NIGHTS = build_calendar(Calendar.model_validate({"source": "weekdays", "shifts": [["22:00", "06:00"]]}))
RULES = [
    CountingRule(first, last)
    for first in (FirstDay.SAME_DAY, FirstDay.NEXT_DAY)
    for last in LastDay
    if (first, last) != (FirstDay.SAME_DAY, LastDay.HOUR)
]


def at(text: str) -> int:
    return int((dt.datetime.fromisoformat(text) - EPOCH).total_seconds())


def array(*moments: int) -> Any:
    return np.array(moments, dtype=np.int64)


def due(calendar: Any, start: str, limit: int, first: str, last: str) -> str:
    rule = CountingRule(FirstDay(first), LastDay(last))
    return str(EPOCH + dt.timedelta(seconds=int(due_moment_of_days(calendar, array(at(start)), limit, rule=rule)[0])))


@pytest.mark.parametrize(
    ("start", "limit", "first", "last", "expected"),
    [
        # Thursday before the Spring Festival of 2026; Saturday 14 makes up for a day, Tuesday 24 is the next worked one
        ("2026-02-12 10:00", 3, "next_day", "end", "2026-02-24 23:59:59"),
        ("2026-02-12 10:00", 3, "same_day", "end", "2026-02-14 23:59:59"),
        ("2026-02-12 10:00", 3, "next_day", "closing", "2026-02-24 17:30:00"),
        ("2026-02-12 10:00", 3, "next_day", "hour", "2026-02-24 10:00:00"),
        ("2026-02-12 10:00", 1, "minutes", "end", "2026-02-13 10:00:00"),  # 7.5 hours of work later
        ("2026-02-12 10:00", 2, "minutes", "end", "2026-02-14 10:00:00"),
        # received on a Saturday: the clock starts on Monday at 08:30
        ("2026-01-10 15:00", 1, "next_day", "end", "2026-01-12 23:59:59"),
        ("2026-01-10 15:00", 1, "next_day", "hour", "2026-01-13 08:30:00"),
        ("2026-01-10 15:00", 1, "same_day", "closing", "2026-01-12 17:30:00"),
        ("2026-01-10 15:00", 1, "minutes", "end", "2026-01-12 17:30:00"),
        # received after hours on a Friday, and over lunch on a Monday
        ("2026-01-09 20:00", 1, "next_day", "hour", "2026-01-13 08:30:00"),
        ("2026-01-05 12:30", 1, "next_day", "hour", "2026-01-06 13:30:00"),
    ],
)
def test_each_rule_counts_as_it_says(start: str, limit: int, first: str, last: str, expected: str) -> None:
    assert due(CHINA, start, limit, first, last) == expected


@pytest.mark.parametrize(
    ("start", "first", "last", "expected"),
    [
        # the night that began on Friday 9 January lasts until Saturday morning; Monday's until Tuesday morning
        ("2026-01-10 02:00", "same_day", "end", "2026-01-10 05:59:59"),
        ("2026-01-10 02:00", "same_day", "closing", "2026-01-10 06:00:00"),
        ("2026-01-10 02:00", "next_day", "end", "2026-01-13 05:59:59"),
        ("2026-01-10 02:00", "next_day", "hour", "2026-01-13 02:00:00"),
        ("2026-01-10 07:00", "same_day", "end", "2026-01-13 05:59:59"),  # the night is over
        ("2026-01-10 02:00", "minutes", "end", "2026-01-13 02:00:00"),  # 4 hours left, then 4 of Monday's night
    ],
)
def test_a_night_counts_for_the_day_it_began(start: str, first: str, last: str, expected: str) -> None:
    assert due(NIGHTS, start, 1, first, last) == expected


def service_day(plan: Any, moment: int) -> int:
    """The day on the strip that ``moment`` counts for."""
    day, second = divmod(moment - BEGIN, DAY)
    before = plan[day - 1] if 1 <= day <= DAYS else []
    return day - 1 if before and second < before[-1][1] - DAY else day


@settings(max_examples=80, deadline=None)
@given(PLANS, st.integers(BEGIN, BEGIN + DAYS * DAY), st.integers(1, 4), st.sampled_from(RULES))
def test_due_moments_equal_counting_day_by_day(plan: Any, start: int, limit: int, rule: CountingRule) -> None:
    found = int(due_moment_of_days(calendar_of(plan), array(start), limit, rule=rule)[0])
    begun, strip = start, worked(plan)
    if rule.last is LastDay.HOUR:
        later = np.flatnonzero(strip[begun - BEGIN + DAY :])
        begun = begun + int(later[0]) if len(later) else begun
    day, left = service_day(plan, begun), limit
    time = begun - BEGIN - day * DAY
    if rule.first is FirstDay.SAME_DAY and 0 <= day < DAYS and plan[day]:
        left -= 1
    while left and day < DAYS:
        day += 1
        left -= day < DAYS and bool(plan[day])
    if left:  # no working day is left on the strip; what follows is worked again after forty days
        assert found > BEGIN + DAYS * DAY
        return
    close = plan[day][-1][1]
    expected = {LastDay.END: max(close, DAY) - 1, LastDay.CLOSING: close, LastDay.HOUR: time}[rule.last]
    assert found == BEGIN + day * DAY + expected


@settings(max_examples=80, deadline=None)
@given(PLANS, st.integers(BEGIN, BEGIN + 5 * DAY), st.integers(0, 3 * DAY), st.integers(1, 4), st.booleans())
def test_a_stop_by_the_due_moment_is_one_whose_number_keeps_the_limit(
    plan: Any, start: int, later: int, limit: int, same_day: bool
) -> None:
    calendar, rule = calendar_of(plan), CountingRule(FirstDay.SAME_DAY if same_day else FirstDay.NEXT_DAY)
    number = working_day_number(calendar, array(start), array(start + later), same_day=same_day)[0]
    by_then = start + later <= due_moment_of_days(calendar, array(start), limit, rule=rule)[0]
    assert by_then == (number <= limit)


@settings(max_examples=120, deadline=None)
@given(PLANS, st.integers(BEGIN, BEGIN + 5 * DAY), st.integers(0, 3 * DAY), st.sampled_from(RULES))
def test_days_taken_and_days_over_are_those_found_by_trying_every_limit(
    plan: Any, start: int, later: int, rule: CountingRule
) -> None:
    calendar, end = calendar_of(plan), start + later
    due = [int(due_moment_of_days(calendar, array(start), n, rule=rule)[0]) for n in range(1, DAYS + 1)]
    kept = next((n for n, moment in enumerate(due, start=1) if end <= moment), None)
    taken = int(days_taken(calendar, array(start), array(end), rule=rule)[0])
    if kept is not None:
        assert max(taken, 1) == kept
    over = int(days_over(calendar, array(start), end, rule=rule)[0])
    assert over == sum(moment <= end for moment in due) or over >= DAYS


@pytest.mark.parametrize(
    ("start", "stop", "first", "last", "expected"),
    [
        # received on a Saturday and counted to the hour: work starts on Monday at 08:30, day 1 ends Tuesday 08:30
        ("2026-01-10 15:00", "2026-01-13 08:30", "next_day", "hour", 1),
        ("2026-01-10 15:00", "2026-01-13 08:31", "next_day", "hour", 2),
        # Friday at ten; Monday after closing time is the second day, Monday at closing time the first
        ("2026-01-09 10:00", "2026-01-12 17:30", "next_day", "closing", 1),
        ("2026-01-09 10:00", "2026-01-12 17:31", "next_day", "closing", 2),
        ("2026-01-09 10:00", "2026-01-09 18:00", "next_day", "closing", 0),  # the day of receipt is left out
    ],
)
def test_the_number_of_the_last_day_by_hand(start: str, stop: str, first: str, last: str, expected: int) -> None:
    rule = CountingRule(FirstDay(first), LastDay(last))
    assert days_taken(CHINA, array(at(start)), array(at(stop)), rule=rule).tolist() == [expected]


def test_a_limit_falls_due_at_its_moment_not_a_second_later() -> None:
    rule = CountingRule(FirstDay.NEXT_DAY, LastDay.CLOSING)
    for moment, expected in (("17:29:59", 0), ("17:30:00", 1)):
        assert days_over(CHINA, array(at("2026-01-09 10:00")), at(f"2026-01-12 {moment}"), rule=rule).tolist() == [
            expected
        ]


@given(st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2026, 12, 1)))
def test_the_next_worked_moment_is_worked_and_none_before_it_is(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    found = EPOCH + dt.timedelta(seconds=int(next_worked(CHINA, array(at(str(moment))))[0]))

    def is_worked(when: dt.datetime) -> bool:
        minutes = when.hour * 60 + when.minute
        return chinese_calendar.is_workday(when.date()) and (510 <= minutes < 720 or 810 <= minutes < 1050)

    assert is_worked(found)
    assert found >= moment
    while moment < found:
        assert not is_worked(moment)
        moment += dt.timedelta(minutes=1)


def test_a_rule_names_itself_in_every_language() -> None:
    rules = [*RULES, CountingRule(FirstDay.MINUTES)]
    for language in LANGUAGES:
        names = [rule.name(language) for rule in rules]
        assert len(set(names)) == len(rules)
    assert CountingRule().name("zh-Hans") == "受理次日起算第 1 天\uff0c最后一天计到当天结束"


@pytest.mark.parametrize(("first", "last"), [("same_day", "hour"), ("minutes", "closing"), ("minutes", "hour")])
def test_a_rule_that_contradicts_itself_is_refused(first: str, last: str) -> None:
    with pytest.raises(MetricError) as error:
        CountingRule(FirstDay(first), LastDay(last))
    assert error.value.faults[0].code == "counting_rule"


def test_commitments_know_the_same_first_days() -> None:
    assert {item.value for item in Counting} <= {item.value for item in FirstDay}


# --- zones -------------------------------------------------------------------------------------------------------

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "America/Sao_Paulo", "UTC")


@pytest.mark.parametrize(
    ("zone", "start", "stop", "hours"),
    [
        # Directive 2000/84/EC: the clocks go forward at 01:00 UTC on the last Sunday of March, back in October
        ("Europe/Berlin", "2026-03-28 12:00", "2026-03-29 12:00", 23),
        ("Europe/Berlin", "2026-10-24 12:00", "2026-10-25 12:00", 25),
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 03:30", 2),  # 02:30 comes twice; the first is meant
        ("Europe/Berlin", "2026-06-01 00:00", "2026-06-02 00:00", 24),
        ("Australia/Lord_Howe", "2026-04-04 12:00", "2026-04-05 12:00", 24.5),  # sets its clocks by half an hour
        ("Asia/Shanghai", "2026-03-28 12:00", "2026-03-29 12:00", 24),
    ],
)
def test_a_day_on_which_the_clocks_are_set_is_as_long_as_it_was(zone: str, start: str, stop: str, hours: float) -> None:
    assert natural_seconds(array(at(start)), array(at(stop)), zone=zone)[0] == hours * 3600


LOCAL = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2035, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
CHANGES = st.sampled_from(["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2018-02-18", "2026-04-05"])
NEAR = st.tuples(CHANGES, st.integers(-DAY, DAY)).map(
    lambda pair: dt.datetime.fromisoformat(pair[0]) + dt.timedelta(seconds=pair[1])
)


@settings(deadline=None)
@given(st.sampled_from(ZONES), st.lists(st.one_of(LOCAL, NEAR), min_size=1, max_size=5))
def test_local_moments_become_those_of_zoneinfo(zone: str, moments: list[dt.datetime]) -> None:
    found = to_utc(array(*(at(str(moment)) for moment in moments)), zone=zone)
    assert found.tolist() == [int(moment.replace(tzinfo=ZoneInfo(zone)).timestamp()) for moment in moments]


def test_a_missing_moment_has_no_natural_time() -> None:
    assert natural_seconds(array(NULL, 5), array(5, NULL), zone="Europe/Berlin").tolist() == [NULL, NULL]
