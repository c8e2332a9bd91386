"""Commitments in time: charts, seasons and forecasts over the years up to a period, beside the workspace."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from svcqa.errors import SvcqaError
from svcqa.metrics import defaults
from svcqa.metrics.result import Result
from svcqa.periods import Period, PeriodKind
from svcqa.review.outlook import Outlook

if TYPE_CHECKING:
    from svcqa.metrics.figures import WhatIf
    from svcqa.workspace.workspace import Workspace

YEARS: Final = 5
"""How far back is looked: older months tell little of this one."""


class Outlooks:
    """What the months up to a period say: routine or special, season, the chance of making the year.

    Args:
        period: its last month is the last one looked at.
        as_of: as it was known at this moment (local time); the end of the period where absent.
        unit: of the organisation; the company where absent.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        period: str | Period,
        as_of: dt.datetime | str | None = None,
        unit: str | None = None,
    ) -> None:
        self.workspace = workspace
        self.period = workspace.period(period) if isinstance(period, str) else period
        self.unit = unit or workspace.policies.organisation.company.code
        self._as_of = as_of or self.period.end

    @cached_property
    def history(self) -> Period:
        """At most five years of whole months, the last one that of the period; none before the first record.

        A month without any record is no month without a fault: a post whose gaps nobody noted yet was not staffed
        without a gap.
        """
        last = self.workspace.period_rule.split(self.period, PeriodKind.MONTH)[-1]
        earliest = self.workspace.period_rule.following(self.workspace.period(f"{last.year - YEARS}-{last.number:02}"))
        tables = {item.counted.table for item in self.workspace.policies.commitments}
        known = [part.month for table in tables for part in self.workspace.store.parts(table) if part.month]
        first = max(earliest.label, min((*known, last.label)))
        return self.workspace.period(f"{min(first, last.label)}..{last.label}")

    def chart(self, commitment: str, *, unit: str | None = None) -> Result:
        """The process chart, rebased where people decided so."""
        return self._measured(defaults.PROCESS, commitment, unit)

    def trend(self, commitment: str, *, unit: str | None = None) -> Result:
        """Whether it rises or falls; with two years also by the same months of the years alone."""
        return self._measured(defaults.TREND, commitment, unit)

    def season(self, commitment: str, *, unit: str | None = None) -> Result:
        """Season, adjusted figures, effects of the Spring Festival."""
        return self._measured(defaults.SEASON, commitment, unit)

    def forecast(self, commitment: str, *, unit: str | None = None) -> WhatIf:
        """The year run to its end; ``.at(goal=0.96)`` holds another goal against it at once."""
        return self.workspace.what_if(
            commitment, metric=defaults.FORECAST, period=self.history, unit=unit or self.unit, as_of=self._as_of
        )

    def all(self) -> tuple[Outlook, ...]:
        """Every commitment of the policy, one after the other; what cannot be had says why."""
        return tuple(self._outlook(item.key) for item in self.workspace.policies.commitments)

    def _outlook(self, key: str) -> Outlook:
        found: dict[str, Any] = {}
        for name, ask in (("chart", self.chart), ("forecast", lambda key: self.forecast(key).at())):
            try:
                found[name] = ask(key)
            except SvcqaError as error:
                found[f"{name}_fault"] = error
        policies = self.workspace.policies
        return Outlook(commitment=policies.commitment(key), unit=policies.organisation.unit(self.unit), **found)

    def _measured(self, metric: str, commitment: str, unit: str | None) -> Result:
        return self.workspace.measure(
            metric, commitment=commitment, period=self.history, unit=unit or self.unit, as_of=self._as_of
        )
