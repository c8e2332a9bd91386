"""What is kept of metrics, outlooks, drivers, leagues and returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import calls
from plain_json import rows_of

HALF, HISTORY = "2026H1", "2023-07..2026-06"
WITHIN_A_LIMIT: Final = ("stop_notice", "restore_supply", "emergency_arrival", "appointment_kept", "hotline_rings")


def in_time(workspace: Any) -> Any:
    """The outlook: charts and forecasts of every commitment."""
    found = calls.outlooks(workspace, HALF)
    return {
        "outlooks": calls.told(found),
        "tables": {name: calls.told(calls.review_table(name, found)) for name in ("outlooks", "forecasts")},
    }


def asked_of_metrics(workspace: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    """Every metric with what is typically asked of it."""
    half = {"period": HALF}
    asked: dict[str, tuple[str, dict[str, Any]]] = {}
    for key, metric in calls.commitments(workspace).items():
        asked[f"{metric} {key} by department"] = (metric, {**half, "commitment": key, "by": ["department"]})
        asked[f"{metric} {key} by unit and month"] = (metric, {**half, "commitment": key, "by": ["unit", "month"]})
    for key in ("emergency_arrival", "complaint_reply"):
        asked[f"compliance {key} cumulative"] = (
            "compliance",
            {**half, "commitment": key, "by": ["month"], "cumulative": True},
        )
        asked[f"compliance {key} at 99 %"] = ("compliance", {**half, "commitment": key, "level": 0.99})
        asked[f"sla_percentiles {key}"] = ("sla_percentiles", {**half, "commitment": key, "by": ["department"]})
    for metric, key in (
        ("process_chart", "appointment_kept"),
        ("forecast", "appointment_kept"),
        ("trend", "appointment_kept"),
        ("trend", "supply_continuity"),
        ("seasonality", "appointment_kept"),
        ("seasonality", "supply_continuity"),
    ):
        by = [] if metric == "seasonality" else ["department"]
        asked[f"{metric} {key}"] = (metric, {"period": HISTORY, "commitment": key, "by": by})
    asked["funnel appointment_kept"] = (
        "funnel",
        {**half, "commitment": "appointment_kept", "by": ["department"]},
    )
    for key in ("old_pipe_households_2026", "hazards_rectified_2026"):
        asked[f"quantity {key}"] = ("quantity", {**half, "target": key, "by": ["month"]})
    for key in ("hotline_recording_2025", "hall_relocation_2025", "smart_meter_platform_2026", "emergency_base_2026"):
        asked[f"milestone {key}"] = ("milestone", {"period": key[-4:], "as_of": calls.KNOWN, "target": key})
    for table, closed in (("work_orders", "resolved_at"), ("complaints", "closed_at")):
        asked[f"repeats {table}"] = ("repeats", {**half, "by": ["department"], "params": {"table": table}})
        asked[f"called_back {table}"] = (
            "called_back",
            {**half, "by": ["department"], "params": {"table": table, "closed": closed}},
        )
    asked["mean_and_maximum repair"] = (
        "mean_and_maximum",
        {**half, "by": ["department", "month"], "params": {"commitment": REPAIR}},
    )
    asked["satisfaction_sampling by service"] = (
        "satisfaction_sampling",
        {**half, "by": ["service"], "params": {"survey": "satisfaction", "question": "attitude"}},
    )
    return asked


REPAIR: Final[Mapping[str, Any]] = {
    "key": "repair_time",
    "category": "维修",
    "item": "故障修复",
    "promise": "平均 24 小时，最长 48 小时",
    "table": "work_orders",
    "rule": {
        "kind": "mean_and_maximum",
        "start": "received_at",
        "stop": "resolved_at",
        "mean": 24,
        "maximum": 48,
        "unit": "hour",
    },
    "where": {"order_type": ["repair"]},
}


def measured(workspace: Any) -> Any:
    asked = asked_of_metrics(workspace)
    forgotten = calls.metrics(workspace) - {metric for metric, _ in asked.values()}
    if forgotten:
        raise LookupError(f"nothing is asked of {', '.join(sorted(forgotten))}")
    found = {
        name: calls.or_why_not(lambda metric=metric, given=given: calls.measure(workspace, metric, **given))
        for name, (metric, given) in asked.items()
    }
    moved = calls.what_if(workspace, "emergency_arrival", HALF)
    return {
        "metrics": found,
        "what_if": {str(limit): calls.told(moved.at(limit=limit)) for limit in (20, 30, 45, 60)},
        "cases": {
            key: rows_of(calls.cases(workspace, key, "2026-06")) for key in ("complaint_reply", "emergency_arrival")
        },
    }


def moved(workspace: Any) -> Any:
    """What moved a figure, units side by side, months beside returns."""
    driven = {
        f"{key} by {' and '.join(by)}": calls.or_why_not(
            lambda key=key, by=by: calls.drivers(workspace, key, period=HALF, by=by)
        )
        for key in WITHIN_A_LIMIT
        for by in (["department"], ["unit", "tier"])
    }
    league = {}
    for key, by in (("appointment_kept", "department"), ("complaint_reply", "department"), ("hotline_rings", "unit")):
        league[f"{key} by {by}"] = calls.or_why_not(
            lambda key=key, by=by: calls.league_tables(
                calls.measure(workspace, "funnel", commitment=key, period="2025-07..2026-06", by=[by])
            )
        )
    return {"drivers": driven, "league": league, "returns": calls.told(calls.compared_returns(workspace, HALF))}
