"""From a status history to start, stop and pauses. Expected: by hand, and by replaying the history second by second."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svcqa.clock.calendar import build_calendar
from svcqa.clock.intervals import NULL
from svcqa.clock.pauses import elapsed
from svcqa.clock.status import StatusTimes, status_times
from svcqa.entities.settings import Calendar
from svcqa.errors import MetricError

CHINA = build_calendar(Calendar())
TABLE = {"received": "runs", "waiting": "pauses", "solved": "stops", "closed": "stops"}
LABELS = ("", *TABLE)


def at(text: str) -> int:
    return int((dt.datetime.fromisoformat(text) - dt.datetime(1970, 1, 1)).total_seconds())


def times(
    entries: list[tuple[int, int, str]], starts: list[int], as_of: int, labels: tuple[str, ...] = LABELS
) -> StatusTimes:
    columns = [
        np.array(column, dtype=np.int64)
        for column in zip(*[(row, moment, labels.index(status)) for row, moment, status in entries], strict=True)
    ] or [np.zeros(0, dtype=np.int64)] * 3
    return status_times(*columns, labels, table=TABLE, start=np.array(starts, dtype=np.int64), as_of=as_of)


def january(day: int, time: str) -> int:
    return at(f"2026-01-{day:02d} {time}")


def test_a_case_that_waits_is_solved_and_opened_again() -> None:
    monday = [
        ("09:00", "received"),
        ("10:00", "waiting"),
        ("11:00", "received"),
        ("12:00", "solved"),
        ("13:00", "closed"),
    ]
    entries = [(0, january(5, time), status) for time, status in monday]
    entries += [(0, january(6, "09:00"), "received"), (0, january(6, "10:00"), "closed")]
    entries += [(0, january(9, "10:00"), "received")]  # after as_of
    found = times(entries, [january(5, "09:00")], january(7, "00:00"))
    assert (found.start[0], found.stop[0]) == (january(5, "09:00"), january(6, "10:00"))
    assert list(zip(found.pauses.begin, found.pauses.end, strict=True)) == [(january(5, "10:00"), january(5, "11:00"))]
    assert list(zip(found.closed.begin, found.closed.end, strict=True)) == [(january(5, "12:00"), january(6, "09:00"))]
    spent = elapsed(CHINA, found.start, found.stop, as_of=january(7, "00:00"), pauses=found.pauses + found.closed)
    assert spent.working[0] / 3600 == 1 + 1 + 1  # 9–10 and 11–12 on Monday, 9–10 on Tuesday


@pytest.mark.parametrize(
    ("entries", "start", "expected"),
    [
        # the clock runs before the first entry, from the start of the record
        ([(10, "waiting")], 5, (5, NULL, [(10, NULL)], [])),
        # a history that begins before the start counts from the start on
        ([(1, "waiting"), (20, "received")], 5, (5, NULL, [(5, 20)], [])),
        # born paused, without a start of its own
        ([(10, "waiting"), (20, "received")], NULL, (10, NULL, [(10, 20)], [])),
        # born closed: no time burns
        ([(3, "closed")], 5, (5, 5, [], [])),
        ([(3, "closed")], NULL, (3, 3, [], [])),
        ([(3, "closed"), (30, "received")], 5, (5, NULL, [], [(5, 30)])),
        # an empty status is a gap: what held goes on
        ([(10, "waiting"), (15, ""), (20, "received")], 5, (5, NULL, [(10, 20)], [])),
        ([(15, "")], 5, (5, NULL, [], [])),
        # two entries of one moment: the last row counts
        ([(10, "waiting"), (10, "received")], 5, (5, NULL, [], [])),
        ([(10, "received"), (10, "waiting")], 5, (5, NULL, [(10, NULL)], [])),
        # solved, then closed: it stopped when it was solved
        ([(10, "solved"), (20, "closed")], 5, (5, 10, [], [])),
        # an entry at as_of itself is known, a later one is not
        ([(100, "closed"), (101, "received")], 5, (5, 100, [], [])),
        # no history; a start that has not come
        ([], 5, (5, NULL, [], [])),
        ([], NULL, (NULL, NULL, [], [])),
        ([(10, "waiting")], 200, (NULL, NULL, [], [])),
    ],
)
def test_first_entries_gaps_and_ends_follow_the_rules(entries: Any, start: int, expected: Any) -> None:
    found = times([(0, moment, status) for moment, status in entries], [start], 100)
    stretches = [list(zip(item.begin, item.end, strict=True)) for item in (found.pauses, found.closed)]
    assert (found.start[0], found.stop[0], *stretches) == expected


HISTORIES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40), st.sampled_from(LABELS)), max_size=14)
STARTS = st.lists(st.one_of(st.integers(0, 45), st.just(NULL)), min_size=3, max_size=3)


def replayed(entries: Any, start: int, as_of: int) -> list[str]:
    """What the clock does in each second before ``as_of``, told entry by entry."""
    state, told = "", []
    for second in range(as_of):
        for moment, status in entries:
            if moment == second and status:
                state = TABLE[status]
        started = second >= start if start != NULL else bool(state)
        told.append((state or "runs") if started else "")
    return told


@settings(max_examples=200)
@given(HISTORIES, STARTS, st.integers(0, 45))
def test_the_time_that_runs_equals_replaying_the_history(entries: Any, starts: Any, as_of: int) -> None:
    found = times(entries, starts, as_of)
    always = build_calendar(Calendar.model_validate({"source": "weekdays", "shifts": "24h"}))  # 1 January 1970 is early
    spent = elapsed(always, found.start, found.stop, as_of=as_of, pauses=found.pauses + found.closed)
    for row, start in enumerate(starts):
        own = [(moment, status) for number, moment, status in entries if number == row]
        told = replayed(own, start, as_of)
        if found.start[row] == NULL:
            assert {*told} <= {""}
            continue
        assert spent.natural[row] == told.count("runs")
        paused = found.pauses.row == row
        ends = np.where(found.pauses.end == NULL, as_of, found.pauses.end)
        assert (ends - found.pauses.begin)[paused].sum() == told.count("pauses")
        assert (found.stop[row] == NULL) or {*told[found.stop[row] :]} <= {"stops"}


@given(HISTORIES, STARTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_matters_only_within_one_moment(entries: Any, starts: Any, random: Any) -> None:
    once = list({(row, moment): (row, moment, status) for row, moment, status in entries}.values())
    shuffled = list(once)
    random.shuffle(shuffled)
    one, other = times(once, starts, 45), times(shuffled, starts, 45)
    assert one.start.tolist() == other.start.tolist()
    assert one.stop.tolist() == other.stop.tolist()
    assert one.pauses.begin.tolist() == other.pauses.begin.tolist()


def test_statuses_that_nobody_explained_are_refused_together() -> None:
    with pytest.raises(MetricError) as error:
        times([(0, 5, "lost"), (0, 6, "found")], [1], 10, (*LABELS, "lost", "found"))
    (fault,) = error.value.faults
    assert (fault.code, fault.got, fault.allowed) == ("status_unknown", "found, lost", ", ".join(TABLE))


def test_an_effect_or_a_moment_that_is_none_is_refused() -> None:
    one = np.zeros(1, dtype=np.int64)
    for table, moment, code in (({"open": "sleeps"}, 0, "status_effect"), ({"open": "runs"}, NULL, "status_moment")):
        with pytest.raises(MetricError) as error:
            status_times(one, one + moment, one, ("open",), table=table, start=one, as_of=5)
        assert error.value.faults[0].code == code
