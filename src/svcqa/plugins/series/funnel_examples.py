"""Departments compared by hand."""

from __future__ import annotations

from math import asin, pi, sin, sqrt
from typing import Final

from svcqa.metrics.examples import SeriesExample

_HALF: Final = 1.96 / (2 * sqrt(400))

EXAMPLES: Final = (
    SeriesExample(
        params={"of": {"metric": "base"}},
        rows=[
            {"unit": "D1", "value": 0.5, "n": 400, "numerator": 200},
            {"unit": "D2", "value": 0.5, "n": 100, "numerator": 50},
            {"unit": "D3", "value": 0.5, "n": 100, "numerator": 50},
        ],
        period="2026H1",
        by=("department",),
        expected={
            "centre": 0.5,
            "phi": 0.0,
            "tau2": 0.0,
            "value.flags@D1": (),
            "limits_95.lower@D1": sin(pi / 4 - _HALF) ** 2,
            "limits_95.upper@D1": sin(pi / 4 + _HALF) ** 2,
        },
        source="By hand: all are the same, so that φ and τ² are nought and D1 has sin²(π/4 ± 1.96 ÷ (2√400)).",
        units=(("C", "company", ""), *((f"D{number}", "department", "C") for number in (1, 2, 3))),
    ),
    SeriesExample(
        params={"of": {"metric": "base"}},
        rows=[
            *({"unit": f"D{number}", "value": 0.5, "n": 100, "numerator": 50} for number in range(10, 21)),
            {"unit": "D30", "value": 0.0, "n": 100, "numerator": 0},
        ],
        period="2026H1",
        by=("department",),
        expected={
            "centre": 550 / 1200,
            "phi": (2 * sqrt(100) * (pi / 4 - asin(sqrt(550 / 1200)))) ** 2,
            "value.flags@D30": ("funnel_far_low",),
            "value.flags@D10": (),
        },
        source="By hand: eleven units with 50 of 100 and one with none; winsorised at 10 % and 90 % all twelve z are "
        "that of the eleven, 20 (π/4 − asin √(550/1200)).",
        units=(("C", "company", ""), *((f"D{number}", "department", "C") for number in (*range(10, 21), 30))),
    ),
    SeriesExample(
        params={"of": {"metric": "base"}},
        rows=[
            {"unit": "D1", "value": 130 / 150, "n": 150, "numerator": 130},
            {"unit": "D2", "value": 125 / 150, "n": 150, "numerator": 125},
            {"unit": "D3", "value": 255 / 300, "n": 300, "numerator": 255},
            *(
                {"unit": unit, "tier": tier, "value": kept / n, "n": n, "numerator": kept}
                for unit, tier, kept, n in (
                    ("D1", "A", 90, 100),
                    ("D1", "B", 40, 50),
                    ("D2", "A", 45, 50),
                    ("D2", "B", 80, 100),
                    ("D3", "A", 135, 150),
                    ("D3", "B", 120, 150),
                )
            ),
        ],
        period="2026H1",
        by=("department",),
        expected={
            "expected_of_mix@D1": 130 / 150,
            "standardised@D1": 0.85,
            "mix_distance@D1": 1 / 6,
            "expected_of_mix@D2": 125 / 150,
            "standardised@D2": 0.85,
            "mix_distance@D3": 0.0,
            "centre.flags": ("case_mix_beside", "few_units"),
        },
        source="By hand: everybody keeps 90 % of A and 80 % of B, so that only the mix differs; at everybody's mix, "
        "half of each, all have 85 %. D1 has two thirds of A instead of a half.",
        units=(("C", "company", ""), *((f"D{number}", "department", "C") for number in (1, 2, 3))),
    ),
)
