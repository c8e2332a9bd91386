"""A funnel plot from a result: units by their size, with limits and partially pooled figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcqa.catalogue import Language, text
from svcqa.metrics.result import Result
from svcqa.report.charts.grammar import Chart, Dot
from svcqa.report.words import figures as wording
from svcqa.report.words import signals as signal_words

_DRAWN = ("value", "limits_95", "limits_998", "pooled")


def funnel_chart(
    found: Result, language: Language, *, names: Mapping[str, str] | None = None, title: str | None = None
) -> Chart:
    """The units of a result of the metric ``funnel``, smallest first.

    Args:
        names: what units and indicators are called, by code or key.
        title: how many units lie outside where absent.
    """
    called = names or {}
    rows: dict[str, dict[str, Mapping[str, Any]]] = {}
    whole: dict[str, Mapping[str, Any]] = {}
    for row in found.rows:
        if row["measure"] in ("centre", "phi", "tau2"):
            whole[row["measure"]] = row
        elif row["measure"] in _DRAWN:
            rows.setdefault(str(row["unit"]), {})[row["measure"]] = row
    dots = sorted(
        (_dot(unit, own, called=called, found=found, language=language) for unit, own in rows.items()),
        key=lambda dot: dot.n,
    )
    centre = whole["centre"]
    indicator = called.get(str(centre["indicator"]), str(centre["indicator"]))
    far = sum("funnel_far" in flag for own in rows.values() for flag in own["value"].get("flags") or ())
    said = text(
        "charts.funnel_title",
        language,
        label=indicator,
        period=centre["period"],
        count=len(dots),
        outside=sum(bool(dot.outside) for dot in dots),
        far=far,
    )
    notes = [
        text("charts.funnel_lines", language, phi=f"{whole['phi']['value']:.3g}", tau2=f"{whole['tau2']['value']:.3g}"),
        text("charts.funnel_pooled", language),
        *(signal_words.flag(flag, language) for flag in centre["flags"]),
    ]
    unit_name = wording.value_unit(found.unit, language) if found.unit else ""
    axis = indicator + (text("charts.in_unit", language, unit=unit_name) if unit_name else "")
    return Chart(
        kind="funnel",
        title=title or said,
        axis=axis,
        unit=found.unit,
        language=language,
        better=found.better or "neutral",
        dots=tuple(dots),
        notes=tuple(notes),
    )


def _dot(
    unit: str, own: Mapping[str, Mapping[str, Any]], *, called: Mapping[str, str], found: Result, language: Language
) -> Dot:
    value, near, far = own["value"], own["limits_95"], own["limits_998"]
    flag = next((flag for flag in value.get("flags") or () if flag in signal_words.FUNNEL_FLAGS), "")
    return Dot(
        group=called.get(unit, unit),
        n=int(value["n"]),
        value=value["value"],
        centre=near["value"],
        lower_limit=near["lower"],
        upper_limit=near["upper"],
        far_lower=far["lower"],
        far_upper=far["upper"],
        pooled=own["pooled"]["value"],
        shown=wording.level(value["value"], found.scale, value.get("goal")),
        outside=signal_words.flag(flag, language) if flag else "",
    )
