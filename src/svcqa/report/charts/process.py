"""A process behaviour chart from a result: points with their signals, centre, limits, near limits."""

from __future__ import annotations

from collections.abc import Mapping

from svcqa.catalogue import Language, text
from svcqa.errors import Fault, MetricError
from svcqa.metrics.measures import Role
from svcqa.metrics.result import Figure, Result
from svcqa.report.charts.grammar import Chart, Point
from svcqa.report.words import figures as wording
from svcqa.report.words import signals as signal_words

Rows = Mapping[str, Figure]
"""Of one unit, by period."""


def process_chart(
    result: Result,
    language: Language,
    *,
    unit: str | None = None,
    names: Mapping[str, str] | None = None,
    title: str | None = None,
) -> Chart:
    """The chart of one unit; the only one of the result where ``unit`` is absent.

    Args:
        result: result of a metric whose picture is a process chart.
        names: what units and indicators are called, by code or key.
        title: what the latest point and the target say where absent.

    Raises:
        MetricError: the result holds no chart of the unit, or several.
    """
    called = names or {}
    signals = result.of(Role.SIGNAL)
    units = [row.unit for row in signals]
    chosen = unit if unit is not None else next(iter(units), "")
    if chosen not in units or (unit is None and len(units) > 1):
        raise MetricError(Fault("chart_kind", place=chosen, got="process", allowed=", ".join(units)))
    (latest,) = (row for row in signals if row.unit == chosen)
    limits, near, suggested = (
        {row.period: row for row in result.of(role) if row.unit == chosen}
        for role in (Role.LIMITS, Role.INNER_LIMITS, Role.CHANGE_POINT)
    )
    points = tuple(
        _point(row, limits.get(row.period), near.get(row.period), result=result, language=language)
        for row in result.main
        if row.unit == chosen
    )
    indicator = called.get(latest.indicator, latest.indicator)
    finding = text(
        "charts.process_title",
        language,
        label=indicator,
        unit=called.get(chosen, chosen),
        period=f"{points[0].period}…{points[-1].period}",
        said=signal_words.icons_sentence(result, latest, language),
    )
    unit_name = wording.value_unit(result.unit, language) if result.unit else ""
    axis = indicator + (text("charts.in_unit", language, unit=unit_name) if unit_name else "")
    notes = _notes(points, latest, suggested, language)
    return Chart(
        kind="process",
        title=title or finding,
        axis=axis,
        unit=result.unit,
        language=language,
        better=result.better or "neutral",
        points=points,
        notes=notes,
    )


def _point(row: Figure, limits: Figure | None, near: Figure | None, *, result: Result, language: Language) -> Point:
    special = signal_words.signal(row)
    return Point(
        period=row.period,
        value=row.value,
        centre=None if limits is None else limits.value,
        lower_limit=None if limits is None else limits.lower,
        upper_limit=None if limits is None else limits.upper,
        near_lower=None if near is None else near.lower,
        near_upper=None if near is None else near.upper,
        goal=row.goal,
        n=row.n,
        shown=wording.level_with_unit(row.value, result.scale, language, row.goal),
        signal=signal_words.flag(special, language) if special else "",
        side="" if not special else "up" if special.endswith(("high", "up")) else "down",
        partial="partial" in row.flags,
    )


def _notes(points: tuple[Point, ...], latest: Figure, suggested: Rows, language: Language) -> tuple[str, ...]:
    chart, choice = (signal_words.flag(signal_words.icon(latest, kind), language) for kind in ("chart", "choice"))
    notes = [
        text("charts.chosen", language, chart=chart, reason=choice),
        text("charts.centre_line", language),
        text("charts.signal_signs", language),
    ]
    if any(point.goal is not None for point in points):
        notes.append(text("charts.goal_line_process", language))
    if any(point.partial for point in points):
        notes.append(text("charts.partial_hollow", language))
    notes += [signal_words.flag(rough, language) for rough in ("few_events", "few_periods") if rough in latest.flags]
    notes += [f"{period} {signal_words.flag('rebase_suggested', language)}" for period in suggested]
    return tuple(notes)
