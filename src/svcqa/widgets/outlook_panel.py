"""The panel of a commitment in time: its process chart, trend, season, year; move the goal, note a rebase."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import ipywidgets as widgets

from svcqa.catalogue import Language
from svcqa.errors import SvcqaError
from svcqa.metrics.measures import Role
from svcqa.report import charts
from svcqa.report.tables.outlook import chance_text, forecast_sentence, season_sentence
from svcqa.report.words import figures as wording
from svcqa.report.words.signals import trend_sentence
from svcqa.widgets.panel import Panel, listen, unheard
from svcqa.widgets.rebase_form import RebaseForm

if TYPE_CHECKING:
    from svcqa.metrics.figures import WhatIf
    from svcqa.metrics.result import Result
    from svcqa.periods import Period
    from svcqa.workspace import Workspace

_ROOM: Final = 1.0
"""How far the goal can be moved beyond what the year may come to, in widths of its interval."""


class OutlookPanel(Panel):
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
        super().__init__(language)
        self._outlooks = workspace.outlook(period, as_of=as_of, unit=unit)
        self._what_if: WhatIf | None = None
        policies = workspace.policies
        self._names = policies.names(language)
        keys = [item.key for item in policies.commitments]
        self.commitment = self._named("commitment", keys, commitment or keys[0])
        self.unit = self._named(
            "unit", [organisation_unit.code for organisation_unit in policies.organisation.units], self._outlooks.unit
        )
        self.chart, self.trend, self.season, self.answer, self.year = (widgets.HTML() for _ in range(5))
        self.goal = widgets.FloatSlider(**self._looks("goal_moved"))
        self.form = RebaseForm(
            workspace,
            language=language,
            indicator=lambda: str(self.commitment.value),
            unit=lambda: str(self.unit.value),
            noted=self._draw_chart,
        )
        listen(self._choose, self.commitment, self.unit)
        listen(self._move, self.goal)
        drawn = (self.chart, self.form.box, self.trend, self.season)
        self.box.children = (self.commitment, self.unit, *drawn, self.goal, self.answer, self.year)
        self._choose(None)

    def _named(self, key: str, codes: list[str], chosen: str) -> widgets.Dropdown:
        return self._dropdown(key, [(self._names[code], code) for code in codes], value=chosen)

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
            self.chart.value = self._plain(error)
            self.form.offer((), ())
            return
        self.chart.value = picture.html()
        periods = [row.period for row in self._found.main]
        self.form.offer(periods[1:], [row.period for row in self._found.of(Role.CHANGE_POINT)])

    def _say_trend(self) -> None:
        """The trend in words; where there are two years also without the season."""
        unit = str(self.unit.value)
        try:
            result = self._outlooks.trend(self.commitment.value, unit=unit)
        except SvcqaError as error:
            self.trend.value = self._plain(error)
            return
        forms = [False, True] if result.of(Role.SLOPE_IN_SEASON) else [False]
        sentences = [
            trend_sentence(result, unit, self.language, name=self._names.get(unit, unit), seasonal=seasonal)
            for seasonal in forms
        ]
        self.trend.value = "<br>".join(map(self._plain, sentences))

    def _draw_season(self) -> None:
        self.season.value = ""
        try:
            result = self._outlooks.season(self.commitment.value, unit=self.unit.value)
        except SvcqaError as error:
            self.season.value = self._plain(error)
            return
        sentence = season_sentence(result, self.language)
        drawn = result.named(Role.ADJUSTED, Role.LEVEL)
        if not drawn:
            self.season.value = self._plain(sentence)
            return
        self.season.value = charts.of_result(
            result, self.language, names=self._names, measures=drawn, title=sentence
        ).html()

    def _fit(self) -> None:
        """The year of this choice, run to its end once."""
        self._what_if, self.goal.disabled = None, True
        self.answer.value = self.year.value = ""
        try:
            what_if = self._outlooks.forecast(self.commitment.value, unit=self.unit.value)
            result = what_if.at()
        except SvcqaError as error:
            self.answer.value = self._plain(error)
            return
        if not any(row.value is not None for row in result.of(Role.WHOLE_YEAR)):
            sentence = forecast_sentence(result, self.language) if result.rows else self._text("no_cases")
            self.answer.value = self._plain(sentence)
            return
        self.year.value = charts.outlook(self._found, result, self.language, names=self._names).html()
        self._set_goal(result)
        self._what_if = what_if
        self._say(result)

    def _set_goal(self, result: Result) -> None:
        """Let the goal move about what the year may come to; shares are shown in per cent."""
        (year,) = result.of(Role.WHOLE_YEAR)
        goal = year.goal if year.goal is not None else year.value or 0.0
        lower, upper = (goal if end is None else end for end in (year.lower, year.upper))
        step = 10.0 ** -wording.usual_decimals(goal, result.scale) * (0.01 if result.unit == "share" else 1)
        width = max(upper - lower, 10 * step)
        low = math.floor((min(goal, lower) - _ROOM * width) / step) * step
        high = math.ceil((max(goal, upper) + _ROOM * width) / step) * step
        if result.unit == "share":
            low, high = max(low, 0.0), min(high, 1.0)
        with unheard(self._move, self.goal), self.goal.hold_trait_notifications():
            self.goal.min, self.goal.max, self.goal.step, self.goal.value = low, high, step, goal
        decimals = wording.usual_decimals(goal, result.scale)
        self.goal.readout_format = f".{decimals}%" if result.unit == "share" else f".{decimals}f"
        self.goal.disabled = False

    def _move(self, change: dict[str, Any]) -> None:
        if self._what_if is not None:
            self._say(self._what_if.at(goal=change["new"]))

    def _say(self, result: Result) -> None:
        (chance,) = result.of(Role.CHANCE)
        flags = wording.flags(chance, self.language)
        self.answer.value = (
            f"<div class='svcqa-chance'><b style='font-size:1.6em'>{self._plain(chance_text(chance, self.language))}"
            f"</b> &nbsp; {self._plain(forecast_sentence(result, self.language))}</div>"
            + (f"<small>{self._plain(flags)}</small>" if flags else "")
        )
