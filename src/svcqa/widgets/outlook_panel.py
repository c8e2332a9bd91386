"""The panel of a commitment in time: its process chart, trend, season, year; move the goal, note a rebase."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any, Final

import ipywidgets as widgets

from svcqa.catalogue import Language, text
from svcqa.errors import SvcqaError
from svcqa.report import charts
from svcqa.report.tables.outlook import chance_text, forecast_sentence, season_sentence
from svcqa.report.words import figures as wording
from svcqa.report.words.signals import trend_sentence
from svcqa.widgets.rebase_form import RebaseForm

if TYPE_CHECKING:
    from svcqa.metrics.figures import WhatIf
    from svcqa.metrics.result import Result
    from svcqa.periods import Period
    from svcqa.workspace import Workspace

_STYLE = {"description_width": "7em"}
_WIDE = widgets.Layout(width="34em")
_ROOM: Final = 1.0
"""How far the goal can be moved beyond what the year may come to, in widths of its interval."""


class OutlookPanel:
    """Widgets over the years up to a period. ``box`` is what a notebook shows.

    Args:
        period, as_of, unit: as for :meth:`svcqa.Workspace.outlook`.
        commitment: key of the commitment to begin with; the first of the policy where absent.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        period: str | Period,
        language: Language,
        as_of: str | None = None,
        unit: str | None = None,
        commitment: str | None = None,
    ) -> None:
        self._outlooks, self.language = workspace.outlook(period, as_of=as_of, unit=unit), language
        self._what_if: WhatIf | None = None
        policies = workspace.policies
        self._names = policies.names(language)
        keys = [item.key for item in policies.commitments]
        self.commitment = self._dropdown("commitment", keys, commitment or keys[0])
        self.unit = self._dropdown("unit", [one.code for one in policies.organisation.units], self._outlooks.unit)
        self.chart, self.trend, self.season, self.answer, self.year = (widgets.HTML() for _ in range(5))
        self.goal = widgets.FloatSlider(description=self._text("goal_moved"), style=_STYLE, layout=_WIDE)
        self.form = RebaseForm(
            workspace,
            language=language,
            indicator=lambda: str(self.commitment.value),
            unit=lambda: str(self.unit.value),
            noted=self._draw_chart,
        )
        for control in (self.commitment, self.unit):
            control.observe(self._choose, names="value")
        self.goal.observe(self._move, names="value")
        self.box = widgets.VBox(
            [
                self.commitment,
                self.unit,
                self.chart,
                self.form.box,
                self.trend,
                self.season,
                self.goal,
                self.answer,
                self.year,
            ]
        )
        self._choose(None)

    def _text(self, key: str, **fields: object) -> str:
        return text(f"panel.{key}", self.language, **fields)

    def _dropdown(self, key: str, codes: list[str], chosen: str) -> widgets.Dropdown:
        options = [(self._names[code], code) for code in codes]
        return widgets.Dropdown(description=self._text(key), options=options, value=chosen, style=_STYLE, layout=_WIDE)

    def _choose(self, _: object) -> None:
        """Another commitment or unit: chart, season and year are made once; the goal then moves over the futures."""
        self.form.message.value = ""
        self._draw_chart()
        self._say_trend()
        self._draw_season()
        self._fit()

    def _draw_chart(self) -> None:
        try:
            self._found = self._outlooks.chart(self.commitment.value, unit=self.unit.value)
            picture = charts.process(self._found, self.language, names=self._names)
        except SvcqaError as error:
            self.chart.value = html.escape(error.render(self.language))
            self.form.offer((), ())
            return
        self.chart.value = picture.html()
        self.form.offer(_periods(self._found, "value")[1:], _periods(self._found, "suggested_rebase"))

    def _say_trend(self) -> None:
        """The trend in words; where there are two years also without the season."""
        unit = str(self.unit.value)
        try:
            found = self._outlooks.trend(self.commitment.value, unit=unit)
        except SvcqaError as error:
            self.trend.value = html.escape(error.render(self.language))
            return
        forms = [False, True] if any(row["measure"] == "seasonal_slope" for row in found.rows) else [False]
        said = [
            trend_sentence(found, unit, self.language, name=self._names.get(unit, unit), seasonal=seasonal)
            for seasonal in forms
        ]
        self.trend.value = "<br>".join(html.escape(one) for one in said)

    def _draw_season(self) -> None:
        self.season.value = ""
        try:
            found = self._outlooks.season(self.commitment.value, unit=self.unit.value)
        except SvcqaError as error:
            self.season.value = html.escape(error.render(self.language))
            return
        said = season_sentence(found, self.language)
        if not any(row["measure"] == "adjusted" for row in found.rows):
            self.season.value = html.escape(said)
            return
        self.season.value = charts.of_result(
            found, self.language, names=self._names, measures=("adjusted", "trend"), title=said
        ).html()

    def _fit(self) -> None:
        """The year of this choice, run to its end once."""
        self._what_if, self.goal.disabled = None, True
        self.answer.value = self.year.value = ""
        try:
            what_if = self._outlooks.forecast(self.commitment.value, unit=self.unit.value)
            found = what_if.at()
        except SvcqaError as error:
            self.answer.value = html.escape(error.render(self.language))
            return
        if not any(row["measure"] == "year" and row["value"] is not None for row in found.rows):
            self.answer.value = html.escape(
                forecast_sentence(found, self.language) if found.rows else self._text("no_cases")
            )
            return
        self.year.value = charts.outlook(self._found, found, self.language, names=self._names).html()
        self._set_goal(found)
        self._what_if = what_if
        self._say(found)

    def _set_goal(self, found: Result) -> None:
        """Let the goal move about what the year may come to; shares are shown in per cent."""
        year = next(row for row in found.rows if row["measure"] == "year")
        goal = year["goal"] if year["goal"] is not None else year["value"]
        step = 10.0 ** -wording.usual_decimals(goal, found.scale) * (0.01 if found.unit == "share" else 1)
        width = max(year["upper"] - year["lower"], 10 * step)
        low = math.floor((min(goal, year["lower"]) - _ROOM * width) / step) * step
        high = math.ceil((max(goal, year["upper"]) + _ROOM * width) / step) * step
        if found.unit == "share":
            low, high = max(low, 0.0), min(high, 1.0)
        self.goal.unobserve(self._move, names="value")
        with self.goal.hold_trait_notifications():
            self.goal.min, self.goal.max, self.goal.step, self.goal.value = low, high, step, goal
        decimals = wording.usual_decimals(goal, found.scale)
        self.goal.readout_format = f".{decimals}%" if found.unit == "share" else f".{decimals}f"
        self.goal.disabled = False
        self.goal.observe(self._move, names="value")

    def _move(self, change: dict[str, Any]) -> None:
        if self._what_if is not None:
            self._say(self._what_if.at(goal=change["new"]))

    def _say(self, found: Result) -> None:
        chance = next(figure for figure in found.figures() if figure.measure == "chance")
        flags = wording.flags(chance, self.language)
        self.answer.value = (
            f"<div class='svcqa-chance'><b style='font-size:1.6em'>{html.escape(chance_text(chance, self.language))}"
            f"</b> &nbsp; {html.escape(forecast_sentence(found, self.language))}</div>"
            + (f"<small>{html.escape(flags)}</small>" if flags else "")
        )

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.box._repr_mimebundle_(**options)


def _periods(found: Result, measure: str) -> list[str]:
    return [str(row["period"]) for row in found.rows if row["measure"] == measure]
