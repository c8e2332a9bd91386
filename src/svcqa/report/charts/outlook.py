"""A forecast as a picture: the months so far, the months to come with their intervals, the goal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from svcqa.catalogue import Language, text
from svcqa.metrics.measures import Role
from svcqa.metrics.result import Result
from svcqa.report.charts.grammar import Chart
from svcqa.report.charts.results import chart_of_rows, row_of
from svcqa.report.tables.outlook import forecast_sentence

MOST_MONTHS: Final = 24
"""Of the months so far: enough to see a season, few enough to see the months to come."""


def outlook_chart(
    chart: Result, forecast: Result, language: Language, *, names: Mapping[str, str] | None = None
) -> Chart:
    """Both results are of one commitment and one unit.

    Args:
        chart: a process chart: its values are the months so far.
        forecast: of the year.
        names: what indicators are called, by key.
    """
    scale = forecast.scale
    so_far, ahead = (text(f"charts.months_{name}", language) for name in ("so_far", "ahead"))
    months_so_far = [figure for figure in chart.main if figure.value is not None]
    coming = forecast.of(Role.AHEAD)
    rows = [row_of(figure, so_far, scale) for figure in months_so_far[-MOST_MONTHS:]]
    rows += [row_of(figure, ahead, scale) for figure in coming if figure.period not in {row.period for row in rows}]
    indicator = forecast.rows[0].indicator
    label = (names or {}).get(indicator, indicator)
    return chart_of_rows(
        rows, language, label=label, scale=scale, title=forecast_sentence(forecast, language), kind="lines"
    )
