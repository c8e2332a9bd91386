"""The panel of how long cases take: the distribution with limit, percentile and open cases; sliders answer at once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import ipywidgets as widgets

from svcqa.catalogue import Language
from svcqa.errors import SvcqaError
from svcqa.metrics import defaults
from svcqa.periods import read_moment
from svcqa.report import charts, tables
from svcqa.report.charts.times import times_chart
from svcqa.widgets.panel import Panel, listen, unheard

if TYPE_CHECKING:
    from svcqa.metrics.figures import WhatIf
    from svcqa.workspace import Workspace

_STEPS: Final = 16
"""Moments that can be looked from."""


class DistributionPanel(Panel):
    """Widgets over the clock of one commitment. ``box`` is what a notebook shows.

    Args:
        commitment: key of a commitment whose cases take time.
        period: the cases looked at.
        as_of: the last moment to look from; the end of the period where absent.
    """

    def __init__(
        self, workspace: Workspace, commitment: str, *, period: str, language: Language, as_of: str | None = None
    ) -> None:
        super().__init__(language)
        self.workspace, self._commitment, self._period = workspace, commitment, period
        self._what_if: WhatIf | None = None
        self.unit = self._units(workspace.policies)
        moments = _moments(workspace, period, as_of)
        self.as_of = widgets.SelectionSlider(
            options=[(f"{moment:%Y-%m-%d}", moment) for moment in moments],
            value=moments[-1],
            **self._looks("as_of"),
        )
        self.limit = widgets.IntSlider(**self._looks("limit"))
        self.percentile = widgets.IntSlider(min=50, max=99, value=90, **self._looks("percentile"))
        self.chart, self.table = widgets.HTML(), widgets.HTML()
        listen(self._read, self.unit, self.as_of)
        listen(self._show, self.limit, self.percentile)
        self.box.children = (self.unit, self.as_of, self.limit, self.percentile, self.chart, self.table)
        self._read(None)

    def _read(self, _: object) -> None:
        """Another unit or moment: the summary is read once, the sliders then move over it."""
        try:
            self._what_if = self.workspace.what_if(
                self._commitment,
                metric=defaults.TIMES,
                period=self._period,
                unit=self.unit.value,
                as_of=self.as_of.value,
            )
        except SvcqaError as error:
            self._what_if = None
            self._refuse(error)
            return
        limits = self._what_if.limit_range
        self.limit.disabled = limits is None
        if limits is not None and self.limit.max != limits.highest:
            with unheard(self._show, self.limit):
                self.limit.max = max(limits.highest, 1)
                self.limit.min, self.limit.value = limits.lowest, limits.promised
        self._show(None)

    def _show(self, _: object) -> None:
        if self._what_if is None:
            return
        changes: dict[str, Any] = {"percentiles": (float(self.percentile.value),)}
        if not self.limit.disabled:
            changes["limit"] = self.limit.value
        try:
            result, drawn = self._what_if.at(**changes), self._what_if.distributions(**changes)
        except SvcqaError as error:
            self._refuse(error)
            return
        if not drawn:
            self.chart.value, self.table.value = "", self._plain(self._text("no_cases"))
            return
        names = self.workspace.policies.names(self.language)
        self.chart.value = charts.Picture(times_chart(drawn[0], names[self._commitment], self.language)).html()
        self.table.value = tables.results.result(result, self.language, names=names).to_html(escape=True, border=0)

    def _refuse(self, error: SvcqaError) -> None:
        self.chart.value, self.table.value = "", self._plain(error)


def _moments(workspace: Workspace, period: str, as_of: str | None) -> list[dt.datetime]:
    """Moments to look from, evenly spread from a week into the period to the last one."""
    about = workspace.period(period)
    last = read_moment(as_of) or about.end
    first = min(dt.datetime.combine(about.first, dt.time()) + dt.timedelta(days=7), last)
    days = max((last - first).days, 0)
    return sorted({first + dt.timedelta(days=days * step // _STEPS) for step in range(_STEPS)} | {last})
