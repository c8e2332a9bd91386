"""What if: goal, volume, a person's own assumptions, locked cells; everything is answered from what was read once."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from svcqa.entities.organisation import Organisation
from svcqa.entities.plan import Assumption, FairRule
from svcqa.errors import Fault, MetricError
from svcqa.metrics.refusals import refusing
from svcqa.review.next_year.decomposition import Decomposition, shared, shown_goal
from svcqa.review.next_year.note import Note
from svcqa.review.next_year.past import Past
from svcqa.review.next_year.proposal import Proposal, improvement_needed, looser
from svcqa.review.next_year.subject import Subject
from svcqa.review.next_year.units import Starts
from svcqa.stats.year_ahead import Effect, YearAhead


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a goal would mean.

    Attributes:
        chance: of reaching it under the assumptions; ``unchanged`` without them.
        lower, median, upper: the year's figure under the assumptions.
        cases: of the year, where the figure is one of cases.
        improvement: cases a month that are needed beyond what is then forecast; absent where none are counted.
        months: of an amount, the plan by month.
    """

    goal: float
    chance: float
    unchanged: float
    lower: float
    median: float
    upper: float
    cases: float | None
    improvement: float | None
    decomposition: Decomposition
    volume: float
    assumptions: tuple[Assumption, ...]
    months: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class TargetWhatIf:
    """One target of next year with everything to move. :meth:`at` reads no record."""

    proposal: Proposal
    subject: Subject
    past: Past
    ahead: YearAhead
    starts: Starts
    organisation: Organisation
    fair: FairRule
    top: str

    @property
    def goal_range(self) -> tuple[float, float]:
        """From the easiest to the hardest goal worth asking about, in order of size."""
        low, _, high = self.ahead.interval(0.998)
        goals = [candidate.goal for candidate in self.proposal.candidates]
        promise = [] if self.subject.promise is None else [self.subject.promise]
        return min(low, *goals, *promise), max(high, *goals, *promise)

    @refusing()
    def at(
        self,
        *,
        goal: float,
        volume: float = 1.0,
        assumptions: Sequence[Assumption] = (),
        locked: Mapping[str, float] | None = None,
        fair: FairRule | None = None,
    ) -> Answer:
        """What this goal would mean, at once.

        Args:
            volume: times the cases that are forecast.
            locked: goals of units that stay as they are, by code.
            fair: another rule to share the goal out by.

        Raises:
            MetricError: the goal is looser than the public promise, an assumption is impossible, or the locked cells
                do not let the parts deliver the goal.
        """
        promise = self.subject.promise
        if promise is not None and looser(goal, promise, self.ahead.better):
            goal_text, least = (shown_goal(item, self.past.scale) for item in (goal, promise))
            raise MetricError(Fault("looser_than_promise", got=goal_text, allowed=least))
        effects = [Effect(item.measure, item.size, item.from_month) for item in assumptions]
        year = self.ahead.assuming(effects, volume=volume)
        low, middle, high = year.interval()
        parts = shared(
            self.starts,
            self.subject,
            self.past.scale,
            self.organisation,
            goal=goal,
            fair=fair or self.fair,
            locked=locked or {},
            top=self.top,
        )
        improvement = improvement_needed(year, goal) if self.proposal.improvement_unit else None
        return Answer(
            goal=goal,
            chance=year.chance(goal),
            unchanged=self.ahead.chance(goal),
            lower=low,
            median=middle,
            upper=high,
            cases=self.proposal.cases_in(year),
            improvement=improvement,
            decomposition=parts,
            volume=volume,
            assumptions=tuple(assumptions),
            months=self._months(goal),
        )

    def _months(self, goal: float) -> tuple[float, ...]:
        """An amount by month, in the shape of the simulated months, to a tenth; the plan to date is what is rounded.

        So no month is negative, and they come to the goal.
        """
        if self.ahead.kind != "amount":
            return ()
        shape = np.cumsum(self.ahead.total.mean(axis=0))
        to_date = [round(goal * float(part) / float(shape[-1]), 1) if shape[-1] > 0 else 0.0 for part in shape[:-1]]
        return tuple(round(after - before, 9) for before, after in itertools.pairwise((0.0, *to_date, goal)))

    @property
    def notes(self) -> tuple[Note, ...]:
        """What to know before a goal is set."""
        return self.proposal.notes
