"""A service target: what the company set itself for a year. Each kind answers for itself what others need to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from svcqa.entities.base import Entity, Key, Level, Text
from svcqa.errors import NotAllowedError


class TargetBase(Entity):
    """What all targets share. A kind without a goal to reach, a level, an amount or a commitment says ``None``."""

    by_month: ClassVar[bool] = True
    """Whether there is a figure of each month, and so one to forecast."""
    adds_up: ClassVar[bool] = False
    """Whether the months add up to the year and are held against a plan; what is missing can be made up."""
    whole_company: ClassVar[bool] = False
    """Whether the figure is the same for every unit."""

    key: Key
    name: Text
    year: int = Field(ge=2000, le=2100)
    owner: str
    weight: float = Field(default=1.0, ge=0)
    effective_from: dt.date | None = None
    source: str | None = None


class LevelTarget(TargetBase):
    """A level to keep (a rate, a time, a score): the figure of a commitment, or one that another metric gives.

    ``goal`` is in the unit of that figure; which direction is good, the figure says.

    ``params`` are the metric's own; the workspace holds them against the metric's model when the policy is loaded.
    """

    kind: Literal["level"]
    commitment: Key | None = None
    metric: Key | None = None
    params: dict[str, Any] = Field(default_factory=dict)
    goal: Level

    due: ClassVar[None] = None
    amount_unit: ClassVar[None] = None

    @property
    def level(self) -> float:
        """The level to keep, which decides how exactly figures are shown."""
        return self.goal

    @property
    def subject(self) -> Hashable:
        """What it is about, whatever its year and owner."""
        return (self.kind, self.commitment, self.metric, _frozen(self.params))

    @model_validator(mode="after")
    def _one_figure(self) -> LevelTarget:
        if (self.commitment is None) == (self.metric is None):
            raise NotAllowedError("commitment_or_metric")
        if self.params and self.metric is None:
            raise NotAllowedError("params_of_metric")
        return self


class QuantityTarget(TargetBase):
    """An amount to deliver, planned by month; plan and actual add up."""

    kind: Literal["quantity"]
    indicator: Key
    amount_unit: Text
    path: tuple[float, ...] = Field(min_length=12, max_length=12)
    """Planned amount of each month, January first."""

    adds_up: ClassVar[bool] = True
    commitment: ClassVar[None] = None
    metric: ClassVar[str] = "quantity"
    level: ClassVar[None] = None
    due: ClassVar[None] = None

    @property
    def params(self) -> dict[str, Any]:
        """What its metric is asked: the target itself."""
        return {"target": self}

    @property
    def subject(self) -> Hashable:
        """The indicator, whatever its year and owner."""
        return (self.kind, self.indicator)

    @property
    def goal(self) -> float:
        """The year's amount."""
        return sum(self.path)

    @model_validator(mode="after")
    def _plan_is_positive(self) -> QuantityTarget:
        if any(amount < 0 for amount in self.path) or self.goal <= 0:
            raise NotAllowedError("path_amounts")
        return self


class MilestoneTarget(TargetBase):
    """Something done by a date (时间节点)."""

    kind: Literal["milestone"]
    due: dt.date

    by_month: ClassVar[bool] = False
    whole_company: ClassVar[bool] = True
    commitment: ClassVar[None] = None
    metric: ClassVar[str] = "milestone"
    goal: ClassVar[None] = None
    level: ClassVar[None] = None
    amount_unit: ClassVar[None] = None

    @property
    def params(self) -> dict[str, Any]:
        """What its metric is asked: the target itself."""
        return {"target": self}

    @property
    def subject(self) -> Hashable:
        """The deed."""
        return (self.kind, self.key)

    @model_validator(mode="after")
    def _due_in_year(self) -> MilestoneTarget:
        if self.due.year != self.year:
            raise NotAllowedError("due_in_year", year=self.year)
        return self


def _frozen(value: Any) -> Hashable:
    """Parameters as something to compare and to find by: what is listed in another order is the same."""
    if isinstance(value, Mapping):
        return tuple(sorted((name, _frozen(item)) for name, item in value.items()))
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(item) for item in value)
    hashable: Hashable = value
    return hashable


Target = Annotated[LevelTarget | QuantityTarget | MilestoneTarget, Field(discriminator="kind")]
