"""Percentiles worked out by hand: open cases, none open, steps, and calls that nobody answered."""

from __future__ import annotations

from typing import Any, Final

from svcqa.metrics.examples import Example


def _commitment(rule: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "key": "promise",
        "category": "C",
        "item": "I",
        "promise": "P",
        "table": "work_orders",
        "rule": rule,
    } | fields


_OPEN: Final = Example(
    params={
        "commitment": _commitment(
            {"kind": "elapsed_natural", "start": "received_at", "stop": "closed_at", "limit": 60, "unit": "minute"},
        ),
        "percentiles": [25, 50, 90],
    },
    records={
        "order_id": ["1", "2", "3", "4", "5", "6", "7"],
        "unit": ["D1", "D1", "D2", "D1", "D2", "D2", "D2"],
        "received_at": [
            "2026-01-05 08:00",
            "2026-01-05 09:00",
            "2026-01-10 11:30",
            "2026-01-06 08:00",
            "2026-01-10 10:20",
            "2026-01-07 08:00",
            "2026-01-11 08:00",
        ],
        "closed_at": [
            "2026-01-05 08:10",
            "2026-01-05 09:20",
            None,
            "2026-01-06 08:40",
            "2026-01-10 12:01",
            "2026-01-07 20:00",
            "2026-01-11 08:10",
        ],
        "excluded_reason": [None, None, None, None, None, "weather", None],
    },
    period="2026-01",
    as_of="2026-01-10 12:00",
    expected={
        "p25": 20.0,
        "p50": 40.0,
        "p50.n": 5,
        "p50.numerator": 3,
        "p50.lower": 10.0,
        "p50.upper": None,
        "p50.flags": ("partial", "interval_open"),
        "p90": None,
        "p90.flags": ("partial", "not_reached"),
        "p50_closed_only": 20.0,
        "p50_closed_only.n": 3,
        "p50_difference": 20.0,
        "p90_difference": None,
        "mean": 40.0,
        "mean.flags": ("partial", "lower_bound"),
        "maximum": 100.0,
        "beyond_limit": 0.3,
        "excess_p50": None,
        "excess_p50.n": 1,
        "excess_mean": 40.0,
        "p50.met": 3,
        "p50.open_overdue": 1,
        "p50.open_not_due": 1,
        "p50.excluded": 1,
        "p50.total": 6,
    },
    source="By hand. Closed after 10, 20 and 40 min; open for 30 and, closed only a minute after as_of, for 100; one "
    "excluded, one not there yet. S is 4/5 from 10, 3/5 from 20, 3/5 × 1/2 from 40: below 0.5 first at 40, never below "
    "0.1. Lower limit of p50: at 10 the variance of log S is 1/20, z = 1.96: 0.8^exp(1.96 × 0.2236 / 0.2231) = 0.20 is "
    "below 0.5; the upper limit is still 0.72 at 40. Closed alone: the second of three. (10+20+30+40+100)/5 = 40.",
)

_ORDER: Final = Example(
    params={
        "commitment": _commitment(
            {
                "kind": "elapsed_working_days",
                "start": "received_at",
                "stop": "replied_at",
                "limit": 3,
                "counting": "next_day",
            },
            table="complaints",
        ),
        "percentiles": [25, 50],
    },
    records={
        "complaint_id": ["1", "2", "3", "4"],
        "unit": ["D1", "D2", "D1", "D2"],
        "received_at": ["2026-01-05 10:00", "2026-01-05 10:00", "2026-01-09 10:00", "2026-01-05 10:00"],
        "replied_at": ["2026-01-07 18:00", "2026-01-08 08:00", "2026-01-14 08:00", "2026-01-12 09:00"],
    },
    period="2026-01",
    expected={
        "p25": 2.5,
        "p50": 3.0,
        "p50.lower": None,
        "p50.upper": None,
        "p50.flags": ("interval_open",),
        "p50.method": "order statistics, binomial 95%",
        "p50_difference": 0.0,
        "mean": 3.25,
        "maximum": 5.0,
        "beyond_limit": 1 / 4,
        "excess_p50": 2.0,
        "excess_mean": 2.0,
        "p50.met": 3,
        "p50.breached": 1,
    },
    source="By hand. 5 January 2026 is a Monday; counted from the next day, replies come on day 2 (Wednesday), 3 "
    "(Thursday), 3 (received on Friday the 9th, the 12th is day 1) and 5 (Monday the 12th). A quarter is reached at 2 "
    "and exceeded at 3. Of four values none bounds the median at 95 %: 1/16 of all samples lie wholly above it.",
)

_STEPS: Final = Example(
    params={
        "clock": {"table": "work_orders", "start": "received_at", "stop": "closed_at", "unit": "minute"},
        "percentiles": [50],
        "steps": ["received_at", "accepted_at", "arrived_at", "closed_at"],
    },
    records={
        "order_id": ["1", "2", "3", "4"],
        "unit": ["D1", "D1", "D2", "D2"],
        "received_at": ["2026-01-05 08:00"] * 4,
        "accepted_at": ["2026-01-05 08:05", "2026-01-05 08:15", "2026-01-05 08:10", None],
        "arrived_at": ["2026-01-05 08:30", "2026-01-05 08:35", None, "2026-01-05 08:20"],
        "closed_at": ["2026-01-05 09:00", None, None, "2026-01-05 08:50"],
    },
    period="2026-01",
    as_of="2026-01-05 10:00",
    expected={
        "step_1_p50": 10.0,
        "step_2_p50": 25.0,
        "step_3_p50": 57.5,
        "step_1_mean": 10.0,
        "step_2_mean": 155 / 3,
        "step_3_mean": 115 / 3,
        "step_1_share": 30 / 300,
        "step_2_share": 155 / 300,
        "step_3_share": 115 / 300,
        "step_1_p50.n": 3,
        "step_3_p50.n": 2,
        "steps_unknown": 1,
        "mean": 350 / 4,
    },
    source="By hand. Accepted after 5, 15 and 10 min; arrived 25 and 20 min later, one has been on the way for 110; "
    "closed 30 min later, one has been at work for 85. The fourth arrived, accepted nobody knows when. In the "
    "third step S stays at exactly a half from 30 to the end of what was seen, at 85. The times of the first three are "
    "60, 120 and 120 min, 300 in all; the fourth took 50.",
)

_UNANSWERED: Final = Example(
    params={
        "commitment": _commitment(
            {
                "kind": "count_threshold",
                "start": "started_at",
                "value": "rings",
                "limit": 2,
                "unit": "ring",
                "achieved": {"outcome": "answered"},
            },
            table="calls",
        ),
        "percentiles": [40, 50, 90],
    },
    records={
        "call_id": ["1", "2", "3", "4"],
        "unit": ["D1", "D1", "D2", "D2"],
        "started_at": [f"2026-01-0{day} 09:00" for day in (5, 6, 7, 8)],
        "outcome": ["answered", "answered", "answered", "abandoned"],
        "rings": [1, 2, 3, 9],
    },
    period="2026-01",
    expected={
        "p40": 2.0,
        "p50": 2.5,
        "p90": None,
        "p50.n": 4,
        "p50.numerator": 3,
        "mean": 2.0,
        "maximum": 3.0,
        "beyond_limit": 1 / 2,
        "p50.method": "Kaplan–Meier, log-log 95%",
        "p50_closed_only": 2.0,
    },
    source="By hand. An abandoned call is answered after no number of rings: S is 3/4, 1/2 and 1/4 from 1, 2 and 3 on "
    "and stays there, so nine of ten are never answered. Of the answered ones the second is the median.",
)

EXAMPLES: Final = (_OPEN, _ORDER, _STEPS, _UNANSWERED)
