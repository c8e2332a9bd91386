"""What became of a call, in the letters of the standard that names the rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from svcqa.entities.survey import Survey
from svcqa.metrics.survey.waves import DrawnCustomer
from svcqa.stats.survey.response_rates import Outcomes

Disposition = Literal["complete", "partial", "refused", "no_answer", "other", "unknown", "not_eligible"]

_OF: Final[Mapping[str, Disposition]] = {
    "declined": "refused",
    "no_answer": "no_answer",
    "busy": "no_answer",
    "switched_off": "no_answer",
    "call_later": "no_answer",
    "wrong_number": "unknown",
    "not_eligible": "not_eligible",
    "unable": "other",
    "": "unknown",
}
"""A wrong number says nothing of the customer who was served: he stays in the population, and nobody knows more of him.
So does whoever was not called yet."""


def disposition(person: DrawnCustomer, survey: Survey) -> Disposition:
    """How the call ended; a code of somebody's own counts as reached and not able to answer.

    Complete is an interview with an answer to every question that has a scale, partial one with some of them; who broke
    off before the first answer has refused.
    """
    if person.outcome in ("reached", "partial"):
        question_keys = [item.key for item in survey.questions if item.kind != "opinion"]
        answered = sum(key in person.scores for key in question_keys)
        whole = answered == len(question_keys) and person.outcome == "reached"
        return "complete" if whole else "partial" if answered else "other" if person.outcome == "reached" else "refused"
    return _OF.get(person.outcome, "other")


def outcomes_of(people: Iterable[DrawnCustomer], survey: Survey) -> Outcomes:
    """Counts of the dispositions."""
    dispositions = [disposition(item, survey) for item in people]
    return Outcomes(**{name: dispositions.count(name) for name in Outcomes.__dataclass_fields__})  # type: ignore[arg-type]
