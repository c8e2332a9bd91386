"""Process behaviour charts and funnels as native Excel charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from svcqa.report.charts import palette
from svcqa.report.charts.grammar import Chart

Add = Callable[[str, Mapping[str, Any]], None]
"""Adds the series of a column, drawn as the options say."""

_LIMIT: Final = "#555555"
_SIGNAL: Final = "#D55E00"
_POOLED: Final = "#C8C8C8"
_LINES: Final = (
    ("centre", "solid"),
    ("lower_limit", "dash"),
    ("upper_limit", "dash"),
    ("near_lower", "round_dot"),
    ("near_upper", "round_dot"),
    ("goal", "long_dash_dot"),
)
_CURVES: Final = (
    ("centre", "solid"),
    ("lower_limit", "dash"),
    ("upper_limit", "dash"),
    ("far_lower", "round_dot"),
    ("far_upper", "round_dot"),
)


def add_process(chart: Chart, columns: list[str], add: Add) -> None:
    """The values, special points in another colour with the words of the signal; centre and limits as lines."""
    special = {"fill": {"color": _SIGNAL}, "border": {"color": _SIGNAL}}
    hollow = {"fill": {"color": "#FFFFFF"}, "border": {"color": palette.SERIES[0]}}
    labels = [{"value": {"up": "▲", "down": "▼"}[p.side]} if p.side else {"delete": True} for p in chart.points]
    add(
        "value",
        {
            "line": {"color": palette.SERIES[0], "width": 1.75},
            "marker": {
                "type": "circle",
                "size": 6,
                "fill": {"color": palette.SERIES[0]},
                "border": {"color": palette.SERIES[0]},
            },
            "points": [special if p.side else hollow if p.partial else None for p in chart.points],
            **(
                {"data_labels": {"value": True, "position": "above", "custom": labels, "font": {"color": _SIGNAL}}}
                if any(point.side for point in chart.points)
                else {}
            ),
        },
    )
    _add_lines(_LINES, columns, add)


def add_funnel(columns: list[str], add: Add) -> None:
    """Units as points, pooled figures as pale diamonds, limits as lines."""
    add(
        "value",
        {
            "line": {"none": True},
            "marker": {
                "type": "circle",
                "size": 7,
                "fill": {"color": palette.SERIES[0]},
                "border": {"color": palette.SERIES[0]},
            },
        },
    )
    add(
        "pooled",
        {
            "line": {"none": True},
            "marker": {"type": "diamond", "size": 6, "fill": {"color": _POOLED}, "border": {"color": _LIMIT}},
        },
    )
    _add_lines(_CURVES, columns, add)


def _add_lines(lines: tuple[tuple[str, str], ...], columns: list[str], add: Add) -> None:
    for name, dash in lines:
        if name in columns:
            colour = palette.GOAL if name == "goal" else _LIMIT
            add(name, {"line": {"color": colour, "width": 1.25, "dash_type": dash}, "marker": {"type": "none"}})
