"""The panel of how long cases take: the distribution with limit, percentile and open cases; sliders answer at once."""

from __future__ import annotations

import datetime as dt
import html
from typing import TYPE_CHECKING, Any, Final

import ipywidgets as widgets

from svcqa.catalogue import Language, text
from svcqa.errors import SvcqaError
from svcqa.periods import read_moment
from svcqa.report import charts, tables
from svcqa.report.charts.times import times_chart

if TYPE_CHECKING:
    from svcqa.metrics.figures import WhatIf
    from svcqa.workspace import Workspace

_STYLE = {"description_width": "7em"}
_WIDE = widgets.Layout(width="34em")
_STEPS: Final = 16
"""Moments that can be looked from."""


class DistributionPanel:
    """Widgets over the clock of one commitment. ``box`` is what a notebook shows.

    Args:
        commitment: key of a commitment whose cases take time.
        period: the cases looked at.
        as_of: the last moment to look from; the end of the period where absent.
    """

    def __init__(
        self, workspace: Workspace, commitment: str, *, period: str, language: Language, as_of: str | None = None
    ) -> None:
        self.workspace, self.language, self._commitment, self._period = workspace, language, commitment, period
        units = [(name, code) for code, name in workspace.policies.organisation.names(language).items()]
        self._what_if: WhatIf | None = None
        self.unit = widgets.Dropdown(description=self._text("unit"), options=units, style=_STYLE, layout=_WIDE)
        moments = _moments(workspace, period, as_of)
        self.as_of = widgets.SelectionSlider(
            description=self._text("as_of"),
            options=[(f"{moment:%Y-%m-%d}", moment) for moment in moments],
            value=moments[-1],
            style=_STYLE,
            layout=_WIDE,
        )
        self.limit = widgets.IntSlider(description=self._text("limit"), style=_STYLE, layout=_WIDE)
        self.percentile = widgets.IntSlider(
            description=self._text("percentile"), min=50, max=99, value=90, style=_STYLE, layout=_WIDE
        )
        self.chart, self.table = widgets.HTML(), widgets.HTML()
        for control in (self.unit, self.as_of):
            control.observe(self._read, names="value")
        for control in (self.limit, self.percentile):
            control.observe(self._show, names="value")
        controls = [self.unit, self.as_of, self.limit, self.percentile]
        self.box = widgets.VBox([*controls, self.chart, self.table])
        self._read(None)

    def _text(self, key: str) -> str:
        return text(f"panel.{key}", self.language)

    def _read(self, _: object) -> None:
        """Another unit or moment: the summary is read once, the sliders then move over it."""
        try:
            self._what_if = self.workspace.what_if(
                self._commitment,
                metric="sla_percentiles",
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
            self.limit.unobserve(self._show, names="value")
            self.limit.max = max(limits.highest, 1)
            self.limit.min, self.limit.value = limits.lowest, limits.promised
            self.limit.observe(self._show, names="value")
        self._show(None)

    def _show(self, _: object) -> None:
        if self._what_if is None:
            return
        changes: dict[str, Any] = {"percentiles": (float(self.percentile.value),)}
        if not self.limit.disabled:
            changes["limit"] = self.limit.value
        try:
            found, drawn = self._what_if.at(**changes), self._what_if.distributions(**changes)
        except SvcqaError as error:
            self._refuse(error)
            return
        if not drawn:
            self.chart.value, self.table.value = "", html.escape(self._text("no_cases"))
            return
        names = self.workspace.policies.names(self.language)
        self.chart.value = charts.Picture(times_chart(drawn[0], names[self._commitment], self.language)).html()
        self.table.value = tables.results.result(found, self.language, names=names).to_html(escape=True, border=0)

    def _refuse(self, error: SvcqaError) -> None:
        self.chart.value, self.table.value = "", html.escape(error.render(self.language))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.box._repr_mimebundle_(**options)


def _moments(workspace: Workspace, period: str, as_of: str | None) -> list[dt.datetime]:
    """Moments to look from, evenly spread from a week into the period to the last one."""
    about = workspace.period(period)
    last = read_moment(as_of) or about.end
    first = min(dt.datetime.combine(about.first, dt.time()) + dt.timedelta(days=7), last)
    days = max((last - first).days, 0)
    return sorted({first + dt.timedelta(days=days * step // _STEPS) for step in range(_STEPS)} | {last})
