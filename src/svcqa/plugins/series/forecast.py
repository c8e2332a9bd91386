"""Forecast: the chance that the year reaches its goal, and what the rest of it must deliver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from svcqa.clock.festivals import festivals, follows_china
from svcqa.entities.base import Entity, Text
from svcqa.errors import Fault, MetricError
from svcqa.metrics.abilities import Fitted, TakesGoal
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.examples import SeriesExample
from svcqa.metrics.measures import Measure, Role
from svcqa.metrics.monthly import months_of
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.series import Series, SeriesParams, split
from svcqa.periods import Period, PeriodKind
from svcqa.plugins.series.forecast_examples import EXAMPLES
from svcqa.stats.forecast import SimulatedYear, YearChance, simulate_year
from svcqa.stats.monthly_history import Kind
from svcqa.stats.moving_holidays import holiday_days

Float64 = npt.NDArray[np.float64]
FESTIVAL_DAYS: Final = 8.0
"""Days off of a whole Spring Festival, about."""


class ForecastParams(SeriesParams):
    """Which series; the year, its goal, how it is simulated.

    Attributes:
        goal: of the year; the commitment's on its last day, or the target's, where absent.
        year: the year of the last month where absent; the next one after a December.
        kind: how the figure is made up; told from its unit and its columns where absent.
        festival: whether the Spring Festival may have an effect of its own; only where the company keeps China's
            calendar and three years of months are known.
    """

    goal: float | None = None
    year: int | None = None
    kind: Kind | None = None
    draws: int = Field(default=4000, ge=100, le=100_000)
    seed: int = Field(default=1, ge=0)
    festival: bool = True


class ForecastMetric(Fitted[ForecastParams, "ForecastFit"], TakesGoal):
    """The year's chance from the months of the period asked for; the longer it is, the more is known of the season."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="forecast",
        label=Text(hans="全年预测", hant="全年預測", en="Forecast of the year"),
        unit="share",
        better="neutral",
        formula=Text(
            hans="动态广义线性模型（水平、阻尼趋势、季节、春节）模拟余下各月；机会＝达标的模拟所占比例",
            hant="動態廣義線性模型（水準、阻尼趨勢、季節、春節）模擬餘下各月；機會＝達標的模擬所佔比例",
            en="dynamic generalised linear model (level, damped trend, season, Spring Festival), months left "
            "simulated; chance = share of the simulated years that reach the goal",
        ),
        reference="West, Harrison and Migon (1985) JASA 80, 73–83; Fahrmeir (1992) JASA 87, 501–509; Harvey (1989) "
        "Forecasting, Structural Time Series Models and the Kalman Filter; Geweke (1989) Econometrica 57, 1317–1339",
        shape="series",
        additive=False,
        measures=(
            Measure(name="chance", role=Role.CHANCE, unit="share"),
            Measure(name="year", role=Role.WHOLE_YEAR),
            Measure(name="so_far", role=Role.SO_FAR),
            Measure(name="needed", role=Role.NEEDED),
            Measure(name="month_ahead", role=Role.AHEAD),
        ),
    )
    params: ClassVar[type[Entity]] = ForecastParams

    def fit(self, series: Result, params: ForecastParams, context: Context) -> ForecastFit:
        """The simulated year of each group, kept: its goal can be moved without fitting again.

        Raises:
            MetricError: the series is not one of months, or too short, or the year is another one.
        """
        years = [_simulated(item, series, params, context) for item in split(series, params, context, metric=self)]
        return ForecastFit(series, params, tuple(years))

    def measure(self, series: Result | ForecastFit, params: ForecastParams, context: Context) -> Result:
        """Of each group: the chance, the year, what is needed, so far, and each month to come.

        Args:
            series: the months, or what :meth:`fit` made of them, which serves as long as only the goal moves.

        Raises:
            MetricError: as :meth:`fit`.
        """
        fit = series if isinstance(series, ForecastFit) else self.fit(series, params, context)
        if not fit.serves(params):
            fit = self.fit(fit.series, params, context)
        rows = [row for year in fit.years for row in _told(year, params, context)]
        return Result(tuple(rows), keys=fit.series.keys, unit=fit.series.unit, better=fit.series.better)

    def examples(self) -> tuple[SeriesExample, ...]:
        """A year half over, and one that is over."""
        return EXAMPLES


@dataclass(frozen=True)
class _Year:
    """One group's simulated year."""

    series: Series
    simulated: SimulatedYear
    period: Period
    flags: tuple[str, ...]


@dataclass(frozen=True)
class ForecastFit:
    """The simulated years of all groups, and what they were made from."""

    series: Result
    params: ForecastParams
    years: tuple[_Year, ...]

    def serves(self, params: ForecastParams) -> bool:
        """Whether ``params`` differ in nothing but the goal."""
        return params.model_copy(update={"goal": self.params.goal}) == self.params


def _simulated(series: Series, base: Result, params: ForecastParams, context: Context) -> _Year:
    if any(period.kind is not PeriodKind.MONTH for period in series.periods):
        raise MetricError(Fault("forecast_months", got=series.periods[0].label))
    settled = np.flatnonzero(series.settled)
    if not len(settled):
        raise MetricError(Fault("forecast_short", got="0", allowed="≥ 3"))
    last = int(settled[-1])
    year, rest = _year(series.periods[last], params, context)
    better: Literal["higher", "lower"] = "lower" if base.better == "lower" else "higher"
    months = months_of(series, base, last, kind=params.kind)
    simulated_year = simulate_year(
        months.kind,
        months.value,
        months.base,
        rest_months=rest,
        better=better,
        level=context.level,
        bounds=months.bounds,
        draws=params.draws,
        seed=params.seed,
        festival=_festival(series, last, rest=rest, year=year, params=params, context=context),
    )
    flags = {"partial": last + 1 < len(series.periods), "undesigned": _undesigned(series)}
    return _Year(series, simulated_year, year, tuple(flag for flag, holds in flags.items() if holds))


def _undesigned(series: Series) -> bool:
    """Whether months rest on whoever was reached; the year itself may be estimated from waves."""
    return any("undesigned" in series.flags(index) for index in range(len(series.rows)))


def _told(year: _Year, params: ForecastParams, context: Context) -> Iterator[Figure]:
    year_chance = year.simulated.at(_goal(params, year.period))
    return _rows(year.series, year_chance, year=year.period, context=context, known=year.flags)


def _year(last: Period, params: ForecastParams, context: Context) -> tuple[Period, int]:
    """The year, and how many of its months are to come."""
    rule = context.period_rule
    year = rule.year_of(last)
    if params.year in (None, year.year):
        return year, 12 - last.number
    if params.year == year.year + 1 and last.number == 12:
        return rule.following(year), 12
    raise MetricError(Fault("forecast_year", got=str(params.year), allowed=str(year.year)))


def _festival(
    series: Series, last: int, *, rest: int, year: Period, params: ForecastParams, context: Context
) -> Float64 | None:
    """How much of a Spring Festival lies in each month, those to come included."""
    if not (params.festival and follows_china(context.calendar)):
        return None
    ahead = context.period_rule.months(year)[12 - rest :]
    months = [(month.first, month.last) for month in (*series.periods[: last + 1], *ahead)]
    days = holiday_days(months, festivals(months[0][0], months[-1][1]))["during"]
    return np.asarray(days / FESTIVAL_DAYS)


def _goal(params: ForecastParams, year: Period) -> float | None:
    if params.goal is not None:
        return params.goal
    if params.commitment is not None:
        return params.commitment.goal_on(year.last)
    goal = getattr(params.base.params.get("target"), "goal", None)
    return None if goal is None else float(goal)


def _rows(
    series: Series, year_chance: YearChance, *, year: Period, context: Context, known: tuple[str, ...]
) -> Iterator[Figure]:
    model = "fact" if year_chance.model is None else year_chance.model
    festival = ", Spring Festival" if year_chance.festival else ""
    method = f"{year_chance.method} ({model}{festival}), {year_chance.draws} draws, {year_chance.level:.0%}"
    flags = (*known, *year_chance.flags)
    whole = replace(series.over(year), goal=year_chance.goal, n=year_chance.known_months, method=method, flags=flags)
    yield replace(whole, measure="chance", value=year_chance.probability)
    yield replace(whole, measure="year", value=year_chance.value, lower=year_chance.lower, upper=year_chance.upper)
    yield replace(whole, measure="so_far", value=year_chance.so_far, method="arithmetic", flags=known)
    if year_chance.needed is not None:
        yield replace(
            whole,
            measure="needed",
            value=year_chance.needed,
            lower=year_chance.needed_lower,
            upper=year_chance.needed_upper,
            rest_n=None
            if year_chance.rest_base is None or year_chance.kind == "amount"
            else round(year_chance.rest_base),
            method=f"arithmetic; {year_chance.level:.0%} of the cases to come",
        )
    months = context.period_rule.months(year)
    for ahead in year_chance.months:
        yield replace(
            series.over(months[ahead.month - 1]),
            measure="month_ahead",
            value=ahead.value,
            lower=ahead.lower,
            upper=ahead.upper,
            n=year_chance.known_months,
            rest_n=None if year_chance.kind == "amount" else round(ahead.base),
            method=method,
            flags=flags,
        )
