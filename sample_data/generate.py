"""Rewrites ``sources/`` and ``truth.json`` of the sample workspace: ``python sample_data/generate.py [--seed N]``.

The company does not exist, nor do its customers. The same seed gives the same files, byte for byte. Policies and
mappings are written by hand and left alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from generator import (
    calls,
    complaints,
    corrections,
    counting,
    customer_counts,
    duty_gaps,
    entry_errors,
    outages,
    planting,
    returns,
    scene,
    work_orders,
)
from generator.rows import Row, Sheet
from generator.writing import write_sheet, write_truth

SEED = 20260701
HALF = {"first": "2026-01", "last": "2026-06"}


def main() -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent, help="the workspace to write into")
    arguments = parser.parse_args()
    generate(arguments.folder, arguments.seed)


def generate(folder: Path, seed: int = SEED) -> None:
    """Write ``sources/`` and ``truth.json`` below ``folder``."""
    orders = work_orders.sheets(_random(seed, 1))
    called = calls.sheets(_random(seed, 2))
    complained = complaints.sheets(_random(seed, 3))
    planted = _random(seed, 4)
    for sheets, faults in (
        (orders, entry_errors.WORK_ORDER_FAULTS), (called, entry_errors.CALL_FAULTS),
        (complained, entry_errors.COMPLAINT_FAULTS),
    ):  # fmt: skip
        for sheet in sheets:
            contradiction = entry_errors.CONTRADICTIONS[sheet.table]
            planting.plant(planted, sheet, faults, each=2, contradiction=contradiction)
    correction, log = corrections.correct(orders[-1])
    returned, reported = returns.monthly_returns(_random(seed, 5)), returns.milestone_reports()
    counted = customer_counts.sheet(_random(seed, 6))
    stopped = outages.sheet(_random(seed, 7), returns.reported(returned, "stop_notices"))
    unstaffed = returns.reported(returned, "hotline_unstaffed_minutes")
    gaps = duty_gaps.sheet(_random(seed, 8), {place: minutes for place, (minutes, _) in unstaffed.items()})
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    files = [*orders, correction, *called, *complained, returned, reported, counted, stopped, gaps]
    for sheet in files:
        write_sheet(sources, sheet)
    truth = _facts(seed) | {"files": {sheet.name: counting.file_truth(sheet) for sheet in files}, "corrections": log}
    truth["files"][correction.name] |= _change_counts(log)
    final = corrections.supersede(orders, correction)
    truth |= _counts(final, _records(called), _records(complained), returned.accepted())
    truth["totals"]["rows"] |= {sheet.table: len(sheet.accepted()) for sheet in (counted, stopped, gaps)}
    truth["commitments_2026H1_before_corrections"] = {
        key: counting.tally(_records(orders), judge, "received_at", **HALF) for key, judge in ORDER_JUDGES.items()
    }
    write_truth(folder / "truth.json", truth)


ORDER_JUDGES: dict[str, counting.Judge] = {
    "restore_supply": counting.restore_supply,
    "emergency_arrival": counting.emergency_arrival,
    "appointment_kept": counting.appointment_kept,
}
"""By the keys of policy/commitments.toml."""


def _random(seed: int, part: int) -> np.random.Generator:
    """Each part draws from a stream of its own: changing one leaves the others as they are."""
    return np.random.default_rng([seed, part])


def _records(sheets: list[Sheet]) -> list[scene.Record]:
    return [row.record for sheet in sheets for row in sheet.accepted()]


def _change_counts(log: list[dict[str, Any]]) -> dict[str, int]:
    new = sum(entry["new"] for entry in log)
    unchanged = sum(not entry["new"] and not entry["changes"] for entry in log)
    return {"new": new, "changed": len(log) - new - unchanged, "unchanged": unchanged}


def _facts(seed: int) -> dict[str, Any]:
    """What was planted, and the probabilities that the records were drawn with."""
    months = scene.months()
    return {
        "about": "What the generator planted and counted itself. Rate = met / (met + breached + open_overdue) over "
                 "cases due by as_of. Row numbers as in the source, header = row 1; a line break inside quotes does "
                 "not start a row. Month of a case = month received.",
        "seed": seed,
        "period": [scene.FIRST_DAY.isoformat(), scene.LAST_DAY.isoformat()],
        "as_of": f"{scene.when(scene.AS_OF):%Y-%m-%dT%H:%M:%S}",
        "effects": [
            {"key": "worsening", "commitment": "emergency_arrival", "unit": "CJ-QX", "from": "2025-07",
             "to": "2026-06", "before": scene.ARRIVAL["CJ-QX"], "after": scene.ARRIVAL_END,
             "shape": "equal steps a month"},
            {"key": "step", "commitment": "complaint_reply", "unit": "CQ-KF", "from": scene.REPLY_STEP_MONTH,
             "before": scene.REPLY["CQ-KF"], "after": scene.REPLY_STEP, "shape": "one step that stays"},
            {"key": "winter_peak", "order_type": "emergency", "months": [12, 1, 2], "against": [6, 7, 8],
             "ratio": scene.WINTER_OVER_SUMMER},
            {"key": "spring_festival", "what": ["calls", "install"], "share": scene.SPRING_SHARE,
             "days": [day.isoformat() for day in scene.SPRING_FESTIVAL]},
            {"key": "closed_unit", "unit": scene.CLOSED_UNIT, "successor": "CJ-QX",
             "last_day": scene.CLOSED_ON.isoformat()},
        ],
        "expected": {
            "emergency_arrival": {unit: {month: round(scene.arrival_probability(unit, month), 4) for month in months
                                         if unit != scene.CLOSED_UNIT or month <= "2024-12"}
                                  for unit in scene.ARRIVAL},
            "complaint_reply": {unit: {month: scene.reply_probability(unit, month) for month in months}
                                for unit in scene.REPLY},
            "appointment_kept": scene.APPOINTMENT, "restore_supply": scene.RESTORE, "hotline_rings": scene.RINGS,
        },
    }  # fmt: skip


def _counts(
    orders: list[scene.Record], called: list[scene.Record], complained: list[scene.Record], returned: list[Row]
) -> dict[str, Any]:
    """Totals that can be counted by hand, of accepted rows after the corrections."""
    emergencies = [order for order in orders if order["order_type"] == "emergency"]
    installs = [order["received_at"] for order in orders if order["order_type"] == "install"]
    halves = {key: counting.tally(orders, judge, "received_at", **HALF) for key, judge in ORDER_JUDGES.items()}
    halves["hotline_rings"] = counting.tally(called, counting.hotline_rings, "started_at", **HALF)
    halves["complaint_reply"] = counting.tally(complained, counting.complaint_reply, "received_at", **HALF)
    return {
        "totals": {
            "rows": {"work_orders": len(orders), "calls": len(called), "complaints": len(complained),
                     "monthly_returns": len(returned), "milestone_reports": len(returns.MILESTONES)},
            "emergency_orders": counting.per_month(emergencies, "received_at"),
            "calls": counting.per_month(called, "started_at"),
            "complaints": counting.per_month(complained, "received_at"),
            "spring_festival_share": {"calls": counting.spring_share(call["started_at"] for call in called),
                                      "install": counting.spring_share(installs)},
        },
        "commitments_2026H1": halves,
        "monthly": {
            "emergency_arrival": counting.monthly_rates(orders, counting.emergency_arrival, "received_at"),
            "complaint_reply": counting.monthly_rates(complained, counting.complaint_reply, "received_at"),
        },
        "returns_2026H1": counting.returns_sum(returned, **HALF),
        "milestones": {target: done.isoformat() if done else None for target, _, _, done in returns.MILESTONES},
    }  # fmt: skip


if __name__ == "__main__":
    main()
