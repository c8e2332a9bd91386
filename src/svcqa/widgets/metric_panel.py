"""The panel of any metric: choose period, unit and grouping; table and chart follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import ipywidgets as widgets

from svcqa.catalogue import Language
from svcqa.errors import SvcqaError
from svcqa.report import charts, tables
from svcqa.widgets.panel import Panel, listen

if TYPE_CHECKING:
    from svcqa.workspace import Workspace

_BY: Final = (
    ("by_none", ()),
    ("by_department", ("department",)),
    ("by_unit", ("unit",)),
    ("by_month", ("month",)),
    ("by_department_month", ("department", "month")),
)


class MetricPanel(Panel):
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
        super().__init__(language)
        self.workspace, self.metric, self._as_of = workspace, metric, as_of
        self._params = dict(params or {})
        self._names = workspace.policies.names(language)
        self.period = self._dropdown("period", list(periods))
        self.unit = self._units(workspace.policies)
        self.by = self._dropdown("by", [(self._text(key), by) for key, by in _BY])
        self.chart, self.table = widgets.HTML(), widgets.HTML()
        listen(self._show, self.period, self.unit, self.by)
        self.box.children = (self.period, self.unit, self.by, self.chart, self.table)
        self._show(None)

    def _show(self, _: object) -> None:
        params = {name: value for name, value in self._params.items() if name not in ("commitment", "target")}
        keys = {name: self._params[name] for name in ("commitment", "target") if name in self._params}
        try:
            result = self.workspace.measure(
                self.metric,
                period=self.period.value,
                unit=self.unit.value,
                by=self.by.value,
                as_of=self._as_of,
                params=params,
                **keys,
            )
        except SvcqaError as error:
            self.chart.value, self.table.value = "", self._plain(error)
            return
        if not result.rows:
            self.chart.value, self.table.value = "", self._plain(self._text("no_cases"))
            return
        self.chart.value = charts.of_result(result, self.language, names=self._names).html()
        self.table.value = tables.results.result(result, self.language, names=self._names).to_html(
            escape=True, border=0
        )
