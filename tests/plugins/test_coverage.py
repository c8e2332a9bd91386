"""Coverage: households visited and entered, counted as sets; worked out by hand and by brute force.

Rule (DOMAIN §2 row 4): households served (nobody home included) ÷ valid households, each household once a cycle;
households entered stand apart. Expected numbers are counted on the fingers beside each case.
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
from support.workspaces import UNITS, commitment, make_workspace, scratch

Row = dict[str, Any]
VISITS = commitment(
    "visits",
    table="inspections",
    required_share="60%",
    cycle="quarter",
    rule={"kind": "coverage", "moment": "visited_at"},
)


def visit(key: int, who: str | None, when: str, outcome: str = "entered", unit: str = "D1", **more: Any) -> Row:
    moment = when if len(when) > 10 else f"{when} 09:00:00"
    return {"visit_id": str(key), "unit": unit, "customer": who, "visited_at": moment, "outcome": outcome, **more}


def households(months: Mapping[str, int], unit: str = "D1", **more: Any) -> list[Row]:
    return [{"unit": unit, "month": m, "valid_customers": n, "households": n, **more} for m, n in months.items()]


def read(
    folder: Path, rows: Sequence[Row], counts: Sequence[Row], promise: Mapping[str, Any] = VISITS, **options: Any
) -> svcqa.Workspace:
    records = {"inspections": rows, "customer_counts": counts}
    workspace = make_workspace(folder, records=records, commitments=[promise], **options)
    assert workspace.ingest().accepted == len(rows) + len(counts)
    return workspace


def rows_of(workspace: svcqa.Workspace, period: str, **options: Any) -> list[Mapping[str, Any]]:
    return list(workspace.measure("coverage", commitment="visits", period=period, **options).rows)


def both(workspace: svcqa.Workspace, period: str, **options: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The households visited, and those entered."""
    visited, entered = rows_of(workspace, period, **options)
    assert (visited["measure"], entered["measure"]) == ("coverage", "entered")
    return visited, entered


# --- by hand --------------------------------------------------------------------------------------------------------


def test_nobody_home_counts_as_visited_and_not_as_entered(tmp_path: Path) -> None:
    rows = [
        visit(1, "A", "2026-01-05", "entered"),
        visit(2, "B", "2026-01-06", "nobody_home"),
        visit(3, "C", "2026-01-07", "refused"),
        visit(4, "D", "2026-02-07", "nobody_home"),
        visit(5, "D", "2026-03-07", "entered"),  # the second visit gets in
        visit(6, "A", "2026-03-08", "nobody_home"),  # and this one takes nothing away
    ]
    visited, entered = both(read(tmp_path, rows, households({"2026-03": 5})), "2026Q1")
    assert (visited["numerator"], visited["n"], visited["value"]) == (3, 5, 3 / 5)  # A, B, D
    assert (entered["numerator"], entered["n"], entered["value"]) == (2, 5, 2 / 5)  # A, D
    assert (visited["met"], visited["breached"], visited["total"]) == (3, 2, 5)
    assert (visited["lower"], visited["upper"], visited["method"]) == (None, None, "none (census)")
    assert (visited["verdict"], visited["goal"]) == ("met", 0.6)
    assert not entered["verdict"]


def test_the_policy_says_what_counts_as_served(tmp_path: Path) -> None:
    rule = VISITS["rule"] | {"visited": ["entered", "nobody_home", "refused"]}
    rows = [visit(1, "A", "2026-01-05"), visit(2, "B", "2026-01-06", "refused")]
    visited, entered = both(read(tmp_path, rows, households({"2026-03": 4}), VISITS | {"rule": rule}), "2026Q1")
    assert (visited["numerator"], entered["numerator"]) == (2, 1)


@pytest.mark.parametrize(
    ("cycle", "visited"),
    [("month", [1, 1, 2, 1]), ("quarter", [1, 2, 3, 1]), ("half", [1, 2, 3, 3]), ("year", [1, 2, 3, 3])],
)
def test_each_household_counts_once_a_cycle(tmp_path: Path, cycle: str, visited: list[int]) -> None:
    """A in January, March and April; B in February; C in March."""
    rows = [
        visit(1, "A", "2026-01-05"),
        visit(2, "A", "2026-03-05"),
        visit(3, "A", "2026-04-05"),
        visit(4, "B", "2026-02-05"),
        visit(5, "C", "2026-03-31 23:59:59"),
    ]
    workspace = read(tmp_path, rows, households({"2026-01": 10}), VISITS | {"cycle": cycle})
    found = [row for row in rows_of(workspace, "2026-01..2026-04", by=["month"]) if row["measure"] == "coverage"]
    assert [row["numerator"] for row in found] == visited
    ends = {"month": [1, 2, 3, 4], "quarter": [3], "half": [], "year": []}[cycle]
    assert [number for number, row in enumerate(found, start=1) if row["verdict"]] == ends
    assert [number for number, row in enumerate(found, start=1) if "cycle_open" not in row["flags"]] == ends


def test_cycles_follow_statistical_months(tmp_path: Path) -> None:
    """The quarter runs from 26 December to 25 March."""
    rows = [
        visit(1, "A", "2025-12-26 00:00:00"),
        visit(2, "A", "2026-03-25 23:59:59"),
        visit(3, "B", "2025-12-25"),
        visit(4, "C", "2026-03-26 00:00:00"),
        visit(5, "A", "2026-03-26 00:00:01"),
    ]
    workspace = read(tmp_path, rows, households({"2025-12": 10}), company={"month_closes_on": 25})
    numbers = {period: both(workspace, period)[0]["numerator"] for period in ("2025Q4", "2026Q1", "2026Q2")}
    assert numbers == {"2025Q4": 1, "2026Q1": 1, "2026Q2": 2}


def test_within_a_cycle_the_figure_is_cumulative_and_has_no_verdict(tmp_path: Path) -> None:
    rows = [
        visit(1, "A", "2026-01-05"),
        visit(2, "B", "2026-02-05"),
        visit(3, "C", "2026-03-05"),
        visit(4, "A", "2026-04-05"),
    ]
    workspace = read(tmp_path, rows, households({"2026-01": 4, "2026-02": 4, "2026-03": 5, "2026-04": 5}))
    found = [row for row in rows_of(workspace, "2026-01..2026-04", by=["month"]) if row["measure"] == "coverage"]
    assert [(row["numerator"], row["n"]) for row in found] == [(1, 4), (2, 4), (3, 5), (1, 5)]
    assert [row["verdict"] for row in found] == ["", "", "met", ""]
    assert [(row["open_not_due"], row["breached"]) for row in found] == [(3, 0), (2, 0), (0, 2), (4, 0)]
    # asked for alone, a month says the same as beside the others
    assert [both(workspace, f"2026-0{month}")[0]["numerator"] for month in (1, 2, 3, 4)] == [1, 2, 3, 1]


def test_in_the_middle_of_a_cycle_later_visits_have_not_happened(tmp_path: Path) -> None:
    rows = [visit(1, "A", "2026-01-05"), visit(2, "B", "2026-02-05", "nobody_home"), visit(3, "B", "2026-03-05")]
    workspace = read(tmp_path, rows, households({"2026-01": 4}))
    visited, entered = both(workspace, "2026Q1", as_of="2026-02-20")
    assert (visited["numerator"], entered["numerator"], visited["verdict"]) == (2, 1, "")
    assert {"partial", "cycle_open"} <= set(visited["flags"])
    exactly = both(workspace, "2026Q1", as_of="2026-02-05 09:00:00")[0]
    assert exactly["numerator"] == 2
    assert both(workspace, "2026Q1", as_of="2026-02-05 08:59:59")[0]["numerator"] == 1


def test_a_cycle_that_has_not_begun_is_not_asked_of_anyone(tmp_path: Path) -> None:
    rows = [visit(1, "A", "2026-01-05"), visit(2, "B", "2026-04-05")]
    workspace = read(tmp_path, rows, households({"2026-01": 4}))
    # looked at when the first quarter ends, the second has not begun
    year = both(workspace, "2026", as_of="2026-04-01 00:00:00")[0]
    assert (year["numerator"], year["n"]) == (1, 4)
    later = both(workspace, "2026", as_of="2026-04-06")[0]
    assert (later["numerator"], later["n"]) == (2, 8)
    assert (later["breached"], later["open_not_due"]) == (3, 3)


def test_the_count_is_that_of_the_last_month_looked_at(tmp_path: Path) -> None:
    rows = [visit(1, "A", "2026-01-05")]
    workspace = read(tmp_path, rows, households({"2026-01": 4, "2026-02": 5, "2026-03": 6}))
    moments = {"2026-02-01 00:00:00": 4, "2026-02-01 00:00:01": 5, "2026-03-31": 6, "2026-04-01": 6}
    assert {moment: both(workspace, "2026Q1", as_of=moment)[0]["n"] for moment in moments} == moments


def test_households_excepted_are_asked_of_nobody_unless_they_were_visited(tmp_path: Path) -> None:
    rows = [
        visit(1, "A", "2026-01-05"),
        visit(2, "B", "2026-01-06", "nobody_home", excluded_reason="moved_out"),
        visit(3, "C", "2026-01-07", "refused", kind="closed_shop"),
        visit(4, "D", "2026-01-08", "refused", kind="closed_shop"),
        visit(5, "D", "2026-02-08"),
    ]
    promise = VISITS | {"exclusions": [{"reason": "shop", "where": {"kind": ["closed_shop"]}}]}
    visited, entered = both(read(tmp_path, rows, households({"2026-03": 6}), promise), "2026Q1")
    assert (visited["numerator"], visited["n"], visited["excluded"]) == (2, 4, 2)  # A and D of 6 − B − C
    assert visited["excluded_by"] == {"moved_out": 1, "shop": 1}
    assert (visited["value_without_exclusions"], visited["n_without_exclusions"]) == (2 / 6, 6)
    assert (entered["numerator"], entered["n"]) == (2, 4)


def test_a_visit_at_nobody_knows_whose_door_is_shown_apart(tmp_path: Path) -> None:
    rows = [visit(1, "A", "2026-01-05"), visit(2, None, "2026-01-06"), visit(3, None, "2026-01-07")]
    visited, entered = both(read(tmp_path, rows, households({"2026-03": 4})), "2026Q1")
    assert (visited["numerator"], visited["not_applicable"], visited["n"], visited["total"]) == (1, 2, 4, 6)
    assert entered["numerator"] == 1


def test_more_households_visited_than_counted_is_said(tmp_path: Path) -> None:
    rows = [visit(1, "A", "2026-01-05"), visit(2, "B", "2026-01-06"), visit(3, "C", "2026-01-07")]
    visited, _ = both(read(tmp_path, rows, households({"2026-03": 2})), "2026Q1")
    assert (visited["value"], visited["breached"]) == (3 / 2, 0)
    assert "above_base" in visited["flags"]


def test_households_of_a_kind_that_the_last_month_does_not_name_are_carried(tmp_path: Path) -> None:
    counts = [
        *households({"2026-02": 2, "2026-03": 3}, customer_kind="resident"),
        *households({"2026-02": 5}, customer_kind="shop"),
    ]
    visited, _ = both(read(tmp_path, [visit(1, "A", "2026-01-05")], counts), "2026Q1")
    assert visited["n"] == 3 + 5  # the households of March: residents as counted, shops as in February
    assert "base_carried" in visited["flags"]


def test_without_a_count_there_is_no_figure(tmp_path: Path) -> None:
    visited, _ = both(read(tmp_path, [visit(1, "A", "2026-01-05")], households({"2026-04": 2})), "2026Q1")
    assert (visited["value"], visited["numerator"], visited["verdict"]) == (None, 1, "")
    assert "base_missing" in visited["flags"]


def test_only_visits_of_the_kinds_named_count(tmp_path: Path) -> None:
    rows = [visit(1, "A", "2026-01-05", kind="safety"), visit(2, "B", "2026-01-05", kind="meter")]
    workspace = read(tmp_path, rows, households({"2026-03": 2}), VISITS | {"where": {"kind": ["safety"]}})
    assert both(workspace, "2026Q1")[0]["numerator"] == 1


# --- units ----------------------------------------------------------------------------------------------------------

BRANCHES = (
    {"code": "C", "name": "公司", "level": "company"},
    {"code": "S", "name": "分公司", "level": "subsidiary", "parent": "C"},
    {"code": "D1", "name": "一部", "level": "department", "parent": "S"},
    {"code": "T", "name": "二公司", "level": "subsidiary", "parent": "C"},
    {"code": "D2", "name": "二部", "level": "department", "parent": "T"},
)


def test_the_branch_s_count_serves_the_department_that_visits(tmp_path: Path) -> None:
    rows = [visit(1, "A", "2026-01-05"), visit(2, "B", "2026-01-05", unit="D2"), visit(3, "B", "2026-01-06")]
    counts = [*households({"2026-03": 4}, "S"), *households({"2026-03": 6}, "T")]
    workspace = read(tmp_path, rows, counts, units=BRANCHES)
    found = {
        row["unit"]: (row["numerator"], row["n"])
        for row in rows_of(workspace, "2026Q1", by=["department"])
        if row["measure"] == "coverage"
    }
    assert found == {"D1": (1, 4), "D2": (1, 6)}  # B was visited by D2 first
    assert both(workspace, "2026Q1")[0]["numerator"] == 2
    assert {row["unit"] for row in rows_of(workspace, "2026Q1", by=["unit"])} == {"D1", "D2"}


def test_households_of_a_closed_department_pass_to_its_successor_once(tmp_path: Path) -> None:
    units = (UNITS[0], {**UNITS[1], "valid_to": dt.date(2026, 3, 31), "successor": "D2"}, UNITS[2])
    rows = [visit(1, "A", "2026-01-05"), visit(2, "B", "2026-01-05", unit="D2"), visit(3, "A", "2026-04-05", unit="D2")]
    counts = [*households({"2026-03": 3}), *households({"2026-03": 2, "2026-06": 5}, "D2")]
    workspace = read(tmp_path, rows, counts, units=units)
    assert [(row["numerator"], row["n"]) for row in (both(workspace, p)[0] for p in ("2026Q1", "2026Q2"))] == [
        (2, 5),
        (1, 5),
    ]
    half = both(workspace, "2026H1")[0]
    assert (half["numerator"], half["n"]) == (3, 10)


# --- sets of households ---------------------------------------------------------------------------------------------

FIRST = dt.datetime(2026, 1, 1)
OUTCOMES = ("entered", "nobody_home", "refused")


@st.composite
def rounds(draw: st.DrawFn) -> list[Row]:
    return [
        visit(
            number,
            draw(st.sampled_from(["A", "B", "C", "D", None])),
            str(FIRST + dt.timedelta(seconds=draw(st.integers(0, 181 * 86_400 - 1)))),
            draw(st.sampled_from(OUTCOMES)),
            draw(st.sampled_from(["D1", "D2"])),
            excluded_reason=draw(st.sampled_from([None, None, None, "moved"])),
        )
        for number in range(draw(st.integers(1, 14)))
    ]


@settings(max_examples=25)
@given(rounds(), st.sampled_from(["month", "quarter", "half"]), st.integers(0, 181 * 86_400))
def test_coverage_equals_the_sets_of_households(rows: list[Row], cycle: str, second: int) -> None:
    as_of = FIRST + dt.timedelta(seconds=second)
    size = {"month": 1, "quarter": 3, "half": 6}[cycle]
    with scratch() as folder:
        workspace = read(folder, rows, households({"2026-01": 9}), VISITS | {"cycle": cycle})
        found = {
            (row["period"], row["measure"]): row for row in rows_of(workspace, "2026H1", by=["month"], as_of=as_of)
        }
        whole = both(workspace, "2026H1", as_of=as_of) if second else None
    seen = [(dt.datetime.fromisoformat(row["visited_at"]), row) for row in rows]
    seen = [(when, row) for when, row in seen if when <= as_of]

    def sets(begin: int, end: int) -> tuple[set[Any], set[Any], set[Any]]:
        """Households visited, entered, and excepted without a visit, in the months ``begin`` to ``end``."""
        inside = [row for when, row in seen if begin <= when.month <= end and row["customer"]]
        plain = [row for row in inside if not row["excluded_reason"]]
        visited = {row["customer"] for row in plain if row["outcome"] != "refused"}
        entered = {row["customer"] for row in plain if row["outcome"] == "entered"}
        return visited, entered, {row["customer"] for row in inside if row["excluded_reason"]} - visited

    for month in range(1, 7):
        begin = (month - 1) // size * size + 1
        if as_of <= dt.datetime(2026, begin, 1):
            continue
        visited, entered, _ = sets(begin, month)
        # a household excepted early and visited late in a cycle is no exception: the whole cycle decides
        excepted = {
            row["customer"]
            for when, row in seen
            if begin <= when.month <= month and row["customer"] and row["excluded_reason"]
        } - sets(begin, begin + size - 1)[0]
        row = found[f"2026-{month:02d}", "coverage"]
        assert row["numerator"] == len(visited)
        assert found[f"2026-{month:02d}", "entered"]["numerator"] == len(entered)
        assert row["n"] == 9 - row["excluded"]
        assert row["excluded"] <= len(excepted)
        if month % size == 0:
            assert row["excluded"] == len(excepted)
        assert row["total"] == sum(
            row[name] for name in ("met", "breached", "open_not_due", "excluded", "not_applicable")
        )
    if whole is not None:
        cycles = [sets(begin, begin + size - 1) for begin in range(1, 7, size)]
        assert whole[0]["numerator"] == sum(len(visited) for visited, _, _ in cycles)
        assert whole[1]["numerator"] == sum(len(entered) for _, entered, _ in cycles)
        begun = [begin for begin in range(1, 7, size) if dt.datetime(2026, begin, 1) < as_of]
        assert whole[0]["n"] == 9 * len(begun) - sum(len(excepted) for _, _, excepted in cycles)


@settings(max_examples=12)
@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_of_the_visits_makes_no_difference(rows: list[Row], chance: Any) -> None:
    found = []
    for some in (rows, chance.sample(rows, len(rows))):
        with scratch() as folder:
            workspace = read(folder, some, households({"2026-01": 9}))
            found.append(rows_of(workspace, "2026H1", by=["unit", "month"]))
    assert found[0] == found[1]
