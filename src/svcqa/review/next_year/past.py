"""What is known of a figure when next year's goal is proposed: its months, its years, the goals it was held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from svcqa.entities.policy import Policies
from svcqa.entities.target import Target
from svcqa.errors import Fault, MetricError, PeriodError
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.monthly import Months, months_of
from svcqa.metrics.result import Figure, Scale
from svcqa.metrics.series import Series, SeriesOf, SeriesParams, split
from svcqa.periods import Period, PeriodKind
from svcqa.review.next_year.subject import Subject, same_subject

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PastYear:
    """One year: its goal where a target set one, and what came of it. ``over`` where it is over."""

    period: Period
    goal: float | None
    figure: Figure | None
    over: bool


@dataclass(frozen=True, kw_only=True)
class Past:
    """The history of one subject.

    Attributes:
        months: as a forecast reads them, one entry a month.
        first, last: the first and the last month known.
        ahead: months from the last known one to the end of the year that is planned.
        cycle: months between two figures.
        figures: those of the single periods, oldest first.
        years: the latest years with a figure or a goal, oldest first.
        recent, before: the last twelve months known as one figure, and the twelve before.
    """

    scale: Scale
    months: Months
    first: Period
    last: Period
    ahead: int
    cycle: int
    figures: tuple[Figure, ...]
    years: tuple[PastYear, ...]
    recent: Period
    before: Period


def past_of(figures: Figures, policies: Policies, subject: Subject, context: Context, *, year: int, years: int) -> Past:
    """The history of a subject as of ``context.as_of``.

    Raises:
        MetricError: nothing is known of it.
        PeriodError: the year has begun.
    """
    until = _last_month(context)
    if year <= until.year:
        raise PeriodError(Fault("year_begun", got=str(year), allowed=f"> {until.year}"))
    rule = context.period_rule
    whole = rule.parse(f"{until.year - years}-01..{until.label}")
    series_context = replace(context, period=whole, by=(subject.cycle,))
    result = figures.result(subject.metric, subject.params, series_context)
    plugin = figures.registry.get(subject.metric)
    of = SeriesParams(of=SeriesOf(metric=subject.metric))
    series = next(iter(split(result, of, series_context, metric=plugin)), None)
    if series is None or not series.settled.any():
        raise MetricError(Fault("next_year_no_history", place=subject.target.key, got="0"))
    trimmed = _from_first(series)
    last = int(np.flatnonzero(trimmed.settled)[-1])
    read = _by_month(months_of(trimmed, result, last), cycle := _span(trimmed.periods[0]))
    end = rule.months(trimmed.periods[last])[-1]
    start = rule.months(trimmed.periods[0])[0]
    recent = rule.parse(f"{_shifted(end, -11, context).label}..{end.label}")
    return Past(
        scale=result.scale,
        months=read,
        first=start,
        last=end,
        ahead=12 * (year - end.year) + 12 - end.number,
        cycle=cycle,
        figures=_figures(result.figures(), trimmed, last),
        years=tuple(_years(figures, policies, subject=subject, context=context, start=start, end=end)),
        recent=recent,
        before=rule.previous(recent),
    )


def _last_month(context: Context) -> Period:
    """The last month that is over by ``as_of``."""
    rule = context.period_rule
    month = rule.containing(context.as_of.date(), PeriodKind.MONTH)
    return month if month.end <= context.as_of else rule.previous(month)


def _shifted(month: Period, by: int, context: Context) -> Period:
    month_count = month.year * 12 + month.number - 1 + by
    return context.period_rule.parse(f"{month_count // 12}-{month_count % 12 + 1:02d}")


def _span(period: Period) -> int:
    return {PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}.get(period.kind, 1)


def _from_first(series: Series) -> Series:
    """Before the first return or incident nobody reported: that is neither nothing delivered nor no minute lost."""
    n = series.column("n")
    counted = n if np.isfinite(n).any() else series.column("value")
    some = np.flatnonzero(np.nan_to_num(counted) != 0)
    begin = int(some[0]) if len(some) else 0
    return replace(series, periods=series.periods[begin:], rows=series.rows[begin:])


def _by_month(months: Months, cycle: int) -> Months:
    """Figures of longer cycles stand at the last month of each, with nothing known between."""
    if cycle == 1:
        return months

    def spread(values: Float64 | None) -> Float64 | None:
        if values is None:
            return None
        spread_values = np.full(len(values) * cycle, np.nan)
        spread_values[cycle - 1 :: cycle] = values
        return spread_values

    value = spread(months.value)
    assert value is not None
    return replace(months, value=value, base=spread(months.base))


def _figures(figures: Sequence[Figure], series: Series, last: int) -> tuple[Figure, ...]:
    labels = {period.label for period in series.periods[: last + 1]}
    measure = next((row.measure for row in series.rows if row is not None), "")
    return tuple(item for item in figures if item.period in labels and item.measure == measure)


def _years(
    figures: Figures, policies: Policies, *, subject: Subject, context: Context, start: Period, end: Period
) -> list[PastYear]:
    """From the first year that is known whole to the one that runs; the goal is the last that a target set."""
    first = start.year if start.number == 1 else start.year + 1
    goals = {target.year: _goal(subject, target) for target in policies.targets if same_subject(target, subject.target)}
    years = []
    for number in range(first, end.year + 1):
        period = context.period_rule.parse(str(number))
        year_context = replace(context, period=period, by=())
        rows = figures.result(subject.metric, subject.params, year_context).figures()
        years.append(PastYear(period, goals.get(number), rows[0] if rows else None, period.end <= context.as_of))
    return years


def _goal(subject: Subject, target: Target) -> float | None:
    if subject.within:
        return subject.promise
    return target.goal
