"""Which of the closed cases were called back, by table."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from svcqa.errors import SvcqaError
from svcqa.metrics import defaults
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import Result

TABLES: Final = {"complaints": "closed_at", "work_orders": "resolved_at"}
"""Tables of cases, and what ends one."""


def callback_rates(figures: Figures, context: Context) -> tuple[dict[str, Result], tuple[SvcqaError, ...]]:
    """The callback rate of each table that has records, and why it refuses where it does."""
    results, refused = {}, []
    for table, closed in TABLES.items():
        if not figures.engine.columns(table) or not figures.engine.columns("callbacks"):
            continue
        params = {"table": table, "closed": closed}
        try:
            results[table] = figures.result(defaults.CALLED_BACK, params, replace(context, by=()))
        except SvcqaError as error:
            refused.append(error)
    return {table: result for table, result in results.items() if result.rows}, tuple(refused)
