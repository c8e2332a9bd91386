"""The panel of any metric: choose period, unit and grouping; table and chart follow."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import ipywidgets as widgets

from svcqa.catalogue import Language, text
from svcqa.errors import SvcqaError
from svcqa.report import charts, tables

if TYPE_CHECKING:
    from svcqa.workspace import Workspace

_STYLE = {"description_width": "7em"}
_WIDE = widgets.Layout(width="34em")
_BY: Final = (
    ("by_none", ()),
    ("by_department", ("department",)),
    ("by_unit", ("unit",)),
    ("by_month", ("month",)),
    ("by_department_month", ("department", "month")),
)


class MetricPanel:
    """Widgets over one metric of a workspace. ``box`` is what a notebook shows.

    Args:
        metric: a name of ``svcqa plugins``.
        periods: labels to choose from, the first one chosen.
        params: the metric's parameters; ``commitment`` and ``target`` may be keys of the policy.
        as_of: the moment looked from; the end of the chosen period where absent.
    """

    def __init__(
        self,
        workspace: Workspace,
        metric: str,
        *,
        periods: tuple[str, ...],
        language: Language,
        params: Mapping[str, Any] | None = None,
        as_of: str | None = None,
    ) -> None:
        self.workspace, self.metric, self.language, self._as_of = workspace, metric, language, as_of
        self._params = dict(params or {})
        units = [(name, code) for code, name in workspace.policies.organisation.names(language).items()]
        self._names = workspace.policies.names(language)
        self.period = self._dropdown("period", list(periods))
        self.unit = self._dropdown("unit", units)
        self.by = self._dropdown("by", [(text(f"panel.{key}", language), by) for key, by in _BY])
        self.chart, self.table = widgets.HTML(), widgets.HTML()
        for control in (self.period, self.unit, self.by):
            control.observe(self._show, names="value")
        self.box = widgets.VBox([self.period, self.unit, self.by, self.chart, self.table])
        self._show(None)

    def _dropdown(self, key: str, options: Any) -> widgets.Dropdown:
        described = text(f"panel.{key}", self.language)
        return widgets.Dropdown(description=described, options=options, style=_STYLE, layout=_WIDE)

    def _show(self, _: object) -> None:
        given = {name: value for name, value in self._params.items() if name not in ("commitment", "target")}
        keys = {name: self._params[name] for name in ("commitment", "target") if name in self._params}
        try:
            found = self.workspace.measure(
                self.metric,
                period=self.period.value,
                unit=self.unit.value,
                by=self.by.value,
                as_of=self._as_of,
                params=given,
                **keys,
            )
        except SvcqaError as error:
            self.chart.value, self.table.value = "", html.escape(error.render(self.language))
            return
        if not found.rows:
            self.chart.value, self.table.value = "", html.escape(text("panel.no_cases", self.language))
            return
        self.chart.value = charts.of_result(found, self.language, names=self._names).html()
        self.table.value = tables.results.result(found, self.language, names=self._names).to_html(escape=True, border=0)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.box._repr_mimebundle_(**options)
