"""What charts, forecasts and seasons tell management: one sentence each, one row a commitment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from svcqa.catalogue import Language, text
from svcqa.metrics.measures import Role
from svcqa.metrics.result import Figure, Result
from svcqa.report.tables.frames import frame
from svcqa.report.words import figures as wording
from svcqa.report.words import signals as signal_words
from svcqa.review.outlook import Outlook

if TYPE_CHECKING:
    import pandas as pd


_SAID: Final = ("out_of_reach", "safe", "year_over")
"""Flags that the sentence tells already."""
_NO_SEASON: Final = 0.005
"""A strength that is shown as 0.00: no month is higher or lower than others."""


def management(
    results: Iterable[Result],
    language: Language,
    *,
    names: Mapping[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """One row an indicator and unit: icons of variation and assurance, the latest value, one sentence.

    Args:
        results: results of process charts.
        names: what units and indicators are called, by code or key.
        refused: indicators whose chart could not be had, and why.
    """
    called = names or {}
    left_out = [(called.get(key, key), *[wording.DASH] * 5, reason) for key, reason in (refused or {}).items()]
    latest = [(item, row) for item in results for row in item.of(Role.SIGNAL)]
    rows = (
        (
            called.get(row.indicator, row.indicator),
            called.get(row.unit, row.unit),
            signal_words.flag(signal_words.icon(row, "variation"), language),
            signal_words.flag(signal_words.icon(row, "assurance"), language),
            wording.level_with_unit(row.value, item.scale, language, row.goal),
            wording.goal_level(row.goal, item.scale, language),
            signal_words.icons_sentence(item, row, language),
        )
        for item, row in latest
    )
    columns = ("indicator", "unit", "variation", "assurance", "latest", "goal", "sentence")
    return frame((*rows, *left_out), columns, language)


def outlooks(outlooks: Iterable[Outlook], language: Language) -> pd.DataFrame:
    """The management table of commitments: one row each, also where there is no chart, with the reason."""
    entries = tuple(outlooks)
    names = {item.unit.code: item.unit.name.in_language(language) for item in entries}
    names |= {item.commitment.key: item.commitment.item.in_language(language) for item in entries}
    refused = {item.commitment.key: _why_not(item, language) for item in entries if not _has_chart(item)}
    return management(
        [item.chart for item in entries if item.chart is not None], language, names=names, refused=refused
    )


def _has_chart(outlook: Outlook) -> bool:
    return outlook.chart is not None and bool(outlook.chart.of(Role.SIGNAL))


def _why_not(outlook: Outlook, language: Language) -> str:
    return text("panel.no_cases", language) if outlook.chart_fault is None else outlook.chart_fault.render(language)


def forecasts(outlooks: Iterable[Outlook], language: Language) -> pd.DataFrame:
    """One row a commitment: goal, year so far, chance of making the year, one sentence; refusals say why."""
    return frame(
        (_forecast_row(item, language) for item in outlooks),
        ("item", "goal", "year_so_far", "months_known", "chance", "sentence"),
        language,
    )


def _forecast_row(outlook: Outlook, language: Language) -> tuple[str, ...]:
    item = outlook.commitment.item.in_language(language)
    if outlook.forecast is None or not outlook.forecast.rows:
        remark = (
            text("panel.no_cases", language)
            if outlook.forecast_fault is None
            else outlook.forecast_fault.render(language)
        )
        return item, wording.DASH, wording.DASH, wording.DASH, wording.DASH, remark
    rows, scale = _by_role(outlook.forecast), outlook.forecast.scale
    chance = rows[Role.CHANCE]
    flags = wording.flags(replace(chance, flags=tuple(f for f in chance.flags if f not in _SAID)), language)
    return (
        item,
        wording.goal_level(chance.goal, scale, language),
        wording.level_with_unit(rows[Role.SO_FAR].value, scale, language, chance.goal),
        f"{chance.n}",
        chance_text(chance, language),
        forecast_sentence(outlook.forecast, language)
        + (text("wording.in_brackets", language, shown=flags) if flags else ""),
    )


def chance_text(chance: Figure, language: Language) -> str:
    """A probability in whole per cent; simulated futures never make it nought or certain, a year that is over does.

    >>> import datetime as dt
    >>> last = dt.date(2026, 12, 31)
    >>> chance_text(Figure(unit="C", period="2026", first=dt.date(2026, 1, 1), last=last, value=0.999), "en")
    '>99%'
    """
    if chance.value is None:
        return wording.DASH
    if "year_over" in chance.flags:
        return text("signals.chance_reached" if chance.value else "signals.chance_missed", language)
    return wording.probability(chance.value)


def forecast_sentence(result: Result, language: Language) -> str:
    """The chance of making the year, what it will come to, and what the rest must deliver."""
    rows, scale = _by_role(result), result.scale
    chance, year = rows[Role.CHANCE], rows[Role.WHOLE_YEAR]
    goal = chance.goal
    if year.value is None:
        return text("signals.forecast_no_cases", language, period=chance.period)
    fields = {
        "period": chance.period,
        "value": wording.level_with_unit(year.value, scale, language, goal),
        "interval": wording.level_interval(year, scale, goal),
        "goal": wording.goal_level(goal, scale, language),
        "chance": chance_text(chance, language),
        "level": chance.method.rpartition(" ")[2],
    }
    if "year_over" in chance.flags:
        return text(
            "signals.forecast_over" if goal is not None else "signals.forecast_over_no_goal", language, **fields
        )
    if goal is None:
        return text("signals.forecast_no_goal", language, **fields)
    sentence = text("signals.forecast_goal", language, **fields)
    for flag in ("out_of_reach", "safe"):
        if flag in chance.flags:
            return sentence + text(f"signals.forecast_{flag}", language)
    if Role.NEEDED not in rows:
        return sentence + text("signals.forecast_rest_empty", language)
    needed = wording.level_with_unit(rows[Role.NEEDED].value, scale, language, goal)
    return sentence + text("signals.forecast_needed", language, needed=needed)


def season_sentence(result: Result, language: Language) -> str:
    """How strong the season is, its highest and lowest month, the Spring Festival where its effect can be told."""
    strength = result.of(Role.STRENGTH)
    if not strength or strength[0].value is None:
        return text("wording.flag_too_short", language)
    index = sorted((row for row in result.of(Role.SEASON) if row.value is not None), key=lambda row: row.value or 0.0)
    adjusted = [row for row in result.of(Role.ADJUSTED) if "partial" not in row.flags][-1]
    scale = result.scale
    fields = {"period": adjusted.period, "value": wording.level_with_unit(adjusted.value, scale, language)}
    if strength[0].value < _NO_SEASON:
        return text("signals.season_none", language, **fields)
    sentence = text(
        "signals.season",
        language,
        strength=f"{strength[0].value:.2f}",
        high_month=index[-1].first.month,
        high=signal_words.signed_change(index[-1].value, scale, language),
        low_month=index[0].first.month,
        low=signal_words.signed_change(index[0].value, scale, language),
        **fields,
    )
    effect = next(iter(result.of(Role.FESTIVAL)), None)
    if effect is None or effect.value is None:
        return sentence
    ends = {"value": effect.value, "lower": effect.lower, "upper": effect.upper}
    changes = {name: signal_words.signed_change(end, scale, language) for name, end in ends.items()}
    return sentence + text("signals.season_festival", language, level=effect.method.split()[-1], **changes)


def _by_role(result: Result) -> dict[Role, Figure]:
    """The rows of the whole year by what they are, of a result of one unit."""
    roles = (Role.CHANCE, Role.WHOLE_YEAR, Role.SO_FAR, Role.NEEDED)
    return {role: row for role in roles for row in result.of(role)}
