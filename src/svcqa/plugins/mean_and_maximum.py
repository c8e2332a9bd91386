"""Mean and maximum: on average within one limit, and never beyond another.

A case still open counts with its time so far. The mean is then a lower bound, and says so: leaving open cases out would
flatter whoever closes the easy ones.
"""

# Over 300 lines: two figures of one promise, read and judged together.

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from svcqa.clock.calendar import SECONDS_A_DAY
from svcqa.entities.base import Entity, Text
from svcqa.entities.commitment import MonthOf
from svcqa.entities.rules import MeanAndMaximum
from svcqa.metrics.abilities import Explains, HasStates, MeasuresCommitments, TakesGoal
from svcqa.metrics.base import moment_of
from svcqa.metrics.commitments import (
    EXCLUDED_COLUMN,
    CommitmentParams,
    by_reason,
    condition_columns,
    cycle_windows,
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
from svcqa.metrics.grouping import code_columns, day_number, group, rows, within, year_ahead
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.states import State, counted_states
from svcqa.metrics.verdict import judged
from svcqa.periods import Period
from svcqa.plugins.cases.clock import day_of
from svcqa.plugins.cases.explained import running_story
from svcqa.plugins.cases.times import HISTORY, due_moments, read_times, seconds, with_history
from svcqa.stats.means import student_t

_SECONDS: Final = {"minute": 60, "hour": 3600, "day": SECONDS_A_DAY}
_REPAIR: Final[dict[str, Any]] = {
    "category": "维修",
    "item": "故障修复",
    "promise": "平均不超过 24 小时，最长不超过 48 小时",
    "key": "repair",
    "table": "work_orders",
    "rule": {
        "kind": "mean_and_maximum",
        "start": "received_at",
        "stop": "resolved_at",
        "mean": 24,
        "maximum": 48,
        "unit": "hour",
    },
}


class MeanAndMaximumParams(CommitmentParams):
    """Which commitment."""

    @property
    def rule(self) -> MeanAndMaximum:
        """The commitment's rule."""
        return self.commitment.rule_as(MeanAndMaximum)

    @property
    def second(self) -> int:
        """Seconds of one unit of the limits."""
        return _SECONDS[self.rule.unit]


class MeanAndMaximumMetric(
    HasStates[MeanAndMaximumParams], Explains[MeanAndMaximumParams], MeasuresCommitments, TakesGoal
):
    """The mean time and the longest, each with its own goal."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="mean_and_maximum",
        label=Text(hans="平均与最长时间", hant="平均與最長時間", en="Mean and longest time"),
        unit="hour",
        better="lower",
        formula=Text(
            hans="用时之和÷件数，未结的按已用时间计；最长用时另列",
            hant="用時之和÷件數，未結的按已用時間計；最長用時另列",
            en="sum of the times ÷ cases, open ones with their time so far; the longest time apart",
        ),
        reference="interval of the mean: Student (1908) Biometrika 6, 1–25; none while cases are open",
    )
    params: ClassVar[type[Entity]] = MeanAndMaximumParams

    def table(self, params: MeanAndMaximumParams) -> str:
        """The commitment's table."""
        return params.commitment.table

    def columns(self, params: MeanAndMaximumParams) -> tuple[str, ...]:
        """Start, stop, and the columns of the conditions."""
        history = () if params.commitment.status is None else (HISTORY,)
        rule_columns = (params.rule.start, params.rule.stop, EXCLUDED_COLUMN, *history)
        return tuple(dict.fromkeys((*rule_columns, *condition_columns(params.commitment))))

    def derive(self, params: MeanAndMaximumParams, context: Context) -> Derive | None:
        """The status history, where it runs the clock."""
        return with_history(params.commitment)

    def observe(self, batch: Batch, params: MeanAndMaximumParams, context: Context) -> Observations:
        """The seconds of each case, up to ``as_of`` where it is open."""
        rule, as_of, natural = params.rule, context.as_of_seconds, params.rule.clock == "natural"
        times = read_times(batch, params.commitment, context.calendars, as_of, start=rule.start, stop=rule.stop)
        received, started = batch.received(rule.start), times.started
        value, _ = seconds(times, context.calendars, as_of, natural=natural)
        fact = np.where(started, np.where(times.closed, Fact.CLOSED, Fact.OPEN), Fact.NOT_APPLICABLE).astype(np.int8)
        due = received // SECONDS_A_DAY
        if params.commitment.month_of is MonthOf.DUE:
            longest = np.full(batch.rows, round(rule.maximum * params.second), dtype=np.int64)
            moments = due_moments(times, context.calendars, longest, as_of, natural=natural)
            due = np.where(started, moments // SECONDS_A_DAY, due)
        day = day_of(
            params.commitment.month_of, received, stop=times.stop, closed=times.closed, due_on=due, as_of=as_of
        )
        chosen = np.flatnonzero((received <= as_of) & (received != NULL) & batch.matches(params.commitment.where))
        codes, labels = exclusions(batch, params.commitment)
        pending = not bool((received <= as_of).all()) or not bool(started.all())
        return Observations(
            day=day[chosen],
            fact=fact[chosen],
            value=value[chosen],
            follow_up=np.where(fact[chosen] == Fact.OPEN, 0, MATURE),
            exclusion=(codes[chosen], labels),
            rows=chosen,
            complete=not pending,
        )

    def states(self, observed: Observations | Summary, params: MeanAndMaximumParams) -> npt.NDArray[np.int8]:
        """The state of each observation or cell against the maximum of its day, as a ``State``."""
        days, day_index = np.unique(observed.day, return_inverse=True)
        limits = np.asarray([_limit_in_seconds(params, moment_of(int(day))) for day in days], dtype=np.float64)
        return _state(observed.fact, is_excluded(observed), observed.value > limits[day_index])

    def explain(self, batch: Batch, params: MeanAndMaximumParams, context: Context) -> CaseClock | None:
        """The only case of ``batch`` told from its beginning, against the maximum of its day."""
        observed, rule, as_of = self.observe(batch, params, context), params.rule, context.as_of_seconds
        if not len(observed.day):
            return None
        maximum = params.commitment.maximum_on(moment_of(int(observed.day[0])))
        limits = None if maximum is None else np.full(1, round(maximum * params.second), dtype=np.int64)
        times = read_times(batch, params.commitment, context.calendars, as_of, start=rule.start, stop=rule.stop)
        story = running_story(times, context.calendars, limits, as_of, natural=rule.clock == "natural")
        unit = rule.unit if rule.clock == "natural" else f"working_{rule.unit}"
        net = " net" if params.commitment.status is not None else ""
        codes, labels = observed.exclusion or (np.zeros(1, dtype=np.int32), ("",))
        return CaseClock(
            state=State(self.states(observed, params)[0]),
            value=int(observed.value[0]),
            resolution=1,
            unit=unit,
            per_unit=params.second,
            limit="" if maximum is None else f"{maximum:g} {unit}{net}",
            own_limit=0,
            started=story.started,
            stopped=story.stopped,
            due=story.due,
            held=story.held,
            excluded_by=labels[codes[0]],
            ledger=story.ledger,
            closed=bool(observed.fact[0] == Fact.CLOSED),
        )

    def measure(self, summary: Summary, params: MeanAndMaximumParams, context: Context) -> Result:
        """Mean and maximum by everything in ``context.by``."""
        groups, periods = group(summary, context), cycle_windows(context, params.commitment)
        left_out = is_excluded(summary)
        counts = ~left_out & (summary.fact != Fact.NOT_APPLICABLE)

        def added(mask: Any) -> Int64:
            """Seconds and cases, of every group."""
            totals = np.zeros((len(groups), 2), dtype=np.int64)
            chosen = np.flatnonzero(mask & counts & (groups.index >= 0))
            np.add.at(totals[:, 0], groups.index[chosen], summary.value[chosen] * summary.weight[chosen])
            np.add.at(totals[:, 1], groups.index[chosen], summary.weight[chosen])
            return totals

        ahead = [year_ahead(summary, context, period, added) for period in periods]
        figures: list[Figure] = []
        for group_index, number, lead in rows(groups, periods, metric=self.spec.name, indicator=params.commitment.key):
            period = periods[number]
            mine = np.flatnonzero(within(summary, period.first, period.last) & (groups.index == group_index))
            figures.extend(
                self._figures(
                    lead, summary, mine, params=params, context=context, period=period, ahead=ahead[number][group_index]
                )
            )
        return Result(
            tuple(figures),
            keys=code_columns(context.by),
            about={"commitment": params.commitment.key},
            unit=params.rule.unit,
        )

    def _figures(
        self,
        lead: Figure,
        summary: Summary,
        mine: Int64,
        *,
        params: MeanAndMaximumParams,
        context: Context,
        period: Period,
        ahead: tuple[int, int, int],
    ) -> Iterator[Figure]:
        fact, value, weight = summary.fact[mine], summary.value[mine], summary.weight[mine]
        if not weight.sum():
            return
        excluded = is_excluded(summary)[mine]
        counts = ~excluded & (fact != Fact.NOT_APPLICABLE)
        maximum = params.commitment.maximum_on(period.last)
        still_open = bool((counts & (fact == Fact.OPEN)).any())
        n, unit_seconds = int(weight[counts].sum()), params.second
        mean = int((value[counts] * weight[counts]).sum()) / n / unit_seconds if n else None
        lower, upper, method = None, None, "none (open cases: a lower bound)" if still_open else "none (one case)"
        if n > 1 and not still_open:
            lower, upper = student_t(value[counts] / unit_seconds, weight[counts], level=context.level)
            lower = max(lower, 0.0)  # no case takes less than no time
            method = f"Student t {context.level:.0%}"
        needed = _needed(goal_of(params, period), ahead, unit_seconds)
        reasons = summary.labels["exclusion"]
        codes = np.bincount(summary.codes["exclusion"][mine][excluded], weight[excluded], minlength=len(reasons))
        provisional = params.rule.clock != "natural" and context.calendar.provisional_between(
            day_number(period.first), (context.as_of_seconds - 1) // SECONDS_A_DAY
        )
        flags = flags_of(params, context, period, lower_bound=still_open, provisional_calendar=provisional)
        plain = fact != Fact.NOT_APPLICABLE
        plain_n = int(weight[plain].sum())
        first = replace(
            lead,
            measure="mean",
            value=mean,
            lower=lower,
            upper=upper,
            n=n,
            states=_states(fact, value, weight=weight, excluded=excluded, params=params, maximum=maximum),
            total=int(weight.sum()),
            excluded_by=by_reason(reasons, codes.astype(np.int64).tolist()),
            value_without_exclusions=int((value[plain] * weight[plain]).sum()) / plain_n / unit_seconds
            if plain_n
            else None,
            n_without_exclusions=plain_n,
            needed=needed,
            rest_n=ahead[2],
            method=method,
            flags=flags,
        )
        held = held_against_goal(
            first,
            params,
            context,
            period,
            recoverable=needed is not None and needed > 0,
            # open cases only grow: a goal missed already stays so, one kept so far may still be missed
            reach=(mean, math.inf) if still_open else None,
        )
        yield held
        longest = int(value[counts].max()) / unit_seconds if n else None
        second = replace(lead, measure="maximum", value=longest, n=n, goal=maximum, flags=flags)
        yield _longest_case(second, still_open=still_open, is_judged=bool(held.verdict))

    def examples(self) -> tuple[Example, ...]:
        """Repairs of 10, 20 and 60 hours; and one that goes on."""
        records: dict[str, list[Any]] = {
            "order_id": ["1", "2", "3", "4"],
            "unit": ["D1", "D1", "D2", "D2"],
            "received_at": ["2026-01-05 08:00", "2026-01-06 08:00", "2026-01-07 08:00", "2026-02-01 00:00"],
            "resolved_at": ["2026-01-05 18:00", "2026-01-07 04:00", "2026-01-09 20:00", None],
        }
        return (
            Example(
                {"commitment": _REPAIR},
                records=records,
                period="2026-01",
                expected={
                    "mean": 30.0,
                    "mean.n": 3,
                    "mean.goal": 24.0,
                    "mean.verdict": "missed",
                    "mean.met": 2,
                    "mean.breached": 1,
                    "mean.total": 3,
                    "maximum": 60.0,
                    "maximum.goal": 48.0,
                    "maximum.verdict": "missed",
                    "mean.upper": 30.0 + 4.302652729749464 * math.sqrt(700 / 3),
                },
                source="By hand: (10 + 20 + 60) / 3; t(0.975; 2) = 4.30265 from a table; squared "
                "deviations 400 + 100 + 900 "
                "sum to 1,400, so the variance is 700 and the standard error √(700 / 3).",
            ),
            Example(
                {"commitment": _REPAIR},
                records=records,
                period="2026-02",
                expected={
                    "mean": 36.0,
                    "mean.open_not_due": 1,
                    "mean.flags": ("lower_bound", "partial"),
                    "maximum": 36.0,
                },
                source="By hand: from midnight on 1 February to noon on the 2nd.",
                as_of="2026-02-02 12:00",
            ),
        )


def _states(
    fact: Any, value: Int64, *, weight: Int64, excluded: Any, params: MeanAndMaximumParams, maximum: float | None
) -> dict[State, int]:
    """Where every case stands against the maximum."""
    state = _state(fact, excluded, value > (math.inf if maximum is None else maximum * params.second))
    return counted_states(weight[state == item].sum() for item in State)


def _state(fact: Any, excluded: Any, beyond: Any) -> npt.NDArray[np.int8]:
    """The state of each case or cell, as a ``State``; what does not apply is not excluded either."""
    still_open = fact == Fact.OPEN
    late = np.where(still_open, State.OPEN_OVERDUE, State.BREACHED)
    summary = np.where(beyond, late, np.where(still_open, State.OPEN_NOT_DUE, State.MET))
    summary = np.where(fact == Fact.NOT_APPLICABLE, State.NOT_APPLICABLE, np.where(excluded, State.EXCLUDED, summary))
    return summary.astype(np.int8)


def _limit_in_seconds(params: MeanAndMaximumParams, day: dt.date) -> float:
    maximum = params.commitment.maximum_on(day)
    return math.inf if maximum is None else maximum * params.second


def _longest_case(row: Figure, *, still_open: bool, is_judged: bool) -> Figure:
    """The row of the maximum: a fact about all cases, not an estimate; open ones may still exceed it."""
    row = replace(row, at_risk=False, method="none (the longest case)")
    reach = (row.value, math.inf if still_open else row.value)
    return judged(row, better="lower", recoverable=False, reach=reach) if is_judged else row


def _needed(goal: float | None, ahead: tuple[int, int, int], item: int) -> float | None:
    """The mean that the rest of the year must keep."""
    seconds, n, rest = ahead
    return None if goal is None or rest <= 0 else (goal * (n + rest) - seconds / item) / rest
