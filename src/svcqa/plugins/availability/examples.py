"""Worked examples of availability, each figure made by hand."""

from __future__ import annotations

from typing import Any, Final

from svcqa.metrics.examples import Example

_PROMISE: Final[dict[str, Any]] = {"category": "稳定供气", "item": "保证连续供气", "promise": ">99.9 %"}
SUPPLY: Final[dict[str, Any]] = {
    **_PROMISE,
    "key": "supply",
    "table": "outages",
    "required_share": "99.9%",
    "rule": {"kind": "availability", "start": "started_at", "stop": "restored_at"},
    "exclusions": [{"reason": "emergency", "where": {"kind": ["emergency"]}}],
}
LINE: Final[dict[str, Any]] = {
    **_PROMISE,
    "key": "line",
    "table": "duty_gaps",
    "required_share": "99.9%",
    "rule": {"kind": "staffed", "start": "started_at", "stop": "ended_at", "posts": {"D1": 1, "D2": 1}},
}

EXAMPLES: Final = (
    Example(
        {"commitment": SUPPLY},
        records={
            "outage_id": ["a", "b", "c", "d", "e"],
            "unit": ["D1", "D1", "D2", "D2", "D1"],
            "kind": ["planned", "fault", "fault", "emergency", "fault"],
            "started_at": [
                "2026-01-10 10:00",
                "2026-01-31 22:00",
                "2026-01-20 08:00",
                "2026-01-05 00:00",
                "2026-01-06 00:00",
            ],
            "restored_at": ["2026-01-10 12:00", "2026-02-01 02:00", None, "2026-01-05 06:00", "2026-01-06 01:00"],
            "customers_affected": [50, 100, 10, 200, None],
        },
        period="2026-01",
        expected={
            "availability": 1 - 11_160_000 / 4_017_600_000,
            "availability.base": 4_017_600_000,
            "availability.numerator": 4_006_440_000,
            "availability.n": 3,
            "availability.breached": 1,
            "availability.open_overdue": 2,
            "availability.excluded": 1,
            "availability.not_applicable": 1,
            "availability.total": 5,
            "availability.value_without_exclusions": 1 - 15_480_000 / 4_017_600_000,
            "availability.lower": None,
            "availability.verdict": "missed",
        },
        source="By hand, customer-seconds of January: a 50 × 7,200; b 100 × 7,200 up to midnight; c goes "
        "on: 10 × 280 h; "
        "d is an emergency, 200 × 21,600; of e nobody knows whom it hit. Base: (1,000 + 500) × 31 days.",
        beside={
            "customer_counts": {
                "unit": ["D1", "D2"],
                "month": ["2026-01", "2026-01"],
                "valid_customers": [1000, 500],
            }
        },
    ),
    Example(
        {"commitment": SUPPLY},
        records={
            "outage_id": ["1", "2", "3", "4", "5"],
            "unit": ["D1"] * 5,
            "started_at": [f"2026-02-{day:02d} 10:00" for day in (1, 5, 9, 13, 17)],
            "restored_at": [f"2026-02-{day:02d} 11:00" for day in (1, 5, 9, 13, 17)],
            "customers_affected": [10] * 5,
        },
        period="2026-02",
        expected={
            "availability": 1 - 180_000 / (1000 * 28 * 86_400),
            "availability.n": 5,
            "availability.breached": 5,
            "availability.verdict": "met",
            "availability.evidence": "clear",
            "availability.flags": ("base_carried",),
        },
        source="By hand: five hours for ten customers each; February has no count yet, January's is carried on.",
        beside={"customer_counts": {"unit": ["D1"], "month": ["2026-01"], "valid_customers": [1000]}},
    ),
    Example(
        {"commitment": LINE},
        records={
            "gap_id": ["1", "2", "3", "4"],
            "unit": ["D1", "D1", "D1", "D2"],
            "post": ["line", "line", "line", "line"],
            "started_at": ["2026-01-10 10:00", "2026-01-10 10:20", "2026-01-10 10:50", "2026-01-31 23:50"],
            "ended_at": ["2026-01-10 10:30", "2026-01-10 10:40", "2026-01-10 11:00", "2026-02-01 00:10"],
        },
        period="2026-01",
        expected={
            "availability": 1 - 3_600 / (2 * 31 * 86_400),
            "availability.n": 3,
            "availability.base": 2 * 31 * 86_400,
            "availability.breached": 2,
            "availability.open_overdue": 1,
        },
        source="By hand: 10:00–10:40 reported twice, 10:50–11:00, and ten minutes before midnight: 40 + "
        "10 + 10 minutes of "
        "two posts for 31 days.",
    ),
)
