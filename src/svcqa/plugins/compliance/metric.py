"""Compliance: the share of cases that kept a commitment's limit.

Rate = met ÷ (met + breached + open overdue) over cases whose due moment is ≤ ``as_of``. Cases met ahead of a due
moment still to come are shown apart: counting them flatters fresh months.
"""

# Over 300 lines: one kernel with the states and figures that follow from it.

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from svcqa.clock.calendar import SECONDS_A_DAY
from svcqa.clock.elapsed import due_day, due_day_of_working_seconds
from svcqa.entities.base import Entity, Text
from svcqa.entities.commitment import Commitment, MonthOf
from svcqa.entities.rule_base import ClockRule, Counting, RuleBase
from svcqa.entities.rules import MonthlyReturn
from svcqa.errors import Fault, MetricError
from svcqa.metrics.abilities import Explains, HasLimit, HasStates, MeasuresCommitments, TakesGoal
from svcqa.metrics.commitments import (
    EXCLUDED_COLUMN,
    CommitmentParams,
    by_reason,
    condition_columns,
    cycle_windows,
    exclusion_codes,
    exclusions,
    flags_of,
    goal_of,
    held_against_goal,
    is_excluded,
)
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.contract import MATURE, NULL, Batch, Derive, Fact, Int64, Observations, Summary
from svcqa.metrics.examples import Example
from svcqa.metrics.explanation import CaseClock
from svcqa.metrics.grouping import Groups, code_columns, day_number, group, rows, sums, within, year_ahead
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.states import State, counted_states
from svcqa.metrics.verdict import needed_share
from svcqa.periods import Period
from svcqa.plugins.cases.clock import limit_text, read_clock
from svcqa.plugins.cases.explained import case_clock
from svcqa.plugins.cases.times import HISTORY, with_history
from svcqa.plugins.compliance.examples import EXAMPLES
from svcqa.stats.proportions import clopper_pearson, wilson

_DUE: Final = [State.MET, State.BREACHED, State.OPEN_OVERDUE]


class ComplianceParams(CommitmentParams):
    """Which commitment; ``limit`` replaces the promised one for a what-if, in the commitment's own unit."""

    limit: int | None = None

    @property
    def rule(self) -> RuleBase:
        """The commitment's rule."""
        return self.commitment.rule

    @property
    def clock(self) -> ClockRule | None:
        """The rule as a clock; monthly returns have none."""
        return self.commitment.rule.clock_rule


class ComplianceMetric(
    HasStates[ComplianceParams], Explains[ComplianceParams], HasLimit[ComplianceParams], MeasuresCommitments, TakesGoal
):
    """The share of cases within the limit, with every state a case can be in."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="compliance",
        label=Text(hans="达标率", hant="達標率", en="Compliance"),
        unit="share",
        better="higher",
        formula=Text(
            hans="达标 ÷（达标 + 超时 + 未结已超时），只计到期时刻不晚于截止时刻的个案",
            hant="達標 ÷（達標 + 逾時 + 未結已逾時），只計到期時刻不晚於截止時刻的個案",
            en="met ÷ (met + breached + open overdue), over cases due by the as-of moment",
        ),
        reference="interval: Wilson (1927) JASA 22, 209–212; Clopper and Pearson (1934) Biometrika 26, 404–413",
    )
    params: ClassVar[type[Entity]] = ComplianceParams

    def table(self, params: ComplianceParams) -> str:
        """The commitment's table."""
        return params.commitment.table

    def columns(self, params: ComplianceParams) -> tuple[str, ...]:
        """What the clock reads, and the columns of the conditions."""
        commitment, clock = params.commitment, params.clock
        if clock is None:
            rule_columns: tuple[str, ...] = ("indicator", "month", "numerator", "denominator")
        else:
            achieved = (name for name, _ in clock.reached)
            history = () if params.commitment.status is None else (HISTORY,)
            rule_columns = (*clock.columns, EXCLUDED_COLUMN, *achieved, *history)
        return tuple(dict.fromkeys((*rule_columns, *condition_columns(commitment))))

    def derive(self, params: ComplianceParams, context: Context) -> Derive | None:
        """The status history, where it runs the clock."""
        return with_history(params.commitment)

    def observe(self, batch: Batch, params: ComplianceParams, context: Context) -> Observations:
        """Facts and values of the commitment's cases that were received by ``as_of``."""
        commitment, clock, as_of = params.commitment, params.clock, context.as_of_seconds
        if clock is None:
            return _observe_returns(batch, commitment, commitment.rule_as(MonthlyReturn), context)
        reading = read_clock(batch, commitment, rule=clock, calendars=context.calendars, as_of=as_of)
        start = batch.moments(clock.start)
        known = batch.received(clock.start) <= as_of
        chosen = known & batch.matches(commitment.where)
        exclusion = exclusions(batch, commitment)
        complete = bool(known.all()) and not bool((start > as_of).any())
        if commitment.month_of is MonthOf.CLOSED:  # what has no due moment and is open moves on with ``as_of``
            complete = complete and not bool((reading.fact == Fact.NOT_APPLICABLE).any())
        observed = Observations(
            day=reading.day,
            fact=reading.fact,
            value=reading.value,
            follow_up=reading.follow_up,
            exclusion=exclusion,
            complete=complete,
        )
        return observed if chosen.all() else _take(observed, np.flatnonzero(chosen))

    def states(self, observed: Observations | Summary, params: ComplianceParams) -> npt.NDArray[np.int8]:
        """The state of each observation or cell, as a ``State``, exclusions applied."""
        state = plain_states(observed, params)
        # What the commitment never applied to is not excluded from it.
        state[is_excluded(observed) & (state != State.NOT_APPLICABLE)] = State.EXCLUDED
        return state

    def explain(self, batch: Batch, params: ComplianceParams, context: Context) -> CaseClock | None:
        """The only case of ``batch``, told from its beginning; ``None`` where it had not come in by ``as_of``."""
        observed = self.observe(batch, params, context)
        _clock_rule(params)
        if not len(observed.day):
            return None
        state = State(self.states(observed, params)[0])
        return case_clock(batch, params.commitment, context=context, observed=observed, state=state)

    def limit_range(self, params: ComplianceParams) -> tuple[int, int, int] | None:
        """Lowest, highest and promised limit, in the commitment's unit; ``None`` for monthly returns."""
        clock = params.clock
        return None if clock is None else (0, clock.highest_limit, clock.limit)

    def measure(self, summary: Summary, params: ComplianceParams, context: Context) -> Result:
        """Rates with intervals, states, verdicts; by everything in ``context.by``."""
        _check_limit(params)
        tally = _Tally(summary, params, context, self.states(summary, params))
        periods = cycle_windows(context, params.commitment)
        counted = [tally.window(period) for period in periods]
        ahead = [tally.year_ahead(period) for period in periods]
        figures = []
        for group_index, number, lead in rows(
            tally.groups, periods, metric=self.spec.name, indicator=params.commitment.key
        ):
            counts, plain, reasons = counted[number]
            if counts[group_index].sum():
                row = replace(lead, measure=self.spec.name, excluded_by=reasons[group_index], limit=_limit_text(params))
                figures.append(
                    _figure(
                        row,
                        params,
                        context,
                        period=periods[number],
                        counts=counts[group_index],
                        plain=plain[group_index],
                        year=ahead[number][group_index],
                    )
                )
        return Result(tuple(figures), keys=code_columns(context.by), about={"commitment": params.commitment.key})

    def examples(self) -> tuple[Example, ...]:
        """One for each way of reading time or counts."""
        return EXAMPLES


def plain_states(observed: Observations | Summary, params: ComplianceParams) -> npt.NDArray[np.int8]:
    """The states as if nothing were excluded."""
    limit = _limit_units(params)
    due = observed.follow_up >= limit
    within_limit = observed.value <= limit
    state = np.full(len(observed.day), State.BREACHED, dtype=np.int8)
    closed, still_open = observed.fact == Fact.CLOSED, observed.fact == Fact.OPEN
    state[closed & within_limit & due] = State.MET
    state[closed & within_limit & ~due] = State.MET_NOT_DUE
    state[still_open & due] = State.OPEN_OVERDUE
    state[still_open & ~due] = State.OPEN_NOT_DUE
    state[observed.fact == Fact.NOT_APPLICABLE] = State.NOT_APPLICABLE
    return state


class _Tally:
    """Counts by group, window and state."""

    def __init__(
        self, summary: Summary, params: ComplianceParams, context: Context, state: npt.NDArray[np.int8]
    ) -> None:
        self.summary, self.context, self.params = summary, context, params
        self.groups: Groups = group(summary, context)
        self.state = state
        self.plain = plain_states(summary, params)
        self.reasons = summary.labels["exclusion"]

    def _sums(self, mask: Any, classes: Any, count: int) -> Int64:
        return sums(mask, self.groups, classes=classes, class_count=count, weight=self.summary.weight)

    def window(self, period: Period) -> tuple[Int64, Int64, list[dict[str, int]]]:
        """States, states without exclusions, and excluded cases by reason, of every group."""
        mask = within(self.summary, period.first, period.last)
        excluded = self._sums(mask & (self.state == State.EXCLUDED), self.summary.codes["exclusion"], len(self.reasons))
        named = [by_reason(self.reasons, row) for row in excluded]
        return self._sums(mask, self.state, len(State)), self._sums(mask, self.plain, len(State)), named

    def year_ahead(self, period: Period) -> list[tuple[int, int, int]]:
        """Met and judged cases of the year to date, and the cases to expect in its rest, of every group."""

        def count(mask: Any) -> Int64:
            judged = self._sums(mask, self.state, len(State))[:, _DUE]
            return np.stack([judged[:, 0], judged.sum(axis=1)], axis=1)

        return year_ahead(self.summary, self.context, period, count)


def _figure(
    row: Figure,
    params: ComplianceParams,
    context: Context,
    *,
    period: Period,
    counts: Int64,
    plain: Int64,
    year: tuple[int, int, int],
) -> Figure:
    met, n, plain_n = int(counts[State.MET]), int(counts[_DUE].sum()), int(plain[_DUE].sum())
    goal, needed = goal_of(params, period), None
    lower, upper, method = _interval(params.commitment, met, n, context.level, zero_tolerance=goal == 1.0)
    if goal is not None:
        needed = needed_share(goal=goal, met=year[0], n=year[1], rest_n=year[2])
    filled = replace(
        row,
        value=met / n if n else None,
        lower=lower,
        upper=upper,
        n=n,
        numerator=met,
        states=counted_states(counts),
        total=int(counts.sum()),
        value_without_exclusions=int(plain[State.MET]) / plain_n if plain_n else None,
        n_without_exclusions=plain_n,
        needed=needed,
        rest_n=year[2],
        method=method,
        flags=_flags(params, context, period),
    )
    recoverable = year[2] > 0 and needed is not None and needed <= 1
    return held_against_goal(filled, params, context, period, recoverable=recoverable)


def _interval(
    commitment: Commitment, met: int, n: int, level: float, *, zero_tolerance: bool
) -> tuple[float | None, float | None, str]:
    """Wilson; exact where every case must keep the limit; none for amounts, which are no count of cases."""
    if commitment.rule.counts_amounts:
        return None, None, "none (amounts)"
    if n == 0:
        return None, None, "none (no case)"
    method, interval = ("Clopper–Pearson", clopper_pearson) if zero_tolerance else ("Wilson", wilson)
    lower, upper = interval(met, n, level=level)
    return float(lower), float(upper), f"{method} {level:.0%}"


def _flags(params: ComplianceParams, context: Context, period: Period) -> tuple[str, ...]:
    rule = params.rule
    return flags_of(
        params,
        context,
        period,
        what_if=params.limit is not None,
        amounts=rule.counts_amounts,
        unclustered=rule.only_counts and not rule.counts_amounts,
        provisional_calendar=_is_provisional(params, context, period),
    )


def _is_provisional(params: ComplianceParams, context: Context, period: Period) -> bool:
    """Whether working days that nobody has announced yet can decide any case of the period by ``as_of``."""
    rule, calendar = params.rule.running, context.calendar
    if rule is None or not rule.needs_calendar:
        return False
    first, last = day_number(period.first), day_number(period.last)
    looked_at = (context.as_of_seconds - 1) // SECONDS_A_DAY
    if params.commitment.status is not None:  # a pause can put off a limit without end
        return calendar.provisional_between(first, looked_at)
    if params.commitment.month_of is MonthOf.RECEIVED:  # the limit of the last case of the period ends later
        end = np.array([(last + 1) * SECONDS_A_DAY - 1], dtype=np.int64)
        limit, days = rule.in_units(params.limit), rule.day_count
        if days is not None:
            last = int(due_day(calendar, end, limit, same_day=days.counting is Counting.SAME_DAY)[0])
        else:
            last = int(due_day_of_working_seconds(calendar, end, limit * rule.resolution)[0])
    return calendar.provisional_between(first, min(last, looked_at))


def _limit_text(params: ComplianceParams) -> str:
    clock = params.clock
    if clock is None:
        return ""
    return limit_text(params.commitment, clock.limit if params.limit is None else params.limit)


def _clock_rule(params: ComplianceParams) -> ClockRule:
    if params.clock is None:
        raise MetricError(Fault("returns_no_slider", got=params.commitment.key))
    return params.clock


def _limit_units(params: ComplianceParams) -> int:
    clock = params.clock
    if clock is None:
        return 0
    limit = clock.in_units(params.limit)
    # Counted from each case's own limit, a limit that is moved moves all of them by the same amount.
    return limit - clock.in_units() if params.commitment.limits else limit


def _check_limit(params: ComplianceParams) -> None:
    if params.limit is None:
        return
    highest = _clock_rule(params).highest_limit
    if not 0 <= params.limit <= highest:
        raise MetricError(Fault("limit_too_high", got=str(params.limit), allowed=f"0 … {highest}"))


def _take(observed: Observations, chosen: Int64) -> Observations:
    codes, labels = exclusion_codes(observed)
    return replace(
        observed,
        day=observed.day[chosen],
        fact=observed.fact[chosen],
        value=observed.value[chosen],
        follow_up=observed.follow_up[chosen],
        exclusion=(codes[chosen], labels),
        rows=chosen,
    )


def _observe_returns(batch: Batch, commitment: Commitment, rule: MonthlyReturn, context: Context) -> Observations:
    """Two observations a return: what was kept and what was not; months not over by ``as_of`` are not due.

    A return without a denominator is no share: it is shown as one case that the commitment does not apply to.
    """
    named = batch.matches((("indicator", (rule.indicator,)), *commitment.where))
    numerator, denominator = batch.integers("numerator"), batch.integers("denominator")
    chosen = np.flatnonzero(named)
    bare = denominator[chosen] == NULL
    part, whole = np.where(bare, 1, numerator[chosen]), np.where(bare, 1, denominator[chosen])
    met = part if rule.numerator_is == "met" else np.where(bare, 1, whole - part)
    months = batch.moments("month")[chosen].astype("datetime64[s]").astype("datetime64[M]")
    labels, month_index = np.unique(months, return_inverse=True)
    ends = [context.period_rule.parse(str(label)) for label in labels]
    over = np.asarray([period.end <= context.as_of for period in ends], dtype=np.bool_)[month_index]
    day = np.asarray([day_number(period.last) for period in ends], dtype=np.int64)[month_index]
    fact = np.concatenate([np.where(over, fact, Fact.OPEN) for fact in (Fact.CLOSED, Fact.FAILED)]).astype(np.int8)
    fact[np.tile(bare, 2)] = Fact.NOT_APPLICABLE
    follow_up = np.where(np.tile(over | bare, 2), MATURE, -1)
    return Observations(
        day=np.tile(day, 2),
        fact=fact,
        value=np.zeros(2 * len(day), dtype=np.int64),
        follow_up=follow_up,
        weight=np.concatenate([met, whole - met]),
        rows=np.tile(chosen, 2),
    )
