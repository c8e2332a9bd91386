"""Bars, lines and small multiples as layers of Vega-Lite."""

from __future__ import annotations

from typing import Any, Final

from svcqa.catalogue import text
from svcqa.report.charts import palette
from svcqa.report.charts.grammar import Chart
from svcqa.report.words.text_width import wrapped

_WIDTH: Final = 520
_PANEL: Final = (186, 120)
_PANELS_A_ROW: Final = 3
_MOST_LABELS: Final = 13
_NAME_ROOM: Final = 36
_PANEL_ROOM: Final = 27
_BREAK: Final = "split(datum.label, '\\n')"
"""Long names stand in several lines: a name cut short would leave a reader guessing."""


def _data(chart: Chart, room: int = _NAME_ROOM) -> Any:
    """The chart's rows, the names broken into lines, the standing in words."""
    frame = chart.frame
    frame["name"] = [_broken(row.group, room) for row in chart.rows]
    frame["stands"] = [chart.cell(row, "standing") for row in chart.rows]
    frame["low"] = [row.value if row.lower is None else row.lower for row in chart.rows]
    frame["high"] = [row.value if row.upper is None else row.upper for row in chart.rows]
    return frame


def _broken(name: str, room: int = _NAME_ROOM) -> str:
    return "\n".join(wrapped(name, room))


def _format(chart: Chart) -> dict[str, Any]:
    return {"format": "~%"} if chart.unit == "share" else {}


def bars(chart: Chart) -> Any:
    """Groups side by side: a bar from zero, the interval as a rule with ends, the goal, the value in words."""
    import altair as alt

    stands = [name for name in palette.STANDING if any(row.standing == name for row in chart.rows)]
    words = [text(f"charts.{name}", chart.language) if name else "" for name in stands]
    height = alt.Step(24 + 16 * max([1, *(_broken(group).count("\n") + 1 for group in chart.groups)]))
    base = alt.Chart(_data(chart)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelExpr=_BREAK, labelPadding=6))
    )
    value = alt.X("value:Q", title=chart.axis, axis=alt.Axis(**_format(chart)))
    if any(stands):
        legend = alt.Legend(title=None, values=[word for word in words if word])
        colour = alt.Color(
            "stands:N", legend=legend, scale=alt.Scale(domain=words, range=[palette.STANDING[s] for s in stands])
        )
        shape = alt.Shape(
            "stands:N", legend=legend, scale=alt.Scale(domain=words, range=[palette.STANDING_SHAPES[s] for s in stands])
        )
        bar = base.mark_bar(opacity=0.45, height={"band": 0.55}).encode(x=value, color=colour)
        point = base.mark_point(filled=True, size=100, opacity=1).encode(x="value:Q", color=colour, shape=shape)
    else:
        bar = base.mark_bar(color=palette.SERIES[0], opacity=0.45, height={"band": 0.55}).encode(x=value)
        point = base.mark_point(filled=True, size=80, opacity=1, color=palette.SERIES[0]).encode(x="value:Q")
    has_interval = alt.datum.low != alt.datum.high
    rule = base.mark_rule(strokeWidth=2, color="black").encode(x="low:Q", x2="high:Q")
    ends = [
        base.transform_filter(has_interval).mark_tick(color="black", thickness=2, size=9).encode(x=f"{side}:Q")
        for side in ("low", "high")
    ]
    label = base.mark_text(align="left", dx=9, fontSize=12).encode(x=alt.X("reach:Q"), text="shown:N")
    label = label.transform_calculate(reach="max(datum.high, datum.value, datum.goal, 0)")
    layers = [bar, rule, *ends, point, label, *_bar_goals(chart, base)]
    return alt.layer(*layers).properties(width=_WIDTH, height=height)


def _bar_goals(chart: Chart, base: Any) -> list[Any]:
    """One line over all bars where all have the same goal, otherwise a stroke at each bar."""
    import altair as alt

    if len(chart.goals) == 1 and all(row.goal is not None for row in chart.rows):
        at = alt.Chart(_goal_data(chart)).mark_rule(strokeDash=list(palette.GOAL_DASH), color=palette.GOAL)
        return [at.encode(x="goal:Q")]
    if not chart.goals:
        return []
    return [base.mark_tick(color=palette.GOAL, thickness=3, size=30).encode(x="goal:Q")]


def _goal_data(chart: Chart) -> Any:
    import pandas as pd

    return pd.DataFrame({"goal": [float(goal) for goal in chart.goals]})


def lines(chart: Chart) -> Any:
    """One line a group over the periods; colour, dash and shape each tell the groups apart."""
    import altair as alt

    several = len(chart.groups) > 1
    scale = list(chart.groups)
    number = len(scale)
    legend = alt.Legend(title=None, symbolSize=90, symbolStrokeWidth=2) if several else None

    def by_group(channel: Any, choices: Any, shown: Any = legend) -> Any:
        picked = [list(choice) if isinstance(choice, tuple) else choice for choice in choices[:number]]
        return channel("group:N", sort=scale, legend=shown, scale=alt.Scale(domain=scale, range=picked))

    base = alt.Chart(_data(chart)).encode(
        x=_periods(chart),
        color=by_group(alt.Color, palette.SERIES),
    )
    dash, shape = by_group(alt.StrokeDash, palette.DASHES, None), by_group(alt.Shape, palette.SHAPES)
    layers = _line_layers(chart, base, dash, shape)
    if not several and len(chart.rows) <= _MOST_LABELS:
        layers.append(
            base.mark_text(dy=-14, fontSize=11, color="black").encode(
                y="high:Q", text="shown:N", color=alt.value("black")
            )
        )
    return alt.layer(*layers, *_line_goals(chart)).properties(width=_WIDTH + 40, height=260)


def small_multiples(chart: Chart) -> Any:
    """One panel a group on the same scale; the goal in each."""
    import altair as alt

    data = _data(chart, _PANEL_ROOM)
    colour = alt.value(palette.SERIES[0])
    base = alt.Chart().encode(x=_periods(chart), color=colour)
    layers = _line_layers(chart, base, alt.value([1, 0]), alt.value("circle"), titled=False)
    goal = alt.Chart().mark_line(
        interpolate="step", strokeDash=list(palette.GOAL_DASH), color=palette.GOAL, strokeWidth=1.2
    )
    layers.append(goal.encode(x=_periods(chart), y="goal:Q"))
    width, height = _PANEL
    header = alt.Header(title=None, labelExpr=_BREAK, labelAnchor="start")
    facet = alt.Facet("name:N", sort=[_broken(group, _PANEL_ROOM) for group in chart.groups], header=header)
    panels = alt.layer(*layers, data=data).properties(width=width, height=height)
    return panels.facet(facet, columns=_PANELS_A_ROW).resolve_scale(y="shared")


def _periods(chart: Chart) -> Any:
    import altair as alt

    axis = alt.Axis(labelAngle=0, labelOverlap="greedy", labelSeparation=8)
    return alt.X("period:O", title=None, sort=list(chart.periods), axis=axis)


def _line_layers(chart: Chart, base: Any, dash: Any, shape: Any, *, titled: bool = True) -> list[Any]:
    """Interval band, line, and points: hollow where the period is not over."""
    import altair as alt

    scale = alt.Scale(zero=False, nice=True)
    value = alt.Y("value:Q", title=_above(chart.axis) if titled else None, scale=scale, axis=_value_axis(chart))
    band = base.mark_area(opacity=0.13, line=False).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    reach = base.mark_rule(strokeWidth=1, opacity=0.5).encode(y="low:Q", y2="high:Q")
    line = base.mark_line(strokeWidth=2.2).encode(y=value, strokeDash=dash)
    over = base.transform_filter("!datum.partial").mark_point(filled=True, size=62, opacity=1)
    still = base.transform_filter("datum.partial").mark_point(fill="white", size=62, opacity=1, strokeWidth=2)
    points = [item.encode(y="value:Q", shape=shape) for item in (over, still)]
    return [band, reach, line, *points]


def _above(axis: str) -> list[str]:
    return wrapped(axis, _NAME_ROOM)


def _value_axis(chart: Chart) -> Any:
    """The axis' title lies flat above its end, where a Chinese title can be read."""
    import altair as alt

    return alt.Axis(
        titleAlign="left",
        titleAnchor="end",
        titleAngle=0,
        titleX=-28,
        titleY=-8,
        titleBaseline="bottom",
        **_format(chart),
    )


def _line_goals(chart: Chart) -> list[Any]:
    """The goal as steps, for it may change in time; one for all groups, or one a group in the group's colour."""
    import altair as alt

    style: dict[str, Any] = {"strokeDash": list(palette.GOAL_DASH), "strokeWidth": 1.4}
    if len(chart.goals) == 1:
        return [alt.Chart(_goal_data(chart)).mark_rule(color=palette.GOAL, **style).encode(y="goal:Q")]
    if not chart.goals:
        return []
    steps = alt.Chart(_data(chart)).mark_line(interpolate="step", **style)
    if chart.one_goal_a_period:
        return [steps.encode(x=_periods(chart), y="max(goal):Q", color=alt.value(palette.GOAL))]
    return [steps.encode(x=_periods(chart), y="goal:Q", color="group:N")]
