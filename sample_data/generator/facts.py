"""What was planted in the records, and the probabilities that they were drawn with: the first part of truth.json."""

from __future__ import annotations

from typing import Any

from generator import callbacks, duty_gaps, inspections, outages, scene


def facts(seed: int) -> dict[str, Any]:
    """What was planted, and the probabilities that the records were drawn with."""
    months = scene.months()
    return {
        "about": "What the generator planted and counted itself. Rate = met / (met + breached + open_overdue) over "
        "cases due by as_of. Row numbers as in the source, header = row 1; a line break inside quotes does "
        "not start a row. Month of a case = month received; of a stop, month it began. Lost and unstaffed "
        "time is split at the ends of months; what is open lasts until as_of. Emergencies: kind emergency, "
        "or a reason to exclude. returns_differences: [notices in time, planned stops] of the records and "
        "of the monthly return.",
        "seed": seed,
        "period": [scene.FIRST_DAY.isoformat(), scene.LAST_DAY.isoformat()],
        "as_of": f"{scene.when(scene.AS_OF):%Y-%m-%dT%H:%M:%S}",
        "effects": _effects() + _effects_on_events(),
        "expected": {
            "emergency_arrival": {
                unit: {
                    month: round(scene.arrival_probability(unit, month), 4)
                    for month in months
                    if unit != scene.CLOSED_UNIT or month <= "2024-12"
                }
                for unit in scene.ARRIVAL
            },
            "complaint_reply": {
                unit: {month: scene.reply_probability(unit, month) for month in months} for unit in scene.REPLY
            },
            "appointment_kept": scene.APPOINTMENT,
            "restore_supply": scene.RESTORE,
            "hotline_rings": scene.RINGS,
        },
    }


def _effects() -> list[dict[str, Any]]:
    return [
        {
            "key": "worsening",
            "commitment": "emergency_arrival",
            "unit": "CJ-QX",
            "from": "2025-07",
            "to": "2026-06",
            "before": scene.ARRIVAL["CJ-QX"],
            "after": scene.ARRIVAL_END,
            "shape": "equal steps a month",
        },
        {
            "key": "step",
            "commitment": "complaint_reply",
            "unit": "CQ-KF",
            "from": scene.REPLY_STEP_MONTH,
            "before": scene.REPLY["CQ-KF"],
            "after": scene.REPLY_STEP,
            "shape": "one step that stays",
        },
        {
            "key": "winter_peak",
            "order_type": "emergency",
            "months": [12, 1, 2],
            "against": [6, 7, 8],
            "ratio": scene.WINTER_OVER_SUMMER,
        },
        {
            "key": "spring_festival",
            "what": ["calls", "install"],
            "share": scene.SPRING_SHARE,
            "days": [day.isoformat() for day in scene.SPRING_FESTIVAL],
        },
        {
            "key": "closed_unit",
            "unit": scene.CLOSED_UNIT,
            "successor": "CJ-QX",
            "last_day": scene.CLOSED_ON.isoformat(),
        },
    ]


def _effects_on_events() -> list[dict[str, Any]]:
    """In stoppages, visits, callbacks and gaps."""
    return [
        {
            "key": "late_notices",
            "unit": "CJ-GW",
            "from": "2026-03",
            "to": "2026-06",
            "after": 0.9,
            "why": "more stops announced too late than the returns say: see returns_differences",
        },
        {"key": "cold_night", "unit": "CJ-GW", "month": "2026-01", "below": 0.9999},
        {
            "key": "few_visits",
            "unit": "CJ-AJ",
            "quarter": inspections.DROP[1],
            "before": inspections.VISITED,
            "after": inspections.DROP[2],
        },
        {
            "key": "attitude_dip",
            "unit": callbacks.DIP[0],
            "question": callbacks.DIP[1],
            "from": callbacks.DIP[2],
            "to": "2026-06",
            "before": callbacks.mean(callbacks.SCORES["attitude"]),
            "after": callbacks.mean(callbacks.DIP_SCORES),
        },
        {"key": "reported_twice", "table": "duty_gaps", "places": [list(p) for p in duty_gaps.REPORTED_TWICE]},
        {"key": "over_the_months_end", "table": "outages", "places": [list(p) for p in outages.OVER_THE_MONTHS_END]},
    ]
