"""Figures that improved beyond chance, by unit: where to ask what worked. And what people told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import Unit
from svcqa.entities.success import Success
from svcqa.metrics.context import Context
from svcqa.metrics.figures import Figures
from svcqa.metrics.result import Figure, Scale
from svcqa.periods import Period, PeriodRule
from svcqa.register import Register
from svcqa.register.successes import successes
from svcqa.review.period_review import PeriodReview
from svcqa.review.side_by_side import side_by_side


@dataclass(frozen=True, kw_only=True)
class Improvement:
    """A unit's figure of this period and of last year's, with the limits of the change."""

    commitment: Commitment
    unit: Unit
    scale: Scale
    before: Figure
    now: Figure
    limits: tuple[float, float]


@dataclass(frozen=True)
class Improvements:
    """The clear ones, of how many compared; ``by_chance`` of them would look so if nothing had changed anywhere."""

    clear: tuple[Improvement, ...]
    compared: int
    by_chance: float


def improvements(figures: Figures, review: PeriodReview, context: Context) -> Improvements:
    """Departments whose share rose clearly since last year, on the tree of today for both years."""
    clear, compared = [], 0
    for item in side_by_side(figures, review, context, level="department"):
        for unit in item.units:
            if unit.limits is None or unit.now is None or unit.before is None:
                continue
            compared += 1
            if unit.limits[0] > 0 if item.scale.better == "higher" else unit.limits[1] < 0:
                clear.append(
                    Improvement(
                        commitment=item.commitment,
                        unit=unit.unit,
                        scale=item.scale,
                        before=unit.before,
                        now=unit.now,
                        limits=unit.limits,
                    )
                )
    return Improvements(tuple(clear), compared, compared * (1 - context.level) / 2)


def successes_of(
    register: Register, year: Period, rule: PeriodRule, known_at: dt.datetime | None = None
) -> tuple[Success, ...]:
    """What was told of ``year`` or of a part of it."""
    return tuple(
        success for success in successes(register, known_at=known_at) if rule.parse(success.period).year == year.year
    )
