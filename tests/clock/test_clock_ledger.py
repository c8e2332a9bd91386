"""The ledger of one case. Expected: by hand; its sums equal the array clock, which is held against every second."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.clock_oracle import BEGIN, DAY, DAYS, PLANS, calendar_of, intervals, pause_lists, place, unpaused, worked
from svcqa.catalogue import LANGUAGES
from svcqa.clock.calendar import build_calendar
from svcqa.clock.intervals import NULL, Assigned
from svcqa.clock.ledger import Reason, ledger
from svcqa.clock.pauses import elapsed
from svcqa.entities.settings import Calendar

CHINA = build_calendar(Calendar())  # 08:30–12:00 and 13:30–17:30
EPOCH = dt.datetime(1970, 1, 1)


def moment(second: int) -> dt.datetime:
    return EPOCH + dt.timedelta(seconds=second)


def read(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def told(**options: Any) -> list[tuple[str, str, str]]:
    spans = {
        name: [(read(a), read(b) if b else None) for a, b in options.pop(name)]
        for name in ("pauses", "closed", "excluded")
        if name in options
    }
    start, stop, as_of = options.pop("start"), options.pop("stop", None), options.pop("as_of", "2026-12-31")
    found = ledger(CHINA, read(start), read(stop) if stop else None, as_of=read(as_of), **spans, **options)
    return [(f"{entry.begin:%m-%d %H:%M}", f"{entry.end:%m-%d %H:%M}", str(entry.reason)) for entry in found.entries]


def test_a_case_over_the_spring_festival_is_told_stretch_by_stretch() -> None:
    # Saturday 14 February 2026 is worked for the festival of 15 to 23 February
    pause = ("2026-02-14 14:00", "2026-02-14 15:00")
    assert told(start="2026-02-14 11:30", stop="2026-02-24 09:00", pauses=[pause]) == [
        ("02-14 11:30", "02-14 12:00", "counted"),
        ("02-14 12:00", "02-14 13:30", "between_shifts"),
        ("02-14 13:30", "02-14 14:00", "counted"),
        ("02-14 14:00", "02-14 15:00", "paused"),
        ("02-14 15:00", "02-14 17:30", "counted"),
        ("02-14 17:30", "02-15 00:00", "outside_hours"),
        ("02-15 00:00", "02-24 00:00", "holiday"),
        ("02-24 00:00", "02-24 08:30", "outside_hours"),
        ("02-24 08:30", "02-24 09:00", "counted"),
    ]


def test_weekends_exclusions_reopening_and_what_is_still_ahead_have_their_reasons() -> None:
    assert told(
        start="2026-01-09 17:00",
        stop="2026-01-12 16:00",
        as_of="2026-01-12 15:00",
        closed=[("2026-01-09 17:15", "2026-01-12 09:00")],
        excluded=[("2026-01-12 10:00", None)],
        pauses=[("2026-01-12 09:30", "2026-01-12 11:00")],
    ) == [
        ("01-09 17:00", "01-09 17:15", "counted"),
        ("01-09 17:15", "01-12 09:00", "closed"),
        ("01-12 09:00", "01-12 09:30", "counted"),
        ("01-12 09:30", "01-12 10:00", "paused"),
        ("01-12 10:00", "01-12 15:00", "excluded"),
        ("01-12 15:00", "01-12 16:00", "after_as_of"),
    ]
    assert ("01-10 00:00", "01-12 00:00", "weekend") in told(start="2026-01-09 12:00", stop="2026-01-12 09:00")


def test_a_day_off_of_the_company_is_no_holiday() -> None:
    own = build_calendar(
        Calendar.model_validate({"overrides": [{"day": "2026-01-07", "working": False, "reason": "司庆"}]})
    )
    found = ledger(own, read("2026-01-07 09:00"), read("2026-01-08 09:00"), as_of=read("2026-02-01"))
    assert [entry.reason for entry in found.entries] == [Reason.DAY_OFF, Reason.OUTSIDE_HOURS, Reason.COUNTED]


def test_stretches_on_days_that_nobody_announced_say_so() -> None:
    found = ledger(CHINA, read("2026-12-31 16:30"), read("2027-01-01 09:30"), as_of=read("2027-02-01"))
    assert [(entry.reason, entry.provisional) for entry in found.entries] == [
        ("counted", False),
        ("outside_hours", False),
        ("outside_hours", True),
        ("counted", True),
    ]
    assert found.provisional
    assert not ledger(CHINA, read("2026-12-30"), read("2026-12-31"), as_of=read("2027-02-01")).provisional


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_a_ledger_ends_with_its_sum(language: Any) -> None:
    found = ledger(CHINA, read("2026-01-05 11:00"), read("2026-01-05 14:00"), as_of=read("2026-02-01"))
    frame = found.frame(language)
    assert frame.shape == (4, 6)
    assert list(frame.iloc[-1])[3:5] == ["3:00:00", "1:30:00"]
    assert list(frame.iloc[1])[:2] == ["2026-01-05 12:00:00", "2026-01-05 13:30:00"]


INSIDE = st.integers(BEGIN - DAY, BEGIN + DAYS * DAY)


@settings(max_examples=60, deadline=None)
@given(PLANS, INSIDE, st.one_of(INSIDE, st.just(NULL)), INSIDE, pause_lists(), pause_lists())
def test_a_ledger_is_contiguous_and_sums_to_the_figure(
    plan: Any, start: int, stop: int, as_of: int, pauses: Any, excluded: Any
) -> None:
    calendar = calendar_of(plan)
    spans = [[(moment(a), None if b == NULL else moment(b)) for a, b in items] for items in (pauses, excluded)]
    end = None if stop == NULL else moment(stop)
    found = ledger(calendar, moment(start), end, as_of=moment(as_of), pauses=spans[0], excluded=spans[1])
    both = intervals([[*pauses, *excluded]])
    arrays = elapsed(calendar, np.array([start]), np.array([stop]), as_of=as_of, pauses=both)
    entries = found.entries
    assert all(one.end == other.begin for one, other in pairwise(entries))
    assert all(entry.begin < entry.end for entry in entries)
    if start > as_of:
        assert {entry.reason for entry in entries} <= {Reason.AFTER_AS_OF}
        return
    assert (found.counted, found.seconds) == (arrays.working[0], arrays.gross[0])
    strip, running = worked(plan), unpaused([*pauses, *excluded], as_of)
    for entry in entries:  # each reason is true of every second it is given for
        seconds = slice(*(place(int((end - EPOCH).total_seconds())) for end in (entry.begin, entry.end)))
        if entry.reason is Reason.COUNTED:
            assert (strip & running)[seconds].all()
        elif entry.reason in (Reason.PAUSED, Reason.EXCLUDED):
            assert not running[seconds].any()
        elif entry.reason is not Reason.AFTER_AS_OF:
            assert not strip[seconds].any()


@settings(max_examples=40, deadline=None)
@given(PLANS, PLANS, INSIDE, st.integers(0, 3 * DAY), INSIDE)
def test_a_moved_case_sums_to_the_figure_too(plan: Any, other: Any, start: int, later: int, move: int) -> None:
    one, two = calendar_of(plan), calendar_of(other)
    late = BEGIN + 20 * DAY
    found = ledger(one, moment(start), moment(start + later), as_of=moment(late), moves=[(moment(move), two)])
    moved = Assigned((one, two), np.zeros(2, np.int64), np.array([NULL, move]), np.array([0, 1]))
    arrays = elapsed(moved, np.array([start]), np.array([start + later]), as_of=late)
    assert (found.counted, found.seconds) == (arrays.working[0], arrays.gross[0])
