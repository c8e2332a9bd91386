"""What every series metric shares: which metric it reads, how that is asked, and the series of each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from svcqa.entities.base import Entity, Key
from svcqa.entities.commitment import Commitment
from svcqa.errors import NotAllowedError
from svcqa.metrics.abilities import OverWhole, having
from svcqa.metrics.context import Context
from svcqa.metrics.contract import Metric
from svcqa.metrics.grouping import PERIOD_KINDS, code_columns, lead_of, windows
from svcqa.metrics.result import Figure, Result
from svcqa.periods import Period

Float64 = npt.NDArray[np.float64]


class SeriesOf(Entity):
    """Which metric gives the series, its parameters, and which of its measures; the first where absent."""

    metric: Key
    params: dict[str, Any] = Field(default_factory=dict)
    measure: str | None = None


class SeriesParams(Entity):
    """The series: the figure of a commitment, or of any metric."""

    commitment: Commitment | None = None
    of: SeriesOf | None = None

    @model_validator(mode="after")
    def _one_base(self) -> SeriesParams:
        if (self.commitment is None) == (self.of is None):
            raise NotAllowedError("series_of_one")
        return self

    @property
    def base(self) -> SeriesOf:
        """The metric to read."""
        if self.of is not None:
            return self.of
        assert self.commitment is not None
        return SeriesOf(metric=self.commitment.metric, params={"commitment": self.commitment})


def grouped(metric: Metric, params: SeriesParams, by: Sequence[str]) -> tuple[str, ...]:
    """What the base is grouped by."""
    if having(metric, OverWhole) is not None or any(name in PERIOD_KINDS for name in by):
        return tuple(by)
    return (*by, "month" if params.commitment is None else params.commitment.cycle)


@dataclass(frozen=True)
class Series:
    """The rows of one group in the order of time, ``None`` where a period has no row.

    Attributes:
        lead: unit, further keys and indicator of the group; its stretch of time means nothing.
        periods, rows: of equal length, from the first to the last period that has a row.
        further: rows over other stretches of time.
    """

    lead: Figure
    periods: tuple[Period, ...]
    rows: tuple[Figure | None, ...]
    further: tuple[Figure, ...] = ()

    def column(self, name: str) -> Float64:
        """A column of numbers, NaN where there is none."""
        cells = [None if row is None else row[name] for row in self.rows]
        return np.asarray([np.nan if number is None else float(number) for number in cells], dtype=np.float64)

    def flags(self, place: int) -> tuple[str, ...]:
        """The flags of one period."""
        row = self.rows[place]
        return row.flags if row is not None else ("no_value",)

    @property
    def settled(self) -> npt.NDArray[np.bool_]:
        """Which periods have a value and are over: a partial month tells nothing of the process."""
        over = np.asarray(["partial" not in self.flags(index) for index in range(len(self.rows))], dtype=np.bool_)
        return over & np.isfinite(self.column("value"))

    @property
    def values(self) -> Float64:
        """The values of the settled periods, NaN elsewhere."""
        return np.where(self.settled, self.column("value"), np.nan)

    def at(self, place: int) -> Figure:
        """The lead of a result row of the period at ``place``."""
        return self.over(self.periods[place])

    def over(self, period: Period) -> Figure:
        """The lead of a result row over ``period``."""
        return replace(self.lead, period=period.label, first=period.first, last=period.last)


def split(series: Result, params: SeriesParams, context: Context, *, metric: Metric) -> list[Series]:
    """The series of each group, in order of their units and keys."""
    measure = chosen_measure(series, params)
    keys = code_columns(context.by)
    groups: dict[tuple[str, ...], list[Figure]] = {}
    for row in series.rows:
        if row.measure == measure:
            groups.setdefault((row.unit, *(row.by.get(key, "") for key in keys)), []).append(row)
    periods = windows(replace(context, by=grouped(metric, params, context.by)))
    number_of = {(period.first, period.last): number for number, period in enumerate(periods)}
    # a cycle's first window may begin before the period asked for
    ends = {period.last: number for number, period in enumerate(periods)}
    all_series = []
    for names in sorted(groups):
        rows: dict[int, Figure] = {}
        further = []
        for row in groups[names]:
            number = number_of.get((row.first, row.last))
            if number is None and row.period == periods[ends.get(row.last, 0)].label:
                number = ends.get(row.last)
            if number is None or number in rows:
                further.append(row)
            else:
                rows[number] = row
        if rows:
            span = range(min(rows), max(rows) + 1)
            lead = replace(
                lead_of(names[0], periods[0], metric=metric.spec.name, indicator=groups[names][0].indicator),
                by=dict(zip(keys, names[1:], strict=True)),
            )
            further.sort(key=lambda row: (row.first, row.last))
            all_series.append(
                Series(lead, tuple(periods[n] for n in span), tuple(rows.get(n) for n in span), tuple(further))
            )
    return all_series


def chosen_measure(series: Result, params: SeriesParams) -> str | None:
    """The measure that the series is made of: the one asked for, or the metric's own, which comes first."""
    if params.base.measure is not None:
        return params.base.measure
    measures = {row.measure: None for row in series.rows}
    named = [name for name in measures if name in (params.base.metric, "base")]
    return next(iter((*named, *measures)), None)
