"""Availability: the share of customer-time, or of post-time, without an interruption.

Interruptions are cut at midnight, so that each day, month and year gets its own part; one that still goes on counts up
to ``as_of``. Customers hit together cluster in incidents, so the interval comes from incidents, not from customers.
"""

# Over 300 lines: one kernel with the figures that follow from it.

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt
from pydantic import Field

from svcqa.clock.calendar import SECONDS_A_DAY
from svcqa.entities.base import Entity, Text
from svcqa.entities.rules import Availability, Staffed, Uninterrupted
from svcqa.metrics.abilities import HasKeys, MeasuresCommitments, TakesGoal
from svcqa.metrics.base import (
    COUNTED_KIND,
    Amount,
    Base,
    MonthlyCounts,
    Posts,
    base_seconds,
    base_units,
    first_day_of_months,
)
from svcqa.metrics.commitments import (
    CommitmentParams,
    by_reason,
    cycle_windows,
    flags_of,
    goal_of,
    held_against_goal,
    is_excluded,
)
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.contract import MATURE, NULL, Batch, Derive, Fact, Int64, Observations, Summary
from svcqa.metrics.examples import Example
from svcqa.metrics.grouping import Groups, code_columns, group, rows, shown_units, within
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.states import State
from svcqa.periods import Period
from svcqa.plugins.availability.examples import EXAMPLES
from svcqa.plugins.availability.query import BASE, WHOLE, gaps, interruptions
from svcqa.stats.bootstrap import poisson_total

FEWEST_INCIDENTS: Final = 5


class AvailabilityParams(CommitmentParams):
    """Which commitment; ``resamples`` and ``seed`` are the bootstrap's."""

    resamples: int = Field(default=2000, ge=100)
    seed: int = 1

    @property
    def staffing(self) -> Staffed | None:
        """The commitment's rule as one of posts, where it is not of customers."""
        return self.commitment.rule_as(Uninterrupted).staffing


class AvailabilityMetric(HasKeys[AvailabilityParams], MeasuresCommitments, TakesGoal):
    """The share of customer-time (or post-time) that was not interrupted, with a bootstrap over incidents."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="availability",
        label=Text(hans="可用率", hant="可用率", en="Availability"),
        unit="share",
        better="higher",
        formula=Text(
            hans="1 − Σ（受影响户数×中断时间）÷（有效户数×时间）；值守：1 − 无人值守时间÷（岗位数×时间）",
            hant="1 − Σ（受影響戶數×中斷時間）÷（有效戶數×時間）；值守：1 − 無人值守時間÷（崗位數×時間）",
            en="1 − Σ(customers hit × time) ÷ (valid customers × time); staffing: 1 − time unstaffed ÷ (posts × time)",
        ),
        reference="interval: Poisson bootstrap over incidents, Hanley and MacGibbon (2006) "
        "Computer Methods and Programs in Biomedicine 83, 57–62",
    )
    params: ClassVar[type[Entity]] = AvailabilityParams

    def table(self, params: AvailabilityParams) -> str:
        """The commitment's table."""
        return params.commitment.table

    def columns(self, params: AvailabilityParams) -> tuple[str, ...]:
        """What ``derive`` makes."""
        return ("started", "stopped", "hit", "excluded")

    def keys(self, params: AvailabilityParams) -> tuple[str, ...]:
        """Incidents are kept apart, and the counts that they are held against."""
        return ("part", "incident", COUNTED_KIND)

    def derive(self, params: AvailabilityParams, context: Context) -> Derive:
        """Each incident once, and the counts of customers by month."""
        extra = code_columns(context.by)
        if params.staffing is not None:
            return Derive(gaps(params.commitment, params.staffing, extra, context))
        customers = params.commitment.rule_as(Availability)
        return Derive(interruptions(params.commitment, customers, extra), ("customer_counts",))

    def observe(self, batch: Batch, params: AvailabilityParams, context: Context) -> Observations:
        """The customer-seconds of each incident on each day; the counts as they are."""
        start, stop = batch.moments("started"), batch.moments("stopped")
        part, labels = batch.codes("part")
        is_base = np.asarray([label == BASE for label in labels], dtype=np.bool_)[part]
        begun = np.flatnonzero(~is_base & (start <= context.as_of_seconds))
        incidents = _by_day(start[begun], stop[begun], batch.integers("hit")[begun], context.as_of_seconds)
        counts = np.flatnonzero(is_base)
        zeros = np.zeros(len(counts), dtype=np.int64)
        excluded, reasons = batch.codes("excluded")
        source = np.concatenate([begun[incidents.row], counts])
        return Observations(
            day=np.concatenate([incidents.day, first_day_of_months(start[counts], context)]),
            fact=np.concatenate([incidents.fact, zeros.astype(np.int8) + np.int8(Fact.CLOSED)]),
            value=np.concatenate([incidents.value, batch.integers("hit")[counts]]),
            follow_up=np.concatenate([np.where(incidents.fact == Fact.OPEN, 0, MATURE), zeros + MATURE]),
            exclusion=(excluded[source], reasons),
            rows=source,
            complete=len(begun) + len(counts) == batch.rows,
        )

    def measure(self, summary: Summary, params: AvailabilityParams, context: Context) -> Result:
        """Availability by everything in ``context.by``."""
        interruptions = _Interruptions(summary, params, context)
        periods = cycle_windows(context, params.commitment)
        figures = []
        for group_index, number, lead in rows(
            interruptions.groups, periods, metric=self.spec.name, indicator=params.commitment.key
        ):
            figure = interruptions.figure(replace(lead, measure=self.spec.name), group_index, periods[number])
            if figure is not None:
                figures.append(figure)
        return Result(tuple(figures), keys=code_columns(context.by), about={"commitment": params.commitment.key})

    def examples(self) -> tuple[Example, ...]:
        """Stoppages across midnight and month's end, an emergency excepted; a post unstaffed."""
        return EXAMPLES


@dataclass(frozen=True)
class _Days:
    """Parts of incidents, one a day."""

    row: Int64
    day: Int64
    value: Int64
    fact: npt.NDArray[np.int8]


def _by_day(start: Int64, stop: Int64, hit: Int64, as_of: int) -> _Days:
    """Incidents cut at midnight: customers hit × seconds on each day, up to ``as_of``."""
    still_on = (stop == NULL) | (stop > as_of)
    end = np.where(still_on, as_of, np.maximum(stop, start))
    first, last = start // SECONDS_A_DAY, np.maximum(end - 1, start) // SECONDS_A_DAY
    days = last - first + 1
    row = np.repeat(np.arange(len(start)), days)
    day = np.arange(len(row)) - np.repeat(np.cumsum(days) - days, days) + first[row]
    begin = np.maximum(start[row], day * SECONDS_A_DAY)
    seconds = np.maximum(np.minimum(end[row], (day + 1) * SECONDS_A_DAY) - begin, 0)
    known = hit[row] != NULL
    fact = np.where(still_on[row], Fact.OPEN, Fact.CLOSED)
    fact = np.where(known, fact, Fact.NOT_APPLICABLE).astype(np.int8)
    return _Days(row, day, np.where(known, seconds * np.where(known, hit[row], 0), 0), fact)


class _Interruptions:
    """The cells of a summary as incidents and the base they are held against."""

    def __init__(self, summary: Summary, params: AvailabilityParams, context: Context) -> None:
        self.params, self.context = params, context
        is_base = _is(summary, BASE)
        self.base: Base = (
            Posts(dict(params.staffing.posts), context)
            if params.staffing is not None
            else MonthlyCounts(summary, is_base, context)
        )
        self.cells, self.unplaced = _placed(summary.where(~is_base), self.base, context)
        self.excluded, self.is_whole = is_excluded(self.cells), _is(self.cells, WHOLE)
        self.reasons = self.cells.labels["exclusion"]
        groups: Groups = group(self.cells, context)
        further = () if code_columns(context.by) else shown_units(self.base.units, context, recorded=groups.units)
        self.groups = groups.with_units(further)

    def figure(self, lead: Figure, group_index: int, period: Period) -> Figure | None:
        """One row; nothing where neither an incident nor a base is known."""
        counted = self._incidents(group_index, period.first, period.last)
        base = self._base(group_index, period.first, period.end)
        if not counted.total and (base is None or not base.value):
            return None
        staffed, nowhere = self.params.staffing is not None, self._has_unplaced(group_index, period)
        whole = self._incidents(group_index, period.first, period.last, whole=True) if staffed else counted
        lost = int(counted.sizes.sum())
        amount = base.value if base is not None else 0
        level, params = self.context.level, self.params
        lower, upper, method = None, None, f"none (fewer than {FEWEST_INCIDENTS} incidents)"
        if amount and len(counted.sizes) >= FEWEST_INCIDENTS:
            low, high = poisson_total(counted.sizes, level=level, resamples=params.resamples, seed=params.seed)
            lower, upper = 1 - high / amount, 1 - low / amount
            method = f"Poisson bootstrap {level:.0%}, {params.resamples} resamples, seed {params.seed}"
        needed = self._needed(group_index, period)
        row = replace(
            lead,
            value=(amount - lost) / amount if amount else None,
            lower=lower,
            upper=upper,
            n=len(counted.sizes),
            numerator=amount - lost,
            base=amount,
            base_unit="post_second" if staffed else "customer_second",
            states=counted.states,
            total=counted.total,
            excluded_by=counted.excluded_by,
            value_without_exclusions=(amount - whole.lost_plainly) / amount if amount else None,
            n_without_exclusions=whole.plain_n,
            needed=needed,
            method=method,
            flags=flags_of(
                params,
                self.context,
                period,
                base_carried=base is not None and base.carried,
                base_missing=not amount and not nowhere,
                without_posts=nowhere,
            ),
        )
        recoverable = needed is not None and needed <= 1
        return held_against_goal(row, params, self.context, period, recoverable=recoverable)

    def _has_unplaced(self, group_index: int, period: Period) -> bool:
        mine = self.unplaced & (self.groups.index == group_index)
        return bool((mine & within(self.cells, period.first, period.last)).any())

    def _incidents(self, group_index: int, first: dt.date, last: dt.date, *, whole: bool = False) -> _Counted:
        cells = self.cells
        chosen = (self.groups.index == group_index) & (self.is_whole == whole)
        mine = np.flatnonzero(chosen & within(cells, first, last))
        incident, position = np.unique(cells.codes["incident"][mine], return_inverse=True)
        size = np.zeros(len(incident), dtype=np.int64)
        np.add.at(size, position, cells.value[mine] * cells.weight[mine])
        fact, left_out, reason = (np.zeros(len(incident), dtype=np.int64) for _ in range(3))
        fact[position], left_out[position] = cells.fact[mine], self.excluded[mine]
        reason[position] = cells.codes["exclusion"][mine]
        return _Counted(size, fact, left_out == 1, reason=reason, reasons=self.reasons)

    def _base(self, group_index: int, first: dt.date, end: dt.datetime, *, clipped: bool = True) -> Amount | None:
        until = min(end, self.context.as_of) if clipped else end
        return base_seconds(self.base, self.groups.units[group_index], first=first, end=until, context=self.context)

    def _needed(self, group_index: int, period: Period) -> float | None:
        """The availability that the rest of the year must have for the year to come to the goal."""
        goal = goal_of(self.params, period)
        year = self.context.period_rule.year_of(period)
        whole = self._base(group_index, year.first, year.end, clipped=False)
        so_far = self._base(group_index, year.first, period.end)
        if goal is None or whole is None or so_far is None or whole.value <= so_far.value:
            return None
        lost = int(self._incidents(group_index, year.first, period.last).sizes.sum())
        allowed = (1 - goal) * whole.value - lost
        return 1 - allowed / (whole.value - so_far.value) if allowed < whole.value - so_far.value else 0.0


def _is(summary: Summary, part: str) -> npt.NDArray[np.bool_]:
    """Which cells are of one part."""
    named = np.asarray([label == part for label in summary.labels["part"]], dtype=np.bool_)
    mask: npt.NDArray[np.bool_] = named[summary.codes["part"]]
    return mask


def _placed(cells: Summary, base: Base, context: Context) -> tuple[Summary, npt.NDArray[np.bool_]]:
    """Gaps at a unit that has no post, nor any above or below it, as not applicable, and which these are."""
    posts = isinstance(base, Posts)
    nowhere = [posts and not base_units(base, unit, context) for unit in cells.labels["unit"]]
    without: npt.NDArray[np.bool_] = np.asarray(nowhere, dtype=np.bool_)[cells.codes["unit"]]
    fact = np.where(without, Fact.NOT_APPLICABLE, cells.fact).astype(np.int8)
    return replace(cells, fact=fact, value=np.where(without, 0, cells.value)), without


class _Counted:
    """Incidents of one group and window: sizes of those that count, states of all."""

    def __init__(
        self, size: Int64, fact: Int64, excluded: npt.NDArray[np.bool_], *, reason: Int64, reasons: tuple[str, ...]
    ) -> None:
        unknown = fact == Fact.NOT_APPLICABLE
        left_out = excluded & ~unknown
        counts = ~unknown & ~excluded
        self.sizes = size[counts]
        self.lost_plainly, self.plain_n = int(size[~unknown].sum()), int((~unknown).sum())
        self.excluded_by = by_reason(reasons, np.bincount(reason[left_out], minlength=len(reasons)).tolist())
        self.states = {
            State.MET: 0,
            State.BREACHED: int((counts & (fact == Fact.CLOSED)).sum()),
            State.OPEN_OVERDUE: int((counts & (fact == Fact.OPEN)).sum()),
            State.OPEN_NOT_DUE: 0,
            State.MET_NOT_DUE: 0,
            State.EXCLUDED: int(left_out.sum()),
            State.NOT_APPLICABLE: int(unknown.sum()),
        }
        self.total = len(size)
