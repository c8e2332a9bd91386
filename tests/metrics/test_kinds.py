"""What all kinds of commitment share: goals and limits that change in time, and the year made of its parts.

Each kind by itself is tested in test_compliance, test_availability, test_coverage and test_ratings_and_times; the
formulas of all of them against a spreadsheet in test_formula_cases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import svcqa
from support.workspaces import commitment, make_workspace, scratch
from svcqa.errors import PolicyError

Row = dict[str, Any]
HALF = "2026H1"
MONTHS = [f"2026-{month:02d}" for month in range(1, 7)]
MARCH = dt.date(2026, 3, 1)


def order(key: str, received: str, minutes: float | None, **more: Any) -> Row:
    start = dt.datetime.fromisoformat(received)
    end = None if minutes is None else str(start + dt.timedelta(minutes=minutes))
    return {"order_id": key, "unit": "D1", "received_at": received, "closed_at": end, "resolved_at": end, **more}


def monthly(*minutes: float) -> list[Row]:
    """The same orders on the 10th of each of six months: taking so many minutes."""
    return [
        order(f"{month}-{place}", f"{month}-10 09:00:00", took)
        for month in MONTHS
        for place, took in enumerate(minutes)
    ]


def read(
    folder: Path, promises: Sequence[Mapping[str, Any]], records: Mapping[str, Sequence[Row]], **options: Any
) -> svcqa.Workspace:
    workspace = make_workspace(folder, records=records, commitments=promises, **options)
    assert workspace.ingest().accepted == sum(map(len, records.values()))
    return workspace


def rows_of(workspace: svcqa.Workspace, key: str, period: str, **options: Any) -> list[Mapping[str, Any]]:
    """The rows of the promise's first measure."""
    promise = workspace.policies.commitment(key)
    rows = workspace.measure(promise.metric, commitment=key, period=period, **options).rows
    return [row for row in rows if row["measure"] == rows[0]["measure"]]


def by_month(workspace: svcqa.Workspace, key: str, column: str) -> list[Any]:
    return [row[column] for row in rows_of(workspace, key, HALF, by=["month"])]


# --- goals that change in time --------------------------------------------------------------------------------------

REPAIR_RULE = {
    "kind": "mean_and_maximum",
    "start": "received_at",
    "stop": "resolved_at",
    "mean": 40,
    "maximum": 60,
    "unit": "minute",
}
CHANGING: dict[str, tuple[dict[str, Any], dict[str, list[Row]], list[float], list[str]]] = {
    # three of four within an hour, every month: 75 % is enough until February
    "compliance": (
        commitment(required_share="70%", goals=[{"effective_from": MARCH, "required_share": "80%"}]),
        {"work_orders": monthly(10, 20, 30, 90)},
        [0.7] * 2 + [0.8] * 4,
        ["met"] * 2 + ["missed"] * 4,
    ),
    # a mean of 37.5 minutes
    "mean": (
        commitment(rule=REPAIR_RULE, goals=[{"effective_from": MARCH, "mean": 30}]),
        {"work_orders": monthly(10, 20, 30, 90)},
        [40.0] * 2 + [30.0] * 4,
        ["met"] * 2 + ["missed"] * 4,
    ),
    # the scores 8 and 9
    "rating": (
        commitment(
            table="callbacks",
            rule={"kind": "rating", "moment": "called_at"},
            required_score=9,
            goals=[{"effective_from": MARCH, "required_score": 8.5}],
        ),
        {
            "callbacks": [
                {
                    "callback_id": f"{month}{score}",
                    "question": "q",
                    "unit": "D1",
                    "score": score,
                    "called_at": f"{month}-10 09:00:00",
                }
                for month in MONTHS
                for score in (8, 9)
            ]
        },
        [9.0] * 2 + [8.5] * 4,
        ["missed"] * 2 + ["met"] * 4,
    ),
    # an hour and a half a month unstaffed: 99.8 % of 28 to 31 days
    "staffed": (
        commitment(
            table="duty_gaps",
            required_share="99.7%",
            goals=[{"effective_from": MARCH, "required_share": "99.9%"}],
            rule={"kind": "staffed", "start": "started_at", "stop": "ended_at", "posts": {"D1": 1}},
        ),
        {
            "duty_gaps": [
                {
                    "gap_id": month,
                    "unit": "D1",
                    "post": "p",
                    "started_at": f"{month}-10 09:00:00",
                    "ended_at": f"{month}-10 10:30:00",
                }
                for month in MONTHS
            ]
        },
        [0.997] * 2 + [0.999] * 4,
        ["met"] * 2 + ["missed"] * 4,
    ),
    # one household of two, a month
    "coverage": (
        commitment(
            table="inspections",
            required_share="60%",
            goals=[{"effective_from": MARCH, "required_share": "50%"}],
            rule={"kind": "coverage", "moment": "visited_at"},
        ),
        {
            "inspections": [
                {
                    "visit_id": month,
                    "unit": "D1",
                    "customer": "A",
                    "visited_at": f"{month}-10 09:00:00",
                    "outcome": "entered",
                }
                for month in MONTHS
            ],
            "customer_counts": [
                {"unit": "D1", "month": month, "valid_customers": 2, "households": 2} for month in MONTHS
            ],
        },
        [0.6] * 2 + [0.5] * 4,
        ["missed"] * 2 + ["met"] * 4,
    ),
}


@pytest.mark.parametrize("kind", CHANGING)
def test_each_month_is_judged_by_the_goal_in_force_when_it_ends(tmp_path: Path, kind: str) -> None:
    promise, records, goals, verdicts = CHANGING[kind]
    workspace = read(tmp_path, [promise], records)
    assert by_month(workspace, "promise", "goal") == goals
    assert by_month(workspace, "promise", "verdict") == verdicts
    assert not any("goal_changed" in flags for flags in by_month(workspace, "promise", "flags"))
    (half,) = rows_of(workspace, "promise", HALF)
    assert (half["goal"], half["verdict"]) == (goals[-1], verdicts[-1])
    assert "goal_changed" in half["flags"]
    (first,) = rows_of(workspace, "promise", "2026-01..2026-02")
    assert (first["goal"], first["verdict"]) == (goals[0], verdicts[0])
    assert "goal_changed" not in first["flags"]


def test_the_review_judges_its_months_by_their_own_goals_and_the_half_by_the_last(tmp_path: Path) -> None:
    promise, records, goals, verdicts = CHANGING["compliance"]
    review = read(tmp_path, [promise], records).reviews.review(HALF)
    (item,) = review.commitments
    assert [figure.goal for figure in item.course.months] == goals
    assert [figure.verdict for figure in item.course.months] == verdicts
    assert (item.goal, item.judged.verdict) == (goals[-1], verdicts[-1])


def test_a_goal_that_changes_within_a_month_judges_the_month_by_its_end_and_says_so(tmp_path: Path) -> None:
    goals = [{"effective_from": dt.date(2026, 3, 15), "required_share": "80%"}]
    workspace = read(
        tmp_path, [commitment(required_share="70%", goals=goals)], {"work_orders": monthly(10, 20, 30, 90)}
    )
    assert by_month(workspace, "promise", "goal") == [0.7] * 2 + [0.8] * 4
    assert ["goal_changed" in flags for flags in by_month(workspace, "promise", "flags")] == [
        False,
        False,
        True,
        False,
        False,
        False,
    ]


def test_goals_in_any_order_of_the_file(tmp_path: Path) -> None:
    goals = [
        {"effective_from": dt.date(2026, 5, 1), "required_share": "90%"},
        {"effective_from": dt.date(2026, 2, 1), "required_share": "80%"},
    ]
    workspace = read(tmp_path, [commitment(required_share="70%", goals=goals)], {"work_orders": monthly(10)})
    assert by_month(workspace, "promise", "goal") == [0.7, 0.8, 0.8, 0.8, 0.9, 0.9]


def test_the_longest_time_has_goals_of_its_own(tmp_path: Path) -> None:
    """Only the maximum changes: from an hour to two; the longest case takes an hour and a half."""
    promise = commitment(rule=REPAIR_RULE, goals=[{"effective_from": MARCH, "maximum": 120}])
    workspace = read(tmp_path, [promise], {"work_orders": monthly(10, 90)})
    rows = workspace.measure("mean_and_maximum", commitment="promise", period=HALF, by=["month"]).rows
    longest = [row for row in rows if row["measure"] == "maximum"]
    assert [row["goal"] for row in longest] == [60.0] * 2 + [120.0] * 4
    assert [row["verdict"] for row in longest] == ["missed"] * 2 + ["met"] * 4
    (mean,) = rows_of(workspace, "promise", HALF)
    assert mean["goal"] == 40.0
    assert "goal_changed" in mean["flags"]


@pytest.mark.parametrize("kind", CHANGING)
def test_before_the_promise_was_made_nothing_is_judged(tmp_path: Path, kind: str) -> None:
    promise, records, _, _ = CHANGING[kind]
    plain = {name: value for name, value in promise.items() if name != "goals"}
    workspace = read(tmp_path, [plain | {"effective_from": MARCH}], records)
    verdicts = by_month(workspace, "promise", "verdict")
    assert verdicts[:2] == ["", ""]
    assert all(verdicts[2:])
    assert by_month(workspace, "promise", "goal")[:2] == [None, None]
    assert None not in by_month(workspace, "promise", "value")  # the figures are there all the same


@pytest.mark.parametrize(
    "wrong",
    [
        commitment(required_share="70%", goals=[{"effective_from": MARCH, "required_score": 9}]),
        commitment(required_share="70%", goals=[{"effective_from": MARCH}]),
        commitment(rule=REPAIR_RULE, required_share="70%"),
        commitment(rule=REPAIR_RULE, goals=[{"effective_from": MARCH, "required_share": "70%"}]),
        commitment(table="callbacks", rule={"kind": "rating", "moment": "called_at"}, required_score=11),
        commitment(rule=REPAIR_RULE, limits=[{"effective_from": MARCH, "limit": 5}]),
        commitment(limits=[{"limit": 5}]),
    ],
)
def test_goals_and_limits_that_do_not_go_with_the_rule_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match="promise"):
        make_workspace(tmp_path, commitments=[wrong])


# --- limits that change in time -------------------------------------------------------------------------------------


def test_a_limit_holds_for_the_cases_received_from_its_day_on(tmp_path: Path) -> None:
    orders = [
        order("1", "2026-02-28 23:59:59", 45),
        order("2", "2026-03-01 00:00:00", 45),
        order("3", "2026-03-01 00:00:00", 30),
        order("4", "2026-02-10 09:00:00", 61),
    ]
    promise = commitment(limits=[{"effective_from": MARCH, "limit": 30}])
    workspace = read(tmp_path, [promise], {"work_orders": orders})
    listed = workspace.cases("promise", period=HALF)
    assert dict(zip(listed["order_id"], listed["state"], strict=True)) == {
        "1": "met",
        "2": "breached",
        "3": "met",
        "4": "breached",
    }


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.integers(0, 180 * 1440), st.one_of(st.none(), st.integers(0, 150)), st.sampled_from("xyz")),
        min_size=1,
        max_size=12,
    ),
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(0, 180)), st.sampled_from([(), ("x",), ("x", "y")]), st.integers(1, 130)
        ),
        max_size=3,
    ),
)
def test_of_limits_by_case_and_day_the_first_that_fits_counts(cases: list[Any], limits: list[Any]) -> None:
    first, as_of = dt.datetime(2026, 1, 1), dt.datetime(2026, 7, 2)
    declared, known = [], []
    for day, categories, limit in limits:
        if day is None and not categories:
            continue  # a limit for all cases is the rule's own
        since = None if day is None else (first + dt.timedelta(days=day)).date()
        declared.append(
            {
                **({"where": {"category": list(categories)}} if categories else {}),
                "limit": limit,
                **({"effective_from": since} if since else {}),
            }
        )
        known.append((since, categories, limit))
    orders = [
        order(str(n), str(first + dt.timedelta(minutes=minute)), took, category=category)
        for n, (minute, took, category) in enumerate(cases)
    ]

    def limit_of(row: Row) -> int:
        received = dt.datetime.fromisoformat(row["received_at"]).date()
        fitting = (
            limit
            for since, categories, limit in known
            if (since is None or received >= since) and (not categories or row["category"] in categories)
        )
        return next(fitting, 60)

    met = 0
    for row, (_, took, _) in zip(orders, cases, strict=True):
        met += took is not None and took <= limit_of(row)
    with scratch() as folder:
        workspace = read(folder, [commitment(limits=declared)], {"work_orders": orders})
        (row,) = rows_of(workspace, "promise", HALF, as_of=as_of)
    assert (row["numerator"], row["n"]) == (met, len(cases))


# --- the year is made of its parts ----------------------------------------------------------------------------------

PROMISES = [
    commitment("compliance"),
    commitment("mean", rule=REPAIR_RULE),
    commitment("returned", table="monthly_returns", rule={"kind": "monthly_return", "indicator": "i"}),
    commitment(
        "availability", table="outages", rule={"kind": "availability", "start": "started_at", "stop": "restored_at"}
    ),
    commitment(
        "staffed",
        table="duty_gaps",
        rule={"kind": "staffed", "start": "started_at", "stop": "ended_at", "posts": {"D1": 2}},
    ),
    commitment("coverage", table="inspections", cycle="quarter", rule={"kind": "coverage", "moment": "visited_at"}),
    commitment("rating", table="callbacks", rule={"kind": "rating", "moment": "called_at"}),
]
YEAR = dt.datetime(2026, 1, 1)


@st.composite
def a_year(draw: st.DrawFn) -> dict[str, list[Row]]:
    """A few records of every kind, anywhere in the year."""

    def moments(most: int) -> list[dt.datetime]:
        seconds = draw(st.lists(st.integers(0, 364 * 86_400), min_size=1, max_size=most))
        return [YEAR + dt.timedelta(seconds=second) for second in seconds]

    def later(moment: dt.datetime, most: int) -> str | None:
        seconds = draw(st.integers(0, most))
        return str(moment + dt.timedelta(seconds=seconds))

    return {
        "work_orders": [order(str(n), str(at), draw(st.integers(0, 100))) for n, at in enumerate(moments(12))],
        "outages": [
            {
                "outage_id": str(n),
                "unit": "D1",
                "started_at": str(at),
                "restored_at": later(at, 40 * 86_400),
                "customers_affected": draw(st.integers(0, 50)),
            }
            for n, at in enumerate(moments(8))
        ],
        "duty_gaps": [
            {
                "gap_id": str(n),
                "unit": "D1",
                "post": draw(st.sampled_from("ab")),
                "started_at": str(at),
                "ended_at": later(at, 40 * 86_400),
            }
            for n, at in enumerate(moments(8))
        ],
        "inspections": [
            {
                "visit_id": str(n),
                "unit": "D1",
                "customer": draw(st.sampled_from("ABCD")),
                "visited_at": str(at),
                "outcome": draw(st.sampled_from(["entered", "nobody_home", "refused"])),
            }
            for n, at in enumerate(moments(10))
        ],
        "callbacks": [
            {
                "callback_id": str(n),
                "question": "q",
                "unit": "D1",
                "called_at": str(at),
                "score": draw(st.integers(1, 10)),
            }
            for n, at in enumerate(moments(10))
        ],
        "customer_counts": [
            {
                "unit": "D1",
                "month": f"2026-{month:02d}",
                "valid_customers": draw(st.integers(100, 200)),
                "households": 9,
            }
            for month in range(1, 13)
        ],
        "monthly_returns": [
            {
                "indicator": "i",
                "unit": "D1",
                "month": f"2026-{month:02d}",
                "numerator": draw(st.integers(0, 5)),
                "denominator": draw(st.integers(5, 9)),
            }
            for month in range(1, 13)
        ],
    }


@settings(max_examples=12)
@given(a_year())
def test_the_year_is_recomputed_from_its_parts_and_never_averaged(records: dict[str, list[Row]]) -> None:
    with scratch() as folder:
        workspace = read(folder, PROMISES, records)
        for promise in PROMISES:
            key = promise["key"]
            part = promise.get("cycle", "month")
            options: dict[str, Any] = {"as_of": dt.datetime(2027, 3, 1)}
            parts = rows_of(workspace, key, "2026", by=[part], **options)
            (year,) = rows_of(workspace, key, "2026", **options)
            amount = "base" if key in ("availability", "staffed") else "n"
            whole = sum(row[amount] for row in parts)
            assert year[amount] == whole
            if key == "mean":  # the sums of the times are not shown; the means times their n are
                good = sum((row["value"] or 0) * row["n"] for row in parts)
            else:
                good = sum(row["numerator"] for row in parts)
                assert year["numerator"] == good
            assert year["value"] == pytest.approx(good / whole, rel=1e-12)
            (december,) = (
                row
                for row in rows_of(workspace, key, "2026", by=["month"], cumulative=True, **options)
                if row["period"] == "2026-12"
            )
            assert december["value"] == year["value"]
