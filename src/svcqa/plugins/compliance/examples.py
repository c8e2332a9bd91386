"""Compliance worked out by hand, one example for each way of reading time or counts.

The intervals come from statsmodels' ``proportion_confint`` (methods ``wilson`` and ``beta``), which is not ours.
"""

from __future__ import annotations

from typing import Any, Final

from svcqa.metrics.examples import Example


def _commitment(rule: dict[str, Any], **fields: Any) -> dict[str, Any]:
    plain = {"key": "promise", "category": "C", "item": "I", "promise": "P", "table": "work_orders"}
    return {"commitment": {**plain, "rule": rule, **fields}}


_NATURAL: Final = Example(
    params=_commitment(
        {"kind": "elapsed_natural", "start": "received_at", "stop": "closed_at", "limit": 60, "unit": "minute"},
        required_share="95%",
    ),
    records={
        "order_id": ["1", "2", "3", "4", "5", "6", "7", "8"],
        "unit": ["D1", "D1", "D2", "D2", "D1", "D1", "D2", "D1"],
        "received_at": [
            "2026-01-05 08:00",
            "2026-01-05 09:00",
            "2026-01-06 08:00",
            "2026-01-10 10:00",
            "2026-01-10 11:30",
            "2026-01-10 11:40",
            "2026-01-07 08:00",
            "2026-01-11 08:00",
        ],
        "closed_at": [
            "2026-01-05 08:45",
            "2026-01-05 10:00",
            "2026-01-06 09:01",
            None,
            None,
            "2026-01-10 11:50",
            "2026-01-07 20:00",
            "2026-01-11 08:10",
        ],
        "excluded_reason": [None, None, None, None, None, None, "weather", None],
    },
    period="2026-01",
    as_of="2026-01-10 12:00",
    expected={
        "compliance": 2 / 4,
        "compliance.n": 4,
        "compliance.met": 2,
        "compliance.breached": 1,
        "compliance.open_overdue": 1,
        "compliance.open_not_due": 1,
        "compliance.met_not_due": 1,
        "compliance.excluded": 1,
        "compliance.not_applicable": 0,
        "compliance.total": 7,
        "compliance.value_without_exclusions": 2 / 5,
        "compliance.lower": 0.15003898915214947,
        "compliance.upper": 0.8499610108478506,
        "compliance.verdict": "missed",
    },
    source="By hand. 1: 45 min and 2: 60 min keep 60; 3: 61 min does not; 4 is open for 120 min; 5 is open for 30 min; "
    "6 is closed after 10 min, 50 min before it is due; 7 would be a breach and is excluded; 8 comes in after as_of.",
)

_WORKING_DAYS: Final = Example(
    params=_commitment(
        {
            "kind": "elapsed_working_days",
            "start": "received_at",
            "stop": "replied_at",
            "limit": 3,
            "counting": "next_day",
        },
        table="complaints",
        required_share="100%",
    ),
    records={
        "complaint_id": ["1", "2", "3"],
        "unit": ["D1", "D2", "D1"],
        "received_at": ["2026-01-09 10:00", "2026-01-09 10:00", "2026-01-10 09:00"],
        "replied_at": ["2026-01-13 18:00", "2026-01-14 08:00", "2026-01-13 23:59:59"],
    },
    period="2026-01",
    calendar={
        "source": "weekdays",
        "overrides": [{"day": "2026-01-11", "working": True, "reason": "made up"}],
    },
    expected={
        "compliance": 2 / 3,
        "compliance.n": 3,
        "compliance.met": 2,
        "compliance.breached": 1,
        "compliance.lower": 0.09429932405024609,
        "compliance.upper": 0.9915962413403874,
    },
    source="By hand. 9 January 2026 is a Friday and Sunday the 11th a make-up day: counted from the next day the 11th, "
    "12th and 13th are days 1 to 3, for a case of Saturday too; the third day counts to its end.",
)

_WORKING_TIME: Final = Example(
    params=_commitment(
        {"kind": "elapsed_working_time", "start": "received_at", "stop": "closed_at", "limit": 4, "unit": "hour"},
        month_of="due",
    ),
    records={
        "order_id": ["1", "2", "3"],
        "unit": ["D1", "D2", "D2"],
        "received_at": ["2026-01-30 17:00", "2026-02-03 09:00", "2026-01-30 10:00"],
        "closed_at": ["2026-02-02 12:00", "2026-02-03 16:00", "2026-01-30 15:30"],
    },
    period="2026-02",
    expected={"compliance": 1 / 2, "compliance.met": 1, "compliance.breached": 1, "compliance.total": 2},
    source="By hand, shifts 8:30–12:00 and 13:30–17:30. 1: half an hour on Friday and 3.5 hours on Monday 2 February, "
    "where it falls due; 2: 3 and 2.5 hours; 3 falls due on 30 January and so is none of February's.",
)

_COUNTED: Final = Example(
    params=_commitment(
        {
            "kind": "count_threshold",
            "start": "started_at",
            "value": "rings",
            "limit": 3,
            "unit": "ring",
            "achieved": {"outcome": "answered"},
        },
        table="calls",
        where={"line": ["service"]},
    ),
    records={
        "call_id": ["1", "2", "3", "4", "5"],
        "unit": ["D1", "D1", "D2", "D2", "D2"],
        "line": ["service", "service", "service", "service", "other"],
        "started_at": [f"2026-01-0{day} 09:00" for day in (5, 6, 7, 8, 9)],
        "outcome": ["answered", "answered", "answered", "abandoned", "answered"],
        "rings": [3, 4, None, 2, 1],
    },
    period="2026-01",
    expected={
        "compliance": 1 / 3,
        "compliance.n": 3,
        "compliance.met": 1,
        "compliance.breached": 2,
        "compliance.not_applicable": 1,
        "compliance.total": 4,
    },
    source="By hand. 3 rings keep the limit, 4 do not; a call whose rings are unknown says nothing; one abandoned was "
    "not answered within any limit; the last is on another line.",
)

_RECORD_DUE: Final = Example(
    params=_commitment({"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "arrived_at"}),
    records={
        "order_id": ["1", "2", "3", "4"],
        "unit": ["D1", "D2", "D1", "D2"],
        "received_at": [f"2026-01-0{day} 09:00" for day in (5, 6, 7, 8)],
        "due_at": ["2026-01-05 14:00", "2026-01-06 14:00", None, "2026-01-08 14:00"],
        "arrived_at": ["2026-01-05 14:00", "2026-01-06 14:01", "2026-01-07 10:00", None],
    },
    period="2026-01",
    expected={
        "compliance": 1 / 3,
        "compliance.met": 1,
        "compliance.breached": 1,
        "compliance.open_overdue": 1,
        "compliance.not_applicable": 1,
        "compliance.total": 4,
    },
    source="By hand. Arrived at the moment agreed, a minute later, with none agreed, not at all.",
)

_RETURNS: Final = Example(
    params=_commitment(
        {"kind": "monthly_return", "indicator": "visits", "numerator_is": "missed"}, table="monthly_returns"
    ),
    records={
        "indicator": ["visits", "visits", "visits", "other"],
        "unit": ["D1", "D2", "D1", "D1"],
        "month": ["2026-01", "2026-01", "2026-02", "2026-01"],
        "numerator": [5, 10, 1, 50],
        "denominator": [100, 200, 80, 50],
    },
    period="2026Q1",
    as_of="2026-02-15 00:00",
    expected={
        "compliance": 285 / 300,
        "compliance.n": 300,
        "compliance.met": 285,
        "compliance.breached": 15,
        "compliance.open_not_due": 80,
        "compliance.total": 380,
        "compliance.lower": 0.9191529665272558,
        "compliance.upper": 0.9694683593706526,
    },
    source="By hand: 300 − 15 of 300; February is not over by as_of, so its 80 are not due; the other "
    "indicator is none of it.",
)

EXAMPLES: Final = (_NATURAL, _WORKING_DAYS, _WORKING_TIME, _COUNTED, _RECORD_DUE, _RETURNS)
