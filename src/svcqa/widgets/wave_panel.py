"""The panel of a wave to come: calls available against the precision they buy, department by department."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from svcqa.catalogue import Language
from svcqa.errors import SvcqaError
from svcqa.report import charts
from svcqa.report.charts.trade_off import trade_off_chart
from svcqa.report.tables.callbacks import former_note, plan_note, plan_table
from svcqa.review.callbacks.plan import Plan, calls_range, make_plan
from svcqa.widgets.panel import Panel, listen, unheard

if TYPE_CHECKING:
    from svcqa.workspace import Workspace


class WavePanel(Panel):
    """Widgets over the counted frame of one survey. ``box`` is what a notebook shows.

    The records are read once, when the panel is made; the sliders then allocate anew over the counts.

    Args:
        survey: key of the survey.
        period, as_of, wave: as for :meth:`svcqa.workspace.callbacks.Callbacks.plan`.
    """

    subject = "callbacks"
    label_width = "8em"

    def __init__(
        self, workspace: Workspace, survey: str, *, period: str, as_of: str, language: Language, wave: str | None = None
    ) -> None:
        super().__init__(language)
        self.workspace = workspace
        self._survey = workspace.policies.survey(survey)
        self._counts, self._former = workspace.callbacks.counts(survey, period=period, as_of=as_of, wave=wave)
        self._names = workspace.policies.organisation.names(language)
        lowest, highest = calls_range(self._survey, self._counts)
        lowest_score, highest_score = self._survey.measured.range
        self.plan: Plan = make_plan(self._survey, self._counts, former=self._former)
        self.calls = widgets.IntSlider(
            min=lowest,
            max=max(highest, lowest),
            value=min(max(self.plan.overall.drawn, lowest), max(highest, lowest)),
            **self._looks("panel_calls"),
        )
        most = (highest_score - lowest_score) / 4
        self.half_width = widgets.FloatSlider(
            min=most / 50,
            max=most,
            step=most / 50,
            readout_format=".2f",
            value=min(max(self.plan.overall.half_width or most, most / 50), most),
            **self._looks("panel_half_width"),
        )
        self.chart, self.table, self.message = widgets.HTML(), widgets.HTML(), widgets.HTML()
        listen(self._by_calls, self.calls)
        listen(self._by_half_width, self.half_width)
        self.box.children = (self.calls, self.half_width, self.message, self.chart, self.table)
        self._show(None)

    def _by_calls(self, change: dict[str, Any]) -> None:
        """So many calls: the precision follows, the wanted one is left as it is."""
        self.plan = make_plan(self._survey, self._counts, former=self._former, calls=int(change["new"]))
        self._show(None)

    def _by_half_width(self, change: dict[str, Any]) -> None:
        """Such a precision: the calls follow."""
        try:
            self.plan = make_plan(self._survey, self._counts, former=self._former, half_width=float(change["new"]))
        except SvcqaError as error:
            self.message.value = self._plain(error)
            return
        with unheard(self._by_calls, self.calls):
            self.calls.value = self.plan.overall.drawn
        self._show(float(change["new"]))

    def _show(self, target_width: float | None) -> None:
        drawn = trade_off_chart(
            self._survey,
            self._counts,
            former=self._former,
            chosen=self.plan,
            language=self.language,
            names=self._names,
            wanted=target_width,
        )
        self.chart.value = charts.Picture(drawn).html()
        frame = plan_table(self.plan, self.workspace.policies, self.language)
        notes = filter(None, (plan_note(self.plan, self.language), former_note(self.plan, self.language)))
        note = "</p><p>".join(map(self._plain, notes))
        self.table.value = f"{frame.to_html(escape=True, border=0)}<p>{note}</p>"
        self.message.value = ""
