"""Units compared fairly, as tables: the raw league table with pooled figures and case mix beside it, and outliers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from svcqa.catalogue import Language, text
from svcqa.metrics.measures import Role
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
Own = dict[Role, Figure]


def league(result: Result, language: Language, *, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """One row a unit, best raw figure first: raw, partially pooled and at everybody's mix, with both ranks.

    Args:
        result: result of a metric whose picture is a funnel.
        names: what units are called, by code.
    """
    return frame(_rows(result, language, names or {}, _units(result)), _COLUMNS, language)


def outliers(result: Result, language: Language, *, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The rows of :func:`league` whose unit lies outside the funnel; an empty table where none does."""
    outside = {unit: by_role for unit, by_role in _units(result).items() if _outside(by_role, language) != wording.DASH}
    return frame(_rows(result, language, names or {}, outside), _COLUMNS, language)


def _units(result: Result) -> dict[str, Own]:
    units: dict[str, Own] = {row.unit: {Role.ESTIMATE: row} for row in result.main}
    for role in (Role.POOLED, Role.EXPECTED, Role.STANDARDISED):
        for row in result.of(role):
            units[row.unit][role] = row
    return units


def _rows(
    result: Result, language: Language, called: Mapping[str, str], units: Mapping[str, Own]
) -> list[tuple[str, ...]]:
    everybody = _units(result)
    raw, pooled = (_ranks(everybody, role, result) for role in (Role.ESTIMATE, Role.POOLED))
    rows: list[tuple[str, ...]] = []
    for unit in sorted(units, key=lambda unit: (raw[unit], unit)):
        by_role, scale = units[unit], result.scale
        value = by_role[Role.ESTIMATE]
        rows.append(
            (
                called.get(unit, unit),
                f"{value.n:,}",
                wording.level(value.value, scale, value.goal),
                wording.level_interval(value, scale, value.goal),
                f"{raw[unit]}",
                wording.level(by_role[Role.POOLED].value, scale),
                f"{pooled[unit]}",
                _level(by_role, Role.EXPECTED, result),
                _level(by_role, Role.STANDARDISED, result),
                _outside(by_role, language),
                _mix_note(result, unit, language),
            )
        )
    return rows


def _level(by_role: Own, role: Role, result: Result) -> str:
    return wording.level(by_role[role].value, result.scale) if role in by_role else wording.DASH


def _ranks(units: Mapping[str, Own], role: Role, result: Result) -> dict[str, int]:
    """The best is first; equal figures share a rank."""
    sign = 1.0 if result.better == "lower" else -1.0
    order = sorted(sign * (by_role[role].value or 0.0) for by_role in units.values())
    return {unit: order.index(sign * (by_role[role].value or 0.0)) + 1 for unit, by_role in units.items()}


def _outside(by_role: Own, language: Language) -> str:
    flag = next((flag for flag in by_role[Role.ESTIMATE].flags if flag in signal_words.FUNNEL_FLAGS), "")
    return signal_words.flag(flag, language) if flag else wording.DASH


def _mix_note(result: Result, unit: str, language: Language) -> str:
    """The kinds of which a unit has clearly more or fewer cases than all."""
    mixes: dict[str, dict[str, float]] = {}
    for row in result.of(Role.COMPOSITION):
        mixes.setdefault(row.unit, {})[row.by.get(result.keys[-1], "")] = row.value or 0.0
    if unit not in mixes:
        return text("signals.mix_unknown", language)
    everybody = next(mix for code, mix in mixes.items() if code not in _units(result))
    apart = [
        text(
            "signals.mix_kind",
            language,
            kind=kind or wording.DASH,
            own=f"{part:.0%}",
            all=f"{everybody[kind]:.0%}",
        )
        for kind, part in mixes[unit].items()
        if abs(part - everybody[kind]) >= APART
    ]
    return text("wording.separator", language).join(apart) if apart else text("signals.mix_alike", language)
