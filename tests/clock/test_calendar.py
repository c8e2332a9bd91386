"""The table of a calendar: sources, hours, overrides, posts, files. Expected values: packages, notices, and by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import chinese_calendar
import holidays
import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from support.workspaces import UNITS, make_workspace
from svcqa.catalogue import LANGUAGES
from svcqa.clock.calendar import WorkCalendar, build_calendar
from svcqa.clock.calendar_set import CalendarSet, build_calendars
from svcqa.clock.elapsed import working_seconds
from svcqa.clock.table import read_table, write_table
from svcqa.entities.organisation import Organisation
from svcqa.entities.settings import Calendar
from svcqa.entities.shifts import read_shifts, shifts_text
from svcqa.errors import MetricError, NameUnknownError, PolicyError

EPOCH = dt.datetime(1970, 1, 1)
MORNING, AFTERNOON = (30_600, 43_200), (48_600, 63_000)  # 08:30–12:00 and 13:30–17:30


def calendar(**fields: Any) -> WorkCalendar:
    return build_calendar(Calendar.model_validate(fields))


def hours(found: WorkCalendar, start: str, stop: str) -> float:
    moments = (np.array([int((dt.datetime.fromisoformat(m) - EPOCH).total_seconds())]) for m in (start, stop))
    return float(working_seconds(found, *moments)[0]) / 3600


# --- shifts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("24h", ((0, 86_400),)),
        ([["00:00", "24:00"]], ((0, 86_400),)),
        ([["16:00", "24:00"]], ((57_600, 86_400),)),
        ([["22:00", "06:00"]], ((79_200, 108_000),)),  # ends at six the next morning: 86,400 + 21,600
        ([[dt.time(8, 30), dt.time(12)]], (MORNING,)),
        ("8:30-12:00, 13:30 - 17:30", (MORNING, AFTERNOON)),
        ("08\uff1a30—12\uff1a00\uff1b13\uff1a30至17\uff1a30", (MORNING, AFTERNOON)),
        ([["06:00:01", "06:00:02"]], ((21_601, 21_602),)),
        ([], ()),
    ],
)
def test_shifts_are_read_as_people_write_them(written: Any, seconds: Any) -> None:
    assert read_shifts(written) == seconds


@pytest.mark.parametrize(
    "written",
    [
        [["08:00", "12:00"], ["11:00", "17:00"]],  # overlap
        [["13:30", "17:30"], ["08:30", "12:00"]],  # not in their order
        [["08:00", "12:00"], ["22:00", "08:30"]],  # meets the morning of the next day
        [["08:30", "12:00"], ["17:30", "13:30"]],  # a slip: the afternoon back to front
        [["08:00", "08:00"]],
        [["25:00", "26:00"]],
        [["08:00"]],
        "morning",
        8,
    ],
)
def test_shifts_that_cannot_be_worked_are_refused(written: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_shifts(written)


@given(st.lists(st.integers(0, 86_399), min_size=2, max_size=8, unique=True).map(sorted), st.booleans())
def test_shifts_survive_being_written(times: list[int], over_midnight: bool) -> None:
    times = times[: len(times) // 2 * 2]
    shifts = tuple(zip(times[::2], times[1::2], strict=True))
    if over_midnight:  # the last one runs on to the first of the next day
        shifts = (*shifts[:-1], (shifts[-1][0], shifts[0][0] + 86_400))
    if all(stop - start < 86_400 for start, stop in shifts):
        assert read_shifts(shifts_text(shifts)) == shifts


# --- sources -----------------------------------------------------------------------------------------------------


def test_every_day_of_china_has_the_kind_of_the_notices() -> None:
    china = calendar()
    assert china.kind_of(dt.date(2026, 2, 14)) == "makeup"  # a Saturday, worked for the Spring Festival
    assert china.kind_of(dt.date(2026, 2, 17)) == "holiday"
    assert china.kind_of(dt.date(2026, 2, 7)) == "weekend"
    day, kinds = dt.date(2004, 1, 1), set()
    while day <= dt.date(2026, 12, 31):
        kind, rest = china.kind_of(day), not chinese_calendar.is_workday(day)
        assert (kind in ("holiday", "weekend")) == rest
        assert (kind == "makeup") == (not rest and day.weekday() > 4)
        day, kinds = day + dt.timedelta(days=1), kinds | {kind}
    assert kinds == {"workday", "weekend", "holiday", "makeup"}


def test_the_package_refuses_2027_and_the_calendar_counts_it_as_provisional() -> None:
    with pytest.raises(NotImplementedError):
        chinese_calendar.is_workday(dt.date(2027, 1, 4))
    china = calendar()
    row = china.table(dt.date(2027, 1, 1), dt.date(2027, 1, 1))[0]
    assert (row.kind, row.provisional, row.source) == ("workday", True, "Monday to Friday")
    assert not china.is_provisional(dt.date(2026, 12, 31))


@pytest.mark.parametrize(("country", "subdivision"), [("HK", None), ("TW", None), ("US", "CA"), ("DE", "BY")])
def test_other_countries_are_those_of_the_package(country: str, subdivision: str | None) -> None:
    found = calendar(source="holidays", country=country, subdivision=subdivision)
    known = holidays.country_holidays(country, subdiv=subdivision)
    for number in range(3 * 365):
        day = dt.date(2023, 1, 1) + dt.timedelta(days=number)
        assert found.is_working(day) == known.is_working_day(day), day
    assert country in found.source


def test_known_holidays_elsewhere() -> None:
    # Hong Kong's General Holidays for 2026, Gazette: the second day of the Lunar New Year is 18 February
    hong_kong = calendar(source="holidays", country="HK")
    assert hong_kong.kind_of(dt.date(2026, 2, 18)) == "holiday"
    # California keeps Cesar Chavez Day, 31 March (Government Code § 6700); the country does not
    assert calendar(source="holidays", country="US", subdivision="CA").kind_of(dt.date(2026, 3, 31)) == "holiday"
    assert calendar(source="holidays", country="US").kind_of(dt.date(2026, 3, 31)) == "workday"
    # Taiwan worked Saturday 8 February 2025 for the bridging day of 27 January
    assert calendar(source="holidays", country="TW").kind_of(dt.date(2025, 2, 8)) == "makeup"


def test_estimated_feasts_and_years_not_announced_are_provisional() -> None:
    turkey = calendar(source="holidays", country="TR")
    assert turkey.is_provisional(dt.date(2050, 6, 1))  # the package only estimates the feasts of 2050
    assert not turkey.is_provisional(dt.date(2026, 6, 1))
    hong_kong = calendar(source="holidays", country="HK", announced_to=2027)
    assert [hong_kong.is_provisional(dt.date(year, 1, 1)) for year in (2027, 2028)] == [False, True]


@pytest.mark.parametrize(
    ("fields", "allowed"), [({"country": "XX"}, "HK"), ({"country": "US", "subdivision": "XX"}, "CA")]
)
def test_a_country_nobody_knows_is_refused_with_those_known(fields: Any, allowed: str) -> None:
    with pytest.raises(PolicyError) as error:
        calendar(source="holidays", **fields)
    (fault,) = error.value.faults
    assert fault.code == "unknown_country"
    assert allowed in fault.allowed.split(", ")


@pytest.mark.parametrize(
    "fields",
    [
        {"source": "holidays"},
        {"country": "HK"},
        {"source": "table"},
        {"file": "days.xlsx"},
        {"subdivision": "CA"},
        {"announced_to": 2026},
        {"overrides": [{"day": "2026-05-01", "working": True, "reason": "a"}] * 2},
        {"overrides": [{"day": "2026-05-01", "working": False, "reason": "a", "shifts": "24h"}]},
        {"posts": [{"unit": "D1", "shifts": "24h"}, {"unit": "D1", "shifts": "24h"}]},
    ],
)
def test_settings_that_contradict_each_other_are_refused(fields: Any) -> None:
    with pytest.raises(ValidationError):
        Calendar.model_validate(fields)


# --- hours -------------------------------------------------------------------------------------------------------


def test_hours_by_weekday_and_by_kind_of_day() -> None:
    found = calendar(
        weekday_shifts={"friday": [["08:30", "12:00"]], "saturday": [["09:00", "11:00"]], "monday": []},
        day_shifts={"makeup": [["10:00", "12:00"]], "holiday": [["10:00", "10:30"]]},
    )
    assert hours(found, "2026-01-08", "2026-01-09") == 7.5  # a Thursday, usual hours
    assert hours(found, "2026-01-09", "2026-01-10") == 3.5  # a Friday
    assert hours(found, "2026-01-10", "2026-01-11") == 2  # a Saturday
    assert hours(found, "2026-02-14", "2026-02-15") == 2  # a Saturday that makes up: hours of its kind
    assert hours(found, "2026-02-17", "2026-02-18") == 0.5  # a holiday
    assert hours(found, "2026-01-12", "2026-01-13") == 0  # a Monday
    assert not found.is_working(dt.date(2026, 1, 12))
    assert found.seconds_a_day == 7.5 * 3600


def test_a_night_shift_belongs_to_the_day_it_starts() -> None:
    found = calendar(source="weekdays", shifts=[["22:00", "06:00"]])
    assert (
        hours(found, "2026-01-09 00:00", "2026-01-12 00:00") == 6 + 2 + 6
    )  # Friday morning, evening, Saturday morning
    assert hours(found, "2026-01-10 05:00", "2026-01-10 07:00") == 1
    assert hours(found, "2026-01-12 00:00", "2026-01-12 06:00") == 0  # nobody began on Sunday
    assert not found.is_working(dt.date(2026, 1, 10))


def test_hours_that_two_days_cover_are_worked_once() -> None:
    opening = {"day": "2026-01-10", "working": True, "reason": "开放日", "shifts": [["04:00", "08:00"]]}
    found = calendar(source="weekdays", shifts=[["22:00", "06:00"]], overrides=[opening])
    assert hours(found, "2026-01-10 00:00", "2026-01-11 00:00") == 8


def test_an_override_has_its_own_hours_and_gives_its_reason() -> None:
    found = calendar(
        overrides=[
            {"day": "2026-05-02", "working": True, "reason": "开放日", "shifts": [["09:00", "10:00"]]},
            {"day": "2026-05-06", "working": False, "reason": "司庆"},
        ]
    )
    first, second = (
        found.table(dt.date(2026, 5, 2), dt.date(2026, 5, 2))[0],
        found.table(dt.date(2026, 5, 6), dt.date(2026, 5, 6))[0],
    )
    assert (first.kind, first.shifts, first.source) == ("override", ((32_400, 36_000),), "开放日")
    assert (second.kind, second.shifts, second.source) == ("override", (), "司庆")


SHIFT_LISTS = st.sampled_from(["24h", [["08:00", "12:00"]], [["08:00", "12:01"]], [["22:00", "06:00"]]])


@settings(max_examples=30, deadline=None)
@given(st.dates(dt.date(1999, 1, 1), dt.date(2060, 12, 31)), SHIFT_LISTS, SHIFT_LISTS)
def test_the_digest_changes_with_any_day_and_any_shift(day: dt.date, one: Any, other: Any) -> None:
    plain = calendar(source="weekdays", shifts=one)
    assert (calendar(source="weekdays", shifts=other).digest == plain.digest) == (one == other)
    override = {"day": day, "working": True, "reason": "?", "shifts": [["08:00", "08:01"]]}
    assert calendar(source="weekdays", shifts=one, overrides=[override]).digest != plain.digest


def test_the_digest_tells_on_which_day_hours_are_and_what_is_announced() -> None:
    early, late = (calendar(weekday_shifts={day: [["08:30", "12:00"]]}).digest for day in ("thursday", "friday"))
    assert early != late
    years = [calendar(source="holidays", country="HK", announced_to=year).digest for year in (2026, 2027)]
    assert years[0] != years[1]


def test_the_digest_does_not_depend_on_how_the_hours_were_written() -> None:
    plain = calendar(shifts="08:00-12:00")
    again = calendar(shifts=[["08:00", "12:00"]], weekday_shifts={"friday": [["08:00", "12:00"]]})
    assert again.digest == plain.digest


# --- units -------------------------------------------------------------------------------------------------------

TREE = Organisation.model_validate(
    {"units": [*UNITS, {"code": "P1", "name": "抢险岗", "level": "post", "parent": "D1"}]}
)


def calendars(**fields: Any) -> CalendarSet:
    return build_calendars(Calendar.model_validate(fields), TREE)


def test_units_work_by_the_nearest_calendar_above_them() -> None:
    found = calendars(
        posts=[{"unit": "P1", "shifts": "24h"}],
        overrides=[
            {"day": "2026-05-06", "working": False, "reason": "司庆", "unit": "D1"},
            {"day": "2026-05-07", "working": False, "reason": "停业"},
        ],
    )
    assert found.of("D2") is found.of("C") is found.company
    worked = {
        code: [found.of(code).is_working(dt.date(2026, 5, day)) for day in (3, 6, 7)] for code in ("D1", "D2", "P1")
    }
    # Sunday 3 May, the department's own day, the company's: a post of 24 hours keeps what the units above it decide
    assert worked == {"D1": [False, False, False], "D2": [False, True, False], "P1": [True, False, False]}
    assert found.of("P1").seconds_a_day == 86_400
    assert found.digest != calendars().digest
    with pytest.raises(NameUnknownError):
        found.of("D9")


def test_a_post_may_rest_on_holidays_and_have_hours_by_weekday() -> None:
    found = calendars(
        posts=[
            {"unit": "P1", "shifts": "24h", "days": "working", "weekday_shifts": {"friday": [["08:00", "09:00"]]}},
            {"unit": "D2", "shifts": [["09:00", "10:00"]], "days": "every"},
        ]
    )
    assert hours(found.of("P1"), "2026-02-16", "2026-02-24") == 0  # the Spring Festival
    assert hours(found.of("P1"), "2026-01-09", "2026-01-10") == 1
    assert hours(found.of("D2"), "2026-02-16", "2026-02-24") == 8  # one hour on each of eight days


def test_rows_of_a_batch_are_told_by_calendar() -> None:
    found = calendars(posts=[{"unit": "P1", "shifts": "24h"}])
    labels, index = ("D1", "P1", "D2"), np.array([0, 1, 2, 1, 0])
    groups = {calendar.seconds_a_day: list(rows) for rows, calendar in found.row_groups(index, labels)}
    assert groups == {27_000: [0, 2, 4], 86_400: [1, 3]}
    ((rows, one),) = calendars().row_groups(index, labels)
    assert (rows, one.seconds_a_day) == (slice(None), 27_000)


def test_a_unit_that_nobody_knows_is_refused_by_its_place() -> None:
    with pytest.raises(PolicyError) as error:
        calendars(posts=[{"unit": "D9", "shifts": "24h"}])
    (fault,) = error.value.faults
    assert (fault.code, fault.place, fault.got) == ("unknown_unit", "calendar.posts[1].unit", "'D9'")


def test_a_workspace_has_the_calendars_of_its_units(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, calendar={"posts": [{"unit": "D1", "shifts": "24h"}]})
    assert workspace.calendars.of("D1").is_working(dt.date(2026, 1, 4))
    assert workspace.calendar is workspace.calendars.company


# --- files -------------------------------------------------------------------------------------------------------

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2027, 1, 31)


@pytest.mark.parametrize("name", ["days.xlsx", "days.csv"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_is_read_back_as_it_was_written(tmp_path: Path, name: str, language: Any) -> None:
    company = calendar(
        weekday_shifts={"saturday": [["22:00", "06:00"]], "friday": "24h"},
        overrides=[{"day": "2026-06-22", "working": False, "reason": "司庆"}],
    )
    write_table(company.table(FIRST, LAST), tmp_path / name, language=language)
    assert read_table(tmp_path / name) == company.table(FIRST, LAST)
    kept = build_calendar(Calendar(source="table", file=name), folder=tmp_path)
    assert kept.table(FIRST, LAST) == company.table(FIRST, LAST)
    assert [kept.is_provisional(day) for day in (dt.date(2025, 12, 31), FIRST, LAST, dt.date(2027, 2, 1))] == [
        True,
        False,
        True,
        True,
    ]


def test_a_person_edits_the_table_in_excel(tmp_path: Path) -> None:
    path = tmp_path / "days.xlsx"
    write_table(calendar().table(FIRST, LAST), path, language="zh-Hans")
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert [cell.value for cell in sheet[1]] == ["日期", "类别", "上班时段", "状态", "来源"]
    sheet["B8"], sheet["C8"], sheet["E8"] = "调休上班", "", "=1+1"  # Wednesday 7 January: hours left to the settings
    sheet["C9"] = "9\uff1a00-10\uff1a00"
    sheet["E8"].data_type = "s"
    book.save(path)
    kept = build_calendar(
        Calendar.model_validate({"source": "table", "file": "days.xlsx", "shifts": "24h"}), folder=tmp_path
    )
    assert hours(kept, "2026-01-08", "2026-01-09") == 1
    assert kept.kind_of(dt.date(2026, 1, 7)) == "makeup"
    assert hours(kept, "2026-01-07", "2026-01-08") == 24
    assert hours(kept, "2026-01-06", "2026-01-07") == 7.5


def test_what_a_cell_says_never_runs_in_a_spreadsheet(tmp_path: Path) -> None:
    company = calendar(overrides=[{"day": "2026-01-05", "working": False, "reason": "=HYPERLINK(1)"}])
    write_table(company.table(FIRST, LAST), tmp_path / "days.csv", language="en")
    assert "2026-01-05,company's own,off,announced,'=HYPERLINK(1)" in (tmp_path / "days.csv").read_text("utf-8-sig")
    assert read_table(tmp_path / "days.csv") == company.table(FIRST, LAST)
    write_table(company.table(FIRST, LAST), tmp_path / "days.xlsx", language="en")
    assert openpyxl.load_workbook(tmp_path / "days.xlsx").active["E6"].data_type == "s"


def test_a_csv_that_excel_saved_in_china_is_read(tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_text("日期,类别\n2026/1/5,工作日\n2026年1月6日,节假日\n", encoding="gb18030")
    assert [(row.day.day, row.kind, row.shifts) for row in read_table(tmp_path / "days.csv")] == [
        (5, "workday", None),
        (6, "holiday", None),
    ]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("day,kind\n2026-01-05,workday\n2026-01-08,workday\n", [("calendar_gap", "", "2026-01-06 … 2026-01-07")]),
        ("day,kind\n2026-01-05,workday\n2026-01-05,holiday\n", [("calendar_day_twice", "", "2026-01-05")]),
        ("day,hours\n2026-01-05,24h\n", [("calendar_columns", "", "kind")]),
        ("day,kind\n", [("calendar_columns", "", "0")]),
        ("", [("calendar_columns", "", "day, kind")]),
        (
            "day,kind,shifts,status\n2026-02-30,workday,,\n2026-01-05,rest,,\n2026-01-06,workday,9-5,maybe\n"
            "2026-01-07,override,,\n",
            [
                ("bad_value", "2 › day", "'2026-02-30'"),
                ("bad_value", "3 › kind", "'rest'"),
                ("bad_value", "4 › status", "'maybe'"),
                ("bad_value", "4 › shifts", "'9-5'"),
                ("bad_value", "5 › shifts", "''"),
            ],
        ),
    ],
)
def test_a_table_with_slips_is_refused_row_by_row(tmp_path: Path, text: str, faults: list[Any]) -> None:
    (tmp_path / "days.csv").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as error:
        read_table(tmp_path / "days.csv")
    assert [(fault.code, fault.place, fault.got) for fault in error.value.faults] == faults
    assert {fault.file for fault in error.value.faults} == {"days.csv"}


def test_a_table_that_is_missing_or_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "days.xlsx").write_bytes(b"no workbook")
    for name, code in (("none.csv", "missing_file"), ("days.xlsx", "unreadable_file")):
        with pytest.raises(PolicyError) as error:
            build_calendar(Calendar(source="table", file=name), folder=tmp_path)
        assert error.value.faults[0].code == code


def test_a_table_outside_the_calendar_is_refused() -> None:
    with pytest.raises(MetricError, match="1999-01-01"):
        calendar().table(dt.date(1998, 1, 1), dt.date(1999, 1, 1))
