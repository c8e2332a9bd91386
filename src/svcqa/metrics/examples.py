"""Small inputs with the figures that a person worked out from them: what the conformance kit drives metrics with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Final, Literal

from svcqa.clock.calendar_set import build_calendars
from svcqa.entities.organisation import Level, Organisation
from svcqa.entities.settings import Calendar
from svcqa.metrics.context import Context
from svcqa.metrics.result import Figure, Result
from svcqa.periods import PeriodRule

Units = tuple[tuple[str, Level, str], ...]
UNITS: Final[Units] = (("C", "company", ""), ("D1", "department", "C"), ("D2", "department", "C"))
"""The organisation of an example that names none, as ``(code, level, parent)``."""


@dataclass(frozen=True)
class Example:
    """A few records, and the figures that a person worked out from them.

    Attributes:
        params: the metric's parameters as a policy file would write them.
        records: columns of the metric's table as lists; moments may be texts such as ``2026-01-05 08:30``.
        period: the period asked for, such as ``2026-01``.
        expected: figures of the only row of each measure: ``{"compliance": 0.75, "compliance.n": 4}``; what follows
            the point is a column of the result.
        source: how the figures were worked out, or where they are published.
        as_of: events after this moment are masked; the end of the period where empty.
        unit: only this unit and what is below it.
        cumulative: whether the period counts from the first day of its year.
        units: the organisation as ``(code, level, parent)``.
        calendar: the section ``[calendar]`` of ``svcqa.toml``.
        month_closes_on: the day on which a statistical month ends, where it is not the calendar's.
        beside: records of further tables that ``derive`` reads, columns by name of the table.
    """

    params: Mapping[str, Any]
    _: KW_ONLY
    records: Mapping[str, Sequence[Any]]
    period: str
    expected: Mapping[str, Any]
    source: str
    as_of: str = ""
    unit: str | None = None
    cumulative: bool = False
    units: Units = UNITS
    calendar: Mapping[str, Any] = field(default_factory=lambda: {"source": "weekdays"})
    month_closes_on: int | None = None
    beside: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)

    def context(self, *, by: Sequence[str] = (), as_of: dt.datetime | None = None) -> Context:
        """The circumstances of the example, ``by`` and ``as_of`` as they are asked for here."""
        rule = PeriodRule(self.month_closes_on)
        period = rule.parse(self.period)
        named = [
            {"code": code, "name": code, "level": level, "parent": parent or None} for code, level, parent in self.units
        ]
        moment = as_of or (dt.datetime.fromisoformat(self.as_of) if self.as_of else period.end)
        tree = Organisation.model_validate({"units": named})
        calendars = build_calendars(Calendar.model_validate(self.calendar), tree)
        return Context(
            as_of=moment,
            period=period,
            calendars=calendars,
            organisation=tree,
            period_rule=rule,
            by=tuple(by),
            cumulative=self.cumulative,
            unit=self.unit,
        )


@dataclass(frozen=True)
class SeriesExample:
    """A few rows of another metric's result, and the figures that a person worked out from them.

    Attributes:
        params: the metric's parameters as a policy file would write them.
        rows: columns of rows of the base metric; ``unit`` is the company and ``first``, ``last`` those of ``period``
            where absent, ``by`` holds further keys.
        period: the period asked for, such as ``2025-01..2026-06``.
        expected: ``{"limits@2026-05": 0.9, "limits.upper@2026-05": 0.95}``: measure, column of the result, and after
            the ``@`` the period or unit of the row.
        source: how the figures were worked out, or where they are published.
        by: what is grouped by.
        better, value_unit: of the base metric.
        as_of, units, calendar, month_closes_on: as those of :class:`Example`.
    """

    params: Mapping[str, Any]
    _: KW_ONLY
    rows: Sequence[Mapping[str, Any]]
    period: str
    expected: Mapping[str, Any]
    source: str
    by: tuple[str, ...] = ()
    better: Literal["higher", "lower", "neutral"] = "higher"
    value_unit: str = "share"
    as_of: str = ""
    units: Units = UNITS

    def context(self) -> Context:
        """The circumstances of the example."""
        record = Example(
            self.params,
            records={},
            period=self.period,
            expected={},
            source=self.source,
            as_of=self.as_of,
            units=self.units,
        )
        return record.context(by=self.by)

    def series(self) -> Result:
        """The base metric's result."""
        context = self.context()
        rows = []
        for row in self.rows:
            period = context.period_rule.parse(row.get("period", self.period))
            lead = Figure(
                metric="base",
                indicator="base",
                unit=context.organisation.company.code,
                period=period.label,
                first=period.first,
                last=period.last,
            )
            rows.append(lead.filled(**{"measure": "base", **row}))
        return Result(tuple(rows), unit=self.value_unit, better=self.better)
