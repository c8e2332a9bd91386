"""Process behaviour chart: centre, limits and signals of any metric's series, and what they tell management."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Final, Literal

import numpy as np
import numpy.typing as npt

from svcqa.entities.base import Entity, Text
from svcqa.entities.rebase import Rebase
from svcqa.errors import Fault, MetricError
from svcqa.metrics.abilities import TakesRebases
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.examples import SeriesExample
from svcqa.metrics.measures import Measure, Role
from svcqa.metrics.monthly import RATE
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.series import Series, SeriesParams, split
from svcqa.plugins.series.process_chart_examples import EXAMPLES
from svcqa.stats import process_limits
from svcqa.stats.assurance import assurance, variation
from svcqa.stats.change_point import suggest_changes
from svcqa.stats.chart_choice import ChartKind, Choice, Shape, choose_chart, rate_factor
from svcqa.stats.process_limits import ProcessLimits
from svcqa.stats.signals import Rule, Signals, find_signals

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]

_DURATIONS: Final = (
    "second",
    "minute",
    "hour",
    "day",
    "working_minute",
    "working_hour",
    "working_day",
    "ring",
)
METHODS: Final[dict[ChartKind, str]] = {
    "xmr": "XmR (Wheeler 1993)",
    "p": "p chart",
    "p_prime": "p′ chart (Laney 2002)",
    "u": "u chart",
    "u_prime": "u′ chart (Laney 2002)",
    "c": "c chart",
    "g": "g chart (Benneyan 2001)",
    "t": "t chart (Nelson 1994)",
}
_SHAPES: Final[dict[str, Shape]] = {"count": "count", "case_between": "between", "day_between": "time_between"}
"""What a metric says of its values by their unit; durations, scores and amounts are measurements."""
FEW_PERIODS: Final = 12
"""Fewer periods than this since the last rebase: their limits still move with each that comes (Wheeler 1993)."""
_NAMES: Final = {
    Rule.OUTSIDE: ("outside_high", "outside_low"),
    Rule.TREND: ("trend_up", "trend_down"),
    Rule.NEAR_LIMIT: ("near_limit_high", "near_limit_low"),
    Rule.ONE_SIDE: ("one_side_high", "one_side_low"),
}


class ProcessChartParams(SeriesParams):
    """Which series, which chart, and the rebases that people decided."""

    chart: Literal["auto", "xmr", "p", "p_prime", "u", "u_prime", "c", "g", "t"] = "auto"
    screen: bool = True
    """XmR: leave out moving ranges of 3.267 times their mean or more, once."""
    suggest: bool = True
    """Look for months from which a rebase might be wanted."""
    rebases: tuple[Rebase, ...] = ()


class ProcessChartMetric(TakesRebases):
    """The voice of the process: what is routine variation, and what has a cause that can be found."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="process_chart",
        label=Text(hans="过程控制图", hant="製程管制圖", en="Process behaviour chart"),
        unit="share",
        better="neutral",
        formula=Text(
            hans="中心线 ± 3σ；XmR 取 2.66 倍平均移动极差；p、u、c、g 取计数的标准差，"
            "p、u 过度离散时乘以 Laney 的 σz；t 取时间的 1/3.6 次方的 XmR",
            hant="中心線 ± 3σ；XmR 取 2.66 倍平均移動全距；p、u、c、g 取計數的標準差，"
            "p、u 過度離散時乘以 Laney 的 σz；t 取時間的 1/3.6 次方的 XmR",
            en="centre ± 3σ; XmR: 2.66 mean moving ranges; p, u, c, g: standard deviation of the counts, p and u times "
            "Laney's σz where they are overdispersed; t: XmR of the times to the power 1/3.6",
        ),
        reference="Wheeler (1993) Understanding Variation; Laney (2002) Quality Engineering 14, 531–537; "
        "Benneyan (2001) Health Care Management Science 4, 305–318; Nelson (1994) Journal of Quality Technology 26, "
        "239–240; NHS England, Making Data Count",
        shape="series",
        additive=False,
        picture="process",
        measures=(
            Measure(name="value"),
            Measure(name="limits", role=Role.LIMITS),
            Measure(name="near_limits", role=Role.INNER_LIMITS),
            Measure(name="icons", role=Role.SIGNAL),
            Measure(name="spread", role=Role.DISPERSION, unit="ratio"),
            Measure(name="suggested_rebase", role=Role.CHANGE_POINT),
        ),
    )
    params: ClassVar[type[Entity]] = ProcessChartParams

    def measure(self, series: Result, params: ProcessChartParams, context: Context) -> Result:
        """Of each group: every period's value, centre with limits, near limits; then icons, spread, suggestions."""
        rows: list[Figure] = []
        for item in split(series, params, context, metric=self):
            rows += _Chart(item, params, series.unit, series.better or "neutral").rows()
        return Result(tuple(rows), keys=series.keys, unit=series.unit, better=series.better)

    def examples(self) -> tuple[SeriesExample, ...]:
        """Charts worked out by hand."""
        return EXAMPLES


class _Chart:
    """One series with its chart."""

    def __init__(self, series: Series, params: ProcessChartParams, unit: str, better: Any) -> None:
        self.series, self.params, self.unit, self.better = series, params, unit, better
        self.values = series.values
        self.group = _groups(series, params.rebases)
        self.choice = self._choice()
        self.limits = self._limits()
        self.signals: Signals = find_signals(self.values, self.limits, group=self.group)

    def _choice(self) -> Choice:
        chart, settled = self.params.chart, self.series.settled
        events, n = (np.where(settled, self.series.column(name), np.nan) for name in ("numerator", "n"))
        counted = bool(np.isfinite(events[settled] + n[settled]).all()) and not self._amounts
        if chart in ("p", "p_prime", "u", "u_prime") and not counted:
            raise MetricError(Fault("chart_needs_counts", place=self.series.lead.unit, got=chart))
        if chart != "auto":
            return Choice(chart, "asked")
        if self.unit == "share" and counted and settled.any():
            return choose_chart("share", events=events, n=n, group=self.group)
        if self.unit.startswith(RATE) and self.factor is not None:
            return choose_chart("rate", events=self.events, n=self.exposure, group=self.group)
        return choose_chart(_SHAPES.get(self.unit, "measurement"))

    @property
    def events(self) -> Float64:
        """What is counted, of the settled periods."""
        return np.where(self.series.settled, self.series.column("numerator"), np.nan)

    @cached_property
    def factor(self) -> float | None:
        """How many events per exposure the values are; ``None`` where they are no rate."""
        return rate_factor(self.values, self.events, self._under)

    @property
    def exposure(self) -> Float64:
        """What the events stand over, so that events ÷ exposure is the value; of a share its cases."""
        return self._under / (self.factor or 1.0)

    @property
    def _under(self) -> Float64:
        base = self.series.column("base")
        under = np.where(np.isfinite(base), base, self.series.column("n"))
        return np.where(self.series.settled, under, np.nan)

    @property
    def _amounts(self) -> bool:
        """Whether numerator and denominator count something else than cases."""
        rows = [row for row in self.series.rows if row is not None]
        return any("amounts" in row.flags or row.base is not None for row in rows)

    @property
    def _few_events(self) -> bool:
        """Whether less than one case a period is expected, of a share on its rarer side: the limits are rough then."""
        if self.choice.kind in ("u", "u_prime", "c"):
            counted = self.values if self.choice.kind == "c" else self.events
            return bool(np.nanmean(counted) < 1)
        if self.choice.kind not in ("p", "p_prime"):
            return False
        n, settled = self.series.column("n"), self.series.settled
        rarer = np.minimum(self.limits.centre, 1 - self.limits.centre)
        return bool((rarer * n)[settled].mean() < 1)

    def _limits(self) -> ProcessLimits:
        kind = self.choice.kind
        if kind == "xmr":
            bounds = {"share": (0.0, 1.0)}.get(self.unit, (0.0 if self.unit in _DURATIONS else -np.inf, np.inf))
            return process_limits.xmr(self.values, group=self.group, screen=self.params.screen, bounds=bounds)
        if kind in ("c", "g"):
            return (process_limits.c if kind == "c" else process_limits.g)(self.values, group=self.group)
        if kind == "t":
            return process_limits.t(self.values, group=self.group, screen=self.params.screen)
        chart = process_limits.p if kind in ("p", "p_prime") else process_limits.u
        n = self.exposure if chart is process_limits.u else self._under
        return chart(self.events, n, group=self.group, laney=kind.endswith("prime"))

    def rows(self) -> list[Figure]:
        """All rows of the group."""
        figures = [row for index in range(len(self.series.periods)) for row in self._period(index)]
        return [*figures, *self._told(), *self._suggested()]

    def _period(self, index: int) -> Iterator[Figure]:
        """The value with its own interval and signals; the limits, which are no interval of the value."""
        lead, limits = self.series.at(index), self.limits
        base = self.series.rows[index] or lead
        rebased = index > 0 and self.group[index] != self.group[index - 1]
        yield replace(
            lead,
            measure="value",
            value=base.value,
            lower=base.lower,
            upper=base.upper,
            n=base.n,
            numerator=base.numerator,
            goal=base.goal,
            method=base.method,
            flags=(*self.series.flags(index), *self._signal(index), *(("rebased",) if rebased else ())),
        )
        if np.isfinite(limits.sigma[index]):
            ends = {"limits": (limits.lower, limits.upper), "near_limits": (limits.near_lower, limits.near_upper)}
            for name, (low, high) in ends.items():
                yield replace(
                    lead,
                    measure=name,
                    value=float(limits.centre[index]),
                    lower=float(low[index]),
                    upper=float(high[index]),
                    method=METHODS[self.choice.kind],
                )

    def _signal(self, index: int) -> tuple[str, ...]:
        rule = Rule(int(self.signals.rule[index]))
        return () if rule is Rule.NONE else (_NAMES[rule][0 if self.signals.side[index] > 0 else 1],)

    def _told(self) -> Iterator[Figure]:
        """The icons of the latest settled period, the chart that was chosen and why; the spread that decided."""
        settled = np.flatnonzero(self.series.settled)
        if not len(settled):
            return
        last = int(settled[-1])
        lead = replace(self.series.at(last), n=len(settled))
        base = self.series.rows[last] or lead
        lower, upper = float(self.limits.lower[last]), float(self.limits.upper[last])
        limited = bool(np.isfinite(self.limits.sigma[last]))
        varies = variation(int(self.signals.side[last]), self.better) if limited else "none"
        group_size = int((self.series.settled & (self.group == self.group[last])).sum())
        icons = (
            f"variation_{varies}",
            f"assurance_{assurance(lower, upper, base.goal, self.better)}",
            f"chart_{self.choice.kind}",
            f"choice_{self.choice.reason}",
            *self._signal(last),
            *(("few_events",) if self._few_events else ()),
            *(("few_periods",) if group_size < FEW_PERIODS else ()),
        )
        yield replace(
            lead, measure="icons", value=base.value, goal=base.goal, method=METHODS[self.choice.kind], flags=icons
        )
        if self.choice.reason.endswith(("counts_explain", "overdispersed")):
            yield replace(lead, measure="spread", value=self.choice.spread, method="Laney (2002) σz")

    def _suggested(self) -> Iterator[Figure]:
        """Months from which a rebase might be wanted; nothing is applied."""
        if not self.params.suggest:
            return
        for number in np.unique(self.group):
            positions = np.flatnonzero(self.group == number)
            starts = suggest_changes(self.values[positions])
            ends = (*starts[1:], len(positions))[: len(starts)]
            for begin, end in zip(starts, ends, strict=True):
                level = self.values[positions[begin:end]]
                yield replace(
                    self.series.at(int(positions[begin])),
                    measure="suggested_rebase",
                    value=float(np.nanmean(level)),
                    n=int(np.isfinite(level).sum()),
                    method="PELT (Killick 2012)",
                    flags=("rebase_suggested",),
                )


def _groups(series: Series, rebases: tuple[Rebase, ...]) -> Int64:
    """The number of the rebase group of each period."""
    days = [r.since for r in rebases if (r.indicator, r.unit) == (series.lead.indicator, series.lead.unit)]
    since = sorted({number for day in days if (number := _first_from(series, day)) is not None})
    return np.searchsorted(since, np.arange(len(series.periods)), side="right").astype(np.int64)


def _first_from(series: Series, day: Any) -> int | None:
    return next((number for number, period in enumerate(series.periods) if period.last >= day), None)
