"""One commitment in time: its process chart and the forecast of its year, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import Unit
from svcqa.errors import SvcqaError
from svcqa.metrics.result import Result


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What the years so far say of a commitment, of one unit.

    Attributes:
        chart, forecast: its process chart and the forecast of its year; absent where they were refused.
        chart_fault, forecast_fault: why they were.
    """

    commitment: Commitment
    unit: Unit
    chart: Result | None = None
    forecast: Result | None = None
    chart_fault: SvcqaError | None = None
    forecast_fault: SvcqaError | None = None
