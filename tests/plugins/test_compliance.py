"""Compliance against a brute-force oracle: one case at a time, days and minutes counted on the fingers."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import svcqa
from support.compliance_oracle import (
    CHINA,
    ORIGIN,
    PERIODS,
    WHOLE,
    Judged,
    Row,
    check_figure,
    exclusion_of,
    in_month,
    judge,
    questions,
    with_rows,
)
from support.workspaces import commitment, make_workspace, measured, scratch, toml_list, write, write_rows
from svcqa.metrics.states import STATES
from svcqa.records.tables import table

# --- against the oracle -------------------------------------------------------------------------------------------


@settings(max_examples=45)
@given(questions())
def test_states_and_rates_equal_judging_case_by_case(question: Any) -> None:
    rows, promise, as_of = question
    expected = judge(rows, promise, as_of)
    with scratch() as folder:
        workspace = with_rows(folder, rows, promise)
        result = workspace.measure("compliance", commitment="promise", period=WHOLE, by=["unit", "month"], as_of=as_of)
        figures = {(figure.unit, figure.period): figure for figure in result.figures()}
        for unit in ("D1", "D2"):
            for month in PERIODS:
                some = [case for case in expected if case.unit == unit and in_month(case, month)]
                assert ((unit, month) in figures) == bool(some)
                if some:
                    check_figure(figures[unit, month], some)
        inside = [case for case in expected if any(in_month(case, month) for month in PERIODS)]
        if inside:
            check_figure(measured(workspace, period=WHOLE, as_of=as_of), inside)
            listed = workspace.cases("promise", period=WHOLE, as_of=as_of)
            states = dict(zip(listed["order_id"], listed["state"], strict=True))
            assert states == {case.row["order_id"]: case.state for case in inside}
            reasons = dict(zip(listed["order_id"], listed["excluded_by"], strict=True))
            assert {key: reason for key, reason in reasons.items() if states[key] == "excluded"} == {
                case.row["order_id"]: case.reason for case in inside if case.state == "excluded"
            }
            # each says where it was read: the first row of the file is row 2
            places = dict(zip(listed["order_id"], listed["source_row"], strict=True))
            assert places == {case.row["order_id"]: rows.index(case.row) + 2 for case in inside}


@settings(max_examples=20)
@given(questions(by_case=False), st.data())
def test_moving_the_limit_equals_a_policy_with_that_limit(question: Any, data: st.DataObject) -> None:
    rows, promise, as_of = question
    # a case belongs to the month in which the *promised* limit falls due, so that month stays where it is
    month_of = "received" if promise["month_of"] == "due" else promise["month_of"]
    promise = {**promise, "month_of": month_of}
    limit = data.draw(st.integers(1, max(1, promise["rule"].get("limit", 0)) * 4))
    with scratch() as folder:
        workspace = with_rows(folder, rows, promise)
        moved = workspace.what_if("promise", period=WHOLE, by=["unit"], as_of=as_of).at(limit=limit)
        asked = workspace.measure(
            "compliance", commitment="promise", period=WHOLE, by=["unit"], as_of=as_of, limit=limit
        )
        other = {**promise, "rule": {**promise["rule"], "limit": limit}}
        write(folder / "policy/commitments.toml", toml_list("commitment", [other]))
        again = svcqa.open(folder).measure("compliance", commitment="promise", period=WHOLE, by=["unit"], as_of=as_of)
    plain = [
        {name: value for name, value in row.items() if name != "flags"} for row in json.loads(again.to_json())["rows"]
    ]
    for result in (moved, asked):
        rows_found = json.loads(result.to_json())["rows"]
        assert all("what_if" in row["flags"] for row in rows_found)
        assert [{name: value for name, value in row.items() if name != "flags"} for row in rows_found] == plain


@settings(max_examples=12)
@given(questions(), st.randoms(use_true_random=False), st.integers(2, 4))
def test_order_of_rows_and_split_into_files_make_no_difference(question: Any, chance: Any, pieces: int) -> None:
    rows, promise, as_of = question
    options: Any = {"commitment": "promise", "period": WHOLE, "by": ["unit", "month", "order_type"], "as_of": as_of}
    with scratch() as folder:
        whole = with_rows(folder / "whole", rows, promise)
        shuffled = chance.sample(rows, len(rows))
        split = make_workspace(
            folder / "split", records={"work_orders": shuffled[0::pieces]}, commitments=[promise], calendar=CHINA
        )
        header = [column.name for column in table("work_orders").columns]
        for number in range(1, pieces):
            write_rows(folder / f"split/sources/work_orders_{number}.csv", shuffled[number::pieces], header)
        assert split.ingest().accepted == len(rows)
        first, second = whole.measure("compliance", **options), split.measure("compliance", **options)
    assert first.rows == second.rows


ADDITIVE = (*STATES, "total", "n", "numerator", "n_without_exclusions")


@settings(max_examples=12)
@given(questions())
def test_parts_add_up_to_the_whole(question: Any) -> None:
    rows, promise, as_of = question
    with scratch() as folder:
        workspace = with_rows(folder, rows, promise)

        def counts(*by: str, **options: Any) -> Counter[str]:
            result = workspace.measure("compliance", commitment="promise", period=WHOLE, by=by, as_of=as_of, **options)
            total: Counter[str] = Counter()
            for row in result.rows:
                total.update({name: row[name] or 0 for name in ADDITIVE})
            return total

        whole = counts()
        for by in (["unit"], ["department"], ["month"], ["order_type"], ["unit", "month", "category", "order_type"]):
            assert counts(*by) == whole
        assert counts(unit="D1") + counts(unit="D2") == +whole


@settings(max_examples=12)
@given(questions(["received", "due"]))
def test_cumulative_figures_equal_counting_from_new_year_on(question: Any) -> None:
    rows, promise, as_of = question
    expected = judge(rows, promise, as_of)
    with scratch() as folder:
        workspace = with_rows(folder, rows, promise)
        result = workspace.measure(
            "compliance", commitment="promise", period="2026Q1", by=["month"], as_of=as_of, cumulative=True
        )
    figures = {figure.period: figure for figure in result.figures()}
    for number, month in enumerate(("2026-01", "2026-02", "2026-03"), start=1):
        some = [case for case in expected if case.day.year == 2026 and case.day.month <= number]
        assert (month in figures) == bool(some)
        if some:
            check_figure(figures[month], some)


def everything(workspace: svcqa.Workspace, as_of: dt.datetime) -> list[Any]:
    result = workspace.measure("compliance", commitment="promise", period=WHOLE, by=["unit", "month"], as_of=as_of)
    return list(result.rows)


@settings(max_examples=14)
@given(questions(), st.lists(st.integers(-40 * 86_400, 200 * 86_400), min_size=1, max_size=3))
def test_cached_summaries_say_the_same_as_fresh_ones_at_any_moment(question: Any, shifts: list[int]) -> None:
    rows, promise, as_of = question
    with scratch() as folder:
        with_rows(folder, rows, promise)
        cache = folder / ".svcqa/cache"
        moments = [as_of, *(as_of + dt.timedelta(seconds=shift) for shift in shifts), as_of]
        cached = []
        for moment in moments:
            cached.append(everything(svcqa.open(folder), moment))
            assert list(cache.iterdir())
        for moment, found in zip(moments, cached, strict=True):
            shutil.rmtree(cache)
            assert everything(svcqa.open(folder), moment) == found
        assert cached[0] == cached[-1]


@settings(max_examples=12)
@given(questions(), st.data())
def test_superseded_rows_count_no_more_and_the_cache_knows_it(question: Any, data: st.DataObject) -> None:
    rows, promise, as_of = question
    with scratch() as folder:
        workspace = with_rows(folder, rows, promise)
        everything(workspace, as_of)
        changed = [dict(row) for row in rows]
        for row in data.draw(st.lists(st.sampled_from(changed), min_size=1, max_size=5)):
            row["closed_at"] = row["received_at"] + dt.timedelta(seconds=data.draw(st.integers(0, 9 * 86_400)))
            row["unit"] = data.draw(st.sampled_from(["D1", "D2"]))
        header = [column.name for column in table("work_orders").columns]
        write_rows(folder / "sources/work_orders.csv", changed, header)
        workspace.ingest()
        expected = judge(changed, promise, as_of)
        figures = {(row["unit"], row["period"]): row["total"] for row in everything(workspace, as_of)}
        assert figures == Counter((case.unit, month) for case in expected for month in PERIODS if in_month(case, month))
        found = workspace.cases("promise", period=WHOLE, as_of=as_of)
        assert dict(zip(found["order_id"], found["state"], strict=True)) == {
            case.row["order_id"]: case.state for case in expected if any(in_month(case, month) for month in PERIODS)
        }


# --- counts that the record carries ------------------------------------------------------------------------------

CALL = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(["D1", "D2"]),
        "outcome": st.sampled_from(["answered", "answered", "abandoned", "busy"]),
        "started_at": st.integers(0, 95 * 86_400).map(lambda n: ORIGIN + dt.timedelta(seconds=n)),
        "rings": st.one_of(st.none(), st.integers(0, 8)),
        "excluded_reason": st.sampled_from([None, None, "test call"]),
    }
)


@settings(max_examples=25)
@given(st.lists(CALL, min_size=1, max_size=40), st.booleans(), st.integers(0, 6), st.integers(0, 120))
def test_counts_within_a_threshold_equal_counting(
    calls: list[Row], only_answered_achieve: bool, limit: int, days: int
) -> None:
    as_of = ORIGIN + dt.timedelta(days=days, seconds=43_200)
    rule: dict[str, Any] = {
        "kind": "count_threshold",
        "start": "started_at",
        "value": "rings",
        "limit": limit,
        "unit": "ring",
    }
    if only_answered_achieve:
        rule["achieved"] = {"outcome": ["answered"]}
    promise = commitment(table="calls", rule=rule, exclusions=[{"reason": "line", "where": {"outcome": ["busy"]}}])
    expected = []
    for call in calls:
        if call["started_at"] > as_of:
            continue
        if only_answered_achieve and call["outcome"] != "answered":
            plain = "breached"  # a caller who hung up was not answered within any number of rings
        elif call["rings"] is None:
            plain = "not_applicable"
        else:
            plain = "met" if call["rings"] <= limit else "breached"
        reason = "" if plain == "not_applicable" else exclusion_of(call, promise)
        expected.append(
            Judged(
                row=call,
                unit=call["unit"],
                day=call["started_at"].date(),
                plain=plain,
                state="excluded" if reason else plain,
                reason=reason,
            )
        )
    rows = [call | {"call_id": str(number)} for number, call in enumerate(calls)]
    with scratch() as folder:
        workspace = make_workspace(folder, records={"calls": rows}, commitments=[promise])
        workspace.ingest()
        result = workspace.measure("compliance", commitment="promise", period=WHOLE, by=["unit"], as_of=as_of)
    figures = {figure.unit: figure for figure in result.figures()}
    for unit in ("D1", "D2"):
        some = [case for case in expected if case.unit == unit]
        assert (unit in figures) == bool(some)
        if some:
            check_figure(figures[unit], some)
