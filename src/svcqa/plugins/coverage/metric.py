"""Coverage: of all households, how many were served in the cycle; those visited and those entered apart.

Each household counts once a cycle, with its first visit. Counting nobody-home as served flatters safety, so the share
that was entered always stands beside it. All households are counted, none is sampled: there is no interval.
"""

# Over 300 lines: one kernel with the figures that follow from it.

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np

from svcqa.clock.calendar import SECONDS_A_DAY
from svcqa.entities.base import Entity, Text
from svcqa.entities.rules import Coverage
from svcqa.metrics.abilities import HasKeys, MeasuresCommitments, TakesGoal
from svcqa.metrics.base import COUNTED_KIND, KIND_OF_COUNT, MonthlyCounts, base_units, first_day_of_months
from svcqa.metrics.commitments import (
    CommitmentParams,
    by_reason,
    cycle_windows,
    flags_of,
    goal_of,
    held_against_goal,
)
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.contract import MATURE, Batch, Derive, Fact, Observations, Summary
from svcqa.metrics.examples import Example
from svcqa.metrics.grouping import code_columns, group, rows, shown_units, within
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.sql import code, column, cycle_number, exclusion_reason, moment, quoted
from svcqa.metrics.sql import matches as matching
from svcqa.metrics.states import State
from svcqa.periods import Period, PeriodKind
from svcqa.plugins.coverage.examples import EXAMPLES

_VISITED, _ENTERED, _EXCLUDED, _UNKNOWN, _BASE = _PARTS = ("visited", "entered", "excluded", "unknown", "base")
METHOD: Final = "none (census)"


class CoverageParams(CommitmentParams):
    """Which commitment."""

    @property
    def rule(self) -> Coverage:
        """The commitment's rule."""
        return self.commitment.rule_as(Coverage)


class CoverageMetric(HasKeys[CoverageParams], MeasuresCommitments, TakesGoal):
    """The share of households visited in the cycle, and of those entered."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="coverage",
        label=Text(hans="覆盖率", hant="覆蓋率", en="Coverage"),
        unit="share",
        better="higher",
        formula=Text(
            hans="周期内到访（含上门无人）户数÷有效户数；入户率另列。每户每周期只计一次",
            hant="週期內到訪（含上門無人）戶數÷有效戶數；入戶率另列。每戶每週期只計一次",
            en="households visited in the cycle (nobody home included) ÷ valid households; those entered apart; "
            "each household once a cycle",
        ),
        reference="a census: no interval",
    )
    params: ClassVar[type[Entity]] = CoverageParams

    def table(self, params: CoverageParams) -> str:
        """The commitment's table."""
        return params.commitment.table

    def columns(self, params: CoverageParams) -> tuple[str, ...]:
        """What ``derive`` makes."""
        return ("visited_on", "households", "excluded")

    def keys(self, params: CoverageParams) -> tuple[str, ...]:
        """Visits, entries, exclusions and counts are kept apart."""
        return ("part", COUNTED_KIND)

    def derive(self, params: CoverageParams, context: Context) -> Derive:
        """The first visit and the first entry of each household in each cycle, and the counts of households."""
        return Derive(_first_in_cycle(params, context), ("customer_counts",))

    def observe(self, batch: Batch, params: CoverageParams, context: Context) -> Observations:
        """One observation for each first visit, first entry, household excluded, count."""
        at, (part, labels) = batch.moments("visited_on"), batch.codes("part")
        kind = np.asarray([_PARTS.index(label) if label in _PARTS else -1 for label in labels], dtype=np.int64)[part]
        is_base = kind == _PARTS.index(_BASE)
        seen = np.flatnonzero(is_base | (at <= context.as_of_seconds))
        day = at[seen] // SECONDS_A_DAY
        day[is_base[seen]] = first_day_of_months(at[seen][is_base[seen]], context)
        unknown = kind[seen] == _PARTS.index(_UNKNOWN)
        zeros = np.zeros(len(seen), dtype=np.int64)
        excluded, reasons = batch.codes("excluded")
        return Observations(
            day=day,
            fact=np.where(unknown, Fact.NOT_APPLICABLE, Fact.CLOSED).astype(np.int8),
            value=np.where(is_base[seen], batch.integers("households")[seen], zeros),
            follow_up=zeros + MATURE,
            exclusion=(excluded[seen], reasons),
            rows=seen,
            complete=len(seen) == batch.rows,
        )

    def measure(self, summary: Summary, params: CoverageParams, context: Context) -> Result:
        """Households visited and entered by everything in ``context.by``."""
        households = _Households(summary, params, context)
        periods = cycle_windows(context, params.commitment)
        figures: list[Figure] = []
        for group_index, number, lead in rows(
            households.groups, periods, metric=self.spec.name, indicator=params.commitment.key
        ):
            figures.extend(households.figures(lead, group_index, periods[number]))
        return Result(tuple(figures), keys=code_columns(context.by), about={"commitment": params.commitment.key})

    def examples(self) -> tuple[Example, ...]:
        """A quarter with nobody home, a second visit, a household excepted; the same quarter half-way."""
        return EXAMPLES


def _first_in_cycle(params: CoverageParams, context: Context) -> str:
    rule, commitment = params.rule, params.commitment
    extra = code_columns(context.by)
    more, nothing = ("".join(f", {text}" for text in texts) for texts in (map(column, extra), ["NULL"] * len(extra)))
    at, outcome = column(rule.moment), code(rule.outcome)
    visited, entered = (", ".join(map(quoted, outcomes)) for outcomes in (rule.visited, rule.entered))
    reason = exclusion_reason(commitment)
    same = "PARTITION BY household, cycle"
    order = "ORDER BY visited_on, unit, outcome"
    select = (
        f"SELECT unit, visited_on, {{excluded}} AS excluded, 1 AS households, '' AS {COUNTED_KIND}{more} "
        "FROM ranked "
        "WHERE household <> '' AND"
    )
    return (
        f"WITH visits AS (SELECT {code('unit')} AS unit, {code(rule.who)} AS household, {at} AS visited_on, "
        f"{outcome} AS outcome, {cycle_number(at, commitment.cycle_kind, context.period_rule)} AS cycle, "
        f"{reason} AS excluded, "
        f"CASE WHEN {outcome} IN ({visited}) AND {reason} = '' THEN 1 ELSE 0 END AS visit, "
        f"CASE WHEN {outcome} IN ({entered}) AND {reason} = '' THEN 1 ELSE 0 END AS entry{more} "
        f"FROM records WHERE {matching(commitment.where)} AND {at} <= {moment(context.as_of)}), "
        f"ranked AS (SELECT visits.*, MAX(visit) OVER ({same}) AS ever, "
        f"ROW_NUMBER() OVER ({same}, visit {order}) AS nth_visit, "
        f"ROW_NUMBER() OVER ({same}, entry {order}) AS nth_entry, "
        f"ROW_NUMBER() OVER ({same}, CASE WHEN excluded = '' THEN 0 ELSE 1 END {order}) AS nth_excluded FROM visits) "
        + " UNION ALL ".join(
            f"SELECT '{part}' AS part, chosen.* FROM ({select.format(excluded=shown)} {condition}) AS chosen"
            for part, shown, condition in (
                (_VISITED, "''", "visit = 1 AND nth_visit = 1"),
                (_ENTERED, "''", "entry = 1 AND nth_entry = 1"),
                (_EXCLUDED, "excluded", "ever = 0 AND excluded <> '' AND nth_excluded = 1"),
            )
        )
        + f" UNION ALL SELECT '{_UNKNOWN}', unit, visited_on, '', 1, ''{more} FROM visits WHERE household = ''"
        f" UNION ALL SELECT '{_BASE}', {code('unit')}, month, '', {rule.valid}, {KIND_OF_COUNT}{nothing} "
        "FROM customer_counts"
        f" WHERE {rule.valid} IS NOT NULL"
    )


@dataclass(kw_only=True)
class _Tally:
    """Households of one group and window."""

    visited: int = 0
    entered: int = 0
    households: int = 0
    """All that were to be served, those excluded among them."""
    missed: int = 0
    waiting: int = 0
    excluded: int = 0
    unknown: int = 0
    carried: bool = False
    above: bool = False


class _Households:
    def __init__(self, summary: Summary, params: CoverageParams, context: Context) -> None:
        self.params, self.context = params, context
        # the last day of which anything has passed: at midnight that is the day before
        self.seen = (context.as_of - dt.timedelta(seconds=1)).date()
        part = np.asarray([_PARTS.index(label) if label in _PARTS else -1 for label in summary.labels["part"]])
        kind = part[summary.codes["part"]] if len(part) else np.zeros(0, dtype=np.int64)
        self.base = MonthlyCounts(summary, kind == _PARTS.index(_BASE), context)
        chosen = kind != _PARTS.index(_BASE)
        self.cells, self.kind = summary.where(chosen), kind[chosen]
        groups = group(self.cells, context)
        further = () if code_columns(context.by) else shown_units(self.base.units, context, recorded=groups.units)
        self.groups = groups.with_units(further)

    def figures(self, lead: Figure, group_index: int, period: Period) -> Iterator[Figure]:
        """The rows of one group and window, visited first."""
        tally = self._tally(group_index, period)
        n = tally.households - tally.excluded
        if not tally.households and not tally.visited and not tally.unknown:
            return
        params, context = self.params, self.context
        needed = self._needed(group_index, period)
        flags = flags_of(
            params,
            context,
            period,
            base_carried=tally.carried,
            base_missing=not tally.households,
            above_base=tally.above,
        )
        states = {
            State.MET: tally.visited,
            State.BREACHED: tally.missed,
            State.OPEN_OVERDUE: 0,
            State.OPEN_NOT_DUE: tally.waiting,
            State.MET_NOT_DUE: 0,
            State.EXCLUDED: tally.excluded,
            State.NOT_APPLICABLE: tally.unknown,
        }
        common = replace(lead, n=max(n, 0), method=METHOD, flags=flags)
        first = replace(
            common,
            measure="coverage",
            value=tally.visited / n if n > 0 else None,
            numerator=tally.visited,
            states=states,
            total=sum(states.values()),
            excluded_by=self._reasons(group_index, period),
            n_without_exclusions=tally.households,
            value_without_exclusions=tally.visited / tally.households if tally.households else None,
            needed=needed,
        )
        yield held_against_goal(first, params, context, period, recoverable=needed is not None and needed <= 1)
        yield replace(common, measure="entered", value=tally.entered / n if n > 0 else None, numerator=tally.entered)

    def _tally(self, group_index: int, period: Period) -> _Tally:
        """Added up cycle by cycle: households are distinct within a cycle only."""
        tally = _Tally()
        for cycle in self._cycles(period):
            inside = Period(
                first=max(cycle.first, period.first),
                last=min(cycle.last, period.last),
                kind=cycle.kind,
                year=cycle.year,
                number=cycle.number,
            )
            counts = self._counts(group_index, inside)
            base, carried = self._households(group_index, inside)
            n = base - counts[_EXCLUDED]
            left = n - counts[_VISITED]
            over = period.last >= cycle.last and self.context.as_of >= cycle.end
            tally.visited += counts[_VISITED]
            tally.entered += counts[_ENTERED]
            tally.excluded += counts[_EXCLUDED]
            tally.unknown += counts[_UNKNOWN]
            tally.households += base
            tally.missed += max(left, 0) if over else 0
            tally.waiting += 0 if over else max(left, 0)
            tally.carried |= carried
            tally.above |= base > 0 and left < 0
        return tally

    def _cycles(self, period: Period) -> list[Period]:
        """The cycles that have begun by ``as_of`` and touch ``period``."""
        rule, kind = self.context.period_rule, self.params.commitment.cycle_kind
        cycles = [rule.containing(period.first, kind)]
        while cycles[-1].last < period.last:
            cycles.append(rule.following(cycles[-1]))
        return [cycle for cycle in cycles if cycle.first <= self.seen]

    def _counts(self, group_index: int, period: Period) -> dict[str, int]:
        mask = (self.groups.index == group_index) & within(self.cells, period.first, period.last)
        weight = self.cells.weight[mask]
        return {part: int(weight[self.kind[mask] == number].sum()) for number, part in enumerate(_PARTS)}

    def _reasons(self, group_index: int, period: Period) -> dict[str, int]:
        mask = (self.groups.index == group_index) & within(self.cells, period.first, period.last)
        labels = self.cells.labels["exclusion"]
        codes, weight = self.cells.codes["exclusion"][mask], self.cells.weight[mask]
        return by_reason(labels, np.bincount(codes, weights=weight, minlength=len(labels)).astype(np.int64).tolist())

    def _households(self, group_index: int, inside: Period) -> tuple[int, bool]:
        """The households of the last month looked at, which is not after ``as_of``."""
        last = min(inside.last, self.seen)
        month = self.context.period_rule.containing(last, PeriodKind.MONTH)
        counts = [
            self.base.at(unit, month) for unit in base_units(self.base, self.groups.units[group_index], self.context)
        ]
        known = [count for count in counts if count is not None]
        return sum(count.value for count in known), any(count.carried for count in known)

    def _needed(self, group_index: int, period: Period) -> float | None:
        """The share of the households still to be visited this year that must be, for the year to come to the goal."""
        goal = goal_of(self.params, period)
        year = self.context.period_rule.year_of(period)
        so_far = self._tally(
            group_index,
            Period(first=year.first, last=period.last, kind=period.kind, year=period.year, number=period.number),
        )
        cycles = [
            c
            for c in self.context.period_rule.split(year, self.params.commitment.cycle_kind)
            if c.first > min(period.last, self.seen)
        ]
        now, _ = self._households(group_index, period)
        still = so_far.waiting + now * len(cycles)
        whole = so_far.households - so_far.excluded + now * len(cycles)
        if goal is None or still <= 0:
            return None
        return max(0.0, (goal * whole - so_far.visited) / still)
