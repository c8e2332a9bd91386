"""Series with figures worked out by hand, which the forecast must give: what is exact in it."""

from __future__ import annotations

from typing import Final

from svcqa.metrics.examples import SeriesExample

_HALF: Final = [
    {"period": f"2026-{month:02}", "value": met / 100, "numerator": met, "n": 100}
    for month, met in enumerate((95, 96, 97, 95, 96, 94), start=1)
]
_YEAR: Final = [{"period": f"2026-{month:02}", "value": 8.0 if month < 7 else 9.0, "n": 10} for month in range(1, 13)]

EXAMPLES: Final = (
    SeriesExample(
        {"of": {"metric": "base"}, "goal": 0.95},
        rows=_HALF,
        period="2026H1",
        expected={
            "so_far": 0.955,
            "needed": 0.945,
            "needed.rest_n": 600,
            "chance.n": 6,
            "chance.flags": ("short_history",),
            "month_ahead.rest_n@2026-12": 100,
            "year.goal": 0.95,
        },
        source="By hand: 573 of 600 so far; as many cases again must bring 0.95 × 1200 − 573 = 567 of 600.",
    ),
    SeriesExample(
        {"of": {"metric": "base"}, "goal": 8.5},
        rows=_YEAR,
        period="2026",
        expected={
            "chance": 1.0,
            "year": 8.5,
            "year.lower": 8.5,
            "year.upper": 8.5,
            "so_far": 8.5,
            "year.flags": ("year_over",),
        },
        source="By hand: half of the answers 8, half 9: the mean 8.5 is a fact, and reaches 8.5.",
        value_unit="point",
    ),
)
