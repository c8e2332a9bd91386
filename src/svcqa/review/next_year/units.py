"""Where each unit starts: its level of the last twelve months after partial pooling, at its own part of the cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, MetricError
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import Figure
from svcqa.review.next_year.past import Past
from svcqa.review.next_year.subject import Subject
from svcqa.stats.pooling import pool_means, pool_shares

Float64 = npt.NDArray[np.float64]
_Z = 1.959963984540054
OWN = "#"
"""Ends the name of what belongs to a unit and to none of its parts."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """One unit that delivers by itself.

    Attributes:
        unit: its code; ``own`` where it has parts, and these cases belong to none of them.
        weight: its cases, or what else its figure stands over.
        raw, level: its figure as it is, and after pooling.
    """

    unit: str
    own: bool
    weight: float
    raw: float
    level: float
    n: int | None

    @property
    def code(self) -> str:
        """Its name in the tree."""
        return self.unit + OWN if self.own else self.unit


@dataclass(frozen=True)
class Starts:
    """All units of one subject, and by which formula they were pooled."""

    units: tuple[Start, ...]
    pooling: str


def starts_of(figures: Figures, subject: Subject, past: Past, context: Context, *, year: int) -> Starts:
    """The units below ``context.unit`` on the tree of the year that is planned.

    Raises:
        MetricError: no unit has any case.
    """
    units_context = replace(context, period=past.recent, by=("unit",))
    all_rows = figures.result(subject.metric, subject.params, units_context).figures()
    first = next((item.measure for item in all_rows), "")
    rows = [item for item in all_rows if item.measure == first and item.value is not None]
    merged = _on_tree(rows, context, dt.date(year, 1, 1), amounts=subject.target.adds_up)
    if not merged:
        raise MetricError(Fault("next_year_no_units", place=subject.target.key, got=past.recent.label))
    units = [item.unit for item in merged]
    raw = np.asarray([item.value for item in merged], dtype=np.float64)
    level, pooling = _pooled(merged, raw, subject)
    tree = context.organisation
    has_parts = [any(other != unit and tree.within(other, unit) for other in units) for unit in units]
    starts = (
        Start(unit=item.unit, own=own, weight=_weight(item, subject), raw=float(value), level=float(pulled), n=item.n)
        for item, own, value, pulled in zip(merged, has_parts, raw, level, strict=True)
    )
    return Starts(tuple(starts), pooling)


def _on_tree(rows: Sequence[Figure], context: Context, day: dt.date, *, amounts: bool) -> list[Figure]:
    """Units that are closed by then lead to their successors: what they had adds up."""
    by_unit: dict[str, list[Figure]] = {}
    for row in rows:
        by_unit.setdefault(context.organisation.current(row.unit, day), []).append(row)
    return [_together(code, unit_rows, amounts=amounts) for code, unit_rows in by_unit.items()]


def _together(code: str, figures: Sequence[Figure], *, amounts: bool) -> Figure:
    if len(figures) == 1:
        return replace(figures[0], unit=code)
    values = [item.value or 0.0 for item in figures]
    weights = [float(item.base or item.n or 0) for item in figures]
    total = sum(weights)
    mean = sum(v * w for v, w in zip(values, weights, strict=True)) / total if total else float(np.mean(values))
    n, base, numerator = (
        sum(getattr(item, name) or 0 for item in figures)
        if any(getattr(item, name) is not None for item in figures)
        else None
        for name in ("n", "base", "numerator")
    )
    return replace(
        figures[0],
        unit=code,
        value=sum(values) if amounts else mean,
        n=n,
        base=base,
        numerator=numerator,
        lower=None,
        upper=None,
    )


def _weight(figure: Figure, subject: Subject) -> float:
    if subject.target.adds_up:
        return 1.0
    return float(figure.base or figure.n or 1)


def _pooled(rows: Sequence[Figure], raw: Float64, subject: Subject) -> tuple[Float64, str]:
    """Shares of cases by a beta prior, means with an interval by a normal one; amounts and censuses as they are."""
    n = [row.n or 0 for row in rows]
    numerators = [row.numerator if row.numerator is not None else -1 for row in rows]
    shares = all(
        row.base is None and 0 <= k <= size and size and abs(k / size - (row.value or 0)) < 1e-9
        for row, k, size in zip(rows, numerators, n, strict=True)
    )
    if subject.target.adds_up or len(rows) < 2:
        return raw, "none"
    if shares:
        return pool_shares(numerators, n).value, "beta-binomial"
    widths = [None if row.lower is None or row.upper is None else row.upper - row.lower for row in rows]
    if all(width is not None and width > 0 for width in widths):
        variance = [((width or 0.0) / (2 * _Z)) ** 2 for width in widths]
        return pool_means(raw, variance).value, "normal, DerSimonian–Laird"
    return raw, "none"
