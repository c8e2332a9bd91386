"""Series with limits, signals and icons worked out by hand."""

from __future__ import annotations

from typing import Final

from svcqa.metrics.examples import SeriesExample

_OF: Final = {"of": {"metric": "base"}}
_DAYS: Final = (10.0, 12.0, 11.0, 13.0, 12.0)

EXAMPLES: Final = (
    SeriesExample(
        params=_OF,
        rows=[{"period": f"2026-{n:02}", "value": value, "goal": 16.0} for n, value in enumerate(_DAYS, start=1)],
        period="2026H1",
        expected={
            "limits@2026-03": 11.6,
            "limits.lower@2026-03": 7.61,
            "limits.upper@2026-03": 15.59,
            "near_limits.lower@2026-01": 8.94,
            "near_limits.upper@2026-01": 14.26,
            "value.flags@2026-05": (),
            "icons.flags@2026-05": (
                "variation_common_cause",
                "assurance_consistently_passes",
                "chart_xmr",
                "choice_measurement",
                "few_periods",
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
            "limits@2026-01": 800 / 900,
            "limits.lower@2026-01": 800 / 900 - 3 * (8 / 81 / 100) ** 0.5,
            "limits.upper@2026-02": 800 / 900 + 3 * (8 / 81 / 400) ** 0.5,
            "value.flags@2026-03": ("outside_low",),
            "value.flags@2026-04": ("partial",),
            "icons.goal@2026-03": 0.95,
            "icons.flags@2026-03": (
                "variation_concern_low",
                "assurance_consistently_fails",
                "chart_p",
                "choice_asked",
                "outside_low",
                "few_periods",
            ),
        },
        source="By hand: 800 of 900 kept, variance 8/9 × 1/9 = 8/81; April is not over and has no part in it; 400 "
        "cases have limits 0.8418 to 0.9360, so that 0.8325 lies outside and 0.95 is out of reach.",
    ),
    SeriesExample(
        params=_OF,
        rows=[
            {"period": f"2026-{month:02}", "value": 10_000 * events / 50_000, "numerator": events, "base": 50_000}
            for month, events in enumerate((10, 12, 9, 11, 8), start=1)
        ],
        period="2026H1",
        expected={
            "limits@2026-03": 2.0,
            "limits.upper@2026-03": 2.0 + 3 * (2.0 / 5) ** 0.5,
            "spread.n": 5,
            "icons.flags@2026-05": (
                "variation_common_cause",
                "assurance_none",
                "chart_u",
                "choice_rate_counts_explain",
                "few_periods",
            ),
        },
        source="By hand: 50 complaints of five times 50 000 customers, 2 per 10 000; a month has five times 10 000: "
        "its standard deviation is √(2/5). Ranges 2, 3, 2, 3 of 10 000ths ÷ 5 make σz 0.70.",
        better="lower",
        value_unit="per_10000",
    ),
    SeriesExample(
        params=_OF,
        rows=[{"period": f"2026-{month:02}", "value": value} for month, value in enumerate((4.0, 6.0, 5.0, 9.0), 1)],
        period="2026H1",
        expected={
            "limits@2026-01": 6.0,
            "limits.upper@2026-01": 6 + 3 * 6**0.5,
            "icons.flags@2026-04": (
                "variation_common_cause",
                "assurance_none",
                "chart_c",
                "choice_counts",
                "few_periods",
            ),
        },
        source="By hand: 24 events in four months, √6 each.",
        better="lower",
        value_unit="count",
    ),
    SeriesExample(
        params=_OF,
        rows=[
            {"period": f"2026-{month:02}", "value": value} for month, value in enumerate((30.0, 12.0, 41.0, 17.0), 1)
        ],
        period="2026H1",
        expected={
            "limits@2026-01": 25.0,
            "limits.upper@2026-01": 25 + 3 * 650**0.5,
            "limits.lower@2026-01": 0.0,
            "icons.flags@2026-04": (
                "variation_common_cause",
                "assurance_none",
                "chart_g",
                "choice_between_events",
                "few_periods",
            ),
        },
        source="By hand: 100 cases between four events, √(25 × 26) = √650.",
        value_unit="case_between",
    ),
    SeriesExample(
        params=_OF,
        rows=[
            {"period": f"2026-{month:02}", "value": value**3.6} for month, value in enumerate((3.0, 4.0, 3.0, 4.0), 1)
        ],
        period="2026H1",
        expected={
            "limits@2026-01": 3.5**3.6,
            "limits.upper@2026-01": 6.16**3.6,
            "limits.lower@2026-01": 0.84**3.6,
            "icons.flags@2026-04": (
                "variation_common_cause",
                "assurance_none",
                "chart_t",
                "choice_time_between",
                "few_periods",
            ),
        },
        source="By hand: days whose 3.6th roots are 3, 4, 3, 4: mean 3.5, ranges 1, limits 3.5 ± 2.66.",
        value_unit="day_between",
    ),
)
