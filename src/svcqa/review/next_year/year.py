"""Next year's targets: what is proposed, shared out, tried and saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args

from svcqa.entities.plan import Assumption, FairRule, NextYearRules, TargetPlan
from svcqa.entities.policy import Policies
from svcqa.entities.target import Target
from svcqa.errors import Fault, MetricError
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.register import Register
from svcqa.register.given import checked
from svcqa.register.plans import SavedPlan, save_plan, saved_plans
from svcqa.review.next_year.decomposition import Decomposition
from svcqa.review.next_year.past import past_of
from svcqa.review.next_year.plan import target_plan
from svcqa.review.next_year.proposal import Name, Proposal, former_targets, proposal_of, propose
from svcqa.review.next_year.proposal_rows import COLUMNS, proposal_rows
from svcqa.review.next_year.subject import within_maximum
from svcqa.review.next_year.units import starts_of
from svcqa.review.next_year.what_if import Answer, TargetWhatIf

if TYPE_CHECKING:
    import pandas as pd


@dataclass(kw_only=True)
class NextYear:
    """The targets of one year to come. Reach it as ``workspace.next_year(year)``.

    Attributes:
        context: what is known, and whose targets; the company's where it names no unit.
        year: the year that is planned.
        rules: how goals are proposed.
    """

    figures: Figures
    policies: Policies
    register: Register
    context: Context
    year: int
    rules: NextYearRules
    _found: dict[str, Proposal] = field(default_factory=dict, init=False, repr=False)

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
            followed_target = self.policies.target(target)
            context = replace(self.context, unit=followed_target.owner)
            self._found[target] = propose(
                self.figures, self.policies, followed_target, context, year=self.year, rules=self.rules
            )
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
        forecasts = tuple(item for item in self.every_proposal() if item.ahead is not None)
        if not forecasts:
            raise MetricError(
                [fault for item in self.every_proposal() if item.fault for fault in item.fault.faults]
                or Fault("next_year_no_history", place=str(self.year), got="0")
            )
        return forecasts

    @property
    def hardest(self) -> Proposal:
        """The proposal whose balanced goal is least likely to be reached; the one to look at first."""
        return min(self.forecasts(), key=lambda proposal: proposal.candidate("balanced").chance)

    def proposals(self) -> pd.DataFrame:
        """All candidate goals as a tidy frame with the columns :data:`COLUMNS`."""
        import pandas as pd

        rows = [row for proposal in self.every_proposal() for row in proposal_rows(proposal)]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def what_if(self, target: str, *, maximum: bool = False) -> TargetWhatIf:
        """One target with everything to move; the records are read once, now.

        Args:
            maximum: of a target with mean and maximum, the maximum: the share of cases within it.

        Raises:
            MetricError: nothing can be forecast for it: with the reason.
        """
        proposal = self.proposal(target)
        context = replace(self.context, unit=proposal.target.owner)
        if maximum and proposal.subject is not None:
            subject = within_maximum(proposal.subject, self.year)
            past = past_of(self.figures, self.policies, subject, context, year=self.year, years=self.rules.years)
            proposal = proposal_of(self.figures, subject, past, context, year=self.year, rules=self.rules)
        if proposal.fault is not None:
            raise proposal.fault
        if proposal.subject is None or proposal.past is None or proposal.ahead is None:
            raise MetricError(Fault("milestone_no_chance", got=target))
        starts = starts_of(self.figures, proposal.subject, proposal.past, context, year=self.year)
        return TargetWhatIf(
            proposal=proposal,
            subject=proposal.subject,
            past=proposal.past,
            ahead=proposal.ahead,
            starts=starts,
            organisation=self.policies.organisation,
            fair=self.rules.fair,
            top=proposal.target.owner,
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
        what_if = self.what_if(target, maximum=maximum)
        chosen_goal = what_if.proposal.candidate(candidate).goal if goal is None else goal
        return what_if.at(goal=chosen_goal, locked=locked, fair=rule).decomposition

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
        what_if = self.what_if(target)
        chosen_goal = what_if.proposal.candidate(candidate).goal if goal is None else goal
        named = [
            assumption if isinstance(assumption, Assumption) else _assumption(assumption) for assumption in assumptions
        ]
        answer = what_if.at(goal=chosen_goal, volume=volume, assumptions=named, locked=locked, fair=rule)
        return self.plan_of(what_if, answer, reason=reason)

    def plan_of(self, what_if: TargetWhatIf, answer: Answer, *, reason: str) -> TargetPlan:
        """The plan from an answer that somebody settled on.

        Raises:
            MetricError: no reason is given.
        """
        if not reason.strip():
            raise MetricError(Fault("plan_reason", got=repr(reason)))
        return target_plan(
            self.figures, what_if, answer, self.context, year=self.year, reason=reason.strip(), rules=self.rules
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


def _assumption(fields: Mapping[str, Any]) -> Assumption:
    measure, measures = fields.get("measure"), get_args(Assumption.model_fields["measure"].annotation)
    if measure is not None and measure not in measures:
        raise MetricError(Fault("assumed_measure", place="measure", got=repr(measure), allowed=", ".join(measures)))
    return checked(Assumption, dict(fields), "assumption_field")
