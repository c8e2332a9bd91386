"""Bases for the common shapes of a metric: an author adds what makes a case good, in a kernel of three lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from svcqa.clock.calendar import SECONDS_A_DAY
from svcqa.entities.base import Entity, Share
from svcqa.metrics.abilities import HasStates, TakesGoal
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.contract import MATURE, NULL, Batch, Codes, Derive, Fact, Int64, Observations, Summary
from svcqa.metrics.examples import Example
from svcqa.metrics.grouping import code_columns, group, rows, sums, windows, within, year_ahead
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.states import State, counted_states
from svcqa.metrics.verdict import judged, needed_share
from svcqa.stats.proportions import wilson

__all__ = ["SECONDS_A_DAY", "ShareMetric", "ShareParams", "shares"]

Mask = npt.NDArray[np.bool_]
_STATE_OF: Final = {
    Fact.CLOSED: State.MET,
    Fact.FAILED: State.BREACHED,
    Fact.OPEN: State.NOT_DETERMINABLE,
    Fact.NOT_APPLICABLE: State.NOT_APPLICABLE,
}


class ShareParams(Entity):
    """Parameters of a share: the goal it is held against."""

    goal: Share | None = None


def shares(
    context: Context,
    received: Int64,
    *,
    good: Mask,
    decided_at: Int64 | None = None,
    applies: Mask | None = None,
    exclusion: Codes | None = None,
    value: Int64 | None = None,
) -> Observations:
    """What the kernel of a share gives: one observation a record that came in by ``as_of``.

    Args:
        received: when each record came in; its day places the case in a period.
        good: which cases count in the numerator, looking at nothing later than ``decided_at`` and ``as_of``.
        decided_at: when it is settled whether a case is good; at once where absent. Before that moment the case counts
            neither as good nor as bad, whatever has happened so far: counting early news would flatter fresh months.
        applies: cases that the share is about; all where absent.
        exclusion: index and labels of the reason for which a case is left out; the label ``""`` means it is not.
        value: how far each good case got, for the ``further`` shares of the metric.
    """
    as_of = context.as_of_seconds
    fact = np.where(good, Fact.CLOSED, Fact.FAILED).astype(np.int8)
    if decided_at is not None:
        fact[decided_at > as_of] = Fact.OPEN
    if applies is not None:
        fact[~applies] = Fact.NOT_APPLICABLE
    come_in = received <= as_of
    chosen = np.flatnonzero(come_in & (received != NULL))
    zeros = np.zeros(len(chosen), dtype=np.int64)
    values = zeros if value is None else value[chosen]
    left_out = None if exclusion is None else (exclusion[0][chosen], exclusion[1])
    return Observations(
        day=received[chosen] // SECONDS_A_DAY,
        fact=fact[chosen],
        value=values,
        follow_up=zeros + MATURE,
        exclusion=left_out,
        rows=chosen,
        complete=bool(come_in.all()),
    )


class ShareMetric(HasStates[Any], TakesGoal):
    """A share of cases with Wilson's interval, every state a case can be in, and the verdict on its goal.

    A subclass sets ``spec``, ``source``, ``reads`` (and ``params``, if it has some of its own), writes ``observe`` with
    :func:`shares`, and gives ``examples``.
    """

    spec: ClassVar[MetricSpec]
    params: ClassVar[type[Entity]] = ShareParams
    source: ClassVar[str] = "work_orders"
    """The table it reads."""
    reads: ClassVar[tuple[str, ...]]
    """The columns its kernel reads."""
    further: ClassVar[Mapping[str, int]] = {}
    """Further shares of the same cases, each a measure of its own without a goal: the value that a good case must at
    least have to be good for it."""

    def table(self, params: Any) -> str:
        """The table it reads."""
        return self.source

    def columns(self, params: Any) -> tuple[str, ...]:
        """The columns its kernel reads."""
        return self.reads

    def derive(self, params: Any, context: Context) -> Derive | None:
        """Nothing to join."""
        return None

    def observe(self, batch: Batch, params: Any, context: Context) -> Observations:
        """What makes a case good."""
        raise NotImplementedError

    def examples(self) -> tuple[Example, ...]:
        """None yet: the conformance kit asks for some."""
        return ()

    def states(self, observed: Observations | Summary, params: Any) -> npt.NDArray[np.int8]:
        """The state of each observation or cell, as a ``State``."""
        state = np.asarray([_STATE_OF[fact] for fact in Fact], dtype=np.int8)[observed.fact]
        codes, labels = _exclusions(observed)
        excluded = np.asarray([bool(label) for label in labels], dtype=np.bool_)[codes]
        state[excluded & (state != State.NOT_APPLICABLE)] = State.EXCLUDED
        return state

    def measure(self, summary: Summary, params: Any, context: Context) -> Result:
        """Shares by everything in ``context.by``; further shares come after the metric's own."""
        state = self.states(summary, params)
        figures = self._shares(summary, params, context=context, state=state, measure=self.spec.name)
        for name, least in self.further.items():
            reduced = np.where((state == State.MET) & (summary.value < least), State.BREACHED, state).astype(np.int8)
            figures += self._shares(summary, None, context=context, state=reduced, measure=name)
        return Result(tuple(figures), keys=code_columns(context.by))

    def _shares(
        self, summary: Summary, params: Any, *, context: Context, state: npt.NDArray[np.int8], measure: str
    ) -> list[Figure]:
        groups, periods = group(summary, context), windows(context)

        def counted(mask: Mask) -> Int64:
            return sums(mask, groups, classes=state, class_count=len(State), weight=summary.weight)

        def judged(mask: Mask) -> Int64:
            counts = counted(mask)
            return np.stack([counts[:, State.MET], counts[:, State.MET] + counts[:, State.BREACHED]], axis=1)

        _, reasons = _exclusions(summary)
        counts = [counted(within(summary, p.first, p.last)) for p in periods]
        excluded = [
            sums(
                within(summary, p.first, p.last) & (state == State.EXCLUDED),
                groups,
                classes=summary.codes["exclusion"],
                class_count=len(reasons),
                weight=summary.weight,
            )
            for p in periods
        ]
        ahead = [year_ahead(summary, context, p, judged) for p in periods]
        figures = []
        for group_index, number, lead in rows(groups, periods, metric=self.spec.name, indicator=self.spec.name):
            if counts[number][group_index].sum():
                named = {
                    r: int(n) for r, n in sorted(zip(reasons, excluded[number][group_index], strict=True)) if n and r
                }
                flags = ("partial",) if context.as_of < periods[number].end else ()
                row = replace(lead, measure=measure, excluded_by=named, flags=flags)
                figures.append(
                    _share(row, params, context, counts=counts[number][group_index], ahead=ahead[number][group_index])
                )
        return figures


def _share(row: Figure, params: Any, context: Context, *, counts: Sequence[int], ahead: tuple[int, int, int]) -> Figure:
    good, n = int(counts[State.MET]), int(counts[State.MET] + counts[State.BREACHED])
    low, high = wilson(good, n, level=context.level)
    lower, upper = (float(low), float(high)) if n else (None, None)
    goal = None if params is None else params.goal
    so_far, so_far_n, rest_n = ahead
    filled = replace(
        row,
        value=good / n if n else None,
        lower=lower,
        upper=upper,
        n=n,
        numerator=good,
        states=counted_states(counts),
        total=int(sum(int(count) for count in counts)),
        goal=goal,
        needed=None if goal is None else needed_share(goal=goal, met=so_far, n=so_far_n, rest_n=rest_n),
        rest_n=rest_n,
        method=f"Wilson {context.level:.0%}" if n else "none (no case)",
    )
    return judged(filled, zero_tolerance=goal == 1.0)


def _exclusions(observed: Observations | Summary) -> Codes:
    if isinstance(observed, Summary):
        return observed.codes["exclusion"], observed.labels["exclusion"]
    return observed.exclusion or (np.zeros(len(observed.day), dtype=np.int32), ("",))
