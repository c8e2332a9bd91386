"""A proposal for each target: the year under no change, three candidate goals with their chance, what to know."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from svcqa.entities.plan import NextYearRules
from svcqa.entities.policy import Policies
from svcqa.entities.target import Target
from svcqa.errors import SvcqaError
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.refusals import refusing
from svcqa.review.next_year.note import Note
from svcqa.review.next_year.notes import notes
from svcqa.review.next_year.past import Past, past_of
from svcqa.review.next_year.subject import Subject, subject_of
from svcqa.review.targets import asked_by
from svcqa.stats.year_ahead import Better, YearAhead, year_ahead

Name = Literal["conservative", "balanced", "stretch"]
NAMES: Final[tuple[Name, ...]] = ("conservative", "balanced", "stretch")
_STEPS: Final = 10
"""Goals are round numbers: a tenth of the interval's width or less."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One goal that could be set.

    Attributes:
        chance: of reaching it under no change.
        improvement: what is needed a month beyond the forecast, in ``improvement_unit``; below 0 there is room.
        is_promise: whether the public promise stands in for an easier goal.
    """

    name: Name
    goal: float
    chance: float
    improvement: float | None
    is_promise: bool


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What is proposed for one target. ``fault`` where nothing can be said.

    Attributes:
        year: the year that is planned.
        improvement_unit: ``case``, the unit of an amount, or empty where an improvement is no number of cases.
    """

    target: Target
    year: int
    subject: Subject | None = None
    past: Past | None = None
    ahead: YearAhead | None = None
    candidates: tuple[Candidate, ...] = ()
    notes: tuple[Note, ...] = ()
    improvement_unit: str = ""
    kept: bool | None = None
    """Of a milestone: whether it was kept; absent before it was due."""
    fault: SvcqaError | None = None

    def cases_in(self, ahead: YearAhead) -> float | None:
        """Cases of the year; nothing where an amount adds up or a share is one of time."""
        is_time = self.past is not None and self.past.scale.unit == "share" and ahead.kind != "share"
        return None if ahead.kind == "amount" or is_time else ahead.cases

    def candidate(self, name: Name) -> Candidate:
        """The candidate of that name."""
        return next(candidate for candidate in self.candidates if candidate.name == name)


def former_targets(policies: Policies, year: int, *, unit: str, below: bool) -> tuple[Target, ...]:
    """The targets of the latest year before ``year`` that has any: of ``unit``, or of all that is below it too."""
    years = {target.year for target in policies.targets if target.year < year}
    tree = policies.organisation
    return tuple(
        target
        for latest in sorted(years)[-1:]
        for target in policies.targets_of(latest)
        if target.owner == unit or (below and tree.within(target.owner, unit))
    )


def propose(
    figures: Figures, policies: Policies, target: Target, context: Context, *, year: int, rules: NextYearRules
) -> Proposal:
    """The proposal that follows ``target``; a figure that cannot be had costs only its own row."""
    if not target.by_month:
        return _milestone(figures, target, context, year)
    try:
        subject = subject_of(figures, policies, target, year)
        past = past_of(figures, policies, subject, context, year=year, years=rules.years)
        return proposal_of(figures, subject, past, context, year=year, rules=rules)
    except SvcqaError as error:
        return Proposal(target=target, year=year, fault=error)


@refusing()
def proposal_of(
    figures: Figures, subject: Subject, past: Past, context: Context, *, year: int, rules: NextYearRules
) -> Proposal:
    """The proposal from what is known of one subject.

    Raises:
        MetricError: the history bears no forecast of that year.
    """
    months, better = past.months, _better(past)
    ahead = year_ahead(
        months.kind,
        months.value,
        months.base,
        ahead=past.ahead,
        better=better,
        bounds=months.bounds,
        cycle=past.cycle,
        draws=rules.draws,
        seed=rules.seed,
    )
    unit = _improvement_unit(subject, ahead)
    candidates = tuple(candidates_for(ahead, subject.promise, rules, counted=bool(unit)))
    proposal_notes = notes(
        figures,
        subject,
        past=past,
        ahead=ahead,
        goals=[candidate.goal for candidate in candidates],
        context=context,
        rules=rules,
        year=year,
    )
    return Proposal(
        target=subject.target,
        year=year,
        subject=subject,
        past=past,
        ahead=ahead,
        candidates=candidates,
        notes=proposal_notes,
        improvement_unit=unit,
    )


def _better(past: Past) -> Better:
    return "lower" if past.scale.better == "lower" else "higher"


def _milestone(figures: Figures, target: Target, context: Context, year: int) -> Proposal:
    year_context = replace(context, period=context.period_rule.parse(str(target.year)), by=(), unit=None)
    try:
        rows = figures.result(*asked_by(figures, target, None), year_context).figures()
    except SvcqaError as error:
        return Proposal(target=target, year=year, fault=error)
    met = rows[0].verdict == "met" if rows and rows[0].verdict else None
    return Proposal(target=target, year=year, kept=met)


def candidates_for(
    ahead: YearAhead, promise: float | None, rules: NextYearRules, *, counted: bool
) -> Sequence[Candidate]:
    """The candidate goals, the easiest first: round, and none looser than the promise.

    Args:
        counted: whether what is needed a month is a number of cases or an amount.
    """
    step = goal_step(ahead)
    candidates = []
    for name in NAMES:
        goal = rounded_goal(ahead.goal_for(getattr(rules, name)), step, ahead.better)
        is_promise = promise is not None and looser(goal, promise, ahead.better)
        goal = promise if is_promise and promise is not None else goal
        improvement = improvement_needed(ahead, goal) if counted else None
        candidates.append(
            Candidate(name=name, goal=goal, chance=ahead.chance(goal), improvement=improvement, is_promise=is_promise)
        )
    return candidates


def looser(goal: float, promise: float, better: Better) -> bool:
    """Whether a goal asks for less than what was promised."""
    return goal < promise if better == "higher" else goal > promise


def goal_step(ahead: YearAhead) -> float:
    """The power of ten that makes a round goal: at most a tenth of the width of the year's interval."""
    low, _, high = ahead.interval()
    width = high - low
    if ahead.kind == "amount":
        return max(1.0, 10.0 ** math.floor(math.log10(max(width / _STEPS, 1.0))))
    return 10.0 ** math.floor(math.log10(width / _STEPS)) if width > 0 else 1e-4


def rounded_goal(goal: float, step: float, better: Better) -> float:
    """A round goal, no harder than ``goal``.

    >>> rounded_goal(0.95678, 0.001, "higher"), rounded_goal(31.24, 0.1, "lower")
    (0.956, 31.3)
    """
    places = goal / step
    whole = math.floor(places + 1e-9) if better == "higher" else math.ceil(places - 1e-9)
    return round(whole * step, 12)


def improvement_needed(ahead: YearAhead, goal: float) -> float:
    """Cases a month, beyond what is forecast, that must come out well; of an amount, what is to be delivered more."""
    middle = ahead.interval()[1]
    gap = goal - middle if ahead.better == "higher" else middle - goal
    return float(gap / 12 if ahead.kind == "amount" else gap * ahead.cases / 12)


def _improvement_unit(subject: Subject, ahead: YearAhead) -> str:
    """What an improvement is counted in; nothing where a mean or an amount of time stands over no cases."""
    if subject.target.adds_up:
        return "amount"
    whole = np.all(ahead.base == np.round(ahead.base))
    return "case" if ahead.kind == "share" and whole else ""
