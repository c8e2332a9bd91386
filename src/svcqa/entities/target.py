"""A service target: what the company set itself for a year."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from svcqa.entities.base import Entity, Key, Level, Text
from svcqa.errors import NotAllowedError


class _TargetBase(Entity):
    key: Key
    name: Text
    year: int = Field(ge=2000, le=2100)
    owner: str
    weight: float = Field(default=1.0, ge=0)
    effective_from: dt.date | None = None
    source: str | None = None


class LevelTarget(_TargetBase):
    """A level to keep (a rate, a time, a score): the figure of a commitment, or one that another metric gives.

    ``goal`` is in the unit of that figure; which direction is good, the figure says.

    ``params`` are the metric's own; the workspace holds them against the metric's model when the policy is loaded.
    """

    kind: Literal["level"]
    commitment: Key | None = None
    metric: Key | None = None
    params: dict[str, Any] = Field(default_factory=dict)
    goal: Level

    @model_validator(mode="after")
    def _one_figure(self) -> LevelTarget:
        if (self.commitment is None) == (self.metric is None):
            raise NotAllowedError("commitment_or_metric")
        if self.params and self.metric is None:
            raise NotAllowedError("params_of_metric")
        return self


class QuantityTarget(_TargetBase):
    """An amount to deliver, planned by month; plan and actual add up."""

    kind: Literal["quantity"]
    indicator: Key
    amount_unit: Text
    path: tuple[float, ...] = Field(min_length=12, max_length=12)
    """Planned amount of each month, January first."""

    @property
    def goal(self) -> float:
        """The year's amount."""
        return sum(self.path)

    @model_validator(mode="after")
    def _plan_is_positive(self) -> QuantityTarget:
        if any(amount < 0 for amount in self.path) or self.goal <= 0:
            raise NotAllowedError("path_amounts")
        return self


class MilestoneTarget(_TargetBase):
    """Something done by a date (时间节点)."""

    kind: Literal["milestone"]
    due: dt.date

    @model_validator(mode="after")
    def _due_in_year(self) -> MilestoneTarget:
        if self.due.year != self.year:
            raise NotAllowedError("due_in_year", year=self.year)
        return self


Target = Annotated[LevelTarget | QuantityTarget | MilestoneTarget, Field(discriminator="kind")]
