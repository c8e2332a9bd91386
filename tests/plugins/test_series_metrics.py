"""Series metrics through the workspace: charts, trend, season and funnel of the sample and of real data."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.r_reference import reference
from support.workspaces import SAMPLE, commitment, make_workspace
from svcqa.clock.festivals import lunar_new_years, spring_festivals
from svcqa.errors import MetricError, NameUnknownError, RegisterError
from svcqa.metrics.registry import Registry
from svcqa.metrics.testing import checks

TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
WHOLE = "2023-07..2026-06"
Rows = list[Mapping[str, Any]]


def rows(workspace: svcqa.Workspace, metric: str, measure: str, **options: Any) -> Rows:
    asked: dict[str, Any] = {"period": WHOLE, "as_of": TRUTH["as_of"].replace("T", " "), "by": ["department"]}
    found = workspace.measure(metric, **{**asked, **options})
    return [row for row in found.rows if row["measure"] == measure]


def effect(key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in TRUTH["effects"] if one["key"] == key)
    return found


# --- the sample: what was planted ------------------------------------------------------------------------------------


def test_the_chart_holds_the_figures_of_its_commitment(sample_workspace: svcqa.Workspace) -> None:
    asked: dict[str, Any] = {"commitment": "complaint_reply", "period": WHOLE, "by": ["department", "month"]}
    base = {(r["unit"], r["period"]): r for r in sample_workspace.measure("compliance", **asked).rows}
    drawn = rows(sample_workspace, "process_chart", "value", commitment="complaint_reply")
    assert len(drawn) == len(base) > 60
    for row in drawn:
        for name in ("value", "lower", "upper", "n", "numerator", "goal"):
            assert row[name] == base[row["unit"], row["period"]][name]


def test_the_planted_step_signals_and_is_suggested_at_its_month(sample_workspace: svcqa.Workspace) -> None:
    step = effect("step")
    suggested = rows(sample_workspace, "process_chart", "suggested_rebase", commitment=step["commitment"])
    months = [row["period"] for row in suggested if row["unit"] == step["unit"]]
    assert step["from"] in months
    # the other customer service has no step
    assert [row["period"] for row in suggested if row["unit"] == "CJ-KF"] == []


def test_a_rebase_gives_new_limits_from_its_month_and_is_never_applied_alone(tmp_path: Path) -> None:
    workspace = two_levels(tmp_path)
    before = process(workspace)
    assert [row["value"] for row in before if row["measure"] == "limits"] == pytest.approx([0.85] * 16)
    assert [row["period"] for row in before if row["measure"] == "suggested_rebase"] == ["2025-09"]
    assert workspace.notes.rebases() == ()
    workspace.notes.add_rebase(
        "promise", unit="D1", since="2025-09", reason="second shift abolished", name="A. Analyst"
    )
    after = {row["period"]: row for row in process(workspace) if row["measure"] == "limits"}
    assert after["2025-08"]["value"] == pytest.approx(0.95)
    assert after["2025-09"]["value"] == pytest.approx(0.75)
    flagged = [r["period"] for r in process(workspace) if r["measure"] == "value" and "rebased" in r["flags"]]
    assert flagged == ["2025-09"]
    assert [row for row in process(workspace) if row["measure"] == "suggested_rebase"] == []
    # that of another unit changes nothing here
    workspace.notes.add_rebase("promise", unit="D2", since="2025-05", reason="x", name="y")
    assert {r["period"]: r for r in process(workspace) if r["measure"] == "limits"} == after
    (own, other) = workspace.notes.rebases("promise")
    assert (own.unit, own.since, own.reason, own.name) == (
        "D1",
        dt.date(2025, 9, 1),
        "second shift abolished",
        "A. Analyst",
    )
    assert other.unit == "D2"


def test_a_rebase_needs_a_reason_and_a_name(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with pytest.raises(RegisterError) as refused:
        workspace.notes.add_rebase("promise", unit="D1", since="2025-09", reason=" ", name="")
    assert {(fault.code, fault.place) for fault in refused.value.faults} == {
        ("rebase_field", "reason"),
        ("rebase_field", "name"),
    }
    with pytest.raises(NameUnknownError):
        workspace.notes.add_rebase("promise", unit="nowhere", since="2025-09", reason="r", name="n")
    assert workspace.notes.rebases() == ()


def two_levels(folder: Path) -> svcqa.Workspace:
    """Eight months of 38 orders in 40 kept and eight of 30, from 2025-01 on; July 2026 is not over."""
    records = []
    for month in range(16):
        year, number = 2025 + month // 12, month % 12 + 1
        kept = (38, 30)[month >= 8] + (-1) ** month
        for order in range(40):
            start = dt.datetime(year, number, 1 + order % 27, 8)
            stop = start + dt.timedelta(minutes=30 if order < kept else 90)
            records.append(
                {"order_id": f"{year}{number:02}{order:02}", "unit": "D1", "received_at": start, "closed_at": stop}
            )
    workspace = make_workspace(folder, records={"work_orders": records}, commitments=[commitment(required_share=0.9)])
    workspace.ingest()
    return workspace


def process(workspace: svcqa.Workspace, **options: Any) -> Rows:
    asked: dict[str, Any] = {"commitment": "promise", "period": "2025-01..2026-04", "by": ["department"]}
    return list(workspace.measure("process_chart", **{**asked, **options}).rows)


def test_partial_months_are_flagged_and_take_no_part(tmp_path: Path) -> None:
    workspace = two_levels(tmp_path)
    found = process(workspace, as_of="2026-04-15")
    values = {row["period"]: row for row in found if row["measure"] == "value"}
    assert "partial" in values["2026-04"]["flags"]
    assert [period for period, row in values.items() if "partial" in row["flags"]] == ["2026-04"]
    (icons,) = (row for row in found if row["measure"] == "icons")
    assert (icons["period"], icons["n"]) == ("2026-03", 15)
    # the mean of the first 15 months, by hand: 8 × 38 + (−1)^m and 7 × 30 + (−1)^m, together 8·38 + 7·30 + 1 of 600
    centre = [row["value"] for row in found if row["measure"] == "limits"]
    assert centre == pytest.approx([(8 * 38 + 7 * 30 + 1) / 600] * 15)


def test_months_without_a_case_stand_as_gaps(tmp_path: Path) -> None:
    moments = [dt.datetime(2025, month, 3, 8) for month in (1, 2, 5)]
    records = [{"order_id": str(n), "unit": "D1", "received_at": at, "closed_at": at} for n, at in enumerate(moments)]
    workspace = make_workspace(tmp_path, records={"work_orders": records}, commitments=[commitment()])
    workspace.ingest()
    found = [row for row in process(workspace) if row["measure"] == "value"]
    assert [(row["period"], row["value"], row["flags"]) for row in found] == [
        ("2025-01", 1.0, ()),
        ("2025-02", 1.0, ()),
        ("2025-03", None, ("no_value",)),
        ("2025-04", None, ("no_value",)),
        ("2025-05", 1.0, ()),
    ]


def test_the_planted_worsening_falls(sample_workspace: svcqa.Workspace) -> None:
    worsening = effect("worsening")
    period = f"{worsening['from']}..{worsening['to']}"
    slope = {
        r["unit"]: r
        for r in rows(sample_workspace, "trend", "slope", commitment=worsening["commitment"], period=period)
    }
    found = slope[worsening["unit"]]
    planted = (worsening["after"] - worsening["before"]) / 12
    assert "falling" in found["flags"]
    assert found["lower"] <= planted <= found["upper"] < 0
    assert [unit for unit, row in slope.items() if "falling" in row["flags"]] == [worsening["unit"]]


def test_a_season_of_the_chart_of_a_season(sample_workspace: svcqa.Workspace) -> None:
    adjusted = {
        "metric": "seasonality",
        "params": {"commitment": sample_workspace.policies.commitment("emergency_arrival").counted},
        "measure": "adjusted",
    }
    found = rows(sample_workspace, "process_chart", "value", params={"of": adjusted}, by=[])
    own = rows(sample_workspace, "seasonality", "adjusted", commitment="emergency_arrival", by=[])
    assert [row["value"] for row in found] == [row["value"] for row in own]
    assert len(found) == 36


def test_the_last_lunar_year_is_asked_of_the_records(sample_workspace: svcqa.Workspace) -> None:
    found = {
        row["period"]: row
        for row in rows(sample_workspace, "seasonality", "lunar_year_before", commitment="emergency_arrival", by=[])
    }
    assert [label for label in found if label.startswith("2026")] == ["2026-01", "2026-02", "2026-03"]
    # 2026-02 lies 384 days after 2025-01-13 to 2025-02-09; counted from the source, one order at a time
    from svcqa.metrics.context import Context
    from svcqa.periods import Period, PeriodKind

    stretch = Period(first=dt.date(2025, 1, 13), last=dt.date(2025, 2, 9), kind=PeriodKind.RANGE, year=2025, number=2)
    asked = sample_workspace.figures.context(stretch, as_of=dt.datetime(2026, 7, 1))
    assert isinstance(asked, Context)
    kept = sample_workspace.policies.commitment("emergency_arrival").counted
    (base,) = sample_workspace.figures.result("compliance", {"commitment": kept}, asked).figures()
    assert (found["2026-02"]["value"], found["2026-02"]["n"]) == (base.value, base.n)


def festival(workspace: svcqa.Workspace, period: str) -> dict[str, Mapping[str, Any]]:
    found = workspace.measure("seasonality", commitment="emergency_arrival", period=period, as_of="2026-07-01").rows
    return {str(row["measure"]): row for row in found if str(row["measure"]).startswith("festival_")}


def test_where_no_effect_of_the_festival_was_planted_its_interval_holds_nought(
    sample_workspace: svcqa.Workspace,
) -> None:
    found = festival(sample_workspace, WHOLE)  # planted on calls and installations, not on arrivals
    assert set(found) == {"festival_during", "festival_before", "festival_after"}
    assert all(row["lower"] < 0 < row["upper"] for row in found.values())


def test_days_that_two_festivals_cannot_tell_apart_say_so(sample_workspace: svcqa.Workspace) -> None:
    # of 2025 and 2026 each month has one difference: once it is that of the holiday, little is left of the days around
    found = festival(sample_workspace, "2024-07..2026-06")
    lost = [name for name, row in found.items() if row["flags"] == ("not_identifiable",)]
    assert lost
    assert "festival_during" not in lost
    assert all(found[name]["value"] is None for name in lost)
    assert {row["flags"] for name, row in found.items() if name not in lost} == {("confounded",)}


# --- what is refused ------------------------------------------------------------------------------------------------


def test_a_series_names_one_base(sample_workspace: svcqa.Workspace) -> None:
    for params in ({}, {"of": {"metric": "repeats"}, "commitment": None, "chart": "odd"}):
        with pytest.raises(MetricError):
            sample_workspace.measure("process_chart", period=WHOLE, params=params)
    with pytest.raises(MetricError, match="cumulative"):
        sample_workspace.measure("trend", period=WHOLE, commitment="complaint_reply", cumulative=True)
    with pytest.raises(MetricError, match="not computed from records"):
        sample_workspace.cases("complaint_reply", metric="trend", period=WHOLE)
    with pytest.raises(MetricError, match="at least 3"):
        sample_workspace.measure("funnel", period=WHOLE, commitment="complaint_reply", by=["subsidiary"])
    with pytest.raises(MetricError, match="numerator and denominator"):
        sample_workspace.measure("process_chart", period=WHOLE, commitment="supply_continuity", params={"chart": "p"})


def test_amounts_have_an_xmr_chart(sample_workspace: svcqa.Workspace) -> None:
    (icons,) = rows(sample_workspace, "process_chart", "icons", commitment="supply_continuity", by=[])
    assert {"chart_xmr", "choice_measurement"} <= set(icons["flags"])


# --- real data ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nhs(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    """The NHS's four-hour standard as monthly returns, type 1, one unit a provider."""
    folder = tmp_path_factory.mktemp("nhs") / "workspace"
    returns = commitment(
        "four_hours",
        table="monthly_returns",
        required_share=0.95,
        effective_from="2016-04-01",
        rule={"kind": "monthly_return", "indicator": "type1", "counts": "cases"},
    )
    records = []
    with gzip.open(shared / "real_data" / "nhs_ae_4hour" / "ae_attendances.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["type"] == "1":
                n = int(row["attendances"])
                records.append(
                    {
                        "indicator": "type1",
                        "unit": row["org_code"],
                        "month": row["period"][:7],
                        "numerator": n - int(row["breaches"]),
                        "denominator": n,
                    }
                )
    workspace = make_workspace(folder, records={"monthly_returns": records}, commitments=[returns], adopt_unknown=True)
    workspace.ingest()
    return workspace


NHS: dict[str, Any] = {"commitment": "four_hours", "period": "2016-04..2019-03", "as_of": "2019-04-01"}


def test_nhs_trend_and_season_are_those_of_r(nhs: svcqa.Workspace, shared: Path) -> None:
    found = {row["measure"]: row for row in nhs.measure("trend", **NHS).rows}
    known = reference(shared, "kendall_nhs")
    assert found["slope"]["value"] == pytest.approx(reference(shared, "sen_slope_nhs")["slope_per_month"], rel=1e-8)
    assert round(100 * found["slope"]["value"], 3) == -0.137
    assert (found["tau"]["value"], found["p"]["value"]) == pytest.approx((known["tau"], known["p"]), rel=1e-8)
    assert found["slope"]["flags"] == ("falling",)
    season = {
        row["period"]: row["value"] for row in nhs.measure("seasonality", **NHS).rows if row["measure"] == "index"
    }
    wanted = reference(shared, "stl_periodic_nhs_seasonal_AprToMar")
    assert list(season.values()) == pytest.approx([wanted[f"m{n}"] for n in range(1, 13)], rel=1e-8)
    assert sorted(season, key=season.__getitem__)[:3] == ["2019-01", "2019-02", "2018-12"]  # winter


def test_nhs_chart_is_p_prime_as_r_has_it(nhs: svcqa.Workspace, shared: Path) -> None:
    known = reference(shared, "pchart_nhs")
    found = list(nhs.measure("process_chart", **NHS).rows)
    (spread,) = (row for row in found if row["measure"] == "spread")
    assert spread["value"] == pytest.approx(known["laney_sigma_z"], rel=1e-8)
    first = next(row for row in found if row["measure"] == "limits")
    assert (first["lower"], first["value"], first["upper"]) == pytest.approx(
        (known["laney.lcl.m1"], known["pbar"], known["laney.ucl.m1"]), rel=1e-8
    )
    (icons,) = (row for row in found if row["measure"] == "icons")
    assert {"chart_p_prime", "choice_overdispersed", "assurance_consistently_fails"} <= set(icons["flags"])


def test_nhs_funnel_is_that_of_r(nhs: svcqa.Workspace, shared: Path) -> None:
    known = reference(shared, "funnel_nhs_type1_arcsine")
    found = list(nhs.measure("funnel", by=["unit"], **NHS).rows)
    whole = {row["measure"]: row["value"] for row in found if row["measure"] in ("phi", "tau2", "centre")}
    assert (whole["phi"], whole["tau2"], whole["centre"]) == pytest.approx(
        (known["phi_winsorised"], known["tau2"], known["centre"]), rel=1e-8
    )
    values = [row for row in found if row["measure"] == "value"]
    flags = [flag for row in values for flag in row["flags"] if flag.startswith("funnel_")]
    assert len(values) == known["k"]
    assert len(flags) == known["outside_1.96"]
    assert sum(flag.startswith("funnel_far") for flag in flags) == known["outside_3.09"]
    assert sum(row["value"] >= 0.95 for row in values) == 3
    pooled = {row["unit"]: row["value"] for row in found if row["measure"] == "pooled"}
    for row in values:
        low, high = sorted((row["value"], 0.5 * (min(pooled.values()) + max(pooled.values()))))
        assert low - 0.2 < pooled[row["unit"]] < high + 0.2


def test_the_step_of_the_complaints_of_a_bank_is_found(shared: Path) -> None:
    from svcqa.stats.change_point import suggest_changes
    from svcqa.stats.process_limits import p
    from svcqa.stats.signals import Rule, find_signals

    months: dict[str, list[int]] = {}
    with gzip.open(shared / "real_data" / "cfpb_boa" / "complaints.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["timely_response"]:
                counts = months.setdefault(row["date_submitted"][:7], [0, 0])
                counts[0] += row["timely_response"] == "Yes"
                counts[1] += 1
    labels = sorted(months)
    kept, n = ([months[label][place] for label in labels] for place in (0, 1))
    shares = [k / size for k, size in zip(kept, n, strict=True)]
    assert labels[shares.index(min(shares))] == "2021-06"
    assert round(100 * min(shares), 1) == 58.4
    found = find_signals(shares, p(kept, n, laney=True))
    assert found.rule[labels.index("2021-06")] == Rule.OUTSIDE
    assert found.side[labels.index("2021-06")] == -1
    starts = [labels[place] for place in suggest_changes(shares)]
    assert any("2020-11" <= start <= "2021-06" for start in starts), starts


# --- when the festival is -------------------------------------------------------------------------------------------


def test_new_years_are_those_of_the_almanac() -> None:
    # Hong Kong Observatory, Gregorian-Lunar Calendar Conversion Table: first day of the first lunar month
    known = {
        2016: (2, 8),
        2017: (1, 28),
        2018: (2, 16),
        2019: (2, 5),
        2020: (1, 25),
        2021: (2, 12),
        2022: (2, 1),
        2023: (1, 22),
        2024: (2, 10),
        2025: (1, 29),
        2026: (2, 17),
        2027: (2, 6),
        2028: (1, 26),
    }
    found = lunar_new_years()
    assert {year: (found[year].month, found[year].day) for year in known} == known


def test_every_announced_festival_holds_its_new_year() -> None:
    years = lunar_new_years()
    stretches = spring_festivals()
    assert len(stretches) >= 20
    for first, last in stretches:
        if first.year in years:
            assert first <= years[first.year] <= last
    days = {dt.date.fromisoformat(day) for day in effect("spring_festival")["days"]}
    assert days == {
        first + dt.timedelta(days=n)
        for first, last in stretches
        if first.year in (2024, 2025, 2026)
        for n in range((last - first).days + 1)
    }


def test_series_metrics_have_their_own_checks() -> None:
    names = [check.name for check in checks(Registry().get("trend"))]
    assert names == [
        "keeps_the_contract",
        "documented",
        "abilities_declared",
        "examples_reproduced",
        "input_not_mutated",
        "same_answer_twice",
        "row_order_makes_no_difference",
        "one_group_alone_equals_that_group",
        "empty_input",
        "interval_holds_the_value",
    ]
