"""Where the figure of one case comes from: what its clock showed, why, and which record said so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from svcqa.clock.day_ledger import DayLedger
from svcqa.clock.ledger import Ledger, duration
from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import Unit
from svcqa.metrics.states import State

__all__ = ["CaseClock", "CaseLedger", "DayLedger", "Explanation", "Ledger", "duration"]

CaseLedger = Ledger | DayLedger


@dataclass(frozen=True, kw_only=True)
class CaseClock:
    """What a metric says of one case: its hook ``explain(batch, params, context)`` gives this for a batch of one row.

    Attributes:
        state: from the metric's own kernel.
        value: what the kernel counted, in units of ``resolution``; rounded up for closed cases, down for open ones.
        resolution: seconds of one unit of ``value``; 0 where days or other things are counted.
        unit: unit of the limit, such as ``minute``, ``working_day``, ``ring``.
        per_unit: how many units of ``value`` make one ``unit``.
        limit: the limit with its unit and way of counting, such as ``3 working_day next_day``.
        own_limit: the limit of this case, in ``unit``.
        started, stopped: when the clock did; ``None`` where it has not by ``as_of``.
        due: the last moment that keeps the limit.
        held: whether a pause still holds the clock, so that ``due`` is the earliest possible moment.
        excluded_by: why the case is left out; empty where it is not.
        ledger: ``None`` where no time is counted or no clock has started.
        closed: whether the case was closed by ``as_of``.
    """

    state: State
    value: int
    resolution: int
    unit: str
    per_unit: int
    limit: str
    own_limit: int
    started: dt.datetime | None
    stopped: dt.datetime | None
    due: dt.datetime | None
    held: bool
    excluded_by: str
    ledger: CaseLedger | None
    closed: bool

    @property
    def told(self) -> int | None:
        """The value as the ledger adds up to it; ``None`` without a ledger."""
        if self.ledger is None:
            return None
        counted = self.ledger.counted
        if not self.resolution:
            return counted
        return -(-counted // self.resolution) if self.closed else counted // self.resolution

    @property
    def in_unit(self) -> float:
        """The value in the unit of the limit."""
        return self.value / self.per_unit


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One case under one commitment.

    Attributes:
        case: the key of the record.
        unit: the unit whose case it is.
        clock: state, figure, moments and ledger.
        source_file, source_row: where the record was read.
        calendar, calendar_source: digest and origin of the working days.
        own_hours: whether the unit keeps other hours than the company.
    """

    case: str
    commitment: Commitment
    unit: Unit
    as_of: dt.datetime
    clock: CaseClock
    source_file: str
    source_row: int
    calendar: str
    calendar_source: str
    own_hours: bool

    @property
    def ledger(self) -> CaseLedger | None:
        """Stretch by stretch, or day by day, what counted and what did not."""
        return self.clock.ledger

    @property
    def provisional(self) -> bool:
        """Whether the figure rests on days that nobody has announced."""
        return self.clock.ledger is not None and self.clock.ledger.provisional
