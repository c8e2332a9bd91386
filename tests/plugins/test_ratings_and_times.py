"""Ratings, and times with a mean and a maximum: worked out by hand, and case by case.

Rules (DOMAIN §2 rows 9–10 and the telecom rules below it): the mean of the scores; the mean of the times and the
longest of them. Expected numbers are worked out beside each case.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import svcqa
from support.compliance_oracle import CHINA, worked
from support.workspaces import commitment, make_workspace, scratch

Row = dict[str, Any]
ATTITUDE = commitment(
    "attitude",
    table="callbacks",
    rule={"kind": "rating", "moment": "called_at"},
    required_score=9.0,
    where={"question": ["attitude"]},
)
REPAIR = commitment(
    "repair",
    rule={
        "kind": "mean_and_maximum",
        "start": "received_at",
        "stop": "resolved_at",
        "mean": 24,
        "maximum": 48,
        "unit": "hour",
    },
)


def answer(key: int, score: int | None, day: str = "2026-01-05", question: str = "attitude", **more: Any) -> Row:
    plain = {
        "callback_id": str(key),
        "question": question,
        "unit": "D1",
        "called_at": f"{day} 10:00:00",
        "outcome": "reached",
        "score": score,
    }
    return plain | more


def order(key: int, start: str, stop: str | None, unit: str = "D1", **more: Any) -> Row:
    return {"order_id": str(key), "unit": unit, "received_at": start, "resolved_at": stop, **more}


def read(folder: Path, promise: Mapping[str, Any], rows: Sequence[Row], **options: Any) -> svcqa.Workspace:
    workspace = make_workspace(folder, records={promise["table"]: rows}, commitments=[promise], **options)
    assert workspace.ingest().accepted == len(rows)
    return workspace


def rows_of(workspace: svcqa.Workspace, period: str, **options: Any) -> list[Mapping[str, Any]]:
    (promise,) = workspace.policies.commitments
    return list(workspace.measure(promise.metric, commitment=promise.key, period=period, **options).rows)


def rating(workspace: svcqa.Workspace, period: str, **options: Any) -> Mapping[str, Any]:
    (row,) = rows_of(workspace, period, **options)
    return row


def times(workspace: svcqa.Workspace, period: str, **options: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The mean and the longest."""
    mean, longest = rows_of(workspace, period, **options)
    assert (mean["measure"], longest["measure"]) == ("mean", "maximum")
    return mean, longest


# --- ratings --------------------------------------------------------------------------------------------------------


def test_a_rating_is_the_plain_mean_in_points_and_claims_no_interval(tmp_path: Path) -> None:
    rows = [answer(1, 10), answer(2, 9), answer(3, 7), answer(4, 1, question="skill"), answer(5, 2, "2026-02-01")]
    workspace = read(tmp_path, ATTITUDE, rows)
    row = rating(workspace, "2026-01")
    assert (row["value"], row["n"], row["numerator"]) == (26 / 3, 3, 26)
    assert (row["goal"], row["verdict"]) == (9.0, "missed")
    assert (row["lower"], row["upper"], row["method"]) == (None, None, "none (plain mean, undesigned)")
    assert row["flags"] == ("undesigned",)
    result = workspace.measure("rating", commitment="attitude", period="2026-01")
    assert (result.scale.unit, result.scale.better) == ("point", "higher")
    assert rating(workspace, "2026-01..2026-02")["value"] == 28 / 4


@pytest.mark.parametrize(("scores", "verdict"), [([9, 9], "met"), ([10, 8], "met"), ([9, 9, 8], "missed")])
def test_a_rating_is_held_against_its_goal_in_points(tmp_path: Path, scores: list[int], verdict: str) -> None:
    rows = [answer(number, score) for number, score in enumerate(scores)]
    assert rating(read(tmp_path, ATTITUDE, rows), "2026-01")["verdict"] == verdict


def test_scores_beyond_the_scale_and_calls_without_an_answer_do_not_count(tmp_path: Path) -> None:
    rows = [
        answer(1, 10),
        answer(2, 11),
        answer(3, 0),
        answer(4, None),
        answer(5, None, outcome="no_answer"),
        answer(6, 8),
    ]
    row = rating(read(tmp_path, ATTITUDE, rows), "2026-01")
    assert (row["value"], row["n"], row["excluded_by"]) == (9.0, 2, {"off_scale": 2})
    assert (row["value_without_exclusions"], row["n_without_exclusions"]) == (29 / 4, 4)


def test_the_scale_is_the_policy_s(tmp_path: Path) -> None:
    rule = ATTITUDE["rule"] | {"lowest": 1, "highest": 5}
    rows = [answer(1, 5), answer(2, 4), answer(3, 6)]
    row = rating(read(tmp_path, ATTITUDE | {"rule": rule, "required_score": 4.5}, rows), "2026-01")
    assert (row["value"], row["verdict"], row["excluded_by"]) == (4.5, "met", {"off_scale": 1})


def test_calls_after_the_moment_of_looking_have_not_been_made(tmp_path: Path) -> None:
    rows = [answer(1, 10, "2026-01-05"), answer(2, 1, "2026-01-06")]
    assert rating(read(tmp_path, ATTITUDE, rows), "2026-01", as_of="2026-01-06 09:59:59")["value"] == 10.0


def test_answers_excepted_by_the_policy_are_named(tmp_path: Path) -> None:
    promise = ATTITUDE | {"exclusions": [{"reason": "pilot", "where": {"wave": ["pilot"]}}]}
    row = rating(
        read(tmp_path, promise, [answer(1, 10), answer(2, 2, wave="pilot"), answer(3, 99, wave="pilot")]), "2026-01"
    )
    assert (row["value"], row["excluded_by"]) == (10.0, {"pilot": 2})


# --- mean and maximum: by hand --------------------------------------------------------------------------------------

THREE = [
    order(1, "2026-01-05 08:00:00", "2026-01-05 18:00:00"),  # 10 hours
    order(2, "2026-01-06 08:00:00", "2026-01-07 04:00:00"),  # 20
    order(3, "2026-01-07 08:00:00", "2026-01-08 20:00:00"),  # 36
]


def test_mean_and_maximum_have_a_goal_and_a_verdict_each(tmp_path: Path) -> None:
    workspace = read(tmp_path, REPAIR, THREE)
    mean, longest = times(workspace, "2026-01")
    assert (mean["value"], mean["n"], mean["goal"], mean["verdict"]) == (22.0, 3, 24.0, "met")
    assert (longest["value"], longest["n"], longest["goal"], longest["verdict"]) == (36.0, 3, 48.0, "met")
    # t(0.975; 2) = 4.302653 from a table; the standard deviation of 10, 20, 36
    half = 4.302652729749464 * stdev([10, 20, 36]) / math.sqrt(3)
    assert 22 - half < 0  # no mean time is: the interval ends at 0
    assert (mean["lower"], mean["upper"]) == (0, pytest.approx(22 + half))
    assert (mean["method"], mean["evidence"]) == ("Student t 95%", "unclear")
    assert (longest["lower"], longest["evidence"]) == (None, "clear")
    result = workspace.measure("mean_and_maximum", commitment="repair", period="2026-01")
    assert (result.scale.unit, result.scale.better) == ("hour", "lower")


@pytest.mark.parametrize(
    ("hours", "verdicts"),
    [
        ((24, 24), ("met", "met")),
        ((1, 48), ("missed", "met")),
        ((0, 48), ("met", "met")),
        ((0, 47, 49), ("missed", "missed")),
        ((1, 1, 1, 49), ("met", "missed")),
    ],
)
def test_both_verdicts_are_given_apart(tmp_path: Path, hours: tuple[int, ...], verdicts: tuple[str, str]) -> None:
    start = dt.datetime(2026, 1, 5)
    rows = [order(n, str(start), str(start + dt.timedelta(hours=hour))) for n, hour in enumerate(hours)]
    mean, longest = times(read(tmp_path, REPAIR, rows), "2026-01")
    assert (mean["verdict"], longest["verdict"]) == verdicts
    assert mean["met"] == sum(hour <= 48 for hour in hours)
    assert mean["breached"] == sum(hour > 48 for hour in hours)


def test_open_cases_make_the_mean_a_lower_bound(tmp_path: Path) -> None:
    rows = [*THREE, order(4, "2026-01-10 00:00:00", None), order(5, "2026-01-11 20:00:00", "2026-01-12 04:00:00")]
    mean, longest = times(read(tmp_path, REPAIR, rows), "2026-01", as_of="2026-01-12 02:00:00")
    assert mean["value"] == (10 + 20 + 36 + 50 + 6) / 5  # 4 and 5 go on at two in the morning
    assert longest["value"] == 50.0
    assert (mean["lower"], mean["upper"], mean["method"]) == (None, None, "none (open cases: a lower bound)")
    assert {"lower_bound", "partial"} <= set(mean["flags"])
    assert [mean[state] for state in ("met", "breached", "open_overdue", "open_not_due")] == [3, 0, 1, 1]
    assert longest["verdict"] == "missed"  # what has taken longer than 48 hours already stays so


@pytest.mark.parametrize(
    ("hours_open", "verdicts", "evidence"),
    [
        (10, ("met", "met"), ("unclear", "unclear")),
        (40, ("missed", "met"), ("clear", "unclear")),
        (49, ("missed", "missed"), ("clear", "clear")),
    ],
)
def test_a_goal_kept_while_cases_are_open_is_not_kept_for_sure(
    tmp_path: Path, hours_open: int, verdicts: tuple[str, str], evidence: tuple[str, str]
) -> None:
    """A case of ten hours, and one that goes on: its time can only grow."""
    moment = dt.datetime(2026, 1, 10) + dt.timedelta(hours=hours_open)
    rows = [THREE[0], order(4, "2026-01-10 00:00:00", None)]
    found = times(read(tmp_path, REPAIR, rows), "2026-01", as_of=moment)
    assert tuple(row["verdict"] for row in found) == verdicts
    assert tuple(row["evidence"] for row in found) == evidence
    assert found[1]["at_risk"] == (evidence[1] == "unclear")
    assert (found[0]["open_overdue"], found[0]["open_not_due"]) == ((1, 0) if hours_open > 48 else (0, 1))


def test_what_was_received_later_is_not_known_yet(tmp_path: Path) -> None:
    mean, _ = times(read(tmp_path, REPAIR, THREE), "2026-01", as_of="2026-01-07 07:59:59")
    assert (mean["value"], mean["n"]) == (15.0, 2)


def test_working_time_counts_hours_of_the_shifts_only(tmp_path: Path) -> None:
    """Shifts 08:30–12:00 and 13:30–17:30; from Friday 16:30 to Monday 09:30 an hour each side of the week-end."""
    rule = REPAIR["rule"] | {"clock": "working_time", "mean": 2, "maximum": 4}
    rows = [
        order(1, "2026-01-09 16:30:00", "2026-01-12 09:30:00"),
        order(2, "2026-01-12 11:00:00", "2026-01-12 14:30:00"),
        order(3, "2026-01-10 09:00:00", "2026-01-11 09:00:00"),
    ]
    mean, longest = times(read(tmp_path, REPAIR | {"rule": rule}, rows), "2026-01")
    assert mean["value"] == pytest.approx((2 + 2 + 0) / 3, rel=1e-15)  # 11–12 and 13:30–14:30; a week-end has none
    assert (longest["value"], longest["verdict"]) == (2.0, "met")


def test_cases_left_out_are_named_and_counted(tmp_path: Path) -> None:
    rows = [
        *THREE,
        order(4, "2026-01-10 00:00:00", "2026-01-15 00:00:00", category="flood"),
        order(5, "2026-01-10 00:00:00", "2026-01-11 00:00:00", excluded_reason="customer_away"),
    ]
    promise = REPAIR | {"exclusions": [{"reason": "flood", "where": {"category": ["flood"]}}]}
    mean, longest = times(read(tmp_path, promise, rows), "2026-01")
    assert (mean["value"], mean["n"], mean["total"]) == (22.0, 3, 5)
    assert mean["excluded_by"] == {"customer_away": 1, "flood": 1}
    assert mean["value_without_exclusions"] == (10 + 20 + 36 + 120 + 24) / 5
    assert longest["value"] == 36.0


def test_a_clock_that_never_started_applies_to_nothing(tmp_path: Path) -> None:
    rule = REPAIR["rule"] | {"start": "accepted_at"}
    rows = [
        order(1, "2026-01-05 08:00:00", "2026-01-05 18:00:00", accepted_at="2026-01-05 10:00:00"),
        order(2, "2026-01-06 08:00:00", "2026-01-07 04:00:00"),
    ]
    mean, _ = times(read(tmp_path, REPAIR | {"rule": rule}, rows), "2026-01")
    assert (mean["value"], mean["n"], mean["not_applicable"], mean["total"]) == (8.0, 1, 1, 2)


@pytest.mark.parametrize(
    ("month_of", "january", "february"),
    [("received", 2, 0), ("closed", 1, 1), ("due", 1, 1)],
)
def test_the_month_of_a_case_is_the_policy_s_choice(tmp_path: Path, month_of: str, january: int, february: int) -> None:
    rows = [
        order(1, "2026-01-05 08:00:00", "2026-01-05 18:00:00"),
        order(2, "2026-01-30 12:00:00", "2026-02-02 12:00:00"),
    ]
    workspace = read(tmp_path, REPAIR | {"month_of": month_of}, rows)
    found = {
        row["period"]: row["n"]
        for row in rows_of(workspace, "2026-01..2026-02", by=["month"])
        if row["measure"] == "mean"
    }
    assert (found.get("2026-01", 0), found.get("2026-02", 0)) == (january, february)


# --- case by case ---------------------------------------------------------------------------------------------------

START = dt.datetime(2026, 1, 1)


@st.composite
def orders(draw: st.DrawFn) -> list[Row]:
    rows = []
    for number in range(draw(st.integers(1, 10))):
        begin = START + dt.timedelta(seconds=draw(st.integers(0, 59 * 86_400)))
        after = draw(st.one_of(st.none(), st.integers(0, 6 * 86_400)))
        rows.append(
            order(
                number,
                str(begin),
                None if after is None else str(begin + dt.timedelta(seconds=after)),
                draw(st.sampled_from(["D1", "D2"])),
                excluded_reason=draw(st.sampled_from([None, None, "storm"])),
            )
        )
    return rows


@settings(max_examples=20)
@given(orders(), st.sampled_from(["natural", "working_time"]), st.integers(0, 70 * 86_400))
def test_mean_and_maximum_equal_judging_case_by_case(rows: list[Row], clock: str, second: int) -> None:
    as_of = START + dt.timedelta(seconds=second)
    rule = REPAIR["rule"] | {"clock": clock}
    with scratch() as folder:
        workspace = read(folder, REPAIR | {"rule": rule}, rows, calendar=CHINA)
        found = {
            (row["unit"], row["period"], row["measure"]): row
            for row in rows_of(workspace, "2026-01..2026-02", by=["unit", "month"], as_of=as_of)
        }
    for unit in ("D1", "D2"):
        for number in (1, 2):
            cases, is_open = [], False
            for row in rows:
                begin = dt.datetime.fromisoformat(row["received_at"])
                if row["unit"] != unit or begin.month != number or begin > as_of or row["excluded_reason"]:
                    continue
                end = dt.datetime.fromisoformat(row["resolved_at"]) if row["resolved_at"] else as_of
                is_open |= row["resolved_at"] is None or end > as_of
                until = min(end, as_of)
                spent = worked(begin, until) if clock == "working_time" else (until - begin).total_seconds()
                cases.append(spent / 3600)
            key = unit, f"2026-{number:02d}"
            if not cases:
                assert (*key, "mean") not in found or not found[*key, "mean"]["n"]
                continue
            mean, longest = found[(*key, "mean")], found[(*key, "maximum")]
            assert mean["n"] == len(cases)
            assert mean["value"] == pytest.approx(fmean(cases), rel=1e-12)
            assert longest["value"] == pytest.approx(max(cases), rel=1e-12)
            assert ("lower_bound" in mean["flags"]) == is_open
            if not is_open and len(cases) > 1:
                interval = (
                    stats.t.interval(0.95, len(cases) - 1, fmean(cases), stats.sem(cases))
                    if stdev(cases)
                    else (cases[0], cases[0])
                )
                assert (mean["lower"], mean["upper"]) == pytest.approx(interval, rel=1e-9)
