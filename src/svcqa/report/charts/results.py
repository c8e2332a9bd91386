"""A chart of any result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

from svcqa.catalogue import Language, text
from svcqa.errors import Fault, MetricError
from svcqa.metrics.result import Figure, Result, Scale
from svcqa.metrics.verdict import Judgement, judge
from svcqa.report.charts.finding import finding
from svcqa.report.charts.grammar import MOST_LINES, MOST_PANELS, Better, Chart, Row, Standing, distinct
from svcqa.report.charts.palette import SIGNS
from svcqa.report.words import figures as wording

FigureKind = Literal["bars", "lines", "small_multiples"]


def chart_of(
    result: Result,
    language: Language,
    *,
    names: Mapping[str, str] | None = None,
    title: str | None = None,
    kind: FigureKind | None = None,
    better: Better | None = None,
    measures: Sequence[str] = (),
) -> Chart:
    """A chart of any result: lines over its periods, or bars side by side where there is one period.

    Args:
        names: what units, commitments and measures are called; their codes where absent.
        title: the finding in words where absent.
        kind: what fits the number of periods and groups where absent.
        better: which direction is good; what the metric says of itself where absent.
        measures: only rows of these measures, such as ``p50``; all of them where absent.

    Raises:
        MetricError: ``kind`` cannot show this many periods or groups.

    >>> june = Figure(unit="D1", period="2026-06", first=dt.date(2026, 6, 1), last=dt.date(2026, 6, 30))
    >>> found = Result((june.filled("kept", value=0.97, lower=0.95, upper=0.98, goal=0.9),), unit="share")
    >>> chart_of(found, "en").kind
    'bars'
    """
    scale = Scale(result.unit, better or result.better or "higher")
    called = {**wording.measures(result, language), **(names or {})}
    rows, label = figure_rows(result, called, scale, measures), _label(result, names or {}, language)
    return chart_of_rows(rows, language, label=label, scale=scale, title=title, kind=kind)


def chart_of_rows(
    rows: Sequence[Row],
    language: Language,
    *,
    label: str,
    scale: Scale,
    title: str | None = None,
    kind: FigureKind | None = None,
) -> Chart:
    """A chart of figures that are rows already."""
    unit = scale.unit
    chosen = _checked(kind, rows)
    heading = title or finding(rows, label=label, scale=scale, language=language)
    drawn, notes = tuple(rows), []
    if chosen == "small_multiples" and (left := len(distinct(row.group for row in rows)) - MOST_PANELS) > 0:
        drawn = _furthest(rows, scale)
        notes.append(text("charts.left_out", language, count=left, most=MOST_PANELS))
    notes += _notes(drawn, chosen, language)
    axis = f"{label}{text('charts.in_unit', language, unit=wording.value_unit(unit, language))}" if unit else label
    return Chart(
        kind=chosen,
        title=heading,
        axis=axis,
        unit=unit,
        language=language,
        better=scale.better,
        rows=drawn,
        notes=tuple(notes),
    )


def _label(result: Result, names: Mapping[str, str], language: Language) -> str:
    """What the figures are; with the commitment's name where all are of one that has a name."""
    metric = result.label.in_language(language) if result.label is not None else result.about.get("metric", "")
    indicators = distinct(row.indicator for row in result.rows)
    named = names.get(indicators[0]) if len(indicators) == 1 else None
    return metric if named is None else text("charts.label_of", language, item=named, metric=metric)


def _checked(kind: FigureKind | None, rows: Sequence[Row]) -> FigureKind:
    """The kind asked for, or the one that fits; refused where it would show less than it was given."""
    periods, groups = len({row.period for row in rows}), len({row.group for row in rows})
    fitting: list[FigureKind] = ["small_multiples"]
    if groups <= MOST_LINES:
        fitting.insert(0, "lines")
    if periods <= 1:
        fitting.insert(0, "bars")
    if kind is None:
        return fitting[0]
    if kind not in fitting:
        size = f"{kind} ({periods} × {groups})"
        raise MetricError(Fault("chart_kind", got=size, allowed=", ".join(fitting)))
    return kind


def figure_rows(
    result: Result, names: Mapping[str, str], scale: Scale, measures: Sequence[str] = ()
) -> tuple[Row, ...]:
    """The rows of a result, every group with every period: a period without a figure is a gap, not a shortcut."""
    figures = [row for row in result.rows if not measures or row.measure in measures]
    dimensions = _dimensions(figures, result.keys)
    made = {}
    first: dict[str, dt.date] = {}
    for row in figures:
        group = " · ".join(names.get(item, item) for item in (_of_column(row, name) for name in dimensions))
        first.setdefault(row.period, row.first)
        made[group, row.period] = row_of(row, group, scale)
    periods = sorted(first, key=lambda period: first[period])
    return tuple(
        made.get((group, period))
        or Row(group=group, period=period, value=None, lower=None, upper=None, goal=None, n=None, shown=wording.DASH)
        for group in distinct(group for group, _ in made)
        for period in periods
    )


def _dimensions(rows: Sequence[Figure], keys: Sequence[str]) -> list[str]:
    """The columns that tell the groups apart; the unit where nothing does."""
    columns = ["indicator", "unit", *keys, "measure"]
    varying = [name for name in dict.fromkeys(columns) if len({_of_column(row, name) for row in rows}) > 1]
    return varying or ["unit"]


def _of_column(row: Figure, name: str) -> str:
    columns = {"indicator": row.indicator, "unit": row.unit, "measure": row.measure}
    return columns[name] if name in columns else row.by.get(name, "")


def row_of(figure: Figure, group: str, scale: Scale) -> Row:
    """One figure as a row of a chart."""
    judged = judged_by(figure, scale)
    standing: Standing = "risk" if judged.verdict == "met" and judged.at_risk else judged.verdict
    partial = "partial" in figure.flags
    shown = wording.DASH
    if figure.value is not None:
        shown = f"{SIGNS[standing]}{wording.level(figure.value, scale, figure.goal)}{'*' if partial else ''}"
    return Row(
        group=group,
        period=figure.period,
        value=figure.value,
        lower=figure.lower,
        upper=figure.upper,
        goal=figure.goal,
        n=figure.n,
        shown=shown,
        standing=standing,
        evidence=judged.evidence,
        method=figure.method,
        partial=partial,
    )


def judged_by(figure: Figure, scale: Scale) -> Judgement:
    """Verdict and evidence: the metric's own, or worked out from goal and interval where it gave none."""
    better = scale.better
    if better == "neutral" or figure.value is None or figure.goal is None or "cycle_open" in figure.flags:
        return Judgement()
    if figure.verdict:
        return Judgement(verdict=figure.verdict, evidence=figure.evidence, at_risk=bool(figure.at_risk))
    perfect = 0.0 if better == "lower" else 1.0
    return judge(
        value=figure.value,
        lower=figure.lower,
        upper=figure.upper,
        goal=figure.goal,
        better=better,
        zero_tolerance=scale.unit == "share" and figure.goal == perfect,
    )


def _furthest(rows: Sequence[Row], scale: Scale) -> tuple[Row, ...]:
    """The rows of the groups that stand worst in the last period that they have a figure for, in their old order."""
    last = {row.group: row for row in rows if row.value is not None}

    def gap(group: str) -> float:
        row = last.get(group)
        if row is None or row.value is None:
            return float("inf")
        sign = -1.0 if scale.better == "lower" else 1.0
        return sign * (row.value - (row.goal or 0.0))

    groups = distinct(row.group for row in rows)
    furthest = set(sorted(groups, key=gap)[:MOST_PANELS])
    return tuple(row for row in rows if row.group in furthest)


def _notes(rows: Sequence[Row], kind: FigureKind, language: Language) -> list[str]:
    notes = []
    methods = distinct(row.method for row in rows if row.lower is not None and row.method)
    if any(row.lower is not None or row.upper is not None for row in rows):
        key = "charts.interval_rules" if kind == "bars" else "charts.interval_bands"
        glue = text("wording.separator", language)
        notes.append(text(key, language) + (f" {glue.join(methods)}" if methods else ""))
    if any(row.goal is not None for row in rows):
        goals = {(row.period, row.goal) for row in rows if row.goal is not None}
        own_goals = kind == "lines" and len(goals) > len({period for period, _ in goals})
        notes.append(text("charts.goal_own" if own_goals else "charts.goal_line", language))
    if any(row.partial for row in rows):
        notes.append(text("charts.partial_star" if kind == "bars" else "charts.partial_hollow", language))
    missing = sum(row.value is None for row in rows)
    if missing:
        notes.append(text("charts.no_value", language, count=missing))
    return notes
