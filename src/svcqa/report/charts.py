"""Pictures of a review: the data of a picture is made here, the drawing is left to Vega-Lite.

A picture shows as SVG in JupyterLab, Voilà and HTML, with no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from svcqa.catalogue import Language, text
from svcqa.entities.target import LevelTarget
from svcqa.metrics.result import Result
from svcqa.report import wording
from svcqa.report.fonts import FAMILIES
from svcqa.review.half_year import CommitmentReview, HalfYearReview

if TYPE_CHECKING:
    import pandas as pd

# Okabe and Ito's palette: told apart by colour-blind readers; the shape says the same again.
_COLOURS = {"met": "#0072B2", "risk": "#E69F00", "missed": "#D55E00"}
_GROUPS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"]
_SHAPES = {"met": "circle", "risk": "triangle-up", "missed": "square"}


@dataclass(frozen=True)
class Picture:
    """A chart and the data it shows."""

    title: str
    data: pd.DataFrame
    chart: Any

    def svg(self) -> str:
        """The picture as SVG text."""
        import vl_convert

        return str(vl_convert.vegalite_to_svg(self.chart.to_dict()))

    def _repr_svg_(self) -> str:
        return self.svg()

    def __repr__(self) -> str:
        return f"<{self.title}>"


def _styled(chart: Any) -> Any:
    return (
        chart.configure(font=FAMILIES, background="white")
        .configure_axis(labelFontSize=12, titleFontSize=12, labelLimit=260, titleAngle=0)
        .configure_title(fontSize=15, anchor="start", font=FAMILIES)
        .configure_legend(labelFontSize=12, titleFontSize=12)
        .configure_view(stroke=None)
    )


def _standing(verdict: str, at_risk: bool) -> str:
    return "risk" if at_risk and verdict == "met" else (verdict or "met")


def targets(review: HalfYearReview, language: Language) -> Picture:
    """The company's level targets: figure, interval and goal, in percentage points above or below the goal."""
    import altair as alt
    import pandas as pd

    names = {key: text(f"charts.{key}", language) for key in _COLOURS}
    rows = []
    for item in review.targets:
        now = item.course.now
        if (
            isinstance(item.target, LevelTarget)
            and item.owner.code == review.unit.code
            and now
            and now.value is not None
        ):
            goal = item.target.goal
            rows.append(
                {
                    "target": f"{item.target.name.in_language(language)} "
                    f"{wording.goal_text(item.target, item.course.scale, language)}",
                    "gap": (now.value - goal) * 100,
                    "lower": ((now.lower if now.lower is not None else now.value) - goal) * 100,
                    "upper": ((now.upper if now.upper is not None else now.value) - goal) * 100,
                    "standing": names[_standing(item.judged.verdict, item.judged.at_risk)],
                    "shown": wording.percent(now.value, goal),
                }
            )
    data = pd.DataFrame(rows, columns=["target", "gap", "lower", "upper", "standing", "shown"])
    met = len(data) - int((data["standing"] == names["missed"]).sum())
    title = text("charts.targets_title", language, met=met, judged=len(data), period=review.period.label)
    scale = alt.Scale(domain=list(names.values()), range=list(_COLOURS.values()))
    shape = alt.Scale(domain=list(names.values()), range=list(_SHAPES.values()))
    base = alt.Chart(data).encode(
        y=alt.Y("target:N", sort=None, title=None),
        color=alt.Color("standing:N", scale=scale, title=None),
    )
    ruler = base.mark_rule(strokeWidth=3).encode(x=alt.X("lower:Q", title=text("charts.gap", language)), x2="upper:Q")
    point = base.mark_point(filled=True, size=110, opacity=1).encode(
        x="gap:Q", shape=alt.Shape("standing:N", scale=shape)
    )
    label = base.mark_text(dy=-13, fontSize=12).encode(x="gap:Q", text="shown:N")
    goal_line = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(strokeDash=[5, 3], color="black").encode(x="x:Q")
    chart = (goal_line + ruler + point + label).properties(width=520, height=alt.Step(38), title=title)
    return Picture(title, data, _styled(chart))


def months(review: HalfYearReview, item: CommitmentReview, language: Language) -> Picture:
    """One commitment month by month, by department, with its goal."""
    import altair as alt
    import pandas as pd

    goal = item.commitment.required_share
    rows = [
        {
            "month": figure.period,
            "unit": unit.unit.name.in_language(language),
            "share": figure.value * 100,
            "lower": (figure.lower if figure.lower is not None else figure.value) * 100,
            "upper": (figure.upper if figure.upper is not None else figure.value) * 100,
        }
        for unit in item.departments
        for figure in unit.course.months
        if figure.value is not None
    ]
    data = pd.DataFrame(rows, columns=["month", "unit", "share", "lower", "upper"])
    title = _months_title(item, language)
    base = alt.Chart(data).encode(
        x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=0)),
        color=alt.Color("unit:N", title=None, scale=alt.Scale(range=["#D55E00", "#0072B2", "#009E73", "#CC79A7"])),
    )
    percent = text("charts.percent", language)
    line = base.mark_line(strokeWidth=2.5).encode(
        y=alt.Y("share:Q", title=percent, scale=alt.Scale(zero=False)), strokeDash=alt.StrokeDash("unit:N", legend=None)
    )
    point = base.mark_point(filled=True, size=60, opacity=1).encode(y="share:Q", shape=alt.Shape("unit:N", legend=None))
    spread = base.mark_area(opacity=0.12).encode(y="lower:Q", y2="upper:Q")
    layers = spread + line + point
    if goal is not None:
        ruler = alt.Chart(pd.DataFrame({"goal": [goal * 100]})).mark_rule(strokeDash=[5, 3], color="black")
        layers = layers + ruler.encode(y="goal:Q")
    return Picture(title, data, _styled(layers.properties(width=560, height=260, title=title)))


def _months_title(item: CommitmentReview, language: Language) -> str:
    """The finding in words: who is furthest below the goal, or that all keep it."""
    name, goal = item.commitment.item.in_language(language), item.commitment.required_share
    if goal is None:
        return name
    behind = [
        u for u in item.departments if u.course.now and u.course.now.value is not None and u.course.now.value < goal
    ]
    if not behind:
        return text("charts.all_keep", language, item=name, goal=f"{goal * 100:g}%")
    worst = min(behind, key=lambda u: (u.course.now.value if u.course.now else 1) or 0)
    now = worst.course.now
    return text(
        "charts.below", language, item=name, unit=worst.unit.name.in_language(language),
        value=wording.percent(now.value if now else None, goal), goal=f"{goal * 100:g}%",
    )  # fmt: skip


def of_result(
    result: Result, language: Language, *, names: Mapping[str, str] | None = None, title: str | None = None
) -> Picture:
    """Any result: a line over its periods, or bars side by side where there is one period; intervals and goal.

    Args:
        names: what units are called; their codes where absent.
        title: the metric's label and the periods where absent.
    """
    import altair as alt
    import pandas as pd

    scale = 100 if result.unit == "share" else 1
    called = names or {}
    rows = []
    for row, figure in zip(result.rows, result.figures(), strict=True):
        if figure.value is None:
            continue
        low, high = (figure.value if limit is None else limit for limit in (figure.lower, figure.upper))
        group = " · ".join([called.get(figure.unit, figure.unit), *wording.keys(result, row, language)])
        rows.append(
            {
                "group": group,
                "period": figure.period,
                "value": figure.value * scale,
                "lower": low * scale,
                "upper": high * scale,
                "goal": None if figure.goal is None else figure.goal * scale,
                "shown": wording.level_with_unit(figure.value, result.scale, language, figure.goal),
            }
        )
    data = pd.DataFrame(rows, columns=["group", "period", "value", "lower", "upper", "goal", "shown"])
    label = result.label.in_language(language) if result.label is not None else result.about.get("metric", "")
    periods = list(dict.fromkeys(data["period"]))
    heading = title or " ".join([label, *([periods[0]] if len(periods) == 1 else [])])
    if result.unit == "share":
        heading += text("charts.in_percent", language)
    chart = _lines(data) if len(periods) > 1 else _bars(data)
    goals = sorted({goal for goal in data["goal"] if pd.notna(goal)})
    if goals:
        ruler = alt.Chart(pd.DataFrame({"goal": goals})).mark_rule(strokeDash=[5, 3], color="black")
        chart = chart + (
            ruler.encode(y=alt.Y("goal:Q", title=None))
            if len(periods) > 1
            else ruler.encode(x=alt.X("goal:Q", title=None))
        )
    return Picture(heading, data, _styled(chart.properties(width=560, title=heading)))


def _lines(data: pd.DataFrame) -> Any:
    import altair as alt

    legend = alt.Legend(symbolOpacity=1) if data["group"].nunique() > 1 else None
    base = alt.Chart(data).encode(
        x=alt.X("period:O", title=None, sort=None, axis=alt.Axis(labelAngle=0)),
        color=alt.Color("group:N", title=None, scale=alt.Scale(range=_GROUPS), legend=legend),
    )
    value = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False))
    spread = base.mark_area(opacity=0.12).encode(y=alt.Y("lower:Q", title=None), y2="upper:Q")
    line = base.mark_line(strokeWidth=2.5).encode(y=value, strokeDash=alt.StrokeDash("group:N", legend=None))
    point = base.mark_point(filled=True, size=60, opacity=1).encode(y=value, shape=alt.Shape("group:N", legend=None))
    return (spread + line + point).properties(height=260)


def _bars(data: pd.DataFrame) -> Any:
    import altair as alt

    base = alt.Chart(data).encode(y=alt.Y("group:N", sort=None, title=None))
    bar = base.mark_bar(color=_GROUPS[0], opacity=0.75).encode(x=alt.X("value:Q", title=None))
    spread = base.mark_rule(strokeWidth=2, color="black").encode(x=alt.X("lower:Q", title=None), x2="upper:Q")
    label = base.mark_text(align="left", dx=4, dy=-9, fontSize=12).encode(x="upper:Q", text="shown:N")
    return (bar + spread + label).properties(height=alt.Step(38))
