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
from svcqa.workspace import measuring
from svcqa.workspace.opened import OpenedWorkspace

if TYPE_CHECKING:
    from svcqa.metrics.figures import WhatIf

YEARS: Final = 5
"""How far back is looked: older months tell little of this one."""


class Outlooks:
    """What the months up to a period say: routine or special, season, the chance of making the year.

    Reach it as ``workspace.outlook(period)``.

    Args:
        period: its last month is the last one looked at.
        as_of: as it was known at this moment (local time); the end of the period where absent.
        unit: of the organisation; the company where absent.
    """

    def __init__(
        self,
        workspace: OpenedWorkspace,
        *,
        period: str | Period,
        as_of: dt.datetime | str | None = None,
        unit: str | None = None,
    ) -> None:
        self._workspace = workspace
        self.period = workspace.period(period) if isinstance(period, str) else period
        self.unit = unit or workspace.policies.organisation.company.code
        self._as_of = as_of or self.period.end

    @cached_property
    def history(self) -> Period:
        """At most five years of whole months, the last one that of the period; none before the first record.

        A month without any record is no month without a fault: a post whose gaps nobody noted yet was not staffed
        without a gap.
        """
        last = self._workspace.period_rule.split(self.period, PeriodKind.MONTH)[-1]
        workspace = self._workspace
        earliest = workspace.period_rule.following(workspace.period(f"{last.year - YEARS}-{last.number:02}"))
        first = max(earliest.label, min((*workspace.months_read(), last.label)))
        return workspace.period(f"{min(first, last.label)}..{last.label}")

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
        return measuring.what_if(
            self._workspace,
            commitment,
            metric=defaults.FORECAST,
            period=self.history,
            unit=unit or self.unit,
            as_of=self._as_of,
        )

    def all(self) -> tuple[Outlook, ...]:
        """Every commitment of the policy, one after the other; what cannot be had says why."""
        return tuple(self._outlook(item.key) for item in self._workspace.policies.commitments)

    def _outlook(self, key: str) -> Outlook:
        fields: dict[str, Any] = {}
        for name, ask in (("chart", self.chart), ("forecast", lambda key: self.forecast(key).at())):
            try:
                fields[name] = ask(key)
            except SvcqaError as error:
                fields[f"{name}_fault"] = error
        policies = self._workspace.policies
        return Outlook(commitment=policies.commitment(key), unit=policies.organisation.unit(self.unit), **fields)

    def _measured(self, metric: str, commitment: str, unit: str | None) -> Result:
        return measuring.measure(
            self._workspace,
            metric,
            commitment=commitment,
            period=self.history,
            unit=unit or self.unit,
            as_of=self._as_of,
        )
