"""Units compared fairly, as tables: the raw league table with pooled figures and case mix beside it, and outliers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from svcqa.catalogue import Language, text
from svcqa.metrics.result import Figure, Result
from svcqa.report.tables.frames import frame
from svcqa.report.words import figures as wording
from svcqa.report.words import signals as signal_words

if TYPE_CHECKING:
    import pandas as pd

APART: Final = 0.05
"""A kind's part of a unit's cases that differs from that of all by less goes unmentioned."""
_COLUMNS: Final = (
    "unit",
    "n",
    "now",
    "interval",
    "rank_raw",
    "pooled",
    "rank_pooled",
    "expected_of_mix",
    "standardised",
    "outside",
    "mix_note",
)
Own = dict[str, Figure]


def league(found: Result, language: Language, *, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """One row a unit, best raw figure first: raw, partially pooled and at everybody's mix, with both ranks.

    Args:
        found: result of the metric ``funnel``.
        names: what units are called, by code.
    """
    return frame(_rows(found, language, names or {}, _units(found)), _COLUMNS, language)


def outliers(found: Result, language: Language, *, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The rows of :func:`league` whose unit lies outside the funnel; an empty table where none does."""
    outside = {unit: own for unit, own in _units(found).items() if _outside(own, language) != wording.DASH}
    return frame(_rows(found, language, names or {}, outside), _COLUMNS, language)


def _units(found: Result) -> dict[str, Own]:
    units: dict[str, Own] = {}
    for row, figure in zip(found.rows, found.figures(), strict=True):
        if row["measure"] not in ("centre", "phi", "tau2", "mix"):
            units.setdefault(figure.unit, {})[figure.measure] = figure
    return units


def _rows(
    found: Result, language: Language, called: Mapping[str, str], units: Mapping[str, Own]
) -> list[tuple[str, ...]]:
    everybody = _units(found)
    raw, pooled = (_ranks(everybody, name, found) for name in ("value", "pooled"))
    rows: list[tuple[str, ...]] = []
    for unit in sorted(units, key=lambda unit: (raw[unit], unit)):
        own, scale = units[unit], found.scale
        value = own["value"]
        rows.append(
            (
                called.get(unit, unit),
                f"{value.n:,}",
                wording.level(value.value, scale, value.goal),
                wording.level_interval(value, scale, value.goal),
                f"{raw[unit]}",
                wording.level(own["pooled"].value, scale),
                f"{pooled[unit]}",
                _level(own, "expected_of_mix", found),
                _level(own, "standardised", found),
                _outside(own, language),
                _mix_note(found, unit, language),
            )
        )
    return rows


def _level(own: Own, name: str, found: Result) -> str:
    return wording.level(own[name].value, found.scale) if name in own else wording.DASH


def _ranks(units: Mapping[str, Own], name: str, found: Result) -> dict[str, int]:
    """The best is first; equal figures share a rank."""
    sign = 1.0 if found.better == "lower" else -1.0
    order = sorted(sign * (own[name].value or 0.0) for own in units.values())
    return {unit: order.index(sign * (own[name].value or 0.0)) + 1 for unit, own in units.items()}


def _outside(own: Own, language: Language) -> str:
    flag = next((flag for flag in own["value"].flags if flag in signal_words.FUNNEL_FLAGS), "")
    return signal_words.flag(flag, language) if flag else wording.DASH


def _mix_note(found: Result, unit: str, language: Language) -> str:
    """The kinds of which a unit has clearly more or fewer cases than all."""
    mixes: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in found.rows:
        if row["measure"] == "mix":
            mixes.setdefault(str(row["unit"]), {})[str(row[found.keys[-1]])] = row
    if unit not in mixes:
        return text("signals.mix_unknown", language)
    everybody = next(mix for code, mix in mixes.items() if code not in _units(found))
    apart = [
        text(
            "signals.mix_kind",
            language,
            kind=kind or wording.DASH,
            own=f"{row['value']:.0%}",
            all=f"{everybody[kind]['value']:.0%}",
        )
        for kind, row in mixes[unit].items()
        if abs(row["value"] - everybody[kind]["value"]) >= APART
    ]
    return text("wording.separator", language).join(apart) if apart else text("signals.mix_alike", language)
