"""From records to observations for percentiles: exact times, and the time of each step.

A summary keeps one number a case. Where there is more to keep, the number also tells what it is the time of (the whole
case, one of its steps, a case whose steps cannot be told apart) and which of several limits the case has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from svcqa.entities.commitment import Commitment, MonthOf
from svcqa.entities.rule_base import ClockRule
from svcqa.metrics.commitments import EXCLUDED_COLUMN, condition_columns, exclusions
from svcqa.metrics.context import Context
from svcqa.metrics.contract import MATURE, Batch, Fact, Int64, Observations
from svcqa.plugins.cases.clock import Reading, limits_of, read_clock
from svcqa.plugins.cases.times import HISTORY
from svcqa.plugins.percentiles.params import PercentilesParams, clock_rule

WHOLE: Final = 0
"""The part that is the whole case; steps are numbered from 1."""


def parts_of(params: PercentilesParams) -> int:
    """How many parts a number can be of: the whole, the steps, and the cases whose steps cannot be told."""
    return len(params.steps) + 1 if params.steps else 1


def left_out_part(params: PercentilesParams) -> int:
    """The part of cases whose steps cannot be told."""
    return len(params.steps)


def limits_in_use(params: PercentilesParams) -> Int64:
    """The limits that cases can have, in units of counting and in order."""
    rule = clock_rule(params)
    promised = {rule.in_units(), *(rule.in_units(item.limit) for item in params.promise.limits)}
    return np.asarray(sorted(promised), dtype=np.int64)


def unpacked(value: Int64, params: PercentilesParams) -> tuple[Int64, Int64, Int64]:
    """Time, part and promised limit of a summary's numbers."""
    limits, parts = limits_in_use(params), parts_of(params)
    rest = value // len(limits)
    time = rest // parts
    return time, rest - time * parts, limits[value - rest * len(limits)]


def columns_read(params: PercentilesParams) -> tuple[str, ...]:
    """What clock, conditions and steps read."""
    rule = clock_rule(params)
    achieved = (name for name, _ in rule.reached)
    history = () if params.promise.status is None else (HISTORY,)
    columns = (*rule.columns, EXCLUDED_COLUMN, *params.steps, *history, *achieved, *condition_columns(params.promise))
    return tuple(dict.fromkeys(columns))


def observe_times(batch: Batch, params: PercentilesParams, context: Context) -> Observations:
    """Times of the cases that were received by ``as_of``: until the end, or so far where a case is open.

    Unlike shares of cases in time, percentiles need open times exactly, however long: nothing is capped.
    """
    commitment, rule, as_of = params.promise, clock_rule(params), context.as_of_seconds
    reading = _uncut(
        batch, commitment, rule, read_clock(batch, commitment, rule=rule, calendars=context.calendars, as_of=as_of)
    )
    start, received = batch.moments(rule.start), batch.received(rule.start)
    known = received <= as_of
    complete = bool(known.all()) and not bool((start > as_of).any())
    if commitment.month_of is MonthOf.CLOSED:  # what has no clock running moves on with ``as_of``
        complete = complete and not bool((reading.fact == Fact.NOT_APPLICABLE).any())
    rows = np.flatnonzero(known & batch.matches(commitment.where))
    pieces = [
        _Piece(
            rows=rows, fact=reading.fact[rows], value=reading.value[rows], follow_up=reading.follow_up[rows], part=WHOLE
        )
    ]
    if params.steps:
        pieces += _steps(batch, params, rule=rule, context=context, whole=reading, rows=rows)
    codes, labels = exclusions(batch, commitment)
    every = np.concatenate([piece.rows for piece in pieces])
    parts, limits = parts_of(params), limits_in_use(params)
    limit = np.searchsorted(limits, limits_of(batch, commitment, rule))
    return Observations(
        day=reading.day[every],
        fact=np.concatenate([piece.fact for piece in pieces]),
        value=np.concatenate(
            [(piece.value * parts + piece.part) * len(limits) + limit[piece.rows] for piece in pieces]
        ),
        follow_up=np.concatenate([piece.follow_up for piece in pieces]),
        exclusion=(codes[every], labels),
        rows=every,
        complete=complete,
    )


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """Observations of one part."""

    rows: Int64
    fact: npt.NDArray[np.int8]
    value: Int64
    follow_up: Int64
    part: int


def _uncut(batch: Batch, commitment: Commitment, rule: ClockRule, reading: Reading) -> Reading:
    """The reading from the start of the clock, also where limits differ and it was counted from each case's own."""
    if not commitment.limits:
        return reading
    limits = limits_of(batch, commitment, rule)
    value = reading.value + np.where(reading.fact == Fact.NOT_APPLICABLE, 0, limits)
    follow_up = reading.follow_up + np.where(reading.follow_up == MATURE, 0, limits)
    return Reading(reading.fact, value, follow_up, reading.day)


def _steps(
    batch: Batch, params: PercentilesParams, *, rule: ClockRule, context: Context, whole: Reading, rows: Int64
) -> list[_Piece]:
    """The time of each step, open cases in the step they are at.

    A step is what the clock shows at its end less what it showed at its beginning, so that the steps of a case add up
    to its time. Where a moment is missing before a later one, or lies before an earlier one, nobody can tell.
    """
    commitment = params.promise.model_copy(update={"limits": ()})
    begun = np.zeros(len(rows), dtype=np.int64)
    here = whole.fact[rows] != Fact.NOT_APPLICABLE
    in_order, pieces = here.copy(), []
    for part, stop in enumerate(params.steps[1:], start=1):
        step_rule = rule.model_copy(update={"stop": stop})
        at = read_clock(batch, commitment, rule=step_rule, calendars=context.calendars, as_of=context.as_of_seconds)
        ended, value = at.fact[rows] == Fact.CLOSED, at.value[rows]
        in_order &= ~(ended & (~here | (value < begun)))
        fact = np.where(ended, Fact.CLOSED, Fact.OPEN).astype(np.int8)
        # A case that has just come to a step may lie a fraction of a unit before it: ends are rounded up.
        pieces.append((here.copy(), fact, np.maximum(value - begun, 0), part))
        here, begun = here & ended, np.where(ended, value, begun)
    chosen_pieces = []
    for present, fact, value, part in pieces:
        chosen = np.flatnonzero(present & in_order)
        mature = np.full(len(chosen), MATURE, dtype=np.int64)
        chosen_pieces.append(
            _Piece(rows=rows[chosen], fact=fact[chosen], value=value[chosen], follow_up=mature, part=part)
        )
    lost = np.flatnonzero((whole.fact[rows] != Fact.NOT_APPLICABLE) & ~in_order)
    zeros = np.zeros(len(lost), dtype=np.int64)
    chosen_pieces.append(
        _Piece(
            rows=rows[lost],
            fact=whole.fact[rows][lost],
            value=zeros,
            follow_up=zeros + MATURE,
            part=left_out_part(params),
        )
    )
    return chosen_pieces
