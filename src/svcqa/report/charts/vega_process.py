"""Process behaviour charts and funnels as layers of Vega-Lite."""

from __future__ import annotations

from typing import Any, Final

from svcqa.catalogue import text
from svcqa.report.charts import palette
from svcqa.report.charts.grammar import Chart
from svcqa.report.words.text_width import wrapped

_SIZE: Final = (620, 280)
_LIMIT: Final = "#555555"
_DASH: Final = (6, 4)
_DOTS: Final = (2, 3)
_SIGNAL: Final = "#D55E00"


def process(chart: Chart) -> Any:
    """The series with its centre and limits as steps; what is special is told by shape, not by colour alone."""
    import altair as alt

    axis = alt.Axis(labelAngle=0, labelOverlap="greedy", labelSeparation=8)
    periods = alt.X("period:O", title=None, sort=[point.period for point in chart.points], axis=axis)
    base = alt.Chart(chart.frame).encode(x=periods)
    scale = alt.Scale(zero=False, nice=True)
    steps = [
        base.mark_line(interpolate="step", color=_LIMIT, strokeWidth=width, strokeDash=list(dash)).encode(
            y=alt.Y(f"{name}:Q", scale=scale)
        )
        for name, width, dash in (
            ("centre", 1.6, (1, 0)),
            ("lower_limit", 1.4, _DASH),
            ("upper_limit", 1.4, _DASH),
            ("near_lower", 1, _DOTS),
            ("near_upper", 1, _DOTS),
        )
    ]
    if any(point.goal is not None for point in chart.points):
        goal = base.mark_line(interpolate="step", color=palette.GOAL, strokeWidth=1.6, strokeDash=[12, 3, 2, 3])
        steps.append(goal.encode(y=alt.Y("goal:Q", scale=scale)))
    value = alt.Y("value:Q", title=wrapped(chart.axis, 36), scale=scale, axis=_value_axis(chart))
    line = base.mark_line(color=palette.SERIES[0], strokeWidth=1.8).encode(y=value)
    marks = [
        base.transform_filter(where).mark_point(filled=True, opacity=1, **look).encode(y="value:Q")
        for where, look in (
            ("datum.side === '' && !datum.partial", {"color": palette.SERIES[0], "size": 40}),
            ("datum.side === 'up'", {"color": _SIGNAL, "shape": "triangle-up", "size": 95}),
            ("datum.side === 'down'", {"color": _SIGNAL, "shape": "triangle-down", "size": 95}),
        )
    ]
    partial = base.transform_filter("datum.partial").mark_point(
        fill="white", color=palette.SERIES[0], size=50, opacity=1, strokeWidth=2
    )
    drawn = alt.layer(*steps, line, *marks, partial.encode(y="value:Q"))
    return drawn.properties(width=_SIZE[0], height=_SIZE[1])


def funnel(chart: Chart) -> Any:
    """Units by size with the limits as lines; those outside have their name and a triangle."""
    import altair as alt

    frame = chart.frame
    frame["beyond"] = [bool(dot.outside) for dot in chart.dots]
    wide = max(dot.n for dot in chart.dots) > 20 * min(dot.n for dot in chart.dots)
    size = alt.X(
        "n:Q",
        title=text("charts.funnel_size", chart.language),
        axis=alt.Axis(format="~s"),
        scale=alt.Scale(type="log" if wide else "linear", zero=False),
    )
    base = alt.Chart(frame).encode(x=size)
    scale = alt.Scale(zero=False, nice=True)
    curves = [
        base.mark_line(color=_LIMIT, strokeWidth=1.4, strokeDash=list(dash)).encode(y=alt.Y(f"{name}:Q", scale=scale))
        for name, dash in (
            ("centre", (1, 0)),
            ("lower_limit", _DASH),
            ("upper_limit", _DASH),
            ("far_lower", _DOTS),
            ("far_upper", _DOTS),
        )
    ]
    value = alt.Y("value:Q", title=wrapped(chart.axis, 36), scale=scale, axis=_value_axis(chart))
    reach = base.mark_rule(color="#AAAAAA", strokeWidth=1).encode(y="value:Q", y2="pooled:Q")
    pooled = base.mark_point(shape="diamond", fill="white", color=_LIMIT, size=40, opacity=1).encode(y="pooled:Q")
    within = base.transform_filter("!datum.beyond").mark_point(
        filled=True, size=55, opacity=0.9, color=palette.SERIES[0]
    )
    beyond = base.transform_filter("datum.beyond").mark_point(
        filled=True, size=95, opacity=1, shape="triangle-up", color=_SIGNAL
    )
    named = base.transform_filter("datum.beyond" if len(chart.dots) > 20 else "true").mark_text(
        align="left", dx=8, dy=-7, fontSize=11
    )
    layers = [
        *curves,
        reach,
        pooled,
        within.encode(y=value),
        beyond.encode(y="value:Q"),
        named.encode(y="value:Q", text="group:N"),
    ]
    return alt.layer(*layers).properties(width=_SIZE[0], height=_SIZE[1])


def _value_axis(chart: Chart) -> Any:
    import altair as alt

    percent = {"format": "~%"} if chart.unit == "share" else {}
    return alt.Axis(
        titleAlign="left", titleAnchor="end", titleAngle=0, titleX=-28, titleY=-8, titleBaseline="bottom", **percent
    )
