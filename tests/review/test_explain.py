"""One case explained. Expected: by hand from the calendar of 2026; state and figure are those the case list gives."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import svcqa
from support.clock_cases import CHINA, DAYS_OF_WORK, NATURAL, POST, WORKING, clock, order, paused, read, told
from support.workspaces import commitment, make_workspace, scratch
from svcqa.catalogue import LANGUAGES
from svcqa.errors import MetricError, NameUnknownError
from svcqa.report import charts, tables
from svcqa.report.files.picture import write_picture

LATER = "2026-07-01"
LONGEST = {
    "kind": "mean_and_maximum",
    "start": "received_at",
    "stop": "closed_at",
    "mean": 1,
    "maximum": 2.5,
    "unit": "hour",
}
START = int((dt.datetime(2026, 2, 9) - dt.datetime(1970, 1, 1)).total_seconds())


def only(workspace: svcqa.Workspace, case: str = "1", **options: Any) -> Any:
    (found,) = workspace.explain(case, **{"as_of": LATER} | options)
    return found


def days(found: Any) -> list[tuple[str, int | None, str]]:
    return [(f"{entry.day:%m-%d}", entry.number, str(entry.reason)) for entry in found.ledger.entries]


def stretches(found: Any) -> list[tuple[str, str, str]]:
    return [(f"{one.begin:%m-%d %H:%M}", f"{one.end:%m-%d %H:%M}", str(one.reason)) for one in found.ledger.entries]


# --- by hand --------------------------------------------------------------------------------------------------------


def test_working_days_over_the_spring_festival_are_told_day_by_day(tmp_path: Path) -> None:
    """Saturday 14 February 2026 is worked for the festival of 15 to 23 February (notice of the State Council)."""
    rule = DAYS_OF_WORK | {"counting": "next_day", "limit": 3}
    workspace = read(tmp_path, commitment(rule=rule), [order("1", "2026-02-12 10:00:00", "2026-02-25 09:00:00")])
    found = only(workspace)
    holidays = [(f"02-{day}", None, "holiday") for day in range(15, 24)]
    assert days(found) == [
        ("02-12", None, "receipt"),
        ("02-13", 1, "workday"),
        ("02-14", 2, "makeup"),
        *holidays,
        ("02-24", 3, "workday"),
        ("02-25", 4, "workday"),
    ]
    assert (found.clock.state.column, found.clock.value, found.clock.own_limit) == ("breached", 4, 3)
    assert found.clock.due == dt.datetime(2026, 2, 24, 23, 59, 59)
    assert (found.clock.started, found.clock.stopped) == (dt.datetime(2026, 2, 12, 10), dt.datetime(2026, 2, 25, 9))
    assert (found.source_file, found.source_row, found.provisional) == ("work_orders.csv", 2, False)


@pytest.mark.parametrize(
    ("rule", "start", "stop", "expected"),
    [
        # answered on a Saturday: it belongs to Monday
        ({"counting": "next_day"}, "01-08 10:00", "01-10 10:00", [None, 1, None, None, 2]),
        ({"counting": "same_day"}, "01-08 10:00", "01-08 16:00", [1]),
        ({"counting": "next_day"}, "01-08 10:00", "01-08 16:00", [None]),
        # after closing time: the next working day
        ({"counting": "next_day", "last": "closing"}, "01-08 10:00", "01-09 18:00", [None, 1, None, None, 2]),
        # to the hour, received on a Saturday: work begins on Monday at 08:30, day 1 is Tuesday until 08:30
        ({"counting": "next_day", "last": "hour"}, "01-10 10:00", "01-13 08:00", [None, None, None, 1]),
        ({"counting": "next_day", "last": "hour"}, "01-10 10:00", "01-13 09:00", [None, None, None, 1, 2]),
    ],
)
def test_which_number_a_day_has(tmp_path: Path, rule: Any, start: str, stop: str, expected: Any) -> None:
    rows = [order("1", f"2026-{start}:00", f"2026-{stop}:00")]
    found = only(read(tmp_path, commitment(rule=DAYS_OF_WORK | {"limit": 3} | rule), rows))
    assert [number for _, number, _ in days(found)] == expected
    assert found.clock.value == (expected[-1] or 0)


def test_an_open_case_counts_the_days_that_are_over(tmp_path: Path) -> None:
    rule = DAYS_OF_WORK | {"counting": "next_day", "limit": 3}
    workspace = read(tmp_path, commitment(rule=rule), [order("1", "2026-01-08 10:00:00")])
    found = only(workspace, as_of="2026-01-12 12:00")
    assert [number for _, number, _ in days(found)] == [None, 1, None, None, 2]
    assert (found.clock.state.column, found.clock.value, found.clock.stopped) == ("open_not_due", 1, None)


def test_natural_time_counts_everything_but_pauses(tmp_path: Path) -> None:
    history = told(
        "1", ("2026-01-09 17:00:00", "waiting"), ("2026-01-10 09:00:00", "open"), ("2026-01-10 10:00:00", "closed")
    )
    found = only(read(tmp_path, paused(NATURAL), [order("1", "2026-01-09 16:00:00")], history))
    assert stretches(found) == [
        ("01-09 16:00", "01-09 17:00", "counted"),
        ("01-09 17:00", "01-10 09:00", "paused"),
        ("01-10 09:00", "01-10 10:00", "counted"),
    ]
    # 120 minutes are used up to the second at 10:00 on Saturday
    assert (found.clock.value, found.clock.due) == (120, dt.datetime(2026, 1, 10, 10))


def test_a_case_of_mean_and_maximum_is_held_against_the_maximum(tmp_path: Path) -> None:
    rows = [
        order("1", "2026-01-09 16:00:00"),
        order("2", "2026-01-12 09:00:00", "2026-01-12 11:30:00"),
        order("3", "2026-01-12 09:00:00"),
        order("4", "2026-01-12 09:00:00", excluded_reason="flood"),
    ]
    history = told(
        "1", ("2026-01-09 17:00:00", "waiting"), ("2026-01-10 09:00:00", "open"), ("2026-01-10 11:00:00", "closed")
    )
    workspace = read(tmp_path, paused(LONGEST), rows, history)
    first = only(workspace)
    assert stretches(first) == [
        ("01-09 16:00", "01-09 17:00", "counted"),
        ("01-09 17:00", "01-10 09:00", "paused"),
        ("01-10 09:00", "01-10 11:00", "counted"),
    ]
    # an hour on Friday, so that two and a half are used up at 10:30 on Saturday
    assert (first.clock.state.column, first.clock.value, first.clock.due) == (
        "breached",
        3 * 3600,
        dt.datetime(2026, 1, 10, 10, 30),
    )
    assert only(workspace, "2").clock.state.column == "met"  # two and a half hours to the second
    states = [only(workspace, "3", as_of=f"2026-01-12 {at}").clock.state.column for at in ("11:30:00", "11:30:01")]
    assert states == ["open_not_due", "open_overdue"]
    left_out = only(workspace, "4")
    assert (left_out.clock.state.column, left_out.clock.excluded_by) == ("excluded", "flood")
    shown = tables.explained.explanation(first, "en").to_string()
    assert all(word in shown for word in ("2.5 h (net of pauses)", "3 h", "10,800", "2026-01-10 10:30:00"))
    assert "2.5 小时（扣除暂停）" in tables.explained.explanation(first, "zh-Hans").to_string()


def test_working_time_of_mean_and_maximum_is_told_by_the_hours_of_work(tmp_path: Path) -> None:
    promise = commitment(rule=LONGEST | {"clock": "working_time"})
    found = only(read(tmp_path, promise, [order("1", "2026-01-09 16:30:00", "2026-01-12 10:30:00")]))
    # Friday 16:30-17:30, Monday 08:30-10:30: three hours; two and a half are used up on Monday at 10:00
    assert (found.clock.value, found.clock.state.column) == (3 * 3600, "breached")
    assert found.clock.due == dt.datetime(2026, 1, 12, 10)
    assert "2.5 working h" in tables.explained.explanation(found, "en").to_string()


def test_a_moved_case_is_told_by_the_hours_of_whoever_had_it(tmp_path: Path) -> None:
    history = told(
        "1",
        ("2026-01-05 16:00:00", "open", "D2"),
        ("2026-01-05 18:00:00", "open", "D1"),
        ("2026-01-05 22:00:00", "closed", "D1"),
    )
    workspace = read(
        tmp_path,
        paused(WORKING),
        [order("1", "2026-01-05 16:00:00", unit="D1")],
        history,
        calendar=CHINA | {"posts": [POST]},
    )
    found = only(workspace)
    assert stretches(found) == [
        ("01-05 16:00", "01-05 17:30", "counted"),
        ("01-05 17:30", "01-05 18:00", "outside_hours"),
        ("01-05 18:00", "01-05 22:00", "counted"),
    ]
    assert (found.clock.value, found.clock.due, found.own_hours) == (330, dt.datetime(2026, 1, 5, 18, 30), True)


def test_while_a_pause_lasts_the_due_moment_is_the_earliest_possible(tmp_path: Path) -> None:
    history = told("1", ("2026-01-05 10:00:00", "waiting"))
    workspace = read(tmp_path, paused(WORKING), [order("1", "2026-01-05 09:00:00")], history)
    found = only(workspace, as_of="2026-01-05 11:00")
    assert (found.clock.held, found.clock.due) == (True, dt.datetime(2026, 1, 5, 12))
    assert "最早可能" in tables.explained.explanation(found, "zh-Hans").to_string()


def test_notice_and_appointments_are_held_against_their_moment(tmp_path: Path) -> None:
    notice = commitment(
        "notice",
        table="outages",
        rule={
            "kind": "lead_time",
            "start": "started_at",
            "event": "planned_at",
            "notice": "notified_at",
            "limit": 48,
            "unit": "hour",
        },
    )
    kept = commitment("kept", rule={"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "closed_at"})
    stop = {
        "outage_id": "9",
        "unit": "D1",
        "started_at": "2026-01-10 08:00:00",
        "planned_at": "2026-01-10 08:00:00",
        "notified_at": "2026-01-08 07:00:00",
    }
    orders = [
        order("1", "2026-01-05 09:00:00", "2026-01-07 12:30:00", due_at="2026-01-07 12:00:00"),
        order("2", "2026-01-05 09:00:00", "2026-01-07 11:15:30", due_at="2026-01-07 12:00:00"),
        order("3", "2026-01-05 09:00:00", None, due_at="2026-01-07 12:00:00"),
    ]
    workspace = make_workspace(tmp_path, records={"work_orders": orders, "outages": [stop]}, commitments=[notice, kept])
    workspace.ingest()
    ahead = only(workspace, "9")
    assert stretches(ahead) == [("01-08 07:00", "01-10 08:00", "ahead")]
    assert (ahead.clock.value, ahead.clock.state.column, ahead.clock.due) == (
        -49 * 60,
        "met",
        dt.datetime(2026, 1, 8, 8),
    )
    assert "提前 49 小时" in tables.explained.explanation(ahead, "zh-Hans").to_string()
    late, early, waits = (only(workspace, key, as_of="2026-01-07 12:10") for key in ("1", "2", "3"))
    assert (late.clock.value, late.clock.state.column) == (10, "open_overdue")  # not closed yet at ten past twelve
    assert only(workspace, "1").clock.value == 30
    assert (early.clock.value, stretches(early)) == (-44, [("01-07 11:15", "01-07 12:00", "ahead")])  # 44.5 minutes
    assert (waits.clock.value, stretches(waits)) == (10, [("01-07 12:00", "01-07 12:10", "late")])


def test_what_is_left_out_says_why_and_what_has_no_clock_has_no_ledger(tmp_path: Path) -> None:
    rings = commitment(
        "rings",
        table="calls",
        rule={"kind": "count_threshold", "start": "started_at", "value": "rings", "limit": 3, "unit": "ring"},
    )
    call = {"call_id": "7", "unit": "D1", "started_at": "2026-01-05 09:00:00", "outcome": "answered", "rings": 5}
    except_vip = commitment(exclusions=[{"reason": "pilot", "label": "试点", "where": {"tier": ["vip"]}}])
    orders = [order("1", "2026-01-05 09:00:00", "2026-01-05 11:00:00", tier="vip")]
    workspace = make_workspace(
        tmp_path, records={"work_orders": orders, "calls": [call]}, commitments=[except_vip, rings]
    )
    workspace.ingest()
    left_out = only(workspace, "1")
    assert (left_out.clock.state.column, left_out.clock.excluded_by, left_out.clock.value) == ("excluded", "pilot", 120)
    assert "试点" in tables.explained.explanation(left_out, "zh-Hans").to_string()
    counted = only(workspace, "7")
    assert (counted.ledger, counted.clock.value, counted.clock.state.column) == (None, 5, "breached")


def test_a_limit_of_the_case_itself_is_the_one_that_is_told(tmp_path: Path) -> None:
    promise = commitment(limits=[{"where": {"tier": ["vip"]}, "limit": 30}])
    rows = [
        order("1", "2026-01-05 09:00:00", "2026-01-05 09:45:00", tier="vip"),
        order("2", "2026-01-05 09:00:00", "2026-01-05 09:45:00"),
    ]
    workspace = read(tmp_path, promise, rows)
    vip, other = only(workspace, "1"), only(workspace, "2")
    assert (vip.clock.own_limit, vip.clock.value, vip.clock.state.column) == (30, 45, "breached")
    assert vip.clock.due == dt.datetime(2026, 1, 5, 9, 30)
    assert (other.clock.own_limit, other.clock.value, other.clock.state.column) == (60, 45, "met")


def test_days_that_nobody_announced_mark_the_explanation(tmp_path: Path) -> None:
    rule = DAYS_OF_WORK | {"counting": "next_day"}
    workspace = read(tmp_path, commitment(rule=rule), [order("1", "2026-12-31 10:00:00", "2027-01-04 10:00:00")])
    found = only(workspace, as_of="2027-02-01")
    assert found.provisional
    assert "尚未公布" in tables.explained.explanation(found, "zh-Hans").to_string()


# --- all commitments, and what cannot be explained ------------------------------------------------------------------


def test_without_a_commitment_every_one_that_is_for_the_case_is_told(tmp_path: Path) -> None:
    promises = [commitment("fast"), commitment("slow", rule=NATURAL), commitment("gas", where={"category": ["gas"]})]
    workspace = make_workspace(
        tmp_path, records={"work_orders": [order("1", "2026-01-05 09:00:00")]}, commitments=promises
    )
    workspace.ingest()
    assert [found.commitment.key for found in workspace.explain("1", as_of=LATER)] == ["fast", "slow"]


def test_what_cannot_be_explained_says_why(tmp_path: Path) -> None:
    rating = commitment("rating", table="callbacks", rule={"kind": "rating", "moment": "called_at"})
    gas = commitment("gas", where={"category": ["gas"], "tier": ["vip"]})
    rows = [order("1", "2026-01-05 09:00:00", category="water")]
    workspace = make_workspace(tmp_path, records={"work_orders": rows}, commitments=[gas, rating])
    workspace.ingest()
    with pytest.raises(NameUnknownError) as unknown:
        workspace.explain("no-such-case", as_of=LATER)
    with pytest.raises(NameUnknownError) as elsewhere:
        workspace.explain("1", as_of=LATER)
    other = make_workspace(tmp_path / "b", records={"work_orders": rows}, commitments=[commitment("any")])
    other.ingest()
    with pytest.raises(NameUnknownError) as early:
        other.explain("1", as_of="2026-01-05 08:59:59")
    with pytest.raises(MetricError) as no_clock:
        workspace.explain("1", commitment="rating", as_of=LATER)
    with pytest.raises(NameUnknownError):
        workspace.explain("1", commitment="nothing", as_of=LATER)
    for language in LANGUAGES:
        assert "no-such-case" in unknown.value.render(language)
        assert "work_orders" in unknown.value.render(language)
        reasons = elsewhere.value.render(language)
        assert all(word in reasons for word in ("gas › category", "'water'", "gas › tier", "vip"))
        assert "2026-01-05 08:59:59" in early.value.render(language)
        assert "rating" in no_clock.value.render(language)


# --- pictures and words ---------------------------------------------------------------------------------------------


def test_the_time_line_shows_the_ledger_with_due_moment_and_end(tmp_path: Path) -> None:
    history = told(
        "1", ("2026-01-09 17:00:00", "waiting"), ("2026-01-10 09:00:00", "open"), ("2026-01-10 11:00:00", "closed")
    )
    found = only(read(tmp_path, paused(NATURAL), [order("1", "2026-01-09 16:00:00")], history))
    picture = charts.timeline(found, "zh-Hans")
    drawn = [(one.reason, one.counts, one.shown) for one in picture.chart.stretches]
    assert drawn == [("计入", True, "1:00:00"), ("暂停计时", False, "16:00:00"), ("计入", True, "2:00:00")]
    assert [(one.begin, one.end) for one in picture.chart.stretches] == [
        (entry.begin, entry.end) for entry in found.ledger.entries
    ]
    due, stopped = ((dt.datetime(2026, 1, 10, hour) - dt.datetime(1970, 1, 1)).total_seconds() for hour in (10, 11))
    assert [mark.value for mark in picture.chart.marks] == [due, stopped]
    for said in ("到期 2026-01-10 10:00:00", "停止计时 2026-01-10 11:00:00", "暂停计时"):
        assert said in picture.text()
    drawing = ElementTree.fromstring(picture.svg())
    words = {element.text for element in drawing.iter() if element.tag.endswith("text")}
    assert {"计入", "暂停计时", "到期", "停止计时"} <= words


def test_a_picture_does_not_depend_on_the_zone_of_the_machine(tmp_path: Path) -> None:
    """Local moments are drawn as they are written; two zones nine hours apart draw the same."""
    read(tmp_path, commitment(rule=WORKING), [order("1", "2026-01-05 16:00:00", "2026-01-06 09:00:00")])
    drawn = []
    for zone in ("America/New_York", "Asia/Shanghai"):
        target = tmp_path / f"{zone.replace('/', '-')}.svg"
        command = [
            sys.executable,
            "-c",
            "from svcqa.cli import main; main()",
            "explain",
            "1",
            "--as-of",
            LATER,
            "--chart",
            str(target),
        ]
        subprocess.run(
            command, cwd=tmp_path, env={**os.environ, "TZ": zone, "PYTHONUTF8": "1"}, check=True, capture_output=True
        )
        drawn.append(target.read_text(encoding="utf-8"))
    assert drawn[0] == drawn[1]


def test_what_a_record_says_is_never_markup(tmp_path: Path) -> None:
    case = "<b>1</b>&"
    workspace = read(tmp_path, commitment(item="<script>x</script>"), [order(case, "2026-01-05 09:00:00")])
    picture = charts.timeline(only(workspace, case), "zh-Hans")
    target = write_picture(picture, tmp_path / "case.html")
    page = target.read_text(encoding="utf-8")
    for raw in ("<b>1", "<script>"):
        assert raw not in picture.svg()
        assert raw not in page
    assert "&lt;b&gt;1&lt;/b&gt;" in page


def test_what_cannot_be_drawn_says_so(tmp_path: Path) -> None:
    rings = commitment(
        "rings",
        table="calls",
        rule={"kind": "count_threshold", "start": "started_at", "value": "rings", "limit": 3, "unit": "ring"},
    )
    call = {"call_id": "7", "unit": "D1", "started_at": "2026-01-05 09:00:00", "outcome": "answered", "rings": 5}
    workspace = make_workspace(
        tmp_path,
        records={"calls": [call], "work_orders": [order("1", "2026-01-05 09:00:00")]},
        commitments=[rings, commitment()],
    )
    workspace.ingest()
    with pytest.raises(MetricError) as no_time:
        charts.timeline(only(workspace, "7"), "zh-Hans")
    for language in LANGUAGES:
        assert "7 › rings" in no_time.value.render(language)
    with pytest.raises(MetricError, match=re.escape(".svg, .html")):
        write_picture(charts.timeline(only(workspace, "1"), "en"), tmp_path / "case.xlsx")


def test_the_worst_case_of_a_review_can_be_explained(sample_workspace: svcqa.Workspace) -> None:
    review = sample_workspace.reviews.review("2026H1")
    weakest = review.weakest
    found = only(sample_workspace, weakest.worst_case, commitment=weakest.commitment.key, as_of=review.as_of)
    assert weakest.cases is not None
    assert (found.clock.value, found.clock.state.column) == (
        weakest.cases["value"].max(),
        weakest.cases["state"].iloc[0],
    )
    availability = next(item for item in review.commitments if item.commitment.metric == "availability")
    assert availability.worst_case == ""


# --- what always holds ----------------------------------------------------------------------------------------------

MOMENTS = st.integers(START, START + 16 * 86_400)  # 9 to 25 February 2026: workdays, a make-up day, the festival
ENTRIES = st.lists(
    st.tuples(MOMENTS, st.sampled_from(("open", "back", "waiting", "closed"))),
    max_size=4,
    unique_by=lambda entry: entry[0],
)
ROWS = st.lists(st.tuples(MOMENTS, st.none() | MOMENTS, st.sampled_from(("D1", "D2")), ENTRIES), min_size=1, max_size=6)
RULES = st.sampled_from(
    [(rule, True) for rule in (NATURAL, WORKING, DAYS_OF_WORK, LONGEST, LONGEST | {"clock": "working_time"})]
    + [
        (DAYS_OF_WORK | {"counting": first, "last": last, "limit": 3}, False)
        for first, last in (("next_day", "end"), ("next_day", "closing"), ("next_day", "hour"), ("same_day", "closing"))
    ]
)


@settings(max_examples=14)
@given(RULES, ROWS, MOMENTS)
def test_state_and_figure_are_those_of_the_list_and_the_ledger_adds_up(rule: Any, cases: Any, as_of: int) -> None:
    kind, held = rule
    promise = paused(kind) if held else commitment(rule=kind)
    rows = [
        order(str(n), clock(start), None if stop is None or stop < start else clock(stop), unit)
        for n, (start, stop, unit, _) in enumerate(cases)
    ]
    history = [
        entry
        for n, (*_, entries) in enumerate(cases)
        for entry in told(str(n), *((clock(moment), status) for moment, status in entries))
    ]
    shift = {"unit": "D2", "shifts": [["20:00", "04:00"]]}
    with scratch() as folder:
        workspace = read(folder, promise, rows, history, calendar=CHINA | {"posts": [shift]})
        listed = workspace.cases("promise", period="2026-02", as_of=clock(as_of))
        for row in listed.to_dict("records"):
            found = only(workspace, row["order_id"], as_of=clock(as_of))
            assert (found.clock.state.column, found.clock.value) == (row["state"], row["value"])
            if found.ledger is not None:
                assert found.clock.told == row["value"]
            frame = tables.explained.explanation(found, "en")
            assert frame.notna().all(axis=None)


def test_an_explanation_cannot_be_changed(tmp_path: Path) -> None:
    workspace = read(
        tmp_path, commitment(), [order("1", "2026-01-05 09:00:00", customer_name="某某", phone="13800000000")]
    )
    found = only(workspace)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.case = "2"
    said = (
        repr(found)
        + tables.explained.explanation(found, "zh-Hans").to_string()
        + found.ledger.frame("zh-Hans").to_string()
    )
    assert "某某" not in said
    assert "13800000000" not in said
