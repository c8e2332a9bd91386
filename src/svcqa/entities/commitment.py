"""A service commitment: what the company promises, to whom, how well, since when."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal, TypeVar

from pydantic import Field, model_validator

from svcqa.entities.base import Conditions, Entity, Key, Share, Text
from svcqa.entities.clock_rules import StatusClock
from svcqa.entities.rule_base import RuleBase
from svcqa.entities.rules import MonthlyReturn, Rule
from svcqa.errors import NotAllowedError
from svcqa.periods import PeriodKind

_Kind = TypeVar("_Kind", bound=RuleBase)


class MonthOf(StrEnum):
    """Which month a case belongs to."""

    RECEIVED = "received"
    DUE = "due"
    CLOSED = "closed"


class Exclusion(Entity):
    """Cases left out by rule (紧急事故除外), with the reason that every figure shows and what proves it."""

    reason: Key
    label: Text | None = None
    where: Conditions
    evidence: str | None = None


class LimitFor(Entity):
    """Another limit for some cases: a tier, an area, a kind of customer, cases since a day. In the unit of the rule."""

    where: Conditions = ()
    effective_from: dt.date | None = None
    limit: int = Field(ge=0)

    @model_validator(mode="after")
    def _some_cases(self) -> LimitFor:
        if not self.where and self.effective_from is None:
            raise NotAllowedError("limit_of_some_cases")
        return self


class GoalFrom(Entity):
    """What is required from a day on, in the commitment's own terms."""

    effective_from: dt.date
    required_share: Share | None = None
    required_score: float | None = None
    mean: float | None = Field(default=None, gt=0)
    maximum: float | None = Field(default=None, gt=0)


class Returns(Entity):
    """The monthly return that departments make of the same commitment."""

    indicator: Key
    numerator_is: Literal["met", "missed"] = "met"
    counts: Literal["cases", "amounts"] = "cases"


class Commitment(Entity):
    """One promise of the policy file.

    Of ``limits``, the first that fits replaces the rule's own limit. ``goals`` replace what is required, each from its
    day on. ``cycle`` is how often the promise is to be kept; a verdict is given when it ends.
    """

    key: Key
    category: Text
    item: Text
    promise: Text
    table: Key
    rule: Rule
    limits: tuple[LimitFor, ...] = ()
    required_share: Share | None = None
    required_score: float | None = None
    goals: tuple[GoalFrom, ...] = ()
    cycle: Literal["month", "quarter", "half", "year"] = "month"
    month_of: MonthOf = MonthOf.RECEIVED
    where: Conditions = ()
    status: StatusClock | None = None
    """Where the status history runs the clock: pauses, reopened cases, moves to other units."""
    exclusions: tuple[Exclusion, ...] = ()
    returns: Returns | None = None
    counted_from: Literal["records", "returns"] = "records"
    """Which counts where records and returns both exist."""
    reporting_department: str | None = None
    formula: Text | None = None
    assumed: bool = False
    citation: str | None = None
    effective_from: dt.date | None = None

    @model_validator(mode="after")
    def _fits_its_rule(self) -> Commitment:
        if self.limits and not self.rule.limited:
            raise NotAllowedError("limits_by_case", kind=self.rule.kind)
        if self.counted_from == "returns" and self.returns is None:
            raise NotAllowedError("returns_needed")
        if self.returns is not None and (self.rule.only_counts or self.rule.value_unit != "share"):
            raise NotAllowedError("returns_beside_shares", kind=self.rule.kind)
        return self

    @model_validator(mode="after")
    def _status_runs_a_clock(self) -> Commitment:
        if self.status is None:
            return self
        if self.table not in ("work_orders", "complaints"):
            raise NotAllowedError("status_tables")
        days = self.rule.running.day_count if self.rule.running is not None else None
        if days is not None and not days.by_minutes:
            raise NotAllowedError("status_minutes")
        if not self.rule.can_pause:
            raise NotAllowedError("status_clock", kind=self.rule.kind)
        return self

    @model_validator(mode="after")
    def _requires_what_it_measures(self) -> Commitment:
        required = set(self.rule.requires)
        fitting = required & set(type(self).model_fields)  # what the rule does not say itself
        for declaration, allowed in ((self, fitting), *((goal, required) for goal in self.goals)):
            declared = {name for name in _REQUIRED if getattr(declaration, name, None) is not None}
            if declared - allowed:
                raise NotAllowedError("not_with_kind", names=", ".join(sorted(declared - allowed)), kind=self.rule.kind)
            if declaration is not self and not declared:
                raise NotAllowedError("goal_says", names=", ".join(sorted(required)))
        if not self.rule.holds(self.required_score):
            raise NotAllowedError("score_in_scale")
        return self

    @property
    def metric(self) -> str:
        """The metric that measures it."""
        return self.rule.metric

    @property
    def cycle_kind(self) -> PeriodKind:
        """The cycle as a length of period."""
        return PeriodKind(self.cycle)

    @property
    def counted(self) -> Commitment:
        """The commitment as the policy wants it counted: from its records or from the returns."""
        return self.from_returns if self.counted_from == "returns" else self

    @property
    def from_returns(self) -> Commitment:
        """The commitment as its monthly returns tell it."""
        assert self.returns is not None
        rule = MonthlyReturn(kind="monthly_return", **self.returns.model_dump())
        bare = {"limits": (), "where": (), "exclusions": (), "month_of": MonthOf.RECEIVED, "returns": None}
        return self.model_copy(update={"table": "monthly_returns", "rule": rule, "counted_from": "records", **bare})

    def goal_on(self, day: dt.date) -> float | None:
        """What the figure is held against on ``day``, in its own unit; ``None`` before the promise was made."""
        if self.effective_from is not None and day < self.effective_from:
            return None
        return self._required(self.rule.requires[0], day)

    def maximum_on(self, day: dt.date) -> float | None:
        """The maximum promised on ``day``, where one is."""
        if self.effective_from is not None and day < self.effective_from:
            return None
        return self._required("maximum", day) if "maximum" in self.rule.requires else None

    def rule_as(self, kind: type[_Kind]) -> _Kind:
        """The rule, which the metric that asks measures only of that kind."""
        assert isinstance(self.rule, kind), self.rule.kind
        return self.rule

    def _required(self, name: str, day: dt.date) -> float | None:
        value: float | None = getattr(self if name in type(self).model_fields else self.rule, name)
        for goal in sorted(self.goals, key=lambda item: item.effective_from):
            if goal.effective_from <= day and getattr(goal, name) is not None:
                value = getattr(goal, name)
        return value


_REQUIRED = ("required_share", "required_score", "mean", "maximum")
