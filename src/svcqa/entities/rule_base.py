"""What every kind of promise answers of itself, so that nobody else need know which kinds there are."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple

from svcqa.entities.base import Conditions, Entity

SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
"""Of each unit of natural time."""
HORIZON: Final = 4
"""Limits can be moved up to this many times the promised one."""


class Counting(StrEnum):
    """How N working days are counted. Either way the last day counts to its end."""

    SAME_DAY = "same_day"
    """The day of receipt, if it is a working day, is day 1."""
    NEXT_DAY = "next_day"
    """The first working day after the day of receipt is day 1."""
    MINUTES = "minutes"
    """No day is counted: N days are N times the working time of a usual day."""


class DayCount(NamedTuple):
    """How working days are counted: which day is the first, when the last one is over."""

    counting: Counting
    last: Literal["end", "closing", "hour"]

    @property
    def by_minutes(self) -> bool:
        """Whether a day is no day but so much working time."""
        return self.counting is Counting.MINUTES


class RuleBase(Entity):
    """What all rules share: the metric that measures them, what its value is, which direction is good."""

    metric: ClassVar[str] = "compliance"
    better: ClassVar[Literal["higher", "lower"]] = "higher"
    requires: ClassVar[tuple[str, ...]] = ("required_share",)
    """What a commitment of this kind can require, by name; the figure is held against the first."""
    limited: ClassVar[bool] = False
    """Whether there is a limit that every case keeps or does not, and that can differ from case to case."""
    judges_cases: ClassVar[bool] = False
    """Whether each case is kept or not, and the figure is the share of those kept."""
    only_counts: ClassVar[bool] = False
    """Whether nothing is known of a single case."""
    tells_cases: ClassVar[bool] = False
    """Whether a single case can be told from its beginning."""
    asks_people: ClassVar[bool] = False
    """Whether the figure is what customers answered."""
    if TYPE_CHECKING:  # a field of each kind, whose order there is part of the policy's digest
        kind: str

    @property
    def value_unit(self) -> str:
        """Unit of the figure, and of the goal it is held against."""
        return "share"

    @property
    def scale(self) -> tuple[int, int] | None:
        """The lowest and the highest value that there can be, where the kind has a scale of its own."""
        return None

    def holds(self, value: float | None) -> bool:
        """Whether ``value`` lies on the scale; nothing does, and everything where there is none."""
        return value is None or self.scale is None or self.scale[0] <= value <= self.scale[1]

    @property
    def counts_amounts(self) -> bool:
        """Whether numerator and denominator are amounts (customer-hours, minutes) and not cases."""
        return False

    @property
    def needs_calendar(self) -> bool:
        """Whether the figure depends on which days are worked."""
        return False

    @property
    def can_pause(self) -> bool:
        """Whether time runs that a status history can hold up."""
        return False

    @property
    def clock_rule(self) -> ClockRule | None:
        """The rule as one that reads time or a count from each case and holds it against a limit."""
        return None

    @property
    def running(self) -> RunningRule | None:
        """The rule as one whose clock runs from a start to a stop, and so never shows less than nothing."""
        return None

    def within(self, maximum: int) -> RunningRule | None:
        """The clock that holds every case to ``maximum``, of a kind that promises one beside its figure."""
        return None


class ClockRule(RuleBase):
    """Reads time or a count from each case, and holds it against a limit."""

    limited: ClassVar[bool] = True
    judges_cases: ClassVar[bool] = True
    tells_cases: ClassVar[bool] = True
    backwards: ClassVar[bool] = False
    """Whether the clock runs from an event back to its notice: what it shows is negative."""
    if TYPE_CHECKING:  # as above
        start: str
        limit: int

    @property
    def clock_rule(self) -> ClockRule:
        """The rule itself."""
        return self

    @property
    def own_unit(self) -> str:
        """The unit of the limit as the policy writes it."""
        return str(getattr(self, "unit", "working_day"))

    @property
    def limit_unit(self) -> str:
        """The unit of the limit, such as ``minute``, ``working_hour``, ``working_day``."""
        return self.own_unit

    @property
    def limit_words(self) -> tuple[str, ...]:
        """What is to be said of how the limit is counted."""
        return ()

    @property
    def resolution(self) -> int:
        """Seconds of one unit of the value; 1 for working days and counts."""
        return 1 if self.own_unit == "second" else 60

    def in_units(self, limit: int | None = None) -> int:
        """A limit (the promised one where absent) in units of the value.

        A lead time is counted from the event to its notice and so is negative: 48 hours ahead is −2,880 minutes.
        """
        amount = self.limit if limit is None else limit
        return (-amount if self.backwards else amount) * SECONDS[self.own_unit] // self.resolution

    @property
    def highest_limit(self) -> int:
        """The highest limit that can be asked for, in the rule's own unit."""
        return max(self.limit, 1) * HORIZON

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of moments and integers that the clock reads."""
        return (self.start, *(self.appointment or ()))

    @property
    def appointment(self) -> tuple[str, str] | None:
        """The columns of the moment that the record itself carries and of what is held against it."""
        return None

    @property
    def count(self) -> str | None:
        """The column of a count that the record carries, where no time is read."""
        return None

    @property
    def reached(self) -> Conditions:
        """Which records got the service at all; all where nothing is said."""
        return ()


class RunningRule(ClockRule):
    """The clock runs from a start to a stop."""

    natural: ClassVar[bool] = False
    """Whether it runs day and night."""
    if TYPE_CHECKING:  # as above
        stop: str

    @property
    def running(self) -> RunningRule:
        """The rule itself."""
        return self

    @property
    def needs_calendar(self) -> bool:
        """Where it does not run day and night."""
        return not self.natural

    @property
    def can_pause(self) -> bool:
        """Time can be held up; a count of days cannot."""
        return self.day_count is None or self.day_count.by_minutes

    @property
    def columns(self) -> tuple[str, ...]:
        """Start and stop."""
        return (self.start, self.stop)

    @property
    def day_count(self) -> DayCount | None:
        """How working days are counted, where the limit is one of days."""
        return None
