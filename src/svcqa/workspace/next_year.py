"""Next year's targets of a workspace: what is proposed, shared out, tried and saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args

from svcqa.entities.plan import Assumption, FairRule, NextYearRules, TargetPlan
from svcqa.entities.target import Target
from svcqa.errors import Fault, MetricError
from svcqa.periods import PeriodKind, read_moment
from svcqa.register.given import checked
from svcqa.register.plans import SavedPlan, save_plan, saved_plans
from svcqa.review.next_year.decomposition import Decomposition
from svcqa.review.next_year.past import past_of
from svcqa.review.next_year.plan import target_plan
from svcqa.review.next_year.proposal import Name, Proposal, former_targets, proposal_of, propose
from svcqa.review.next_year.subject import within_maximum
from svcqa.review.next_year.units import starts_of
from svcqa.review.next_year.what_if import Answer, TargetWhatIf
from svcqa.stats.year_ahead import METHOD

if TYPE_CHECKING:
    import pandas as pd

    from svcqa.workspace.workspace import Workspace

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


class NextYear:
    """The targets of one year to come.

    Args:
        year: the year that is planned.
        as_of: what was known at this moment (local time); the end of the last month with records where absent.
        unit: whose targets; the company's where absent.
        rules: how goals are proposed; those of ``svcqa.toml`` where absent.
    """

    def __init__(
        self,
        workspace: Workspace,
        year: int,
        *,
        as_of: dt.datetime | str | None = None,
        unit: str | None = None,
        rules: NextYearRules | None = None,
    ) -> None:
        self.figures, self.policies, self.register = workspace.figures, workspace.policies, workspace.register
        self.year, self.rules = year, rules or workspace.settings.next_year
        moment = read_moment(as_of) or _last_known(workspace)
        month = workspace.period_rule.containing(moment.date(), PeriodKind.MONTH)
        self.context = self.figures.context(month, as_of=moment, unit=unit)
        self._found: dict[str, Proposal] = {}

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """The targets that next year's follow: the latest ones of the unit, or of the company."""
        unit = self.context.unit or self.policies.organisation.company.code
        return former_targets(self.policies, self.year, unit=unit, below=False)

    def proposal(self, target: str) -> Proposal:
        """What is proposed for one target, by the key of the target that it follows.

        Raises:
            NameUnknownError: there is no such target.
        """
        if target not in self._found:
            found = self.policies.target(target)
            context = replace(self.context, unit=found.owner)
            self._found[target] = propose(self.figures, self.policies, found, context, year=self.year, rules=self.rules)
        return self._found[target]

    def every_proposal(self) -> tuple[Proposal, ...]:
        """One for each of :attr:`targets`."""
        return tuple(self.proposal(target.key) for target in self.targets)

    def check_targets(self) -> None:
        """Whether there is any target to follow.

        Raises:
            MetricError: the unit has none.
        """
        if not self.targets:
            unit = self.context.unit or self.policies.organisation.company.code
            raise MetricError(Fault("next_year_no_targets", place=str(self.year), got=unit))

    def forecasts(self) -> tuple[Proposal, ...]:
        """Those of :meth:`every_proposal` that have a forecast.

        Raises:
            MetricError: none has: with the reasons.
        """
        self.check_targets()
        found = tuple(one for one in self.every_proposal() if one.ahead is not None)
        if not found:
            raise MetricError(
                [fault for one in self.every_proposal() if one.fault for fault in one.fault.faults]
                or Fault("next_year_no_history", place=str(self.year), got="0")
            )
        return found

    @property
    def hardest(self) -> Proposal:
        """The proposal whose balanced goal is least likely to be reached; the one to look at first."""
        return min(self.forecasts(), key=lambda one: one.candidate("balanced").chance)

    def proposals(self) -> pd.DataFrame:
        """All candidate goals as a tidy frame with the columns :data:`COLUMNS`."""
        import pandas as pd

        rows = [row for found in self.every_proposal() for row in _rows(found)]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def what_if(self, target: str, *, maximum: bool = False) -> TargetWhatIf:
        """One target with everything to move; the records are read once, now.

        Args:
            maximum: of a target with mean and maximum, the maximum: the share of cases within it.

        Raises:
            MetricError: nothing can be forecast for it: with the reason.
        """
        found = self.proposal(target)
        context = replace(self.context, unit=found.target.owner)
        if maximum and found.subject is not None:
            subject = within_maximum(found.subject, self.year)
            past = past_of(self.figures, self.policies, subject, context, year=self.year, years=self.rules.years)
            found = proposal_of(self.figures, subject, past, context, year=self.year, rules=self.rules)
        if found.fault is not None:
            raise found.fault
        if found.subject is None or found.past is None or found.ahead is None:
            raise MetricError(Fault("milestone_no_chance", got=target))
        starts = starts_of(self.figures, found.subject, found.past, context, year=self.year)
        return TargetWhatIf(
            proposal=found,
            subject=found.subject,
            past=found.past,
            ahead=found.ahead,
            starts=starts,
            organisation=self.policies.organisation,
            fair=self.rules.fair,
            top=found.target.owner,
        )

    def decompose(
        self,
        target: str,
        *,
        goal: float | None = None,
        candidate: Name = "balanced",
        rule: FairRule | None = None,
        locked: Mapping[str, float] | None = None,
        maximum: bool = False,
    ) -> Decomposition:
        """A goal shared out to subsidiaries, departments and posts: the parts deliver the whole.

        Args:
            goal: the goal; that of ``candidate`` where absent.
            rule: what is called fair: ``equal_gap_closing``, ``equal_points`` or ``proportional``.
            locked: goals of units that stay as they are, by code.
            maximum: share out the maximum of a target with mean and maximum.

        Raises:
            MetricError: with the constraints that do not go together.
        """
        asked = self.what_if(target, maximum=maximum)
        wanted = asked.proposal.candidate(candidate).goal if goal is None else goal
        return asked.at(goal=wanted, locked=locked, fair=rule).decomposition

    def plan(
        self,
        target: str,
        *,
        reason: str,
        goal: float | None = None,
        candidate: Name = "balanced",
        volume: float = 1.0,
        assumptions: Sequence[Assumption | Mapping[str, Any]] = (),
        rule: FairRule | None = None,
        locked: Mapping[str, float] | None = None,
    ) -> TargetPlan:
        """A plan for one target, with its chance, its parts and what it rests on; not saved yet.

        Args:
            reason: why this goal.
            assumptions: each with ``label``, ``measure``, ``size``, ``from_month``.

        Raises:
            MetricError: an assumption or the goal is impossible, or no reason is given.
        """
        asked = self.what_if(target)
        wanted = asked.proposal.candidate(candidate).goal if goal is None else goal
        named = [one if isinstance(one, Assumption) else _assumption(one) for one in assumptions]
        answer = asked.at(goal=wanted, volume=volume, assumptions=named, locked=locked, fair=rule)
        return self.plan_of(asked, answer, reason=reason)

    def plan_of(self, asked: TargetWhatIf, answer: Answer, *, reason: str) -> TargetPlan:
        """The plan from an answer that somebody settled on.

        Raises:
            MetricError: no reason is given.
        """
        if not reason.strip():
            raise MetricError(Fault("plan_reason", got=repr(reason)))
        return target_plan(
            self.figures, asked, answer, self.context, year=self.year, reason=reason.strip(), rules=self.rules
        )

    def save(self, plan: TargetPlan, *, author: str, now: dt.datetime | None = None) -> SavedPlan:
        """Keep a plan in the register; it replaces the version before.

        Args:
            now: UTC; the clock's moment where absent.

        Raises:
            RegisterError: nobody is named.
        """
        return save_plan(self.register, plan, author=author, now=now)

    def plans(self, target: str | None = None) -> tuple[SavedPlan, ...]:
        """All versions saved for this year, oldest first; ``in_force`` tells the latest."""
        return saved_plans(self.register, year=self.year, target=target)


def _assumption(given: Mapping[str, Any]) -> Assumption:
    measure, known = given.get("measure"), get_args(Assumption.model_fields["measure"].annotation)
    if measure is not None and measure not in known:
        raise MetricError(Fault("assumed_measure", place="measure", got=repr(measure), allowed=", ".join(known)))
    return checked(Assumption, dict(given), "assumption_field")


def _last_known(workspace: Workspace) -> dt.datetime:
    """The end of the last month that has records, or now: what nobody has read yet is not nothing."""
    tables = {item.counted.table for item in workspace.policies.commitments} | {"monthly_returns"}
    months = [part.month for table in tables for part in workspace.store.parts(table) if part.month]
    now = dt.datetime.now().replace(microsecond=0)
    return min(now, workspace.period(max(months)).end) if months else now


def _rows(found: Proposal) -> list[dict[str, Any]]:
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
