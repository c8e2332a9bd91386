"""Whether waves speak for all days of a stretch of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from svcqa.metrics.context import Context
from svcqa.metrics.survey.waves import Surveyed
from svcqa.periods import Period

_DAY: Final = dt.timedelta(days=1)


def covers(waves: Sequence[Surveyed], period: Period, context: Context) -> bool:
    """Whether the periods that the waves were drawn for leave out no day of ``period`` up to ``as_of``."""
    spans = sorted(context.period_rule.parse(wave.design.wave.period) for wave in waves)
    covered = period.first - _DAY
    for span in spans:
        if span.first > covered + _DAY:
            return False
        covered = max(covered, span.last)
    return covered >= min(period.last, context.as_of.date() - _DAY)
