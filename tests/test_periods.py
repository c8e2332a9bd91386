"""Weeks, months, statistical months, quarters, halves, years, ranges. Expected dates are read off a calendar."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcqa.errors import PeriodError
from svcqa.periods import Period, PeriodKind, PeriodRule

CALENDAR = PeriodRule()
CLOSES_25TH = PeriodRule(month_closes_on=25)
RULES = st.one_of(st.just(CALENDAR), st.integers(1, 27).map(PeriodRule))
DAYS = st.dates(dt.date(1999, 1, 1), dt.date(2059, 12, 31))
KINDS = st.sampled_from([kind for kind in PeriodKind if kind is not PeriodKind.RANGE])
WHOLE_MONTHS = st.sampled_from([PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF, PeriodKind.YEAR])


@pytest.mark.parametrize(
    ("label", "first", "last", "shown"),
    [
        ("2026-02", "2026-02-01", "2026-02-28", "2026-02"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-02"),
        ("2026年6月", "2026-06-01", "2026-06-30", "2026-06"),
        ("2026/6", "2026-06-01", "2026-06-30", "2026-06"),
        ("2026Q2", "2026-04-01", "2026-06-30", "2026Q2"),
        ("2026-q4", "2026-10-01", "2026-12-31", "2026Q4"),
        ("2026H1", "2026-01-01", "2026-06-30", "2026H1"),
        ("2026下半年", "2026-07-01", "2026-12-31", "2026H2"),
        ("2026", "2026-01-01", "2026-12-31", "2026"),
        ("2026年", "2026-01-01", "2026-12-31", "2026"),
        # ISO 8601: week 1 of 2026 holds Thursday 1 January; 2020 had 53 weeks
        ("2026-W01", "2025-12-29", "2026-01-04", "2026-W01"),
        ("2020-W53", "2020-12-28", "2021-01-03", "2020-W53"),
        (" 2025-07..2026-06 ", "2025-07-01", "2026-06-30", "2025-07..2026-06"),
        ("2025Q4..2026Q1", "2025-10-01", "2026-03-31", "2025-10..2026-03"),
    ],
)
def test_labels_are_read_and_shown(label: str, first: str, last: str, shown: str) -> None:
    period = CALENDAR.parse(label)
    assert (period.first.isoformat(), period.last.isoformat(), period.label) == (first, last, shown)
    assert str(period) == shown


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2026-01", "2025-12-26", "2026-01-25"),
        ("2026-03", "2026-02-26", "2026-03-25"),
        ("2026Q1", "2025-12-26", "2026-03-25"),
        ("2026H1", "2025-12-26", "2026-06-25"),
        ("2026", "2025-12-26", "2026-12-25"),
        ("2026-01..2026-02", "2025-12-26", "2026-02-25"),
        ("2026-W01", "2025-12-29", "2026-01-04"),  # weeks stay weeks
    ],
)
def test_a_company_that_closes_its_month_on_the_25th(label: str, first: str, last: str) -> None:
    period = CLOSES_25TH.parse(label)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert period.label == label


@pytest.mark.parametrize(
    "label",
    [
        "",
        "2026-13",
        "2026-00",
        "2026Q5",
        "2026H3",
        "2025-W53",
        "2026-W00",
        "26-06",
        "June 2026",
        "2026-06-01",
        "now",
        "2026-06..2026-01",
        "..",
        "2026-01..",
        "0000",
        "2026-6-",
        "2026-01..2026-02..2026-03",
        "2026-W01..2026-W05",
    ],
)
def test_what_is_no_period_is_refused_with_the_forms_that_are(label: str) -> None:
    with pytest.raises(PeriodError) as error:
        CALENDAR.parse(label)
    (fault,) = error.value.faults
    assert fault.got == repr(label)
    assert "2026H1" in fault.allowed


@pytest.mark.parametrize("day", [0, 28, 31, -1])
def test_a_closing_day_that_some_months_lack_is_refused(day: int) -> None:
    with pytest.raises(PeriodError, match="closing day"):
        PeriodRule(month_closes_on=day)


def test_a_period_knows_its_days_and_its_end() -> None:
    half = CALENDAR.parse("2024H1")
    assert half.days == 182  # 31 + 29 + 31 + 30 + 31 + 30
    assert half.end == dt.datetime(2024, 7, 1)
    assert dt.date(2024, 6, 30) in half
    assert dt.date(2024, 7, 1) not in half


def test_comparisons_with_the_past() -> None:
    rule = CALENDAR
    assert rule.previous(rule.parse("2026H1")).label == "2025H2"
    assert rule.previous(rule.parse("2026-01")).label == "2025-12"
    assert rule.year_before(rule.parse("2026H1")).label == "2025H1"
    assert rule.year_before(rule.parse("2024-02")).last == dt.date(2023, 2, 28)
    assert rule.year_before(rule.parse("2020-W53")).label == "2019-W52"  # 2019 had 52 weeks
    assert rule.previous(rule.parse("2026-01..2026-03")).label == "2025-10..2025-12"
    assert rule.year_before(rule.parse("2025-07..2026-06")).label == "2024-07..2025-06"


def test_year_to_date() -> None:
    june = CALENDAR.to_date(CALENDAR.parse("2026-06"))
    assert (june.first, june.last, june.label) == (dt.date(2026, 1, 1), dt.date(2026, 6, 30), "2026-06")
    closing = CLOSES_25TH.to_date(CLOSES_25TH.parse("2026-02"))
    assert (closing.first, closing.last) == (dt.date(2025, 12, 26), dt.date(2026, 2, 25))
    # 26 December belongs to the statistical year that follows
    assert CLOSES_25TH.containing(dt.date(2025, 12, 26), PeriodKind.YEAR).label == "2026"


@given(RULES, KINDS, DAYS)
def test_every_day_lies_in_exactly_one_period_of_each_kind(rule: PeriodRule, kind: PeriodKind, day: dt.date) -> None:
    period = rule.containing(day, kind)
    assert day in period
    assert rule.containing(period.first, kind) == period == rule.containing(period.last, kind)
    following, previous = rule.following(period), rule.previous(period)
    assert following.first - period.last == period.first - previous.last == dt.timedelta(days=1)
    assert rule.previous(following) == period
    assert rule.parse(period.label) == period


@given(RULES, WHOLE_MONTHS, WHOLE_MONTHS, DAYS)
def test_the_parts_of_a_period_are_the_whole(
    rule: PeriodRule, whole: PeriodKind, part: PeriodKind, day: dt.date
) -> None:
    period = rule.containing(day, whole)
    order = [PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF, PeriodKind.YEAR]
    if order.index(part) > order.index(whole):
        return
    pieces = rule.split(period, part)
    assert (
        len(pieces)
        == {"month": 1, "quarter": 3, "half": 6, "year": 12}[whole]
        / {"month": 1, "quarter": 3, "half": 6, "year": 12}[part]
    )
    assert (pieces[0].first, pieces[-1].last) == (period.first, period.last)
    assert sum(piece.days for piece in pieces) == period.days


@given(RULES, WHOLE_MONTHS, DAYS)
def test_the_year_to_date_begins_with_the_year_and_ends_with_the_period(
    rule: PeriodRule, kind: PeriodKind, day: dt.date
) -> None:
    period = rule.containing(day, kind)
    to_date, year = rule.to_date(period), rule.year_of(period)
    assert to_date.first == year.first
    assert to_date.last == period.last
    assert to_date.label == period.label
    assert rule.year_before(rule.following(year)) == year


def weeks(period: Period) -> list[str]:
    return [week.label for week in CALENDAR.split(period, PeriodKind.WEEK)]


def test_weeks_of_a_month_are_those_that_begin_in_it() -> None:
    # July 2026: the 1st is a Wednesday; its Mondays are the 6th, 13th, 20th and 27th (ISO weeks 28 to 31)
    assert weeks(CALENDAR.parse("2026-07")) == ["2026-W28", "2026-W29", "2026-W30", "2026-W31"]
    # June 2026 begins on a Monday; Monday 29 June begins week 27, which ends in July
    assert weeks(CALENDAR.parse("2026-06")) == ["2026-W23", "2026-W24", "2026-W25", "2026-W26", "2026-W27"]


@given(DAYS)
def test_no_week_is_counted_in_two_months(day: dt.date) -> None:
    month = CALENDAR.containing(day, PeriodKind.MONTH)
    assert set(weeks(month)) & set(weeks(CALENDAR.following(month))) == set()
