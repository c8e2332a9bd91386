"""Rewrites ``sources/``, ``waves/`` and ``truth.json`` of the sample: ``python sample_data/generate.py [--seed N]``.

The company does not exist, nor do its customers. The same seed gives the same files, byte for byte. Policies and
mappings are written by hand and left alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from generator import (
    call_checks,
    callbacks,
    calls,
    complaints,
    corrections,
    counting,
    counting_amounts,
    customer_counts,
    duty_gaps,
    entry_errors,
    facts,
    inspections,
    outages,
    planting,
    returns,
    scene,
    waves,
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
    """Write ``sources/``, ``waves/`` and ``truth.json`` below ``folder``."""
    tables = _cases(seed)
    correction, log = corrections.correct(tables["work_orders"][-1])
    final = corrections.supersede(tables["work_orders"], correction)
    tables |= _returns_and_events(seed) | {
        "inspections": inspections.sheets(_random(seed, 9)),
        "callbacks": callbacks.sheets(_random(seed, 10), final, _records(tables["complaints"])),
    }
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    files = [*tables["work_orders"], correction, *(s for name in list(tables)[1:] for s in tables[name])]
    for sheet in files:
        write_sheet(sources, sheet)
    truth = facts.facts(seed) | {
        "files": {sheet.name: counting.file_truth(sheet) for sheet in files},
        "corrections": log,
    }
    truth["files"][correction.name] |= _change_counts(log)
    records = {name: _records(sheets) for name, sheets in tables.items()} | {"work_orders": final}
    truth |= _counts(records, tables["monthly_returns"][0].accepted()) | _amounts(records)
    truth["commitments_2026H1_before_corrections"] = {
        key: counting.tally(_records(tables["work_orders"]), judge, "received_at", **HALF)
        for key, judge in ORDER_JUDGES.items()
    }
    write_truth(folder / "truth.json", _with_waves(truth, folder, seed))


def _with_waves(truth: dict[str, Any], folder: Path, seed: int) -> dict[str, Any]:
    """Draw and call the waves, check their calls, and add what is planted in both to ``truth``."""
    drawn, answered = waves.make(folder, Path(__file__).parent, _random(seed, 11))
    checked, checks = call_checks.check(_random(seed, 12), answered)
    for sheet in checked:
        write_sheet(folder / "sources", sheet)
    truth["waves"] = drawn
    truth["call_checks"] = checks
    truth["effects"] += waves.effects() + call_checks.effects()
    truth["files"] |= waves.file_facts(drawn) | {sheet.name: counting.file_truth(sheet) for sheet in checked}
    rows = truth["totals"]["rows"]
    rows["callbacks_undesigned"] = rows["callbacks"]
    rows["callbacks"] += sum(wave["rows"] for wave in drawn.values())
    for sheet in checked:
        rows[sheet.table] = rows.get(sheet.table, 0) + len(sheet.rows)
    return truth


def _cases(seed: int) -> dict[str, list[Sheet]]:
    """Orders, calls and complaints, with errors planted in them."""
    tables = {
        "work_orders": work_orders.sheets(_random(seed, 1)),
        "calls": calls.sheets(_random(seed, 2)),
        "complaints": complaints.sheets(_random(seed, 3)),
    }
    planted = _random(seed, 4)
    for name, sheets in tables.items():
        for sheet in sheets:
            planting.plant(
                planted, sheet, entry_errors.FAULTS[name], each=2, contradiction=entry_errors.CONTRADICTIONS[name]
            )
    return tables


def _returns_and_events(seed: int) -> dict[str, list[Sheet]]:
    """The monthly returns, and records that agree with them."""
    returned = returns.monthly_returns(_random(seed, 5))
    notices = returns.reported(returned, "stop_notices")
    unstaffed = returns.reported(returned, "hotline_unstaffed_minutes")
    return {
        "monthly_returns": [returned],
        "milestone_reports": [returns.milestone_reports()],
        "customer_counts": [customer_counts.sheet(_random(seed, 6))],
        "outages": [outages.sheet(_random(seed, 7), notices)],
        "duty_gaps": [duty_gaps.sheet(_random(seed, 8), {place: pair[0] for place, pair in unstaffed.items()})],
    }


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


def _counts(records: dict[str, list[scene.Record]], returned: list[Row]) -> dict[str, Any]:
    """Totals that can be counted by hand, of accepted rows after the corrections."""
    orders, called, complained = (records[name] for name in ("work_orders", "calls", "complaints"))
    emergencies = [order for order in orders if order["order_type"] == "emergency"]
    installs = [order["received_at"] for order in orders if order["order_type"] == "install"]
    halves = {key: counting.tally(orders, judge, "received_at", **HALF) for key, judge in ORDER_JUDGES.items()}
    halves["hotline_rings"] = counting.tally(called, counting.hotline_rings, "started_at", **HALF)
    halves["complaint_reply"] = counting.tally(complained, counting.complaint_reply, "received_at", **HALF)
    return {
        "totals": {
            "rows": {name: len(kept) for name, kept in records.items()},
            "emergency_orders": counting.per_month(emergencies, "received_at"),
            "calls": counting.per_month(called, "started_at"),
            "complaints": counting.per_month(complained, "received_at"),
            "spring_festival_share": {
                "calls": counting.spring_share(call["started_at"] for call in called),
                "install": counting.spring_share(installs),
            },
        },
        "commitments_2026H1": halves,
        "monthly": {
            "emergency_arrival": counting.monthly_rates(orders, counting.emergency_arrival, "received_at"),
            "complaint_reply": counting.monthly_rates(complained, counting.complaint_reply, "received_at"),
        },
        "returns_2026H1": counting.returns_sum(returned, **HALF),
        "milestones": {target: done.isoformat() if done else None for target, _, _, done in returns.MILESTONES},
    }


def _amounts(records: dict[str, list[scene.Record]]) -> dict[str, Any]:
    """What the records of stoppages, visits and callbacks come to, per period and unit."""
    stopped, counts = records["outages"], records["customer_counts"]
    spans = {counting_amounts.HALF: HALF} | {
        month: {"first": month, "last": month} for month in counting_amounts.MONTHS
    }
    return {
        "continuity": counting_amounts.continuity(stopped, counts),
        "stop_notice": {
            period: counting.tally(stopped, counting.stop_notice, "started_at", **span)
            for period, span in spans.items()
        },
        "emergency_stops": counting_amounts.emergency_stops(stopped),
        "returns_differences": counting.notice_differences(stopped, records["monthly_returns"]),
        "emergency_line": counting_amounts.unstaffed(records["duty_gaps"]),
        "coverage": counting_amounts.coverage(records["inspections"], counts),
        "coverage_so_far": counting_amounts.coverage_so_far(records["inspections"], counts),
        "ratings": counting_amounts.ratings(records["callbacks"]),
    }


if __name__ == "__main__":
    main()
