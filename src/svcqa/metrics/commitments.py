"""What every metric of a commitment shares: its parameters, the goal in force, the cycle, exclusions, flags."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from svcqa.entities.base import Entity
from svcqa.entities.commitment import Commitment
from svcqa.metrics.context import Context
from svcqa.metrics.contract import Batch, Codes, Observations, Summary
from svcqa.metrics.grouping import windows
from svcqa.metrics.result import Figure
from svcqa.metrics.verdict import judged
from svcqa.periods import Period, PeriodKind

EXCLUDED_COLUMN: Final = "excluded_reason"


class CommitmentParams(Entity):
    """Which commitment. ``goal`` replaces its own from ``goal_from`` on: the goal of a target that names it."""

    commitment: Commitment
    goal: float | None = None
    goal_from: dt.date | None = None


def goal_of(params: CommitmentParams, period: Period) -> float | None:
    """The goal in force on the last day of ``period``; what changes later in a year does not judge what was before."""
    if params.goal is None:
        return params.commitment.goal_on(period.last)
    return params.goal if params.goal_from is None or params.goal_from <= period.last else None


def cycle_windows(context: Context, commitment: Commitment) -> list[Period]:
    """The windows asked for; one that begins within a cycle of the promise counts from the cycle's first day on."""
    periods = windows(context)
    kind = commitment.cycle_kind
    if kind is PeriodKind.MONTH:
        return periods
    cycles = [context.period_rule.containing(period.first, kind) for period in periods]
    return [
        replace(period, first=cycle.first) if cycle.first < period.first else period
        for period, cycle in zip(periods, cycles, strict=True)
    ]


def cycle_is_open(context: Context, commitment: Commitment, period: Period) -> bool:
    """Whether the promise's cycle goes on after ``period`` or after ``as_of``, so that there is no verdict yet."""
    kind = commitment.cycle_kind
    if kind is PeriodKind.MONTH:
        return False
    cycle = context.period_rule.containing(period.last, kind)
    return period.last < cycle.last or context.as_of < cycle.end


def held_against_goal(
    figure: Figure,
    params: CommitmentParams,
    context: Context,
    period: Period,
    *,
    recoverable: bool = False,
    reach: tuple[float | None, float | None] | None = None,
) -> Figure:
    """A row held against the goal in force: goal, verdict, evidence and risk; no verdict within an open cycle.

    ``reach`` is between what the value may lie, where that is not its interval.
    """
    rule = params.commitment.rule
    held = replace(figure, goal=goal_of(params, period), at_risk=False)
    if cycle_is_open(context, params.commitment, period):
        return held
    return judged(
        held,
        better=rule.better,
        zero_tolerance=rule.value_unit == "share" and held.goal == 1.0,
        recoverable=recoverable,
        reach=reach,
    )


def flags_of(params: CommitmentParams, context: Context, period: Period, **own: bool) -> tuple[str, ...]:
    """The flags that hold: the metric's ``own``, then those that any commitment can have."""
    commitment = params.commitment
    first, last = ((commitment.goal_on(day), commitment.maximum_on(day)) for day in (period.first, period.last))
    changed = params.goal is None and first != last
    named = {
        **own,
        "partial": context.as_of < period.end,
        "cycle_open": cycle_is_open(context, commitment, period),
        "goal_changed": changed,
        "assumed": commitment.assumed,
    }
    return tuple(name for name, holds in named.items() if holds)


def condition_columns(commitment: Commitment) -> tuple[str, ...]:
    """The columns of codes that the commitment's conditions read."""
    pairs = [*commitment.where]
    pairs += [pair for exclusion in commitment.exclusions for pair in exclusion.where]
    pairs += [pair for case in commitment.limits for pair in case.where]
    return tuple(dict.fromkeys(name for name, _ in pairs))


def exclusions(batch: Batch, commitment: Commitment) -> Codes:
    """The first reason that applies to each record: the record's own, then the policy's in their order."""
    recorded, own_labels = batch.codes(EXCLUDED_COLUMN)
    labels = ["", *own_labels]
    codes = np.asarray([0 if not label else index + 1 for index, label in enumerate(own_labels)], np.int32)[recorded]
    for item in commitment.exclusions:
        labels.append(item.reason)
        codes = np.where((codes == 0) & batch.matches(item.where), np.int32(len(labels) - 1), codes)
    return codes, tuple(labels)


def exclusion_codes(observed: Observations | Summary) -> Codes:
    """The reasons of observations or of cells; the label ``""`` means not excluded."""
    if isinstance(observed, Summary):
        return observed.codes["exclusion"], observed.labels["exclusion"]
    return observed.exclusion or (np.zeros(len(observed.day), dtype=np.int32), ("",))


def is_excluded(observed: Observations | Summary) -> Any:
    """Which observations or cells are excluded, ``(n,)``."""
    codes, labels = exclusion_codes(observed)
    return np.asarray([bool(label) for label in labels], dtype=np.bool_)[codes]


def by_reason(reasons: Sequence[str], counts: Sequence[int]) -> dict[str, int]:
    """Counts of the reasons that occur, in the order of their names."""
    return {reason: int(n) for reason, n in sorted(zip(reasons, counts, strict=True)) if n and reason}
