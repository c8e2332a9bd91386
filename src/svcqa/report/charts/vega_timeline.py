"""A time line as layers of Vega-Lite: one line a reason, filled bars count, hollow ones do not."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from svcqa.report.charts import palette
from svcqa.report.charts.grammar import Chart, distinct
from svcqa.report.words.text_width import wrapped

_WIDTH: Final = 560
_LINE: Final = 34
_NAME_ROOM: Final = 26
_SHORT: Final = 24
"""A bar has room for its text where it takes at least this part of the whole time."""
_EPOCH: Final = dt.datetime(1970, 1, 1)


def timeline(chart: Chart) -> Any:
    """Bars on the line of their reason, lines at the due moment and the end. Moments are drawn as they are written."""
    import altair as alt

    data = _data(chart)
    lines = [_broken(reason) for reason in distinct(stretch.reason for stretch in chart.stretches)]
    # a local moment is drawn as if it were UTC: no zone of the machine may move it
    when = alt.X("begin:T", title=None, scale=alt.Scale(type="utc", nice=False), axis=_axis())
    base = alt.Chart(data).encode(
        x=when,
        x2="end:T",
        description="said:N",
        y=alt.Y(
            "line:N",
            sort=lines,
            title=None,
            axis=alt.Axis(labelExpr="split(datum.label, '\\n')", labelPadding=6, grid=True, domain=False),
        ),
    )
    style: dict[str, Any] = {"height": {"band": 0.62}, "strokeWidth": 1.3}
    counted = base.transform_filter("datum.counts").mark_bar(fill=palette.SERIES[0], stroke=palette.SERIES[0], **style)
    idle = base.transform_filter("!datum.counts").mark_bar(fill="white", stroke="#404040", strokeDash=[3, 2], **style)
    named = (
        alt.Chart(data)
        .transform_filter("datum.roomy")
        .encode(
            x=alt.X("middle:T", scale=alt.Scale(type="utc", nice=False)),
            y=alt.Y("line:N", sort=lines),
            text="shown:N",
            description="said:N",
        )
    )
    words = [
        named.transform_filter(which).mark_text(fontSize=11, color=colour)
        for which, colour in (("datum.counts", "white"), ("!datum.counts", "black"))
    ]
    return alt.layer(idle, counted, *words, *_marks(chart)).properties(width=_WIDTH, height=_LINE * max(1, len(lines)))


def _axis() -> Any:
    import altair as alt

    return alt.Axis(format="%m-%d %H:%M", labelAngle=0, labelOverlap="greedy", labelSeparation=12, tickCount=6)


def _data(chart: Chart) -> Any:
    import pandas as pd

    whole = max((stretch.end for stretch in chart.stretches), default=_EPOCH) - min(
        (stretch.begin for stretch in chart.stretches), default=_EPOCH
    )
    return pd.DataFrame(
        {
            "line": _broken(stretch.reason),
            "begin": _number(stretch.begin),
            "end": _number(stretch.end),
            "middle": (_number(stretch.begin) + _number(stretch.end)) / 2,
            "counts": stretch.counts,
            "shown": stretch.shown,
            "said": f"{stretch.reason} {stretch.begin} – {stretch.end}",
            "roomy": (stretch.end - stretch.begin) * _SHORT >= whole * max(1, len(stretch.shown) / 3),
        }
        for stretch in chart.stretches
    )


def _number(moment: dt.datetime) -> float:
    """Milliseconds, as Vega counts time."""
    return (moment - _EPOCH).total_seconds() * 1000


def _broken(name: str) -> str:
    return "\n".join(wrapped(name, _NAME_ROOM))


def _marks(chart: Chart) -> list[Any]:
    """A line at each mark, its name above: the due moment dashed, the end solid."""
    import altair as alt
    import pandas as pd

    if not chart.marks:
        return []
    ordered = sorted(chart.marks, key=lambda mark: mark.value)
    data = pd.DataFrame(
        {
            "at": mark.value * 1000,
            "name": mark.name,
            "row": number,
            "due": mark is chart.marks[0],
            "said": f"{mark.name} {_EPOCH + dt.timedelta(seconds=mark.value)}",
        }
        for number, mark in enumerate(ordered)
    )
    base = alt.Chart(data).encode(x=alt.X("at:T", scale=alt.Scale(type="utc", nice=False)), description="said:N")
    dashed = list(palette.GOAL_DASH)
    rules = base.mark_rule(color="black", strokeWidth=1.8).encode(
        strokeDash=alt.condition("datum.due", alt.value(dashed), alt.value([1, 0]))
    )
    last = len(ordered) - 1
    names = [  # the earlier name ends at its line, the later one begins there: neighbours never meet
        base.transform_filter(f"datum.row == {row}")
        .mark_text(
            align="left" if row == last else "right",
            dx=5 if row == last else -5,
            fontSize=12,
            fontWeight="bold",
            color="black",
        )
        .encode(y=alt.value(-8), text="name:N")
        for row in range(len(ordered))
    ]
    return [rules, *names]
