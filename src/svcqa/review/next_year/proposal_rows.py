"""Proposals as rows of a tidy frame, for whoever reckons on with them."""

from __future__ import annotations

from typing import Any

from svcqa.review.next_year.proposal import Proposal
from svcqa.stats.year_ahead import METHOD

COLUMNS = (
    "target",
    "owner",
    "year",
    "candidate",
    "goal",
    "chance",
    "is_promise",
    "promise",
    "current_goal",
    "lower",
    "median",
    "upper",
    "unit",
    "cases",
    "improvement",
    "improvement_unit",
    "known_months",
    "last_month",
    "model",
    "method",
    "notes",
    "fault",
)
"""One row for each candidate goal; a target of which nothing can be said has one row with its fault."""


def proposal_rows(found: Proposal) -> list[dict[str, Any]]:
    """A row for each candidate goal."""
    lead = {"target": found.target.key, "owner": found.target.owner, "year": found.year}
    if found.fault is not None:
        return [{**lead, "fault": str(found.fault)}]
    if found.ahead is None or found.past is None or found.subject is None:
        return [lead]
    low, middle, high = found.ahead.interval()
    shared = {
        **lead,
        "promise": found.subject.promise,
        "current_goal": found.subject.goal,
        "lower": low,
        "median": middle,
        "upper": high,
        "unit": found.past.scale.unit,
        "cases": found.cases_in(found.ahead),
        "improvement_unit": found.improvement_unit,
        "known_months": found.ahead.known_months,
        "last_month": found.past.last.label,
        "model": found.ahead.model,
        "notes": ", ".join(note.code for note in found.notes),
    }
    return [
        {
            **shared,
            "candidate": one.name,
            "goal": one.goal,
            "chance": one.chance,
            "is_promise": one.is_promise,
            "improvement": one.improvement,
            "method": METHOD,
        }
        for one in found.candidates
    ]
