"""Seasonality: trend, season and remainder of a series, the Spring Festival, the last lunar year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

import numpy as np

from svcqa.clock.festivals import lunar_new_years, spring_festivals
from svcqa.entities.base import Entity, Text
from svcqa.metrics.abilities import Stretches
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.examples import SeriesExample
from svcqa.metrics.measures import Measure, Role
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.series import Series, SeriesParams, split
from svcqa.periods import Period, PeriodKind
from svcqa.stats.moving_holidays import Effect, effects, holiday_days, same_lunar_stretch, season_days
from svcqa.stats.season import MONTHS, Decomposition, decompose

_LUNAR_MONTHS: Final = (1, 2, 3)
"""Months that the Spring Festival and the weeks around it can touch."""
_YEARS: Final = 2


class SeasonalityParams(SeriesParams):
    """Which series; days before and after the Spring Festival; heating seasons as first and last day of each."""

    festival: bool = True
    before: int = 7
    after: int = 7
    heating: tuple[tuple[dt.date, dt.date], ...] = ()


class SeasonalityMetric(Stretches[SeasonalityParams]):
    """What of a monthly series is season, what holiday, what trend."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="seasonality",
        label=Text(hans="季节性", hant="季節性", en="Seasonality"),
        unit="share",
        better="neutral",
        formula=Text(
            hans="STL 分解，各年季节相同；春节前、中、后及供暖期的日数为回归量；同比取上一农历年的同一位置",
            hant="STL 分解，各年季節相同；春節前、中、後及供暖期的日數為迴歸變數；同比取上一農曆年的同一位置",
            en="STL with the same season every year; days before, during and after the Spring Festival and of heating "
            "as regressors; year on year at the same lunar position",
        ),
        reference="Cleveland et al. (1990) Journal of Official Statistics 6, 3–73; Bell and Hillmer (1983) JASA 78, "
        "526–534; Wang, Smith and Hyndman (2006) Data Mining and Knowledge Discovery 13, 335–364",
        shape="series",
        additive=False,
        measures=(
            Measure(name="adjusted", role=Role.ADJUSTED),
            Measure(name="trend", role=Role.LEVEL),
            Measure(name="index", role=Role.SEASON),
            Measure(name="seasonal_strength", role=Role.STRENGTH, unit="ratio"),
            Measure(name="trend_strength", unit="ratio"),
            Measure(name="festival_during", role=Role.FESTIVAL),
        ),
    )
    params: ClassVar[type[Entity]] = SeasonalityParams

    def stretches(self, params: SeasonalityParams, context: Context) -> tuple[Period, ...]:
        """For the months around the festival: the stretch that lay as far from the last lunar new year."""
        if not params.festival:
            return ()
        moved = (same_lunar_stretch(_stretch(month), lunar_new_years()) for month in _around_festival(context))
        return tuple(
            Period(first=first, last=last, kind=PeriodKind.RANGE, year=last.year, number=last.month)
            for first, last in filter(None, moved)
        )

    def measure(self, series: Result, params: SeasonalityParams, context: Context) -> Result:
        """Of each group: decomposition and index by month, strengths, effects of holidays, lunar year on year."""
        rows: list[Figure] = []
        for item in split(series, params, context, metric=self):
            rows += _decomposed(item, context)
            rows += _effects(item, params, context)
            rows += _lunar(item)
        return Result(tuple(rows), keys=series.keys, unit=series.unit, better=series.better)

    def examples(self) -> tuple[SeriesExample, ...]:
        """Two years of one season, and a February seen from the lunar year."""
        year = (4.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -2.0, -4.0)
        months = [f"{y}-{month:02}" for y in (2024, 2025) for month in range(1, 13)]
        return (
            SeriesExample(
                {"of": {"metric": "base"}, "festival": False},
                rows=[{"period": label, "value": 10 + year[index % 12]} for index, label in enumerate(months)],
                period="2024..2025",
                expected={
                    "adjusted@2025-01": 10.0,
                    "index@2025-12": -4.0,
                    "seasonal_strength": 1.0,
                    "trend@2024-06": 10.0,
                },
                source="By hand: the second year repeats the first, whose mean is 10: all that differs is the season.",
                value_unit="point",
            ),
            SeriesExample(
                {"of": {"metric": "base"}},
                rows=[
                    {"period": "2026-02", "value": 70.0},
                    {"period": "2025-02", "value": 90.0, "first": dt.date(2025, 1, 13), "last": dt.date(2025, 2, 9)},
                ],
                period="2026-02",
                expected={"lunar_year_before@2026-02": 90.0, "lunar_change@2026-02": -20.0, "too_short@2026-02": None},
                source="By hand: new year is 17 February 2026 and 29 January 2025, 384 days apart; 1 to "
                "28 February moves to "
                "13 January to 9 February.",
                value_unit="point",
            ),
        )


def _around_festival(context: Context) -> list[Period]:
    months = context.period_rule.split(context.period, PeriodKind.MONTH)
    return [month for month in months if month.number in _LUNAR_MONTHS]


def _stretch(period: Period) -> tuple[dt.date, dt.date]:
    return period.first, period.last


def _decomposed(series: Series, context: Context) -> Iterator[Figure]:
    """The parts of each month; one row that says so where there are too few."""
    kind = series.periods[0].kind
    # a partial month at the end is no gap: the series ends before it
    values = series.values[: int(np.flatnonzero(series.settled)[-1]) + 1] if series.settled.any() else np.empty(0)
    known = np.isfinite(values)
    seen = {period.number for period, has in zip(series.periods, known, strict=False) if has}
    if kind is not PeriodKind.MONTH or len(values) < _YEARS * MONTHS or len(seen) < MONTHS:
        yield replace(
            series.over(context.period), measure="too_short", n=int(known.sum()), method="STL", flags=("too_short",)
        )
        return
    decomposition = decompose(values)
    for index in range(len(values)):
        yield from _month(series, decomposition, index)
    for name, strength in (
        ("seasonal_strength", decomposition.seasonal_strength),
        ("trend_strength", decomposition.trend_strength),
    ):
        yield replace(
            series.over(context.period),
            measure=name,
            value=strength,
            n=int(known.sum()),
            method="Wang, Smith and Hyndman (2006)",
        )


def _month(series: Series, decomposition: Decomposition, index: int) -> Iterator[Figure]:
    lead = replace(series.at(index), method="STL")
    flags = (*series.flags(index), *(("filled",) if decomposition.filled[index] else ()))
    parts: dict[str, Any] = {
        "adjusted": decomposition.adjusted,
        "trend": decomposition.trend,
        "seasonal": decomposition.seasonal,
        "remainder": decomposition.remainder,
    }
    for name, part in parts.items():
        yield replace(lead, measure=name, value=float(part[index]), flags=flags)
    if index >= len(decomposition.values) - MONTHS:  # each place in the year once, by its latest month
        yield replace(lead, measure="index", value=float(decomposition.seasonal[index]))


def _effects(series: Series, params: SeasonalityParams, context: Context) -> list[Figure]:
    """What one day before, during, after the festival and of heating changes."""
    if series.periods[0].kind is not PeriodKind.MONTH:
        return []
    months = [_stretch(period) for period in series.periods]
    values, announced = series.values, spring_festivals()
    regressors: dict[str, Any] = {}
    if params.festival:
        days = holiday_days(months, announced, before=params.before, after=params.after)
        # the holiday itself first: what cannot be told apart from it in so few years is not credited to the days before
        regressors |= {f"festival_{name}": days[name] for name in ("during", "before", "after")}
        # beyond the last notice nobody knows the days off: these months tell nothing of the effect
        beyond = np.asarray([first.year > announced[-1][0].year for first, _ in months])
        values = np.where(beyond, np.nan, values)
    if params.heating:
        regressors["heating"] = season_days(months, params.heating)
    if not regressors or np.isfinite(values).sum() <= MONTHS + 1 + len(regressors):
        return []
    estimated = effects(values, regressors, month=[period.number for period in series.periods], level=context.level)
    lost = any(np.isnan(effect.value) for name, effect in estimated.items() if name.startswith("festival_"))
    return [
        _effect_row(series, context, name, effect, mixed=lost and name.startswith("festival_"))
        for name, effect in estimated.items()
    ]


def _effect_row(series: Series, context: Context, name: str, effect: Effect, *, mixed: bool) -> Figure:
    row = replace(series.over(context.period), measure=name, n=effect.n, method=f"least squares {context.level:.0%}")
    if np.isnan(effect.value):
        return replace(row, flags=("not_identifiable",))
    flags = ("confounded",) if mixed else ()
    return replace(row, value=effect.value, lower=effect.lower, upper=effect.upper, flags=flags)


def _lunar(series: Series) -> Iterator[Figure]:
    """Months around the festival beside the same stretch of the last lunar year."""
    years: Mapping[int, dt.date] = lunar_new_years() if series.further else {}
    before = {(row.first, row.last): row for row in series.further}
    for index, period in enumerate(series.periods):
        moved = same_lunar_stretch(_stretch(period), years) if period.number in _LUNAR_MONTHS and years else None
        base, now = before.get(moved) if moved else None, series.rows[index]
        if base is None or base.value is None:
            continue
        yield replace(
            series.at(index),
            measure="lunar_year_before",
            value=base.value,
            lower=base.lower,
            upper=base.upper,
            n=base.n,
            numerator=base.numerator,
            method=base.method,
            flags=("lunar",),
        )
        if now is not None and now.value is not None:
            yield replace(
                series.at(index),
                measure="lunar_change",
                value=now.value - base.value,
                n=now.n,
                method="difference",
                flags=("lunar", *series.flags(index)),
            )
