"""Percentiles through the workspace: against R 4.2.2 (``../shared/oracles``), statsmodels and brute force."""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from statsmodels.duration.survfunc import survdiff
from statsmodels.stats.weightstats import DescrStatsW

import svcqa
from support.workspaces import EXAMPLES, REPO, commitment, copy_workspace, make_workspace, require
from svcqa.catalogue import LANGUAGES, text
from svcqa.errors import MetricError, SvcqaError
from svcqa.report import tables

LAST_CLOSING = "2019-10-31 15:25:56"
AS_OF = "2026-07-01"


def figures(workspace: svcqa.Workspace, **options: Any) -> list[dict[str, Any]]:
    """Every row as plain values; text that JSON cannot hold (NaN, infinity) would break it."""
    result = workspace.measure("sla_percentiles", **options)
    rows: list[dict[str, Any]] = json.loads(result.to_json(), parse_constant=lambda name: pytest.fail(name))["rows"]
    return rows


def only(rows: Iterable[Mapping[str, Any]], measure: str, **keys: str) -> Mapping[str, Any]:
    """The one row of a measure."""
    (row,) = (r for r in rows if r["measure"] == measure and all(r[name] == value for name, value in keys.items()))
    return row


# --- brute force --------------------------------------------------------------------------------------------------


def kaplan_meier(times: list[tuple[float, bool]]) -> dict[float, float]:
    """S after each moment; the product over all moments, case by case."""
    share, found = 1.0, {}
    for moment in sorted({time for time, _ in times}):
        at_risk = sum(time >= moment for time, _ in times)
        share *= 1 - sum(time == moment and ended for time, ended in times) / at_risk
        found[moment] = share
    return found


def percentile(times: list[tuple[float, bool]], share: float) -> float | None:
    """The smallest t with S(t) < 1 − p; the middle of the stretch where S is 1 − p. ``None``: not reached."""
    curve = kaplan_meier(times)
    touched = [moment for moment, left in curve.items() if left <= 1 - share + 1e-9]
    passed = [moment for moment, left in curve.items() if left < 1 - share - 1e-9]
    return (touched[0] + (passed[0] if passed else max(curve))) / 2 if touched else None


def minutes(start: dt.datetime, stop: dt.datetime) -> int:
    return math.ceil((stop - start).total_seconds() / 60)


def times_of(frame: Any, start: str, stop: str, as_of: dt.datetime) -> list[tuple[float, bool]]:
    """Minutes, rounded up, of closed cases; whole minutes so far of open ones."""
    found: list[tuple[float, bool]] = []
    for row in frame.to_dict("records"):
        begun, ended = (None if value != value or value is None else value for value in (row[start], row[stop]))
        if ended is not None and ended <= as_of:
            found.append((minutes(begun, ended), True))
        else:
            found.append(((as_of - begun) // dt.timedelta(minutes=1), False))
    return found


# --- Boston 311 against R -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def boston(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    source = shared / "real_data" / "boston311_2011"
    require(source.is_dir(), f"the real data {source.name} in {shared.name}/real_data")
    folder = copy_workspace(EXAMPLES / "boston311", tmp_path_factory.mktemp("boston") / "workspace")
    workspace = svcqa.open(folder)
    workspace.ingest(source_folder=source)
    return workspace


@pytest.fixture(scope="module")
def known(shared: Path) -> dict[tuple[str, str], float | None]:
    with (shared / "oracles" / "reference.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["section"], row["key"]): None if row["value"] == "NA" else float(row["value"])
            for row in csv.DictReader(file)
        }


OPEN_TO_CLOSE = {"table": "work_orders", "start": "received_at", "stop": "closed_at", "unit": "second"}


def boston_rows(boston: svcqa.Workspace, as_of: str, **options: Any) -> list[dict[str, Any]]:
    params = {"clock": OPEN_TO_CLOSE, "percentiles": [50, 75, 90], **options.pop("params", {})}
    by = figures(boston, period="2011H2", as_of=as_of, by=["department"], params=params, **options)
    return [{**row, "unit": "ALL"} for row in figures(boston, period="2011H2", as_of=as_of, params=params)] + by


@pytest.mark.parametrize(
    ("section", "as_of", "tail"),
    [
        ("km_boston", LAST_CLOSING, ""),
        ("closed_only_boston", LAST_CLOSING, "_closed_only"),
        ("km_boston_asof_2012-01-01", "2012-01-01", ""),
    ],
)
def test_boston_equals_r(
    boston: svcqa.Workspace, known: dict[tuple[str, str], float | None], section: str, as_of: str, tail: str
) -> None:
    rows = boston_rows(boston, as_of)
    for unit in ("ALL", "ISD", "INFO"):
        for share in (50, 75, 90):
            row = only(rows, f"p{share}{tail}", unit=unit)
            for column, key in (("value", "h"), ("lower", "lo"), ("upper", "hi")):
                expected = known[f"{section}_{unit}", f"q{share / 100:g}.{key}"]
                if expected is None:
                    assert row[column] is None
                else:
                    assert row[column] / 3600 == pytest.approx(expected, rel=1e-8)
            assert ("not_reached" in row["flags"]) == (row["value"] is None)
            assert row["method"] == "Kaplan–Meier, log-log 95%"
            assert row["value_unit"] == "second"


def test_bostons_counts_and_shares_beyond_a_limit_equal_r(
    boston: svcqa.Workspace, known: dict[tuple[str, str], float | None]
) -> None:
    for hours in (24, 72, 168):
        clock = {**OPEN_TO_CLOSE, "limit": hours * 3600}
        rows = boston_rows(boston, LAST_CLOSING, params={"clock": clock})
        for unit in ("ALL", "ISD", "INFO"):
            row = only(rows, "beyond_limit", unit=unit)
            within = known[f"km_boston_{unit}", f"P(closed<={hours}h)"]
            assert within is not None
            assert 1 - row["value"] == pytest.approx(within, rel=1e-8)
            assert row["lower"] < row["value"] < row["upper"]
            assert (row["n"], row["numerator"]) == (
                known[f"km_boston_{unit}", "n"],
                known[f"km_boston_{unit}", "events"],
            )


# --- the sample company against brute force -----------------------------------------------------------------------


@pytest.mark.parametrize("as_of", [AS_OF, "2026-03-10 09:30:00"])
def test_percentiles_by_department_and_tier_equal_brute_force(sample_workspace: svcqa.Workspace, as_of: str) -> None:
    options: dict[str, Any] = {"period": "2026H1", "as_of": as_of}
    moment = dt.datetime.fromisoformat(as_of)
    names = ["received_at", "arrived_at", "tier"]
    frame = sample_workspace.cases("emergency_arrival", columns=names, **options)
    frame = frame[~frame["state"].isin(["excluded", "not_applicable"])]
    rows = figures(sample_workspace, commitment="emergency_arrival", by=["unit", "tier"], **options)
    groups = {(row["unit"], row["tier"]) for row in rows}
    assert len(groups) > 3
    seen_open = 0
    for unit, tier in sorted(groups):
        own = frame[(frame["unit"] == unit) & (frame["tier"].fillna("") == tier)]
        times = times_of(own, "received_at", "arrived_at", moment)
        closed = [(time, ended) for time, ended in times if ended]
        seen_open += len(times) - len(closed)
        for share in (50, 90, 95):
            row = only(rows, f"p{share}", unit=unit, tier=tier)
            expected = percentile(times, share / 100) if times else None
            assert row["value"] == pytest.approx(expected) if expected is not None else row["value"] is None
            assert (row["n"], row["numerator"]) == (len(times), len(closed))
            alone = only(rows, f"p{share}_closed_only", unit=unit, tier=tier)
            expected = percentile(closed, share / 100) if closed else None
            assert alone["value"] == pytest.approx(expected) if expected is not None else alone["value"] is None
        if times:
            beyond = [left for moment_, left in kaplan_meier(times).items() if moment_ <= 40]
            share_beyond = only(rows, "beyond_limit", unit=unit, tier=tier)["value"]
            if share_beyond is not None:
                assert share_beyond == pytest.approx(beyond[-1] if beyond else 1.0, abs=1e-12)
            assert only(rows, "mean", unit=unit, tier=tier)["value"] == pytest.approx(
                sum(time for time, _ in times) / len(times)
            )
            assert only(rows, "maximum", unit=unit, tier=tier)["value"] == max(time for time, _ in times)
    assert seen_open > 0


def test_states_are_those_of_compliance(sample_workspace: svcqa.Workspace) -> None:
    options: dict[str, Any] = {"period": "2026H1", "as_of": "2026-03-10 09:30:00", "by": ["department", "month"]}
    with_a_clock = [item.key for item in sample_workspace.policies.commitments if hasattr(item.rule, "limit")]
    assert len(with_a_clock) >= 4
    for key in with_a_clock:
        shares = sample_workspace.measure("compliance", commitment=key, **options).figures()
        found = sample_workspace.measure("sla_percentiles", commitment=key, **options).figures()
        assert [(f.unit, f.period, f.states, f.total, f.excluded_by) for f in found if f.measure == "p50"] == [
            (f.unit, f.period, f.states, f.total, f.excluded_by) for f in shares
        ]


def test_what_is_beyond_the_limit_and_by_how_much(tmp_path: Path) -> None:
    # closed after 30, 60, 61, 90 and 200 minutes, a limit of 60: three are beyond, by 1, 30 and 140
    rows = [order(number, "D1", span) for number, span in enumerate((30, 60, 61, 90, 200))]
    workspace = read(tmp_path, rows)
    found = figures(workspace, period="2026-01", commitment="promise")
    assert only(found, "beyond_limit")["value"] == 3 / 5
    assert only(found, "beyond_limit")["method"] == "Wilson 95%"
    assert (only(found, "excess_p50")["value"], only(found, "excess_p50")["n"]) == (30, 3)
    assert only(found, "excess_mean")["value"] == pytest.approx((1 + 30 + 140) / 3)
    moved = figures(workspace, period="2026-01", commitment="promise", limit=90)
    assert (only(moved, "beyond_limit")["value"], only(moved, "excess_mean")["value"]) == (1 / 5, 110)
    assert "what_if" in only(moved, "beyond_limit")["flags"]
    as_promised = figures(workspace, period="2026-01", commitment="promise", limit=60)
    assert as_promised == found  # a slider at the promised limit tries nothing


def order(number: int, unit: str, span: int | None, **fields: Any) -> dict[str, Any]:
    """An order received on 5 January 2026 at 8:00 and closed ``span`` minutes later."""
    received = dt.datetime(2026, 1, 5, 8)
    closed = None if span is None else received + dt.timedelta(minutes=span)
    return {"order_id": str(number), "unit": unit, "received_at": received, "closed_at": closed, **fields}


def read(folder: Path, rows: list[dict[str, Any]], **fields: Any) -> svcqa.Workspace:
    workspace = make_workspace(folder, records={"work_orders": rows}, commitments=[commitment(**fields)])
    report = workspace.ingest()
    assert (report.accepted, report.quarantined) == (len(rows), 0)
    return workspace


def test_limits_that_differ_by_case(tmp_path: Path) -> None:
    # remote ones may take 120 minutes: 70 is beyond 60 in town and not beyond 120 outside
    rows = [
        order(1, "D1", 70, area="urban"),
        order(2, "D1", 70, area="remote"),
        order(3, "D1", 130, area="remote"),
        order(4, "D1", 10, area="urban"),
    ]
    workspace = read(tmp_path, rows, limits=[{"where": {"area": ["remote"]}, "limit": 120}])
    found = figures(workspace, period="2026-01", commitment="promise", params={"percentiles": [50]})
    assert only(found, "p50")["value"] == 70
    assert only(found, "beyond_limit")["value"] == 2 / 4
    assert only(found, "excess_mean")["value"] == 10
    assert only(found, "p50")["breached"] == 2
    by_area = figures(workspace, period="2026-01", commitment="promise", by=["area"])
    assert {row["area"]: row["value"] for row in by_area if row["measure"] == "beyond_limit"} == {
        "urban": 1 / 2,
        "remote": 1 / 2,
    }


def test_limits_that_change_in_time(tmp_path: Path) -> None:
    # 30 minutes for what comes in from 10 January on: 40 keep 60 before and exceed 30 after
    later = {"received_at": dt.datetime(2026, 1, 12, 8), "closed_at": dt.datetime(2026, 1, 12, 8, 40)}
    rows = [order(1, "D1", 40), {**order(2, "D1", 40), **later}]
    workspace = read(tmp_path, rows, limits=[{"effective_from": dt.date(2026, 1, 10), "limit": 30}])
    found = figures(workspace, period="2026-01", commitment="promise")
    assert (only(found, "p50")["value"], only(found, "beyond_limit")["value"]) == (40, 1 / 2)
    assert only(found, "excess_mean")["value"] == 10
    moved = figures(workspace, period="2026-01", commitment="promise", limit=70)  # both limits ten minutes later
    assert only(moved, "beyond_limit")["value"] == 0


def test_the_mean_has_students_interval(tmp_path: Path) -> None:
    spans = [30, 42, 50, 61, 120]
    workspace = read(tmp_path, [order(number, "D1", span) for number, span in enumerate(spans)])
    row = only(figures(workspace, period="2026-01", commitment="promise"), "mean")
    lower, upper = DescrStatsW(np.asarray(spans, dtype=float)).tconfint_mean()  # statsmodels 0.15
    assert (row["lower"], row["upper"]) == (pytest.approx(lower), pytest.approx(upper))


def test_no_interval_of_a_time_reaches_below_nothing(tmp_path: Path) -> None:
    # 1 and 100 minutes: mean 50.5, s / √n = 49.5, t = 12.7062 with one degree of freedom: 50.5 ± 628.96
    slow = {
        "kind": "mean_and_maximum",
        "start": "received_at",
        "stop": "closed_at",
        "mean": 60,
        "maximum": 90,
        "unit": "minute",
    }
    rows = [order(1, "D1", 1), order(2, "D1", 100)]
    workspace = make_workspace(
        tmp_path, records={"work_orders": rows}, commitments=[commitment(), commitment("slow", rule=slow)]
    )
    workspace.ingest()
    row = only(figures(workspace, period="2026-01", commitment="promise"), "mean")
    assert (row["lower"], row["upper"]) == (0, pytest.approx(679.46, abs=0.01))
    (mean, _) = workspace.measure("mean_and_maximum", period="2026-01", commitment="slow").figures()
    assert (mean.value, mean.lower, mean.upper) == (50.5, 0, pytest.approx(679.46, abs=0.01))


def test_with_open_cases_mean_and_maximum_are_lower_bounds(tmp_path: Path) -> None:
    workspace = read(tmp_path, [order(1, "D1", 10), order(2, "D1", None)])
    found = figures(workspace, period="2026-01", commitment="promise", as_of="2026-01-05 08:30")
    for measure, value in (("mean", 20), ("maximum", 30)):
        row = only(found, measure)
        assert (row["value"], row["lower"], row["upper"]) == (value, None, None)
        assert "lower_bound" in row["flags"]


# --- units of time ------------------------------------------------------------------------------------------------


def test_hours_are_shown_in_hours(tmp_path: Path) -> None:
    rule = {"kind": "elapsed_natural", "start": "received_at", "stop": "closed_at", "limit": 2, "unit": "hour"}
    workspace = read(tmp_path, [order(number, "D1", span) for number, span in enumerate((30, 90, 150))], rule=rule)
    result = workspace.measure("sla_percentiles", period="2026-01", commitment="promise")
    assert result.unit == "hour"
    found = figures(workspace, period="2026-01", commitment="promise")
    assert only(found, "p50")["value"] == 1.5
    assert only(found, "beyond_limit")["value"] == 1 / 3
    assert only(found, "excess_mean")["value"] == 0.5
    assert only(found, "p50")["limit"] == "2 hour"


def test_working_time_and_working_days_of_ones_own_clock(tmp_path: Path) -> None:
    # Monday 5 January 2026, 8:30–12:00 and 13:30–17:30: from 8:00 to 14:00 there are 4 working hours
    workspace = read(tmp_path, [order(1, "D1", 360), order(2, "D1", 360 + 24 * 60), order(3, "D1", 360 + 96 * 60)])
    clock = {"table": "work_orders", "start": "received_at", "stop": "closed_at"}
    hours = {"clock": {**clock, "time": "working_time", "unit": "hour"}, "percentiles": [50]}
    found = figures(workspace, period="2026-01", params=hours)
    # a day later it is 7.5 hours more, on Friday 4 × 7.5 more
    assert only(found, "p50")["value"] == 11.5
    assert (only(found, "maximum")["value"], only(found, "p50")["value_unit"]) == (34, "working_hour")
    days = {"clock": {**clock, "time": "working_days", "counting": "same_day"}, "percentiles": [50]}
    found = figures(workspace, period="2026-01", params=days)
    assert (only(found, "p50")["value"], only(found, "maximum")["value"]) == (2, 5)
    assert {row["measure"] for row in found} == {
        "p50",
        "p50_closed_only",
        "p50_difference",
        "mean",
        "maximum",
    }  # without a limit nothing is beyond it


def test_before_an_appointment_times_are_negative(tmp_path: Path) -> None:
    rule = {"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "closed_at"}
    due = dt.datetime(2026, 1, 5, 9)
    rows = [order(number, "D1", span, due_at=due) for number, span in enumerate((30, 50, 90))]
    found = figures(read(tmp_path, rows, rule=rule), period="2026-01", commitment="promise")
    assert only(found, "p50")["value"] == -10
    assert (only(found, "beyond_limit")["value"], only(found, "excess_p50")["value"]) == (1 / 3, 30)


# --- which step holds the time ------------------------------------------------------------------------------------


def test_steps_of_the_sample_add_up_to_the_whole(sample_workspace: svcqa.Workspace) -> None:
    clock = {
        "table": "work_orders",
        "start": "received_at",
        "stop": "resolved_at",
        "where": {"order_type": ["emergency"]},
    }
    steps = ["received_at", "arrived_at", "resolved_at"]
    for as_of in (AS_OF, "2026-03-10 09:30:00"):
        rows = figures(
            sample_workspace, period="2026H1", as_of=as_of, by=["unit"], params={"clock": clock, "steps": steps}
        )
        for unit in {row["unit"] for row in rows}:
            own = [row for row in rows if row["unit"] == unit]
            shares = [only(own, f"step_{number}_share")["value"] for number in (1, 2)]
            assert sum(shares) == pytest.approx(1)
            unknown, whole = only(own, "steps_unknown")["value"], only(own, "mean")
            assert only(own, "step_1_p50")["n"] + unknown == whole["n"]
            if not unknown:
                means = [only(own, f"step_{number}_mean")["value"] for number in (1, 2)]
                assert sum(means) == pytest.approx(whole["value"])
            assert only(own, "step_2_p50")["step"] == "arrived_at → resolved_at"


def test_steps_equal_brute_force(sample_workspace: svcqa.Workspace) -> None:
    as_of = dt.datetime(2026, 3, 10, 9, 30)
    names = ["received_at", "arrived_at", "resolved_at"]
    frame = sample_workspace.cases("emergency_arrival", columns=names, period="2026H1", as_of=as_of)
    frame = frame[~frame["state"].isin(["excluded", "not_applicable"])]
    first, second, lost = [], [], 0
    for row in frame.to_dict("records"):
        received, arrived, resolved = (
            None if row[name] != row[name] or row[name] > as_of else row[name] for name in names
        )
        so_far = (as_of - received) // dt.timedelta(minutes=1)
        if (resolved is not None and arrived is None) or (
            resolved and minutes(received, resolved) < minutes(received, arrived)
        ):
            lost += 1
        elif arrived is None:
            first.append((so_far, False))
        else:
            on_way = minutes(received, arrived)
            first.append((on_way, True))
            second.append(
                (so_far - on_way, False) if resolved is None else (minutes(received, resolved) - on_way, True)
            )
    clock = {"table": "work_orders", "start": names[0], "stop": names[2], "where": {"order_type": ["emergency"]}}
    rows = figures(sample_workspace, period="2026H1", as_of=as_of, params={"clock": clock, "steps": names})
    assert only(rows, "steps_unknown")["value"] == lost
    for number, times in ((1, first), (2, second)):
        row = only(rows, f"step_{number}_p50")
        assert (row["value"], row["n"]) == (pytest.approx(percentile(times, 0.5)), len(times))
        total = sum(time for time, _ in first) + sum(time for time, _ in second)
        assert only(rows, f"step_{number}_share")["value"] == pytest.approx(sum(time for time, _ in times) / total)
        assert only(rows, f"step_{number}_mean")["value"] == pytest.approx(sum(time for time, _ in times) / len(first))


# --- comparisons --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[svcqa.Workspace, list[dict[str, Any]]]:
    """Two units, two tiers, two months; D2 is slower, and some cases are open."""
    rng = np.random.default_rng(20260105)
    rows = []
    for number in range(160):
        unit, tier = ("D1", "D2")[number % 2], "AB"[number // 2 % 2]
        received = dt.datetime(2026, 1 + number // 80, 5, 8) + dt.timedelta(hours=number % 80)
        span = int(rng.exponential(40 if unit == "D1" else 70)) + 1
        closed = received + dt.timedelta(minutes=span) if rng.random() < 0.85 else None
        rows.append({"order_id": str(number), "unit": unit, "tier": tier, "received_at": received, "closed_at": closed})
    return read(tmp_path_factory.mktemp("compared"), rows), rows


def columns_of(rows: list[dict[str, Any]], as_of: dt.datetime) -> tuple[np.ndarray, ...]:
    times = [
        (minutes(row["received_at"], row["closed_at"]), 1)
        if row["closed_at"]
        else ((as_of - row["received_at"]) // dt.timedelta(minutes=1), 0)
        for row in rows
    ]
    names = (np.asarray([row[name] for row in rows]) for name in ("unit", "tier"))
    month = np.asarray([row["received_at"].month for row in rows])
    return (*(np.asarray(column) for column in zip(*times, strict=True)), *names, month)


def test_units_are_compared_as_by_statsmodels(compared: tuple[svcqa.Workspace, list[dict[str, Any]]]) -> None:
    workspace, rows = compared
    as_of = dt.datetime(2026, 4, 1)
    time, ended, unit, tier, _ = columns_of(rows, as_of)
    options: dict[str, Any] = {"period": "2026Q1", "commitment": "promise", "params": {"compare": "units"}}
    for by, strata in ((["unit"], None), (["unit", "tier"], tier)):
        found = figures(workspace, by=by, **options)
        chi_square, p = survdiff(time, ended, unit, strata=strata)  # statsmodels 0.15
        row = only(found, "logrank_p")
        assert row["value"] == pytest.approx(p, rel=1e-8)
        assert only(found, "logrank_chi_square")["value"] == pytest.approx(chi_square, rel=1e-8)
        assert (row["unit"], row["n"], row["numerator"]) == ("C", 160, int(ended.sum()))
        assert row["method"] == "log-rank, df = 1"


def test_periods_are_compared_as_by_statsmodels(compared: tuple[svcqa.Workspace, list[dict[str, Any]]]) -> None:
    workspace, rows = compared
    as_of = dt.datetime(2026, 4, 1)
    time, ended, unit, _, month = columns_of(rows, as_of)
    params = {"compare": "periods"}
    found = figures(workspace, period="2026Q1", commitment="promise", by=["unit", "month"], params=params)
    for name in ("D1", "D2"):
        own = unit == name
        _, p = survdiff(time[own], ended[own], month[own])  # statsmodels 0.15
        row = only(found, "logrank_p", unit=name)
        assert (row["value"], row["period"], row["n"]) == (pytest.approx(p, rel=1e-8), "2026Q1", int(own.sum()))


def test_one_group_is_compared_with_nothing(compared: tuple[svcqa.Workspace, list[dict[str, Any]]]) -> None:
    workspace, _ = compared
    row = only(figures(workspace, period="2026Q1", commitment="promise", params={"compare": "units"}), "logrank_p")
    assert (row["value"], row["method"]) == (None, "none (nothing to compare)")


# --- what is asked for --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, "a commitment or a clock"),
        ({"clock": {**OPEN_TO_CLOSE, "time": "working_time", "unit": "second"}}, "minutes or hours"),
        ({"clock": OPEN_TO_CLOSE, "percentiles": [0]}, "greater than 0"),
        ({"clock": OPEN_TO_CLOSE, "percentiles": [100]}, "less than 100"),
        ({"clock": OPEN_TO_CLOSE, "percentiles": []}, "percentiles"),
        ({"clock": OPEN_TO_CLOSE, "steps": ["received_at", "closed_at"]}, "at least one moment"),
        ({"clock": OPEN_TO_CLOSE, "steps": ["arrived_at", "accepted_at", "closed_at"]}, "received_at, …, closed_at"),
        ({"clock": OPEN_TO_CLOSE, "steps": ["received_at", "x", "x", "closed_at"]}, "of its own"),
        ({"clock": OPEN_TO_CLOSE, "limits": "logit"}, "log-log"),
        ({"clock": OPEN_TO_CLOSE, "limit": 99}, "0 … 4"),
        ({"clock": {**OPEN_TO_CLOSE, "stop": "gone_at"}}, "gone_at"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(tmp_path: Path, params: dict[str, Any], said: str) -> None:
    workspace = read(tmp_path, [order(1, "D1", 10)])
    with pytest.raises(MetricError, match=said):
        workspace.measure("sla_percentiles", period="2026-01", params=params)


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"clock": {**OPEN_TO_CLOSE, "time": "working_time", "unit": "day"}},
        {"clock": OPEN_TO_CLOSE, "percentiles": []},
        {"clock": OPEN_TO_CLOSE, "percentiles": [50, 90, 50]},
        {"clock": OPEN_TO_CLOSE, "steps": ["received_at", "closed_at"]},
        {"clock": OPEN_TO_CLOSE, "steps": ["received_at", "x", "x", "closed_at"]},
        {"clock": {**OPEN_TO_CLOSE, "stop": "order_id"}},
    ],
)
def test_a_refusal_speaks_the_language_of_who_reads_it(tmp_path: Path, params: dict[str, Any], language: Any) -> None:
    workspace = read(tmp_path, [order(1, "D1", 10)])
    with pytest.raises(MetricError) as refused:
        workspace.measure("sla_percentiles", period="2026-01", params=params)
    assert len(refused.value.faults) == 1
    said = refused.value.render(language)
    assert re.search(r"[\u4e00-\u9fff]{4}", said)
    # beside Chinese only names: of the metric, of columns, parameters, units
    assert not re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", said)


def test_a_number_is_no_moment(tmp_path: Path) -> None:
    call = {"call_id": "1", "unit": "D1", "started_at": "2026-01-05 08:00", "outcome": "answered", "rings": 3}
    workspace = make_workspace(tmp_path, records={"calls": [call]}, commitments=[])
    assert workspace.ingest().accepted == 1
    params = {"clock": {"table": "calls", "start": "started_at", "stop": "rings"}}
    with pytest.raises(MetricError, match="rings holds no moments"):
        workspace.measure("sla_percentiles", period="2026-01", params=params)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_measure_has_a_name_in_words_and_a_p_value_its_decimals(tmp_path: Path, language: Any) -> None:
    # log-rank of 1, 2, 3 against 4, 5, 6 hours, by hand: expected 3/6 + 2/5 + 1/4 = 1.15 of 3, variance
    # 9/36 + 6/25 + 3/16 = 0.6775, so χ² = 1.85² / 0.6775 = 5.05, and p = erfc(√(5.05 / 2)) = 0.0246
    rows = [order(n, "D1" if n < 4 else "D2", 60 * n, accepted_at=dt.datetime(2026, 1, 5, 8, 20)) for n in range(1, 7)]
    workspace = read(tmp_path, rows)
    params = {"steps": ["received_at", "accepted_at", "closed_at"], "compare": "units"}
    found = workspace.measure(
        "sla_percentiles", commitment="promise", period="2026-01", by=["department"], params=params
    )
    shown = tables.results.result(found, language)
    names = set(shown[text("tables.measure", language)])
    assert not [name for name in names if "_" in name]
    assert len(names) == len({row["measure"] for row in found.rows})
    assert shown[text("tables.now", language)].tolist()[-2:] == ["0.0246", "5.05"]


def test_steps_need_a_running_clock(tmp_path: Path) -> None:
    rule = {"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "closed_at"}
    workspace = read(tmp_path, [order(1, "D1", 10)], rule=rule)
    params = {"steps": ["received_at", "arrived_at", "closed_at"]}
    with pytest.raises(MetricError, match="record_due"):
        workspace.measure("sla_percentiles", period="2026-01", commitment="promise", params=params)


@pytest.mark.parametrize("language", LANGUAGES)
def test_monthly_returns_are_refused_by_name(tmp_path: Path, language: Any) -> None:
    rule = {"kind": "monthly_return", "indicator": "visits"}
    workspace = read(tmp_path, [order(1, "D1", 10)], rule=rule, table="monthly_returns")
    with pytest.raises(SvcqaError) as refused:
        workspace.measure("sla_percentiles", period="2026-01", commitment="promise")
    assert refused.value.render(language) == text("faults.returns_no_percentiles", language, got="promise")


def test_what_another_metric_measures_is_refused_by_name(tmp_path: Path) -> None:
    rule = {
        "kind": "mean_and_maximum",
        "start": "received_at",
        "stop": "closed_at",
        "mean": 1,
        "maximum": 2,
        "unit": "hour",
    }
    workspace = read(tmp_path, [order(1, "D1", 10)], rule=rule)
    with pytest.raises(MetricError, match="mean_and_maximum: give a clock instead"):
        workspace.measure("sla_percentiles", period="2026-01", commitment="promise")


def test_cumulative_periods_are_not_compared(compared: tuple[svcqa.Workspace, list[dict[str, Any]]]) -> None:
    workspace, _ = compared
    with pytest.raises(MetricError, match="overlap"):
        workspace.measure(
            "sla_percentiles",
            period="2026Q1",
            commitment="promise",
            by=["month"],
            cumulative=True,
            params={"compare": "periods"},
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_reached_is_said_in_words(tmp_path: Path, language: Any) -> None:
    workspace = read(tmp_path, [order(1, "D1", 10), order(2, "D1", None), order(3, "D1", None)])
    shown = tables.results.result(
        workspace.measure("sla_percentiles", period="2026-01", commitment="promise"), language
    )
    assert text("wording.flag_not_reached", language) in shown.to_string()
    assert "nan" not in shown.to_string().lower()


# --- for sliders and pictures -------------------------------------------------------------------------------------


def test_sliders_move_without_the_records(compared: tuple[svcqa.Workspace, list[dict[str, Any]]]) -> None:
    workspace, _ = compared
    context = workspace.figures.context(workspace.period("2026Q1"), by=["unit"])
    bound = {"commitment": workspace.policies.commitment("promise")}
    moved = workspace.figures.what_if("sla_percentiles", bound, context)
    assert moved.limit_range is not None
    assert (moved.limit_range.lowest, moved.limit_range.promised) == (0, 60)
    for changes in ({"limit": 90}, {"percentiles": (80,)}, {"limits": "plain"}):
        asked = {"limit": changes.get("limit"), "params": {k: v for k, v in changes.items() if k != "limit"}}
        fresh = workspace.measure("sla_percentiles", period="2026Q1", by=["unit"], commitment="promise", **asked)
        assert moved.at(**changes).rows == fresh.rows


def test_distributions_hold_what_the_figures_say(compared: tuple[svcqa.Workspace, list[dict[str, Any]]]) -> None:
    workspace, rows = compared
    context = workspace.figures.context(workspace.period("2026Q1"), by=["unit", "month"])
    bound = {"commitment": workspace.policies.commitment("promise")}
    moved = workspace.figures.what_if("sla_percentiles", bound, context)
    found = workspace.registry.get("sla_percentiles").distributions(moved.prepared, moved.params, context)
    said = figures(workspace, period="2026Q1", by=["unit", "month"], commitment="promise")
    assert [(one.unit, one.period) for one in found] == [
        (unit, f"2026-0{month}") for unit in ("D1", "D2") for month in (1, 2)
    ]
    for one in found:
        row = only(said, "p50", unit=one.unit, period=one.period)
        assert (int(one.closed.sum()), int((one.closed + one.open).sum())) == (row["numerator"], row["n"])
        assert one.percentiles["p50"] == row["value"]
        assert one.limit == 60
        own = [r for r in rows if (r["unit"], f"2026-0{r['received_at'].month}") == (one.unit, one.period)]
        time, ended, *_ = columns_of(own, dt.datetime(2026, 4, 1))
        curve = kaplan_meier([(int(t), bool(e)) for t, e in zip(time, ended, strict=True)])
        assert one.time.tolist() == list(curve)
        assert one.survival.tolist() == pytest.approx(list(curve.values()))


# --- the page -----------------------------------------------------------------------------------------------------

PAGE = (REPO / "docs" / "percentiles.md").read_text(encoding="utf-8")


def test_the_code_of_the_page_runs(sample_workspace: svcqa.Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 6
    names: dict[str, Any] = {"workspace": sample_workspace}
    for block in blocks:
        exec(compile(block, "docs/percentiles.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "minute ['beyond_limit', 'excess_mean'" in printed
    assert "log-rank, df = 1" in printed


def test_the_page_names_every_measure_and_flag(compared: tuple[svcqa.Workspace, list[dict[str, Any]]]) -> None:
    workspace, _ = compared
    clock = {"table": "work_orders", "start": "received_at", "stop": "closed_at", "limit": 60}
    params = {
        "clock": clock,
        "steps": ["received_at", "accepted_at", "closed_at"],
        "compare": "units",
        "percentiles": [90],
    }
    measures = {row["measure"] for row in figures(workspace, period="2026Q1", by=["unit"], params=params)}
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert {name for name in measures if not name.startswith("step_2")} - named == set()
    assert {"not_reached", "interval_open", "lower_bound"} <= named
