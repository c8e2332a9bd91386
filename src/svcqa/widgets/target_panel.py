"""The panel of next year's targets: a goal, a volume, an assumption; its chance and its parts answer at once."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final

import ipywidgets as widgets

from svcqa.catalogue import Language, text
from svcqa.entities.plan import Assumption
from svcqa.errors import Fault, MetricError, SvcqaError
from svcqa.report.tables import next_year as tables
from svcqa.review.next_year.proposal import goal_step
from svcqa.widgets.target_cells import TargetCells

if TYPE_CHECKING:
    from svcqa.review.next_year.what_if import Answer, TargetWhatIf
    from svcqa.review.next_year.year import NextYear

_STYLE: Final = {"description_width": "9em"}
_WIDE: Final = widgets.Layout(width="38em")
_MEASURES: Final = ("failures", "points", "relative")
_RULES: Final = ("equal_gap_closing", "equal_points", "proportional")


class TargetPanel:
    """Widgets over the targets of one year to come. ``box`` is what a notebook shows.

    Args:
        target: key of the target to begin with; the first one that can be forecast where absent.

    Raises:
        MetricError: no target can be forecast, or not the one to begin with.
    """

    def __init__(self, planned: NextYear, *, language: Language, target: str | None = None) -> None:
        self.planned, self.language = planned, language
        self._asked: TargetWhatIf | None = None
        self._answer: Answer | None = None
        found = planned.forecasts()
        options = [(one.target.name.in_language(language), one.target.key) for one in found]
        if target is not None and target not in {key for _, key in options}:
            raise MetricError(Fault("target_not_forecast", got=target, allowed=", ".join(key for _, key in options)))
        self.target = widgets.Dropdown(options=options, **self._looks("target"))
        if target is not None:
            self.target.value = target
        self.goal = widgets.FloatSlider(readout_format=".4g", **self._looks("goal"))
        self.volume = widgets.FloatSlider(value=1.0, min=0.5, max=2.0, step=0.05, **self._looks("volume"))
        self.label = widgets.Text(**self._looks("assumption"))
        measures = [(text(f"next_year.measure_{name}", language), name) for name in _MEASURES]
        self.measure = widgets.Dropdown(options=measures, **self._looks("measure"))
        self.size = widgets.FloatSlider(value=0, min=-50, max=50, step=1, **self._looks("size"))
        self.from_month = widgets.IntSlider(value=1, min=1, max=12, **self._looks("from_month"))
        rules = [(text(f"next_year.called_{name}", language), name) for name in _RULES]
        self.rule = widgets.Dropdown(options=rules, value=planned.rules.fair, **self._looks("rule"))
        self.answer = widgets.HTML()
        self.cells = TargetCells(language=language, changed=self._move)
        self.author = widgets.Text(**self._looks("author"))
        self.reason = widgets.Text(**self._looks("reason"))
        self.button = widgets.Button(description=text("next_year.save", language), button_style="primary")
        self.message = widgets.HTML()
        self._moved = (self.goal, self.volume, self.label, self.measure, self.size, self.from_month, self.rule)
        self.target.observe(self._choose, names="value")
        for control in self._moved:
            control.observe(self._move, names="value")
        self.button.on_click(self._save)
        hint = widgets.HTML(html.escape(text("next_year.edit", language)))
        self.box = widgets.VBox(
            [
                self.target,
                *self._moved,
                self.answer,
                hint,
                self.cells.box,
                self.author,
                self.reason,
                self.button,
                self.message,
            ]
        )
        self._choose(None)

    def _looks(self, key: str) -> dict[str, Any]:
        return {"description": text(f"next_year.{key}", self.language), "style": _STYLE, "layout": _WIDE}

    def _choose(self, _: object) -> None:
        """Read the records of the target once; everything else moves over what was read."""
        self._asked = asked = self.planned.what_if(self.target.value)
        times = 100.0 if asked.past.scale.unit == "share" else 1.0
        self.cells.begin(asked, self.planned.policies.organisation, times)
        for control in self._moved:
            control.unobserve(self._move, names="value")
        low, high = asked.goal_range
        promise, step = asked.subject.promise, goal_step(asked.ahead)
        if promise is not None:
            low, high = (
                (promise, max(high, promise)) if asked.ahead.better == "higher" else (min(low, promise), promise)
            )
        self.goal.min, self.goal.max = min(low * times, self.goal.min), max(high * times, low * times + step * times)
        self.goal.min, self.goal.step = low * times, step * times
        self.goal.value = asked.proposal.candidate("balanced").goal * times
        self.volume.value, self.volume.disabled = 1.0, asked.ahead.kind == "amount"
        self.size.value = 0
        for control in self._moved:
            control.observe(self._move, names="value")
        self._move(None)

    def _move(self, _: object) -> None:
        """Answer with what the controls say."""
        if self._asked is None:
            return
        times = self.cells.times
        self.message.value = ""  # what was saved is not what is shown from now on
        try:
            self._answer = self._asked.at(
                goal=round(self.goal.value / times, 12),
                volume=self.volume.value,
                assumptions=self._assumptions(),
                locked=self.cells.locked,
                fair=self.rule.value,
            )
        except SvcqaError as error:
            self._answer = None
            self.answer.value = html.escape(error.render(self.language)).replace("\n", "<br>")
            return
        self.cells.show(self._answer.decomposition)
        self.answer.value = self._said(self._answer)

    def _assumptions(self) -> tuple[Assumption, ...]:
        label = self.label.value.strip()
        if not label or self.size.value == 0:
            return ()
        assert self._asked is not None
        in_percent = self.measure.value != "points" or self._asked.past.scale.unit == "share"
        size = self.size.value / 100 if in_percent else self.size.value
        return (Assumption(label=label, measure=self.measure.value, size=size, from_month=self.from_month.value),)

    def _said(self, answer: Answer) -> str:
        """The answer in a sentence, what is needed, the rule, and each note."""
        assert self._asked is not None
        proposal, scale = self._asked.proposal, self._asked.past.scale
        said = [tables.answer_text(answer, scale, self.language)]
        if answer.improvement is not None:
            said.append(tables.improvement(answer.improvement, proposal.improvement_unit, self.language))
        said.append(tables.fair_text(answer.decomposition, self.language))
        said += [tables.assumption_text(one, scale, self.language) for one in answer.assumptions]
        if self.size.value != 0 and not self.label.value.strip():
            said.append(text("next_year.needs_label", self.language))
        said += [tables.note_text(note, proposal, self.language) for note in self._asked.notes]
        return "<br>".join(html.escape(line) for line in said)

    def _save(self, _: object) -> None:
        if self._answer is None or self._asked is None:  # what stands in the way is kept from being overlooked
            self.message.value = self.answer.value
            return
        try:
            plan = self.planned.plan_of(self._asked, self._answer, reason=self.reason.value)
            saved = self.planned.save(plan, author=self.author.value)
        except SvcqaError as error:
            self.message.value = html.escape(error.render(self.language))
            return
        name = self._asked.proposal.target.name.in_language(self.language)
        said = text("next_year.saved", self.language, target=name, version=saved.version, number=saved.number)
        self.message.value = html.escape(said)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.box._repr_mimebundle_(**options)
