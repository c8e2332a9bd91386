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


def proposal_rows(proposal: Proposal) -> list[dict[str, Any]]:
    """A row for each candidate goal."""
    lead = {"target": proposal.target.key, "owner": proposal.target.owner, "year": proposal.year}
    if proposal.fault is not None:
        return [{**lead, "fault": str(proposal.fault)}]
    if proposal.ahead is None or proposal.past is None or proposal.subject is None:
        return [lead]
    low, middle, high = proposal.ahead.interval()
    shared = {
        **lead,
        "promise": proposal.subject.promise,
        "current_goal": proposal.subject.goal,
        "lower": low,
        "median": middle,
        "upper": high,
        "unit": proposal.past.scale.unit,
        "cases": proposal.cases_in(proposal.ahead),
        "improvement_unit": proposal.improvement_unit,
        "known_months": proposal.ahead.known_months,
        "last_month": proposal.past.last.label,
        "model": proposal.ahead.model,
        "notes": ", ".join(note.code for note in proposal.notes),
    }
    return [
        {
            **shared,
            "candidate": candidate.name,
            "goal": candidate.goal,
            "chance": candidate.chance,
            "is_promise": candidate.is_promise,
            "improvement": candidate.improvement,
            "method": METHOD,
        }
        for candidate in proposal.candidates
    ]
