"""Fills, markers and dashes of native charts: each tells apart in black and white too."""

from __future__ import annotations

from typing import Any, Final

from svcqa.report.charts import palette

FILLS: Final[dict[str, dict[str, Any]]] = {
    "met": {"fill": {"color": palette.STANDING["met"]}, "border": {"color": palette.STANDING["met"]}},
    "risk": {
        "pattern": {"pattern": "wide_upward_diagonal", "fg_color": palette.STANDING["risk"], "bg_color": "#FFFFFF"},
        "border": {"color": palette.STANDING["risk"]},
    },
    "missed": {
        "pattern": {"pattern": "narrow_horizontal", "fg_color": palette.STANDING["missed"], "bg_color": "#FFFFFF"},
        "border": {"color": palette.STANDING["missed"]},
    },
    "": {"fill": {"color": palette.SERIES[0]}, "border": {"color": palette.SERIES[0]}},
    "open": {"fill": {"color": "#FFFFFF"}, "border": {"color": "#000000", "dash_type": "square_dot"}},
}
"""By standing to the goal; ``open`` are the open cases of a distribution."""

_MARKER_TYPES: Final = ("circle", "square", "triangle", "diamond", "x")
_DASHES: Final = ("solid", "dash", "round_dot", "dash_dot", "square_dot")


def dashes(number: int) -> str:
    """The dash of the line with that number."""
    return _DASHES[number]


def _marker(number: int, fill: str) -> dict[str, Any]:
    line = {"color": palette.SERIES[number]}
    return {"type": _MARKER_TYPES[number], "size": 7, "fill": {"color": fill}, "border": line}


MARKERS: Final = tuple(_marker(number, colour) for number, colour in enumerate(palette.SERIES))
PARTIAL: Final = tuple({"fill": {"color": "#FFFFFF"}, "border": {"color": colour}} for colour in palette.SERIES)
"""The point of a period that is not over: hollow."""


def goal_look(*, constant: bool, colour: str = palette.GOAL) -> dict[str, Any]:
    """A dashed line, or a dash at each period and no line between them."""
    if constant:
        return {"line": {"color": colour, "width": 1.25, "dash_type": "dash"}, "marker": {"type": "none"}}
    dash = {"type": "long_dash", "size": 14, "fill": {"color": colour}, "border": {"color": colour}}
    return {"line": {"none": True}, "marker": dash}
