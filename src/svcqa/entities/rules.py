"""The kinds of promise: what is counted, and how it is read from records. How well is said by the commitment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from svcqa.entities.base import Key
from svcqa.entities.clock_rules import (
    CountThreshold,
    ElapsedNatural,
    ElapsedWorkingDays,
    ElapsedWorkingTime,
    LeadTime,
    RecordDue,
)
from svcqa.entities.rule_base import RuleBase, RunningRule
from svcqa.errors import Fault, NotAllowedError, PolicyError


class MonthlyReturn(RuleBase):
    """Only a numerator and a denominator per month are known.

    ``numerator_is`` says whether the numerator counts what was kept or its complement; ``counts`` whether
    they are cases or amounts (customer-hours, minutes), for which no interval can be given.
    """

    judges_cases: ClassVar[bool] = True
    only_counts: ClassVar[bool] = True

    kind: Literal["monthly_return"]
    indicator: Key
    numerator_is: Literal["met", "missed"] = "met"
    counts: Literal["cases", "amounts"] = "cases"

    @property
    def counts_amounts(self) -> bool:
        """As the policy says."""
        return self.counts == "amounts"


class Uninterrupted(RuleBase):
    """What was not interrupted, of all the time there was."""

    metric: ClassVar[str] = "availability"

    @property
    def staffing(self) -> Staffed | None:
        """The rule as one of posts, where it is not of customers."""
        return None


class Availability(Uninterrupted):
    """1 − Σ(customers hit × time) ÷ (valid customers × time), from interruptions that last from ``start`` to ``stop``.

    ``customers`` is the column of customers hit; ``valid`` a column of the customer counts by month.
    """

    kind: Literal["availability"]
    start: str
    stop: str
    customers: str = "customers_affected"
    valid: Literal["valid_customers", "households"] = "valid_customers"


def _read_posts(value: Any) -> Any:
    return tuple(value.items()) if isinstance(value, Mapping) else value


class Staffed(Uninterrupted):
    """1 − Σ(time unstaffed) ÷ (posts × time): gaps of posts that are staffed round the clock.

    Gaps of one post that overlap count once. ``posts`` says how many posts each unit staffs.
    """

    kind: Literal["staffed"]
    start: str
    stop: str
    post: str = "post"
    posts: Annotated[tuple[tuple[str, Annotated[int, Field(gt=0)]], ...], BeforeValidator(_read_posts)] = Field(
        min_length=1
    )

    @property
    def staffing(self) -> Staffed:
        """The rule itself."""
        return self


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
    requires: ClassVar[tuple[str, ...]] = ("required_score",)
    asks_people: ClassVar[bool] = True

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

    @property
    def scale(self) -> tuple[int, int]:
        """From the lowest to the highest score."""
        return self.lowest, self.highest

    @model_validator(mode="after")
    def _a_scale(self) -> Rating:
        if self.lowest >= self.highest:
            raise NotAllowedError("lowest_below_highest")
        return self


class MeanAndMaximum(RuleBase):
    """On average within ``mean`` and never beyond ``maximum``, from ``start`` to ``stop``."""

    metric: ClassVar[str] = "mean_and_maximum"
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    requires: ClassVar[tuple[str, ...]] = ("mean", "maximum")
    tells_cases: ClassVar[bool] = True

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

    @property
    def needs_calendar(self) -> bool:
        """In working time."""
        return self.clock == "working_time"

    @property
    def can_pause(self) -> bool:
        """Its time runs."""
        return True

    def within(self, maximum: int) -> RunningRule:
        """From the same start to the same stop."""
        ends = {"start": self.start, "stop": self.stop, "limit": maximum}
        if self.clock == "natural":
            return ElapsedNatural(kind="elapsed_natural", unit=self.unit, **ends)
        unit = "hour" if self.unit == "hour" else "minute"
        return ElapsedWorkingTime(kind="elapsed_working_time", unit=unit, **ends)

    @model_validator(mode="after")
    def _fits(self) -> MeanAndMaximum:
        if self.maximum < self.mean:
            raise NotAllowedError("maximum_not_below_mean")
        if self.clock == "working_time" and self.unit == "day":
            raise PolicyError(Fault("working_time_unit", got=self.unit, allowed="minute, hour"))
        return self


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
