"""Next year's targets: by which rules they are proposed, what somebody assumes, and the plan that was chosen."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from svcqa.entities.base import Entity, Key, Share
from svcqa.errors import NotAllowedError

FairRule = Literal["equal_gap_closing", "equal_points", "proportional"]
"""How a goal is shared out: the same part of each gap, the same change, the same part of each level."""


class NextYearRules(Entity):
    """How goals of next year are proposed; section ``[next_year]`` of ``svcqa.toml``.

    Attributes:
        conservative, balanced, stretch: the chance that each candidate is to have under no change.
        fair: how goals are shared out to units unless somebody says otherwise.
        least_cases: fewer cases a year than this, and a goal is judged by chance.
        alarm: a warning of gaming needs a p-value below this, or an interval of this coverage clear of no change.
        least_change: and a relative change of at least this part.
        years: of history that are read.
        draws, seed: of the simulated years.
    """

    conservative: Share = 0.85
    balanced: Share = 0.55
    stretch: Share = 0.25
    fair: FairRule = "equal_gap_closing"
    least_cases: int = Field(default=100, ge=1)
    alarm: float = Field(default=0.01, gt=0, lt=0.5)
    least_change: float = Field(default=0.1, ge=0)
    years: int = Field(default=6, ge=1, le=20)
    draws: int = Field(default=4000, ge=100, le=100_000)
    seed: int = Field(default=1, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> NextYearRules:
        if not 1 > self.conservative > self.balanced > self.stretch > 0:
            raise NotAllowedError("chances_in_order")
        return self


class Assumption(Entity):
    """What a person assumes of next year, in words of their own.

    Attributes:
        label: what is to happen: more staff, an action.
        measure: ``points`` is added to the figure; of ``failures`` this part goes away; ``relative`` changes the figure
            by this part.
        size: in the measure.
        from_month: the first month in which it works.
    """

    label: str = Field(min_length=1)
    measure: Literal["points", "failures", "relative"]
    size: float = Field(allow_inf_nan=False)
    from_month: int = Field(default=1, ge=1, le=12)


class PlanCell(Entity):
    """One unit's part of a goal.

    Attributes:
        parent: the unit that it is a part of; absent for the whole.
        own: cases that belong to a unit with parts of its own and to none of them.
        weight: its part of all cases; for amounts 1.
        start: where it starts: its level after partial pooling, or its amount of last year.
        n: cases behind ``start``.
        at_limit: −1 or 1 where a limit stopped it.
    """

    unit: str
    parent: str | None = None
    own: bool = False
    weight: float
    start: float
    goal: float
    n: int | None = None
    locked: bool = False
    at_limit: Literal[-1, 0, 1] = 0


class PlanEvidence(Entity):
    """What a plan rests on: asked for again with the same digests, it gives the same."""

    as_of: dt.datetime
    records: str
    policy: str
    calendar: str
    provisional_calendar: bool
    first_month: str
    last_month: str
    known_months: int
    method: str
    model: str
    draws: int
    seed: int


class TargetPlan(Entity):
    """A goal for a year that somebody chose, with its chance, its parts and what it rests on.

    Attributes:
        target: key of the target that it follows.
        probability: of reaching the goal under the assumptions.
        unchanged: the same without them.
        lower, median, upper: the year's figure under the assumptions.
        volume: times the cases that are forecast.
        months: of a quantity, the plan by month.
        reason: why this goal.
    """

    year: int = Field(ge=2000, le=2100)
    target: Key
    owner: str
    unit: str
    better: Literal["higher", "lower"]
    goal: float
    probability: Share
    unchanged: Share
    lower: float
    median: float
    upper: float
    volume: float = Field(default=1.0, gt=0)
    assumptions: tuple[Assumption, ...] = ()
    fair: FairRule
    cells: tuple[PlanCell, ...] = ()
    months: tuple[float, ...] = ()
    warnings: tuple[str, ...] = ()
    evidence: PlanEvidence
    reason: str = Field(min_length=1)
