"""Availability and staffing: worked out by hand, second by second, and by the exact distribution of the bootstrap.

Rule (DOMAIN §2 rows 1 and 5): 1 − Σ(customers hit × time) ÷ (valid customers × time); 1 − time unstaffed ÷ (posts ×
time). Expected numbers are multiplied out beside each case; none comes from svcqa.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import svcqa
from support.workspaces import UNITS, commitment, make_workspace, scratch
from svcqa.errors import MetricError
from svcqa.stats.bootstrap import poisson_total

Row = dict[str, Any]
DAY, HOUR = 86_400, 3600
SUPPLY = commitment(
    "supply",
    table="outages",
    required_share="99.99%",
    rule={"kind": "availability", "start": "started_at", "stop": "restored_at"},
)
EMERGENCIES = [{"reason": "emergency", "where": {"kind": ["emergency"]}}]
LINE = commitment(
    "line",
    table="duty_gaps",
    required_share="99.9%",
    rule={"kind": "staffed", "start": "started_at", "stop": "ended_at", "posts": {"D1": 1}},
)


def outage(key: str, start: str, stop: str | None, customers: int | None = 10, unit: str = "D1", **more: Any) -> Row:
    return {
        "outage_id": key,
        "unit": unit,
        "started_at": start,
        "restored_at": stop,
        "customers_affected": customers,
        **more,
    }


def gap(key: str, start: str, stop: str | None, post: str | None = "line", unit: str = "D1", **more: Any) -> Row:
    return {"gap_id": key, "unit": unit, "post": post, "started_at": start, "ended_at": stop, **more}


def counted(months: Mapping[str, int], unit: str = "D1", **more: Any) -> list[Row]:
    """Customer counts of one unit by month."""
    return [{"unit": unit, "month": month, "valid_customers": n, **more} for month, n in months.items()]


def read(
    folder: Path, promise: Mapping[str, Any], rows: Sequence[Row], counts: Sequence[Row] = (), **options: Any
) -> svcqa.Workspace:
    """A workspace with one promise, its records and the counts they are held against, all of them accepted."""
    records = {promise["table"]: rows, **({"customer_counts": counts} if counts else {})}
    workspace = make_workspace(folder, records=records, commitments=[promise], **options)
    assert workspace.ingest().accepted == len(rows) + len(counts)
    return workspace


def rows_of(workspace: svcqa.Workspace, period: str, **options: Any) -> list[Mapping[str, Any]]:
    (promise,) = workspace.policies.commitments
    return list(workspace.measure("availability", commitment=promise.key, period=period, **options).rows)


def only(workspace: svcqa.Workspace, period: str, **options: Any) -> Mapping[str, Any]:
    (row,) = rows_of(workspace, period, **options)
    return row


def lost(row: Mapping[str, Any]) -> int:
    return int(row["base"] - row["numerator"])


# --- availability: by hand ------------------------------------------------------------------------------------------


def test_a_stoppage_over_a_months_end_is_shared_between_the_months(tmp_path: Path) -> None:
    workspace = read(
        tmp_path,
        SUPPLY,
        [outage("1", "2026-01-31 23:00:00", "2026-02-01 02:00:00")],
        counted({"2026-01": 100, "2026-02": 200}),
    )
    january, february = rows_of(workspace, "2026-01..2026-02", by=["month"])
    assert (lost(january), january["base"]) == (10 * HOUR, 100 * 31 * DAY)
    assert (lost(february), february["base"]) == (10 * 2 * HOUR, 200 * 28 * DAY)
    both = only(workspace, "2026-01..2026-02")
    assert (lost(both), both["base"]) == (30 * HOUR, (3100 + 5600) * DAY)
    assert both["value"] == pytest.approx(1 - 30 * HOUR / (8700 * DAY), rel=1e-15)
    assert [row["n"] for row in (january, february, both)] == [1, 1, 1]  # the same one


def test_a_stoppage_over_many_midnights_loses_no_second(tmp_path: Path) -> None:
    stoppage = outage("1", "2026-01-30 22:30:15", "2026-02-03 00:00:00", 7)
    workspace = read(tmp_path, SUPPLY, [stoppage], counted({"2026-01": 100}))
    january, february = rows_of(workspace, "2026-01..2026-02", by=["month"])
    assert lost(january) == 7 * (DAY + HOUR + 29 * 60 + 45)  # 1:29:45 of the 30th, all of the 31st
    assert lost(february) == 7 * 2 * DAY


def test_a_stoppage_that_ends_at_midnight_is_none_of_the_next_month(tmp_path: Path) -> None:
    workspace = read(
        tmp_path, SUPPLY, [outage("1", "2026-01-31 22:00:00", "2026-02-01 00:00:00")], counted({"2026-01": 100})
    )
    january, february = rows_of(workspace, "2026-01..2026-02", by=["month"])
    assert (lost(january), january["n"]) == (20 * HOUR, 1)
    assert (lost(february), february["n"], february["total"]) == (0, 0, 0)


def test_statistical_months_cut_at_their_own_end(tmp_path: Path) -> None:
    workspace = read(
        tmp_path,
        SUPPLY,
        [outage("1", "2026-01-25 23:30:00", "2026-01-26 01:00:00")],
        counted({"2026-01": 100, "2026-02": 200}),
        company={"month_closes_on": 25},
    )
    january, february = rows_of(workspace, "2026-01..2026-02", by=["month"])
    # 26 December to 25 January and 26 January to 25 February are 31 days each
    assert (lost(january), january["base"]) == (10 * 1800, 100 * 31 * DAY)
    assert (lost(february), february["base"]) == (10 * HOUR, 200 * 31 * DAY)
    assert (january["first"], january["last"]) == (dt.date(2025, 12, 26), dt.date(2026, 1, 25))


def test_a_stoppage_that_goes_on_counts_up_to_the_moment_of_looking(tmp_path: Path) -> None:
    stoppages = [outage("1", "2026-01-10 10:00:00", "2026-01-10 14:00:00"), outage("2", "2026-01-20 00:00:00", None)]
    workspace = read(tmp_path, SUPPLY, stoppages, counted({"2026-01": 100}))
    inside = only(workspace, "2026-01", as_of="2026-01-10 12:00:00")
    assert (lost(inside), inside["base"]) == (10 * 2 * HOUR, 100 * (9 * DAY + 12 * HOUR))
    assert (inside["open_overdue"], inside["breached"], inside["total"]) == (1, 0, 1)
    assert "partial" in inside["flags"]
    before = only(workspace, "2026-01", as_of="2026-01-10 09:59:59")
    assert (before["value"], before["n"], before["total"]) == (1.0, 0, 0)
    end = only(workspace, "2026-01")
    assert lost(end) == 10 * (4 * HOUR + 12 * DAY)
    assert (end["open_overdue"], end["breached"]) == (1, 1)
    # a month that has not begun has nothing to show
    assert rows_of(workspace, "2026-02", as_of="2026-01-10 12:00:00") == []


def test_emergencies_are_left_out_and_said_so(tmp_path: Path) -> None:
    stoppages = [
        outage("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00", kind="planned"),
        outage("2", "2026-01-11 10:00:00", "2026-01-11 11:00:00", 50, kind="emergency"),
        outage("3", "2026-01-12 10:00:00", "2026-01-12 11:00:00", 20, kind="fault", excluded_reason="storm"),
        outage("4", "2026-01-13 10:00:00", "2026-01-13 11:00:00", 30, kind="emergency", excluded_reason="storm"),
    ]
    workspace = read(tmp_path, SUPPLY | {"exclusions": EMERGENCIES}, stoppages, counted({"2026-01": 100}))
    row = only(workspace, "2026-01")
    base = 100 * 31 * DAY
    assert (lost(row), row["n"], row["excluded"], row["total"]) == (10 * HOUR, 1, 3, 4)
    assert row["excluded_by"] == {"emergency": 1, "storm": 2}  # what the record itself says comes first
    assert row["value_without_exclusions"] == pytest.approx(1 - 110 * HOUR / base, rel=1e-15)
    assert row["n_without_exclusions"] == 4


def test_a_stoppage_that_hit_nobody_knows_whom_is_counted_apart(tmp_path: Path) -> None:
    stoppages = [
        outage("1", "2026-01-10 10:00:00", "2026-01-11 10:00:00", None),
        outage("2", "2026-01-12 10:00:00", "2026-01-12 11:00:00"),
    ]
    row = only(read(tmp_path, SUPPLY, stoppages, counted({"2026-01": 100})), "2026-01")
    assert (lost(row), row["n"], row["not_applicable"], row["total"]) == (10 * HOUR, 1, 1, 2)


def test_only_stoppages_of_the_kinds_named_count(tmp_path: Path) -> None:
    stoppages = [
        outage("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00", kind="planned"),
        outage("2", "2026-01-11 10:00:00", "2026-01-11 11:00:00", kind="fault"),
    ]
    workspace = read(tmp_path, SUPPLY | {"where": {"kind": ["fault"]}}, stoppages, counted({"2026-01": 100}))
    assert only(workspace, "2026-01")["total"] == 1


# --- availability: what it is held against ---------------------------------------------------------------------------


def test_a_month_without_a_count_takes_the_one_before_and_says_so(tmp_path: Path) -> None:
    workspace = read(
        tmp_path,
        SUPPLY,
        [outage("1", "2026-03-10 10:00:00", "2026-03-10 11:00:00")],
        counted({"2026-02": 100, "2026-04": 300}),
    )
    months = {row["period"]: row for row in rows_of(workspace, "2026H1", by=["month"])}
    assert {month: row["base"] for month, row in months.items() if row["base"]} == {
        "2026-02": 100 * 28 * DAY,
        "2026-03": 100 * 31 * DAY,
        "2026-04": 300 * 30 * DAY,
        "2026-05": 300 * 31 * DAY,
        "2026-06": 300 * 30 * DAY,
    }
    assert {month for month, row in months.items() if "base_carried" in row["flags"]} == {
        "2026-03",
        "2026-05",
        "2026-06",
    }
    assert months["2026-03"]["value"] == pytest.approx(1 - 10 * HOUR / (100 * 31 * DAY), rel=1e-15)


def test_without_any_count_there_is_no_figure_and_the_reason_is_said(tmp_path: Path) -> None:
    workspace = read(
        tmp_path, SUPPLY, [outage("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00")], counted({"2026-02": 100})
    )
    january = only(workspace, "2026-01")
    assert (january["value"], january["verdict"], january["n"]) == (None, "", 1)
    assert "base_missing" in january["flags"]


def test_kinds_of_customers_add_up(tmp_path: Path) -> None:
    counts = [*counted({"2026-01": 100}, customer_kind="resident"), *counted({"2026-01": 7}, customer_kind="shop")]
    assert only(read(tmp_path, SUPPLY, hours([10]), counts), "2026-01")["base"] == 107 * 31 * DAY


def test_a_kind_that_a_month_does_not_name_takes_its_own_count_of_the_month_before(tmp_path: Path) -> None:
    counts = [
        *counted({"2026-01": 100, "2026-02": 110}, customer_kind="resident"),
        *counted({"2026-01": 7, "2026-03": 9}, customer_kind="shop"),
    ]
    workspace = read(tmp_path, SUPPLY, [outage("1", "2026-02-10 10:00:00", "2026-02-10 11:00:00")], counts)
    months = {row["period"]: row for row in rows_of(workspace, "2026-01..2026-03", by=["month"])}
    # January 100 + 7; February 110 and January's 7; March February's 110 and 9
    assert {month: row["base"] for month, row in months.items()} == {
        "2026-01": 107 * 31 * DAY,
        "2026-02": 117 * 28 * DAY,
        "2026-03": 119 * 31 * DAY,
    }
    assert [month for month, row in months.items() if "base_carried" in row["flags"]] == ["2026-02", "2026-03"]


def test_a_count_of_no_kind_is_one_of_all_and_no_kind_is_added_to_it(tmp_path: Path) -> None:
    counts = [
        *counted({"2026-01": 100}, customer_kind="resident"),
        *counted({"2026-01": 7}, customer_kind="shop"),
        *counted({"2026-02": 120}),
        *counted({"2026-03": 111}, customer_kind="resident"),
    ]
    workspace = read(tmp_path, SUPPLY, [outage("1", "2026-02-10 10:00:00", "2026-02-10 11:00:00")], counts)
    months = {row["period"]: row for row in rows_of(workspace, "2026-01..2026-03", by=["month"])}
    # February all in one; March 111 and January's 7 shops
    assert [months[month]["base"] for month in ("2026-01", "2026-02", "2026-03")] == [
        107 * 31 * DAY,
        120 * 28 * DAY,
        118 * 31 * DAY,
    ]
    assert [month for month, row in months.items() if "base_carried" in row["flags"]] == ["2026-03"]


def test_no_stoppage_is_a_hundred_per_cent(tmp_path: Path) -> None:
    workspace = read(
        tmp_path, SUPPLY, [outage("1", "2025-01-10 10:00:00", "2025-01-10 11:00:00")], counted({"2026-01": 100})
    )
    row = only(workspace, "2026-01")
    assert (row["value"], row["n"], row["total"], row["verdict"]) == (1.0, 0, 0, "met")


BRANCHES = (
    {"code": "C", "name": "公司", "level": "company"},
    {"code": "S", "name": "分公司", "level": "subsidiary", "parent": "C"},
    {"code": "D1", "name": "一部", "level": "department", "parent": "S"},
    {"code": "D2", "name": "二部", "level": "department", "parent": "S"},
)


def test_departments_whose_customers_are_counted_at_the_branch_share_its_count(tmp_path: Path) -> None:
    stoppages = [
        outage("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00"),
        outage("2", "2026-01-10 10:00:00", "2026-01-10 12:00:00", unit="D2"),
    ]
    workspace = read(tmp_path, SUPPLY, stoppages, counted({"2026-01": 100}, "S"), units=BRANCHES)
    base = 100 * 31 * DAY
    found = {row["unit"]: (lost(row), row["base"]) for row in rows_of(workspace, "2026-01", by=["department"])}
    assert found == {"D1": (10 * HOUR, base), "D2": (20 * HOUR, base)}
    for unit in ("C", "S"):
        row = only(workspace, "2026-01", unit=unit)
        assert (lost(row), row["base"]) == (30 * HOUR, base)
    # the branch itself recorded no stoppage: a hundred per cent for it would be no news but a mistake
    assert [row["unit"] for row in rows_of(workspace, "2026-01", by=["unit"])] == ["D1", "D2"]


def test_customers_counted_twice_count_once(tmp_path: Path) -> None:
    counts = [*counted({"2026-01": 100}, "S"), *counted({"2026-01": 60}), *counted({"2026-01": 40}, "D2")]
    workspace = read(tmp_path, SUPPLY, hours([10]), counts, units=BRANCHES)
    bases = {unit: only(workspace, "2026-01", unit=unit)["base"] // (31 * DAY) for unit in ("C", "S", "D1", "D2")}
    assert bases == {"C": 100, "S": 100, "D1": 60, "D2": 40}


def merged(closed: str) -> tuple[Row, ...]:
    return (UNITS[0], {**UNITS[1], "valid_to": dt.date.fromisoformat(closed), "successor": "D2"}, UNITS[2])


def test_the_customers_of_a_closed_department_pass_to_its_successor_once(tmp_path: Path) -> None:
    counts = [
        *counted({f"2026-0{month}": 100 for month in (1, 2, 3)}),
        *counted({f"2026-0{month}": 200 if month < 4 else 300 for month in range(1, 7)}, "D2"),
    ]
    stoppages = [
        outage("1", "2026-02-10 10:00:00", "2026-02-10 11:00:00"),
        outage("2", "2026-05-10 10:00:00", "2026-05-10 12:00:00", unit="D2"),
    ]
    workspace = read(tmp_path, SUPPLY, stoppages, counts, units=merged("2026-03-31"))
    half = only(workspace, "2026H1")
    assert (lost(half), half["base"]) == (30 * HOUR, 300 * 181 * DAY)  # never 400
    assert "base_carried" not in half["flags"]
    april = only(workspace, "2026-04")
    assert april["base"] == 300 * 30 * DAY
    # on the tree of June all that was D1's is D2's
    (successor,) = rows_of(workspace, "2026H1", by=["department"])
    assert (successor["unit"], lost(successor), successor["base"]) == ("D2", 30 * HOUR, 300 * 181 * DAY)


def test_a_department_that_opens_has_no_customers_before(tmp_path: Path) -> None:
    units = (*UNITS[:2], {**UNITS[2], "valid_from": dt.date(2026, 2, 1)})
    counts = [*counted({"2026-01": 100, "2026-02": 100}), *counted({"2026-02": 50}, "D2")]
    workspace = read(tmp_path, SUPPLY, [outage("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00")], counts, units=units)
    both = only(workspace, "2026-01..2026-02")
    assert both["base"] == (100 * 31 + 150 * 28) * DAY
    assert lost(both) == 10 * HOUR


# --- the interval ---------------------------------------------------------------------------------------------------


def hours(sizes: Sequence[int], first: int = 1) -> list[Row]:
    """One stoppage a day: an hour for as many customers as ``sizes`` say."""
    return [
        outage(str(day), f"2026-01-{day:02d} 10:00:00", f"2026-01-{day:02d} 11:00:00", size)
        for day, size in enumerate(sizes, start=first)
    ]


def test_below_five_stoppages_nothing_is_claimed(tmp_path: Path) -> None:
    four = only(read(tmp_path / "4", SUPPLY, hours([10] * 4), counted({"2026-01": 100})), "2026-01")
    assert (four["lower"], four["upper"]) == (None, None)
    assert four["method"] == "none (fewer than 5 incidents)"
    five = only(read(tmp_path / "5", SUPPLY, hours([10] * 5), counted({"2026-01": 100})), "2026-01")
    assert five["lower"] < five["value"] < five["upper"]
    assert "Poisson bootstrap" in five["method"]
    assert "2000 resamples, seed 1" in five["method"]


@pytest.mark.parametrize(("n", "level"), [(5, 0.95), (8, 0.95), (20, 0.9)])
def test_equal_stoppages_have_the_limits_of_the_poisson_distribution(tmp_path: Path, n: int, level: float) -> None:
    """n events, each drawn Poisson(1) times: their number is Poisson(n)."""
    workspace = read(tmp_path, SUPPLY, hours([10] * n), counted({"2026-01": 100}))
    row = only(workspace, "2026-01", level=level, params={"resamples": 100_000})
    few, many = stats.poisson.ppf([(1 - level) / 2, (1 + level) / 2], n)
    base = 100 * 31 * DAY
    assert row["upper"] == pytest.approx(1 - few * 10 * HOUR / base, rel=1e-12)
    assert row["lower"] == pytest.approx(1 - many * 10 * HOUR / base, rel=1e-12)


def exact_distribution(sizes: Sequence[int]) -> np.ndarray[Any, Any]:
    """P(total ≤ t) for t = 0, 1, 2 …, each of ``sizes`` occurring Poisson(1) times: convolved one after another."""
    density = np.ones(1)
    for size in sizes:
        times = stats.poisson.pmf(np.arange(16), 1)
        one = np.zeros(15 * size + 1)
        one[::size] = times
        density = np.convolve(density, one)
    return np.cumsum(density)


@pytest.mark.parametrize("sizes", [(1, 2, 3, 5, 8), (1, 1, 1, 1, 50), (4, 9, 16, 25, 36, 49)])
@pytest.mark.parametrize("seed", [1, 7])
def test_unequal_stoppages_have_the_limits_of_the_compound_distribution(sizes: tuple[int, ...], seed: int) -> None:
    below = exact_distribution(sizes)
    low, high = poisson_total(sizes, resamples=100_000, seed=seed)
    # Monte Carlo: the standard error of a share of 0.025 in 100,000 draws is 0.0005; four of them
    slack = 4 * np.sqrt(0.025 * 0.975 / 100_000)
    for limit, share in ((low, 0.025), (high, 0.975)):
        at = int(np.floor(limit))
        assert below[at] >= share - slack
        assert at == 0 or below[at - 1] <= share + slack


def test_the_bootstrap_is_the_same_for_a_seed_and_another_for_another(tmp_path: Path) -> None:
    sizes = [3, 14, 15, 92, 65, 35]
    one = read(tmp_path / "1", SUPPLY, hours(sizes), counted({"2026-01": 100}))
    other = read(tmp_path / "2", SUPPLY, list(reversed(hours(sizes))), counted({"2026-01": 100}))
    again = [only(workspace, "2026-01", params={"seed": seed}) for workspace in (one, one, other) for seed in (1, 2)]
    limits = [(row["lower"], row["upper"]) for row in again]
    assert limits[0] == limits[2] == limits[4]
    assert limits[1] == limits[3] == limits[5]
    assert limits[0] != limits[1]
    assert len({row["value"] for row in again}) == 1


# --- staffed posts: by hand -----------------------------------------------------------------------------------------


def test_gaps_reported_twice_count_once(tmp_path: Path) -> None:
    gaps = [
        gap("1", "2026-01-10 10:00:00", "2026-01-10 10:30:00"),
        gap("2", "2026-01-10 10:20:00", "2026-01-10 10:40:00"),  # overlaps
        gap("3", "2026-01-10 10:40:00", "2026-01-10 10:50:00"),  # touches
        gap("4", "2026-01-10 10:05:00", "2026-01-10 10:06:00"),  # lies inside
        gap("5", "2026-01-10 10:50:01", "2026-01-10 10:51:01"),  # a second apart
    ]
    row = only(read(tmp_path, LINE, gaps), "2026-01")
    assert (lost(row), row["base"], row["n"]) == (50 * 60 + 60, 31 * DAY, 2)
    assert row["base_unit"] == "post_second"


def test_a_gap_over_a_months_end_and_one_that_goes_on(tmp_path: Path) -> None:
    gaps = [gap("1", "2026-01-31 23:50:00", "2026-02-01 00:05:00"), gap("2", "2026-02-28 23:00:00", None)]
    workspace = read(tmp_path, LINE, gaps)
    found = {
        row["period"]: row for row in rows_of(workspace, "2026-01..2026-03", by=["month"], as_of="2026-03-01 06:00")
    }
    assert {month: lost(row) for month, row in found.items()} == {
        "2026-01": 600,
        "2026-02": 300 + HOUR,
        "2026-03": 6 * HOUR,
    }
    assert found["2026-03"]["value"] == 0.0  # nobody at the post in any of its six hours so far
    assert (found["2026-03"]["open_overdue"], found["2026-03"]["breached"]) == (1, 0)


def test_two_posts_are_two(tmp_path: Path) -> None:
    promise = LINE | {"rule": LINE["rule"] | {"posts": {"D1": 2}}}
    gaps = [
        gap("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00", "a"),
        gap("2", "2026-01-10 10:30:00", "2026-01-10 11:30:00", "b"),
    ]
    row = only(read(tmp_path, promise, gaps), "2026-01")
    assert (lost(row), row["base"], row["n"]) == (2 * HOUR, 2 * 31 * DAY, 2)


def test_posts_of_two_units(tmp_path: Path) -> None:
    promise = LINE | {"rule": LINE["rule"] | {"posts": {"D1": 1, "D2": 3}}}
    gaps = [
        gap("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00"),
        gap("2", "2026-01-10 10:30:00", "2026-01-10 11:30:00", unit="D2"),
    ]
    workspace = read(tmp_path, promise, gaps)
    assert (lost(only(workspace, "2026-01")), only(workspace, "2026-01")["base"]) == (2 * HOUR, 4 * 31 * DAY)
    found = {row["unit"]: (lost(row), row["base"]) for row in rows_of(workspace, "2026-01", by=["department"])}
    assert found == {"D1": (HOUR, 31 * DAY), "D2": (HOUR, 3 * 31 * DAY)}


def test_a_post_is_staffed_as_long_as_its_unit_exists(tmp_path: Path) -> None:
    units = (UNITS[0], {**UNITS[1], "valid_to": dt.date(2026, 1, 15)}, UNITS[2])
    gaps = [gap("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00"), gap("2", "2026-01-15 20:00:00", None)]
    row = only(read(tmp_path, LINE, gaps, units=units), "2026-01")
    assert (row["base"], lost(row)) == (15 * DAY, 5 * HOUR)  # after midnight of the 15th there is no post


def test_gaps_with_a_reason_are_left_out(tmp_path: Path) -> None:
    gaps = [
        gap("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00"),
        gap("2", "2026-01-10 10:30:00", "2026-01-10 11:30:00", "other", excluded_reason="drill"),
    ]
    promise = LINE | {"rule": LINE["rule"] | {"posts": {"D1": 2}}}
    row = only(read(tmp_path, promise, gaps), "2026-01")
    assert (lost(row), row["excluded_by"]) == (HOUR, {"drill": 1})
    assert row["value_without_exclusions"] == pytest.approx(1 - 2 * HOUR / (62 * DAY), rel=1e-15)


def test_a_gap_left_out_and_one_that_counts_share_their_seconds_in_the_figure_without_exclusions(
    tmp_path: Path,
) -> None:
    gaps = [
        gap("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00"),
        gap("2", "2026-01-10 10:30:00", "2026-01-10 11:30:00", excluded_reason="drill"),
        gap("3", "2026-01-10 10:45:00", "2026-01-10 11:15:00", excluded_reason="storm"),
        gap("4", "2026-01-20 08:00:00", "2026-01-20 08:10:00", excluded_reason="drill"),
    ]
    row = only(read(tmp_path, LINE, gaps), "2026-01")
    assert (lost(row), row["n"], row["excluded_by"]) == (HOUR, 1, {"drill": 2, "storm": 1})
    # 10:00-11:30 and 08:00-08:10: 100 minutes in two gaps
    assert row["value_without_exclusions"] == pytest.approx(1 - 100 * 60 / (31 * DAY), rel=1e-15)
    assert row["n_without_exclusions"] == 2


def test_a_file_without_a_row_says_that_no_gap_was(tmp_path: Path) -> None:
    workspace = read(tmp_path, LINE, [])
    row = only(workspace, "2026-01")
    assert (row["value"], row["value_without_exclusions"], row["verdict"]) == (1.0, 1.0, "met")
    assert (row["base"], row["n"], row["total"]) == (31 * DAY, 0, 0)


def test_a_file_of_stoppages_without_a_row_says_that_none_was(tmp_path: Path) -> None:
    workspace = read(tmp_path, SUPPLY, [], counted({"2026-01": 100}))
    row = only(workspace, "2026-01")
    assert (row["value"], row["n"], row["verdict"], row["base"]) == (1.0, 0, "met", 100 * 31 * DAY)


def test_a_table_of_which_no_file_was_read_is_no_record_of_anything(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, records={"duty_gaps": []}, commitments=[LINE])
    with pytest.raises(MetricError) as caught:  # not ingested yet
        only(workspace, "2026-01")
    assert [(fault.code, fault.got) for fault in caught.value.faults] == [("no_records", "duty_gaps")]


def test_a_file_whose_rows_are_all_in_quarantine_is_no_record_that_nothing_happened(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, records={"duty_gaps": [gap("1", "not a moment", None)]}, commitments=[LINE])
    assert workspace.ingest().quarantined == 1
    with pytest.raises(MetricError) as caught:
        only(workspace, "2026-01")
    assert [fault.code for fault in caught.value.faults] == ["no_records"]


def test_a_gap_reported_after_all_replaces_the_file_without_a_row(tmp_path: Path) -> None:
    workspace = read(tmp_path, LINE, [])
    assert only(workspace, "2026-01")["value"] == 1.0
    again = read(tmp_path, LINE, [gap("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00")])
    assert lost(only(again, "2026-01")) == HOUR


def test_a_gap_at_a_unit_without_posts_stands_apart_and_is_said(tmp_path: Path) -> None:
    gaps = [
        gap("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00"),
        gap("2", "2026-01-10 10:00:00", "2026-01-10 12:00:00", unit="D2"),
        gap("3", "2026-02-10 10:00:00", "2026-02-10 12:00:00"),
    ]
    workspace = read(tmp_path, LINE, gaps)  # D1 alone has a post
    row = only(workspace, "2026-01")
    assert (lost(row), row["base"], row["n"], row["not_applicable"], row["total"]) == (HOUR, 31 * DAY, 1, 1, 2)
    assert row["value_without_exclusions"] == row["value"] == pytest.approx(1 - HOUR / (31 * DAY), rel=1e-15)
    assert "without_posts" in row["flags"]
    assert "without_posts" not in only(workspace, "2026-02")["flags"]
    found = {row["unit"]: row for row in rows_of(workspace, "2026-01", by=["department"])}
    assert (found["D2"]["value"], found["D2"]["not_applicable"]) == (None, 1)
    assert "without_posts" in found["D2"]["flags"]
    assert "without_posts" not in found["D1"]["flags"]


def test_a_gap_below_or_above_the_unit_with_the_posts_counts(tmp_path: Path) -> None:
    promise = LINE | {"rule": LINE["rule"] | {"posts": {"S": 1}}}
    gaps = [
        gap("1", "2026-01-10 10:00:00", "2026-01-10 11:00:00", unit="D1"),
        gap("2", "2026-01-11 10:00:00", "2026-01-11 11:00:00", unit="C"),
    ]
    row = only(read(tmp_path, promise, gaps, units=BRANCHES), "2026-01")
    assert (lost(row), row["base"], row["not_applicable"]) == (2 * HOUR, 31 * DAY, 0)
    assert "without_posts" not in row["flags"]


def test_gaps_of_a_unit_that_is_closed_already_are_shown_apart(tmp_path: Path) -> None:
    units = (UNITS[0], {**UNITS[1], "valid_from": dt.date(2026, 1, 11), "valid_to": dt.date(2026, 1, 15)}, UNITS[2])
    gaps = [gap("1", "2026-01-10 23:00:00", "2026-01-11 02:00:00"), gap("2", "2026-01-16 10:00:00", None)]
    row = only(read(tmp_path, LINE, gaps, units=units), "2026-01")
    assert (row["base"], lost(row), row["n"], row["not_applicable"]) == (5 * DAY, 2 * HOUR, 1, 1)


# --- second by second -----------------------------------------------------------------------------------------------

MIDNIGHT = dt.datetime(2026, 2, 1)
NEAR = st.integers(-60, 60)
"""Seconds from the midnight between January and February."""


def at(second: int) -> dt.datetime:
    return MIDNIGHT + dt.timedelta(seconds=second)


@st.composite
def stretches(draw: st.DrawFn) -> list[Row]:
    rows = []
    for number in range(draw(st.integers(1, 6))):
        start, length = draw(NEAR), draw(st.one_of(st.none(), st.integers(0, 70)))
        rows.append(
            {
                "key": str(number),
                "start": start,
                "stop": None if length is None else start + length,
                "unit": draw(st.sampled_from(["D1", "D2"])),
                "post": draw(st.sampled_from(["a", "b"])),
                "customers": draw(st.one_of(st.none(), st.integers(0, 9))),
                "reason": draw(st.sampled_from([None, None, "storm"])),
            }
        )
    return rows


def is_on(row: Row, second: int) -> bool:
    return bool(row["start"] <= second and (row["stop"] is None or second < row["stop"]))


@settings(max_examples=25)
@given(stretches(), st.integers(-70, 130))
def test_availability_equals_counting_second_by_second(rows: list[Row], as_of: int) -> None:
    stoppages = [
        outage(
            row["key"],
            str(at(row["start"])),
            None if row["stop"] is None else str(at(row["stop"])),
            row["customers"],
            row["unit"],
            excluded_reason=row["reason"],
        )
        for row in rows
    ]
    counts = [*counted({"2026-01": 100, "2026-02": 110}), *counted({"2026-01": 50, "2026-02": 60}, "D2")]
    with scratch() as folder:
        workspace = read(folder, SUPPLY, stoppages, counts)
        found = {
            (row["unit"], row["period"]): row
            for by in (["month"], ["department", "month"])
            for row in rows_of(workspace, "2026-01..2026-02", by=by, as_of=at(as_of))
        }
    for units, name in ((("D1",), "D1"), (("D2",), "D2"), (("D1", "D2"), "C")):
        for month, seconds in (("2026-01", range(-60, min(0, as_of))), ("2026-02", range(min(as_of, 131)))):
            mine = [row for row in rows if row["unit"] in units]
            gone, gone_plainly = 0, 0
            for second in seconds:
                for row in mine:
                    if is_on(row, second):
                        gone += 0 if row["reason"] else row["customers"] or 0
                        gone_plainly += row["customers"] or 0
            customers = {"D1": (100, 110), "D2": (50, 60), "C": (150, 170)}[name][month == "2026-02"]
            passed = 31 * DAY + min(as_of, 0) if month == "2026-01" else max(as_of, 0)
            row = found.get((name, month), {"base": 0, "numerator": 0, "value": None})
            assert row["base"] == customers * passed
            assert lost(row) == gone
            if passed:
                assert row["value"] == pytest.approx(1 - gone / (customers * passed), rel=1e-12, abs=1e-12)
                plain = row["value_without_exclusions"]
                assert plain == pytest.approx(1 - gone_plainly / (customers * passed), rel=1e-12, abs=1e-12)


@settings(max_examples=25)
@given(stretches(), st.integers(-70, 130))
def test_staffing_equals_the_set_of_unstaffed_seconds(rows: list[Row], as_of: int) -> None:
    promise = LINE | {"rule": LINE["rule"] | {"posts": {"D1": 2, "D2": 2}}}
    gaps = [
        gap(
            row["key"],
            str(at(row["start"])),
            None if row["stop"] is None else str(at(row["stop"])),
            row["post"],
            row["unit"],
            excluded_reason=row["reason"],
        )
        for row in rows
    ]
    empty = {
        (row["unit"], row["post"], second, row["reason"])
        for row in rows
        for second in range(-60, as_of)
        if is_on(row, second)
    }
    with scratch() as folder:
        found = {
            (row["unit"], row["period"]): row
            for row in rows_of(
                read(folder, promise, gaps), "2026-01..2026-02", by=["department", "month"], as_of=at(as_of)
            )
        }
    for unit in ("D1", "D2"):
        for month, is_january in (("2026-01", True), ("2026-02", False)):
            mine = {item for item in empty if item[0] == unit and (item[2] < 0) == is_january}
            plain = len({item[1:3] for item in mine})  # whatever the reason, a post is empty once a second
            row = found.get((unit, month), {"base": 0, "numerator": 0, "value": None})
            base = 2 * (31 * DAY + min(as_of, 0) if is_january else max(as_of, 0))
            assert row["base"] == base
            assert lost(row) == len({item[1:3] for item in mine if item[3] is None})
            if base:
                assert row["value_without_exclusions"] == pytest.approx(1 - plain / base, rel=1e-12, abs=1e-12)
