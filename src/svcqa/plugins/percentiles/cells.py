"""The cells of a summary as times: which group, which window, how long, ended or open, against which limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.metrics.commitments import by_reason, is_excluded
from svcqa.metrics.context import Context
from svcqa.metrics.contract import Fact, Int64, Summary
from svcqa.metrics.grouping import Groups, group, sums, within
from svcqa.metrics.states import State
from svcqa.periods import Period
from svcqa.plugins.percentiles.kernel import WHOLE, unpacked
from svcqa.plugins.percentiles.params import PercentilesParams, clock_rule, counts_a_unit
from svcqa.stats.survival import Curves, kaplan_meier

Mask = npt.NDArray[np.bool_]
Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Times of some cells, in the unit of counting; ``inf`` for cases that ended without the service."""

    group: Int64
    time: Int64 | Float64
    ended: Mask
    weight: Int64
    groups: int

    def curves(self) -> Curves:
        """The curve of each group."""
        return kaplan_meier(self.group, self.time, self.ended, self.weight, groups=self.groups)

    def only(self, chosen: Mask) -> Sample:
        """Some of it."""
        return Sample(
            group=self.group[chosen],
            time=self.time[chosen],
            ended=self.ended[chosen],
            weight=self.weight[chosen],
            groups=self.groups,
        )

    def since(self, moment: Int64) -> Sample:
        """Times counted from ``moment`` of each cell."""
        return Sample(
            group=self.group, time=self.time - moment, ended=self.ended, weight=self.weight, groups=self.groups
        )

    @property
    def cases(self) -> Int64:
        """Cases of each group."""
        return self._count(np.ones(len(self.group), dtype=np.bool_))

    @property
    def open(self) -> Int64:
        """Cases of each group that have not ended."""
        return self._count(~self.ended)

    def _count(self, chosen: Mask) -> Int64:
        counts = np.zeros(self.groups, dtype=np.int64)
        np.add.at(counts, self.group[chosen], self.weight[chosen])
        return counts


class Cells:
    """A summary read under its parameters."""

    def __init__(self, summary: Summary, params: PercentilesParams, context: Context) -> None:
        self.summary, self.params = summary, params
        self.groups: Groups = group(summary, context)
        self.rule = clock_rule(params)
        self.time, self.part, promised = unpacked(summary.value, params)
        # One that is tried moves the limits of all cases by the same amount.
        self.limit = promised + self.rule.in_units(params.limit) - self.rule.in_units()
        self.excluded: Mask = is_excluded(summary)

    @property
    def counts_a_unit(self) -> int:
        """Units of counting in one unit of the figures."""
        return counts_a_unit(self.params)

    def window(self, period: Period) -> Mask:
        """Cells of whole cases in the window, of any group."""
        mask: Mask = within(self.summary, period.first, period.last) & (self.part == WHOLE)
        return mask

    def sample(self, period: Period, part: int = WHOLE) -> tuple[Sample, Int64]:
        """The counted times of one part in one window, and the cells they come from."""
        fact = self.summary.fact
        chosen: Mask = within(self.summary, period.first, period.last) & (self.part == part) & (self.groups.index >= 0)
        cells = np.flatnonzero(chosen & ~self.excluded & (fact != Fact.NOT_APPLICABLE))
        time: Int64 | Float64 = self.time[cells]
        never = fact[cells] == Fact.FAILED
        if never.any():
            time = np.where(never, np.inf, time)
        weight = self.summary.weight[cells]
        ended: Mask = fact[cells] == Fact.CLOSED
        return Sample(
            group=self.groups.index[cells], time=time, ended=ended, weight=weight, groups=len(self.groups)
        ), cells

    def states(self, period: Period) -> Int64:
        """Cases by state, ``(groups, states)``, as compliance counts them."""
        summary = self.summary
        due, within_limit = summary.follow_up >= self.limit, self.time <= self.limit
        state = np.full(len(summary), State.BREACHED, dtype=np.int8)
        closed, still_open = summary.fact == Fact.CLOSED, summary.fact == Fact.OPEN
        state[closed & within_limit & due] = State.MET
        state[closed & within_limit & ~due] = State.MET_NOT_DUE
        state[still_open & due] = State.OPEN_OVERDUE
        state[still_open & ~due] = State.OPEN_NOT_DUE
        state[self.excluded] = State.EXCLUDED
        state[summary.fact == Fact.NOT_APPLICABLE] = State.NOT_APPLICABLE
        return sums(self.window(period), self.groups, classes=state, class_count=len(State), weight=summary.weight)

    def reasons(self, period: Period) -> list[dict[str, int]]:
        """Excluded cases by reason, of every group."""
        labels = self.summary.labels["exclusion"]
        mask = self.window(period) & self.excluded & (self.summary.fact != Fact.NOT_APPLICABLE)
        counted = sums(
            mask,
            self.groups,
            classes=self.summary.codes["exclusion"],
            class_count=len(labels),
            weight=self.summary.weight,
        )
        return [by_reason(labels, row) for row in counted]

    def total(self, period: Period) -> Int64:
        """All cases of every group, counted or not."""
        zeros = np.zeros(len(self.summary), dtype=np.int8)
        return sums(self.window(period), self.groups, classes=zeros, class_count=1, weight=self.summary.weight)[:, 0]
