"""Rows of results by hand."""

from __future__ import annotations

from typing import Any

from svcqa.metrics.result import Figure
from svcqa.periods import PeriodRule


def figure(unit: str = "D1", period: str = "2026-06", measure: str = "", **columns: Any) -> Figure:
    """A row of ``period``, with its first and last day."""
    days = PeriodRule().parse(period)
    return Figure(unit=unit, period=period, first=days.first, last=days.last).filled(measure, **columns)


def states_of(row: Figure) -> dict[str, int]:
    """Cases by the name of their state."""
    return {state.column: count for state, count in row.states.items()}
