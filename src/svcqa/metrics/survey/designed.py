"""Figures of a record metric that come from waves where there are any: one figure for a stretch of time, never two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from svcqa.metrics.commitments import CommitmentParams, cycle_windows
from svcqa.metrics.context import Context
from svcqa.metrics.result import Result
from svcqa.metrics.survey.waves import Surveyed, Surveys
from svcqa.periods import Period

_DAY: Final = dt.timedelta(days=1)


def with_waves(
    metric: Any,
    params: CommitmentParams,
    context: Context,
    plain: Result,
    *,
    surveys: Surveys,
    read: Callable[[Any], Surveyed],
) -> Result:
    """``plain`` with the rows of each stretch that holds whole waves made from these instead.

    A metric takes part with ``designed(params)``, the key of a survey or ``None``, and ``from_waves(waves, plain rows,
    period, params, context)``, its rows. A wave counts from its first answer on.
    """
    survey = metric.designed(params)
    if survey is None:
        return plain
    rows = list(plain.rows)
    for period in cycle_windows(context, params.commitment):
        waves = [read(one) for one in surveys.within(survey, period) if one.as_of < context.as_of]
        answered = [one for one in waves if any(person.scores for person in one.wave.people)]
        if answered:
            own = [row for row in rows if (row["first"], row["last"]) == (period.first, period.last)]
            made = metric.from_waves(answered, own, period=period, params=params, context=context)
            rows = [row for row in rows if row not in own] + made if made else rows
    keys = ("unit", *plain.keys)
    rows.sort(key=lambda row: (*(str(row.get(name) or "") for name in keys), row["first"], row["last"]))
    return replace(plain, rows=tuple(rows))


def covers(waves: Sequence[Surveyed], period: Period, context: Context) -> bool:
    """Whether the periods that the waves were drawn for leave out no day of ``period`` up to ``as_of``."""
    spans = sorted(context.period_rule.parse(wave.design.wave.period) for wave in waves)
    covered = period.first - _DAY
    for span in spans:
        if span.first > covered + _DAY:
            return False
        covered = max(covered, span.last)
    return covered >= min(period.last, context.as_of.date() - _DAY)
