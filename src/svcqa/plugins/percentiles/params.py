"""What percentiles are asked of: a commitment's clock, or a clock of one's own; and how."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from svcqa.entities.base import Conditions, Entity, Key, Text
from svcqa.entities.clock_rules import ElapsedNatural, ElapsedWorkingDays, ElapsedWorkingTime
from svcqa.entities.commitment import Commitment
from svcqa.entities.rule_base import ClockRule, Counting
from svcqa.entities.rules import Rule
from svcqa.errors import Fault, MetricError
from svcqa.stats.survival import LimitKind

Percentile = Annotated[float, Field(gt=0, lt=100)]


class Clock(Entity):
    """A clock that no commitment names: from one moment of a table to another.

    ``unit`` is that of the figures; working days have none. Time is counted to the second where ``unit`` says so, else
    to the minute, rounded up.
    """

    table: Key
    start: str
    stop: str
    time: Literal["natural", "working_time", "working_days"] = "natural"
    unit: Literal["second", "minute", "hour", "day"] = "minute"
    counting: Counting = Counting.NEXT_DAY
    limit: int | None = Field(default=None, gt=0)
    where: Conditions = ()

    @model_validator(mode="after")
    def _unit_fits(self) -> Clock:
        if self.time == "working_time" and self.unit not in ("minute", "hour"):
            raise MetricError(Fault("working_time_unit", got=self.unit, allowed="minute, hour"))
        return self

    def as_commitment(self) -> Commitment:
        """The commitment that has this clock."""
        name = f"{self.start}-{self.stop}"
        text = Text(en=name)
        return Commitment(
            key=name, category=text, item=text, promise=text, table=self.table, rule=self._rule(), where=self.where
        )

    def _rule(self) -> Rule:
        limit = self.limit or 1
        if self.time == "working_days":
            return ElapsedWorkingDays(
                kind="elapsed_working_days", start=self.start, stop=self.stop, limit=limit, counting=self.counting
            )
        if self.time == "working_time":
            unit: Literal["minute", "hour"] = "hour" if self.unit == "hour" else "minute"
            return ElapsedWorkingTime(
                kind="elapsed_working_time", start=self.start, stop=self.stop, limit=limit, unit=unit
            )
        return ElapsedNatural(kind="elapsed_natural", start=self.start, stop=self.stop, limit=limit, unit=self.unit)


class PercentilesParams(Entity):
    """Which clock, which percentiles, and what beside them.

    Attributes:
        commitment: the commitment whose clock is read.
        clock: the clock itself, where there is no commitment.
        percentiles: between 0 and 100.
        limits: the scale on which the limits of the curve are symmetric.
        limit: a limit to try instead of the promised one, in its own unit.
        steps: the moments between which time passes, from the clock's start to its stop.
        compare: ``units`` or ``periods``: whether those take equally long.
    """

    commitment: Commitment | None = None
    clock: Clock | None = None
    percentiles: tuple[Percentile, ...] = (50.0, 90.0, 95.0)
    limits: LimitKind = "log-log"
    limit: int | None = None
    steps: tuple[str, ...] = ()
    compare: Literal["units", "periods"] | None = None

    @model_validator(mode="after")
    def _one_clock(self) -> PercentilesParams:
        if (self.commitment is None) == (self.clock is None):
            raise MetricError(Fault("clock_or_commitment"))
        if self.commitment is not None and not self.commitment.rule.judges_cases:
            raise MetricError(Fault("clock_instead", got=self.commitment.key, allowed=self.commitment.metric))
        return self

    @model_validator(mode="after")
    def _percentiles_stand_once(self) -> PercentilesParams:
        if not self.percentiles or len(set(self.percentiles)) < len(self.percentiles):
            got = ", ".join(f"{percentile:g}" for percentile in self.percentiles)
            raise MetricError(Fault("percentiles_once", got=got or "[]"))
        return self

    @model_validator(mode="after")
    def _steps_fill_the_time(self) -> PercentilesParams:
        if self.steps:
            rule = self.promise.rule
            running = rule.running
            if running is None:
                raise MetricError(Fault("steps_running_clock", got=rule.kind))
            if len(self.steps) < 3 or (self.steps[0], self.steps[-1]) != (running.start, running.stop):
                ends = f"{running.start}, …, {running.stop}"
                raise MetricError(Fault("steps_ends", got=", ".join(self.steps), allowed=ends))
            if len(set(self.steps)) < len(self.steps):
                raise MetricError(Fault("steps_twice", got=", ".join(self.steps)))
        return self

    @property
    def promise(self) -> Commitment:
        """The commitment, one's own clock in the form of one."""
        if self.commitment is not None:
            return self.commitment
        assert self.clock is not None
        return self.clock.as_commitment()

    @property
    def has_limit(self) -> bool:
        """Whether there is a limit that cases can exceed."""
        return self.clock is None or self.clock.limit is not None or self.limit is not None

    @property
    def tries_limit(self) -> bool:
        """Whether the limit is another than the promised one."""
        if self.clock is not None:
            return self.limit is not None and self.limit != self.clock.limit
        rule = self.promise.rule.clock_rule
        return self.limit is not None and (rule is None or self.limit != rule.limit)


def clock_rule(params: PercentilesParams) -> ClockRule:
    """The rule of the clock.

    Raises:
        MetricError: monthly returns carry counts only.
    """
    rule = params.promise.rule.clock_rule
    if rule is None:
        raise MetricError(Fault("returns_no_percentiles", got=params.promise.key))
    return rule


def check_limit(params: PercentilesParams) -> None:
    """Refuse a limit beyond the range that can be moved.

    Raises:
        MetricError: with the range.
    """
    if params.limit is not None:
        highest = clock_rule(params).highest_limit
        if not 0 <= params.limit <= highest:
            raise MetricError(Fault("limit_too_high", got=str(params.limit), allowed=f"0 … {highest}"))


def counts_a_unit(params: PercentilesParams) -> int:
    """How many units of counting make one unit of the figures: 60 where minutes are counted and hours shown."""
    return abs(clock_rule(params).in_units(1))


def unit_of(params: PercentilesParams) -> str:
    """The unit of the figures, such as ``minute``, ``working_hour``, ``working_day``."""
    return clock_rule(params).limit_unit


def name_of(percentile: float) -> str:
    """``p90``, ``p97.5``."""
    return f"p{percentile:g}"
