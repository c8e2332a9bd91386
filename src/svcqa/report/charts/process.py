"""A process behaviour chart from a result: points with their signals, centre, limits, near limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcqa.catalogue import Language, text
from svcqa.errors import Fault, MetricError
from svcqa.metrics.result import Result
from svcqa.report.charts.grammar import Chart, Point
from svcqa.report.words import figures as wording
from svcqa.report.words import signals as signal_words

Rows = dict[str, Mapping[str, Any]]


def process_chart(
    found: Result,
    language: Language,
    *,
    unit: str | None = None,
    names: Mapping[str, str] | None = None,
    title: str | None = None,
) -> Chart:
    """The chart of one unit; the only one of the result where ``unit`` is absent.

    Args:
        found: result of the metric ``process_chart``.
        names: what units and indicators are called, by code or key.
        title: what the latest point and the target say where absent.

    Raises:
        MetricError: the result holds no chart of the unit, or several.
    """
    called = names or {}
    units = [str(row["unit"]) for row in found.rows if row.get("measure") == "icons"]
    chosen = unit if unit is not None else next(iter(units), "")
    if chosen not in units or (unit is None and len(units) > 1):
        raise MetricError(Fault("chart_kind", place=chosen, got="process", allowed=", ".join(units)))
    own = [row for row in found.rows if row["unit"] == chosen]
    by_measure = {name: {str(r["period"]): r for r in own if r.get("measure") == name} for name in _MEASURES}
    (icons,) = by_measure["icons"].values()
    points = tuple(_point(row, by_measure, found, language) for row in by_measure["value"].values())
    indicator = called.get(str(icons["indicator"]), str(icons["indicator"]))
    said = text(
        "charts.process_title",
        language,
        label=indicator,
        unit=called.get(chosen, chosen),
        period=f"{points[0].period}…{points[-1].period}",
        said=signal_words.icons_sentence(found, icons, language),
    )
    unit_name = wording.value_unit(found.unit, language) if found.unit else ""
    axis = indicator + (text("charts.in_unit", language, unit=unit_name) if unit_name else "")
    notes = _notes(points, icons, by_measure["suggested_rebase"], language)
    return Chart(
        kind="process",
        title=title or said,
        axis=axis,
        unit=found.unit,
        language=language,
        better=found.better or "neutral",
        points=points,
        notes=notes,
    )


_MEASURES = ("value", "limits", "near_limits", "icons", "suggested_rebase")


def _point(row: Mapping[str, Any], by_measure: Mapping[str, Rows], found: Result, language: Language) -> Point:
    period = str(row["period"])
    limits, near = by_measure["limits"].get(period, {}), by_measure["near_limits"].get(period, {})
    special = signal_words.signal(row)
    return Point(
        period=period,
        value=row.get("value"),
        centre=limits.get("value"),
        lower_limit=limits.get("lower"),
        upper_limit=limits.get("upper"),
        near_lower=near.get("lower"),
        near_upper=near.get("upper"),
        goal=row.get("goal"),
        n=row.get("n"),
        shown=wording.level_with_unit(row.get("value"), found.scale, language, row.get("goal")),
        signal=signal_words.flag(special, language) if special else "",
        side="" if not special else "up" if special.endswith(("high", "up")) else "down",
        partial="partial" in (row.get("flags") or ()),
    )


def _notes(points: tuple[Point, ...], icons: Mapping[str, Any], suggested: Rows, language: Language) -> tuple[str, ...]:
    chart, choice = (signal_words.flag(signal_words.icon(icons, kind), language) for kind in ("chart", "choice"))
    notes = [
        text("charts.chosen", language, chart=chart, reason=choice),
        text("charts.centre_line", language),
        text("charts.signal_signs", language),
    ]
    if any(point.goal is not None for point in points):
        notes.append(text("charts.goal_line_process", language))
    if any(point.partial for point in points):
        notes.append(text("charts.partial_hollow", language))
    notes += [signal_words.flag(rough, language) for rough in ("few_events", "few_periods") if rough in icons["flags"]]
    notes += [f"{period} {signal_words.flag('rebase_suggested', language)}" for period in suggested]
    return tuple(notes)
