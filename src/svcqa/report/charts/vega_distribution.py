"""A histogram as layers of Vega-Lite."""

from __future__ import annotations

from typing import Any, Final

from svcqa.catalogue import text
from svcqa.report.charts import palette
from svcqa.report.charts.grammar import Bin, Chart

_SIZE: Final = (560, 260)


def distribution(chart: Chart) -> Any:
    """Columns of closed cases, dashed boxes of open ones on top, lines at limit and marks, on request the share."""
    import altair as alt

    data, states = _data(chart), [text("charts.closed", chart.language), text("charts.still_open", chart.language)]
    fill = alt.Scale(domain=states, range=[palette.CLOSED, "white"])
    stroke = alt.Scale(domain=states, range=["white", "black"])
    dash = alt.Scale(domain=states, range=[[1, 0], [3, 2]])
    legend = alt.Legend(title=None) if any(column.still_open for column in chart.bins) else None
    cases = text("charts.cases", chart.language)
    base = alt.Chart(data).encode(x=_axis(chart), x2="drawn_end:Q")
    columns = [
        base.transform_calculate(state=f"datum.{field}_word", bottom=bottom, top=top)
        .transform_filter(f"datum.{field} > 0")
        .mark_bar(strokeWidth=1, binSpacing=0)
        .encode(
            y=alt.Y("bottom:Q", title=cases, axis=_side(format="~s" if _many(chart) else "d", tickMinStep=1)),
            y2="top:Q",
            fill=alt.Fill("state:N", scale=fill, legend=legend),
            stroke=alt.Stroke("state:N", scale=stroke, legend=legend),
            strokeDash=alt.StrokeDash("state:N", scale=dash, legend=legend),
        )
        for field, bottom, top in (
            ("closed", "0", "datum.closed"),
            ("still_open", "datum.closed", "datum.closed + datum.still_open"),
        )
    ]
    counted = alt.layer(*columns, _endless(data))
    if all(column.cumulative is None for column in chart.bins):
        return alt.layer(counted, *_marks(chart)).properties(width=_SIZE[0], height=_SIZE[1])
    share = alt.Y(
        "cumulative:Q",
        title=text("charts.cumulative", chart.language),
        scale=alt.Scale(domain=[0, 1]),
        axis=_side(format="%", orient="right", titleX=0),
    )
    climb = alt.Chart(data).encode(x="drawn_end:Q", y=share)
    style = {"color": palette.CUMULATIVE}
    line = climb.mark_line(strokeWidth=2, strokeDash=[6, 2], point={"shape": "diamond", "size": 45, **style}, **style)
    drawn = alt.layer(counted, line, *_marks(chart)).resolve_scale(y="independent")
    return drawn.properties(width=_SIZE[0], height=_SIZE[1])


def _endless(data: Any) -> Any:
    """The name of the bin without an end, above its column."""
    import altair as alt

    top = "datum.closed + datum.still_open"
    named = alt.Chart(data).transform_filter("datum.end === null").transform_calculate(top=top)
    return named.mark_text(dy=-9, fontSize=12).encode(x="drawn_middle:Q", y="top:Q", text="label:N")


def _data(chart: Chart) -> Any:
    """The bins with where they end in the picture, and the words of the legend."""
    frame = chart.frame
    frame["drawn_end"] = [_drawn_end(chart, column) for column in chart.bins]
    frame["drawn_middle"] = (frame["start"] + frame["drawn_end"]) / 2
    for field in ("closed", "still_open"):
        frame[f"{field}_word"] = text(f"charts.{field}", chart.language)
    return frame


def _many(chart: Chart) -> bool:
    return max((column.closed + column.still_open for column in chart.bins), default=0) >= 10_000


def _axis(chart: Chart) -> Any:
    """Ticks at the edges; where the bin without an end stops in the picture is no edge."""
    import altair as alt

    ends = [column.end for column in chart.bins[-1:] if column.end is not None]
    axis = alt.Axis(grid=False, values=[*(column.start for column in chart.bins), *ends], labelOverlap="greedy")
    return alt.X("start:Q", title=chart.axis, scale=alt.Scale(zero=False, nice=False), axis=axis)


def _drawn_end(chart: Chart, column: Bin) -> float:
    """Where a bin ends in the picture: the one without an end is as wide as the first."""
    first = chart.bins[0]
    width = first.end - first.start if first.end is not None else 1.0
    return column.start + width if column.end is None else column.end


def _side(*, titleX: float = -28, **options: Any) -> Any:  # noqa: N803 - the name of the option
    import altair as alt

    return alt.Axis(
        titleAngle=0,
        titleAlign="left" if "orient" not in options else "right",
        titleAnchor="end",
        titleX=titleX,
        titleY=-8,
        titleBaseline="bottom",
        **options,
    )


def _marks(chart: Chart) -> list[Any]:
    """A line at each mark, its name above; names of neighbours stand on different heights."""
    import altair as alt
    import pandas as pd

    if not chart.marks or not chart.bins:
        return []
    ordered = sorted(chart.marks, key=lambda mark: mark.value)
    data = pd.DataFrame(
        {
            "place": [mark.value for mark in ordered],
            "name": [f"{mark.name} {mark.value:g}" for mark in ordered],
            "row": [number % 3 for number in range(len(ordered))],
            "limit": [bool(chart.marks[0] is mark) for mark in ordered],
        }
    )
    base = alt.Chart(data).encode(x="place:Q")
    rules = base.mark_rule(color="black", strokeWidth=1.5).encode(
        strokeDash=alt.condition("datum.limit", alt.value(list(palette.GOAL_DASH)), alt.value([2, 2]))
    )
    names = [
        base.transform_filter(f"datum.row == {row}")
        .mark_text(align="left", dx=4, fontSize=12, **halo)
        .encode(y=alt.value(8 + 16 * row), text="name:N")
        for row in range(3)
        for halo in ({"stroke": "white", "strokeWidth": 4}, {})
    ]
    return [rules, *names]
