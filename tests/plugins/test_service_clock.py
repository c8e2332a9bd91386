"""The service clock as the metrics read it: units' own hours, pauses, reopened and moved cases, rules for the last day.

Expected: by hand, and by a clock that paints every second of a week (``clock_oracle``), which knows no interval.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from support.clock_cases import (
    CHINA,
    DAYS_OF_WORK,
    NATURAL,
    POST,
    STATUS,
    WORKING,
    Row,
    cases,
    clock,
    order,
    paused,
    read,
    told,
)
from support.clock_oracle import BEGIN, DAY, DAYS, END, FIRST, PLANS, place, worked
from support.workspaces import commitment, make_workspace, measured, scratch, write
from svcqa.catalogue import LANGUAGES
from svcqa.errors import MetricError
from svcqa.report.words import figures as wording

# --- hours of units -------------------------------------------------------------------------------------------------


def test_a_post_round_the_clock_changes_the_figures_of_its_own_unit_alone(tmp_path: Path) -> None:
    # Monday 17:00 to Tuesday 09:00: at the office 30 + 30 minutes, round the clock 16 hours
    rows = [order(key, "2026-01-05 17:00:00", "2026-01-06 09:00:00", f"D{key}") for key in ("1", "2")]
    plain = read(tmp_path / "a", commitment(rule=WORKING), rows)
    assert cases(plain) == {"1": ("met", 60, "01-05"), "2": ("met", 60, "01-05")}
    own = read(tmp_path / "b", commitment(rule=WORKING), rows, calendar=CHINA | {"posts": [POST]})
    assert cases(own) == {"1": ("breached", 960, "01-05"), "2": ("met", 60, "01-05")}
    by_unit = own.measure("compliance", commitment="promise", period="2026-01", by=["department"]).figures()
    assert [(figure.unit, figure.numerator, figure.n) for figure in by_unit] == [("D1", 0, 1), ("D2", 1, 1)]


def test_a_day_off_of_one_unit_moves_only_its_own_last_day(tmp_path: Path) -> None:
    rule = DAYS_OF_WORK | {"counting": "next_day", "limit": 2}
    # received on Monday the 5th, answered on Thursday the 8th: day 3; where the 6th is off, day 2
    rows = [
        order("1", "2026-01-05 10:00:00", "2026-01-08 10:00:00", "D1"),
        order("2", "2026-01-05 10:00:00", "2026-01-08 10:00:00", "D2"),
    ]
    off = {"overrides": [{"day": dt.date(2026, 1, 6), "working": False, "reason": "盘点", "unit": "D1"}]}
    workspace = read(tmp_path, commitment(rule=rule), rows, calendar=CHINA | off)
    assert cases(workspace) == {"1": ("met", 2, "01-05"), "2": ("breached", 3, "01-05")}


def test_working_days_in_minutes_are_as_long_as_the_unit_s_own_day(tmp_path: Path) -> None:
    # a shift of 12 hours at D1: one day is 12 hours there, 7.5 at the office; both are used up on the second evening
    shift = {"unit": "D1", "shifts": [["08:00", "20:00"]]}
    rows = [
        order("1", "2026-01-05 14:00:00", "2026-01-06 14:00:00", "D1"),
        order("2", "2026-01-05 14:00:00", "2026-01-06 14:30:00", "D2"),
    ]
    promise = commitment(rule=DAYS_OF_WORK, month_of="due")
    workspace = read(tmp_path, promise, rows, calendar=CHINA | {"posts": [shift]})
    # 6 + 6 hours; 3.5 + 3.5 + 1 hours = 480 minutes of 450. Due: Tuesday 14:00 and Tuesday 14:00
    assert cases(workspace) == {"1": ("met", 1, "01-06"), "2": ("breached", 2, "01-06")}


# --- pauses, reopened cases, moves: by hand --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "entries", "as_of", "natural", "working"),
    [
        # a pause of half an hour on Monday morning
        (
            "01-05 09:00",
            [("01-05 09:30", "waiting"), ("01-05 10:00", "back"), ("01-05 11:00", "closed")],
            "02-01",
            ("met", 90),
            ("met", 90),
        ),
        # the pause spans lunch (12:00–13:30): natural time loses 2 hours, working time half an hour
        (
            "01-05 11:00",
            [("01-05 11:45", "waiting"), ("01-05 13:45", "open"), ("01-05 14:15", "closed")],
            "02-01",
            ("met", 75),
            ("met", 75),
        ),
        # reopened: closed from 10:00 on Monday until 09:00 on Tuesday does not count
        (
            "01-05 09:00",
            [("01-05 10:00", "closed"), ("01-06 09:00", "open"), ("01-06 10:30", "closed")],
            "02-01",
            ("breached", 150),
            ("breached", 150),
        ),
        # born paused: the history begins before the record does, and waits
        (
            "01-05 09:00",
            [("01-05 08:00", "waiting"), ("01-05 10:00", "open"), ("01-05 10:20", "closed")],
            "02-01",
            ("met", 20),
            ("met", 20),
        ),
        # born closed: burns no time
        ("01-05 09:00", [("01-05 09:00", "closed")], "02-01", ("met", 0), ("met", 0)),
        # opened on Saturday, closed on Sunday: 24 hours, no working time, and it counts
        ("01-10 09:00", [("01-11 09:00", "closed")], "02-01", ("breached", 1440), ("met", 0)),
        # seen while it waits, the clock stands at one hour however late it is
        (
            "01-05 09:00",
            [("01-05 10:00", "waiting"), ("01-09 10:00", "back")],
            "01-08",
            ("open_not_due", 60),
            ("open_not_due", 60),
        ),
        # closed and paused only after the moment of looking: open, an hour and a half so far
        (
            "01-05 09:00",
            [("01-05 10:40", "waiting"), ("01-05 12:00", "closed")],
            "01-05 10:30",
            ("open_not_due", 90),
            ("open_not_due", 90),
        ),
        # reopened after the moment of looking: closed
        ("01-05 09:00", [("01-05 10:00", "closed"), ("01-12 09:00", "open")], "01-08", ("met", 60), ("met", 60)),
    ],
)
def test_histories_by_hand(
    tmp_path: Path, start: str, entries: Any, as_of: str, natural: tuple[str, int], working: tuple[str, int]
) -> None:
    history = told("1", *((f"2026-{moment}:00", status) for moment, status in entries))
    rows = [order("1", f"2026-{start}:00", "2026-01-31 00:00:00")]  # what the column says does not count then
    for rule, expected in ((NATURAL, natural), (WORKING, working)):
        workspace = read(tmp_path / rule["kind"], paused(rule), rows, history)
        assert cases(workspace, as_of=f"2026-{as_of}")["1"][:2] == expected


def test_days_in_working_time_leave_pauses_out(tmp_path: Path) -> None:
    # Monday from 10:00 is 6 hours of work, Tuesday from 16:00 to 17:30 another 1.5: 7.5 hours are one day
    rows = [order("1", "2026-01-05 10:00:00")]
    for minute, expected in (("16:00", ("met", 1)), ("15:59", ("breached", 2))):
        history = told(
            "1",
            ("2026-01-06 08:30:00", "waiting"),
            (f"2026-01-06 {minute}:00", "open"),
            ("2026-01-06 17:30:00", "closed"),
        )
        workspace = read(tmp_path / minute.replace(":", ""), paused(DAYS_OF_WORK), rows, history)
        assert cases(workspace)["1"][:2] == expected


def test_a_case_that_moves_is_counted_by_the_hours_of_whoever_has_it(tmp_path: Path) -> None:
    """Office until 18:00 on Monday, then a post round the clock (GLPI#6902): 16:00–17:30 and 18:00–22:00."""
    history = told(
        "1",
        ("2026-01-05 16:00:00", "open", "D2"),
        ("2026-01-05 18:00:00", "open", "D1"),
        ("2026-01-05 22:00:00", "closed", "D1"),
    )
    rows = [order("1", "2026-01-05 16:00:00", unit="D1")]
    options = {"calendar": CHINA | {"posts": [POST]}}
    workspace = read(tmp_path / "a", paused(WORKING | {"limit": 330}), rows, history, **options)
    assert cases(workspace)["1"][:2] == ("met", 330)
    # looked at before the move is known, it is the office's: 17:30 is the end of its day
    assert cases(workspace, as_of="2026-01-05 17:50")["1"][:2] == ("open_not_due", 90)


def test_a_start_still_ahead_is_not_brought_forward_by_an_early_entry(tmp_path: Path) -> None:
    rule = NATURAL | {"start": "accepted_at"}
    rows = [order("1", "2026-01-05 08:00:00", accepted_at="2026-01-05 10:00:00")]
    history = told("1", ("2026-01-05 08:30:00", "open"), ("2026-01-05 11:00:00", "closed"))
    workspace = read(tmp_path, paused(rule), rows, history)
    assert cases(workspace, as_of="2026-01-05 09:00")["1"][0] == "not_applicable"
    assert cases(workspace)["1"][:2] == ("met", 60)


def test_where_no_status_stops_the_clock_the_record_does(tmp_path: Path) -> None:
    status = {"runs": ["open"], "pauses": ["waiting"]}
    history = told("1", ("2026-01-05 09:30:00", "waiting"), ("2026-01-05 10:00:00", "open"))
    rows = [order("1", "2026-01-05 09:00:00", "2026-01-05 11:00:00"), order("2", "2026-01-05 09:00:00", None)]
    workspace = read(tmp_path, commitment(rule=NATURAL, status=status), rows, history)
    assert cases(workspace, as_of="2026-01-05 10:50") == {
        "1": ("open_not_due", 80, "01-05"),
        "2": ("open_not_due", 110, "01-05"),
    }
    assert cases(workspace)["1"] == ("met", 90, "01-05")


def test_a_case_without_a_history_has_its_columns(tmp_path: Path) -> None:
    rows = [order("1", "2026-01-05 09:00:00", "2026-01-05 10:00:00"), order("2", "2026-01-05 09:00:00")]
    workspace = read(tmp_path, paused(NATURAL), rows, told("9", ("2026-01-05 09:00:00", "closed")))
    assert cases(workspace) == {"1": ("met", 60, "01-05"), "2": ("open_overdue", (26 * 24 + 15) * 60, "01-05")}


def test_complaints_and_orders_of_one_number_keep_their_own_histories(tmp_path: Path) -> None:
    rule = {"kind": "elapsed_natural", "start": "received_at", "stop": "replied_at", "limit": 120, "unit": "minute"}
    promise = commitment(table="complaints", rule=rule, status=STATUS)
    history = [
        *told("7", ("2026-01-05 10:00:00", "closed"), table="complaints"),
        *told("7", ("2026-01-05 09:10:00", "closed"), table="work_orders"),
    ]
    rows = [{"complaint_id": "7", "unit": "D1", "received_at": "2026-01-05 09:00:00"}]
    assert cases(read(tmp_path, promise, rows, history))["7"] == ("met", 60, "01-05")


# --- statuses that nobody named -------------------------------------------------------------------------------------


def test_a_status_that_nobody_named_is_told_and_costs_its_own_row_of_a_review(tmp_path: Path) -> None:
    strange = told("1", ("2026-01-05 10:00:00", "parked"))
    rows = [order("1", "2026-01-05 09:00:00", "2026-01-05 09:30:00")]
    workspace = make_workspace(
        tmp_path,
        records={"work_orders": rows, "status_history": strange},
        commitments=[paused(NATURAL), commitment("plain", rule=NATURAL)],
        calendar=CHINA,
    )
    workspace.ingest()
    with pytest.raises(MetricError) as caught:
        workspace.measure("compliance", commitment="promise", period="2026-01")
    for language in LANGUAGES:
        assert "parked" in caught.value.render(language)
        assert "waiting" in caught.value.render(language)
    broken, kept = workspace.reviews.review("2026H1").commitments
    assert broken.fault is not None
    assert "parked" in broken.fault.render("zh-Hans")
    assert kept.fault is None
    assert kept.course.now is not None
    assert (kept.course.now.numerator, kept.course.now.n) == (1, 1)


# --- other metrics, other months ------------------------------------------------------------------------------------


def test_percentiles_and_means_see_the_same_net_times(tmp_path: Path) -> None:
    # net: 60, 90 and 150 minutes
    history = [
        *told("1", ("2026-01-05 10:00:00", "closed")),
        *told(
            "2", ("2026-01-05 09:30:00", "waiting"), ("2026-01-05 10:00:00", "open"), ("2026-01-05 11:00:00", "closed")
        ),
        *told(
            "3", ("2026-01-05 10:00:00", "closed"), ("2026-01-06 09:00:00", "open"), ("2026-01-06 10:30:00", "closed")
        ),
    ]
    rows = [order(key, "2026-01-05 09:00:00") for key in ("1", "2", "3")]
    workspace = read(tmp_path / "a", paused(WORKING), rows, history)
    assert {key: value for key, (_, value, _) in cases(workspace).items()} == {"1": 60, "2": 90, "3": 150}
    found = workspace.measure("sla_percentiles", commitment="promise", period="2026-01", params={"percentiles": [50]})
    median = next(figure for figure in found.figures() if figure.measure == "p50")
    assert (median.value, median.limit) == (90, "120 working_minute net")
    mean = {
        "kind": "mean_and_maximum",
        "start": "received_at",
        "stop": "closed_at",
        "mean": 60,
        "maximum": 120,
        "unit": "minute",
        "clock": "working_time",
    }
    other = read(tmp_path / "b", paused(mean), rows, history)
    figures = other.measure("mean_and_maximum", commitment="promise", period="2026-01").figures()
    assert {figure.measure: figure.value for figure in figures} == {"mean": 100.0, "maximum": 150.0}


def test_the_month_of_the_due_moment_moves_with_pauses(tmp_path: Path) -> None:
    # two hours from 30 January 16:30: an hour on Friday, an hour on Monday 2 February; held for the Monday: Tuesday
    rows = [order(key, "2026-01-30 16:30:00") for key in ("1", "2", "3")]
    history = [
        *told("2", ("2026-02-02 08:30:00", "waiting"), ("2026-02-03 08:30:00", "open")),
        *told("3", ("2026-01-30 17:30:00", "closed")),
    ]
    workspace = read(tmp_path, paused(WORKING, month_of="due"), rows, history)
    found = cases(workspace, "2026-01..2026-02", as_of="2026-03-01")
    assert {key: day for key, (_, _, day) in found.items()} == {"1": "02-02", "2": "02-03", "3": "02-02"}


def test_a_limit_used_up_at_midnight_belongs_to_the_day_that_ends(tmp_path: Path) -> None:
    """However the other cases of its batch stand: whether one of them paused must not move it."""
    rows = [order("1", "2026-01-31 22:00:00"), order("2", "2026-01-05 09:00:00")]
    options = {"calendar": CHINA | {"posts": [POST]}}
    for waiting in ("2", "9"):
        history = told(waiting, ("2026-01-05 10:00:00", "waiting"))
        workspace = read(tmp_path / waiting, paused(WORKING, month_of="due"), rows, history, **options)
        assert cases(workspace, "2026-01..2026-02", as_of="2026-03-01")["1"] == (
            "open_overdue",
            (28 * 24 + 2) * 60,
            "01-31",
        )


@pytest.mark.parametrize(
    ("last", "stop", "expected"),
    [
        # received on Friday 9 January at 10:00; the first working day is Monday the 12th
        ("end", "2026-01-12 23:00:00", ("met", 1)),
        ("closing", "2026-01-12 17:30:00", ("met", 1)),
        ("closing", "2026-01-12 17:30:01", ("breached", 2)),
        ("hour", "2026-01-12 10:00:00", ("met", 1)),
        ("hour", "2026-01-12 10:00:01", ("breached", 2)),
        ("hour", "2026-01-13 10:00:01", ("breached", 3)),
    ],
)
def test_the_last_day_ends_as_the_rule_says(tmp_path: Path, last: str, stop: str, expected: tuple[str, int]) -> None:
    rule = DAYS_OF_WORK | {"counting": "next_day", "last": last}
    workspace = read(tmp_path, commitment(rule=rule), [order("1", "2026-01-09 10:00:00", stop)])
    assert cases(workspace)["1"][:2] == expected


def test_a_receipt_at_the_weekend_is_counted_to_the_hour_from_the_next_morning(tmp_path: Path) -> None:
    # Saturday 31 January: work starts on Monday 2 February at 08:30, so day 1 ends on Tuesday at 08:30
    rule = DAYS_OF_WORK | {"counting": "next_day", "last": "hour"}
    rows = [order("1", "2026-01-31 15:00:00", "2026-02-03 08:30:00"), order("2", "2026-01-31 15:00:00", None)]
    workspace = read(tmp_path, commitment(rule=rule, month_of="due"), rows)
    found = cases(workspace, "2026-02", as_of="2026-02-03 08:29:59")
    assert found == {"1": ("open_not_due", 0, "02-03"), "2": ("open_not_due", 0, "02-03")}
    assert cases(workspace, "2026-02", as_of="2026-02-03 08:30:00") == {
        "1": ("met", 1, "02-03"),
        "2": ("open_overdue", 1, "02-03"),
    }


@pytest.mark.parametrize(
    ("promise", "limit", "said"),
    [
        (
            commitment(rule=DAYS_OF_WORK | {"counting": "next_day", "last": "closing"}),
            "1 working_day next_day closing",
            "1 个工作日（次日起算；末日到下班止）",
        ),
        (paused(DAYS_OF_WORK), "1 working_day minutes net", "1 个工作日（按工作时间折算；扣除暂停）"),
        (paused(WORKING), "120 working_minute net", "120 工作分钟（扣除暂停）"),
        (
            commitment(rule=DAYS_OF_WORK | {"counting": "same_day"}, limits=[{"where": {"tier": ["vip"]}, "limit": 2}]),
            "1 working_day same_day by_case",
            "1 个工作日（当日起算；按个案另有规定）",
        ),
    ],
)
def test_every_figure_names_how_its_limit_is_counted(tmp_path: Path, promise: Row, limit: str, said: str) -> None:
    workspace = read(
        tmp_path,
        promise,
        [order("1", "2026-01-09 10:00:00", "2026-01-09 11:00:00")],
        told("1", ("2026-01-09 11:00:00", "closed")),
    )
    figure = measured(workspace, period="2026-01")
    assert figure.limit == limit
    assert wording.limit(figure.limit, "zh-Hans").replace("(", "（").replace(")", "）") == said
    percentiles = workspace.measure("sla_percentiles", commitment="promise", period="2026-01")
    assert {one.limit for one in percentiles.figures()} == {limit}


# --- brute force: every second of a week ----------------------------------------------------------------------------

OWNERS = st.sampled_from(("", "D1", "D2"))
ENTRIES = st.lists(
    st.tuples(st.integers(BEGIN - DAY, END), st.sampled_from(("open", "back", "waiting", "closed")), OWNERS),
    max_size=6,
    unique_by=lambda entry: entry[0],
)
CASES = st.lists(st.tuples(st.integers(BEGIN, END), st.sampled_from(("D1", "D2")), ENTRIES), min_size=8, max_size=16)


def painted(
    strips: Mapping[str, Any], start: int, own: str, entries: Sequence[tuple[int, str, str]], as_of: int
) -> tuple[bool, int, int]:
    """Closed or not, seconds until the stop, seconds had the clock gone on: status by status, second by second."""
    known = sorted(entry for entry in entries if entry[0] <= as_of)
    named = [(moment, unit) for moment, _, unit in known if unit]
    status = next((state for moment, state, _ in reversed(known) if moment <= start), "open")
    changes = {moment: state for moment, state, _ in known if moment > start}
    total = since_stop = 0
    for begin, end in pairwise([*sorted({start, *changes, *(at for at, _ in named if at > start)}), as_of]):
        status = changes.get(begin, status)
        owner = next((unit for at, unit in reversed(named) if at <= begin), named[0][1] if named else own)
        seconds = int(strips[owner][place(begin) : place(end)].sum())
        since_stop = since_stop + seconds if status == "closed" else 0
        total += seconds if status in ("open", "back") else 0
    return status == "closed", total, total + since_stop


BEYOND_THE_TABLE = [
    # it begins on 1 March 2026 and ends on 31 July; all other days are only taken for what they usually are
    ("march", "2026-03-03 09:00", "2026-03-04 09:00", "2026-04-01", False),
    ("february", "2026-02-03 09:00", "2026-02-04 09:00", "2026-03-01", True),
    ("july", "2026-07-03 09:00", None, "2026-08-01", False),
    ("july", "2026-07-03 09:00", None, "2026-08-03 10:00", True),
]


def test_figures_say_that_they_rest_on_days_outside_the_table(tmp_path: Path) -> None:
    days = [dt.date(2026, 3, 1) + dt.timedelta(days=number) for number in range(153)]
    lines = [f"{day},{'weekend' if day.weekday() > 4 else 'workday'}" for day in days]
    write(tmp_path / "calendar.csv", "\n".join(["day,kind", *lines]))
    slow = {
        "kind": "mean_and_maximum",
        "start": "received_at",
        "stop": "closed_at",
        "mean": 1,
        "maximum": 2,
        "unit": "hour",
        "clock": "working_time",
    }
    workspace = make_workspace(
        tmp_path,
        calendar={"source": "table", "file": "calendar.csv"},
        commitments=[commitment("share", rule=WORKING | {"limit": 20_000}), commitment("slow", rule=slow)],
        records={"work_orders": [order(name, start, stop) for name, start, stop, *_ in BEYOND_THE_TABLE[:3]]},
    )
    assert workspace.ingest().accepted == 3
    asked = [("compliance", "share"), ("sla_percentiles", "share"), ("mean_and_maximum", "slow")]
    for name, start, _, as_of, flagged in BEYOND_THE_TABLE:
        for metric, key in asked:
            rows = workspace.measure(metric, commitment=key, period=start[:7], as_of=as_of).rows
            assert {"provisional_calendar" in row["flags"] for row in rows} == {flagged}
        assert {told.provisional for told in workspace.explain(name, as_of=as_of)} == {flagged}


@settings(max_examples=12, phases=(Phase.explicit, Phase.generate))  # shrinking would read records for minutes
@given(PLANS, CASES, st.integers(BEGIN + DAY, END + DAY))
def test_the_kernel_s_value_is_the_painted_seconds_in_whole_minutes(plan: Any, given_cases: Any, as_of: int) -> None:
    rest = [FIRST + dt.timedelta(days=n) for n in (*range(-40, 0), *range(DAYS, DAYS + 40))]
    overrides = [{"day": day, "working": False, "reason": "rest", "unit": "D1"} for day in rest]
    for number, shifts in enumerate(plan):
        own = {"shifts": [list(shift) for shift in shifts]} if shifts else {}
        day = FIRST + dt.timedelta(days=number)
        overrides.append({"day": day, "working": bool(shifts), "reason": "plan", "unit": "D1", **own})
    every = worked(plan) | True
    strips = {"D1": worked(plan), "D2": every}
    rows = [order(str(n), clock(start), unit=unit) for n, (start, unit, _) in enumerate(given_cases)]
    history = [
        row
        for n, (_, _, entries) in enumerate(given_cases)
        for row in told(str(n), *((clock(moment), state, unit or None) for moment, state, unit in entries))
    ]
    settings_ = {"source": "weekdays", "overrides": overrides, "posts": [{"unit": "D2", "shifts": "24h"}]}
    with scratch() as folder:
        workspace = make_workspace(
            folder,
            records={"work_orders": rows, "status_history": history},
            commitments=[paused(WORKING)],
            calendar=settings_,
        )
        workspace.ingest()
        found = cases(workspace, "2026-03", as_of=clock(as_of))
    for n, (start, unit, entries) in enumerate(given_cases):
        if start > as_of:
            assert str(n) not in found
            continue
        closed, spent, so_far = painted(strips, start, unit, entries, as_of)
        value = -(-spent // 60) if closed else spent // 60
        due, kept = so_far // 60 >= 120, value <= 120
        state = (
            ("met" if due else "met_not_due")
            if closed and kept
            else "breached"
            if closed
            else ("open_overdue" if due else "open_not_due")
        )
        assert (n, *found[str(n)][:2]) == (n, state, value)
