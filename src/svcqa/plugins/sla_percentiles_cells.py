"""The cells of a summary as times: which group, which window, how long, ended or open, against which limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.entities.commitment import Commitment
from svcqa.metrics.contract import Context, Fact, Int64, Summary
from svcqa.metrics.grouping import Groups, group, sums, within
from svcqa.metrics.result import STATES
from svcqa.periods import Period
from svcqa.plugins.commitment_clock import ClockRule, limit_in_units
from svcqa.plugins.sla_percentiles_kernel import WHOLE, unpacked
from svcqa.plugins.sla_percentiles_params import PercentilesParams, clock_rule, counts_a_unit
from svcqa.stats.survival import Curves, kaplan_meier

Mask = npt.NDArray[np.bool_]
Float64 = npt.NDArray[np.float64]
_EXCLUDED, _NOT_APPLICABLE = STATES.index("excluded"), STATES.index("not_applicable")


@dataclass(frozen=True)
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
            self.group[chosen], self.time[chosen], self.ended[chosen], self.weight[chosen], self.groups
        )  # fmt: skip

    def since(self, moment: Int64) -> Sample:
        """Times counted from ``moment`` of each cell."""
        return Sample(self.group, self.time - moment, self.ended, self.weight, self.groups)

    @property
    def cases(self) -> Int64:
        """Cases of each group."""
        return self._count(np.ones(len(self.group), dtype=np.bool_))

    @property
    def open(self) -> Int64:
        """Cases of each group that have not ended."""
        return self._count(~self.ended)

    def _count(self, chosen: Mask) -> Int64:
        found = np.zeros(self.groups, dtype=np.int64)
        np.add.at(found, self.group[chosen], self.weight[chosen])
        return found


class Cells:
    """A summary read under its parameters."""

    def __init__(self, summary: Summary, params: PercentilesParams, context: Context) -> None:
        self.summary, self.params = summary, params
        self.groups: Groups = group(summary, context)
        self.rule = clock_rule(params)
        self.time, self.part = unpacked(summary.value, params)
        self.limit = _limits(summary, params, self.rule)
        labels = summary.labels["exclusion"]
        self.excluded: Mask = np.asarray([bool(label) for label in labels], dtype=np.bool_)[summary.codes["exclusion"]]

    @property
    def counts_a_unit(self) -> int:
        """Units of counting in one unit of the figures."""
        return counts_a_unit(self.params)

    def window(self, period: Period) -> Mask:
        """Cells of whole cases in the window, of any group."""
        found: Mask = within(self.summary, period.first, period.last) & (self.part == WHOLE)
        return found

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
        return Sample(self.groups.index[cells], time, ended, weight, len(self.groups)), cells

    def states(self, period: Period) -> Int64:
        """Cases by state, ``(groups, states)``, as compliance counts them."""
        summary = self.summary
        due, kept = summary.follow_up >= self.limit, self.time <= self.limit
        state = np.full(len(summary), STATES.index("breached"), dtype=np.int8)
        closed, still_open = summary.fact == Fact.CLOSED, summary.fact == Fact.OPEN
        state[closed & kept & due] = STATES.index("met")
        state[closed & kept & ~due] = STATES.index("met_not_due")
        state[still_open & due] = STATES.index("open_overdue")
        state[still_open & ~due] = STATES.index("open_not_due")
        state[self.excluded] = _EXCLUDED
        state[summary.fact == Fact.NOT_APPLICABLE] = _NOT_APPLICABLE
        return sums(self.window(period), self.groups, state, len(STATES), summary.weight)

    def reasons(self, period: Period) -> list[dict[str, int]]:
        """Excluded cases by reason, of every group."""
        labels = self.summary.labels["exclusion"]
        mask = self.window(period) & self.excluded & (self.summary.fact != Fact.NOT_APPLICABLE)
        counted = sums(mask, self.groups, self.summary.codes["exclusion"], len(labels), self.summary.weight)
        return [{r: int(n) for r, n in sorted(zip(labels, row, strict=True)) if n and r} for row in counted]

    def total(self, period: Period) -> Int64:
        """All cases of every group, counted or not."""
        zeros = np.zeros(len(self.summary), dtype=np.int8)
        return sums(self.window(period), self.groups, zeros, 1, self.summary.weight)[:, 0]


def limit_keys(commitment: Commitment) -> tuple[str, ...]:
    """The columns that decide which limit a case has: the summary keeps them apart."""
    return tuple(dict.fromkeys(name for case in commitment.limits for name, _ in case.where))


def _limits(summary: Summary, params: PercentilesParams, rule: ClockRule) -> Int64:
    """The limit of each cell; one that is tried moves all of them by the same amount."""
    asked = limit_in_units(rule, params.limit)
    limits = np.full(len(summary), asked, dtype=np.int64)
    for case in reversed(params.promise.limits):
        fits = np.ones(len(summary), dtype=np.bool_)
        for name, allowed in case.where:
            known = np.asarray([label in allowed for label in summary.labels[name]], dtype=np.bool_)
            fits &= known[summary.codes[name]]
        limits[fits] = limit_in_units(rule, case.limit) + asked - limit_in_units(rule)
    return limits
