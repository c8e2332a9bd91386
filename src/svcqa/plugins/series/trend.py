"""Trend: whether a series rises or falls, how fast, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from svcqa.entities.base import Entity, Text
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.examples import SeriesExample
from svcqa.metrics.measures import Measure, Role
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.series import Series, SeriesParams, split
from svcqa.periods import PeriodKind
from svcqa.stats.trend import FEW, Slope, TrendTest, mann_kendall, seasonal_mann_kendall, theil_sen

_PER_YEAR: Final = {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 4}


class TrendParams(SeriesParams):
    """Which series."""


class TrendMetric:
    """Theil–Sen's slope with Mann–Kendall's test; with two years or more also within the same months of the year."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="trend",
        label=Text(hans="趋势", hant="趨勢", en="Trend"),
        unit="share",
        better="neutral",
        formula=Text(
            hans="Theil–Sen 斜率（每期变化的中位数）与 Mann–Kendall 检验；季节形式只比较同月",
            hant="Theil–Sen 斜率（每期變化的中位數）與 Mann–Kendall 檢定；季節形式只比較同月",
            en="Theil–Sen slope (median change a period), Mann–Kendall test; seasonal: only the same months compared",
        ),
        reference="Mann (1945) Econometrica 13, 245–259; Kendall (1975); Sen (1968) JASA 63, 1379–1389; Hirsch, Slack "
        "and Smith (1982) Water Resources Research 18, 107–121",
        shape="series",
        additive=False,
        measures=(
            Measure(name="slope", role=Role.SLOPE),
            Measure(name="tau", role=Role.BESIDE, unit="ratio"),
            Measure(name="p", role=Role.TEST, unit="ratio"),
            Measure(name="seasonal_slope", role=Role.SLOPE_IN_SEASON),
            Measure(name="seasonal_tau", role=Role.BESIDE, unit="ratio"),
            Measure(name="seasonal_p", role=Role.TEST_IN_SEASON, unit="ratio"),
        ),
    )
    params: ClassVar[type[Entity]] = TrendParams

    def measure(self, series: Result, params: TrendParams, context: Context) -> Result:
        """Of each group: slope with limits, tau, p; the same within seasons where there are two years."""
        rows: list[Figure] = []
        for item in split(series, params, context, metric=self):
            values, seasons = item.values, _seasons(item)
            rows += _told(
                item, context, form="", test=mann_kendall(values), slope=theil_sen(values, level=context.level)
            )
            if seasons is not None:
                slope = theil_sen(values, season=seasons, level=context.level)
                rows += _told(item, context, form="seasonal_", test=seasonal_mann_kendall(values, seasons), slope=slope)
        return Result(tuple(rows), keys=series.keys, unit=series.unit, better=series.better)

    def examples(self) -> tuple[SeriesExample, ...]:
        """A series of five months."""
        values = (1.0, 2.1, 2.9, 4.2, 5.0)
        return (
            SeriesExample(
                {"of": {"metric": "base"}},
                rows=[{"period": f"2026-{month:02}", "value": value} for month, value in enumerate(values, start=1)],
                period="2026H1",
                expected={
                    "slope": 1.025,
                    "slope.n": 5,
                    "tau": 1.0,
                    "slope.flags": ("rising", "few_points"),
                    "p": 0.014305878435429648,
                },
                source="By hand: slopes 0.8, 0.8, 0.95, 0.9667, 1, 1.05, 1.05, 1.0667, 1.1, 1.3, in the "
                "middle (1 + 1.05) "
                "÷ 2; all ten pairs rise: S = 10, variance 5 × 4 × 15 ÷ 18, z² = 6, and χ² with one degree of freedom "
                "is above 6 with p = 0.0143059.",
                value_unit="point",
            ),
        )


def _seasons(series: Series) -> npt.NDArray[np.int64] | None:
    """The place of each period in its year, where every place has two values or more."""
    kind = series.periods[0].kind
    if kind not in _PER_YEAR:
        return None
    seasons = np.asarray([period.number for period in series.periods], dtype=np.int64)
    known = seasons[np.isfinite(series.values)]
    enough = len(np.unique(known)) == _PER_YEAR[kind] and bool((np.bincount(known)[1:] >= 2).all())
    return seasons if enough else None


def _told(series: Series, context: Context, *, form: str, test: TrendTest, slope: Slope) -> Iterator[Figure]:
    sure = test.p < 1 - context.level
    flags = [("rising" if test.s > 0 else "falling") if sure else "no_trend", *(["few_points"] if test.n < FEW else [])]
    lead = replace(series.over(context.period), n=test.n)
    figure = replace(lead, measure=f"{form}slope", flags=tuple(flags), method=f"Theil–Sen {context.level:.0%}")
    yield replace(figure, value=slope.value, lower=slope.lower, upper=slope.upper) if slope.pairs > 0 else figure
    kendall = replace(lead, method=f"{form}Mann–Kendall")
    yield replace(kendall, measure=f"{form}tau", value=None if np.isnan(test.tau) else test.tau)
    yield replace(kendall, measure=f"{form}p", value=test.p)
