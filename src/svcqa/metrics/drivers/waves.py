"""Figures of a record metric that come from waves where there are any: one figure for a stretch of time, never two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from svcqa.entities.base import Entity
from svcqa.metrics.abilities import FromWaves
from svcqa.metrics.commitments import CommitmentParams, cycle_windows
from svcqa.metrics.context import Context
from svcqa.metrics.drivers.contract import Sources
from svcqa.metrics.result import Result


def with_waves(metric: FromWaves[Any], params: Entity, context: Context, plain: Result, *, sources: Sources) -> Result:
    """``plain`` with the rows of each stretch that holds whole waves made from these instead.

    A wave counts from its first answer on.
    """
    assert isinstance(params, CommitmentParams)  # what the registry asks of a metric with this ability
    survey = metric.designed(params)
    if survey is None or sources.surveys is None:
        return plain
    rows = list(plain.rows)
    for period in cycle_windows(context, params.commitment):
        drawn = [wave for wave in sources.surveys.within(survey, period) if wave.as_of < context.as_of]
        waves = [sources.wave(wave, context) for wave in drawn]
        answered = [wave for wave in waves if any(person.scores for person in wave.wave.people)]
        if answered:
            period_rows = [row for row in rows if (row.first, row.last) == (period.first, period.last)]
            made = metric.from_waves(answered, period_rows, period=period, params=params, context=context)
            rows = [*(row for row in rows if row not in period_rows), *made] if made else rows
    rows.sort(key=lambda row: (row.unit, *(row.by.get(name, "") for name in plain.keys), row.first, row.last))
    return replace(plain, rows=tuple(rows))
