"""A service commitment: a limit that the company promises and the share of cases that must keep it."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from svcqa.entities.base import Conditions, Entity, Key, Share, Text


class MonthOf(StrEnum):
    """Which month a case belongs to."""

    RECEIVED = "received"
    DUE = "due"
    CLOSED = "closed"


class Counting(StrEnum):
    """How N working days are counted. Either way the last day counts to its end."""

    SAME_DAY = "same_day"
    """The day of receipt, if it is a working day, is day 1."""
    NEXT_DAY = "next_day"
    """The first working day after the day of receipt is day 1."""


class ElapsedNatural(Entity):
    """From ``start`` to ``stop`` in natural time."""

    kind: Literal["elapsed_natural"]
    start: str
    stop: str
    limit: int = Field(gt=0)
    unit: Literal["second", "minute", "hour", "day"]


class ElapsedWorkingTime(Entity):
    """From ``start`` to ``stop`` in working time of the calendar's shifts."""

    kind: Literal["elapsed_working_time"]
    start: str
    stop: str
    limit: int = Field(gt=0)
    unit: Literal["minute", "hour"]


class ElapsedWorkingDays(Entity):
    """Stopped by the end of the ``limit``-th working day."""

    kind: Literal["elapsed_working_days"]
    start: str
    stop: str
    limit: int = Field(gt=0)
    counting: Counting


class CountThreshold(Entity):
    """A count that the record carries (rings, seconds in the queue) stays within ``limit``.

    ``achieved`` tells which records got the service at all; the others (a caller who hung up) count as breached
    at any limit.
    """

    kind: Literal["count_threshold"]
    start: str
    value: str
    limit: int = Field(ge=0)
    unit: Key
    achieved: Conditions = ()


class RecordDue(Entity):
    """Stopped by a due moment that the record itself carries (an appointment)."""

    kind: Literal["record_due"]
    start: str
    due: str
    stop: str
    limit: int = Field(default=0, ge=0)
    unit: Literal["second", "minute", "hour", "day"] = "minute"


class LeadTime(Entity):
    """Notice given at least ``limit`` before ``event`` begins: the clock runs backwards, from event to notice."""

    kind: Literal["lead_time"]
    start: str
    event: str
    notice: str
    limit: int = Field(gt=0)
    unit: Literal["minute", "hour", "day"]


class MonthlyReturn(Entity):
    """Only a numerator and a denominator per month are known.

    ``numerator_is`` says whether the numerator counts what was kept or its complement; ``counts`` whether
    they are cases or amounts (customer-hours, minutes), for which no interval can be given.
    """

    kind: Literal["monthly_return"]
    indicator: Key
    numerator_is: Literal["met", "missed"] = "met"
    counts: Literal["cases", "amounts"] = "cases"


Rule = Annotated[
    ElapsedNatural | ElapsedWorkingTime | ElapsedWorkingDays | CountThreshold | RecordDue | LeadTime | MonthlyReturn,
    Field(discriminator="kind"),
]


class Exclusion(Entity):
    """Cases left out by rule (紧急事故除外), with the reason that every figure shows."""

    reason: Key
    label: Text | None = None
    where: Conditions
    evidence: str | None = None


class LimitFor(Entity):
    """Another limit for some cases: a tier, an area, a kind of customer. In the unit of the rule."""

    where: Conditions = Field(min_length=1)
    limit: int = Field(ge=0)


class Commitment(Entity):
    """One promise of the policy file. Of ``limits``, the first whose conditions hold replaces the rule's own limit."""

    key: Key
    category: Text
    item: Text
    promise: Text
    table: Key
    rule: Rule
    limits: tuple[LimitFor, ...] = ()
    required_share: Share | None = None
    month_of: MonthOf = MonthOf.RECEIVED
    where: Conditions = ()
    exclusions: tuple[Exclusion, ...] = ()
    reporting_department: str | None = None
    formula: Text | None = None
    assumed: bool = False
    citation: str | None = None
    effective_from: dt.date | None = None

    @model_validator(mode="after")
    def _limits_belong_to_a_limit(self) -> Commitment:
        if self.limits and isinstance(self.rule, (MonthlyReturn, RecordDue)):
            raise ValueError(f"limits by case go with a rule that has a limit of its own, not with {self.rule.kind}")
        return self

    @property
    def zero_tolerance(self) -> bool:
        """Whether every case must keep the limit."""
        return self.required_share == 1.0
