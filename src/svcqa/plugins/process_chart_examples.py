"""Series with limits, signals and icons worked out by hand."""

from __future__ import annotations

from typing import Final

from svcqa.metrics.contract import SeriesExample

_OF: Final = {"of": {"metric": "base"}}
_DAYS: Final = (10.0, 12.0, 11.0, 13.0, 12.0)

EXAMPLES: Final = (
    SeriesExample(
        params=_OF,
        rows=[{"period": f"2026-{n:02}", "value": value, "goal": 16.0} for n, value in enumerate(_DAYS, start=1)],
        period="2026H1",
        expected={
            "limits@2026-03": 11.6, "limits.lower@2026-03": 7.61, "limits.upper@2026-03": 15.59,
            "near_limits.lower@2026-01": 8.94, "near_limits.upper@2026-01": 14.26, "value.flags@2026-05": (),
            "icons.flags@2026-05": (
                "variation_common_cause", "assurance_consistently_passes", "chart_xmr", "choice_measurement",
            ),
        },
        source="By hand: mean 11.6; ranges 2, 1, 2, 1, their mean 1.5; 2.66 × 1.5 = 3.99, two thirds of it 2.66. 16 "
        "lies above the upper limit, and lower is better.",
        better="lower",
        value_unit="hour",
    ),
    SeriesExample(
        params={**_OF, "chart": "p"},
        rows=[
            {"period": "2026-01", "value": 0.95, "n": 100, "numerator": 95, "goal": 0.95},
            {"period": "2026-02", "value": 0.93, "n": 400, "numerator": 372, "goal": 0.95},
            {"period": "2026-03", "value": 0.8325, "n": 400, "numerator": 333, "goal": 0.95},
            {"period": "2026-04", "value": 1.0, "n": 100, "numerator": 100, "goal": 0.95, "flags": ("partial",)},
        ],
        period="2026-01..2026-04",
        expected={
            "limits@2026-01": 800 / 900, "limits.lower@2026-01": 800 / 900 - 3 * (8 / 81 / 100) ** 0.5,
            "limits.upper@2026-02": 800 / 900 + 3 * (8 / 81 / 400) ** 0.5, "value.flags@2026-03": ("outside_low",),
            "value.flags@2026-04": ("partial",), "icons.goal@2026-03": 0.95,
            "icons.flags@2026-03": (
                "variation_concern_low", "assurance_consistently_fails", "chart_p", "choice_asked", "outside_low",
            ),
        },
        source="By hand: 800 of 900 kept, variance 8/9 × 1/9 = 8/81; April is not over and has no part in it; 400 "
        "cases have limits 0.8418 to 0.9360, so that 0.8325 lies outside and 0.95 is out of reach.",
    ),
)  # fmt: skip
