"""The plan that was chosen, with all that it rests on, ready for the register."""

from __future__ import annotations

from svcqa.entities.plan import NextYearRules, PlanEvidence, TargetPlan
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.review.next_year.notes import calendar_is_provisional
from svcqa.review.next_year.subject import needs_calendar
from svcqa.review.next_year.what_if import Answer, TargetWhatIf
from svcqa.stats.year_ahead import METHOD


def target_plan(
    figures: Figures,
    what_if: TargetWhatIf,
    answer: Answer,
    context: Context,
    *,
    year: int,
    reason: str,
    rules: NextYearRules,
) -> TargetPlan:
    """A plan from the answer that somebody settled on."""
    ahead, past = what_if.ahead, what_if.past
    evidence = PlanEvidence(
        as_of=context.as_of,
        records=figures.engine.digest(context.known_at),
        policy=figures.policy_digest,
        calendar=context.calendars.digest,
        provisional_calendar=needs_calendar(what_if.subject) and calendar_is_provisional(context, year),
        first_month=past.first.label,
        last_month=past.last.label,
        known_months=ahead.known_months,
        method=METHOD,
        model=ahead.model,
        draws=rules.draws,
        seed=rules.seed,
    )
    target = what_if.subject.target
    return TargetPlan(
        year=year,
        target=target.key,
        owner=target.owner,
        unit=past.scale.unit,
        better=ahead.better,
        goal=answer.goal,
        probability=answer.chance,
        unchanged=answer.unchanged,
        lower=answer.lower,
        median=answer.median,
        upper=answer.upper,
        volume=answer.volume,
        assumptions=answer.assumptions,
        fair=answer.decomposition.fair,
        cells=answer.decomposition.cells,
        months=answer.months,
        warnings=tuple(note.code for note in what_if.notes),
        evidence=evidence,
        reason=reason,
    )
