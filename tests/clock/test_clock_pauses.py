"""Elapsed time net of pauses and due moments. Expected values: every second looked at by itself, and by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from support.clock_oracle import (
    BEGIN,
    DAY,
    END,
    MOMENTS,
    PLANS,
    calendar_of,
    intervals,
    pause_lists,
    place,
    unpaused,
    worked,
)
from svcqa.clock.calendar import build_calendar
from svcqa.clock.elapsed import as_days, cumulative_working_seconds, due_moment, moment_at
from svcqa.clock.intervals import NONE, NULL, Assigned, Intervals
from svcqa.clock.pauses import due, elapsed, from_runs
from svcqa.engine.batch import NULL as MISSING
from svcqa.entities.settings import Calendar
from svcqa.errors import MetricError

LATE = END + DAY
CHINA = build_calendar(Calendar())  # 08:30–12:00 and 13:30–17:30
CASES = st.tuples(MOMENTS, st.one_of(MOMENTS, st.just(NULL)), pause_lists())


def at(text: str) -> int:
    return int((dt.datetime.fromisoformat(text) - dt.datetime(1970, 1, 1)).total_seconds())


def array(*moments: int) -> Any:
    return np.array(moments, dtype=np.int64)


def pauses_of(*pairs: tuple[str, str]) -> Intervals:
    return Intervals.of((0, at(begin), at(end) if end else NULL) for begin, end in pairs)


def hours(start: str, stop: str, *pairs: tuple[str, str], as_of: str = "2026-07-01") -> tuple[float, float, float]:
    """Working, natural and gross hours of one case in China."""
    end = at(stop) if stop else NULL
    found = elapsed(CHINA, array(at(start)), array(end), as_of=at(as_of), pauses=pauses_of(*pairs))
    return tuple(int(seconds[0]) / 3600 for seconds in (found.working, found.natural, found.gross))


def test_a_missing_moment_is_the_same_number_everywhere() -> None:
    assert NULL == MISSING


# --- cases that were bugs elsewhere, by hand ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "stop", "pauses", "expected"),
    [
        # Monday 5 January 2026, one pause of an hour in the morning
        ("2026-01-05 09:00", "2026-01-05 11:00", [("2026-01-05 09:30", "2026-01-05 10:30")], (1, 1, 2)),
        # two overlapping pauses count once (09:30–10:30 and 10:00–10:45)
        (
            "2026-01-05 09:00",
            "2026-01-05 11:00",
            [("2026-01-05 09:30", "2026-01-05 10:30"), ("2026-01-05 10:00", "2026-01-05 10:45")],
            (0.75, 0.75, 2),
        ),
        # a pause over lunch takes no working time that lunch had not taken
        ("2026-01-05 11:00", "2026-01-05 14:30", [("2026-01-05 12:00", "2026-01-05 13:30")], (2, 2, 3.5)),
        # born paused: begun before the start
        ("2026-01-05 09:00", "2026-01-05 11:00", [("2026-01-04 09:00", "2026-01-05 10:00")], (1, 1, 2)),
        # a pause that outlasts the stop, and one after it
        (
            "2026-01-05 09:00",
            "2026-01-05 11:00",
            [("2026-01-05 10:00", "2026-01-06 10:00"), ("2026-01-07 10:00", "")],
            (1, 1, 2),
        ),
        # created in a paused period that lasts: no clock at all
        ("2026-01-05 09:00", "", [("2026-01-05 09:00", "")], (0, 0, 177 * 24 - 9)),
        # opened on Saturday, solved on Sunday: counts, with zero working minutes (dbt_zendesk PR#164)
        ("2026-01-10 10:00", "2026-01-11 10:00", [], (0, 24, 24)),
        # born closed: solved before it was entered
        ("2026-01-05 11:00", "2026-01-05 09:00", [], (0, 0, 0)),
        # the make-up Saturday 14 February 2026 is worked, the holiday behind it is not
        ("2026-02-14 16:30", "2026-02-24 09:30", [("2026-02-14 17:00", "2026-02-14 17:15")], (1.75, 232.75, 233)),
    ],
)
def test_cases_counted_by_hand(start: str, stop: str, pauses: Any, expected: tuple[float, float, float]) -> None:
    assert hours(start, stop, *pauses) == expected


def test_what_happens_after_as_of_is_not_known() -> None:
    # closed at 11:00 and paused from 10:30: at ten nobody knows either
    pair = ("2026-01-05 10:30", "2026-01-05 10:45")
    assert hours("2026-01-05 09:00", "2026-01-05 11:00", pair, as_of="2026-01-05 10:00") == (1, 1, 1)
    assert hours("2026-01-05 09:00", "2026-01-05 11:00", pair, as_of="2026-01-05 10:40") == (1.5, 1.5, 5 / 3)


def test_a_case_that_has_not_started_has_no_time() -> None:
    found = elapsed(CHINA, array(NULL, at("2026-08-01")), array(NULL, NULL), as_of=at("2026-07-01"))
    assert {*found.working, *found.natural, *found.gross} == {NULL}


def test_days_shown_are_working_minutes_by_those_of_a_working_day() -> None:
    # Monday 08:30 to Tuesday 17:30 is two working days, not 33 ÷ 24 (pm4py#559)
    found = elapsed(CHINA, array(at("2026-01-05 08:30")), array(at("2026-01-06 17:30")), as_of=at("2026-07-01"))
    assert as_days(CHINA, found.working).tolist() == [2.0]


def test_a_reopened_case_does_not_count_while_it_was_closed() -> None:
    runs = Intervals.of(
        [
            (0, at("2026-01-05 09:00"), at("2026-01-05 10:00")),
            (0, at("2026-01-06 09:00"), at("2026-01-06 09:30")),
            (2, at("2026-01-05 09:00"), at("2026-01-05 10:00")),
            (2, at("2026-01-07 09:00"), NULL),
        ]
    )
    start, stop, closed = from_runs(runs, 3)
    found = elapsed(CHINA, start, stop, as_of=at("2026-01-07 11:00"), pauses=closed)
    assert [seconds / 3600 for seconds in (found.working[0], found.natural[0], found.gross[0])] == [1.5, 1.5, 24.5]
    assert (start[1], found.working[1]) == (NULL, NULL)
    assert (stop[2], found.working[2] / 3600, found.gross[2] / 3600) == (NULL, 3, 50)


def test_pauses_survive_a_move_to_another_department() -> None:
    """The case is moved from an office to a post of 24 hours at 18:00; a pause spans the move (GLPI#6902)."""
    post = build_calendar(Calendar.model_validate({"shifts": "24h", "day_shifts": {"weekend": "24h"}}))
    moved = Assigned((CHINA, post), array(0, 0), array(NULL, at("2026-01-05 18:00")), array(0, 1))
    pause = pauses_of(("2026-01-05 17:00", "2026-01-05 20:00"))
    found = elapsed(
        moved, array(at("2026-01-05 16:00")), array(at("2026-01-05 22:00")), as_of=at("2026-07-01"), pauses=pause
    )
    assert found.working[0] / 3600 == 1 + 2  # 16:00–17:00 at the office, 20:00–22:00 at the post
    late = due(moved, array(at("2026-01-05 16:00")), 3 * 3600, as_of=at("2026-07-01"), pauses=pause)
    assert late.moment[0] == at("2026-01-05 22:00")


def test_a_move_that_is_not_known_yet_changes_nothing() -> None:
    post = build_calendar(Calendar.model_validate({"shifts": "24h"}))
    moved = Assigned((CHINA, post), array(0, 0), array(NULL, at("2026-01-06")), array(0, 1))
    found = due(moved, array(at("2026-01-05 17:00")), 3600, as_of=at("2026-01-05 18:00"))
    assert found.moment[0] == at("2026-01-06 09:00")


def test_a_case_without_a_calendar_is_refused() -> None:
    late = Assigned((CHINA,), array(0, 1), array(NULL, at("2026-01-05 10:00")), array(0, 0))
    starts = array(at("2026-01-05 09:00"), at("2026-01-05 09:00"))
    with pytest.raises(MetricError) as error:
        elapsed(late, starts, starts + 7200, as_of=at("2026-07-01"))
    assert (error.value.faults[0].code, error.value.faults[0].got) == ("no_calendar", "1")


@pytest.mark.parametrize("pair", [(NULL, 5), (10, 5), (NULL, NULL)])
def test_a_pause_that_cannot_be_is_refused(pair: tuple[int, int]) -> None:
    with pytest.raises(MetricError) as error:
        Intervals.of([(0, 1, 2), (7, *pair)])
    (fault,) = error.value.faults
    assert (fault.code, fault.got, fault.place.split(":")[0]) == ("interval_backwards", "1", "7")


# --- every second by itself --------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(PLANS, st.lists(CASES, min_size=1, max_size=4), st.one_of(st.just(LATE), MOMENTS))
def test_net_time_equals_looking_at_every_second(plan: Any, cases: Any, as_of: int) -> None:
    starts, stops, lists = zip(*cases, strict=True)
    found = elapsed(calendar_of(plan), array(*starts), array(*stops), as_of=as_of, pauses=intervals(lists))
    strip = worked(plan)
    for row, (start, stop, pauses) in enumerate(cases):
        if start > as_of:
            assert found.working[row] == found.natural[row] == found.gross[row] == NULL
            continue
        end = max(start, as_of if stop == NULL else min(stop, as_of))
        seconds = slice(place(start), place(end))
        running = unpaused(pauses, as_of)
        assert found.working[row] == (strip & running)[seconds].sum()
        assert found.natural[row] == running[seconds].sum()
        assert found.gross[row] == end - start
        assert 0 <= found.working[row] <= found.natural[row] <= found.gross[row]


@settings(max_examples=40, deadline=None)
@given(PLANS, PLANS, MOMENTS, MOMENTS, MOMENTS, pause_lists())
def test_a_moved_case_counts_by_the_calendar_of_each_moment(
    plan: Any, other: Any, start: int, stop: int, move: int, pauses: Any
) -> None:
    moved = Assigned((calendar_of(plan), calendar_of(other)), array(0, 0), array(NULL, move), array(0, 1))
    found = elapsed(moved, array(start), array(stop), as_of=LATE, pauses=intervals([pauses]))
    strip = np.where(np.arange(len(worked(plan))) < place(move), worked(plan), worked(other)) & unpaused(pauses, LATE)
    assert found.working[0] == strip[place(start) : max(place(stop), place(start))].sum()


@settings(max_examples=40, deadline=None)
@given(PLANS, st.lists(MOMENTS, min_size=3, max_size=3).map(sorted), pause_lists())
def test_net_time_adds_up_and_never_shrinks(plan: Any, moments: Any, pauses: Any) -> None:
    a, b, c = moments
    found = elapsed(calendar_of(plan), array(a, b, a), array(b, c, c), as_of=LATE, pauses=intervals([pauses] * 3))
    for seconds in (found.working, found.natural, found.gross):
        assert seconds[0] + seconds[1] == seconds[2]
        assert seconds[0] <= seconds[2]


@settings(max_examples=30, deadline=None)
@given(PLANS, MOMENTS, MOMENTS, pause_lists(), st.randoms(use_true_random=False))
def test_neither_the_order_of_pauses_nor_saying_one_twice_matters(
    plan: Any, start: int, stop: int, pauses: Any, random: Any
) -> None:
    shuffled = [*pauses, *pauses[:2]]
    random.shuffle(shuffled)
    one, other = (
        elapsed(calendar_of(plan), array(start), array(stop), as_of=LATE, pauses=intervals([items]))
        for items in (pauses, shuffled)
    )
    assert (one.working[0], one.natural[0]) == (other.working[0], other.natural[0])


# --- due moments -------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    PLANS, st.lists(st.tuples(MOMENTS, pause_lists(), st.integers(0, 2 * DAY)), min_size=1, max_size=4), st.booleans()
)
def test_the_due_moment_is_the_first_second_by_which_the_limit_is_used_up(plan: Any, cases: Any, natural: bool) -> None:
    starts, lists, limits = zip(*cases, strict=True)
    calendar = None if natural else calendar_of(plan)
    found = due(calendar, array(*starts), array(*limits), as_of=LATE, pauses=intervals(lists))
    for row, (start, pauses, limit) in enumerate(cases):
        strip = unpaused(pauses, LATE) & (True if natural else worked(plan))
        used = np.concatenate([[0], np.cumsum(strip[place(start) :])])
        by_hand = int(np.searchsorted(used, limit)) + start
        if by_hand <= LATE:  # behind the strip other days follow
            assert found.moment[row] == by_hand
        else:
            assert found.moment[row] > LATE
        still_open = any(begin < LATE and (end == NULL or end > LATE) for begin, end in pauses)
        assert not (found.held[row] and not still_open)


@settings(max_examples=60, deadline=None)
@given(PLANS, MOMENTS, st.integers(1, 3 * DAY), pause_lists(), MOMENTS)
def test_the_due_moment_is_the_inverse_of_elapsed_time(
    plan: Any, start: int, limit: int, pauses: Any, as_of: int
) -> None:
    """With what was known at ``as_of``: later pauses masked, open ones taken to end then."""
    assume(start <= as_of)
    calendar = calendar_of(plan)
    moment = due(calendar, array(start), limit, as_of=as_of, pauses=intervals([pauses])).moment
    known = intervals([pauses]).known(as_of)
    much_later = int(moment[0]) + DAY
    for shift, kept in ((0, limit), (-1, limit - 1)):
        found = elapsed(calendar, array(start), moment + shift, as_of=much_later, pauses=known)
        assert found.working[0] == kept


@settings(max_examples=60, deadline=None)
@given(PLANS, st.lists(MOMENTS, min_size=1, max_size=6))
def test_a_moment_is_found_again_from_its_working_seconds(plan: Any, moments: Any) -> None:
    calendar = calendar_of(plan)
    worked_by = cumulative_working_seconds(calendar, array(*moments))
    found = moment_at(calendar, worked_by)
    assert (found <= array(*moments)).all()
    assert (cumulative_working_seconds(calendar, found) == worked_by).all()
    assert (cumulative_working_seconds(calendar, found - 1) < worked_by).all()


def test_an_open_pause_holds_the_clock_and_says_so() -> None:
    start, as_of = array(at("2026-01-05 09:00")), at("2026-01-05 11:00")
    held = due(CHINA, start, 2 * 3600, as_of=as_of, pauses=pauses_of(("2026-01-05 10:00", "")))
    assert (held.moment[0], held.held[0]) == (at("2026-01-05 12:00"), True)  # one hour left if it ended now
    used_up = due(CHINA, start, 1800, as_of=as_of, pauses=pauses_of(("2026-01-05 10:00", "")))
    assert (used_up.moment[0], used_up.held[0]) == (at("2026-01-05 09:30"), False)


@pytest.mark.parametrize("calendar", [CHINA, None])
def test_a_limit_used_up_as_a_pause_begins_is_due_then_and_not_when_it_ends(calendar: Any) -> None:
    pause = pauses_of(("2026-01-05 10:00", "2026-01-05 11:00"))
    found = due(calendar, array(at("2026-01-05 09:00")), 3600, as_of=at("2026-07-01"), pauses=pause)
    assert (found.moment[0], found.held[0]) == (at("2026-01-05 10:00"), False)


def test_a_limit_beyond_the_calendar_falls_due_at_its_end() -> None:
    start, end = array(at("2060-12-31 17:00")), at("2061-01-01")
    assert due_moment(CHINA, start, 10**6)[0] == end
    found = due(CHINA, start, 10**6, as_of=end, pauses=NONE + Intervals.of([(0, at("2060-12-30"), at("2060-12-31"))]))
    assert found.moment[0] == end


@given(st.lists(st.tuples(st.integers(0, 3), MOMENTS, st.integers(0, DAY)), min_size=1, max_size=8))
def test_runs_become_start_stop_and_the_gaps_between(items: Any) -> None:
    runs = Intervals.of((row, begin, begin + length) for row, begin, length in items)
    start, stop, gaps = from_runs(runs, 4)
    for row in range(4):
        own = [(begin, begin + length) for number, begin, length in items if number == row]
        if not own:
            assert (start[row], stop[row]) == (NULL, NULL)
            continue
        strip = ~unpaused(own, END + 4 * DAY)
        span = slice(place(min(begin for begin, _ in own)), place(max(end for _, end in own)))
        lying = gaps.row == row
        assert (start[row], stop[row]) == (min(begin for begin, _ in own), max(end for _, end in own))
        assert (gaps.end - gaps.begin)[lying].sum() == (~strip[span]).sum()
    assert start[start != NULL].min() >= BEGIN - DAY
