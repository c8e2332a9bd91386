"""A funnel plot from a result: units by their size, with limits and partially pooled figures."""

from __future__ import annotations

from collections.abc import Mapping

from svcqa.catalogue import Language, text
from svcqa.metrics.measures import Role
from svcqa.metrics.result import Figure, Result
from svcqa.report.charts.grammar import Chart, Dot
from svcqa.report.words import figures as wording
from svcqa.report.words import signals as signal_words


def funnel_chart(
    result: Result, language: Language, *, names: Mapping[str, str] | None = None, title: str | None = None
) -> Chart:
    """The units of a result whose picture is a funnel, smallest first.

    Args:
        names: what units and indicators are called, by code or key.
        title: how many units lie outside where absent.
    """
    called = names or {}
    dots = [
        dot for row in result.main if (dot := _dot(row, called.get(row.unit, row.unit), result, language)) is not None
    ]
    (centre,) = result.of(Role.CENTRE)
    (phi,), (tau2,) = (result.of(role) for role in (Role.DISPERSION, Role.BETWEEN))
    indicator = called.get(centre.indicator, centre.indicator)
    finding = text(
        "charts.funnel_title",
        language,
        label=indicator,
        period=centre.period,
        count=len(dots),
        outside=sum(bool(dot.outside) for dot in dots),
        far=sum("funnel_far" in flag for row in result.main for flag in row.flags),
    )
    notes = [
        text("charts.funnel_lines", language, phi=f"{phi.value:.3g}", tau2=f"{tau2.value:.3g}"),
        text("charts.funnel_pooled", language),
        *(signal_words.flag(flag, language) for flag in centre.flags),
    ]
    unit_name = wording.value_unit(result.unit, language) if result.unit else ""
    axis = indicator + (text("charts.in_unit", language, unit=unit_name) if unit_name else "")
    return Chart(
        kind="funnel",
        title=title or finding,
        axis=axis,
        unit=result.unit,
        language=language,
        better=result.better or "neutral",
        dots=tuple(sorted(dots, key=lambda dot: dot.n)),
        notes=tuple(notes),
    )


def _dot(row: Figure, group: str, result: Result, language: Language) -> Dot | None:
    """One unit; nothing where a line of the funnel is missing for it."""
    near, far, pooled = (
        next((item for item in result.of(role) if item.unit == row.unit), None)
        for role in (Role.LIMITS, Role.OUTER_LIMITS, Role.POOLED)
    )
    if near is None or far is None or pooled is None:
        return None
    numbers = (row.value, near.value, near.lower, near.upper, far.lower, far.upper, pooled.value)
    values = [number for number in numbers if number is not None]
    if len(values) < len(numbers):
        return None
    value, centre, lower, upper, far_lower, far_upper, drawn_in = values
    flag = next((flag for flag in row.flags if flag in signal_words.FUNNEL_FLAGS), "")
    return Dot(
        group=group,
        n=row.n or 0,
        value=value,
        centre=centre,
        lower_limit=lower,
        upper_limit=upper,
        far_lower=far_lower,
        far_upper=far_upper,
        pooled=drawn_in,
        shown=wording.level(value, result.scale, row.goal),
        outside=signal_words.flag(flag, language) if flag else "",
    )
