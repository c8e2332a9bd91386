"""The kinds of promise: what is counted, and how it is read from records. How well is said by the commitment."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from svcqa.entities.base import Conditions, Entity, Key
from svcqa.errors import Fault, NotAllowedError, PolicyError


class Counting(StrEnum):
    """How N working days are counted. Either way the last day counts to its end."""

    SAME_DAY = "same_day"
    """The day of receipt, if it is a working day, is day 1."""
    NEXT_DAY = "next_day"
    """The first working day after the day of receipt is day 1."""
    MINUTES = "minutes"
    """No day is counted: N days are N times the working time of a usual day."""


class RuleBase(Entity):
    """What all rules share: the metric that measures them, what its value is, which direction is good."""

    metric: ClassVar[str] = "compliance"
    better: ClassVar[Literal["higher", "lower"]] = "higher"

    @property
    def value_unit(self) -> str:
        """Unit of the figure, and of the goal it is held against."""
        return "share"


class ElapsedNatural(RuleBase):
    """From ``start`` to ``stop`` in natural time."""

    kind: Literal["elapsed_natural"]
    start: str
    stop: str
    limit: int = Field(gt=0)
    unit: Literal["second", "minute", "hour", "day"]


class ElapsedWorkingTime(RuleBase):
    """From ``start`` to ``stop`` in working time of the calendar's shifts."""

    kind: Literal["elapsed_working_time"]
    start: str
    stop: str
    limit: int = Field(gt=0)
    unit: Literal["minute", "hour"]


class ElapsedWorkingDays(RuleBase):
    """Stopped by the end of the ``limit``-th working day."""

    kind: Literal["elapsed_working_days"]
    start: str
    stop: str
    limit: int = Field(gt=0)
    counting: Counting
    last: Literal["end", "closing", "hour"] = "end"
    """When the last day is over: at its end, when work ends, at the hour at which the clock started."""

    @model_validator(mode="after")
    def _a_rule_that_can_be_counted(self) -> ElapsedWorkingDays:
        if self.last == "hour" and self.counting is Counting.SAME_DAY:
            raise NotAllowedError("last_hour")
        if self.last != "end" and self.counting is Counting.MINUTES:
            raise NotAllowedError("last_day")
        return self


class StatusClock(Entity):
    """Which statuses of the history run the clock, which pause it (waiting for the customer), which stop it."""

    runs: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _each_status_does_one_thing(self) -> StatusClock:
        named = (*self.runs, *self.pauses, *self.stops)
        twice = sorted({status for status in named if named.count(status) > 1})
        if not named:
            raise NotAllowedError("some_status")
        if twice:
            raise NotAllowedError("statuses_once", twice=", ".join(twice))
        return self

    @property
    def effects(self) -> dict[str, str]:
        """What each status does to the clock."""
        named = {"runs": self.runs, "pauses": self.pauses, "stops": self.stops}
        return {status: effect for effect, statuses in named.items() for status in statuses}

    @staticmethod
    def key_of(table: str) -> str:
        """The column of ``table`` that the history calls record_id."""
        return {"work_orders": "order_id", "complaints": "complaint_id"}[table]


class CountThreshold(RuleBase):
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


class RecordDue(RuleBase):
    """Stopped by a due moment that the record itself carries (an appointment)."""

    kind: Literal["record_due"]
    start: str
    due: str
    stop: str
    limit: int = Field(default=0, ge=0)
    unit: Literal["second", "minute", "hour", "day"] = "minute"


class LeadTime(RuleBase):
    """Notice given at least ``limit`` before ``event`` begins: the clock runs backwards, from event to notice."""

    kind: Literal["lead_time"]
    start: str
    event: str
    notice: str
    limit: int = Field(gt=0)
    unit: Literal["minute", "hour", "day"]


class MonthlyReturn(RuleBase):
    """Only a numerator and a denominator per month are known.

    ``numerator_is`` says whether the numerator counts what was kept or its complement; ``counts`` whether
    they are cases or amounts (customer-hours, minutes), for which no interval can be given.
    """

    kind: Literal["monthly_return"]
    indicator: Key
    numerator_is: Literal["met", "missed"] = "met"
    counts: Literal["cases", "amounts"] = "cases"


class Availability(RuleBase):
    """1 − Σ(customers hit × time) ÷ (valid customers × time), from interruptions that last from ``start`` to ``stop``.

    ``customers`` is the column of customers hit; ``valid`` a column of the customer counts by month.
    """

    metric: ClassVar[str] = "availability"

    kind: Literal["availability"]
    start: str
    stop: str
    customers: str = "customers_affected"
    valid: Literal["valid_customers", "households"] = "valid_customers"


def _read_posts(value: Any) -> Any:
    return tuple(value.items()) if isinstance(value, Mapping) else value


class Staffed(RuleBase):
    """1 − Σ(time unstaffed) ÷ (posts × time): gaps of posts that are staffed round the clock.

    Gaps of one post that overlap count once. ``posts`` says how many posts each unit staffs.
    """

    metric: ClassVar[str] = "availability"

    kind: Literal["staffed"]
    start: str
    stop: str
    post: str = "post"
    posts: Annotated[tuple[tuple[str, Annotated[int, Field(gt=0)]], ...], BeforeValidator(_read_posts)] = Field(
        min_length=1
    )


class Coverage(RuleBase):
    """Households served ÷ valid households, each household counted once in a cycle.

    ``visited`` are the outcomes that count as served; ``entered`` those where the visit took place, shown apart.
    """

    metric: ClassVar[str] = "coverage"

    kind: Literal["coverage"]
    moment: str
    who: str = "customer"
    outcome: str = "outcome"
    visited: tuple[str, ...] = ("entered", "nobody_home")
    entered: tuple[str, ...] = ("entered",)
    valid: Literal["valid_customers", "households"] = "households"

    @model_validator(mode="after")
    def _entered_is_visited(self) -> Coverage:
        if not self.entered or not set(self.entered) <= set(self.visited):
            raise NotAllowedError("entered_of_visited")
        return self


class Rating(RuleBase):
    """The mean of scores from ``lowest`` to ``highest``."""

    metric: ClassVar[str] = "rating"

    kind: Literal["rating"]
    moment: str
    score: str = "score"
    lowest: int = 1
    highest: int = 10
    survey: str | None = None
    """Key of the survey whose waves give the figure where there are any; otherwise it is a plain mean."""

    @property
    def value_unit(self) -> str:
        """Points."""
        return "point"

    def holds(self, score: float | None) -> bool:
        """Whether ``score`` lies on the scale; nothing does."""
        return score is None or self.lowest <= score <= self.highest

    @model_validator(mode="after")
    def _a_scale(self) -> Rating:
        if self.lowest >= self.highest:
            raise NotAllowedError("lowest_below_highest")
        return self


class MeanAndMaximum(RuleBase):
    """On average within ``mean`` and never beyond ``maximum``, from ``start`` to ``stop``."""

    metric: ClassVar[str] = "mean_and_maximum"
    better: ClassVar[Literal["higher", "lower"]] = "lower"

    kind: Literal["mean_and_maximum"]
    start: str
    stop: str
    mean: float = Field(gt=0)
    maximum: float = Field(gt=0)
    unit: Literal["minute", "hour", "day"]
    clock: Literal["natural", "working_time"] = "natural"

    @property
    def value_unit(self) -> str:
        """The unit of the limits."""
        return self.unit

    @model_validator(mode="after")
    def _fits(self) -> MeanAndMaximum:
        if self.maximum < self.mean:
            raise NotAllowedError("maximum_not_below_mean")
        if self.clock == "working_time" and self.unit == "day":
            raise PolicyError(Fault("working_time_unit", got=self.unit, allowed="minute, hour"))
        return self


ClockRule = ElapsedNatural | ElapsedWorkingTime | ElapsedWorkingDays | RecordDue | LeadTime | CountThreshold
"""Rules that read time or a count from each case."""
CaseRule = ClockRule | MonthlyReturn
"""Rules that say of each case whether it was kept."""
Rule = Annotated[
    ElapsedNatural
    | ElapsedWorkingTime
    | ElapsedWorkingDays
    | CountThreshold
    | RecordDue
    | LeadTime
    | MonthlyReturn
    | Availability
    | Staffed
    | Coverage
    | Rating
    | MeanAndMaximum,
    Field(discriminator="kind"),
]
LIMITED = (ElapsedNatural, ElapsedWorkingTime, ElapsedWorkingDays, CountThreshold, LeadTime)
"""Rules with a limit that every case keeps or does not."""
