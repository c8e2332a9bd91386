"""Worked examples of coverage, each figure made by hand."""

from __future__ import annotations

from typing import Any, Final

from svcqa.metrics.examples import Example

VISITS: Final[dict[str, Any]] = {
    "category": "安全保障",
    "item": "入户安全检查",
    "promise": "每季度上门一次",
    "key": "safety_visit",
    "table": "inspections",
    "required_share": "60%",
    "cycle": "quarter",
    "rule": {"kind": "coverage", "moment": "visited_at"},
}
_RECORDS: Final[dict[str, Any]] = {
    "visit_id": ["1", "2", "3", "4", "5", "6", "7", "8"],
    "unit": ["D1", "D1", "D1", "D2", "D2", "D1", "D1", "D2"],
    "customer": ["A", "A", "B", "C", "D", "A", None, "C"],
    "visited_at": [
        "2026-01-10 09:00",
        "2026-02-10 09:00",
        "2026-01-11 09:00",
        "2026-03-01 09:00",
        "2026-03-02 09:00",
        "2026-04-01 09:00",
        "2026-01-12 09:00",
        "2026-03-20 09:00",
    ],
    "outcome": ["nobody_home", "entered", "refused", "entered", "nobody_home", "entered", "entered", "entered"],
    "excluded_reason": [None, None, None, None, "moved_out", None, None, None],
}
_COUNTS: Final[dict[str, Any]] = {
    "customer_counts": {
        "unit": ["D1", "D2", "D1", "D2", "D1"],
        "month": ["2026-01", "2026-01", "2026-03", "2026-03", "2026-04"],
        "households": [3, 2, 2, 2, 3],
    }
}

EXAMPLES: Final = (
    Example(
        {"commitment": VISITS},
        records=_RECORDS,
        period="2026Q1",
        expected={
            "coverage": 2 / 3,
            "coverage.n": 3,
            "coverage.met": 2,
            "coverage.breached": 1,
            "coverage.excluded": 1,
            "coverage.not_applicable": 1,
            "coverage.total": 5,
            "coverage.verdict": "met",
            "coverage.lower": None,
            "coverage.value_without_exclusions": 0.5,
            "entered": 2 / 3,
            "entered.numerator": 2,
        },
        source="By hand: of the 4 households of March, D is excepted. A counts once, with nobody home, "
        "and was entered later; "
        "B refused; C counts once. Whose door visit 7 was at, nobody knows. A's visit of April is the next quarter's.",
        beside=_COUNTS,
    ),
    Example(
        {"commitment": VISITS},
        records=_RECORDS,
        period="2026-02",
        expected={
            "coverage": 1 / 5,
            "coverage.met": 1,
            "coverage.open_not_due": 4,
            "coverage.breached": 0,
            "coverage.verdict": "",
            "coverage.goal": 0.6,
            "entered": 1 / 5,
            "coverage.flags": ("base_carried", "cycle_open"),
        },
        source="By hand: from January on, A is the only household visited, out of the 5 of January; the "
        "quarter goes on.",
        beside=_COUNTS,
    ),
)
