"""The kinds of promise whose clock reads time or a count from each case."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from svcqa.entities.base import Conditions, Entity, Key
from svcqa.entities.rule_base import ClockRule, Counting, DayCount, RunningRule
from svcqa.errors import NotAllowedError


class ElapsedNatural(RunningRule):
    """From ``start`` to ``stop`` in natural time."""

    natural: ClassVar[bool] = True

    kind: Literal["elapsed_natural"]
    start: str
    stop: str
    limit: int = Field(gt=0)
    unit: Literal["second", "minute", "hour", "day"]


class ElapsedWorkingTime(RunningRule):
    """From ``start`` to ``stop`` in working time of the calendar's shifts."""

    kind: Literal["elapsed_working_time"]
    start: str
    stop: str
    limit: int = Field(gt=0)
    unit: Literal["minute", "hour"]

    @property
    def limit_unit(self) -> str:
        """Time at work."""
        return f"working_{self.unit}"


class ElapsedWorkingDays(RunningRule):
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

    @property
    def day_count(self) -> DayCount:
        """As the policy says."""
        return DayCount(self.counting, self.last)

    @property
    def limit_words(self) -> tuple[str, ...]:
        """Which day is the first, and when the last one is over where that is not its end."""
        return (self.counting.value, *(() if self.last == "end" else (self.last,)))

    @property
    def resolution(self) -> int:
        """Days are not divided."""
        return 1

    def in_units(self, limit: int | None = None) -> int:
        """Days as they are."""
        return self.limit if limit is None else limit


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


class CountThreshold(ClockRule):
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

    @property
    def resolution(self) -> int:
        """Counts are not divided."""
        return 1

    def in_units(self, limit: int | None = None) -> int:
        """Counts as they are."""
        return self.limit if limit is None else limit

    @property
    def columns(self) -> tuple[str, ...]:
        """The moment that the record belongs to, and its count."""
        return (self.start, self.value)

    @property
    def count(self) -> str:
        """The record's count."""
        return self.value

    @property
    def reached(self) -> Conditions:
        """Those that the policy names."""
        return self.achieved


class RecordDue(ClockRule):
    """Stopped by a due moment that the record itself carries (an appointment)."""

    limited: ClassVar[bool] = False

    kind: Literal["record_due"]
    start: str
    due: str
    stop: str
    limit: int = Field(default=0, ge=0)
    unit: Literal["second", "minute", "hour", "day"] = "minute"

    @property
    def highest_limit(self) -> int:
        """A week, a month in days: the promised limit is often nothing, and no multiple of it leads anywhere."""
        return {"second": 86_400 * 7, "minute": 1440 * 7, "hour": 24 * 7, "day": 30}[self.unit]

    @property
    def appointment(self) -> tuple[str, str]:
        """What was agreed, and when it was done."""
        return self.due, self.stop


class LeadTime(ClockRule):
    """Notice given at least ``limit`` before ``event`` begins: the clock runs backwards, from event to notice."""

    backwards: ClassVar[bool] = True

    kind: Literal["lead_time"]
    start: str
    event: str
    notice: str
    limit: int = Field(gt=0)
    unit: Literal["minute", "hour", "day"]

    @property
    def limit_words(self) -> tuple[str, ...]:
        """Ahead of the event."""
        return ("ahead",)

    @property
    def appointment(self) -> tuple[str, str]:
        """The event, and when notice was given of it."""
        return self.event, self.notice
