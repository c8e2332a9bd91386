"""Units of one level side by side, and drawn together as far as their numbers of cases ask for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import Level, Unit
from svcqa.errors import SvcqaError
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import Figure, Scale
from svcqa.review.last_year import change_limits
from svcqa.review.period_review import PeriodReview
from svcqa.stats.pooling import pool_shares

LEAST = 3
"""Fewer units tell nothing of how units differ."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One unit in two years.

    Attributes:
        before: last year's figure of the same unit, on the same tree.
        limits: of the change; missing where the figures are no shares of cases.
        pooled: this year's figure drawn towards all units, with its limits; missing with fewer than three units.
    """

    unit: Unit
    now: Figure | None
    before: Figure | None
    limits: tuple[float, float] | None
    pooled: tuple[float, float, float] | None


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """One commitment by units of a level; ``whole`` is all of them."""

    commitment: Commitment
    scale: Scale
    whole: Figure | None
    units: tuple[Beside, ...]
    fault: SvcqaError | None = None


def side_by_side(
    figures: Figures, review: PeriodReview, context: Context, *, level: Level, tree_on: dt.date | None = None
) -> tuple[SideBySide, ...]:
    """Every commitment of ``review`` by the units of ``level``.

    Args:
        tree_on: on the tree of this day, for both years: units closed before it stand as their successor. The end of
            the period where absent, so that a merger of this year is seen in last year's figures, too.
    """
    day = tree_on or context.period.last
    level_context = replace(context, by=(level,), tree_on=day)
    return tuple(
        _compared(
            figures,
            item.commitment,
            review=review,
            context=level_context,
            whole=item.course.now,
            scale=item.course.scale,
        )
        for item in review.commitments
        if item.fault is None
    )


def _compared(
    figures: Figures,
    commitment: Commitment,
    *,
    review: PeriodReview,
    context: Context,
    whole: Figure | None,
    scale: Scale,
) -> SideBySide:
    try:
        now = _by_unit(figures, commitment, context)
        before = _by_unit(figures, commitment, replace(context, period=review.year_before))
    except SvcqaError as error:
        return SideBySide(commitment=commitment, scale=scale, whole=whole, units=(), fault=error)
    level = context.by[0]
    named = [figures.organisation.unit(code) for code in dict.fromkeys((*now, *before))]
    units = [unit for unit in named if unit.level == level]
    pooled = _pooled([now.get(unit.code) for unit in units], context.level)
    return SideBySide(
        commitment=commitment,
        scale=scale,
        whole=whole,
        units=tuple(
            Beside(
                unit=unit,
                now=now.get(unit.code),
                before=before.get(unit.code),
                limits=change_limits(before.get(unit.code), now.get(unit.code), level=context.level),
                pooled=drawn,
            )
            for unit, drawn in zip(units, pooled, strict=True)
        ),
    )


def _by_unit(figures: Figures, commitment: Commitment, context: Context) -> dict[str, Figure]:
    rows = figures.result(commitment.metric, {"commitment": commitment}, context).figures()
    return {figure.unit: figure for figure in rows if figure.measure == rows[0].measure}


def _pooled(now: list[Figure | None], level: float) -> list[tuple[float, float, float] | None]:
    """Partial pooling of the units whose figure is a share of cases; see ``stats.pooling``."""
    counted = {
        index: (figure.numerator, figure.n)
        for index, figure in enumerate(now)
        if figure is not None
        and figure.n
        and figure.numerator is not None
        and figure.lower is not None
        and not figure.base
        and "amounts" not in figure.flags
        and figure.numerator <= figure.n
    }
    drawn: list[tuple[float, float, float] | None] = [None] * len(now)
    if len(counted) < LEAST:
        return drawn
    pooled = pool_shares([met for met, _ in counted.values()], [n for _, n in counted.values()], level=level)
    for row, index in enumerate(counted):
        drawn[index] = (float(pooled.value[row]), float(pooled.lower[row]), float(pooled.upper[row]))
    return drawn
